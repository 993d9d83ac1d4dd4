//! One prepared statement: what it is, its parameters, its plan.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::{CStr, c_char, c_int};
use std::marker::PhantomData;

use scanseek_plan::Plan;

use crate::bindings as ffi;
use crate::control::Stop;
use crate::stubs::{Asked, Missing};
use crate::{Database, EngineError, Value};

/// What a statement does, as SQLite says once it is prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementKind {
    /// Returns rows and changes nothing.
    Read,
    /// Inserts, updates or deletes.
    Write,
    /// Changes the schema, the connection or a transaction.
    Other,
}

/// A statement that SQLite has compiled.
pub struct Prepared<'db> {
    pub(crate) raw: *mut ffi::sqlite3_stmt,
    pub(crate) db: &'db Database,
    sql: String,
    bound: RefCell<Vec<(String, Value)>>,
    missing: Vec<Missing>,
    functions: BTreeSet<String>,
    /// Database and table that it makes an index on; the main database is `main`.
    pub(crate) index_on: Option<(String, String)>,
    _not_send: PhantomData<*const ()>,
}

impl Drop for Prepared<'_> {
    fn drop(&mut self) {
        // SAFETY: `raw` came from sqlite3_prepare_v3 on a connection that outlives this.
        unsafe { ffi::sqlite3_finalize(self.raw) };
    }
}

impl<'db> Prepared<'db> {
    /// Compiles exactly one statement. With `guarded`, the authorizer looks at it as at any
    /// statement a person wrote.
    pub(crate) fn new(db: &'db Database, sql: &str, guarded: bool) -> Result<Self, EngineError> {
        let asked = Asked::default();
        let (raw, tail) = loop {
            match compile(db, sql, guarded.then_some(&asked)) {
                Ok(compiled) => break compiled,
                // Functions of the person's application stand in until all are known.
                Err(error) if guarded && db.stubs().add_function(db.handle(), &error) => {}
                Err(error) if guarded => return Err(db.in_view(error, sql)),
                Err(error) => return Err(error),
            }
        };
        if raw.is_null() {
            return Err(EngineError::NoStatement);
        }
        let mut statement = Self {
            raw,
            db,
            sql: sql.to_owned(),
            bound: RefCell::default(),
            missing: Vec::new(),
            functions: BTreeSet::new(),
            index_on: asked.index_on.take(),
            _not_send: PhantomData,
        };
        let rest = sql.get(tail..).unwrap_or("");
        let more = after_blanks(rest);
        if !more.is_empty() {
            return Err(EngineError::Syntax {
                message: "There is a second statement here; separate them with a semicolon and \
                          run them one at a time."
                    .to_owned(),
                offset: Some(sql.len() - more.len()),
            });
        }
        if guarded {
            statement.missing = db.stubs().missing(&asked, || {
                let opcodes = statement.opcodes().unwrap_or_default();
                opcodes.into_iter().map(|op| op.p4).collect()
            });
            statement.functions = asked.functions.take();
        }
        Ok(statement)
    }

    /// What the statement needs that only the person's application has. It can be explained.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// The functions it uses, as far as the authorizer saw.
    pub(crate) fn functions(&self) -> &BTreeSet<String> {
        &self.functions
    }

    /// How many columns its rows have.
    pub(crate) fn columns(&self) -> c_int {
        // SAFETY: `raw` is live.
        unsafe { ffi::sqlite3_column_count(self.raw) }
    }

    pub(crate) fn column_names(&self) -> Vec<String> {
        // SAFETY: `raw` is live; names are terminated strings.
        let name = |i| unsafe {
            let name = ffi::sqlite3_column_name(self.raw, i);
            if name.is_null() {
                String::new()
            } else {
                CStr::from_ptr(name).to_string_lossy().into_owned()
            }
        };
        (0..self.columns()).map(name).collect()
    }

    /// Reads, writes or anything else.
    pub fn kind(&self) -> StatementKind {
        // SAFETY: `raw` is live.
        let (read_only, columns) =
            unsafe { (ffi::sqlite3_stmt_readonly(self.raw) != 0, self.columns()) };
        let keyword = first_word(&self.sql);
        match keyword.as_str() {
            "INSERT" | "UPDATE" | "DELETE" | "REPLACE" => StatementKind::Write,
            "WITH" if !read_only => StatementKind::Write,
            _ if read_only && columns > 0 => StatementKind::Read,
            _ => StatementKind::Other,
        }
    }

