//! One open database: a connection over a base that is never written.

use std::ffi::{CStr, c_int, c_void};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::{Connection, OpenFlags};
use scanseek_schema::{Fingerprint, Schema, TableKind};

use crate::attached::Attached;
use crate::bindings as ffi;
use crate::control::{Control, PROGRESS_STEPS, Watch};
use crate::hardening::{harden, sqlite_error};
use crate::storage::CowFile;
use crate::stubs::Stubs;
use crate::vfs::{Files, VFS_NAME, lock};
use crate::{EngineError, FileNotice, Prepared, RandomRead, Value, catalog, file_check, runtime};

/// A connection with its own copy-on-write pages.
pub struct Database {
    // Order matters: the connection closes before the watch its handler points to goes. The watch
    // is shared, never moved.
    pub(crate) conn: Connection,
    watch: Rc<Watch>,
    stubs: Rc<Stubs>,
    /// Its name in the VFS.
    pub(crate) name: String,
    pub(crate) files: Files,
    pub(crate) base: Arc<dyn RandomRead>,
    pub(crate) attached: Vec<Attached>,
    pub(crate) schema: Schema,
}

/// A database file and what lies beside it.
#[derive(Clone)]
pub struct DatabaseFiles {
    /// The database.
    pub base: Arc<dyn RandomRead>,
    /// Its `-wal` file: changes that were not yet copied into the database.
    pub wal: Option<Arc<dyn RandomRead>>,
    /// Its `-journal` file: pages as they were before a change that did not end.
    pub journal: Option<Arc<dyn RandomRead>>,
}

impl DatabaseFiles {
    /// A database with nothing beside it.
    pub fn alone(base: Arc<dyn RandomRead>) -> Self {
        Self { base, wal: None, journal: None }
    }
}

/// What opening a file gives.
pub struct Opened {
    /// The database.
    pub database: Database,
    /// What is worth knowing about the file.
    pub notices: Vec<FileNotice>,
}

/// Facts of the file itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInfo {
    /// Length of the file as it was given, in bytes.
    pub size_bytes: u64,
    /// Page size in bytes.
    pub page_size: u64,
    /// Number of pages, those of a `-wal` file counted in.
    pub page_count: u64,
    /// `UTF-8`, `UTF-16le` or `UTF-16be`.
    pub encoding: String,
    /// `delete` or `wal`, as the file's header says.
    pub journal_mode: String,
}

impl Drop for Database {
    fn drop(&mut self) {
        // SAFETY: the handle is live; the handler must not outlive the watch it points to.
        unsafe { ffi::sqlite3_progress_handler(self.handle(), 0, None, std::ptr::null_mut()) };
        for name in self.attached.iter().map(|attached| &attached.file).chain([&self.name]) {
            self.files.remove_all(name);
        }
    }
}

impl Database {
    /// Opens a database file with what lies beside it. A journal of a change that did not end is
    /// rolled back, on the copy.
    ///
    /// # Errors
    /// Says in words what the file is if it is no whole SQLite database.
    pub fn open(files: DatabaseFiles, control: Rc<dyn Control>) -> Result<Opened, EngineError> {
        let notices = file_check::check(&files)?;
        let DatabaseFiles { base, wal, journal } = files;
        let reads = |notice: &FileNotice| matches!(notice, FileNotice::WalRead { .. });
        let wal = wal.filter(|_| notices.iter().any(reads));
        let journal = journal.filter(|_| notices.contains(&FileNotice::JournalRolledBack));
        let beside = [("-wal", wal), ("-journal", journal)];
        let files = runtime::start();
        let name = fresh_name();
        let over = |base| CowFile::over(base, Arc::clone(files.pool()));
        files.insert(&name, over(Arc::clone(&base)));
        for (suffix, file) in beside {
            if let Some(file) = file {
                files.insert(&format!("{name}{suffix}"), over(file));
            }
        }
        let mut database = Self::connect(name, files, base, control)?;
        database.reload()?;
        Ok(Opened { database, notices })
    }

    /// A new, empty database in memory.
    ///
    /// # Errors
    /// If SQLite cannot open it.
    pub fn create(control: Rc<dyn Control>) -> Result<Self, EngineError> {
        let files = runtime::start();
        let name = fresh_name();
        files.insert(&name, CowFile::empty(Arc::clone(files.pool())));
        Self::connect(name, files, Arc::new(Vec::new()), control)
    }

