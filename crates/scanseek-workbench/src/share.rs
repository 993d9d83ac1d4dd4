//! Sharing the proof: a link that says which database, which queries, which changes and what was
//! counted; and checking such a link by counting again.

use scanseek_advisor::OracleError;
use scanseek_engine::Database;
use scanseek_notebook::{self as notebook, Notebook, decode_link, encode_link};
use scanseek_plan::Counters;

use crate::oracle::{Measurer, QUERY_TIME_NS};
use crate::suggest::cancelled;
use crate::{DatabaseInfo, ErrorCode, Workbench, WorkbenchError, build_info};

/// What the page or the command line wants shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkState {
    /// The text of the editor.
    pub sql: String,
    /// `CREATE INDEX` statements and `ANALYZE`.
    pub indexes: Vec<String>,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedLink {
    /// `#v1.…`
    pub fragment: String,
}

/// One claim of a link, counted again.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimCheck {
    /// The query's name.
    pub query: String,
    /// The arm.
    pub arm: notebook::Arm,
    /// What the link says.
    pub expected: Counters,
    /// What was counted here.
    pub actual: Option<Counters>,
    /// True if they are equal.
    pub holds: bool,
    /// Why it could not be counted.
    pub because: Option<String>,
}

/// All claims of a link.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkCheck {
    /// True if the open database is the one the link speaks of.
    pub database_matches: bool,
    /// The result in a sentence.
    pub message: String,
    /// One entry a claim.
    pub checks: Vec<ClaimCheck>,
}

impl Workbench {
    /// Makes a link: every query that reads is counted in both arms.
    ///
    /// # Errors
    /// If no database is open, a change is refused, the person cancels or the link grows too long.
    pub fn share(&mut self, state: &LinkState) -> Result<SharedLink, WorkbenchError> {
        let claims = self.count(&state.sql, &state.indexes)?;
        let open = self.open()?;
        let mut attached = Vec::new();
        for one in &open.attached {
            let database = reference(&one.info, &one.database)?;
            attached.push(notebook::Attached { name: one.name.clone(), database });
        }
        let notebook = Notebook {
            title: None,
            database: reference(&open.info, &open.database)?,
            attached,
            sql: state.sql.clone(),
            indexes: state.indexes.clone(),
            claims,
            sqlite_version: build_info().version,
        };
        let fragment = encode_link(&notebook)
            .map_err(|error| WorkbenchError::new(ErrorCode::BadLink, error.to_string()))?;
        Ok(SharedLink { fragment })
    }

    /// Reads a link; nothing is opened or run.
    ///
    /// # Errors
    /// If it is no link or damaged.
    pub fn read_link(&self, fragment: &str) -> Result<Notebook, WorkbenchError> {
        decode_link(fragment).map_err(|error| {
            WorkbenchError::new(ErrorCode::BadLink, error.to_string())
                .hint("Ask for the link again, and copy all of it.")
        })
    }

    /// Counts everything a link claims again, on the open database.
    ///
    /// # Errors
    /// If the link is damaged, no database is open or the person cancels.
    pub fn check_link(&mut self, fragment: &str) -> Result<LinkCheck, WorkbenchError> {
        let notebook = self.read_link(fragment)?;
        let open = self.open()?;
        let main_matches = is_the_one(&notebook.database, &open.info, &open.database)?;
        let mut other = Vec::new();
        for wanted in &notebook.attached {
            let found =
                open.attached.iter().find(|one| one.name.eq_ignore_ascii_case(&wanted.name));
            let matches = match found {
                Some(one) => is_the_one(&wanted.database, &one.info, &one.database)?,
                None => false,
            };
            if !matches {
                let here = match found {
                    Some(_) => "here that is another database",
                    None => "here nothing is attached under that name",
                };
                other.push(format!("The link was made with {}; {here}.", needed(wanted)));
            }
        }
        let database_matches = main_matches && other.is_empty();
        let counted = self.count(&notebook.sql, &notebook.indexes);
        let mut counted = counted.map_err(|error| match error.code {
            ErrorCode::BadIndex if !other.is_empty() => error.hint(other.join(" ")),
            _ => error,
        })?;
        let checks: Vec<ClaimCheck> = notebook
            .claims
            .iter()
            .map(|claim| {
                // Queries may share a name: each count is compared once, in order.
                let at = counted
                    .iter()
                    .position(|other| other.query == claim.query && other.arm == claim.arm);
                let actual = at.map(|at| counted.remove(at).counters);
                ClaimCheck {
                    query: claim.query.clone(),
                    arm: claim.arm,
                    expected: counters(&claim.counters),
                    actual: actual.as_ref().map(counters),
                    holds: actual == Some(claim.counters),
                    because: actual.is_none().then(|| "This query could not be run here.".into()),
                }
            })
            .collect();
        let holding = checks.iter().filter(|check| check.holds).count();
        let version = build_info().version;
        let message = match (checks.len(), holding) {
            (0, _) => "The link makes no claims to check.".to_owned(),
            (all, holding) if all == holding => {
                format!("Reproduced: all {all} counts are the same here.")
            }
            (all, holding) if notebook.sqlite_version != version => format!(
                "{holding} of {all} counts are the same here. The link was made with SQLite {}, this is {version}.",
                notebook.sqlite_version
            ),
            (all, holding) if main_matches && !other.is_empty() => {
                format!("{holding} of {all} counts are the same here. {}", other.join(" "))
            }
            (all, holding) if !database_matches => format!(
                "{holding} of {all} counts are the same here. The open database is not the one the link was made with."
            ),
            (all, holding) => format!("{holding} of {all} counts are the same here."),
        };
        Ok(LinkCheck { database_matches, message, checks })
    }

