//! What is set up once for the whole process: the page-request counter, the VFS, and the counters
//! that stand in for SQLite's cycle clock.

use std::cell::Cell;
use std::ffi::{CStr, c_int, c_uint};
use std::sync::{Arc, OnceLock};

use crate::bindings as ffi;
use crate::storage::{SpillFile, StorageLimits, StorageUse};
use crate::vfs::{AppData, Files, IoMethods, VFS_NAME, Vfs};

thread_local! {
    /// The connection whose pages are counted per node; null while nothing is.
    static METERED: Cell<*mut ffi::sqlite3> = const { Cell::new(std::ptr::null_mut()) };
    /// Page requests when the metering began.
    static METERED_FROM: Cell<u64> = const { Cell::new(0) };
    static PAGE_REQUESTS: Cell<u64> = const { Cell::new(0) };
    static RETRY: Cell<bool> = const { Cell::new(false) };
}

/// Page requests of this thread since it began, over all connections.
pub(crate) fn page_requests() -> u64 {
    PAGE_REQUESTS.with(Cell::get)
}

/// While this lives, SQLite's "cycles" are pages: two running counts in one number, so that one run
/// gives both. Differences add up field by field as long as the requests of one run stay below
/// 2^36 and its reads below 2^28, which is a terabyte.
pub(crate) struct PageMeter(());

const REQUEST_BITS: u32 = 36;

impl PageMeter {
    /// # Safety
    /// The connection must live until the meter is dropped.
    pub(crate) unsafe fn on(handle: *mut ffi::sqlite3) -> Self {
        METERED_FROM.set(page_requests());
        METERED.set(handle);
        Self(())
    }

    /// Requests and reads in a sum of "cycles".
    pub(crate) fn unpack(cycles: i64) -> (u64, u64) {
        let cycles = cycles as u64;
        (cycles & ((1 << REQUEST_BITS) - 1), cycles >> REQUEST_BITS)
    }
}

impl Drop for PageMeter {
    fn drop(&mut self) {
        METERED.set(std::ptr::null_mut());
    }
}

/// What SQLite takes for its cycle clock before and after every opcode. Page reads are the very
/// counter that is published for the statement, so both agree.
fn hwtime() -> u64 {
    let handle = METERED.get();
    if handle.is_null() {
        return 0;
    }
    // SAFETY: see `PageMeter::on`.
    let reads = unsafe { db_status(handle, ffi::SQLITE_DBSTATUS_CACHE_MISS, false) };
    (page_requests() - METERED_FROM.get()) | (reads << REQUEST_BITS)
}

/// The present value of a connection counter.
///
/// # Safety
/// The connection must be live.
pub(crate) unsafe fn db_status(handle: *mut ffi::sqlite3, op: c_int, reset: bool) -> u64 {
    let (mut current, mut highest) = (0, 0);
    unsafe {
        ffi::sqlite3_db_status(handle, op, &raw mut current, &raw mut highest, c_int::from(reset));
    }
    current.max(0) as u64
}

/// SQLite is compiled with `SQLITE_HWTIME_H` defined and so takes its clock from here.
#[cfg(not(target_family = "wasm"))]
#[unsafe(no_mangle)]
extern "C" fn sqlite3Hwtime() -> u64 {
    hwtime()
}

/// The wrapper around the amalgamation calls this from its own `sqlite3Hwtime()`.
#[cfg(target_family = "wasm")]
#[unsafe(no_mangle)]
extern "C" fn scanseek_hwtime() -> u64 {
    hwtime()
}

type Fetch =
    unsafe extern "C" fn(*mut ffi::sqlite3_pcache, c_uint, c_int) -> *mut ffi::sqlite3_pcache_page;

static DEFAULT_FETCH: OnceLock<Fetch> = OnceLock::new();

unsafe extern "C" fn counted_fetch(
    cache: *mut ffi::sqlite3_pcache,
    key: c_uint,
    create: c_int,
) -> *mut ffi::sqlite3_pcache_page {
    // 0 only looks whether a page is cached. A failed try with 1 is followed by one with 2 for the
    // same page, which was counted already.
    if create != 0 && !RETRY.replace(false) {
        PAGE_REQUESTS.with(|count| count.set(count.get() + 1));
    }
    let page = match DEFAULT_FETCH.get() {
        Some(fetch) => unsafe { fetch(cache, key, create) },
        None => std::ptr::null_mut(),
    };
    if create == 1 && page.is_null() {
        RETRY.set(true);
    }
    if create != 0 {
        // SAFETY: the page is what the cache has just returned.
        unsafe { crate::pages::note(cache, key, page) };
    }
    page
}

