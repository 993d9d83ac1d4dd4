//! Reads the clauses of one statement, top down.

use std::ops::Range;

use super::{
    Clause, Clauses, Condition, Cte, Expression, FromItem, Join, Limit, Part, Query, Verb,
};
use crate::outline::unquoted;
use crate::split::{Token, TokenKind, Tokens, explained_at};

/// Brackets deeper than SQLite itself would take are not read.
const MAX_DEPTH: usize = 200;

/// The clauses of one statement; `None` if it reads nothing, or its brackets do not close.
pub fn clauses(sql: &str) -> Option<Clauses> {
    let skipped = explained_at(sql).unwrap_or(0);
    let mut reader = Reader::new(sql, skipped)?;
    let end = reader.tokens.len();
    let ctes_end = if reader.is_word(0, "WITH") { reader.after_ctes(0) } else { 0 };
    let word = reader.word(ctes_end);
    let clauses = match word.as_str() {
        "SELECT" | "VALUES" => {
            let query = reader.query(0, end).0;
            Clauses { verb: Verb::Select, target: None, query }
        }
        "INSERT" | "REPLACE" => reader.insert(end),
        "UPDATE" => reader.change(Verb::Update, end),
        "DELETE" => reader.change(Verb::Delete, end),
        "CREATE" => {
            let body =
                (1..end).find(|at| reader.is_word(*at, "AS") && reader.begins_query(at + 1))?;
            let query = reader.query(body + 1, end).0;
            Clauses { verb: Verb::Create, target: None, query }
        }
        _ => return None,
    };
    Some(clauses)
}

pub(super) struct Reader<'a> {
    sql: &'a str,
    tokens: Vec<Token>,
    /// For each opening bracket the token that closes it.
    closing: Vec<usize>,
    /// SELECTs that ended.
    ended: u64,
}

