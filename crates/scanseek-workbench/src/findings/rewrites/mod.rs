//! Other statements for the same rows. Each is only a guess until it has run: what gives other rows or
//! is no better is dropped.

pub(super) mod dates;
pub(super) mod exists;
pub(super) mod keyset;
pub(super) mod union;

use scanseek_engine::ResultHash;
use scanseek_plan::Counters;
use scanseek_sql::Part;

use super::Rewrite;
use super::inquiry::Inquiry;

/// A statement that may be better.
pub(super) struct Candidate {
    pub(super) sql: String,
    pub(super) why: String,
    /// Its ORDER BY is another, so the rows have to come in the very same order.
    pub(super) same_order: bool,
}

/// Runs it. It stands if the rows are the same, no counter that matters is worse and one of them is
/// at least a tenth better.
pub(super) fn proven(asked: &Inquiry<'_>, candidate: Candidate) -> Option<Rewrite> {
    let before = asked.base()?;
    let run = asked.run(&candidate.sql, Some(before.counters.vm_steps))?;
    let query = &asked.clauses?.query;
    let order_matters = candidate.same_order || query.limit.is_some();
    let note = same_rows(&before.result, &run.measured.result, order_matters)?;
    if !is_better(&before.counters, &run.measured.counters) {
        return None;
    }
    let mut why = candidate.why;
    if note == Order::Another {
        why.push_str(if query.order_by.is_some() {
            " Rows that tie under ORDER BY come in another order."
        } else {
            " The rows come in another order; the query asks for none."
        });
    }
    Some(Rewrite {
        sql: candidate.sql,
        why,
        before: before.counters,
        after: run.measured.counters,
        before_plan: asked.explain(asked.sql())?,
        after_plan: run.plan,
        replaces: vec![asked.planned.statement.index],
    })
}

#[derive(Debug, PartialEq, Eq)]
enum Order {
    Same,
    Another,
}

fn same_rows(before: &ResultHash, after: &ResultHash, order_matters: bool) -> Option<Order> {
    if before == after {
        return Some(Order::Same);
    }
    let same = before.rows == after.rows && before.unordered == after.unordered;
    (same && !order_matters).then_some(Order::Another)
}

/// VM steps and page requests are not more, and one of them is at least a tenth less.
pub(super) fn is_better(before: &Counters, after: &Counters) -> bool {
    let not_more = after.vm_steps <= before.vm_steps && after.page_requests <= before.page_requests;
    let less = |before: u64, after: u64| after * 10 <= before * 9 && after < before;
    not_more
        && (less(before.vm_steps, after.vm_steps)
            || less(before.page_requests, after.page_requests))
}

/// What stands behind the result columns of a SELECT, with one more condition in its WHERE.
pub(super) fn with_condition(asked: &Inquiry<'_>, part: &Part, more: &str) -> Option<String> {
    let from = part.columns.last()?.span.end;
    let all = from..part.span.end;
    let mut of_where =
        part.conditions.iter().filter(|condition| condition.on.is_none()).map(|c| &c.expression);
    let Some(first) = of_where.next() else {
        return Some(format!("{} WHERE {more}", asked.piece(&all)));
    };
    let last = of_where.next_back().unwrap_or(first);
    let terms = first.span.start..last.span.end;
    // AND binds closer than OR.
    let (open, close) = if first.arms.is_empty() { ("", "") } else { ("(", ")") };
    Some(format!(
        "{}{open}{}{close} AND {more}{}",
        asked.piece(&(all.start..terms.start)),
        asked.piece(&terms),
        asked.piece(&(terms.end..all.end))
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counters(vm_steps: u64, page_requests: u64) -> Counters {
        Counters { vm_steps, page_requests, ..Counters::default() }
    }

    #[test]
    fn only_what_is_better_stands() {
        let before = counters(1000, 100);
        for (after, better) in [
            (counters(900, 100), true),
            (counters(901, 100), false),
            (counters(1000, 90), true),
            (counters(1000, 100), false),
            (counters(500, 101), false),
            (counters(1001, 10), false),
        ] {
            assert_eq!(is_better(&before, &after), better, "{after:?}");
        }
        assert!(!is_better(&counters(0, 0), &counters(0, 0)));
    }

    #[test]
    fn other_rows_never_pass() {
        let rows = |ordered, unordered, rows| ResultHash { ordered, unordered, rows };
        let before = rows(1, 2, 3);
        assert_eq!(same_rows(&before, &rows(1, 2, 3), true), Some(Order::Same));
        assert_eq!(same_rows(&before, &rows(9, 2, 3), false), Some(Order::Another));
        assert_eq!(same_rows(&before, &rows(9, 2, 3), true), None);
        assert_eq!(same_rows(&before, &rows(9, 8, 3), false), None);
        assert_eq!(same_rows(&before, &rows(9, 2, 4), false), None);
    }
}
