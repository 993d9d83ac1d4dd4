//! What lies beside a database: a write-ahead log or a rollback journal, looked at before SQLite is
//! asked, so that it can be said truly what became of it.

use crate::{FileNotice, RandomRead, StorageError};

/// What SQLite would find in a write-ahead log: frames count up to the last commit before the first
/// one whose salt or checksum is wrong.
/// Source: <https://sqlite.org/fileformat2.html#walformat>.
pub(crate) fn wal_notice(wal: &dyn RandomRead, page_size: u64) -> Result<FileNotice, StorageError> {
    const WAL_HEADER: usize = 32;
    const FRAME_HEADER: usize = 24;
    const VERSION: u32 = 3_007_000;
    let length = wal.length();
    if length == 0 {
        return Ok(FileNotice::WalEmpty);
    }
    let mut header = [0; WAL_HEADER];
    if length < WAL_HEADER as u64 {
        return Ok(FileNotice::WalDamaged);
    }
    wal.read_at(0, &mut header)?;
    if be32(&header, 0) & !1 != 0x377f_0682 || be32(&header, 4) != VERSION {
        return Ok(FileNotice::WalDamaged);
    }
    let big_endian = be32(&header, 0) & 1 == 1;
    let mut sum = wal_checksum(&header[..24], (0, 0), big_endian);
    if sum != (be32(&header, 24), be32(&header, 28)) {
        return Ok(FileNotice::WalDamaged);
    }
    let wal_page_size = u64::from(be32(&header, 8));
    if wal_page_size != page_size {
        return Ok(FileNotice::WalOfAnother { wal_page_size, page_size });
    }
    let (mut frames, mut seen, mut torn) = (0, 0, false);
    let mut at = WAL_HEADER as u64;
    let mut frame = vec![0; FRAME_HEADER + page_size as usize];
    while length - at >= FRAME_HEADER as u64 {
        let present = (length - at).min(frame.len() as u64) as usize;
        wal.read_at(at, &mut frame[..present])?;
        // What an earlier round of the log has left behind is no damage.
        if frame[8..16] != header[16..24] {
            break;
        }
        if present < frame.len() {
            torn = true;
            break;
        }
        sum = wal_checksum(&frame[..8], sum, big_endian);
        sum = wal_checksum(&frame[FRAME_HEADER..], sum, big_endian);
        if sum != (be32(&frame, 16), be32(&frame, 20)) || be32(&frame, 0) == 0 {
            torn = true;
            break;
        }
        seen += 1;
        if be32(&frame, 4) > 0 {
            frames = seen;
        }
        at += present as u64;
    }
    Ok(if frames > 0 {
        FileNotice::WalRead { frames, torn }
    } else {
        FileNotice::WalWithoutCommit { torn }
    })
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
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
pub(crate) fn is_hot_journal(journal: &dyn RandomRead) -> Result<bool, StorageError> {
    const MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    const HEADER: usize = 28;
    let mut header = [0; HEADER];
    if journal.length() <= HEADER as u64 {
        return Ok(false);
    }
    journal.read_at(0, &mut header)?;
    // The header is followed by the records at the next sector; all ones means "up to the end".
    Ok(header.starts_with(&MAGIC) && header[8..12] != [0; 4])
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;
    use std::sync::Arc;

    use super::*;
    use crate::{Database, DatabaseFiles, NoControl, Opened};

    fn open(database: &[u8], wal: Option<Vec<u8>>) -> Opened {
        let mut files = DatabaseFiles::alone(Arc::new(database.to_vec()));
        files.wal = wal.map(|wal| Arc::new(wal) as Arc<dyn RandomRead>);
        Database::open(files, Rc::new(NoControl)).unwrap()
    }

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
            // What is said is what SQLite then does.
            let opened = open(&database, Some(wal));
            assert_eq!(opened.notices, [expected], "{name}");
            let count = opened.database.prepare("SELECT count(*) FROM t").unwrap();
            assert_eq!(count.first_integer().unwrap(), rows, "{name}");
        }
        let of_another = WalOfAnother { wal_page_size: 1024, page_size: 4096 };
        assert_eq!(wal_notice(&wal, 4096), Ok(of_another));
        assert_eq!(open(&database, None).notices, [FileNotice::WalMissing]);
    }

    #[test]
    fn journals_that_must_be_rolled_back() {
        let mut journal = vec![0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7, 0, 0, 0, 2];
        assert!(!is_hot_journal(&journal).unwrap(), "a header is 28 bytes");
        journal.resize(512 + 1032, 7);
        assert!(is_hot_journal(&journal).unwrap());
        journal[11] = 0;
        assert!(!is_hot_journal(&journal).unwrap(), "no record");
        journal[11] = 2;
        journal[0] = 0;
        assert!(!is_hot_journal(&journal).unwrap(), "zeroed when it was committed");
    }
}
