//! Writes down which pages a run asks the page cache for, while it runs.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;

use scanseek_schema::quote_identifier;

use super::trace::{PageRequests, RequestRun};
use crate::bindings as ffi;
use crate::{Database, EngineError};

thread_local! {
    /// What records now; null while nothing does, which is all that a request then looks at.
    static ON: Cell<*const Recorder> = const { Cell::new(std::ptr::null()) };
}

/// Requests whose order is kept. Runs of requests for one page count as one.
const ORDER_KEPT: usize = 100_000;

/// Pages that share a piece of the counts, so that a search in a large file takes little memory.
const PIECE: usize = 1024;

type Piece = Box<[(u64, u32); PIECE]>;

/// Counts the requests of one connection page by page. Those for an attached database are counted
/// together, as are those for temporary b-trees, which have caches of their own.
pub(crate) struct Recorder {
    /// The caches of the main database and of those attached to it, as they were asked for.
    caches: RefCell<Vec<*mut ffi::sqlite3_pcache>>,
    /// How many of them are to be known, while they are looked for.
    looking: Cell<Option<usize>>,
    counts: RefCell<Vec<Option<Piece>>>,
    order: RefCell<Vec<RequestRun>>,
    /// Requests that the order holds.
    in_order: Cell<u64>,
    /// Requests and reads of attached databases.
    attached: RefCell<Vec<(u64, u64)>>,
    temporary: Cell<u64>,
}

/// What was recorded.
pub(crate) struct Recorded {
    pub(crate) pages: Vec<PageRequests>,
    pub(crate) order: Vec<RequestRun>,
    pub(crate) in_order: u64,
    /// Requests and reads of each attached database, in the order of [`Database::databases`].
    pub(crate) attached: Vec<(u64, u64)>,
    pub(crate) temporary: u64,
}

/// Told of every request that is counted, after it was met.
///
/// # Safety
/// `page` must be what the cache's `xFetch` returned.
pub(crate) unsafe fn note(
    cache: *mut ffi::sqlite3_pcache,
    key: u32,
    page: *mut ffi::sqlite3_pcache_page,
) {
    let recorder = ON.get();
    if recorder.is_null() || page.is_null() {
        return;
    }
    // SAFETY: `Recorder::on` keeps it alive. Where a page was just made, the pointer at the beginning of
    // its extra space is null until SQLite puts one there. Source: `sqlite3PcacheFetchFinish()`.
    unsafe {
        let is_new = (*page).pExtra.cast::<*mut c_void>().read_unaligned().is_null();
        (*recorder).add(cache, key, is_new);
    }
}

/// Records until it goes.
pub(crate) struct Recording<'a>(std::marker::PhantomData<&'a Recorder>);

impl Drop for Recording<'_> {
    fn drop(&mut self) {
        ON.set(std::ptr::null());
    }
}

impl Recorder {
    /// Ready to record this connection: the first page of each database is asked for once, to know
    /// its cache by it.
    pub(crate) fn of(db: &Database) -> Result<Self, EngineError> {
        let recorder = Self {
            caches: RefCell::default(),
            looking: Cell::new(None),
            counts: RefCell::default(),
            order: RefCell::default(),
            in_order: Cell::new(0),
            attached: RefCell::default(),
            temporary: Cell::new(0),
        };
        for (at, name) in db.databases().enumerate() {
            let name = quote_identifier(name.unwrap_or("main"));
            let version = db.prepare_own(&format!("PRAGMA {name}.schema_version"))?;
            recorder.looking.set(Some(at + 1));
            let _on = recorder.on();
            version.first_integer()?;
        }
        recorder.looking.set(None);
        let attached = recorder.caches.borrow().len().saturating_sub(1);
        recorder.attached.borrow_mut().resize(attached, (0, 0));
        Ok(recorder)
    }

    pub(crate) fn on(&self) -> Recording<'_> {
        ON.set(self);
        Recording(std::marker::PhantomData)
    }

    fn add(&self, cache: *mut ffi::sqlite3_pcache, page: u32, read: bool) {
        let mut caches = self.caches.borrow_mut();
        if let Some(wanted) = self.looking.get() {
            if page == 1 && caches.len() < wanted && !caches.contains(&cache) {
                caches.push(cache);
            }
            return;
        }
        match caches.iter().position(|known| *known == cache) {
            Some(0) => {}
            Some(at) => {
                if let Some((requests, reads)) = self.attached.borrow_mut().get_mut(at - 1) {
                    *requests += 1;
                    *reads += u64::from(read);
                }
                return;
            }
            None => {
                self.temporary.set(self.temporary.get() + 1);
                return;
            }
        }
        let mut counts = self.counts.borrow_mut();
        let at = page as usize;
        if counts.len() <= at / PIECE {
            counts.resize_with(at / PIECE + 1, || None);
        }
        let piece = counts[at / PIECE].get_or_insert_with(|| Box::new([(0, 0); PIECE]));
        let (requests, reads) = &mut piece[at % PIECE];
        *requests += 1;
        *reads += u32::from(read);
        let mut order = self.order.borrow_mut();
        let kept = order.len();
        if kept > ORDER_KEPT {
            return;
        }
        match order.last_mut() {
            Some(last) if last.page == page && !read && last.requests < u32::MAX => {
                last.requests += 1;
            }
            _ if kept == ORDER_KEPT => {
                // One more than is kept says that there is more; it is taken off at the end.
                order.push(RequestRun { page, requests: 0, read });
                return;
            }
            _ => order.push(RequestRun { page, requests: 1, read }),
        }
        self.in_order.set(self.in_order.get() + 1);
    }

    pub(crate) fn end(self) -> Recorded {
        let mut pages = Vec::new();
        for (piece, counts) in self.counts.into_inner().into_iter().enumerate() {
            let Some(counts) = counts else { continue };
            for (at, (requests, reads)) in counts.iter().copied().enumerate() {
                if requests > 0 {
                    let page = (piece * PIECE + at) as u32;
                    pages.push(PageRequests { page, requests, reads });
                }
            }
        }
        let mut order = self.order.into_inner();
        order.truncate(ORDER_KEPT);
        Recorded {
            pages,
            order,
            in_order: self.in_order.get(),
            attached: self.attached.into_inner(),
            temporary: self.temporary.get(),
        }
    }
}
