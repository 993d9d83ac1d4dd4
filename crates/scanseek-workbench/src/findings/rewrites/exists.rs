//! Subqueries that are only asked whether they have a row, as EXISTS.

use scanseek_schema::{Column, Schema, quote_name};
use scanseek_sql::{ColumnName, Expression, Part, Query};

use super::{Candidate, proven, with_condition};
use crate::findings::Rewrite;
use crate::findings::inquiry::Inquiry;
use crate::findings::text::upper_words;

/// `x IN (SELECT y …)` as `EXISTS (SELECT 1 … WHERE x = y)`; NOT IN only where neither can be NULL.
pub(in crate::findings) fn of_in(
    asked: &Inquiry<'_>,
    outer: &Part,
    expression: &Expression,
) -> Option<Rewrite> {
    let comparison = expression.comparison.as_ref()?;
    let is_not = comparison.operator == "NOT IN";
    let [subquery] = expression.subqueries.as_slice() else { return None };
    if !(is_not || comparison.operator == "IN") || !is_all_of(asked, &comparison.right, subquery) {
        return None;
    }
    let inner = plain_part(subquery)?;
    let [result] = inner.columns.as_slice() else { return None };
    let [found] = result.columns.as_slice() else { return None };
    if result.span != found.span || inner.distinct.is_some() {
        return None;
    }
    let left = comparison.left.clone();
    let [name] = expression.columns.as_slice() else { return None };
    if name.span != left {
        return None;
    }
    let (label, of_left) = resolve(asked.schema, outer, name)?;
    let hidden = inner
        .from
        .iter()
        .any(|item| item.label().is_none_or(|inner| inner.eq_ignore_ascii_case(&label)));
    let (_, of_right) = resolve(asked.schema, inner, found)?;
    // An outer join makes NULLs of columns that have none.
    let joins = outer.from.iter().chain(&inner.from);
    let is_outer_join = joins.clone().any(|item| item.join.left || item.join.right);
    let no_nulls = of_left.not_null && of_right.not_null && !is_outer_join;
    if hidden || (is_not && !no_nulls) {
        return None;
    }
    let more = format!(
        "{}.{} = {}",
        quote_name(&label),
        quote_name(&of_left.name),
        asked.piece(&found.span)
    );
    let rest = with_condition(asked, inner, &more)?;
    let not = if is_not { "NOT " } else { "" };
    let exists = format!("{not}EXISTS (SELECT 1{rest})");
    let sql = asked.edited(&[(expression.span.clone(), &exists)]);
    let why = format!(
        "{} asks whether there is such a row, and stops at the first; the list is not collected.",
        if is_not { "NOT EXISTS" } else { "EXISTS" }
    );
    proven(asked, Candidate { sql, why, same_order: false })
}

/// `(SELECT count(*) …) > 0` and its like as `EXISTS (SELECT 1 …)`.
pub(in crate::findings) fn of_count(
    asked: &Inquiry<'_>,
    expression: &Expression,
) -> Option<Rewrite> {
    let comparison = expression.comparison.as_ref()?;
    let [subquery] = expression.subqueries.as_slice() else { return None };
    let text = |span: &std::ops::Range<usize>| asked.sql()[span.clone()].trim();
    let (is_left, number) = if is_all_of(asked, &comparison.left, subquery) {
        (true, text(&comparison.right))
    } else if is_all_of(asked, &comparison.right, subquery) {
        (false, text(&comparison.left))
    } else {
        return None;
    };
    let exists = match (is_left, comparison.operator.as_str(), number) {
        (true, ">", "0") | (true, ">=", "1") | (false, "<", "0") | (false, "<=", "1") => "EXISTS",
        (_, "<>" | "!=", "0") => "EXISTS",
        (true, "<", "1") | (true, "<=", "0") | (false, ">", "1") | (false, ">=", "0") => {
            "NOT EXISTS"
        }
        (_, "=" | "==", "0") => "NOT EXISTS",
        _ => return None,
    };
    let inner = plain_part(subquery)?;
    let [result] = inner.columns.as_slice() else { return None };
    let counts = upper_words(&asked.sql()[result.span.clone()]).concat();
    if !matches!(counts.as_str(), "COUNT(*)" | "COUNT()" | "COUNT(1)") {
        return None;
    }
    let rest = asked.piece(&(result.span.end..inner.span.end));
    let condition = format!("{exists} (SELECT 1{rest})");
    let sql = asked.edited(&[(expression.span.clone(), &condition)]);
    let why = format!("{exists} stops at the first row; the number itself is not asked for.");
    proven(asked, Candidate { sql, why, same_order: false })
}

/// The side is this subquery in its brackets and nothing else.
fn is_all_of(asked: &Inquiry<'_>, side: &std::ops::Range<usize>, subquery: &Query) -> bool {
    let sql = asked.sql();
    side.start < subquery.span.start
        && subquery.span.end < side.end
        && sql[side.start..subquery.span.start].trim() == "("
        && sql[subquery.span.end..side.end].trim() == ")"
}

/// Its only SELECT, if that gives a row for each row it reads.
fn plain_part(query: &Query) -> Option<&Part> {
    let [part] = query.parts.as_slice() else { return None };
    let is_plain = query.ctes.is_empty()
        && query.limit.is_none()
        && query.order_by.is_none()
        && !part.is_values
        && !part.from.is_empty()
        && part.group_by.is_none()
        && part.having.is_empty();
    is_plain.then_some(part)
}

/// The label of the table that has a column, and the column, if only one can be meant.
fn resolve<'s>(schema: &'s Schema, part: &Part, name: &ColumnName) -> Option<(String, &'s Column)> {
    let mut found = part.from.iter().filter_map(|item| {
        let label = item.label()?;
        let is_named = name.table.as_ref().is_none_or(|table| table.eq_ignore_ascii_case(label));
        let table = schema.table(item.name.as_deref()?)?;
        let (_, column) = table.column(&name.name)?;
        is_named.then(|| (label.to_owned(), column))
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}
