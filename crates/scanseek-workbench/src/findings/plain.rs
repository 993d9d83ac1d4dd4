//! What the plan and its numbers say by themselves, with the index that would help where SQLite is
//! asked for it.

use scanseek_plan::{Op, Plan, PlanNode, Rule as PlanRule, Severity, findings, grouped};
use scanseek_schema::{Schema, quote_name};
use scanseek_sql::{Clause, Expression, clauses};

use super::inquiry::{self, FEW_ROWS, Inquiry, NewIndex, Reading};
use super::text::{Around, around, collation_in, has_word, sides};
use super::{Cost, Finding, Rule, severity, statistics};
use crate::{Role, StatementPlan};

/// What stands out without asking SQLite anything.
pub(crate) fn quick(planned: &StatementPlan, schema: &Schema) -> Vec<Finding> {
    let found = findings(&planned.plan);
    if found.is_empty() {
        return Vec::new();
    }
    let clauses = clauses(&planned.statement.sql);
    let readings = inquiry::readings(planned, clauses.as_ref(), schema);
    let of_plan = found.iter().filter_map(|one| {
        let node = planned.plan.node(one.node?)?;
        let is_small = |node: &PlanNode| {
            readings.iter().any(|reading| reading.node.id == node.id && reading.is_small())
        };
        let has_few = |node: &PlanNode| {
            let of_node = readings.iter().find(|reading| reading.node.id == node.id);
            let rows = of_node.and_then(|reading| reading.table.row_count);
            rows.is_some_and(|rows| rows < FEW_ROWS)
        };
        let matters = match one.rule {
            // Counting all rows is one opcode, and has a rule of its own.
            PlanRule::FullScan if planned.counters.is_some() && node.loops.is_none() => false,
            PlanRule::FullScan => !is_small(node) && !is_short(node),
            PlanRule::EstimateOff => !has_few(node),
            PlanRule::TempBTree => {
                let siblings = planned.plan.children(node.parent);
                let mut before =
                    siblings.take_while(|n| n.id != node.id).filter(|n| n.op.access().is_some());
                match sorted_rows(&planned.plan, node) {
                    Some(rows) => rows >= FEW_ROWS,
                    None => before.next().is_none_or(|n| !is_small(n)),
                }
            }
            PlanRule::AutomaticIndex => match planned.counters {
                Some(counters) => counters.autoindex_rows >= FEW_ROWS,
                None => !is_small(node),
            },
            PlanRule::CorrelatedSubquery => {
                runs(&planned.plan, node).is_none_or(|runs| runs >= FEW_ROWS)
            }
        };
        matters.then(|| plain(planned, one, node))
    });
    super::ranked(of_plan.collect())
}

fn plain(planned: &StatementPlan, one: &scanseek_plan::Finding, node: &PlanNode) -> Finding {
    let nodes = match one.rule {
        PlanRule::CorrelatedSubquery => inquiry::below(&planned.plan, node.id),
        _ => vec![node.id],
    };
    let mut work = scanseek_plan::Work::default();
    let of_nodes = planned.plan.nodes.iter().filter(|other| nodes.contains(&other.id));
    let measured = of_nodes.map(|other| other.work).collect::<Option<Vec<_>>>();
    let is_measured = measured.is_some();
    measured.into_iter().flatten().for_each(|one| work.add(one));
    let cost = is_measured.then(|| inquiry::cost_of(planned, work)).flatten();
    let at = planned.plan.nodes.iter().position(|other| other.id == node.id);
    let place = at.and_then(|at| planned.places.get(at));
    let condition = place.and_then(|place| {
        let first = |role: Role| place.pieces.iter().find(|piece| piece.role == role);
        let told = match one.rule {
            PlanRule::FullScan => first(Role::Filter),
            _ => first(Role::Key).or_else(|| first(Role::Filter)),
        };
        told.or(place.pieces.first()).map(|piece| piece.span.clone())
    });
    let proof = match &cost {
        Some(cost) => counted(node, cost),
        None => format!("SQLite plans “{}”. It was not run.", node.detail),
    };
    // What a wrong estimate costs shows in the plan that a right one would give.
    let cost = cost.filter(|_| one.rule != PlanRule::EstimateOff);
    let (rule, advice) = match one.rule {
        PlanRule::FullScan => (
            Rule::FullScan,
            "Create an index on the columns of its condition, if it is to keep few rows.",
        ),
        PlanRule::TempBTree => {
            (Rule::TempBTree, "An index with the columns in this order may save the sort.")
        }
        PlanRule::AutomaticIndex => (
            Rule::AutomaticIndex,
            "Create an index on these columns: it is built once, and every run can use it.",
        ),
        PlanRule::CorrelatedSubquery => (
            Rule::CorrelatedSubquery,
            "See that its condition is answered by an index, or write it as a join.",
        ),
        PlanRule::EstimateOff => {
            (Rule::EstimateOff, "Run ANALYZE, and see whether the plan changes.")
        }
    };
    Finding {
        rule,
        severity: cost.as_ref().map_or(one.severity, severity),
        node: Some(node.id),
        span: condition,
        message: one.message.clone(),
        proof,
        advice: advice.to_owned(),
        cost,
        rewrite: None,
    }
}

