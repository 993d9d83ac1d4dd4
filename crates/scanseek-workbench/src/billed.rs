//! What a workload costs where rows are charged for, before and after changes, from rows counted in runs.

use scanseek_advisor::OracleError;
use scanseek_engine::{Database, EngineError, RowsTouched};

use crate::oracle::QUERY_TIME_NS;
use crate::suggest::{NotAnalysed, cancelled};
use crate::{StatementInfo, StatementKind, Workbench, WorkbenchError};

/// The rows that each statement touches.
#[derive(Debug, Clone, PartialEq)]
pub struct Billed {
    /// The statements.
    pub queries: Vec<BilledQuery>,
    /// Those that could not be run.
    pub not_analysed: Vec<NotAnalysed>,
}

/// One statement, run once before and once after the changes.
#[derive(Debug, Clone, PartialEq)]
pub struct BilledQuery {
    /// Its name.
    pub name: String,
    /// How often it runs, compared with the others.
    pub weight: f64,
    /// As it is.
    pub before: RowsTouched,
    /// With the changes.
    pub after: RowsTouched,
}

/// What rows cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowPrices {
    /// For a million rows read.
    pub read: f64,
    /// For a million rows written.
    pub written: f64,
    /// Runs of a statement of weight 1, in the time the sum is for.
    pub runs: f64,
}

/// The sum for all statements.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bill {
    /// As it is.
    pub before: f64,
    /// With the changes.
    pub after: f64,
}

impl Default for RowPrices {
    /// Those of Cloudflare D1 beyond what is included, in US dollars, and a thousand runs.
    /// Source: <https://developers.cloudflare.com/d1/platform/pricing/>.
    fn default() -> Self {
        Self { read: 0.001, written: 1.0, runs: 1_000.0 }
    }
}

impl Billed {
    /// What it all costs.
    pub fn bill(&self, prices: &RowPrices) -> Bill {
        let mut bill = Bill::default();
        let cost = |rows: &RowsTouched| {
            (rows.read as f64 * prices.read + rows.written as f64 * prices.written) / 1e6
        };
        for query in &self.queries {
            bill.before += cost(&query.before) * query.weight * prices.runs;
            bill.after += cost(&query.after) * query.weight * prices.runs;
        }
        bill
    }
}

impl Workbench {
    /// Runs each statement of a text once as it is and once with the changes, and counts the rows it
    /// touches.
    ///
    /// # Errors
    /// If no database is open, a change cannot be made, or the person cancels.
    pub fn billed(&mut self, sql: &str, changes: &[String]) -> Result<Billed, WorkbenchError> {
        let host = self.host.clone();
        let (open, tuned) = self.both(changes)?;
        // What is written is written to copies.
        let base = open.database.fork()?;
        let mut billed = Billed { queries: Vec::new(), not_analysed: Vec::new() };
        let statements = crate::statement::statements(sql);
        let total = statements.len() as u64;
        for (done, statement) in statements.into_iter().enumerate() {
            host.progress("Counting rows", done as u64, Some(total));
            let before = touched(&base, &statement);
            match before.and_then(|before| Ok((before, touched(&tuned.database, &statement)?))) {
                Ok((before, after)) => billed.queries.push(BilledQuery {
                    name: statement.name,
                    weight: statement.weight,
                    before,
                    after,
                }),
                Err(OracleError::Cancelled) => return Err(cancelled(OracleError::Cancelled)),
                Err(error) => {
                    billed.not_analysed.push(NotAnalysed::new(&statement, error.because()));
                }
            }
        }
        Ok(billed)
    }
}

fn touched(database: &Database, statement: &StatementInfo) -> Result<RowsTouched, OracleError> {
    let mut own = statement.clone();
    drop(own.prepare_to_measure(database)?);
    let touch = || database.rows_touched(&own.sql, &own.values, Some(QUERY_TIME_NS));
    let rows = match own.kind {
        StatementKind::Write => {
            // As an application that keeps its rows together runs it, if the rows allow that.
            database.execute("PRAGMA foreign_keys = ON").map_err(crate::oracle::oracle_error)?;
            let rows = touch();
            database.execute("PRAGMA foreign_keys = OFF").map_err(crate::oracle::oracle_error)?;
            match rows {
                Err(EngineError::Sql(_)) => touch(),
                rows => rows,
            }
        }
        _ => touch(),
    };
    rows.map_err(crate::oracle::oracle_error)
}
