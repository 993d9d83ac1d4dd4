//! Databases and statements that need what only the person's application has, parameters, and the
//! planner's switches.

use std::rc::Rc;
use std::sync::Arc;

use rusqlite::Connection;
use scanseek_engine::{
    Database, DatabaseFiles, EngineError, Missing, NoControl, Optimization, ParameterType,
    RowsRequest, Statistics, Switches, Value,
};

const ALL: RowsRequest = RowsRequest { row_cap: 10, time_ns: None };

/// A file as an application makes it that has a collation, a function and a module of its own.
fn application_file(name: &str) -> Database {
    let file = format!("scanseek-foreign-{name}-{}.db", std::process::id());
    let path = std::env::temp_dir().join(file);
    let _ = std::fs::remove_file(&path);
    // The engine sets SQLite up before anything else uses it.
    drop(numbers());
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch(
        "CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE, place BLOB);
         CREATE INDEX by_name ON people(name);
         CREATE VIEW near AS SELECT id, my_geo(place) AS far FROM people;
         CREATE VIEW broken AS SELECT * FROM gone;
         INSERT INTO people VALUES (1, 'b', NULL), (2, 'a', NULL);
         PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'NOCASE', 'LOCALIZED');
         INSERT INTO sqlite_schema VALUES('table', 'vec', 'vec', 0,
           'CREATE VIRTUAL TABLE vec USING vec0(item integer primary key, embedding float[8], +note text, chunk_size=16)');
         INSERT INTO sqlite_schema VALUES('table', 'odd', 'odd', 0,
           'CREATE VIRTUAL TABLE odd USING \"od\"\"d mod'');\"(a, b)');",
    )
    .unwrap();
    drop(conn);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    Database::open(DatabaseFiles::alone(Arc::new(bytes)), Rc::new(NoControl)).unwrap().database
}

#[test]
fn what_the_application_has_is_planned_and_not_run() {
    let db = application_file("plans");
    let module =
        |table: &str, module: &str| Missing::Module { module: module.into(), table: table.into() };
    for (sql, plan, missing) in [
        (
            "SELECT id FROM people WHERE my_geo(place) < 5",
            "SCAN people",
            vec![Missing::Function("my_geo".into())],
        ),
        (
            "SELECT id FROM near WHERE far < 5",
            "SCAN people",
            vec![Missing::Function("my_geo".into())],
        ),
        (
            "SELECT id FROM people WHERE name = 'a'",
            "SEARCH people USING COVERING INDEX by_name (name=?)",
            vec![Missing::Collation("LOCALIZED".into())],
        ),
        (
            "SELECT id FROM people ORDER BY place COLLATE other_one",
            "SCAN people",
            vec![Missing::Collation("other_one".into())],
        ),
        (
            "SELECT item, distance FROM vec WHERE embedding MATCH ? AND k = 5",
            "SCAN vec VIRTUAL TABLE INDEX 0:stub",
            vec![module("vec", "vec0")],
        ),
        (
            "SELECT id FROM people WHERE id = 1",
            "SEARCH people USING INTEGER PRIMARY KEY (rowid=?)",
            vec![],
        ),
    ] {
        // On a copy, too.
        for db in [&db, &db.fork().unwrap()] {
            let statement = db.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
            assert_eq!(statement.missing(), missing, "{sql}");
            match statement.rows(&ALL) {
                Ok(rows) => assert!(missing.is_empty(), "{sql}: {rows:?}"),
                Err(EngineError::NotRunnable(why)) => {
                    assert_eq!(why, missing[0].sentence(), "{sql}");
                }
                Err(error) => panic!("{sql}: {error}"),
            }
            assert_eq!(db.analyse(sql, &[], None).is_ok(), missing.is_empty(), "{sql}");
            let text = statement.plan().unwrap().to_text();
            assert!(text.contains(plan), "{sql}: {text}");
        }
    }
    let sentence = Missing::Function("my_geo".into()).sentence();
    assert!(sentence.contains("function my_geo()") && sentence.ends_with("not run."));
    // A table whose module has no name that could be registered stands in no other's way.
    assert_eq!(db.schema().tables.iter().filter(|table| table.name == "vec").count(), 1);
    let columns: Vec<_> = db
        .schema()
        .tables
        .iter()
        .find(|table| table.name == "vec")
        .map(|table| table.columns.iter().map(|column| column.name.as_str()).collect())
        .unwrap();
    assert_eq!(columns, ["item", "embedding", "note", "distance", "k", "vec"]);
}

