//! Databases attached to another: names, joins, copies of their own, and what is refused.

use std::rc::Rc;
use std::sync::Arc;

use rusqlite::Connection;
use scanseek_engine::{
    Database, DatabaseFiles, EngineError, NoControl, RandomRead, RowsRequest, ShadowPlanner,
    Statistics, Switches, Value,
};
use scanseek_schema::TableKind;

const ALL: RowsRequest = RowsRequest { row_cap: usize::MAX, time_ns: None };

/// A file's worth of these statements.
fn made(script: &str) -> Database {
    let db = Database::create(Rc::new(NoControl)).unwrap();
    db.execute_script(script).unwrap();
    open(DatabaseFiles::alone(Arc::new(db.to_bytes().unwrap())))
}

fn open(files: DatabaseFiles) -> Database {
    Database::open(files, Rc::new(NoControl)).unwrap().database
}

fn shop() -> Database {
    made(
        "CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INT);
         CREATE TABLE both(x TEXT);
         INSERT INTO both VALUES ('in main');
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
         INSERT INTO orders SELECT i, i % 50 FROM n;",
    )
}

fn people() -> Database {
    made(
        "CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE, UNIQUE(name));
         CREATE TABLE both(x TEXT);
         CREATE VIEW named AS SELECT * FROM customers WHERE name > 'n';
         INSERT INTO both VALUES ('attached');
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
         INSERT INTO customers SELECT i, 'n' || i FROM n;",
    )
}

fn joined() -> Database {
    let mut db = shop();
    db.attach("other", &people()).unwrap();
    db
}

fn first(db: &Database, sql: &str) -> Value {
    let statement = db.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    statement.rows(&ALL).unwrap_or_else(|error| panic!("{sql}: {error}")).rows[0][0].clone()
}

fn text(text: &str) -> Value {
    Value::from(text)
}

fn refused(db: &mut Database, name: &str, other: &Database) -> String {
    match db.attach(name, other) {
        Err(EngineError::NotAttached(message)) => message,
        outcome => panic!("{name:?}: {outcome:?}"),
    }
}

const JOIN: &str = "SELECT count(*), max(c.name) FROM main.orders o JOIN other.customers c \
                    ON c.id = o.customer WHERE o.id % 2 = 0";

#[test]
fn names_resolve_as_in_sqlite() {
    let db = joined();
    assert_eq!(first(&db, "SELECT x FROM both"), text("in main"));
    assert_eq!(first(&db, "SELECT x FROM OTHER.both"), text("attached"));
    assert_eq!(first(&db, "SELECT count(*) FROM customers"), Value::Integer(3000));
    assert_eq!(first(&db, "SELECT count(*) FROM named"), Value::Integer(3000));
    let names: Vec<String> =
        db.schema().tables.iter().map(scanseek_schema::Table::typed_name).collect();
    assert_eq!(names, ["orders", "both", "other.customers", "other.both", "other.named"]);
    let customers = db.schema().table("customers").unwrap();
    assert_eq!(customers.columns[1].collation, "NOCASE");
    assert_eq!(customers.indexes.len(), 1);
    assert!(customers.columns[0].primary_key_position == 1);
    assert_eq!(db.schema().table_in(Some("Other"), "named").unwrap().kind, TableKind::View);
    assert_eq!(db.schema().table("both").unwrap().database, None);

    // What was read when it was attached is what is read again.
    let before = db.schema().clone();
    let mut db = db;
    db.reload().unwrap();
    assert_eq!(*db.schema(), before);
    db.count_rows(u64::MAX);
    let counts: Vec<Option<u64>> = db.schema().tables.iter().map(|t| t.row_count).collect();
    assert_eq!(counts, [Some(2000), Some(1), Some(3000), Some(1), None]);
    let about = db.estimate_rows(Some("other"), "customers").unwrap().unwrap();
    assert!((2_000..4_000).contains(&about), "{about}");
    assert_eq!(db.estimate_rows(Some("other"), "orders").unwrap(), None);

    db.detach("OTHER").unwrap();
    assert!(matches!(db.prepare("SELECT * FROM customers"), Err(EngineError::UnknownName { .. })));
    assert_eq!(db.schema().tables.len(), 2);
    assert!(db.schema().attached.is_empty());
    assert!(matches!(db.detach("other"), Err(EngineError::NotAttached(_))));
    db.attach("other", &shop()).unwrap();
    assert_eq!(first(&db, "SELECT count(*) FROM other.orders"), Value::Integer(2000));
}

