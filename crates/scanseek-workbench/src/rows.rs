//! Later rows of a result, and one value of it in full: what it is, and how it reads.

use scanseek_engine::{CellRequest, Database, Page, PageRequest, Value, Whole};

use crate::run::only;
use crate::{ErrorCode, Workbench, WorkbenchError};

/// Which rows of a result are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageOptions {
    /// Rows passed over.
    pub first_row: u64,
    /// Rows kept at most.
    pub row_cap: usize,
    /// Keep long values whole and not their beginning.
    pub whole: bool,
    /// Time allowed in nanoseconds.
    pub deadline_ns: u64,
}

/// Which value of a result is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellOptions {
    /// Its row, from 0.
    pub row: u64,
    /// Its column, from 0.
    pub column: usize,
    /// Time allowed in nanoseconds.
    pub deadline_ns: u64,
}

/// One value in full.
#[derive(Debug, Clone, PartialEq)]
pub struct WholeCell {
    /// The value.
    pub value: WholeValue,
    /// What its bytes seem to be.
    pub guess: Guess,
}

/// A value and what is shown of it.
#[derive(Debug, Clone, PartialEq)]
pub enum WholeValue {
    /// `NULL`
    Null,
    /// A 64-bit integer.
    Integer(i64),
    /// A 64-bit float.
    Real(f64),
    /// A text.
    Text {
        /// All of its bytes.
        bytes: Vec<u8>,
        /// Characters; what is not UTF-8 counts one for each replacement a decoder puts there.
        characters: u64,
        /// Its beginning, up to [`SHOWN_BYTES`], in pieces that are UTF-8 and such that are not.
        parts: Vec<TextPart>,
        /// True if the parts are all of it.
        parts_are_all: bool,
        /// The text laid out, if all of it is JSON and not too long.
        json: Option<String>,
    },
    /// A blob: all of its bytes.
    Blob(Vec<u8>),
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextPart {
    /// Valid UTF-8.
    Text(String),
    /// Bytes that are not.
    Invalid(Vec<u8>),
}

/// What bytes seem to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guess {
    /// In words; empty for what is not known.
    pub name: &'static str,
    /// Ending of a file's name.
    pub extension: &'static str,
}

/// JSON nested deeper is not laid out: it would be spaces for the most part.
const JSON_DEPTH: usize = 64;

/// Bytes of JSON laid out that are shown.
const JSON_BYTES: usize = 4 * 1024 * 1024;

/// Bytes of a text that are shown.
const SHOWN_BYTES: usize = 512 * 1024;

impl Workbench {
    /// Some rows from the middle of what the one statement of a text gives.
    ///
    /// # Errors
    /// As [`Workbench::run`], and if it is stopped.
    pub fn page(
        &self,
        sql: &str,
        parameters: &[(String, Value)],
        options: &PageOptions,
    ) -> Result<Page, WorkbenchError> {
        let mut statement = only(sql, parameters)?;
        let prepared = statement.prepare_to_run(&self.open()?.database)?;
        let PageOptions { first_row, row_cap, whole, deadline_ns } = *options;
        let request = PageRequest { first_row, row_cap, whole, time_ns: Some(deadline_ns) };
        prepared.page(&request).map_err(|error| statement.error(error))
    }

    /// One value of what the one statement of a text gives.
    ///
    /// # Errors
    /// As [`Workbench::page`], and if there is no such row or its value is too large.
    pub fn cell(
        &self,
        sql: &str,
        parameters: &[(String, Value)],
        options: &CellOptions,
    ) -> Result<WholeCell, WorkbenchError> {
        let database = &self.open()?.database;
        let mut statement = only(sql, parameters)?;
        let prepared = statement.prepare_to_run(database)?;
        let CellOptions { row, column, deadline_ns } = *options;
        let request = CellRequest { row, column, time_ns: Some(deadline_ns) };
        match prepared.cell(&request).map_err(|error| statement.error(error))? {
            Some(whole) => Ok(described(database, whole)),
            None => Err(WorkbenchError::new(
                ErrorCode::SqlError,
                "Run again, the query gives no such row any more.",
            )),
        }
    }

    /// What a value is that the host already has in full.
    ///
    /// # Errors
    /// If no database is open.
    pub fn describe(&self, whole: Whole) -> Result<WholeCell, WorkbenchError> {
        Ok(described(&self.open()?.database, whole))
    }
}

