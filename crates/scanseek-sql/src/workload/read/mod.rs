//! One reader for each log: lines in, statements out.

pub(super) mod csv;
pub(super) mod django;
pub(super) mod lines;
pub(super) mod rails;
pub(super) mod sqlalchemy;
pub(super) mod trace;

use super::format::LogFormat;
use super::values::Arguments;

/// A statement as the log has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Execution {
    /// The line it begins on, from 1.
    pub(super) line: u64,
    pub(super) sql: String,
    pub(super) arguments: Arguments,
    /// How often it ran; 0 stands for once.
    pub(super) calls: u64,
    pub(super) times: Option<Times>,
    /// What `-- name:` says of it.
    pub(super) name: Option<String>,
}

/// How long executions took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) total_ns: u64,
    pub(super) max_ns: Option<u64>,
}

impl Times {
    pub(super) fn once(ns: u64) -> Self {
        Self { total_ns: ns, max_ns: Some(ns) }
    }
}

/// Where what was read goes.
pub(super) trait Sink {
    fn ran(&mut self, execution: Execution);
    /// The program asked, but the answer came from its own cache.
    fn cached(&mut self, line: u64, sql: &str);
    /// The log has only a part of it.
    fn cut(&mut self, line: u64, sql: &str);
    /// A line that says how the log goes on, and belongs to a statement.
    fn understood(&mut self);
    /// A line without a statement.
    fn other(&mut self, line: u64, text: &str);
}

/// Reads a log line by line.
pub(super) trait ReadLog {
    fn line(&mut self, number: u64, line: &str, to: &mut dyn Sink);
    fn end(&mut self, to: &mut dyn Sink);
}

/// `head` is the beginning of the log.
pub(super) fn reader(format: LogFormat, head: &str) -> Box<dyn ReadLog> {
    match format {
        LogFormat::Sql | LogFormat::SqliteTrace => Box::new(trace::Reader::default()),
        LogFormat::Django => Box::new(django::Reader::new(head)),
        LogFormat::Rails => Box::new(rails::Reader::default()),
        LogFormat::SqlAlchemy => Box::new(sqlalchemy::Reader::default()),
        LogFormat::PgStatStatements => Box::new(csv::Reader::default()),
        LogFormat::Lines => Box::new(lines::Reader),
    }
}

/// Longer statements are not read.
pub(super) const LONGEST_STATEMENT_BYTES: usize = 1 << 20;

/// A statement that goes on over several lines.
#[derive(Debug, Default)]
pub(super) struct Pending {
    pub(super) line: u64,
    pub(super) sql: String,
    too_long: bool,
}

impl Pending {
    pub(super) fn new(line: u64, sql: &str) -> Self {
        let mut pending = Self { line, ..Self::default() };
        pending.push(sql);
        pending
    }

    fn push(&mut self, piece: &str) {
        self.too_long |= self.sql.len() + piece.len() > LONGEST_STATEMENT_BYTES;
        if !self.too_long {
            self.sql.push_str(piece);
        }
    }

    pub(super) fn next_line(&mut self, line: &str) {
        self.push("\n");
        self.push(line);
    }

    /// Hands it over with what else is known of it.
    pub(super) fn hand_over(self, rest: Execution, to: &mut dyn Sink) {
        if self.too_long {
            to.cut(self.line, &self.sql);
        } else {
            to.ran(Execution { line: self.line, sql: self.sql, ..rest });
        }
    }
}