#[test]
fn work_over_both_adds_up_and_is_the_same_in_a_fork() {
    let db = joined();
    let measured = db.prepare(JOIN).unwrap().measure(None, None).unwrap();
    let counters = measured.counters;
    let analysis = db.analyse(JOIN, &[], None).unwrap();
    let [scan, search] = &analysis.plan.nodes[..] else { panic!("{}", analysis.plan.to_text()) };
    assert_eq!(scan.detail, "SCAN o");
    let (outer, inner) = (scan.loops.as_ref().unwrap(), search.loops.as_ref().unwrap());
    assert_eq!((outer.rows_visited, outer.rows_out), (2000, Some(1000)));
    // Every fiftieth customer is 0, which is none: of the even orders these are 40.
    assert_eq!((inner.loops, inner.rows_visited, inner.rows_out), (1000, 960, Some(960)));
    let total = analysis.bytecode.total();
    assert_eq!(total.vm_steps, counters.vm_steps);
    assert_eq!(total.page_requests, counters.page_requests);
    assert_eq!(total.page_reads, counters.page_reads);
    assert!(search.work.unwrap().page_reads > 0, "pages of the attached file count, too");
    for db in [&db, &db.fork().unwrap(), &db.fork().unwrap().fork().unwrap()] {
        assert_eq!(db.prepare(JOIN).unwrap().measure(None, None).unwrap(), measured);
    }
}

