//! Orders: by random numbers, by another collation than the index, and pages of an order by OFFSET.

use scanseek_plan::{Op, TempBTreeUse, Work, grouped};
use scanseek_schema::quote_name;

use super::inquiry::{FEW_ROWS, Inquiry, Words};
use super::plain::{sorted_rows, sorts};
use super::text::{Around, around, collation_in, has_word, shown, upper_words, without_collate};
use super::{Finding, Rule, rewrites};

pub(super) fn find(asked: &Inquiry<'_>, found: &mut Vec<Finding>) {
    found.extend(random(asked));
    found.extend(collation(asked));
    found.extend(offset(asked));
}

// ---- ORDER BY random()

fn random(asked: &Inquiry<'_>) -> Option<Finding> {
    let order = asked.clauses?.query.order_by.as_ref()?;
    let term = order
        .terms
        .iter()
        .find(|term| upper_words(&asked.sql()[term.span.clone()]).concat() == "RANDOM()")?;
    let node = asked.plan().nodes.iter().find(|node| {
        matches!(node.op, Op::TempBTree { purpose: TempBTreeUse::OrderBy })
            && asked.plan().node(node.parent).is_none()
    })?;
    let rows = sorted_rows(asked.plan(), node);
    if rows.is_some_and(|rows| rows < FEW_ROWS) {
        return None;
    }
    // A shuffle of all rows is what was asked for.
    let wanted = asked.planned.counters.map(|counters| counters.rows_returned);
    if rows.zip(wanted).is_some_and(|(rows, wanted)| wanted * 2 > rows) {
        return None;
    }
    let without = asked.edited(&[(order.span.clone(), "")]);
    let plain = asked.is_measured().then(|| asked.run(&without, None)).flatten();
    let proof = match (plain, asked.planned.counters) {
        (Some(run), Some(counters)) => format!(
            "Run without it, the statement takes {} VM steps in place of {}.",
            grouped(run.measured.counters.vm_steps),
            grouped(counters.vm_steps)
        ),
        _ => format!("SQLite plans “{}”. It was not run.", node.detail),
    };
    let message = match (rows, wanted) {
        (Some(rows), Some(wanted)) => format!(
            "{} rows get a random number each and are sorted by it, to give {}.",
            grouped(rows),
            grouped(wanted)
        ),
        _ => "Every row gets a random number and is sorted by it.".to_owned(),
    };
    let advice = "To pick a few rows, pick random keys first: WHERE rowid IN (SELECT rowid FROM … ORDER \
                  BY random() LIMIT …) sorts keys only, and WHERE rowid >= abs(random()) % (SELECT \
                  max(rowid) FROM …) LIMIT 1 sorts nothing.";
    let cost = asked.cost(&[node.id]);
    let words = Words { message, proof, advice: advice.to_owned() };
    Some(asked.finding_of(Rule::OrderByRandom, Some(node.id), &term.span, words, cost))
}

// ---- ORDER BY … COLLATE

