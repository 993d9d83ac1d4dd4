//! Counting all rows of a table.

use scanseek_plan::grouped;
use scanseek_schema::quote_name;

use super::inquiry::{Inquiry, Words};
use super::plain::uses;
use super::text::upper_words;
use super::{Finding, Rule};

/// Counting fewer rows than this is done at once.
const MANY_ROWS: u64 = 10_000;
/// Pages that are read for one number.
const MANY_PAGES: u64 = 30;

pub(super) fn find(asked: &Inquiry<'_>, found: &mut Vec<Finding>) {
    let Some(clauses) = asked.clauses else { return };
    for part in clauses.query.all().iter().flat_map(|query| &query.parts) {
        let [column] = part.columns.as_slice() else { continue };
        let words = upper_words(&asked.sql()[column.span.clone()]);
        let call: String = words.iter().take(4).map(String::as_str).collect();
        let counts = matches!(call.as_str(), "COUNT(*)" | "COUNT(1)");
        let is_alone = words.len() == 4 || words.get(4).is_some_and(|word| is_alias(word));
        let all = part.from.len() == 1 && part.conditions.is_empty() && part.group_by.is_none();
        if !counts || !is_alone || !all {
            continue;
        }
        let reading = asked.readings.iter().find(|reading| std::ptr::eq(reading.part, part));
        let Some(reading) = reading else { continue };
        let Some(cost) = asked.cost(&[reading.node.id]) else { continue };
        let rows = match (reading.node.loops, reading.table.row_count) {
            (Some(loops), _) => loops.rows_visited,
            (None, Some(rows)) => rows,
            (None, None) => continue,
        };
        if rows < MANY_ROWS || cost.work.page_requests < MANY_PAGES {
            continue;
        }
        let table = reading.table;
        let narrow = table
            .columns
            .iter()
            .find(|column| column.declared_type.to_ascii_uppercase().contains("INT"))
            .filter(|_| reading.access.index.is_none())
            .map(|column| asked.index_on(table, &[quote_name(&column.name)]))
            .filter(|index| {
                asked.explain_with(&index.ddl, asked.sql()).is_some_and(|plan| uses(&plan, index))
            });
        let advice = match narrow {
            Some(index) => format!(
                "Any narrow index is quicker to count than the table: with {} SQLite would scan that. For a number at once, keep a count by triggers.",
                index.ddl
            ),
            None => "For a number at once keep a count by triggers; where a rough one will do, \
                     sqlite_stat1 has one after ANALYZE."
                .to_owned(),
        };
        let words = Words {
            message: format!(
                "To count {} rows of {}, the smallest b-tree that has them all is read from end to end.",
                grouped(rows),
                table.name
            ),
            proof: format!(
                "Counted in this run: “{}” took {} page requests for one number.",
                reading.node.detail,
                grouped(cost.work.page_requests)
            ),
            advice,
        };
        let node = Some(reading.node.id);
        found.push(asked.finding_of(Rule::CountAll, node, &column.span, words, Some(cost)));
    }
}

fn is_alias(word: &str) -> bool {
    word == "AS" || word.starts_with(|c: char| c.is_alphabetic() || c == '"')
}
