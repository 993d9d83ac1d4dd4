//! Indexes made, dropped and hidden on a connection's own pages, and the way back.

use std::ffi::c_int;

use scanseek_schema::quote_identifier;

use crate::bindings as ffi;
use crate::{Database, EngineError, Value, catalog};

/// One change of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexChange {
    /// A `CREATE INDEX` statement.
    Create(String),
    /// The name of an index whose pages are given back. All of them are read.
    Drop(String),
    /// The name of an index that the planner shall not know. It costs nothing, whatever the size of the
    /// index; its pages stay where they are. Plans and counters of reads are those after a drop.
    Hide(String),
}

/// The database as it was before a change.
pub struct Undo(Database);

impl Database {
    /// Makes the change on this connection's own pages. What is returned goes back to before it,
    /// page by page, with [`Database::undo`].
    ///
    /// # Errors
    /// If SQLite refuses, or the index belongs to a constraint; then nothing is changed.
    pub fn change_index(&mut self, change: &IndexChange) -> Result<Undo, EngineError> {
        let before = self.fork()?;
        match change {
            IndexChange::Create(ddl) => self.create_index(ddl).map(drop)?,
            IndexChange::Drop(name) => self.drop_index(name)?,
            IndexChange::Hide(name) => self.hide_index(name)?,
        }
        Ok(Undo(before))
    }

    /// Goes back to before a change, whatever came after it. The indexes are not built again.
    pub fn undo(&mut self, undo: Undo) {
        *self = undo.0;
    }

    /// Has the planner not know an index; see [`IndexChange::Hide`].
    ///
    /// # Errors
    /// If there is no such index, or it belongs to a UNIQUE or PRIMARY KEY constraint.
    pub fn hide_index(&mut self, name: &str) -> Result<(), EngineError> {
        let Some(index) = self.schema.indexes().find(|index| index.name.eq_ignore_ascii_case(name))
        else {
            return Err(EngineError::Sql(format!("No such index: {name}.")));
        };
        if index.sql.is_none() {
            return Err(EngineError::NotRunnable(
                "It belongs to a UNIQUE or PRIMARY KEY constraint.".to_owned(),
            ));
        }
        let name = index.name.clone();
        let mut tables = vec!["sqlite_schema"];
        for table in ["sqlite_stat1", "sqlite_stat3", "sqlite_stat4"] {
            let known = format!("SELECT count(*) FROM sqlite_schema WHERE name = '{table}'");
            if self.prepare_own(&known)?.first_integer()? > 0 {
                tables.push(table);
            }
        }
        let hidden = self.with_writable_schema(|database| {
            tables.iter().try_for_each(|table| {
                let which = match *table {
                    "sqlite_schema" => "type = 'index' AND name = ?1",
                    _ => "idx = ?1",
                };
                let statement =
                    database.prepare_own(&format!("DELETE FROM {table} WHERE {which}"))?;
                statement.bind(&[("1".into(), Value::from(name.clone()))])?;
                statement.step().map(drop)
            })
        });
        // The schema in memory is forgotten in any case.
        self.execute_script("PRAGMA writable_schema=RESET")?;
        hidden?;
        self.forget_index(&name);
        Ok(())
    }

    /// Runs our own statements on SQLite's own tables.
    fn with_writable_schema<T>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let set = |defensive: c_int, writable: c_int| {
            // SAFETY: the handle is live, and each option takes an int and a pointer that may be null.
            unsafe {
                let none = std::ptr::null_mut::<c_int>();
                let db = self.handle();
                ffi::sqlite3_db_config(db, ffi::SQLITE_DBCONFIG_DEFENSIVE, defensive, none);
                ffi::sqlite3_db_config(db, ffi::SQLITE_DBCONFIG_WRITABLE_SCHEMA, writable, none);
            }
        };
        set(0, 1);
        let result = self.execute_script("BEGIN").and_then(|()| work(self));
        let result = match result {
            Ok(value) => self.execute_script("COMMIT").map(|()| value),
            Err(error) => {
                // A transaction that SQLite itself rolled back is over already.
                let _ = self.execute_script("ROLLBACK");
                Err(error)
            }
        };
        set(1, 0);
        result
    }

    fn forget_index(&mut self, name: &str) {
        for table in &mut self.schema.tables {
            table.indexes.retain(|index| index.name != name);
        }
    }

    /// Creates an index from a person's `CREATE INDEX` statement, and nothing but an index.
    /// Returns its name.
    ///
    /// # Errors
    /// If the statement does something else, or SQLite refuses it.
    pub fn create_index(&mut self, ddl: &str) -> Result<String, EngineError> {
        let words: Vec<String> =
            ddl.split_whitespace().take(3).map(str::to_ascii_uppercase).collect();
        let is_index = matches!(
            words.iter().map(String::as_str).collect::<Vec<_>>().as_slice(),
            ["CREATE", "INDEX", ..] | ["CREATE", "UNIQUE", "INDEX"]
        );
        if !is_index {
            return Err(EngineError::NotRunnable(
                "Only CREATE INDEX statements can be tried here.".to_owned(),
            ));
        }
        // The guarded prepare finds a second statement behind the first.
        self.prepare(ddl).map(drop)?;
        let newest = || {
            self.prepare_own("SELECT coalesce(max(rowid), 0) FROM sqlite_schema")?.first_integer()
        };
        let before = newest()?;
        self.execute_reading(ddl, self.bytes_to_index(ddl))?;
        if newest()? == before {
            return Err(EngineError::Sql("An index of that name is there already.".to_owned()));
        }
        let (name, table) = catalog::newest_index(self)?;
        let indexes = catalog::indexes(self, &table)?;
        if let Some(table) = self.schema.tables.iter_mut().find(|known| known.name == table) {
            table.indexes = indexes;
        }
        Ok(name)
    }

    /// What building the index reads of its table, about; `None` if that cannot be told.
    fn bytes_to_index(&self, ddl: &str) -> Option<u64> {
        let table = crate::hardening::table_of_index(&self.conn, ddl)?;
        catalog::estimate(self, &table).ok().flatten().map(|tree| tree.bytes)
    }

    /// Drops an index of this connection's own pages.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn drop_index(&mut self, name: &str) -> Result<(), EngineError> {
        self.execute(&format!("DROP INDEX {}", quote_identifier(name)))?;
        self.forget_index(name);
        Ok(())
    }

    /// Bytes of an index: its pages, counted by SQLite's `dbstat`.
    ///
    /// # Errors
    /// If SQLite cannot count them.
    pub fn index_bytes(&self, name: &str) -> Result<u64, EngineError> {
        let statement =
            self.prepare_own("SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name = ?1")?;
        statement.bind(&[("1".into(), Value::from(name))])?;
        statement.first_integer().map(|bytes| bytes as u64)
    }
}
