//! What the adviser may ask of SQLite, and what it is told.

use scanseek_plan::{Counters, Plan};
use scanseek_schema::{IndexSpec, TableScan};
use scanseek_sql::Wanted;

/// One statement of the workload.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Its name.
    pub name: String,
    /// How often it runs, compared with the others.
    pub weight: f64,
    /// It inserts, updates or deletes: each index on its table adds to its work.
    pub writes: bool,
}

/// Where indexes could serve a query.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wishes {
    /// What the planner asks of each table while it plans the query.
    pub scans: Vec<TableScan>,
    /// What the text wants besides. Its filters are those that keep few rows, time after time.
    pub wanted: Vec<Wanted>,
    /// Foreign keys that SQLite follows from a table to this one when the statement is run: database,
    /// table, columns.
    pub children: Vec<(Option<String>, String, Vec<String>)>,
}

/// The statistics that a plan is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Regime {
    /// Those of the file; none of a new index.
    AsFound,
    /// Those of `ANALYZE` over everything.
    Analyzed,
    /// Those of `PRAGMA optimize`, as an application runs it when it opens the database.
    Optimized,
}

/// Why SQLite did not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OracleError {
    /// This query cannot be analysed or measured; the reason is a sentence.
    Query(String),
    /// The query gives other rows each time it is run, so whether an index keeps them cannot be
    /// proven.
    Changing,
    /// The person cancelled: stop at once.
    Cancelled,
}

impl OracleError {
    /// The reason as a sentence.
    pub fn because(self) -> String {
        match self {
            Self::Query(because) => because,
            Self::Changing => "It gives other rows each time it is run, so it cannot be proven that they stay the same.".to_owned(),
            Self::Cancelled => "Cancelled.".to_owned(),
        }
    }
}

/// How SQLite would run a query with some indexes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedUse {
    /// Positions, in the list given, of the indexes that the plan uses.
    pub used: Vec<usize>,
    /// The plan's text; equal texts are equal work.
    pub text: String,
}

/// A run of a query on real data.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The plan SQLite chose.
    pub plan: Plan,
    /// Its work.
    pub counters: Counters,
    /// True if the rows are those of the run without any new index.
    pub same_result: bool,
    /// What is to be said of the comparison, if anything.
    pub note: Option<String>,
}

/// The best that is known while the search goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct SoFar {
    /// Indexes to create.
    pub indexes: Vec<IndexSpec>,
    /// Their bytes, once they are built.
    pub bytes: Option<u64>,
    /// `ANALYZE` belongs to them.
    pub analyze: bool,
    /// Geometric mean of the work as a share of before, once that is measured.
    pub work: Option<f64>,
    /// The same with the best plan measured for each query.
    pub best_seen: Option<f64>,
}

/// SQLite, as the adviser sees it. Queries are named by their position in the workload.
pub trait Oracle {
    /// Where indexes could serve the query.
    ///
    /// # Errors
    /// If the query cannot be planned.
    fn wishes(&mut self, query: usize) -> Result<Wishes, OracleError>;

    /// Told all candidates there will be, before [`Oracle::picks`] is asked: what the planner has to know
    /// of them is best found out at one go.
    ///
    /// # Errors
    /// [`OracleError::Cancelled`].
    fn survey(&mut self, candidates: &[IndexSpec]) -> Result<(), OracleError>;

    /// Sets of candidates that the planner would use together, most wanted first: those it takes when
    /// it may have any, then those it takes without these, and so on. Nothing is built.
    ///
    /// # Errors
    /// If the query cannot be planned.
    fn picks(
        &mut self,
        query: usize,
        candidates: &[IndexSpec],
        rounds: usize,
    ) -> Result<Vec<Vec<usize>>, OracleError>;

    /// Builds an index where the others are, to be planned with and measured; says its size in bytes.
    ///
    /// # Errors
    /// If SQLite refuses it.
    fn build(&mut self, index: &IndexSpec) -> Result<u64, OracleError>;

    /// The plan with just these indexes, all of them built, besides those that are there anyway.
    ///
    /// # Errors
    /// If the query cannot be planned.
    fn plan(
        &mut self,
        query: usize,
        indexes: &[IndexSpec],
        regime: Regime,
    ) -> Result<PlannedUse, OracleError>;

    /// Runs the query with just these indexes. With `step_limit` it may give up after about that many
    /// VM steps. A write is taken back.
    ///
    /// # Errors
    /// If the query fails or takes too much work.
    fn measure(
        &mut self,
        query: usize,
        indexes: &[IndexSpec],
        regime: Regime,
        step_limit: Option<u64>,
    ) -> Result<Outcome, OracleError>;

    /// VM steps that each inserted row takes more with the index; of a partial one, for a row that is
    /// in it. `None` if SQLite does not say.
    fn steps_per_insert(&mut self, index: &IndexSpec) -> Option<u64>;

    /// Told before each query of a stage.
    fn progress(&mut self, stage: &str, done: usize, total: usize);

    /// Told whenever something better is known.
    fn so_far(&mut self, _so_far: &SoFar) {}

    /// True once the best that is known by now will do.
    fn enough(&mut self) -> bool {
        false
    }
}
