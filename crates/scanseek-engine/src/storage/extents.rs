//! A cache over a base where every read is expensive, such as a file picked in a browser (0.5 to
//! 0.8 ms a call whatever its size up to 16 KiB) or one on a server (a round trip a call). Reads are
//! made in extents that grow while a scan goes on, and what is read a second time is kept where
//! reading is cheap.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{RandomRead, Reach, StorageError};

/// The smallest extent, in bytes; all begin and end at its multiples or at the end of the file.
const GRAIN: u64 = 64 << 10;

/// Grains of the largest extent: 8 MiB.
const LARGEST: u64 = 128;

/// Grains of the first extent of a distant base: in the time of a round trip of 50 ms, a line of
/// 40 Mbit/s carries as many bytes.
const FIRST_DISTANT: u64 = 4;

/// Length of the first extent of a distant base, in bytes, if it is not shorter itself.
pub const FIRST_DISTANT_BYTES: u64 = FIRST_DISTANT * GRAIN;

/// Length of the largest extent in bytes.
pub const LARGEST_EXTENT_BYTES: u64 = LARGEST * GRAIN;

/// Scans followed at once. A join reads from several places in turn.
const HEADS: usize = 4;

/// Where extents come from, and where they may be kept.
pub trait ExtentSource: Send + Sync {
    /// Bytes of an extent, wherever they lie.
    type Extent: Send;

    /// Length of the base in bytes.
    fn length(&self) -> u64;

    /// What a read of the base costs.
    fn reach(&self) -> Reach {
        Reach::Near
    }

    /// Reads an extent.
    ///
    /// # Errors
    /// If the base cannot be read.
    fn load(&self, offset: u64, length: u64) -> Result<Self::Extent, StorageError>;

    /// Copies from `at` on, within the extent.
    fn copy(extent: &Self::Extent, at: usize, buffer: &mut [u8]);

    /// Keeps an extent at `place` of a scratch file; false if there is no room or no file.
    fn keep(&self, place: u64, extent: &Self::Extent) -> bool;

    /// Fills the buffer from `place` of the scratch file; false if that fails, and the base is
    /// read again.
    fn read_kept(&self, place: u64, buffer: &mut [u8]) -> bool;
}

/// A base read in extents.
pub struct Extents<S: ExtentSource> {
    source: S,
    length: u64,
    limit_bytes: u64,
    state: Mutex<State<S::Extent>>,
}

struct State<E> {
    /// Extents by their first grain; they never overlap.
    cached: BTreeMap<u64, Cached<E>>,
    cached_bytes: u64,
    heads: Vec<Head>,
    /// What is known of each grain.
    grains: Vec<Grain>,
    /// Grains in the scratch file; `None` once the source could not keep an extent.
    kept_grains: Option<u32>,
    /// Grains of an extent where no scan goes on.
    smallest: u64,
    clock: u64,
}

struct Cached<E> {
    extent: E,
    bytes: u64,
    used: u64,
}

/// How far a scan has come: the extent it read last, and where it goes on.
#[derive(Clone, Copy)]
struct Head {
    /// A scan towards the beginning of the file goes on before this one.
    first_grain: u64,
    next_grain: u64,
    grains: u64,
    used: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Grain {
    Unread,
    Read,
    /// Kept as this grain of the scratch file.
    Kept(u32),
}

impl<S: ExtentSource> Extents<S> {
    /// Caches up to `limit_bytes` of the source.
    pub fn new(source: S, limit_bytes: u64) -> Self {
        let length = source.length();
        let grains = vec![Grain::Unread; length.div_ceil(GRAIN) as usize];
        let state = State {
            cached: BTreeMap::new(),
            cached_bytes: 0,
            heads: Vec::new(),
            grains,
            kept_grains: Some(0),
            smallest: if source.reach() == Reach::Near { 1 } else { FIRST_DISTANT },
            clock: 0,
        };
        // Two of the largest must fit, or a join of two scans would read each anew.
        let limit_bytes = limit_bytes.max(2 * LARGEST * GRAIN);
        Self { source, length, limit_bytes, state: Mutex::new(state) }
    }

