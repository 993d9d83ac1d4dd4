//! What the text of a statement says an index could serve and the planner does not ask a virtual
//! table for: expressions that are searched or sorted by, and conditions that are always the same.
//!
//! Views and subqueries are looked through. Whether an index on it can be made, and whether SQLite
//! would use it, is SQLite's to say.

use std::collections::BTreeSet;
use std::ops::Range;

use scanseek_schema::{ConstraintOp, Key, Schema, Table, TableKind, quote_name};

use crate::pieces::{Around, Side, aggregates, around, collation_in, has_word, sides, upper_words};
use crate::{ColumnName, Condition, Expression, FromItem, Part, Query, clauses, word_spans, words};

/// What one SELECT wants of one table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The name the table's database is attached under; `None` for the main one.
    pub database: Option<String>,
    /// The table, as stored.
    pub table: String,
    /// Expressions over its columns that are compared with something else.
    pub expressions: Vec<WantedExpression>,
    /// The order wanted, if each term is over its columns and at least one is an expression.
    pub order: Option<OrderWanted>,
    /// Conditions over its columns and constants.
    pub filters: Vec<Filter>,
}

/// An expression that rows are searched by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedExpression {
    /// As an index would hold it: columns without their table.
    pub sql: String,
    /// How it is compared.
    pub op: ConstraintOp,
    /// The collation named.
    pub collation: Option<String>,
}

/// `ORDER BY` or `GROUP BY`, most significant first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderWanted {
    /// Key, `DESC`, and the collation named.
    pub terms: Vec<(Key, bool, Option<String>)>,
    /// True if any permutation serves (`GROUP BY`).
    pub any_order: bool,
}

/// A condition that an index may be limited to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// As it would stand in the index.
    pub sql: String,
    /// Its columns, as stored.
    pub columns: Vec<String>,
    /// What is compared, as SQL: the left side.
    pub compared: String,
    /// What it compares with.
    pub kind: FilterKind,
}

/// What a [`Filter`] compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FilterKind {
    /// `IS NULL` and `IS NOT NULL`: the same each time.
    Null,
    /// A constant that may be one value of many: worth an index only where there are few values.
    Value,
    /// A comparison with zero or the empty text, or the column itself as a condition.
    Flag,
}

/// Views in views are followed this deep.
const DEEPEST_VIEW: usize = 8;

/// Reads what a statement wants, in the order of its SELECTs; empty where nothing can be told.
pub fn wanted(sql: &str, schema: &Schema) -> Vec<Wanted> {
    let mut found = Vec::new();
    read(sql, schema, DEEPEST_VIEW, &mut BTreeSet::new(), &mut found);
    found
}

fn read(
    sql: &str,
    schema: &Schema,
    depth: usize,
    views: &mut BTreeSet<String>,
    found: &mut Vec<Wanted>,
) {
    let Some(clauses) = clauses(sql) else { return };
    for query in clauses.query.all() {
        for part in &query.parts {
            let tables: Vec<Option<&Table>> =
                part.from.iter().map(|item| table_of(item, schema)).collect();
            for table in tables.iter().flatten().filter(|table| table.kind == TableKind::View) {
                if depth > 0 && views.insert(table.name.to_ascii_lowercase()) {
                    read(&table.sql, schema, depth - 1, views, found);
                }
            }
            let reader = Reader { sql, part, tables: &tables };
            for (at, table) in tables.iter().enumerate() {
                let Some(table) = table.filter(|table| table.kind == TableKind::Table) else {
                    continue;
                };
                found.extend(reader.wanted(query, at, table));
            }
        }
    }
}

fn table_of<'s>(item: &FromItem, schema: &'s Schema) -> Option<&'s Table> {
    let name = item.name.as_deref().filter(|_| !item.is_function)?;
    schema.named(item.schema.as_deref(), name)
}

/// One SELECT and the tables of its FROM; `None` for what is no table.
struct Reader<'a> {
    sql: &'a str,
    part: &'a Part,
    tables: &'a [Option<&'a Table>],
}

