//! Rows as programs print them: JSON, tuples and dictionaries of Python, objects of JavaScript, rows
//! with names, INSERT of SQL. Only the innermost brackets are looked at, and those that hold two or
//! three whole numbers and a text are rows.

use super::Line;
use super::rows::{Row, Table};

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Number(i64),
    Text(String),
    Other,
}

enum Token {
    Open,
    Close,
    /// `:`, `=` or `=>`: what stands before it is a name.
    Names,
    Value(Value),
}

/// The rows of a text, if it has any.
pub(super) fn rows(lines: &[Line<'_>]) -> Option<Table> {
    let text: Vec<&str> = lines.iter().map(|line| line.text).collect();
    let mut table = Table { rows: Vec::new(), legacy: false };
    let mut group: Option<Vec<(Option<String>, Value)>> = None;
    for token in tokens(&text.join("\n"))? {
        match (token, &mut group) {
            (Token::Open, group) => *group = Some(Vec::new()),
            (Token::Close, group) => {
                if let Some((row, legacy)) = group.take().and_then(row) {
                    table.rows.push(row);
                    table.legacy |= legacy;
                }
            }
            (Token::Names, Some(values)) => {
                if let Some((_, Value::Text(name))) = values.pop() {
                    values.push((Some(name), Value::Other));
                }
            }
            (Token::Value(value), Some(values)) => match values.last_mut() {
                Some((Some(_), named @ Value::Other)) => *named = value,
                _ => values.push((None, value)),
            },
            (_, None) => {}
        }
    }
    (!table.rows.is_empty()).then_some(table)
}

/// A row, and whether its names are those before 3.24.
fn row(values: Vec<(Option<String>, Value)>) -> Option<(Row, bool)> {
    let named = |names: [&str; 2]| {
        values
            .iter()
            .position(|(name, _)| name.as_deref().is_some_and(|name| names.contains(&name)))
    };
    let places = if values.iter().any(|(name, _)| name.is_some()) {
        [named(["id", "selectid"])?, named(["parent", "order"])?, named(["detail", "detail"])?]
    } else {
        let last = values.len().checked_sub(1)?;
        (last == 2 || last == 3).then_some([0, 1, last])?
    };
    let number = |place: usize| match &values[place].1 {
        Value::Number(number) => Some(*number),
        Value::Text(text) => text.parse().ok(),
        Value::Other => None,
    };
    let Value::Text(detail) = &values[places[2]].1 else { return None };
    let legacy = named(["selectid", "selectid"]).is_some();
    Some(((number(places[0])?, number(places[1])?, detail.clone()), legacy))
}

/// `None` where a text does not end.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let behind = &rest[first.len_utf8()..];
        match first {
            '[' | '{' | '(' => tokens.push(Token::Open),
            ']' | '}' | ')' => tokens.push(Token::Close),
            ':' | '=' => tokens.push(Token::Names),
            '"' | '\'' => {
                let (value, behind) = quoted(behind, first)?;
                tokens.push(Token::Value(Value::Text(value)));
                rest = behind;
                continue;
            }
            c if c.is_alphanumeric() || c == '_' || c == '-' => {
                let is_inside = |c: char| c.is_alphanumeric() || "_.-".contains(c);
                let end = behind.find(|c| !is_inside(c)).unwrap_or(behind.len());
                let word = &rest[..first.len_utf8() + end];
                tokens.push(Token::Value(match word.parse() {
                    Ok(number) => Value::Number(number),
                    Err(_) => Value::Text(word.to_owned()),
                }));
                rest = &behind[end..];
                continue;
            }
            _ => {}
        }
        rest = behind;
    }
    Some(tokens)
}

/// The text up to the closing quote, and what is behind it. A quote written twice is one.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            c if c == quote => match chars.as_str().strip_prefix(quote) {
                Some(behind) => {
                    value.push(quote);
                    chars = behind.chars();
                }
                None => return Some((value, chars.as_str())),
            },
            '\\' => value.push(match chars.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'u' => {
                    let (digits, behind) = chars.as_str().split_at_checked(4)?;
                    chars = behind.chars();
                    let unit = u32::from_str_radix(digits, 16).ok()?;
                    char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)
                }
                other => other,
            }),
            c => value.push(c),
        }
    }
    None
}
