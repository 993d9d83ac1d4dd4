//! Databases to try things on: an empty clone that plans like the real one, and copies with
//! changes applied.

use scanseek_engine::Database;
use scanseek_schema::TableKind;
use scanseek_sql::{dropped_index, one_line, split};

use crate::{ErrorCode, WorkbenchError};

/// What a person may try: an index, or statistics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// One `CREATE INDEX` statement, without comments around it or a final semicolon.
    Index(String),
    /// The name of an index of the database to do without, from a `DROP INDEX` statement.
    Without(String),
    /// `ANALYZE`
    Analyze,
}

/// Reads the changes as they come from a person, a file or a link: each must be one statement. Indexes
/// to be left out stand first, so that a new one may have the name of an old one.
pub(crate) fn read_changes(changes: &[String]) -> Result<Vec<Change>, WorkbenchError> {
    let mut read: Vec<Change> = changes
        .iter()
        .map(|text| {
            let mut statements = split(text);
            match (statements.pop(), statements.is_empty()) {
                (Some(only), true) if only.sql.eq_ignore_ascii_case("ANALYZE") => {
                    Ok(Change::Analyze)
                }
                (Some(only), true) => Ok(match dropped_index(&only.sql) {
                    Some(name) => Change::Without(name),
                    None => Change::Index(only.sql),
                }),
                _ => Err(bad_index(text, "It is not exactly one statement.")),
            }
        })
        .collect::<Result<_, _>>()?;
    read.sort_by_key(|change| !matches!(change, Change::Without(_)));
    Ok(read)
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
    let refused = |error, words: &dyn Fn(&str) -> WorkbenchError| {
        let error = WorkbenchError::from(error);
        match error.code {
            ErrorCode::Cancelled | ErrorCode::Deadline | ErrorCode::OutOfMemory => error,
            _ => words(&error.message),
        }
    };
    match change {
        Change::Analyze => {
            database.execute("ANALYZE")?;
            Ok(None)
        }
        Change::Index(ddl) => database
            .create_index(ddl)
            .map(Some)
            .map_err(|error| refused(error, &|because| bad_index(ddl, because))),
        Change::Without(name) => {
            database.hide_index(name).map_err(|error| {
                refused(error, &|because| {
                    let message = format!("The index {name} cannot be left out. {because}");
                    WorkbenchError::new(ErrorCode::BadIndex, message)
                })
            })?;
            Ok(None)
        }
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
