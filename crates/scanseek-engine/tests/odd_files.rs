//! Files that are whole and unusual: each is made by SQLite's own VFS, opened through ours, and
//! neither the file nor what lies beside it is changed.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use rusqlite::{Connection, ffi};
use scanseek_engine::{
    Database, DatabaseFiles, FileBase, FileNotice, NoControl, RandomRead, RowsRequest, Value,
};

#[path = "../examples/sparse/file.rs"]
mod sparse;

const ALL: RowsRequest = RowsRequest { row_cap: usize::MAX, time_ns: None };

const TABLES: &str = "
    CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b TEXT);
    CREATE TABLE w(k TEXT, n INT, PRIMARY KEY(k, n)) WITHOUT ROWID;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
    INSERT INTO t SELECT i, i % 13, 'text ü ' || i FROM n;
    INSERT INTO w SELECT b, a FROM t;
    DELETE FROM t WHERE id % 10 = 0;";

/// A folder that goes with its files.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("scanseek-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What SQLite's own VFS makes with these pragmas before the first table, and statements after.
fn made(folder: &Folder, reserved: u8, before: &str, after: &str) -> (PathBuf, Connection) {
    let path = folder.0.join("odd.db");
    for suffix in ["", "-wal", "-journal", "-shm"] {
        let _ = std::fs::remove_file(beside(&path, suffix));
    }
    let conn = Connection::open(&path).unwrap();
    let mut reserved = i32::from(reserved);
    #[allow(unsafe_code)]
    // SAFETY: the handle is live, and this code takes an int.
    unsafe {
        ffi::sqlite3_file_control(
            conn.handle(),
            c"main".as_ptr(),
            ffi::SQLITE_FCNTL_RESERVE_BYTES,
            (&raw mut reserved).cast(),
        );
    }
    conn.execute_batch(&format!("{before}; {TABLES} {after}")).unwrap();
    (path, conn)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The bytes of a file now, if it is there and not empty.
fn bytes(path: &Path) -> Option<Arc<Vec<u8>>> {
    std::fs::read(path).ok().filter(|bytes| !bytes.is_empty()).map(Arc::new)
}

fn rows(database: &Database, sql: &str) -> Vec<Vec<Value>> {
    database.prepare(sql).unwrap().rows(&ALL).unwrap().rows
}

fn count(database: &Database, sql: &str) -> i64 {
    match rows(database, sql)[0][0] {
        Value::Integer(number) => number,
        ref other => panic!("{sql}: {other:?}"),
    }
}

/// Opens copies of what is on disk, reads, builds an index on a fork, and sees that nothing given
/// was changed. Returns the notices.
fn check(path: &Path, what: &str, count_of_t: i64) -> Vec<FileNotice> {
    let given = ["", "-wal", "-journal"].map(|suffix| bytes(&beside(path, suffix)));
    let kept = given.clone().map(|file| file.map(|bytes| bytes.to_vec()));
    let [base, wal, journal] = given.clone();
    let shared = |bytes: Arc<Vec<u8>>| bytes as Arc<dyn RandomRead>;
    let files = DatabaseFiles {
        base: shared(base.unwrap()),
        wal: wal.map(shared),
        journal: journal.map(shared),
    };
    let opened =
        Database::open(files, Rc::new(NoControl)).unwrap_or_else(|e| panic!("{what}: {e}"));
    let database = opened.database;
    let names: Vec<&str> = database.schema().tables.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["t", "w"], "{what}");
    assert!(database.schema().tables[1].without_rowid);
    assert_eq!(count(&database, "SELECT count(*) FROM t"), count_of_t, "{what}");
    assert_eq!(count(&database, "SELECT count(*) FROM w"), 500, "{what}");
    let seven = "SELECT id, b FROM t WHERE a = 7 ORDER BY id";
    let before = rows(&database, seven);
    assert!(before.len() > 20, "{what}");
    let mut fork = database.fork().unwrap();
    fork.create_index("CREATE INDEX t_a ON t(a, b)").unwrap_or_else(|e| panic!("{what}: {e}"));
    let plan = fork.prepare(seven).unwrap().plan().unwrap();
    assert_eq!(plan.index_names(), ["t_a"], "{what}");
    assert_eq!(rows(&fork, seven), before, "{what}");
    fork.execute("ANALYZE").unwrap();
    fork.execute("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let copy = beside(path, ".copy");
    std::fs::write(&copy, fork.to_bytes().unwrap()).unwrap();
    let conn = Connection::open(&copy).unwrap();
    let ok: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(ok, "ok", "{what}");
    assert_eq!(rows(&database, seven), before, "{what}: the fork is another database");
    for (given, kept) in given.iter().zip(&kept) {
        assert!(given.as_deref() == kept.as_ref(), "{what}: what was given was written");
    }
    opened.notices
}

#[test]
fn page_sizes_encodings_and_reserved_bytes() {
    let folder = Folder::new("odd-sizes");
    let encodings = ["UTF-8", "UTF-16le", "UTF-16be"];
    for (i, shift) in (9..=16u32).enumerate() {
        for (j, reserved) in [0u8, 1, 16, 32, 100, 255].into_iter().enumerate() {
            // A page keeps 480 bytes for use.
            let reserved = if shift == 9 { reserved.min(32) } else { reserved };
            let (encoding, page_size) = (encodings[(i + j) % 3], 1u64 << shift);
            let auto_vacuum = (i + j / 2) % 3;
            let before = format!(
                "PRAGMA page_size={page_size}; PRAGMA encoding='{encoding}'; PRAGMA auto_vacuum={auto_vacuum}"
            );
            let (path, _conn) = made(&folder, reserved, &before, "");
            let file = bytes(&path).unwrap();
            assert_eq!(file[20], reserved, "SQLite took the reserve");
            let what = format!("{before}, reserve {reserved}");
            let notices = check(&path, &what, 450);
            let utf16 = encoding != "UTF-8";
            assert_eq!(notices.contains(&FileNotice::Utf16), utf16, "{what}");
            let opened = Database::open(DatabaseFiles::alone(file), Rc::new(NoControl)).unwrap();
            let info = opened.database.file_info().unwrap();
            assert_eq!((info.page_size, info.encoding.as_str()), (page_size, encoding));
        }
    }
}

/// Whether the log that is read has a damaged end; `None` if none is read.
fn is_torn(notices: &[FileNotice]) -> Option<bool> {
    notices.iter().find_map(|notice| match notice {
        FileNotice::WalRead { torn, .. } => Some(*torn),
        _ => None,
    })
}

#[test]
fn write_ahead_logs() {
    let folder = Folder::new("odd-wal");
    let wal = "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0";
    for page_size in [512, 4096, 65536] {
        let before = format!("PRAGMA page_size={page_size}; {wal}");
        // The whole database still lies in the log; the file has its header at most.
        let (path, conn) = made(&folder, 0, &before, "");
        if bytes(&path).is_none() {
            conn.execute_batch("PRAGMA wal_checkpoint(PASSIVE)").unwrap();
        }
        check(&path, "all in the log", 450);
        conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); DELETE FROM t WHERE id <= 50")
            .unwrap();
        let notices = check(&path, "a committed change", 405);
        assert_eq!(is_torn(&notices), Some(false), "{notices:?}");

        // A change that did not end, spilled into the log.
        conn.execute_batch("PRAGMA cache_size=1; PRAGMA cache_spill=1; BEGIN; UPDATE t SET b = b || hex(zeroblob(300))")
            .unwrap();
        let log = beside(&path, "-wal");
        let with_tail = std::fs::read(&log).unwrap();
        check(&path, "an uncommitted tail", 405);
        conn.execute_batch("COMMIT; DELETE FROM t WHERE id <= 100").unwrap();
        check(&path, "committed after all", 360);
        let whole = std::fs::read(&log).unwrap();
        assert!(with_tail.len() > 32 && whole.len() > with_tail.len());

        // The last frame is torn: what was committed with it is gone, and no more.
        let copy = folder.0.join("torn.db");
        std::fs::copy(&path, &copy).unwrap();
        std::fs::write(beside(&copy, "-wal"), &whole[..whole.len() - 100]).unwrap();
        assert_eq!(is_torn(&check(&copy, "a torn frame", 405)), Some(true));
        let mut flipped = whole.clone();
        let last = flipped.len() - 1;
        flipped[last] ^= 1;
        std::fs::write(beside(&copy, "-wal"), &flipped).unwrap();
        assert_eq!(is_torn(&check(&copy, "a frame with a wrong sum", 405)), Some(true));

        // Without its log the file is as it was at the last checkpoint, and that is said.
        std::fs::remove_file(beside(&copy, "-wal")).unwrap();
        let notices = check(&copy, "without its log", 450);
        assert!(notices.contains(&FileNotice::WalMissing), "{notices:?}");
    }
}

