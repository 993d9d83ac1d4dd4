//! Logs read as workloads.

use scanseek_workbench as domain;

use crate::Finding;
use crate::findings::findings;

wire! {
    /// What a log comes to.
    pub struct Log {
        pub format: LogFormat,
        /// For “read as …”.
        pub title: String,
        pub lines: u64,
        pub statements: u64,
        /// Some query stands in it more than once.
        pub repeats: bool,
        /// Those that took the most time in all first; without times, the most frequent.
        pub queries: Vec<LoggedQuery>,
        pub loops: Vec<QueryLoop>,
        pub left_out: Vec<LeftOut>,
        pub other_lines: u64,
        pub first_other_lines: Vec<LogLine>,
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum LogFormat {
        Sql,
        SqliteTrace,
        Django,
        Rails,
        SqlAlchemy,
        PgStatStatements,
        Lines,
    }

    pub struct LoggedQuery {
        pub name: String,
        pub sql: String,
        pub writes: bool,
        pub calls: u64,
        pub times: Option<LoggedTimes>,
        pub first_line: u64,
        pub several_rows: bool,
        pub values: Vec<SeenValue>,
        /// The statement with its facts in comments.
        pub text: String,
    }

    #[derive(Copy)]
    pub struct LoggedTimes {
        pub calls: u64,
        pub total_ns: u64,
        pub mean_ns: u64,
        pub max_ns: Option<u64>,
    }

    pub struct SeenValue {
        pub name: String,
        pub value: Option<String>,
        pub rare: Option<String>,
    }

    pub struct QueryLoop {
        /// Its place among the queries.
        pub query: u32,
        pub column: String,
        pub calls: u64,
        pub runs: u64,
        pub longest_calls: u64,
        pub first_line: u64,
        pub last_line: u64,
        pub total_ns: Option<u64>,
        pub parent: Option<u32>,
        /// Not proven.
        pub replacement: Option<String>,
        pub leaves_limit_out: bool,
        pub is_grouped: bool,
        pub statements: Vec<String>,
    }

    pub struct LeftOut {
        pub title: String,
        pub count: u64,
        pub first_line: u64,
        pub first: String,
    }

    pub struct LogLine {
        pub line: u64,
        pub text: String,
    }

    /// Whether one statement can take the place of those of a loop.
    pub struct LoopProof {
        pub finding: Option<Finding>,
        pub not_looked_at: Vec<String>,
    }
}

impl From<domain::LogFormat> for LogFormat {
    fn from(format: domain::LogFormat) -> Self {
        match format {
            domain::LogFormat::Sql => Self::Sql,
            domain::LogFormat::SqliteTrace => Self::SqliteTrace,
            domain::LogFormat::Django => Self::Django,
            domain::LogFormat::Rails => Self::Rails,
            domain::LogFormat::SqlAlchemy => Self::SqlAlchemy,
            domain::LogFormat::PgStatStatements => Self::PgStatStatements,
            domain::LogFormat::Lines => Self::Lines,
        }
    }
}

impl From<domain::Log> for Log {
    fn from(log: domain::Log) -> Self {
        Self {
            format: log.format.into(),
            title: log.format.title().to_owned(),
            lines: log.lines,
            statements: log.statements,
            repeats: log.repeats,
            queries: log.queries.into_iter().map(LoggedQuery::from).collect(),
            loops: log.loops.into_iter().map(QueryLoop::from).collect(),
            left_out: log.left_out.into_iter().map(LeftOut::from).collect(),
            other_lines: log.other_lines.count,
            first_other_lines: log
                .other_lines
                .first
                .into_iter()
                .map(|(line, text)| LogLine { line, text })
                .collect(),
        }
    }
}

impl From<domain::LoggedQuery> for LoggedQuery {
    fn from(query: domain::LoggedQuery) -> Self {
        Self {
            name: query.name,
            sql: query.sql,
            writes: query.writes,
            calls: query.calls,
            times: query.times.map(|times| LoggedTimes {
                calls: times.calls,
                total_ns: times.total_ns,
                mean_ns: times.mean_ns,
                max_ns: times.max_ns,
            }),
            first_line: query.first_line,
            several_rows: query.several_rows,
            values: query
                .values
                .into_iter()
                .map(|domain::SeenValue { name, value, rare }| SeenValue { name, value, rare })
                .collect(),
            text: query.text,
        }
    }
}

impl From<domain::QueryLoop> for QueryLoop {
    fn from(one: domain::QueryLoop) -> Self {
        Self {
            query: place(one.query),
            column: one.column,
            calls: one.calls,
            runs: one.runs,
            longest_calls: one.longest_calls,
            first_line: one.first_line,
            last_line: one.last_line,
            total_ns: one.total_ns,
            parent: one.parent.map(place),
            replacement: one.replacement,
            leaves_limit_out: one.leaves_limit_out,
            is_grouped: one.is_grouped,
            statements: one.statements,
        }
    }
}

impl From<domain::LeftOut> for LeftOut {
    fn from(left: domain::LeftOut) -> Self {
        let domain::LeftOut { reason, count, first_line, first } = left;
        Self { title: reason.title().to_owned(), count, first_line, first }
    }
}

impl LoopProof {
    /// `first` is the first statement of the loop.
    pub fn new(proof: &domain::LoopProof, first: &str) -> Self {
        Self {
            finding: findings(proof.finding.as_slice(), first).pop(),
            not_looked_at: proof.not_looked_at.clone(),
        }
    }
}

fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
