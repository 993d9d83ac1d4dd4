//! What is found in a statement: corpus `corpus/findings.md`, and rewrites over random rows.

use std::fmt::Write as _;

use proptest::prelude::*;
use scanseek_workbench::{Finding, Findings, RunOptions, Value, Workbench};

use crate::host::workbench;

const OPTIONS: RunOptions = RunOptions { row_cap: 0, deadline_ns: 30_000_000_000 };

#[test]
fn each_case_has_its_findings() {
    let text = include_str!("corpus/findings.md");
    let mut workbench_now = None;
    let (mut cases, mut wrong) = (0, String::new());
    for block in text.split("```sql ").skip(1) {
        let (kind, rest) = block.split_once('\n').unwrap();
        let (sql, rest) = rest.split_once("```").unwrap();
        if kind == "schema" {
            workbench_now = Some(workbench(sql));
            continue;
        }
        let workbench = workbench_now.as_ref().unwrap();
        let expected = rest.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
        cases += 1;
        let found =
            workbench.findings(sql, 0, &[], &OPTIONS).unwrap_or_else(|e| panic!("{e}\n{sql}"));
        if let Err(because) = check(&found, expected) {
            let _ = writeln!(wrong, "---\n{sql}{because}\n{}", shown(&found));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(cases >= 60, "only {cases} cases were read");
}

/// One line a finding, in order: rule, piece of the statement, then words that stand in message, proof,
/// advice or rewrite; `not looked at` and words for what was left out. `nothing` is no finding.
fn check(found: &Findings, expected: &str) -> Result<(), String> {
    let (left_out, lines): (Vec<&str>, Vec<&str>) =
        expected.lines().partition(|line| line.starts_with("not looked at"));
    let lines: Vec<&str> = lines.into_iter().filter(|line| *line != "nothing").collect();
    if lines.len() != found.findings.len() {
        return Err(format!("expected {} findings", lines.len()));
    }
    for (line, finding) in lines.iter().zip(&found.findings) {
        let mut fields = line.split(" | ");
        let rule = fields.next().unwrap_or_default();
        if finding.rule.id() != rule {
            return Err(format!("expected the rule {rule}"));
        }
        let span = fields.next().unwrap_or_default();
        let piece = finding.span.clone().map(|span| one_line(&found.statement.sql[span]));
        if piece.as_deref() != Some(span) {
            return Err(format!("expected the piece {span}, found {piece:?}"));
        }
        let said = said(finding);
        for words in fields {
            let is_said = match words.strip_prefix("no rewrite") {
                Some(_) => finding.rewrite.is_none(),
                None => said.contains(words),
            };
            if !is_said {
                return Err(format!("expected “{words}” in {rule}"));
            }
        }
    }
    for line in left_out {
        let words = line.trim_start_matches("not looked at: ");
        if !found.not_looked_at.iter().any(|sentence| sentence.contains(words)) {
            return Err(format!("expected “{words}” not to be looked at"));
        }
    }
    Ok(())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn said(finding: &Finding) -> String {
    let mut said = format!("{}\n{}\n{}", finding.message, finding.proof, finding.advice);
    if let Some(rewrite) = &finding.rewrite {
        let _ = write!(said, "\nrewrite {}\n{}", one_line(&rewrite.sql), rewrite.why);
    }
    said
}

fn shown(found: &Findings) -> String {
    let mut text = String::new();
    for finding in &found.findings {
        let piece = finding.span.clone().map(|span| one_line(&found.statement.sql[span]));
        let share = finding.cost.map(|cost| format!("{:.2}", cost.share));
        let _ = writeln!(
            text,
            "{} | {} | {:?} {share:?}\n    {}",
            finding.rule.id(),
            piece.unwrap_or_default(),
            finding.severity,
            said(finding).replace('\n', "\n    ")
        );
    }
    for sentence in &found.not_looked_at {
        let _ = writeln!(text, "not looked at: {sentence}");
    }
    text
}

/// Rows of `t` and `u`: few values, so that there are duplicates, and NULLs among them.
#[derive(Debug, Clone)]
struct Rows {
    t: Vec<(Option<u8>, Option<u8>, u16)>,
    u: Vec<(Option<u8>, Option<u8>)>,
}

fn rows() -> impl Strategy<Value = Rows> {
    let few = |most: u8| prop::option::weighted(0.9, 0..most);
    let t = prop::collection::vec((few(40), few(30), 0..900u16), 150..400);
    let u = prop::collection::vec((few(60), few(30)), 0..150);
    (t, u).prop_map(|(t, u)| Rows { t, u })
}

impl Rows {
    fn open(&self) -> Workbench {
        let mut script = String::from(
            "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b INT, day TEXT, n INT NOT NULL);
             CREATE TABLE u(k INT, v INT, w INT NOT NULL);
             CREATE INDEX t_a ON t(a); CREATE INDEX t_b ON t(b); CREATE INDEX t_day ON t(day);
             CREATE INDEX t_n ON t(n); CREATE INDEX u_k ON u(k); CREATE INDEX u_w ON u(w);\n",
        );
        let sql = |value: Option<u8>| value.map_or_else(|| "NULL".to_owned(), |v| v.to_string());
        for (a, b, day) in &self.t {
            let _ = writeln!(
                script,
                "INSERT INTO t(a, b, day, n) VALUES ({}, {}, {}, {});",
                sql(*a),
                sql(*b),
                if *day < 20 {
                    "NULL".to_owned()
                } else {
                    format!("date('2024-01-01', '{day} days')")
                },
                day % 50
            );
        }
        for (k, v) in &self.u {
            let (k, v, w) = (sql(*k), sql(*v), k.unwrap_or(7));
            let _ = writeln!(script, "INSERT INTO u VALUES ({k}, {v}, {w});");
        }
        workbench(&script)
    }
}

fn run(workbench: &Workbench, sql: &str, in_order: bool) -> Vec<String> {
    let options = RunOptions { row_cap: 100_000, ..OPTIONS };
    let ran = workbench.run(sql, &[], &options).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    let mut rows: Vec<String> =
        ran.rows.iter().map(|row: &Vec<Value>| format!("{row:?}")).collect();
    if !in_order {
        rows.sort();
    }
    rows
}

/// Statements whose rewrite means the same for any rows.
const FOR_ANY_ROWS: [&str; 8] = [
    "SELECT id, a, b FROM t WHERE a = 3 OR b = 4",
    "SELECT t.id, u.k FROM t JOIN u ON u.k = t.id WHERE t.a = 3 OR u.w = 5",
    "SELECT t.id FROM t LEFT JOIN u ON u.k = t.id WHERE t.n = 3 OR u.w = 5 OR t.a IS NULL",
    "SELECT id FROM t WHERE n < 4 AND a IN (SELECT k FROM u WHERE v > 3)",
    "SELECT id FROM t WHERE b = 7 AND n NOT IN (SELECT w FROM u WHERE v > 3)",
    "SELECT id FROM t WHERE (SELECT count(*) FROM u WHERE u.k = t.a) > 0",
    "SELECT id FROM t WHERE 0 = (SELECT count(*) FROM u WHERE u.w = t.n OR u.v = 3)",
    "SELECT t.id, u.v FROM u JOIN t ON t.id = u.w WHERE u.k = 3 OR t.a = 4",
];

/// Statements whose rewrite rests on the rows it was proven with.
const FOR_THESE_ROWS: [&str; 7] = [
    "SELECT id, a FROM t ORDER BY a LIMIT 7 OFFSET 120",
    "SELECT id, n FROM t ORDER BY n DESC LIMIT 7 OFFSET 130",
    "SELECT n, day FROM t WHERE a > 2 OR b > 2 ORDER BY id LIMIT 20 OFFSET 101",
    "SELECT day, n FROM t ORDER BY day LIMIT 20 OFFSET 110",
    "SELECT id FROM t WHERE date(day) >= '2026-03-01'",
    "SELECT id FROM t WHERE strftime('%Y-%m', day) = '2025-02'",
    "SELECT id FROM t WHERE substr(day, 1, 9) = '2025-02-1'",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn rewrites_never_change_results(here in rows(), elsewhere in rows()) {
        let (here, elsewhere) = (here.open(), elsewhere.open());
        for sql in FOR_ANY_ROWS.into_iter().chain(FOR_THESE_ROWS) {
            let found = here.findings(sql, 0, &[], &OPTIONS).unwrap();
            for rewrite in found.findings.iter().filter_map(|one| one.rewrite.as_ref()) {
                let in_order = sql.contains("ORDER BY");
                prop_assert_eq!(run(&here, sql, in_order), run(&here, &rewrite.sql, in_order), "{}", &rewrite.sql);
                if FOR_ANY_ROWS.contains(&sql) {
                    prop_assert_eq!(run(&elsewhere, sql, in_order), run(&elsewhere, &rewrite.sql, in_order), "{}", &rewrite.sql);
                }
                let (before, after) = (rewrite.before, rewrite.after);
                prop_assert!(after.vm_steps <= before.vm_steps && after.page_requests <= before.page_requests);
            }
        }
    }
}

/// A statement that was run on its own is looked at as it stands in its text.
#[test]
fn a_run_before_is_taken_over() {
    let workbench = workbench(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
           INSERT INTO t SELECT i, i FROM n;",
    );
    let paging = "SELECT a FROM t ORDER BY id LIMIT 3 OFFSET 4000";
    workbench.run(paging, &[], &OPTIONS).unwrap();
    let text = format!("SELECT 1;\n{paging}");
    let found = workbench.findings(&text, 1, &[], &OPTIONS).unwrap();
    let rewrite = found.findings.iter().find_map(|one| one.rewrite.as_ref()).unwrap();
    assert_eq!(rewrite.replaces, [1]);
    assert_eq!((found.statement.index, found.statement.span), (1, (10, text.len())));
}

/// Rewrites that would give other rows, or more work, are not shown.
#[test]
fn what_is_wrong_or_no_better_is_dropped() {
    let workbench = workbench(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, day TEXT, a INT, b INT, c INT NOT NULL);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
           INSERT INTO t SELECT i, datetime('2024-01-01', i || ' hours'), nullif(i % 40, 7), i, i % 9 FROM n;
         CREATE INDEX t_day ON t(day); CREATE INDEX t_a ON t(a);
         CREATE TABLE late(id INTEGER PRIMARY KEY, day TEXT);
         INSERT INTO late SELECT id, day FROM t;
         INSERT INTO late VALUES (9000, '2024-02-30 10:00'), (9001, '2024-03-01T01:00:00+02:00');
         CREATE INDEX late_day ON late(day);",
    );
    let rewrite = |sql: &str| {
        let found = workbench.findings(sql, 0, &[], &OPTIONS).unwrap();
        found.findings.into_iter().find_map(|one| one.rewrite).map(|rewrite| one_line(&rewrite.sql))
    };
    assert!(rewrite("SELECT id FROM t WHERE date(day) = '2024-03-01'").is_some());
    // 30 February is 1 March to date(), and an offset moves a time to another day.
    assert_eq!(rewrite("SELECT id FROM late WHERE date(day) = '2024-03-01'"), None);
    // No index on what is compared: two scans are no better than one.
    assert_eq!(rewrite("SELECT id FROM t WHERE b = 3 OR b + 1 = 9"), None);
    // Ties in the order and NULLs behind them: the key would leave rows out.
    assert_eq!(rewrite("SELECT id, a FROM t ORDER BY a DESC LIMIT 5 OFFSET 4000"), None);
    // Rows that tie come in the order of the rowid here, and would come the other way round.
    assert_eq!(rewrite("SELECT id, c FROM t ORDER BY c DESC LIMIT 5 OFFSET 4000"), None);
    // Another direction than the key's.
    assert_eq!(rewrite("SELECT id, a FROM t ORDER BY a, id DESC LIMIT 5 OFFSET 4000"), None);
}