/// SQLite sorts in memory as much as the page cache may hold, and while it does so it cannot be
/// stopped. So it is told a sixteenth: 4 MiB are sorted in less than a tenth of a second, and the
/// cache keeps sixteen times as many pages as SQLite thinks.
/// Source: `sqlite3VdbeSorterInit()` takes its limit from `PRAGMA cache_size`.
pub(crate) const CACHE_FACTOR: u64 = 16;

/// Memory that SQLite may take in all connections together, in bytes: a statement that wants more
/// fails, where a browser would end the worker.
const HEAP_LIMIT_BYTES: i64 = 1 << 30;

type SetSize = unsafe extern "C" fn(*mut ffi::sqlite3_pcache, c_int);

static DEFAULT_SET_SIZE: OnceLock<SetSize> = OnceLock::new();

unsafe extern "C" fn larger_cache(cache: *mut ffi::sqlite3_pcache, pages: c_int) {
    if let Some(set_size) = DEFAULT_SET_SIZE.get() {
        unsafe { set_size(cache, pages.saturating_mul(CACHE_FACTOR as c_int)) }
    }
}

/// Limits what written pages may take, in all databases together.
pub fn limit_storage(limits: StorageLimits) {
    start().pool().limit(limits);
}

/// Says where written pages go when memory is short.
pub fn spill_to(file: Option<Arc<dyn SpillFile>>) {
    start().pool().spill_to(file);
}

/// What written pages take now, in all databases together.
pub fn storage_use() -> StorageUse {
    start().pool().usage()
}

/// Sets SQLite up once and returns the named files of its VFS.
pub(crate) fn start() -> Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES
        .get_or_init(|| {
            // SAFETY: SQLite is not initialised yet and nothing else of this process uses it, as
            // every path to it begins here. The method table is copied by SQLite.
            unsafe {
                let mut methods: ffi::sqlite3_pcache_methods2 = std::mem::zeroed();
                ffi::sqlite3_config(ffi::SQLITE_CONFIG_GETPCACHE2, &raw mut methods);
                if let Some(fetch) = methods.xFetch {
                    let _ = DEFAULT_FETCH.set(fetch);
                    methods.xFetch = Some(counted_fetch);
                }
                if let Some(set_size) = methods.xCachesize {
                    let _ = DEFAULT_SET_SIZE.set(set_size);
                    methods.xCachesize = Some(larger_cache);
                }
                if DEFAULT_FETCH.get().is_some() {
                    ffi::sqlite3_config(ffi::SQLITE_CONFIG_PCACHE2, &raw const methods);
                }
                ffi::sqlite3_initialize();
                ffi::sqlite3_hard_heap_limit64(HEAP_LIMIT_BYTES);
                let files = Files::default();
                match rsqlite_vfs::register_vfs::<IoMethods, Vfs>(
                    VFS_NAME,
                    AppData::new(files.clone()),
                    false,
                ) {
                    Ok(registration) => {
                        registration.into_raw();
                    }
                    Err(error) => unreachable!("the VFS is registered once: {error}"),
                }
                files
            }
        })
        .clone()
}

/// Which SQLite this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildInfo {
    /// For example `3.54.1`.
    pub version: String,
    /// Date and hash of the source.
    pub source_id: String,
    /// `PRAGMA compile_options`, sorted.
    pub compile_options: Vec<String>,
}

/// Which SQLite is linked and how it was compiled.
pub fn build_info() -> BuildInfo {
    start();
    let text = |pointer: *const std::ffi::c_char| {
        // SAFETY: these functions return static, terminated strings or null.
        if pointer.is_null() { None } else { Some(unsafe { CStr::from_ptr(pointer) }) }
            .map(|text| text.to_string_lossy().into_owned())
    };
    let mut compile_options: Vec<String> =
        (0..).map_while(|i| text(unsafe { ffi::sqlite3_compileoption_get(i) })).collect();
    compile_options.sort();
    BuildInfo {
        version: text(unsafe { ffi::sqlite3_libversion() }).unwrap_or_default(),
        source_id: text(unsafe { ffi::sqlite3_sourceid() }).unwrap_or_default(),
        compile_options,
    }
}
