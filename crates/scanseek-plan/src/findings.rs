//! What in a plan is worth attention: rules, each with a fixed threshold, over the steps and what
//! was measured for them. Silence is not an all-clear.

use crate::number::{counted, grouped};
use crate::op::{Op, TempBTreeUse};
use crate::plan::{LoopStats, Plan, PlanNode};

/// One observation about a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which rule was met.
    pub rule: Rule,
    /// How much it is likely to matter.
    pub severity: Severity,
    /// The id of the step, if it is about one step.
    pub node: Option<i64>,
    /// One or two plain sentences.
    pub message: String,
}

/// How much a finding is likely to matter. Ordered from most to least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Very likely the reason why the statement is slow.
    High,
    /// Worth a look.
    Medium,
    /// Good to know.
    Low,
}

/// The rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A table is read from end to end, and few rows are kept or it is not known how many.
    FullScan,
    /// Rows are collected in a temporary b-tree for ORDER BY, GROUP BY or DISTINCT.
    TempBTree,
    /// SQLite builds an index for the run.
    AutomaticIndex,
    /// A subquery depends on the outer row and runs again for each.
    CorrelatedSubquery,
    /// SQLite expected ten times more or fewer rows than there were.
    EstimateOff,
}

impl Rule {
    /// All rules.
    pub const ALL: [Rule; 5] = [
        Rule::FullScan,
        Rule::TempBTree,
        Rule::AutomaticIndex,
        Rule::CorrelatedSubquery,
        Rule::EstimateOff,
    ];

    /// The stable identifier, in snake_case.
    pub fn id(self) -> &'static str {
        match self {
            Rule::FullScan => "full_scan",
            Rule::TempBTree => "temp_b_tree",
            Rule::AutomaticIndex => "automatic_index",
            Rule::CorrelatedSubquery => "correlated_subquery",
            Rule::EstimateOff => "estimate_off",
        }
    }

    /// The rule of SQLite's planner behind it.
    pub fn planner_rule(self) -> &'static str {
        match self {
            Rule::FullScan => "left_prefix",
            Rule::TempBTree => "order_from_index",
            Rule::AutomaticIndex => "automatic_index",
            Rule::CorrelatedSubquery => "correlated_subquery",
            Rule::EstimateOff => "statistics",
        }
    }

    /// What the rule means and what may help.
    pub fn help(self) -> &'static str {
        match self {
            Rule::FullScan => {
                "A table is read from end to end although few rows are kept. An index on the columns of the condition lets SQLite read only those."
            }
            Rule::TempBTree => {
                "Rows are sorted or made distinct while the statement runs. An index that already has the wanted order saves the work and lets a LIMIT stop early."
            }
            Rule::AutomaticIndex => {
                "SQLite found an index worth building for a single run. A permanent index on the same columns is built once and serves every run."
            }
            Rule::CorrelatedSubquery => {
                "A subquery runs again for each outer row. An index for its condition makes each run short, and a join may replace it."
            }
            Rule::EstimateOff => {
                "SQLite chose this plan with a wrong idea of the number of rows. Running ANALYZE gives it counts to choose with."
            }
        }
    }
}

/// A scan counts as selective when it keeps at most one row in this many.
const SELECTIVE: u64 = 10;
/// From this many rows on, work is worth a finding, and from the second on a high one.
const MANY_ROWS: u64 = 1_000;
const VERY_MANY_ROWS: u64 = 10_000;
/// Estimates that are off by less than this factor are ordinary.
const OFF: f64 = 10.0;
/// Fewer rows than this on both sides do not matter, whatever their ratio.
const ESTIMATE_MATTERS: f64 = 100.0;

/// The findings of a plan, sorted by severity, then by place in the plan.
pub fn findings(plan: &Plan) -> Vec<Finding> {
    let mut found: Vec<Finding> = plan
        .nodes
        .iter()
        .flat_map(|node| {
            [
                full_scan(plan, node),
                temp_b_tree(node),
                automatic_index(plan, node),
                correlated_subquery(plan, node),
                estimate_off(node),
            ]
        })
        .flatten()
        .collect();
    // The sort is stable, and the nodes come in plan order.
    found.sort_by_key(|finding| finding.severity);
    found
}

