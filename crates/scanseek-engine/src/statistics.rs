//! What `ANALYZE` has left in a database, as SQL literals that put it back.
//! Source: <https://sqlite.org/fileformat2.html#stat1tab>.

use std::ffi::c_int;

use scanseek_schema::{DatabaseStatistics, StatisticsTable, quote_text};

use crate::bindings as ffi;
use crate::catalog::qualified;
use crate::{Database, EngineError, Prepared};

impl Database {
    /// The statistics tables of each database, the main one first, with all their rows, in the
    /// order of the rows.
    ///
    /// # Errors
    /// If SQLite cannot read them.
    pub fn statistics(&self) -> Result<Vec<DatabaseStatistics>, EngineError> {
        self.databases()
            .map(|database| {
                let tables = self.statistics_of(database)?;
                Ok(DatabaseStatistics { database: database.map(str::to_owned), tables })
            })
            .collect()
    }

    fn statistics_of(&self, database: Option<&str>) -> Result<Vec<StatisticsTable>, EngineError> {
        let mut tables = Vec::new();
        let names = self.prepare_own(&format!(
            "SELECT name FROM {} WHERE type = 'table'
             AND name IN ('sqlite_stat1', 'sqlite_stat3', 'sqlite_stat4') ORDER BY name",
            qualified(database, "sqlite_schema")
        ))?;
        while names.step()? {
            let name = names.text(0);
            let statement =
                self.prepare_own(&format!("SELECT * FROM {}", qualified(database, &name)))?;
            let mut rows = Vec::new();
            while statement.step()? {
                rows.push(literals(&statement, 0));
            }
            drop(statement);
            tables.push(StatisticsTable { name, rows });
        }
        Ok(tables)
    }
}

/// The row the statement is on, from a column on, as SQL values in brackets.
pub(crate) fn literals(statement: &Prepared<'_>, from: c_int) -> String {
    let values: Vec<String> = (from..statement.columns()).map(|i| literal(statement, i)).collect();
    format!("({})", values.join(", "))
}

/// The value as a SQL literal of the same type and bytes.
fn literal(statement: &Prepared<'_>, column: c_int) -> String {
    // SAFETY: the statement is on a row.
    match unsafe { ffi::sqlite3_column_type(statement.raw, column) } {
        ffi::SQLITE_INTEGER => statement.integer(column).to_string(),
        ffi::SQLITE_FLOAT => {
            // SAFETY: as above.
            let real = unsafe { ffi::sqlite3_column_double(statement.raw, column) };
            if real.is_finite() { format!("{real:?}") } else { format!("{}9e999", sign(real)) }
        }
        ffi::SQLITE_TEXT => {
            let bytes = statement.bytes(column, false);
            match std::str::from_utf8(bytes) {
                Ok(text) if !text.contains('\0') => quote_text(text),
                _ => format!("CAST({} AS TEXT)", hex(bytes)),
            }
        }
        ffi::SQLITE_BLOB => hex(statement.bytes(column, true)),
        _ => "NULL".to_owned(),
    }
}

fn sign(real: f64) -> &'static str {
    if real < 0.0 { "-" } else { "" }
}

fn hex(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("X'{digits}'")
}
