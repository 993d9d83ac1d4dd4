//! What SQLite is asked about indexes that exist, and what is said of them.

use std::collections::BTreeMap;

use scanseek_plan::Counters;
use scanseek_schema::{IndexName, IndexSpec};

use crate::drop_kind::DropKind;
use crate::oracle::{OracleError, Outcome, Regime};

/// What SQLite is asked about the indexes that exist. They can be hidden from it.
pub trait ExistingOracle {
    /// From now on, these are hidden from the planner, and no others.
    fn hide(&mut self, indexes: &[IndexName]);

    /// True if the statement names the table, or a view over it.
    fn names_table(&self, query: usize, table: &str) -> bool;

    /// True if what a trigger does names the table: it is neither in a plan nor run.
    fn trigger_names_table(&self, table: &str) -> bool;

    /// The plan with the indexes that are not hidden and these new ones, which are built.
    ///
    /// # Errors
    /// If the statement cannot be planned.
    fn whole_plan(
        &mut self,
        query: usize,
        create: &[IndexSpec],
        regime: Regime,
    ) -> Result<WholePlan, OracleError>;

    /// Runs the statement with the indexes that are not hidden and these new ones. It may give up after
    /// about so many VM steps. A write is taken back.
    ///
    /// # Errors
    /// If it fails or takes too much work.
    fn run(
        &mut self,
        query: usize,
        create: &[IndexSpec],
        regime: Regime,
        step_limit: Option<u64>,
    ) -> Result<Outcome, OracleError>;

    /// The size of an index, in bytes.
    fn bytes(&self, index: &IndexName) -> u64;

    /// What a row costs that is written to it.
    fn write_steps(&mut self, index: &IndexName) -> WriteSteps;

    /// Told before each index of a stage.
    fn progress(&mut self, stage: &str, done: usize, total: usize);
}

/// How SQLite would run a statement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WholePlan {
    /// Its text.
    pub text: String,
    /// How long the program is: some choices do not show in the text.
    pub opcodes: u64,
    /// The names of the indexes in it.
    pub indexes: Vec<String>,
    /// How often rows are sorted or collected.
    pub temp_b_trees: usize,
}

/// VM steps that each row takes for an index; `None` where SQLite does not say. Of a partial index, for a
/// row that is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriteSteps {
    /// A row that is inserted.
    pub insert: Option<u64>,
    /// A row whose keys are updated.
    pub update: Option<u64>,
    /// A row that is deleted.
    pub delete: Option<u64>,
}

/// Which indexes have to stay, whatever they do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stays {
    /// By name in lower case, who asks for an index by name: a sentence.
    pub hints: BTreeMap<String, String>,
    /// What the person asked for and is not there yet, but looks as if it were.
    pub pinned: Vec<IndexName>,
}

/// What is said of the indexes that exist.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drops {
    /// Those that may go, all of them together too; the surest first.
    pub drops: Vec<AdvisedDrop>,
    /// Those that seem to be superfluous and stay.
    pub kept: Vec<KeptIndex>,
    /// Statements that could not be planned, and may use any of them.
    pub not_planned: usize,
}

/// An index that may go.
#[derive(Debug, Clone, PartialEq)]
pub struct AdvisedDrop {
    /// Its name.
    pub name: IndexName,
    /// Its table.
    pub table: String,
    /// Why.
    pub kind: DropKind,
    /// The index that does its work, if one is known to.
    pub cover: Option<Cover>,
    /// It may go only once the advised indexes are there: all of them, or that which covers it.
    pub needs_advised: bool,
    /// It may go only once the indexes are there that the person asked for: all of them, or that which covers it.
    pub needs_pinned: bool,
    /// Statements whose plan changes with it.
    pub changed: Vec<Changed>,
    /// Bytes that it takes.
    pub bytes: u64,
    /// What it costs a write.
    pub steps: WriteSteps,
}

/// The index that does another's work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cover {
    /// One that exists.
    Existing(IndexName),
    /// That of a UNIQUE or PRIMARY KEY constraint, which has no name of its own.
    Constraint(IndexName),
    /// One that is advised, by its position.
    Advised(usize),
}

/// A statement whose plan changes when an index goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// Its position in the workload.
    pub query: usize,
    /// Its work with the index.
    pub with: Counters,
    /// Its work without it.
    pub without: Counters,
}

/// An index that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptIndex {
    /// Its name.
    pub name: IndexName,
    /// Why, in a sentence.
    pub because: String,
}