fn finding(rule: Rule, severity: Severity, node: &PlanNode, message: String) -> Option<Finding> {
    Some(Finding { rule, severity, node: Some(node.id), message })
}

fn full_scan(plan: &Plan, node: &PlanNode) -> Option<Finding> {
    let access = node.op.access()?;
    if node.op.is_bare_search() {
        return bare_search(node, access.source.label());
    }
    if !matches!(node.op, Op::Scan(_)) {
        return None;
    }
    if access.virtual_index.is_some() || plan.reads_subquery(node) {
        return None;
    }
    let label = access.source.label();
    let Some(loops) = &node.loops else {
        return unmeasured_scan(plan, node, label);
    };
    let visited = counted(loops.rows_visited, "row");
    let rounds = match loops.loops {
        0 | 1 => String::new(),
        rounds => format!(" in {} rounds", grouped(rounds)),
    };
    let Some(out) = loops.rows_out else {
        return (loops.rows_visited >= VERY_MANY_ROWS)
            .then(|| {
                let message = format!(
                    "Reads {visited} of {label}{rounds}. How many of them are kept was not measured."
                );
                finding(Rule::FullScan, Severity::Medium, node, message)
            })
            .flatten();
    };
    if loops.rows_visited < MANY_ROWS || out > loops.rows_visited / SELECTIVE {
        return None;
    }
    let severity =
        if loops.rows_visited >= VERY_MANY_ROWS { Severity::High } else { Severity::Medium };
    let kept = if out == 0 { "none".to_owned() } else { format!("only {}", grouped(out)) };
    let message = format!("Reads {visited} of {label}{rounds} to keep {kept}.");
    finding(Rule::FullScan, severity, node, message)
}

/// min() or max() without an index. Not measured, it may be about the rowid, which is quick.
fn bare_search(node: &PlanNode, label: &str) -> Option<Finding> {
    let loops = node.loops.filter(|loops| loops.rows_visited >= MANY_ROWS)?;
    let severity =
        if loops.rows_visited >= VERY_MANY_ROWS { Severity::High } else { Severity::Medium };
    let message = format!(
        "Reads {} of {label} to find the smallest or largest value.",
        counted(loops.rows_visited, "row")
    );
    finding(Rule::FullScan, severity, node, message)
}

/// Without numbers a scan weighs more where it may be repeated: as an inner step of a join, and
/// inside a correlated subquery or a recursive step.
fn unmeasured_scan(plan: &Plan, node: &PlanNode, label: &str) -> Option<Finding> {
    let inner_step = plan
        .children(node.parent)
        .take_while(|other| other.id != node.id)
        .any(|other| other.op.access().is_some());
    let in_repeated_parent = plan.node(node.parent).is_some_and(|parent| {
        matches!(
            parent.op,
            Op::ScalarSubquery { correlated: true, .. }
                | Op::ListSubquery { correlated: true, .. }
                | Op::RecursiveStep
        )
    });
    if inner_step || in_repeated_parent {
        let message = format!(
            "Reads every row of {label}, perhaps many times over. The rows were not measured."
        );
        return finding(Rule::FullScan, Severity::Medium, node, message);
    }
    let message = format!("Reads every row of {label}. The rows were not measured.");
    finding(Rule::FullScan, Severity::Low, node, message)
}

fn temp_b_tree(node: &PlanNode) -> Option<Finding> {
    let Op::TempBTree { purpose } = &node.op else { return None };
    let (severity, message) = match purpose {
        TempBTreeUse::OrderBy => (Severity::Medium, "Sorts the rows for ORDER BY.".to_owned()),
        TempBTreeUse::GroupBy => (Severity::Medium, "Sorts the rows for GROUP BY.".to_owned()),
        TempBTreeUse::Distinct => {
            (Severity::Medium, "Keeps all distinct rows in a temporary b-tree.".to_owned())
        }
        TempBTreeUse::OrderByLastTerms { .. } => {
            (Severity::Low, "Sorts rows by the last terms of ORDER BY.".to_owned())
        }
        TempBTreeUse::AggregateDistinct { function } => (
            Severity::Low,
            format!("Keeps the distinct values for {function} in a temporary b-tree."),
        ),
        TempBTreeUse::AggregateOrderBy { function } => {
            (Severity::Low, format!("Sorts rows for the ORDER BY inside {function}."))
        }
        TempBTreeUse::Other(usage) => {
            (Severity::Low, format!("Collects rows in a temporary b-tree for {usage}."))
        }
    };
    finding(Rule::TempBTree, severity, node, message)
}

