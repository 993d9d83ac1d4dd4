//! Values as a program prints them beside a statement: a tuple, list or dictionary of Python, an
//! array of Ruby or JSON. Each becomes a literal of SQL; what cannot be told stays unknown.

/// A literal of SQL; `None` if the log does not tell the value.
pub(super) type Known = Option<String>;

/// What stands beside a statement for its parameters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Arguments {
    #[default]
    None,
    /// In order, with the name a log may give them.
    Listed(Vec<(Option<String>, Known)>),
    Named(Vec<(String, Known)>),
    /// Several sets: the statement ran once with each. `total` may be more than are listed.
    Many {
        sets: Vec<Arguments>,
        total: u64,
    },
}

/// Deeper nesting is not read.
const DEEPEST: usize = 8;

/// Reads all of a text; `None` if it is no such list.
pub(super) fn arguments(text: &str) -> Option<Arguments> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    reader.blanks();
    if reader.at < text.len() {
        return None;
    }
    match value {
        Item::Literal(known) if known.as_deref() == Some("NULL") => Some(Arguments::None),
        Item::Literal(_) => None,
        Item::Entries(entries) => Some(Arguments::Named(named(entries))),
        Item::List { items, total, .. } => Some(list(items, total)),
    }
}

#[derive(Debug)]
enum Item {
    Literal(Known),
    List { items: Vec<Item>, total: Option<u64>, square: bool },
    Entries(Vec<(String, Item)>),
}

impl Item {
    fn known(self) -> Known {
        match self {
            Item::Literal(known) => known,
            _ => None,
        }
    }
}

fn named(entries: Vec<(String, Item)>) -> Vec<(String, Known)> {
    entries.into_iter().map(|(name, item)| (name, item.known())).collect()
}

fn list(items: Vec<Item>, total: Option<u64>) -> Arguments {
    // Ruby's pairs of name and value.
    let is_pair = |item: &Item| match item {
        Item::List { items, square: true, .. } => {
            matches!(&items[..], [Item::Literal(name), _]
                if name.as_ref().is_some_and(|name| name.starts_with('\'') || name == "NULL"))
        }
        _ => false,
    };
    let nested = |item: &Item| !matches!(item, Item::Literal(_));
    let is_tuples = |items: &[Item]| items.iter().all(nested) && !items.is_empty();
    if is_tuples(&items) && (total.is_some() || !items.iter().all(is_pair)) {
        let sets: Vec<Arguments> = items
            .into_iter()
            .map(|item| match item {
                Item::Entries(entries) => Arguments::Named(named(entries)),
                Item::List { items, .. } => {
                    Arguments::Listed(items.into_iter().map(|item| (None, item.known())).collect())
                }
                Item::Literal(known) => Arguments::Listed(vec![(None, known)]),
            })
            .collect();
        let total = total.unwrap_or(0).max(sets.len() as u64);
        return Arguments::Many { sets, total };
    }
    let one = |item: Item| match item {
        Item::List { mut items, square: true, .. } if items.len() == 2 => {
            let value = items.pop().and_then(Item::known);
            let name = items.pop().and_then(Item::known);
            (name.and_then(|name| unquoted(&name)), value)
        }
        item => (None, item.known()),
    };
    Arguments::Listed(items.into_iter().map(one).collect())
}

fn unquoted(literal: &str) -> Option<String> {
    let inner = literal.strip_prefix('\'')?.strip_suffix('\'')?;
    Some(inner.replace("''", "'"))
}

