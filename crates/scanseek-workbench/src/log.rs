//! Logs as workloads: what a log is refused with, and its loops proven on the open database.

use scanseek_sql::{LogError, LogFormat, recognise_log};

use crate::{ErrorCode, Finding, RunOptions, Workbench, WorkbenchError};

impl From<LogError> for WorkbenchError {
    fn from(error: LogError) -> Self {
        let hint = match error {
            LogError::Empty => "Check that the program writes its statements into it.",
            LogError::Database => "Open it as a database; a log is a text.",
            LogError::Compressed => "Unpack it first.",
            LogError::Utf16 => "Save it as UTF-8.",
            LogError::Binary => "A log is a text, in UTF-8.",
            LogError::NoStatement => {
                "Understood are files of SQL, traces of the sqlite3 shell, logs of Django, Rails and \
                 SQLAlchemy at the level of debugging, pg_stat_statements as CSV, and one statement a line."
            }
        };
        Self::new(ErrorCode::BadLog, error.to_string()).hint(hint)
    }
}

/// The log that a text of statements is; `None` if it is a file of SQL, to be taken as it is.
pub fn log_format(text: &str) -> Option<LogFormat> {
    recognise_log(text).filter(|format| *format != LogFormat::Sql)
}

/// Whether one statement can take the place of those of a loop.
#[derive(Debug, Clone, PartialEq)]
pub struct LoopProof {
    /// With the rewrite that was run; `None` if it is not better, or its rows are others.
    pub finding: Option<Finding>,
    /// Why it was not looked at, or not to its end: sentences.
    pub not_looked_at: Vec<String>,
}

impl Workbench {
    /// Runs the statements of a loop, which differ in one value, and the one statement for all of them.
    ///
    /// # Errors
    /// If no database is open, SQLite cannot plan the statement, or the person cancels.
    pub fn prove_loop(
        &self,
        statements: &[String],
        options: &RunOptions,
    ) -> Result<LoopProof, WorkbenchError> {
        let text = statements.join(";\n");
        let mut found = self.looked_at(&text, 0, &[], options, crate::findings::Look::Loops)?;
        Ok(LoopProof { finding: found.findings.pop(), not_looked_at: found.not_looked_at })
    }
}
