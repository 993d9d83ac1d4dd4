//! The normal form of a statement: literals and parameters become slots, lists of any length become
//! one, blanks, comments and the case of keywords do not count. Statements with the same normal form
//! are one query of the program.

use super::lexeme::{Lexeme, LexemeKind, is_one_statement, lexemes};
use super::values::{Arguments, Known};
use super::writer::Writer;
use crate::outline::unquoted;

/// A statement in its normal form, with the values that it had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Normal {
    /// Equal for statements that differ in values alone.
    pub(super) key: String,
    /// The text around the slots: one piece more than there are slots.
    pub(super) pieces: Vec<String>,
    pub(super) slots: Vec<Slot>,
    /// The value of each slot.
    pub(super) values: Vec<Known>,
    /// Further rows of VALUES were left out: the first one stands for them.
    pub(super) several_rows: bool,
}

/// Where values go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    /// The column it is compared with, or set, or another word that says what it is for.
    pub(super) about: Option<String>,
    /// It stands behind `=`, and a column before that.
    pub(super) equality: bool,
    /// It is the list of an IN, or rows of VALUES: no parameter can stand for it.
    pub(super) list: bool,
    /// The parameter that stood there, as written.
    pub(super) parameter: Option<String>,
    /// The program gave the value as an argument.
    pub(super) bound: bool,
}

/// Words behind which a sign belongs to the number, and no operand stands.
const BEFORE_OPERAND: [&str; 26] = [
    "SELECT",
    "DISTINCT",
    "WHERE",
    "AND",
    "OR",
    "NOT",
    "ON",
    "HAVING",
    "BY",
    "LIMIT",
    "OFFSET",
    "IN",
    "IS",
    "LIKE",
    "GLOB",
    "BETWEEN",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "VALUES",
    "SET",
    "RETURNING",
    "ESCAPE",
    "FROM",
    "ALL",
];

/// `None` if the text is not one whole statement.
pub(super) fn normal(sql: &str, arguments: &Arguments) -> Option<Normal> {
    let lexemes = lexemes(sql);
    if !is_one_statement(sql, &lexemes) {
        return None;
    }
    let mut taker = Taker::new(arguments, &lexemes, sql);
    let mut writer = Writer::default();
    let mut state = State::default();
    let mut at = 0;
    while at < lexemes.len() {
        let lexeme = &lexemes[at];
        let text = &sql[lexeme.span.clone()];
        let spaced = at > 0 && lexemes[at - 1].span.end < lexeme.span.start;
        // A number with its sign.
        let signed = matches!(text, "-" | "+")
            && lexemes.get(at + 1).is_some_and(|next| {
                next.kind == LexemeKind::Number && next.span.start == lexeme.span.end
            })
            && !state.behind_operand;
        let literal = signed || is_literal(lexeme, text, &state);
        if literal && !state.is_fixed(&lexemes, at + usize::from(signed)) {
            let end = lexemes[at + usize::from(signed)].span.end;
            let whole = &sql[lexeme.span.start..end];
            let is_list = state.list_depth == Some(state.depth());
            let (value, parameter, bound) = taker.value(lexeme.kind, whole);
            let slot = Slot {
                about: state.about(),
                equality: state.equality(),
                list: is_list,
                parameter,
                bound,
            };
            writer.slot(slot, value, spaced);
            state.operand();
            at += 1 + usize::from(signed);
            continue;
        }
        state.step(lexeme, text, sql);
        writer.text(lexeme.kind, text, spaced);
        at += 1;
    }
    Some(writer.finish())
}

fn is_literal(lexeme: &Lexeme, text: &str, state: &State) -> bool {
    match lexeme.kind {
        LexemeKind::Number | LexemeKind::Text | LexemeKind::Blob | LexemeKind::Parameter => true,
        // `IS NULL` and `NOT NULL` are operators.
        LexemeKind::Word => {
            ["NULL", "TRUE", "FALSE"].iter().any(|word| text.eq_ignore_ascii_case(word))
                && !matches!(state.last.as_str(), "IS" | "NOT" | "DEFAULT" | "." | "AS")
        }
        _ => false,
    }
}

