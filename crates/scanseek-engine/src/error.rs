//! What can go wrong in the engine: one closed list.

use crate::{RemoteError, StorageError};

/// An error of the engine. Its text is a whole sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The file has no bytes.
    #[error("The file is empty: it has no bytes at all.")]
    EmptyFile,
    /// The file does not begin as SQLite files do.
    #[error("This is not a SQLite database: {0}.")]
    NotADatabase(String),
    /// The file does not begin as SQLite files do and looks random throughout.
    #[error(
        "This looks like an encrypted database: its first page has no SQLite header and its bytes look random."
    )]
    Encrypted,
    /// The file is shorter than its header says.
    #[error(
        "The file is cut off: its header promises {expected_bytes} bytes, but it has {actual_bytes}."
    )]
    Truncated {
        /// Page count times page size, in bytes.
        expected_bytes: u64,
        /// Length of the file in bytes.
        actual_bytes: u64,
    },
    /// SQLite found the file damaged.
    #[error("The database file is damaged: {0}.")]
    Corrupt(String),
    /// SQLite cannot take the statement; `offset` is a byte offset into it.
    #[error("{message}")]
    Syntax {
        /// SQLite's own message.
        message: String,
        /// Byte offset of the offending token.
        offset: Option<usize>,
    },
    /// A table, column, function, index or module that SQLite does not find.
    #[error("{message}")]
    UnknownName {
        /// SQLite's own message.
        message: String,
        /// Byte offset of the name, if it was found.
        offset: Option<usize>,
    },
    /// The statement can be explained but must not be run here.
    #[error("{0}")]
    NotRunnable(String),
    /// The statement would write.
    #[error("This statement writes to the database, so it is explained but not run.")]
    Writes,
    /// A database that cannot be attached or detached.
    #[error("{0}")]
    NotAttached(String),
    /// There is no statement in the text.
    #[error("There is no SQL statement here.")]
    NoStatement,
    /// Any other error that SQLite reports while a statement runs.
    #[error("{0}")]
    Sql(String),
    /// The person cancelled.
    #[error("Cancelled.")]
    Cancelled,
    /// The time allowed was used up.
    #[error("Stopped: the time limit was reached.")]
    Deadline,
    /// Memory ran out.
    #[error("There is not enough memory for this.")]
    OutOfMemory,
    /// What may be written to copies is used up.
    #[error("The copy that this is tried on has grown as large as it may.")]
    Full,
    /// The storage under the database failed.
    #[error("The file could not be read: {0}.")]
    Storage(String),
    /// The file lies on a server and could not be read.
    #[error("{0}")]
    Remote(RemoteError),
}

impl From<StorageError> for EngineError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Remote(error) => Self::Remote(error),
            StorageError::Cancelled => Self::Cancelled,
            error => Self::Storage(error.to_string()),
        }
    }
}

impl EngineError {
    /// From a SQLite result code and message. `sql` is searched for the name a message speaks of.
    pub(crate) fn from_sqlite(
        code: i32,
        message: String,
        offset: Option<usize>,
        sql: &str,
    ) -> Self {
        use crate::bindings as ffi;
        match code & 0xff {
            ffi::SQLITE_NOMEM => Self::OutOfMemory,
            ffi::SQLITE_FULL => Self::Full,
            ffi::SQLITE_INTERRUPT => Self::Cancelled,
            ffi::SQLITE_CORRUPT => Self::Corrupt(message),
            ffi::SQLITE_NOTADB => Self::NotADatabase(message),
            ffi::SQLITE_IOERR => {
                crate::vfs::take_failure().map_or(Self::Storage(message), Self::from)
            }
            ffi::SQLITE_AUTH => Self::NotRunnable(
                "This statement is not allowed here: it would change the connection or reach outside the database."
                    .to_owned(),
            ),
            ffi::SQLITE_ERROR => match unknown_name(&message) {
                Some(name) => {
                    let offset = offset.or_else(|| find_name(sql, &name));
                    Self::UnknownName { message: sentence(&message), offset }
                }
                None if offset.is_some() || message.contains("syntax error") || message.contains("incomplete input") => {
                    Self::Syntax { message: sentence(&message), offset: offset.or(Some(sql.len())) }
                }
                None => Self::Sql(sentence(&message)),
            },
            _ => Self::Sql(sentence(&message)),
        }
    }
}

fn unknown_name(message: &str) -> Option<String> {
    const HEADS: [&str; 7] = [
        "no such table: ",
        "no such column: ",
        "no such function: ",
        "no such index: ",
        "no such module: ",
        "no such view: ",
        "no such collation sequence: ",
    ];
    let rest = HEADS.iter().find_map(|head| message.strip_prefix(head))?;
    let name = rest.split(" - ").next().unwrap_or(rest);
    Some(name.rsplit('.').next().unwrap_or(name).trim_matches('"').to_owned())
}

/// Byte offset of the first whole word equal to the name.
pub(crate) fn find_name(sql: &str, name: &str) -> Option<usize> {
    let (sql, name) = (sql.to_ascii_lowercase(), name.to_ascii_lowercase());
    if name.is_empty() {
        return None;
    }
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    sql.match_indices(&name)
        .find(|(at, found)| {
            !sql[..*at].ends_with(is_word) && !sql[at + found.len()..].starts_with(is_word)
        })
        .map(|(at, _)| at)
}

/// SQLite's message with a capital letter and a full stop.
fn sentence(message: &str) -> String {
    let mut text = message.trim().to_owned();
    if let Some(first) = text.get(..1) {
        let upper = first.to_ascii_uppercase();
        text.replace_range(..1, &upper);
    }
    if !text.ends_with(['.', '?', '!']) {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_whole_words() {
        assert_eq!(find_name("select * from torders, orders", "ORDERS"), Some(23));
        assert_eq!(find_name("select 1", "x"), None);
        assert_eq!(unknown_name("no such column: o.x"), Some("x".into()));
        assert_eq!(
            unknown_name(
                "no such column: \"x\" - should this be a string literal in single-quotes?"
            ),
            Some("x".into())
        );
    }
}