impl Reader<'_> {
    /// What the SELECT wants of one table: one entry for all terms that AND connects, one more for
    /// each arm of an OR.
    fn wanted(&self, query: &Query, at: usize, table: &Table) -> Vec<Wanted> {
        let plain = || Wanted {
            database: table.database.clone(),
            table: table.name.clone(),
            ..Wanted::default()
        };
        let mut all = plain();
        let mut found = Vec::new();
        for Condition { expression, .. } in &self.part.conditions {
            all.expressions.extend(self.searched(expression, at));
            all.filters.extend(self.filter(expression, at, table));
            for arm in &expression.arms {
                let arm =
                    Wanted { expressions: self.searched(arm, at).into_iter().collect(), ..plain() };
                if !arm.expressions.is_empty() {
                    found.push(arm);
                }
            }
        }
        if let Some(group) = &self.part.group_by {
            all.order = self.order(&group.terms, at, true);
        } else if let Some(order) = query.order_by.as_ref().filter(|_| query.parts.len() == 1) {
            all.order = self.order(&order.terms, at, false);
        }
        if !all.expressions.is_empty() || !all.filters.is_empty() || all.order.is_some() {
            found.insert(0, all);
        }
        found
    }

    /// True if the name means a column of the table at that place.
    fn is_of(&self, name: &ColumnName, at: usize) -> bool {
        let has =
            |at: usize| self.tables[at].is_some_and(|table| table.column(&name.name).is_some());
        match &name.table {
            Some(label) => {
                let is = |item: &FromItem| {
                    item.label().is_some_and(|known| known.eq_ignore_ascii_case(label))
                };
                self.part.from.iter().position(is) == Some(at) && has(at)
            }
            None => has(at) && (0..self.tables.len()).filter(|at| has(*at)).count() == 1,
        }
    }

    /// An expression over the table that is compared with something without it.
    fn searched(&self, expression: &Expression, at: usize) -> Option<WantedExpression> {
        let comparison = expression.comparison.as_ref()?;
        let op = match comparison.operator.as_str() {
            "=" | "==" | "IS" => ConstraintOp::Equal,
            "IN" => ConstraintOp::In,
            "<" | "<=" | ">" | ">=" | "BETWEEN" => ConstraintOp::Range,
            "LIKE" => ConstraintOp::Like,
            "GLOB" => ConstraintOp::Glob,
            _ => return None,
        };
        let left_only = !matches!(op, ConstraintOp::Equal | ConstraintOp::Range)
            || comparison.operator == "BETWEEN";
        let both = sides(expression, comparison);
        both.into_iter().take(if left_only { 1 } else { 2 }).find_map(|(side, other)| {
            let is_free = other.columns.iter().all(|name| !self.is_of(name, at));
            let sql = self.computed(&side, at).filter(|_| is_free)?;
            let text = &self.sql[expression.span.clone()];
            Some(WantedExpression { sql, op, collation: collation_in(text) })
        })
    }

    /// The side as an index would hold it, if it computes something of this table's columns alone.
    fn computed(&self, side: &Side<'_>, at: usize) -> Option<String> {
        let [first, ..] = side.columns.as_slice() else { return None };
        if side.columns.len() == 1
            && !matches!(around(self.sql, &side.span, first), Around::Computed)
        {
            return None;
        }
        let text = crate::pieces::without_collate(&self.bare(&side.span, &side.columns, at)?);
        // `+x` is how a person tells SQLite not to search by x.
        let is_switched_off = text.starts_with('+');
        (!is_switched_off && is_constant_otherwise(&text)).then_some(text)
    }

    /// A piece of the statement with the columns' own names; `None` if one is of another table.
    fn bare(&self, span: &Range<usize>, columns: &[&ColumnName], at: usize) -> Option<String> {
        let table = self.tables[at]?;
        let mut text = self.sql[span.clone()].trim_end().to_owned();
        for name in columns.iter().rev() {
            let (_, column) = table.column(&name.name).filter(|_| self.is_of(name, at))?;
            let place = name.span.start - span.start..name.span.end - span.start;
            text.replace_range(place, &quote_name(&column.name));
        }
        Some(text.trim().to_owned())
    }

    fn order(&self, terms: &[Expression], at: usize, any_order: bool) -> Option<OrderWanted> {
        let terms: Vec<(Key, bool, Option<String>)> =
            terms.iter().map(|term| self.order_term(term, at)).collect::<Option<_>>()?;
        let computes = terms.iter().any(|(key, ..)| matches!(key, Key::Expression(_)));
        computes.then_some(OrderWanted { terms, any_order })
    }

    fn order_term(&self, term: &Expression, at: usize) -> Option<(Key, bool, Option<String>)> {
        let text = &self.sql[term.span.clone()];
        let mut spans = word_spans(text);
        let is = |span: Option<&Range<usize>>, words: &[&str]| {
            span.is_some_and(|span| {
                words.iter().any(|word| text[span.clone()].eq_ignore_ascii_case(word))
            })
        };
        if is(spans.last(), &["FIRST", "LAST"]) {
            spans.truncate(spans.len().saturating_sub(2));
        }
        let descending = is(spans.last(), &["DESC"]);
        if descending || is(spans.last(), &["ASC"]) {
            spans.pop();
        }
        let end = term.span.start + spans.last()?.end;
        let span = term.span.start..end;
        let collation = collation_in(&self.sql[span.clone()]);
        // A number or an alias stands for a result column.
        let result = self.result_column(&self.sql[span.clone()]);
        let (span, columns) = match result {
            Some((span, column)) => (span, &column.columns),
            None => (span, &term.columns),
        };
        let columns: Vec<&ColumnName> =
            columns.iter().filter(|name| name.span.end <= span.end).collect();
        let [first, ..] = columns.as_slice() else { return None };
        let alone =
            columns.len() == 1 && !matches!(around(self.sql, &span, first), Around::Computed);
        if alone {
            let (_, column) = self.tables[at]?.column(&first.name)?;
            return self
                .is_of(first, at)
                .then(|| (Key::Column(column.name.clone()), descending, collation));
        }
        let text = crate::pieces::without_collate(&self.bare(&span, &columns, at)?);
        is_constant_otherwise(&text).then_some((Key::Expression(text), descending, collation))
    }

    /// The result column that a term of ORDER BY names, and where its expression stands.
    fn result_column(&self, term: &str) -> Option<(Range<usize>, &Expression)> {
        if let Ok(number) = term.trim().parse::<usize>() {
            let column = self.part.columns.get(number.checked_sub(1)?)?;
            return Some((self.unnamed(column).0, column));
        }
        let names = words(term);
        let [name] = names.as_slice() else { return None };
        self.part.columns.iter().find_map(|column| {
            let (span, alias) = self.unnamed(column);
            alias.is_some_and(|alias| alias.eq_ignore_ascii_case(name)).then_some((span, column))
        })
    }

    /// A result column without its alias, and the alias after AS.
    fn unnamed(&self, column: &Expression) -> (Range<usize>, Option<String>) {
        let text = &self.sql[column.span.clone()];
        let spans = word_spans(text);
        let until = |before: &Range<usize>| column.span.start..column.span.start + before.end;
        match spans.as_slice() {
            [.., before, keyword, alias] if text[keyword.clone()].eq_ignore_ascii_case("AS") => {
                (until(before), words(&text[alias.clone()]).pop())
            }
            // `f(x) alias`
            [.., before, alias]
                if text[before.clone()].ends_with(')')
                    && text[alias.clone()]
                        .starts_with(|c: char| c.is_alphabetic() || "_\"`[".contains(c)) =>
            {
                (until(before), words(&text[alias.clone()]).pop())
            }
            _ => (column.span.clone(), None),
        }
    }

    /// A condition over this table and constants.
    fn filter(&self, expression: &Expression, at: usize, table: &Table) -> Option<Filter> {
        if !expression.arms.is_empty() || expression.columns.is_empty() {
            return None;
        }
        let columns: Vec<&ColumnName> = expression.columns.iter().collect();
        let sql = self.bare(&expression.span, &columns, at)?;
        if !is_constant_otherwise(&sql) || sql.starts_with('+') {
            return None;
        }
        let mut compared = columns.clone();
        let names: BTreeSet<String> = columns
            .iter()
            .filter_map(|name| Some(table.column(&name.name)?.1.name.clone()))
            .collect();
        let kind = match &expression.comparison {
            None => {
                let words = upper_words(&sql);
                let is_flag = columns.len() == 1
                    && (words.len() == 1 || words.len() == 2 && words[0] == "NOT");
                FilterKind::Flag.when(is_flag)?
            }
            Some(comparison) => {
                compared.retain(|name| name.span.end <= comparison.left.end);
                if compared.len() < columns.len() {
                    return None;
                }
                let right = &self.sql[comparison.right.clone()];
                let compared = words(right);
                match comparison.operator.as_str() {
                    "IS" | "IS NOT"
                        if compared.iter().any(|word| word.eq_ignore_ascii_case("NULL")) =>
                    {
                        FilterKind::Null
                    }
                    "ISNULL" | "NOTNULL" | "NOT NULL" => FilterKind::Null,
                    "=" | "==" | "IS" | "IN" => FilterKind::Value,
                    "<>" | "!=" | ">" | "<" | ">=" | "<=" | "IS NOT"
                        if matches!(right.trim(), "0" | "''" | "0.0") =>
                    {
                        FilterKind::Flag
                    }
                    "<>" | "!=" | "IS NOT" | "NOT IN" => FilterKind::Value,
                    _ => return None,
                }
            }
        };
        let compared = match &expression.comparison {
            Some(comparison) => self.bare(&comparison.left, &compared, at)?,
            None => sql.clone(),
        };
        Some(Filter { sql, columns: names.into_iter().collect(), compared, kind })
    }
}

