//! What a SQLite query plan is: detail text read as an [`Op`], the tree of steps, loop counters,
//! a plan read from pasted text, the words shown for each step, findings, and the changes between two
//! plans.
//!
//! Everything here is data in, data out. Text that is not recognised becomes [`Op::Other`] and
//! the raw detail is always kept.

mod bytecode;
mod counters;
mod detail;
mod diff;
mod export;
mod findings;
mod flow;
mod graph;
mod layout;
mod measure;
mod number;
mod op;
mod plan;
mod planner_rules;
mod planner_switches;
mod read;
mod regions;
mod sentence;
mod svg;
mod words;

pub use bytecode::{Bytecode, Opcode, Predicate, Work};
pub use counters::Counters;
pub use detail::parse_detail;
pub use diff::{Change, ChangeKind, Pair, changes, compare};
pub use export::Export;
pub use findings::{Finding, Rule, Severity, findings};
pub use graph::{Card, CardKind, Edge, Graph, GraphOptions, Step};
pub use layout::{BoxSize, Direction, Gaps, Layout, Placed, Route, layout};
pub use measure::{Measure, Metric, estimate_level, measures, rest_measures, share_level};
pub use number::grouped;
pub use op::{
    Access, Comparison, Constraint, IndexUse, Op, SetOperator, Source, TempBTreeUse, VirtualIndex,
};
pub use plan::{LoopStats, Plan, PlanNode};
pub use planner_rules::{PLANNER_RULES, PlannerRule, planner_rule};
pub use planner_switches::{OPTIMIZATIONS, OptimizationWords, statistics_label, switch_label};
pub use read::{ReadPlanError, read_plan};
pub use sentence::sentence;
pub use svg::{Theme, svg};
pub use words::{Tone, Words, tone};
