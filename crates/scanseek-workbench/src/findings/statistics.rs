//! Statistics that are not there, or are of another time.

use std::collections::BTreeMap;

use scanseek_engine::Value;
use scanseek_plan::grouped;

use super::inquiry::{Inquiry, Reading, Words};
use super::rewrites::is_better;
use super::{Finding, Rule};

/// Tables with fewer rows are planned well enough by guessing.
const MANY_ROWS: u64 = 1_000;
/// Statistics are old when the number of rows is off by this factor.
const OFF: u64 = 10;

pub(super) fn find(asked: &Inquiry<'_>, found: &mut Vec<Finding>) {
    let counted = counted(asked);
    let mut seen: Vec<&str> = Vec::new();
    let mut missing: Vec<&Reading<'_>> = Vec::new();
    for reading in &asked.readings {
        let table = reading.table;
        let Some(rows) = table.row_count else { continue };
        if seen.contains(&table.name.as_str()) {
            continue;
        }
        seen.push(&table.name);
        match counted.get(&table.name) {
            Some(known) if rows.max(*known) >= MANY_ROWS && is_off(rows, *known) => {
                found.push(stale(asked, reading, rows, *known));
            }
            None if rows >= MANY_ROWS && !table.indexes.is_empty() => missing.push(reading),
            _ => {}
        }
    }
    if let Some(first) = missing.first() {
        found.extend(unknown(asked, first, &missing));
    }
}

fn is_off(rows: u64, known: u64) -> bool {
    rows.max(1) >= OFF * known.max(1) || known.max(1) >= OFF * rows.max(1)
}

/// The number of rows that ANALYZE found in each table.
pub(super) fn counted(asked: &Inquiry<'_>) -> BTreeMap<String, u64> {
    // Without the table there are no statistics.
    let rows = asked.rows("SELECT tbl, stat FROM sqlite_stat1", 100_000).unwrap_or_default();
    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    for row in rows {
        let [Value::Text { text: table, .. }, Value::Text { text: stat, .. }] = row.as_slice()
        else {
            continue;
        };
        if let Some(rows) =
            stat.split_whitespace().next().and_then(|first| first.parse::<u64>().ok())
        {
            // Partial indexes have fewer rows than their table.
            let most = counted.entry(table.clone()).or_insert(0);
            *most = rows.max(*most);
        }
    }
    counted
}

/// What fresh statistics change: the new plan in words, and the work if it was run.
fn effect(asked: &Inquiry<'_>) -> Option<(String, Option<bool>)> {
    let fresh = asked.analysed()?;
    let now = asked.explain(asked.sql())?;
    let plan = asked.plan_on(fresh, asked.sql())?;
    if now.to_text() == plan.to_text() {
        return None;
    }
    let steps = plan.details().collect::<Vec<_>>().join("; ");
    let mut words = format!("After ANALYZE SQLite plans: {steps}");
    let before = asked.planned.counters;
    let run = before.and_then(|_| asked.run_on(fresh, asked.sql(), None));
    let better = run.zip(before).map(|(run, before)| {
        let after = run.measured.counters;
        words.push_str(&format!(
            ", and takes {} VM steps and {} page requests in place of {} and {}",
            grouped(after.vm_steps),
            grouped(after.page_requests),
            grouped(before.vm_steps),
            grouped(before.page_requests)
        ));
        is_better(&before, &after)
    });
    words.push('.');
    Some((words, better))
}

fn stale(asked: &Inquiry<'_>, reading: &Reading<'_>, rows: u64, known: u64) -> Finding {
    let effect = effect(asked);
    let changes = match &effect {
        Some((words, _)) => words.clone(),
        None => "This plan would stay as it is.".to_owned(),
    };
    let cost = match effect {
        Some((_, Some(true))) => asked.cost(&[reading.node.id]),
        _ => None,
    };
    let mut finding = asked.finding_of(
        Rule::StatisticsStale,
        Some(reading.node.id),
        &reading.item.span,
        Words {
            message: format!(
                "The planner takes {} for a table of {} rows; it has {}.",
                reading.table.name,
                grouped(known),
                grouped(rows)
            ),
            proof: format!(
                "sqlite_stat1 says {}, and {} rows were counted. {changes}",
                grouped(known),
                grouped(rows)
            ),
            advice:
                "Run ANALYZE, or PRAGMA optimize now and then, such as before closing a connection."
                    .to_owned(),
        },
        cost,
    );
    if cost.is_none() {
        finding.severity = scanseek_plan::Severity::Low;
    }
    finding
}

/// Only where it makes a difference: most plans are well made without.
fn unknown(asked: &Inquiry<'_>, first: &Reading<'_>, all: &[&Reading<'_>]) -> Option<Finding> {
    let (words, better) = effect(asked)?;
    if better == Some(false) {
        return None;
    }
    let names: Vec<&str> = all.iter().map(|reading| reading.table.name.as_str()).collect();
    let mut finding = asked.finding_of(
        Rule::StatisticsMissing,
        Some(first.node.id),
        &first.item.span,
        Words {
            message: format!(
                "ANALYZE has never counted {}, so the planner guesses, and plans otherwise once it knows.",
                names.join(" and ")
            ),
            proof: words,
            advice: "Run ANALYZE, or PRAGMA optimize now and then, such as before closing a connection."
                .to_owned(),
        },
        asked.whole_cost(),
    );
    if better.is_none() {
        finding.severity = scanseek_plan::Severity::Low;
    }
    Some(finding)
}
