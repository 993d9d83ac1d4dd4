//! Reads tables, columns and indexes through SQLite's own pragmas.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{CStr, CString};

use scanseek_schema::{
    Column, Index, IndexColumn, IndexOrigin, Schema, Table, TableKind, quote_identifier,
};

use crate::bindings as ffi;
use crate::{Database, EngineError, Prepared, Value};

/// Where the tables of one database are: `None` is the main one, others have the name they are
/// attached under. Unlike a bare `sqlite_schema` or a pragma without a schema, it means one
/// database only.
pub(crate) fn schema_name(database: Option<&str>) -> &str {
    database.unwrap_or("main")
}

/// `"name".table`, quoted.
pub(crate) fn qualified(database: Option<&str>, table: &str) -> String {
    format!("{}.{}", quote_identifier(schema_name(database)), quote_identifier(table))
}

/// Everything a person made in any database; SQLite's own `sqlite_…` tables are left out.
pub(crate) fn read(db: &Database) -> Result<Schema, EngineError> {
    let mut tables = Vec::new();
    for database in db.databases() {
        tables.extend(read_one(db, database)?);
    }
    let attached = db.databases().flatten().map(str::to_owned).collect();
    Ok(Schema { tables, attached })
}

fn read_one(db: &Database, database: Option<&str>) -> Result<Vec<Table>, EngineError> {
    let mut kinds = BTreeMap::new();
    for_each(
        db,
        "SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = ?1 COLLATE NOCASE",
        &[schema_name(database)],
        |row| {
            kinds.insert(row.text(0), (row.text(1), row.integer(2) != 0, row.integer(3) != 0));
        },
    )?;
    let mut tables = Vec::new();
    for_each(
        db,
        &format!(
            "SELECT name, coalesce(sql, '') FROM {}
             WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
            qualified(database, "sqlite_schema")
        ),
        &[],
        |row| {
            let name = row.text(0);
            let (kind, without_rowid, strict) = kinds.remove(&name).unwrap_or_default();
            tables.push(Table {
                database: database.map(str::to_owned),
                name,
                kind: match kind.as_str() {
                    "view" => TableKind::View,
                    "virtual" => TableKind::Virtual,
                    "shadow" => TableKind::Shadow,
                    _ => TableKind::Table,
                },
                columns: Vec::new(),
                indexes: Vec::new(),
                without_rowid,
                strict,
                row_count: None,
                rows_estimated: None,
                sql: row.text(1),
            });
        },
    )?;
    let index_sql = index_statements(db, database)?;
    for table in &mut tables {
        // A view or virtual table that SQLite cannot resolve is listed without columns.
        table.columns = columns(db, database, &table.name).unwrap_or_default();
        if table.kind == TableKind::Table || table.kind == TableKind::Shadow {
            references(db, table)?;
            table.indexes = indexes_with(db, database, &table.name, &index_sql)?;
        }
    }
    Ok(tables)
}

impl Database {
    /// The `CREATE` statements of the views and triggers of all databases, as stored.
    ///
    /// # Errors
    /// If SQLite cannot read them.
    pub fn views_and_triggers(&self) -> Result<Vec<String>, EngineError> {
        let mut statements = Vec::new();
        for database in self.databases() {
            let sql = format!(
                "SELECT sql FROM {} WHERE type IN ('view', 'trigger') ORDER BY rowid",
                qualified(database, "sqlite_schema")
            );
            for_each(self, &sql, &[], |row| statements.push(row.text(0)))?;
        }
        Ok(statements)
    }
}

/// A virtual table.
pub(crate) struct VirtualTable {
    /// `main`, or the name its database is attached under.
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) sql: String,
}

/// The virtual tables of all databases.
pub(crate) fn virtual_tables(db: &Database) -> Result<Vec<VirtualTable>, EngineError> {
    let mut tables = Vec::new();
    for database in db.databases() {
        let sql = format!(
            "SELECT name, sql FROM {}
             WHERE type = 'table' AND rootpage = 0 AND sql LIKE 'CREATE VIRTUAL %'",
            qualified(database, "sqlite_schema")
        );
        for_each(db, &sql, &[], |row| {
            let schema = schema_name(database).to_owned();
            tables.push(VirtualTable { schema, name: row.text(0), sql: row.text(1) });
        })?;
    }
    Ok(tables)
}

/// Names of the modules SQLite has, in lower case.
pub(crate) fn modules(db: &Database) -> Result<BTreeSet<String>, EngineError> {
    let mut modules = BTreeSet::new();
    for_each(db, "SELECT name FROM pragma_module_list", &[], |row| {
        modules.insert(row.text(0).to_lowercase());
    })?;
    Ok(modules)
}

