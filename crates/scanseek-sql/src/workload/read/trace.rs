//! Statements with semicolons behind them: a file of SQL, or what `.trace` of the sqlite3 shell prints,
//! with `.timer on` (`Run Time: real 0.004 …`) or `--profile` (`SELECT 1; -- 4000 ns`). Rows of results
//! may stand between.
//! Source: <https://sqlite.org/cli.html> and the shell's own output.

use super::super::begin::{begins_statement, scaled};
use super::super::values::Arguments;
use super::{Execution, Pending, ReadLog, Sink, Times};
use crate::facts::{Facts, ParameterValue};
use crate::split::{Nesting, is_word};

#[derive(Default)]
pub(in super::super) struct Reader {
    pending: Option<Pending>,
    scanner: Scanner,
    /// Comments before the statement.
    comments: String,
    /// Comments of several lines go on.
    in_comment: bool,
    /// What ran since the last time was printed, until it is known how long it took.
    waiting: Option<(Pending, Execution)>,
    /// Statements since the last time was printed.
    since_time: usize,
}

const TIMER: &str = "Run Time: real ";

/// A line that only a trace has.
pub(in super::super) fn is_mark(line: &str) -> bool {
    line.starts_with(TIMER) || line.starts_with("-- TRIGGER ") || profile_ns(line).is_some()
}

/// `…; -- 4000 ns`
fn profile_ns(line: &str) -> Option<u64> {
    let behind = line.strip_suffix(" ns")?;
    let at = behind.rfind("-- ")?;
    behind[..at].trim_end().ends_with(';').then(|| scaled(&behind[at + 3..], 1.0))?
}

impl Reader {
    fn statement(&mut self, tail: &str, to: &mut dyn Sink) {
        let Some(mut pending) = self.pending.take() else { return };
        let facts = Facts::from_comments(&std::mem::take(&mut self.comments));
        self.scanner = Scanner::default();
        pending.sql.truncate(pending.sql.trim_end_matches([';', ' ', '\n', '\t']).len());
        let calls = facts.weight.round().max(1.0) as u64;
        let given: Vec<_> = facts
            .parameters
            .into_iter()
            .map(|(name, value)| {
                let name = name.trim_start_matches([':', '@', '$', '?']).to_owned();
                (name, Some(literal(value)))
            })
            .collect();
        let profile = tail.trim().strip_prefix("-- ").and_then(|tail| tail.strip_suffix(" ns"));
        let execution = Execution {
            arguments: if given.is_empty() { Arguments::None } else { Arguments::Named(given) },
            calls,
            times: profile.and_then(|ns| scaled(ns, 1.0)).map(Times::once),
            name: facts.name,
            ..Execution::default()
        };
        self.hand_over(to);
        self.since_time += 1;
        self.waiting = Some((pending, execution));
    }

    fn hand_over(&mut self, to: &mut dyn Sink) {
        if let Some((pending, execution)) = self.waiting.take() {
            pending.hand_over(execution, to);
        }
    }

    /// A time is of the statements since the last one; if they are several, of none of them.
    fn time(&mut self, line: &str) {
        let seconds = line.split_whitespace().next().unwrap_or("");
        if let (Some((_, execution)), 1) = (&mut self.waiting, self.since_time) {
            execution.times = execution.times.or_else(|| scaled(seconds, 1e9).map(Times::once));
        }
        self.since_time = 0;
    }

