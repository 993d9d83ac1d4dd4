//! The program SQLite runs for a statement: its opcodes with what each did in a run, the plan step
//! each belongs to, and the conditions it tests.
//!
//! Names of opcodes and the meaning of `p1` to `p5` are SQLite's: <https://sqlite.org/opcode.html>.

use std::collections::{BTreeMap, BTreeSet};

use crate::{flow, regions};

/// One instruction and what it did while the statement ran.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opcode {
    /// Its place in its program, from 0.
    pub address: usize,
    /// Its name, for example `Column`.
    pub name: String,
    /// First operand, often a cursor or a register.
    pub p1: i64,
    /// Second operand, for most jumps their target.
    pub p2: i64,
    /// Third operand.
    pub p3: i64,
    /// Fourth operand, as SQLite prints it.
    pub p4: String,
    /// Fifth operand: flags.
    pub p5: i64,
    /// SQLite's comment, in builds that have comments.
    pub comment: Option<String>,
    /// The program of a trigger or foreign key action it belongs to; `None` in the main program.
    pub subprogram: Option<String>,
    /// What it did.
    pub work: Work,
}

/// Work of one opcode, one step of a plan, or what is left over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Work {
    /// Instructions of the virtual machine that were executed.
    pub vm_steps: u64,
    /// Pages asked of the page cache.
    pub page_requests: u64,
    /// Pages of the database that were not in the cache and had to be read.
    pub page_reads: u64,
}

impl Work {
    /// Adds each number.
    pub fn add(&mut self, other: Work) {
        self.vm_steps += other.vm_steps;
        self.page_requests += other.page_requests;
        self.page_reads += other.page_reads;
    }

    /// What is left of `self` when `part` is taken away; `None` if `part` is more.
    pub fn without(self, part: Work) -> Option<Work> {
        Some(Work {
            vm_steps: self.vm_steps.checked_sub(part.vm_steps)?,
            page_requests: self.page_requests.checked_sub(part.page_requests)?,
            page_reads: self.page_reads.checked_sub(part.page_reads)?,
        })
    }
}

/// A condition that decides whether a row stays in its loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Predicate {
    /// The address of the test.
    pub address: usize,
    /// The id of the step whose rows are tested.
    pub node: i64,
    /// How often it was tested.
    pub evaluated: u64,
    /// How often the row went on to the next test; `None` where other paths meet behind the test,
    /// as between the sides of an OR.
    pub passed: Option<u64>,
}

/// A program, read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bytecode {
    /// The instructions, those of triggers behind the main program.
    pub opcodes: Vec<Opcode>,
    /// For each instruction the id of the step it belongs to; `None` is "expressions and control".
    pub nodes: Vec<Option<i64>>,
    /// The conditions, by address.
    pub predicates: Vec<Predicate>,
    /// Rows that leave each loop, by the id of its step, where that can be told.
    pub rows_out: BTreeMap<i64, u64>,
}

impl Bytecode {
    /// Reads a program with its counts. With `filtered_aggregates` the statement may have
    /// `FILTER (WHERE …)` somewhere: its test cannot be told from one of WHERE, so where it might
    /// be, rows are not counted.
    pub fn read(opcodes: Vec<Opcode>, filtered_aggregates: bool) -> Self {
        let main = &opcodes[..main_program(&opcodes)];
        let flow = flow::read(main, filtered_aggregates);
        let mut nodes = regions::nodes(main, &flow);
        nodes.resize(opcodes.len(), None);
        let mut predicates = flow.predicates;
        predicates.sort_by_key(|predicate| predicate.address);
        Self { nodes, predicates, rows_out: flow.rows_out, opcodes }
    }

    /// The steps of the plan as (id, parent, detail), in the order EXPLAIN QUERY PLAN has.
    pub fn plan_rows(&self) -> Vec<(i64, i64, String)> {
        self.opcodes[..main_program(&self.opcodes)]
            .iter()
            .filter(|op| op.name == EXPLAIN)
            .map(|op| (op.p1, op.p2, op.p4.clone()))
            .collect()
    }

    /// The work of each step: each instruction counts once, for one step at most. Opcodes that are
    /// there only while measuring count for none.
    pub fn work(&self) -> BTreeMap<i64, Work> {
        let mut work = BTreeMap::new();
        for (op, node) in self.opcodes.iter().zip(&self.nodes) {
            if let (Some(node), false) = (node, only_while_measuring(op)) {
                work.entry(*node).or_insert_with(Work::default).add(op.work);
            }
        }
        work
    }

    /// The work of the whole program, without opcodes that are there only while measuring: that is
    /// the work of the program as it runs otherwise.
    pub fn total(&self) -> Work {
        let mut total = Work::default();
        for op in self.opcodes.iter().filter(|op| !only_while_measuring(op)) {
            total.add(op.work);
        }
        total
    }

    /// Cursors over virtual tables are opened. Such tables run statements of their own and keep
    /// what they read from one run to the next.
    pub fn uses_virtual_tables(&self) -> bool {
        self.opcodes.iter().any(|op| op.name == "VOpen")
    }
}

pub(crate) const EXPLAIN: &str = "Explain";

/// `Explain` is in a program only if it is explained or measured. That of a bloom filter, by an
/// oversight of SQLite's, always is.
fn only_while_measuring(op: &Opcode) -> bool {
    op.name == EXPLAIN && !op.p4.starts_with("BLOOM FILTER ON ")
}

/// How many of the opcodes are the main program, which comes first.
fn main_program(opcodes: &[Opcode]) -> usize {
    opcodes
        .iter()
        .enumerate()
        .take_while(|(at, op)| op.subprogram.is_none() && op.address == *at)
        .count()
}

/// A jump target or another address in `p2`.
pub(crate) fn target(op: &Opcode) -> usize {
    usize::try_from(op.p2).unwrap_or(0)
}

/// All addresses that some instruction may jump to, with how many may.
pub(crate) fn jump_targets(main: &[Opcode]) -> BTreeSet<usize> {
    main.iter()
        .filter(|op| !NOT_A_JUMP.contains(&op.name.as_str()))
        .flat_map(|op| if op.name == "Jump" { vec![op.p1, op.p2, op.p3] } else { vec![op.p2] })
        .filter_map(|address| usize::try_from(address).ok())
        .filter(|address| *address > 0)
        .collect()
}

/// Opcodes whose `p2` is surely no address. Any other `p2` counts as one: that can only make a
/// number unknown.
const NOT_A_JUMP: [&str; 29] = [
    "Column",
    "VColumn",
    "Integer",
    "Copy",
    "SCopy",
    "Null",
    "String8",
    "Explain",
    "MakeRecord",
    "ResultRow",
    "OpenRead",
    "OpenEphemeral",
    "Rowid",
    "IdxRowid",
    "Affinity",
    "Function",
    "PureFunc",
    "Add",
    "Subtract",
    "Multiply",
    "Divide",
    "Remainder",
    "Concat",
    "IdxInsert",
    "Insert",
    "OpenPseudo",
    "SorterData",
    "SorterInsert",
    "SorterOpen",
];
