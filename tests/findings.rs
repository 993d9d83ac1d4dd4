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
