//! Whether advice holds with statistics that a person may have instead of those it was measured with.

use scanseek_advisor::{OracleError, Outcome, is_felt_loss};
use scanseek_engine::{Database, EngineError, Statistics, Switches};

use crate::oracle::Measurer;
use crate::suggest::{QueryAdvice, cancelled};
use crate::{Host, StatementKind, WorkbenchError};

/// What the advised indexes do with some statistics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holds {
    /// The statistics.
    pub statistics: Statistics,
    /// Names of the queries that SQLite plans otherwise than measured. Each was run.
    pub planned_otherwise: Vec<String>,
    /// Those of them that take more work than before any change, by a twentieth and by a millisecond.
    pub slower: Vec<String>,
}

impl Holds {
    /// In words.
    pub fn sentence(&self) -> String {
        let with = match self.statistics {
            Statistics::AsFound => "the file's own statistics",
            Statistics::None => "no statistics",
            Statistics::Analyze => "those of ANALYZE",
            Statistics::Optimize => "those of PRAGMA optimize",
        };
        match (self.planned_otherwise.as_slice(), self.slower.as_slice()) {
            ([], _) => format!("With {with}, every query is planned as it was measured."),
            (others, []) => format!(
                "With {with}, other plans were chosen and run for {}: none is slower than before.",
                others.join(", ")
            ),
            (_, slower) => format!("With {with}, slower than before: {}.", slower.join(", ")),
        }
    }
}

/// Plans each query with the statistics as they are, with those of `ANALYZE` and with those of
/// `PRAGMA optimize`, and runs what is planned otherwise. `tuned` has the indexes and the file's
/// statistics, and `analyze` is true if `ANALYZE` belongs to the advice.
pub(crate) fn holds(
    measurer: &Measurer<'_>,
    tuned: &Database,
    analyze: bool,
    queries: &[QueryAdvice],
    host: &dyn Host,
) -> Result<Vec<Holds>, WorkbenchError> {
    let mut all = Vec::new();
    let regimes = [Statistics::AsFound, Statistics::Analyze, Statistics::Optimize];
    for (done, statistics) in regimes.into_iter().enumerate() {
        host.progress("Checking other statistics", done as u64, Some(regimes.len() as u64));
        let mut holds = Holds { statistics, planned_otherwise: Vec::new(), slower: Vec::new() };
        let advised = if analyze { Statistics::Analyze } else { Statistics::AsFound };
        if statistics != advised {
            let switches = Switches { statistics, ..Switches::default() };
            let with = tuned.switched(&switches)?;
            // What statistics alone do is not the doing of the indexes.
            let without = measurer.base.switched(&switches)?;
            for query in queries.iter().filter(|query| query.statement.kind != StatementKind::Write)
            {
                let Some((before, after)) = planned(measurer, &without, &with, query)? else {
                    continue;
                };
                holds.planned_otherwise.push(query.statement.name.clone());
                if is_felt_loss(&query.before, &after) && is_felt_loss(&before, &after) {
                    holds.slower.push(query.statement.name.clone());
                }
            }
        }
        all.push(holds);
    }
    Ok(all)
}

/// The query with these statistics, without the indexes and with them, if it is planned otherwise.
fn planned(
    measurer: &Measurer<'_>,
    without: &Database,
    with: &Database,
    query: &QueryAdvice,
) -> Result<Option<(Outcome, Outcome)>, WorkbenchError> {
    let plan = |database: &Database| -> Result<_, EngineError> {
        let mut own = query.statement.clone();
        let prepared =
            own.prepare_to_measure(database).map_err(|error| EngineError::Sql(error.message))?;
        prepared.plan()
    };
    match plan(with) {
        Ok(plan) if plan != query.after.plan => {}
        Err(EngineError::Cancelled) => return Err(EngineError::Cancelled.into()),
        _ => return Ok(None),
    }
    let before = match plan(without) {
        Ok(plan) if plan == query.before.plan => Ok(query.before.clone()),
        _ => measurer.on(without, &query.statement, None, None).map(|(outcome, _)| outcome),
    };
    let after = measurer.on(with, &query.statement, None, None).map(|(outcome, _)| outcome);
    match (before, after) {
        (Ok(before), Ok(after)) => Ok(Some((before, after))),
        (Err(OracleError::Cancelled), _) | (_, Err(OracleError::Cancelled)) => {
            Err(cancelled(OracleError::Cancelled))
        }
        // What takes too long as it is says nothing; what does so with the indexes alone is slower.
        (Ok(before), Err(_)) => {
            let mut after = before.clone();
            after.same_result = false;
            Ok(Some((before, after)))
        }
        (Err(_), _) => Ok(None),
    }
}