fn automatic_index(plan: &Plan, node: &PlanNode) -> Option<Finding> {
    let access = node.op.access()?;
    access.index.as_ref().filter(|used| used.automatic)?;
    let label = access.source.label();
    if plan.reads_subquery(node) {
        let message = format!(
            "SQLite builds an index on the rows of {label} in every run. They come from a subquery, so no permanent index can replace it."
        );
        return finding(Rule::AutomaticIndex, Severity::Low, node, message);
    }
    let columns: Vec<&str> =
        access.constraints.iter().flat_map(|term| &term.columns).map(String::as_str).collect();
    let on = if columns.is_empty() {
        label.to_owned()
    } else {
        format!("{label} ({})", columns.join(", "))
    };
    let message = format!("SQLite builds an index on {on} in every run and throws it away.");
    finding(Rule::AutomaticIndex, Severity::High, node, message)
}

fn correlated_subquery(plan: &Plan, node: &PlanNode) -> Option<Finding> {
    let (Op::ScalarSubquery { number, correlated: true }
    | Op::ListSubquery { number, correlated: true }) = &node.op
    else {
        return None;
    };
    let what = number.map_or("A subquery".to_owned(), |number| format!("Subquery {number}"));
    // SQLite may count only the loops of the first table inside.
    let runs = node.loops.map(|loops| loops.loops).or_else(|| {
        plan.children(node.id)
            .find(|child| child.op.access().is_some())
            .and_then(|child| child.loops)
            .map(|loops| loops.loops)
    });
    let (severity, message) = match runs {
        Some(0 | 1) => return None,
        Some(runs) => {
            let severity = match runs {
                VERY_MANY_ROWS.. => Severity::High,
                MANY_ROWS.. => Severity::Medium,
                _ => Severity::Low,
            };
            (severity, format!("{what} ran {} times.", grouped(runs)))
        }
        None => (
            Severity::Medium,
            format!(
                "{what} depends on the outer row and may run for each one. The runs were not measured."
            ),
        ),
    };
    finding(Rule::CorrelatedSubquery, severity, node, message)
}

fn estimate_off(node: &PlanNode) -> Option<Finding> {
    let access = node.op.access().filter(|access| !access.exists)?;
    let LoopStats { loops, rows_out: Some(out), rows_estimated, .. } = node.loops? else {
        return None;
    };
    if loops == 0 || !rows_estimated.is_finite() {
        return None;
    }
    let actual = out as f64 / loops as f64;
    // Less than one row counts as one: SQLite's estimates stop there.
    let (high, low) = (actual.max(rows_estimated), actual.min(rows_estimated).max(1.0));
    if high < ESTIMATE_MATTERS || high / low < OFF {
        return None;
    }
    let severity = if high / low >= OFF * OFF { Severity::Medium } else { Severity::Low };
    let message = format!(
        "SQLite expected {} of {} each time, and found {}.",
        about_rows(rows_estimated),
        access.source.label(),
        about(actual)
    );
    finding(Rule::EstimateOff, severity, node, message)
}

fn about_rows(amount: f64) -> String {
    let text = about(amount);
    if text == "1" { "1 row".to_owned() } else { format!("{text} rows") }
}

/// An amount of rows: whole from 10 on, else with one decimal where there is one.
fn about(amount: f64) -> String {
    if amount >= 10.0 {
        return grouped(amount.round() as u64);
    }
    let text = format!("{:.1}", amount.max(0.0));
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}