fn collation(asked: &Inquiry<'_>) -> Option<Finding> {
    let query = &asked.clauses?.query;
    let order = query.order_by.as_ref()?;
    let node = asked.plan().nodes.iter().find(|node| {
        matches!(node.op, Op::TempBTree { purpose: TempBTreeUse::OrderBy })
            && asked.plan().node(node.parent).is_none()
    })?;
    if sorted_rows(asked.plan(), node).is_some_and(|rows| rows < FEW_ROWS) {
        return None;
    }
    order.terms.iter().find_map(|term| {
        let [name] = term.columns.as_slice() else { return None };
        let reading = asked.readings.iter().find(|r| {
            std::ptr::eq(r.query, query) && r.column(name).is_some() && !r.is_small()
        })?;
        let column = reading.column(name)?;
        let text = asked.piece(&term.span);
        let descends = has_word(&text, &["DESC"]);
        let end = name.span.start
            + without_direction(&asked.sql()[name.span.start..term.span.end]).len();
        let side = term.span.start..end;
        let now = match around(asked.sql(), &side, name) {
            Around::Nothing => column.collation.clone(),
            Around::Collate(collation) => collation,
            Around::Computed => return None,
        };
        let indexes = reading.table.indexes.iter().filter_map(|index| {
            let key = index.columns.iter().find(|key| {
                key.name.as_deref().is_some_and(|key| key.eq_ignore_ascii_case(&column.name))
            })?;
            (!key.collation.eq_ignore_ascii_case(&now)).then_some((index, &key.collation))
        });
        let (index, by) = indexes.into_iter().find(|(_, by)| {
            let direction = if descends { " DESC" } else { "" };
            let bare = without_collate(&asked.sql()[side.clone()]);
            let other = format!("{bare} COLLATE {}{direction}", quote_name(by));
            let variant = asked.edited(&[(term.span.clone(), &other)]);
            asked.explain(&variant).is_some_and(|plan| sorts(&plan) < sorts(asked.plan()))
        })?;
        let key = format!("{} COLLATE {}", quote_name(&column.name), quote_name(&now));
        let wanted = asked.index_on(reading.table, &[key]);
        let helps = asked
            .explain_with(&wanted.ddl, asked.sql())
            .is_some_and(|plan| sorts(&plan) < sorts(asked.plan()));
        let advice = if helps {
            format!("With {} SQLite would not sort; or order by {by}, if that is meant.", wanted.ddl)
        } else {
            format!("Order by {by}, if that is meant.")
        };
        let words = Words {
            message: format!(
                "The order goes by {now}, and the index {} is sorted by {by}: the rows are sorted once more.",
                index.name
            ),
            proof: format!("With COLLATE {by} SQLite plans no “{}”.", node.detail),
            advice,
        };
        debug_assert!(collation_in(&text).is_none_or(|named| named.eq_ignore_ascii_case(&now)));
        Some(asked.finding(Rule::CollationMismatch, node, &term.span, words))
    })
}

fn without_direction(text: &str) -> &str {
    let trimmed = text.trim_end();
    for direction in ["DESC", "ASC"] {
        let Some(at) = trimmed.len().checked_sub(direction.len()) else { continue };
        if trimmed.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(direction)) {
            return trimmed[..at].trim_end();
        }
    }
    trimmed
}

// ---- OFFSET

fn offset(asked: &Inquiry<'_>) -> Option<Finding> {
    let limit = asked.clauses?.query.limit.as_ref()?;
    let span = limit.offset.as_ref()?;
    let skipped = asked.integer(span).filter(|skipped| *skipped >= FEW_ROWS as i64)?;
    let counters = asked.planned.counters?;
    let first = asked.edited(&[(span.clone(), "0")]);
    let run = asked.run(&first, None)?;
    let of_first = run.measured.counters;
    let work = Work {
        vm_steps: counters.vm_steps.saturating_sub(of_first.vm_steps),
        page_requests: counters.page_requests.saturating_sub(of_first.page_requests),
        page_reads: counters.page_reads.saturating_sub(of_first.page_reads),
    };
    let rewrite = rewrites::keyset::rewrite(asked, skipped);
    // All rows are sorted for the first page, too: passing some over is not what costs.
    let cost = asked.cost_of(work)?;
    if rewrite.is_none() && cost.share < 0.1 {
        return None;
    }
    let node = asked.plan().nodes.iter().find(|node| node.op.access().is_some());
    let mut finding = asked.finding_of(
        Rule::OffsetPaging,
        node.map(|node| node.id),
        &limit.span,
        Words {
            message: format!(
                "{} rows are read and thrown away before the first of {} is given.",
                grouped(skipped.unsigned_abs()),
                grouped(counters.rows_returned)
            ),
            proof: format!(
                "Run with OFFSET 0 it takes {} VM steps and {} page requests, and with {} it takes {} and {}.",
                grouped(of_first.vm_steps),
                grouped(of_first.page_requests),
                shown(&asked.sql()[limit.span.clone()]),
                grouped(counters.vm_steps),
                grouped(counters.page_requests)
            ),
            advice: "Remember the key of the last row shown, and go on behind it: WHERE (order, key) > \
                     (…, …) ORDER BY order, key LIMIT …"
                .to_owned(),
        },
        Some(cost),
    );
    finding.rewrite = rewrite;
    Some(finding)
}
