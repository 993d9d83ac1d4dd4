//! What a file's first bytes say before SQLite is asked: is it a database, is it whole.
//! Source: <https://sqlite.org/fileformat2.html#the_database_header>.

use crate::logs::{is_hot_journal, wal_notice};
use crate::{DatabaseFiles, EngineError, RandomRead, Reach};

const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const HEADER: usize = 100;

/// Something worth knowing about a file that opens all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileNotice {
    /// The database is in WAL mode and its `-wal` file was not given: rows that were not yet
    /// checkpointed are missing.
    WalMissing,
    /// A `-wal` file was given and these committed frames of it, each a page, are read.
    WalRead {
        /// Frames up to the last commit.
        frames: u64,
        /// Frames behind it that belong to the same log and are damaged or cut off.
        torn: bool,
    },
    /// A `-wal` file was given and has no bytes.
    WalEmpty,
    /// A `-wal` file was given whose first bytes are not those of a whole write-ahead log.
    WalDamaged,
    /// A `-wal` file was given and holds no committed frame.
    WalWithoutCommit {
        /// The first frames are damaged or cut off.
        torn: bool,
    },
    /// A `-wal` file was given that belongs to a database of another page size.
    WalOfAnother {
        /// Page size of the log, in bytes.
        wal_page_size: u64,
        /// Page size of the database, in bytes.
        page_size: u64,
    },
    /// A `-journal` file was given of a change that did not end, and is rolled back on the copy.
    JournalRolledBack,
    /// Text is stored as UTF-16.
    Utf16,
    /// The file has more bytes than its header counts.
    LongerThanHeader,
    /// The file lies on a server that does not mark its version: only a change of its length would
    /// be noticed.
    Unmarked,
}

/// The page size that the header names, if it can be one.
pub(crate) fn page_size(base: &dyn RandomRead) -> Option<u64> {
    let mut bytes = [0; 2];
    if base.length() < 18 || base.read_at(16, &mut bytes).is_err() {
        return None;
    }
    page_size_in(bytes)
}

fn page_size_in(header: [u8; 2]) -> Option<u64> {
    let size = match u16::from_be_bytes(header) {
        1 => 65536,
        size => u64::from(size),
    };
    ((512..=65536).contains(&size) && size.is_power_of_two()).then_some(size)
}

/// Looks at the header, and at what lies beside the database. A log is of use only if there is a
/// [`FileNotice::WalRead`] among the notices, a journal only if there is a
/// [`FileNotice::JournalRolledBack`].
pub(crate) fn check(files: &DatabaseFiles) -> Result<Vec<FileNotice>, EngineError> {
    let base = files.base.as_ref();
    let length = base.length();
    if length == 0 {
        return Err(EngineError::EmptyFile);
    }
    let mut first = vec![0; length.min(4096) as usize];
    base.read_at(0, &mut first)?;
    if !first.starts_with(MAGIC) {
        return Err(if first.len() >= 512 && length.is_multiple_of(512) && looks_random(&first) {
            EngineError::Encrypted
        } else {
            EngineError::NotADatabase(what_it_looks_like(&first))
        });
    }
    if first.len() < HEADER {
        return Err(EngineError::Truncated { expected_bytes: 512, actual_bytes: length });
    }
    let Some(page_size) = page_size_in([first[16], first[17]]) else {
        let named = u16::from_be_bytes([first[16], first[17]]);
        return Err(EngineError::Corrupt(format!("its header names a page size of {named}")));
    };
    let be32 =
        |at: usize| u32::from_be_bytes([first[at], first[at + 1], first[at + 2], first[at + 3]]);
    let mut notices = Vec::new();
    let wal = files.wal.as_deref().map(|wal| wal_notice(wal, page_size));
    let wal = wal.transpose()?;
    let hot = files.journal.as_deref().map(is_hot_journal).transpose()?;
    let hot = hot.unwrap_or(false);
    let changes = hot || matches!(wal, Some(FileNotice::WalRead { .. }));
    // The page count is valid only if the change counter equals the version-valid-for number.
    if be32(24) == be32(92) && be32(28) > 0 && !changes {
        let expected_bytes = u64::from(be32(28)) * page_size;
        if length < expected_bytes {
            return Err(EngineError::Truncated { expected_bytes, actual_bytes: length });
        }
        if length > expected_bytes {
            notices.push(FileNotice::LongerThanHeader);
        }
    }
    match wal {
        Some(notice) => notices.push(notice),
        None if first[18] == 2 || first[19] == 2 => notices.push(FileNotice::WalMissing),
        None => {}
    }
    if hot {
        notices.push(FileNotice::JournalRolledBack);
    }
    if base.reach() == (Reach::Distant { marked: false }) {
        notices.push(FileNotice::Unmarked);
    }
    // SQLite looks at the two lowest bits only.
    if be32(56) & 3 > 1 {
        notices.push(FileNotice::Utf16);
    }
    Ok(notices)
}