#[test]
fn forks_have_copies_of_their_own() {
    let db = joined();
    let sql = "SELECT * FROM other.both WHERE x = 'attached'";
    let mut tuned = db.fork().unwrap();
    let index = tuned.create_index("CREATE INDEX other.by_x ON both(x)").unwrap();
    assert_eq!(index.typed_name(), "other.by_x");
    assert_eq!(tuned.index_bytes(&index).unwrap(), 4096);
    let uses = |db: &Database| {
        let plan = db.prepare(sql).unwrap().plan().unwrap();
        plan.index_names().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(uses(&tuned), ["by_x"]);
    assert!(uses(&db).is_empty());
    let on =
        |db: &Database, database| db.schema().table_in(database, "both").unwrap().indexes.len();
    assert_eq!((on(&tuned, Some("other")), on(&tuned, None)), (1, 0));
    // The fork of a fork starts from what that has.
    let mut again = tuned.fork().unwrap();
    assert_eq!(uses(&again), ["by_x"]);
    again.drop_index(&index).unwrap();
    assert!(uses(&again).is_empty());
    assert_eq!(on(&again, Some("other")), 0);
    assert_eq!(uses(&tuned), ["by_x"]);
    drop(tuned);
    assert_eq!(first(&db, "SELECT count(*) FROM customers"), Value::Integer(3000));
    // Without its name before the index's, an index is made in the main database.
    let error = db.fork().unwrap().create_index("CREATE INDEX i ON customers(name)").unwrap_err();
    assert_eq!(error.to_string(), "No such table: main.customers.");
}

#[test]
fn one_file_may_be_attached_twice() {
    let people = people();
    let mut db = people.fork().unwrap();
    db.attach("a", &people).unwrap();
    db.attach("b", &people).unwrap();
    db.create_index("CREATE INDEX a.by_x ON both(x)").unwrap();
    let counted =
        "SELECT (SELECT count(*) FROM a.sqlite_schema) - (SELECT count(*) FROM b.sqlite_schema)";
    assert_eq!(first(&db, counted), Value::Integer(1));
    assert_eq!(
        first(&db, "SELECT count(*) FROM a.customers JOIN b.customers USING (id)"),
        Value::Integer(3000)
    );
}

#[test]
fn names_are_data() {
    let people = people();
    let mut db = shop();
    for name in [
        "a\"\"b",
        "it's",
        "größe",
        "x'); DROP TABLE orders; --",
        "select",
        "a b",
        "1",
        "orders",
        "数",
        ";",
    ] {
        db.attach(name, &people).unwrap_or_else(|error| panic!("{name}: {error}"));
        let quoted = scanseek_schema::quote_identifier(name);
        let sql = format!("SELECT count(*) FROM {quoted}.customers");
        for db in [&db, &db.fork().unwrap()] {
            assert_eq!(first(db, &sql), Value::Integer(3000));
        }
        let mut fork = db.fork().unwrap();
        fork.create_index(&format!("CREATE INDEX {quoted}.by_x ON both(x)")).unwrap();
        assert_eq!(fork.schema().table_in(Some(name), "both").unwrap().indexes.len(), 1, "{name}");
        fork.reload().unwrap();
        assert_eq!(
            fork.schema().table_in(Some(name), "customers").unwrap().columns.len(),
            2,
            "{name}"
        );
        ShadowPlanner::new(db.schema()).unwrap().scans(&sql).unwrap();
        db.detach(name).unwrap();
    }
    db.attach("Other", &people).unwrap();
    for (name, words) in [
        ("", "needs a name"),
        (" ", "needs a name"),
        ("main", "SQLite's own names"),
        ("TEMP", "SQLite's own names"),
        ("oTHER", "attached as “oTHER” already"),
        ("a\0b", "control characters"),
        ("a\nb", "control characters"),
        (&"x".repeat(65), "64 characters at most"),
    ] {
        let message = refused(&mut db, name, &people);
        assert!(message.contains(words), "{message}");
    }
    db.attach(&"ü".repeat(64), &people).unwrap();
}

#[test]
fn sqlite_takes_ten() {
    let people = people();
    let mut db = shop();
    for i in 0..10 {
        db.attach(&format!("db{i}"), &people).unwrap();
    }
    assert_eq!(refused(&mut db, "db10", &people), "SQLite attaches 10 databases at most.");
    let fork = db.fork().unwrap();
    assert_eq!(first(&fork, "SELECT count(*) FROM db9.customers"), Value::Integer(3000));
    db.detach("db3").unwrap();
    db.attach("db10", &people).unwrap();
}

#[test]
fn page_sizes_may_differ_and_encodings_may_not() {
    for page_size in [512, 65536] {
        let other = made(&format!(
            "PRAGMA page_size={page_size}; CREATE TABLE u(a); INSERT INTO u VALUES (1), (2)"
        ));
        let mut db = shop();
        db.attach("other", &other).unwrap();
        assert_eq!(first(&db, "SELECT count(*) FROM orders, u"), Value::Integer(4000));
    }
    let utf16 = made("PRAGMA encoding='UTF-16le'; CREATE TABLE u(a TEXT)");
    let mut db = shop();
    assert_eq!(
        refused(&mut db, "other", &utf16),
        "“other” stores text as UTF-16le, the open database as UTF-8: SQLite attaches only databases that store text alike."
    );
    assert!(db.schema().attached.is_empty());
    db.attach("other", &people()).unwrap();
    let mut wide = made("PRAGMA encoding='UTF-16le'; CREATE TABLE v(a TEXT)");
    wide.attach("other", &utf16).unwrap();
}

#[test]
fn what_lies_beside_an_attached_file_is_read() {
    let other = open(made_elsewhere(
        "log",
        "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(a); INSERT INTO t VALUES (1);
         PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (2), (3);",
    ));
    let mut db = shop();
    db.attach("log", &other).unwrap();
    let mut fork = db.fork().unwrap();
    fork.create_index("CREATE INDEX log.by_a ON t(a)").unwrap();
    for db in [&db, &fork, &fork.fork().unwrap()] {
        assert_eq!(first(db, "SELECT sum(a) FROM log.t"), Value::Integer(6));
    }
    assert_eq!(fork.schema().table_in(Some("log"), "t").unwrap().indexes.len(), 1);
    assert!(db.schema().table("t").unwrap().indexes.is_empty());
}

#[test]
fn a_statement_of_a_persons_attaches_nothing() {
    let mut db = joined();
    db.create_index("CREATE INDEX other.by_x ON both(x)").unwrap();
    for db in [&db, &db.fork().unwrap()] {
        for sql in [
            "ATTACH ':memory:' AS x",
            "ATTACH 'scanseek-1.db' AS x",
            "DETACH other",
            "PRAGMA other.journal_mode",
            "PRAGMA other.cache_size=1",
            "SELECT * FROM pragma_journal_mode('other')",
        ] {
            assert!(matches!(db.prepare(sql), Err(EngineError::NotRunnable(_))), "{sql}");
        }
        let written = db.prepare("INSERT INTO other.both VALUES (1)").unwrap();
        assert!(matches!(written.rows(&ALL), Err(EngineError::Writes)));
    }
}

#[test]
fn statistics_are_those_of_each_database() {
    let mut db = shop();
    db.execute("ANALYZE").unwrap();
    db.attach("other", &people()).unwrap();
    let rows = |db: &Database| -> Vec<usize> {
        let all = db.statistics().unwrap();
        all.iter().map(|one| one.tables.iter().map(|t| t.rows.len()).sum()).collect()
    };
    assert_eq!(rows(&db), [2, 0], "no index, so one row a table");
    let switched =
        |statistics| db.switched(&Switches { statistics, ..Switches::default() }).unwrap();
    let analyzed = switched(Statistics::Analyze);
    assert!(rows(&analyzed)[1] > 2);
    assert_eq!(analyzed.statistics().unwrap()[1].database.as_deref(), Some("other"));
    let none = analyzed.switched(&Switches { statistics: Statistics::None, ..Switches::default() });
    assert_eq!(rows(&none.unwrap()), [0, 0]);
}

#[test]
fn the_planner_is_asked_for_tables_of_each_database() {
    let db = joined();
    let planner = ShadowPlanner::new(db.schema()).unwrap();
    let asked = |sql: &str| {
        let scans = planner.scans(sql).unwrap();
        let mut tables: Vec<(Option<String>, String)> =
            scans.into_iter().map(|scan| (scan.database, scan.table)).collect();
        tables.dedup();
        tables
    };
    let other = || Some("other".to_owned());
    assert_eq!(
        asked("SELECT * FROM both a JOIN other.both b ON a.x = b.x"),
        [(None, "both".into()), (other(), "both".into())]
    );
    // A view of an attached database reads the tables beside it.
    assert_eq!(asked("SELECT * FROM named"), [(other(), "customers".into())]);
}

/// What SQLite's own VFS makes of these statements, as the bytes of a file and of its log.
fn made_elsewhere(name: &str, script: &str) -> DatabaseFiles {
    let folder =
        std::env::temp_dir().join(format!("scanseek-attach-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let conn = Connection::open(folder.join("made.db")).unwrap();
    conn.execute_batch(script).unwrap();
    let bytes = |file: &str| {
        let bytes = std::fs::read(folder.join(file)).ok()?;
        Some(Arc::new(bytes) as Arc<dyn RandomRead>)
    };
    let files =
        DatabaseFiles { base: bytes("made.db").unwrap(), wal: bytes("made.db-wal"), journal: None };
    drop(conn);
    std::fs::remove_dir_all(&folder).unwrap();
    files
}

#[test]
fn stand_ins_are_told_by_database() {
    let stub = made_elsewhere(
        "stub",
        "CREATE TABLE t(a); PRAGMA writable_schema=ON;
         INSERT INTO sqlite_schema VALUES ('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING nobody(a)');",
    );
    let plain = "CREATE TABLE v(a); INSERT INTO v VALUES (5);";
    let mut db = made(plain);
    db.attach("other", &open(stub.clone())).unwrap();
    db.attach("another", &open(stub)).unwrap();
    for db in [&db, &db.fork().unwrap()] {
        assert_eq!(first(db, "SELECT a FROM v"), Value::Integer(5));
        for sql in ["SELECT a FROM other.v", "SELECT a FROM another.v"] {
            assert_eq!(db.prepare(sql).unwrap().missing().len(), 1, "{sql}");
        }
    }
    db.detach("other").unwrap();
    db.attach("other", &made(plain)).unwrap();
    assert_eq!(first(&db, "SELECT a FROM other.v"), Value::Integer(5));
}
