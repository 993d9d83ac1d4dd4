//! The tree as a shell draws it, and the same with its drawing lost.

use super::{Line, ReadPlanError, is_known};
use crate::plan::{LoopStats, Plan};

const HEADING: &str = "QUERY PLAN";

/// A step as it was drawn.
struct Step {
    column: usize,
    /// Drawn as the last of its parent's.
    last: bool,
    detail: String,
}

/// Reads the tree if any line is drawn as a step.
pub(super) fn drawn(lines: &[Line<'_>]) -> Result<Option<Plan>, ReadPlanError> {
    let mut steps: Vec<Step> = Vec::new();
    let mut headings = 0;
    let mut after_gap = false;
    for line in lines {
        if line.text.trim_start().starts_with(HEADING) {
            headings += 1;
        } else if let Some(step) = step(line.text) {
            steps.push(step);
            after_gap = false;
        } else if line.text.is_empty() {
            after_gap = true;
        } else if let Some(step) = steps.last_mut().filter(|_| !after_gap) {
            // A name with a line feed in it.
            step.detail.push('\n');
            step.detail.push_str(line.text);
        }
    }
    match (steps.is_empty(), headings) {
        (true, _) => Ok(None),
        (false, 0 | 1) => Ok(Some(plan(steps))),
        (false, _) => Err(ReadPlanError::SeveralPlans),
    }
}

/// Reads `|  |--SCAN t`; the strokes may be those of a box.
fn step(text: &str) -> Option<Step> {
    let mut column = 0;
    let mut rest = text.chars();
    let last = loop {
        let stroke = rest.next()?;
        let behind = rest.as_str();
        let is_step = behind.starts_with("--") || behind.starts_with('─');
        match stroke {
            '|' | '+' | '├' if is_step => break false,
            '`' | '\\' | '\'' | '└' | '╰' if is_step => break true,
            ' ' | '\u{a0}' | '|' | '│' => column += 1,
            _ => return None,
        }
    };
    let behind = rest.as_str();
    let detail = behind.strip_prefix("--").unwrap_or_else(|| behind.trim_start_matches('─'));
    // A ruler of a table goes on in strokes.
    let is_ruler = detail.starts_with(['-', '|', '+', ':', '┼', '┬', '┴', '┤', '┐', '┘', '╮', '╯']);
    let detail = detail.trim_start();
    (!is_ruler && !detail.is_empty()).then(|| Step { column, last, detail: detail.to_owned() })
}

/// Reads lines that are steps and no more; those further to the right are below those before.
pub(super) fn indented(lines: &[Line<'_>]) -> Option<Plan> {
    let mut steps = Vec::new();
    for line in lines {
        let text = line.text.trim_start();
        let column = line.text.chars().count() - text.chars().count();
        let bullet = ["- ", "* ", "• "].into_iter().find_map(|bullet| text.strip_prefix(bullet));
        let detail = bullet.unwrap_or(text).trim_start();
        if !detail.is_empty() && !detail.starts_with(HEADING) {
            steps.push(Step { column, last: false, detail: detail.to_owned() });
        }
    }
    let known = steps.iter().filter(|step| is_known(&step.detail)).count();
    (known > 0 && known * 2 >= steps.len()).then(|| plan(steps))
}

/// Puts each step below the nearest one before it that is further to the left.
///
/// Where the spaces before the strokes were lost, a step may stand at the column of one that was
/// drawn as the last of its parent's: nothing can follow that but what is below it.
fn plan(steps: Vec<Step>) -> Plan {
    let mut path: Vec<(usize, bool, i64)> = Vec::new();
    let mut rows = Vec::new();
    let mut measured = Vec::new();
    for (place, step) in (1..).zip(steps) {
        while path.last().is_some_and(|(column, last, _)| {
            *column > step.column || (*column == step.column && !last)
        }) {
            path.pop();
        }
        let parent = path.last().map_or(0, |(_, _, id)| *id);
        path.push((step.column, step.last, place));
        let (detail, loops) = without_counts(&step.detail);
        rows.push((place, parent, detail.to_owned()));
        measured.push(loops);
    }
    let mut plan = Plan::from_rows(rows);
    for (node, loops) in plan.nodes.iter_mut().zip(measured) {
        node.loops = loops;
    }
    plan
}

/// Cuts ` (cycles=12 [50%] loops=1 rows=8 rpl=8.0 est=7.5)`, which `.scanstats` of the shell appends.
fn without_counts(detail: &str) -> (&str, Option<LoopStats>) {
    let cut = || {
        let (before, counts) = detail.strip_suffix(')')?.rsplit_once(" (")?;
        ["cycles=", "loops=", "rows="].iter().any(|key| counts.starts_with(key)).then_some(())?;
        Some((before.trim_end(), counts))
    };
    let Some((before, counts)) = cut() else { return (detail, None) };
    let number = |key: &str| counts.split(' ').find_map(|pair| pair.strip_prefix(key));
    let loops = || {
        Some(LoopStats {
            loops: number("loops=")?.parse().ok()?,
            rows_visited: number("rows=")?.parse().ok()?,
            rows_out: None,
            rows_estimated: number("est=")?.parse().ok().filter(|est: &f64| est.is_finite())?,
        })
    };
    (before, loops())
}
