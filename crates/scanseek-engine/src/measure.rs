//! Runs: rows for a person and exact counters.

use std::ffi::c_int;

use scanseek_plan::Counters;

use crate::bindings as ffi;
use crate::control::Stop;
use crate::pages::Recorder;
use crate::runtime::{self, db_status};
use crate::{EngineError, Prepared, Value};

/// What is kept of a value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keep {
    pub(crate) text_bytes: usize,
    pub(crate) blob_bytes: usize,
    /// All rows together; the first is kept whatever it takes.
    pub(crate) rows_bytes: usize,
}

/// What a table of rows shows of each value, and as much of it as a page can hold.
pub(crate) const SHOWN: Keep =
    Keep { text_bytes: 1024, blob_bytes: 64, rows_bytes: 32 * 1024 * 1024 };

/// No beginning is shown of larger blobs, in bytes.
const HEAD_BLOB_BYTES: usize = 64 * 1024 * 1024;

/// Keeps rows while there is room.
pub(crate) struct Keeping {
    keep: Keep,
    rows_left: usize,
    bytes_left: usize,
}

impl Keeping {
    pub(crate) fn new(keep: Keep, row_cap: usize) -> Self {
        Self { keep, rows_left: row_cap, bytes_left: keep.rows_bytes }
    }

    /// The row the statement is on, with this many columns; `None` once no more are kept.
    pub(crate) fn row(&mut self, statement: &Prepared<'_>, columns: c_int) -> Option<Vec<Value>> {
        if self.is_full() {
            return None;
        }
        let row: Vec<Value> = (0..columns).map(|i| statement.value(i, &self.keep)).collect();
        let size_bytes = row.iter().map(Value::size_bytes).sum();
        self.rows_left -= 1;
        self.bytes_left = self.bytes_left.saturating_sub(size_bytes);
        Some(row)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rows_left == 0 || self.bytes_left == 0
    }
}

/// What a run for rows may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowsRequest {
    /// Rows kept; the others are counted only.
    pub row_cap: usize,
    /// Time allowed in nanoseconds; `None` is no limit.
    pub time_ns: Option<u64>,
}

/// What a run gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// Column names, which may repeat.
    pub columns: Vec<String>,
    /// The first rows, unless they were handed over in batches.
    pub rows: Vec<Vec<Value>>,
    /// How many rows were kept or handed over.
    pub kept: u64,
    /// Counters up to the end or the stop.
    pub counters: Counters,
    /// Time from the first step to the last, in nanoseconds of the host's clock; without the time
    /// in which the host took rows.
    pub elapsed_ns: u64,
    /// Why it ended early; the rows and counters so far are kept.
    pub stopped: Option<Stop>,
    /// SQLite compiled the statement again for the values that were bound.
    pub reprepared: bool,
}

/// Counters of a complete run and what its result was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// The work.
    pub counters: Counters,
    /// The result.
    pub result: ResultHash,
}

/// A result, hashed. Reals count to ten significant digits: sums taken in another order differ in
/// the last ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResultHash {
    /// Depends on the order of the rows.
    pub ordered: u64,
    /// The same for any order of the same rows.
    pub unordered: u64,
    /// Number of rows.
    pub rows: u64,
}