/// A text as a literal of SQL.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, piece: &str) -> bool {
        let is = self.rest().starts_with(piece);
        self.at += if is { piece.len() } else { 0 };
        is
    }

    fn value(&mut self, depth: usize) -> Option<Item> {
        self.blanks();
        if depth > DEEPEST {
            return None;
        }
        match self.rest().chars().next()? {
            '(' => self.list(')', depth),
            '[' => self.list(']', depth),
            '{' => self.entries(depth),
            '\'' | '"' => self.string().map(|text| Item::Literal(text.map(|text| quoted(&text)))),
            'b' | 'B' if self.rest()[1..].starts_with(['\'', '"']) => {
                self.at += 1;
                self.bytes().map(Item::Literal)
            }
            '0'..='9' | '-' | '+' | '.' => self.number().map(Item::Literal),
            c if c.is_alphabetic() || c == '_' => self.word(depth).map(Item::Literal),
            '#' | '<' => self.object().map(|()| Item::Literal(None)),
            _ => None,
        }
    }

    fn list(&mut self, close: char, depth: usize) -> Option<Item> {
        self.at += 1;
        let mut items = Vec::new();
        let mut total = None;
        loop {
            self.blanks();
            if self.take(close.encode_utf8(&mut [0; 4])) {
                return Some(Item::List { items, total, square: close == ']' });
            }
            // SQLAlchemy: `…, (1, 2)  ... displaying 10 of 300 total bound parameter sets ...  (3, 4)]`
            if self.take("...") {
                let end = self.rest().find("...")?;
                let said = self.rest()[..end].split_whitespace();
                let number = said.skip_while(|word| *word != "of").nth(1);
                total = total.or(number.and_then(|word| word.parse().ok()));
                self.at += end + 3;
                continue;
            }
            items.push(self.value(depth + 1)?);
            self.blanks();
            if !self.take(",") && !self.rest().starts_with([close, '.']) {
                return None;
            }
        }
    }

    fn entries(&mut self, depth: usize) -> Option<Item> {
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.blanks();
            if self.take("}") {
                return Some(Item::Entries(entries));
            }
            let name = match self.rest().chars().next()? {
                '\'' | '"' => self.string()??,
                _ => {
                    let end = self.rest().find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
                    let name = self.rest()[..end].to_owned();
                    self.at += end;
                    name
                }
            };
            self.blanks();
            if !self.take("=>") && !self.take(":") {
                return None;
            }
            entries.push((name, self.value(depth + 1)?));
            self.blanks();
            if !self.take(",") && !self.rest().starts_with('}') {
                return None;
            }
        }
    }

    /// A text in quotes; the inner `None` is one that was printed shortened.
    fn string(&mut self) -> Option<Known> {
        let quote = self.rest().chars().next()?;
        self.at += quote.len_utf8();
        let mut out = String::new();
        loop {
            let c = self.rest().chars().next()?;
            self.at += c.len_utf8();
            match c {
                c if c == quote => break,
                '\\' => {
                    let escaped = self.rest().chars().next()?;
                    self.at += escaped.len_utf8();
                    match escaped {
                        'n' => out.push('\n'),
                        't' => out.push('\t'),
                        'r' => out.push('\r'),
                        'e' => out.push('\u{1b}'),
                        '0' => out.push('\0'),
                        'x' => out.push(self.code(2)?),
                        'u' => out.push(self.code(4)?),
                        'U' => out.push(self.code(8)?),
                        other => out.push(other),
                    }
                }
                c => out.push(c),
            }
        }
        let shortened = out.contains(" characters truncated) ... ")
            || (out.starts_with('<') && out.ends_with(" bytes of binary data>"));
        Some((!shortened && !out.contains('\0')).then_some(out))
    }

    fn code(&mut self, digits: usize) -> Option<char> {
        let hex = self.rest().get(..digits)?;
        let code = u32::from_str_radix(hex, 16).ok()?;
        self.at += digits;
        // Half of a surrogate pair is no character.
        Some(char::from_u32(code).unwrap_or('\u{fffd}'))
    }

    /// `b'…'` of Python.
    fn bytes(&mut self) -> Option<Known> {
        let start = self.at;
        let text = self.string()?;
        let Some(text) = text else {
            // Zero bytes: read again, byte by byte.
            let inner = &self.text[start + 1..self.at - 1];
            return Some(raw_bytes(inner).map(|bytes| blob(&bytes)));
        };
        let bytes: Option<Vec<u8>> =
            text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
        Some(bytes.map(|bytes| blob(&bytes)))
    }

    fn number(&mut self) -> Option<Known> {
        let length = self
            .rest()
            .find(|c: char| !(c.is_ascii_alphanumeric() || "+-._".contains(c)))
            .unwrap_or(self.rest().len());
        let text = &self.rest()[..length];
        let known = text.parse::<f64>().ok().filter(|n| n.is_finite()).map(|_| text.to_owned());
        self.at += length;
        known.map(Some)
    }

    /// `None`, `True`, `Decimal('1.5')`, `datetime.date(2024, 1, 2)` and their like.
    fn word(&mut self, depth: usize) -> Option<Known> {
        let length = self
            .rest()
            .find(|c: char| !(c.is_alphanumeric() || "_.".contains(c)))
            .unwrap_or(self.rest().len());
        let word = self.rest()[..length].to_owned();
        self.at += length;
        if !self.rest().starts_with('(') {
            return match word.as_str() {
                "None" | "nil" | "null" | "NULL" => Some(Some("NULL".to_owned())),
                "True" | "true" | "TRUE" => Some(Some("1".to_owned())),
                "False" | "false" | "FALSE" => Some(Some("0".to_owned())),
                "NaN" | "nan" | "inf" | "Infinity" => Some(None),
                _ => None,
            };
        }
        let start = self.at;
        let Some(Item::List { items, .. }) = self.list(')', depth) else {
            // Named arguments, as of a time zone: what it is stays unknown.
            self.at = start;
            self.object()?;
            return Some(None);
        };
        let given: Vec<Known> = items.into_iter().map(Item::known).collect();
        let number = |at: usize| -> Option<u32> { given.get(at)?.as_ref()?.parse().ok() };
        let or_zero = |at: usize| number(at).unwrap_or(0);
        Some(match (word.as_str(), &given[..]) {
            ("Decimal" | "decimal.Decimal", [Some(text)]) => {
                unquoted(text).filter(|text| text.parse::<f64>().is_ok_and(f64::is_finite))
            }
            ("UUID" | "uuid.UUID", [Some(text)]) => Some(text.clone()),
            ("datetime.date", [_, _, _]) => match (number(0), number(1), number(2)) {
                (Some(y), Some(m), Some(d)) => Some(format!("'{y:04}-{m:02}-{d:02}'")),
                _ => None,
            },
            ("datetime.datetime", [_, _, _, ..]) => match (number(0), number(1), number(2)) {
                (Some(y), Some(m), Some(d)) => {
                    let (hour, minute, second) = (or_zero(3), or_zero(4), or_zero(5));
                    let part = number(6).map_or(String::new(), |part| format!(".{part:06}"));
                    Some(format!("'{y:04}-{m:02}-{d:02} {hour:02}:{minute:02}:{second:02}{part}'"))
                }
                _ => None,
            },
            _ => None,
        })
    }

    /// Something in brackets that is passed over, quotes minded.
    fn object(&mut self) -> Option<()> {
        let mut open = 0_usize;
        while let Some(c) = self.rest().chars().next() {
            match c {
                '\'' | '"' => {
                    self.string()?;
                    continue;
                }
                '(' | '[' | '{' | '<' => open += 1,
                ')' | ']' | '}' | '>' => {
                    open = open.checked_sub(1)?;
                    if open == 0 {
                        self.at += 1;
                        return Some(());
                    }
                }
                _ => {}
            }
            self.at += c.len_utf8();
        }
        None
    }
}

