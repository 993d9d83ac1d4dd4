//! What a database schema is: tables, columns, indexes as SQLite reports them, the index a person
//! could add ([`IndexSpec`]), the script that adds it ([`Patch`]), the scans a planner asked for
//! ([`TableScan`]) and the mark by which a file is known again ([`Fingerprint`]).
//!
//! Plain data and pure functions. Names that come from a file are data: they are quoted here, in
//! [`quote`], before they are ever put into SQL.

mod fingerprint;
mod index_spec;
mod patch;
mod quote;
mod scan;
mod table;

pub use fingerprint::Fingerprint;
pub use index_spec::{IndexPart, IndexSpec, Key};
pub use patch::{
    DatabaseStatistics, Patch, PatchNote, PatchStatistics, StatisticsTable, index_in_database,
};
pub use quote::{quote_identifier, quote_name, quote_text};
pub use scan::{Constraint, ConstraintOp, OrderTerm, TableScan};
pub use table::{Column, Index, IndexColumn, IndexName, IndexOrigin, Schema, Table, TableKind};
