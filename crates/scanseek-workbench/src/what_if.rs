//! Databases to try things on: an empty clone that plans like the real one, and copies with
//! changes applied.

use scanseek_engine::Database;
use scanseek_schema::{DatabaseStatistics, IndexName, StatisticsTable, TableKind};
use scanseek_sql::{dropped_index, one_line, split};

use crate::{ErrorCode, WorkbenchError};

/// What a person may try: an index, or statistics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// One `CREATE INDEX` statement, without comments around it or a final semicolon.
    Index(String),
    /// The index to do without, from a `DROP INDEX` statement: what stands before its name, and its name.
    Without(Option<String>, String),
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
                    Some((database, name)) => Change::Without(database, name),
                    None => Change::Index(only.sql),
                }),
                _ => Err(bad_index(text, "It is not exactly one statement.")),
            }
        })
        .collect::<Result<_, _>>()?;
    read.sort_by_key(|change| !matches!(change, Change::Without(..)));
    Ok(read)
}

/// The planner looks at the schema and at the statistics, never at the rows: an empty database
/// with the same `CREATE` statements in the same order and the same statistics plans alike.
/// Source: where.c reads statistics through the schema only.
pub(crate) fn empty_clone(database: &Database) -> Result<Database, WorkbenchError> {
    let mut clones = Vec::new();
    for statistics in database.statistics()? {
        clones.push(empty_clone_of(database, &statistics)?);
    }
    let mut clones = clones.into_iter();
    let Some(mut clone) = clones.next() else { return Ok(Database::create(database.control())?) };
    // Each is made as a main database: its `CREATE` statements do not name it.
    for (name, attached) in database.schema().attached.iter().zip(clones) {
        clone.attach(name, &attached)?;
    }
    Ok(clone)
}

fn empty_clone_of(
    database: &Database,
    statistics: &DatabaseStatistics,
) -> Result<Database, WorkbenchError> {
    let mut clone = Database::create(database.control())?;
    clone.accept_any_collation();
    let tables = || database.schema().of(statistics.database.as_deref());
    let indexes = tables().flat_map(|table| &table.indexes).filter_map(|index| index.sql.as_ref());
    // Tables that a virtual table keeps for itself come with it.
    let own = tables().filter(|table| table.kind != TableKind::Shadow);
    for sql in own.map(|table| &table.sql).chain(indexes) {
        // What this SQLite cannot make is left out: statements that need it fail with its words.
        let _ = clone.execute(sql);
    }
    copy_statistics(&statistics.tables, &clone)?;
    clone.reload()?;
    Ok(clone)
}

fn copy_statistics(tables: &[StatisticsTable], to: &Database) -> Result<(), WorkbenchError> {
    if tables.is_empty() {
        return Ok(());
    }
    to.execute("ANALYZE")?;
    for table in tables {
        // A statistics table of another shape is one this SQLite does not read either.
        let rows = table.inserts(None);
        let _ = to.execute_script(&format!("DELETE FROM {};\n{rows}", table.name));
    }
    to.execute("ANALYZE sqlite_schema")?;
    Ok(())
}

/// Makes one change on a copy; returns the name of the index made.
pub(crate) fn apply(
    database: &mut Database,
    change: &Change,
) -> Result<Option<IndexName>, WorkbenchError> {
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
        Change::Without(of, name) => {
            let known = database.schema().index_named(of.as_deref(), name);
            let unknown = || {
                let database = of.clone().filter(|of| !of.eq_ignore_ascii_case("main"));
                IndexName { database, name: name.clone() }
            };
            let index = known.map_or_else(unknown, |(index, _)| index);
            database.hide_index(&index).map_err(|error| {
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
    .hint("Write one CREATE INDEX statement on a table of this database; for a table of an attached one, put its name before the index's: CREATE INDEX other.i ON t(a).")
}
