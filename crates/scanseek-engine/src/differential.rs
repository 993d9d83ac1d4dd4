//! Our VFS against SQLite's own: the same statements on a copy-on-write database and on a copy of
//! the file, and in the end the same bytes. A test, here because it reaches under [`Database`].

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rusqlite::{Connection, OpenFlags, ffi};

use crate::{Database, DatabaseFiles, NoControl, StorageLimits, TemporarySpill};

/// The file both begin with.
#[derive(Debug, Clone)]
struct Base {
    page_size: u32,
    reserved: u8,
    encoding: &'static str,
    auto_vacuum: u8,
    wal: bool,
    rows: u16,
}

#[derive(Debug, Clone)]
enum Step {
    /// Run on both.
    Both(String),
    /// Another connection over ours, which must keep the state of now; with `true` it writes.
    Fork(bool),
    /// Pages of written data kept in memory from now on.
    Memory(u64),
}

fn base() -> impl Strategy<Value = Base> {
    let encoding = prop_oneof![Just("UTF-8"), Just("UTF-16le"), Just("UTF-16be")];
    let reserved = prop_oneof![3 => Just(0u8), 1 => 1..=32u8, 1 => any::<u8>()];
    (9..=16u32, reserved, encoding, 0..3u8, prop::bool::weighted(0.2), 0..300u16).prop_map(
        |(shift, reserved, encoding, auto_vacuum, wal, rows)| {
            // A page must keep 480 bytes for use.
            let reserved = if shift == 9 { reserved % 33 } else { reserved };
            Base { page_size: 1 << shift, reserved, encoding, auto_vacuum, wal, rows }
        },
    )
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let table = || 0..3u8;
    let both = |sql: &str| Just(Step::Both(sql.to_owned()));
    let insert = (table(), 1..400u16, any::<u8>(), 0..3000u16).prop_map(|(t, rows, seed, blob)| {
        Step::Both(format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
             INSERT OR IGNORE INTO t{t}(a, b, c)
             SELECT i * {seed} % 97, 'row ' || i || ' of ü {seed}', zeroblob(i * {seed} % ({blob} + 1)) FROM n"
        ))
    });
    let update = (table(), 1..60u8, any::<u8>(), 0..900u16).prop_map(|(t, every, seed, length)| {
        Step::Both(format!(
            "UPDATE t{t} SET a = a + {seed}, b = printf('%.*c', {length}, 'x') WHERE id % {every} = 0"
        ))
    });
    let delete = (table(), 1..12u8, 0..12u8).prop_map(|(t, every, rest)| {
        Step::Both(format!("DELETE FROM t{t} WHERE id % {every} = {rest}"))
    });
    let schema = (table(), 0..7u8).prop_map(|(t, kind)| {
        Step::Both(match kind {
            0 | 1 => format!("CREATE TABLE IF NOT EXISTS t{t}(id INTEGER PRIMARY KEY, a, b TEXT, c)"),
            2 => format!("CREATE TABLE IF NOT EXISTS t{t}(id INT DEFAULT 0, a, b, c, PRIMARY KEY(b, a)) WITHOUT ROWID"),
            3 => format!("CREATE INDEX IF NOT EXISTS i{t} ON t{t}(a, b)"),
            4 => format!("CREATE INDEX IF NOT EXISTS j{t} ON t{t}(b) WHERE a > 40"),
            5 => format!("DROP INDEX IF EXISTS i{t}"),
            _ => format!("DROP TABLE IF EXISTS t{t}"),
        })
    });
    // A file cut and grown again with pages that are never written: they must be zeros.
    let hole = (1..60u16).prop_map(|rows| {
        Step::Both(format!(
            "DELETE FROM t0; VACUUM; SAVEPOINT h;
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
             INSERT INTO t0(a, b, c) SELECT 1, i, zeroblob(3000) FROM n;
             DELETE FROM t0 WHERE a = 1 AND b < {rows}; RELEASE h"
        ))
    });
    let transaction = prop_oneof![
        3 => both("BEGIN"),
        2 => both("BEGIN IMMEDIATE"),
        3 => both("COMMIT"),
        2 => both("ROLLBACK"),
        2 => both("SAVEPOINT s"),
        2 => both("ROLLBACK TO s"),
        2 => both("RELEASE s"),
    ];
    let whole = prop_oneof![
        3 => both("VACUUM"),
        1 => both("ANALYZE"),
        1 => both("REINDEX"),
        1 => both("PRAGMA wal_checkpoint(TRUNCATE)"),
        1 => both("PRAGMA incremental_vacuum"),
        1 => (1..40u8).prop_map(|n| Step::Both(format!("PRAGMA incremental_vacuum({n})"))),
        1 => (0..3u8).prop_map(|n| Step::Both(format!("PRAGMA auto_vacuum={n}"))),
        1 => (9..=16u8).prop_map(|n| Step::Both(format!("PRAGMA page_size={}", 1u32 << n))),
        1 => (1..9u8).prop_map(|n| Step::Both(format!("PRAGMA cache_size={n}"))),
    ];
    let journal = prop_oneof![
        Just("delete"),
        Just("truncate"),
        Just("persist"),
        Just("memory"),
        Just("wal"),
    ]
    .prop_map(|mode| Step::Both(format!("PRAGMA journal_mode={mode}")));
    let step = prop_oneof![
        5 => insert,
        3 => update,
        3 => delete,
        4 => schema,
        5 => transaction,
        3 => whole,
        1 => hole,
        1 => journal,
        2 => any::<bool>().prop_map(Step::Fork),
        1 => (0..40u64).prop_map(Step::Memory),
    ];
    prop::collection::vec(step, 1..30)
}

