//! Errors of the use-cases: a closed list of codes, a sentence, a place and a hint.

use scanseek_engine::{EngineError, RemoteError, StorageError};

/// What went wrong, for a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ErrorCode {
    EmptyFile,
    NotADatabase,
    EncryptedFile,
    TruncatedFile,
    CorruptFile,
    UnsupportedFile,
    NotAttached,
    SqlSyntax,
    UnknownName,
    NotRunnable,
    Writes,
    NoStatement,
    SqlError,
    Cancelled,
    Deadline,
    OutOfMemory,
    BadLink,
    UnknownSample,
    NoDatabase,
    BadIndex,
    RemoteUnreachable,
    RemoteRefused,
    RemoteRedirect,
    RemoteNoRanges,
    RemoteChanged,
    BadPlan,
    BadLog,
    Internal,
}

/// What went wrong, for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct WorkbenchError {
    /// The code.
    pub code: ErrorCode,
    /// A whole sentence.
    pub message: String,
    /// Byte range in the text that was given, where it can be told.
    pub span: Option<(usize, usize)>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl WorkbenchError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), span: None, hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Sentence, place in `text` and hint in one line.
    pub fn line(&self, text: &str) -> String {
        let mut line = self.message.clone();
        if let Some((start, _)) = self.span {
            let before = text.get(..start).unwrap_or(text);
            let row = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
            line.push_str(&format!(" (line {row}, column {column})"));
        }
        if let Some(hint) = &self.hint {
            line.push(' ');
            line.push_str(hint);
        }
        line
    }

    pub(crate) fn no_database() -> Self {
        Self::new(ErrorCode::NoDatabase, "No database is open.")
            .hint("Open a SQLite file or pick a sample first.")
    }

    /// From an error about `sql`, which begins at byte `start` of the text that was given.
    pub(crate) fn in_statement(error: EngineError, sql: &str, start: usize) -> Self {
        let offset = match &error {
            EngineError::Syntax { offset, .. } | EngineError::UnknownName { offset, .. } => *offset,
            _ => None,
        };
        let mut error = Self::from(error);
        error.span = offset.map(|offset| {
            let at = offset.min(sql.len());
            let length = sql[at..]
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(sql.len() - at)
                .max(sql[at..].chars().next().map_or(0, char::len_utf8));
            (start + at, start + at + length)
        });
        error
    }
}

/// What to do about a name that SQLite does not know depends on what it should name.
fn unknown_hint(message: &str) -> Option<&'static str> {
    let is = |kind: &str| message.starts_with(&format!("No such {kind}: "));
    Some(if is("function") || is("module") || is("collation sequence") {
        "SQLite itself has none of that name. An application can add its own, and they are not here."
    } else {
        "The names of this database are listed in the schema."
    })
}

/// What can be done about a file on a server.
fn about_remote(error: &RemoteError) -> (ErrorCode, &'static str) {
    use ErrorCode::{
        RemoteChanged, RemoteNoRanges, RemoteRedirect, RemoteRefused, RemoteUnreachable,
    };
    const DOWNLOAD: &str = "Download the file yourself and open it from your disk.";
    match error {
        RemoteError::NoAnswer => (
            RemoteUnreachable,
            "Check the address and your connection. The server must send the headers \
             Access-Control-Allow-Origin: * and Access-Control-Expose-Headers: Content-Range, \
             Accept-Ranges, ETag, and the file as it is, without Content-Encoding.",
        ),
        RemoteError::Silent | RemoteError::BrokenOff | RemoteError::Busy { .. } => {
            (RemoteUnreachable, "What has come so far is kept. Try again in a moment.")
        }
        RemoteError::NotFound { .. } => (RemoteRefused, "Check the address."),
        RemoteError::Forbidden { .. } | RemoteError::Status { .. } => (
            RemoteRefused,
            "Nothing that tells who you are is sent along, so it must be open to everyone.",
        ),
        RemoteError::Redirect => (
            RemoteRedirect,
            "A page cannot see where to without going there. If you trust the server, follow it.",
        ),
        RemoteError::NoRanges { .. } if error.can_be_downloaded() => {
            (RemoteNoRanges, "It can be downloaded whole into this browser's memory.")
        }
        RemoteError::NoRanges { .. } => (RemoteRefused, DOWNLOAD),
        RemoteError::NoContentRange => (
            RemoteRefused,
            "The server must send Access-Control-Expose-Headers: Content-Range, Accept-Ranges, ETag.",
        ),
        RemoteError::Encoded { .. } => {
            (RemoteRefused, "The server must send it as it is, without Content-Encoding.")
        }
        RemoteError::WrongPart | RemoteError::WrongSize { .. } | RemoteError::TooLong { .. } => {
            (RemoteRefused, DOWNLOAD)
        }
        RemoteError::WebPage => {
            (RemoteRefused, "Copy the address of the download itself; sites often call it “raw”.")
        }
        RemoteError::Changed => (RemoteChanged, "Open it again to go on with its present version."),
    }
}

