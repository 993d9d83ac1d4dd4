//! Reading a plan as it was copied from somewhere else: the tree that the sqlite3 shell draws, the
//! rows of EXPLAIN QUERY PLAN in any of the shell's modes or as a program prints them, and the older
//! rows of SQLite before 3.24.
//!
//! What surrounds a plan (prompts, the statement, run times) is left out. Steps are never guessed:
//! text between steps that cannot be read is an error.

mod legacy;
mod literals;
mod rows;
mod tree;

use crate::op::Op;
use crate::plan::Plan;

/// More text than this is no plan.
const MOST_BYTES: usize = 1 << 20;
/// More steps than this are not read: the views of a plan are made for people.
const MOST_STEPS: usize = 1_000;

/// Why a text could not be read as a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadPlanError {
    /// There is no text.
    #[error("There is no text here.")]
    Empty,
    /// The text is very long, or has very many steps.
    #[error("This is too long: up to 1,000 steps are read.")]
    TooLong,
    /// The text has more than one plan.
    #[error("There are several plans here. Paste one of them.")]
    SeveralPlans,
    /// The output of EXPLAIN without QUERY PLAN.
    #[error("This is the program that EXPLAIN prints. Paste what EXPLAIN QUERY PLAN prints.")]
    Program,
    /// A statement, not its plan.
    #[error("This is a statement. Paste what EXPLAIN QUERY PLAN prints for it.")]
    Statement,
    /// A plan of PostgreSQL, MySQL or the like.
    #[error("This looks like the plan of another database. Only SQLite's plans are read.")]
    OtherDatabase,
    /// A line between the steps is no step.
    #[error("Line {line} is no step of a plan.")]
    BadLine {
        /// The line, from 1.
        line: usize,
    },
    /// Nothing here looks like a plan.
    #[error("This is no plan that SQLite prints.")]
    NotAPlan,
}

/// Reads a plan that was printed elsewhere. Of a plan drawn as a tree the steps' ids are not known,
/// so they are counted from 1.
///
/// # Errors
/// [`ReadPlanError`] says what the text is instead.
pub fn read_plan(text: &str) -> Result<Plan, ReadPlanError> {
    if text.len() > MOST_BYTES {
        return Err(ReadPlanError::TooLong);
    }
    let lines = prepared(text);
    if lines.iter().all(|line| line.text.is_empty()) {
        return Err(ReadPlanError::Empty);
    }
    let plan = match tree::drawn(&lines)? {
        Some(plan) => plan,
        None => not_drawn(&lines)?,
    };
    if plan.nodes.len() > MOST_STEPS {
        return Err(ReadPlanError::TooLong);
    }
    Ok(plan)
}

fn not_drawn(lines: &[Line<'_>]) -> Result<Plan, ReadPlanError> {
    if let Some(table) = rows::in_lines(lines)? {
        return rows::plan(table);
    }
    if let Some(table) = literals::rows(lines).or_else(|| rows::as_pairs(lines)) {
        return rows::plan(table);
    }
    match tree::indented(lines) {
        Some(plan) => Ok(plan),
        None => Err(what_it_is(lines)),
    }
}

/// One line of the text, without what ends it.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    /// Its place in the text, from 1.
    number: usize,
    /// Without a comment's sign and without spaces behind it.
    text: &'a str,
}

/// The lines without prompts, run times and the comment signs before all of them.
fn prepared(text: &str) -> Vec<Line<'_>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let sign = ["-- ", "# ", "// ", "> ", "** "].into_iter().find(|sign| {
        lines
            .iter()
            .all(|line| line.is_empty() || line.starts_with(sign) || *line == sign.trim_end())
            && lines.iter().any(|line| line.starts_with(sign))
    });
    lines
        .into_iter()
        .enumerate()
        .map(|(place, line)| {
            let line = match sign {
                Some(sign) => line.strip_prefix(sign).unwrap_or(""),
                None => line,
            };
            let apart = ["sqlite>", "...>", "Run Time:"];
            let beside = apart.iter().any(|word| line.trim_start().starts_with(word));
            Line { number: place + 1, text: if beside { "" } else { line } }
        })
        .collect()
}

/// What a text is that cannot be read.
fn what_it_is(lines: &[Line<'_>]) -> ReadPlanError {
    let has = |words: &[&str]| {
        lines.iter().any(|line| {
            let lower = line.text.to_ascii_lowercase();
            words.iter().all(|word| lower.contains(word))
        })
    };
    let opcodes = ["Init ", "OpenRead", "ResultRow", "Halt ", "Goto "];
    let program = lines.iter().filter(|line| opcodes.iter().any(|op| line.text.contains(op)));
    if has(&["addr", "opcode", "p1", "p2"]) || program.count() > 2 {
        return ReadPlanError::Program;
    }
    if has(&["cost=", "rows="]) || has(&["select_type", "possible_keys"]) {
        return ReadPlanError::OtherDatabase;
    }
    let first = lines.iter().find_map(|line| line.text.split_whitespace().next()).unwrap_or("");
    let keywords =
        ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "REPLACE", "EXPLAIN", "CREATE", "VALUES"];
    match keywords.iter().any(|keyword| first.eq_ignore_ascii_case(keyword)) {
        true => ReadPlanError::Statement,
        false => ReadPlanError::NotAPlan,
    }
}

fn is_known(detail: &str) -> bool {
    crate::detail::parse_detail(detail) != Op::Other
}
