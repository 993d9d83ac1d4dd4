//! Stand-ins for what only the person's application has: functions, collations and virtual table
//! modules. With them a statement can be planned as in the application; it is never run.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::marker::PhantomData;

use rusqlite::Connection;
use rusqlite::types::Null;
use rusqlite::vtab::{
    Context, CreateVTab, Filters, IndexInfo, Module, VTab, VTabConfig, VTabConnection, VTabCursor,
    VTabKind, sqlite3_vtab, sqlite3_vtab_cursor,
};
use scanseek_schema::quote_identifier;

use crate::EngineError;
use crate::bindings as ffi;
use crate::catalog::VirtualTable;

/// Something a statement needs and this SQLite does not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// A function.
    Function(String),
    /// A collation.
    Collation(String),
    /// The module of a virtual table.
    Module {
        /// The module.
        module: String,
        /// The table.
        table: String,
    },
}

impl Missing {
    /// Why a statement that needs it is not run.
    pub fn sentence(&self) -> String {
        let what = match self {
            Self::Function(name) => {
                format!("This query uses the function {name}(), which SQLite itself does not have")
            }
            Self::Collation(name) => {
                format!("This query uses the collation {name}, which SQLite itself does not have")
            }
            Self::Module { module, table } => format!(
                "This query reads the virtual table {table}, whose module {module} is not part of SQLite"
            ),
        };
        format!("{what}. Your application may have it; here the query is explained but not run.")
    }
}

/// What stands in on one connection.
pub(crate) struct Stubs {
    functions: RefCell<BTreeSet<String>>,
    collations: RefCell<BTreeSet<String>>,
    /// Module, database and table.
    tables: RefCell<BTreeSet<(String, String, String)>>,
    /// Where to note what the statement that is being compiled uses; null for our own statements.
    asked: Cell<*const Asked>,
}

impl Default for Stubs {
    fn default() -> Self {
        Self {
            functions: RefCell::default(),
            collations: RefCell::default(),
            tables: RefCell::default(),
            asked: Cell::new(std::ptr::null()),
        }
    }
}

/// A statement of the person's is being compiled while this lives.
pub(crate) struct Asking<'a>(&'a Stubs, PhantomData<&'a Asked>);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.asked.set(std::ptr::null());
    }
}

/// What the authorizer saw a statement use.
#[derive(Default)]
pub(crate) struct Asked {
    pub(crate) functions: RefCell<BTreeSet<String>>,
    /// Database and table.
    pub(crate) tables: RefCell<BTreeSet<(String, String)>>,
    /// Database and table that an index is made on. The main database is `main`.
    pub(crate) index_on: RefCell<Option<(String, String)>>,
}

impl Stubs {
    /// From now on every collation name is accepted on the connection, and the authorizer looks at
    /// every statement that is compiled between [`Stubs::ask`] and its end. It is set once: setting
    /// or clearing it makes SQLite compile every statement again.
    ///
    /// # Safety
    /// `self` must stay where it is until the connection is closed.
    pub(crate) unsafe fn install(&self, conn: &Connection) {
        unsafe {
            ffi::sqlite3_set_authorizer(
                conn.handle(),
                Some(crate::hardening::authorize),
                std::ptr::from_ref(self).cast_mut().cast::<c_void>(),
            );
            ffi::sqlite3_collation_needed(
                conn.handle(),
                std::ptr::from_ref(self).cast_mut().cast::<c_void>(),
                Some(collation_needed),
            );
        }
    }

    /// Has the authorizer judge what is compiled now, and note what it uses.
    pub(crate) fn ask<'a>(&'a self, asked: &'a Asked) -> Asking<'a> {
        self.asked.set(asked);
        Asking(self, PhantomData)
    }

    /// The notes of the statement that is being compiled, if it is a person's.
    pub(crate) fn asked(&self) -> Option<&Asked> {
        // SAFETY: `Asking` borrows the notes and clears the pointer when it goes.
        unsafe { self.asked.get().as_ref() }
    }

