//! Tables of a FROM that no condition connects.

use scanseek_plan::grouped;
use scanseek_sql::{Expression, FromItem, Part, Query};

use super::inquiry::{FEW_ROWS, Inquiry, Reading, Words};
use super::text::shown;
use super::{Finding, Rule};

/// From this many rows of the inner table, visited in all rounds together, it matters even if the
/// table is small.
const MANY_ROWS: u64 = 10_000;

pub(super) fn find(asked: &Inquiry<'_>, found: &mut Vec<Finding>) {
    let Some(clauses) = asked.clauses else { return };
    for part in clauses.query.all().iter().flat_map(|query| &query.parts) {
        let groups = groups(asked, part);
        let of = |reading: &Reading<'_>| {
            part.from.iter().position(|item| std::ptr::eq(item, reading.item)).map(|at| groups[at])
        };
        let readings: Vec<&Reading<'_>> =
            asked.readings.iter().filter(|reading| std::ptr::eq(reading.part, part)).collect();
        // A later loop of another group runs once for each row of those before it.
        let inner = readings.iter().enumerate().find_map(|(at, reading)| {
            let apart = readings[..at].iter().all(|before| of(before) != of(reading));
            (at > 0 && apart && is_product(readings[at - 1], reading)).then_some((at, *reading))
        });
        let Some((at, inner)) = inner else { continue };
        let outer = readings[at - 1];
        let numbers = inner.node.loops.map(|loops| {
            let rows = loops.rows_visited / loops.loops.max(1);
            format!(
                "Counted in this run: {} rounds over {} rows of {}, {} rows visited.",
                grouped(loops.loops),
                grouped(rows),
                inner.label(),
                grouped(loops.rows_visited)
            )
        });
        let finding = asked.finding(
            Rule::CartesianJoin,
            inner.node,
            &inner.item.span,
            Words {
                message: format!(
                    "No condition connects {} with {}: each row of one meets each row of the other.",
                    inner.label(),
                    outer.label()
                ),
                proof: numbers.unwrap_or_else(|| {
                    format!(
                        "SQLite plans “{}” inside “{}”, without a key from it. It was not run.",
                        inner.node.detail, outer.node.detail
                    )
                }),
                advice: format!(
                    "Add the condition that belongs between them, as in {} or write CROSS JOIN, if every pair is meant.",
                    shown(&format!("ON {}.… = {}.…", inner.label(), outer.label()))
                ),
            },
        );
        found.push(finding);
    }
}

fn is_product(outer: &Reading<'_>, inner: &Reading<'_>) -> bool {
    match inner.node.loops {
        Some(loops) => {
            let is_large = loops.rows_visited >= FEW_ROWS * loops.loops;
            loops.loops >= 2
                && loops.rows_visited >= 2 * loops.loops
                && (is_large || loops.rows_visited >= MANY_ROWS)
        }
        None => {
            let rows = |reading: &Reading<'_>| reading.table.row_count.unwrap_or(FEW_ROWS);
            inner.is_scan() && rows(inner).saturating_mul(rows(outer)) >= FEW_ROWS * FEW_ROWS
        }
    }
}

/// A number for each table of FROM: equal where something connects them.
fn groups(asked: &Inquiry<'_>, part: &Part) -> Vec<usize> {
    let mut group: Vec<usize> = (0..part.from.len()).collect();
    let join = |group: &mut Vec<usize>, a: usize, b: usize| {
        let (from, to) = (group[b], group[a]);
        group.iter_mut().filter(|one| **one == from).for_each(|one| *one = to);
    };
    for (at, item) in part.from.iter().enumerate() {
        // Arguments of a function may be columns; shared columns and a CROSS JOIN are meant.
        let is_meant = item.is_function || item.join.shared_columns || item.join.cross;
        if is_meant && at > 0 {
            join(&mut group, at - 1, at);
        }
    }
    // Two tables that are compared with the same constant are connected by it.
    let mut constants: Vec<(String, usize)> = Vec::new();
    for condition in &part.conditions {
        let mut items = Vec::new();
        let expression = &condition.expression;
        if !named(asked, part, expression, &mut items) {
            // It cannot be told which tables it names, so it may connect any.
            items = (0..part.from.len()).collect();
        }
        for two in items.windows(2) {
            join(&mut group, two[0], two[1]);
        }
        let equal = expression.comparison.as_ref().filter(|one| one.operator == "=");
        if let (Some(comparison), [item]) = (equal, items.as_slice()) {
            for side in [&comparison.left, &comparison.right] {
                let inside = |name: &scanseek_sql::ColumnName| {
                    side.start <= name.span.start && name.span.end <= side.end
                };
                if !expression.columns.iter().any(inside) {
                    constants.push((asked.piece(side).trim().to_owned(), *item));
                }
            }
        }
    }
    for (at, (constant, item)) in constants.iter().enumerate() {
        for (_, other) in constants[..at].iter().filter(|(other, _)| other == constant) {
            join(&mut group, *other, *item);
        }
    }
    group
}

/// Collects the tables of FROM that an expression names, its subqueries included. False if one of its
/// names fits none or several.
fn named(
    asked: &Inquiry<'_>,
    part: &Part,
    expression: &Expression,
    items: &mut Vec<usize>,
) -> bool {
    let mut all_told = true;
    for name in &expression.columns {
        let has = |item: &FromItem| match (&name.table, item.name.as_deref()) {
            (Some(table), _) => item.label().is_some_and(|label| label.eq_ignore_ascii_case(table)),
            (None, Some(table)) => {
                asked.schema.table(table).is_none_or(|table| table.column(&name.name).is_some())
            }
            (None, None) => true,
        };
        let found: Vec<usize> = (0..part.from.len()).filter(|at| has(&part.from[*at])).collect();
        match found.as_slice() {
            [one] => items.push(*one),
            [] if name.table.is_some() => {}
            _ => all_told = false,
        }
    }
    for query in &expression.subqueries {
        inside(part, query, items);
    }
    all_told
}

/// Tables of FROM that a subquery names with their label. Names without one are its own, or cannot be
/// told: they connect nothing.
fn inside(part: &Part, query: &Query, items: &mut Vec<usize>) {
    for inner in query.all() {
        let expressions = inner.parts.iter().flat_map(Part::expressions);
        for name in expressions.flat_map(|expression| &expression.columns) {
            let Some(table) = &name.table else { continue };
            let labelled = |item: &FromItem| {
                item.label().is_some_and(|label| label.eq_ignore_ascii_case(table))
            };
            items.extend((0..part.from.len()).filter(|at| labelled(&part.from[*at])));
        }
    }
}
