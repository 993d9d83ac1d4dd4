//! The engine against databases made here, through its public interface only.

use std::rc::Rc;
use std::sync::Arc;

use scanseek_engine::{
    Database, DatabaseFiles, EngineError, NoControl, RowsRequest, ShadowPlanner, Stop, Value,
};

const ALL: RowsRequest = RowsRequest { row_cap: 10, time_ns: None };

fn orders() -> Database {
    let db = Database::create(Rc::new(NoControl)).unwrap();
    db.execute_script(
        "CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INT NOT NULL, day TEXT, total REAL, note TEXT COLLATE NOCASE);
         CREATE TABLE \"odd name\"(\"a\"\"b\" VARCHAR(10), UNIQUE(\"a\"\"b\"));
         CREATE VIEW late AS SELECT * FROM orders WHERE day > '2024-06-01';
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO orders SELECT i, i % 100, date('2024-01-01', '+' || (i % 365) || ' days'), i * 1.5, 'n' || i FROM n;",
    )
    .unwrap();
    let bytes = db.to_bytes().unwrap();
    Database::open(DatabaseFiles::alone(Arc::new(bytes)), Rc::new(NoControl)).unwrap().database
}

#[test]
fn plans_and_counters_before_and_after_an_index() {
    let db = orders();
    let sql = "SELECT * FROM orders WHERE customer_id = 7";
    let plan = db.prepare(sql).unwrap().plan().unwrap();
    assert_eq!(plan.to_text(), "QUERY PLAN\n`--SCAN orders\n");
    let before = db.prepare(sql).unwrap().measure(None, None).unwrap();
    assert_eq!(before.result.rows, 200);
    assert!(before.counters.vm_steps > 20_000, "{before:?}");
    assert_eq!(before.counters.fullscan_steps, 19_999);
    assert!(before.counters.page_requests >= before.counters.page_reads);
    assert!(before.counters.page_reads > 100);

    let mut tuned = db.fork().unwrap();
    let name = tuned.create_index("CREATE INDEX by_customer ON orders(customer_id)").unwrap();
    assert_eq!(name.typed_name(), "by_customer");
    assert!(tuned.index_bytes(&name).unwrap() > 100_000);
    let plan = tuned.prepare(sql).unwrap().plan().unwrap();
    assert_eq!(plan.index_names(), ["by_customer"]);
    let after = tuned.prepare(sql).unwrap().measure(None, None).unwrap();
    assert_eq!(after.result, before.result, "rowid order is kept by an index on one value");
    assert!(after.counters.vm_steps * 10 < before.counters.vm_steps);
    // The other connection and the base never saw it.
    assert_eq!(db.prepare(sql).unwrap().plan().unwrap().to_text(), "QUERY PLAN\n`--SCAN orders\n");
    assert_eq!(before, db.prepare(sql).unwrap().measure(None, None).unwrap(), "counters repeat");
}

#[test]
fn node_work_adds_up() {
    let db = orders();
    let sql = "SELECT a.id FROM orders a JOIN orders b ON b.id = a.id + 1 WHERE a.customer_id = 7";
    let counters = db.prepare(sql).unwrap().measure(None, None).unwrap().counters;
    let analysis = db.analyse(sql, &[], None).unwrap();
    let plan = &analysis.plan;
    assert_eq!(plan.nodes.len(), 2);
    let outer = plan.nodes[0].loops.as_ref().unwrap();
    let inner = plan.nodes[1].loops.as_ref().unwrap();
    assert_eq!((outer.loops, outer.rows_visited, outer.rows_out), (1, 20_000, Some(200)));
    assert_eq!((inner.loops, inner.rows_visited, inner.rows_out), (200, 200, Some(200)));
    assert_eq!(inner.rows_out_per_loop(), Some(1.0));
    let (scan, search) = (plan.nodes[0].work.unwrap(), plan.nodes[1].work.unwrap());
    assert_eq!(
        scan.vm_steps, 40_402,
        "OpenRead, Rewind, 20 000 × Column and Next, 2 × 200 × Rowid"
    );
    assert!(search.page_requests >= 200 && search.page_reads == 0, "{search:?}");
    assert_eq!(scan.page_reads, counters.page_reads - 1, "but for the first page");
    let mut nodes = scan;
    nodes.add(search);
    let total = analysis.bytecode.total();
    assert_eq!(total.vm_steps, counters.vm_steps);
    assert_eq!(total.page_requests, counters.page_requests);
    assert_eq!(total.page_reads, counters.page_reads);
    assert!(total.without(nodes).unwrap().vm_steps > 0);
    // The condition on customer_id: all rows are tested, 200 pass.
    let [test] = analysis.bytecode.predicates.as_slice() else { panic!("{analysis:?}") };
    assert_eq!((test.node, test.evaluated, test.passed), (plan.nodes[0].id, 20_000, Some(200)));
}

