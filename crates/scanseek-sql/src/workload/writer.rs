//! Puts a normal form together: its key, the text around its slots, lists and rows that are alike once.

use super::lexeme::LexemeKind;
use super::normal::{Normal, Slot};
use super::values::Known;

/// Longer lists are cut to whole values within this many bytes: the values are there to run the query
/// with.
const LONGEST_LIST_BYTES: usize = 4_000;

/// Writes the key, in which every word and sign stands one blank apart, and the text for people.
#[derive(Default)]
pub(super) struct Writer {
    key: String,
    piece: String,
    pieces: Vec<String>,
    slots: Vec<Slot>,
    values: Vec<Known>,
    rows: Rows,
    /// Rows of VALUES behind the first one, which stands for them.
    several_rows: bool,
}

/// The rows of VALUES.
#[derive(Default)]
enum Rows {
    #[default]
    Not,
    /// Behind the keyword; the row before this one, if there is one.
    Before(Option<Row>),
    /// In a row that began at this byte of the key.
    In { start: usize, open: usize, first: Option<Row> },
}

/// The first row as it was written.
struct Row {
    key: std::ops::Range<usize>,
    slots: usize,
    piece: String,
}

impl Writer {
    pub(super) fn slot(&mut self, slot: Slot, value: Known, spaced: bool) {
        let in_list = slot.list
            && self.piece.trim() == ","
            && self.slots.last().is_some_and(|before| before.list);
        if in_list {
            self.extend_list(value, slot.bound);
            return;
        }
        self.begin(spaced);
        self.key.push_str(if slot.list { "?…" } else { "?" });
        self.pieces.push(std::mem::take(&mut self.piece));
        self.slots.push(slot);
        self.values.push(value);
    }

    fn extend_list(&mut self, value: Known, bound: bool) {
        self.piece.clear();
        let without_comma = self.key.trim_end_matches([' ', ',']).len();
        self.key.truncate(without_comma);
        if let Some(list) = self.slots.last_mut() {
            list.bound |= bound;
        }
        if let Some(whole) = self.values.last_mut() {
            *whole = match (whole.take(), value) {
                (Some(mut list), Some(value)) => {
                    if list.len() + value.len() < LONGEST_LIST_BYTES {
                        list.push_str(", ");
                        list.push_str(&value);
                    }
                    Some(list)
                }
                _ => None,
            };
        }
    }

    pub(super) fn text(&mut self, kind: LexemeKind, text: &str, spaced: bool) {
        self.begin(spaced);
        let start = self.key.len();
        match kind {
            LexemeKind::Word => self.key.extend(text.chars().map(|c| c.to_ascii_lowercase())),
            _ => self.key.push_str(text),
        }
        self.piece.push_str(text);
        self.follow_rows(text, start);
    }

    fn begin(&mut self, spaced: bool) {
        if !self.key.is_empty() {
            self.key.push(' ');
        }
        if spaced && !(self.pieces.is_empty() && self.piece.is_empty()) {
            self.piece.push(' ');
        }
    }

    /// Leaves out a row of VALUES that is like the first one.
    fn follow_rows(&mut self, text: &str, start: usize) {
        self.rows = match (std::mem::take(&mut self.rows), text) {
            (Rows::Not, text) if text.eq_ignore_ascii_case("VALUES") => Rows::Before(None),
            (Rows::Before(first), "(") => Rows::In { start, open: 1, first },
            (Rows::Before(first), ",") => Rows::Before(first),
            (Rows::Before(_) | Rows::Not, _) => Rows::Not,
            (Rows::In { start, open, first }, "(") => Rows::In { start, open: open + 1, first },
            (Rows::In { start, open: 1, first }, ")") => match first {
                Some(first) if self.key[start..] == self.key[first.key.clone()] => {
                    self.several_rows = true;
                    self.key.truncate(first.key.end);
                    self.slots.truncate(first.slots);
                    self.values.truncate(first.slots);
                    self.pieces.truncate(first.slots);
                    self.piece.clone_from(&first.piece);
                    Rows::Before(Some(first))
                }
                Some(first) => Rows::Before(Some(first)),
                None => Rows::Before(Some(Row {
                    key: start..self.key.len(),
                    slots: self.slots.len(),
                    piece: self.piece.clone(),
                })),
            },
            (Rows::In { start, open, first }, ")") => Rows::In { start, open: open - 1, first },
            (rows, _) => rows,
        };
    }

    pub(super) fn finish(mut self) -> Normal {
        if self.several_rows {
            self.key.push_str(" …");
        }
        self.pieces.push(self.piece);
        Normal {
            key: self.key,
            pieces: self.pieces,
            slots: self.slots,
            values: self.values,
            several_rows: self.several_rows,
        }
    }
}
