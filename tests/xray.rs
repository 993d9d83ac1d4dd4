//! The pages of a query before and after an index, through the use-case.

use scanseek_workbench::{ErrorCode, RunOptions, TreeKind, Xray, XrayArm};

use crate::host::workbench;

const OPTIONS: RunOptions = RunOptions { row_cap: 0, deadline_ns: 60_000_000_000 };

const ORDERS: &str = "
    CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INT, total INT, note TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    INSERT INTO orders SELECT i, i % 5000, i, 'note ' || i FROM n;";

/// What is said of each tree adds up to the published counters.
fn check(arm: &XrayArm) {
    let trace = arm.trace.as_ref().unwrap();
    let requests: u64 = arm.trees.iter().map(|tree| tree.requests).sum();
    let reads: u64 = arm.trees.iter().map(|tree| tree.reads).sum();
    let touched: u64 = arm.trees.iter().map(|tree| tree.touched).sum();
    assert_eq!(requests + trace.temporary_requests, trace.counters.page_requests);
    assert_eq!(reads, trace.counters.page_reads);
    assert_eq!(touched, trace.pages.len() as u64);
}

fn requests(arm: &XrayArm, name: &str) -> (u64, u64) {
    let at = arm.map.trees.iter().position(|tree| tree.name == name).unwrap();
    (arm.trees[at].touched, arm.trees[at].requests)
}

#[test]
fn an_index_shows_as_fewer_pages() {
    let mut workbench = workbench(ORDERS);
    let sql = "SELECT sum(total) FROM orders WHERE customer_id = :id";
    let id = [("id".to_owned(), scanseek_workbench::Value::Integer(7))];
    let changes = ["CREATE INDEX by_customer ON orders(customer_id)".to_owned()];
    let Xray { before, after, name } = workbench.xray(sql, &id, &changes, &OPTIONS).unwrap();
    let after = after.unwrap();
    assert_eq!(name.as_deref(), Some("query 1"));
    check(&before);
    check(&after);
    let (before_trace, after_trace) =
        (before.trace.as_ref().unwrap(), after.trace.as_ref().unwrap());
    assert_eq!(before_trace.result, after_trace.result);
    let counters = workbench.run(sql, &id, &OPTIONS).unwrap().statement.counters;
    assert_eq!(counters, Some(before_trace.counters));

    let orders = before.map.trees.iter().find(|tree| tree.name == "orders").unwrap();
    assert_eq!(requests(&before, "orders"), (orders.pages.into(), orders.pages.into()));
    assert!(before.map.trees.iter().all(|tree| tree.name != "by_customer"));
    let index = after.map.trees.iter().find(|tree| tree.name == "by_customer").unwrap();
    assert_eq!(index.kind, TreeKind::Index);
    assert_eq!(requests(&after, "by_customer"), (2, 2), "its root and a leaf");
    assert_eq!(
        requests(&after, "orders").1,
        4 * u64::from(orders.depth) - 3,
        "four rows, each on a leaf of its own, and the root stays with the cursor"
    );

    // The levels are those of the map that was asked for.
    let at = after.map.trees.iter().position(|tree| tree.name == "by_customer").unwrap();
    let levels = workbench.tree_levels(at, &changes).unwrap();
    assert_eq!((levels.len(), levels[0].pages.as_slice()), (2, &[index.root][..]));
    assert_eq!(levels[1].pages.len() as u32, index.leaves);
    assert_eq!(workbench.tree_levels(at, &[]).unwrap(), []);
}

#[test]
fn the_map_needs_no_statement_and_bad_ones_are_said_first() {
    let mut workbench = workbench(ORDERS);
    let alone = workbench.xray("-- nothing", &[], &[], &OPTIONS).unwrap();
    assert!(alone.before.trace.is_none() && alone.after.is_none() && alone.name.is_none());
    assert!(alone.before.map.page_count() > 50);
    let mut code = |sql: &str, change: &str| {
        let changes: Vec<String> =
            [change].iter().filter(|c| !c.is_empty()).map(|c| (*c).into()).collect();
        workbench.xray(sql, &[], &changes, &OPTIONS).unwrap_err().code
    };
    assert_eq!(code("SELECT 1; SELECT 2", ""), ErrorCode::NotRunnable);
    assert_eq!(code("DELETE FROM orders", ""), ErrorCode::Writes);
    assert_eq!(code("SELECT * FROM orders WHERE id = ?", ""), ErrorCode::NotRunnable);
    assert_eq!(code("SELECT * FROM nosuch", ""), ErrorCode::UnknownName);
    assert_eq!(code("SELECT 1", "DROP TABLE orders"), ErrorCode::BadIndex);
}
