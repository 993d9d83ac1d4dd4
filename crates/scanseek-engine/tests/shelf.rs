//! Indexes shown from a shelf: plans and counters are those of a database that has just them.

use std::collections::BTreeSet;
use std::rc::Rc;

use scanseek_engine::{Database, NoControl, Shelf, Statistics};

const SCHEMA: &str = "
CREATE TABLE c(id INTEGER PRIMARY KEY, city TEXT, born INT, name TEXT UNIQUE);
CREATE TABLE o(id INTEGER PRIMARY KEY, c_id INT REFERENCES c(id), day TEXT, status TEXT, total REAL);
CREATE TABLE w(a INT, b TEXT, c INT, PRIMARY KEY(a, b)) WITHOUT ROWID;
CREATE INDEX o_there ON o(total);
CREATE INDEX c_there ON c(city) WHERE born > 1980;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
INSERT INTO c SELECT i, 'city' || (i * 7919 % 40), 1940 + i % 70, 'n' || i FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
INSERT INTO o SELECT i, i * 31 % 900, date('2024-01-01', (i * 17 % 400) || ' days'),
  CASE WHEN i % 40 = 0 THEN 'open' ELSE 'paid' END, i % 997 FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 800)
INSERT INTO w SELECT i % 30, 'b' || i, i % 5 FROM n;
";

const INDEXES: [&str; 12] = [
    "CREATE INDEX i0 ON o(c_id)",
    "CREATE INDEX i1 ON o(c_id, day)",
    "CREATE INDEX i2 ON o(status, day)",
    "CREATE INDEX i3 ON o(day) WHERE status = 'open'",
    "CREATE INDEX i4 ON c(city, born)",
    "CREATE INDEX i5 ON c(lower(name))",
    "CREATE INDEX i6 ON w(c)",
    "CREATE INDEX i7 ON o(day DESC, total)",
    "CREATE INDEX i8 ON c(name COLLATE NOCASE)",
    "CREATE INDEX \"i 9\" ON c(born)",
    "CREATE INDEX i10 ON o(status)",
    "CREATE INDEX i11 ON o(total, c_id, day)",
];

const QUERIES: [&str; 12] = [
    "SELECT * FROM o WHERE c_id = 5 ORDER BY day DESC LIMIT 5",
    "SELECT * FROM o WHERE status = 'open' ORDER BY day LIMIT 9",
    "SELECT c.name, sum(total) FROM c JOIN o ON o.c_id = c.id WHERE city = 'city7' GROUP BY c.name",
    "SELECT * FROM c WHERE lower(name) = 'n77'",
    "SELECT count(*) FROM o WHERE day > '2025-01-01' AND total < 100",
    "SELECT w.b, c.name FROM w JOIN c ON c.born = w.a + 1950 WHERE w.c = 3",
    "SELECT * FROM c WHERE name LIKE 'n7%'",
    "SELECT status, count(*) FROM o GROUP BY status",
    "SELECT * FROM o WHERE c_id IN (SELECT id FROM c WHERE born = 1950) OR total = 3",
    "SELECT * FROM o WHERE id IN (SELECT c FROM w WHERE a = 3)",
    "SELECT max(day) FROM o WHERE c_id = 9",
    "SELECT * FROM c WHERE born > 1990 AND city = 'city3'",
];

fn database(setup: &str) -> Database {
    let mut database = Database::create(Rc::new(NoControl)).unwrap();
    database.execute_script(&format!("{setup};{SCHEMA}")).unwrap();
    database.reload().unwrap();
    database
}

/// Plans and work of all queries.
fn state(database: &Database) -> Vec<String> {
    QUERIES
        .iter()
        .map(|sql| {
            let plan = database.prepare(sql).unwrap().plan().unwrap().to_text();
            let measured = database.prepare(sql).unwrap().measure(None, None).unwrap();
            let (steps, rows) = (measured.counters.vm_steps, measured.result.rows);
            let requests = measured.counters.page_requests;
            format!("{sql}\n{plan}{steps} {requests} {rows} {}", measured.result.unordered)
        })
        .collect()
}

/// Numbers that look random and are the same each time.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

fn check(setup: &str, after: &str, rounds: usize) {
    let base = database(setup);
    base.execute_script(after).unwrap();
    let base = base.fork().unwrap();
    let mut shelf = Shelf::new(&base).unwrap();
    assert_eq!(shelf.len(), 2, "the two that were there");
    let built: Vec<usize> = INDEXES
        .iter()
        .map(|ddl| {
            // The others are hidden while the next is built, but for the one before.
            let shown = BTreeSet::from([0, shelf.len() - 1]);
            shelf.show(&shown, Statistics::None).unwrap();
            shelf.build(ddl).unwrap()
        })
        .collect();
    let mut seed = 7;
    for round in 0..rounds {
        let chosen: Vec<usize> =
            (0..INDEXES.len()).filter(|_| next(&mut seed).is_multiple_of(3)).collect();
        let shown: BTreeSet<usize> =
            [0, 1].into_iter().chain(chosen.iter().map(|at| built[*at])).collect();
        for statistics in [Statistics::AsFound, Statistics::Analyze, Statistics::None] {
            let mut real = base.fork().unwrap();
            for at in &chosen {
                real.create_index(INDEXES[*at]).unwrap();
            }
            let real = real
                .switched(&scanseek_engine::Switches { statistics, ..Default::default() })
                .unwrap();
            let found = state(shelf.show(&shown, statistics).unwrap());
            assert_eq!(found, state(&real), "{round} {chosen:?} {statistics:?} {setup} {after}");
        }
    }
}

