//! The statements of a text, as SQLite sees them once a database is open.

use scanseek_engine::{
    Database, EngineError, ParameterType, Prepared, StatementKind as EngineKind, Value,
};
use scanseek_sql::{Facts, ParameterValue, SourceStatement, explained_at, first_keyword, split};

use crate::{ErrorCode, Notice, WorkbenchError};

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementKind {
    /// Returns rows.
    Read,
    /// Inserts, updates or deletes.
    Write,
    /// Changes the schema.
    Schema,
    /// Begins or ends a transaction.
    Transaction,
    /// Anything else.
    Other,
}

/// One statement of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct StatementInfo {
    /// Its position, from 0.
    pub index: usize,
    /// What `-- name:` says, else `query 1`, `query 2`, …
    pub name: String,
    /// What `-- weight:` says, else 1.
    pub weight: f64,
    /// What `-- see:` says: what there is to see in its plan.
    pub see: Option<String>,
    /// The statement.
    pub sql: String,
    /// Byte range in the text.
    pub span: (usize, usize),
    /// What it does; without a database, what its first word says.
    pub kind: StatementKind,
    /// Names of its parameters; known once a database is open.
    pub parameters: Vec<String>,
    /// What type each seems to have; known once a database is open.
    pub parameter_types: Vec<ParameterType>,
    /// Values given for parameters.
    pub values: Vec<(String, Value)>,
    /// What was done with the text before SQLite saw it.
    pub notices: Vec<Notice>,
}

/// Splits a text; nothing is checked yet.
pub(crate) fn statements(text: &str) -> Vec<StatementInfo> {
    split(text).into_iter().enumerate().map(|(index, source)| info(index, source)).collect()
}

fn info(index: usize, source: SourceStatement) -> StatementInfo {
    let SourceStatement { mut sql, mut start, end, facts } = source;
    let Facts { name, weight, parameters, see, .. } = facts;
    let mut notices = Vec::new();
    if let Some(inner) = explained_at(&sql) {
        let words = sql[..inner].split_whitespace().collect::<Vec<_>>().join(" ");
        start += inner;
        sql = sql[inner..].to_owned();
        notices.push(Notice {
            code: "explain_left_out",
            message: format!("{words} is left out: the statement behind it is looked at."),
        });
    }
    StatementInfo {
        index,
        name: name.unwrap_or_else(|| format!("query {}", index + 1)),
        weight,
        see,
        kind: kind_by_word(&sql),
        sql,
        span: (start, end),
        parameters: Vec::new(),
        parameter_types: Vec::new(),
        notices,
        values: parameters.into_iter().map(|(name, value)| (name, to_value(value))).collect(),
    }
}

impl StatementInfo {
    /// Compiles the statement, notes what SQLite says of it and binds the values given.
    pub(crate) fn prepare<'db>(
        &mut self,
        database: &'db Database,
    ) -> Result<Prepared<'db>, WorkbenchError> {
        let place = |error| WorkbenchError::in_statement(error, &self.sql, self.span.0);
        let prepared = database.prepare(&self.sql).map_err(place)?;
        self.parameters = prepared.parameters();
        self.parameter_types = prepared.parameter_types().map_err(WorkbenchError::from)?;
        self.kind = match prepared.kind() {
            EngineKind::Read => StatementKind::Read,
            EngineKind::Write => StatementKind::Write,
            EngineKind::Other => kind_by_word(&self.sql),
        };
        prepared.bind(&self.values).map_err(WorkbenchError::from)?;
        Ok(prepared)
    }

    /// As [`StatementInfo::prepare`], for a statement that is to be run: it may only read, and
    /// each of its parameters must have a value.
    pub(crate) fn prepare_to_run<'db>(
        &mut self,
        database: &'db Database,
    ) -> Result<Prepared<'db>, WorkbenchError> {
        let prepared = self.prepare_to_measure(database)?;
        match self.kind {
            StatementKind::Write => Err(self.error(EngineError::Writes)),
            _ => Ok(prepared),
        }
    }

    /// As [`StatementInfo::prepare_to_run`], for a statement that may write: it is measured on a copy and
    /// taken back.
    pub(crate) fn prepare_to_measure<'db>(
        &mut self,
        database: &'db Database,
    ) -> Result<Prepared<'db>, WorkbenchError> {
        let prepared = self.prepare(database)?;
        match self.kind {
            StatementKind::Read | StatementKind::Write => {}
            _ => {
                return Err(self.error(EngineError::NotRunnable(
                    "Only statements that read are run here.".to_owned(),
                )));
            }
        }
        if let Some(missing) = prepared.missing().first() {
            let mut error = WorkbenchError::new(ErrorCode::NotRunnable, missing.sentence());
            error.span = Some(self.span);
            return Err(error);
        }
        let missing = self.without_value();
        if missing.is_empty() {
            return Ok(prepared);
        }
        let names = missing.join(", ");
        let mut error =
            WorkbenchError::new(ErrorCode::NotRunnable, format!("No value is given for {names}."))
                .hint(format!(
                    "Write a comment before the statement: -- param: {} = 42",
                    missing[0]
                ));
        error.span = Some(self.span);
        Err(error)
    }

    /// Names of the parameters that have no value.
    pub(crate) fn without_value(&self) -> Vec<&str> {
        self.parameters
            .iter()
            .filter(|name| !self.values.iter().any(|(given, _)| bare(given) == bare(name)))
            .map(String::as_str)
            .collect()
    }

    /// From an engine error about this statement.
    pub(crate) fn error(&self, error: EngineError) -> WorkbenchError {
        WorkbenchError::in_statement(error, &self.sql, self.span.0)
    }
}

/// A parameter's name without the sign before it.
pub fn bare(name: &str) -> &str {
    name.trim_start_matches([':', '@', '$', '?'])
}

fn kind_by_word(sql: &str) -> StatementKind {
    match first_keyword(sql).as_str() {
        "SELECT" | "WITH" | "VALUES" | "EXPLAIN" | "" => StatementKind::Read,
        "INSERT" | "UPDATE" | "DELETE" | "REPLACE" => StatementKind::Write,
        "CREATE" | "DROP" | "ALTER" | "ANALYZE" | "REINDEX" | "VACUUM" => StatementKind::Schema,
        "BEGIN" | "COMMIT" | "END" | "ROLLBACK" | "SAVEPOINT" | "RELEASE" => {
            StatementKind::Transaction
        }
        _ => StatementKind::Other,
    }
}

/// A parameter's value as a person writes it: `42`, `1.5`, `null`, `'42'`, `x'00ff'` or plain text.
pub fn parse_value(text: &str) -> Value {
    to_value(ParameterValue::parse(text))
}

fn to_value(value: ParameterValue) -> Value {
    match value {
        ParameterValue::Null => Value::Null,
        ParameterValue::Integer(integer) => Value::Integer(integer),
        ParameterValue::Real(real) => Value::Real(real),
        ParameterValue::Text(text) => Value::from(text),
        ParameterValue::Blob(head) => Value::Blob { bytes: head.len() as u64, head },
    }
}