/// A sorter's registers are no addresses: each condition before it is still told.
#[test]
fn conditions_before_a_sort_are_told() {
    let mut db = Database::create(Rc::new(NoControl)).unwrap();
    db.execute_script(
        "CREATE TABLE t(a, b, c);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
         INSERT INTO t SELECT i, i % 5, i * 7919 % 1000 FROM n;",
    )
    .unwrap();
    db.reload().unwrap();
    let sql = "SELECT c FROM t WHERE a > 400 AND b = 1 ORDER BY c";
    let analysis = db.analyse(sql, &[], None).unwrap();
    let tested: Vec<_> =
        analysis.bytecode.predicates.iter().map(|test| (test.evaluated, test.passed)).collect();
    assert_eq!(tested, [(1000, Some(600)), (600, Some(120))]);
}

/// What is measured of virtual tables does not depend on what was run before, and statements that
/// they run on their own count for no node.
#[test]
fn virtual_tables_are_measured_alike() {
    let db = Database::create(Rc::new(NoControl)).unwrap();
    db.execute_script(
        "CREATE VIRTUAL TABLE note USING fts5(body);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
         INSERT INTO note SELECT 'word' || (i % 50) || ' common text ' || i FROM n;
         CREATE VIRTUAL TABLE box USING rtree(id, x0, x1, y0, y1);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
         INSERT INTO box SELECT i, i % 100, i % 100 + 5, i / 100, i / 100 + 5 FROM n;",
    )
    .unwrap();
    let bytes = db.to_bytes().unwrap();
    let db =
        Database::open(DatabaseFiles::alone(Arc::new(bytes)), Rc::new(NoControl)).unwrap().database;
    for sql in [
        "SELECT rowid FROM note WHERE note MATCH 'word7'",
        "SELECT count(*) FROM note WHERE body LIKE '%7%'",
        "SELECT id FROM box WHERE x0 > 20 AND x1 < 40 AND y0 > 3",
        "SELECT count(*) FROM box JOIN note ON note.rowid = box.id WHERE note MATCH 'word9'",
    ] {
        let first = db.prepare(sql).unwrap().measure(None, None).unwrap();
        let statement = db.prepare(sql).unwrap();
        assert_eq!(statement.measure(None, None).unwrap(), first, "{sql}");
        assert_eq!(statement.rows(&ALL).unwrap().counters, first.counters, "{sql}");
        let analysis = db.analyse(sql, &[], None).unwrap();
        let (total, counters) = (analysis.bytecode.total(), first.counters);
        assert_eq!(total.vm_steps, counters.vm_steps, "{sql}");
        assert_eq!(total.page_requests, counters.page_requests, "{sql}");
        assert_eq!(total.page_reads, counters.page_reads, "{sql}");
        let mut nodes = scanseek_plan::Work::default();
        analysis.plan.nodes.iter().for_each(|node| nodes.add(node.work.unwrap()));
        assert!(total.without(nodes).is_some(), "{sql}");
        assert!(nodes.page_requests > 0, "{sql}");
        assert_eq!(db.prepare(sql).unwrap().measure(None, None).unwrap(), first, "{sql}");
    }
}

