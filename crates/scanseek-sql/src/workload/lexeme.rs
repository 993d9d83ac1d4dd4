//! The words of a statement as normalising needs them: numbers, texts, blobs and parameters in one
//! piece each, comments left out.
//! Source: <https://sqlite.org/lang_expr.html#literal_values_constants_>.

use std::ops::Range;

use crate::split::{TokenKind, Tokens, quoted_length};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LexemeKind {
    /// A keyword or a plain name.
    Word,
    /// A name in quotes or brackets.
    Quoted,
    Number,
    /// `'text'`
    Text,
    /// `x'00ff'`
    Blob,
    /// `?`, `?1`, `:a`, `@a`, `$1`, and `%s`, `%(a)s` as drivers of other languages write them.
    Parameter,
    /// Anything else, one character.
    Sign,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub(super) kind: LexemeKind,
    pub(super) span: Range<usize>,
}

pub(super) fn lexemes(sql: &str) -> Vec<Lexeme> {
    let mut found: Vec<Lexeme> = Vec::new();
    let mut tokens = Tokens::new(sql);
    let mut behind = 0;
    while let Some(token) = tokens.next_token() {
        // What a longer piece has taken already.
        if token.end <= behind || matches!(token.kind, TokenKind::Space | TokenKind::Comment) {
            continue;
        }
        if token.start < behind {
            found.push(Lexeme { kind: LexemeKind::Word, span: behind..token.end });
            behind = token.end;
            continue;
        }
        let rest = &sql[token.start..];
        let first = rest.chars().next().unwrap_or(' ');
        // `t.1` is no name, so a point right behind a name begins no number.
        let behind_name = found.last().is_some_and(|last| {
            last.span.end == token.start
                && matches!(last.kind, LexemeKind::Word | LexemeKind::Quoted)
        });
        let number = match first {
            '0'..='9' => number_length(rest),
            '.' if !behind_name => number_length(rest),
            _ => 0,
        };
        let own = token.end - token.start;
        let (kind, length) = match token.kind {
            _ if number > 0 && (number >= own || own == 1) => (LexemeKind::Number, number),
            TokenKind::Word
                if own == 1 && matches!(first, 'x' | 'X') && rest[1..].starts_with('\'') =>
            {
                (LexemeKind::Blob, 1 + quoted_length(&rest[1..], '\''))
            }
            TokenKind::Word if first == '$' && own > 1 => (LexemeKind::Parameter, own),
            TokenKind::Word => (LexemeKind::Word, own),
            _ if first == '\'' => (LexemeKind::Text, own),
            _ if matches!(first, '"' | '`' | '[') => (LexemeKind::Quoted, own),
            // `a::text` is a cast of another database.
            _ if first == ':' && (rest.starts_with("::") || sql[..token.start].ends_with(':')) => {
                (LexemeKind::Sign, own)
            }
            _ => match parameter_length(rest) {
                0 => (LexemeKind::Sign, own),
                length => (LexemeKind::Parameter, length),
            },
        };
        behind = token.start + length;
        found.push(Lexeme { kind, span: token.start..behind });
    }
    found
}

/// Every text and name in quotes ends, and no second statement follows.
pub(super) fn is_one_statement(sql: &str, lexemes: &[Lexeme]) -> bool {
    lexemes.iter().all(|lexeme| {
        let text = &sql[lexeme.span.clone()];
        let quoted = text.strip_prefix(['x', 'X']).filter(|_| lexeme.kind == LexemeKind::Blob);
        let quoted = quoted.unwrap_or(text);
        match quoted.chars().next() {
            Some('[') if lexeme.kind == LexemeKind::Quoted => text.ends_with(']'),
            Some(quote @ ('\'' | '"' | '`')) => {
                // Doubled quotes stand for one, so those of a closed text are even in number.
                quoted.len() > 1 && quoted.matches(quote).count().is_multiple_of(2)
            }
            _ => text != ";",
        }
    })
}

/// Bytes of the number that the text begins with; 0 if there is none.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize, is: fn(&u8) -> bool| {
        bytes.get(from..).unwrap_or_default().iter().take_while(|byte| is(byte)).count()
    };
    let decimal: fn(&u8) -> bool = |byte| byte.is_ascii_digit() || *byte == b'_';
    if text.starts_with("0x") || text.starts_with("0X") {
        let hex = digits(2, u8::is_ascii_hexdigit);
        return if hex > 0 { 2 + hex } else { 1 };
    }
    let whole = digits(0, decimal);
    let mut at = whole;
    if bytes.get(at) == Some(&b'.') {
        let part = digits(at + 1, decimal);
        if whole == 0 && part == 0 {
            return 0;
        }
        at += 1 + part;
    }
    if at > 0 && matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let power = digits(at + 1 + sign, u8::is_ascii_digit);
        if power > 0 {
            at += 1 + sign + power;
        }
    }
    at
}

/// Bytes of the parameter that the text begins with; 0 if there is none.
fn parameter_length(text: &str) -> usize {
    let name = |from: usize| {
        let rest = &text[from..];
        rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
    };
    match text.as_bytes() {
        [b'?', ..] => 1 + text[1..].find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len() - 1),
        [b':' | b'@', ..] if name(1) > 0 => 1 + name(1),
        [b'%', b's', ..] if name(1) == 1 => 2,
        [b'%', b'(', ..] if name(2) > 0 && text[2 + name(2)..].starts_with(")s") => 4 + name(2),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_parameters_are_one_piece() {
        use LexemeKind::{Blob, Number, Parameter, Quoted, Sign, Text, Word};
        for (sql, expected) in [
            ("a=1.5e-3", vec![(Word, "a"), (Sign, "="), (Number, "1.5e-3")]),
            (
                ".5 t.c 0x1F",
                vec![(Number, ".5"), (Word, "t"), (Sign, "."), (Word, "c"), (Number, "0x1F")],
            ),
            (
                "x'00' X''x y'z'",
                vec![(Blob, "x'00'"), (Blob, "X''"), (Word, "x"), (Word, "y"), (Text, "'z'")],
            ),
            (
                "? ?12 :ab @c $1 %s %(d)s a%b",
                vec![
                    (Parameter, "?"),
                    (Parameter, "?12"),
                    (Parameter, ":ab"),
                    (Parameter, "@c"),
                    (Parameter, "$1"),
                    (Parameter, "%s"),
                    (Parameter, "%(d)s"),
                    (Word, "a"),
                    (Sign, "%"),
                    (Word, "b"),
                ],
            ),
            ("a::text", vec![(Word, "a"), (Sign, ":"), (Sign, ":"), (Word, "text")]),
            (
                "'it''s' \"q\" [r] /* c */ -- d",
                vec![(Text, "'it''s'"), (Quoted, "\"q\""), (Quoted, "[r]")],
            ),
            (
                "1abc 1. t1 1.5ab",
                vec![(Word, "1abc"), (Number, "1."), (Word, "t1"), (Number, "1.5"), (Word, "ab")],
            ),
        ] {
            let found = lexemes(sql);
            let found: Vec<_> = found.iter().map(|l| (l.kind, &sql[l.span.clone()])).collect();
            assert_eq!(found, expected, "{sql}");
        }
    }
}
