//! Suggesting indexes for a workload, with the proof of each on a fresh copy.

use scanseek_advisor::{OracleError, Outcome, Query, Reason, advise};
use scanseek_plan::Counters;
use scanseek_schema::Patch;

use crate::oracle::{EngineOracle, measure_both};
use crate::what_if::Change;
use crate::{ErrorCode, StatementInfo, Workbench, WorkbenchError, patch::patch_for};

/// What the advice may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SuggestOptions {
    /// At most this many indexes; 0 is no limit.
    pub max_indexes: usize,
}

/// The advice, proven.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggested {
    /// Indexes to create.
    pub create: Vec<SuggestedIndex>,
    /// True if `ANALYZE` helps on top, as measured.
    pub analyze: bool,
    /// Sum over the workload, each query once, before.
    pub baseline: Counters,
    /// The same with the advice.
    pub advised: Counters,
    /// Each query before and after.
    pub queries: Vec<QueryAdvice>,
    /// Left out: statement and reason.
    pub not_advised: Vec<(String, String)>,
    /// Not analysed: statement and reason.
    pub not_analysed: Vec<(String, String)>,
    /// Creates and drops the indexes.
    pub patch: Patch,
}

/// One index of the advice.
#[derive(Debug, Clone, PartialEq)]
pub struct SuggestedIndex {
    /// Its name.
    pub name: String,
    /// Its table.
    pub table: String,
    /// The statement that creates it.
    pub ddl: String,
    /// Its size once built, in bytes.
    pub bytes: u64,
    /// Why it is as it is.
    pub reasons: Vec<Reason>,
    /// Names of the queries whose plan uses it.
    pub helps: Vec<String>,
}

/// What a query gains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuggestedVerdict {
    /// At least a twentieth fewer VM steps.
    Faster,
    /// More VM steps.
    Slower,
    /// No difference worth naming.
    Same,
    /// The rows differ or the run failed.
    NotMeasured,
}

/// One query before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryAdvice {
    /// The statement.
    pub statement: StatementInfo,
    /// As it is.
    pub before: Outcome,
    /// With the advice.
    pub after: Outcome,
    /// What it gains.
    pub verdict: SuggestedVerdict,
}

impl Workbench {
    /// Suggests indexes for all statements of a text.
    ///
    /// # Errors
    /// If no database is open, there is no statement, or the person cancels.
    pub fn suggest(
        &mut self,
        sql: &str,
        options: &SuggestOptions,
    ) -> Result<Suggested, WorkbenchError> {
        let open = self.open()?;
        let mut not_analysed = Vec::new();
        let mut queries = Vec::new();
        for mut statement in crate::statement::statements(sql) {
            match statement.prepare_to_run(&open.database).map(drop) {
                Ok(()) => queries.push(statement),
                Err(error) => {
                    let hint = error.hint.map(|hint| format!(" {hint}")).unwrap_or_default();
                    not_analysed.push((statement.sql, format!("{}{hint}", error.message)));
                }
            }
        }
        if queries.is_empty() && not_analysed.is_empty() {
            return Err(scanseek_engine::EngineError::NoStatement.into());
        }
        let workload: Vec<Query> = queries
            .iter()
            .map(|statement| Query { name: statement.name.clone(), weight: statement.weight })
            .collect();
        let mut oracle = EngineOracle::new(&open.database, &queries, self.host.clone())?;
        let limit = if options.max_indexes == 0 { usize::MAX } else { options.max_indexes };
        let advice =
            advise(open.database.schema(), &workload, limit, &mut oracle).map_err(cancelled)?;
        drop(oracle);

        let mut taken = Vec::new();
        let create: Vec<SuggestedIndex> = advice
            .create
            .iter()
            .map(|index| {
                let name = index.spec.name_in(open.database.schema(), &taken);
                taken.push(name.clone());
                SuggestedIndex {
                    table: index.spec.table.clone(),
                    ddl: index.spec.ddl(&name),
                    name,
                    bytes: index.bytes,
                    reasons: index.reasons.clone(),
                    helps: Vec::new(),
                }
            })
            .collect();
        let mut changes: Vec<String> = create.iter().map(|index| index.ddl.clone()).collect();
        if advice.analyze {
            changes.push("ANALYZE".to_owned());
        }
        not_analysed.extend(
            advice
                .not_analysed
                .into_iter()
                .map(|item| (queries[item.query].sql.clone(), item.because)),
        );
        let not_advised = advice
            .not_advised
            .into_iter()
            .map(|item| {
                let name = item.spec.name_in(open.database.schema(), &[]);
                (item.spec.ddl(&name), item.because)
            })
            .collect();
        let measured: Vec<StatementInfo> =
            advice.queries.iter().map(|outcome| queries[outcome.query].clone()).collect();
        self.prove(create, changes, measured, not_advised, not_analysed)
    }

    /// Measures the advice as it will be handed out, on a copy made for it.
    fn prove(
        &mut self,
        mut create: Vec<SuggestedIndex>,
        changes: Vec<String>,
        statements: Vec<StatementInfo>,
        not_advised: Vec<(String, String)>,
        mut not_analysed: Vec<(String, String)>,
    ) -> Result<Suggested, WorkbenchError> {
        let host = self.host.clone();
        let (open, tuned) = self.both(&changes)?;
        let base = &open.database;
        let analyze = tuned.changes.contains(&Change::Analyze);
        let (mut baseline, mut advised) = (Counters::default(), Counters::default());
        let mut queries = Vec::new();
        let total = statements.len();
        for (done, statement) in statements.into_iter().enumerate() {
            host.progress("Proving it on a fresh copy", done as u64, Some(total as u64));
            let (before, after) = match measure_both(base, &tuned.database, &statement) {
                Ok(both) => both,
                Err(OracleError::Cancelled) => return Err(cancelled(OracleError::Cancelled)),
                Err(OracleError::Query(because)) => {
                    not_analysed.push((statement.sql, because));
                    continue;
                }
            };
            baseline.add(&before.counters);
            advised.add(&after.counters);
            for index in &mut create {
                if after.plan.index_names().contains(&index.name.as_str()) {
                    index.helps.push(statement.name.clone());
                }
            }
            let verdict = verdict(&before, &after);
            queries.push(QueryAdvice { statement, before, after, verdict });
        }
        let patch = patch_for(open, tuned, &queries)?;
        Ok(Suggested {
            create,
            analyze,
            baseline,
            advised,
            queries,
            not_advised,
            not_analysed,
            patch,
        })
    }
}

pub(crate) fn verdict(before: &Outcome, after: &Outcome) -> SuggestedVerdict {
    if !after.same_result {
        return SuggestedVerdict::NotMeasured;
    }
    let (before, after) = (before.counters.vm_steps as f64, after.counters.vm_steps as f64);
    if after < before * 0.95 {
        SuggestedVerdict::Faster
    } else if after > before * 1.05 + 100.0 {
        SuggestedVerdict::Slower
    } else {
        SuggestedVerdict::Same
    }
}

pub(crate) fn cancelled(error: OracleError) -> WorkbenchError {
    match error {
        OracleError::Cancelled => scanseek_engine::EngineError::Cancelled.into(),
        OracleError::Query(message) => WorkbenchError::new(ErrorCode::SqlError, message),
    }
}