    /// Adds a stand-in for the function that SQLite says it lacks. False if the error is another.
    pub(crate) fn add_function(&self, db: *mut ffi::sqlite3, error: &EngineError) -> bool {
        let EngineError::UnknownName { message, .. } = error else { return false };
        let Some(name) = message.strip_prefix("No such function: ") else { return false };
        let name = name.trim_end_matches('.').to_owned();
        let Ok(c_name) = CString::new(name.clone()) else { return false };
        if !self.functions.borrow_mut().insert(name.to_lowercase()) {
            return false;
        }
        // Deterministic and innocuous, so that it may stand in views and indexes of the schema.
        let flags = ffi::SQLITE_UTF8 | ffi::SQLITE_DETERMINISTIC | ffi::SQLITE_INNOCUOUS;
        // SAFETY: the handle is live and the name terminated.
        let code = unsafe {
            ffi::sqlite3_create_function_v2(
                db,
                c_name.as_ptr(),
                -1,
                flags,
                std::ptr::null_mut(),
                Some(gives_null),
                None,
                None,
                None,
            )
        };
        code == ffi::SQLITE_OK
    }

    /// Adds stand-ins for the modules of these virtual tables, as far as SQLite has none.
    pub(crate) fn add_modules(
        &self,
        conn: &Connection,
        known: &BTreeSet<String>,
        tables: Vec<VirtualTable>,
    ) {
        for VirtualTable { schema, name: table, sql } in tables {
            let Some(module) = module_of(&sql) else { continue };
            let Ok(name) = CString::new(module.clone()) else { continue };
            let is_known = known.contains(&module.to_lowercase())
                && !self
                    .tables
                    .borrow()
                    .iter()
                    .any(|(stub, ..)| stub.eq_ignore_ascii_case(&module));
            if is_known || !self.tables.borrow_mut().insert((module.clone(), schema, table)) {
                continue;
            }
            // A module that cannot be made leaves the table as it is: not to be planned with.
            let _ = conn.create_module(name.as_c_str(), STUB, Some(module));
        }
    }

    /// Forgets the virtual tables of a database that is no longer attached.
    pub(crate) fn forget_tables_of(&self, name: &str) {
        self.tables.borrow_mut().retain(|(_, schema, _)| !schema.eq_ignore_ascii_case(name));
    }

    /// Which of the things a statement asked for stand in for something. Programs name collations
    /// in the fourth operand, cut off after 18 bytes in some.
    pub(crate) fn missing(
        &self,
        asked: &Asked,
        operands: impl Fn() -> Vec<String>,
    ) -> Vec<Missing> {
        let mut missing: Vec<Missing> = asked
            .functions
            .borrow()
            .iter()
            .filter(|name| self.functions.borrow().contains(&name.to_lowercase()))
            .map(|name| Missing::Function(name.clone()))
            .collect();
        let collations = self.collations.borrow();
        if !collations.is_empty() {
            let operands: Vec<String> = operands().iter().map(|p4| p4.to_lowercase()).collect();
            let used = |name: &&String| {
                let end = (0..=18.min(name.len())).rev().find(|at| name.is_char_boundary(*at));
                let head = name[..end.unwrap_or(0)].to_lowercase();
                operands.iter().any(|p4| p4.contains(&head))
            };
            missing.extend(collations.iter().filter(used).cloned().map(Missing::Collation));
        }
        let tables = self.tables.borrow();
        let read = |(_, schema, table): &&(String, String, String)| {
            asked
                .tables
                .borrow()
                .iter()
                .any(|(s, t)| s.eq_ignore_ascii_case(schema) && t.eq_ignore_ascii_case(table))
        };
        missing.extend(tables.iter().filter(read).map(|(module, _, table)| Missing::Module {
            module: module.clone(),
            table: table.clone(),
        }));
        missing
    }
}

