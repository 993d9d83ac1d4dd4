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
    for table in database.statistics().unwrap() {
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
