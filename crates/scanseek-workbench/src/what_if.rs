//! Databases to try things on: an empty clone that plans like the real one, and copies with
//! changes applied.

use std::rc::Rc;

use scanseek_engine::{BulkInsert, BulkValue, Database, NoControl, RowsRequest, Value};
use scanseek_schema::{TableKind, quote_name};

use crate::{ErrorCode, WorkbenchError};

/// The planner looks at the schema and at the statistics, never at the rows: an empty database
/// with the same `CREATE` statements in the same order and the same statistics plans alike.
/// Source: where.c reads `sqlite_stat1` and `sqlite_stat4` through the schema only.
pub(crate) fn empty_clone(database: &Database) -> Result<Database, WorkbenchError> {
    let mut clone = Database::create(Rc::new(NoControl))?;
    let mut statements = Vec::new();
    for table in &database.schema().tables {
        // Tables that a virtual table keeps for itself come with it.
        if table.kind != TableKind::Shadow {
            statements.push(table.sql.clone());
        }
    }
    for index in database.schema().indexes() {
        statements.extend(index.sql.clone());
    }
    for sql in statements {
        // A view or a virtual table that this SQLite cannot make is left out: statements that
        // need it fail with SQLite's own words.
        let _ = clone.execute_script(&sql);
    }
    copy_statistics(database, &clone)?;
    clone.reload()?;
    Ok(clone)
}

fn copy_statistics(from: &Database, to: &Database) -> Result<(), WorkbenchError> {
    let everything = RowsRequest { row_cap: usize::MAX, time_ns: None };
    let Ok(statement) = from.prepare("SELECT tbl, idx, stat FROM sqlite_stat1") else {
        return Ok(());
    };
    to.execute_script("ANALYZE")?;
    to.execute_script("DELETE FROM sqlite_stat1")?;
    {
        let mut insert = BulkInsert::new();
        for row in statement.rows(&everything)?.rows {
            let values: Vec<BulkValue<'_>> = row
                .iter()
                .map(|value| match value {
                    Value::Text { text, .. } => BulkValue::Text(text),
                    Value::Integer(integer) => BulkValue::Integer(*integer),
                    _ => BulkValue::Null,
                })
                .collect();
            insert.insert(to, "sqlite_stat1", values.into_iter())?;
        }
    }
    to.execute_script("ANALYZE sqlite_schema")?;
    Ok(())
}

/// Applies `CREATE INDEX` statements and `ANALYZE` to a copy, in order.
pub(crate) fn apply(database: &mut Database, changes: &[String]) -> Result<(), WorkbenchError> {
    for change in changes {
        if is_analyze(change) {
            database.execute("ANALYZE")?;
        } else {
            database.create_index(change).map_err(|error| bad_index(change, error.into()))?;
        }
    }
    Ok(())
}

pub(crate) fn is_analyze(change: &str) -> bool {
    change.trim().trim_end_matches(';').trim().eq_ignore_ascii_case("ANALYZE")
}

fn bad_index(change: &str, error: WorkbenchError) -> WorkbenchError {
    match error.code {
        ErrorCode::Cancelled | ErrorCode::Deadline | ErrorCode::OutOfMemory => error,
        _ => WorkbenchError::new(
            ErrorCode::BadIndex,
            format!("This index cannot be made: {} {}", change.trim(), error.message),
        )
        .hint("Write one CREATE INDEX statement on a table of this database."),
    }
}

/// `DROP INDEX` for a name.
pub(crate) fn drop_sql(name: &str) -> String {
    format!("DROP INDEX {}", quote_name(name))
}