    /// A line, or what is left of it, with no statement begun.
    fn outside(&mut self, number: u64, line: &str, to: &mut dyn Sink) {
        let trimmed = line.trim_start();
        if self.in_comment {
            self.comments.push_str(line);
            self.comments.push('\n');
            match line.find("*/") {
                Some(at) => {
                    self.in_comment = false;
                    self.outside(number, &line[at + 2..], to);
                }
                None => to.understood(),
            }
        } else if let Some(time) = trimmed.strip_prefix(TIMER) {
            self.time(time);
            to.understood();
        } else if trimmed.starts_with("/*") {
            self.in_comment = true;
            self.outside(number, trimmed, to);
        } else if trimmed.starts_with("--") {
            self.comments.push_str(trimmed);
            self.comments.push('\n');
            to.understood();
        } else if trimmed.is_empty() || trimmed.starts_with(';') {
            to.understood();
            if let Some(rest) = trimmed.strip_prefix(';') {
                self.outside(number, rest, to);
            }
        } else if begins_statement(trimmed) {
            self.pending = Some(Pending::new(number, ""));
            self.inside(number, trimmed, to);
        } else {
            self.comments.clear();
            to.other(number, line);
        }
    }

    fn inside(&mut self, number: u64, line: &str, to: &mut dyn Sink) {
        let end = self.scanner.end(line);
        let Some(pending) = &mut self.pending else { return };
        pending.push(&line[..end.unwrap_or(line.len())]);
        let Some(end) = end else {
            pending.push("\n");
            return;
        };
        let tail = &line[end..];
        let is_profile = tail.trim_start().starts_with("-- ") && tail.trim_end().ends_with(" ns");
        self.statement(if is_profile { tail } else { "" }, to);
        if !is_profile && !tail.trim().is_empty() {
            self.outside(number, tail, to);
        }
    }
}

impl ReadLog for Reader {
    fn line(&mut self, number: u64, line: &str, to: &mut dyn Sink) {
        if self.pending.is_some() {
            to.understood();
            self.inside(number, line, to);
        } else {
            self.outside(number, line, to);
        }
    }

    fn end(&mut self, to: &mut dyn Sink) {
        let is_open = self.scanner.is_open();
        if let Some(pending) = self.pending.take_if(|_| is_open) {
            to.cut(pending.line, &pending.sql);
        }
        self.statement("", to);
        self.hand_over(to);
    }
}

fn literal(value: ParameterValue) -> String {
    match value {
        ParameterValue::Null => "NULL".to_owned(),
        ParameterValue::Integer(integer) => integer.to_string(),
        ParameterValue::Real(real) => format!("{real:?}"),
        ParameterValue::Text(text) => super::super::values::quoted(&text),
        ParameterValue::Blob(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("x'{digits}'")
        }
    }
}

/// Finds the semicolon that ends a statement, line by line.
#[derive(Default)]
struct Scanner {
    within: Within,
    nesting: Nesting,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum Within {
    #[default]
    Nothing,
    Quotes(char),
    Comment,
}

impl Scanner {
    /// A text in quotes or a comment has not ended.
    fn is_open(&self) -> bool {
        self.within != Within::Nothing || self.nesting.in_trigger_body()
    }

    /// The byte behind the semicolon, if the statement ends on this line.
    fn end(&mut self, line: &str) -> Option<usize> {
        let mut at = 0;
        while let Some(c) = line[at..].chars().next() {
            let rest = &line[at..];
            let mut length = c.len_utf8();
            match self.within {
                // A doubled quote closes and opens again.
                Within::Quotes(close) if c == close => self.within = Within::Nothing,
                Within::Quotes(_) => {}
                Within::Comment if rest.starts_with("*/") => {
                    self.within = Within::Nothing;
                    length = 2;
                }
                Within::Comment => {}
                Within::Nothing if rest.starts_with("--") => return None,
                Within::Nothing if rest.starts_with("/*") => {
                    self.within = Within::Comment;
                    length = 2;
                }
                Within::Nothing => match c {
                    '\'' | '"' | '`' => self.within = Within::Quotes(c),
                    '[' => self.within = Within::Quotes(']'),
                    ';' if self.nesting.in_trigger_body() => self.nesting.semicolon(),
                    ';' => return Some(at + 1),
                    c if is_word(c) => {
                        length = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
                        self.nesting.word(&rest[..length]);
                    }
                    _ => {}
                },
            }
            at += length;
        }
        None
    }
}