    fn count(
        &mut self,
        sql: &str,
        changes: &[String],
    ) -> Result<Vec<notebook::Claim>, WorkbenchError> {
        let host = self.host.clone();
        let (open, tuned) = self.both(changes)?;
        let (base, tuned) = (&open.database, &tuned.database);
        let mut claims = Vec::new();
        let statements = crate::statement::statements(sql);
        let total = statements.len() as u64;
        for (done, mut statement) in statements.into_iter().enumerate() {
            host.progress("Counting", done as u64, Some(total));
            if statement.prepare_to_run(base).map(drop).is_err() {
                continue;
            }
            for (arm, database) in
                [(notebook::Arm::AsIs, base), (notebook::Arm::WithIndexes, tuned)]
            {
                if arm == notebook::Arm::WithIndexes && changes.is_empty() {
                    continue;
                }
                let measurer = Measurer { base, time_ns: QUERY_TIME_NS };
                let outcome = match measurer.on(database, &statement, None, None) {
                    Ok((outcome, _)) => outcome,
                    Err(OracleError::Cancelled) => return Err(cancelled(OracleError::Cancelled)),
                    // Without a count there is no claim, and a claim of the link stays unproven.
                    Err(OracleError::Query(_) | OracleError::Changing) => continue,
                };
                claims.push(notebook::Claim {
                    query: statement.name.clone(),
                    arm,
                    counters: to_notebook(&outcome.counters),
                });
            }
        }
        Ok(claims)
    }
}

/// The database by reference.
fn reference(
    info: &DatabaseInfo,
    database: &Database,
) -> Result<notebook::Database, WorkbenchError> {
    Ok(match &info.sample {
        Some(sample) => notebook::Database::Sample {
            id: sample.id.clone(),
            scale: sample.scale,
            version: sample.version,
        },
        None => notebook::Database::File {
            name: info.name.clone(),
            fingerprint: database.fingerprint()?.to_string(),
            size_bytes: info.file.size_bytes,
        },
    })
}

/// True if the reference is to this database.
fn is_the_one(
    reference: &notebook::Database,
    info: &DatabaseInfo,
    database: &Database,
) -> Result<bool, WorkbenchError> {
    Ok(match reference {
        notebook::Database::Sample { id, scale, version } => {
            info.sample.as_ref().is_some_and(|sample| {
                sample.id == *id && sample.scale == *scale && sample.version == *version
            })
        }
        notebook::Database::File { fingerprint, .. } => {
            database.fingerprint()?.to_string() == *fingerprint
        }
    })
}

/// `“sales.db” attached as archive`
fn needed(attached: &notebook::Attached) -> String {
    let file = match &attached.database {
        notebook::Database::Sample { id, .. } => id,
        notebook::Database::File { name, .. } => name,
    };
    format!("“{file}” attached as {}", attached.name)
}

fn to_notebook(c: &Counters) -> notebook::Counters {
    notebook::Counters {
        vm_steps: c.vm_steps,
        page_requests: c.page_requests,
        page_reads: c.page_reads,
        rows_returned: c.rows_returned,
        fullscan_steps: c.fullscan_steps,
        sorts: c.sorts,
        autoindex_rows: c.autoindex_rows,
    }
}

/// The counters of a link as the counters of a run.
pub fn counters(c: &notebook::Counters) -> Counters {
    Counters {
        vm_steps: c.vm_steps,
        page_requests: c.page_requests,
        page_reads: c.page_reads,
        rows_returned: c.rows_returned,
        fullscan_steps: c.fullscan_steps,
        sorts: c.sorts,
        autoindex_rows: c.autoindex_rows,
    }
}