/// What stands before a place.
#[derive(Default)]
struct State {
    /// The last word in upper case, or the last sign.
    last: String,
    /// The last name that may be a column, without quotes, and the operator behind it.
    column: Option<String>,
    /// Something is done with that column: it stands in brackets.
    computed: bool,
    operator: String,
    behind_operand: bool,
    /// One entry a bracket that is open.
    open: Vec<Bracket>,
    /// Depth at which the values of an IN stand.
    list_depth: Option<usize>,
    /// Depth at which a GROUP BY or ORDER BY lists its terms.
    terms_depth: Option<usize>,
    /// The columns of an INSERT, and which of them the next value is for.
    inserted: Vec<String>,
    inserting: Inserting,
}

#[derive(Default, PartialEq)]
enum Inserting {
    #[default]
    Not,
    /// Behind INSERT INTO.
    Table,
    /// In the brackets with the columns.
    Columns,
    /// Behind them.
    Ready,
    /// In a row; which value of it.
    Row(usize),
}

#[derive(Default)]
struct Bracket {
    /// Behind CAST; and whether its AS was met: what follows is a type.
    cast: bool,
    typed: bool,
}

impl State {
    fn depth(&self) -> usize {
        self.open.len()
    }

    /// A number that is no value: a position in ORDER BY, the size of a type.
    fn is_fixed(&self, lexemes: &[Lexeme], at: usize) -> bool {
        let is_number = lexemes[at].kind == LexemeKind::Number;
        let is_term =
            self.terms_depth == Some(self.depth()) && matches!(self.last.as_str(), "BY" | ",");
        (is_number && is_term) || self.open.iter().any(|bracket| bracket.typed)
    }

    fn about(&self) -> Option<String> {
        if let Inserting::Row(at) = self.inserting {
            return self.inserted.get(at).cloned();
        }
        match self.last.as_str() {
            "LIMIT" | "OFFSET" => Some(self.last.to_lowercase()),
            _ => self.column.clone(),
        }
    }

    fn equality(&self) -> bool {
        self.operator == "=" && self.column.is_some() && !self.computed && self.last == "="
    }

    /// A value was passed.
    fn operand(&mut self) {
        self.behind_operand = true;
        self.last.clear();
        // The other end of BETWEEN is about the same column.
        if self.operator != "BETWEEN" && self.list_depth.is_none() {
            self.column = None;
        }
    }

    fn step(&mut self, lexeme: &Lexeme, text: &str, sql: &str) {
        let word = match lexeme.kind {
            LexemeKind::Word => text.to_ascii_uppercase(),
            LexemeKind::Quoted => "name".to_owned(),
            _ => text.to_owned(),
        };
        match lexeme.kind {
            LexemeKind::Word | LexemeKind::Quoted => self.word(&word, lexeme, sql),
            _ => self.sign(&word),
        }
        self.last = word;
    }

    fn word(&mut self, word: &str, lexeme: &Lexeme, sql: &str) {
        let is_plain = lexeme.kind == LexemeKind::Word;
        // A subquery or a function: no list of values.
        if self.list_depth == Some(self.depth()) {
            self.list_depth = None;
        }
        match word {
            "BY" if is_plain && matches!(self.last.as_str(), "ORDER" | "GROUP" | "PARTITION") => {
                self.terms_depth = Some(self.depth());
            }
            "LIMIT" | "HAVING" | "UNION" | "EXCEPT" | "INTERSECT" | "WINDOW" if is_plain => {
                self.terms_depth = None;
            }
            "AS" if is_plain => {
                if let Some(bracket) = self.open.last_mut() {
                    bracket.typed |= bracket.cast;
                }
            }
            "INTO" if is_plain => self.inserting = Inserting::Table,
            "VALUES" if is_plain && self.inserting == Inserting::Table => {
                self.inserting = Inserting::Ready;
            }
            "SELECT" | "SET" if is_plain => self.inserting = Inserting::Not,
            _ => {}
        }
        let is_operator = is_plain
            && matches!(
                word,
                "LIKE" | "GLOB" | "IS" | "BETWEEN" | "IN" | "REGEXP" | "MATCH" | "NOT"
            );
        if is_operator {
            word.clone_into(&mut self.operator);
            self.behind_operand = false;
            return;
        }
        if is_plain && (BEFORE_OPERAND.contains(&word) || word == "FROM") {
            self.behind_operand = false;
            if word != "AND" || self.operator != "BETWEEN" {
                self.column = None;
                self.operator.clear();
            }
            return;
        }
        self.behind_operand = true;
        let name = unquoted(&sql[lexeme.span.clone()]);
        if self.inserting == Inserting::Columns {
            self.inserted.push(name.clone());
        }
        self.operator.clear();
        self.computed = false;
        self.column = Some(name);
    }

