//! Trials through the use-case: what cannot be tried is said query by query, and equal arms are not
//! told apart.

use scanseek_workbench::{Trial, TrialOptions, Verdict, Workbench};

use crate::host::workbench;

const ORDERS: &str = "
    CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INT, day TEXT, total INT, note TEXT);
    CREATE VIEW v AS SELECT * FROM orders;
    CREATE TRIGGER gone INSTEAD OF DELETE ON v BEGIN DELETE FROM orders WHERE id = old.id; END;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    INSERT INTO orders SELECT i, i % 100, date('2024-01-01', '+' || (i % 365) || ' days'), i, 'n' || i FROM n;";

const ENDLESS: &str =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

const SECOND_NS: u64 = 1_000_000_000;

fn trial(workbench: &mut Workbench, sql: &str, changes: &[String]) -> Trial {
    let options = TrialOptions { budget_ns: SECOND_NS, timeout_ns: 2 * SECOND_NS };
    workbench.trial(sql, changes, &options).unwrap()
}

#[test]
fn one_bad_statement_does_not_end_the_others() {
    let mut workbench = workbench(ORDERS);
    let sql = format!(
        "-- name: good\nSELECT count(*) FROM orders;\n-- name: endless\n{ENDLESS};\n\
         -- name: failing\nSELECT abs(-9223372036854775808) FROM orders;\n\
         -- name: unknown\nSELECT * FROM nosuch;\n-- name: writes\nDELETE FROM orders;\n\
         -- name: view\nDELETE FROM v WHERE id = 1;\n-- name: clock\nSELECT strftime('%f', 'now'), count(*) FROM orders a, orders b WHERE a.id < 9"
    );
    let trial = trial(&mut workbench, &sql, &[]);
    let names: Vec<&str> = trial.queries.iter().map(|query| query.name.as_str()).collect();
    assert_eq!(names, ["good"]);
    for (name, says) in [
        ("endless", "longer than"),
        ("failing", "overflow"),
        ("unknown", "line 8, column 15"),
        ("writes", "writes"),
        ("view", "trigger"),
        ("clock", "other rows each time"),
    ] {
        let because = trial.not_tried.iter().find(|item| item.name == name).unwrap();
        assert!(because.because.contains(says), "{name}: {}", because.because);
    }
    assert_eq!(trial.not_tried.len(), 6);
}

#[test]
fn a_statement_that_is_there_is_not_denied() {
    let mut workbench = workbench(ORDERS);
    let trial = trial(&mut workbench, "DELETE FROM orders", &[]);
    assert_eq!((trial.queries.len(), trial.not_tried.len()), (0, 1));
}

#[test]
fn what_the_budget_does_not_hold_is_not_timed() {
    let mut workbench = workbench(ORDERS);
    let sql = "SELECT count(*) FROM orders a, orders b WHERE a.id < 50 AND a.note < b.note";
    let options = TrialOptions::within(1);
    let trial = workbench.trial(sql, &[], &options).unwrap();
    let query = &trial.queries[0];
    assert_eq!((query.verdict, query.effect), (Verdict::NotMeasurable, None));
    assert!(query.sentence.starts_with("Not timed"), "{}", query.sentence);
    assert!(query.arms.iter().all(|arm| arm.counters.vm_steps > 0));
}

#[test]
fn equal_arms_are_never_told_apart() {
    let mut workbench = workbench(ORDERS);
    // The second arm has an index that the query does not use.
    for changes in [vec![], vec!["CREATE INDEX unused ON orders(total)".to_owned()]] {
        let trial =
            trial(&mut workbench, "SELECT sum(total + 1) FROM orders WHERE note > 'n5'", &changes);
        let query = &trial.queries[0];
        assert!(!matches!(query.verdict, Verdict::Faster | Verdict::Slower), "{query:?}");
    }
}

/// Counts false verdicts of the statistics alone, as if nothing were known of plan and counters.
/// `cargo test --release -p scanseek-tests -- --ignored --nocapture equal_arms_by_the_clock`
#[test]
#[ignore = "takes minutes, and says something of the machine it runs on"]
fn equal_arms_by_the_clock() {
    let mut workbench = workbench(ORDERS);
    let unused = "CREATE INDEX unused ON orders(total)".to_owned();
    let queries = "-- name: scan\nSELECT sum(total + 1) FROM orders WHERE note > 'n5';
        -- name: lookup\nSELECT note FROM orders WHERE id = 77;
        -- name: sort\nSELECT id FROM orders ORDER BY note LIMIT 100;
        -- name: group\nSELECT customer_id, count(*) FROM orders GROUP BY customer_id";
    for changes in [vec![], vec![unused]] {
        let (mut trials, mut clear, mut pairs) = (0, 0, 0);
        for _ in 0..25 {
            for query in workbench
                .trial(queries, &changes, &TrialOptions::within(4 * SECOND_NS))
                .unwrap()
                .queries
            {
                let Some(effect) = query.effect else { continue };
                trials += 1;
                pairs += query.arms[0].samples.sample_ns.len();
                if effect.high < 0.97 || effect.low > 1.03 {
                    clear += 1;
                    let samples = query.arms[0].samples.sample_ns.len();
                    println!("{}: {effect:?}, {samples} pairs", query.name);
                }
            }
        }
        println!(
            "{clear} false verdicts in {trials} trials of equal arms, {} pairs a trial",
            pairs / trials
        );
        assert!(clear * 20 <= trials);
    }
}
