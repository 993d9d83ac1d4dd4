//! What stands in a text of SQL, before SQLite has seen it: its statements with their spans
//! ([`split`]), the facts that comments say of them ([`Facts`]) and their clauses ([`clauses`]).
//!
//! Nothing here judges SQL: whether a statement is right, what it reads and what it writes is
//! SQLite's to say.

mod clauses;
mod facts;
mod in_list;
mod index_text;
mod outline;
mod parameters;
pub mod pieces;
mod split;
mod wanted;
mod workload;

pub use clauses::{
    Clause, Clauses, ColumnName, Comparison, Condition, Cte, Expression, FromItem, Join, Limit,
    Part, Query, Verb, clauses,
};
pub use facts::{Facts, ParameterValue};
pub use in_list::InList;
pub use index_text::{IndexText, hinted_indexes, index_text, normal_expression};
pub use outline::{
    Outline, collated, dropped_index, one_line, outline, with_inner_joins, without_indexed_by,
    without_nulls_order, words,
};
pub use parameters::{unnumbered_parameters, word_spans};
pub use split::{SourceStatement, explained_at, first_keyword, split};
pub use wanted::{Filter, FilterKind, OrderWanted, Wanted, WantedExpression, wanted};
pub use workload::{
    LeftOut, LeftOutReason, Log, LogError, LogFormat, LogReader, LoggedQuery, LoggedTimes,
    OtherLines, QueryLoop, SeenValue, read_log, recognise_log,
};
