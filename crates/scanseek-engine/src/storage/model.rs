//! Any sequence of operations on files, against the plainest model there is: blocks of bytes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::pages::{PAGE, PagePool};
use super::{CowFile, RandomRead, SpillFile, StorageError, StorageLimits, StorageUse};

/// Reads the bytes as operations, does them on files that share a pool, and panics where a file is
/// not what the model says.
pub fn storage_sequence(bytes: &[u8]) {
    let mut input = Input(bytes);
    let pool = Arc::new(PagePool::default());
    limit(&pool, &mut input);
    let base_length = usize::from(input.word()) * 2;
    let base: Arc<Vec<u8>> = Arc::new((0..base_length).map(|i| (i * 7 + i / 251) as u8).collect());
    let base_before = Arc::clone(&base).to_vec();
    let over = CowFile::over(Arc::clone(&base) as _, Arc::clone(&pool));
    let mut files = vec![(over, Model::over(&base))];
    while let Some(operation) = input.next() {
        let at = usize::from(input.byte()) % files.len();
        let (file, model) = &mut files[at];
        match operation % 16 {
            0..=5 => {
                let offset = input.offset(base_length);
                let data: Vec<u8> = vec![input.byte(); usize::from(input.word() % 20_000)];
                match file.write(offset, &data) {
                    Ok(()) => model.write(offset, &data),
                    Err(StorageError::Full { .. }) => {
                        model.take_partial(file, offset, &data);
                        // As SQLite does when it rolls back; what lies behind the end is undefined
                        // until then.
                        pool.limit(StorageLimits::default());
                        assert_eq!(file.truncate(file.length()), Ok(()));
                    }
                    Err(why) => panic!("nothing fails here: {why}"),
                }
            }
            6..=8 => {
                let offset = input.offset(base_length);
                model.compare(file, offset, usize::from(input.word()));
            }
            9 | 10 => {
                // SQLite only ever makes files shorter.
                let length = input.offset(base_length).min(file.length());
                // Cutting a page that is shared needs room for the page.
                if file.truncate(length).is_ok() {
                    model.truncate(length);
                }
            }
            11 | 12 if files.len() < 6 => {
                let fork = files[at].clone();
                files.push(fork);
            }
            13 if files.len() < 6 => {
                files.push((CowFile::empty(Arc::clone(&pool)), Model::default()));
            }
            14 if files.len() > 1 => drop(files.swap_remove(at)),
            _ if input.byte().is_multiple_of(3) => pool.spill_to(None),
            _ if input.byte().is_multiple_of(2) => {
                pool.spill_to(Some(Arc::new(Memory::default())));
            }
            _ => limit(&pool, &mut input),
        }
    }
    for (file, model) in &files {
        model.compare_all(file);
    }
    assert!(*base == base_before, "the base was written");
    drop(files);
    assert_eq!(pool.usage(), StorageUse::default(), "pages outlive their files");
}

fn limit(pool: &PagePool, input: &mut Input<'_>) {
    let mut pages = |most: u64| u64::from(input.byte()) % most * PAGE as u64;
    let (memory_bytes, memory_only_bytes) = (pages(12), pages(256));
    let total_bytes = memory_bytes + pages(64) * 8;
    pool.limit(StorageLimits { memory_bytes, memory_only_bytes, total_bytes });
}

/// The bytes that say what to do; zeros behind their end.
struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn byte(&mut self) -> u8 {
        self.next().unwrap_or(0)
    }

    fn word(&mut self) -> u16 {
        u16::from_le_bytes([self.byte(), self.byte()])
    }

    /// A place where something changes, and a little more or less.
    fn offset(&mut self, base_length: usize) -> u64 {
        const LEAF: u64 = 2 << 20;
        let near = [0, base_length as u64, LEAF, 2 * LEAF, 1 << 32, 1 << 46];
        let place = near[usize::from(self.byte()) % near.len()];
        (place + u64::from(self.word())).saturating_sub(1 << 14)
    }
}

const BLOCK: u64 = 512;

/// Blocks that were ever written, and the length.
#[derive(Clone, Default)]
struct Model {
    blocks: BTreeMap<u64, Vec<u8>>,
    length: u64,
}

impl Model {
    fn over(base: &[u8]) -> Self {
        let mut model = Self::default();
        model.write(0, base);
        model
    }

    fn byte_mut(&mut self, at: u64) -> &mut u8 {
        let block = self.blocks.entry(at / BLOCK).or_insert_with(|| vec![0; BLOCK as usize]);
        &mut block[(at % BLOCK) as usize]
    }

    fn byte(&self, at: u64) -> u8 {
        self.blocks.get(&(at / BLOCK)).map_or(0, |block| block[(at % BLOCK) as usize])
    }

    fn write(&mut self, offset: u64, data: &[u8]) {
        for (at, byte) in (offset..).zip(data) {
            *self.byte_mut(at) = *byte;
        }
        self.length = self.length.max(offset + data.len() as u64);
    }

    /// A write that found no room may have got some way. No byte is another than before or meant,
    /// and the file is not longer.
    fn take_partial(&mut self, file: &CowFile, offset: u64, data: &[u8]) {
        assert_eq!(file.length(), self.length);
        let shown = data.len().min(self.length.saturating_sub(offset) as usize);
        let mut now = vec![0; shown];
        assert_eq!(file.read(offset, &mut now), Ok(shown));
        for ((at, now), meant) in (offset..).zip(now).zip(data) {
            assert!(now == *meant || now == self.byte(at), "byte {at} is neither old nor new");
            *self.byte_mut(at) = now;
        }
    }

    fn truncate(&mut self, length: u64) {
        self.blocks.split_off(&length.div_ceil(BLOCK));
        if let Some(last) = self.blocks.get_mut(&(length / BLOCK)) {
            last[(length % BLOCK) as usize..].fill(0);
        }
        self.length = length;
    }

    fn compare(&self, file: &CowFile, offset: u64, count: usize) {
        let shown = count.min(self.length.saturating_sub(offset) as usize);
        let mut found = vec![0xee; count];
        assert_eq!(file.read(offset, &mut found), Ok(shown), "{count} bytes at {offset}");
        for (at, found) in (offset..).zip(&found[..shown]) {
            assert_eq!(*found, self.byte(at), "byte {at}");
        }
        let whole = file.read_at(offset, &mut found).is_ok();
        assert_eq!(whole, shown == count, "{count} bytes at {offset} of {}", self.length);
    }

    fn compare_all(&self, file: &CowFile) {
        assert_eq!(file.length(), self.length);
        for block in self.blocks.keys() {
            self.compare(file, block * BLOCK, BLOCK as usize);
        }
    }
}

/// A spill file in memory.
#[derive(Default)]
struct Memory(Mutex<Vec<u8>>);

impl SpillFile for Memory {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).read_at(offset, buffer)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), StorageError> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (start, end) = (offset as usize, offset as usize + bytes.len());
        if all.len() < end {
            // What was never written must not be read.
            all.resize(end, 0xee);
        }
        all[start..end].copy_from_slice(bytes);
        Ok(())
    }
}
