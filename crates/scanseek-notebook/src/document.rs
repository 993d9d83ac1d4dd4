//! The current shape of the saved document. Field names are short because they travel in links.

use serde::{Deserialize, Serialize};

/// A saved state: a database by reference, SQL, indexes on trial, and what was measured.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Notebook {
    /// A title given by the author.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The database the SQL is meant for. Its rows are never in the document.
    #[serde(rename = "db")]
    pub database: Database,
    /// Databases attached to it.
    #[serde(rename = "att", skip_serializing_if = "Vec::is_empty")]
    pub attached: Vec<Attached>,
    /// The text of the editor: any number of statements.
    pub sql: String,
    /// CREATE INDEX statements on trial.
    #[serde(rename = "ix", skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<String>,
    /// What the author measured; whoever opens the document can measure again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claim>,
    /// The SQLite version that measured, such as "3.54.1".
    #[serde(rename = "sv")]
    pub sqlite_version: String,
}

/// A database that is attached under a name.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Attached {
    /// The name.
    #[serde(rename = "as")]
    pub name: String,
    /// The database.
    #[serde(rename = "db")]
    pub database: Database,
}

/// Which database a document is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum Database {
    /// A sample database, which is generated and so equal everywhere.
    Sample {
        /// The sample's identifier.
        id: String,
        /// The size it was generated at.
        #[serde(default)]
        scale: f64,
        /// The version of the generator.
        #[serde(rename = "ver", default)]
        version: u32,
    },
    /// A file the author had.
    File {
        /// The file's name, without its folder.
        #[serde(default)]
        name: String,
        /// The fingerprint of its contents.
        #[serde(rename = "fp", default)]
        fingerprint: String,
        /// Its size in bytes.
        #[serde(rename = "size", default)]
        size_bytes: u64,
    },
}

impl Default for Database {
    /// A file of which nothing is known.
    fn default() -> Database {
        Database::File { name: String::new(), fingerprint: String::new(), size_bytes: 0 }
    }
}

/// The counters of one query in one arm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The query's name.
    #[serde(rename = "q")]
    pub query: String,
    /// With or without the indexes on trial.
    pub arm: Arm,
    /// What was counted.
    #[serde(rename = "n", default)]
    pub counters: Counters,
}

/// Which state of the indexes a claim is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// The database as it is.
    AsIs,
    /// With the indexes on trial.
    WithIndexes,
}

/// What SQLite counted while a statement ran. All counts are whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    /// Steps of the virtual machine.
    #[serde(rename = "vm")]
    pub vm_steps: u64,
    /// Pages asked of the page cache.
    #[serde(rename = "req")]
    pub page_requests: u64,
    /// Pages read from the file.
    #[serde(rename = "read")]
    pub page_reads: u64,
    /// Rows returned.
    #[serde(rename = "rows")]
    pub rows_returned: u64,
    /// Steps forward in full scans.
    #[serde(rename = "scan")]
    pub fullscan_steps: u64,
    /// Sorts.
    pub sorts: u64,
    /// Rows put into automatic indexes.
    #[serde(rename = "auto")]
    pub autoindex_rows: u64,
}
