//! The clauses of a statement and where they stand: tables of FROM, conditions, orders, subqueries.
//!
//! Only brackets and keywords are read, so an expression of any form goes through; what it means is
//! SQLite's to say. All places are byte ranges of the statement's text.
//! Source: <https://sqlite.org/lang_select.html>.

mod expression;
mod read;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub use read::clauses;

/// A statement that reads tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clauses {
    /// What the statement does with the rows.
    pub verb: Verb,
    /// The table written to by INSERT, UPDATE and DELETE; the latter two also have it first in FROM.
    pub target: Option<FromItem>,
    /// The query; of UPDATE and DELETE it has one part with the tables and conditions.
    pub query: Query,
}

/// The first keyword of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// `SELECT`, `VALUES`
    Select,
    /// `INSERT`, `REPLACE`
    Insert,
    /// `UPDATE`
    Update,
    /// `DELETE`
    Delete,
    /// `CREATE VIEW … AS`, `CREATE TABLE … AS`
    Create,
}

/// One or more SELECTs with what holds for all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// From the first keyword to the last token; brackets around a subquery are outside.
    pub span: Range<usize>,
    /// `WITH`
    pub ctes: Vec<Cte>,
    /// The SELECTs: several with UNION and its like between them.
    pub parts: Vec<Part>,
    /// `ORDER BY`
    pub order_by: Option<Clause>,
    /// `LIMIT … OFFSET …`
    pub limit: Option<Limit>,
}

/// A common table expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cte {
    /// Its name without quotes.
    pub name: String,
    /// Where the name stands.
    pub name_span: Range<usize>,
    /// Its query.
    pub query: Query,
}

/// One SELECT or VALUES.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// From `SELECT` to its last clause.
    pub span: Range<usize>,
    /// The `UNION`, `UNION ALL`, `INTERSECT` or `EXCEPT` before it.
    pub operator: Option<Range<usize>>,
    /// The place of this SELECT in the order in which the SELECTs of the statement end, from 1: the number
    /// that SQLite gives it while parsing (`selId` in select.c).
    pub number: u64,
    /// `DISTINCT`
    pub distinct: Option<Range<usize>>,
    /// The result columns.
    pub columns: Vec<Expression>,
    /// The tables and subqueries of FROM, in order, those inside brackets too.
    pub from: Vec<FromItem>,
    /// Terms of WHERE and ON, which AND connects.
    pub conditions: Vec<Condition>,
    /// `GROUP BY`
    pub group_by: Option<Clause>,
    /// Terms of HAVING.
    pub having: Vec<Expression>,
    /// It is a VALUES clause.
    pub is_values: bool,
}

/// A clause that lists terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// With its keywords.
    pub span: Range<usize>,
    /// The terms.
    pub terms: Vec<Expression>,
}

/// `LIMIT`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// With its keyword, and OFFSET.
    pub span: Range<usize>,
    /// The number of rows.
    pub rows: Range<usize>,
    /// The rows passed over.
    pub offset: Option<Range<usize>>,
}

/// One table or subquery of FROM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FromItem {
    /// With its alias, without ON.
    pub span: Range<usize>,
    /// The table's name without quotes; `None` for a subquery.
    pub name: Option<String>,
    /// The database before the name.
    pub schema: Option<String>,
    /// The alias without quotes.
    pub alias: Option<String>,
    /// The subquery in brackets.
    pub subquery: Option<Query>,
    /// It is called with arguments, as a table-valued function.
    pub is_function: bool,
    /// The name after INDEXED BY.
    pub indexed_by: Option<String>,
    /// How it is joined to what stands before it.
    pub join: Join,
}

impl FromItem {
    /// The name by which the statement speaks of it.
    pub fn label(&self) -> Option<&str> {
        self.alias.as_deref().or(self.name.as_deref())
    }
}

/// How a table is joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Join {
    /// LEFT or FULL.
    pub left: bool,
    /// RIGHT or FULL.
    pub right: bool,
    /// CROSS, which keeps SQLite from changing the order.
    pub cross: bool,
    /// NATURAL or with USING: conditions that stand nowhere.
    pub shared_columns: bool,
}

/// A term of WHERE or ON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The term.
    pub expression: Expression,
    /// The place in FROM of the table whose ON it stands in; `None` for WHERE.
    pub on: Option<usize>,
}

/// An expression, its names and subqueries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expression {
    /// Where it stands.
    pub span: Range<usize>,
    /// Names that may be columns, those inside its subqueries left out.
    pub columns: Vec<ColumnName>,
    /// Its subqueries.
    pub subqueries: Vec<Query>,
    /// The outermost comparison, if the expression is one.
    pub comparison: Option<Comparison>,
    /// OR connects it outside all brackets: its arms.
    pub arms: Vec<Expression>,
}

/// A name in an expression, with the table before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnName {
    /// The table or alias, without quotes.
    pub table: Option<String>,
    /// The column, without quotes.
    pub name: String,
    /// Where both stand.
    pub span: Range<usize>,
}

/// `left operator right`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// In upper case, words one blank apart: `=`, `<`, `NOT IN`, `IS NOT`, `LIKE`, `BETWEEN`.
    pub operator: String,
    /// What stands before it.
    pub left: Range<usize>,
    /// What stands behind it; empty for ISNULL and NOTNULL.
    pub right: Range<usize>,
}

impl Query {
    /// This query and all inside it, outer ones first.
    pub fn all(&self) -> Vec<&Query> {
        let mut all = vec![self];
        let mut next = 0;
        while let Some(query) = all.get(next).copied() {
            next += 1;
            all.extend(query.ctes.iter().map(|cte| &cte.query));
            for part in &query.parts {
                all.extend(part.from.iter().filter_map(|item| item.subquery.as_ref()));
                all.extend(part.expressions().flat_map(|expression| &expression.subqueries));
            }
            all.extend(query.order_by.iter().flat_map(|clause| {
                clause.terms.iter().flat_map(|expression| &expression.subqueries)
            }));
        }
        all
    }
}

impl Part {
    /// All expressions of this SELECT, its ORDER BY not among them.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.columns
            .iter()
            .chain(self.conditions.iter().map(|condition| &condition.expression))
            .chain(self.group_by.iter().flat_map(|clause| &clause.terms))
            .chain(&self.having)
    }
}
