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

/// The statement with each `NULLS FIRST` and `NULLS LAST` blanked out: SQLite does not ask a virtual
/// table for such an order, though an index can serve it. Places stay the same.
pub fn without_nulls_order(sql: &str) -> String {
    let mut blanked = sql.as_bytes().to_vec();
    let mut nulls: Option<usize> = None;
    let mut tokens = Tokens::new(sql);
    while let Some(token) = tokens.next_token() {
        let text = &sql[token.start..token.end];
        let is =
            |keyword: &str| token.kind == TokenKind::Word && text.eq_ignore_ascii_case(keyword);
        nulls = match (token.kind, nulls) {
            (TokenKind::Space | TokenKind::Comment, nulls) => nulls,
            (_, Some(start)) if is("FIRST") || is("LAST") => {
                blanked[start..token.end].fill(b' ');
                None
            }
            _ => is("NULLS").then_some(token.start),
        };
    }
    String::from_utf8(blanked).unwrap_or_else(|_| sql.to_owned())
}

/// The statement with each `LEFT JOIN` and `LEFT OUTER JOIN` made an inner one. SQLite itself does so where
/// a condition leaves no row without a match, but not for virtual tables. Places stay the same.
/// Source: <https://sqlite.org/optoverview.html#leftjoinreduction>.
pub fn with_inner_joins(sql: &str) -> String {
    let spans = crate::word_spans(sql);
    let is = |at: usize, word: &str| {
        spans.get(at).is_some_and(|span| sql[span.clone()].eq_ignore_ascii_case(word))
    };
    let mut blanked = sql.as_bytes().to_vec();
    for at in (0..spans.len()).filter(|at| is(*at, "LEFT")) {
        let outer = usize::from(is(at + 1, "OUTER"));
        if is(at + 1 + outer, "JOIN") {
            blanked[spans[at].start..spans[at + outer].end].fill(b' ');
        }
    }
    String::from_utf8(blanked).unwrap_or_else(|_| sql.to_owned())
}

/// Each name that stands right before a `COLLATE`, with the collation.
pub fn collated(sql: &str) -> Vec<(String, String)> {
    let words = words(sql);
    words
        .windows(3)
        .filter(|three| three[1].eq_ignore_ascii_case("COLLATE"))
        .map(|three| (three[0].clone(), three[2].clone()))
        .collect()
}

/// A statement on one line that means the same: white space is one blank, and a comment to the end of
/// its line becomes one in stars. What stands in quotes keeps its blanks; a line break in it is shown
/// as `␤`.
pub fn one_line(sql: &str) -> String {
    let mut line = String::new();
    let mut tokens = Tokens::new(sql);
    while let Some(token) = tokens.next_token() {
        let text = &sql[token.start..token.end];
        match token.kind {
            TokenKind::Space => line.push(' '),
            TokenKind::Comment => match text.strip_prefix("--") {
                Some(comment) if token.end < sql.len() => {
                    let comment = comment.trim().replace("*/", "* /");
                    line.push_str(&format!("/* {comment} */"));
                }
                _ => line.push_str(&text.split_whitespace().collect::<Vec<_>>().join(" ")),
            },
            _ => line.push_str(&text.replace("\r\n", "␤").replace(['\n', '\r'], "␤")),
        }
    }
    line.trim().to_owned()
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

/// The name in a `DROP INDEX` statement, and that of the database if one stands before it; `None` for
/// any other statement.
pub fn dropped_index(sql: &str) -> Option<(Option<String>, String)> {
    let words = words(sql);
    let is = |at: usize, keyword: &str| {
        words.get(at).is_some_and(|word| word.eq_ignore_ascii_case(keyword))
    };
    if !is(0, "DROP") || !is(1, "INDEX") {
        return None;
    }
    let at = if is(2, "IF") && is(3, "EXISTS") { 4 } else { 2 };
    match &words[at.min(words.len())..] {
        [name] => Some((None, name.clone())),
        [database, dot, name] if dot == "." => Some((Some(database.clone()), name.clone())),
        _ => None,
    }
}

pub(crate) fn unquoted(text: &str) -> String {
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
    fn left_joins_become_inner_ones() {
        for (sql, expected) in [
            ("a left join b on left(c)", "a      join b on left(c)"),
            ("a LEFT /* */ OUTER JOIN b", "a                  JOIN b"),
            ("select 'left join' from \"left\"", "select 'left join' from \"left\""),
        ] {
            assert_eq!(with_inner_joins(sql), expected);
        }
    }

    #[test]
    fn names_of_dropped_indexes_are_read() {
        for (sql, name) in [
            ("DROP INDEX a", Some((None, "a"))),
            ("drop /* so */ index if exists \"a \"\"b\" -- end", Some((None, "a \"b"))),
            ("drop index main.[a]", Some((Some("main"), "a"))),
            ("drop index if exists \"o o\".a", Some((Some("o o"), "a"))),
            ("drop index main", Some((None, "main"))),
            ("drop index a b c", None),
            ("drop index if exists", None),
            ("drop index", None),
            ("drop table a", None),
            ("create index drop_index on t(a)", None),
        ] {
            let found = dropped_index(sql);
            let found = found.as_ref().map(|(of, name)| (of.as_deref(), name.as_str()));
            assert_eq!(found, name, "{sql}");
        }
    }

    #[test]
    fn statements_fit_on_one_line() {
        for (sql, expected) in [
            ("select 1,\n  2", "select 1, 2"),
            ("select 1 -- why */ so\n from t", "select 1 /* why * / so */ from t"),
            ("select 1 /* a\n b */ -- end", "select 1 /* a b */ -- end"),
            ("select 'a  \n b'\n", "select 'a  ␤ b'"),
        ] {
            assert_eq!(one_line(sql), expected);
        }
    }

    #[test]
    fn orders_of_nulls_and_collations_are_found() {
        assert_eq!(
            without_nulls_order(
                "select nulls from t order by a nulls last, b desc NULLS /**/ first"
            ),
            "select nulls from t order by a           , b desc                 "
        );
        let found =
            collated("select a collate x from t order by t.\"b c\" COLLATE NOCASE, f(1) collate y");
        let found: Vec<(&str, &str)> =
            found.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(found, [("a", "x"), ("b c", "NOCASE"), (")", "y")]);
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
