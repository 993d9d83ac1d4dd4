//! Pieces of the text of a statement: sides of comparisons, literals, names.

use std::ops::Range;

use crate::{ColumnName, Comparison, Expression, one_line, word_spans};

/// A piece on one line, short enough for a sentence.
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    let line = one_line(text);
    if line.chars().count() <= LONGEST {
        return format!("“{line}”");
    }
    format!("“{}…”", line.chars().take(LONGEST).collect::<String>())
}

/// One side of a comparison.
#[derive(Debug, Clone)]
pub struct Side<'a> {
    /// Where it stands.
    pub span: Range<usize>,
    /// Names of columns in it.
    pub columns: Vec<&'a ColumnName>,
}

/// Both sides of a comparison, each once as the first.
pub fn sides<'a>(expression: &'a Expression, comparison: &Comparison) -> [(Side<'a>, Side<'a>); 2] {
    let side = |span: &Range<usize>| Side {
        span: span.clone(),
        columns: expression
            .columns
            .iter()
            .filter(|column| span.start <= column.span.start && column.span.end <= span.end)
            .collect(),
    };
    let (left, right) = (side(&comparison.left), side(&comparison.right));
    [(left.clone(), right.clone()), (right, left)]
}

/// What is written around a column that stands alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Around {
    /// Nothing but brackets.
    Nothing,
    /// `COLLATE name`
    Collate(String),
    /// `+` or `-` before it, or a function or an operator: it is computed with.
    Computed,
}

/// What a side does with its column.
pub fn around(sql: &str, side: &Range<usize>, column: &ColumnName) -> Around {
    let before = &sql[side.start..column.span.start];
    let behind = &sql[column.span.end..side.end];
    let words = |text: &str| -> Vec<String> {
        word_spans(text)
            .into_iter()
            .map(|span| text[span].to_owned())
            .filter(|word| word != "(" && word != ")")
            .collect()
    };
    match (words(before).as_slice(), words(behind).as_slice()) {
        ([], []) => Around::Nothing,
        ([], [collate, name]) if collate.eq_ignore_ascii_case("COLLATE") => {
            Around::Collate(crate::words(name).concat())
        }
        _ => Around::Computed,
    }
}

/// An expression without its `COLLATE`s.
pub fn without_collate(text: &str) -> String {
    let spans = word_spans(text);
    let mut cut = text.to_owned();
    for pair in spans.windows(2).rev() {
        if text[pair[0].clone()].eq_ignore_ascii_case("COLLATE") {
            cut.replace_range(pair[0].start..pair[1].end, "");
        }
    }
    cut.trim_end().to_owned()
}

/// The first collation that an expression names.
pub fn collation_in(text: &str) -> Option<String> {
    let spans = word_spans(text);
    let at = spans.windows(2).find(|two| text[two[0].clone()].eq_ignore_ascii_case("COLLATE"))?;
    crate::words(&text[at[1].clone()]).pop()
}

/// A text in single quotes and nothing else: its value.
pub fn text_literal(text: &str) -> Option<String> {
    let text = text.trim();
    match word_spans(text).as_slice() {
        [_] if text.starts_with('\'') => crate::words(text).pop(),
        _ => None,
    }
}

/// The words in it, in upper case.
pub fn upper_words(text: &str) -> Vec<String> {
    word_spans(text).into_iter().map(|span| text[span].to_ascii_uppercase()).collect()
}

/// One of these words stands in it, outside quotes.
pub fn has_word(text: &str, words: &[&str]) -> bool {
    upper_words(text).iter().any(|word| words.contains(&word.as_str()))
}

/// An aggregate or window function seems to be called.
pub fn aggregates(text: &str) -> bool {
    const FUNCTIONS: [&str; 13] = [
        "COUNT",
        "SUM",
        "TOTAL",
        "AVG",
        "MIN",
        "MAX",
        "GROUP_CONCAT",
        "STRING_AGG",
        "JSON_GROUP_ARRAY",
        "JSON_GROUP_OBJECT",
        "MEDIAN",
        "PERCENTILE",
        "OVER",
    ];
    let words = upper_words(text);
    words.windows(2).any(|two| two[1] == "(" && FUNCTIONS.contains(&two[0].as_str()))
}
