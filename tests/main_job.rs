//! The main job through the use-cases: explain, run, suggest, trial, patch, share, check.

use std::sync::Arc;

use scanseek_workbench::{
    DatabaseFiles, ErrorCode, LinkState, RunOptions, SuggestOptions, TrialOptions, Workbench,
};

use crate::host::{TestHost, workbench};

const OPTIONS: RunOptions = RunOptions { row_cap: 5, deadline_ns: 60_000_000_000 };

const ORDERS: &str = "
    CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INT, day TEXT, total INT, note TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    INSERT INTO orders SELECT i, i % 100, date('2024-01-01', '+' || (i % 365) || ' days'), i, 'n' || i FROM n;";

const QUERY: &str = "-- name: of a customer\nSELECT * FROM orders WHERE customer_id = 7";

#[test]
fn from_scan_to_search_and_back() {
    let mut workbench = workbench(ORDERS);
    let explained = workbench.explain(QUERY).unwrap();
    assert_eq!(explained.statements[0].plan.to_text(), "QUERY PLAN\n`--SCAN orders\n");
    let ran = workbench.run(QUERY, &[], &OPTIONS).unwrap();
    assert_eq!((ran.rows.len(), ran.truncated, ran.stopped), (5, true, None));
    assert_eq!(ran.statement.counters.unwrap().rows_returned, 200);
    assert_eq!(ran.statement.plan.nodes[0].loops.unwrap().rows_visited, 20_000);

    let suggested = workbench.suggest(QUERY, &SuggestOptions::default()).unwrap();
    assert_eq!(suggested.create.len(), 1);
    assert_eq!(suggested.create[0].helps, ["of a customer"]);
    assert!(suggested.create[0].bytes > 0);
    assert!(suggested.advised.vm_steps * 10 < suggested.baseline.vm_steps);
    let ddl = vec![suggested.create[0].ddl.clone()];

    // What was predicted on an empty clone is what the built index gives.
    let predicted = workbench.explain_with(QUERY, &ddl).unwrap();
    assert_eq!(predicted.statements[0].plan.to_text(), suggested.queries[0].after.plan.to_text());

    let with_statistics: Vec<String> = [ddl.clone(), vec!["ANALYZE".into()]].concat();
    let analyzed = workbench.explain_with(QUERY, &with_statistics).unwrap();
    assert!(analyzed.statements[0].plan.to_text().contains("SEARCH"), "statistics of real rows");

    let trial = workbench.trial(QUERY, &ddl, &TrialOptions::within(2_000_000_000)).unwrap();
    let [as_is, with] = &trial.queries[0].arms[..] else { panic!("two arms") };
    assert!(with.same_result && with.counters.vm_steps < as_is.counters.vm_steps);
    let timed = !with.samples.sample_ns.is_empty();
    assert!(timed || trial.queries[0].sentence.starts_with("Not timed"));

    // The patch applies, and takes itself back.
    let patch = workbench.patch(&ddl, QUERY).unwrap();
    assert_eq!(patch, suggested.patch);
    let database =
        scanseek_engine::Database::create(std::rc::Rc::new(scanseek_engine::NoControl)).unwrap();
    database.execute_script(ORDERS).unwrap();
    let plan = |sql: &str| database.prepare(sql).unwrap().plan().unwrap().to_text();
    database.execute_script(&patch.up).unwrap();
    assert!(plan(QUERY).contains("SEARCH orders USING INDEX idx_orders_customer_id"));
    database.execute_script(&patch.up).unwrap();
    database.execute_script(&patch.down).unwrap();
    assert!(plan(QUERY).contains("SCAN orders"));

    // The link reproduces on another workbench with the same file, and says so when it is another.
    let state = LinkState { sql: QUERY.into(), indexes: ddl };
    let link = workbench.share(&state).unwrap();
    let mut other = self::workbench(ORDERS);
    let check = other.check_link(&link.fragment).unwrap();
    assert!(check.database_matches && check.checks.len() == 2, "{check:?}");
    assert!(check.checks.iter().all(|check| check.holds), "{check:?}");
    let mut changed = self::workbench(&format!("{ORDERS}; DELETE FROM orders WHERE id < 1000"));
    let check = changed.check_link(&link.fragment).unwrap();
    assert!(!check.database_matches);
    assert!(check.checks.iter().all(|check| !check.holds), "{check:?}");
}

