//! Two plans side by side.

use scanseek_workbench::{Optimization, RunOptions, Side, Statistics, Switches};

use crate::host::workbench;

const OPTIONS: RunOptions = RunOptions { row_cap: 0, deadline_ns: 60_000_000_000 };

const SCHEMA: &str = "
    CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b INT);
    CREATE INDEX on_a ON t(a);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
    INSERT INTO t SELECT i, i % 100, i % 7 FROM n;";

fn side(sql: &str) -> Side {
    Side { sql: sql.to_owned(), ..Side::default() }
}

#[test]
fn sides_differ_by_changes_switches_and_text() {
    let workbench = workbench(SCHEMA);
    let sql = "SELECT count(*) FROM t WHERE a = 5 AND b = 3";
    let plain = side(sql);
    let indexed = Side { changes: vec!["CREATE INDEX both ON t(a, b)".into()], ..plain.clone() };
    let without = Side { changes: vec!["DROP INDEX on_a".into()], ..plain.clone() };
    let analysed = Side {
        switches: Switches { statistics: Statistics::Analyze, ..Switches::default() },
        ..plain.clone()
    };
    let rewritten = side("SELECT count(*) FROM t WHERE +a = 5 AND b = 3");
    for (after, plan, words) in [
        (&plain, "SEARCH t USING INDEX on_a (a=?)", "The same plan, and the same work."),
        (&indexed, "SEARCH t USING COVERING INDEX both (a=? AND b=?)", "Another plan: "),
        (&without, "SCAN t", "Another plan: "),
        (&analysed, "SEARCH t USING INDEX on_a (a=?)", "The same plan"),
        (&rewritten, "SCAN t", "Another plan: "),
    ] {
        let found = workbench.compare(&plain, after, &[], Some(&OPTIONS)).unwrap();
        assert_eq!(found.after.plan.details().next(), Some(plan));
        assert!(found.sentence.starts_with(words), "{}", found.sentence);
        assert_eq!(found.pairs.len(), 1);
        assert_eq!(found.before.counters.unwrap().rows_returned, 1);
        // Planned only, the same plans come out.
        let planned = workbench.compare(&plain, after, &[], None).unwrap();
        assert_eq!(planned.after.plan.details().next(), Some(plan));
        assert_eq!(planned.after.counters, None);
    }
    let found = workbench.compare(&plain, &indexed, &[], Some(&OPTIONS)).unwrap();
    assert!(found.sentence.contains("fewer"), "{}", found.sentence);
    assert!(
        found.pairs[0]
            .sentence
            .starts_with("t: a search in both alone instead of a search by on_a"),
        "{}",
        found.pairs[0].sentence
    );
}

#[test]
fn errors_name_the_side_that_has_them() {
    let workbench = workbench(SCHEMA);
    let good = side("SELECT 1");
    for bad in [
        side("SELECT nothing"),
        side("SELECT 1; SELECT 2"),
        side(""),
        Side { changes: vec!["DROP TABLE t".into()], ..good.clone() },
    ] {
        assert!(workbench.compare(&good, &bad, &[], None).is_err(), "{bad:?}");
        assert!(workbench.compare(&bad, &good, &[], Some(&OPTIONS)).is_err(), "{bad:?}");
    }
    let switched = Side {
        switches: Switches { without: vec![Optimization::CoverIdxScan], ..Switches::default() },
        ..side("SELECT count(a) FROM t")
    };
    let found = workbench.compare(&side("SELECT count(a) FROM t"), &switched, &[], None).unwrap();
    assert_eq!(found.sentence, "The plans differ. Neither was run here.");
}