/// Words that begin what comes after the expressions of a SELECT.
const ENDS: [&str; 9] =
    ["FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "INTERSECT", "EXCEPT"];

impl<'a> Reader<'a> {
    fn new(sql: &'a str, skipped: usize) -> Option<Self> {
        let mut all = Tokens::new(sql);
        let mut tokens = Vec::new();
        while let Some(token) = all.next_token() {
            let passed =
                matches!(token.kind, TokenKind::Space | TokenKind::Comment | TokenKind::Semicolon);
            if !passed && token.start >= skipped {
                tokens.push(token);
            }
        }
        let mut closing = vec![usize::MAX; tokens.len()];
        let mut open = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            match &sql[token.start..token.end] {
                "(" => open.push(at),
                ")" => closing[open.pop()?] = at,
                _ => {}
            }
            if open.len() > MAX_DEPTH {
                return None;
            }
        }
        (open.is_empty() && !tokens.is_empty()).then_some(Self { sql, tokens, closing, ended: 0 })
    }

    // ---- tokens

    pub(super) fn text(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| &self.sql[token.start..token.end])
    }

    /// The statement's text from a token on.
    pub(super) fn rest(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| &self.sql[token.start..])
    }

    pub(super) fn text_before(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| &self.sql[..token.start])
    }

    fn word(&self, at: usize) -> String {
        self.text(at).to_ascii_uppercase()
    }

    pub(super) fn is_word(&self, at: usize, word: &str) -> bool {
        self.is_bare(at) && self.text(at).eq_ignore_ascii_case(word)
    }

    pub(super) fn is_bare(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == TokenKind::Word)
    }

    pub(super) fn is_sign(&self, at: usize, sign: &str) -> bool {
        self.text(at) == sign
    }

    /// A word that is no number, or a name in quotes. SQLite takes `'text'` for a name in places, too.
    pub(super) fn is_name(&self, at: usize) -> bool {
        let text = self.text(at);
        text.starts_with(['"', '`', '['])
            || (self.is_bare(at) && !text.starts_with(|c: char| c.is_ascii_digit() || c == '$'))
    }

    pub(super) fn name(&self, at: usize) -> String {
        unquoted(self.text(at))
    }

    pub(super) fn closing(&self, at: usize) -> usize {
        self.closing[at]
    }

    pub(super) fn span(&self, from: usize, to: usize) -> Range<usize> {
        let start = self.tokens.get(from).map_or(self.sql.len(), |token| token.start);
        let end = to.checked_sub(1).and_then(|last| self.tokens.get(last));
        start..end.map_or(start, |token| token.end).max(start)
    }

    pub(super) fn begins_query(&self, at: usize) -> bool {
        ["SELECT", "WITH", "VALUES"].iter().any(|word| self.is_word(at, word))
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.ended += 1;
        self.ended
    }

    pub(super) fn ended(&self) -> u64 {
        self.ended
    }

    pub(super) fn set_ended(&mut self, ended: u64) {
        self.ended = ended;
    }

    // ---- statements

    fn after_ctes(&self, at: usize) -> usize {
        let mut at = at + 1;
        while at < self.tokens.len() {
            let is_verb = ["SELECT", "VALUES", "INSERT", "REPLACE", "UPDATE", "DELETE"]
                .iter()
                .any(|word| self.is_word(at, word));
            if is_verb {
                break;
            }
            at = if self.is_sign(at, "(") { self.closing(at) + 1 } else { at + 1 };
        }
        at
    }

    fn insert(&mut self, end: usize) -> Clauses {
        let mut at = 0;
        let mut ctes = Vec::new();
        if self.is_word(0, "WITH") {
            at = self.ctes(0, &mut ctes);
        }
        while at < end && !self.is_word(at, "INTO") {
            at += 1;
        }
        let (mut target, at) = self.table(at + 1, end, Join::default());
        // What looks like arguments is the list of columns.
        target.is_function = false;
        let mut query = Query::default();
        if self.begins_query(at) {
            query = self.query(at, end).0;
        }
        query.ctes.splice(0..0, ctes);
        Clauses { verb: Verb::Insert, target: Some(target), query }
    }

    /// UPDATE and DELETE.
    fn change(&mut self, verb: Verb, end: usize) -> Clauses {
        let mut query = Query { span: self.span(0, end), ..Query::default() };
        let mut at = 0;
        if self.is_word(0, "WITH") {
            at = self.ctes(0, &mut query.ctes);
        }
        at += 1;
        if self.is_word(at, "OR") {
            at += 2;
        }
        if self.is_word(at, "FROM") {
            at += 1;
        }
        let (target, after) = self.table(at, end, Join::default());
        let mut part = Part { span: self.span(at, end), ..Part::default() };
        part.from.push(target.clone());
        at = after;
        if self.is_word(at, "SET") {
            let to = self.next_clause(at + 1, end);
            part.columns = self.list(at + 1, to);
            at = to;
        }
        at = self.rest_of_part(&mut part, at, end);
        self.order_and_limit(&mut query, at, end);
        query.parts.push(part);
        Clauses { verb, target: Some(target), query }
    }

    // ---- queries

    /// Reads a query from token `at`; `end` is the token behind it or its closing bracket.
    pub(super) fn query(&mut self, at: usize, end: usize) -> (Query, usize) {
        let start = at;
        let mut query = Query::default();
        let mut at = at;
        if self.is_word(at, "WITH") {
            at = self.ctes(at, &mut query.ctes);
        }
        let mut operator = None;
        loop {
            let (mut part, after) = self.part(at, end);
            part.operator = operator.take();
            query.parts.push(part);
            at = after;
            let words =
                if self.is_word(at, "UNION") && self.is_word(at + 1, "ALL") { 2 } else { 1 };
            let joins = ["UNION", "INTERSECT", "EXCEPT"].iter().any(|word| self.is_word(at, word));
            if !joins || at + words >= end {
                break;
            }
            operator = Some(self.span(at, at + words));
            at += words;
        }
        at = self.order_and_limit(&mut query, at, end);
        query.span = self.span(start, at);
        (query, at)
    }

    fn ctes(&mut self, at: usize, ctes: &mut Vec<Cte>) -> usize {
        let mut at = at + 1;
        if self.is_word(at, "RECURSIVE") {
            at += 1;
        }
        loop {
            let (name, name_span) = (self.name(at), self.span(at, at + 1));
            at += 1;
            if self.is_sign(at, "(") {
                at = self.closing(at) + 1;
            }
            while ["AS", "NOT", "MATERIALIZED"].iter().any(|word| self.is_word(at, word)) {
                at += 1;
            }
            if !self.is_sign(at, "(") {
                return at;
            }
            let close = self.closing(at);
            let (query, _) = self.query(at + 1, close);
            ctes.push(Cte { name, name_span, query });
            at = close + 1;
            if !self.is_sign(at, ",") {
                return at;
            }
            at += 1;
        }
    }

    fn part(&mut self, at: usize, end: usize) -> (Part, usize) {
        let start = at;
        let mut part = Part::default();
        let mut at = at;
        if self.is_word(at, "VALUES") {
            part.is_values = true;
            let to = self.next_clause(at + 1, end);
            part.columns = self.list(at + 1, to);
            at = to;
        } else {
            at += 1;
            if self.is_word(at, "DISTINCT") {
                part.distinct = Some(self.span(at, at + 1));
                at += 1;
            } else if self.is_word(at, "ALL") {
                at += 1;
            }
            let to = self.next_clause(at, end);
            part.columns = self.list(at, to);
            at = self.rest_of_part(&mut part, to, end);
        }
        part.number = self.next_number();
        part.span = self.span(start, at);
        (part, at)
    }

    /// FROM to WINDOW.
    fn rest_of_part(&mut self, part: &mut Part, at: usize, end: usize) -> usize {
        let mut at = at;
        if self.is_word(at, "FROM") {
            at = self.from(part, at + 1, end);
        }
        if self.is_word(at, "WHERE") {
            let to = self.next_clause(at + 1, end);
            let terms = self.terms(at + 1, to);
            part.conditions
                .extend(terms.into_iter().map(|expression| Condition { expression, on: None }));
            at = to;
        }
        if self.is_word(at, "GROUP") {
            let (clause, to) = self.clause(at, end);
            part.group_by = Some(clause);
            at = to;
        }
        if self.is_word(at, "HAVING") {
            let to = self.next_clause(at + 1, end);
            part.having = self.terms(at + 1, to);
            at = to;
        }
        if self.is_window(at) || self.is_word(at, "RETURNING") {
            at = self.next_clause(at + 1, end);
        }
        at
    }

    /// `GROUP BY …` or `ORDER BY …`
    fn clause(&mut self, at: usize, end: usize) -> (Clause, usize) {
        let to = self.next_clause(at + 2, end);
        let terms: Vec<Expression> = self.list(at + 2, to);
        (Clause { span: self.span(at, to), terms }, to)
    }

    fn order_and_limit(&mut self, query: &mut Query, at: usize, end: usize) -> usize {
        let mut at = at;
        if self.is_word(at, "ORDER") && self.is_word(at + 1, "BY") {
            let (clause, to) = self.clause(at, end);
            query.order_by = Some(clause);
            at = to;
        }
        if self.is_word(at, "LIMIT") {
            let to = self.next_clause(at + 1, end);
            let parts = self.list(at + 1, to);
            let word = (at + 1..to).find(|place| self.is_word(*place, "OFFSET"));
            let (rows, offset) = match (parts.as_slice(), word) {
                (_, Some(word)) => (self.span(at + 1, word), Some(self.span(word + 1, to))),
                // `LIMIT offset, rows`
                ([offset, rows], None) => (rows.span.clone(), Some(offset.span.clone())),
                _ => (self.span(at + 1, to), None),
            };
            query.limit = Some(Limit { span: self.span(at, to), rows, offset });
            at = to;
        }
        at
    }

    /// The next token outside brackets that begins another clause.
    fn next_clause(&self, at: usize, end: usize) -> usize {
        let mut at = at;
        while at < end {
            if self.is_sign(at, "(") {
                at = self.closing(at) + 1;
                continue;
            }
            // `IS DISTINCT FROM`
            let compares = self.is_word(at, "FROM") && self.is_word(at.wrapping_sub(1), "DISTINCT");
            let ends = ENDS.iter().any(|word| self.is_word(at, word)) && !compares;
            if ends || self.is_window(at) || self.is_word(at, "RETURNING") || self.is_upsert(at) {
                break;
            }
            at += 1;
        }
        at.min(end)
    }

    /// `WINDOW name AS (`; the word alone may be a column.
    fn is_window(&self, at: usize) -> bool {
        self.is_word(at, "WINDOW") && self.is_word(at + 2, "AS") && self.is_sign(at + 3, "(")
    }

    fn is_upsert(&self, at: usize) -> bool {
        self.is_word(at, "ON") && self.is_word(at + 1, "CONFLICT")
    }

    // ---- FROM

    fn from(&mut self, part: &mut Part, at: usize, end: usize) -> usize {
        let mut at = at;
        let mut join = Join::default();
        loop {
            let first = part.from.len();
            let grouped = self.is_sign(at, "(") && !self.begins_query(at + 1);
            if grouped {
                let close = self.closing(at);
                self.from(part, at + 1, close);
                at = self.after_alias(close + 1, end).0;
                if let Some(item) = part.from.get_mut(first) {
                    item.join = join;
                }
            } else {
                let (item, after) = self.table(at, end, join);
                part.from.push(item);
                at = after;
            }
            if self.is_word(at, "ON") && !self.is_upsert(at) {
                let to = self.next_join(at + 1, end);
                let on = part.from.len().checked_sub(1);
                let terms = self.terms(at + 1, to);
                part.conditions
                    .extend(terms.into_iter().map(|expression| Condition { expression, on }));
                at = to;
            } else if self.is_word(at, "USING") && self.is_sign(at + 1, "(") {
                if let Some(item) = part.from.last_mut() {
                    item.join.shared_columns = true;
                }
                at = self.closing(at + 1) + 1;
            }
            if self.is_sign(at, ",") && at < end {
                join = Join::default();
                at += 1;
                continue;
            }
            match self.join(at) {
                Some((found, after)) if after < end => {
                    join = found;
                    at = after;
                }
                _ => return at.min(end),
            }
        }
    }

    /// `LEFT OUTER JOIN` and its like, and the token behind it.
    fn join(&self, at: usize) -> Option<(Join, usize)> {
        let mut join = Join::default();
        let mut end = at;
        loop {
            match self.word(end).as_str() {
                _ if !self.is_bare(end) => return None,
                "JOIN" => return Some((join, end + 1)),
                "NATURAL" => join.shared_columns = true,
                "LEFT" => join.left = true,
                "RIGHT" => join.right = true,
                "FULL" => (join.left, join.right) = (true, true),
                "CROSS" => join.cross = true,
                "INNER" | "OUTER" => {}
                _ => return None,
            }
            end += 1;
        }
    }

    fn next_join(&self, at: usize, end: usize) -> usize {
        let to = self.next_clause(at, end);
        let mut at = at;
        while at < to {
            if self.is_sign(at, "(") {
                at = self.closing(at) + 1;
                continue;
            }
            if self.is_sign(at, ",") || self.join(at).is_some() {
                return at;
            }
            at += 1;
        }
        to
    }

    fn table(&mut self, at: usize, end: usize, join: Join) -> (FromItem, usize) {
        let start = at;
        let mut item = FromItem {
            span: 0..0,
            name: None,
            schema: None,
            alias: None,
            subquery: None,
            is_function: false,
            indexed_by: None,
            join,
        };
        let mut at = at;
        if self.is_sign(at, "(") {
            let close = self.closing(at);
            item.subquery = Some(self.query(at + 1, close).0);
            at = close + 1;
        } else {
            let mut name = self.name(at);
            at += 1;
            if self.is_sign(at, ".") {
                item.schema = Some(std::mem::replace(&mut name, self.name(at + 1)));
                at += 2;
            }
            item.name = Some(name);
            if self.is_sign(at, "(") && at < end {
                item.is_function = true;
                at = self.closing(at) + 1;
            }
        }
        let (after, alias) = self.after_alias(at, end);
        item.alias = alias;
        at = after;
        item.span = self.span(start, at);
        if self.is_word(at, "INDEXED") && self.is_word(at + 1, "BY") {
            item.indexed_by = Some(self.name(at + 2));
            at += 3;
        } else if self.is_word(at, "NOT") && self.is_word(at + 1, "INDEXED") {
            at += 2;
        }
        (item, at.min(end.max(start + 1)))
    }

    fn after_alias(&self, at: usize, end: usize) -> (usize, Option<String>) {
        const NO_ALIAS: [&str; 8] =
            ["LEFT", "RIGHT", "FULL", "OUTER", "INNER", "CROSS", "NATURAL", "INDEXED"];
        if at >= end {
            return (at, None);
        }
        if self.is_word(at, "AS") {
            return (at + 2, Some(self.name(at + 1)));
        }
        let word = self.word(at);
        let is_alias = self.is_name(at)
            && match self.is_bare(at) {
                true if word == "WINDOW" => !self.is_window(at),
                true => !is_reserved(&word) && !NO_ALIAS.contains(&word.as_str()),
                false => true,
            };
        // SQLite also takes a text in single quotes for an alias.
        if is_alias || self.text(at).starts_with('\'') {
            return (at + 1, Some(self.name(at)));
        }
        (at, None)
    }
}

