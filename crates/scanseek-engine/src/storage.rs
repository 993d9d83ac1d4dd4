//! A file as the VFS sees it: a read-only base of random reads, and pages written on top of it.
//!
//! The base is shared and never written. Cloning a [`CowFile`] shares all pages written so far,
//! so several connections can go on from one state, each with its own changes.

use std::sync::Arc;

/// Granularity of the pages on top, in bytes. SQLite's own page size may be smaller or larger.
const PAGE: usize = 4096;

/// A read failed under the database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StorageError(pub String);

/// Bytes that can be read anywhere: a file, a picked browser file, memory.
pub trait RandomRead: Send + Sync {
    /// Length in bytes.
    fn length(&self) -> u64;

    /// Fills the whole buffer from `offset`; the range is within the length.
    ///
    /// # Errors
    /// If the bytes cannot be read.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError>;
}

impl RandomRead for Vec<u8> {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = start.checked_add(buffer.len()).and_then(|end| self.get(start..end));
        let bytes = bytes.ok_or_else(|| StorageError("read past the end".to_owned()))?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }
}

/// A native file, opened read-only.
#[cfg(not(target_family = "wasm"))]
pub struct FileBase {
    file: std::sync::Mutex<std::fs::File>,
    length: u64,
}

#[cfg(not(target_family = "wasm"))]
impl FileBase {
    /// Opens the file for reading.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn open(path: &std::path::Path) -> std::io::Result<Self> {
        let file = std::fs::File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { file: std::sync::Mutex::new(file), length })
    }
}

#[cfg(not(target_family = "wasm"))]
impl RandomRead for FileBase {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError> {
        use std::io::{Read, Seek, SeekFrom};
        let mut file = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.seek(SeekFrom::Start(offset))
            .and_then(|_| file.read_exact(buffer))
            .map_err(|error| StorageError(error.to_string()))
    }
}

/// A base and the pages written on top of it.
#[derive(Clone, Default)]
pub(crate) struct CowFile {
    base: Option<Arc<dyn RandomRead>>,
    /// Bytes of the base that still show: truncating hides the rest for good.
    base_length: u64,
    length: u64,
    pages: Vec<Option<Arc<[u8; PAGE]>>>,
}

impl CowFile {
    pub(crate) fn over(base: Arc<dyn RandomRead>) -> Self {
        let length = base.length();
        Self { base: Some(base), base_length: length, length, pages: Vec::new() }
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Reads up to the end of the file and returns the number of bytes read.
    pub(crate) fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, StorageError> {
        let count = self.length.saturating_sub(offset).min(buffer.len() as u64) as usize;
        let buffer = &mut buffer[..count];
        let mut done = 0;
        while done < count {
            let at = offset + done as u64;
            let (page, inside) = split(at);
            let take = (PAGE - inside).min(count - done);
            match self.pages.get(page).and_then(Option::as_ref) {
                Some(bytes) => {
                    buffer[done..done + take].copy_from_slice(&bytes[inside..inside + take]);
                    done += take;
                }
                None => {
                    // One read of the base for all pages in a row that were never written.
                    let mut end = done + take;
                    while end < count {
                        let (next, _) = split(offset + end as u64);
                        if self.pages.get(next).is_some_and(Option::is_some) {
                            break;
                        }
                        end = (end + PAGE).min(count);
                    }
                    self.read_base(at, &mut buffer[done..end])?;
                    done = end;
                }
            }
        }
        Ok(count)
    }

    pub(crate) fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), StorageError> {
        let end = offset + bytes.len() as u64;
        let pages = end.div_ceil(PAGE as u64) as usize;
        if self.pages.len() < pages {
            self.pages.resize(pages, None);
        }
        let mut done = 0;
        while done < bytes.len() {
            let (page, inside) = split(offset + done as u64);
            let take = (PAGE - inside).min(bytes.len() - done);
            if self.pages[page].is_none() {
                let mut fresh = [0; PAGE];
                if take < PAGE {
                    self.read_base((page * PAGE) as u64, &mut fresh)?;
                }
                self.pages[page] = Some(Arc::new(fresh));
            }
            if let Some(slot) = &mut self.pages[page] {
                let slot = Arc::make_mut(slot);
                slot[inside..inside + take].copy_from_slice(&bytes[done..done + take]);
            }
            done += take;
        }
        self.length = self.length.max(end);
        Ok(())
    }

    pub(crate) fn truncate(&mut self, length: u64) {
        self.base_length = self.base_length.min(length);
        self.pages.truncate(length.div_ceil(PAGE as u64) as usize);
        let (last, inside) = split(length);
        if inside > 0
            && let Some(Some(page)) = self.pages.get_mut(last)
        {
            Arc::make_mut(page)[inside..].fill(0);
        }
        self.length = length;
    }

    /// The base where it still shows, zeros behind it.
    fn read_base(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError> {
        let shown = self.base_length.saturating_sub(offset).min(buffer.len() as u64) as usize;
        let (from_base, behind) = buffer.split_at_mut(shown);
        behind.fill(0);
        match &self.base {
            Some(base) if shown > 0 => base.read_at(offset, from_base),
            _ => Ok(()),
        }
    }
}

fn split(offset: u64) -> (usize, usize) {
    ((offset / PAGE as u64) as usize, (offset % PAGE as u64) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone)]
    enum Step {
        Write(u64, u8, usize),
        Truncate(u64),
        Fork,
        Read(u64, usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0..30_000u64, any::<u8>(), 0..9000usize).prop_map(|(o, b, n)| Step::Write(o, b, n)),
            (0..30_000u64).prop_map(Step::Truncate),
            Just(Step::Fork),
            (0..40_000u64, 0..9000usize).prop_map(|(o, n)| Step::Read(o, n)),
        ]
    }

    proptest! {
        /// Against the plainest model there is: a vector of bytes.
        #[test]
        fn behaves_like_a_vector(base_len in 0..20_000usize, steps in prop::collection::vec(step(), 0..40)) {
            let base: Vec<u8> = (0..base_len).map(|i| (i * 7) as u8).collect();
            let mut file = CowFile::over(Arc::new(base.clone()));
            let mut model = base.clone();
            let mut parents = Vec::new();
            for step in steps {
                match step {
                    Step::Write(offset, byte, count) => {
                        file.write(offset, &vec![byte; count]).unwrap();
                        if count > 0 || offset as usize <= model.len() {
                            let end = offset as usize + count;
                            if model.len() < end { model.resize(end, 0); }
                            model[offset as usize..end].fill(byte);
                        } else {
                            model.resize(offset as usize, 0);
                        }
                    }
                    Step::Truncate(length) => {
                        file.truncate(length.min(file.length()));
                        model.truncate(length as usize);
                    }
                    Step::Fork => parents.push((file.clone(), model.clone())),
                    Step::Read(offset, count) => {
                        let mut buffer = vec![9; count];
                        let got = file.read(offset, &mut buffer).unwrap();
                        let start = (offset as usize).min(model.len());
                        let end = (start + count).min(model.len());
                        prop_assert_eq!(&buffer[..got], &model[start..end]);
                    }
                }
            }
            parents.push((file, model));
            for (file, model) in parents {
                let mut all = vec![0; model.len()];
                prop_assert_eq!(file.length(), model.len() as u64);
                file.read(0, &mut all).unwrap();
                prop_assert_eq!(all, model);
            }
        }
    }
}
