//! How a connection to a file nobody vouches for is set up.
//! Source: <https://sqlite.org/security.html>.

use std::ffi::{CStr, c_char, c_int, c_void};

use rusqlite::Connection;

use crate::EngineError;
use crate::bindings as ffi;
use crate::stubs::Stubs;

/// Settings that must stand before the first read.
pub(crate) fn harden(conn: &Connection, cache_pages: u64) -> Result<(), EngineError> {
    // SAFETY: the handle is live, and each option takes an int and a pointer that may be null.
    unsafe {
        let db = conn.handle();
        let none = std::ptr::null_mut::<c_int>();
        for (option, value) in [
            (ffi::SQLITE_DBCONFIG_DEFENSIVE, 1),
            (ffi::SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
            (ffi::SQLITE_DBCONFIG_ENABLE_TRIGGER, 0),
            (ffi::SQLITE_DBCONFIG_STMT_SCANSTATUS, 0),
            // Closing a copy need not write its log into it.
            (ffi::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1),
        ] {
            ffi::sqlite3_db_config(db, option, value as c_int, none);
        }
        for (limit, value) in [
            (ffi::SQLITE_LIMIT_ATTACHED, 0),
            (ffi::SQLITE_LIMIT_SQL_LENGTH, 10_000_000),
            (ffi::SQLITE_LIMIT_VDBE_OP, 25_000_000),
            (ffi::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 5_000),
        ] {
            ffi::sqlite3_limit(db, limit, value);
        }
    }
    // Exclusive locking before the first read is what lets a WAL database open without shared
    // memory. Temporary files go through our VFS: in memory, a sort could not be cancelled.
    conn.execute_batch(&format!(
        "PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=FILE; PRAGMA cache_size={cache_pages};
         PRAGMA synchronous=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;"
    ))
    .map_err(|error| sqlite_error(&error))
}

/// From an error of rusqlite that is not about a user's statement.
pub(crate) fn sqlite_error(error: &rusqlite::Error) -> EngineError {
    match error {
        rusqlite::Error::SqliteFailure(code, message) => EngineError::from_sqlite(
            code.extended_code,
            message.clone().unwrap_or_else(|| code.to_string()),
            None,
            "",
        ),
        other => EngineError::Sql(other.to_string()),
    }
}

/// Read-only pragmas that a person's statement may use.
const READABLE_PRAGMAS: [&str; 16] = [
    "table_info",
    "table_xinfo",
    "table_list",
    "index_list",
    "index_info",
    "index_xinfo",
    "foreign_key_list",
    "database_list",
    "collation_list",
    "function_list",
    "module_list",
    "pragma_list",
    "compile_options",
    "page_count",
    "freelist_count",
    "data_version",
];

/// Pragmas that do something when their table is read. A person's own table may be called
/// `pragma_…`, so only these are refused.
fn is_pragma(name: &str) -> bool {
    const ACTIVE: [&str; 9] = [
        "optimize",
        "incremental_vacuum",
        "wal_checkpoint",
        "integrity_check",
        "quick_check",
        "foreign_key_check",
        "journal_mode",
        "shrink_memory",
        "locking_mode",
    ];
    ACTIVE.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Accepts every collation name with a comparison by bytes: for connections that only plan and
/// never compare.
pub(crate) fn accept_any_collation(conn: &Connection) {
    // SAFETY: the handle is live; the callback registers a static function on it.
    unsafe {
        ffi::sqlite3_collation_needed(conn.handle(), std::ptr::null_mut(), Some(add_collation));
    }
}

pub(crate) unsafe extern "C" fn add_collation(
    _context: *mut c_void,
    db: *mut ffi::sqlite3,
    encoding: c_int,
    name: *const c_char,
) {
    // SAFETY: SQLite gives a live handle and a terminated name.
    unsafe {
        if is_built_in_collation(CStr::from_ptr(name)) {
            return;
        }
        ffi::sqlite3_create_collation_v2(
            db,
            name,
            encoding,
            std::ptr::null_mut(),
            Some(never_compares),
            None,
        );
    }
}

/// A database in UTF-16 asks for SQLite's own, too, before it falls back to their UTF-8 forms.
pub(crate) fn is_built_in_collation(name: &CStr) -> bool {
    [&b"BINARY"[..], b"NOCASE", b"RTRIM"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name.to_bytes()))
}

unsafe extern "C" fn never_compares(
    _context: *mut c_void,
    left_length: c_int,
    _left: *const c_void,
    right_length: c_int,
    _right: *const c_void,
) -> c_int {
    left_length - right_length
}

/// Lets through what reads, explains or would change the database's own tables (such statements
/// are explained, never run), and nothing that changes the connection or reaches outside.
/// Statements of our own pass. The context is the [`Stubs`] of the connection.
pub(crate) unsafe extern "C" fn authorize(
    stubs: *mut c_void,
    action: c_int,
    first: *const c_char,
    second: *const c_char,
    database: *const c_char,
    _trigger: *const c_char,
) -> c_int {
    let name = |pointer: *const c_char| {
        if pointer.is_null() { None } else { unsafe { CStr::from_ptr(pointer) }.to_str().ok() }
    };
    // SAFETY: the stubs live as long as the connection.
    let Some(asked) = unsafe { stubs.cast::<Stubs>().as_ref() }.and_then(Stubs::asked) else {
        return ffi::SQLITE_OK;
    };
    match action {
        ffi::SQLITE_FUNCTION => {
            asked.functions.borrow_mut().extend(name(second).map(str::to_owned));
        }
        ffi::SQLITE_READ => {
            let table = name(first)
                .map(|table| (name(database).unwrap_or_default().to_owned(), table.to_owned()));
            asked.tables.borrow_mut().extend(table);
        }
        ffi::SQLITE_CREATE_INDEX => {
            let target = name(database).zip(name(second));
            let target = target.map(|(database, table)| (database.to_owned(), table.to_owned()));
            *asked.index_on.borrow_mut() = target;
        }
        _ => {}
    }
    match action {
        ffi::SQLITE_PRAGMA => match name(first) {
            Some(pragma)
                if READABLE_PRAGMAS.iter().any(|known| known.eq_ignore_ascii_case(pragma)) =>
            {
                ffi::SQLITE_OK
            }
            _ => ffi::SQLITE_DENY,
        },
        ffi::SQLITE_ATTACH | ffi::SQLITE_DETACH => ffi::SQLITE_DENY,
        // Pragmas can be called as tables, too.
        ffi::SQLITE_READ => match name(first).and_then(|table| table.strip_prefix("pragma_")) {
            Some(pragma)
                if !READABLE_PRAGMAS.iter().any(|known| known.eq_ignore_ascii_case(pragma))
                    && is_pragma(pragma) =>
            {
                ffi::SQLITE_DENY
            }
            _ => ffi::SQLITE_OK,
        },
        ffi::SQLITE_FUNCTION => match name(second) {
            Some("load_extension" | "fts3_tokenizer") => ffi::SQLITE_DENY,
            _ => ffi::SQLITE_OK,
        },
        _ => ffi::SQLITE_OK,
    }
}