    fn sign(&mut self, sign: &str) {
        match sign {
            "(" => {
                let cast = self.last == "CAST";
                self.open.push(Bracket { cast, typed: false });
                match self.inserting {
                    Inserting::Table => self.inserting = Inserting::Columns,
                    Inserting::Ready if self.depth() == 1 => self.inserting = Inserting::Row(0),
                    _ => {}
                }
                if self.last == "IN" {
                    self.list_depth = Some(self.depth());
                } else if self.behind_operand {
                    // A function: its name is no column.
                    self.column = None;
                }
                self.behind_operand = false;
            }
            ")" => {
                if self.list_depth == Some(self.depth()) {
                    self.list_depth = None;
                }
                if self.terms_depth == Some(self.depth()) {
                    self.terms_depth = None;
                }
                self.open.pop();
                self.computed = true;
                match self.inserting {
                    Inserting::Columns => self.inserting = Inserting::Ready,
                    Inserting::Row(_) if self.depth() == 0 => self.inserting = Inserting::Ready,
                    _ => {}
                }
                self.behind_operand = true;
            }
            "," => {
                self.behind_operand = false;
                if let Inserting::Row(at) = self.inserting
                    && self.depth() == 1
                {
                    self.inserting = Inserting::Row(at + 1);
                }
                if self.list_depth.is_none() {
                    self.column = None;
                    self.operator.clear();
                }
            }
            // The name behind it is the column, this side of the point the table.
            "." => {}
            "=" | "<" | ">" | "!" => {
                // `<=` and `!=` are two signs.
                if matches!(self.last.as_str(), "<" | ">" | "!") {
                    self.operator.push_str(sign);
                } else if !(sign == "=" && self.last == "=") {
                    sign.clone_into(&mut self.operator);
                }
                self.behind_operand = false;
            }
            _ => {
                self.behind_operand = false;
                self.operator.clear();
                self.column = None;
            }
        }
    }
}

/// Hands out the values that stand beside the statement.
struct Taker<'a> {
    arguments: &'a Arguments,
    next: usize,
    /// The arguments are already in the text, as Django writes them there.
    inlined: bool,
}

impl<'a> Taker<'a> {
    fn new(arguments: &'a Arguments, lexemes: &[Lexeme], sql: &str) -> Self {
        let is_parameter = |lexeme: &Lexeme| {
            lexeme.kind == LexemeKind::Parameter && !sql[lexeme.span.clone()].is_empty()
        };
        Self { arguments, next: 0, inlined: !lexemes.iter().any(is_parameter) }
    }

    /// The value of a literal or parameter, the parameter as written, and whether it was bound.
    fn value(&mut self, kind: LexemeKind, text: &str) -> (Known, Option<String>, bool) {
        if kind != LexemeKind::Parameter {
            let is_argument = self.inlined && self.is_next(text);
            return (Some(literal(text)), None, is_argument);
        }
        let bare = text.trim_start_matches(['?', ':', '@', '$', '%', '(']).trim_end_matches(")s");
        let value = match self.arguments {
            Arguments::Listed(values) => {
                let place = match bare.parse::<usize>() {
                    Ok(number) => number.checked_sub(1),
                    Err(_) => {
                        self.next += 1;
                        Some(self.next - 1)
                    }
                };
                place.and_then(|place| values.get(place)).and_then(|(_, value)| value.clone())
            }
            Arguments::Named(values) => {
                let named = values
                    .iter()
                    .find(|(name, _)| name.trim_start_matches([':', '@', '$', '?']) == bare);
                named.and_then(|(_, value)| value.clone())
            }
            Arguments::None | Arguments::Many { .. } => None,
        };
        (value, Some(text.to_owned()), true)
    }

    /// The next argument in order has this value.
    fn is_next(&mut self, text: &str) -> bool {
        let Arguments::Listed(values) = self.arguments else { return false };
        let literal = literal(text);
        let ahead = values.iter().enumerate().skip(self.next);
        let found = ahead.take(1).find(|(_, (_, value))| value.as_deref() == Some(&literal));
        self.next = found.map_or(self.next, |(at, _)| at + 1);
        found.is_some()
    }
}

