//! Where in a line a statement begins: behind times, levels and names of loggers.

use std::borrow::Cow;

/// A line without the colours of a terminal.
pub(super) fn without_colours(line: &str) -> Cow<'_, str> {
    if !line.contains('\u{1b}') {
        return Cow::Borrowed(line);
    }
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..at]);
        let behind = &rest[at + 2..];
        let end = behind.find(|c: char| !(c.is_ascii_digit() || c == ';'));
        rest = end.map_or("", |end| {
            // The letter that ends it.
            let letter = behind[end..].chars().next().map_or(0, char::len_utf8);
            &behind[end + letter..]
        });
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The text begins as a statement of SQL does, as far as its first two words tell.
pub(super) fn begins_statement(text: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let end = text.find(|c: char| !is_word(c)).unwrap_or(text.len());
    // The longest keyword has nine letters.
    if !(3..=9).contains(&end) {
        return false;
    }
    let first = text[..end].to_ascii_uppercase();
    let rest = text[end..].trim_start();
    let next = rest[..rest.find(|c: char| !is_word(c)).unwrap_or(rest.len())].to_ascii_uppercase();
    let ends = rest.is_empty() || rest.starts_with(';') || rest.starts_with("--");
    let one_of = |words: &[&str]| words.contains(&next.as_str());
    match first.as_str() {
        "SELECT" => !ends && !rest.starts_with([':', '=', ',', '.', ')']),
        "VALUES" => rest.starts_with('('),
        "WITH" => !next.is_empty() || rest.starts_with(['"', '[', '`']),
        "INSERT" => one_of(&["INTO", "OR"]),
        "REPLACE" => one_of(&["INTO"]),
        "DELETE" => one_of(&["FROM"]),
        "UPDATE" => !next.is_empty() || rest.starts_with(['"', '[', '`']),
        "BEGIN" => {
            ends || one_of(&["TRANSACTION", "DEFERRED", "IMMEDIATE", "EXCLUSIVE"])
                || rest.starts_with("(implicit)")
        }
        "COMMIT" | "END" | "ROLLBACK" => ends || one_of(&["TRANSACTION", "TO"]),
        "SAVEPOINT" | "RELEASE" | "ATTACH" | "DETACH" => !ends,
        "PRAGMA" => !next.is_empty(),
        "CREATE" => {
            one_of(&["TABLE", "INDEX", "UNIQUE", "TEMP", "TEMPORARY", "VIEW", "TRIGGER", "VIRTUAL"])
        }
        "DROP" => one_of(&["TABLE", "INDEX", "VIEW", "TRIGGER"]),
        "ALTER" => one_of(&["TABLE"]),
        "ANALYZE" | "VACUUM" | "REINDEX" => ends || !next.is_empty(),
        "EXPLAIN" => one_of(&["QUERY", "SELECT", "WITH", "INSERT", "UPDATE", "DELETE"]),
        _ => false,
    }
}

/// Longer heads of lines are not looked through.
const LONGEST_HEAD_BYTES: usize = 400;

/// Where the statement of a line begins, behind what loggers write first, and a duration found there.
pub(super) fn behind_head(line: &str) -> Option<(usize, Option<u64>)> {
    let mut at = 0;
    let mut duration = None;
    loop {
        let rest = &line[at..];
        at += rest.len() - rest.trim_start_matches([' ', '\t', '|', '-', '>', '#', ',', ':']).len();
        let rest = &line[at..];
        if begins_statement(rest) {
            return Some((at, duration));
        }
        if rest.is_empty() || at > LONGEST_HEAD_BYTES {
            return None;
        }
        let first = rest.chars().next()?;
        if let Some(close) = [('[', ']'), ('(', ')'), ('<', '>'), ('{', '}'), ('"', '"')]
            .into_iter()
            .find_map(|(open, close)| (first == open).then_some(close))
        {
            let inside = &rest[first.len_utf8()..];
            let end = inside.find(close)?;
            duration = duration.or_else(|| duration_ns(&inside[..end]));
            at += first.len_utf8() + end + close.len_utf8();
            continue;
        }
        let end = rest.find([' ', '\t', '|']).unwrap_or(rest.len());
        let word = &rest[..end];
        let next = rest[end..].trim_start();
        // `12.5 ms` has a blank in it.
        let with_unit = next.split([' ', '\t', ':']).next().unwrap_or("");
        if let Some(ns) = duration_ns(word) {
            duration = Some(ns);
        } else if let Some(ns) = duration_ns(&format!("{word}{with_unit}")) {
            duration = Some(ns);
            at = line.len() - next.len() + with_unit.len();
            continue;
        } else if !is_head(word, next) {
            return None;
        }
        at += end;
    }
}

