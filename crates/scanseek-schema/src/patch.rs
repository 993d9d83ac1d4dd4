//! The script that a person takes home: `up` creates and drops indexes, `down` takes that back.

use crate::table::typed;
use crate::{IndexName, quote_name};

/// The two scripts. Each is one transaction and may be run twice without harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// Creates indexes, then drops those no longer wanted.
    pub up: String,
    /// Drops the new ones, last first, and makes the old ones again.
    pub down: String,
}

/// What a patch does to the statistics of `ANALYZE`. `before` holds those there were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatchStatistics {
    /// Nothing.
    Untouched,
    /// `up` gathers them at its end.
    Gathered {
        /// For each database; without tables where ANALYZE never ran.
        before: Vec<DatabaseStatistics>,
    },
    /// Those of dropped indexes go with them.
    Dropped {
        /// For each database that has some.
        before: Vec<DatabaseStatistics>,
    },
}

/// What `ANALYZE` has left in one database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseStatistics {
    /// The name the database is attached under; `None` for the main one.
    pub database: Option<String>,
    /// Its statistics tables.
    pub tables: Vec<StatisticsTable>,
}

/// A table of `ANALYZE`'s own, with its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatisticsTable {
    /// `sqlite_stat1`, `sqlite_stat3` or `sqlite_stat4`.
    pub name: String,
    /// Each row as SQL literals in brackets: `('t', 'i', '100 1')`.
    pub rows: Vec<String>,
}

impl StatisticsTable {
    /// Puts the rows back in the database of that name, or the main one, a few at a time; each
    /// statement ends with a semicolon and a line break.
    pub fn inserts(&self, database: Option<&str>) -> String {
        const ROWS: usize = 50;
        let name = typed(database, &self.name);
        self.rows
            .chunks(ROWS)
            .map(|rows| format!("INSERT INTO {name} VALUES\n  {};\n", rows.join(",\n  ")))
            .collect()
    }
}

/// One proven statement of a patch with what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchNote {
    /// The name the index's database is attached under; `None` for the main one.
    pub database: Option<String>,
    /// The index's name.
    pub name: String,
    /// `CREATE INDEX …` without a final semicolon.
    pub ddl: String,
    /// Comment lines: why it is there and what was measured.
    pub notes: Vec<String>,
}

impl Patch {
    /// Writes both scripts. `header` goes on top as comment lines; `dropped` holds name and
    /// `CREATE INDEX` statement, as stored in their database, of the indexes no longer wanted.
    pub fn new(
        header: &[String],
        indexes: &[PatchNote],
        dropped: &[(IndexName, String)],
        statistics: &PatchStatistics,
    ) -> Self {
        let drop_index = |database: Option<&str>, name: &str| {
            format!("DROP INDEX IF EXISTS {};\n", typed(database, name))
        };
        let is_replaced = |old: &IndexName| {
            indexes
                .iter()
                .any(|new| new.database == old.database && new.name.eq_ignore_ascii_case(&old.name))
        };
        let drop_old = |old: &IndexName| drop_index(old.database.as_deref(), &old.name);
        let mut up = comments(header);
        up.push_str("BEGIN;\n");
        for (old, _) in dropped.iter().filter(|(old, _)| is_replaced(old)) {
            up.push_str(&format!("\n-- It gives its name to a new one.\n{}", drop_old(old)));
        }
        for index in indexes {
            up.push('\n');
            up.push_str(&comments(&index.notes));
            up.push_str(&if_not_exists(&index.ddl));
            up.push_str(";\n");
        }
        for (old, _) in dropped.iter().filter(|(old, _)| !is_replaced(old)) {
            up.push_str(&format!("\n-- No longer wanted.\n{}", drop_old(old)));
        }
        if let PatchStatistics::Gathered { .. } = statistics {
            up.push_str("\n-- The plans above were measured with these statistics.\nANALYZE;\n");
        }
        up.push_str("\nCOMMIT;\n");

        let mut down = comments(header);
        down.push_str("-- Takes the patch back.\nBEGIN;\n\n");
        for index in indexes.iter().rev() {
            down.push_str(&drop_index(index.database.as_deref(), &index.name));
        }
        for (index, ddl) in dropped.iter().rev() {
            let ddl = index_in_database(ddl, index.database.as_deref());
            down.push_str(&format!("{};\n", if_not_exists(&ddl)));
        }
        match statistics {
            PatchStatistics::Untouched => {}
            PatchStatistics::Gathered { before } | PatchStatistics::Dropped { before } => {
                down.extend(before.iter().map(restored));
            }
        }
        down.push_str("\nCOMMIT;\n");
        Self { up, down }
    }
}