fn raw_bytes(inner: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = inner.as_bytes();
    while let [first, more @ ..] = rest {
        rest = more;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let [escaped, more @ ..] = rest else { return None };
        rest = more;
        match escaped {
            b'x' => {
                let hex = std::str::from_utf8(rest.get(..2)?).ok()?;
                bytes.push(u8::from_str_radix(hex, 16).ok()?);
                rest = &rest[2..];
            }
            b'n' => bytes.push(b'\n'),
            b't' => bytes.push(b'\t'),
            b'r' => bytes.push(b'\r'),
            other => bytes.push(*other),
        }
    }
    Some(bytes)
}

fn blob(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("x'{digits}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(values: &[Option<&str>]) -> Arguments {
        Arguments::Listed(values.iter().map(|value| (None, value.map(str::to_owned))).collect())
    }

    #[test]
    fn lists_of_python() {
        for (text, expected) in [
            ("()", listed(&[])),
            ("(1,)", listed(&[Some("1")])),
            (
                r#"(1, 'it\'s', "it's", None, True)"#,
                listed(&[Some("1"), Some("'it''s'"), Some("'it''s'"), Some("NULL"), Some("1")]),
            ),
            (
                r"(-1.5e3, Decimal('1.50'), b'\x00\xff', b'ab')",
                listed(&[Some("-1.5e3"), Some("1.50"), Some("x'00ff'"), Some("x'6162'")]),
            ),
            (
                "(datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2, 3, 4))",
                listed(&[Some("'2024-01-02'"), Some("'2024-01-02 03:04:00'")]),
            ),
            (
                "(datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(0))), 7, <object at 0x1>)",
                listed(&[None, Some("7"), None]),
            ),
            ("('a ... (1205 characters truncated) ... b',)", listed(&[None])),
            ("None", Arguments::None),
        ] {
            assert_eq!(arguments(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn names_and_sets() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            arguments("{'id': 5, 'name': 'x'}"),
            Some(Arguments::Named(vec![("id".into(), some("5")), ("name".into(), some("'x'"))]))
        );
        assert_eq!(
            arguments(r#"[["id", 1], ["LIMIT", 2], [nil, nil]]"#),
            Some(Arguments::Listed(vec![
                (some("id"), some("1")),
                (some("LIMIT"), some("2")),
                (None, some("NULL")),
            ]))
        );
        assert_eq!(
            arguments("[(1, 'a'), (2, 'b')]"),
            Some(Arguments::Many {
                sets: vec![listed(&[Some("1"), Some("'a'")]), listed(&[Some("2"), Some("'b'")])],
                total: 2
            })
        );
        let many = "[(1,), (2,)  ... displaying 10 of 300 total bound parameter sets ...  (300,)]";
        let Some(Arguments::Many { sets, total: 300 }) = arguments(many) else { panic!("{many}") };
        assert_eq!(sets.len(), 3);
        assert_eq!(
            arguments("[1, \"a\", null]"),
            Some(listed(&[Some("1"), Some("'a'"), Some("NULL")]))
        );
    }

    #[test]
    fn what_is_no_list() {
        for text in
            ["", "1", "(", "(1", "(1 2)", "(a b)", "[1] x", "{1", "((((((((((1))))))))))", "('a"]
        {
            assert_eq!(arguments(text), None, "{text}");
        }
    }
}