fn literal(text: &str) -> String {
    match text.to_ascii_uppercase().as_str() {
        "NULL" => "NULL".to_owned(),
        "TRUE" => "1".to_owned(),
        "FALSE" => "0".to_owned(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::values::arguments;
    use super::*;

    fn shown(sql: &str, beside: &str) -> (String, String) {
        let arguments = arguments(beside).unwrap_or_default();
        let normal = normal(sql, &arguments).unwrap();
        let values: Vec<String> = normal
            .slots
            .iter()
            .zip(&normal.values)
            .map(|(slot, value)| {
                let about = slot.about.as_deref().unwrap_or("-");
                let marks = [(slot.equality, "="), (slot.list, "[]"), (slot.bound, "!")];
                let marks: String = marks.iter().filter(|(is, _)| *is).map(|(_, m)| *m).collect();
                format!("{about}{marks} {}", value.as_deref().unwrap_or("unknown"))
            })
            .collect();
        (normal.key, values.join(" | "))
    }

    #[test]
    fn values_become_slots() {
        for (sql, beside, key, values) in [
            ("SELECT 1", "", "select ?", "- 1"),
            (
                "SELECT  a /* x */ FROM \"T\" WHERE a=-5 AND b = 'x' -- end",
                "",
                "select a from \"T\" where a = ? and b = ?",
                "a= -5 | b= 'x'",
            ),
            (
                "select a from t where t.a in (1,2, 3) and b not in ('x') and c in (select d from e where f = 1)",
                "",
                "select a from t where t . a in ( ?… ) and b not in ( ?… ) and c in ( select d from e where f = ? )",
                "a[] 1, 2, 3 | b[] 'x' | f= 1",
            ),
            (
                "select a, 7 from t where b between 1 and 9 order by 2, a limit 10 offset 20",
                "",
                "select a , ? from t where b between ? and ? order by 2 , a limit ? offset ?",
                "- 7 | b 1 | b 9 | limit 10 | offset 20",
            ),
            (
                "insert into t(a, b) values (1, 'x'), (2, 'y'), (3, NULL) on conflict do nothing",
                "",
                "insert into t ( a , b ) values ( ? , ? ) on conflict do nothing …",
                "a 1 | b 'x'",
            ),
            (
                "insert into t values (1, lower('A'))",
                "",
                "insert into t values ( ? , lower ( ? ) )",
                "- 1 | - 'A'",
            ),
            (
                "update t set a = ?, b = b + 1 where c = ? and d IS NULL and e is not null",
                "(5, 'k')",
                "update t set a = ? , b = b + ? where c = ? and d is null and e is not null",
                "a=! 5 | - 1 | c=! 'k'",
            ),
            (
                "select * from t where a = $2 and b = $1 and c <> ?2 and d >= 3",
                "(10, 20)",
                "select * from t where a = ? and b = ? and c < > ? and d > = ?",
                "a=! 20 | b=! 10 | c! 20 | d 3",
            ),
            (
                "select * from t where a = :a and b = %(b)s and c = @c",
                "{'a': 1, 'b': 'x'}",
                "select * from t where a = ? and b = ? and c = ?",
                "a=! 1 | b=! 'x' | c=! unknown",
            ),
            (
                "select cast(a as decimal(10, 2)) - 5, b -1, (c)-1 from t where lower(a) = 'x' limit 21",
                "('x',)",
                "select cast ( a as decimal ( 10 , 2 ) ) - ? , b - ? , ( c ) - ? from t where lower ( a ) = ? limit ?",
                "- 5 | - 1 | - 1 | a! 'x' | limit 21",
            ),
        ] {
            assert_eq!(shown(sql, beside), (key.to_owned(), values.to_owned()), "{sql}");
        }
    }

    #[test]
    fn what_is_not_one_statement() {
        for sql in ["select 'a", "select 1; select 2", "select \"a", "select [a", "select x'0", "'"]
        {
            assert_eq!(normal(sql, &Arguments::None), None, "{sql}");
        }
    }

    #[test]
    fn the_text_can_be_put_together_again() {
        for sql in [
            "SELECT a FROM t WHERE a = 1 AND b IN (1, 2) ORDER BY 1",
            "INSERT INTO t(a) VALUES (1)",
            "SELECT",
            "",
        ] {
            let normal = normal(sql, &Arguments::None).unwrap();
            let mut text = normal.pieces[0].clone();
            for (value, piece) in normal.values.iter().zip(&normal.pieces[1..]) {
                text.push_str(value.as_deref().unwrap());
                text.push_str(piece);
            }
            assert_eq!(text, sql);
        }
    }
}
