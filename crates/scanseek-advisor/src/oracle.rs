//! What the adviser may ask of SQLite, and what it is told.

use scanseek_plan::{Counters, Plan};
use scanseek_schema::{IndexSpec, TableScan};

/// One query of the workload.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Its name.
    pub name: String,
    /// How often it runs, compared with the others.
    pub weight: f64,
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

/// How SQLite would run a query if some indexes existed.
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

/// SQLite, as the adviser sees it. Queries are named by their position in the workload.
pub trait Oracle {
    /// What the planner asks of each table while it plans the query.
    ///
    /// # Errors
    /// If the query cannot be planned.
    fn scans(&mut self, query: usize) -> Result<Vec<TableScan>, OracleError>;

    /// The plan if these indexes existed; nothing is built.
    ///
    /// # Errors
    /// If the query cannot be planned.
    fn plan(&mut self, query: usize, indexes: &[IndexSpec]) -> Result<PlannedUse, OracleError>;

    /// Builds the indexes on a copy and runs the query. With `step_limit` it may give up after
    /// about that many VM steps. With `analyze`, statistics are gathered first.
    ///
    /// # Errors
    /// If the query fails or takes too much work.
    fn measure(
        &mut self,
        query: usize,
        indexes: &[IndexSpec],
        analyze: bool,
        step_limit: Option<u64>,
    ) -> Result<Outcome, OracleError>;

    /// Bytes of the index when built.
    ///
    /// # Errors
    /// If it cannot be built.
    fn bytes(&mut self, index: &IndexSpec) -> Result<u64, OracleError>;

    /// Told before each query of a stage.
    fn progress(&mut self, stage: &str, done: usize, total: usize);
}
