//! Indexes made, dropped and hidden, and taken back.

use std::rc::Rc;

use scanseek_engine::{Database, EngineError, IndexChange, NoControl, RowsRequest};

const QUERIES: [&str; 8] = [
    "SELECT id FROM t WHERE lower(b) = 'text 7' AND a > 2",
    "SELECT * FROM t WHERE a = 5",
    "SELECT a, count(*) FROM t GROUP BY a",
    "SELECT * FROM t WHERE b = 'text 7' AND a > 3",
    "SELECT max(b) FROM t",
    "SELECT * FROM t WHERE u = 3",
    "SELECT count(*) FROM t x JOIN t y ON x.a = y.u",
    "SELECT id FROM t ORDER BY lower(b) LIMIT 3",
];

fn database(setup: &str) -> Database {
    let mut database = Database::create(Rc::new(NoControl)).unwrap();
    database
        .execute_script(&format!(
            "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b TEXT, u INT UNIQUE);
             CREATE INDEX on_a ON t(a); CREATE INDEX \"odd \"\"name' ü\" ON t(b, a);
             CREATE INDEX on_lower ON t(lower(b)) WHERE a > 2;
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
             INSERT INTO t SELECT i, i % 50, 'text ' || (i % 900), i FROM n; {setup}",
        ))
        .unwrap();
    database.reload().unwrap();
    database
}

/// Plans, rows and counters of all queries.
fn state(database: &Database) -> Vec<String> {
    let all = RowsRequest { row_cap: 10_000, time_ns: None };
    QUERIES
        .iter()
        .map(|sql| {
            let statement = database.prepare(sql).unwrap();
            let plan = database.prepare(sql).unwrap().plan().unwrap();
            let rows = statement.rows(&all).unwrap();
            format!("{sql}\n{}{:?}{:?}", plan.to_text(), rows.counters, rows.rows)
        })
        .collect()
}

#[test]
fn a_hidden_index_is_planned_as_a_dropped_one_and_taken_back_whole() {
    for setup in ["", "ANALYZE;", "PRAGMA journal_mode=WAL;"] {
        for name in ["on_a", "odd \"name' ü", "on_lower"] {
            let mut hidden = database(setup);
            let (before, image) = (state(&hidden), hidden.to_bytes().unwrap());
            let mut dropped = hidden.fork().unwrap();
            let undo_hide = hidden.change_index(&IndexChange::Hide(name.into())).unwrap();
            let undo_drop = dropped.change_index(&IndexChange::Drop(name.into())).unwrap();
            assert_eq!(state(&hidden), state(&dropped), "{name} {setup}");
            assert_ne!(state(&hidden), before, "{name} {setup}");
            assert!(hidden.schema().indexes().all(|index| index.name != name));
            // What came after goes, too.
            hidden
                .change_index(&IndexChange::Create("CREATE INDEX more ON t(u, a)".into()))
                .unwrap();
            hidden.undo(undo_hide);
            dropped.undo(undo_drop);
            for database in [&hidden, &dropped] {
                assert_eq!(state(database), before, "{name} {setup}");
                assert_eq!(database.to_bytes().unwrap(), image, "{name} {setup}");
                assert!(database.schema().indexes().any(|index| index.name == name));
            }
        }
    }
}

#[test]
fn changes_made_one_after_another_are_taken_back_one_by_one() {
    let mut database = database("ANALYZE;");
    let changes = [
        IndexChange::Create("CREATE INDEX more ON t(u, a)".into()),
        IndexChange::Hide("on_a".into()),
        IndexChange::Create("CREATE INDEX on_a ON t(a, u)".into()),
        IndexChange::Drop("on_lower".into()),
        IndexChange::Hide("more".into()),
    ];
    let mut steps = Vec::new();
    for change in changes {
        let before = (state(&database), database.schema().clone());
        steps.push((before, database.change_index(&change).unwrap()));
    }
    for ((before, schema), undo) in steps.into_iter().rev() {
        database.undo(undo);
        assert_eq!(state(&database), before);
        assert_eq!(*database.schema(), schema);
    }
}

#[test]
fn what_cannot_be_changed_is_said_and_nothing_is() {
    let mut database = database("CREATE VIEW v AS SELECT 1 FROM t INDEXED BY on_a WHERE a = 1;");
    let before = state(&database);
    for (change, says) in [
        (IndexChange::Hide("none".into()), "No such index"),
        (IndexChange::Drop("none".into()), "No such index"),
        (IndexChange::Hide("sqlite_autoindex_t_1".into()), "constraint"),
        (IndexChange::Drop("sqlite_autoindex_t_1".into()), "constraint"),
        (IndexChange::Hide("t".into()), "No such index"),
        (IndexChange::Create("CREATE INDEX on_a ON t(b)".into()), "already"),
        (IndexChange::Create("DROP TABLE t".into()), "CREATE INDEX"),
    ] {
        let error = database.change_index(&change).map(drop).unwrap_err();
        assert!(error.to_string().contains(says), "{change:?}: {error}");
        assert!(!matches!(error, EngineError::Corrupt(_)), "{change:?}");
        assert_eq!(state(&database), before, "{change:?}");
    }
    // SQLite's own tables are closed again.
    database.hide_index(&"on_lower".into()).unwrap();
    assert!(database.execute("DELETE FROM sqlite_schema").is_err());
}
