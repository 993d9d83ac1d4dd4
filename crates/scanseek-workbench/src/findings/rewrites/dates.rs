//! A function on a date or the beginning of a text, as a range of the column itself.

use scanseek_engine::Value;
use scanseek_schema::{quote_name, quote_text};
use scanseek_sql::{Comparison, Expression, words};

use super::{Candidate, proven};
use crate::findings::Rewrite;
use crate::findings::inquiry::{Inquiry, Reading};
use crate::findings::text::{Side, text_literal, upper_words};

/// What the function leaves of the column's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Day,
    Month,
    Year,
    /// The first characters.
    Beginning(usize),
}

pub(in crate::findings) fn rewrite(
    asked: &Inquiry<'_>,
    reading: &Reading<'_>,
    expression: &Expression,
    comparison: &Comparison,
    side: &Side<'_>,
    other: &Side<'_>,
) -> Option<Rewrite> {
    // Other collations sort texts in another order than their characters.
    let [name] = side.columns.as_slice() else { return None };
    let column = reading.column(name)?;
    if !column.collation.eq_ignore_ascii_case("BINARY") {
        return None;
    }
    let text = &asked.sql()[side.span.clone()];
    let name = &asked.sql()[name.span.clone()];
    let (unit, is_number) = unit(text, name)?;
    let operator = match (comparison.left == side.span, comparison.operator.as_str()) {
        (_, "=" | "==" | "IS") => "=",
        (true, "BETWEEN") => "BETWEEN",
        (true, "<") | (false, ">") => "<",
        (true, "<=") | (false, ">=") => "<=",
        (true, ">") | (false, "<") => ">",
        (true, ">=") | (false, "<=") => ">=",
        _ => return None,
    };
    let bounds = bounds(asked, unit, is_number, operator, other)?;
    if !holds_for_all_rows(asked, reading, unit, &column.name)? {
        return None;
    }
    let condition: Vec<String> =
        bounds.iter().map(|(operator, value)| format!("{name} {operator} {value}")).collect();
    let sql = asked.edited(&[(expression.span.clone(), &condition.join(" AND "))]);
    let why = match unit {
        Unit::Beginning(_) => format!(
            "All values of {} are texts, and those that begin so lie between these two.",
            column.name
        ),
        _ => format!(
            "All values of {} are dates as ISO text, and those sort as texts do in time.",
            column.name
        ),
    };
    proven(asked, Candidate { sql, why, same_order: false })
}

/// The unit that a call leaves, and whether it is made a number.
fn unit(text: &str, column: &str) -> Option<(Unit, bool)> {
    let plain = upper_words(text);
    let given = words(text);
    let column = upper_words(column);
    let call = |prefix: &[&str], suffix: &[&str]| {
        let length = prefix.len() + column.len() + suffix.len();
        plain.len() == length
            && plain.iter().zip(prefix).all(|(word, wanted)| word == wanted || *wanted == "*")
            && plain[prefix.len()..prefix.len() + column.len()] == column[..]
            && plain[prefix.len() + column.len()..]
                .iter()
                .zip(suffix)
                .all(|(word, wanted)| word == wanted || *wanted == "*")
    };
    let of_format = |at: usize| match given.get(at).map(String::as_str) {
        Some("%Y-%m-%d") => Some(Unit::Day),
        Some("%Y-%m") => Some(Unit::Month),
        Some("%Y") => Some(Unit::Year),
        _ => None,
    };
    if call(&["DATE", "("], &[")"]) {
        return Some((Unit::Day, false));
    }
    if call(&["STRFTIME", "(", "*", ","], &[")"]) {
        return Some((of_format(2)?, false));
    }
    if call(&["CAST", "(", "STRFTIME", "(", "*", ","], &[")", "AS", "INTEGER", ")"]) {
        return (of_format(4)? == Unit::Year).then_some((Unit::Year, true));
    }
    for function in ["SUBSTR", "SUBSTRING"] {
        if call(&[function, "("], &[",", "1", ",", "*", ")"]) {
            let length = given.get(given.len() - 2)?.parse().ok()?;
            return Some((Unit::Beginning(length), false));
        }
    }
    None
}

/// Comparisons of the bare column, with their right sides as SQL.
fn bounds(
    asked: &Inquiry<'_>,
    unit: Unit,
    is_number: bool,
    operator: &str,
    other: &Side<'_>,
) -> Option<Vec<(&'static str, String)>> {
    let value = |text: &str| if is_number { number(text) } else { text_literal(text) };
    let text = &asked.sql()[other.span.clone()];
    if let Unit::Beginning(length) = unit {
        let value = text_literal(text)?;
        if operator != "=" || length == 0 || value.chars().count() != length {
            return None;
        }
        let next = after(&value)?;
        return Some(vec![(">=", quote_text(&value)), ("<", quote_text(&next))]);
    }
    if let Some(Value::Text { text: value, .. }) = asked.parameter(&other.span) {
        // Of a parameter only the day after can be told in SQL as short.
        let parameter = asked.piece(&other.span).trim().to_owned();
        if unit != Unit::Day || span_of(unit, value).is_none() || operator == "BETWEEN" {
            return None;
        }
        let range = (parameter.clone(), format!("date({parameter}, '+1 day')"));
        return Some(compared(operator, &range, &range));
    }
    let range = |text: &str| {
        let (start, end) = span_of(unit, &value(text)?)?;
        let end = match end {
            Some(end) => end,
            None => next_day(asked, &start)?,
        };
        Some((quote_text(&start), quote_text(&end)))
    };
    if operator == "BETWEEN" {
        let at = scanseek_sql::word_spans(text)
            .into_iter()
            .find(|span| text[span.clone()].eq_ignore_ascii_case("AND"))?;
        return Some(compared(operator, &range(&text[..at.start])?, &range(&text[at.end..])?));
    }
    let one = range(text)?;
    Some(compared(operator, &one, &one))
}