impl Prepared<'_> {
    /// Runs the statement from a cold page cache and keeps the first rows, of long values only the
    /// beginning.
    ///
    /// # Errors
    /// If it does not only read, or SQLite fails. Being stopped is not an error: see
    /// [`Rows::stopped`].
    pub fn rows(&self, request: &RowsRequest) -> Result<Rows, EngineError> {
        self.require_read()?;
        self.on_fresh_connection(|statement| statement.rows_here(request, false))
    }

    /// As [`Prepared::rows`], and hands the rows to [`crate::Control::rows`] while the run goes on.
    ///
    /// # Errors
    /// As [`Prepared::rows`]; rows before the error have been handed over.
    pub fn rows_in_batches(&self, request: &RowsRequest) -> Result<Rows, EngineError> {
        self.require_read()?;
        self.on_fresh_connection(|statement| statement.rows_here(request, true))
    }

    fn rows_here(&self, request: &RowsRequest, in_batches: bool) -> Result<Rows, EngineError> {
        let columns = self.column_names();
        let count = columns.len() as c_int;
        let watch = self.db.watch();
        let mut keeping = Keeping::new(SHOWN, request.row_cap);
        let mut rows = Vec::new();
        let mut kept = 0;
        let start_ns = watch.control.now_ns();
        let batches = in_batches.then(|| watch.hand_over_rows(&columns));
        let (result, counters) = self.counted(request.time_ns, None, None, || {
            let Some(row) = keeping.row(self, count) else { return };
            kept += 1;
            match &batches {
                None => rows.push(row),
                Some(batches) => {
                    batches.add(row);
                    // Those that come are counted only, so nothing is to be waited for.
                    if keeping.is_full() {
                        batches.hand_over();
                    }
                }
            }
        });
        if let Some(batches) = &batches {
            batches.hand_over();
        }
        watch.keep_rows();
        let taking_ns = batches.map_or(0, |batches| batches.taking_ns());
        let elapsed_ns = watch.control.now_ns().saturating_sub(start_ns + taking_ns);
        let stopped = result?;
        // SAFETY: `raw` is live.
        let reprepared =
            unsafe { ffi::sqlite3_stmt_status(self.raw, ffi::SQLITE_STMTSTATUS_REPREPARE, 0) > 0 };
        Ok(Rows { columns, rows, kept, counters, elapsed_ns, stopped, reprepared })
    }

    /// Runs the statement to its end from a cold page cache. With `step_limit` it gives up after
    /// about that many VM steps.
    ///
    /// # Errors
    /// As [`Prepared::rows`], and if the run was stopped.
    pub fn measure(
        &self,
        time_ns: Option<u64>,
        step_limit: Option<u64>,
    ) -> Result<Measured, EngineError> {
        self.require_read()?;
        self.on_fresh_connection(|statement| statement.measure_here(time_ns, step_limit))
    }

    /// Runs a statement that writes to its end, from a cold page cache, and takes back what it
    /// changed; what changing the database costs is counted, what taking it back costs is not.
    /// Foreign keys count if they are enforced on this connection. Without `RETURNING`, the rows of the
    /// result are those it changed.
    ///
    /// # Errors
    /// If the statement does not write, SQLite refuses the change, or the run was stopped.
    pub fn measure_write(
        &self,
        time_ns: Option<u64>,
        step_limit: Option<u64>,
    ) -> Result<Measured, EngineError> {
        self.require_write()?;
        self.db.execute("SAVEPOINT measured_write")?;
        let mut measured = self.measure_here(time_ns, step_limit);
        if let (Ok(measured), 0) = (&mut measured, self.columns()) {
            // SAFETY: the handle is live.
            measured.result.rows =
                unsafe { ffi::sqlite3_changes64(self.db.handle()) }.max(0) as u64;
        }
        if self.db.is_in_transaction() {
            self.db.execute("ROLLBACK TO measured_write")?;
            self.db.execute("RELEASE measured_write")?;
        }
        measured
    }

    fn measure_here(
        &self,
        time_ns: Option<u64>,
        step_limit: Option<u64>,
    ) -> Result<Measured, EngineError> {
        let (outcome, counters, result) = self.hashed(time_ns, step_limit, None);
        match outcome? {
            Some(stop) => Err(stop.into()),
            None => Ok(Measured { counters, result }),
        }
    }

    /// Runs from a cold page cache, counts, and hashes the rows; `recorder` sees the requests that
    /// count.
    pub(crate) fn hashed(
        &self,
        time_ns: Option<u64>,
        step_limit: Option<u64>,
        recorder: Option<&Recorder>,
    ) -> (Result<Option<Stop>, EngineError>, Counters, ResultHash) {
        let columns = self.columns();
        let mut result = ResultHash { ordered: OFFSET_BASIS, unordered: 0, rows: 0 };
        let (outcome, counters) = self.counted(time_ns, step_limit, recorder, || {
            let row = (0..columns).fold(OFFSET_BASIS, |hash, i| self.hash_value(i, hash));
            result.ordered = hash_bytes(result.ordered, &row.to_le_bytes());
            result.unordered = result.unordered.wrapping_add(hash_bytes(row, &[1]));
            result.rows += 1;
        });
        (outcome, counters, result)
    }

    /// Runs the statement `times` times and throws the rows away: for the clock.
    ///
    /// # Errors
    /// As [`Prepared::measure`].
    pub fn drain(&self, times: u32) -> Result<(), EngineError> {
        self.require_read()?;
        let watch = self.db.watch();
        let watched = watch.begin(None, None);
        seed_random();
        let mut result = Ok(());
        for _ in 0..times {
            result = loop {
                match self.step() {
                    Ok(true) => {}
                    Ok(false) => break Ok(()),
                    Err(error) => break Err(error),
                }
            };
            self.reset();
            if result.is_err() {
                break;
            }
        }
        drop(watched);
        result
    }

    /// Virtual tables keep in memory what they read, so what a run has to read depends on those
    /// before it. Statements over them therefore run on a connection of their own.
    pub(crate) fn on_fresh_connection<T>(
        &self,
        run: impl FnOnce(&Prepared<'_>) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        if !self.uses_virtual_tables()? {
            return run(self);
        }
        let fresh = self.db.fork()?;
        let statement = fresh.prepare(self.sql())?;
        statement.bind(&self.bound())?;
        run(&statement)
    }

    fn counted(
        &self,
        time_ns: Option<u64>,
        step_limit: Option<u64>,
        recorder: Option<&Recorder>,
        mut on_row: impl FnMut(),
    ) -> (Result<Option<Stop>, EngineError>, Counters) {
        let handle = self.db.handle();
        let watch = self.db.watch();
        let mut rows_returned = 0;
        // SAFETY: handle and statement are live.
        unsafe {
            ffi::sqlite3_db_release_memory(handle);
            seed_random();
            for op in STATUS_OPS {
                ffi::sqlite3_stmt_status(self.raw, op, 1);
            }
            db_status(handle, ffi::SQLITE_DBSTATUS_CACHE_MISS, true);
        }
        let page_requests = runtime::page_requests();
        let watched = watch.begin(time_ns, step_limit);
        let recording = recorder.map(Recorder::on);
        let result = loop {
            match self.step() {
                Ok(true) => {
                    rows_returned += 1;
                    on_row();
                }
                Ok(false) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        drop(recording);
        let stopped = watched.end();
        // SAFETY: as above. The counters are read before the reset, which may add to them.
        let counters = unsafe {
            let status = |op| ffi::sqlite3_stmt_status(self.raw, op, 0).max(0) as u64;
            Counters {
                vm_steps: status(ffi::SQLITE_STMTSTATUS_VM_STEP),
                page_requests: runtime::page_requests() - page_requests,
                page_reads: db_status(handle, ffi::SQLITE_DBSTATUS_CACHE_MISS, false),
                rows_returned,
                fullscan_steps: status(ffi::SQLITE_STMTSTATUS_FULLSCAN_STEP),
                sorts: status(ffi::SQLITE_STMTSTATUS_SORT),
                autoindex_rows: status(ffi::SQLITE_STMTSTATUS_AUTOINDEX),
            }
        };
        self.reset();
        // Many copies may be open; none keeps its pages while it is not in use.
        unsafe { ffi::sqlite3_db_release_memory(handle) };
        let result = match (result, stopped) {
            (Err(EngineError::Cancelled), Some(stop)) => Ok(Some(stop)),
            (Err(error), _) => Err(error),
            (Ok(()), _) => Ok(None),
        };
        (result, counters)
    }

    /// The value without the bytes of texts and blobs.
    pub(crate) fn value_for_hash(&self, column: c_int) -> Value {
        // SAFETY: `raw` is on a row.
        match unsafe { ffi::sqlite3_column_type(self.raw, column) } {
            ffi::SQLITE_INTEGER => Value::Integer(self.integer(column)),
            ffi::SQLITE_FLOAT => {
                Value::Real(unsafe { ffi::sqlite3_column_double(self.raw, column) })
            }
            ffi::SQLITE_TEXT => Value::from(""),
            ffi::SQLITE_BLOB => Value::Blob { head: Vec::new(), bytes: 0 },
            _ => Value::Null,
        }
    }

    fn value(&self, column: c_int, keep: &Keep) -> Value {
        // SAFETY: `raw` is on a row.
        match unsafe { ffi::sqlite3_column_type(self.raw, column) } {
            ffi::SQLITE_INTEGER => Value::Integer(self.integer(column)),
            ffi::SQLITE_FLOAT => {
                Value::Real(unsafe { ffi::sqlite3_column_double(self.raw, column) })
            }
            ffi::SQLITE_TEXT => Value::text_of(self.bytes(column, false), keep.text_bytes),
            ffi::SQLITE_BLOB => {
                // Asked first: a blob of zeros takes no memory until its bytes are asked for.
                let length = unsafe { ffi::sqlite3_column_bytes(self.raw, column) } as usize;
                let head = if length > HEAD_BLOB_BYTES { &[] } else { self.bytes(column, true) };
                Value::Blob {
                    head: head[..head.len().min(keep.blob_bytes)].to_vec(),
                    bytes: length as u64,
                }
            }
            _ => Value::Null,
        }
    }

    fn hash_value(&self, column: c_int, hash: u64) -> u64 {
        // SAFETY: `raw` is on a row.
        match unsafe { ffi::sqlite3_column_type(self.raw, column) } {
            ffi::SQLITE_INTEGER => {
                hash_bytes(hash_bytes(hash, &[1]), &self.integer(column).to_le_bytes())
            }
            ffi::SQLITE_FLOAT => {
                let real = unsafe { ffi::sqlite3_column_double(self.raw, column) };
                // -0.0 and 0.0 compare equal in SQLite.
                hash_bytes(hash_bytes(hash, &[2]), format!("{:.9e}", real + 0.0).as_bytes())
            }
            ffi::SQLITE_TEXT => hash_text(hash, 3, self.bytes(column, false)),
            ffi::SQLITE_BLOB => hash_text(hash, 4, self.bytes(column, true)),
            _ => hash_bytes(hash, &[0]),
        }
    }
}

/// Starts SQLite's random numbers at the same place for every run, so that `random()` gives the
/// same rows in both arms and to everyone who opens a link.
pub(crate) fn seed_random() {
    const SEED: c_int = 1;
    let no_database = std::ptr::null_mut::<ffi::sqlite3>();
    // SAFETY: the operation takes an int and a connection that may be null; with one, its schema
    // would count.
    unsafe { ffi::sqlite3_test_control(ffi::SQLITE_TESTCTRL_PRNG_SEED, SEED, no_database) };
}

const STATUS_OPS: [c_int; 5] = [
    ffi::SQLITE_STMTSTATUS_VM_STEP,
    ffi::SQLITE_STMTSTATUS_FULLSCAN_STEP,
    ffi::SQLITE_STMTSTATUS_SORT,
    ffi::SQLITE_STMTSTATUS_AUTOINDEX,
    ffi::SQLITE_STMTSTATUS_REPREPARE,
];

const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;

fn hash_text(hash: u64, tag: u8, bytes: &[u8]) -> u64 {
    let hash = hash_bytes(hash_bytes(hash, &[tag]), &(bytes.len() as u64).to_le_bytes());
    hash_bytes(hash, bytes)
}

/// FNV-1a with a final mix, so that sums of row hashes stay spread.
fn hash_bytes(hash: u64, bytes: &[u8]) -> u64 {
    let hash = bytes
        .iter()
        .fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
    hash ^ (hash >> 29)
}