impl Filter {
    /// True if every row it keeps has the same value there: `key` needs no place in the index.
    pub fn fixes(&self, key: &str) -> bool {
        let is_it = self.compared.eq_ignore_ascii_case(key)
            || self.compared.eq_ignore_ascii_case(&quote_name(key));
        let operator = self.sql.get(self.compared.len()..).unwrap_or("").trim_start();
        let is_equal = operator.starts_with('=')
            || ["IS NULL", "ISNULL"].iter().any(|is| {
                let words = upper_words(operator);
                words.join(" ") == *is
            });
        is_it && is_equal
    }
}

impl FilterKind {
    fn when(self, holds: bool) -> Option<Self> {
        holds.then_some(self)
    }
}

/// No parameter, subquery, aggregate or other query in it: what is left are columns and constants.
fn is_constant_otherwise(text: &str) -> bool {
    let has_parameter =
        word_spans(text).iter().any(|span| text[span.clone()].starts_with(['?', ':', '@', '$']));
    !has_parameter && !has_word(text, &["SELECT", "EXISTS", "RAISE"]) && !aggregates(text)
}

#[cfg(test)]
mod tests {
    use scanseek_schema::Column;

    use super::*;

    fn schema() -> Schema {
        let table = |name: &str, kind, columns: &[&str], sql: &str| Table {
            database: None,
            name: name.into(),
            kind,
            columns: columns
                .iter()
                .map(|name| Column {
                    name: (*name).into(),
                    declared_type: String::new(),
                    not_null: false,
                    primary_key_position: 0,
                    collation: "BINARY".into(),
                    hidden: false,
                    default_sql: None,
                    references: None,
                })
                .collect(),
            indexes: vec![],
            without_rowid: false,
            strict: false,
            row_count: None,
            rows_estimated: None,
            sql: sql.into(),
        };
        Schema {
            attached: vec![],
            tables: vec![
                table("t", TableKind::Table, &["id", "Email", "a", "status", "order"], ""),
                table("u", TableKind::Table, &["id", "t_id", "b"], ""),
                table(
                    "v",
                    TableKind::View,
                    &["x"],
                    "CREATE VIEW v AS SELECT a AS x FROM t WHERE lower(email) > 'm'",
                ),
            ],
        }
    }

