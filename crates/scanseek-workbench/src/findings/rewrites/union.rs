//! An OR as one SELECT for each arm, with UNION ALL between them.

use scanseek_sql::{Expression, Part, Query, Verb};

use super::{Candidate, proven};
use crate::findings::Rewrite;
use crate::findings::inquiry::Inquiry;
use crate::findings::text::aggregates;

/// More arms than this make a statement that nobody wants to read.
const MOST_ARMS: usize = 4;

pub(in crate::findings) fn rewrite(
    asked: &Inquiry<'_>,
    query: &Query,
    part: &Part,
    or: &Expression,
) -> Option<Rewrite> {
    proven(asked, candidate(asked, query, part, or)?)
}

fn candidate(
    asked: &Inquiry<'_>,
    query: &Query,
    part: &Part,
    or: &Expression,
) -> Option<Candidate> {
    let clauses = asked.clauses?;
    let is_whole = clauses.verb == Verb::Select && std::ptr::eq(query, &raw const clauses.query);
    let one_by_one = query.parts.len() == 1
        && !part.is_values
        && part.distinct.is_none()
        && part.group_by.is_none()
        && part.having.is_empty()
        && !part.columns.iter().any(|column| aggregates(&asked.sql()[column.span.clone()]));
    if !is_whole || !one_by_one || !(2..=MOST_ARMS).contains(&or.arms.len()) {
        return None;
    }
    let before = asked.piece(&(part.span.start..or.span.start));
    let behind = asked.piece(&(or.span.end..part.span.end));
    let arms: Vec<String> = or.arms.iter().map(|arm| asked.piece(&arm.span)).collect();
    let selects: Vec<String> = arms
        .iter()
        .enumerate()
        .map(|(at, arm)| {
            // A row that an earlier arm gives is not given again; an arm that is NULL gives none.
            let without = arms[..at].iter().map(|other| format!(" AND ({other}) IS NOT TRUE"));
            format!("{before}({arm}){}{behind}", without.collect::<String>())
        })
        .collect();
    let sql = format!(
        "{}{}{}",
        asked.piece(&(0..part.span.start)),
        selects.join("\nUNION ALL\n"),
        asked.piece(&(part.span.end..asked.sql().len()))
    );
    let why = "Each arm has a SELECT of its own, which can use its own index; IS NOT TRUE keeps rows \
               that fit several arms from coming twice.";
    Some(Candidate { sql, why: why.to_owned(), same_order: false })
}
