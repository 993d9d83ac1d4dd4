//! Rows and progress.

use scanseek_workbench as domain;

use crate::{StatementPlan, Utf16};

wire! {
    pub struct RunOptions {
        pub row_cap: u32,
        pub deadline_ms: u32,
    }

    pub struct Ran {
        pub statement: StatementPlan,
        pub columns: Vec<String>,
        pub rows: Vec<Vec<Cell>>,
        pub rows_returned: u64,
        pub truncated: bool,
        pub elapsed_ns: u64,
        pub stopped: Stopped,
        /// SQLite compiled it again for the values of its parameters.
        pub reprepared: bool,
    }

    /// Integers travel as text, so that all 64 bits arrive.
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum Cell {
        Null,
        Integer { value: String },
        Real { value: f64 },
        Text { value: String, lossy: bool },
        Blob { bytes: u64, hex: String },
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Stopped {
        End,
        Deadline,
        Cancelled,
    }

    pub struct Progress {
        pub stage: String,
        pub done: u64,
        pub total: Option<u64>,
    }

    /// How much of the database the present run has read; `total_bytes` is about what it will read,
    /// where that is known.
    pub struct Reading {
        pub read_bytes: u64,
        pub total_bytes: Option<u64>,
    }
}

impl RunOptions {
    /// The options of the use-case.
    pub fn to_domain(&self) -> domain::RunOptions {
        domain::RunOptions {
            row_cap: self.row_cap as usize,
            deadline_ns: u64::from(self.deadline_ms) * 1_000_000,
        }
    }
}

impl Ran {
    /// `text` is the text that was run.
    pub fn new(ran: domain::Ran, text: &str) -> Self {
        let rows_returned =
            ran.statement.counters.map_or(ran.rows.len() as u64, |counters| counters.rows_returned);
        Self {
            statement: StatementPlan::new(&ran.statement, &Utf16::new(text)),
            columns: ran.columns,
            rows: ran
                .rows
                .into_iter()
                .map(|row| row.into_iter().map(Cell::from).collect())
                .collect(),
            rows_returned,
            truncated: ran.truncated,
            elapsed_ns: ran.elapsed_ns,
            reprepared: ran.reprepared,
            stopped: match ran.stopped {
                None => Stopped::End,
                Some(domain::Stop::Cancelled) => Stopped::Cancelled,
                Some(domain::Stop::Deadline | domain::Stop::StepLimit) => Stopped::Deadline,
            },
        }
    }
}

impl From<domain::Value> for Cell {
    fn from(value: domain::Value) -> Self {
        match value {
            domain::Value::Null => Self::Null,
            domain::Value::Integer(integer) => Self::Integer { value: integer.to_string() },
            domain::Value::Real(value) => Self::Real { value },
            domain::Value::Text { text, lossy } => Self::Text { value: text, lossy },
            domain::Value::Blob { head, bytes } => {
                Self::Blob { bytes, hex: head.iter().map(|byte| format!("{byte:02x}")).collect() }
            }
        }
    }
}