    /// Reads within one grain.
    fn read_grain(
        &self,
        state: &mut State<S::Extent>,
        grain: u64,
        inside: usize,
        buffer: &mut [u8],
    ) -> Result<(), StorageError> {
        state.clock += 1;
        if let Some((first, cached)) = state.cached.range_mut(..=grain).next_back() {
            let at = (grain - first) * GRAIN + inside as u64;
            if at < cached.bytes {
                cached.used = state.clock;
                S::copy(&cached.extent, at as usize, buffer);
                return Ok(());
            }
        }
        if let Grain::Kept(place) = state.grains[grain as usize] {
            if self.source.read_kept(u64::from(place) * GRAIN + inside as u64, buffer) {
                return Ok(());
            }
            state.grains[grain as usize] = Grain::Read;
        }
        let (first, cached) = self.load(state, grain)?;
        S::copy(&cached.extent, ((grain - first) * GRAIN) as usize + inside, buffer);
        Ok(())
    }

    /// Loads an extent with `grain` in it, a small one or the next of a scan, and says where it
    /// begins: at `grain`, or before it where less than is wanted lies behind.
    fn load<'s>(
        &self,
        state: &'s mut State<S::Extent>,
        grain: u64,
    ) -> Result<(u64, &'s Cached<S::Extent>), StorageError> {
        let wanted = state.follow(grain);
        let end = state.end_of(grain, wanted);
        let first = state.begin_of(grain, wanted - (end - grain));
        let offset = first * GRAIN;
        let bytes = (end * GRAIN).min(self.length) - offset;
        let extent = self.source.load(offset, bytes)?;
        state.advance(grain, first, end, wanted);
        let all = &mut state.grains[first as usize..end as usize];
        if let Some(place) = state.kept_grains
            && all.iter().all(|grain| *grain == Grain::Read)
        {
            let kept = self.source.keep(u64::from(place) * GRAIN, &extent);
            state.kept_grains = kept.then(|| place + all.len() as u32);
            if kept {
                (place..).zip(all).for_each(|(place, grain)| *grain = Grain::Kept(place));
            }
        } else {
            // A kept grain that could not be read is read from the base from now on.
            all.fill(Grain::Read);
        }
        state.make_room(bytes, self.limit_bytes);
        state.cached_bytes += bytes;
        let used = state.clock;
        Ok((first, state.cached.entry(first).or_insert(Cached { extent, bytes, used })))
    }
}

impl<E> State<E> {
    /// Where an extent of so many grains ends: before what is cached or kept already.
    fn end_of(&self, grain: u64, grains: u64) -> u64 {
        let last = self.grains.len() as u64;
        let taken = self.cached.range(grain..).next().map_or(last, |(next, _)| *next);
        let end = (grain + grains).min(taken).min(last);
        let is_kept = |g: &u64| matches!(self.grains[*g as usize], Grain::Kept(_));
        (grain + 1..end).find(is_kept).unwrap_or(end)
    }

    /// Where an extent begins that may have so many grains before this one: behind what is cached
    /// or kept already.
    fn begin_of(&self, grain: u64, grains: u64) -> u64 {
        let taken = self.cached.range(..grain).next_back();
        let taken = taken.map_or(0, |(first, cached)| first + cached.bytes.div_ceil(GRAIN));
        let least = grain.saturating_sub(grains).max(taken);
        let is_kept = |g: &u64| matches!(self.grains[*g as usize], Grain::Kept(_));
        (least..grain).rev().find(is_kept).map_or(least, |kept| kept + 1)
    }

    /// Grains to load: twice as many as last time where a scan goes on, else few.
    fn follow(&mut self, grain: u64) -> u64 {
        let heads = self.heads.iter().filter(|head| head.goes_on_at(grain));
        heads.map(|head| (head.grains * 2).min(LARGEST)).max().unwrap_or(self.smallest)
    }

    /// Notes that a load of so many grains for `grain`, if nothing had been in its way, got those
    /// from `first` to `end`.
    fn advance(&mut self, grain: u64, first: u64, end: u64, wanted: u64) {
        // A scan of a table meets inner pages of its tree, read before they were reached: it goes on
        // behind them, and what began there is the same scan.
        let next_grain = self.behind_cached(end);
        self.heads.retain(|head| !head.goes_on_at(grain) && head.next_grain != next_grain);
        if self.heads.len() == HEADS {
            let oldest = self.heads.iter().enumerate().min_by_key(|(_, head)| head.used);
            if let Some((oldest, _)) = oldest {
                self.heads.swap_remove(oldest);
            }
        }
        let head = Head { first_grain: first, next_grain, grains: wanted, used: self.clock };
        self.heads.push(head);
    }

