//! The statements of a loop, alike but for the value one column is compared with, as one statement with
//! IN. Whether it means the same is for a run to show.

use std::ops::Range;

use crate::pieces::{Around, aggregates, around, sides, upper_words};
use crate::{Clauses, Verb};

/// How one statement of a loop becomes one for all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InList<'a> {
    sql: &'a str,
    /// The column, as written.
    pub column: &'a str,
    /// The value of this statement.
    constant: Range<usize>,
    /// The whole comparison.
    condition: Range<usize>,
    /// Where the first result column begins; there the key is added, if the results lack it.
    results: usize,
    /// The key is among the results as they are.
    pub is_given: bool,
    /// From ORDER BY to its first term.
    order: Option<Range<usize>>,
    /// The number of rows that LIMIT allows each of them, which one statement for all has not.
    limit: Option<Range<usize>>,
    /// Each gives one row of counts or sums; where GROUP BY goes then.
    grouped_at: Option<usize>,
}

/// The column only counts or sums up: a plain call of one of these.
fn sums_up(text: &str) -> bool {
    const FUNCTIONS: [&str; 6] = ["COUNT", "SUM", "TOTAL", "AVG", "MIN", "MAX"];
    let words = upper_words(text);
    let begins = words.first().is_some_and(|word| FUNCTIONS.contains(&word.as_str()));
    // `min(a, b)` is no aggregate, nor is one with OVER.
    begins
        && words.get(1).is_some_and(|word| word == "(")
        && !words.iter().any(|word| word == "," || word == "OVER")
}

impl<'a> InList<'a> {
    /// Reads one statement of the loop and the place of the value that differs; `None` if the others'
    /// rows cannot be had with it in one go.
    pub fn new(sql: &'a str, clauses: &Clauses, constant: &Range<usize>) -> Option<Self> {
        let query = &clauses.query;
        let [part] = query.parts.as_slice() else { return None };
        let one_by_one = clauses.verb == Verb::Select
            && part.distinct.is_none()
            && part.group_by.is_none()
            && part.having.is_empty()
            && query.limit.as_ref().is_none_or(|limit| limit.offset.is_none());
        let column = |at: usize| sql[part.columns[at].span.clone()].trim();
        let aggregated = (0..part.columns.len()).any(|at| aggregates(column(at)));
        let is_sum = query.limit.is_none()
            && query.order_by.is_none()
            && (0..part.columns.len()).all(|at| sums_up(column(at)));
        if !one_by_one || (aggregated && !is_sum) {
            return None;
        }
        let (condition, key) = part.conditions.iter().find_map(|condition| {
            let expression = &condition.expression;
            let comparison = expression.comparison.as_ref()?;
            if !matches!(comparison.operator.as_str(), "=" | "==") {
                return None;
            }
            sides(expression, comparison).into_iter().find_map(|(side, other)| {
                let [name] = side.columns.as_slice() else { return None };
                let is_bare = matches!(around(sql, &side.span, name), Around::Nothing);
                (is_bare && other.span == *constant)
                    .then(|| (expression.span.clone(), &sql[name.span.clone()]))
            })
        })?;
        let is_given = (0..part.columns.len()).any(|at| {
            column(at) == "*" || column(at).ends_with(".*") || column(at).eq_ignore_ascii_case(key)
        });
        let order = match &query.order_by {
            Some(order) => Some(order.span.start..order.terms.first()?.span.start),
            None => None,
        };
        Some(Self {
            sql,
            column: key,
            constant: constant.clone(),
            condition,
            results: part.columns.first()?.span.start,
            is_given,
            order,
            limit: query.limit.as_ref().map(|limit| limit.span.clone()),
            grouped_at: aggregated.then_some(part.span.end),
        })
    }

    /// The one statement for these values.
    pub fn with(&self, values: &[&str]) -> String {
        let list = format!("{} IN ({})", self.column, values.join(", "));
        let by_key = format!("ORDER BY {}, ", self.column);
        let key = self.key();
        let mut edits =
            vec![(self.results..self.results, key.as_str()), (self.condition.clone(), &list)];
        if let Some(order) = &self.order {
            edits.push((order.clone(), by_key.as_str()));
        }
        if let Some(limit) = &self.limit {
            edits.push((limit.clone(), ""));
        }
        self.edited(&edits)
    }