    fn check(sql: &str, expected: &[&str]) {
        let mut lines = Vec::new();
        for one in wanted(sql, &schema()) {
            for WantedExpression { sql, op, collation } in &one.expressions {
                let collation = collation.as_ref().map(|name| format!(" {name}"));
                lines.push(format!("{} {op:?} {sql}{}", one.table, collation.unwrap_or_default()));
            }
            if let Some(OrderWanted { terms, any_order }) = &one.order {
                let terms: Vec<String> = terms
                    .iter()
                    .map(|(key, descending, collation)| {
                        let desc = if *descending { " DESC" } else { "" };
                        format!("{}{desc}{}", key.text(), collation.as_deref().unwrap_or(""))
                    })
                    .collect();
                let by = if *any_order { "group" } else { "order" };
                lines.push(format!("{} {by} {}", one.table, terms.join(", ")));
            }
            for filter in &one.filters {
                lines.push(format!("{} {:?} {}", one.table, filter.kind, filter.sql));
            }
        }
        assert_eq!(lines, expected, "{sql}");
    }

    #[test]
    fn expressions_that_are_compared() {
        check(
            "SELECT * FROM t WHERE lower(email) = 'x'",
            &["t Equal lower(Email)", "t Value lower(Email) = 'x'"],
        );
        check(
            "SELECT * FROM t x WHERE 5 < x.a / 1000 AND +x.id = 3",
            &["t Range x"].map(|_| "t Range a / 1000"),
        );
        check(
            "SELECT * FROM t WHERE lower(email) = ?1 COLLATE NOCASE",
            &["t Equal lower(Email) NOCASE"],
        );
        check("SELECT * FROM t WHERE a = :a AND id IN (1, 2)", &["t Value id IN (1, 2)"]);
        check(
            "SELECT * FROM t JOIN u ON u.b = lower(t.email) WHERE abs(u.b) > t.a",
            &["t Equal lower(Email)", "u Range abs(b)"],
        );
        check("SELECT * FROM t WHERE lower(email) = lower(status)", &[]);
        check(
            "SELECT * FROM u WHERE b IN (SELECT a FROM t WHERE lower(email) LIKE 'x%')",
            &["t Like lower(Email)"],
        );
        check("SELECT x FROM v", &["t Range lower(Email)"]);
        check(
            "SELECT * FROM t WHERE lower(email) = ? OR upper(status) = ?",
            &["t Equal lower(Email)", "t Equal upper(status)"],
        );
        check("UPDATE t SET a = 1 WHERE lower(email) = ?", &["t Equal lower(Email)"]);
        check("SELECT count(*) FROM t HAVING count(*) > 1", &[]);
    }

