//! The patch: what to run, why, and what was measured.

use scanseek_advisor::OracleError;
use scanseek_plan::grouped;
use scanseek_schema::{IndexName, Patch, PatchNote, PatchStatistics};

use crate::open::OpenDatabase;
use crate::oracle::{Measurer, QUERY_TIME_NS};
use crate::suggest::{cancelled, verdict};
use crate::what_if::Change;
use crate::workbench::Tuned;
use crate::{QueryAdvice, Workbench, WorkbenchError, build_info};

impl Workbench {
    /// The scripts for these changes, with what they do for the statements of a text.
    ///
    /// # Errors
    /// If no database is open, a change is refused, or the person cancels.
    pub fn patch(&mut self, changes: &[String], sql: &str) -> Result<Patch, WorkbenchError> {
        let host = self.host.clone();
        let (open, tuned) = self.both(changes)?;
        let statements = crate::statement::statements(sql);
        let mut queries = Vec::new();
        let total = statements.len();
        for (done, mut statement) in statements.into_iter().enumerate() {
            host.progress("Measuring for the patch", done as u64, Some(total as u64));
            if statement.prepare_to_run(&open.database).map(drop).is_err() {
                continue;
            }
            let measurer = Measurer { base: &open.database, time_ns: QUERY_TIME_NS };
            match measurer.both(&tuned.database, &statement, None) {
                Ok((before, after)) => {
                    let verdict = verdict(&before, &after);
                    queries.push(QueryAdvice { statement, before, after, verdict });
                }
                Err(OracleError::Cancelled) => return Err(cancelled(OracleError::Cancelled)),
                // A query that fails here has nothing to say in the patch.
                Err(OracleError::Query(_) | OracleError::Changing) => {}
            }
        }
        patch_for(open, tuned, &queries)
    }
}

pub(crate) fn patch_for(
    open: &OpenDatabase,
    tuned: &Tuned,
    queries: &[QueryAdvice],
) -> Result<Patch, WorkbenchError> {
    let mut header = vec![
        format!(
            "Indexes for {}, measured by ScanSeek with SQLite {}.",
            open.info.name,
            build_info().version
        ),
        "VM steps are exact: the same file and the same SQLite give the same numbers.".to_owned(),
        "Creating an index locks the database for writing until COMMIT.".to_owned(),
    ];
    if !open.attached.is_empty() {
        let attached = open.attached.iter().map(|one| format!("{} as {}", one.info.name, one.name));
        let attached = attached.collect::<Vec<_>>().join(", ");
        header.push(format!("Run it where these are attached: {attached}."));
    }
    let indexes = tuned.changes.iter().filter_map(|change| match change {
        Change::Index(ddl) => Some(ddl),
        Change::Without(..) | Change::Analyze => None,
    });
    let dropped: Vec<(IndexName, String)> = tuned
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::Without(of, name) => {
                let (name, index) = open.database.schema().index_named(of.as_deref(), name)?;
                Some((name, index.sql.clone()?))
            }
            Change::Index(_) | Change::Analyze => None,
        })
        .collect();
    let notes: Vec<PatchNote> = indexes
        .zip(&tuned.names)
        .map(|(ddl, name)| {
            let mut notes: Vec<String> = queries
                .iter()
                .filter(|query| query.after.plan.index_names().contains(&name.name.as_str()))
                .map(|query| {
                    let (before, after) = (&query.before.counters, &query.after.counters);
                    let mut note = format!(
                        "{}: {} VM steps before, {} after",
                        query.statement.name,
                        grouped(before.vm_steps),
                        grouped(after.vm_steps)
                    );
                    // Where the steps are much the same, the pages made the difference.
                    if after.vm_steps as f64 > before.vm_steps as f64 * 0.9 {
                        note.push_str(&format!(
                            "; {} page requests before, {} after",
                            grouped(before.page_requests),
                            grouped(after.page_requests)
                        ));
                    }
                    note + "."
                })
                .collect();
            if notes.is_empty() {
                notes.push("No query that was measured uses it.".to_owned());
            }
            PatchNote {
                database: name.database.clone(),
                name: name.name.clone(),
                ddl: ddl.clone(),
                notes,
            }
        })
        .collect();
    let analyze = tuned.changes.contains(&Change::Analyze);
    let mut before = open.database.statistics()?;
    if !analyze {
        // Dropping an index drops its statistics, too.
        before.retain(|one| {
            let loses = dropped.iter().any(|(index, _)| index.database == one.database);
            loses && !one.tables.is_empty()
        });
    }
    let statistics = match (analyze, before.is_empty()) {
        (true, _) => PatchStatistics::Gathered { before },
        (false, true) => PatchStatistics::Untouched,
        (false, false) => PatchStatistics::Dropped { before },
    };
    Ok(Patch::new(&header, &notes, &dropped, &statistics))
}
