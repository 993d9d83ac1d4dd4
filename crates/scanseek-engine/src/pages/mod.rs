//! The pages of the file: which b-tree each belongs to and where in it, and which of them a run
//! asked for.
//!
//! Vocabulary: a [`PageMap`] says of every page its tree, its level (the root is 0) and how full it
//! is; a [`PageTrace`] holds the requests of one run, exactly as often as the published counters
//! count them, and the first of them in order.

mod format;
mod map;
mod recorder;
mod trace;
mod walk;

pub use map::{Extent, PageFacts, PageKind, PageMap, PageTree, TreeKind, TreeLevel};
pub use trace::{AttachedRequests, PageRequests, PageTrace, RequestRun};
pub use walk::WHOLE_MAP_BYTES;

pub(crate) use recorder::{Recorder, note};