/// What was counted for a step, in a sentence.
pub(super) fn counted(node: &PlanNode, cost: &Cost) -> String {
    let mut words = Vec::new();
    if let Some(loops) = node.loops {
        words.push(format!("{} rows visited", grouped(loops.rows_visited)));
        if let Some(out) = loops.rows_out {
            words.push(format!("{} kept", grouped(out)));
        }
        if node.op.access().is_some_and(|access| !access.exists) && loops.rows_estimated > 0.0 {
            let expected = (loops.rows_estimated * loops.loops as f64).round() as u64;
            words.push(format!("{} expected", grouped(expected)));
        }
    }
    words.push(work_words(cost));
    format!("Counted in this run: {}.", words.join(", "))
}

pub(super) fn work_words(cost: &Cost) -> String {
    format!(
        "{} VM steps and {} page requests, {:.0} % of the whole",
        grouped(cost.work.vm_steps),
        grouped(cost.work.page_requests),
        cost.share * 100.0
    )
}

/// Each round of a loop reads few rows.
fn is_short(node: &PlanNode) -> bool {
    node.loops.is_some_and(|loops| loops.rows_visited < FEW_ROWS * loops.loops.max(1))
}

/// Rows that go into a temporary b-tree: those that leave the innermost loop beside it.
pub(super) fn sorted_rows(plan: &Plan, node: &PlanNode) -> Option<u64> {
    let loops = plan.children(node.parent).take_while(|other| other.id != node.id);
    loops.filter(|other| other.op.access().is_some()).last()?.loops?.rows_out
}

fn runs(plan: &Plan, node: &PlanNode) -> Option<u64> {
    let first = || plan.children(node.id).find(|child| child.op.access().is_some());
    node.loops.or_else(|| first()?.loops).map(|loops| loops.loops)
}

/// The same after other rules had their say, with the indexes that SQLite would use.
pub(super) fn find(asked: &Inquiry<'_>, found: &mut Vec<Finding>) {
    for mut one in quick(asked.planned, asked.schema) {
        let Some(node) = one.node.and_then(|id| asked.plan().node(id)) else { continue };
        if found.iter().any(|other| explains(other, &one)) {
            continue;
        }
        if one.rule == Rule::EstimateOff && !estimate(asked, &mut one) {
            continue;
        }
        match one.rule {
            Rule::FullScan => {
                if let Some(reading) = asked.reading(node.id) {
                    if !reading.filters.is_empty() && !reading.filters.iter().any(|f| may_be_key(f))
                    {
                        continue;
                    }
                    one.advice = useful(asked, reading).unwrap_or_else(|| {
                        "No index was found that SQLite would search for this condition.".to_owned()
                    });
                }
            }
            Rule::AutomaticIndex => {
                if let Some(index) = automatic(asked, node) {
                    one.advice = index;
                }
            }
            Rule::CorrelatedSubquery => {
                let below = asked.below(node.id);
                let inside = asked.readings.iter().filter(|r| below.contains(&r.node.id));
                if let Some(index) = inside.filter(|r| r.is_scan()).find_map(|r| useful(asked, r)) {
                    one.advice = index;
                }
            }
            Rule::TempBTree => {
                one.advice = ordering(asked, &one).unwrap_or_else(|| {
                    "No index on columns of one table was found that gives this order: what helps is \
                     to sort fewer rows."
                        .to_owned()
                });
            }
            _ => {}
        }
        found.push(one);
    }
}