/// `count(*)` is one opcode and the sides of an OR have nodes of their own; both are measured.
#[test]
fn every_node_of_a_plan_is_measured() {
    let mut db = orders();
    let analysis = db.analyse("SELECT count(*) FROM orders", &[], None).unwrap();
    assert_eq!(analysis.plan.nodes.len(), 1);
    assert!(analysis.plan.nodes[0].work.unwrap().page_requests > 100);
    for index in ["CREATE INDEX c ON orders(customer_id)", "CREATE INDEX d ON orders(day)"] {
        db.create_index(index).unwrap();
    }
    let sql = "SELECT sum(total) FROM orders
               WHERE (customer_id = 7 OR day = '2024-03-05') AND note > 'n5'";
    let plan = db.analyse(sql, &[], None).unwrap().plan;
    assert_eq!(plan.to_text(), db.prepare(sql).unwrap().plan().unwrap().to_text());
    let rows = |node: usize| plan.nodes[node].loops.and_then(|stats| stats.rows_out);
    let searches: Vec<_> = (0..plan.nodes.len()).filter_map(rows).collect();
    let count = |side: &str| {
        let sql = format!("SELECT count(*) FROM orders WHERE {side} AND note > 'n5'");
        match db.prepare(&sql).unwrap().rows(&ALL).unwrap().rows[0][0] {
            Value::Integer(rows) => rows as u64,
            ref other => panic!("{other:?}"),
        }
    };
    // The other condition is tested on each side.
    assert_eq!(searches, [count("customer_id = 7"), count("day = '2024-03-05'")]);
    // The steps are in the order of EXPLAIN QUERY PLAN, and none is without its text.
    let sql = "SELECT group_concat(DISTINCT id) FROM orders o
               WHERE total NOT IN (SELECT total FROM orders WHERE customer_id > 90)";
    let plan = db.analyse(sql, &[], None).unwrap().plan;
    assert_eq!(plan.to_text(), db.prepare(sql).unwrap().plan().unwrap().to_text());
}

#[test]
fn schema_is_read() {
    let mut db = orders();
    db.count_rows(u64::MAX);
    let schema = db.schema();
    let names: Vec<&str> = schema.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["orders", "odd name", "late"]);
    assert_eq!(schema.tables[0].row_count, Some(20_000));
    assert_eq!(schema.tables[0].columns[4].collation, "NOCASE");
    assert_eq!(schema.tables[0].rowid_column(), Some(0));
    assert_eq!(schema.tables[1].indexes[0].columns[0].name.as_deref(), Some("a\"b"));
    assert_eq!(schema.tables[1].indexes[0].sql, None);
    let info = db.file_info().unwrap();
    assert_eq!((info.page_size, info.encoding.as_str()), (4096, "UTF-8"));
    assert_eq!(info.size_bytes, info.page_size * info.page_count);
}

#[test]
fn bad_statements_say_where() {
    let db = orders();
    let error = |sql: &str| match db.prepare(sql) {
        Ok(statement) => statement.rows(&ALL).unwrap_err(),
        Err(error) => error,
    };
    for (sql, offset) in
        [("select frmo from orders", 12), ("select * from orders where", 26), ("select (1", 9)]
    {
        match error(sql) {
            EngineError::Syntax { offset: found, .. } => assert_eq!(found, Some(offset), "{sql}"),
            EngineError::UnknownName { .. } => {}
            other => panic!("{sql}: {other:?}"),
        }
    }
    assert_eq!(
        error("select * from nosuch"),
        EngineError::UnknownName { message: "No such table: nosuch.".into(), offset: Some(14) }
    );
    assert!(matches!(
        error("select colour from orders"),
        EngineError::UnknownName { offset: Some(7), .. }
    ));
    assert_eq!(error("delete from orders"), EngineError::Writes);
    assert!(matches!(error("create table x(a)"), EngineError::NotRunnable(_)));
    assert!(matches!(error("attach 'x' as y"), EngineError::NotRunnable(_)));
    assert!(matches!(error("pragma journal_mode = delete"), EngineError::NotRunnable(_)));
    assert!(matches!(error("begin"), EngineError::NotRunnable(_)));
    assert_eq!(error("  -- nothing"), EngineError::NoStatement);
    assert!(matches!(error("select 1; select 2"), EngineError::Syntax { offset: Some(10), .. }));
    assert!(db.prepare("delete from orders where customer_id = 1").unwrap().plan().is_ok());
    assert!(db.prepare("pragma table_info(orders)").unwrap().rows(&ALL).is_ok());
}

