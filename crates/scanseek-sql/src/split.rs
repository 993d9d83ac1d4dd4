//! Splits a text into statements the way SQLite's own tokenizer would: semicolons inside strings,
//! quoted names, comments and trigger bodies do not count.
//! Source: <https://sqlite.org/lang_comment.html> and `sqlite3_complete()`.

use crate::Facts;

/// One statement of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceStatement {
    /// The statement without leading comments, white space and its final semicolon.
    pub sql: String,
    /// Byte offset of its first character.
    pub start: usize,
    /// Byte offset behind its last character.
    pub end: usize,
    /// What the comments before it say.
    pub facts: Facts,
}

/// The statements of a text, in order. Never fails: an unclosed string or comment ends the text.
pub fn split(text: &str) -> Vec<SourceStatement> {
    let mut statements = Vec::new();
    let mut tokens = Tokens::new(text);
    let mut comments = String::new();
    let mut body: Option<(usize, usize)> = None;
    let mut nesting = Nesting::default();
    while let Some(token) = tokens.next_token() {
        match token.kind {
            TokenKind::Space => {}
            TokenKind::Comment if body.is_none() => {
                comments.push_str(&text[token.start..token.end]);
                comments.push('\n');
            }
            TokenKind::Comment => {}
            TokenKind::Semicolon if nesting.in_trigger_body() => nesting.semicolon(),
            TokenKind::Semicolon => {
                if let Some((start, end)) = body.take() {
                    statements.push(statement(text, start, end, &comments));
                }
                comments.clear();
                nesting = Nesting::default();
            }
            TokenKind::Word | TokenKind::Other => {
                if token.kind == TokenKind::Word {
                    nesting.word(&text[token.start..token.end]);
                }
                let start = body.map_or(token.start, |(start, _)| start);
                body = Some((start, token.end));
            }
        }
    }
    if let Some((start, end)) = body {
        statements.push(statement(text, start, end, &comments));
    }
    statements
}

fn statement(text: &str, start: usize, end: usize, comments: &str) -> SourceStatement {
    SourceStatement {
        sql: text[start..end].to_owned(),
        start,
        end,
        facts: Facts::from_comments(comments),
    }
}

/// The first keyword of a statement in upper case, comments passed over; empty if there is none.
pub fn first_keyword(sql: &str) -> String {
    let mut tokens = Tokens::new(sql);
    while let Some(token) = tokens.next_token() {
        match token.kind {
            TokenKind::Space | TokenKind::Comment => {}
            TokenKind::Word => return sql[token.start..token.end].to_ascii_uppercase(),
            TokenKind::Semicolon | TokenKind::Other => break,
        }
    }
    String::new()
}

/// Of `EXPLAIN …` and `EXPLAIN QUERY PLAN …`, where the statement begins that is explained.
pub fn explained_at(sql: &str) -> Option<usize> {
    let mut tokens = Tokens::new(sql);
    let mut words = Vec::new();
    while let Some(token) = tokens.next_token() {
        match token.kind {
            TokenKind::Space | TokenKind::Comment => continue,
            TokenKind::Word => {}
            TokenKind::Semicolon | TokenKind::Other => return None,
        }
        let word = sql[token.start..token.end].to_ascii_uppercase();
        match (words.len(), word.as_str()) {
            (0, "EXPLAIN") | (1, "QUERY") | (2, "PLAN") => words.push(word),
            (1 | 3, _) => return Some(token.start),
            _ => return None,
        }
    }
    None
}

/// Follows `CREATE [TEMP] TRIGGER … BEGIN …; END`, the only statement that holds semicolons.
#[derive(Default)]
pub(crate) struct Nesting {
    words: usize,
    create: bool,
    trigger: bool,
    body: bool,
    after_semicolon: bool,
    ended: bool,
}

impl Nesting {
    pub(crate) fn word(&mut self, word: &str) {
        let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
        match self.words {
            0 => self.create = is("CREATE"),
            1 | 2 if self.create && is("TRIGGER") => self.trigger = true,
            _ if self.trigger && is("BEGIN") => self.body = true,
            _ => {}
        }
        self.ended = self.body && self.after_semicolon && is("END");
        self.after_semicolon = false;
        self.words += 1;
    }

    pub(crate) fn semicolon(&mut self) {
        self.after_semicolon = true;
    }

