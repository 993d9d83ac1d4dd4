//! Rows as they come, later rows, and values in full: nothing is lost, doubled or rounded.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use scanseek_engine::{
    CellRequest, Control, Database, DatabaseFiles, EngineError, NoControl, PageRequest, RowBatch,
    RowsRequest, Stop, Value, Varies, Whole, real_text,
};

/// Keeps what it is given; every look at its clock is `tick_ns` later than the last.
#[derive(Default)]
struct Taking {
    batches: RefCell<Vec<RowBatch>>,
    now_ns: Cell<u64>,
    tick_ns: u64,
    /// Cancels once this many rows have come.
    enough: Cell<Option<usize>>,
}

impl Taking {
    fn rows(&self) -> Vec<Vec<Value>> {
        self.batches.borrow().iter().flat_map(|batch| batch.rows.clone()).collect()
    }
}

impl Control for Taking {
    fn now_ns(&self) -> u64 {
        self.now_ns.set(self.now_ns.get() + self.tick_ns);
        self.now_ns.get()
    }
    fn cancelled(&self) -> bool {
        self.enough.get().is_some_and(|enough| self.rows().len() >= enough)
    }
    fn rows(&self, batch: RowBatch) {
        self.batches.borrow_mut().push(batch);
    }
}

fn numbers(rows: u64) -> String {
    format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})")
}

fn database(control: Rc<dyn Control>) -> Database {
    let database = Database::create(Rc::new(NoControl)).unwrap();
    database
        .execute_script(&format!(
            "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b);
             CREATE VIRTUAL TABLE f USING fts5(body);
             {} INSERT INTO t SELECT i, i * 7919 % 3001, 'text ' || i FROM n;
             INSERT INTO f SELECT b FROM t;",
            numbers(3000)
        ))
        .unwrap();
    let files = DatabaseFiles::alone(Arc::new(database.to_bytes().unwrap()));
    Database::open(files, control).unwrap().database
}

const QUERIES: [&str; 6] = [
    "SELECT * FROM t",
    "SELECT a, b FROM t ORDER BY a",
    "SELECT * FROM t WHERE id < 0",
    "SELECT b AS x, b AS x FROM t WHERE a % 2",
    "SELECT a % 500, count(*) FROM t GROUP BY 1",
    "SELECT body FROM f WHERE f MATCH 'text'",
];

#[test]
fn batches_together_are_the_result_and_change_no_counter() {
    for tick_ns in [0, 1_000_000, 60_000_000] {
        let control = Rc::new(Taking { tick_ns, ..Taking::default() });
        let database = database(Rc::clone(&control) as _);
        for sql in QUERIES {
            for row_cap in [0, 1, 255, 256, 257, 5000] {
                control.batches.take();
                let request = RowsRequest { row_cap, time_ns: None };
                let whole = database.prepare(sql).unwrap().rows(&request).unwrap();
                assert!(control.batches.take().is_empty(), "{sql}: nobody asked for batches");
                let run = database.prepare(sql).unwrap().rows_in_batches(&request).unwrap();
                assert_eq!(control.rows(), whole.rows, "{sql}");
                assert_eq!(run.counters, whole.counters, "{sql}");
                assert_eq!((run.kept, run.rows.len()), (whole.rows.len() as u64, 0));
                assert_eq!(whole.kept, run.kept);
                let mut next = 0;
                for batch in control.batches.take() {
                    assert_eq!((batch.first_row, &batch.columns[..]), (next, &whole.columns[..]));
                    assert!(!batch.rows.is_empty() && batch.rows.len() <= 256, "{sql}");
                    next += batch.rows.len() as u64;
                }
            }
        }
    }
}

#[test]
fn a_row_does_not_wait_for_the_next() {
    let control = Rc::new(Taking { tick_ns: 1_000_000, ..Taking::default() });
    let database = database(Rc::clone(&control) as _);
    // The first row is there at once; the next takes some hundred thousand steps and never comes.
    let sql = "SELECT id FROM t WHERE id = 1 OR
               (SELECT count(*) FROM t x, t y WHERE x.a + y.a = t.id) < 0";
    control.enough.set(Some(1));
    let request = RowsRequest { row_cap: 10, time_ns: Some(60_000_000_000) };
    let run = database.prepare(sql).unwrap().rows_in_batches(&request).unwrap();
    assert_eq!((run.stopped, run.kept), (Some(Stop::Cancelled), 1));
    assert_eq!(control.rows(), [[Value::Integer(1)]]);
}

