//! Logs as workloads: corpus `corpus/workload.md`, and what holds for any log.

use std::fmt::Write as _;

use proptest::prelude::*;
use scanseek_sql::{Log, LogFormat, LogReader, read_log, split};

/// A log in a block, then what it comes to.
#[test]
fn each_log_has_its_queries() {
    let text = include_str!("corpus/workload.md");
    let (mut cases, mut wrong) = (0, String::new());
    for block in text.split("\n````log\n").skip(1) {
        let (log, rest) = block.split_once("\n````").unwrap();
        let expected = rest.split("````text\n").nth(1).unwrap().split("````").next().unwrap();
        cases += 1;
        check(log, expected, &mut wrong);
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(cases >= 15, "only {cases} logs were read");
}

fn check(log: &str, expected: &str, wrong: &mut String) {
    // Colours are written as the corpus can hold them.
    let log = log.replace("\\e[", "\u{1b}[");
    let found = match read_log(&log) {
        Ok(log) => {
            reads_again(&log);
            shown(&log)
        }
        Err(error) => format!("{error}\n"),
    };
    if found != expected {
        let _ = writeln!(wrong, "--- expected\n{expected}--- found\n{found}");
    }
}

fn ms(ns: u64) -> String {
    format!("{} ms", ns as f64 / 1e6)
}

/// The whole log: a line on what it is, each query with its values, loops, and what was left.
fn shown(log: &Log) -> String {
    let mut text =
        format!("{}: {} statements in {} lines\n", log.format.title(), log.statements, log.lines);
    for query in &log.queries {
        let _ = write!(text, "{} × {}", query.calls, query.name);
        if let Some(times) = query.times {
            let _ = write!(text, " | {}, mean {}", ms(times.total_ns), ms(times.mean_ns));
            if let Some(max) = times.max_ns {
                let _ = write!(text, ", max {}", ms(max));
            }
        }
        let _ =
            writeln!(text, " | line {}\n    {}", query.first_line, query.sql.replace('\n', "⏎"));
        for value in &query.values {
            let known = value.value.as_deref().unwrap_or("unknown");
            let _ = write!(text, "    {} = {known}", value.name);
            let _ = match &value.rare {
                Some(rare) => writeln!(text, ", seldom {rare}"),
                None => writeln!(text),
            };
        }
    }
    for one in &log.loops {
        let _ = write!(
            text,
            "loop: {} × {} by {}, {} runs, lines {} to {}",
            one.calls,
            log.queries[one.query].name,
            one.column,
            one.runs,
            one.first_line,
            one.last_line
        );
        if let Some(parent) = one.parent {
            let _ = write!(text, ", for rows of {}", log.queries[parent].name);
        }
        let replacement = one.replacement.as_deref().unwrap_or("no one statement");
        let limit = if one.leaves_limit_out { " (without LIMIT)" } else { "" };
        let _ = writeln!(text, "\n    {replacement}{limit}");
    }
    for left in &log.left_out {
        let _ = writeln!(
            text,
            "left out: {} × {}, line {}: {}",
            left.count,
            left.reason.title(),
            left.first_line,
            left.first
        );
    }
    if log.other_lines.count > 0 {
        let _ = writeln!(text, "other lines: {}", log.other_lines.count);
        for (line, shown) in &log.other_lines.first {
            let _ = writeln!(text, "    {line}: {}", shown.trim());
        }
    }
    text
}

/// What the log's text becomes can be read again, by the editor and as a log.
fn reads_again(log: &Log) {
    let workload = log.workload();
    let statements = split(&workload);
    assert_eq!(statements.len(), log.queries.len(), "{workload}");
    for (statement, query) in statements.iter().zip(&log.queries) {
        assert_eq!(statement.facts.name.as_deref(), Some(&*query.name), "{workload}");
        assert_eq!(statement.facts.weight, query.calls as f64, "{workload}");
        assert_eq!(statement.sql.trim_end(), query.sql.trim_end(), "{workload}");
        let given = query.values.iter().filter(|value| value.value.is_some()).count();
        assert_eq!(statement.facts.parameters.len(), given, "{workload}");
    }
}

/// What a program may run: reads and writes of a few shapes.
#[derive(Debug, Clone)]
enum Ran {
    ByKey(i64),
    ByText(String),
    In(Vec<i64>),
    Insert(i64, Option<String>),
    Begin,
}

fn ran() -> impl Strategy<Value = Ran> {
    // Quotes, brackets and what ends records in a log.
    let text = || "[a-c '\"(;=?:%-]{0,8}";
    prop_oneof![
        3 => any::<i64>().prop_map(Ran::ByKey),
        2 => text().prop_map(Ran::ByText),
        2 => prop::collection::vec(-9..9_i64, 1..5).prop_map(Ran::In),
        2 => (any::<i64>(), prop::option::of(text())).prop_map(|(a, b)| Ran::Insert(a, b)),
        1 => Just(Ran::Begin),
    ]
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text as Python and Ruby print it.
fn printed(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

impl Ran {
    /// The statement with its values in it.
    fn literal(&self) -> String {
        match self {
            Self::ByKey(key) => format!("SELECT a FROM t WHERE id = {key}"),
            Self::ByText(text) => format!("SELECT b FROM t WHERE c = {}", quoted(text)),
            Self::In(keys) => {
                let keys: Vec<String> = keys.iter().map(i64::to_string).collect();
                format!("SELECT d FROM t WHERE id IN ({})", keys.join(", "))
            }
            Self::Insert(a, b) => {
                let b = b.as_deref().map_or("NULL".to_owned(), quoted);
                format!("INSERT INTO t(a, b) VALUES ({a}, {b})")
            }
            Self::Begin => "BEGIN".to_owned(),
        }
    }

    /// The statement with parameters, and what stands beside it for them, each with a name.
    fn bound(&self) -> (String, Vec<(&'static str, String)>) {
        match self {
            Self::ByKey(key) => {
                ("SELECT a FROM t WHERE id = ?".into(), vec![("id", key.to_string())])
            }
            Self::ByText(text) => {
                ("SELECT b FROM t WHERE c = ?".into(), vec![("c", printed(text))])
            }
            Self::In(keys) => {
                let marks = vec!["?"; keys.len()].join(", ");
                let keys = keys.iter().map(|key| ("id", key.to_string())).collect();
                (format!("SELECT d FROM t WHERE id IN ({marks})"), keys)
            }
            Self::Insert(a, b) => {
                let b = b.as_deref().map_or("nil".to_owned(), printed);
                ("INSERT INTO t(a, b) VALUES (?, ?)".into(), vec![("a", a.to_string()), ("b", b)])
            }
            Self::Begin => ("BEGIN".to_owned(), Vec::new()),
        }
    }

    fn written(&self, format: LogFormat) -> String {
        let literal = self.literal();
        let (bound, values) = self.bound();
        let list: Vec<&str> = values.iter().map(|(_, value)| value.as_str()).collect();
        match format {
            LogFormat::Sql => format!("{literal};\n"),
            LogFormat::SqliteTrace => {
                format!("{literal};\nRun Time: real 0.001 user 0.000 sys 0.000\n")
            }
            LogFormat::Django => {
                let list = list.join(", ").replace("nil", "None");
                format!("(0.001) {literal}; args=({list},); alias=default\n").replace("(,)", "()")
            }
            LogFormat::Rails => {
                let pairs: Vec<String> =
                    values.iter().map(|(name, value)| format!("[\"{name}\", {value}]")).collect();
                let beside = match pairs.is_empty() {
                    true => String::new(),
                    false => format!("  [{}]", pairs.join(", ")),
                };
                format!("  T Load (1.0ms)  {bound}{beside}\n")
            }
            LogFormat::SqlAlchemy => {
                let head = "10:00:00 INFO sqlalchemy.engine.Engine";
                let list = list.join(", ").replace("nil", "None");
                match self {
                    Self::Begin => format!("{head} BEGIN (implicit)\n"),
                    _ => format!(
                        "{head} {}\n{head} [generated in 0.00012s] ({list},)\n",
                        bound.replace(" WHERE", " \nWHERE")
                    ),
                }
            }
            LogFormat::PgStatStatements => format!("\"{}\",1,1.0\n", literal.replace('"', "\"\"")),
            LogFormat::Lines => format!("2024-05-12T10:00:00Z INFO {literal}\n"),
        }
    }
}

const FORMATS: [LogFormat; 7] = [
    LogFormat::Sql,
    LogFormat::SqliteTrace,
    LogFormat::Django,
    LogFormat::Rails,
    LogFormat::SqlAlchemy,
    LogFormat::PgStatStatements,
    LogFormat::Lines,
];

proptest! {
    /// Each statement is counted once, in the query that it is, whatever the log.
    #[test]
    fn statements_are_counted(statements in prop::collection::vec(ran(), 1..30), which in 0..7_usize) {
        let format = FORMATS[which];
        let mut log = match format {
            LogFormat::PgStatStatements => "query,calls,total_exec_time\n".to_owned(),
            // Without it a log of BEGINs alone would be a file of statements.
            LogFormat::Lines => "2024-05-12T10:00:00Z INFO SELECT 1\n".to_owned(),
            _ => String::new(),
        };
        let extra = u64::from(format == LogFormat::Lines);
        for statement in &statements {
            log.push_str(&statement.written(format));
        }
        let found = read_log(&log).unwrap_or_else(|error| panic!("{error}\n{log}"));
        prop_assert_eq!(found.format, format, "{}", log);
        prop_assert_eq!(found.statements, statements.len() as u64 + extra, "{}", log);
        prop_assert_eq!(found.other_lines.count, 0, "{}", log);
        let queries: u64 = found.queries.iter().map(|query| query.calls).sum();
        let left_out: u64 = found.left_out.iter().map(|left| left.count).sum();
        prop_assert_eq!(queries + left_out, found.statements, "{}", log);
        let count = |is: fn(&Ran) -> bool| statements.iter().filter(|one| is(one)).count() as u64;
        for (piece, calls) in [
            ("SELECT a FROM", count(|one| matches!(one, Ran::ByKey(_)))),
            ("SELECT b FROM", count(|one| matches!(one, Ran::ByText(_)))),
            ("SELECT d FROM", count(|one| matches!(one, Ran::In(_)))),
            ("INSERT INTO", count(|one| matches!(one, Ran::Insert(..)))),
        ] {
            let counted: Vec<u64> = found
                .queries
                .iter()
                .filter(|query| query.sql.starts_with(piece))
                .map(|query| query.calls)
                .collect();
            let expected = if calls == 0 { vec![] } else { vec![calls] };
            prop_assert_eq!(counted, expected, "{}\n{}", piece, log);
        }
        reads_again(&found);
        let timed = !matches!(format, LogFormat::Sql | LogFormat::SqlAlchemy | LogFormat::Lines);
        for query in &found.queries {
            let ns = query.times.map(|times| times.total_ns);
            prop_assert_eq!(ns, timed.then_some(query.calls * 1_000_000), "{}", log);
        }
    }

    /// Where the pieces of a log end makes no difference.
    #[test]
    fn pieces_make_no_difference(
        statements in prop::collection::vec(ran(), 1..12),
        which in 0..7_usize,
        noise in "[ -~\n\t;'ü]{0,80}",
        size in 1..50_usize,
    ) {
        let mut log = statements[0].written(FORMATS[which]);
        log.push_str(&noise);
        for statement in &statements {
            log.push_str(&statement.written(FORMATS[which]));
        }
        let mut reader = LogReader::new();
        for piece in log.as_bytes().chunks(size) {
            reader.push(piece).unwrap();
        }
        prop_assert_eq!(reader.finish(), read_log(&log));
    }

    #[test]
    fn any_text_is_read(text in "(SELECT|INSERT INTO|\\(0\\.001\\) |; args=|\\(|\\[\\[|'|\"|--|/\\*|\\*/|;|\n| |[ -~ü]|[0-9.]+ms\\)  ){0,60}") {
        if let Ok(log) = read_log(&text) {
            let queries: u64 = log.queries.iter().map(|query| query.calls).sum();
            let left_out: u64 = log.left_out.iter().map(|left| left.count).sum();
            prop_assert_eq!(queries + left_out, log.statements);
        }
    }
}