#[test]
fn parameters_are_bound() {
    let db = orders();
    let statement =
        db.prepare("select count(*) from orders where customer_id = :c and id < ?").unwrap();
    assert_eq!(statement.parameters(), [":c", "?2"]);
    statement
        .bind(&[("c".into(), Value::Integer(7)), ("?2".into(), Value::Integer(1000))])
        .unwrap();
    assert_eq!(statement.rows(&ALL).unwrap().rows, [[Value::Integer(10)]]);
    assert!(statement.bind(&[(":nosuch".into(), Value::Null)]).is_err());
}

#[test]
fn an_endless_query_is_stopped() {
    struct Clock(std::cell::Cell<u64>);
    impl scanseek_engine::Control for Clock {
        fn now_ns(&self) -> u64 {
            self.0.set(self.0.get() + 1_000_000);
            self.0.get()
        }
        fn cancelled(&self) -> bool {
            false
        }
    }
    let db = Database::create(Rc::new(Clock(0.into()))).unwrap();
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    let statement = db.prepare(sql).unwrap();
    let rows = statement.rows(&RowsRequest { row_cap: 3, time_ns: Some(1_000_000_000) }).unwrap();
    assert_eq!(rows.stopped, Some(Stop::Deadline));
    assert_eq!(rows.rows.len(), 3);
    assert!(statement.measure(None, Some(1_000_000)).is_err());
    assert_eq!(db.prepare("select 1").unwrap().rows(&ALL).unwrap().stopped, None);
}

#[test]
fn bad_files_are_named() {
    let open = |bytes: Vec<u8>| {
        Database::open(DatabaseFiles::alone(Arc::new(bytes)), Rc::new(NoControl)).map(|_| ())
    };
    assert_eq!(open(vec![]), Err(EngineError::EmptyFile));
    assert!(
        matches!(open(b"id,name\n1,x\n".to_vec()), Err(EngineError::NotADatabase(why)) if why.contains("text"))
    );
    let good = orders().to_bytes().unwrap();
    let cut = good[..good.len() / 2].to_vec();
    assert!(matches!(open(cut), Err(EngineError::Truncated { .. })));
    let mut damaged = good.clone();
    damaged[100..4096].fill(0x55);
    assert!(open(damaged).is_err());
    assert_eq!(open(good), Ok(()));
}

#[test]
fn the_planner_says_what_it_needs() {
    let db = orders();
    let planner = ShadowPlanner::new(db.schema()).unwrap();
    let scans = planner
        .scans(
            "SELECT day FROM orders WHERE customer_id = 5 AND total > 3 ORDER BY day DESC LIMIT 10",
        )
        .unwrap();
    assert_eq!(scans.len(), 1, "{scans:?}");
    let scan = &scans[0];
    assert_eq!(scan.constraints.iter().map(|c| c.column).collect::<Vec<_>>(), [Some(1), Some(3)]);
    assert_eq!(scan.order_by[0].column, Some(2));
    assert!(scan.order_by[0].descending && !scan.order_is_group);
    assert_eq!(scan.columns_used, [1, 2, 3]);
    // A view is looked through, an IN list is told from an equality, and a missing table is said.
    let scans = planner.scans("SELECT count(*) FROM late WHERE customer_id IN (1, 2)").unwrap();
    assert!(scans[0].constraints.iter().any(|c| c.op == scanseek_schema::ConstraintOp::In));
    assert!(planner.scans("SELECT * FROM nosuch").is_err());
}