/// A folder that goes with its files.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path =
            std::env::temp_dir().join(format!("scanseek-differential-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        let path = self.0.join(name);
        for suffix in ["", "-wal", "-journal", "-shm"] {
            let _ = std::fs::remove_file(self.0.join(format!("{name}{suffix}")));
        }
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn own_vfs(path: &std::path::Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    Connection::open_with_flags(path, flags).unwrap()
}

fn make(base: &Base, path: &std::path::Path) {
    let conn = own_vfs(path);
    let mut reserved = i32::from(base.reserved);
    // SAFETY: the handle is live, and this code takes an int.
    unsafe {
        ffi::sqlite3_file_control(
            conn.handle(),
            c"main".as_ptr(),
            ffi::SQLITE_FCNTL_RESERVE_BYTES,
            (&raw mut reserved).cast(),
        );
    }
    conn.execute_batch(&format!(
        "PRAGMA page_size={}; PRAGMA encoding='{}'; PRAGMA auto_vacuum={};
         CREATE TABLE t0(id INTEGER PRIMARY KEY, a, b TEXT, c); CREATE INDEX i0 ON t0(a, b);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})
         INSERT INTO t0(a, b, c) SELECT i % 11, 'first ' || i, zeroblob(i * 7 % 1000) FROM n;
         DELETE FROM t0 WHERE id % 5 = 3;
         PRAGMA journal_mode={};",
        base.page_size,
        base.encoding,
        base.auto_vacuum,
        base.rows,
        if base.wal { "wal" } else { "delete" },
    ))
    .unwrap();
}

fn query(conn: &Connection, sql: &str) -> Vec<String> {
    let mut statement = conn.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|row| row.unwrap_or_else(|error| error.to_string())).collect()
}

/// Schema and rows as text.
fn dump(conn: &Connection) -> Vec<String> {
    let mut all =
        query(conn, "SELECT type || name || coalesce(sql, '') FROM sqlite_schema ORDER BY 1");
    for table in query(
        conn,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 't_' ORDER BY 1",
    ) {
        all.extend(query(
            conn,
            &format!("SELECT quote(id) || quote(a) || quote(b) || quote(c) FROM {table} ORDER BY id, b, a"),
        ));
    }
    all
}

