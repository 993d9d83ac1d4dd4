//! Plans at other sizes, and work on parts of the data.

use scanseek_workbench::{RunOptions, Workbench};

use crate::host::workbench;

const OPTIONS: RunOptions = RunOptions { row_cap: 0, deadline_ns: 60_000_000_000 };

const SCHEMA: &str = "
    CREATE TABLE customers(id INTEGER PRIMARY KEY, city TEXT);
    CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INT REFERENCES customers(id), state TEXT, total INT);
    CREATE TABLE lines(order_id INT, item INT, PRIMARY KEY(order_id, item)) WITHOUT ROWID;
    CREATE VIEW big AS SELECT * FROM orders WHERE total > 90;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
    INSERT INTO customers SELECT i, 'city ' || i % 40 FROM n;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000)
    INSERT INTO orders SELECT i, 1 + i * 7919 % 1000, 'state ' || i % 4, i % 100 FROM n;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
    INSERT INTO lines SELECT i, i % 7 FROM n;
    CREATE INDEX by_customer ON orders(customer_id);
    CREATE INDEX by_state ON orders(state);";

fn exponents(workbench: &Workbench, sql: &str) -> (f64, f64) {
    let growth = workbench.growth(sql, &[], &OPTIONS).unwrap();
    let found = growth.exponents.unwrap_or_else(|| panic!("{sql}: {growth:?}"));
    (found.vm_steps, found.page_requests)
}

#[test]
fn work_grows_as_it_must() {
    let workbench = workbench(SCHEMA);
    for (sql, low, high) in [
        // One lookup, whatever the size; its customer is 110, who is in all parts.
        ("SELECT * FROM orders WHERE id = 11", -0.05, 0.05),
        ("SELECT * FROM orders WHERE total = 5", 0.97, 1.03),
        ("SELECT count(*) FROM lines WHERE item = 3", 0.97, 1.03),
        ("SELECT * FROM big", 0.97, 1.03),
        // Each row meets each other.
        ("SELECT count(*) FROM customers a, customers b WHERE a.city < b.city", 1.95, 2.05),
        // A row finds its partner by a key.
        (
            "SELECT count(*) FROM orders CROSS JOIN customers ON customers.id = customer_id",
            0.97,
            1.03,
        ),
    ] {
        let (steps, _) = exponents(&workbench, sql);
        assert!((low..high).contains(&steps), "{sql}: {steps}");
    }
}

#[test]
fn parts_hold_the_older_rows_and_keep_their_references() {
    let workbench = workbench(SCHEMA);
    let sql = "SELECT count(*) FROM orders JOIN customers ON customers.id = customer_id";
    let growth = workbench.growth(sql, &[], &OPTIONS).unwrap();
    let rows = |at: usize, table: &str| {
        growth.points[at].tables.iter().find(|found| found.name == table).unwrap().rows
    };
    for (at, part) in [(0, 1), (1, 2), (2, 4), (3, 8)] {
        assert_eq!(rows(at, "customers"), 1000 / part);
        // 7919 and 1000 have no common factor, so each customer has eight orders.
        assert_eq!(rows(at, "orders"), 8000 / part);
        let point = &growth.points[at];
        assert_eq!(point.rows, 9000 / part);
        // Each order that is left finds its customer.
        let counters = point.counters.unwrap();
        assert_eq!(counters.rows_returned, 1);
        assert!(counters.vm_steps > 8000 / part);
    }
    // What was open is as it was.
    let run = workbench.run("SELECT count(*) FROM orders", &[], &OPTIONS).unwrap();
    assert_eq!(run.statement.counters.unwrap().rows_returned, 1);
}

#[test]
fn constants_that_point_out_of_a_part_are_said() {
    let workbench = workbench(SCHEMA);
    for (sql, is_said) in [
        ("SELECT * FROM orders WHERE id = 5", true),
        ("SELECT * FROM orders WHERE id = 11", false),
        ("SELECT * FROM orders WHERE id = 0", false),
    ] {
        let growth = workbench.growth(sql, &[], &OPTIONS).unwrap();
        let said = growth.notes.iter().any(|note| note.contains("finds nothing"));
        assert_eq!(said, is_said, "{sql}: {:?}", growth.notes);
    }
}

#[test]
fn small_tables_tell_nothing() {
    let workbench = workbench("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2);");
    let growth = workbench.growth("SELECT * FROM t", &[], &OPTIONS).unwrap();
    assert_eq!(growth.exponents, None);
    assert!(growth.sentence.contains("too few"), "{}", growth.sentence);
}

#[test]
fn plans_flip_where_sqlite_says() {
    // Each state has 2000 of 8000 rows: with ten customers a scan of them and lookups win.
    let workbench = workbench(&format!("{SCHEMA} ANALYZE;"));
    let sql = "SELECT * FROM customers JOIN orders ON customers.id = customer_id WHERE state = 'state 1' AND city = 'city 3'";
    let scaled = workbench.scaled(sql, &[]).unwrap();
    let factors: Vec<f64> = scaled.sizes.iter().map(|size| size.factor).collect();
    assert!(factors.is_sorted() && factors.contains(&1.0));
    assert!((factors[0] - 0.01).abs() < 1e-9 && (factors.last().unwrap() - 1000.0).abs() < 1e-6);
    // At the data's own size it is the plan there is.
    let now = &scaled.sizes.iter().find(|size| size.factor == 1.0).unwrap();
    let plan = workbench.explain(sql).unwrap().statements.remove(0).plan.to_text();
    assert_eq!(now.plan.to_text(), plan);
    let rows = |name: &str| now.tables.iter().find(|table| table.name == name).unwrap().rows;
    assert_eq!((now.tables.len(), rows("customers"), rows("orders")), (2, 1000, 8000));
    // Between two sizes with different plans lies a flip, and nowhere else.
    let changes =
        scaled.sizes.windows(2).filter(|pair| pair[0].plan.to_text() != pair[1].plan.to_text());
    assert_eq!(changes.count(), scaled.flips.len());
    for flip in &scaled.flips {
        assert_ne!(flip.below.to_text(), flip.above.to_text());
        assert!((0.01..=1000.0).contains(&flip.factor));
    }
    // More rows, more work.
    assert!(
        scaled.sizes.windows(2).all(|pair| pair[0].rows_expected <= pair[1].rows_expected * 1.5)
    );
}

#[test]
fn without_statistics_they_are_gathered_and_it_is_said() {
    let workbench = workbench(SCHEMA);
    let scaled = workbench.scaled("SELECT * FROM orders o WHERE o.total = 5", &[]).unwrap();
    assert!(scaled.assumptions[0].contains("no statistics"), "{:?}", scaled.assumptions);
    assert_eq!(scaled.flips, []);
    for size in &scaled.sizes {
        let rows = (8000.0 * size.factor).round();
        assert_eq!((size.tables.len(), size.tables[0].rows), (1, rows as u64));
        assert!((size.rows_expected - rows).abs() < 1.0, "{size:?}");
    }
}