    /// Names of the parameters in order; a bare `?` is given its number.
    pub fn parameters(&self) -> Vec<String> {
        // SAFETY: `raw` is live; names are terminated strings owned by the statement.
        unsafe {
            (1..=ffi::sqlite3_bind_parameter_count(self.raw))
                .map(|i| {
                    let name = ffi::sqlite3_bind_parameter_name(self.raw, i);
                    if name.is_null() {
                        format!("?{i}")
                    } else {
                        CStr::from_ptr(name).to_string_lossy().into_owned()
                    }
                })
                .collect()
        }
    }

    /// Binds every parameter that `values` names; a name may leave out its `:`, `@`, `$` or `?`.
    /// The others stay `NULL`.
    ///
    /// # Errors
    /// If `values` names a parameter the statement does not have.
    pub fn bind(&self, values: &[(String, Value)]) -> Result<(), EngineError> {
        let names = self.parameters();
        let bare = |name: &str| name.trim_start_matches([':', '@', '$', '?']).to_owned();
        for (name, value) in values {
            let Some(position) =
                names.iter().position(|known| known == name || bare(known) == bare(name))
            else {
                return Err(EngineError::Sql(format!(
                    "There is no parameter {name} in this statement; it has {}.",
                    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
                )));
            };
            let at = position as c_int + 1;
            if let Value::Text { text, .. } = value
                && c_int::try_from(text.len()).is_err()
            {
                return Err(EngineError::Sql(format!("The value of {name} is too long.")));
            }
            // SAFETY: `raw` is live; texts are copied by SQLite (SQLITE_TRANSIENT).
            let code = unsafe {
                match value {
                    Value::Null => ffi::sqlite3_bind_null(self.raw, at),
                    Value::Integer(integer) => ffi::sqlite3_bind_int64(self.raw, at, *integer),
                    Value::Real(real) => ffi::sqlite3_bind_double(self.raw, at, *real),
                    Value::Text { text, .. } => ffi::sqlite3_bind_text(
                        self.raw,
                        at,
                        text.as_ptr().cast(),
                        text.len() as c_int,
                        ffi::SQLITE_TRANSIENT(),
                    ),
                    Value::Blob { head, .. } => ffi::sqlite3_bind_blob(
                        self.raw,
                        at,
                        head.as_ptr().cast(),
                        head.len() as c_int,
                        ffi::SQLITE_TRANSIENT(),
                    ),
                }
            };
            if code != ffi::SQLITE_OK {
                return Err(self.db.last_error(code, &self.sql));
            }
            self.bound.borrow_mut().push((name.clone(), value.clone()));
        }
        Ok(())
    }

    pub(crate) fn sql(&self) -> &str {
        &self.sql
    }

    /// The values bound so far; of two for one parameter the later counts.
    pub(crate) fn bound(&self) -> Vec<(String, Value)> {
        self.bound.borrow().clone()
    }