#[test]
fn bad_input_is_said_and_nothing_is_lost() {
    let mut workbench = workbench(ORDERS);
    let code = |result: Result<_, scanseek_workbench::WorkbenchError>| match result {
        Ok(()) => None,
        Err(error) => Some(error.code),
    };
    let run = |sql: &str| code(workbench.run(sql, &[], &OPTIONS).map(|_| ()));
    assert_eq!(run("SELECT 1; SELECT 2"), Some(ErrorCode::NotRunnable));
    assert_eq!(run("DELETE FROM orders"), Some(ErrorCode::Writes));
    assert_eq!(run("SELEC 1"), Some(ErrorCode::SqlSyntax));
    assert_eq!(run("SELECT * FROM nosuch"), Some(ErrorCode::UnknownName));
    assert_eq!(run("  -- nothing"), Some(ErrorCode::NoStatement));
    assert_eq!(run("DROP TABLE orders"), Some(ErrorCode::NotRunnable));

    let text = "SELECT 1;\nSELECT *\nFROM nosuch";
    let explained = workbench.explain(text).unwrap();
    let error = explained.statements[1].error.clone().unwrap();
    assert_eq!(error.span.map(|(start, end)| &text[start..end]), Some("nosuch"));
    assert!(explained.statements[0].error.is_none());

    for bad in [
        "DROP TABLE orders",
        "CREATE INDEX x ON nosuch(a)",
        "CREATE INDEX x ON orders(day); DROP TABLE orders",
        "CREATE INDEX x ON orders(day); --\nDROP TABLE orders",
        "",
    ] {
        let result = workbench.trial(QUERY, &[bad.into()], &TrialOptions::within(1));
        assert_eq!(result.unwrap_err().code, ErrorCode::BadIndex, "{bad}");
    }
    for bad in ["", "#v1.", "#v9.abc", "#v1.!!!!"] {
        assert_eq!(workbench.read_link(bad).unwrap_err().code, ErrorCode::BadLink, "{bad}");
    }

    // A file that cannot be opened leaves the one before open.
    assert!(
        workbench
            .open_file("bad", DatabaseFiles::alone(Arc::new(b"no database".to_vec())))
            .is_err()
    );
    assert!(workbench.run("SELECT count(*) FROM orders", &[], &OPTIONS).is_ok());
    workbench.close();
    assert_eq!(workbench.explain("SELECT 1").unwrap_err().code, ErrorCode::NoDatabase);
    assert_eq!(workbench.statements("SELECT 1; SELECT 2").len(), 2);
}

#[test]
fn of_each_place_in_a_text_the_statement_is_planned_as_with_all_others() {
    let workbench = workbench(ORDERS);
    let text = "-- name: ü\n-- param: :c = 7\nSELECT '😀' FROM orders WHERE customer_id = :c;;\n\
                SELECT nosuch FROM orders;\n\n-- name: last\nEXPLAIN QUERY PLAN SELECT day FROM orders ORDER BY 1";
    let all = workbench.explain(text).unwrap().statements;
    let mut seen = Vec::new();
    for byte in 0..=text.len() + 2 {
        let found = workbench.explain_at(text, byte).unwrap();
        let spans: Vec<_> = found.statements.iter().map(|one| one.span).collect();
        assert_eq!(spans, all.iter().map(|one| one.statement.span).collect::<Vec<_>>());
        let meant = found.meant.unwrap();
        assert_eq!(meant, all[meant.statement.index], "at {byte}");
        seen.push(meant.statement.index);
    }
    assert!(seen.is_sorted());
    // Just behind its semicolon a statement is still meant.
    let changes: Vec<_> = (1..seen.len()).filter(|at| seen[at - 1] != seen[*at]).collect();
    assert_eq!(changes, [all[0].statement.span.1 + 2, all[1].statement.span.1 + 2]);
    assert_eq!(workbench.explain_at(" -- nothing", 3).unwrap().meant, None);
}

