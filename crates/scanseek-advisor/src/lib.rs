//! Which indexes help a workload, proven: candidates from what SQLite's planner asked for, kept
//! only if the planner then uses them and a run shows less work and the same result.
//!
//! The adviser asks SQLite through the trait [`Oracle`] only; it holds no connection and reads no
//! clock. Vocabulary: a *candidate* is an index that may help, an *option* a set of candidates
//! that the planner uses together for one query, a *configuration* any set of indexes.

mod advise;
mod candidates;
mod gain;
mod oracle;
mod reason;

pub use advise::{Advice, AdvisedIndex, NotAdvised, NotAnalysed, QueryOutcome, advise};
pub use candidates::{Candidate, candidates};
pub use gain::work;
pub use oracle::{Oracle, OracleError, Outcome, PlannedUse, Query};
pub use reason::{Reason, Rule};
