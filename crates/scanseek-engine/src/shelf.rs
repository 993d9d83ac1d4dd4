//! Many indexes over one copy of a database, each built once, of which any set can be shown to the
//! planner at once, with any of the statistics it could have. What is not shown keeps its pages: plans
//! and counters are those of a database that has just the indexes shown.

use std::collections::BTreeSet;

use scanseek_schema::IndexName;

use crate::catalog::{qualified, schema_name};
use crate::statistics::literals;
use crate::switches::OPTIMIZE;
use crate::{Database, EngineError, Statistics, Value};

/// A copy of a database with indexes to choose from.
pub struct Shelf {
    database: Database,
    kept: Vec<Kept>,
    found: Vec<StatisticsRow>,
    analyzed: Vec<StatisticsRow>,
    /// Rows of tables that lose them with their indexes.
    counted: Vec<Counted>,
    /// What the planner sees now; `None` if that is in between.
    shown: Option<(BTreeSet<usize>, Statistics)>,
}

/// An index on the shelf.
struct Kept {
    name: IndexName,
    /// Its row of `sqlite_schema`, as SQL.
    row: String,
    bytes: u64,
}

/// A row of a statistics table.
#[derive(Clone)]
struct StatisticsRow {
    database: Option<String>,
    table: &'static str,
    index: Option<String>,
    /// All its values, as SQL.
    values: String,
}

/// A table all of whose indexes over all rows are on the shelf from the start. Of such a table without them, `ANALYZE`
/// says how many rows it has, in a row that names no index. Source: `analyzeOneTable` in analyze.c.
struct Counted {
    database: Option<String>,
    indexes: Vec<String>,
    row: StatisticsRow,
}

/// Rows of built indexes are numbered from here.
const FIRST_ROWID: usize = 1_000_000_000;
const STATISTICS: [&str; 2] = ["sqlite_stat1", "sqlite_stat4"];

impl Shelf {
    /// A copy of the database; what `CREATE INDEX` made there is on the shelf from the start, in the
    /// order of the schema.
    ///
    /// # Errors
    /// If the copy cannot be made or analysed, and [`EngineError::Cancelled`].
    pub fn new(base: &Database) -> Result<Self, EngineError> {
        let database = base.fork()?;
        let names: Vec<IndexName> = database
            .schema()
            .tables
            .iter()
            .flat_map(|table| {
                let own = table.indexes.iter().filter(|index| index.sql.is_some());
                own.map(|index| IndexName {
                    database: table.database.clone(),
                    name: index.name.clone(),
                })
            })
            .collect();
        let mut shelf = Self {
            database,
            kept: Vec::new(),
            found: Vec::new(),
            analyzed: Vec::new(),
            counted: Vec::new(),
            shown: None,
        };
        shelf.found = shelf.read_statistics()?;
        shelf.database.execute("ANALYZE")?;
        shelf.analyzed = shelf.read_statistics()?;
        shelf.counted = shelf.counted()?;
        for name in names {
            let row = shelf.schema_row(&name, "rowid")?;
            let bytes = shelf.database.index_bytes(&name)?;
            shelf.kept.push(Kept { name, row, bytes });
        }
        Ok(shelf)
    }

    /// How many indexes are on the shelf.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// True if no index is on the shelf.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The position of the index of that name.
    pub fn position(&self, name: &IndexName) -> Option<usize> {
        self.kept.iter().position(|kept| kept.name == *name)
    }

    /// The size of an index, in bytes.
    pub fn bytes(&self, position: usize) -> u64 {
        self.kept[position].bytes
    }

    /// Builds an index from a `CREATE INDEX` statement, gathers its statistics and keeps it; returns
    /// its position.
    ///
    /// # Errors
    /// If SQLite refuses it, and [`EngineError::Cancelled`]; then the shelf is as before.
    pub fn build(&mut self, ddl: &str) -> Result<usize, EngineError> {
        self.shown = None;
        let name = self.database.create_index(ddl)?;
        let kept = self.gather(&name);
        match kept {
            Ok((kept, rows)) => {
                self.kept.push(kept);
                self.analyzed.extend(rows);
                Ok(self.kept.len() - 1)
            }
            Err(error) => {
                self.database.drop_index(&name)?;
                Err(error)
            }
        }
    }

    /// What is kept of an index that was just made: its row, its size and its statistics.
    fn gather(&self, name: &IndexName) -> Result<(Kept, Vec<StatisticsRow>), EngineError> {
        let of = qualified(name.database.as_deref(), &name.name);
        self.database.execute(&format!("ANALYZE {of}"))?;
        let mut rows = self.read_statistics()?;
        rows.retain(|row| {
            row.index.as_deref() == Some(&name.name) && row.database == name.database
        });
        let rowid = FIRST_ROWID + self.kept.len();
        let row = self.schema_row(name, &rowid.to_string())?;
        let bytes = self.database.index_bytes(name)?;
        Ok((Kept { name: name.clone(), row, bytes }, rows))
    }