    /// Another connection that starts from this one's present state, with the same databases
    /// attached; neither sees what the other then changes.
    ///
    /// # Errors
    /// If SQLite cannot open it.
    pub fn fork(&self) -> Result<Self, EngineError> {
        let name = fresh_name();
        self.files.copy_all(&self.name, &name);
        let mut fork =
            Self::connect(name, self.files.clone(), Arc::clone(&self.base), self.control())?;
        for attached in &self.attached {
            fork.attach_copy(&attached.name, &attached.file, &attached.base)?;
        }
        fork.schema = self.schema.clone();
        fork.stand_in_for_modules()?;
        Ok(fork)
    }

    fn connect(
        name: String,
        files: Files,
        base: Arc<dyn RandomRead>,
        control: Rc<dyn Control>,
    ) -> Result<Self, EngineError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags_and_vfs(&name, flags, VFS_NAME)
            .map_err(|error| sqlite_error(&error));
        let conn = match conn {
            Ok(conn) => conn,
            Err(error) => {
                files.remove_all(&name);
                return Err(error);
            }
        };
        let watch = Rc::new(Watch::new(control));
        // SAFETY: the watch stays where it is, and Drop removes the handler first.
        unsafe {
            ffi::sqlite3_progress_handler(
                conn.handle(),
                PROGRESS_STEPS,
                Some(on_progress),
                Rc::as_ptr(&watch).cast_mut().cast::<c_void>(),
            );
        }
        let stubs = Rc::<Stubs>::default();
        // SAFETY: the stubs stay where they are, and the connection closes first.
        unsafe { stubs.install(&conn) };
        let (attached, schema) = (Vec::new(), Schema::default());
        let database = Self { conn, watch, stubs, name, files, base, attached, schema };
        harden(&database.conn, cache_pages(database.base.as_ref()))?;
        Ok(database)
    }

    /// How this database's runs are watched; for databases that go with it.
    pub fn control(&self) -> Rc<dyn Control> {
        Rc::clone(&self.watch.control)
    }

    /// Accepts every collation name, for a database that is planned on and never run.
    pub fn accept_any_collation(&self) {
        crate::hardening::accept_any_collation(&self.conn);
    }

    /// Tables, columns and indexes as they are now.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Reads the schema again after statements changed it.
    ///
    /// # Errors
    /// If SQLite cannot read it.
    pub fn reload(&mut self) -> Result<(), EngineError> {
        self.stand_in_for_modules()?;
        self.schema = catalog::read(self)?;
        Ok(())
    }

    /// Virtual tables whose module is not here get one that only plans.
    pub(crate) fn stand_in_for_modules(&self) -> Result<(), EngineError> {
        let tables = catalog::virtual_tables(self)?;
        if !tables.is_empty() {
            let known = catalog::modules(self)?;
            self.stubs.add_modules(&self.conn, &known, tables);
        }
        Ok(())
    }

    pub(crate) fn stubs(&self) -> &Stubs {
        &self.stubs
    }

    /// An error about a name that the statement does not hold itself: if it comes from a view the
    /// statement reads, the view is named.
    pub(crate) fn in_view(&self, error: EngineError, sql: &str) -> EngineError {
        let EngineError::UnknownName { message, offset: None } = &error else { return error };
        let views = self.schema.tables.iter().filter(|table| table.kind == TableKind::View);
        for view in views.filter(|view| crate::error::find_name(sql, &view.name).is_some()) {
            let name = catalog::qualified(view.database.as_deref(), &view.name);
            let all = format!("SELECT * FROM {name}");
            if let Err(EngineError::UnknownName { message: same, .. }) = self.prepare_own(&all)
                && same == *message
            {
                let message = format!("{message} The view {} needs it.", view.name);
                return EngineError::UnknownName {
                    message,
                    offset: crate::error::find_name(sql, &view.name),
                };
            }
        }
        error
    }

    /// Counts the rows of every table, as far as `time_ns` reaches, and estimates the others.
    pub fn count_rows(&mut self, time_ns: u64) {
        let mut schema = std::mem::take(&mut self.schema);
        let watched = self.watch.begin(Some(time_ns), None);
        for table in &mut schema.tables {
            table.row_count = catalog::count_rows(self, table);
        }
        drop(watched);
        for table in schema.tables.iter_mut().filter(|table| table.row_count.is_none()) {
            let database = table.database.as_deref();
            table.rows_estimated = self.estimate_rows(database, &table.name).ok().flatten();
        }
        self.schema = schema;
    }

    /// About how many rows a table of the main or an attached database holds, from a few of its
    /// pages; `None` for what has no b-tree.
    ///
    /// # Errors
    /// If the pages cannot be read.
    pub fn estimate_rows(
        &self,
        database: Option<&str>,
        table: &str,
    ) -> Result<Option<u64>, EngineError> {
        Ok(catalog::estimate(self, database, table)?.map(|tree| tree.entries))
    }

    /// Facts of the file.
    ///
    /// # Errors
    /// If SQLite cannot read them.
    pub fn file_info(&self) -> Result<FileInfo, EngineError> {
        let mut header = [0; 20];
        let in_header = self.base.length() >= 20 && self.base.read_at(0, &mut header).is_ok();
        let wal = in_header && header[18] == 2;
        let number = |sql| Ok::<_, EngineError>(self.prepare_own(sql)?.first_integer()? as u64);
        let pages = number("PRAGMA page_count")?;
        let page_size = number("PRAGMA page_size")?;
        let size_bytes = match self.base.length() {
            0 => pages * page_size,
            length => length,
        };
        Ok(FileInfo {
            size_bytes,
            page_size,
            page_count: pages,
            encoding: self.prepare_own("PRAGMA encoding")?.first_text()?,
            journal_mode: if wal { "wal" } else { "delete" }.to_owned(),
        })
    }

    /// The mark of the file as it was given; of the present pages for a created database.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn fingerprint(&self) -> Result<Fingerprint, EngineError> {
        if self.base.length() > 0 {
            return Ok(Fingerprint::of(self.base.length(), |at, buffer| {
                self.base.read_at(at, buffer)
            })?);
        }
        let bytes = self.to_bytes()?;
        Ok(Fingerprint::of(bytes.len() as u64, |at, buffer| bytes.read_at(at, buffer))?)
    }

    /// The whole database as a file's bytes. Changes still in a `-wal` file are not in it.
    ///
    /// # Errors
    /// If the base cannot be read.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EngineError> {
        let Some(file) = self.files.get(&self.name) else { return Ok(Vec::new()) };
        let file = lock(&file);
        let mut bytes = vec![0; file.length() as usize];
        file.read(0, &mut bytes)?;
        Ok(bytes)
    }

    /// Closes the connection and goes on with the database as a base for others. Changes still in
    /// a `-wal` file are not in it.
    pub fn into_base(self) -> Arc<dyn RandomRead> {
        match self.files.get(&self.name) {
            Some(file) => Arc::new(lock(&file).clone()),
            None => Arc::new(Vec::new()),
        }
    }

    /// Compiles one statement that a person wrote.
    ///
    /// # Errors
    /// What SQLite says against it, with the place where it can be told.
    pub fn prepare(&self, sql: &str) -> Result<Prepared<'_>, EngineError> {
        Prepared::new(self, sql, true)
    }

    /// Compiles a statement of our own.
    pub(crate) fn prepare_own(&self, sql: &str) -> Result<Prepared<'_>, EngineError> {
        Prepared::new(self, sql, false)
    }

    /// Runs one statement of our own (`ANALYZE`, a `CREATE` from another schema) on this
    /// connection's own pages. The schema is not read again.
    ///
    /// # Errors
    /// What SQLite says, [`EngineError::Cancelled`], and a second statement in the text.
    pub fn execute(&self, sql: &str) -> Result<(), EngineError> {
        self.execute_reading(sql, None)
    }

    /// As [`Database::execute`], for a statement that reads about so many bytes.
    pub(crate) fn execute_reading(&self, sql: &str, bytes: Option<u64>) -> Result<(), EngineError> {
        let watched = self.watch.begin(None, None);
        self.watch.expect_bytes(bytes);
        let result = self.prepare_own(sql).and_then(|statement| {
            while statement.step()? {}
            Ok(())
        });
        drop(watched);
        result
    }

    /// The text laid out over lines, if SQLite takes it for JSON as RFC 8259 has it. Numbers stay as
    /// they are written, and keys that repeat are kept.
    pub fn pretty_json(&self, text: &str) -> Option<String> {
        let sql = "SELECT json_pretty(?1, '  ') WHERE json_valid(?1)";
        let statement = self.prepare_own(sql).ok()?;
        statement.bind(&[("1".into(), Value::from(text))]).ok()?;
        statement.step().ok()?.then(|| statement.text(0))
    }

    pub(crate) fn handle(&self) -> *mut ffi::sqlite3 {
        // SAFETY: the handle is used while `self` is borrowed only.
        unsafe { self.conn.handle() }
    }

    pub(crate) fn watch(&self) -> &Rc<Watch> {
        &self.watch
    }

    /// SQLite's last error on this connection.
    pub(crate) fn last_error(&self, code: c_int, sql: &str) -> EngineError {
        // SAFETY: the handle is live; the message is valid until the next call.
        let (message, offset) = unsafe {
            let message = CStr::from_ptr(ffi::sqlite3_errmsg(self.handle()));
            (message.to_string_lossy().into_owned(), ffi::sqlite3_error_offset(self.handle()))
        };
        let offset = usize::try_from(offset).ok().filter(|offset| sql.is_char_boundary(*offset));
        EngineError::from_sqlite(code, message, offset, sql)
    }
}