    #[test]
    fn orders_by_expressions() {
        check("SELECT * FROM t ORDER BY abs(a - 5) DESC LIMIT 3", &["t order abs(a - 5) DESC"]);
        check(
            "SELECT * FROM t ORDER BY a, lower(email) COLLATE NOCASE",
            &["t order a, lower(Email)NOCASE"],
        );
        check(
            "SELECT lower(email) AS e, id FROM t ORDER BY e, 2 DESC",
            &["t order lower(Email), id DESC"],
        );
        check("SELECT date(a), count(*) FROM t GROUP BY date(a)", &["t group date(a)"]);
        check("SELECT date(a) d, count(*) FROM t GROUP BY 1", &["t group date(a)"]);
        check("SELECT * FROM t ORDER BY a", &[]);
        check("SELECT * FROM t, u ORDER BY abs(a), b", &[]);
        check("SELECT * FROM t UNION SELECT 1 ORDER BY abs(a)", &[]);
    }

    #[test]
    fn conditions_that_stay_the_same() {
        check(
            "SELECT * FROM t WHERE status = 'open' AND t.a IS NULL AND \"order\" <> 0 AND id > 5 AND a = ?",
            &["t Value status = 'open'", "t Null a IS NULL", "t Flag \"order\" <> 0"],
        );
        check(
            "SELECT * FROM t WHERE NOT status AND a NOTNULL",
            &["t Flag NOT status", "t Null a NOTNULL"],
        );
        check("SELECT * FROM t LEFT JOIN u ON u.t_id = t.id AND u.b = 1", &["u Value b = 1"]);
        check("SELECT * FROM t WHERE (status = 'a' OR a = 1)", &[]);
        check("SELECT * FROM t JOIN u USING (id) WHERE id = 3", &[]);
        check("not sql", &[]);
    }
}