#[test]
fn advice_says_what_it_did_not_look_at() {
    let mut workbench = workbench(ORDERS);
    let text = "SELECT * FROM nosuch; UPDATE orders SET total = 1; DROP TABLE orders;
        SELECT * FROM orders WHERE customer_id = 7";
    let suggested = workbench.suggest(text, &SuggestOptions::default()).unwrap();
    assert_eq!(suggested.not_analysed.len(), 2, "{:?}", suggested.not_analysed);
    assert_eq!(suggested.create.len(), 1);
    // The write was measured on a copy.
    let total =
        workbench.run("SELECT count(*) FROM orders WHERE total = 1", &[], &OPTIONS).unwrap();
    assert_ne!(total.rows, [[scanseek_engine::Value::Integer(20_000)]]);
    let update = suggested.queries.iter().find(|query| query.statement.sql.starts_with("UPDATE"));
    assert!(update.is_some_and(|query| query.after.same_result));
}

#[test]
fn rows_that_change_by_themselves_veto_nothing() {
    let mut workbench = workbench(ORDERS);
    // The scan between the two takes longer than the clock's step.
    let text = "-- name: clock
        SELECT strftime('%f', 'now'), count(*) FROM orders WHERE customer_id = 7 AND note > 'n';
        -- name: steady
        SELECT * FROM orders WHERE customer_id = 7";
    let suggested = workbench.suggest(text, &SuggestOptions::default()).unwrap();
    assert_eq!(suggested.create.len(), 1);
    assert_eq!(suggested.create[0].helps, ["steady"]);
    let [clock] = &suggested.not_analysed[..] else { panic!("{:?}", suggested.not_analysed) };
    assert!(clock.because.contains("other rows each time"), "{}", clock.because);
    assert_eq!(clock.name, "clock");
}

#[test]
fn fresh_statistics_name_the_index_that_is_there() {
    let script = format!(
        "{ORDERS} CREATE INDEX mine ON orders(customer_id, id); ANALYZE;
         UPDATE sqlite_stat1 SET stat = '20000 20000 1'; DELETE FROM sqlite_stat4"
    );
    let mut workbench = workbench(&script);
    let query = "-- name: q\nSELECT * FROM orders WHERE customer_id = 7 AND total > 3";
    let suggested = workbench.suggest(query, &SuggestOptions::default()).unwrap();
    assert!(suggested.create.is_empty() && suggested.analyze, "{:?}", suggested.create);
    assert_eq!(
        suggested.analyze_because,
        ["With fresh statistics q uses the index mine, which is there already."]
    );
    assert!(suggested.patch.up.contains("ANALYZE") && suggested.patch.down.contains("20000 20000"));
}

#[test]
fn an_index_as_large_as_the_file_is_warned_of() {
    let mut workbench = workbench(
        "CREATE TABLE t(a INT, b INT, c INT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO t SELECT i % 3, i, i * 7 FROM n",
    );
    let suggested = workbench
        .suggest("SELECT a, sum(b) FROM t GROUP BY a", &SuggestOptions::default())
        .unwrap();
    let [index] = &suggested.create[..] else { panic!("{:?}", suggested.create) };
    assert!(index.share_of_file > 0.6, "{}", index.share_of_file);
    assert!(index.warning.as_ref().is_some_and(|warning| warning.contains("file grows by")));
}

#[test]
fn every_long_call_can_be_cancelled() {
    let bytes = {
        let database =
            scanseek_engine::Database::create(std::rc::Rc::new(scanseek_engine::NoControl))
                .unwrap();
        database.execute_script(ORDERS).unwrap();
        Arc::new(database.to_bytes().unwrap())
    };
    let endless =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
    for (what, looks) in [("run", 500), ("suggest", 100), ("suggest", 400), ("trial", 300)] {
        let mut workbench = Workbench::new(TestHost::cancelling_after(looks));
        workbench.open_file("test.db", DatabaseFiles::alone(bytes.clone())).unwrap();
        let code = match what {
            "run" => {
                let ran = workbench.run(endless, &[], &OPTIONS).unwrap();
                ran.stopped.map(|_| ErrorCode::Cancelled)
            }
            "suggest" => workbench.suggest(QUERY, &SuggestOptions::default()).err().map(|e| e.code),
            _ => workbench
                .trial(QUERY, &[], &TrialOptions::within(60_000_000_000))
                .err()
                .map(|e| e.code),
        };
        assert_eq!(code, Some(ErrorCode::Cancelled), "{what} after {looks}");
    }
}

