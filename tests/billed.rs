//! Rows that statements touch, counted by hand for each case, and what they cost.

use scanseek_workbench::RowPrices;

use crate::host::workbench;

const SCHEMA: &str = "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b INT, c INT);
    CREATE INDEX t_a ON t(a);
    CREATE TABLE child(id INTEGER PRIMARY KEY, t INT REFERENCES t(id) ON DELETE CASCADE);
    CREATE TABLE log(x);
    CREATE TABLE plain(x);
    INSERT INTO plain VALUES (1), (2), (3), (4);
    CREATE TRIGGER noted AFTER UPDATE OF c ON t BEGIN INSERT INTO log VALUES(new.id); END;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
    INSERT INTO t SELECT i, i % 10, i % 20, 0 FROM n;
    INSERT INTO child SELECT NULL, id FROM t WHERE id <= 3;";

/// Statement; rows read and written as it is; the same with an index on t(b).
#[allow(clippy::type_complexity)]
const CASES: &[(&str, (u64, u64), (u64, u64))] = &[
    ("SELECT * FROM t", (100, 0), (100, 0)),
    ("SELECT count(*) FROM t", (100, 0), (100, 0)),
    ("SELECT * FROM t WHERE id = 7", (1, 0), (1, 0)),
    ("SELECT * FROM t WHERE a = 3", (10, 0), (10, 0)),
    ("SELECT * FROM t WHERE b = 3", (100, 0), (5, 0)),
    // One row of the table and one of each index.
    ("INSERT INTO t VALUES (1000, 1, 2, 3)", (0, 2), (0, 3)),
    ("INSERT INTO t SELECT id + 1000, a, b, c FROM t WHERE id <= 5", (5, 10), (5, 15)),
    // The index does not change with a column that is not in it.
    ("UPDATE t SET b = b + 1 WHERE id = 7", (1, 1), (1, 2)),
    ("UPDATE t SET a = a + 1 WHERE id = 7", (1, 2), (1, 2)),
    // Triggers do not run here.
    ("UPDATE t SET c = 1 WHERE id = 7", (1, 1), (1, 1)),
    // The three children are looked through once for each: the row itself, and what has to go with it. The
    // second look is no part of the plan.
    ("DELETE FROM t WHERE id = 50", (4, 2), (4, 3)),
    // A child goes with its row, found by looking through all.
    ("DELETE FROM t WHERE id = 2", (4, 3), (4, 4)),
    // Without WHERE, no loop is needed.
    ("DELETE FROM plain", (0, 4), (0, 4)),
];

#[test]
fn rows_are_counted_as_by_hand() {
    let mut workbench = workbench(SCHEMA);
    let changes = ["CREATE INDEX t_b ON t(b)".to_owned()];
    let mut failures = Vec::new();
    for (sql, before, after) in CASES {
        let billed = workbench.billed(sql, &changes).unwrap();
        let Some(query) = billed.queries.first() else {
            failures.push(format!("{sql}: {:?}", billed.not_analysed));
            continue;
        };
        let found = [query.before, query.after].map(|rows| (rows.read, rows.written));
        if found != [*before, *after] {
            failures.push(format!("{sql}: {found:?}, expected {before:?} and {after:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn money_is_rows_times_prices_and_nothing_stays_written() {
    let mut workbench = workbench(SCHEMA);
    let text = "-- weight: 3\nSELECT * FROM t WHERE b = 3;
        INSERT INTO t VALUES (1000, 1, 2, 3);
        SELECT nonsense";
    let billed = workbench.billed(text, &["CREATE INDEX t_b ON t(b)".to_owned()]).unwrap();
    assert_eq!(billed.not_analysed.len(), 1);
    let prices = RowPrices { read: 2.0, written: 10.0, runs: 1e6 };
    let bill = billed.bill(&prices);
    // 3 × 100 rows read at 2 a million, and 2 written at 10; a million times.
    assert_eq!((bill.before, bill.after), (3.0 * 100.0 * 2.0 + 20.0, 3.0 * 5.0 * 2.0 + 30.0));
    let again = workbench.billed(text, &[]).unwrap();
    assert_eq!(again.queries[0].before, billed.queries[0].before);
}