impl Prepared<'_> {
    pub(crate) fn first_integer(&self) -> Result<i64, EngineError> {
        Ok(if self.step()? { self.integer(0) } else { 0 })
    }

    pub(crate) fn first_text(&self) -> Result<String, EngineError> {
        Ok(if self.step()? { self.text(0) } else { String::new() })
    }
}

/// Fills tables of a new database quickly: one compiled `INSERT` a table, however they alternate.
#[derive(Default)]
pub struct BulkInsert<'db> {
    statements: Vec<(String, Prepared<'db>)>,
}

impl<'db> BulkInsert<'db> {
    /// Nothing compiled yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Inserts one row, its values in the table's column order.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn insert<'v>(
        &mut self,
        database: &'db Database,
        table: &str,
        values: impl ExactSizeIterator<Item = BulkValue<'v>>,
    ) -> Result<(), EngineError> {
        let known = self.statements.iter().position(|(name, _)| name == table);
        let at = match known {
            Some(at) => at,
            None => {
                let marks = vec!["?"; values.len()].join(", ");
                let sql = format!(
                    "INSERT INTO {} VALUES ({marks})",
                    scanseek_schema::quote_identifier(table)
                );
                self.statements.push((table.to_owned(), database.prepare_own(&sql)?));
                self.statements.len() - 1
            }
        };
        let statement = &self.statements[at].1;
        for (i, value) in values.enumerate() {
            let at = i as c_int + 1;
            // SAFETY: texts live until the step below is over; then the bindings are replaced.
            unsafe {
                match value {
                    BulkValue::Null => ffi::sqlite3_bind_null(statement.raw, at),
                    BulkValue::Integer(integer) => {
                        ffi::sqlite3_bind_int64(statement.raw, at, integer)
                    }
                    BulkValue::Real(real) => ffi::sqlite3_bind_double(statement.raw, at, real),
                    BulkValue::Text(text) => ffi::sqlite3_bind_text(
                        statement.raw,
                        at,
                        text.as_ptr().cast(),
                        // A text of 2 GiB would be more than SQLite takes; it is then refused.
                        c_int::try_from(text.len()).unwrap_or(c_int::MAX),
                        ffi::SQLITE_STATIC(),
                    ),
                };
            }
        }
        let outcome = statement.step();
        statement.reset();
        // SAFETY: drops the pointers to texts that end with this call.
        unsafe { ffi::sqlite3_clear_bindings(statement.raw) };
        outcome.map(drop)
    }
}