/// SQLite says of every view that it cannot be modified as long as triggers are off.
fn unwritable_view(message: &str) -> Option<&str> {
    message.strip_prefix("Cannot modify ")?.strip_suffix(" because it is a view.")
}

impl From<EngineError> for WorkbenchError {
    fn from(error: EngineError) -> Self {
        let message = error.to_string();
        if let Some(view) = unwritable_view(&message) {
            return Self::new(
                ErrorCode::NotRunnable,
                format!("{view} is a view, and triggers are switched off here: this is neither planned nor run."),
            )
            .hint("In the application, an INSTEAD OF trigger of the view may make it possible.");
        }
        let (code, hint) = match error {
            EngineError::EmptyFile => (
                ErrorCode::EmptyFile,
                Some("If an application is still writing it, copy it once it is done."),
            ),
            EngineError::NotADatabase(_) => (
                ErrorCode::NotADatabase,
                Some("Choose a SQLite file, often named .db, .sqlite or .sqlite3."),
            ),
            EngineError::Encrypted => (
                ErrorCode::EncryptedFile,
                Some(
                    "Make a decrypted copy with the tool that encrypted it (SQLCipher: sqlcipher_export) and open that.",
                ),
            ),
            EngineError::Truncated { .. } => (
                ErrorCode::TruncatedFile,
                Some(
                    "Copy or download it again. To copy a database in use, run: VACUUM INTO 'copy.db'.",
                ),
            ),
            EngineError::Corrupt(_) => (
                ErrorCode::CorruptFile,
                Some("The sqlite3 shell's .recover command can often save the rows."),
            ),
            EngineError::Storage(_) => (
                ErrorCode::UnsupportedFile,
                Some("If the file was changed or moved since you picked it, pick it again."),
            ),
            EngineError::NotAttached(_) => (ErrorCode::NotAttached, None),
            EngineError::Remote(error) => {
                let (code, hint) = about_remote(&error);
                (code, Some(hint))
            }
            EngineError::Syntax { .. } => (ErrorCode::SqlSyntax, None),
            EngineError::UnknownName { .. } => (ErrorCode::UnknownName, unknown_hint(&message)),
            EngineError::NotRunnable(_) => (ErrorCode::NotRunnable, None),
            EngineError::Writes => {
                (ErrorCode::Writes, Some("Its plan is shown. Your file is never changed."))
            }
            EngineError::NoStatement => (ErrorCode::NoStatement, Some("Write a SELECT.")),
            EngineError::Sql(_) => (ErrorCode::SqlError, None),
            EngineError::Cancelled => (ErrorCode::Cancelled, None),
            EngineError::Deadline => (ErrorCode::Deadline, None),
            EngineError::OutOfMemory => (
                ErrorCode::OutOfMemory,
                Some("Close other tabs, or use the scanseek command on your own machine."),
            ),
            EngineError::Full => (
                ErrorCode::OutOfMemory,
                Some(
                    "Try fewer or smaller indexes, or use the scanseek command on your own machine.",
                ),
            ),
        };
        let mut mapped = Self::new(code, message);
        mapped.hint = hint.map(str::to_owned);
        mapped
    }
}

impl From<StorageError> for WorkbenchError {
    fn from(error: StorageError) -> Self {
        EngineError::from(error).into()
    }
}
