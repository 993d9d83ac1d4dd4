//! A file that holds written pages when memory is short.
//!
//! Pages go to it in segments, as small writes are slow where it matters: a 4 KiB write to the
//! browser's private file system takes 0.1 ms, one of 1 MiB runs at 200 MB/s.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::StorageError;
use super::pages::{Bytes, PAGE};

/// Pages of a segment.
const SEGMENT_PAGES: usize = 256;
const SEGMENT_BYTES: usize = SEGMENT_PAGES * PAGE;

/// A scratch file of one process.
pub trait SpillFile: Send + Sync {
    /// Fills the whole buffer from `offset`; only what was written is read.
    ///
    /// # Errors
    /// If the bytes cannot be read.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError>;

    /// Writes all bytes at `offset`, extending the file as needed.
    ///
    /// # Errors
    /// If they cannot be written, as when the disk or a quota is full.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), StorageError>;
}

/// A file of the operating system's temporary folder that is gone when the process is.
#[cfg(not(target_family = "wasm"))]
pub struct TemporarySpill(std::fs::File);

#[cfg(not(target_family = "wasm"))]
impl TemporarySpill {
    /// Over an open, empty file.
    pub fn new(file: std::fs::File) -> Self {
        Self(file)
    }
}

#[cfg(not(target_family = "wasm"))]
impl SpillFile for TemporarySpill {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError> {
        super::base::native::read_exact_at(&self.0, offset, buffer)
            .map_err(|error| StorageError::failed(error.to_string()))
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), StorageError> {
        super::base::native::write_all_at(&self.0, offset, bytes)
            .map_err(|error| StorageError::failed(error.to_string()))
    }
}

/// The segments of one spill file.
pub(super) struct Spill {
    file: Arc<dyn SpillFile>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The segment being filled, not yet in the file.
    filling: usize,
    buffer: Vec<u8>,
    /// Pages in use of each segment.
    live: Vec<u32>,
    /// Segments without a page in use.
    free: Vec<usize>,
    live_pages: u64,
}

/// A page in the file, its place free again when this goes.
pub(super) struct SpilledPage {
    spill: Arc<Spill>,
    segment: usize,
    /// Its place in the segment, in bytes.
    at: usize,
}

impl Spill {
    pub(super) fn new(file: Arc<dyn SpillFile>) -> Arc<Self> {
        let state = State { live: vec![0], ..State::default() };
        Arc::new(Self { file, state: Mutex::new(state) })
    }

    pub(super) fn live_bytes(&self) -> u64 {
        self.state().live_pages * PAGE as u64
    }

    pub(super) fn write(self: &Arc<Self>, bytes: &Bytes) -> Result<SpilledPage, StorageError> {
        let mut state = self.state();
        if state.buffer.len() == SEGMENT_BYTES {
            self.next_segment(&mut state)?;
        }
        let at = state.buffer.len();
        let segment = state.filling;
        state.buffer.extend_from_slice(bytes);
        state.live[segment] += 1;
        state.live_pages += 1;
        Ok(SpilledPage { spill: Arc::clone(self), segment, at })
    }

    /// Puts the full segment into the file and begins another.
    fn next_segment(&self, state: &mut State) -> Result<(), StorageError> {
        if state.live[state.filling] > 0 {
            self.file.write_at(start_of(state.filling), &state.buffer)?;
            state.filling = state.free.pop().unwrap_or_else(|| {
                state.live.push(0);
                state.live.len() - 1
            });
        }
        state.buffer.clear();
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn start_of(segment: usize) -> u64 {
    segment as u64 * SEGMENT_BYTES as u64
}

impl SpilledPage {
    pub(super) fn read(&self, at: usize, buffer: &mut [u8]) -> Result<(), StorageError> {
        let state = self.spill.state();
        let start = self.at + at;
        if self.segment == state.filling {
            buffer.copy_from_slice(&state.buffer[start..start + buffer.len()]);
            return Ok(());
        }
        self.spill.file.read_at(start_of(self.segment) + start as u64, buffer)
    }
}

impl Drop for SpilledPage {
    fn drop(&mut self) {
        let mut state = self.spill.state();
        state.live[self.segment] -= 1;
        state.live_pages -= 1;
        if state.live[self.segment] == 0 && self.segment != state.filling {
            state.free.push(self.segment);
        }
    }
}
