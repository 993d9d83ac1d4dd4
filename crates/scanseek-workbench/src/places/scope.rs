//! The SELECTs whose tables a step may read.

use scanseek_schema::{Schema, Table};
use scanseek_sql::{Clauses, Cte, FromItem, Part, Query};

/// SELECTs of the text, or a view.
#[derive(Clone)]
pub(super) enum Scope<'a> {
    /// These SELECTs, and the query whose ORDER BY they serve. With `window`, SQLite sorts here for
    /// their window functions.
    Parts { parts: Vec<&'a Part>, query: &'a Query, window: bool },
    /// The body of a view.
    View(String),
    /// It cannot be told.
    Unknown,
}

/// A table of FROM with the SELECT it stands in.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) part: &'a Part,
    /// Its place in FROM.
    pub(super) at: usize,
}

impl<'a> Found<'a> {
    pub(super) fn item(&self) -> &'a FromItem {
        &self.part.from[self.at]
    }
}

impl<'a> Scope<'a> {
    pub(super) fn of(query: &'a Query) -> Self {
        Scope::Parts { parts: query.parts.iter().collect(), query, window: false }
    }

    pub(super) fn part(part: &'a Part, query: &'a Query) -> Self {
        Scope::Parts { parts: vec![part], query, window: false }
    }
}

/// Names of the text.
pub(super) struct Names<'a> {
    pub(super) schema: &'a Schema,
    ctes: Vec<&'a Cte>,
    pub(super) queries: Vec<&'a Query>,
}

impl<'a> Names<'a> {
    pub(super) fn new(found: &'a Clauses, schema: &'a Schema) -> Self {
        let queries = found.query.all();
        let ctes = queries.iter().flat_map(|query| &query.ctes).collect();
        Self { schema, ctes, queries }
    }

    /// The query of a common table expression, if only one has the name.
    pub(super) fn cte(&self, name: &str) -> Option<&'a Query> {
        let mut same = self.ctes.iter().filter(|cte| cte.name.eq_ignore_ascii_case(name));
        let first = same.next()?;
        same.next().is_none().then_some(&first.query)
    }

    /// The table or view of FROM, as SQLite finds it.
    pub(super) fn table_of(&self, item: &FromItem) -> Option<&'a Table> {
        self.schema.named(item.schema.as_deref(), item.name.as_deref()?)
    }

    /// The tables of these SELECTs, and those of the subqueries and common table expressions in FROM, since
    /// SQLite may merge them into the outer query. It did not with those that have a step of their own,
    /// `apart`. Outer ones come first.
    pub(super) fn tables(&self, parts: &[&'a Part], apart: &[&str]) -> Vec<Found<'a>> {
        let mut found: Vec<Found<'a>> = Vec::new();
        let mut open: Vec<&'a Part> = parts.to_vec();
        let mut seen: Vec<*const Part> = Vec::new();
        while !open.is_empty() {
            let mut inner = Vec::new();
            for part in open {
                if seen.contains(&std::ptr::from_ref(part)) {
                    continue;
                }
                seen.push(std::ptr::from_ref(part));
                for (at, item) in part.from.iter().enumerate() {
                    found.push(Found { part, at });
                    let is_apart = [&item.alias, &item.name]
                        .into_iter()
                        .flatten()
                        .any(|name| apart.iter().any(|other| other.eq_ignore_ascii_case(name)));
                    if is_apart {
                        continue;
                    }
                    let query = match (&item.subquery, &item.name) {
                        (Some(query), _) => Some(query),
                        (None, Some(name)) if item.schema.is_none() => self.cte(name),
                        _ => None,
                    };
                    inner.extend(query.iter().flat_map(|query| &query.parts));
                }
            }
            open = inner;
        }
        found
    }

    /// The SELECT with SQLite's number, and the query it belongs to.
    pub(super) fn numbered(&self, number: u64) -> Option<(&'a Part, &'a Query)> {
        self.queries.iter().find_map(|query| {
            let part = query.parts.iter().find(|part| part.number == number)?;
            Some((part, *query))
        })
    }
}