fn described(database: &Database, whole: Whole) -> WholeCell {
    let number = Guess { name: "", extension: "txt" };
    match whole {
        Whole::Null => WholeCell { value: WholeValue::Null, guess: number },
        Whole::Integer(integer) => WholeCell { value: WholeValue::Integer(integer), guess: number },
        Whole::Real(real) => WholeCell { value: WholeValue::Real(real), guess: number },
        Whole::Blob(bytes) => WholeCell { guess: guess(&bytes), value: WholeValue::Blob(bytes) },
        Whole::Text(bytes) => {
            let json = json(database, &bytes);
            let extension = if json.is_some() { "json" } else { "txt" };
            let name = if json.is_some() { "JSON" } else { "" };
            let parts = parts(&bytes[..bytes.len().min(SHOWN_BYTES)], bytes.len() > SHOWN_BYTES);
            let characters = bytes
                .utf8_chunks()
                .map(|chunk| {
                    chunk.valid().chars().count() as u64 + u64::from(!chunk.invalid().is_empty())
                })
                .sum();
            let parts_are_all = bytes.len() <= SHOWN_BYTES;
            let value = WholeValue::Text { bytes, characters, parts, parts_are_all, json };
            WholeCell { value, guess: Guess { name, extension } }
        }
    }
}

/// The pieces of a text; of one that is `cut`, an unfinished character at the end is left out.
fn parts(bytes: &[u8], cut: bool) -> Vec<TextPart> {
    let mut parts: Vec<TextPart> = Vec::new();
    let mut rest = bytes.len();
    for chunk in bytes.utf8_chunks() {
        rest -= chunk.valid().len() + chunk.invalid().len();
        if !chunk.valid().is_empty() {
            parts.push(TextPart::Text(chunk.valid().to_owned()));
        }
        let unfinished = cut
            && rest == 0
            && std::str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none());
        if chunk.invalid().is_empty() || unfinished {
            continue;
        }
        match parts.last_mut() {
            Some(TextPart::Invalid(bytes)) => bytes.extend_from_slice(chunk.invalid()),
            _ => parts.push(TextPart::Invalid(chunk.invalid().to_vec())),
        }
    }
    parts
}

/// The text laid out, if it is a JSON object or array.
fn json(database: &Database, bytes: &[u8]) -> Option<String> {
    let first = bytes.trim_ascii_start().first()?;
    if bytes.len() > SHOWN_BYTES || !matches!(first, b'{' | b'[') || depth(bytes) > JSON_DEPTH {
        return None;
    }
    let json = database.pretty_json(std::str::from_utf8(bytes).ok()?)?;
    Some(json).filter(|json| json.len() <= JSON_BYTES)
}

/// How deep the brackets are nested at most; those in strings may count.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in bytes {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// How files of a kind begin: the offset of the mark, the mark, and the kind.
const KINDS: [(usize, &[u8], Guess); 20] = [
    (0, b"\x89PNG\r\n\x1a\n", Guess { name: "PNG image", extension: "png" }),
    (0, b"\xff\xd8\xff", Guess { name: "JPEG image", extension: "jpg" }),
    (0, b"GIF87a", Guess { name: "GIF image", extension: "gif" }),
    (0, b"GIF89a", Guess { name: "GIF image", extension: "gif" }),
    (8, b"WEBP", Guess { name: "WebP image", extension: "webp" }),
    (8, b"WAVE", Guess { name: "WAV sound", extension: "wav" }),
    (4, b"ftypavif", Guess { name: "AVIF image", extension: "avif" }),
    (4, b"ftypheic", Guess { name: "HEIC image", extension: "heic" }),
    (4, b"ftyp", Guess { name: "MP4 video or sound", extension: "mp4" }),
    (0, b"%PDF-", Guess { name: "PDF document", extension: "pdf" }),
    (0, b"SQLite format 3\0", Guess { name: "SQLite database", extension: "db" }),
    (0, b"\x1f\x8b\x08", Guess { name: "gzip archive", extension: "gz" }),
    (0, b"PK\x03\x04", Guess { name: "ZIP archive or office document", extension: "zip" }),
    (0, b"\x28\xb5\x2f\xfd", Guess { name: "Zstandard archive", extension: "zst" }),
    (0, b"\xfd7zXZ\0", Guess { name: "xz archive", extension: "xz" }),
    (0, b"BZh", Guess { name: "bzip2 archive", extension: "bz2" }),
    (0, b"7z\xbc\xaf\x27\x1c", Guess { name: "7-Zip archive", extension: "7z" }),
    (0, b"OggS", Guess { name: "Ogg sound or video", extension: "ogg" }),
    (0, b"ID3", Guess { name: "MP3 sound", extension: "mp3" }),
    (0, b"bplist00", Guess { name: "Apple property list", extension: "plist" }),
];

