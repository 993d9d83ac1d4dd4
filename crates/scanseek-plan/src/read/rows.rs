//! The rows of EXPLAIN QUERY PLAN, one a line: `.mode` list, tabs, csv, quote, column, markdown, table
//! and box of the shell, and what other tools print that is like one of them; and `.mode line`.

use super::{Line, ReadPlanError, legacy};
use crate::plan::Plan;

/// id, parent and detail; before 3.24 selectid, order and detail.
pub(super) type Row = (i64, i64, String);

/// The rows, and whether their heading says that they are those of SQLite before 3.24.
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
    pub(super) legacy: bool,
}

/// The rows as a tree.
pub(super) fn plan(Table { mut rows, legacy }: Table) -> Result<Plan, ReadPlanError> {
    // Ids are addresses in the program, and its first instruction is no step.
    if legacy || rows.iter().any(|(id, _, _)| *id == 0) {
        return Ok(legacy::plan(&rows));
    }
    let mut ids: Vec<i64> = rows.iter().map(|(id, _, _)| *id).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(ReadPlanError::SeveralPlans);
    }
    // A table may have been sorted by another column. SQLite's order is that of the ids.
    rows.sort_by_key(|(id, _, _)| *id);
    Ok(Plan::from_rows(rows))
}

/// Reads lines with a row each, if there is one.
pub(super) fn in_lines(lines: &[Line<'_>]) -> Result<Option<Table>, ReadPlanError> {
    let mut table = Table { rows: Vec::new(), legacy: false };
    let mut unread = None;
    for line in lines {
        let text = line.text.trim();
        if let Some(row) = row(text) {
            if let Some(line) = unread {
                return Err(ReadPlanError::BadLine { line });
            }
            table.rows.push(row);
        } else if let Some(rest) = continued(text)
            && let Some((_, _, detail)) = table.rows.last_mut()
        {
            detail.push(' ');
            detail.push_str(rest);
        } else if is_heading(text) {
            table.legacy |= text.to_ascii_lowercase().contains("selectid");
        } else if !is_ruler(text) && !table.rows.is_empty() {
            unread = unread.or(Some(line.number));
        }
    }
    Ok((!table.rows.is_empty()).then_some(table))
}

/// Reads `2|0|0|SCAN t` with any separator; the third number may be missing.
fn row(text: &str) -> Option<Row> {
    let (text, border) = without_border(text);
    let (id, rest) = number(text)?;
    let (parent, rest) = number(rest)?;
    let rest = number(rest).map_or(rest, |(_, rest)| rest);
    let detail = match border && rest.contains("\\|") {
        true => rest.replace("\\|", "|"),
        false => rest.to_owned(),
    };
    let detail = unquoted(detail.trim());
    detail.starts_with(|c: char| c.is_ascii_uppercase()).then_some((id, parent, detail))
}

/// A whole number and the separator behind it.
fn number(text: &str) -> Option<(i64, &str)> {
    let text = text.trim_start();
    let text = text.strip_prefix('"').unwrap_or(text);
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let number = text[..end].parse().ok()?;
    let behind = &text[end..];
    let spaces = behind.strip_prefix('"').unwrap_or(behind).trim_start_matches(' ');
    let rest = spaces.strip_prefix(['|', '│', '║', ',', ';', '\t', '\u{1f}']).unwrap_or(spaces);
    (rest.len() < behind.len()).then_some((number, rest.trim_start_matches(' ')))
}

const BORDERS: [char; 3] = ['|', '│', '║'];

fn without_border(text: &str) -> (&str, bool) {
    match text.strip_prefix(BORDERS) {
        Some(rest) => (rest.strip_suffix(BORDERS).unwrap_or(rest), true),
        None => (text, false),
    }
}

/// `"SCAN ""t"""` and `'SCAN t'` without their quotes.
fn unquoted(text: &str) -> String {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner.replace(&format!("{quote}{quote}"), &quote.to_string());
        }
    }
    text.to_owned()
}

/// The rest of a detail that was broken into lines inside a box: all other cells are empty.
fn continued(text: &str) -> Option<&str> {
    let (inner, border) = without_border(text);
    let mut cells = inner.split(BORDERS);
    let rest = cells.next_back()?.trim();
    let others: Vec<&str> = cells.collect();
    let empty = others.len() >= 2 && others.iter().all(|cell| cell.trim().is_empty());
    (border && empty && !rest.is_empty()).then_some(rest)
}

fn is_heading(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.contains("detail") && (lower.contains("parent") || lower.contains("selectid"))
}

fn is_ruler(text: &str) -> bool {
    text.chars().all(|c| "-+|=: \t".contains(c) || ('\u{2500}'..='\u{257f}').contains(&c))
}

/// Reads `.mode line`: `id = 2` and so on, a detail at the end of each row.
pub(super) fn as_pairs(lines: &[Line<'_>]) -> Option<Table> {
    let mut table = Table { rows: Vec::new(), legacy: false };
    let (mut id, mut parent) = (None, None);
    for line in lines {
        let Some((key, value)) = line.text.split_once(" = ") else { continue };
        match key.trim() {
            "id" | "selectid" => {
                table.legacy |= key.trim() == "selectid";
                id = value.trim().parse().ok();
            }
            "parent" | "order" => parent = value.trim().parse().ok(),
            "detail" => table.rows.push((id.take()?, parent.take()?, value.to_owned())),
            _ => {}
        }
    }
    (!table.rows.is_empty()).then_some(table)
}