#[test]
fn a_broken_view_is_named() {
    let db = application_file("view");
    let Err(error) = db.prepare("SELECT 1 FROM broken b") else { panic!("it is broken") };
    let EngineError::UnknownName { message, offset } = error else { panic!("{error:?}") };
    assert!(message.contains("gone") && message.contains("The view broken needs it."), "{message}");
    assert_eq!(offset, Some(14));
}

fn numbers() -> Database {
    let db = Database::create(Rc::new(NoControl)).unwrap();
    db.execute_script(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, i INT, r REAL, n NUMERIC, s TEXT, b BLOB, x);
         CREATE INDEX on_i ON t(i); CREATE INDEX on_s ON t(s COLLATE NOCASE);
         CREATE INDEX on_n ON t(n);
         WITH RECURSIVE c(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM c WHERE v < 500)
         INSERT INTO t SELECT v, v % 7, v * 0.5, v % 3, 's' || v, x'00', v FROM c;",
    )
    .unwrap();
    db
}

/// SQLite asks for the UTF-16 form of its own collations before it uses the UTF-8 one.
#[test]
fn collations_of_sqlite_itself_work_in_utf16() {
    for encoding in ["UTF-8", "UTF-16le", "UTF-16be"] {
        let db = Database::create(Rc::new(NoControl)).unwrap();
        db.execute_script(&format!(
            "PRAGMA encoding='{encoding}';
             CREATE TABLE t(n TEXT COLLATE NOCASE, r TEXT COLLATE RTRIM);
             CREATE INDEX on_n ON t(n);
             INSERT INTO t VALUES ('aa', 'x'), ('AA', 'x  '), ('bb', 'y'), ('ab', 'x');
             ANALYZE;",
        ))
        .unwrap();
        for (sql, count) in [
            ("SELECT count(*) FROM t WHERE n = 'Aa'", 2),
            ("SELECT count(DISTINCT n) FROM t", 3),
            ("SELECT count(*) FROM t WHERE r = 'x'", 3),
            ("SELECT count(*) FROM (SELECT 1 FROM t GROUP BY n COLLATE BINARY)", 4),
            ("SELECT count(*) FROM t WHERE n COLLATE rtrim = 'aa '", 1),
        ] {
            let statement = db.prepare(sql).unwrap();
            assert_eq!(statement.missing(), [], "{sql}");
            let rows = statement.rows(&ALL).unwrap().rows;
            assert_eq!(rows, [[Value::Integer(count)]], "{encoding}: {sql}");
        }
        // ANALYZE reads its own table by NOCASE, and read past its memory when that was not it.
        db.execute_script("CREATE INDEX on_r ON t(r); ANALYZE;").unwrap();
    }
}

#[test]
fn types_of_parameters_are_guessed() {
    use ParameterType::{Integer, Number, Real, Text, Unknown};
    let db = numbers();
    for (sql, types) in [
        ("SELECT * FROM t WHERE id = ?", vec![Integer]),
        // Indexes keep integers and other numbers alike.
        ("SELECT * FROM t WHERE i = ?", vec![Number]),
        ("SELECT * FROM t WHERE r > :low AND r < :high", vec![Real, Real]),
        ("SELECT * FROM t WHERE n = ?2 AND s = ?1", vec![Text, Number]),
        ("SELECT * FROM t WHERE s LIKE ?", vec![Text]),
        ("SELECT * FROM t WHERE x = ?", vec![Unknown]),
        ("SELECT ?", vec![Unknown]),
        ("SELECT * FROM t WHERE i = ?1 OR s = ?1", vec![Unknown]),
        ("SELECT * FROM t LIMIT ?", vec![Integer]),
        ("SELECT 1", vec![]),
        ("DELETE FROM t WHERE s = @name", vec![Text]),
    ] {
        let statement = db.prepare(sql).unwrap();
        assert_eq!(statement.parameter_types().unwrap(), types, "{sql}");
    }
}

