//! Which pieces of a statement each step of its plan comes from.
//!
//! SQLite does not say it. What it prints, aliases, names of subqueries and their numbers, is looked up
//! in the clauses of the text; where that leaves a choice, all that fits is given, and said so.

mod find;
mod scope;

use std::ops::Range;

use scanseek_plan::Plan;
use scanseek_schema::Schema;
use scanseek_sql::{Clauses, clauses};

/// Where one step comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Pieces of the statement, the most telling first. Byte ranges of the statement's text.
    pub pieces: Vec<Piece>,
    /// What else there is to say: that it cannot be told, or that it is inside a view.
    pub note: Option<String>,
}

/// One piece of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it is to the step.
    pub role: Role,
    /// Where it stands, in bytes.
    pub span: Range<usize>,
}

/// What a piece of a statement is to a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The table or subquery that is read.
    Source,
    /// A condition that the index or key answers.
    Key,
    /// A condition that is checked for each row.
    Filter,
    /// The clause that asks for an order, groups or distinct rows.
    Clause,
    /// A subquery as a whole, or one part of a compound query.
    Subquery,
}

/// One place a step, in the order of the plan's steps.
pub fn places(plan: &Plan, sql: &str, schema: &Schema) -> Vec<Place> {
    match clauses(sql) {
        Some(found) => find::places(plan, sql, &found, schema),
        None => {
            vec![Place::untold("The text of this statement could not be read."); plan.nodes.len()]
        }
    }
}

impl Place {
    fn untold(note: &str) -> Self {
        Self { pieces: Vec::new(), note: Some(note.to_owned()) }
    }

    fn one(role: Role, span: &Range<usize>) -> Self {
        Self { pieces: vec![Piece { role, span: span.clone() }], note: None }
    }
}

/// The SELECTs of the text: numbers above come from views, triggers or SQLite itself.
fn selects(found: &Clauses) -> u64 {
    let parts = found.query.all().into_iter().flat_map(|query| &query.parts);
    parts.map(|part| part.number).max().unwrap_or(0)
}
