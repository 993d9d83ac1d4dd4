//! Words of a statement with their places, and the numbers of its unnamed parameters.

use std::ops::Range;

use crate::split::{TokenKind, Tokens};

/// Where each word and sign of a statement stands, in bytes; blanks and comments are left out.
pub fn word_spans(sql: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut tokens = Tokens::new(sql);
    while let Some(token) = tokens.next_token() {
        if !matches!(token.kind, TokenKind::Space | TokenKind::Comment) {
            spans.push(token.start..token.end);
        }
    }
    spans
}

/// Where each `?` without a number stands, in bytes, and the number SQLite gives it: a piece of the
/// statement that is moved or repeated has to name it.
/// Source: <https://sqlite.org/lang_expr.html#varparam>.
pub fn unnumbered_parameters(sql: &str) -> Vec<(usize, u64)> {
    let spans = word_spans(sql);
    let mut found = Vec::new();
    let mut named: Vec<&str> = Vec::new();
    let mut largest = 0_u64;
    for (at, span) in spans.iter().enumerate() {
        let text = &sql[span.clone()];
        let sign = matches!(text, "?" | ":" | "@");
        // A name or number has to touch its sign.
        let whole = match spans.get(at + 1) {
            Some(next) if sign && next.start == span.end => span.start..next.end,
            _ => span.clone(),
        };
        let name = &sql[whole.start + 1..whole.end];
        let is_number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        let is_name = name.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if text == "?" {
            if is_number {
                largest = largest.max(name.parse().unwrap_or(0));
            } else {
                largest += 1;
                found.push((span.start, largest));
            }
        } else if ((sign && is_name) || text.starts_with('$'))
            && !named.contains(&&sql[whole.clone()])
        {
            named.push(&sql[whole]);
            largest += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unnumbered_parameters_have_sqlites_numbers() {
        for (sql, expected) in [
            ("select 1", vec![]),
            ("select ?, '?', ?", vec![(7, 1), (15, 2)]),
            ("select ?3, ?", vec![(11, 4)]),
            ("select :a, ?, :a, ?", vec![(11, 2), (18, 3)]),
            ("select $a, @b, ? -- ?", vec![(15, 3)]),
            ("select a?", vec![(8, 1)]),
        ] {
            assert_eq!(unnumbered_parameters(sql), expected, "{sql}");
        }
    }

    #[test]
    fn words_have_their_places() {
        assert_eq!(word_spans("a /* b */ 'c d'"), [0..1, 10..15]);
    }
}