    /// The first grain from `grain` on that is not cached.
    fn behind_cached(&self, mut grain: u64) -> u64 {
        while let Some((first, cached)) = self.cached.range(..=grain).next_back()
            && (grain - first) * GRAIN < cached.bytes
        {
            grain = first + cached.bytes.div_ceil(GRAIN);
        }
        grain
    }

    /// Forgets the extents used longest ago.
    fn make_room(&mut self, bytes: u64, limit_bytes: u64) {
        while self.cached_bytes + bytes > limit_bytes {
            let oldest = self.cached.iter().min_by_key(|(_, cached)| cached.used);
            let Some(first) = oldest.map(|(first, _)| *first) else { return };
            if let Some(cached) = self.cached.remove(&first) {
                self.cached_bytes -= cached.bytes;
            }
        }
    }
}

impl Head {
    fn goes_on_at(&self, grain: u64) -> bool {
        self.next_grain == grain || self.first_grain == grain + 1
    }
}

impl<S: ExtentSource> RandomRead for Extents<S> {
    fn length(&self) -> u64 {
        self.length
    }

    fn reach(&self) -> Reach {
        self.source.reach()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError> {
        if offset + buffer.len() as u64 > self.length {
            return Err(StorageError::failed("read past the end"));
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut done = 0;
        while done < buffer.len() {
            let at = offset + done as u64;
            let inside = (at % GRAIN) as usize;
            let take = (GRAIN as usize - inside).min(buffer.len() - done);
            self.read_grain(&mut state, at / GRAIN, inside, &mut buffer[done..done + take])?;
            done += take;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Byte at an offset of the test's base.
    fn byte(offset: u64) -> u8 {
        (offset.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8
    }

    #[derive(Default)]
    struct Source {
        length: u64,
        distant: bool,
        /// Bytes that may be kept.
        room: u64,
        loads: Mutex<Vec<(u64, u64)>>,
        kept: Mutex<BTreeMap<u64, Vec<u8>>>,
    }

    impl ExtentSource for Source {
        type Extent = Vec<u8>;

        fn length(&self) -> u64 {
            self.length
        }

        fn reach(&self) -> Reach {
            if self.distant { Reach::Distant { marked: true } } else { Reach::Near }
        }

        fn load(&self, offset: u64, length: u64) -> Result<Vec<u8>, StorageError> {
            assert!(offset + length <= self.length && length > 0);
            self.loads.lock().unwrap().push((offset, length));
            Ok((offset..offset + length).map(byte).collect())
        }

        fn copy(extent: &Vec<u8>, at: usize, buffer: &mut [u8]) {
            buffer.copy_from_slice(&extent[at..at + buffer.len()]);
        }

        fn keep(&self, offset: u64, extent: &Vec<u8>) -> bool {
            let mut kept = self.kept.lock().unwrap();
            let used: usize = kept.values().map(Vec::len).sum();
            let fits = (used + extent.len()) as u64 <= self.room;
            if fits {
                kept.insert(offset, extent.clone());
            }
            fits
        }

        fn read_kept(&self, offset: u64, buffer: &mut [u8]) -> bool {
            let kept = self.kept.lock().unwrap();
            let (first, extent) = kept.range(..=offset).next_back().unwrap();
            Self::copy(extent, (offset - first) as usize, buffer);
            true
        }
    }

    fn scan(extents: &Extents<Source>) {
        let mut page = [0; 4096];
        for offset in (0..extents.length()).step_by(4096) {
            extents.read_at(offset, &mut page).unwrap();
        }
    }

    #[test]
    fn a_scan_is_read_in_growing_extents_and_only_once() {
        let extents = Extents::new(Source { length: 72 << 20, ..Source::default() }, 128 << 20);
        scan(&extents);
        let first: Vec<u64> =
            extents.source.loads.lock().unwrap().iter().map(|l| l.1 >> 16).collect();
        // 64 KiB, doubled up to 8 MiB, then 8 MiB each; the rest is what is left of 1152 grains.
        assert_eq!(first, [1, 2, 4, 8, 16, 32, 64, 128, 128, 128, 128, 128, 128, 128, 128, 1]);
        scan(&extents);
        assert_eq!(extents.source.loads.lock().unwrap().len(), first.len());
    }

    fn loads(extents: &Extents<Source>) -> Vec<u64> {
        extents.source.loads.lock().unwrap().iter().map(|load| load.1 >> 16).collect()
    }

    #[test]
    fn a_distant_scan_begins_with_more_and_grows_in_either_direction() {
        let source = || Source { length: 20 << 20, distant: true, ..Source::default() };
        let extents = Extents::new(source(), 0);
        scan(&extents);
        // 320 grains: 4, doubled each time, and what is left.
        assert_eq!(loads(&extents), [4, 8, 16, 32, 64, 128, 68]);
        let extents = Extents::new(source(), 0);
        let mut page = [0; 4096];
        for page_number in (0..extents.length() / 4096).rev() {
            let offset = page_number * 4096;
            extents.read_at(offset, &mut page).unwrap();
            assert_eq!(page[7], byte(offset + 7));
        }
        assert_eq!(loads(&extents), [4, 8, 16, 32, 64, 128, 68]);
    }

    /// As a table lies in a file: an inner page amid each 25 grains of leaves, read before them.
    #[test]
    fn inner_pages_amid_the_leaves_do_not_end_a_scan() {
        let extents = Extents::new(Source { length: 160 << 20, ..Source::default() }, 64 << 20);
        let mut page = [0; 4096];
        for first in (0..2560u64).step_by(25) {
            let inner = (first + 10).min(2559);
            extents.read_at(inner * GRAIN, &mut page).unwrap();
            for grain in first..(first + 25).min(2560) {
                extents.read_at(grain * GRAIN + 8192, &mut page).unwrap();
            }
        }
        let loads = extents.source.loads.lock().unwrap();
        let large = loads.iter().filter(|load| load.1 == LARGEST * GRAIN).count();
        // 20 would do if nothing stood in the way.
        assert!(large >= 15 && loads.len() <= 60, "{large} of {}", loads.len());
    }

    #[test]
    fn a_second_scan_of_more_than_fits_is_kept_and_the_third_reads_nothing() {
        let source = Source { length: 80 << 20, room: 1 << 30, ..Source::default() };
        let extents = Extents::new(source, 32 << 20);
        scan(&extents);
        assert!(extents.source.kept.lock().unwrap().is_empty(), "kept at the first touch");
        scan(&extents);
        let loads = extents.source.loads.lock().unwrap().len();
        scan(&extents);
        let again = extents.source.loads.lock().unwrap()[loads..].iter().map(|l| l.1).sum::<u64>();
        assert!(again <= 32 << 20, "{again} bytes were read again after they were kept");
    }

    #[test]
    fn lookups_here_and_there_stay_small() {
        let extents = Extents::new(Source { length: 1 << 30, ..Source::default() }, 64 << 20);
        let mut page = [0; 4096];
        for i in 0..100u64 {
            extents.read_at((i * 7_919_113 * 4096) % (1 << 30), &mut page).unwrap();
        }
        assert!(extents.source.loads.lock().unwrap().iter().all(|load| load.1 == GRAIN));
    }

    proptest! {
        /// Whatever is cached, kept, refused or evicted: the bytes are those of the base.
        #[test]
        fn bytes_are_those_of_the_base(
            length in 1..60_000_000u64,
            room in prop_oneof![Just(0), Just(3 << 20), Just(1 << 30)],
            distant in any::<bool>(),
            backwards in any::<bool>(),
            reads in prop::collection::vec((0..60_000_000u64, 1..200_000usize, 1..40u64), 1..12),
        ) {
            let extents = Extents::new(Source { length, room, distant, ..Source::default() }, 0);
            for (offset, size, repeats) in reads {
                // A run of reads, so that scans arise.
                for i in 0..repeats {
                    let i = if backwards { repeats - i } else { i };
                    let offset = (offset + i * size as u64) % length;
                    let size = size.min((length - offset) as usize);
                    let mut buffer = vec![0; size];
                    extents.read_at(offset, &mut buffer).unwrap();
                    for (j, got) in buffer.iter().enumerate().step_by(997) {
                        prop_assert_eq!(*got, byte(offset + j as u64));
                    }
                }
            }
            let state = extents.state.lock().unwrap();
            let cached: u64 = state.cached.values().map(|cached| cached.bytes).sum();
            prop_assert_eq!(cached, state.cached_bytes);
            prop_assert!(cached <= 2 * LARGEST * GRAIN);
        }
    }
}
