//! Writes are measured and taken back.

use std::rc::Rc;

use scanseek_engine::{Database, EngineError, NoControl};

fn shop() -> Database {
    let db = Database::create(Rc::new(NoControl)).unwrap();
    db.execute_script(
        "CREATE TABLE customers(id INTEGER PRIMARY KEY, town INT);
         CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INT REFERENCES customers(id), total INT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
         INSERT INTO customers SELECT i, i % 30 FROM n;
         INSERT INTO orders SELECT id, id % 1000 + 1, id FROM customers;",
    )
    .unwrap();
    db
}

fn steps(db: &Database, sql: &str) -> u64 {
    db.prepare(sql).unwrap().measure_write(None, None).unwrap().counters.vm_steps
}

fn all(db: &Database) -> u64 {
    let sql = "SELECT *, 0 FROM customers UNION ALL SELECT * FROM orders ORDER BY 1, 2, 3";
    db.prepare(sql).unwrap().measure(None, None).unwrap().result.ordered
}

#[test]
fn a_write_costs_what_it_costs_and_changes_nothing() {
    let mut db = shop();
    let before = all(&db);
    for sql in [
        "INSERT INTO orders(customer, total) VALUES (7, 70)",
        "UPDATE orders SET total = total + 1 WHERE customer = 7",
        "DELETE FROM orders WHERE customer = 7",
        "DELETE FROM customers RETURNING town",
    ] {
        let first = steps(&db, sql);
        assert!(first > 0 && first == steps(&db, sql), "{sql}");
        assert_eq!(all(&db), before, "{sql}");
    }
    // Two columns and the rowid: an index on one column takes 4 + 2 steps of each insert.
    let insert = "INSERT INTO orders(customer, total) VALUES (7, 70)";
    let (bare, update) = (steps(&db, insert), "UPDATE orders SET total = 0 WHERE customer = 7");
    let scanned = steps(&db, update);
    db.create_index("CREATE INDEX by_customer ON orders(customer)").unwrap();
    assert!(steps(&db, insert) > bare);
    assert!(steps(&db, update) * 20 < scanned);
}

#[test]
fn children_of_a_deleted_row_are_looked_for_where_foreign_keys_are_enforced() {
    let mut db = shop();
    let delete = "DELETE FROM customers WHERE id = 2500";
    let unchecked = steps(&db, delete);
    db.execute("PRAGMA foreign_keys = ON").unwrap();
    assert!(steps(&db, delete) > 1000 * unchecked / 20);
    db.create_index("CREATE INDEX by_customer ON orders(customer)").unwrap();
    assert!(steps(&db, delete) < 2 * unchecked + 20);
}

#[test]
fn a_write_that_fails_or_is_stopped_changes_nothing() {
    let db = shop();
    let before = all(&db);
    let fails = "INSERT INTO orders(id) SELECT 5000 - id FROM orders";
    let fails = db.prepare(fails).unwrap().measure_write(None, None);
    assert!(matches!(fails, Err(EngineError::Sql(_))), "{fails:?}");
    let stopped = "UPDATE orders SET total = total + 1";
    assert!(db.prepare(stopped).unwrap().measure_write(None, Some(2000)).is_err());
    assert_eq!(all(&db), before);
    assert!(steps(&db, stopped) > 2000);
    assert_eq!(all(&db), before);
    for other in ["SELECT 1", "CREATE INDEX i ON orders(total)"] {
        let refused = db.prepare(other).and_then(|one| one.measure_write(None, None));
        assert!(refused.is_err(), "{other}");
    }
}
