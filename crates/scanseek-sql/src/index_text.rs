//! What a `CREATE INDEX` statement says, in a form that can be compared, and which indexes a text asks for by
//! name. Texts that come out the same mean the same; those that differ may mean the same.

use scanseek_schema::{Table, quote_name};

use crate::split::{TokenKind, Tokens};
use crate::words;

/// Keys and condition of an index, in normal form: see [`normal_expression`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexText {
    /// Its keys, without `ASC` and `DESC`.
    pub keys: Vec<String>,
    /// What stands behind `WHERE`.
    pub filter: Option<String>,
}

/// Reads a `CREATE INDEX` statement on that table; `None` if it is none.
pub fn index_text(ddl: &str, table: &Table) -> Option<IndexText> {
    let tokens = normal_tokens(ddl, table);
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token == word);
    let on = (2..tokens.len()).find(|at| is(*at, "on") && is(at + 2, "("))?;
    let mut depth = 0_usize;
    let mut keys = vec![Vec::new()];
    let mut rest = None;
    for (at, token) in tokens.iter().enumerate().skip(on + 2) {
        match token.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.checked_sub(1)?,
            _ => {}
        }
        let last = keys.last_mut()?;
        match (depth, token.as_str()) {
            (0, _) => {
                rest = Some(at + 1);
                break;
            }
            (1, ",") => keys.push(Vec::new()),
            (1, "(") if last.is_empty() && at == on + 2 => {}
            _ => last.push(token.as_str()),
        }
    }
    let filter = match tokens.get(rest?..)? {
        [] => None,
        [first, condition @ ..] if first == "where" && !condition.is_empty() => {
            Some(condition.join(" "))
        }
        _ => return None,
    };
    let keys = keys
        .into_iter()
        .map(|key| match key.as_slice() {
            [key @ .., "asc" | "desc"] if !key.is_empty() => key.join(" "),
            key => key.join(" "),
        })
        .collect();
    Some(IndexText { keys, filter })
}

/// An expression over columns of a table with one blank between its words, no comments, and names and
/// keywords in lower case. What stands in quotes is a name only if a column is called so: SQLite takes
/// other words in double quotes for texts.
/// Source: <https://sqlite.org/quirks.html#double_quoted_string_literals_are_accepted>.
pub fn normal_expression(sql: &str, table: &Table) -> String {
    normal_tokens(sql, table).join(" ")
}

fn normal_tokens(sql: &str, table: &Table) -> Vec<String> {
    let mut found = Vec::new();
    let mut tokens = Tokens::new(sql);
    while let Some(token) = tokens.next_token() {
        let text = &sql[token.start..token.end];
        let is_quoted = text.starts_with(['"', '`', '[']);
        found.push(match token.kind {
            TokenKind::Space | TokenKind::Comment => continue,
            TokenKind::Word => text.to_ascii_lowercase(),
            _ if is_quoted => {
                let name = crate::outline::unquoted(text);
                match table.column(&name) {
                    Some((_, column)) => quote_name(&column.name.to_ascii_lowercase()),
                    None => text.to_owned(),
                }
            }
            _ => text.to_owned(),
        });
    }
    found
}

/// The names that stand behind `INDEXED BY` in a statement, of views and triggers too, as they are written.
/// Source: <https://sqlite.org/lang_indexedby.html>.
pub fn hinted_indexes(sql: &str) -> Vec<String> {
    let words = words(sql);
    words
        .windows(3)
        .filter(|three| {
            three[0].eq_ignore_ascii_case("INDEXED") && three[1].eq_ignore_ascii_case("BY")
        })
        .map(|three| three[2].clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use scanseek_schema::{Column, TableKind};

    use super::*;

    fn table() -> Table {
        let column = |name: &str| Column {
            name: name.into(),
            declared_type: String::new(),
            not_null: false,
            primary_key_position: 0,
            collation: "BINARY".into(),
            hidden: false,
            default_sql: None,
            references: None,
        };
        Table {
            database: None,
            name: "t".into(),
            kind: TableKind::Table,
            columns: ["a", "B b", "null", "On", "where"].map(column).into(),
            indexes: vec![],
            without_rowid: false,
            strict: false,
            row_count: None,
            rows_estimated: None,
            sql: String::new(),
        }
    }

    #[test]
    fn statements_are_read_in_normal_form() {
        for (ddl, keys, filter) in [
            ("CREATE INDEX i ON t(a)", &["a"][..], None),
            (
                "create unique index i\non t ( A desc , \"b B\" ASC, [on] ) -- end",
                &["a", "\"b b\"", "\"on\""],
                None,
            ),
            (
                "CREATE INDEX \"on\" ON \"t on (\"(lower( a ), (a + 1), 'x(,' || a COLLATE NoCase DESC)",
                &["lower ( a )", "( a + 1 )", "'x(,' | | a collate nocase"],
                None,
            ),
            (
                "CREATE INDEX i ON t(a)WHERE a IS/* */NOT NULL AND `a`>'A'",
                &["a"],
                Some("a is not null and a > 'A'"),
            ),
            ("CREATE INDEX i ON t(a) WHERE a IS \"NULL\"", &["a"], Some("a is \"null\"")),
            ("CREATE INDEX i ON t(a) WHERE a = \"Open\"", &["a"], Some("a = \"Open\"")),
            ("CREATE INDEX i ON t(\"where\")", &["\"where\""], None),
        ] {
            let found = index_text(ddl, &table()).unwrap_or_else(|| panic!("{ddl}"));
            assert_eq!(found.keys, keys, "{ddl}");
            assert_eq!(found.filter.as_deref(), filter, "{ddl}");
        }
        for ddl in ["", "CREATE INDEX i ON t", "CREATE INDEX i ON t(a", "CREATE INDEX i ON t(a) x"]
        {
            assert_eq!(index_text(ddl, &table()), None, "{ddl}");
        }
    }

    #[test]
    fn hints_are_found() {
        for (sql, names) in [
            ("SELECT * FROM t INDEXED BY \"i j\", u indexed/**/by K", &["i j", "K"][..]),
            ("SELECT * FROM t NOT INDEXED WHERE indexed = by", &[]),
            ("CREATE VIEW v AS SELECT 1 FROM t INDEXED BY [i]", &["i"]),
        ] {
            assert_eq!(hinted_indexes(sql), names, "{sql}");
        }
    }
}
