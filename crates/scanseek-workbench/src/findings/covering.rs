//! `SELECT *` where an index would do for the columns that are looked at.

use scanseek_plan::grouped;
use scanseek_schema::quote_name;

use super::inquiry::{Inquiry, Words};
use super::{Finding, Rule};

/// Page requests that are worth naming columns for.
const SAVED_PAGES: u64 = 100;

pub(super) fn find(asked: &Inquiry<'_>, found: &mut Vec<Finding>) {
    let Some(clauses) = asked.clauses else { return };
    let [part] = clauses.query.parts.as_slice() else { return };
    let [star] = part.columns.as_slice() else { return };
    let text = asked.sql()[star.span.clone()].trim();
    let is_star = text == "*" || text.ends_with(".*");
    let (Some(reading), true, 1) = (
        asked.readings.iter().find(|reading| std::ptr::eq(reading.part, part)),
        is_star,
        part.from.len(),
    ) else {
        return;
    };
    let used = reading.access.index.as_ref().filter(|used| !used.covering && !used.automatic);
    let Some(name) = used.and_then(|used| used.name.as_deref()) else { return };
    let index = reading.table.indexes.iter().find(|index| index.name == name);
    let (Some(index), Some(counters)) = (index, asked.planned.counters) else { return };
    let mut columns: Vec<String> =
        index.columns.iter().filter_map(|column| column.name.as_deref()).map(quote_name).collect();
    if let Some(at) = reading.table.rowid_column() {
        let rowid = quote_name(&reading.table.columns[at].name);
        if !columns.contains(&rowid) {
            columns.push(rowid);
        }
    }
    if columns.is_empty() || columns.len() >= reading.table.columns.len() {
        return;
    }
    let variant = asked.edited(&[(star.span.clone(), &columns.join(", "))]);
    let covers = |plan: &scanseek_plan::Plan| {
        plan.nodes.iter().find_map(|node| {
            let used = node.op.index_use()?;
            (used.covering && used.name.as_deref() == Some(name)).then(|| node.detail.clone())
        })
    };
    let Some(detail) = asked.explain(&variant).as_ref().and_then(covers) else { return };
    let Some(run) = asked.run(&variant, Some(counters.vm_steps)) else { return };
    let pages = run.measured.counters.page_requests;
    let saved = counters.page_requests.saturating_sub(pages);
    if saved < SAVED_PAGES || pages * 2 > counters.page_requests {
        return;
    }
    let words = Words {
        message: format!(
            "For each of {} rows found in {name} the table is looked up, too, since * asks for all {} columns.",
            grouped(counters.rows_returned),
            reading.table.columns.len()
        ),
        proof: format!(
            "Run with only {} SQLite plans “{detail}” and takes {} page requests in place of {}.",
            columns.join(", "),
            grouped(pages),
            grouped(counters.page_requests)
        ),
        advice: "Name the columns that are needed. If a few more than the index has are among them, add \
                 those to the index."
            .to_owned(),
    };
    found.push(asked.finding(Rule::SelectStar, reading.node, &star.span, words));
}
