//! Which log a text is, from its first lines.

use super::begin::{begins_statement, behind_head, without_colours};
use super::read::{csv, django, rails, sqlalchemy, trace};

/// What wrote a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// A file of statements.
    Sql,
    /// What `.trace` and `.timer` of the sqlite3 shell print.
    SqliteTrace,
    /// The logger `django.db.backends`.
    Django,
    /// ActiveRecord's log.
    Rails,
    /// `echo=True` of an engine.
    SqlAlchemy,
    /// Rows of `pg_stat_statements` as CSV.
    PgStatStatements,
    /// A statement a line, perhaps behind a time and a level.
    Lines,
}

impl LogFormat {
    /// Its name for people, as in “read as …”.
    pub fn title(self) -> &'static str {
        match self {
            Self::Sql => "a file of statements",
            Self::SqliteTrace => "a trace of the sqlite3 shell",
            Self::Django => "a debug log of Django",
            Self::Rails => "a log of Rails",
            Self::SqlAlchemy => "an echo of SQLAlchemy",
            Self::PgStatStatements => "pg_stat_statements as CSV",
            Self::Lines => "one statement a line",
        }
    }
}

/// Lines that are looked at to tell a log.
const LINES: usize = 3_000;

/// Tells from its beginning which log a text is; `None` if there is no statement in it.
pub fn recognise_log(text: &str) -> Option<LogFormat> {
    let text = text.trim_start_matches('\u{feff}');
    if text.lines().find(|line| !line.trim().is_empty()).is_some_and(csv::is_head) {
        return Some(LogFormat::PgStatStatements);
    }
    let mut seen = Seen::default();
    for line in text.lines().take(LINES) {
        seen.line(&without_colours(line));
    }
    seen.judge()
}

/// Lines of each kind.
#[derive(Default)]
struct Seen {
    sqlalchemy: usize,
    django: usize,
    rails: usize,
    trace: usize,
    /// A statement behind the head of a line.
    headed: usize,
    /// A whole statement that ends without a semicolon.
    bare: usize,
    /// A line that begins a statement.
    begun: usize,
    /// Lines of SQL that begin none.
    continued: usize,
}

impl Seen {
    fn line(&mut self, line: &str) {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            return;
        }
        if sqlalchemy::message(line).is_some() {
            self.sqlalchemy += 1;
        } else if django::begins(line).is_some() {
            self.django += 1;
        } else if rails::record(line).is_some() {
            self.rails += 1;
        } else if trace::is_mark(trimmed) {
            self.trace += 1;
            self.begun += usize::from(begins_statement(trimmed));
        } else if trimmed.starts_with("--") || trimmed.starts_with("/*") {
            // A comment may hold anything.
        } else if begins_statement(trimmed) {
            self.begun += 1;
            self.bare += usize::from(is_whole(trimmed));
        } else if behind_head(line).is_some() {
            self.headed += 1;
        } else {
            self.continued += 1;
        }
    }

    fn judge(&self) -> Option<LogFormat> {
        let logs = [
            (self.sqlalchemy, LogFormat::SqlAlchemy),
            (self.django, LogFormat::Django),
            (self.rails, LogFormat::Rails),
        ];
        let most = logs.into_iter().rev().max_by_key(|(lines, _)| *lines);
        if let Some((lines, format)) = most
            && lines > 0
            && lines * 2 >= self.headed.min(self.begun)
        {
            return Some(format);
        }
        if self.trace > 0 && self.begun > 0 {
            return Some(LogFormat::SqliteTrace);
        }
        if self.headed > self.begun {
            return Some(LogFormat::Lines);
        }
        // All lines are statements of their own, and none says where it ends.
        if self.bare > 1 && self.bare == self.begun && self.continued <= self.begun / 4 {
            return Some(LogFormat::Lines);
        }
        (self.begun > 0).then_some(LogFormat::Sql)
    }
}

/// A statement that has all its parts on this line, and no semicolon behind it.
fn is_whole(line: &str) -> bool {
    let upper = line.to_ascii_uppercase();
    let balanced = line.matches('(').count() == line.matches(')').count();
    let has = |word: &str| upper.contains(word);
    let parts = match upper.split_whitespace().next() {
        Some("INSERT" | "REPLACE") => has("VALUES") || has("SELECT") || has("DEFAULT"),
        Some("UPDATE") => has(" SET "),
        Some("WITH") => has("SELECT") || has("UPDATE ") || has("DELETE "),
        Some("EXPLAIN") => has("SELECT") || has("UPDATE ") || has("DELETE ") || has("INSERT "),
        _ => true,
    };
    balanced && parts && !line.ends_with(';') && !line.ends_with(',')
}
