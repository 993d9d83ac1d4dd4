//! Whenever a person cancels, the run ends soon, and the database goes on as if nothing had been.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use scanseek_engine::{
    Control, Database, DatabaseFiles, EngineError, NoControl, RowsRequest, Stop, Value,
};

/// Cancels from the look numbered `from` on, once armed.
#[derive(Default)]
struct Counting {
    looks: Cell<u64>,
    from: Cell<Option<u64>>,
}

impl Counting {
    fn arm(&self, from: Option<u64>) {
        self.looks.set(0);
        self.from.set(from);
    }
}

impl Control for Counting {
    fn now_ns(&self) -> u64 {
        0
    }

    fn cancelled(&self) -> bool {
        self.looks.set(self.looks.get() + 1);
        self.from.get().is_some_and(|from| self.looks.get() > from)
    }
}

/// Looks that may follow the first that says stop: rolling back reads and writes, too, and is not
/// to be stopped, but it looks only where it could be.
const LOOKS_AFTER: u64 = 2;

const READS: [&str; 10] = [
    "SELECT * FROM t",
    "SELECT count(*) FROM t",
    "SELECT b FROM t ORDER BY b, c",
    "SELECT a, count(*), max(c) FROM t GROUP BY b ORDER BY 2",
    "SELECT DISTINCT substr(b, 3) FROM t",
    "SELECT count(*) FROM t x, t y WHERE x.a < y.a AND x.id < 60",
    "SELECT count(*) FROM t x JOIN t y ON x.c = y.c",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT max(i) FROM n",
    "SELECT count(*) FROM f WHERE f MATCH 'row*'",
    "SELECT a, (SELECT count(*) FROM t y WHERE y.a = x.a) FROM t x WHERE id < 40",
];

/// Each takes several VM steps a row.
const WRITES: [&str; 6] = [
    "CREATE INDEX i ON t(b, c)",
    "CREATE UNIQUE INDEX i ON t(c, id)",
    "CREATE TABLE copy AS SELECT * FROM t ORDER BY c",
    "ANALYZE",
    "UPDATE t SET b = b || '!' WHERE id % 2",
    "DELETE FROM t WHERE id % 3 = 0",
];

const ROWS: u64 = 30_000;

/// More than the page cache holds, so that reading goes on at all times.
fn base() -> Arc<Vec<u8>> {
    let database = Database::create(Rc::new(NoControl)).unwrap();
    database
        .execute_script(&format!(
            "PRAGMA page_size=1024;
             CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b TEXT, c INT); CREATE INDEX t_a ON t(a);
             CREATE VIRTUAL TABLE f USING fts5(body);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
             INSERT INTO t SELECT i, i % 100, 'text ' || (i * 7919 % {ROWS}) || ' and more', i * 31 % 20011 FROM n;
             INSERT INTO f SELECT 'row' || id || ' ' || b FROM t WHERE id <= 3000;",
        ))
        .unwrap();
    Arc::new(database.to_bytes().unwrap())
}

fn open(base: &Arc<Vec<u8>>) -> (Rc<Counting>, Database) {
    let control = Rc::new(Counting::default());
    let files = DatabaseFiles::alone(Arc::clone(base) as _);
    let opened = Database::open(files, Rc::clone(&control) as _).unwrap();
    (control, opened.database)
}

/// Moments to cancel at: the first looks, and some over the whole of the run but its very end. Runs
/// do not begin in step with the sixteen reads, so one may have a look less than another.
fn moments(looks: u64) -> Vec<u64> {
    let full = std::env::var_os("SCANSEEK_FULL").is_some();
    let step = (looks / if full { 200 } else { 8 }).max(1);
    let end = looks.saturating_sub(2);
    let mut moments: Vec<u64> = (0..3).chain((0..end).step_by(step as usize)).collect();
    moments.push(end.saturating_sub(1));
    moments.retain(|moment| *moment < end);
    moments.sort_unstable();
    moments.dedup();
    moments
}

fn number(database: &Database, sql: &str) -> i64 {
    let all = RowsRequest { row_cap: 1, time_ns: None };
    match database.prepare(sql).unwrap().rows(&all).unwrap().rows[..] {
        [ref row] => match row[0] {
            Value::Integer(number) => number,
            ref other => panic!("{sql}: {other:?}"),
        },
        ref other => panic!("{sql}: {other:?}"),
    }
}

#[test]
fn reading_is_cancelled_at_any_moment() {
    let base = base();
    let (control, database) = open(&base);
    let all = RowsRequest { row_cap: 3, time_ns: None };
    for sql in READS {
        control.arm(None);
        let whole = database.prepare(sql).unwrap().rows(&all).unwrap();
        let looks = control.looks.get();
        // Every thousand VM steps, and every sixteenth read.
        let at_least = (whole.counters.vm_steps / 1000).max(whole.counters.page_reads / 16);
        assert!(at_least > 2 && looks + 1 >= at_least, "{sql}: looked {looks} times only");
        for moment in moments(looks) {
            control.arm(Some(moment));
            let outcome = database.prepare(sql).and_then(|statement| statement.rows(&all));
            let after = control.looks.get() - moment;
            assert!((1..=LOOKS_AFTER).contains(&after), "{sql} at {moment}: {after} looks more");
            match outcome {
                Ok(rows) => assert_eq!(rows.stopped, Some(Stop::Cancelled), "{sql} at {moment}"),
                Err(error) => assert_eq!(error, EngineError::Cancelled, "{sql} at {moment}"),
            }
        }
        control.arm(None);
        let again = database.prepare(sql).unwrap().rows(&all).unwrap();
        assert_eq!(again.rows, whole.rows, "{sql}");
    }
}

#[test]
fn building_is_cancelled_at_any_moment_and_leaves_nothing() {
    let base = base();
    let (control, original) = open(&base);
    let sum = "SELECT count(*) * 1000003 + sum(length(b)) + sum(c) FROM t NOT INDEXED";
    let expected = number(&original, sum);
    let folder = std::env::temp_dir().join(format!("scanseek-cancel-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for sql in WRITES {
        control.arm(None);
        original.fork().unwrap().execute(sql).unwrap();
        let looks = control.looks.get();
        assert!(looks >= ROWS / 1000, "{sql}: looked {looks} times only");
        for moment in moments(looks) {
            control.arm(None);
            let fork = original.fork().unwrap();
            let objects = number(&fork, "SELECT count(*) FROM sqlite_schema");
            control.arm(Some(moment));
            let outcome = fork.execute(sql);
            let looked = control.looks.get();
            control.arm(None);
            match outcome {
                Err(error) => assert_eq!(error, EngineError::Cancelled, "{sql} at {moment}"),
                // Opening the fork looked, too, so the last moments may come too late.
                Ok(()) => {
                    assert!(looked <= moment, "{sql} at {moment}: went on to the end");
                    continue;
                }
            }
            assert!(looked - moment <= LOOKS_AFTER, "{sql} at {moment}: {looked} looks");
            assert_eq!(number(&fork, sum), expected, "{sql} at {moment}");
            assert_eq!(number(&fork, "SELECT count(*) FROM sqlite_schema"), objects);
            let path = folder.join("after.db");
            std::fs::write(&path, fork.to_bytes().unwrap()).unwrap();
            let conn = rusqlite::Connection::open(&path).unwrap();
            let check: String =
                conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(check, "ok", "{sql} at {moment}");
            // And it can be done after all.
            fork.execute(sql).unwrap();
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(number(&original, sum), expected);
}