/// A time, a level, or a word that something is said of.
fn is_head(word: &str, next: &str) -> bool {
    const LEVELS: [&str; 12] = [
        "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "TRACE", "LOG", "D", "I", "UTC",
        "SQL",
    ];
    let is_time = word.starts_with(|c: char| c.is_ascii_digit())
        && word.chars().all(|c| c.is_ascii_digit() || "-:/.,T+Z_".contains(c));
    let named = word.ends_with(':') || word.contains('=') || word.starts_with('@');
    let plain = word.trim_end_matches([':', ',', ';']);
    is_time
        || named
        || LEVELS.iter().any(|level| plain.eq_ignore_ascii_case(level))
        || next.starts_with(['|', '(', '[', '<', ':'])
}

/// `0.3ms`, `12 µs`, `1.5s` in nanoseconds.
pub(super) fn duration_ns(text: &str) -> Option<u64> {
    let text = text.trim().trim_end_matches([',', ';', ':']);
    let unit_at = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let (number, unit) = text.split_at(unit_at);
    let factor = match unit.trim() {
        "ns" => 1.0,
        "us" | "µs" | "μs" => 1e3,
        "ms" => 1e6,
        "s" | "sec" => 1e9,
        _ => return None,
    };
    scaled(number, factor)
}

/// A number of some unit in nanoseconds.
pub(super) fn scaled(number: &str, factor: f64) -> Option<u64> {
    let value = number.trim().parse::<f64>().ok().filter(|value| (0.0..1e12).contains(value))?;
    Some((value * factor).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_lines_are_passed_over() {
        for (line, expected) in [
            ("SELECT 1", Some(("SELECT 1", None))),
            ("2024-05-01 12:00:00,123 DEBUG app.db: SELECT 1", Some(("SELECT 1", None))),
            ("D, [2024-05-01T12:00:00.1 #77] DEBUG -- : SELECT 1", Some(("SELECT 1", None))),
            ("Executing (default): SELECT 1;", Some(("SELECT 1;", None))),
            ("prisma:query SELECT 1", None),
            ("prisma:query: SELECT 1", Some(("SELECT 1", None))),
            (
                "2024-05-01 12:00:00 UTC [77] LOG:  duration: 1.250 ms  statement: SELECT 1",
                Some(("SELECT 1", Some(1_250_000))),
            ),
            ("web_1  | [12.5ms] select 1", Some(("select 1", Some(12_500_000)))),
            (
                "[debug] 3µs insert into t values (1)",
                Some(("insert into t values (1)", Some(3_000))),
            ),
            ("Please select a file", None),
            ("Update available", Some(("Update available", None))),
            ("Delete the file", None),
            ("begin of the day", None),
            ("", None),
        ] {
            let found = behind_head(line).map(|(at, ns)| (&line[at..], ns));
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn colours_are_taken_off() {
        assert_eq!(without_colours("\u{1b}[1m\u{1b}[36mUser Load\u{1b}[0m x"), "User Load x");
        assert_eq!(without_colours("a\u{1b}[1"), "a");
        assert_eq!(without_colours("plain"), "plain");
    }
}