/// Counts by SQLite's own `count(*)`; `None` if it was stopped or cannot be counted.
pub(crate) fn count_rows(db: &Database, table: &Table) -> Option<u64> {
    if !matches!(table.kind, TableKind::Table | TableKind::Shadow) || db.watch().look() {
        return None;
    }
    let name = qualified(table.database.as_deref(), &table.name);
    let sql = format!("SELECT count(*) FROM {name}");
    db.prepare_own(&sql).and_then(|statement| statement.first_integer()).ok().map(|n| n as u64)
}

/// What a b-tree holds about, from one page of each of its levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TreeEstimate {
    /// Its pages, in bytes, without overflow pages.
    pub(crate) bytes: u64,
    /// Its entries.
    pub(crate) entries: u64,
}

/// Walks from the root along the middle of each page: the fan-out of the root is exact, that of the
/// pages below it is taken for that of their neighbours. `None` for a page that is none of a b-tree.
/// Source: <https://sqlite.org/fileformat2.html#b_tree_pages>.
pub(crate) fn estimate(
    db: &Database,
    database: Option<&str>,
    table: &str,
) -> Result<Option<TreeEstimate>, EngineError> {
    /// Deeper than any b-tree: 2^32 pages with at least two children each.
    const DEEPEST: u32 = 32;
    let text = |text: &str| Value::from(text);
    let root = db.prepare_own(&format!(
        "SELECT rootpage FROM {} WHERE type = 'table' AND name = ?1",
        qualified(database, "sqlite_schema")
    ))?;
    root.bind(&[("1".into(), text(table))])?;
    let mut page = root.first_integer()?;
    let (mut pages, mut level_pages, mut entries) = (0u64, 1u64, 0u64);
    for _ in 0..DEEPEST {
        let statement = db.prepare_own("SELECT data FROM sqlite_dbpage(?2) WHERE pgno = ?1")?;
        let schema = text(schema_name(database));
        statement.bind(&[("1".into(), Value::Integer(page)), ("2".into(), schema)])?;
        if !statement.step()? {
            return Ok(None);
        }
        let bytes = statement.bytes(0, true);
        let Some(found) = BtreePage::read(bytes, page == 1) else { return Ok(None) };
        pages = pages.saturating_add(level_pages);
        let page_size = bytes.len() as u64;
        if found.middle_child == 0 || found.in_index {
            entries = entries.saturating_add(level_pages.saturating_mul(found.cells));
        }
        if found.middle_child == 0 {
            return Ok(Some(TreeEstimate { bytes: pages.saturating_mul(page_size), entries }));
        }
        level_pages = level_pages.saturating_mul(found.cells + 1);
        page = i64::from(found.middle_child);
    }
    Ok(None)
}

struct BtreePage {
    cells: u64,
    /// True for a tree whose inner pages hold entries, too.
    in_index: bool,
    /// 0 for a leaf.
    middle_child: u32,
}

impl BtreePage {
    fn read(bytes: &[u8], first: bool) -> Option<Self> {
        const INNER_INDEX: u8 = 2;
        const INNER_TABLE: u8 = 5;
        const LEAF_INDEX: u8 = 10;
        const LEAF_TABLE: u8 = 13;
        let header = if first { 100 } else { 0 };
        let kind = *bytes.get(header)?;
        let u16_at = |at: usize| Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let cells = u16_at(header + 3)?;
        let middle_child = match kind {
            LEAF_INDEX | LEAF_TABLE => 0,
            INNER_INDEX | INNER_TABLE => {
                // The right-most child is in the header, the others in their cells.
                let at = match cells / 2 {
                    0 => header + 8,
                    middle => usize::from(u16_at(header + 12 + 2 * usize::from(middle))?),
                };
                u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?)
            }
            _ => return None,
        };
        let in_index = matches!(kind, INNER_INDEX | LEAF_INDEX);
        Some(Self { cells: cells.into(), in_index, middle_child })
    }
}

fn columns(db: &Database, database: Option<&str>, table: &str) -> Result<Vec<Column>, EngineError> {
    let mut columns = Vec::new();
    for_each(
        db,
        "SELECT name, type, \"notnull\", pk, hidden, dflt_value FROM pragma_table_xinfo(?1, ?2)",
        &[table, schema_name(database)],
        |row| {
            let name = row.text(0);
            columns.push(Column {
                collation: collation(db, database, table, &name),
                name,
                declared_type: row.text(1),
                not_null: row.integer(2) != 0,
                primary_key_position: row.integer(3).clamp(0, i64::from(u32::MAX)) as u32,
                hidden: row.integer(4) != 0,
                default_sql: Some(row.text(5)).filter(|sql| !sql.is_empty()),
                references: None,
            });
        },
    )?;
    Ok(columns)
}