/// No index answers `<>`, NOT IN, NOT EXISTS and their like: reading all rows is what they need.
fn may_be_key(expression: &Expression) -> bool {
    const KEYS: [&str; 12] =
        ["=", "==", "IS", "<", "<=", ">", ">=", "IN", "BETWEEN", "LIKE", "GLOB", "ISNULL"];
    !expression.arms.is_empty()
        || expression
            .comparison
            .as_ref()
            .is_some_and(|comparison| KEYS.contains(&comparison.operator.as_str()))
}

/// A rule that knows the cause says it all.
fn explains(cause: &Finding, plain: &Finding) -> bool {
    if plain.rule == Rule::FullScan && cause.rule == Rule::NotInNulls {
        return cause.span == plain.span;
    }
    if cause.node != plain.node {
        return false;
    }
    match plain.rule {
        Rule::FullScan => matches!(
            cause.rule,
            Rule::FunctionOnColumn
                | Rule::LeadingWildcard
                | Rule::LikeWithoutNocase
                | Rule::CollationMismatch
                | Rule::AffinityMismatch
                | Rule::OrArm
                | Rule::CartesianJoin
        ),
        Rule::AutomaticIndex => {
            matches!(cause.rule, Rule::AffinityMismatch | Rule::CollationMismatch)
        }
        Rule::TempBTree => matches!(cause.rule, Rule::OrderByRandom | Rule::CollationMismatch),
        Rule::CorrelatedSubquery => cause.rule == Rule::CorrelatedSubquery,
        _ => false,
    }
}

/// The columns of a table that conditions compare with something else: those with `=` first.
pub(super) fn key_columns<'e>(
    sql: &str,
    reading: &Reading<'_>,
    conditions: impl Iterator<Item = &'e Expression>,
) -> Vec<String> {
    let (mut equal, mut range) = (Vec::new(), Vec::new());
    for expression in conditions {
        let Some(comparison) = &expression.comparison else { continue };
        for (side, other) in sides(expression, comparison) {
            let [name] = side.columns.as_slice() else { continue };
            let Some(column) = reading.column(name) else { continue };
            let collation = match around(sql, &side.span, name) {
                Around::Nothing => collation_in(&sql[other.span.clone()]),
                Around::Collate(collation) => Some(collation),
                Around::Computed => continue,
            };
            if other.columns.iter().any(|name| reading.column(name).is_some()) {
                continue;
            }
            let to = match comparison.operator.as_str() {
                "=" | "==" | "IS" | "IN" => &mut equal,
                "<" | ">" | "<=" | ">=" | "BETWEEN" => &mut range,
                _ => continue,
            };
            let mut key = quote_name(&column.name);
            if let Some(collation) = collation.filter(|one| !same(one, &column.collation)) {
                key.push_str(&format!(" COLLATE {}", quote_name(&collation)));
            }
            if !to.contains(&key) {
                to.push(key);
            }
        }
    }
    range.retain(|key| !equal.contains(key));
    range.truncate(1);
    equal.extend(range);
    equal
}

fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// The index that SQLite would search this table by, as advice.
fn useful(asked: &Inquiry<'_>, reading: &Reading<'_>) -> Option<String> {
    let keys = key_columns(asked.sql(), reading, reading.filters.iter().copied());
    if keys.is_empty() {
        return None;
    }
    let index = asked.index_on(reading.table, &keys);
    let plan = asked.explain_with(&index.ddl, asked.sql())?;
    let node = search_through(&plan, &index)?;
    Some(advice(&index, node))
}

/// The step that searches this index.
pub(super) fn search_through<'p>(plan: &'p Plan, index: &NewIndex) -> Option<&'p PlanNode> {
    plan.nodes.iter().find(|node| {
        matches!(node.op, Op::Search(_))
            && node.op.index_use().is_some_and(|used| used.name.as_deref() == Some(&index.name))
    })
}

/// A step reads this index.
pub(super) fn uses(plan: &Plan, index: &NewIndex) -> bool {
    plan.index_names().contains(&index.name.as_str())
}

