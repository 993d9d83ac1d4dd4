//! The patch: what to run, why, and what was measured.

use scanseek_plan::grouped;
use scanseek_schema::{Patch, PatchNote};

use crate::open::DatabaseInfo;
use crate::oracle::measure_on;
use crate::suggest::{cancelled, verdict};
use crate::{QueryAdvice, StatementKind, Workbench, WorkbenchError, build_info, what_if};

impl Workbench {
    /// The scripts for these changes, with what they do for the statements of a text.
    ///
    /// # Errors
    /// If no database is open, a change is refused, or the person cancels.
    pub fn patch(&mut self, changes: &[String], sql: &str) -> Result<Patch, WorkbenchError> {
        let host = self.host.clone();
        let (base, tuned) = self.both(changes)?;
        let statements = crate::statement::statements(sql);
        let mut queries = Vec::new();
        let total = statements.len();
        for (done, mut statement) in statements.into_iter().enumerate() {
            host.progress("Measuring for the patch", done as u64, Some(total as u64));
            let readable = statement.prepare(base).map(drop).is_ok();
            if !readable || statement.kind != StatementKind::Read {
                continue;
            }
            let (before, measured) =
                measure_on(base, &statement, None, None, base).map_err(cancelled)?;
            let (after, _) =
                measure_on(tuned, &statement, Some(measured), None, base).map_err(cancelled)?;
            let verdict = verdict(&before, &after);
            queries.push(QueryAdvice { statement, before, after, verdict });
        }
        let analyze = changes.iter().any(|change| what_if::is_analyze(change));
        Ok(patch_for(&self.open()?.info, changes, &queries, analyze))
    }
}

pub(crate) fn patch_for(
    info: &DatabaseInfo,
    changes: &[String],
    queries: &[QueryAdvice],
    analyze: bool,
) -> Patch {
    let header = [
        format!(
            "Indexes for {}, measured by ScanSeek with SQLite {}.",
            info.name,
            build_info().version
        ),
        "VM steps are exact: the same file and the same SQLite give the same numbers.".to_owned(),
        "Creating an index locks the database for writing until COMMIT.".to_owned(),
    ];
    let notes: Vec<PatchNote> = changes
        .iter()
        .filter(|change| !what_if::is_analyze(change))
        .map(|ddl| {
            let name = index_name(ddl);
            let mut notes: Vec<String> = queries
                .iter()
                .filter(|query| query.after.plan.index_names().contains(&name.as_str()))
                .map(|query| {
                    format!(
                        "{}: {} VM steps before, {} after.",
                        query.statement.name,
                        grouped(query.before.counters.vm_steps),
                        grouped(query.after.counters.vm_steps)
                    )
                })
                .collect();
            if notes.is_empty() {
                notes.push("No query that was measured uses it.".to_owned());
            }
            PatchNote { name, ddl: ddl.clone(), notes }
        })
        .collect();
    Patch::new(&header, &notes, analyze)
}

/// The name in a `CREATE [UNIQUE] INDEX [IF NOT EXISTS] [schema.]name ON …` that SQLite accepted.
fn index_name(ddl: &str) -> String {
    let words = scanseek_sql::words(ddl);
    let mut words =
        words.iter().map(String::as_str).skip_while(|w| !w.eq_ignore_ascii_case("INDEX"));
    words.next();
    let mut name = words.next().unwrap_or_default();
    if name.eq_ignore_ascii_case("IF") {
        name = words.nth(2).unwrap_or_default();
    }
    match words.next() {
        Some(".") => words.next().unwrap_or_default().to_owned(),
        _ => name.to_owned(),
    }
}
