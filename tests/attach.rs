//! Several databases at once, through the use-cases: advice, trial, patch and links.

use std::rc::Rc;

use scanseek_engine::{Database, NoControl};
use scanseek_workbench::{
    DatabaseFiles, ErrorCode, LinkState, RunOptions, SuggestOptions, SuggestedVerdict,
    TrialOptions, Workbench,
};

use crate::host::{TestHost, files, workbench};

const SHOP: &str = "
    CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INT, day TEXT, total INT);
    CREATE TABLE log(id INTEGER PRIMARY KEY, kind INT, words TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
    INSERT INTO orders SELECT i, i % 500, date('2024-01-01', '+' || (i % 365) || ' days'), i FROM n;
    INSERT INTO log SELECT id, id % 7, 'w' || id FROM orders;";

/// Tables of the same names, other columns that are worth an index.
const ARCHIVE: &str = "
    CREATE TABLE customers(id INTEGER PRIMARY KEY, email TEXT, town INT);
    CREATE TABLE log(id INTEGER PRIMARY KEY, kind INT, words TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
    INSERT INTO customers SELECT i, 'mail' || i, i % 400 FROM n;
    INSERT INTO log SELECT id, id % 1000, 'w' || id FROM customers;";

const QUERIES: &str = "
    -- name: join
    SELECT o.id, c.email FROM archive.customers c JOIN main.orders o ON o.customer = c.id
    WHERE c.email = 'mail77';
    -- name: old log
    SELECT words FROM archive.log WHERE kind = 123;
    -- name: own
    SELECT id FROM orders WHERE day = '2024-03-01'";

fn both() -> Workbench {
    let mut workbench = workbench(SHOP);
    workbench.attach("archive", "old.db", files(ARCHIVE)).unwrap();
    workbench
}

#[test]
fn tables_of_attached_databases_are_advised_on() {
    let mut workbench = both();
    let suggested = workbench.suggest(QUERIES, &SuggestOptions::default()).unwrap();
    assert!(suggested.not_analysed.is_empty(), "{:?}", suggested.not_analysed);
    let mut ddl: Vec<&str> = suggested.create.iter().map(|index| index.ddl.as_str()).collect();
    ddl.sort_unstable();
    // orders is read in a third query by customer, and only that narrows.
    assert_eq!(
        ddl,
        [
            "CREATE INDEX archive.idx_customers_email ON customers(email)",
            "CREATE INDEX archive.idx_log_kind ON log(kind)",
            "CREATE INDEX idx_orders_customer ON orders(customer)",
            "CREATE INDEX idx_orders_day ON orders(day)",
        ]
    );
    for query in &suggested.queries {
        assert_eq!(query.verdict, SuggestedVerdict::Faster, "{}", query.statement.name);
        assert!(query.after.same_result);
    }
    let table =
        |ddl: &str| &suggested.create.iter().find(|one| one.ddl.contains(ddl)).unwrap().table;
    assert_eq!((table("email").as_str(), table("day").as_str()), ("archive.customers", "orders"));
    assert!(suggested.create.iter().all(|index| index.bytes > 4096 && !index.helps.is_empty()));
    assert!(
        suggested.patch.up.contains("-- Run it where these are attached: old.db as archive.\n"),
        "{}",
        suggested.patch.up
    );

    // What was handed out works on databases of the same shape, and its undo takes it back.
    let made = |script: &str| {
        let files = files(script);
        Database::open(files, Rc::new(NoControl)).unwrap().database
    };
    let mut database = made(SHOP);
    database.attach("archive", &made(ARCHIVE)).unwrap();
    let state = |database: &mut Database| {
        database.reload().unwrap();
        database.schema().clone()
    };
    let before = state(&mut database);
    database.execute_script(&suggested.patch.up).unwrap();
    assert_eq!(state(&mut database).indexes().count(), 4);
    database.execute_script(&suggested.patch.down).unwrap();
    assert_eq!(state(&mut database), before);
}

#[test]
fn undo_puts_statistics_of_each_database_back() {
    let mut workbench = both();
    let changes = ["CREATE INDEX archive.i ON log(kind)".to_owned(), "ANALYZE".to_owned()];
    let patch = workbench.patch(&changes, QUERIES).unwrap();
    let open = |script: &str| Database::open(files(script), Rc::new(NoControl)).unwrap().database;
    let mut database = open(SHOP);
    database.attach("archive", &open(&format!("{ARCHIVE} ANALYZE customers"))).unwrap();
    database.execute_script(&patch.up).unwrap();
    let rows = |database: &Database| -> Vec<usize> {
        database.statistics().unwrap().iter().map(|one| one.tables.len()).collect()
    };
    assert_eq!(rows(&database), [2, 2]);
    database.execute_script(&patch.down).unwrap();
    assert_eq!(rows(&database), [0, 0], "{}", patch.down);
}

#[test]
fn changes_and_trials_reach_attached_tables() {
    let mut workbench = both();
    let sql = "SELECT words FROM archive.log WHERE kind = 123";
    let index = ["CREATE INDEX archive.mine ON log(kind)".to_owned()];
    let plan = |workbench: &mut Workbench, changes: &[String]| {
        workbench.explain_with(sql, changes).unwrap().statements[0].plan.to_text()
    };
    assert!(plan(&mut workbench, &index).contains("USING INDEX mine (kind=?)"));
    let wrong = ["CREATE INDEX mine ON log(kind)".to_owned()];
    assert_eq!(
        plan(&mut workbench, &wrong),
        "QUERY PLAN\n`--SCAN archive.log\n",
        "that is main.log"
    );
    let error = workbench.explain_with(sql, &["CREATE INDEX i ON customers(town)".to_owned()]);
    let error = error.unwrap_err();
    assert_eq!(error.code, ErrorCode::BadIndex);
    assert!(error.hint.unwrap().contains("CREATE INDEX other.i"));
    let trial = workbench.trial(sql, &index, &TrialOptions::within(200_000_000)).unwrap();
    let [before, after] = &trial.queries[0].arms[..] else { panic!("{trial:?}") };
    assert!(after.counters.vm_steps * 100 < before.counters.vm_steps);
    assert!(after.same_result);
    // What is attached later, or no longer, is not in the copy made before.
    workbench.detach("archive").unwrap();
    assert!(!workbench.trial(sql, &[], &TrialOptions::within(1)).unwrap().not_tried.is_empty());
    let opened =
        workbench.attach("archive", "other.db", files("CREATE TABLE log(kind, words)")).unwrap();
    assert_eq!(opened.attached[0].1.name, "other.db");
    let options = RunOptions { row_cap: 9, deadline_ns: u64::MAX };
    assert!(workbench.run(sql, &[], &options).unwrap().rows.is_empty());
}

#[test]
fn a_link_says_what_it_needs() {
    let mut workbench = both();
    let state = LinkState {
        sql: QUERIES.to_owned(),
        indexes: vec!["CREATE INDEX archive.mine ON log(kind)".to_owned()],
    };
    let link = workbench.share(&state).unwrap().fragment;
    let notebook = workbench.read_link(&link).unwrap();
    assert_eq!(notebook.attached[0].name, "archive");
    let check = workbench.check_link(&link).unwrap();
    assert!(check.database_matches && check.checks.iter().all(|check| check.holds), "{check:?}");
    assert_eq!(check.checks.len(), 6);

    workbench.attach("spare", "old.db", files(ARCHIVE)).unwrap();
    assert!(workbench.check_link(&link).unwrap().database_matches, "more may be attached");
    workbench.detach("archive").unwrap();
    let error = workbench.check_link(&link).unwrap_err();
    assert_eq!(error.code, ErrorCode::BadIndex);
    assert!(error.hint.as_deref().unwrap().contains("“old.db” attached as archive"), "{error:?}");
    let without = LinkState { indexes: vec![], ..state };
    let link = both().share(&without).unwrap().fragment;
    let check = workbench.check_link(&link).unwrap();
    assert!(!check.database_matches);
    assert_eq!(
        check.message,
        "1 of 3 counts are the same here. The link was made with “old.db” attached as archive; here nothing is attached under that name."
    );
    workbench.attach("Archive", "old.db", files(SHOP)).unwrap();
    let check = workbench.check_link(&link).unwrap();
    assert!(check.message.ends_with("here that is another database."), "{}", check.message);
}

#[test]
fn what_cannot_be_attached_leaves_all_as_it_is() {
    let mut nothing = Workbench::new(TestHost::patient());
    let error = nothing.attach("a", "a.db", files(SHOP)).unwrap_err();
    assert_eq!(error.code, ErrorCode::NoDatabase);
    assert_eq!(nothing.detach("a").unwrap_err().code, ErrorCode::NoDatabase);
    let mut workbench = both();
    let text = || DatabaseFiles::alone(std::sync::Arc::new(b"hello".to_vec()));
    for (name, files, code) in [
        ("x", text(), ErrorCode::NotADatabase),
        ("archive", files(SHOP), ErrorCode::NotAttached),
        ("", files(SHOP), ErrorCode::NotAttached),
        ("x", files("PRAGMA encoding='UTF-16be'; CREATE TABLE t(a)"), ErrorCode::NotAttached),
    ] {
        let error = workbench.attach(name, "x.db", files).unwrap_err();
        assert_eq!(error.code, code, "{error}");
    }
    assert_eq!(workbench.detach("x").unwrap_err().code, ErrorCode::NotAttached);
    let explained = workbench.explain(QUERIES).unwrap();
    assert!(explained.statements.iter().all(|statement| statement.error.is_none()));
}

#[test]
fn dropped_indexes_of_attached_databases_come_back() {
    let script = format!("{ARCHIVE} CREATE INDEX by_kind ON log(kind); ANALYZE;");
    let sql = "SELECT words FROM archive.log WHERE kind = 123";
    for (own, drop) in [
        ("", "DROP INDEX archive.by_kind"),
        // SQLite looks into the main database first.
        ("", "DROP INDEX by_kind"),
        ("CREATE INDEX by_kind ON log(words);", "DROP INDEX archive.by_kind"),
    ] {
        let mut workbench = workbench(&format!("{SHOP}{own}"));
        workbench.attach("archive", "old.db", files(&script)).unwrap();
        let changes = [drop.to_owned()];
        let plan =
            |explained: scanseek_workbench::Explained| explained.statements[0].plan.to_text();
        assert!(plan(workbench.explain(sql).unwrap()).contains("by_kind"));
        assert!(
            !plan(workbench.explain_with(sql, &changes).unwrap()).contains("by_kind"),
            "{drop}"
        );
        let patch = workbench.patch(&changes, sql).unwrap();
        let open =
            |script: &str| Database::open(files(script), Rc::new(NoControl)).unwrap().database;
        let mut database = open(&format!("{SHOP}{own}"));
        database.attach("archive", &open(&script)).unwrap();
        let state = |database: &mut Database| {
            database.reload().unwrap();
            (database.schema().clone(), database.statistics().unwrap())
        };
        let before = state(&mut database);
        database.execute_script(&patch.up).unwrap();
        assert_eq!(
            state(&mut database).0.indexes().count() + 1,
            before.0.indexes().count(),
            "{}",
            patch.up
        );
        for _ in 0..2 {
            database.execute_script(&patch.down).unwrap();
            assert_eq!(state(&mut database), before, "{}", patch.down);
        }
    }
    let mut workbench = workbench("CREATE TABLE t(a); CREATE INDEX i ON t(a)");
    workbench.attach("archive", "old.db", files(&script)).unwrap();
    for wrong in ["DROP INDEX main.by_kind", "DROP INDEX archive.i", "DROP INDEX nobody.i"] {
        let error = workbench.explain_with("SELECT 1", &[wrong.to_owned()]).unwrap_err();
        assert_eq!(error.code, ErrorCode::BadIndex, "{wrong}");
    }
}

#[test]
fn growth_and_places_tell_databases_apart() {
    let script = format!("{ARCHIVE} CREATE INDEX by_kind ON log(kind);");
    let mut workbench = workbench(SHOP);
    workbench.attach("archive", "old.db", files(&script)).unwrap();
    let options = RunOptions { row_cap: 0, deadline_ns: u64::MAX };
    for (sql, tables, slope) in [
        ("SELECT count(*) FROM archive.log WHERE words > 'w'", vec!["archive.log"], 1.0),
        ("SELECT count(*) FROM log WHERE words > 'w'", vec!["log"], 1.0),
        (
            "SELECT count(*) FROM main.log CROSS JOIN archive.customers c ON c.id = log.id",
            vec!["log", "archive.customers"],
            1.0,
        ),
    ] {
        let growth = workbench.growth(sql, &[], &options).unwrap();
        let named: Vec<&str> = growth.points[0].tables.iter().map(|t| t.name.as_str()).collect();
        assert_eq!(named, tables, "{sql}");
        assert_eq!(growth.points[0].rows, 5_000 * tables.len() as u64, "{sql}");
        let found = growth.exponents.unwrap().vm_steps;
        assert!((found - slope).abs() < 0.1, "{sql}: {found}");
        assert_eq!(growth.points.len(), 4);
    }
    let sql = "SELECT * FROM archive.log WHERE kind = 5 AND words > 'w'";
    let scaled = workbench.scaled(sql, &[]).unwrap();
    assert!(scaled.assumptions.iter().any(|text| text.contains("The attached database archive")));
    let largest = scaled.sizes.last().unwrap();
    let [table] = &largest.tables[..] else { panic!("{largest:?}") };
    assert_eq!((table.name.as_str(), table.rows), ("archive.log", 5_000_000));
    let planned = &workbench.explain(sql).unwrap().statements[0];
    let pieces: Vec<&str> =
        planned.places[0].pieces.iter().map(|piece| &sql[piece.span.clone()]).collect();
    assert_eq!(pieces, ["archive.log", "kind = 5", "words > 'w'"]);
}

#[test]
fn why_not_an_index_of_an_attached_database() {
    let script = format!("{ARCHIVE} CREATE INDEX by_kind ON log(kind); ANALYZE;");
    let mut workbench = workbench(&format!("{SHOP} CREATE INDEX by_words ON log(words);"));
    workbench.attach("archive", "old.db", files(&script)).unwrap();
    let sql = "SELECT id FROM main.log UNION ALL SELECT id FROM archive.log WHERE +kind = 5";
    for index in ["by_kind", "archive.by_kind", "CREATE INDEX archive.other ON log(words)"] {
        let found = workbench.why_not(sql, &[], index, None).unwrap();
        assert_eq!(found.table, "archive.log");
        let [forced] = &found.forced[..] else { panic!("{found:?}") };
        assert!(forced.sql.contains("FROM archive.log INDEXED BY"), "{}", forced.sql);
    }
    let of_main = workbench.why_not(sql, &[], "main.by_words", None).unwrap();
    assert!(of_main.forced[0].sql.contains("FROM main.log INDEXED BY"));
    assert!(workbench.why_not(sql, &[], "archive.by_words", None).is_err());
}