/// Keywords that cannot be names without quotes: those that parse.y gives no fallback.
pub(super) fn is_reserved(word: &str) -> bool {
    const RESERVED: [&str; 59] = [
        "ADD",
        "ALL",
        "ALTER",
        "AND",
        "AS",
        "AUTOINCREMENT",
        "BETWEEN",
        "CASE",
        "CHECK",
        "COLLATE",
        "COMMIT",
        "CONSTRAINT",
        "CREATE",
        "DEFAULT",
        "DEFERRABLE",
        "DELETE",
        "DISTINCT",
        "DROP",
        "ELSE",
        "ESCAPE",
        "EXCEPT",
        "EXISTS",
        "FOREIGN",
        "FROM",
        "GROUP",
        "HAVING",
        "IN",
        "INDEX",
        "INSERT",
        "INTERSECT",
        "INTO",
        "IS",
        "ISNULL",
        "JOIN",
        "LIMIT",
        "NOT",
        "NOTHING",
        "NOTNULL",
        "NULL",
        "ON",
        "OR",
        "ORDER",
        "PRIMARY",
        "REFERENCES",
        "RETURNING",
        "SELECT",
        "SET",
        "TABLE",
        "THEN",
        "TO",
        "TRANSACTION",
        "UNION",
        "UNIQUE",
        "UPDATE",
        "USING",
        "VALUES",
        "WHEN",
        "WHERE",
        "END",
    ];
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(word))
}
