//! What crosses a boundary: serde mirrors of the results and errors of the use-cases. The page's
//! worker and the command line's `--format json` send the same objects.
//!
//! Names are snake_case, a missing value is `null`, enums are tagged by `type` or are plain
//! strings, counts stay below 2^53, spans are UTF-16 offsets into the text that was given.
//! The meaning of each field is told where its domain type is defined.
#![allow(missing_docs)]

/// Every wire type derives the same.
macro_rules! wire {
    ($($(#[$meta:meta])* pub $kind:ident $name:ident { $($body:tt)* })*) => {
        $(
            #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
            #[cfg_attr(feature = "tsify", derive(tsify::Tsify), tsify(missing_as_null))]
            $(#[$meta])*
            pub $kind $name { $($body)* }
        )*
    };
}

mod advice;
mod billed;
mod compare;
mod database;
mod error;
mod export;
mod findings;
mod graph;
mod growth;
mod link;
mod log;
mod pages;
mod plan;
mod run;
mod span;
mod trial;
mod why;
mod words;

pub use advice::{
    Advice, AdviceSoFar, AdvisedDrop, DropKind, Holds, NotAdvised, NotAnalysed, Patch, QueryAdvice,
    QueryVerdict, Reason, SuggestOptions, Suggested,
};
pub use billed::{Bill, Billed, BilledQuery, RowPrices, RowsTouched};
pub use compare::{Comparison, Pair, PairKind, Ratios, Side};
pub use database::{
    About, ColumnInfo, DatabaseInfo, IndexColumn, IndexInfo, IndexOrigin, Notice, Opened, Pattern,
    SampleInfo, SampleRef, Schema, TableInfo, TableKind,
};
pub use error::{ErrorCode, WireError};
pub use export::ExportFormat;
pub use findings::{Cost, Finding, Findings, Rewrite, Severity};
pub use graph::{
    CardKind, Direction, Graph, GraphCard, GraphEdge, GraphLoops, GraphNode, GraphOp, GraphRequest,
    Theme,
};
pub use growth::{Exponents, Flip, Growth, GrowthPoint, Scaled, ScaledPlan, TableRows};
pub use link::{
    ClaimArm, ClaimCheck, LinkCheck, LinkState, Notebook, NotebookDatabase, SharedClaim, SharedLink,
};
pub use log::{
    LeftOut, Log, LogFormat, LogLine, LoggedQuery, LoggedTimes, LoopProof, QueryLoop, SeenValue,
};
pub use pages::{
    AttachedRequests, MapExtent, Packed, PackedMap, PackedTrace, PageKind, PageTree, Pages,
    PagesSummary, TreeKind, TreeLevel, Xray, XrayArm,
};
pub use plan::{
    Counters, Explained, ExplainedAt, Heat, IndexUse, LoopStats, Measure, Metric, Op,
    ParameterType, PastedPlan, Piece, Place, PlanFinding, PlanNode, Role, Statement, StatementKind,
    StatementPlan, Tone, Work, plan_nodes,
};
pub use run::{
    Bytes, Cell, CellOptions, PageOptions, Progress, Ran, Reading, RowBatch, RowsPage, RunOptions,
    Stopped, TextPart, Varies, WholeCell, WholeValue,
};
pub use span::{Span, Utf16};
pub use trial::{ArmResult, Effect, NotTried, QueryTrial, Trial, TrialOptions, Verdict};
pub use why::{
    Alternative, Bytecode, ForcedUse, LoopEstimate, Opcode, Predicate, Statistics, SwitchEffect,
    Switches, Threshold, Why, WhyNot,
};
pub use words::{OptimizationWords, PlannerRule, StatisticsWords, Words};
