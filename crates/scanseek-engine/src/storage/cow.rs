//! A file as the VFS sees it: a read-only base, and pages written on top of it.
//!
//! The base is shared and never written. Cloning a [`CowFile`] shares all pages written so far,
//! so several connections can go on from one state, each with its own changes.

use std::sync::Arc;

use super::pages::{Bytes, PAGE, Page, PagePool};
use super::{RandomRead, StorageError};

/// Pages of a leaf of the page table: cloning a file copies one pointer a leaf, 2 MiB of file.
const LEAF: usize = 512;

type Leaf = [Option<Page>; LEAF];

/// A base and the pages written on top of it.
#[derive(Clone)]
pub(crate) struct CowFile {
    pool: Arc<PagePool>,
    base: Option<Arc<dyn RandomRead>>,
    /// Bytes of the base that still show: truncating hides the rest for good.
    base_length: u64,
    length: u64,
    leaves: Vec<Option<Arc<Leaf>>>,
}

impl CowFile {
    pub(crate) fn empty(pool: Arc<PagePool>) -> Self {
        Self { pool, base: None, base_length: 0, length: 0, leaves: Vec::new() }
    }

    pub(crate) fn over(base: Arc<dyn RandomRead>, pool: Arc<PagePool>) -> Self {
        let length = base.length();
        Self { pool, base: Some(base), base_length: length, length, leaves: Vec::new() }
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
            match self.page(page) {
                Some(page) => {
                    page.read(inside, &mut buffer[done..done + take])?;
                    done += take;
                }
                None => {
                    // One read of the base for all pages in a row that were never written.
                    let mut end = done + take;
                    while end < count {
                        let (next, _) = split(offset + end as u64);
                        if self.page(next).is_some() {
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
        // A hostile journal names any length, and SQLite writes the last page of it. What is written
        // beyond the base has to fit, so no honest file is longer.
        let limit_bytes = self.pool.total_bytes();
        if end > self.length && end > self.base_length.saturating_add(limit_bytes) {
            return Err(StorageError::Full { limit_bytes });
        }
        let mut done = 0;
        while done < bytes.len() {
            let (page, inside) = split(offset + done as u64);
            let take = (PAGE - inside).min(bytes.len() - done);
            self.write_page(page, inside, &bytes[done..done + take])?;
            done += take;
        }
        self.length = self.length.max(end);
        Ok(())
    }

    pub(crate) fn truncate(&mut self, length: u64) -> Result<(), StorageError> {
        let (last, inside) = split(length);
        if inside > 0 && self.page(last).is_some() {
            self.write_page(last, inside, &[0; PAGE][inside..])?;
        }
        self.base_length = self.base_length.min(length);
        let pages = length.div_ceil(PAGE as u64) as usize;
        self.leaves.truncate(pages.div_ceil(LEAF));
        if !pages.is_multiple_of(LEAF)
            && let Some(Some(leaf)) = self.leaves.get_mut(pages / LEAF)
        {
            Arc::make_mut(leaf)[pages % LEAF..].fill(None);
        }
        self.length = length;
        Ok(())
    }

    fn page(&self, page: usize) -> Option<&Page> {
        self.leaves.get(page / LEAF)?.as_ref()?[page % LEAF].as_ref()
    }

    /// Writes within one page.
    fn write_page(&mut self, page: usize, inside: usize, bytes: &[u8]) -> Result<(), StorageError> {
        if let Some(Some(leaf)) = self.leaves.get_mut(page / LEAF)
            && let Some(leaf) = Arc::get_mut(leaf)
            && let Some(present) = leaf[page % LEAF].as_mut().and_then(Page::bytes_mut)
        {
            present[inside..inside + bytes.len()].copy_from_slice(bytes);
            return Ok(());
        }
        let mut fresh: Bytes = [0; PAGE];
        if bytes.len() < PAGE {
            match self.page(page) {
                Some(present) => present.read(0, &mut fresh)?,
                None => self.read_base(page as u64 * PAGE as u64, &mut fresh)?,
            }
        }
        fresh[inside..inside + bytes.len()].copy_from_slice(bytes);
        let kept = self.pool.keep(&fresh)?;
        if self.leaves.len() <= page / LEAF {
            self.leaves.resize(page / LEAF + 1, None);
        }
        let leaf = self.leaves[page / LEAF].get_or_insert_with(|| Arc::new([const { None }; LEAF]));
        Arc::make_mut(leaf)[page % LEAF] = Some(kept);
        Ok(())
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

impl RandomRead for CowFile {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError> {
        match self.read(offset, buffer) {
            Ok(count) if count == buffer.len() => Ok(()),
            Ok(_) => Err(StorageError::failed("read past the end")),
            Err(error) => Err(error),
        }
    }
}

/// The page an offset is on, and where on it. Pages of a file of 16 TiB can be counted in 32 bits.
fn split(offset: u64) -> (usize, usize) {
    ((offset / PAGE as u64) as usize, (offset % PAGE as u64) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{SpillFile, StorageLimits};
    use proptest::prelude::*;
    use std::sync::Mutex;

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
            (2_090_000..2_105_000u64, any::<u8>(), 0..9000usize)
                .prop_map(|(o, b, n)| Step::Write(o, b, n)),
            (0..30_000u64).prop_map(Step::Truncate),
            (2_090_000..2_105_000u64).prop_map(Step::Truncate),
            Just(Step::Fork),
            (0..40_000u64, 0..9000usize).prop_map(|(o, n)| Step::Read(o, n)),
        ]
    }

    /// A spill file in memory.
    #[derive(Default)]
    struct Memory(Mutex<Vec<u8>>);

    impl SpillFile for Memory {
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError> {
            self.0.lock().unwrap().read_at(offset, buffer)
        }

        fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), StorageError> {
            let mut all = self.0.lock().unwrap();
            let (start, end) = (offset as usize, offset as usize + bytes.len());
            if all.len() < end {
                all.resize(end, 0xee);
            }
            all[start..end].copy_from_slice(bytes);
            Ok(())
        }
    }

    fn limits(memory_pages: u64, total_pages: u64) -> StorageLimits {
        let page = PAGE as u64;
        StorageLimits {
            memory_bytes: memory_pages * page,
            memory_only_bytes: memory_pages * page,
            total_bytes: total_pages * page,
        }
    }

    #[test]
    fn a_full_pool_says_so_and_loses_nothing() {
        let pool = Arc::new(PagePool::default());
        pool.limit(limits(2, 4));
        let mut file = CowFile::empty(Arc::clone(&pool));
        file.write(0, &[1; 2 * PAGE]).unwrap();
        let full = |pages: u64| Err(StorageError::Full { limit_bytes: pages * PAGE as u64 });
        assert_eq!(file.write(2 * PAGE as u64, &[2; PAGE]), full(2));
        pool.spill_to(Some(Arc::new(Memory::default())));
        file.write(2 * PAGE as u64, &[3; 2 * PAGE]).unwrap();
        assert_eq!(file.write(4 * PAGE as u64, &[4; 1]), full(4));
        assert_eq!(file.write(1 << 46, &[4; 1]), full(4), "no table of pages is made for this");
        let mut all = vec![0; 4 * PAGE];
        assert_eq!(file.read(0, &mut all), Ok(4 * PAGE));
        assert!(all[..2 * PAGE].iter().all(|b| *b == 1) && all[2 * PAGE..].iter().all(|b| *b == 3));
        assert_eq!(pool.usage().spilled_bytes, 2 * PAGE as u64);
        let fork = file.clone();
        file.truncate(0).unwrap();
        assert_eq!(pool.usage().memory_bytes, 2 * PAGE as u64);
        drop(fork);
        assert_eq!(pool.usage(), crate::storage::StorageUse::default());
        file.write(0, &[5; 4 * PAGE]).unwrap();
    }

    /// More than a segment is written, freed and written again.
    #[test]
    fn segments_of_the_spill_file_are_used_again() {
        let pool = Arc::new(PagePool::default());
        pool.limit(limits(0, 1 << 20));
        let spill = Arc::new(Memory::default());
        pool.spill_to(Some(Arc::clone(&spill) as Arc<dyn SpillFile>));
        for round in 0..20u8 {
            let mut file = CowFile::empty(Arc::clone(&pool));
            for page in 0..700u64 {
                file.write(page * PAGE as u64, &[round ^ page as u8; PAGE]).unwrap();
            }
            for page in 0..700u64 {
                let mut bytes = [0; PAGE];
                file.read(page * PAGE as u64, &mut bytes).unwrap();
                assert_eq!(bytes, [round ^ page as u8; PAGE]);
            }
        }
        assert!(spill.0.lock().unwrap().len() <= 5 << 20, "freed segments were not used again");
    }

    proptest! {
        /// Against the plainest model there is: a vector of bytes.
        #[test]
        fn behaves_like_a_vector(base_len in 0..20_000usize, memory_pages in 0..6u64, steps in prop::collection::vec(step(), 0..40)) {
            let base: Vec<u8> = (0..base_len).map(|i| (i * 7) as u8).collect();
            let pool = Arc::new(PagePool::default());
            pool.limit(limits(memory_pages, 1 << 20));
            pool.spill_to(Some(Arc::new(Memory::default())));
            let mut file = CowFile::over(Arc::new(base.clone()), pool);
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
                        file.truncate(length.min(file.length())).unwrap();
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
