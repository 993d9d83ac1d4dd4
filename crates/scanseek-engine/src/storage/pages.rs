//! Pages that were written, and the pool that decides where they are kept: in memory first, in a
//! spill file above a limit, nowhere above another.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::StorageError;
use super::spill::{Spill, SpillFile, SpilledPage};

/// Granularity of written pages, in bytes. SQLite's own page size may be smaller or larger.
pub(super) const PAGE: usize = 4096;

pub(super) type Bytes = [u8; PAGE];

/// What all written pages of the process together may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageLimits {
    /// Bytes kept in memory while there is a file to spill to.
    pub memory_bytes: u64,
    /// Bytes kept in memory if there is none.
    pub memory_only_bytes: u64,
    /// Bytes kept in all.
    pub total_bytes: u64,
}

impl Default for StorageLimits {
    /// For a browser's worker: its memory never shrinks and is capped at 4 GiB.
    fn default() -> Self {
        const MIB: u64 = 1 << 20;
        Self { memory_bytes: 32 * MIB, memory_only_bytes: 1024 * MIB, total_bytes: 16_384 * MIB }
    }
}

/// What all written pages of the process take now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StorageUse {
    /// Bytes in memory.
    pub memory_bytes: u64,
    /// Bytes in the spill file.
    pub spilled_bytes: u64,
}

/// Where written pages are kept.
#[derive(Default)]
pub(crate) struct PagePool {
    in_memory: Arc<AtomicU64>,
    settings: Mutex<Settings>,
}

#[derive(Default)]
struct Settings {
    limits: StorageLimits,
    spill: Option<Arc<Spill>>,
}

/// One written page. Cloning shares it.
#[derive(Clone)]
pub(super) enum Page {
    Memory(Arc<MemoryPage>),
    Spilled(Arc<SpilledPage>),
}

/// A page in memory, counted while it lives.
pub(super) struct MemoryPage {
    bytes: Bytes,
    count: Arc<AtomicU64>,
}

impl Drop for MemoryPage {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}

impl PagePool {
    /// Changes the limits; pages already kept stay where they are.
    pub(crate) fn limit(&self, limits: StorageLimits) {
        self.settings().limits = limits;
    }

    /// Spills to this file from now on, or no more. Pages in an earlier file keep it alive.
    pub(crate) fn spill_to(&self, file: Option<Arc<dyn SpillFile>>) {
        self.settings().spill = file.map(Spill::new);
    }

    pub(crate) fn usage(&self) -> StorageUse {
        StorageUse {
            memory_bytes: self.in_memory.load(Ordering::Relaxed) * PAGE as u64,
            spilled_bytes: self.settings().spill.as_ref().map_or(0, |spill| spill.live_bytes()),
        }
    }

    pub(super) fn total_bytes(&self) -> u64 {
        self.settings().limits.total_bytes
    }

    /// Keeps one more page.
    pub(super) fn keep(&self, bytes: &Bytes) -> Result<Page, StorageError> {
        let settings = self.settings();
        let limits = settings.limits;
        let in_memory = (self.in_memory.load(Ordering::Relaxed) + 1) * PAGE as u64;
        let full = |limit_bytes| Err(StorageError::Full { limit_bytes });
        if let Some(spill) = &settings.spill {
            if in_memory + spill.live_bytes() > limits.total_bytes {
                return full(limits.total_bytes);
            }
            if in_memory > limits.memory_bytes {
                return spill.write(bytes).map(|page| Page::Spilled(Arc::new(page)));
            }
        } else if in_memory > limits.memory_only_bytes.min(limits.total_bytes) {
            return full(limits.memory_only_bytes.min(limits.total_bytes));
        }
        self.in_memory.fetch_add(1, Ordering::Relaxed);
        let count = Arc::clone(&self.in_memory);
        Ok(Page::Memory(Arc::new(MemoryPage { bytes: *bytes, count })))
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Page {
    /// Copies from `at` on, within the page.
    pub(super) fn read(&self, at: usize, buffer: &mut [u8]) -> Result<(), StorageError> {
        match self {
            Self::Memory(page) => {
                buffer.copy_from_slice(&page.bytes[at..at + buffer.len()]);
                Ok(())
            }
            Self::Spilled(page) => page.read(at, buffer),
        }
    }

    /// The bytes, if they are in memory and nobody else shares them.
    pub(super) fn bytes_mut(&mut self) -> Option<&mut Bytes> {
        match self {
            Self::Memory(page) => Arc::get_mut(page).map(|page| &mut page.bytes),
            Self::Spilled(_) => None,
        }
    }
}
