//! `echo=True` of SQLAlchemy: a statement over several lines, then its parameters behind
//! `[generated in 0.00012s]` or `[cached since 0.4s ago]`. Those times are of compiling it, so no
//! duration is known.
//! Source: <https://docs.sqlalchemy.org/en/20/core/connections.html#sql-caching-logging>.

use super::super::values::{Arguments, arguments};
use super::{Execution, Pending, ReadLog, Sink};

#[derive(Default)]
pub(in super::super) struct Reader {
    pending: Option<Pending>,
}

/// What the logger of an engine says on a line.
pub(in super::super) fn message(line: &str) -> Option<&str> {
    const LOGGER: &str = "sqlalchemy.engine";
    let at = line.find(LOGGER)?;
    let behind = &line[at + LOGGER.len()..];
    let behind = behind.trim_start_matches(|c: char| c.is_alphanumeric() || c == '.' || c == '_');
    let behind = behind.strip_prefix(']').unwrap_or(behind);
    let trimmed = behind.trim_start_matches([' ', ':', '\t', '-']);
    (trimmed.len() < behind.len()).then_some(trimmed)
}

/// The parameters in a message: behind the cache's word in brackets, or alone as before 1.4.
fn parameters(message: &str) -> Option<&str> {
    const WORDS: [&str; 7] = [
        "[generated in ",
        "[cached since ",
        "[no key ",
        "[raw sql]",
        "[caching disabled ",
        "[dialect ",
        "[insertmanyvalues",
    ];
    if WORDS.iter().any(|word| message.starts_with(word)) {
        return message.find(']').map(|end| message[end + 1..].trim());
    }
    message.starts_with(['(', '{', '[']).then_some(message.trim())
}

impl Reader {
    fn settle(&mut self, given: Option<&str>, to: &mut dyn Sink) {
        let Some(pending) = self.pending.take() else { return };
        let given = given.and_then(arguments).unwrap_or_default();
        let one = |arguments: Arguments, calls: u64| Execution {
            arguments,
            calls,
            ..Execution::default()
        };
        let Arguments::Many { sets, total } = given else {
            pending.hand_over(one(given, 1), to);
            return;
        };
        // Sets that the log left out count for the last one it shows.
        let unseen = total.saturating_sub(sets.len() as u64);
        let last = sets.len().saturating_sub(1);
        for (at, set) in sets.into_iter().enumerate() {
            let again = Pending::new(pending.line, &pending.sql);
            again.hand_over(one(set, if at == last { 1 + unseen } else { 1 }), to);
        }
    }
}

impl ReadLog for Reader {
    fn line(&mut self, number: u64, line: &str, to: &mut dyn Sink) {
        let Some(message) = message(line) else {
            match &mut self.pending {
                Some(pending) => {
                    pending.next_line(line);
                    to.understood();
                }
                None => to.other(number, line),
            }
            return;
        };
        if self.pending.is_some()
            && let Some(given) = parameters(message)
        {
            self.settle(Some(given), to);
            to.understood();
            return;
        }
        self.settle(None, to);
        if super::super::begin::begins_statement(message) {
            self.pending = Some(Pending::new(number, message));
            // These have no parameters, so nothing more comes.
            if ["BEGIN", "COMMIT", "ROLLBACK"].iter().any(|word| message.starts_with(word)) {
                self.settle(None, to);
            }
        } else {
            to.other(number, line);
        }
    }

    fn end(&mut self, to: &mut dyn Sink) {
        self.settle(None, to);
    }
}