/// Statements that make the statistics of one database those of `before`, for the tables and for the planner of the
/// connection. `ANALYZE sqlite_master` only loads them, but makes the tables where they are missing;
/// that name is known to every SQLite, and which tables there are depends on how it was compiled.
fn restored(before: &DatabaseStatistics) -> String {
    let DatabaseStatistics { database, tables } = before;
    let database = database.as_deref();
    let load = format!("ANALYZE {};\n", typed(database, "sqlite_master"));
    let has = |name: &str| tables.iter().any(|table| table.name == name);
    // A name may hold a line break, which would end the comment.
    let of = match database {
        Some(name) if name.contains(char::is_control) => " of an attached database".to_owned(),
        Some(name) => format!(" of {}", quote_name(name)),
        None => String::new(),
    };
    let mut sql = if tables.is_empty() {
        format!(
            "\n-- There were no statistics{of} when this was written: what ANALYZE gathered goes.\n"
        )
    } else {
        format!("\n-- The statistics{of} become those there were when this was written.\n")
    };
    sql.push_str(&load);
    sql.push_str(&format!("DELETE FROM {};\n", typed(database, "sqlite_stat1")));
    if !has("sqlite_stat4") {
        sql.push_str(&format!("DROP TABLE IF EXISTS {};\n", typed(database, "sqlite_stat4")));
    }
    for table in tables {
        if table.name != "sqlite_stat1" {
            sql.push_str(&format!("DELETE FROM {};\n", typed(database, &table.name)));
        }
        sql.push_str(&table.inserts(database));
    }
    sql.push_str(&load);
    for name in ["sqlite_stat1", "sqlite_stat4"].into_iter().filter(|name| !has(name)) {
        sql.push_str(&format!("DROP TABLE IF EXISTS {};\n", typed(database, name)));
    }
    sql
}

fn comments(lines: &[String]) -> String {
    lines
        .iter()
        .flat_map(|text| text.lines().chain(text.is_empty().then_some("")))
        .map(|line| format!("-- {line}").trim_end().to_owned() + "\n")
        .collect()
}

/// A `CREATE INDEX` statement as it is stored, which does not name its database, with that name before
/// the index's.
pub fn index_in_database(ddl: &str, database: Option<&str>) -> String {
    match (database, after_create_index(ddl)) {
        (Some(database), Some(rest)) => {
            let head = &ddl[..ddl.len() - rest.len()];
            format!("{head}{}.{rest}", quote_name(database))
        }
        _ => ddl.to_owned(),
    }
}

/// `CREATE INDEX x` as `CREATE INDEX IF NOT EXISTS x`; other statements stay as they are.
fn if_not_exists(ddl: &str) -> String {
    let ddl = ddl.trim();
    let Some(rest) = after_create_index(ddl) else { return ddl.to_owned() };
    if after_word(rest, "IF").is_some_and(|after| after_word(after, "NOT").is_some()) {
        return ddl.to_owned();
    }
    let head = ddl[..ddl.len() - rest.len()].trim_end();
    format!("{head} IF NOT EXISTS {rest}")
}

/// What follows `CREATE INDEX` or `CREATE UNIQUE INDEX`. Between the keywords of a statement that was
/// accepted there is white space only.
fn after_create_index(ddl: &str) -> Option<&str> {
    let rest = after_word(ddl, "CREATE")?;
    after_word(after_word(rest, "UNIQUE").unwrap_or(rest), "INDEX")
}

