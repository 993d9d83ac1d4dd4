//! Asks SQLite's planner what it would need: every table is replaced by an empty virtual table of
//! the same columns, and each `xBestIndex` call is written down.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ffi::{CStr, CString, c_int};
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

use rusqlite::types::{Null, ValueRef};
use rusqlite::vtab::{
    Context, CreateVTab, DistinctMode, Filters, IndexConstraintOp, IndexInfo, Inserts, Module,
    UpdateVTab, Updates, VTab, VTabConfig, VTabConnection, VTabCursor, VTabKind, sqlite3_vtab,
    sqlite3_vtab_cursor,
};
use rusqlite::{Connection, OpenFlags};
use scanseek_schema::{
    Constraint, ConstraintOp, OrderTerm, Schema, Table, TableKind, TableScan, quote_identifier,
    quote_text,
};

use crate::attached::attach_file;
use crate::database::fresh_name;
use crate::hardening::{accept_any_collation, harden, sqlite_error};
use crate::storage::CowFile;
use crate::vfs::lock;
use crate::{EngineError, runtime};

type Record = Arc<Mutex<BTreeSet<TableScan>>>;

/// A connection on which every table of a schema is a virtual one that notes what it is asked.
pub struct ShadowPlanner {
    conn: Connection,
    record: Record,
    /// Attached databases, by their names in the VFS.
    files: Vec<String>,
}

impl Drop for ShadowPlanner {
    fn drop(&mut self) {
        self.files.iter().for_each(|file| runtime::start().remove_all(file));
    }
}

impl ShadowPlanner {
    /// Shadows of all ordinary tables of the schema, its own virtual tables without a row, and its
    /// views on top of them, in databases attached under the same names. What SQLite does not take (a view on a missing table) is left out: statements that need it then fail
    /// with SQLite's own words.
    ///
    /// # Errors
    /// If SQLite has no memory for it.
    pub fn new(schema: &Schema) -> Result<Self, EngineError> {
        let files = runtime::start();
        let record = Record::default();
        let mut planner = Self { conn: connect(":memory:", &record)?, record, files: Vec::new() };
        shadow(&planner.conn, schema.of(None))?;
        for name in &schema.attached {
            // Made as a main database, where names of tables in views mean its own, as they will.
            let file = fresh_name();
            planner.files.push(file.clone());
            files.insert(&file, CowFile::empty(Arc::clone(files.pool())));
            shadow(&connect(&file, &planner.record)?, schema.of(Some(name)))?;
            attach_file(&planner.conn, name, &file, CACHE_PAGES)?;
        }
        Ok(planner)
    }

    /// What the planner asks of each table while it plans the statement, sorted, no duplicates.
    ///
    /// # Errors
    /// If the statement cannot be planned over shadows: they have no indexes, so `INDEXED BY` must
    /// be taken out first.
    pub fn scans(&self, sql: &str) -> Result<Vec<TableScan>, EngineError> {
        lock(&self.record).clear();
        let statement = self.conn.prepare(sql).map_err(|error| sqlite_error(&error))?;
        drop(statement);
        Ok(std::mem::take(&mut *lock(&self.record)).into_iter().collect())
    }
}

/// Shadows are empty.
const CACHE_PAGES: u64 = 64;

fn connect(file: &str, record: &Record) -> Result<Connection, EngineError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags_and_vfs(file, flags, crate::vfs::VFS_NAME)
        .map_err(|error| sqlite_error(&error))?;
    harden(&conn, CACHE_PAGES)?;
    accept_any_collation(&conn);
    conn.create_module(c"scanseek_shadow", SHADOW, Some(Arc::clone(record)))
        .map_err(|error| sqlite_error(&error))?;
    Ok(conn)
}

/// Puts shadows of these tables into an empty database.
fn shadow<'a>(
    conn: &Connection,
    tables: impl Iterator<Item = &'a Table>,
) -> Result<(), EngineError> {
    // SQLite's own tables, which a query may name, come with these statements.
    conn.execute_batch(
        "CREATE TABLE first(id INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE first; ANALYZE;",
    )
    .map_err(|error| sqlite_error(&error))?;
    for table in tables {
        match table.kind {
            TableKind::Table => {
                // The declaration travels as one quoted argument, so that nothing in a name
                // can end it early.
                let sql = format!(
                    "CREATE VIRTUAL TABLE {} USING scanseek_shadow({})",
                    quote_identifier(&table.name),
                    quote_text(&declaration(table))
                );
                let _ = conn.execute(&sql, []);
            }
            TableKind::View | TableKind::Virtual => {
                // Text from the file: one statement, or nothing.
                let _ = conn.execute(&table.sql, []);
            }
            // They come with the virtual table they belong to.
            TableKind::Shadow => {}
        }
    }
    Ok(())
}

/// `CREATE TABLE x(…)` with the full types and collations, so that affinity and comparisons are
/// those of the real table.
fn declaration(table: &Table) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            format!(
                "{} {} COLLATE {}{}",
                quote_identifier(&column.name),
                if column.declared_type.is_empty() {
                    String::new()
                } else {
                    quote_identifier(&column.declared_type)
                },
                quote_identifier(&column.collation),
                if column.not_null { " NOT NULL" } else { "" },
            )
        })
        .collect();
    format!("CREATE TABLE x({})", columns.join(", "))
}

/// Statements that write are planned, too; they are never run.
const SHADOW: &Module<'static, Shadow> = &Module::update_module();

#[repr(C)]
struct Shadow {
    base: sqlite3_vtab,
    /// The name its database is attached under; `None` for the main one.
    database: Option<String>,
    table: String,
    record: Record,
}