#[test]
fn a_cancelled_run_leaves_the_rows_that_came() {
    let control = Rc::new(Taking { tick_ns: 1_000_000, ..Taking::default() });
    let database = database(Rc::clone(&control) as _);
    let sql = "SELECT x.id, y.id FROM t x, t y";
    control.enough.set(Some(600));
    let request = RowsRequest { row_cap: 100_000, time_ns: None };
    let run = database.prepare(sql).unwrap().rows_in_batches(&request).unwrap();
    let rows = control.rows();
    assert_eq!(run.stopped, Some(Stop::Cancelled));
    assert!((600..100_000).contains(&rows.len()), "{}", rows.len());
    assert_eq!((run.kept, run.counters.rows_returned), (rows.len() as u64, rows.len() as u64));
    for (at, row) in (0..).zip(&rows) {
        assert_eq!(row[..], [Value::Integer(1 + at / 3000), Value::Integer(1 + at % 3000)]);
    }
    // Later runs on the connection hand nothing over.
    control.enough.set(None);
    control.batches.take();
    database.prepare(sql).unwrap().page(&page(5, 5)).unwrap();
    assert!(control.batches.take().is_empty());
}

#[test]
fn rows_before_an_error_have_been_handed_over() {
    let control = Rc::new(Taking::default());
    let database = database(Rc::clone(&control) as _);
    let sql = "SELECT id, abs(iif(id = 300, -9223372036854775807 - 1, id)) FROM t";
    let request = RowsRequest { row_cap: 1000, time_ns: None };
    let error = database.prepare(sql).unwrap().rows_in_batches(&request).unwrap_err();
    assert!(matches!(error, EngineError::Sql(_)), "{error:?}");
    assert_eq!(control.rows().len(), 299);
}

fn page(first_row: u64, row_cap: usize) -> PageRequest {
    PageRequest { first_row, row_cap, whole: false, time_ns: None }
}

#[test]
fn pages_together_are_the_result() {
    let database = database(Rc::new(NoControl));
    for sql in QUERIES {
        let request = RowsRequest { row_cap: usize::MAX, time_ns: None };
        let whole = database.prepare(sql).unwrap().rows(&request).unwrap().rows;
        for size in [1000, 1001, 3000] {
            let mut rows = Vec::new();
            loop {
                let statement = database.prepare(sql).unwrap();
                let page = statement.page(&page(rows.len() as u64, size)).unwrap();
                assert_eq!(page.more, rows.len() + page.rows.len() < whole.len(), "{sql}");
                rows.extend(page.rows);
                if !page.more {
                    break;
                }
            }
            assert_eq!(rows, whole, "{sql} by {size}");
        }
        let behind = database.prepare(sql).unwrap().page(&page(1_000_000, 10)).unwrap();
        assert_eq!((behind.rows.len(), behind.more), (0, false));
    }
}

#[test]
fn a_page_keeps_no_more_than_fits() {
    let database = database(Rc::new(NoControl));
    let sql = "SELECT hex(zeroblob(1000 + id)) FROM t x";
    let whole = |first_row, whole| PageRequest { whole, ..page(first_row, usize::MAX) };
    let shown = database.prepare(sql).unwrap().page(&whole(0, false)).unwrap();
    assert_eq!((shown.rows.len(), shown.more), (3000, false));
    let Value::Text { text, cut_from, .. } = &shown.rows[0][0] else { panic!() };
    assert_eq!((text.len(), *cut_from), (1024, Some(2002)));
    let full = database.prepare(sql).unwrap().page(&whole(2999, true)).unwrap();
    assert_eq!(full.rows, [[Value::from("0".repeat(8000))]]);

    let wide = "SELECT hex(zeroblob(5000000)) FROM t";
    let first = database.prepare(wide).unwrap().page(&whole(0, true)).unwrap();
    assert_eq!((first.rows.len(), first.more), (7, true), "seven times 10 MB is above 64 MiB");
}

fn cell(database: &Database, sql: &str, row: u64, column: usize) -> Option<Whole> {
    let request = CellRequest { row, column, time_ns: None };
    database.prepare(sql).unwrap().cell(&request).unwrap()
}

fn first_row(database: &Database, sql: &str) -> Vec<Value> {
    let request = RowsRequest { row_cap: 1, time_ns: None };
    database.prepare(sql).unwrap().rows(&request).unwrap().rows.remove(0)
}