/// From the beginning of the first range, or to the end of the second.
fn compared(
    operator: &str,
    (start, end): &(String, String),
    (_, last): &(String, String),
) -> Vec<(&'static str, String)> {
    match operator {
        "<" => vec![("<", start.clone())],
        "<=" => vec![("<", end.clone())],
        ">" => vec![(">=", end.clone())],
        ">=" => vec![(">=", start.clone())],
        _ => vec![(">=", start.clone()), ("<", last.clone())],
    }
}

fn number(text: &str) -> Option<String> {
    let number: u32 = text.trim().parse().ok()?;
    (number <= 9998).then(|| format!("{number:04}"))
}

/// The first day of a unit as ISO text, and the day behind its last; `None` for that of a day.
fn span_of(unit: Unit, value: &str) -> Option<(String, Option<String>)> {
    let digits = |range: std::ops::Range<usize>| -> Option<u32> {
        let digits = value.get(range)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let dashes =
        |places: &[usize]| places.iter().all(|at| value.as_bytes().get(*at) == Some(&b'-'));
    let year = digits(0..4).filter(|year| *year <= 9998)?;
    match (unit, value.len()) {
        (Unit::Year, 4) => {
            Some((format!("{year:04}-01-01"), Some(format!("{:04}-01-01", year + 1))))
        }
        (Unit::Month, 7) if dashes(&[4]) => {
            let month = digits(5..7).filter(|month| (1..=12).contains(month))?;
            let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            Some((format!("{year:04}-{month:02}-01"), Some(format!("{next_year:04}-{next:02}-01"))))
        }
        (Unit::Day, 10) if dashes(&[4, 7]) => {
            digits(5..7).filter(|month| (1..=12).contains(month))?;
            // The last days of months are left to those that have them.
            digits(8..10).filter(|day| (1..=28).contains(day) || has_day(value))?;
            Some((value.to_owned(), None))
        }
        _ => None,
    }
}

/// Of days after the 28th: the month has it.
fn has_day(value: &str) -> bool {
    let part = |range: std::ops::Range<usize>| value[range].parse::<u32>().unwrap_or(0);
    let (year, month, day) = (part(0..4), part(5..7), part(8..10));
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (1..=days).contains(&day)
}

fn next_day(asked: &Inquiry<'_>, day: &str) -> Option<String> {
    let sql = format!("SELECT date({}, '+1 day')", quote_text(day));
    match asked.rows(&sql, 1)?.pop()?.pop()? {
        Value::Text { text, .. } => Some(text),
        _ => None,
    }
}

/// The text with its last character replaced by the one behind it.
fn after(text: &str) -> Option<String> {
    let last = text.chars().next_back().filter(|last| (' '..='}').contains(last))?;
    let next = char::from(last as u8 + 1);
    Some(format!("{}{next}", &text[..text.len() - last.len_utf8()]))
}

/// What the rewrite rests on is asked of every row.
fn holds_for_all_rows(
    asked: &Inquiry<'_>,
    reading: &Reading<'_>,
    unit: Unit,
    column: &str,
) -> Option<bool> {
    let (table, column) = (quote_name(&reading.table.name), quote_name(column));
    let otherwise = match unit {
        Unit::Beginning(_) => format!("typeof({column}) NOT IN ('text', 'null')"),
        _ => format!(
            "{column} IS NOT NULL AND (typeof({column}) <> 'text' OR date({column}) IS NOT substr({column}, 1, 10))"
        ),
    };
    let sql = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE {otherwise})");
    match asked.rows(&sql, 1)?.pop()?.pop()? {
        Value::Integer(found) => Some(found == 0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read() {
        for (text, expected) in [
            ("date(day)", Some((Unit::Day, false))),
            ("DATE ( o.day )", None),
            ("date(day, 'localtime')", None),
            ("strftime('%Y-%m', day)", Some((Unit::Month, false))),
            ("strftime('%m', day)", None),
            ("CAST(strftime('%Y', day) AS INTEGER)", Some((Unit::Year, true))),
            ("CAST(strftime('%Y-%m', day) AS INTEGER)", None),
            ("substr(day, 1, 7)", Some((Unit::Beginning(7), false))),
            ("substr(day, 2, 7)", None),
        ] {
            assert_eq!(unit(text, "day"), expected, "{text}");
        }
        assert_eq!(unit("DATE ( o.day )", "o.day"), Some((Unit::Day, false)));
    }

    #[test]
    fn ranges_end_where_the_next_begins() {
        let some =
            |start: &str, end: Option<&str>| Some((start.to_owned(), end.map(str::to_owned)));
        for (unit, value, expected) in [
            (Unit::Year, "2024", some("2024-01-01", Some("2025-01-01"))),
            (Unit::Month, "2024-12", some("2024-12-01", Some("2025-01-01"))),
            (Unit::Month, "2024-13", None),
            (Unit::Month, "2024-1", None),
            (Unit::Day, "2024-02-29", some("2024-02-29", None)),
            (Unit::Day, "2023-02-29", None),
            (Unit::Day, "2023-04-31", None),
            (Unit::Day, "2023-4-3", None),
            (Unit::Year, "9999", None),
            (Unit::Year, "äöü", None),
        ] {
            assert_eq!(span_of(unit, value), expected, "{value}");
        }
        assert_eq!(after("2024-0").as_deref(), Some("2024-1"));
        assert_eq!(after("a9").as_deref(), Some("a:"));
        assert_eq!(after("ü"), None);
    }
}
