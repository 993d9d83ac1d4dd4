//! Which indexes help a workload, proven: candidates from what SQLite's planner asked for, kept
//! only if the planner then uses them and a run shows less work and the same result.
//!
//! The adviser asks SQLite through the trait [`Oracle`] only; it holds no connection and reads no
//! clock. Vocabulary: a *candidate* is an index that may help, an *option* a set of candidates
//! that the planner uses together for one query, a *configuration* any set of indexes. The pipeline:
//! candidates → options the planner picks → each distinct plan measured once → the best set of the
//! measured options → that set as SQLite really plans it, and the next one that what was learned by it
//! speaks for, as long as it gets better.

mod advise;
mod candidates;
mod choose;
mod conclude;
mod drop_kind;
mod drop_report;
mod drops;
mod evaluate;
mod existing;
mod gain;
mod model;
mod oracle;
mod reason;
mod report;
mod select;

pub use advise::{Limits, advise};
pub use candidates::{Candidate, candidates};
pub use drop_kind::{DropKind, DropWords};
pub use drop_report::{
    AdvisedDrop, Changed, Cover, Drops, ExistingOracle, KeptIndex, Stays, WholePlan, WriteSteps,
};
pub use drops::drops;
pub use gain::{is_felt_loss, work};
pub use oracle::{Oracle, OracleError, Outcome, PlannedUse, Query, Regime, SoFar, Wishes};
pub use reason::{Reason, Rule};
pub use report::{Advice, AdvisedIndex, Bound, CurvePoint, NotAdvised, NotAnalysed, QueryOutcome};
pub use select::{Costs, Instance, Item, Selection, select};
