//! ORs that read all rows although their arms, or some of them, could be searched.

use scanseek_plan::Plan;
use scanseek_schema::quote_name;
use scanseek_sql::Expression;

use super::inquiry::{Inquiry, Reading, Words, search_by};
use super::text::{Around, around, shown, sides};
use super::{Finding, Rule, rewrites};

pub(super) fn find(asked: &Inquiry<'_>, found: &mut Vec<Finding>) {
    let mut seen: Vec<usize> = Vec::new();
    for reading in &asked.readings {
        for or in reading.filters.iter().filter(|one| one.arms.len() > 1) {
            if seen.contains(&or.span.start) {
                continue;
            }
            if let Some(finding) = one(asked, reading, or) {
                seen.push(or.span.start);
                found.push(finding);
            }
        }
    }
}

/// What SQLite does with one arm alone.
enum Arm<'a> {
    /// The step that searches by it.
    Searched(String),
    /// None does; the table and the column it names.
    Scanned(Option<(&'a Reading<'a>, String)>),
}

fn one(asked: &Inquiry<'_>, at: &Reading<'_>, or: &Expression) -> Option<Finding> {
    // The scan that the OR brings about may be that of another table of the join.
    let reads = |reading: &&Reading<'_>| std::ptr::eq(reading.part, at.part);
    let scan = asked
        .readings
        .iter()
        .filter(reads)
        .find(|reading| reading.is_scan() && !reading.is_small())?;
    if at.keeps_most() {
        return None;
    }
    let mut arms = Vec::new();
    for arm in &or.arms {
        let alone = format!("({})", asked.piece(&arm.span));
        let plan = asked.explain(&asked.edited(&[(or.span.clone(), &alone)]))?;
        arms.push((arm, judge(asked, at, arm, &plan)));
    }
    let searched: Vec<String> = arms
        .iter()
        .filter_map(|(arm, how)| match how {
            Arm::Searched(detail) => {
                Some(format!("{} alone is “{detail}”", shown(&asked.sql()[arm.span.clone()])))
            }
            Arm::Scanned(_) => None,
        })
        .collect();
    if searched.is_empty() {
        return None;
    }
    let scanned = arms.iter().find_map(|(arm, how)| match how {
        Arm::Scanned(missing) => Some((*arm, missing)),
        Arm::Searched(_) => None,
    });
    let (span, words) = match scanned {
        Some((arm, missing)) => {
            let text = shown(&asked.sql()[arm.span.clone()]);
            let advice = missing.as_ref().and_then(|(reading, column)| {
                let index = asked.index_on(reading.table, &[quote_name(column)]);
                let plan = asked.explain_with(&index.ddl, asked.sql())?;
                let scans = plan.nodes.iter().any(|node| {
                    matches!(&node.op, scanseek_plan::Op::Scan(access)
                        if access.source.label().eq_ignore_ascii_case(scan.label()))
                });
                (!scans).then(|| {
                    format!(
                        "With {} SQLite would search for each arm on its own (MULTI-INDEX OR).",
                        index.ddl
                    )
                })
            });
            let words = Words {
                message: format!(
                    "The arm {text} has no index to search, so the whole OR is checked for each row of {}.",
                    scan.label()
                ),
                proof: format!("Explained alone: {}; {text} is not searched.", searched.join("; ")),
                advice: advice.unwrap_or_else(|| {
                    "Give every arm a column with an index, or ask for the arms in statements of their own."
                        .to_owned()
                }),
            };
            (arm.span.clone(), words)
        }
        None => {
            let words = Words {
                message: format!(
                    "Each arm of the OR could be searched, and together they cannot: each row of {} is read.",
                    scan.label()
                ),
                proof: format!("Explained alone: {}.", searched.join("; ")),
                advice: "Write a SELECT for each arm with UNION ALL between them, the later ones \
                         without the rows of the earlier ones."
                    .to_owned(),
            };
            (or.span.clone(), words)
        }
    };
    let mut finding = asked.finding(Rule::OrArm, scan.node, &span, words);
    if scanned.is_none() {
        finding.rewrite = rewrites::union::rewrite(asked, at.query, at.part, or);
    }
    Some(finding)
}

fn judge<'r>(asked: &'r Inquiry<'r>, at: &Reading<'_>, arm: &Expression, plan: &Plan) -> Arm<'r> {
    let mut missing = None;
    // Terms that AND connects inside an arm are not told apart: each column of it may be the key.
    for reading in asked.readings.iter().filter(|other| std::ptr::eq(other.part, at.part)) {
        for name in &arm.columns {
            let Some(column) = reading.column(name) else { continue };
            if let Some(node) = search_by(plan, reading.label(), reading.table, &column.name) {
                return Arm::Searched(node.detail.clone());
            }
            let is_bare = arm.comparison.as_ref().is_some_and(|comparison| {
                sides(arm, comparison).iter().any(|(side, _)| {
                    side.columns.len() == 1
                        && side.columns[0].span == name.span
                        && matches!(around(asked.sql(), &side.span, name), Around::Nothing)
                })
            });
            if is_bare && missing.is_none() {
                missing = Some((reading, column.name.clone()));
            }
        }
    }
    Arm::Scanned(missing)
}