#[test]
fn indexes_with_comments_make_patches_that_run_twice() {
    let mut workbench = workbench(ORDERS);
    for ddl in [
        "create\n  index by_customer on orders(customer_id) -- for the report",
        "CREATE INDEX \"if\" ON orders(customer_id);  /* why */ ;",
        "-- first\nCREATE UNIQUE INDEX main.u ON orders(id, customer_id)",
    ] {
        let patch = workbench.patch(&[ddl.into()], QUERY).unwrap();
        let database =
            scanseek_engine::Database::create(std::rc::Rc::new(scanseek_engine::NoControl))
                .unwrap();
        database.execute_script(ORDERS).unwrap();
        for script in [&patch.up, &patch.up, &patch.down, &patch.down] {
            database.execute_script(script).unwrap_or_else(|error| panic!("{error}\n{script}"));
        }
        let left = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'index'").unwrap();
        let rows = left.rows(&scanseek_engine::RowsRequest { row_cap: 1, time_ns: None }).unwrap();
        assert!(rows.rows.is_empty(), "the undo left an index\n{}", patch.down);
    }
}

#[test]
fn parameters_need_values_and_keep_them_without_the_limit() {
    let mut workbench = workbench(ORDERS);
    let sql = "SELECT id FROM orders WHERE customer_id = ? ORDER BY day LIMIT ?";
    let error = workbench.run(sql, &[], &OPTIONS).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotRunnable);
    let suggested = workbench.suggest(sql, &SuggestOptions::default()).unwrap();
    assert_eq!(suggested.not_analysed.len(), 1);

    // Two rows a day tie, so an index may let LIMIT keep other ones: the proof is without it.
    let tied = format!(
        "{ORDERS} UPDATE orders SET day = '2024-01-01' WHERE customer_id = 7; DELETE FROM orders WHERE id % 3 = 0;"
    );
    let mut workbench = self::workbench(&tied);
    let text = format!("-- param: ?1 = 7\n-- param: ?2 = 5\n{sql}");
    let suggested = workbench.suggest(&text, &SuggestOptions::default()).unwrap();
    assert!(suggested.not_analysed.is_empty(), "{:?}", suggested.not_analysed);
    assert!(suggested.queries[0].after.same_result);
    assert_eq!(suggested.queries[0].before.counters.rows_returned, 5);
}

#[test]
fn links_with_queries_of_one_name_hold() {
    let mut workbench = workbench(ORDERS);
    let sql = "-- name: twin\nSELECT count(*) FROM orders;\n-- name: twin\nSELECT * FROM orders";
    let state = LinkState { sql: sql.into(), indexes: vec![] };
    let link = workbench.share(&state).unwrap();
    let check = workbench.check_link(&link.fragment).unwrap();
    assert_eq!(check.checks.len(), 2);
    assert!(check.checks.iter().all(|check| check.holds), "{check:?}");
}

#[test]
fn no_more_indexes_than_asked_for() {
    let mut workbench = workbench(ORDERS);
    let sql =
        "SELECT * FROM orders WHERE customer_id = 7; SELECT * FROM orders WHERE day = '2024-05-05'";
    let all = workbench.suggest(sql, &SuggestOptions::default()).unwrap();
    assert_eq!(all.create.len(), 2);
    let one = workbench
        .suggest(sql, &SuggestOptions { max_indexes: Some(1), ..SuggestOptions::default() })
        .unwrap();
    assert_eq!(one.create.len(), 1);
    assert!(one.not_advised.iter().any(|(_, because)| because.contains("Only 1")));
}

#[test]
fn a_write_is_no_share_of_the_work_that_is_left() {
    let mut workbench = workbench(ORDERS);
    let text = "SELECT * FROM orders WHERE customer_id = 7;
        -- weight: 3
        INSERT INTO orders(customer_id, total) VALUES (7, 3)";
    let suggested = workbench.suggest(text, &SuggestOptions::default()).unwrap();
    assert_eq!(suggested.create.len(), 1);
    // The read alone: it takes far less than a tenth. With the write, which takes more, it would not.
    assert!(suggested.bound.achieved < 0.1, "{:?}", suggested.bound);
    assert!(suggested.create[0].steps_per_insert.is_some_and(|steps| steps >= 5));
}