/// What follows a keyword and the white space behind it.
fn after_word<'a>(text: &'a str, keyword: &str) -> Option<&'a str> {
    let head = text.get(..keyword.len())?;
    let rest = &text[keyword.len()..];
    (head.eq_ignore_ascii_case(keyword) && rest.starts_with(char::is_whitespace))
        .then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_scripts() {
        let patch = Patch::new(
            &["Made by hand".into()],
            &[
                PatchNote {
                    database: None,
                    name: "a".into(),
                    ddl: "create\n index  a on t(x)".into(),
                    notes: vec![],
                },
                PatchNote {
                    database: None,
                    name: "b c".into(),
                    ddl: "CREATE INDEX \"b c\" ON t(y)".into(),
                    notes: vec!["why\nDROP TABLE t".into()],
                },
            ],
            &[],
            &PatchStatistics::Gathered {
                before: vec![DatabaseStatistics { database: None, tables: vec![] }],
            },
        );
        assert_eq!(
            patch.up,
            "-- Made by hand\nBEGIN;\n\ncreate\n index IF NOT EXISTS a on t(x);\n\n-- why\n-- DROP TABLE t\n\
             CREATE INDEX IF NOT EXISTS \"b c\" ON t(y);\n\n\
             -- The plans above were measured with these statistics.\nANALYZE;\n\nCOMMIT;\n"
        );
        assert_eq!(
            patch.down,
            "-- Made by hand\n-- Takes the patch back.\nBEGIN;\n\nDROP INDEX IF EXISTS \"b c\";\n\
             DROP INDEX IF EXISTS a;\n\n\
             -- There were no statistics when this was written: what ANALYZE gathered goes.\n\
             ANALYZE sqlite_master;\nDELETE FROM sqlite_stat1;\n\
             DROP TABLE IF EXISTS sqlite_stat4;\nANALYZE sqlite_master;\n\
             DROP TABLE IF EXISTS sqlite_stat1;\nDROP TABLE IF EXISTS sqlite_stat4;\n\nCOMMIT;\n"
        );
    }

    #[test]
    fn dropped_indexes_go_last_and_come_back() {
        let index = |name: &str| PatchNote {
            database: None,
            name: name.into(),
            ddl: format!("CREATE INDEX {name} ON t(x)"),
            notes: vec![],
        };
        let dropped = [
            ("old".into(), "CREATE UNIQUE INDEX old ON t(y)".to_owned()),
            ("A".into(), "CREATE INDEX A ON t(z)".to_owned()),
        ];
        let patch =
            Patch::new(&[], &[index("a"), index("b")], &dropped, &PatchStatistics::Untouched);
        assert_eq!(
            patch.up,
            "BEGIN;\n\n-- It gives its name to a new one.\nDROP INDEX IF EXISTS A;\n\n\
             CREATE INDEX IF NOT EXISTS a ON t(x);\n\nCREATE INDEX IF NOT EXISTS b ON t(x);\n\n\
             -- No longer wanted.\nDROP INDEX IF EXISTS old;\n\nCOMMIT;\n"
        );
        assert_eq!(
            patch.down,
            "-- Takes the patch back.\nBEGIN;\n\nDROP INDEX IF EXISTS b;\nDROP INDEX IF EXISTS a;\n\
             CREATE INDEX IF NOT EXISTS A ON t(z);\nCREATE UNIQUE INDEX IF NOT EXISTS old ON t(y);\n\
             \nCOMMIT;\n"
        );
    }

    #[test]
    fn names_of_attached_databases_are_written_out() {
        let attached = Some("a b\"; --\nDROP".to_owned());
        let quoted = "\"a b\"\"; --\nDROP\"";
        let note = PatchNote {
            database: attached.clone(),
            name: "i".into(),
            ddl: format!("CREATE INDEX {quoted}.i ON t(x)"),
            notes: vec![],
        };
        let rows = vec!["('t', 'i', '9 1')".to_owned()];
        let table = StatisticsTable { name: "sqlite_stat1".into(), rows };
        let before = DatabaseStatistics { database: attached.clone(), tables: vec![table] };
        let patch = {
            let statistics = PatchStatistics::Gathered { before: vec![before] };
            let old = IndexName { database: attached.clone(), name: "old".into() };
            let dropped = [(old, "CREATE UNIQUE INDEX old ON t(y)".to_owned())];
            Patch::new(&[], &[note], &dropped, &statistics)
        };
        assert!(
            patch.up.contains(&format!("CREATE INDEX IF NOT EXISTS {quoted}.i ON t(x);\n")),
            "{}",
            patch.up
        );
        for line in [
            format!("DROP INDEX IF EXISTS {quoted}.i;\n"),
            format!("CREATE UNIQUE INDEX IF NOT EXISTS {quoted}.old ON t(y);\n"),
            format!("ANALYZE {quoted}.sqlite_master;\nDELETE FROM {quoted}.sqlite_stat1;\n"),
            format!("INSERT INTO {quoted}.sqlite_stat1 VALUES\n  ('t', 'i', '9 1');\n"),
            format!("DROP TABLE IF EXISTS {quoted}.sqlite_stat4;\n"),
            "-- The statistics of an attached database become those there were when this was written.\n".into(),
        ] {
            assert!(patch.down.contains(&line), "{line} is not in {}", patch.down);
        }
    }
}
