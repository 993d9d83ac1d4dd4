//! What a file's first bytes say before SQLite is asked: is it a database, is it whole.
//! Source: <https://sqlite.org/fileformat2.html#the_database_header>.

use crate::{EngineError, RandomRead};

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
    /// Text is stored as UTF-16.
    Utf16,
    /// The file has more bytes than its header counts.
    LongerThanHeader,
}

/// Looks at the header, and at the `-wal` file if one is given too. The log is of use only if there is
/// a [`FileNotice::WalRead`] among the notices.
pub(crate) fn check(
    base: &dyn RandomRead,
    wal: Option<&[u8]>,
) -> Result<Vec<FileNotice>, EngineError> {
    let length = base.length();
    if length == 0 {
        return Err(EngineError::EmptyFile);
    }
    let mut first = vec![0; length.min(4096) as usize];
    base.read_at(0, &mut first).map_err(|error| EngineError::Storage(error.0))?;
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
    let page_size = match u16::from_be_bytes([first[16], first[17]]) {
        1 => 65536,
        size => u64::from(size),
    };
    if !(512..=65536).contains(&page_size) || !page_size.is_power_of_two() {
        return Err(EngineError::Corrupt(format!("its header names a page size of {page_size}")));
    }
    let be32 =
        |at: usize| u32::from_be_bytes([first[at], first[at + 1], first[at + 2], first[at + 3]]);
    let mut notices = Vec::new();
    let wal = wal.map(|wal| wal_notice(wal, page_size));
    let has_wal = matches!(wal, Some(FileNotice::WalRead { .. }));
    // The page count is valid only if the change counter equals the version-valid-for number.
    if be32(24) == be32(92) && be32(28) > 0 && !has_wal {
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
    // SQLite looks at the two lowest bits only.
    if be32(56) & 3 > 1 {
        notices.push(FileNotice::Utf16);
    }
    Ok(notices)
}

/// What SQLite would find in a write-ahead log: frames count up to the last commit before the first
/// one whose salt or checksum is wrong.
/// Source: <https://sqlite.org/fileformat2.html#walformat>.
fn wal_notice(wal: &[u8], page_size: u64) -> FileNotice {
    const WAL_HEADER: usize = 32;
    const FRAME_HEADER: usize = 24;
    const VERSION: u32 = 3_007_000;
    if wal.is_empty() {
        return FileNotice::WalEmpty;
    }
    let be32 = |bytes: &[u8], at: usize| {
        u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
    };
    if wal.len() < WAL_HEADER || be32(wal, 0) & !1 != 0x377f_0682 || be32(wal, 4) != VERSION {
        return FileNotice::WalDamaged;
    }
    let big_endian = be32(wal, 0) & 1 == 1;
    let mut sum = wal_checksum(&wal[..24], (0, 0), big_endian);
    if sum != (be32(wal, 24), be32(wal, 28)) {
        return FileNotice::WalDamaged;
    }
    let wal_page_size = u64::from(be32(wal, 8));
    if wal_page_size != page_size {
        return FileNotice::WalOfAnother { wal_page_size, page_size };
    }
    let salt = &wal[16..24];
    let (mut frames, mut seen, mut torn) = (0, 0, false);
    let mut rest = &wal[WAL_HEADER..];
    while rest.len() >= FRAME_HEADER {
        let frame_length = FRAME_HEADER + page_size as usize;
        // What an earlier round of the log has left behind is no damage.
        if &rest[8..16] != salt {
            break;
        }
        let Some(page) = rest.get(FRAME_HEADER..frame_length) else {
            torn = true;
            break;
        };
        sum = wal_checksum(&rest[..8], sum, big_endian);
        sum = wal_checksum(page, sum, big_endian);
        if sum != (be32(rest, 16), be32(rest, 20)) || be32(rest, 0) == 0 {
            torn = true;
            break;
        }
        seen += 1;
        if be32(rest, 4) > 0 {
            frames = seen;
        }
        rest = &rest[frame_length..];
    }
    if frames > 0 {
        FileNotice::WalRead { frames, torn }
    } else {
        FileNotice::WalWithoutCommit { torn }
    }
}

/// The running checksum of a log. Source: `walChecksumBytes()` in wal.c.
fn wal_checksum(bytes: &[u8], (mut first, mut second): (u32, u32), big_endian: bool) -> (u32, u32) {
    let word = |bytes: &[u8]| {
        let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
        if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    };
    for pair in bytes.chunks_exact(8) {
        first = first.wrapping_add(word(pair)).wrapping_add(second);
        second = second.wrapping_add(word(&pair[4..])).wrapping_add(first);
    }
    (first, second)
}

/// True if a `-journal` file must be rolled back before the database is read: it begins as a rollback
/// journal does and counts at least one record. A journal that was taken back has its first bytes
/// zeroed or no length.
/// Source: <https://sqlite.org/fileformat2.html#the_rollback_journal>.
pub fn is_hot_journal(journal: &[u8]) -> bool {
    const MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    // The header is followed by the records at the next sector; all ones means "up to the end".
    journal.len() > 28 && journal.starts_with(&MAGIC) && journal[8..12] != [0; 4]
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

    /// A database in WAL mode with one row in each of `commits` transactions, and its log.
    fn database_and_wal(commits: usize) -> (Vec<u8>, Vec<u8>) {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("scanseek-wal-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a.db");
        let conn = rusqlite::Connection::open(&path).unwrap();
        conn.execute_batch("PRAGMA page_size=1024; PRAGMA journal_mode=WAL; CREATE TABLE t(a); PRAGMA wal_checkpoint(TRUNCATE);")
            .unwrap();
        for _ in 0..commits {
            conn.execute("INSERT INTO t VALUES (1)", []).unwrap();
        }
        let read = |end: &str| std::fs::read(folder.join(format!("a.db{end}"))).unwrap();
        let both = (read(""), read("-wal"));
        drop(conn);
        std::fs::remove_dir_all(&folder).unwrap();
        both
    }

    #[test]
    fn logs_are_read_as_sqlite_reads_them() {
        use FileNotice::{WalDamaged, WalEmpty, WalOfAnother, WalRead, WalWithoutCommit};
        let (database, wal) = database_and_wal(3);
        assert_eq!(wal.len(), 32 + 3 * (24 + 1024), "one page a commit");
        let changed = |at: usize| {
            let mut wal = wal.clone();
            wal[at] ^= 0x40;
            wal
        };
        let mut old_frames = wal.clone();
        old_frames.extend(&wal[32..]);
        let at = wal.len() + 8;
        old_frames[at] ^= 1;
        for (name, wal, expected, rows) in [
            ("whole", wal.clone(), WalRead { frames: 3, torn: false }, 3),
            ("empty", vec![], WalEmpty, 0),
            ("random", vec![0x5a; 5000], WalDamaged, 0),
            ("short", wal[..31].to_vec(), WalDamaged, 0),
            ("header alone", wal[..32].to_vec(), WalWithoutCommit { torn: false }, 0),
            ("header damaged", changed(20), WalDamaged, 0),
            ("first frame damaged", changed(32 + 24 + 9), WalWithoutCommit { torn: true }, 0),
            ("last frame damaged", changed(wal.len() - 1), WalRead { frames: 2, torn: true }, 2),
            ("cut off", wal[..wal.len() - 7].to_vec(), WalRead { frames: 2, torn: true }, 2),
            ("older frames behind", old_frames, WalRead { frames: 3, torn: false }, 3),
        ] {
            let notices = check(&database, Some(&wal)).unwrap();
            assert_eq!(notices, [expected], "{name}");
            // What is said is what SQLite then does.
            let opened = crate::Database::open(
                std::sync::Arc::new(database.clone()),
                Some(wal),
                std::rc::Rc::new(crate::NoControl),
            )
            .unwrap();
            let count = opened.database.prepare("SELECT count(*) FROM t").unwrap();
            assert_eq!(count.first_integer().unwrap(), rows, "{name}");
        }
        assert_eq!(wal_notice(&wal, 4096), WalOfAnother { wal_page_size: 1024, page_size: 4096 });
        assert_eq!(check(&database, None).unwrap(), [FileNotice::WalMissing]);
    }

    #[test]
    fn encodings_are_told_as_sqlite_tells_them() {
        let (mut database, _) = database_and_wal(0);
        for (encoding, utf16) in
            [(0, false), (1, false), (2, true), (3, true), (9, false), (10, true)]
        {
            database[59] = encoding;
            let notices = check(&database, None).unwrap();
            assert_eq!(notices.contains(&FileNotice::Utf16), utf16, "{encoding}");
        }
    }

    #[test]
    fn journals_that_must_be_rolled_back() {
        let mut journal = vec![0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7, 0, 0, 0, 2];
        assert!(!is_hot_journal(&journal), "a header is 28 bytes");
        journal.resize(512 + 1032, 7);
        assert!(is_hot_journal(&journal));
        journal[11] = 0;
        assert!(!is_hot_journal(&journal), "no record");
        journal[11] = 2;
        journal[0] = 0;
        assert!(!is_hot_journal(&journal), "zeroed when it was committed");
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