/// Bytes looked at to tell text.
const TEXT_LOOK: usize = 64 * 1024;

fn guess(bytes: &[u8]) -> Guess {
    let begins = |(at, mark, _): &&(usize, &[u8], Guess)| {
        bytes.get(*at..).is_some_and(|rest| rest.starts_with(mark))
    };
    if let Some((_, _, guess)) = KINDS.iter().find(begins) {
        return *guess;
    }
    let head = &bytes[..bytes.len().min(TEXT_LOOK)];
    let is_text = parts(head, head.len() < bytes.len()).iter().all(|part| match part {
        TextPart::Invalid(_) => false,
        TextPart::Text(text) => {
            !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
        }
    });
    match head {
        [] => Guess { name: "", extension: "bin" },
        _ if is_text => Guess { name: "UTF-8 text", extension: "txt" },
        _ => Guess { name: "", extension: "bin" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_how_they_begin() {
        for (bytes, name, extension) in [
            (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "PNG image", "png"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG image", "jpg"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "WebP image", "webp"),
            (b"\0\0\0\x1cftypavif\0\0", "AVIF image", "avif"),
            (b"\0\0\0\x1cftypisom\0\0", "MP4 video or sound", "mp4"),
            (b"%PDF-1.7\n", "PDF document", "pdf"),
            (b"SQLite format 3\0\x10\0", "SQLite database", "db"),
            (b"\x1f\x8b\x08\0", "gzip archive", "gz"),
            ("Grüße\n\tund mehr".as_bytes(), "UTF-8 text", "txt"),
            (b"PNG", "UTF-8 text", "txt"),
            (b"a\0b", "", "bin"),
            (b"caf\xe9", "", "bin"),
            (b"", "", "bin"),
        ] {
            assert_eq!(guess(bytes), Guess { name, extension }, "{bytes:?}");
        }
        let long = "ü".repeat(TEXT_LOOK);
        assert_eq!(guess(&long.as_bytes()[..TEXT_LOOK + 1]).name, "UTF-8 text");
        assert_eq!(guess(format!("x{long}").as_bytes()).name, "UTF-8 text", "cut in a character");
    }

    #[test]
    fn json_is_laid_out_as_it_was_written() {
        let database = Database::create(std::rc::Rc::new(scanseek_engine::NoControl)).unwrap();
        let pretty = |text: &str| json(&database, text.as_bytes());
        assert_eq!(
            pretty(" {\"a\":9007199254740993,\"a\":[1.10,{}]}").as_deref(),
            Some("{\n  \"a\": 9007199254740993,\n  \"a\": [\n    1.10,\n    {}\n  ]\n}")
        );
        for other in ["", "12", "\"text\"", "{a:1}", "[1,]", "{\"a\":", "[1] x"] {
            assert_eq!(pretty(other), None, "{other}");
        }
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(pretty(&nested(JSON_DEPTH)).is_some() && pretty(&nested(JSON_DEPTH + 1)).is_none());
        assert_eq!(json(&database, b"[\"\xff\"]"), None);
    }

    #[test]
    fn what_is_not_utf8_stands_apart() {
        let text = |text: &str| TextPart::Text(text.to_owned());
        let invalid = |bytes: &[u8]| TextPart::Invalid(bytes.to_vec());
        for (bytes, cut, expected) in [
            (&b""[..], false, vec![]),
            (b"abc", false, vec![text("abc")]),
            (b"a\xff\xfeb", false, vec![text("a"), invalid(b"\xff\xfe"), text("b")]),
            (b"\xed\xa0\x80", false, vec![invalid(b"\xed\xa0\x80")]),
            (b"a\xc3", false, vec![text("a"), invalid(b"\xc3")]),
            (b"a\xc3", true, vec![text("a")]),
            (b"a\xff", true, vec![text("a"), invalid(b"\xff")]),
            (b"a\0b", false, vec![text("a\0b")]),
        ] {
            assert_eq!(parts(bytes, cut), expected, "{bytes:?}");
        }
    }
}