#[test]
fn counters_are_the_same_however_the_statement_was_used_before() {
    let db = orders();
    let sql = "SELECT * FROM orders WHERE customer_id = 7 ORDER BY total";
    let fresh = db.prepare(sql).unwrap().measure(None, None).unwrap();
    let again = db.prepare(sql).unwrap();
    assert_eq!(again.measure(None, None).unwrap(), fresh);
    assert_eq!(again.measure(None, None).unwrap(), fresh, "a second run");
    db.prepare(sql).unwrap().plan().unwrap();
    assert_eq!(db.prepare(sql).unwrap().measure(None, None).unwrap(), fresh, "after a plan");
    let rows = db.prepare(sql).unwrap().rows(&ALL).unwrap();
    assert_eq!(rows.counters, fresh.counters);
    db.analyse(sql, &[], None).unwrap();
    assert_eq!(db.prepare(sql).unwrap().measure(None, None).unwrap(), fresh, "after an analysis");
    assert_eq!(
        db.fork().unwrap().prepare(sql).unwrap().measure(None, None).unwrap(),
        fresh,
        "on a copy"
    );
}

#[test]
fn planning_does_not_need_an_applications_collations() {
    let db = orders();
    // Python's sqlite3 could have made this table; here only its text matters.
    let mut schema = db.schema().clone();
    let mut table = schema.tables[0].clone();
    table.name = "other".into();
    table.columns[1].collation = "LOCALIZED".into();
    schema.tables.push(table);
    let planner = ShadowPlanner::new(&schema).unwrap();
    assert_eq!(planner.scans("SELECT * FROM orders WHERE customer_id = 5").unwrap().len(), 1);
    assert_eq!(planner.scans("SELECT * FROM other WHERE customer_id = 5").unwrap().len(), 1);
}

#[test]
fn pragmas_with_effects_are_refused_as_tables_too() {
    let db = orders();
    for sql in ["SELECT * FROM pragma_optimize", "PRAGMA optimize"] {
        assert!(matches!(db.prepare(sql), Err(EngineError::NotRunnable(_))), "{sql}");
    }
    assert!(db.prepare("SELECT name FROM pragma_table_info('orders')").unwrap().rows(&ALL).is_ok());
}

#[test]
fn very_long_texts_are_cut_for_showing() {
    let db = orders();
    let rows =
        db.prepare("SELECT replace(hex(zeroblob(200000)), '0', 'ü')").unwrap().rows(&ALL).unwrap();
    let Value::Text { text, lossy, cut_from } = &rows.rows[0][0] else { panic!("{:?}", rows.rows) };
    assert_eq!((text.as_str(), *lossy, *cut_from), (&*"ü".repeat(512), false, Some(800_000)));
}

#[test]
fn rows_are_estimated_from_a_few_pages() {
    let db = Database::create(Rc::new(NoControl)).unwrap();
    let fill = |table: &str, rows: u64| {
        format!(
            "INSERT INTO {table} WITH RECURSIVE n(i) AS
             (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) SELECT i, i * 7, 'x' FROM n"
        )
    };
    for (rows, slack) in [(0, 0), (1, 0), (100, 0), (20_000, 2_000), (400_000, 40_000)] {
        let script = "DROP TABLE IF EXISTS t; DROP TABLE IF EXISTS \"without \"\" rowid\";
             CREATE TABLE t(a INTEGER PRIMARY KEY, b, c);
             CREATE TABLE \"without \"\" rowid\"(a PRIMARY KEY, b, c) WITHOUT ROWID;
             CREATE VIEW IF NOT EXISTS v AS SELECT 1;";
        db.execute_script(script).unwrap();
        for table in ["t", "without \" rowid"] {
            let quoted = format!("\"{}\"", table.replace('"', "\"\""));
            if rows > 0 {
                db.execute(&fill(&quoted, rows)).unwrap();
            }
            let estimate = db.estimate_rows(None, table).unwrap().unwrap();
            assert!(estimate.abs_diff(rows) <= slack, "{table}: {estimate} for {rows}");
        }
    }
    let mut db = db;
    db.reload().unwrap();
    db.count_rows(u64::MAX);
    let table = db.schema().table("t").unwrap();
    assert_eq!((table.row_count, table.rows_estimated), (Some(400_000), None));
    assert_eq!(db.estimate_rows(None, "v").unwrap(), None);
    assert_eq!(db.estimate_rows(None, "no such table").unwrap(), None);
}
