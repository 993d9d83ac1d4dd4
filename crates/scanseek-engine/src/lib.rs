//! The one SQLite of ScanSeek, the same source on every target: open a database without ever
//! changing it, read its catalog, explain and run statements, count their work, and ask the
//! planner what it would need.
//!
//! Vocabulary: a [`Database`] is one connection over a read-only base with its own copy-on-write
//! pages; [`Database::fork`] gives another over the same base, so an index can be tried in one
//! and not in the other. [`Counters`](scanseek_plan::Counters) are SQLite's own, taken with
//! per-node measuring off; [`LoopStats`](scanseek_plan::LoopStats) come from a second run with it on.
//!
//! This crate alone has `unsafe` and `rusqlite`.
#![allow(unsafe_code)]

mod analysis;
mod attached;
mod batches;
mod bindings;
mod catalog;
mod control;
mod database;
#[cfg(all(test, not(target_family = "wasm")))]
mod differential;
mod distinct;
mod error;
mod file_check;
mod hardening;
mod indexes;
mod logs;
mod measure;
mod pages;
mod parameters;
mod planner;
mod row_pages;
mod runtime;
mod shelf;
mod statement;
mod statistics;
mod storage;
mod stubs;
mod switches;
mod touched;
mod value;
mod vfs;

pub use analysis::{Analysis, Estimate};
pub use batches::RowBatch;
pub use control::{Control, NoControl, Stop};
pub use database::{BulkInsert, BulkValue, Database, DatabaseFiles, FileInfo, Opened};
pub use distinct::{Distinct, DistinctRequest};
pub use error::EngineError;
pub use file_check::FileNotice;
pub use indexes::{IndexChange, Undo};
pub use measure::{Measured, ResultHash, Rows, RowsRequest};
pub use pages::{
    AttachedRequests, Extent, PageFacts, PageKind, PageMap, PageRequests, PageTrace, PageTree,
    RequestRun, TreeKind, TreeLevel, WHOLE_MAP_BYTES,
};
pub use parameters::ParameterType;
pub use planner::ShadowPlanner;
pub use row_pages::{CellRequest, Page, PageRequest, Varies, Whole};
pub use runtime::{BuildInfo, build_info, limit_storage, spill_to, storage_use};
pub use shelf::Shelf;
pub use statement::{Prepared, StatementKind};
#[cfg(feature = "fuzz")]
pub use storage::storage_sequence;
pub use storage::{
    ExtentSource, Extents, FIRST_DISTANT_BYTES, LARGEST_EXTENT_BYTES, PartAnswer, RandomRead,
    Reach, RemoteError, RemoteVersion, SpillFile, StorageError, StorageLimits, StorageUse,
};
#[cfg(not(target_family = "wasm"))]
pub use storage::{FileBase, TemporarySpill};
pub use stubs::Missing;
pub use switches::{Optimization, Statistics, Switches};
pub use touched::RowsTouched;
pub use value::{Value, real_text};
