//! Why an index is not used.

use scanseek_workbench::{LoopEstimate, RunOptions, Statistics, Switch, Workbench};

use crate::host::workbench;

const OPTIONS: RunOptions = RunOptions { row_cap: 0, deadline_ns: 60_000_000_000 };

fn open(statistics: &str) -> Workbench {
    workbench(&format!(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b INT, c TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO t SELECT i, i % 4, i * 7919 % 5000, 'c' || i FROM n;
         CREATE INDEX on_a ON t(a); CREATE INDEX on_b ON t(b); CREATE INDEX on_c ON t(c);
         CREATE VIEW v AS SELECT * FROM t WHERE a = 1; {statistics}"
    ))
}

#[test]
fn an_index_that_costs_more_is_held_against_the_plan() {
    let workbench = open("ANALYZE; DELETE FROM sqlite_stat4;");
    let sql = "SELECT count(c) FROM t WHERE a = 1 AND b = 77";
    let found = workbench.why_not(sql, &[], "ON_A", Some(&OPTIONS)).unwrap();
    assert_eq!((found.index.as_str(), found.table.as_str()), ("on_a", "t"));
    assert!(found.chosen.plan.to_text().contains("INDEX on_b (b=?)"));
    let [forced] = found.forced.as_slice() else { panic!() };
    assert_eq!(forced.sql, "SELECT count(c) FROM t INDEXED BY \"on_a\" WHERE a = 1 AND b = 77");
    let with = forced.outcome.as_ref().unwrap();
    assert!(with.plan.to_text().contains("INDEX on_a (a=?)"));
    // A quarter of 20,000 rows against the four of one value of b.
    assert!(with.counters.unwrap().vm_steps > 5_000 * 2);
    assert!(found.chosen.counters.unwrap().vm_steps < 200);
    // Each b has four rows: an index believed to leave fewer would be taken.
    let threshold = found.threshold.unwrap();
    assert_eq!(threshold.believed, 5_000);
    assert!((1..=8).contains(&threshold.needed), "{threshold:?}");
    // What SQLite reckons says the same as what was measured.
    let cost = |loops: &[LoopEstimate]| loops.iter().filter_map(|one| one.cost).sum::<f64>();
    assert!(cost(&with.loops) > 100.0 * cost(&found.chosen.loops), "{found:?}");
    assert!(found.sentences[0].contains("costs"), "{:?}", found.sentences);
    assert!(found.sentences[1].contains("no less work"), "{:?}", found.sentences);
}

#[test]
fn an_index_that_fits_nothing_is_said() {
    let workbench = open("");
    let found = workbench.why_not("SELECT * FROM t x WHERE x.b = 5", &[], "on_c", None).unwrap();
    let plan = &found.forced[0].outcome.as_ref().unwrap().plan;
    assert_eq!(plan.to_text(), "QUERY PLAN\n`--SCAN x USING INDEX on_c\n");
    assert_eq!(
        found.sentences[0],
        "No condition of the statement fits on_c for x: it could only be read from end to end."
    );
    assert_eq!(found.threshold, None);
    // A partial index may lack rows that are wanted.
    let partial = "CREATE INDEX some ON t(b) WHERE a = 3";
    let found = workbench.why_not("SELECT * FROM t WHERE b = 5", &[], partial, None).unwrap();
    assert!(found.forced[0].outcome.is_err(), "{:?}", found.forced);
    assert!(
        found.sentences[0].starts_with("SQLite cannot use some for t"),
        "{:?}",
        found.sentences
    );
}

#[test]
fn an_index_to_be_made_and_one_that_is_used() {
    let workbench = open("");
    let sql = "SELECT * FROM t WHERE b = 5 AND a = 1";
    let found =
        workbench.why_not(sql, &[], "CREATE INDEX both ON t(a, b)", Some(&OPTIONS)).unwrap();
    assert_eq!(found.sentences, ["SQLite does use both."]);
    // The database itself has it not.
    let error = workbench.why_not(sql, &[], "both", None).unwrap_err();
    assert!(error.message.contains("“both”"), "{}", error.message);
    for bad in ["DROP TABLE t", "nothing", "", "CREATE INDEX x ON u(a)"] {
        assert!(workbench.why_not(sql, &[], bad, None).is_err(), "{bad}");
    }
    let error = workbench.why_not("SELECT * FROM v", &[], "on_b", None).unwrap_err();
    assert!(error.message.contains("does not name"), "{}", error.message);
}

#[test]
fn a_switch_that_changes_its_mind_is_named() {
    // A value of a has 5,000 rows and one of b has 4; without statistics SQLite takes a range on b for
    // less selective than any equality.
    let workbench = open("ANALYZE;");
    let sql = "SELECT count(c) FROM t WHERE a = 1 AND b BETWEEN 10 AND 12";
    let chosen = workbench.explain(sql).unwrap().statements.remove(0).plan.to_text();
    assert!(chosen.contains("INDEX on_b"), "{chosen}");
    let found = workbench.why_not(sql, &[], "on_a", Some(&OPTIONS)).unwrap();
    assert!(found.switches.contains(&Switch::Statistics(Statistics::None)), "{:?}", found.switches);
    assert!(found.forced[0].outcome.as_ref().unwrap().plan.to_text().contains("on_a (a=?)"));
}
