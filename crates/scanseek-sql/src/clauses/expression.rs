//! Expressions: their columns, subqueries and outermost comparison.

use std::ops::Range;

use super::read::{Reader, is_reserved};
use super::{ColumnName, Comparison, Expression};

impl Reader<'_> {
    /// Reads tokens `from..to` as one expression.
    pub(super) fn expression(&mut self, from: usize, to: usize) -> Expression {
        let mut expression = Expression { span: self.span(from, to), ..Expression::default() };
        // Brackets around an OR change nothing.
        let (mut inner_from, mut inner_to) = (from, to);
        while self.is_sign(inner_from, "(")
            && self.closing(inner_from) + 1 == inner_to
            && !self.begins_query(inner_from + 1)
        {
            (inner_from, inner_to) = (inner_from + 1, inner_to - 1);
        }
        let arms = self.split(inner_from, inner_to, "OR");
        if arms.len() > 1 {
            let ended = self.ended();
            expression.arms = arms.into_iter().map(|(a, b)| self.expression(a, b)).collect();
            // They are read once more below, where their SELECTs get their numbers.
            self.set_ended(ended);
        } else {
            expression.comparison = self.comparison(from, to);
        }
        let mut at = from;
        while at < to {
            if self.is_sign(at, "(") && self.begins_query(at + 1) {
                let (query, end) = self.query(at + 1, self.closing(at).min(to));
                expression.subqueries.push(query);
                at = end.max(at + 1);
                continue;
            }
            if self.is_word(at, "IN") && self.is_name(at + 1) && at + 1 < to {
                // `x IN table` is a subquery to SQLite, which numbers it.
                self.next_number();
                at += 2;
                continue;
            }
            if let Some((name, end)) = self.column(from, at, to) {
                expression.columns.push(name);
                at = end;
                continue;
            }
            at += 1;
        }
        expression
    }

    /// The terms of `from..to` that AND connects.
    pub(super) fn terms(&mut self, from: usize, to: usize) -> Vec<Expression> {
        if self.split(from, to, "OR").len() > 1 {
            return vec![self.expression(from, to)];
        }
        self.split(from, to, "AND")
            .into_iter()
            .filter(|(from, to)| from < to)
            .flat_map(|(from, to)| {
                // Brackets around several terms change nothing.
                let inner = self.is_sign(from, "(") && self.closing(from) + 1 == to;
                if inner
                    && !self.begins_query(from + 1)
                    && self.split(from + 1, to - 1, "OR").len() == 1
                {
                    self.terms(from + 1, to - 1)
                } else {
                    vec![self.expression(from, to)]
                }
            })
            .collect()
    }

    /// Expressions with commas between them.
    pub(super) fn list(&mut self, from: usize, to: usize) -> Vec<Expression> {
        let mut list = Vec::new();
        let (mut start, mut at) = (from, from);
        while at < to {
            if self.is_sign(at, "(") {
                at = self.closing(at).min(to);
            } else if self.is_sign(at, ",") {
                list.push(self.expression(start, at));
                start = at + 1;
            }
            at += 1;
        }
        if start < to {
            list.push(self.expression(start, to));
        }
        list
    }

    /// Splits at a word outside brackets and CASE. The AND of BETWEEN does not count.
    fn split(&self, from: usize, to: usize, word: &str) -> Vec<(usize, usize)> {
        let mut pieces = Vec::new();
        let (mut start, mut at) = (from, from);
        let (mut cases, mut betweens) = (0_usize, 0_usize);
        while at < to {
            if self.is_sign(at, "(") {
                at = self.closing(at).min(to);
            } else if self.is_word(at, "CASE") {
                cases += 1;
            } else if self.is_word(at, "END") {
                cases = cases.saturating_sub(1);
            } else if cases == 0 && self.is_word(at, "BETWEEN") {
                betweens += 1;
            } else if cases == 0 && betweens > 0 && self.is_word(at, "AND") {
                betweens -= 1;
            } else if cases == 0 && self.is_word(at, word) {
                pieces.push((start, at));
                start = at + 1;
            }
            at += 1;
        }
        pieces.push((start, to));
        pieces
    }

    fn comparison(&self, from: usize, to: usize) -> Option<Comparison> {
        // The whole term is negated, so it is not this comparison.
        if self.is_word(from, "NOT") {
            return None;
        }
        let mut at = from;
        let mut cases = 0_usize;
        while at < to {
            if self.is_sign(at, "(") {
                at = self.closing(at).min(to) + 1;
                continue;
            }
            if self.is_word(at, "CASE") {
                cases += 1;
            } else if self.is_word(at, "END") {
                cases = cases.saturating_sub(1);
            } else if cases == 0
                && let Some((operator, end)) = self.operator(at, to)
            {
                let right =
                    if end < to { self.span(end, to) } else { empty_at(self.span(at, end).end) };
                return (at > from).then(|| Comparison {
                    operator,
                    left: self.span(from, at),
                    right,
                });
            }
            at += 1;
        }
        None
    }

    /// The comparison that begins at a token, and the token behind it.
    fn operator(&self, at: usize, to: usize) -> Option<(String, usize)> {
        const SIGNS: [&str; 8] = ["==", "<=", ">=", "<>", "!=", "=", "<", ">"];
        const NOT_COMPARED: [&str; 4] = ["<<", ">>", "->", "||"];
        let text = self.rest(at);
        if NOT_COMPARED.iter().any(|sign| text.starts_with(sign)) {
            return None;
        }
        if let Some(sign) = SIGNS.iter().find(|sign| text.starts_with(**sign)) {
            // The second half of a shift or an arrow.
            let before = self.text_before(at);
            let joined = before.ends_with(['<', '>', '-']) && !before.ends_with(' ');
            return (!joined).then(|| ((*sign).to_owned(), at + sign.len()));
        }
        let mut words = Vec::new();
        let mut end = at;
        let take = |words: &mut Vec<&str>, end: &mut usize, word: &'static str| {
            let is = *end < to && self.is_word(*end, word);
            if is {
                words.push(word);
                *end += 1;
            }
            is
        };
        if take(&mut words, &mut end, "IS") {
            take(&mut words, &mut end, "NOT");
            if take(&mut words, &mut end, "DISTINCT") {
                take(&mut words, &mut end, "FROM");
            }
            return Some((words.join(" "), end));
        }
        for null in ["ISNULL", "NOTNULL"] {
            if take(&mut words, &mut end, null) {
                return Some((words.join(" "), end));
            }
        }
        let not = take(&mut words, &mut end, "NOT");
        if not && take(&mut words, &mut end, "NULL") {
            return Some((words.join(" "), end));
        }
        for word in ["IN", "LIKE", "GLOB", "MATCH", "REGEXP", "BETWEEN"] {
            if take(&mut words, &mut end, word) {
                return Some((words.join(" "), end));
            }
        }
        None
    }

    /// The end of a value. A name behind it is an alias, or a direction such as DESC.
    fn is_operand(&self, at: usize) -> bool {
        self.is_sign(at, ")")
            || self.text(at).starts_with(['"', '`', '[', '\''])
            || (self.is_bare(at) && !is_keyword(self.text(at)))
            || self.is_word(at, "END")
            || self.is_word(at, "NULL")
    }

    /// `[schema .] [table .] column`, not a function's name, a collation or a keyword.
    fn column(&self, from: usize, at: usize, to: usize) -> Option<(ColumnName, usize)> {
        if !self.is_name(at) {
            return None;
        }
        let mut names = vec![self.name(at)];
        let mut end = at + 1;
        while end + 1 < to && self.is_sign(end, ".") && self.is_name(end + 1) {
            names.push(self.name(end + 1));
            end += 2;
        }
        let is_keyword = names.len() == 1 && self.is_bare(at) && is_keyword(&names[0]);
        let is_function = end < to && self.is_sign(end, "(");
        let before = (at > from).then(|| at - 1);
        let is_other = before.is_some_and(|before| {
            ["COLLATE", "AS", "OVER"].iter().any(|word| self.is_word(before, word))
                // A parameter.
                || [":", "@", "#"].iter().any(|sign| self.is_sign(before, sign))
        });
        if is_keyword || is_function || is_other || before.is_some_and(|at| self.is_operand(at)) {
            return None;
        }
        let name = names.pop()?;
        Some((ColumnName { table: names.pop(), name, span: self.span(at, end) }, end))
    }
}

/// Words in expressions that are names only where nothing else fits.
fn is_keyword(word: &str) -> bool {
    const OPERATORS: [&str; 4] = ["LIKE", "GLOB", "MATCH", "REGEXP"];
    is_reserved(word) || OPERATORS.iter().any(|operator| operator.eq_ignore_ascii_case(word))
}

fn empty_at(place: usize) -> Range<usize> {
    place..place
}
