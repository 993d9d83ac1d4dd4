//! The logger `django.db.backends`: `(0.001) SELECT …; args=(1,); alias=default`. The time is in
//! seconds; on SQLite the arguments are already in the text.
//! Source: <https://docs.djangoproject.com/en/stable/ref/logging/#django-db-backends>.

use super::super::begin::{begins_statement, scaled};
use super::super::values::{Arguments, arguments};
use super::{Execution, Pending, ReadLog, Sink, Times};

pub(in super::super) struct Reader {
    /// Each record ends with its arguments; without them, with its line.
    has_arguments: bool,
    pending: Option<(Pending, u64, u64)>,
}

/// Where the statement of a record begins, its nanoseconds, and how many executions it stands for.
pub(in super::super) fn begins(line: &str) -> Option<(usize, u64, u64)> {
    let mut from = 0;
    while let Some(open) = line[from..].find('(').map(|at| from + at) {
        from = open + 1;
        let Some(close) = line[from..].find(')').map(|at| from + at) else { break };
        let number = &line[from..close];
        let decimals = number.split_once('.').map_or("", |(_, decimals)| decimals);
        if decimals.len() < 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let Some(ns) = scaled(number, 1e9) else { continue };
        let behind = &line[close + 1..];
        let start = line.len() - behind.trim_start().len();
        // `executemany` is one record: `(0.002) 3 times: INSERT …`.
        let many = line[start..]
            .split_once(" times: ")
            .and_then(|(times, sql)| Some((line.len() - sql.len(), times.parse::<u64>().ok()?)));
        let (start, times) = many.unwrap_or((start, 1));
        if begins_statement(&line[start..]) {
            return Some((start, ns, times.max(1)));
        }
    }
    None
}

const ARGUMENTS: &str = "; args=";

/// Where a record's arguments begin, and what they are. A text in the statement may look like them.
fn arguments_behind(record: &str) -> Option<(usize, Arguments)> {
    record.match_indices(ARGUMENTS).find_map(|(at, mark)| {
        let tail = &record[at + mark.len()..];
        let whole = || arguments(tail.trim());
        let before_alias = || arguments(tail[..tail.rfind("; alias=")?].trim());
        before_alias().or_else(whole).map(|given| (at, given))
    })
}

impl Reader {
    pub(in super::super) fn new(head: &str) -> Self {
        Self { has_arguments: head.contains(ARGUMENTS), pending: None }
    }

    /// Hands the record over if it is whole.
    fn settle(&mut self, to: &mut dyn Sink, at_end: bool) {
        let Some((mut pending, ns, times)) = self.pending.take() else { return };
        let mut given = Arguments::None;
        match arguments_behind(&pending.sql) {
            Some((at, read)) => {
                given = read;
                pending.sql.truncate(at);
            }
            None if self.has_arguments && !at_end => {
                self.pending = Some((pending, ns, times));
                return;
            }
            // Arguments that cannot be read: the statement before them is whole all the same.
            None => match pending.sql.rfind(ARGUMENTS) {
                Some(at) => pending.sql.truncate(at),
                None if self.has_arguments => {
                    to.cut(pending.line, &pending.sql);
                    return;
                }
                None => {}
            },
        }
        let times_taken = Times { total_ns: ns, max_ns: (times == 1).then_some(ns) };
        let rest = Execution {
            arguments: given,
            calls: times,
            times: Some(times_taken),
            ..Execution::default()
        };
        pending.hand_over(rest, to);
    }
}

impl ReadLog for Reader {
    fn line(&mut self, number: u64, line: &str, to: &mut dyn Sink) {
        if let Some((start, ns, times)) = begins(line) {
            self.settle(to, true);
            self.pending = Some((Pending::new(number, &line[start..]), ns, times));
        } else if let Some((pending, _, _)) = &mut self.pending {
            pending.next_line(line);
            to.understood();
        } else {
            to.other(number, line);
            return;
        }
        self.settle(to, false);
    }

    fn end(&mut self, to: &mut dyn Sink) {
        self.settle(to, true);
    }
}
