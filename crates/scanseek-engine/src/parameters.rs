//! What type a parameter seems to have: the affinity of what it is compared with, read from the
//! program.

use scanseek_plan::Opcode;

use crate::{EngineError, Prepared};

/// A guess at the type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterType {
    /// Compared with a column of integers or the rowid, or used as a LIMIT.
    Integer,
    /// Compared with a column of reals.
    Real,
    /// Compared with a column of numbers, or counted with.
    Number,
    /// Compared with a column of text, or a pattern.
    Text,
    /// Nothing tells, or two uses disagree.
    Unknown,
}

impl Prepared<'_> {
    /// The guessed type of each parameter, in the order of [`Prepared::parameters`].
    ///
    /// # Errors
    /// If SQLite cannot list the program.
    pub fn parameter_types(&self) -> Result<Vec<ParameterType>, EngineError> {
        let count = self.parameters().len();
        if count == 0 {
            return Ok(Vec::new());
        }
        let opcodes = self.opcodes()?;
        Ok((1..=count).map(|number| guess(&opcodes, number as i64)).collect())
    }
}

fn guess(opcodes: &[Opcode], number: i64) -> ParameterType {
    let mut registers: Vec<i64> = opcodes
        .iter()
        .filter(|op| op.name == "Variable" && op.p1 == number)
        .map(|op| op.p2)
        .collect();
    for op in opcodes.iter().filter(|op| matches!(op.name.as_str(), "Copy" | "SCopy")) {
        if registers.contains(&op.p1) {
            registers.push(op.p2);
        }
    }
    let holds = |register: i64| registers.contains(&register);
    let mut found = opcodes.iter().filter_map(|op| match op.name.as_str() {
        "Eq" | "Ne" | "Lt" | "Le" | "Gt" | "Ge" if holds(op.p1) || holds(op.p3) => {
            of_affinity((op.p5 & 0x47) as u8)
        }
        "Affinity" => registers
            .iter()
            .find(|register| (op.p1..op.p1 + op.p2).contains(register))
            .and_then(|register| op.p4.as_bytes().get((register - op.p1) as usize).copied())
            .and_then(of_affinity),
        "MustBeInt" if holds(op.p1) => Some(ParameterType::Integer),
        "SeekRowid" | "NotExists" if holds(op.p3) => Some(ParameterType::Integer),
        "Add" | "Subtract" | "Multiply" | "Divide" | "Remainder"
            if holds(op.p1) || holds(op.p2) =>
        {
            Some(ParameterType::Number)
        }
        "Function" | "PureFunc"
            if (op.p4.starts_with("like(") || op.p4.starts_with("glob(")) && holds(op.p2) =>
        {
            Some(ParameterType::Text)
        }
        _ => None,
    });
    match found.next() {
        Some(first) if found.all(|other| other == first) => first,
        _ => ParameterType::Unknown,
    }
}

/// Source: `SQLITE_AFF_TEXT` and its neighbours in sqliteInt.h.
fn of_affinity(letter: u8) -> Option<ParameterType> {
    match letter {
        b'B' => Some(ParameterType::Text),
        b'C' | b'F' => Some(ParameterType::Number),
        b'D' => Some(ParameterType::Integer),
        b'E' => Some(ParameterType::Real),
        _ => None,
    }
}
