//! A patch and its undo leave a database as it was: schema, statistics and plans.

use std::rc::Rc;

use scanseek_engine::{Database, NoControl, RowsRequest};

use crate::host::workbench;

const ROWS: &str = "
    CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b TEXT);
    CREATE TABLE \"it's\"(x INT, y INT);
    CREATE INDEX by_y ON \"it's\"(y);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
    INSERT INTO t SELECT i, i % 300, 'b' || i FROM n;
    INSERT INTO \"it's\" SELECT id, a FROM t;";

/// Every row of the schema and of the statistics, in order, with types.
fn state(database: &Database) -> Vec<String> {
    let mut lines = Vec::new();
    let all = RowsRequest { row_cap: usize::MAX, time_ns: None };
    let mut read = |sql: &str| {
        let rows = database.prepare(sql).unwrap().rows(&all).unwrap().rows;
        lines.extend(rows.into_iter().map(|row| format!("{row:?}")));
    };
    read("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name");
    for table in database.statistics().unwrap().remove(0).tables {
        read(&format!("SELECT * FROM {}", table.name));
    }
    lines
}

#[test]
fn undo_takes_indexes_and_statistics_back() {
    for statistics in [
        "",
        "ANALYZE",
        "ANALYZE; DELETE FROM sqlite_stat1; DELETE FROM sqlite_stat4",
        "ANALYZE; DROP TABLE sqlite_stat4",
        "ANALYZE; UPDATE sqlite_stat1 SET stat = '3000 3000'; INSERT INTO sqlite_stat1 VALUES
         (NULL, 'it''s', X'00ff'), ('a;b' || char(10) || '--', 1, 2.5), (CAST(X'6100ff' AS TEXT), '', NULL)",
    ] {
        let script = format!("{ROWS}{statistics}");
        let mut workbench = workbench(&script);
        let changes = ["CREATE INDEX by_a ON t(a)".to_owned(), "ANALYZE".to_owned()];
        let patch = workbench.patch(&changes, "SELECT * FROM t WHERE a = 5").unwrap();
        let database = Database::create(Rc::new(NoControl)).unwrap();
        database.execute_script(&script).unwrap();
        let query = "SELECT * FROM \"it's\" WHERE y = 5 AND x > 7";
        let plan = || database.prepare(query).unwrap().plan().unwrap().to_text();
        let (before, plan_before) = (state(&database), plan());
        database.execute_script(&patch.up).unwrap();
        assert_ne!(state(&database), before);
        // Twice, since a script that was cut short is run again.
        for _ in 0..2 {
            database
                .execute_script(&patch.down)
                .unwrap_or_else(|error| panic!("{error}\n{}", patch.down));
            assert_eq!(state(&database), before, "after {statistics}\n{}", patch.down);
            assert_eq!(plan(), plan_before, "after {statistics}");
        }
    }
}

#[test]
fn undo_brings_dropped_indexes_back_with_their_statistics() {
    for statistics in ["", "ANALYZE;"] {
        let script = format!("{ROWS} CREATE INDEX by_b ON t(b); {statistics}");
        let mut workbench = workbench(&script);
        let changes = [
            "CREATE INDEX by_y ON \"it's\"(y, x)".to_owned(),
            "DROP INDEX by_y".to_owned(),
            "drop index if exists BY_B".to_owned(),
        ];
        let sql = "SELECT * FROM \"it's\" WHERE y = 5 AND x > 7; SELECT * FROM t WHERE b = 'b5'";
        let with = workbench.explain_with(sql, &changes).unwrap();
        let plans: Vec<String> =
            with.statements.iter().map(|statement| statement.plan.to_text()).collect();
        assert!(plans[0].contains("by_y (y=? AND x>?)"), "{}", plans[0]);
        assert!(plans[1].contains("SCAN t"), "{}", plans[1]);
        let patch = workbench.patch(&changes, sql).unwrap();
        let database = Database::create(Rc::new(NoControl)).unwrap();
        database.execute_script(&script).unwrap();
        let before = state(&database);
        for _ in 0..2 {
            database.execute_script(&patch.up).unwrap();
            let plan = |sql| database.prepare(sql).unwrap().plan().unwrap().to_text();
            assert_eq!(plan("SELECT * FROM t WHERE b = 'b5'"), plans[1]);
        }
        for _ in 0..2 {
            database.execute_script(&patch.down).unwrap();
            assert_eq!(state(&database), before, "{}", patch.down);
        }
    }
}

#[test]
fn an_index_that_cannot_be_left_out_is_said() {
    let mut workbench = workbench("CREATE TABLE t(a UNIQUE, b); CREATE INDEX i ON t(b);");
    for (change, says) in [
        ("DROP INDEX nothing", "The index nothing cannot be left out. No such index: nothing."),
        (
            "DROP INDEX sqlite_autoindex_t_1",
            "The index sqlite_autoindex_t_1 cannot be left out. It belongs to a UNIQUE or \
             PRIMARY KEY constraint.",
        ),
        ("DROP TABLE t", "Only CREATE INDEX"),
    ] {
        let error = workbench.explain_with("SELECT 1", &[change.to_owned()]).unwrap_err();
        assert!(error.message.contains(says), "{}", error.message);
    }
}