#[test]
fn any_set_is_planned_and_runs_as_if_it_alone_were_built() {
    let rounds = if std::env::var_os("SCANSEEK_FULL").is_some() { 60 } else { 6 };
    check("", "", rounds);
    check("PRAGMA auto_vacuum=FULL", "ANALYZE", rounds);
    check("PRAGMA page_size=1024", "ANALYZE; DELETE FROM o WHERE id % 3 = 0", rounds);
}

#[test]
fn existing_indexes_are_hidden_and_come_back() {
    let base = database("");
    let mut shelf = Shelf::new(&base).unwrap();
    let all = state(shelf.show(&BTreeSet::from([0, 1]), Statistics::AsFound).unwrap());
    let mut dropped = base.fork().unwrap();
    dropped.drop_index(&"o_there".into()).unwrap();
    let there = shelf.position(&"c_there".into()).unwrap();
    let hidden = state(shelf.show(&BTreeSet::from([there]), Statistics::AsFound).unwrap());
    assert_eq!(hidden, state(&dropped));
    assert_ne!(hidden, all);
    assert_eq!(state(shelf.show(&BTreeSet::from([0, 1]), Statistics::AsFound).unwrap()), all);
}

/// Without any index of its own, `ANALYZE` still says how many rows a table has.
#[test]
fn rows_are_known_without_the_last_index_of_a_table() {
    let rows = |count: usize| {
        format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})")
    };
    let mut base = Database::create(Rc::new(NoControl)).unwrap();
    base.execute_script(&format!(
        "CREATE TABLE s(x INT, y INT); CREATE INDEX \"s y\" ON s(y); CREATE INDEX part ON s(x) WHERE x > 3;
         CREATE TABLE l(x INT, y INT);
         {} INSERT INTO s SELECT i, i FROM n; {} INSERT INTO l SELECT i % 9, i FROM n;",
        rows(5),
        rows(3000)
    ))
    .unwrap();
    base.reload().unwrap();
    let mut shelf = Shelf::new(&base).unwrap();
    let plan = |database: &Database| {
        let sql = "SELECT count(*) FROM l JOIN s ON l.x = s.x WHERE l.y > 7 AND s.y < 9";
        database.prepare(sql).unwrap().plan().unwrap().to_text()
    };
    let part = shelf.position(&"part".into()).unwrap();
    let (none, partial) = (BTreeSet::new(), BTreeSet::from([part]));
    let mut dropped = base.fork().unwrap();
    for (name, shown) in [("s y", &partial), ("part", &none)] {
        dropped.drop_index(&name.into()).unwrap();
        let real = dropped.fork().unwrap();
        real.execute("ANALYZE").unwrap();
        let real = real.fork().unwrap();
        assert_eq!(plan(shelf.show(shown, Statistics::Analyze).unwrap()), plan(&real), "{name}");
    }
    let known = plan(shelf.show(&none, Statistics::Analyze).unwrap());
    assert_ne!(known, plan(shelf.show(&none, Statistics::AsFound).unwrap()), "the test can fail");
}

#[test]
fn a_write_is_counted_with_the_indexes_shown_and_taken_back() {
    let base = database("");
    let mut shelf = Shelf::new(&base).unwrap();
    let built = [0, 1].map(|at| shelf.build(INDEXES[at]).unwrap());
    let before = state(shelf.show(&BTreeSet::from([0, 1]), Statistics::AsFound).unwrap());
    let mut steps = Vec::new();
    for count in 0..=2 {
        let shown = built[..count].iter().copied().collect();
        let database = shelf.show(&shown, Statistics::AsFound).unwrap();
        let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
                   INSERT INTO o(c_id, day, status, total) SELECT i, 'day', 'new', 3 FROM n";
        let measured = database.prepare(sql).unwrap().measure_write(None, None).unwrap();
        assert_eq!(measured.result.rows, 100);
        steps.push(measured.counters.vm_steps);
    }
    // An index costs four steps and one a column for each row, and one to open it; the first index
    // over all columns' values, one more, as their affinity is then applied apart (OP_Affinity).
    assert_eq!(steps[1] - steps[0], 100 * (4 + 1 + 1) + 1, "{steps:?}");
    assert_eq!(steps[2] - steps[1], 100 * (4 + 2) + 1, "{steps:?}");
    let after = state(shelf.show(&BTreeSet::from([0, 1]), Statistics::AsFound).unwrap());
    assert_eq!(before, after);
    let database = shelf.show(&BTreeSet::new(), Statistics::AsFound).unwrap();
    let refused = database.prepare("SELECT 1").unwrap().measure_write(None, None);
    assert!(refused.is_err());
}

#[test]
fn what_cannot_be_built_leaves_the_shelf_as_it_was() {
    let base = database("");
    let mut shelf = Shelf::new(&base).unwrap();
    let before = state(shelf.show(&BTreeSet::from([0, 1]), Statistics::Analyze).unwrap());
    for ddl in ["CREATE INDEX bad ON o(nothing)", "CREATE INDEX o_there ON o(day)", "DROP TABLE o"]
    {
        assert!(shelf.build(ddl).is_err(), "{ddl}");
    }
    assert_eq!(shelf.len(), 2);
    let after = state(shelf.show(&BTreeSet::from([0, 1]), Statistics::Analyze).unwrap());
    assert_eq!(before, after);
}