/// The module named in `CREATE VIRTUAL TABLE t USING module(…)`. SQLite keeps the statement as it
/// was written from the table's name on.
fn module_of(sql: &str) -> Option<String> {
    let mut rest = sql;
    for word in ["CREATE", "VIRTUAL", "TABLE"] {
        let (found, behind) = take_name(rest);
        rest = behind;
        if !found.eq_ignore_ascii_case(word) {
            return None;
        }
    }
    let (_table, rest) = take_name(rest);
    let (using, rest) = take_name(rest);
    let (module, _) = take_name(rest);
    (using.eq_ignore_ascii_case("USING") && !module.is_empty()).then_some(module)
}

/// The name or word at the start of a text, its quotes taken off, and what is behind it. White
/// space and comments before it are passed over; without a name there it is empty.
fn take_name(text: &str) -> (String, &str) {
    let mut text = text.trim_start();
    while let Some(end) = match () {
        () if text.starts_with("--") => Some(text.find('\n').unwrap_or(text.len())),
        () if text.starts_with("/*") => Some(text.find("*/").map_or(text.len(), |at| at + 2)),
        () => None,
    } {
        text = text[end..].trim_start();
    }
    let close = match text.chars().next() {
        Some(quote @ ('"' | '`' | '\'')) => quote,
        Some('[') => ']',
        _ => {
            let end = text
                .find(|c: char| !(c.is_alphanumeric() || "_$".contains(c)))
                .unwrap_or(text.len());
            return (text[..end].to_owned(), &text[end..]);
        }
    };
    let mut name = String::new();
    let mut rest = &text[1..];
    while let Some(at) = rest.find(close) {
        name.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if close == ']' || !rest.starts_with(close) {
            break;
        }
        name.push(close);
        rest = &rest[1..];
    }
    (name, rest)
}

/// Columns that a module adds without their being written in the statement.
fn hidden_columns(module: &str) -> &'static [&'static str] {
    match module.to_ascii_lowercase().as_str() {
        "vec0" => &["distance", "k"],
        "virtualspatialindex" => &["f_table_name", "f_geometry_column", "search_frame"],
        _ => &[],
    }
}

/// `CREATE TABLE x(…)` with the columns that the arguments of a module seem to name.
fn declaration(module: &str, table: &str, arguments: &[&[u8]]) -> String {
    const NOT_COLUMNS: [&str; 6] =
        ["primary", "unique", "check", "foreign", "constraint", "tokenize"];
    let mut columns: Vec<String> = Vec::new();
    let mut add = |name: &str, hidden: bool| {
        let quoted = quote_identifier(name);
        if !name.is_empty() && !columns.iter().any(|known| known.eq_ignore_ascii_case(&quoted)) {
            columns.push(quoted);
            return if hidden { Some(columns.len() - 1) } else { None };
        }
        None
    };
    for argument in arguments {
        let text = String::from_utf8_lossy(argument);
        let text = text.trim().trim_start_matches('+').trim_start();
        let (name, behind) = take_name(text);
        let is_option = behind.trim_start().starts_with('=');
        if !is_option && !NOT_COLUMNS.contains(&name.to_ascii_lowercase().as_str()) {
            add(&name, false);
        }
    }
    let mut hidden = Vec::new();
    for name in hidden_columns(module).iter().copied().chain([table]) {
        hidden.extend(add(name, true));
    }
    let columns: Vec<String> = columns
        .into_iter()
        .enumerate()
        .map(|(i, column)| if hidden.contains(&i) { format!("{column} HIDDEN") } else { column })
        .collect();
    format!("CREATE TABLE x({})", columns.join(", "))
}

unsafe extern "C" fn gives_null(
    context: *mut ffi::sqlite3_context,
    _count: c_int,
    _values: *mut *mut ffi::sqlite3_value,
) {
    unsafe { ffi::sqlite3_result_null(context) };
}

unsafe extern "C" fn collation_needed(
    stubs: *mut c_void,
    db: *mut ffi::sqlite3,
    encoding: c_int,
    name: *const c_char,
) {
    // SAFETY: see `accept_collations`; SQLite gives a live handle and a terminated name.
    unsafe {
        let stubs = &*stubs.cast::<Stubs>();
        let text = CStr::from_ptr(name);
        if !crate::hardening::is_built_in_collation(text) {
            stubs.collations.borrow_mut().insert(text.to_string_lossy().into_owned());
            crate::hardening::add_collation(std::ptr::null_mut(), db, encoding, name);
        }
    }
}