fn check(folder: &Folder, base: &Base, steps: &[Step]) {
    let path = folder.file("theirs.db");
    make(base, &path);
    let bytes = std::fs::read(&path).unwrap();
    let shared = Arc::new(bytes.clone());
    let files = DatabaseFiles::alone(Arc::clone(&shared) as _);
    let ours = Database::open(files, Rc::new(NoControl)).unwrap().database;
    let theirs = own_vfs(&path);
    // SAFETY: the handle is live. VACUUM attaches a file of its own.
    unsafe { ffi::sqlite3_limit(ours.handle(), ffi::SQLITE_LIMIT_ATTACHED, 10) };
    theirs
        .execute_batch("PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=FILE; PRAGMA synchronous=OFF; PRAGMA cell_size_check=ON")
        .unwrap();
    for conn in [&ours.conn, &theirs] {
        conn.execute_batch("PRAGMA cache_size=8").unwrap();
    }
    let mut forks = Vec::new();
    // What a fork in the middle of a transaction goes back to.
    let mut committed = dump(&theirs);
    for (number, step) in steps.iter().enumerate() {
        match step {
            Step::Both(sql) => {
                if theirs.is_autocommit() {
                    committed = dump(&theirs);
                }
                let outcome = theirs.execute_batch(sql).map_err(|error| error.to_string());
                let our_outcome = ours.conn.execute_batch(sql).map_err(|error| error.to_string());
                assert_eq!(our_outcome, outcome, "step {number}: {sql}");
                assert_eq!(ours.conn.is_autocommit(), theirs.is_autocommit(), "step {number}");
            }
            Step::Fork(writes) => {
                let in_memory = query(&theirs, "PRAGMA journal_mode") == ["memory"];
                if in_memory && !theirs.is_autocommit() {
                    // Such a journal is not in a file, and we never fork in a transaction.
                    continue;
                }
                let fork = ours.fork().unwrap();
                let mut state =
                    if theirs.is_autocommit() { dump(&theirs) } else { committed.clone() };
                if *writes {
                    fork.execute_script("CREATE TABLE t9(id, a, b, c); INSERT INTO t9 VALUES (1, 2, 3, zeroblob(30000)); DROP TABLE t9; CREATE VIEW w AS SELECT 1").unwrap();
                    state.push("viewwCREATE VIEW w AS SELECT 1".to_owned());
                }
                forks.push((fork, state));
            }
            Step::Memory(pages) => {
                let memory_bytes = pages * 4096;
                crate::limit_storage(StorageLimits { memory_bytes, ..StorageLimits::default() });
            }
        }
    }
    for conn in [&ours.conn, &theirs] {
        if !conn.is_autocommit() {
            conn.execute_batch("ROLLBACK").unwrap();
        }
        conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        assert_eq!(query(conn, "PRAGMA integrity_check"), ["ok"]);
    }
    assert_eq!(dump(&ours.conn), dump(&theirs));
    drop(theirs);
    let (image, their_image) = (ours.to_bytes().unwrap(), std::fs::read(&path).unwrap());
    assert_eq!(image.len(), their_image.len());
    let differs = image.iter().zip(&their_image).position(|(a, b)| a != b);
    assert_eq!(differs, None, "the first byte that differs");
    for (fork, mut state) in forks {
        assert_eq!(query(&fork.conn, "PRAGMA integrity_check"), ["ok"]);
        let mut found = dump(&fork.conn);
        found.sort();
        state.sort();
        assert_eq!(found, state);
    }
    assert!(*shared == bytes, "the base was written");
}

#[test]
fn our_vfs_does_what_sqlites_own_does() {
    let cases = if std::env::var_os("SCANSEEK_FULL").is_some() { 2_000 } else { 40 };
    let folder = Folder::new();
    crate::build_info();
    let spill = std::fs::File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(folder.file("spill"))
        .unwrap();
    crate::spill_to(Some(Arc::new(TemporarySpill::new(spill))));
    let config =
        Config { cases, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let outcome =
        TestRunner::new_with_rng(config, random).run(&(base(), steps()), |(base, steps)| {
            check(&folder, &base, &steps);
            Ok(())
        });
    crate::spill_to(None);
    crate::limit_storage(StorageLimits::default());
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
