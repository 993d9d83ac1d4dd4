//! A value of SQLite, exact: 64-bit integers, text that may be invalid UTF-8, blobs.

/// One value as SQLite stores it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `NULL`
    Null,
    /// A 64-bit integer.
    Integer(i64),
    /// A 64-bit float.
    Real(f64),
    /// Text; `lossy` if its bytes were not UTF-8 and some were replaced.
    Text {
        /// The text.
        text: String,
        /// True if bytes were replaced.
        lossy: bool,
    },
    /// A blob: its first bytes and its length.
    Blob {
        /// Up to 64 first bytes.
        head: Vec<u8>,
        /// Length in bytes.
        bytes: u64,
    },
}
