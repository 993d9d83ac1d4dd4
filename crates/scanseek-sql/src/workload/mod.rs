//! A workload out of a log: which log a text is, its statements, normalised, grouped and counted, with
//! real values, durations where the log has them, and the loops in it (N+1).
//!
//! Nothing is dropped without a word: statements that are no queries of the workload are counted by
//! reason, and lines that are none are counted, with the first of them.

mod begin;
mod format;
mod group;
mod lexeme;
mod loops;
mod normal;
mod output;
mod read;
mod values;
mod writer;

pub use format::{LogFormat, recognise_log};

use group::Collector;
use read::ReadLog;

/// What a log comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    /// What wrote it.
    pub format: LogFormat,
    /// Its lines.
    pub lines: u64,
    /// Statements that ran, those left out among them.
    pub statements: u64,
    /// Some query stands in it more than once.
    pub repeats: bool,
    /// Its queries: those that took the most time in all first; without times, the most frequent.
    pub queries: Vec<LoggedQuery>,
    /// SELECTs that ran again and again for one key after another.
    pub loops: Vec<QueryLoop>,
    /// Statements that are no queries of the workload, by reason.
    pub left_out: Vec<LeftOut>,
    /// Lines without a statement.
    pub other_lines: OtherLines,
}

/// A query of the program: statements that differ in their values alone.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedQuery {
    /// From its verb, tables and conditions; no two are equal.
    pub name: String,
    /// The statement: parameters where the values varied, literals where they did not.
    pub sql: String,
    /// It inserts, updates or deletes.
    pub writes: bool,
    /// How often it ran.
    pub calls: u64,
    /// How long that took, if the log says so.
    pub times: Option<LoggedTimes>,
    /// The line of the first one.
    pub first_line: u64,
    /// Each inserted several rows; one stands for them.
    pub several_rows: bool,
    /// Its parameters with values that came together.
    pub values: Vec<SeenValue>,
    /// The statement with its facts in comments, as a workload file has it.
    pub text: String,
}

/// How long executions took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoggedTimes {
    /// Executions whose time the log has.
    pub calls: u64,
    /// All of them.
    pub total_ns: u64,
    /// One of them, on average.
    pub mean_ns: u64,
    /// The longest, where each has its own time.
    pub max_ns: Option<u64>,
}

/// A parameter and values it had, as literals of SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenValue {
    /// `:customer_id`
    pub name: String,
    /// In the combination of values that was met most often; `None` if the log does not tell.
    pub value: Option<String>,
    /// In one that was met least, if it is another.
    pub rare: Option<String>,
}

/// A SELECT that ran for one key after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryLoop {
    /// Its place among the queries.
    pub query: usize,
    /// The column whose value differed.
    pub column: String,
    /// Executions in all such loops of it.
    pub calls: u64,
    /// How many loops there were.
    pub runs: u64,
    /// Executions of the longest one, which the rest is about.
    pub longest_calls: u64,
    /// Its first line.
    pub first_line: u64,
    /// Its last line.
    pub last_line: u64,
    /// How long all of them took.
    pub total_ns: Option<u64>,
    /// The query whose rows it seems to go through, by its place.
    pub parent: Option<usize>,
    /// One statement for all of them; not proven here. `None` if there is none with IN.
    pub replacement: Option<String>,
    /// The replacement has no LIMIT: it means the same if none of them had more rows.
    pub leaves_limit_out: bool,
    /// The replacement groups by the key: it has no row for a key without rows.
    pub is_grouped: bool,
    /// Its statements with their values, 200 at most.
    pub statements: Vec<String>,
}

/// Why a statement is no query of the workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOutReason {
    /// BEGIN, COMMIT, SAVEPOINT and their like.
    Transaction,
    /// PRAGMA
    Pragma,
    /// CREATE, DROP, ALTER
    Schema,
    /// ANALYZE, VACUUM, ATTACH, EXPLAIN and their like.
    Housekeeping,
    /// It reads `sqlite_schema`.
    AsksSchema,
    /// The program had the answer already.
    Cached,
    /// The log has only a part of it, or it is too long.
    Cut,
    /// What it does cannot be told.
    Unclear,
    /// Too many are different.
    TooMany,
}

impl LeftOutReason {
    /// For a person, as in “left out: …”.
    pub fn title(self) -> &'static str {
        match self {
            Self::Transaction => "begin or end a transaction",
            Self::Pragma => "PRAGMA",
            Self::Schema => "change the schema",
            Self::Housekeeping => "ANALYZE, VACUUM, ATTACH, EXPLAIN and their like",
            Self::AsksSchema => "ask for the schema",
            Self::Cached => "answered from the program's own cache",
            Self::Cut => "not whole in the log, or longer than 1 MiB",
            Self::Unclear => "not one whole statement, or not clear what they do",
            Self::TooMany => "more different ones than are kept",
        }
    }
}

/// Statements left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Why.
    pub reason: LeftOutReason,
    /// How many ran.
    pub count: u64,
    /// The line of the first one.
    pub first_line: u64,
    /// The first one, shortened.
    pub first: String,
}

/// Lines without a statement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OtherLines {
    /// How many; empty ones do not count.
    pub count: u64,
    /// The first of them with their numbers, shortened.
    pub first: Vec<(u64, String)>,
}

