//! One statement a line, perhaps behind a time, a level and a duration, perhaps with its parameters
//! behind it: `-- PARAMETERS: [1, "x"]`, as TypeORM and Drizzle write them.

use super::super::begin::{behind_head, duration_ns};
use super::super::values::{Arguments, arguments};
use super::{Execution, Pending, ReadLog, Sink, Times};

pub(in super::super) struct Reader;

/// The parameters behind a statement, and where they begin.
fn behind(sql: &str) -> Option<(usize, Arguments)> {
    let lower = sql.to_ascii_lowercase();
    let at = ["-- parameters:", "-- params:"]
        .iter()
        .find_map(|mark| lower.rfind(mark).map(|at| (at, at + mark.len())));
    match at {
        Some((start, from)) => Some((start, arguments(sql[from..].trim())?)),
        None => {
            let start = sql.rfind(" [")?;
            Some((start, arguments(sql[start..].trim())?))
        }
    }
}

impl ReadLog for Reader {
    fn line(&mut self, number: u64, line: &str, to: &mut dyn Sink) {
        let Some((start, mut duration)) = behind_head(line) else {
            if line.trim_start().starts_with("--") {
                to.understood();
            } else {
                to.other(number, line);
            }
            return;
        };
        let mut sql = line[start..].trim_end();
        // `SELECT … (0.3ms)` and `SELECT … 12ms`
        if let Some(word) = sql.rsplit(' ').next()
            && duration.is_none()
            && let Some(ns) = duration_ns(word.trim_matches(['(', ')', '[', ']', '+']))
        {
            duration = Some(ns);
            sql = sql[..sql.len() - word.len()].trim_end();
        }
        let given = behind(sql);
        if let Some((at, _)) = &given {
            sql = sql[..*at].trim_end();
        }
        let sql = sql.trim_end_matches(';');
        let rest = Execution {
            arguments: given.map(|(_, given)| given).unwrap_or_default(),
            calls: 1,
            times: duration.map(Times::once),
            ..Execution::default()
        };
        Pending::new(number, sql).hand_over(rest, to);
    }

    fn end(&mut self, _to: &mut dyn Sink) {}
}