fn references(db: &Database, table: &mut Table) -> Result<(), EngineError> {
    let mut found = Vec::new();
    for_each(
        db,
        "SELECT \"from\", \"table\", coalesce(\"to\", '') FROM pragma_foreign_key_list(?1, ?2)",
        &[&table.name, schema_name(table.database.as_deref())],
        |row| found.push((row.text(0), row.text(1), row.text(2))),
    )?;
    for (from, parent, to) in found {
        if let Some(column) =
            table.columns.iter_mut().find(|column| column.name.eq_ignore_ascii_case(&from))
        {
            column.references =
                Some(if to.is_empty() { parent } else { format!("{parent}({to})") });
        }
    }
    Ok(())
}

/// The indexes of one table, oldest first.
pub(crate) fn indexes(
    db: &Database,
    database: Option<&str>,
    table: &str,
) -> Result<Vec<Index>, EngineError> {
    indexes_with(db, database, table, &index_statements(db, database)?)
}

/// Name and table of the index created last in one database.
pub(crate) fn newest_index(
    db: &Database,
    database: Option<&str>,
) -> Result<(String, String), EngineError> {
    let mut newest = (String::new(), String::new());
    for_each(
        db,
        &format!(
            "SELECT name, tbl_name FROM {} WHERE type = 'index' ORDER BY rowid DESC LIMIT 1",
            qualified(database, "sqlite_schema")
        ),
        &[],
        |row| newest = (row.text(0), row.text(1)),
    )?;
    Ok(newest)
}

/// Age and `CREATE INDEX` statement of each index, by name.
fn index_statements(
    db: &Database,
    database: Option<&str>,
) -> Result<BTreeMap<String, (i64, String)>, EngineError> {
    let mut statements = BTreeMap::new();
    for_each(
        db,
        &format!(
            "SELECT name, rowid, coalesce(sql, '') FROM {} WHERE type = 'index'",
            qualified(database, "sqlite_schema")
        ),
        &[],
        |row| {
            statements.insert(row.text(0), (row.integer(1), row.text(2)));
        },
    )?;
    Ok(statements)
}

fn indexes_with(
    db: &Database,
    database: Option<&str>,
    table: &str,
    statements: &BTreeMap<String, (i64, String)>,
) -> Result<Vec<Index>, EngineError> {
    let mut indexes = Vec::new();
    for_each(
        db,
        "SELECT name, \"unique\", origin, partial FROM pragma_index_list(?1, ?2)",
        &[table, schema_name(database)],
        |row| {
            let name = row.text(0);
            let sql = statements.get(&name).map(|(_, sql)| sql.clone());
            indexes.push(Index {
                name,
                table: table.to_owned(),
                columns: Vec::new(),
                unique: row.integer(1) != 0,
                partial: row.integer(3) != 0,
                origin: match row.text(2).as_str() {
                    "u" => IndexOrigin::Unique,
                    "pk" => IndexOrigin::PrimaryKey,
                    _ => IndexOrigin::CreateIndex,
                },
                sql: sql.filter(|sql| !sql.is_empty()),
            });
        },
    )?;
    indexes.sort_by_key(|index| statements.get(&index.name).map(|(age, _)| *age));
    for index in &mut indexes {
        let columns = &mut index.columns;
        for_each(
            db,
            "SELECT name, \"desc\", coll FROM pragma_index_xinfo(?1, ?2) WHERE key ORDER BY seqno",
            &[&index.name, schema_name(database)],
            |row| {
                columns.push(IndexColumn {
                    name: Some(row.text(0)).filter(|name| !name.is_empty()),
                    descending: row.integer(1) != 0,
                    collation: row.text(2),
                });
            },
        )?;
    }
    Ok(indexes)
}

/// The declared collation of a column.
fn collation(db: &Database, database: Option<&str>, table: &str, column: &str) -> String {
    let text = |text: &str| CString::new(text);
    let (Ok(schema), Ok(table), Ok(column)) =
        (text(schema_name(database)), text(table), text(column))
    else {
        return "BINARY".to_owned();
    };
    let mut collation = std::ptr::null();
    // SAFETY: all pointers are live; unwanted results may be null.
    let code = unsafe {
        ffi::sqlite3_table_column_metadata(
            db.handle(),
            schema.as_ptr(),
            table.as_ptr(),
            column.as_ptr(),
            std::ptr::null_mut(),
            &raw mut collation,
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            std::ptr::null_mut(),
        )
    };
    if code == ffi::SQLITE_OK && !collation.is_null() {
        unsafe { CStr::from_ptr(collation) }.to_string_lossy().into_owned()
    } else {
        "BINARY".to_owned()
    }
}

fn for_each(
    db: &Database,
    sql: &str,
    parameters: &[&str],
    mut each: impl FnMut(&Prepared<'_>),
) -> Result<(), EngineError> {
    let statement = db.prepare_own(sql)?;
    let values: Vec<(String, Value)> = parameters
        .iter()
        .enumerate()
        .map(|(i, text)| (format!("?{}", i + 1), Value::from(*text)))
        .collect();
    statement.bind(&values)?;
    while statement.step()? {
        each(&statement);
    }
    Ok(())
}