    /// What `EXPLAIN QUERY PLAN` says, for the values bound now. Nothing is executed.
    ///
    /// The statement is used up: SQLite compiles it again with the plan's own opcodes in it, and
    /// those would be counted as steps of a later run.
    ///
    /// # Errors
    /// If SQLite refuses to explain the statement.
    pub fn plan(self) -> Result<Plan, EngineError> {
        const QUERY_PLAN: c_int = 2;
        // SAFETY: `raw` is live and reset.
        let code = unsafe { ffi::sqlite3_stmt_explain(self.raw, QUERY_PLAN) };
        if code != ffi::SQLITE_OK {
            return Err(self.db.last_error(code, &self.sql));
        }
        let mut rows = Vec::new();
        let outcome = loop {
            match self.step() {
                Ok(true) => rows.push((self.integer(0), self.integer(1), self.text(3))),
                Ok(false) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        outcome.map(|()| Plan::from_rows(rows))
    }

    /// Refuses what must not be run: writes, and whatever changes the connection.
    pub(crate) fn require_read(&self) -> Result<(), EngineError> {
        if let Some(missing) = self.missing.first() {
            return Err(EngineError::NotRunnable(missing.sentence()));
        }
        match self.kind() {
            StatementKind::Read => Ok(()),
            StatementKind::Write => Err(EngineError::Writes),
            StatementKind::Other => {
                Err(EngineError::NotRunnable("Only statements that read are run here.".to_owned()))
            }
        }
    }

    /// Refuses everything but a statement that changes rows.
    pub(crate) fn require_write(&self) -> Result<(), EngineError> {
        if let Some(missing) = self.missing.first() {
            return Err(EngineError::NotRunnable(missing.sentence()));
        }
        match self.kind() {
            StatementKind::Write => Ok(()),
            StatementKind::Read | StatementKind::Other => Err(EngineError::NotRunnable(
                "Only statements that change rows are measured as writes.".to_owned(),
            )),
        }
    }

    /// One step; true if there is a row.
    pub(crate) fn step(&self) -> Result<bool, EngineError> {
        // SAFETY: `raw` is live.
        match unsafe { ffi::sqlite3_step(self.raw) } {
            ffi::SQLITE_ROW => Ok(true),
            ffi::SQLITE_DONE => Ok(false),
            code => Err(self.db.last_error(code, &self.sql)),
        }
    }

    pub(crate) fn reset(&self) {
        // SAFETY: `raw` is live; the code only repeats the last step's error.
        unsafe { ffi::sqlite3_reset(self.raw) };
    }

    pub(crate) fn integer(&self, column: c_int) -> i64 {
        // SAFETY: `raw` is live; SQLite checks the column number.
        unsafe { ffi::sqlite3_column_int64(self.raw, column) }
    }

    pub(crate) fn text(&self, column: c_int) -> String {
        String::from_utf8_lossy(self.bytes(column, false)).into_owned()
    }

    /// The column's text (converted to UTF-8) or blob, valid until the next step.
    pub(crate) fn bytes(&self, column: c_int, blob: bool) -> &[u8] {
        // SAFETY: pointer and length belong together as long as bytes() is asked after the
        // pointer; the borrow of `self` does not outlive the row in this crate.
        unsafe {
            let pointer: *const u8 = if blob {
                ffi::sqlite3_column_blob(self.raw, column).cast()
            } else {
                ffi::sqlite3_column_text(self.raw, column).cast()
            };
            let length = ffi::sqlite3_column_bytes(self.raw, column) as usize;
            if pointer.is_null() || length == 0 {
                &[]
            } else {
                std::slice::from_raw_parts(pointer, length)
            }
        }
    }
}

/// Compiles one statement; returns it and where the next begins. With `asked`, the authorizer looks
/// at it and notes what it uses.
fn compile(
    db: &Database,
    sql: &str,
    asked: Option<&Asked>,
) -> Result<(*mut ffi::sqlite3_stmt, usize), EngineError> {
    let handle = db.handle();
    let mut raw = std::ptr::null_mut();
    let mut tail: *const c_char = std::ptr::null();
    let length = c_int::try_from(sql.len())
        .map_err(|_| EngineError::Sql("The statement is too long.".to_owned()))?;
    let _asking = asked.map(|asked| db.stubs().ask(asked));
    // SAFETY: pointer and length describe `sql`; the connection is live.
    let code = unsafe {
        ffi::sqlite3_prepare_v3(handle, sql.as_ptr().cast(), length, 0, &raw mut raw, &raw mut tail)
    };
    if code != ffi::SQLITE_OK {
        return Err(db.last_error(code, sql));
    }
    Ok((raw, (tail as usize).saturating_sub(sql.as_ptr() as usize)))
}

/// The first word in upper case, comments passed over.
fn first_word(sql: &str) -> String {
    let rest = after_blanks(sql);
    rest.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_uppercase()
}

/// The text behind leading white space, semicolons and comments.
fn after_blanks(sql: &str) -> &str {
    let mut rest = sql;
    loop {
        rest =
            rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || ";\u{feff}".contains(c));
        rest = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, after)| after)
        } else {
            return rest;
        };
    }
}

impl From<Stop> for EngineError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Cancelled => Self::Cancelled,
            Stop::Deadline => Self::Deadline,
            Stop::StepLimit => {
                Self::Sql("Stopped: it took more work than without the change.".into())
            }
        }
    }
}
