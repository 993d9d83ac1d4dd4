//! A value of SQLite, exact: 64-bit integers, text that may be invalid UTF-8, blobs.

use std::ffi::{CStr, c_char, c_int};

use crate::bindings as ffi;

/// One value as SQLite stores it, or the beginning of a long one.
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
        /// If only the beginning is here: the length of the whole in bytes.
        cut_from: Option<u64>,
    },
    /// A blob: its first bytes and its length.
    Blob {
        /// The first bytes.
        head: Vec<u8>,
        /// Length of the whole in bytes.
        bytes: u64,
    },
}

impl Value {
    /// The text or blob of these bytes, of which at most `limit` are kept.
    pub(crate) fn text_of(bytes: &[u8], limit: usize) -> Self {
        let head = &bytes[..bytes.len().min(limit)];
        let cut = head.len() < bytes.len();
        let (text, lossy) = match std::str::from_utf8(head) {
            Ok(text) => (text.to_owned(), false),
            // The cut may have gone through a character.
            Err(error) if cut && error.error_len().is_none() => {
                (String::from_utf8_lossy(&head[..error.valid_up_to()]).into_owned(), false)
            }
            Err(_) => (String::from_utf8_lossy(head).into_owned(), true),
        };
        Self::Text { text, lossy, cut_from: cut.then_some(bytes.len() as u64) }
    }

    /// About what it takes in memory, in bytes.
    pub(crate) fn size_bytes(&self) -> usize {
        size_of::<Self>()
            + match self {
                Self::Text { text, .. } => text.len(),
                Self::Blob { head, .. } => head.len(),
                _ => 0,
            }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text { text, lossy: false, cut_from: None }
    }
}

/// A real as SQLite writes it: the fewest digits, up to 17, that give the same number again.
pub fn real_text(real: f64) -> String {
    const SIZE: c_int = 64;
    let mut buffer: [c_char; SIZE as usize] = [0; SIZE as usize];
    // SAFETY: the format takes one double, and SQLite writes at most SIZE bytes with the last 0.
    // Source: `vdbeMemRenderNum()` has the same format.
    unsafe {
        ffi::sqlite3_snprintf(SIZE, buffer.as_mut_ptr(), c"%!.17g".as_ptr(), real);
        CStr::from_ptr(buffer.as_ptr()).to_string_lossy().into_owned()
    }
}
