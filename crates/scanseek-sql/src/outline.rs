//! The outer clauses of a query, found without understanding it: is there an `ORDER BY`, and where
//! does the last `LIMIT` begin.

use crate::split::{TokenKind, Tokens};

/// Outer clauses of one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outline {
    /// There is an `ORDER BY` outside all brackets.
    pub ordered: bool,
    /// Byte offset of the last `LIMIT` outside all brackets.
    pub limit_at: Option<usize>,
}

/// Reads the outline of one statement.
pub fn outline(sql: &str) -> Outline {
    let mut outline = Outline::default();
    let mut depth = 0i64;
    let mut after_order = false;
    let mut tokens = Tokens::new(sql);
    while let Some(token) = tokens.next_token() {
        let text = &sql[token.start..token.end];
        match token.kind {
            TokenKind::Space | TokenKind::Comment => continue,
            TokenKind::Other if text == "(" => depth += 1,
            TokenKind::Other if text == ")" => depth -= 1,
            TokenKind::Word if depth == 0 => {
                outline.ordered |= after_order && text.eq_ignore_ascii_case("BY");
                if text.eq_ignore_ascii_case("LIMIT") {
                    outline.limit_at = Some(token.start);
                }
            }
            _ => {}
        }
        after_order =
            token.kind == TokenKind::Word && depth == 0 && text.eq_ignore_ascii_case("ORDER");
    }
    outline
}

/// The statement with each `INDEXED BY name` blanked out, for planning over tables that do not have
/// the index. The two words follow each other nowhere else in SQL. Places stay the same.
/// Source: <https://sqlite.org/lang_indexedby.html>.
pub fn without_indexed_by(sql: &str) -> String {
    let mut blanked = sql.as_bytes().to_vec();
    // Where `INDEXED` began, and whether `BY` came behind it.
    let mut hint: Option<(usize, bool)> = None;
    let mut tokens = Tokens::new(sql);
    while let Some(token) = tokens.next_token() {
        let text = &sql[token.start..token.end];
        let is =
            |keyword: &str| token.kind == TokenKind::Word && text.eq_ignore_ascii_case(keyword);
        hint = match (token.kind, hint) {
            (TokenKind::Space | TokenKind::Comment, hint) => hint,
            (_, Some((start, true))) => {
                blanked[start..token.end].fill(b' ');
                None
            }
            (_, Some((start, false))) if is("BY") => Some((start, true)),
            _ => is("INDEXED").then_some((token.start, false)),
        };
    }
    String::from_utf8(blanked).unwrap_or_else(|_| sql.to_owned())
}

/// The words and signs of a statement, quotes taken off quoted names.
pub fn words(sql: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut tokens = Tokens::new(sql);
    while let Some(token) = tokens.next_token() {
        let text = &sql[token.start..token.end];
        match token.kind {
            TokenKind::Space | TokenKind::Comment => {}
            _ => words.push(unquoted(text)),
        }
    }
    words
}

fn unquoted(text: &str) -> String {
    for (open, close) in [('"', '"'), ('`', '`'), ('\'', '\''), ('[', ']')] {
        if let Some(inner) = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
            return inner.replace(&format!("{close}{close}"), &close.to_string());
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_blanked_out() {
        for (sql, expected) in [
            (
                "select * from t indexed by i where a = 1",
                "select * from t              where a = 1",
            ),
            (
                "select 'indexed by x' from t INDEXED /* so */ BY \"a b\", u",
                "select 'indexed by x' from t                          , u",
            ),
            (
                "select * from t not indexed order by indexed",
                "select * from t not indexed order by indexed",
            ),
            ("select indexed from t group by indexed", "select indexed from t group by indexed"),
            ("select * from t indexed by", "select * from t indexed by"),
        ] {
            assert_eq!(without_indexed_by(sql), expected);
        }
    }

    #[test]
    fn only_outer_clauses_count() {
        for (sql, ordered, limit) in [
            ("select 1", false, None),
            ("select a from t order /* x */ by a limit 5", true, Some("limit 5")),
            ("select * from (select 1 order by 1 limit 2)", false, None),
            (
                "select row_number() over (order by a) from t LIMIT 3 OFFSET 2",
                false,
                Some("LIMIT 3 OFFSET 2"),
            ),
            ("select ' order by limit ' from t", false, None),
        ] {
            let outline = outline(sql);
            assert_eq!(outline.ordered, ordered, "{sql}");
            assert_eq!(outline.limit_at.map(|at| &sql[at..]), limit, "{sql}");
        }
    }
}
