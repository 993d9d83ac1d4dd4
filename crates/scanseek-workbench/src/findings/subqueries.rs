//! Subqueries behind NOT IN that yield a NULL, and those that are only asked whether they have a row.

use scanseek_engine::Value;
use scanseek_plan::{Op, PlanNode, Severity, grouped};
use scanseek_sql::{Expression, Part, Query};

use super::inquiry::{Inquiry, Words};
use super::plain::work_words;
use super::text::{shown, upper_words};
use super::{Finding, Rule, rewrites};

pub(super) fn find(asked: &Inquiry<'_>, found: &mut Vec<Finding>) {
    let Some(clauses) = asked.clauses else { return };
    for query in clauses.query.all() {
        for part in &query.parts {
            for condition in &part.conditions {
                let expression = &condition.expression;
                let arms: Vec<&Expression> = match expression.arms.as_slice() {
                    [] => vec![expression],
                    arms => arms.iter().collect(),
                };
                for arm in &arms {
                    found.extend(not_in(asked, arm));
                }
                if arms.len() == 1 {
                    found.extend(collected(asked, part, expression));
                    found.extend(counted(asked, expression));
                }
            }
        }
    }
}

/// The step of a subquery.
fn node<'a>(asked: &Inquiry<'a>, query: &Query) -> Option<&'a PlanNode> {
    let nodes = asked.plan().nodes.iter().zip(&asked.planned.places);
    let is_step =
        |node: &PlanNode| matches!(node.op, Op::ScalarSubquery { .. } | Op::ListSubquery { .. });
    nodes
        .filter(|(node, _)| is_step(node))
        .find(|(_, place)| matches!(place.pieces.as_slice(), [piece] if piece.span == query.span))
        .map(|(node, _)| node)
}

// ---- NOT IN

fn not_in(asked: &Inquiry<'_>, expression: &Expression) -> Option<Finding> {
    let comparison = expression.comparison.as_ref().filter(|one| one.operator == "NOT IN")?;
    let text = shown(&asked.sql()[expression.span.clone()]);
    let (node, proof, advice) = match expression.subqueries.as_slice() {
        [subquery] => {
            let query = asked.piece(&subquery.span);
            if !yields_null(asked, subquery, &query)? {
                return None;
            }
            (
                node(asked, subquery),
                format!(
                    "SQLite was asked for a row of {} that is NULL, and there is one.",
                    shown(&query)
                ),
                "Leave the NULLs out (WHERE … IS NOT NULL) in the subquery, or write NOT EXISTS, which \
                 takes them for no match.",
            )
        }
        _ => {
            let words = upper_words(&asked.sql()[comparison.right.clone()]);
            if !words.iter().any(|word| word == "NULL") {
                return None;
            }
            (None, "NULL stands in the list.".to_owned(), "Take NULL out of the list.")
        }
    };
    let mut finding = asked.finding_of(
        Rule::NotInNulls,
        node.map(|node| node.id),
        &expression.span,
        Words {
            message: format!(
                "The list of {text} has a NULL, so the condition holds for no row at all."
            ),
            proof,
            advice: advice.to_owned(),
        },
        asked.whole_cost(),
    );
    // It gives other rows than were meant, however quickly.
    finding.severity = Severity::High;
    Some(finding)
}

/// Asked of SQLite with the common table expressions of the statement. `None` if it cannot be told.
fn yields_null(asked: &Inquiry<'_>, subquery: &Query, text: &str) -> Option<bool> {
    let clauses = asked.clauses?;
    let first = clauses.query.parts.first()?;
    let with = asked.piece(&(clauses.query.span.start..first.span.start));
    let with = match with.trim() {
        "" => "WITH".to_owned(),
        with => format!("{with},"),
    };
    let sql = format!(
        "{with} scanseek_list(value) AS ({text}) SELECT EXISTS (SELECT 1 FROM scanseek_list WHERE value IS NULL)"
    );
    let answer = asked.rows(&sql, 1).and_then(|mut rows| rows.pop()?.pop());
    match answer {
        Some(Value::Integer(found)) => Some(found != 0),
        _ => {
            asked.leave_out(format!(
                "Whether {} yields a NULL was not asked: it does not run on its own in the time allowed.",
                shown(&asked.sql()[subquery.span.clone()])
            ));
            None
        }
    }
}

// ---- EXISTS

/// Only found where EXISTS is proven to be better.
fn collected(asked: &Inquiry<'_>, part: &Part, expression: &Expression) -> Option<Finding> {
    let [subquery] = expression.subqueries.as_slice() else { return None };
    let rewrite = rewrites::exists::of_in(asked, part, expression)?;
    let node = node(asked, subquery)?;
    let cost = asked.cost(&asked.below(node.id))?;
    let mut finding = asked.finding_of(
        Rule::InSubquery,
        Some(node.id),
        &expression.span,
        Words {
            message: format!(
                "All rows of {} are collected, though few of them are looked for.",
                shown(&asked.sql()[subquery.span.clone()])
            ),
            proof: format!("Counted in this run: {} for the list.", work_words(&cost)),
            advice: "Ask with EXISTS, which stops at the first row that fits.".to_owned(),
        },
        Some(cost),
    );
    finding.rewrite = Some(rewrite);
    Some(finding)
}

/// A count that is compared with 0.
fn counted(asked: &Inquiry<'_>, expression: &Expression) -> Option<Finding> {
    let [subquery] = expression.subqueries.as_slice() else { return None };
    let rewrite = rewrites::exists::of_count(asked, expression)?;
    let node = node(asked, subquery)?;
    let cost = asked.cost(&asked.below(node.id))?;
    let first = asked.plan().children(node.id).find_map(|child| child.loops);
    let runs = node.loops.or(first).map_or(1, |loops| loops.loops);
    let mut finding = asked.finding_of(
        Rule::CorrelatedSubquery,
        Some(node.id),
        &expression.span,
        Words {
            message: format!(
                "Rows are counted {} times, only to learn whether there are any.",
                grouped(runs)
            ),
            proof: format!("Counted in this run: {}.", work_words(&cost)),
            advice: "Ask with EXISTS, which stops at the first row.".to_owned(),
        },
        Some(cost),
    );
    finding.rewrite = Some(rewrite);
    Some(finding)
}
