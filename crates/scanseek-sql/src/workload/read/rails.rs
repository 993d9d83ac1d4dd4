//! ActiveRecord's log: `  User Load (0.3ms)  SELECT … WHERE "users"."id" = ?  [["id", 1]]`. A line with
//! CACHE was answered without asking SQLite.
//! Source: `ActiveRecord::LogSubscriber`.

use super::super::begin::{begins_statement, scaled};
use super::super::values::{Arguments, arguments};
use super::{Execution, Pending, ReadLog, Sink, Times};

#[derive(Default)]
pub(in super::super) struct Reader {
    pending: Option<(Pending, u64)>,
}

/// A record of a statement.
pub(in super::super) struct Record {
    pub(in super::super) ns: u64,
    pub(in super::super) cached: bool,
    /// Where the statement begins.
    pub(in super::super) start: usize,
}

pub(in super::super) fn record(line: &str) -> Option<Record> {
    let close = line.find("ms)")?;
    let open = line[..close].rfind('(')?;
    let ns = scaled(&line[open + 1..close], 1e6)?;
    let behind = &line[close + 3..];
    let start = line.len() - behind.trim_start().len();
    // Two blanks stand between, so that prose in brackets is not meant.
    (behind.starts_with("  ") && begins_statement(&line[start..])).then(|| Record {
        ns,
        cached: line[..open].split_whitespace().any(|word| word == "CACHE"),
        start,
    })
}

/// A line that goes on with a statement that was broken into several.
fn goes_on(sql: &str, line: &str) -> bool {
    const WORDS: [&str; 24] = [
        "FROM",
        "WHERE",
        "AND",
        "OR",
        "ON",
        "ORDER",
        "GROUP",
        "HAVING",
        "LIMIT",
        "OFFSET",
        "JOIN",
        "INNER",
        "LEFT",
        "RIGHT",
        "FULL",
        "CROSS",
        "UNION",
        "EXCEPT",
        "INTERSECT",
        "SET",
        "VALUES",
        "SELECT",
        "RETURNING",
        "WINDOW",
    ];
    let word = line.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
    let open = sql.matches('(').count() > sql.matches(')').count();
    open || line.trim_start().starts_with(['(', ')', ','])
        || sql.trim_end().ends_with([',', '=', '(', '+', '|'])
        || sql.trim().len() < 8
        || WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

impl Reader {
    fn settle(&mut self, to: &mut dyn Sink) {
        let Some((mut pending, ns)) = self.pending.take() else { return };
        let mut given = Arguments::None;
        if let Some(at) = pending.sql.rfind(" [[")
            && let Some(read) = arguments(pending.sql[at..].trim())
        {
            given = read;
            pending.sql.truncate(at);
        }
        let rest = Execution {
            arguments: given,
            calls: 1,
            times: Some(Times::once(ns)),
            ..Execution::default()
        };
        pending.hand_over(rest, to);
    }
}

impl ReadLog for Reader {
    fn line(&mut self, number: u64, line: &str, to: &mut dyn Sink) {
        if let Some(record) = record(line) {
            self.settle(to);
            let sql = &line[record.start..];
            if record.cached {
                to.cached(number, sql);
            } else {
                self.pending = Some((Pending::new(number, sql), record.ns));
            }
            return;
        }
        if let Some((pending, _)) = &mut self.pending
            && !line.trim().is_empty()
            && goes_on(&pending.sql, line)
        {
            pending.next_line(line);
            to.understood();
            return;
        }
        self.settle(to);
        to.other(number, line);
    }

    fn end(&mut self, to: &mut dyn Sink) {
        self.settle(to);
    }
}