unsafe impl<'vtab> VTab<'vtab> for Shadow {
    type Aux = Record;
    type Cursor = Nothing<'vtab>;

    fn connect(
        db: &mut VTabConnection,
        aux: Option<&Record>,
        _module_name: &[u8],
        database_name: &[u8],
        table_name: &[u8],
        args: &[&[u8]],
    ) -> rusqlite::Result<(Cow<'static, CStr>, Self)> {
        db.config(VTabConfig::ConstraintSupport)?;
        // Views of an untrusted schema may read it: it has no rows and no effects.
        db.config(VTabConfig::Innocuous)?;
        let declaration = args.first().map(|arg| String::from_utf8_lossy(arg)).unwrap_or_default();
        let declaration =
            declaration.trim().trim_start_matches('\'').trim_end_matches('\'').replace("''", "'");
        let declared = CString::new(declaration)
            .map_err(|_| rusqlite::Error::ModuleError("a name holds a NUL".to_owned()))?;
        let shadow = Self {
            base: sqlite3_vtab::default(),
            database: Some(String::from_utf8_lossy(database_name).into_owned())
                .filter(|name| name != "main"),
            table: String::from_utf8_lossy(table_name).into_owned(),
            record: aux.map(Arc::clone).unwrap_or_default(),
        };
        Ok((Cow::Owned(declared), shadow))
    }

    fn best_index(&self, info: &mut IndexInfo) -> rusqlite::Result<bool> {
        let scan = self.scan(info);
        // Costs that fall with each constraint make the planner try join orders as it would with
        // good indexes.
        let useful = scan.constraints.len() as i32;
        info.set_estimated_cost(1_000_000.0 / f64::from(1 << (2 * useful.min(8))));
        info.set_estimated_rows((1_000_000 >> (2 * useful.min(8))).max(1));
        // Offered constraints are taken over, else the planner thinks they do not help.
        let mut next = 1;
        for (constraint, mut usage) in info.constraints_and_usages() {
            if constraint.is_usable() && operator(&constraint.operator()).is_some() {
                usage.set_argv_index(next);
                next += 1;
            }
        }
        lock(&self.record).insert(scan);
        Ok(true)
    }

    fn open(&'vtab mut self) -> rusqlite::Result<Nothing<'vtab>> {
        Ok(Nothing { base: sqlite3_vtab_cursor::default(), _table: PhantomData })
    }
}

impl CreateVTab<'_> for Shadow {
    const KIND: VTabKind = VTabKind::Default;
}

impl UpdateVTab<'_> for Shadow {
    fn delete(&mut self, _: ValueRef<'_>) -> rusqlite::Result<()> {
        Err(rusqlite::Error::InvalidQuery)
    }
    fn insert(&mut self, _: &Inserts<'_>) -> rusqlite::Result<i64> {
        Err(rusqlite::Error::InvalidQuery)
    }
    fn update(&mut self, _: &Updates<'_>) -> rusqlite::Result<()> {
        Err(rusqlite::Error::InvalidQuery)
    }
}

impl Shadow {
    fn scan(&self, info: &IndexInfo) -> TableScan {
        let column = |number: c_int| usize::try_from(number).ok();
        let mut constraints: Vec<Constraint> = info
            .constraints()
            .enumerate()
            .filter(|(_, constraint)| constraint.is_usable())
            .filter_map(|(i, constraint)| {
                let op = match operator(&constraint.operator())? {
                    ConstraintOp::Equal if info.is_in_constraint(i).unwrap_or(false) => {
                        ConstraintOp::In
                    }
                    op => op,
                };
                Some(Constraint {
                    column: column(constraint.column()),
                    op,
                    collation: info.collation(i).unwrap_or("BINARY").to_owned(),
                })
            })
            .collect();
        constraints.sort();
        constraints.dedup();
        let order_by = info
            .order_bys()
            .map(|term| OrderTerm {
                column: column(term.column()),
                descending: term.is_order_by_desc(),
                collation: None,
            })
            .collect();
        let used = info.col_used();
        TableScan {
            database: self.database.clone(),
            table: self.table.clone(),
            constraints,
            order_by,
            order_is_group: matches!(
                info.distinct(),
                DistinctMode::Grouped | DistinctMode::Distinct
            ),
            // Bit 63 stands for column 63 and all behind it.
            columns_used: (0..64).filter(|i| used & (1 << i) != 0).collect(),
        }
    }
}

/// Codes are compared whole: those from 64 on are no bit flags.
fn operator(op: &IndexConstraintOp) -> Option<ConstraintOp> {
    use IndexConstraintOp as Code;
    match op {
        Code::SQLITE_INDEX_CONSTRAINT_EQ | Code::SQLITE_INDEX_CONSTRAINT_IS => {
            Some(ConstraintOp::Equal)
        }
        Code::SQLITE_INDEX_CONSTRAINT_ISNULL => Some(ConstraintOp::IsNull),
        Code::SQLITE_INDEX_CONSTRAINT_GT
        | Code::SQLITE_INDEX_CONSTRAINT_GE
        | Code::SQLITE_INDEX_CONSTRAINT_LT
        | Code::SQLITE_INDEX_CONSTRAINT_LE => Some(ConstraintOp::Range),
        Code::SQLITE_INDEX_CONSTRAINT_LIKE => Some(ConstraintOp::Like),
        Code::SQLITE_INDEX_CONSTRAINT_GLOB => Some(ConstraintOp::Glob),
        _ => None,
    }
}

/// Shadows have no rows; nothing ever runs over them.
#[repr(C)]
struct Nothing<'vtab> {
    base: sqlite3_vtab_cursor,
    _table: PhantomData<&'vtab Shadow>,
}

unsafe impl VTabCursor for Nothing<'_> {
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