    /// The statement of one value with the key before its results, if they lack it. Its LIMIT is left out.
    pub fn keyed(&self, value: &str) -> String {
        let key = self.key();
        let mut edits =
            vec![(self.results..self.results, key.as_str()), (self.constant.clone(), value)];
        if let Some(limit) = &self.limit {
            edits.push((limit.clone(), ""));
        }
        self.edited(&edits)
    }

    /// It groups by the key: one without rows, for which a statement of the loop gives 0 or NULL, is missing.
    pub fn is_grouped(&self) -> bool {
        self.grouped_at.is_some()
    }

    /// There is an ORDER BY, and the key goes before its terms.
    pub fn is_ordered(&self) -> bool {
        self.order.is_some()
    }

    /// A LIMIT is left out, so that the rows are the same only if none of the statements had more.
    pub fn leaves_limit_out(&self) -> bool {
        self.limit.is_some()
    }

    fn key(&self) -> String {
        if self.is_given { String::new() } else { format!("{}, ", self.column) }
    }

    fn edited(&self, edits: &[(Range<usize>, &str)]) -> String {
        let group = format!(" GROUP BY {}", self.column);
        let mut edits = edits.to_vec();
        if let Some(at) = self.grouped_at {
            edits.push((at..at, &group));
        }
        edits.sort_by_key(|(span, _)| span.start);
        let mut text = String::new();
        let mut from = 0;
        for (span, new) in edits {
            text.push_str(&self.sql[from..span.start]);
            text.push_str(new);
            from = span.end;
        }
        text.push_str(&self.sql[from..]);
        text.truncate(text.trim_end().len());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clauses;

    fn check(sql: &str, constant: &str, expected: Option<&str>) {
        let at = sql.rfind(constant).unwrap();
        let clauses = clauses(sql).unwrap();
        let list = InList::new(sql, &clauses, &(at..at + constant.len()));
        let text = list.map(|list| list.with(&["1", "'x'"]));
        assert_eq!(text.as_deref(), expected, "{sql}");
    }

    #[test]
    fn loops_become_one_statement() {
        check("SELECT * FROM t WHERE a = 5", "5", Some("SELECT * FROM t WHERE a IN (1, 'x')"));
        check(
            "SELECT b FROM t WHERE c = 2 AND 5 = t.a ORDER BY b LIMIT 1",
            "5",
            Some("SELECT t.a, b FROM t WHERE c = 2 AND t.a IN (1, 'x') ORDER BY t.a, b"),
        );
        check("SELECT a FROM t WHERE A = 5;", "5", Some("SELECT a FROM t WHERE A IN (1, 'x');"));
        check(
            "SELECT count(*), max(b) FROM t WHERE a = 5 AND c = 1",
            "5",
            Some("SELECT a, count(*), max(b) FROM t WHERE a IN (1, 'x') AND c = 1 GROUP BY a"),
        );
        check("SELECT count(*), b FROM t WHERE a = 5", "5", None);
        check("SELECT min(b, c) FROM t WHERE a = 5", "5", None);
        check("SELECT sum(b) OVER () FROM t WHERE a = 5", "5", None);
        check("SELECT sum(b) FROM t WHERE a = 5 LIMIT 1", "5", None);
        check("SELECT a FROM t WHERE a = 5 GROUP BY b", "5", None);
        check("SELECT a FROM t WHERE a = 5 LIMIT 1 OFFSET 2", "5", None);
        check("SELECT a FROM t WHERE a > 5", "5", None);
        check("SELECT a FROM t WHERE a + 1 = 5", "5", None);
        check("SELECT a FROM t WHERE a = 5 UNION SELECT 1", "5", None);
        check("DELETE FROM t WHERE a = 5", "5", None);
    }
}
