//! Indexes made, dropped and hidden on a connection's own pages, and the way back.

use std::ffi::c_int;

use scanseek_schema::{IndexName, Table};

use crate::bindings as ffi;
use crate::{Database, EngineError, Value, catalog};

/// One change of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexChange {
    /// A `CREATE INDEX` statement.
    Create(String),
    /// An index whose pages are given back. All of them are read.
    Drop(IndexName),
    /// An index that the planner shall not know. It costs nothing, whatever the size of the index; its
    /// pages stay where they are. Plans and counters of reads are those after a drop.
    Hide(IndexName),
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
    pub fn hide_index(&mut self, index: &IndexName) -> Result<(), EngineError> {
        let schema = catalog::schema_name(index.database.as_deref());
        let Some((index, known)) = self.schema.index_named(Some(schema), &index.name) else {
            return Err(EngineError::Sql(format!("No such index: {}.", index.name)));
        };
        if known.sql.is_none() {
            return Err(EngineError::NotRunnable(
                "It belongs to a UNIQUE or PRIMARY KEY constraint.".to_owned(),
            ));
        }
        let of = |table: &str| catalog::qualified(index.database.as_deref(), table);
        let mut tables = vec!["sqlite_schema"];
        for table in ["sqlite_stat1", "sqlite_stat3", "sqlite_stat4"] {
            let known =
                format!("SELECT count(*) FROM {} WHERE name = '{table}'", of("sqlite_schema"));
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
                    database.prepare_own(&format!("DELETE FROM {} WHERE {which}", of(table)))?;
                statement.bind(&[("1".into(), Value::from(index.name.clone()))])?;
                statement.step().map(drop)
            })
        });
        // The schema in memory is forgotten in any case.
        self.execute_script("PRAGMA writable_schema=RESET")?;
        hidden?;
        self.forget_index(&index);
        Ok(())
    }

    /// Runs our own statements on SQLite's own tables.
    pub(crate) fn with_writable_schema<T>(
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

    fn forget_index(&mut self, index: &IndexName) {
        let tables = self.schema.tables.iter_mut();
        for table in tables.filter(|table| table.database == index.database) {
            table.indexes.retain(|known| known.name != index.name);
        }
    }

    /// Creates an index from a person's `CREATE INDEX` statement, and nothing but an index.
    /// Returns its name.
    ///
    /// # Errors
    /// If the statement does something else, or SQLite refuses it.
    pub fn create_index(&mut self, ddl: &str) -> Result<IndexName, EngineError> {
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
        let target = self.prepare(ddl)?.index_on.take();
        let database = target.as_ref().and_then(|(schema, _)| {
            self.databases().flatten().find(|name| name.eq_ignore_ascii_case(schema))
        });
        let database = database.map(str::to_owned);
        let schema = catalog::qualified(database.as_deref(), "sqlite_schema");
        let newest = || {
            self.prepare_own(&format!("SELECT coalesce(max(rowid), 0) FROM {schema}"))?
                .first_integer()
        };
        let before = newest()?;
        // What building the index reads of its table, about.
        let bytes = target.and_then(|(_, table)| {
            let estimate = catalog::estimate(self, database.as_deref(), &table);
            estimate.ok().flatten().map(|tree| tree.bytes)
        });
        self.execute_reading(ddl, bytes)?;
        if newest()? == before {
            return Err(EngineError::Sql("An index of that name is there already.".to_owned()));
        }
        let (name, table) = catalog::newest_index(self, database.as_deref())?;
        let indexes = catalog::indexes(self, database.as_deref(), &table)?;
        let is_it = |known: &&mut Table| known.name == table && known.database == database;
        if let Some(table) = self.schema.tables.iter_mut().find(is_it) {
            table.indexes = indexes;
        }
        Ok(IndexName { database, name })
    }

    /// Drops an index of this connection's own pages.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn drop_index(&mut self, index: &IndexName) -> Result<(), EngineError> {
        let name = catalog::qualified(index.database.as_deref(), &index.name);
        self.execute(&format!("DROP INDEX {name}"))?;
        self.forget_index(index);
        Ok(())
    }

    /// Bytes of an index: its pages, counted by SQLite's `dbstat`.
    ///
    /// # Errors
    /// If SQLite cannot count them.
    pub fn index_bytes(&self, index: &IndexName) -> Result<u64, EngineError> {
        let statement = self.prepare_own(
            "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name = ?1 AND schema = ?2",
        )?;
        let text = |text: &str| Value::from(text);
        let schema = catalog::schema_name(index.database.as_deref());
        statement.bind(&[("1".into(), text(&index.name)), ("2".into(), text(schema))])?;
        statement.first_integer().map(|bytes| bytes as u64)
    }
}