#[test]
fn values_of_parameters_are_exact() {
    let db = numbers();
    let blob: Vec<u8> = (0..=255).collect();
    for (value, quoted) in [
        (Value::Integer(i64::MIN), "-9223372036854775808".to_owned()),
        (Value::Real(0.1), "0.1".to_owned()),
        (Value::Null, "NULL".to_owned()),
        (Value::from("it's ü\0x"), "'it''s ü'".to_owned()),
        (
            Value::Blob { head: blob.clone(), bytes: 256 },
            format!("X'{}'", blob.iter().map(|byte| format!("{byte:02X}")).collect::<String>()),
        ),
    ] {
        let statement = db.prepare("SELECT quote(?), typeof(?1)").unwrap();
        statement.bind(&[("?1".into(), value.clone())]).unwrap();
        let Value::Text { text, .. } = &statement.rows(&ALL).unwrap().rows[0][0] else { panic!() };
        assert_eq!(*text, quoted, "{value:?}");
    }
}

#[test]
fn a_second_compilation_is_noticed() {
    let bytes = numbers().to_bytes().unwrap();
    let db = Database::open(DatabaseFiles::alone(Arc::new(bytes)), Rc::new(NoControl));
    let db = db.unwrap().database;
    let reprepared = |sql: &str| db.prepare(sql).unwrap().rows(&ALL).unwrap().reprepared;
    assert!(!reprepared("SELECT count(*) FROM t WHERE i = 3"));
    assert!(!reprepared("SELECT count(*) FROM t WHERE i = ?"));
    let sql = "SELECT count(*) FROM t WHERE s LIKE ? AND i = 3";
    let statement = db.prepare(sql).unwrap();
    statement.bind(&[("1".into(), Value::from("s1%"))]).unwrap();
    let rows = statement.rows(&ALL).unwrap();
    assert!(rows.reprepared, "LIKE looks at its pattern");
    let plan = {
        let statement = db.prepare(sql).unwrap();
        statement.bind(&[("1".into(), Value::from("s1%"))]).unwrap();
        statement.plan().unwrap().to_text()
    };
    assert!(plan.contains("on_s") || plan.contains("on_i"), "{plan}");
    assert!(
        !db.prepare("SELECT count(*) FROM t WHERE i = 3").unwrap().rows(&ALL).unwrap().reprepared
    );
}

#[test]
fn switches_change_plans_and_nothing_else() {
    let db = numbers();
    let plan = |db: &Database, sql: &str| db.prepare(sql).unwrap().plan().unwrap().to_text();
    let without = |one: Optimization| {
        db.switched(&Switches { without: vec![one], ..Switches::default() }).unwrap()
    };
    for (one, sql) in [
        (Optimization::CoverIdxScan, "SELECT count(i) FROM t"),
        (
            Optimization::QueryFlattener,
            "SELECT * FROM (SELECT * FROM t WHERE i = 1 LIMIT 50000) s JOIN (SELECT id, x FROM t) u ON u.id = s.x",
        ),
        (
            Optimization::ExistsToJoin,
            "SELECT * FROM t a WHERE EXISTS (SELECT 1 FROM t b WHERE b.i = a.n)",
        ),
        (Optimization::DistinctOpt, "SELECT DISTINCT i FROM t"),
    ] {
        assert_ne!(plan(&db, sql), plan(&without(one), sql), "{}", one.id());
    }
    // Statistics: none, made, and what was there is there again on the next copy.
    let sql = "SELECT * FROM t WHERE i = 1 AND n = 2";
    let as_found = plan(&db, sql);
    let under = |statistics| db.switched(&Switches { statistics, ..Switches::default() }).unwrap();
    assert!(plan(&under(Statistics::Analyze), sql).contains("on_i"));
    under(Statistics::Optimize);
    assert_eq!(plan(&under(Statistics::None), sql), as_found);
    let analysed = under(Statistics::Analyze);
    let forgot = analysed
        .switched(&Switches { statistics: Statistics::None, ..Switches::default() })
        .unwrap();
    assert_eq!(plan(&forgot, sql), as_found);
    assert_eq!(plan(&db, sql), as_found);
    // LIKE on an index by bytes.
    db.execute("CREATE INDEX bytes ON t(s)").unwrap();
    let like = "SELECT * FROM t WHERE s LIKE 's1%'";
    let sensitive =
        db.switched(&Switches { case_sensitive_like: true, ..Switches::default() }).unwrap();
    assert!(plan(&sensitive, like).contains("INDEX bytes"), "{}", plan(&sensitive, like));
    assert!(!plan(&db, like).contains("INDEX bytes"));
    // Names are stable and distinct.
    let mut ids: Vec<&str> = Optimization::ALL.iter().map(|one| one.id()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), Optimization::ALL.len());
}
