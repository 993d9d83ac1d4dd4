//! What stands in a text of SQL, before SQLite has seen it: its statements with their spans
//! ([`split`]) and the facts that comments say of them ([`Facts`]).
//!
//! Nothing here judges SQL: whether a statement is right, what it reads and what it writes is
//! SQLite's to say.

mod facts;
mod outline;
mod split;

pub use facts::{Facts, ParameterValue};
pub use outline::{
    Outline, collated, dropped_index, one_line, outline, without_indexed_by, without_nulls_order,
    words,
};
pub use split::{SourceStatement, explained_at, first_keyword, split};
