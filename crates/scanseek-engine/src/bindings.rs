//! The raw C interface, from whichever crate links SQLite on this target.

pub(crate) use rusqlite::ffi::*;