#[test]
fn values_arrive_exactly() {
    let database = database(Rc::new(NoControl));
    let text = |text: &[u8]| Whole::Text(text.to_vec());
    let lossy = |text: &str| Value::Text { text: text.into(), lossy: true, cut_from: None };
    let blob = |head: &[u8]| Value::Blob { head: head.to_vec(), bytes: head.len() as u64 };
    for (sql, shown, whole) in [
        ("NULL", Value::Null, Whole::Null),
        ("''", Value::from(""), text(b"")),
        ("x''", blob(b""), Whole::Blob(Vec::new())),
        (
            "9007199254740993",
            Value::Integer(9_007_199_254_740_993),
            Whole::Integer(9_007_199_254_740_993),
        ),
        ("-9223372036854775807 - 1", Value::Integer(i64::MIN), Whole::Integer(i64::MIN)),
        ("9223372036854775807", Value::Integer(i64::MAX), Whole::Integer(i64::MAX)),
        ("0.1 + 0.2", Value::Real(0.1 + 0.2), Whole::Real(0.1 + 0.2)),
        ("9e999", Value::Real(f64::INFINITY), Whole::Real(f64::INFINITY)),
        ("'a' || char(0) || 'b'", Value::from("a\0b"), text(b"a\0b")),
        ("CAST(x'61ff62' AS TEXT)", lossy("a\u{fffd}b"), text(b"a\xffb")),
        ("CAST(x'c3' AS TEXT)", lossy("\u{fffd}"), text(b"\xc3")),
        ("CAST(x'eda080' AS TEXT)", lossy("\u{fffd}\u{fffd}\u{fffd}"), text(b"\xed\xa0\x80")),
        ("x'00ff00'", blob(b"\0\xff\0"), Whole::Blob(b"\0\xff\0".to_vec())),
    ] {
        let sql = format!("SELECT id, {sql} FROM t");
        assert_eq!(first_row(&database, &sql)[1], shown, "{sql}");
        assert_eq!(cell(&database, &sql, 0, 1), Some(whole.clone()), "{sql}");
        assert_eq!(cell(&database, &sql, 2999, 1), Some(whole), "{sql}");
        assert_eq!(cell(&database, &sql, 2999, 0), Some(Whole::Integer(3000)));
        assert_eq!((cell(&database, &sql, 3000, 0), cell(&database, &sql, 0, 2)), (None, None));
    }
}

#[test]
fn huge_values_are_named_and_not_read() {
    let database = database(Rc::new(NoControl));
    let zeros = |bytes: u64| format!("SELECT zeroblob({bytes}), 'x'");
    let Value::Blob { head, bytes } = &first_row(&database, &zeros(999_000_000))[0] else {
        panic!()
    };
    assert_eq!((head.len(), *bytes), (0, 999_000_000));
    for sql in [zeros(999_000_000), zeros(64 * 1024 * 1024 + 1)] {
        let request = CellRequest { row: 0, column: 0, time_ns: None };
        let error = database.prepare(&sql).unwrap().cell(&request).unwrap_err();
        assert!(error.to_string().contains("67 MB"), "{error}");
    }
    let largest = cell(&database, &zeros(64 * 1024 * 1024), 0, 0);
    assert_eq!(largest, Some(Whole::Blob(vec![0; 64 * 1024 * 1024])));
    assert_eq!(cell(&database, &zeros(999_000_000), 0, 1), Some(Whole::Text(b"x".to_vec())));
}

#[test]
fn reals_are_written_as_sqlite_writes_them() {
    let database = database(Rc::new(NoControl));
    for (sql, expected) in [
        ("1.0", "1.0"),
        ("0.1", "0.1"),
        ("0.1 + 0.2", "0.30000000000000004"),
        ("1e100", "1.0e+100"),
        ("-2.5e-7", "-2.5e-07"),
        ("9e999", "Inf"),
        ("-9e999", "-Inf"),
        ("1.0 / 3", "0.33333333333333332"),
        ("123456789012345680.0", "1.2345678901234568e+17"),
    ] {
        let row = first_row(&database, &format!("SELECT {sql}, CAST({sql} AS TEXT)"));
        let Value::Real(real) = row[0] else { panic!("{row:?}") };
        assert_eq!(Value::from(real_text(real)), row[1], "{sql}");
        let same: f64 = expected.parse().unwrap();
        assert!(same == real, "{sql}: {expected}");
        assert_eq!(real_text(real), expected, "{sql}");
    }
}

#[test]
fn what_may_give_other_rows_is_known() {
    let database = database(Rc::new(NoControl));
    database.execute_script("CREATE VIEW v AS SELECT id, random() AS r FROM t").unwrap();
    for (sql, expected) in [
        ("SELECT * FROM t ORDER BY a", None),
        ("SELECT date(a, 'unixepoch') FROM t", None),
        ("SELECT strftime('%Y', '2024-01-01')", None),
        ("SELECT random() FROM t", Some(Varies::Random)),
        ("SELECT * FROM v", Some(Varies::Random)),
        ("SELECT RandomBlob(3)", Some(Varies::Random)),
        ("SELECT CURRENT_TIMESTAMP", Some(Varies::Clock)),
        ("SELECT id FROM t WHERE a < julianday('NOW')", Some(Varies::Clock)),
        ("SELECT datetime()", Some(Varies::Clock)),
        ("SELECT id FROM t WHERE a < unixepoch()", Some(Varies::Clock)),
        ("SELECT unixepoch('now'), random()", Some(Varies::Clock)),
    ] {
        assert_eq!(database.prepare(sql).unwrap().varies(), expected, "{sql}");
    }
    let statement = database.prepare("SELECT date(?1)").unwrap();
    assert_eq!(statement.varies(), None);
    statement.bind(&[("1".into(), Value::from("now"))]).unwrap();
    assert_eq!(statement.varies(), Some(Varies::Clock));
}
