//! The advice as it is handed out.

use scanseek_schema::IndexSpec;

use crate::oracle::Outcome;
use crate::reason::Reason;

/// The advice for a workload.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// Indexes to create, in the order of their gain.
    pub create: Vec<AdvisedIndex>,
    /// True if gathering statistics afterwards was measured and helps.
    pub analyze: bool,
    /// Every query of the workload that could be measured.
    pub queries: Vec<QueryOutcome>,
    /// What was tried or thought of and left out.
    pub not_advised: Vec<NotAdvised>,
    /// Queries that could not be analysed.
    pub not_analysed: Vec<NotAnalysed>,
    /// How near the advice is to the best that was seen.
    pub bound: Bound,
    /// What fewer bytes would give, from none to what is advised and beyond.
    pub curve: Vec<CurvePoint>,
}

/// How near a set is to the best plan seen of each query.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bound {
    /// Geometric mean over the queries of the work with the advice as a share of before, weighted.
    pub achieved: f64,
    /// The same if each query had the best plan that was measured for it, whatever it takes.
    pub best_seen: f64,
    /// Plans that SQLite was asked for.
    pub plans: u64,
    /// Runs that were measured.
    pub runs: u64,
    /// Indexes that were built.
    pub built: u64,
}

/// A set for some number of bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct CurvePoint {
    /// The indexes.
    pub indexes: Vec<IndexSpec>,
    /// Their bytes.
    pub bytes: u64,
    /// Geometric mean of the work as a share of before, weighted.
    pub work: f64,
    /// `ANALYZE` belongs to it.
    pub analyze: bool,
    /// This is the set that is advised.
    pub advised: bool,
}

/// One index of the advice.
#[derive(Debug, Clone, PartialEq)]
pub struct AdvisedIndex {
    /// The index.
    pub spec: IndexSpec,
    /// Its size once built, in bytes.
    pub bytes: u64,
    /// Why it is as it is.
    pub reasons: Vec<Reason>,
    /// Positions of the queries whose plan uses it.
    pub helps: Vec<usize>,
    /// The work of the whole workload without it, as a share of that with it.
    pub without: f64,
    /// VM steps that each inserted row takes more.
    pub steps_per_insert: Option<u64>,
}

/// One query before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryOutcome {
    /// Its position in the workload.
    pub query: usize,
    /// Without new indexes.
    pub before: Outcome,
    /// With all advised ones.
    pub after: Outcome,
}

/// An index that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAdvised {
    /// The index.
    pub spec: IndexSpec,
    /// Why.
    pub because: String,
}

/// A query that could not be analysed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnalysed {
    /// Its position in the workload.
    pub query: usize,
    /// Why.
    pub because: String,
}
