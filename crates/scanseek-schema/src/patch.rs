//! The script that a person takes home: `up` creates and drops indexes, `down` takes that back.

use crate::quote_name;

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
        /// None if ANALYZE never ran.
        before: Vec<StatisticsTable>,
    },
    /// Those of dropped indexes go with them.
    Dropped {
        /// At least one table.
        before: Vec<StatisticsTable>,
    },
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
    /// Puts the rows back, a few at a time; each statement ends with a semicolon and a line break.
    pub fn inserts(&self) -> String {
        const ROWS: usize = 50;
        self.rows
            .chunks(ROWS)
            .map(|rows| format!("INSERT INTO {} VALUES\n  {};\n", self.name, rows.join(",\n  ")))
            .collect()
    }
}

/// One proven statement of a patch with what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchNote {
    /// The index's name.
    pub name: String,
    /// `CREATE INDEX …` without a final semicolon.
    pub ddl: String,
    /// Comment lines: why it is there and what was measured.
    pub notes: Vec<String>,
}

impl Patch {
    /// Writes both scripts. `header` goes on top as comment lines; `dropped` holds name and
    /// `CREATE INDEX` statement of the indexes no longer wanted.
    pub fn new(
        header: &[String],
        indexes: &[PatchNote],
        dropped: &[(String, String)],
        statistics: &PatchStatistics,
    ) -> Self {
        let drop_index = |name: &str| format!("DROP INDEX IF EXISTS {};\n", quote_name(name));
        let is_replaced =
            |name: &str| indexes.iter().any(|index| index.name.eq_ignore_ascii_case(name));
        let mut up = comments(header);
        up.push_str("BEGIN;\n");
        for (name, _) in dropped.iter().filter(|(name, _)| is_replaced(name)) {
            up.push_str(&format!("\n-- It gives its name to a new one.\n{}", drop_index(name)));
        }
        for index in indexes {
            up.push('\n');
            up.push_str(&comments(&index.notes));
            up.push_str(&if_not_exists(&index.ddl));
            up.push_str(";\n");
        }
        for (name, _) in dropped.iter().filter(|(name, _)| !is_replaced(name)) {
            up.push_str(&format!("\n-- No longer wanted.\n{}", drop_index(name)));
        }
        if let PatchStatistics::Gathered { .. } = statistics {
            up.push_str("\n-- The plans above were measured with these statistics.\nANALYZE;\n");
        }
        up.push_str("\nCOMMIT;\n");

        let mut down = comments(header);
        down.push_str("-- Takes the patch back.\nBEGIN;\n\n");
        for index in indexes.iter().rev() {
            down.push_str(&drop_index(&index.name));
        }
        for (_, ddl) in dropped.iter().rev() {
            down.push_str(&format!("{};\n", if_not_exists(ddl)));
        }
        match statistics {
            PatchStatistics::Untouched => {}
            PatchStatistics::Gathered { before } | PatchStatistics::Dropped { before } => {
                down.push_str(&restored(before));
            }
        }
        down.push_str("\nCOMMIT;\n");
        Self { up, down }
    }
}

/// Statements that make the statistics those of `before`, for the tables and for the planner of the
/// connection. `ANALYZE sqlite_master` only loads them, but makes the tables where they are missing;
/// that name is known to every SQLite, and which tables there are depends on how it was compiled.
fn restored(before: &[StatisticsTable]) -> String {
    const LOAD: &str = "ANALYZE sqlite_master;\n";
    let has = |name: &str| before.iter().any(|table| table.name == name);
    let mut sql = String::from(if before.is_empty() {
        "\n-- There were no statistics when this was written: what ANALYZE gathered goes.\n"
    } else {
        "\n-- The statistics become those there were when this was written.\n"
    });
    sql.push_str(LOAD);
    sql.push_str("DELETE FROM sqlite_stat1;\n");
    if !has("sqlite_stat4") {
        sql.push_str("DROP TABLE IF EXISTS sqlite_stat4;\n");
    }
    for table in before {
        if table.name != "sqlite_stat1" {
            sql.push_str(&format!("DELETE FROM {};\n", table.name));
        }
        sql.push_str(&table.inserts());
    }
    sql.push_str(LOAD);
    for name in ["sqlite_stat1", "sqlite_stat4"].into_iter().filter(|name| !has(name)) {
        sql.push_str(&format!("DROP TABLE IF EXISTS {name};\n"));
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

/// `CREATE INDEX x` as `CREATE INDEX IF NOT EXISTS x`; other statements stay as they are. Between
/// the keywords of a statement that was accepted there is white space only.
fn if_not_exists(ddl: &str) -> String {
    let ddl = ddl.trim();
    let mut rest = ddl;
    for keyword in ["CREATE", "UNIQUE", "INDEX"] {
        match after_word(rest, keyword) {
            Some(after) => rest = after,
            None if keyword == "UNIQUE" => {}
            None => return ddl.to_owned(),
        }
    }
    if after_word(rest, "IF").is_some_and(|after| after_word(after, "NOT").is_some()) {
        return ddl.to_owned();
    }
    let head = ddl[..ddl.len() - rest.len()].trim_end();
    format!("{head} IF NOT EXISTS {rest}")
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
                    name: "a".into(),
                    ddl: "create\n index  a on t(x)".into(),
                    notes: vec![],
                },
                PatchNote {
                    name: "b c".into(),
                    ddl: "CREATE INDEX \"b c\" ON t(y)".into(),
                    notes: vec!["why\nDROP TABLE t".into()],
                },
            ],
            &[],
            &PatchStatistics::Gathered { before: vec![] },
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
            name: name.into(),
            ddl: format!("CREATE INDEX {name} ON t(x)"),
            notes: vec![],
        };
        let dropped = [
            ("old".to_owned(), "CREATE UNIQUE INDEX old ON t(y)".to_owned()),
            ("A".to_owned(), "CREATE INDEX A ON t(z)".to_owned()),
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
}
