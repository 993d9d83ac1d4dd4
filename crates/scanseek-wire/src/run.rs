//! Rows, single values and progress.

use scanseek_workbench as domain;

use crate::{StatementPlan, Utf16};

wire! {
    pub struct RunOptions {
        pub row_cap: u32,
        pub deadline_ms: u32,
    }

    pub struct Ran {
        pub statement: StatementPlan,
        pub columns: Vec<String>,
        pub rows_kept: u64,
        pub rows_returned: u64,
        pub truncated: bool,
        pub elapsed_ns: u64,
        pub stopped: Stopped,
        /// SQLite compiled it again for the values of its parameters.
        pub reprepared: bool,
        /// Why another run may give other rows.
        pub varies: Option<Varies>,
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Varies {
        Random,
        Clock,
    }

    /// Rows of a run that goes on; `first_row` counts from 0.
    pub struct RowBatch {
        pub columns: Vec<String>,
        pub first_row: u64,
        pub rows: Vec<Vec<Cell>>,
    }

    /// Numbers travel as text: integers so that all 64 bits arrive, reals as SQLite writes them.
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum Cell {
        Null,
        Integer { value: String },
        Real { value: String },
        /// With `cut_from` it is the beginning of a text of so many bytes.
        Text { value: String, lossy: bool, cut_from: Option<u64> },
        /// `bytes` is the length of the whole, `hex` its beginning.
        Blob { bytes: u64, hex: String },
    }

    /// `first_row` counts from 0; with `whole`, long values are not cut.
    pub struct PageOptions {
        pub first_row: u64,
        pub row_cap: u32,
        pub whole: bool,
        pub deadline_ms: u32,
    }

    /// `more` tells whether there are rows after these.
    pub struct RowsPage {
        pub rows: Vec<Vec<Cell>>,
        pub more: bool,
    }

    /// Both count from 0.
    pub struct CellOptions {
        pub row: u64,
        pub column: u32,
        pub deadline_ms: u32,
    }

    /// One value in full. `guess` says what its bytes seem to be, and is empty where that is not
    /// known; `extension` is for a file's name.
    pub struct WholeCell {
        pub value: WholeValue,
        pub guess: String,
        pub extension: String,
    }

    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum WholeValue {
        Null,
        Integer { value: String },
        Real { value: String },
        /// `parts` is its beginning, or all of it if `parts_are_all`; `json` is all of it laid out.
        Text {
            bytes: Bytes,
            characters: u64,
            parts: Vec<TextPart>,
            parts_are_all: bool,
            json: Option<String>,
        },
        Blob { bytes: Bytes },
    }

    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum TextPart {
        Text { value: String },
        /// Bytes that are not UTF-8.
        Invalid { hex: String },
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Stopped {
        End,
        Deadline,
        Cancelled,
    }

    pub struct Progress {
        pub stage: String,
        pub done: u64,
        pub total: Option<u64>,
    }

    /// How much of the database the present run has read; `total_bytes` is about what it will read,
    /// where that is known.
    pub struct Reading {
        pub read_bytes: u64,
        pub total_bytes: Option<u64>,
    }
}

impl RunOptions {
    /// The options of the use-case.
    pub fn to_domain(&self) -> domain::RunOptions {
        domain::RunOptions {
            row_cap: self.row_cap as usize,
            deadline_ns: u64::from(self.deadline_ms) * 1_000_000,
        }
    }
}

impl PageOptions {
    /// The options of the use-case.
    pub fn to_domain(&self) -> domain::PageOptions {
        domain::PageOptions {
            first_row: self.first_row,
            row_cap: self.row_cap as usize,
            whole: self.whole,
            deadline_ns: u64::from(self.deadline_ms) * 1_000_000,
        }
    }
}

impl CellOptions {
    /// The options of the use-case.
    pub fn to_domain(&self) -> domain::CellOptions {
        domain::CellOptions {
            row: self.row,
            column: self.column as usize,
            deadline_ns: u64::from(self.deadline_ms) * 1_000_000,
        }
    }
}

impl Ran {
    /// `text` is the text that was run.
    pub fn new(ran: domain::Ran, text: &str) -> Self {
        Self {
            statement: StatementPlan::new(&ran.statement, &Utf16::new(text)),
            columns: ran.columns,
            rows_kept: ran.kept,
            rows_returned: ran.statement.counters.map_or(ran.kept, |counted| counted.rows_returned),
            truncated: ran.truncated,
            elapsed_ns: ran.elapsed_ns,
            reprepared: ran.reprepared,
            varies: ran.varies.map(|varies| match varies {
                domain::Varies::Random => Varies::Random,
                domain::Varies::Clock => Varies::Clock,
            }),
            stopped: ran.stopped.into(),
        }
    }
}

impl From<Option<domain::Stop>> for Stopped {
    fn from(stop: Option<domain::Stop>) -> Self {
        match stop {
            None => Self::End,
            Some(domain::Stop::Cancelled) => Self::Cancelled,
            Some(domain::Stop::Deadline | domain::Stop::StepLimit) => Self::Deadline,
        }
    }
}

impl From<domain::Value> for Cell {
    fn from(value: domain::Value) -> Self {
        match value {
            domain::Value::Null => Self::Null,
            domain::Value::Integer(integer) => Self::Integer { value: integer.to_string() },
            domain::Value::Real(real) => Self::Real { value: domain::real_text(real) },
            domain::Value::Text { text, lossy, cut_from } => {
                Self::Text { value: text, lossy, cut_from }
            }
            domain::Value::Blob { head, bytes } => Self::Blob { bytes, hex: hex(&head) },
        }
    }
}

fn cells(rows: Vec<Vec<domain::Value>>) -> Vec<Vec<Cell>> {
    rows.into_iter().map(|row| row.into_iter().map(Cell::from).collect()).collect()
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

impl From<domain::RowBatch> for RowBatch {
    fn from(batch: domain::RowBatch) -> Self {
        let domain::RowBatch { columns, first_row, rows } = batch;
        Self { columns: columns.to_vec(), first_row, rows: cells(rows) }
    }
}

impl From<domain::Page> for RowsPage {
    fn from(page: domain::Page) -> Self {
        Self { rows: cells(page.rows), more: page.more }
    }
}

impl From<domain::WholeCell> for WholeCell {
    fn from(cell: domain::WholeCell) -> Self {
        Self {
            guess: cell.guess.name.to_owned(),
            extension: cell.guess.extension.to_owned(),
            value: match cell.value {
                domain::WholeValue::Null => WholeValue::Null,
                domain::WholeValue::Integer(integer) => {
                    WholeValue::Integer { value: integer.to_string() }
                }
                domain::WholeValue::Real(real) => {
                    WholeValue::Real { value: domain::real_text(real) }
                }
                domain::WholeValue::Text { bytes, characters, parts, parts_are_all, json } => {
                    WholeValue::Text {
                        bytes: Bytes(bytes),
                        characters,
                        parts: parts.into_iter().map(TextPart::from).collect(),
                        parts_are_all,
                        json,
                    }
                }
                domain::WholeValue::Blob(bytes) => WholeValue::Blob { bytes: Bytes(bytes) },
            },
        }
    }
}

impl From<domain::TextPart> for TextPart {
    fn from(part: domain::TextPart) -> Self {
        match part {
            domain::TextPart::Text(value) => Self::Text { value },
            domain::TextPart::Invalid(bytes) => Self::Invalid { hex: hex(&bytes) },
        }
    }
}

/// Bytes, which reach the page as one array and not as a list of numbers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
pub struct Bytes(
    #[cfg_attr(feature = "tsify", tsify(type = "Uint8Array<ArrayBuffer>"))] pub Vec<u8>,
);

impl serde::Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}