/// True if the bytes are spread as evenly as ciphertext: the entropy of their histogram is within
/// a quarter bit of that of random bytes for this many samples.
fn looks_random(bytes: &[u8]) -> bool {
    let mut counts = [0u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let total = bytes.len() as f64;
    let entropy: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / total;
            -share * share.log2()
        })
        .sum();
    // The expected loss of n samples over 256 bins is about 255 / (2 n ln 2) bits (Miller, 1955).
    let expected = 8.0 - 255.0 / (2.0 * total * std::f64::consts::LN_2);
    entropy > expected - 0.25
}

fn what_it_looks_like(first: &[u8]) -> String {
    const KNOWN: [(&[u8], &str); 8] = [
        (b"PK\x03\x04", "it is a ZIP archive; unpack it first"),
        (b"\x1f\x8b", "it is compressed with gzip; unpack it first"),
        (b"** This file contains an SQLite 2", "it is from SQLite 2, which is another format"),
        (b"%PDF", "it is a PDF document"),
        (b"\x89PNG", "it is a picture"),
        (b"PAR1", "it is a Parquet file"),
        (b"\x37\x7f\x06\x82", "it is a write-ahead log; drop the database together with it"),
        (b"\x37\x7f\x06\x83", "it is a write-ahead log; drop the database together with it"),
    ];
    if let Some((_, text)) = KNOWN.iter().find(|(magic, _)| first.starts_with(magic)) {
        return (*text).to_owned();
    }
    if first.get(8..12) == Some(b"DUCK") {
        return "it is a DuckDB database".to_owned();
    }
    let text =
        std::str::from_utf8(&first[..first.len().min(512)]).is_ok_and(|text| !text.contains('\0'));
    if text {
        "it is a text file; SQL text goes into the editor".to_owned()
    } else {
        "it does not begin with the words “SQLite format 3”".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_alone(database: &[u8]) -> Vec<FileNotice> {
        check(&DatabaseFiles::alone(std::sync::Arc::new(database.to_vec()))).unwrap()
    }

    #[test]
    fn encodings_are_told_as_sqlite_tells_them() {
        let mut database = vec![0; 512];
        database[..16].copy_from_slice(MAGIC);
        database[16] = 2;
        for (encoding, utf16) in
            [(0, false), (1, false), (2, true), (3, true), (9, false), (10, true)]
        {
            database[59] = encoding;
            assert_eq!(check_alone(&database).contains(&FileNotice::Utf16), utf16, "{encoding}");
        }
    }

    #[test]
    fn randomness_is_told_from_structure() {
        let mut state = 1u64;
        let random: Vec<u8> = (0..4096)
            .map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 56) as u8
            })
            .collect();
        assert!(looks_random(&random));
        assert!(looks_random(&random[..512]));
        assert!(!looks_random(&[0; 4096]));
        assert!(!looks_random("the quick brown fox ".repeat(200).as_bytes()));
    }
}
