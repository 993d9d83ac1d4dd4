//! Shared links.

use scanseek_notebook as notebook;
use scanseek_workbench as domain;

use crate::Counters;

wire! {
    pub struct LinkState {
        pub sql: String,
        pub indexes: Vec<String>,
    }

    /// `length` is that of the fragment, in characters.
    pub struct SharedLink {
        pub fragment: String,
        pub length: u32,
    }

    pub struct Notebook {
        pub title: Option<String>,
        pub database: NotebookDatabase,
        pub attached: Vec<NotebookAttached>,
        pub sql: String,
        pub indexes: Vec<String>,
        pub claims: Vec<SharedClaim>,
        pub sqlite_version: String,
    }

    pub struct NotebookAttached {
        pub name: String,
        pub database: NotebookDatabase,
    }

    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum NotebookDatabase {
        Sample { id: String, scale: f64, version: u32 },
        File { name: String, fingerprint: String, size_bytes: u64 },
    }

    pub struct SharedClaim {
        pub query: String,
        pub arm: ClaimArm,
        pub counters: Counters,
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum ClaimArm {
        AsIs,
        WithIndexes,
    }

    pub struct ClaimCheck {
        pub query: String,
        pub arm: ClaimArm,
        pub expected: Counters,
        pub actual: Option<Counters>,
        pub holds: bool,
        pub because: Option<String>,
    }

    pub struct LinkCheck {
        pub database_matches: bool,
        pub message: String,
        pub checks: Vec<ClaimCheck>,
    }
}

impl From<LinkState> for domain::LinkState {
    fn from(state: LinkState) -> Self {
        Self { sql: state.sql, indexes: state.indexes }
    }
}

impl From<domain::SharedLink> for SharedLink {
    fn from(link: domain::SharedLink) -> Self {
        let length = u32::try_from(link.fragment.len()).unwrap_or(u32::MAX);
        Self { fragment: link.fragment, length }
    }
}

impl From<notebook::Notebook> for Notebook {
    fn from(notebook: notebook::Notebook) -> Self {
        Self {
            title: notebook.title,
            database: notebook.database.into(),
            attached: notebook
                .attached
                .into_iter()
                .map(|one| NotebookAttached { name: one.name, database: one.database.into() })
                .collect(),
            sql: notebook.sql,
            indexes: notebook.indexes,
            claims: notebook
                .claims
                .into_iter()
                .map(|claim| SharedClaim {
                    query: claim.query,
                    arm: claim.arm.into(),
                    counters: Counters::from(&domain::counters(&claim.counters)),
                })
                .collect(),
            sqlite_version: notebook.sqlite_version,
        }
    }
}

impl From<notebook::Database> for NotebookDatabase {
    fn from(database: notebook::Database) -> Self {
        match database {
            notebook::Database::Sample { id, scale, version } => {
                Self::Sample { id, scale, version }
            }
            notebook::Database::File { name, fingerprint, size_bytes } => {
                Self::File { name, fingerprint, size_bytes }
            }
        }
    }
}

impl From<notebook::Arm> for ClaimArm {
    fn from(arm: notebook::Arm) -> Self {
        match arm {
            notebook::Arm::AsIs => Self::AsIs,
            notebook::Arm::WithIndexes => Self::WithIndexes,
        }
    }
}

impl From<domain::LinkCheck> for LinkCheck {
    fn from(check: domain::LinkCheck) -> Self {
        Self {
            database_matches: check.database_matches,
            message: check.message,
            checks: check
                .checks
                .into_iter()
                .map(|check| ClaimCheck {
                    query: check.query,
                    arm: check.arm.into(),
                    expected: Counters::from(&check.expected),
                    actual: check.actual.as_ref().map(Counters::from),
                    holds: check.holds,
                    because: check.because,
                })
                .collect(),
        }
    }
}