const STUB: &Module<'static, Stub> = &Module::read_only_module();

/// A virtual table with the columns of another and no rows.
#[repr(C)]
struct Stub {
    base: sqlite3_vtab,
}

unsafe impl<'vtab> VTab<'vtab> for Stub {
    /// The module's name.
    type Aux = String;
    type Cursor = NoRows<'vtab>;

    fn connect(
        db: &mut VTabConnection,
        aux: Option<&String>,
        _module_name: &[u8],
        _database_name: &[u8],
        table_name: &[u8],
        args: &[&[u8]],
    ) -> rusqlite::Result<(Cow<'static, CStr>, Self)> {
        db.config(VTabConfig::Innocuous)?;
        let module = aux.map(String::as_str).unwrap_or_default();
        let declared = declaration(module, &String::from_utf8_lossy(table_name), args);
        let declared = CString::new(declared)
            .map_err(|_| rusqlite::Error::ModuleError("a name holds a NUL".to_owned()))?;
        Ok((Cow::Owned(declared), Self { base: sqlite3_vtab::default() }))
    }

    /// What the real module can look up is not known; that it can look up something is likely.
    fn best_index(&self, info: &mut IndexInfo) -> rusqlite::Result<bool> {
        let mut next = 1;
        for (constraint, mut usage) in info.constraints_and_usages() {
            if constraint.is_usable() {
                usage.set_argv_index(next);
                next += 1;
            }
        }
        info.set_estimated_cost(if next > 1 { 1_000.0 } else { 1_000_000.0 });
        info.set_estimated_rows(if next > 1 { 100 } else { 1_000_000 });
        info.set_idx_str("stub");
        Ok(true)
    }

    fn open(&'vtab mut self) -> rusqlite::Result<NoRows<'vtab>> {
        Ok(NoRows { base: sqlite3_vtab_cursor::default(), _table: PhantomData })
    }
}

impl CreateVTab<'_> for Stub {
    const KIND: VTabKind = VTabKind::Default;
}

#[repr(C)]
struct NoRows<'vtab> {
    base: sqlite3_vtab_cursor,
    _table: PhantomData<&'vtab Stub>,
}

unsafe impl VTabCursor for NoRows<'_> {
    fn filter(&mut self, _: c_int, _: Option<&str>, _: &Filters<'_>) -> rusqlite::Result<()> {
        Ok(())
    }
    fn next(&mut self) -> rusqlite::Result<()> {
        Ok(())
    }
    fn eof(&self) -> bool {
        true
    }
    fn column(&self, context: &mut Context, _: c_int) -> rusqlite::Result<()> {
        context.set_result(Null)
    }
    fn rowid(&self) -> rusqlite::Result<i64> {
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_and_columns_are_read() {
        for (sql, module) in [
            ("CREATE VIRTUAL TABLE v USING vec0(a float[3])", "vec0"),
            ("CREATE VIRTUAL TABLE \"using x\"\nusing [My Mod] (a)", "My Mod"),
            ("CREATE VIRTUAL TABLE /* using no */ v -- x\n USING \"od\"\"d;\"", "od\"d;"),
        ] {
            assert_eq!(module_of(sql).as_deref(), Some(module), "{sql}");
        }
        let arguments: [&[u8]; 5] = [
            b"id integer primary key",
            b" embedding float[8]",
            b"+note text",
            b"chunk_size=8",
            b"\"a b\"",
        ];
        assert_eq!(
            declaration("vec0", "v", &arguments),
            "CREATE TABLE x(\"id\", \"embedding\", \"note\", \"a b\", \"distance\" HIDDEN, \"k\" HIDDEN, \"v\" HIDDEN)"
        );
        assert_eq!(declaration("m", "t\"x", &[]), "CREATE TABLE x(\"t\"\"x\" HIDDEN)");
    }
}