/// A value to insert.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BulkValue<'a> {
    /// `NULL`
    Null,
    /// A 64-bit integer.
    Integer(i64),
    /// A 64-bit float.
    Real(f64),
    /// Text.
    Text(&'a str),
}

impl Database {
    /// Runs a script of our own without reading the schema again after each statement.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn execute_script(&self, sql: &str) -> Result<(), EngineError> {
        self.conn.execute_batch(sql).map_err(|error| sqlite_error(&error))
    }
}

/// Pages that SQLite is told to keep: 64 MiB in all, see [`runtime::CACHE_FACTOR`], or 16 MiB for a
/// file that would not fit, where the memory is better used otherwise. It depends on the file alone,
/// so that page reads are the same everywhere.
pub(crate) fn cache_pages(base: &dyn RandomRead) -> u64 {
    const MIB: u64 = 1 << 20;
    let bytes = if base.length() > 64 * MIB { 16 * MIB } else { 64 * MIB };
    let page_size = file_check::page_size(base).unwrap_or(4096);
    bytes / runtime::CACHE_FACTOR / page_size
}

pub(crate) fn fresh_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("scanseek-{}.db", NEXT.fetch_add(1, Ordering::Relaxed))
}

unsafe extern "C" fn on_progress(watch: *mut c_void) -> c_int {
    // SAFETY: the pointer is the boxed watch of a live database.
    let watch = unsafe { &*watch.cast::<Watch>() };
    c_int::from(watch.look_and_count())
}
