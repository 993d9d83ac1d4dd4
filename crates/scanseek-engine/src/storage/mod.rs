//! What lies under the VFS: read-only bases of random reads, and pages written on top of them.

mod base;
mod cow;
mod extents;
#[cfg(feature = "fuzz")]
mod model;
mod pages;
mod remote;
mod spill;

#[cfg(not(target_family = "wasm"))]
pub use base::FileBase;
pub use base::{RandomRead, Reach, StorageError};
pub(crate) use cow::CowFile;
pub use extents::{ExtentSource, Extents, FIRST_DISTANT_BYTES, LARGEST_EXTENT_BYTES};
#[cfg(feature = "fuzz")]
pub use model::storage_sequence;
pub(crate) use pages::PagePool;
pub use pages::{StorageLimits, StorageUse};
pub use remote::{PartAnswer, RemoteError, RemoteVersion};
pub use spill::SpillFile;
#[cfg(not(target_family = "wasm"))]
pub use spill::TemporarySpill;