#[test]
fn a_hot_journal_is_rolled_back_on_the_copy() {
    let folder = Folder::new("odd-journal");
    for (page_size, mode) in [(512, "DELETE"), (4096, "PERSIST"), (65536, "TRUNCATE")] {
        let before = format!("PRAGMA page_size={page_size}; PRAGMA journal_mode={mode}");
        let (path, conn) = made(&folder, 0, &before, "");
        let whole = std::fs::read(&path).unwrap();
        conn.execute_batch(
            "PRAGMA cache_size=1; PRAGMA cache_spill=1; BEGIN; UPDATE t SET b = b || hex(zeroblob(400)); DELETE FROM t WHERE id > 30; DELETE FROM w",
        )
        .unwrap();
        // As if the power had gone now.
        let copy = folder.0.join("crashed.db");
        for suffix in ["", "-journal"] {
            std::fs::copy(beside(&path, suffix), beside(&copy, suffix)).unwrap();
        }
        conn.execute_batch("ROLLBACK").unwrap();
        assert!(std::fs::read(&copy).unwrap() != whole, "{mode}: pages were spilled");
        assert!(check(&copy, mode, 450).contains(&FileNotice::JournalRolledBack), "{mode}");
    }
}

/// A journal may name any length of the file before the change; SQLite then writes its last page.
#[test]
fn a_journal_that_names_a_huge_file_takes_no_memory() {
    let folder = Folder::new("odd-huge-journal");
    let (path, conn) = made(&folder, 0, "PRAGMA page_size=65536", "");
    drop(conn);
    let mut journal = vec![0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    for word in [1u32, 0, u32::MAX - 1, 512, 65536] {
        journal.extend_from_slice(&word.to_be_bytes());
    }
    journal.resize(512 + 65536 + 8, 0);
    let base = bytes(&path).unwrap();
    let files =
        DatabaseFiles { base, wal: None, journal: Some(Arc::new(journal) as Arc<dyn RandomRead>) };
    let error = Database::open(files, Rc::new(NoControl)).map(|_| ()).unwrap_err();
    assert_eq!(error, scanseek_engine::EngineError::Full);
}

/// 6 GiB, of which a few dozen MB are on the disk.
#[test]
fn a_file_beyond_four_gigabytes() {
    const SIZE: u64 = 6 << 30;
    const ROWS: i64 = 250_000;
    let folder = Folder::new("odd-large");
    let path = folder.0.join("large.db");
    sparse::write(&path, SIZE, ROWS as u64, ROWS as u64 / 4).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().len(), SIZE);
    {
        let conn = Connection::open(&path).unwrap();
        let ok: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(ok, "ok");
        let beyond: i64 = conn
            .query_row(
                "SELECT count(*) FROM dbstat WHERE name = 'events' AND pageno > 1 + (1 << 32) / 4096",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert!(beyond > 1000, "only {beyond} pages lie beyond 4 GiB");
    }
    let changed = std::fs::metadata(&path).unwrap().modified().unwrap();
    let mark = |base: &dyn RandomRead| {
        let mut sample = vec![0; 1 << 20];
        [0, 1 << 30, (1 << 32) - (1 << 19), SIZE - (40 << 20), SIZE - (1 << 20)].map(|at| {
            base.read_at(at, &mut sample).unwrap();
            sample
                .iter()
                .fold(7u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)))
        })
    };
    // It is opened for reading only.
    let base = Arc::new(FileBase::open(&path).unwrap());
    let before = mark(base.as_ref());
    let files = DatabaseFiles::alone(Arc::clone(&base) as _);
    let mut database = Database::open(files, Rc::new(NoControl)).unwrap().database;
    assert_eq!(database.file_info().unwrap().page_count, SIZE / 4096);
    database.count_rows(u64::MAX);
    let counted: Vec<Option<u64>> = database.schema().tables.iter().map(|t| t.row_count).collect();
    assert_eq!(counted, [Some(1000), Some(ROWS as u64)]);
    let sql = "SELECT count(*), sum(e.id) FROM places p JOIN events e ON e.place_id = p.id WHERE p.name = 'place 500'";
    let expected: Vec<i64> = (1..=ROWS).filter(|i| i * 7919 % 1000 + 1 == 500).collect();
    let expected =
        vec![vec![Value::Integer(expected.len() as i64), Value::Integer(expected.iter().sum())]];
    assert_eq!(rows(&database, sql), expected);
    let mut fork = database.fork().unwrap();
    let name = fork.create_index("CREATE INDEX events_place ON events(place_id)").unwrap();
    assert!(fork.index_bytes(&name).unwrap() > 2_000_000);
    assert_eq!(rows(&fork, sql), expected);
    let plan = fork.prepare(sql).unwrap().plan().unwrap();
    assert_eq!(plan.index_names(), [name.name.as_str()]);
    assert_eq!(mark(base.as_ref()), before);
    assert_eq!(std::fs::metadata(&path).unwrap().modified().unwrap(), changed);
}
