//! The use-cases of ScanSeek, the same for the page and the command line: open a database, explain
//! and run statements, suggest indexes, try them, write the patch, share the proof and check it.
//!
//! A [`Workbench`] holds one open database and asks its [`Host`] for the time, for whether to
//! stop, and to show progress. It knows nothing of browsers, files or terminals.

mod billed;
mod compare;
mod drops;
mod error;
mod explain;
mod findings;
mod growth;
mod heat;
mod holds;
mod host;
mod log;
mod open;
mod oracle;
mod pasted;
mod patch;
mod pattern;
mod places;
mod rows;
mod run;
mod share;
mod statement;
mod suggest;
mod trial;
mod what_if;
mod why;
mod why_not;
mod workbench;
mod xray;

pub use billed::{Bill, Billed, BilledQuery, RowPrices};
pub use compare::{Comparison, Side};
pub use drops::SuggestedDrop;
pub use error::{ErrorCode, WorkbenchError};
pub use explain::{Explained, ExplainedAt, StatementPlan};
pub use findings::{Cost, Finding, Findings, Rewrite, Rule};
pub use growth::{Exponents, Flip, Growth, GrowthPoint, Scaled, ScaledPlan, TableRows};
pub use heat::{Heat, heat};
pub use holds::Holds;
pub use host::{AdviceSoFar, Host};
pub use log::{LoopProof, log_format};
pub use open::{DatabaseInfo, Notice, Opened, SampleRef, build_attached_sample, build_sample};
pub use oracle::QUERY_TIME_NS;
pub use pasted::{PastedPlan, read_plan};
pub use pattern::{Pattern, patterns};
pub use places::{Piece, Place, Role, places};
pub use rows::{CellOptions, Guess, PageOptions, TextPart, WholeCell, WholeValue};
pub use run::{Ran, RunOptions};
pub use scanseek_advisor::{DropKind, WriteSteps};
pub use scanseek_bench::Verdict;
pub use scanseek_engine::RowsTouched;
pub use share::{ClaimCheck, LinkCheck, LinkState, SharedLink, counters};
pub use statement::{StatementInfo, StatementKind, bare, parse_value};
pub use suggest::{
    NotAnalysed, QueryAdvice, SuggestOptions, Suggested, SuggestedIndex, SuggestedPoint,
    SuggestedVerdict, ignored_facts,
};
pub use trial::{ArmResult, NotTried, QueryTrial, Trial, TrialOptions};
pub use why::{Switch, SwitchEffect, Why};
pub use why_not::{Alternative, ForcedUse, LoopEstimate, Threshold, WhyNot};
pub use workbench::Workbench;
pub use xray::{TreeRequests, Xray, XrayArm};

pub use scanseek_engine::{
    BuildInfo, DatabaseFiles, Extent, ExtentSource, Extents, FIRST_DISTANT_BYTES,
    LARGEST_EXTENT_BYTES, Optimization, Page, PageKind, PageMap, PageTrace, ParameterType,
    PartAnswer, RandomRead, Reach, RemoteError, RemoteVersion, RowBatch, SpillFile, Statistics,
    Stop, StorageError, StorageLimits, StorageUse, Switches, TreeKind, TreeLevel, Value, Varies,
    Whole, build_info, limit_storage, real_text, spill_to, storage_use,
};
#[cfg(not(target_family = "wasm"))]
pub use scanseek_engine::{FileBase, TemporarySpill};
pub use scanseek_plan::{Severity, grouped};
pub use scanseek_samples::{SampleInfo, plan_document, samples, workload};
pub use scanseek_sql::{
    LeftOut, LeftOutReason, Log, LogError, LogFormat, LogReader, LoggedQuery, QueryLoop, SeenValue,
    one_line, read_log,
};
