//! Databases to try things on: an empty clone that plans like the real one, and copies with
//! changes applied.

use scanseek_engine::Database;
use scanseek_schema::TableKind;
use scanseek_sql::{one_line, split};

use crate::{ErrorCode, WorkbenchError};

/// What a person may try: an index, or statistics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// One `CREATE INDEX` statement, without comments around it or a final semicolon.
    Index(String),
    /// `ANALYZE`
    Analyze,
}

/// Reads the changes as they come from a person, a file or a link: each must be one statement.
pub(crate) fn read_changes(changes: &[String]) -> Result<Vec<Change>, WorkbenchError> {
    changes
        .iter()
        .map(|text| {
            let mut statements = split(text);
            match (statements.pop(), statements.is_empty()) {
                (Some(only), true) if only.sql.eq_ignore_ascii_case("ANALYZE") => {
                    Ok(Change::Analyze)
                }
                (Some(only), true) => Ok(Change::Index(only.sql)),
                _ => Err(bad_index(text, "It is not exactly one statement.")),
            }
        })
        .collect()
}

/// The planner looks at the schema and at the statistics, never at the rows: an empty database
/// with the same `CREATE` statements in the same order and the same statistics plans alike.
/// Source: where.c reads statistics through the schema only.
pub(crate) fn empty_clone(database: &Database) -> Result<Database, WorkbenchError> {
    let mut clone = Database::create(database.control())?;
    clone.accept_any_collation();
    // Tables that a virtual table keeps for itself come with it.
    let tables = database.schema().tables.iter().filter(|table| table.kind != TableKind::Shadow);
    let indexes = database.schema().indexes().filter_map(|index| index.sql.as_ref());
    for sql in tables.map(|table| &table.sql).chain(indexes) {
        // What this SQLite cannot make is left out: statements that need it fail with its words.
        let _ = clone.execute(sql);
    }
    copy_statistics(database, &clone)?;
    clone.reload()?;
    Ok(clone)
}

fn copy_statistics(from: &Database, to: &Database) -> Result<(), WorkbenchError> {
    let tables = from.statistics()?;
    if tables.is_empty() {
        return Ok(());
    }
    to.execute("ANALYZE")?;
    for table in tables {
        // A statistics table of another shape is one this SQLite does not read either.
        let _ = to.execute_script(&format!("DELETE FROM {};\n{}", table.name, table.inserts()));
    }
    to.execute("ANALYZE sqlite_schema")?;
    Ok(())
}

/// Makes one change on a copy; returns the name of the index made.
pub(crate) fn apply(
    database: &mut Database,
    change: &Change,
) -> Result<Option<String>, WorkbenchError> {
    match change {
        Change::Analyze => {
            database.execute("ANALYZE")?;
            Ok(None)
        }
        Change::Index(ddl) => database.create_index(ddl).map(Some).map_err(|error| {
            let error = WorkbenchError::from(error);
            match error.code {
                ErrorCode::Cancelled | ErrorCode::Deadline | ErrorCode::OutOfMemory => error,
                _ => bad_index(ddl, &error.message),
            }
        }),
    }
}

fn bad_index(change: &str, because: &str) -> WorkbenchError {
    let change = one_line(change);
    let change = if change.is_empty() { "nothing".to_owned() } else { format!("“{change}”") };
    WorkbenchError::new(
        ErrorCode::BadIndex,
        format!("This index cannot be made: {change}. {because}"),
    )
    .hint("Write one CREATE INDEX statement on a table of this database.")
}
