//! Later rows of a result, and single values in full. SQLite keeps no result, so the statement is
//! run again and the rows before those that are wanted are passed over.

use std::collections::BTreeSet;
use std::ffi::c_int;

use crate::bindings as ffi;
use crate::measure::{Keep, Keeping, SHOWN, seed_random};
use crate::{EngineError, Prepared, Value};

/// Values above this are not read in full, in bytes.
const WHOLE_BYTES: usize = 64 * 1024 * 1024;

/// What is kept of values that are wanted whole.
const WHOLE: Keep =
    Keep { text_bytes: WHOLE_BYTES, blob_bytes: WHOLE_BYTES, rows_bytes: WHOLE_BYTES };

/// Which rows of a result are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// Rows passed over.
    pub first_row: u64,
    /// Rows kept at most.
    pub row_cap: usize,
    /// Keep long values whole and not their beginning.
    pub whole: bool,
    /// Time allowed in nanoseconds; `None` is no limit.
    pub time_ns: Option<u64>,
}

/// Some rows from the middle of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The rows; fewer than wanted if they end, or take more memory than a page may.
    pub rows: Vec<Vec<Value>>,
    /// True if there are rows after them.
    pub more: bool,
}

/// Which value of a result is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellRequest {
    /// Its row, from 0.
    pub row: u64,
    /// Its column, from 0.
    pub column: usize,
    /// Time allowed in nanoseconds; `None` is no limit.
    pub time_ns: Option<u64>,
}

/// One value in full.
#[derive(Debug, Clone, PartialEq)]
pub enum Whole {
    /// `NULL`
    Null,
    /// A 64-bit integer.
    Integer(i64),
    /// A 64-bit float.
    Real(f64),
    /// A text's bytes: UTF-8, if the file's text is valid.
    Text(Vec<u8>),
    /// A blob's bytes.
    Blob(Vec<u8>),
}

/// Why a statement may give other rows when it is run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Varies {
    /// It uses `random()` or `randomblob()`, which start alike in every run of ours.
    Random,
    /// It asks for the date or the time of day.
    Clock,
}

impl Prepared<'_> {
    /// Runs the statement up to the rows that are wanted, and no further than one row behind them.
    ///
    /// # Errors
    /// If it does not only read, is stopped, or SQLite fails.
    pub fn page(&self, request: &PageRequest) -> Result<Page, EngineError> {
        self.require_read()?;
        self.on_fresh_connection(|statement| {
            let columns = statement.columns();
            let mut keeping =
                Keeping::new(if request.whole { WHOLE } else { SHOWN }, request.row_cap);
            let mut page = Page { rows: Vec::new(), more: false };
            statement.step_to(request.first_row, request.time_ns, || {
                match keeping.row(statement, columns) {
                    Some(row) => {
                        page.rows.push(row);
                        Ok(true)
                    }
                    None => {
                        page.more = true;
                        Ok(false)
                    }
                }
            })?;
            Ok(page)
        })
    }

    /// Runs the statement up to one row and reads one value of it in full; `None` if there is no
    /// such row or column.
    ///
    /// # Errors
    /// As [`Prepared::page`], and if the value is too large.
    pub fn cell(&self, request: &CellRequest) -> Result<Option<Whole>, EngineError> {
        self.require_read()?;
        self.on_fresh_connection(|statement| {
            let Some(column) =
                c_int::try_from(request.column).ok().filter(|column| *column < statement.columns())
            else {
                return Ok(None);
            };
            let mut whole = None;
            statement.step_to(request.row, request.time_ns, || {
                whole = Some(statement.whole(column)?);
                Ok(false)
            })?;
            Ok(whole)
        })
    }

    /// Whether another run may give other rows.
    pub fn varies(&self) -> Option<Varies> {
        const CLOCK: [&str; 3] = ["current_date", "current_time", "current_timestamp"];
        const DATE: [&str; 7] =
            ["date", "time", "datetime", "julianday", "unixepoch", "strftime", "timediff"];
        const RANDOM: [&str; 2] = ["random", "randomblob"];
        let functions: BTreeSet<String> =
            self.functions().iter().map(|name| name.to_lowercase()).collect();
        let uses = |names: &[&str]| names.iter().any(|name| functions.contains(*name));
        if uses(&CLOCK) || (uses(&DATE) && self.says_now(&DATE)) {
            Some(Varies::Clock)
        } else if uses(&RANDOM) {
            Some(Varies::Random)
        } else {
            None
        }
    }

    /// True if one of these functions is given no time, or the word `now` stands somewhere.
    fn says_now(&self, functions: &[&str]) -> bool {
        let now = |text: &str| text.eq_ignore_ascii_case("now");
        let bound = self.bound();
        let in_value = |value: &Value| matches!(value, Value::Text { text, .. } if now(text));
        bound.iter().any(|(_, value)| in_value(value))
            || self.opcodes().unwrap_or_default().iter().any(|opcode| {
                // Without arguments there is no register of a first one.
                let name = || opcode.p4.split('(').next().unwrap_or("");
                now(&opcode.p4)
                    || (opcode.p2 == 0
                        && matches!(opcode.name.as_str(), "Function" | "PureFunc")
                        && functions.contains(&name()))
            })
    }

    /// Passes over rows, then calls `on_row` on each until it says no.
    fn step_to(
        &self,
        passed_over: u64,
        time_ns: Option<u64>,
        mut on_row: impl FnMut() -> Result<bool, EngineError>,
    ) -> Result<(), EngineError> {
        let watched = self.db.watch().begin(time_ns, None);
        seed_random();
        let mut row = 0;
        let result = loop {
            match self.step() {
                Ok(false) => break Ok(()),
                Ok(true) if row < passed_over => row += 1,
                Ok(true) => match on_row() {
                    Ok(true) => {}
                    Ok(false) => break Ok(()),
                    Err(error) => break Err(error),
                },
                Err(error) => break Err(error),
            }
        };
        let stopped = watched.end();
        self.reset();
        // SAFETY: the connection is live. As after a run, none keeps its pages.
        unsafe { ffi::sqlite3_db_release_memory(self.db.handle()) };
        match (result, stopped) {
            (Err(EngineError::Cancelled), Some(stop)) => Err(stop.into()),
            (result, _) => result,
        }
    }

    fn whole(&self, column: c_int) -> Result<Whole, EngineError> {
        // SAFETY: `raw` is on a row.
        let (kind, bytes) = unsafe {
            let kind = ffi::sqlite3_column_type(self.raw, column);
            // Asked before the value, since a blob of zeros takes no memory until then.
            (kind, ffi::sqlite3_column_bytes(self.raw, column) as usize)
        };
        if matches!(kind, ffi::SQLITE_TEXT | ffi::SQLITE_BLOB) && bytes > WHOLE_BYTES {
            return Err(EngineError::Sql(format!(
                "This value has {} MB; here at most {} MB of one are shown or saved. In SQL, \
                 substr(value, 1, 1000000) gives a part of it.",
                bytes / 1_000_000,
                WHOLE_BYTES / 1_000_000
            )));
        }
        Ok(match kind {
            ffi::SQLITE_INTEGER => Whole::Integer(self.integer(column)),
            ffi::SQLITE_FLOAT => {
                // SAFETY: as above.
                Whole::Real(unsafe { ffi::sqlite3_column_double(self.raw, column) })
            }
            ffi::SQLITE_TEXT => Whole::Text(self.bytes(column, false).to_vec()),
            ffi::SQLITE_BLOB => Whole::Blob(self.bytes(column, true).to_vec()),
            _ => Whole::Null,
        })
    }
}