/// Why a text is no log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// There is nothing in it.
    #[error("This log is empty.")]
    Empty,
    /// A database.
    #[error("This is a SQLite database, and no log.")]
    Database,
    /// Compressed.
    #[error("This file is compressed.")]
    Compressed,
    /// UTF-16.
    #[error("This text is UTF-16.")]
    Utf16,
    /// Zero bytes are in it.
    #[error("This is no text: it has zero bytes in it.")]
    Binary,
    /// It is text, but without SQL.
    #[error("No statement of SQL was found in this text.")]
    NoStatement,
}

/// Bytes that are looked at to tell a log, before anything is read.
const HEAD_BYTES: usize = 256 << 10;
/// Longer lines are no statements.
const LONGEST_LINE_BYTES: usize = 8 << 20;
/// Queries that are handed over.
const MOST_QUERIES: usize = 1_000;

/// Reads a log piece by piece.
pub struct LogReader {
    /// What has come and is not yet read: the beginning of the log, later of a line.
    pending: Vec<u8>,
    reading: Option<(LogFormat, Box<dyn ReadLog>)>,
    collector: Collector,
    lines: u64,
    /// The line that goes on is too long.
    skipping: bool,
}

impl Default for LogReader {
    fn default() -> Self {
        Self::new()
    }
}

impl LogReader {
    /// Nothing read yet.
    pub fn new() -> Self {
        Self {
            pending: Vec::new(),
            reading: None,
            collector: Collector::default(),
            lines: 0,
            skipping: false,
        }
    }

    /// The next piece; it may end anywhere.
    ///
    /// # Errors
    /// If the text is no log, as soon as that is clear.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), LogError> {
        self.pending.extend_from_slice(bytes);
        if self.reading.is_none() {
            if self.pending.len() < HEAD_BYTES {
                return Ok(());
            }
            self.begin()?;
        }
        self.read_lines();
        Ok(())
    }

    /// All that was read.
    ///
    /// # Errors
    /// If the text is no log.
    pub fn finish(mut self) -> Result<Log, LogError> {
        if self.reading.is_none() {
            self.begin()?;
            self.read_lines();
        }
        let rest = std::mem::take(&mut self.pending);
        if !rest.is_empty() && !self.skipping {
            self.line(&rest);
        }
        let Some((format, mut reader)) = self.reading.take() else {
            return Err(LogError::Empty);
        };
        reader.end(&mut self.collector);
        let Collector { groups, mut loops, mut left_out, other, statements, .. } = self.collector;
        loops.finish();
        let (queries, places) = output::queries(&groups, MOST_QUERIES);
        let dropped = groups.iter().zip(&places).filter(|(_, place)| place.is_none());
        let (count, first) = dropped.fold((0, None), |(count, first), (group, _)| {
            (count + group.calls, first.or(Some(group)))
        });
        if let Some(group) = first {
            left_out.push(LeftOut {
                reason: LeftOutReason::TooMany,
                count,
                first_line: group.first_line,
                first: group::shown(&group.normal.key),
            });
        }
        if statements == 0 {
            return Err(LogError::NoStatement);
        }
        let loops = output::loops(&loops, &groups, &places);
        let repeats = groups.iter().any(|group| group.entries > 1);
        Ok(Log {
            format,
            lines: self.lines,
            statements,
            repeats,
            queries,
            loops,
            left_out,
            other_lines: other,
        })
    }

    fn begin(&mut self) -> Result<(), LogError> {
        let head = &self.pending[..self.pending.len().min(HEAD_BYTES)];
        if head.iter().all(u8::is_ascii_whitespace) {
            return Err(LogError::Empty);
        }
        let starts = |magic: &[u8]| head.starts_with(magic);
        if starts(b"SQLite format 3\0") {
            return Err(LogError::Database);
        }
        if starts(&[0x1f, 0x8b]) || starts(b"PK\x03\x04") || starts(b"BZh") || starts(b"\xfd7zXZ") {
            return Err(LogError::Compressed);
        }
        if starts(&[0xff, 0xfe]) || starts(&[0xfe, 0xff]) {
            return Err(LogError::Utf16);
        }
        if head.contains(&0) {
            return Err(LogError::Binary);
        }
        let head = String::from_utf8_lossy(head);
        let format = recognise_log(&head).ok_or(LogError::NoStatement)?;
        self.reading = Some((format, read::reader(format, &head)));
        Ok(())
    }

    fn read_lines(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let mut rest = pending.as_slice();
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            if std::mem::take(&mut self.skipping) {
                self.lines += 1;
            } else {
                self.line(&rest[..end]);
            }
            rest = &rest[end + 1..];
        }
        if rest.len() > LONGEST_LINE_BYTES || self.skipping {
            if !self.skipping {
                let head = String::from_utf8_lossy(&rest[..HEAD_BYTES.min(rest.len())]);
                read::Sink::cut(&mut self.collector, self.lines + 1, &head);
            }
            self.skipping = true;
        } else {
            self.pending = rest.to_vec();
        }
    }

    fn line(&mut self, bytes: &[u8]) {
        self.lines += 1;
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let text = String::from_utf8_lossy(bytes);
        let text = begin::without_colours(&text);
        let text = if self.lines == 1 { text.trim_start_matches('\u{feff}') } else { &text };
        if let Some((_, reader)) = &mut self.reading {
            reader.line(self.lines, text, &mut self.collector);
        }
    }
}

/// Reads a whole log.
///
/// # Errors
/// If the text is no log.
pub fn read_log(text: &str) -> Result<Log, LogError> {
    let mut reader = LogReader::new();
    reader.push(text.as_bytes())?;
    reader.finish()
}

impl Log {
    /// The text of a workload file with all its queries.
    pub fn workload(&self) -> String {
        self.queries.iter().map(|query| query.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}