    pub(crate) fn in_trigger_body(&self) -> bool {
        self.body && !self.ended
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Space,
    Comment,
    Semicolon,
    Word,
    Other,
}

pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

pub(crate) struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(crate) fn next_token(&mut self) -> Option<Token> {
        let start = self.at;
        let rest = &self.text[start..];
        let first = rest.chars().next()?;
        let find_end = |pattern: &str, from: usize| {
            rest.get(from..).and_then(|tail| tail.find(pattern)).map(|at| from + at)
        };
        let (kind, length) = match first {
            c if c.is_ascii_whitespace() || c == '\u{feff}' => (
                TokenKind::Space,
                rest.find(|c: char| !c.is_ascii_whitespace() && c != '\u{feff}')
                    .unwrap_or(rest.len()),
            ),
            '-' if rest.starts_with("--") => {
                (TokenKind::Comment, find_end("\n", 2).unwrap_or(rest.len()))
            }
            '/' if rest.starts_with("/*") => {
                (TokenKind::Comment, find_end("*/", 2).map_or(rest.len(), |at| at + 2))
            }
            ';' => (TokenKind::Semicolon, 1),
            '\'' | '"' | '`' => (TokenKind::Other, quoted_length(rest, first)),
            '[' => (TokenKind::Other, find_end("]", 1).map_or(rest.len(), |at| at + 1)),
            c if is_word(c) => {
                (TokenKind::Word, rest.find(|c: char| !is_word(c)).unwrap_or(rest.len()))
            }
            c => (TokenKind::Other, c.len_utf8()),
        };
        self.at = start + length;
        Some(Token { kind, start, end: self.at })
    }
}

pub(crate) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || (!c.is_ascii() && c != '\u{feff}')
}

/// Bytes up to the closing quote, doubled quotes passed over.
pub(crate) fn quoted_length(rest: &str, quote: char) -> usize {
    let mut at = 1;
    while let Some(found) = rest[at..].find(quote) {
        at += found + 1;
        if !rest[at..].starts_with(quote) {
            return at;
        }
        at += 1;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &[&str]) {
        let statements = split(text);
        let found: Vec<&str> = statements.iter().map(|s| s.sql.as_str()).collect();
        assert_eq!(found, expected, "{text}");
        for s in &statements {
            assert_eq!(&text[s.start..s.end], s.sql);
        }
    }

    #[test]
    fn explain_is_taken_off() {
        for (sql, inner) in [
            ("EXPLAIN QUERY PLAN SELECT 1", Some("SELECT 1")),
            ("explain /* x */ select 1", Some("select 1")),
            (
                "EXPLAIN -- why\n query plan WITH a AS (SELECT 1) SELECT 1",
                Some("WITH a AS (SELECT 1) SELECT 1"),
            ),
            ("EXPLAIN", None),
            ("EXPLAIN QUERY SELECT 1", None),
            ("SELECT 'EXPLAIN x'", None),
        ] {
            assert_eq!(explained_at(sql).map(|at| &sql[at..]), inner, "{sql}");
        }
    }

    #[test]
    fn statements_are_found() {
        check("", &[]);
        check(" ; ;; -- nothing\n", &[]);
        check("select 1", &["select 1"]);
        check("select 1; select ';' ; ", &["select 1", "select ';'"]);
        check("select 'it''s; fine'; x", &["select 'it''s; fine'", "x"]);
        check("select \"a;b\", [c;d], `e;f`;y", &["select \"a;b\", [c;d], `e;f`", "y"]);
        check("a -- ; no\n b; c /* ; */ d", &["a -- ; no\n b", "c /* ; */ d"]);
        check("-- lead\n/* in */ select 1 -- trail\n;", &["select 1"]);
        check("select 'never closed; select 2", &["select 'never closed; select 2"]);
        check("select 1 /* never closed ; ", &["select 1"]);
        check("\u{feff}select 1;\u{feff}", &["select 1"]);
        check("select größe; ü", &["select größe", "ü"]);
        let trigger = "create temp trigger t after insert on a begin select 1; \
                       update b set c = case when 1 then 2 end; END";
        check(&format!("{trigger}; select 2"), &[trigger, "select 2"]);
        check("begin; end; commit", &["begin", "end", "commit"]);
    }

    #[test]
    fn first_keywords() {
        for (sql, expected) in [
            ("select 1", "SELECT"),
            (" /* x */ -- y\n With t as (select 1) select 2", "WITH"),
            ("(select 1)", ""),
            ("", ""),
        ] {
            assert_eq!(first_keyword(sql), expected);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_split_in_order(text in "[ -~\n;'\"/*\\[ü-]{0,60}") {
            let mut last = 0;
            for s in split(&text) {
                prop_assert!(s.start >= last && s.end > s.start && s.end <= text.len());
                prop_assert_eq!(&text[s.start..s.end], s.sql.as_str());
                last = s.end;
            }
        }
    }
}