fn advice(index: &NewIndex, node: &PlanNode) -> String {
    format!("With {} SQLite would plan “{}”.", index.ddl, node.detail)
}

fn automatic(asked: &Inquiry<'_>, node: &PlanNode) -> Option<String> {
    let reading = asked.reading(node.id)?;
    let columns = reading.access.constraints.iter().flat_map(|term| &term.columns);
    let keys: Vec<String> = columns
        .filter_map(|name| reading.table.column(name))
        .map(|(_, column)| quote_name(&column.name))
        .collect();
    let index = asked.index_on(reading.table, &keys);
    let plan = asked.explain_with(&index.ddl, asked.sql())?;
    let node = plan.nodes.iter().find(|node| {
        node.op.index_use().is_some_and(|used| used.name.as_deref() == Some(&index.name))
    })?;
    Some(advice(&index, node))
}

/// The index that makes a sort needless, as advice.
fn ordering(asked: &Inquiry<'_>, one: &Finding) -> Option<String> {
    let span = one.span.as_ref()?;
    for reading in &asked.readings {
        let (part, query) = (reading.part, reading.query);
        let holds =
            |clause: &&Clause| clause.span.start <= span.start && span.end <= clause.span.end;
        let terms: &[Expression] = if let Some(order) = query.order_by.as_ref().filter(holds) {
            &order.terms
        } else if let Some(group) = part.group_by.as_ref().filter(holds) {
            &group.terms
        } else if part.distinct.as_ref() == Some(span) {
            &part.columns
        } else {
            continue;
        };
        let constant: Vec<&Expression> = part
            .conditions
            .iter()
            .map(|condition| &condition.expression)
            .filter(|expression| {
                let operator = expression.comparison.as_ref().map(|one| one.operator.as_str());
                matches!(operator, Some("=" | "==" | "IS"))
                    && expression.columns.iter().all(|name| reading.column(name).is_some())
            })
            .collect();
        let mut keys = key_columns(asked.sql(), reading, constant.into_iter());
        let equal = keys.len();
        let mut all = true;
        for term in terms {
            let column = match term.columns.as_slice() {
                [name] => reading.column(name),
                _ => None,
            };
            let Some(column) = column else {
                all = false;
                break;
            };
            let descends = has_word(&asked.sql()[term.span.clone()], &["DESC"]);
            let key = quote_name(&column.name);
            if !keys.contains(&key) {
                keys.push(if descends { format!("{key} DESC") } else { key });
            }
        }
        // Where all descend, an ordinary index is read backwards.
        let ordered = &mut keys[equal..];
        if ordered.iter().all(|key| key.ends_with(" DESC")) {
            ordered.iter_mut().for_each(|key| key.truncate(key.len() - " DESC".len()));
        }
        if !all || keys.is_empty() {
            continue;
        }
        let index = asked.index_on(reading.table, &keys);
        let plan = asked.explain_with(&index.ddl, asked.sql())?;
        if uses(&plan, &index) && sorts(&plan) < sorts(asked.plan()) {
            return Some(format!("With {} SQLite would not sort.", index.ddl));
        }
    }
    None
}

pub(super) fn sorts(plan: &Plan) -> usize {
    plan.nodes.iter().filter(|node| matches!(node.op, Op::TempBTree { .. })).count()
}

/// Whether fresh statistics would change anything is SQLite's to say. False if the table was never
/// counted: then it is a guess, and there is a rule for guesses that do harm.
fn estimate(asked: &Inquiry<'_>, one: &mut Finding) -> bool {
    let table = one.node.and_then(|node| asked.reading(node)).map(|reading| &reading.table.name);
    if table.is_none_or(|table| !statistics::counted(asked).contains_key(table)) {
        return false;
    }
    let fresh = asked.analysed().and_then(|fresh| asked.plan_on(fresh, asked.sql()));
    let Some(fresh) = fresh else { return true };
    if asked.explain(asked.sql()).is_some_and(|now| now.to_text() != fresh.to_text()) {
        let steps = fresh.details().collect::<Vec<_>>().join("; ");
        one.advice = format!("Run ANALYZE. SQLite would then plan: {steps}.");
        return true;
    }
    one.severity = Severity::Low;
    one.advice =
        "ANALYZE would not change this plan. Nothing need be done as long as the plan is good."
            .to_owned();
    true
}
