//! OFFSET as the key of the last row of the page before.

use scanseek_engine::Value;
use scanseek_schema::{quote_name, quote_text};
use scanseek_sql::{Expression, Part, Verb, words};

use super::{Candidate, proven, with_condition};
use crate::findings::Rewrite;
use crate::findings::inquiry::{Inquiry, Reading};
use crate::findings::text::{aggregates, upper_words};

pub(in crate::findings) fn rewrite(asked: &Inquiry<'_>, offset: i64) -> Option<Rewrite> {
    let clauses = asked.clauses.filter(|clauses| clauses.verb == Verb::Select)?;
    let query = &clauses.query;
    let ([part], Some(order), Some(limit)) =
        (query.parts.as_slice(), &query.order_by, &query.limit)
    else {
        return None;
    };
    let one_by_one = part.from.len() == 1
        && part.distinct.is_none()
        && part.group_by.is_none()
        && part.having.is_empty()
        && !part.columns.iter().any(|column| aggregates(&asked.sql()[column.span.clone()]));
    let reading = asked.readings.iter().find(|reading| std::ptr::eq(reading.part, part))?;
    if !one_by_one || offset < 1 {
        return None;
    }
    let terms: Vec<Term> = order
        .terms
        .iter()
        .map(|term| Term::read(asked, reading, part, term))
        .collect::<Option<_>>()?;
    let descends = terms.first()?.descends;
    // A row value has one direction. Rows with NULL come last in a descending order, where no key is
    // behind them.
    if terms.iter().any(|term| term.descends != descends || (descends && term.may_be_null)) {
        return None;
    }
    let mut keys: Vec<String> = terms.iter().map(|term| term.sql.clone()).collect();
    keys.extend(rest_of_key(reading, &terms)?);
    let direction = if descends { " DESC" } else { "" };
    let order_by = keys.iter().map(|key| format!("{key}{direction}")).collect::<Vec<_>>();
    let order_by = format!("ORDER BY {}", order_by.join(", "));
    let values = last_key(asked, part, &keys, &order_by, offset)?;
    let sign = if descends { "<" } else { ">" };
    let behind = match (keys.as_slice(), values.as_slice()) {
        ([key], [value]) => format!("{key} {sign} {value}"),
        _ => format!("({}) {sign} ({})", keys.join(", "), values.join(", ")),
    };
    let columns_end = part.columns.last()?.span.end;
    let sql = format!(
        "{}{} {order_by} LIMIT {}",
        asked.piece(&(0..columns_end)),
        with_condition(asked, part, &behind)?,
        asked.piece(&limit.rows)
    );
    let why = format!(
        "{} is the key of the last row of the page before, which the program has shown. With the \
         primary key in it no two rows have the same.",
        behind.split_once(sign).map_or("", |(_, value)| value).trim()
    );
    proven(asked, Candidate { sql, why, same_order: true })
}

struct Term {
    /// Without its direction.
    sql: String,
    /// The column, if it is one alone in its own collation.
    column: Option<String>,
    descends: bool,
    may_be_null: bool,
}

impl Term {
    fn read(
        asked: &Inquiry<'_>,
        reading: &Reading<'_>,
        part: &Part,
        term: &Expression,
    ) -> Option<Self> {
        let mut text = asked.piece(&term.span);
        let all = upper_words(&text);
        if all.iter().any(|word| word == "NULLS") || !term.subqueries.is_empty() {
            return None;
        }
        let descends = all.last().is_some_and(|word| word == "DESC");
        for direction in ["DESC", "ASC"] {
            if all.last().is_some_and(|word| word == direction) {
                let cut = text.trim_end().len() - direction.len();
                text.truncate(cut);
            }
        }
        let sql = text.trim().to_owned();
        // Only what is made of the table's own columns means the same in WHERE.
        let columns: Vec<_> =
            term.columns.iter().map(|name| reading.column(name)).collect::<Option<_>>()?;
        let [first, ..] = columns.as_slice() else { return None };
        for name in &term.columns {
            let is_alias = part.columns.iter().any(|column| {
                let given = words(&asked.sql()[column.span.clone()]);
                let is_last =
                    given.last().is_some_and(|last| last.eq_ignore_ascii_case(&name.name));
                is_last && given.len() > 1 && given[given.len() - 2] != "."
            });
            if is_alias {
                return None;
            }
        }
        let alone = words(&sql).len() == term.columns[0].table.iter().len() * 2 + 1;
        let is_rowid = reading
            .table
            .rowid_column()
            .is_some_and(|at| reading.table.columns[at].name == first.name);
        Some(Self {
            sql,
            column: alone.then(|| first.name.clone()),
            descends,
            may_be_null: !alone || !(first.not_null || is_rowid),
        })
    }
}

/// The columns of the primary key that are not among the terms.
fn rest_of_key(reading: &Reading<'_>, terms: &[Term]) -> Option<Vec<String>> {
    let table = reading.table;
    let mut key: Vec<String> = if let Some(at) = table.rowid_column() {
        vec![table.columns[at].name.clone()]
    } else if table.without_rowid {
        let mut columns: Vec<_> =
            table.columns.iter().filter(|column| column.primary_key_position > 0).collect();
        columns.sort_by_key(|column| column.primary_key_position);
        columns.iter().map(|column| column.name.clone()).collect()
    } else if table.column("rowid").is_none() {
        vec!["rowid".to_owned()]
    } else {
        return None;
    };
    let is_term = |name: &String| {
        terms.iter().any(|term| term.column.as_ref().is_some_and(|c| c.eq_ignore_ascii_case(name)))
    };
    key.retain(|name| !is_term(name));
    let label = reading.item.alias.as_ref();
    Some(
        key.iter()
            .map(|name| match label {
                Some(label) => format!("{}.{}", quote_name(label), quote_name(name)),
                None => quote_name(name),
            })
            .collect(),
    )
}

/// The key of the row before the first one of the page.
fn last_key(
    asked: &Inquiry<'_>,
    part: &Part,
    keys: &[String],
    order_by: &str,
    offset: i64,
) -> Option<Vec<String>> {
    let from = part.columns.last()?.span.end..part.span.end;
    let sql = format!(
        "{}SELECT {}{} {order_by} LIMIT 1 OFFSET {}",
        asked.piece(&(0..part.span.start)),
        keys.join(", "),
        asked.piece(&from),
        offset - 1
    );
    let row = asked.rows(&sql, 1)?.pop()?;
    row.iter().map(literal).collect()
}

/// A value as SQL. No key is behind a NULL.
fn literal(value: &Value) -> Option<String> {
    match value {
        Value::Integer(integer) => Some(integer.to_string()),
        Value::Real(real) if real.is_finite() => Some(format!("{real:?}")),
        Value::Text { text, lossy: false, cut_from: None } if !text.contains('\0') => {
            Some(quote_text(text))
        }
        Value::Blob { head, bytes } if head.len() as u64 == *bytes => {
            let digits: String = head.iter().map(|byte| format!("{byte:02X}")).collect();
            Some(format!("X'{digits}'"))
        }
        _ => None,
    }
}