    /// Lets the planner see just these indexes and these statistics. Indexes of constraints are always
    /// seen.
    ///
    /// # Errors
    /// What SQLite says, and [`EngineError::Cancelled`] while statistics are made.
    pub fn show(
        &mut self,
        positions: &BTreeSet<usize>,
        statistics: Statistics,
    ) -> Result<&Database, EngineError> {
        let wanted = (positions.clone(), statistics);
        if self.shown.as_ref() == Some(&wanted) {
            return Ok(&self.database);
        }
        self.shown = None;
        let none = Vec::new();
        let rows = match statistics {
            // PRAGMA optimize adds to what is there.
            Statistics::AsFound | Statistics::Optimize => &self.found,
            Statistics::None => &none,
            Statistics::Analyze => &self.analyzed,
        };
        // First all go: a row that SQLite numbered itself may have the number of another.
        let mut script = String::new();
        for Kept { name, .. } in &self.kept {
            script.push_str(&format!(
                "DELETE FROM {} WHERE type = 'index' AND name = {};\n",
                qualified(name.database.as_deref(), "sqlite_schema"),
                scanseek_schema::quote_text(&name.name)
            ));
        }
        for position in positions {
            let Kept { name, row, .. } = &self.kept[*position];
            script.push_str(&format!(
                "INSERT INTO {}(rowid, type, name, tbl_name, rootpage, sql) VALUES {row};\n",
                qualified(name.database.as_deref(), "sqlite_schema")
            ));
        }
        let is_hidden = |row: &StatisticsRow| {
            row.index.as_ref().is_some_and(|index| {
                self.kept.iter().enumerate().any(|(position, kept)| {
                    !positions.contains(&position)
                        && kept.name.name == *index
                        && kept.name.database == row.database
                })
            })
        };
        let is_uncounted = |counted: &&Counted| {
            statistics == Statistics::Analyze
                && self.kept.iter().enumerate().all(|(position, kept)| {
                    !positions.contains(&position)
                        || kept.name.database != counted.database
                        || !counted.indexes.contains(&kept.name.name)
                })
        };
        let uncounted = self.counted.iter().filter(is_uncounted).map(|counted| &counted.row);
        let rows: Vec<&StatisticsRow> = rows.iter().chain(uncounted).collect();
        for database in self.database.databases() {
            for table in STATISTICS {
                let mine = |row: &&&StatisticsRow| {
                    row.table == table && row.database.as_deref() == database && !is_hidden(row)
                };
                let values: Vec<&str> =
                    rows.iter().filter(mine).map(|row| row.values.as_str()).collect();
                let table = qualified(database, table);
                script.push_str(&format!("DELETE FROM {table};\n"));
                if !values.is_empty() {
                    script.push_str(&format!("INSERT INTO {table} VALUES {};\n", values.join(",")));
                }
            }
        }
        let written =
            self.database.with_writable_schema(|database| database.execute_script(&script));
        // The schema in memory is forgotten in any case.
        self.database.execute_script("PRAGMA writable_schema=RESET")?;
        written?;
        if statistics == Statistics::Optimize {
            self.database.execute(OPTIMIZE)?;
        }
        self.shown = Some(wanted);
        Ok(&self.database)
    }

    /// A row of `sqlite_schema` as SQL values, with a number of its own: SQLite would give the next
    /// index that of one that is hidden. Indexes are planned with in the order of these numbers.
    fn schema_row(&self, name: &IndexName, rowid: &str) -> Result<String, EngineError> {
        let statement = self.database.prepare_own(&format!(
            "SELECT {rowid}, type, name, tbl_name, rootpage, sql FROM {}
             WHERE type = 'index' AND name = ?1",
            qualified(name.database.as_deref(), "sqlite_schema")
        ))?;
        statement.bind(&[("1".into(), Value::from(name.name.clone()))])?;
        if !statement.step()? {
            return Err(EngineError::Sql(format!("No such index: {}.", name.name)));
        }
        Ok(literals(&statement, 0))
    }

    fn counted(&self) -> Result<Vec<Counted>, EngineError> {
        let mut all = Vec::new();
        for table in &self.database.schema().tables {
            let over_all: Vec<_> = table.indexes.iter().filter(|index| !index.partial).collect();
            if over_all.is_empty() || over_all.iter().any(|index| index.sql.is_none()) {
                continue;
            }
            let database = table.database.as_deref();
            // The first number of an index over all rows is how many there are.
            let statement = self.database.prepare_own(&format!(
                "SELECT tbl, NULL, CAST(CAST(stat AS INTEGER) AS TEXT) FROM {} WHERE idx = ?1",
                qualified(database, "sqlite_stat1")
            ))?;
            statement.bind(&[("1".into(), Value::from(over_all[0].name.clone()))])?;
            if statement.step()? {
                let database = table.database.clone();
                all.push(Counted {
                    database: database.clone(),
                    indexes: over_all.iter().map(|index| index.name.clone()).collect(),
                    row: StatisticsRow {
                        database,
                        table: STATISTICS[0],
                        index: None,
                        values: literals(&statement, 0),
                    },
                });
            }
        }
        Ok(all)
    }

    fn read_statistics(&self) -> Result<Vec<StatisticsRow>, EngineError> {
        let mut rows = Vec::new();
        for database in self.database.databases() {
            for table in STATISTICS {
                let known = self.database.prepare_own(&format!(
                    "SELECT count(*) FROM {} WHERE name = '{table}'",
                    qualified(database, "sqlite_schema")
                ))?;
                if known.first_integer()? == 0 {
                    continue;
                }
                let statement = self
                    .database
                    .prepare_own(&format!("SELECT idx, * FROM {}", qualified(database, table)))?;
                while statement.step()? {
                    let index = statement.text(0);
                    rows.push(StatisticsRow {
                        database: database.map(str::to_owned),
                        table,
                        index: Some(index).filter(|index| !index.is_empty()),
                        values: literals(&statement, 1),
                    });
                }
            }
        }
        Ok(rows)
    }
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.kept.iter().map(|kept| {
            format!("{}.{}", schema_name(kept.name.database.as_deref()), kept.name.name)
        });
        f.debug_list().entries(names).finish()
    }
}
