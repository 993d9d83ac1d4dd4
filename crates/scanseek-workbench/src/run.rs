//! Running one statement: its rows, its counters, and the work of each plan node.

use scanseek_engine::{Database, EngineError, RowsRequest, Stop, Value, Varies};
use scanseek_plan::{Counters, Plan, Work};

use crate::findings::quick;
use crate::{ErrorCode, Notice, StatementInfo, StatementPlan, Workbench, WorkbenchError};

/// What a run may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunOptions {
    /// Rows kept; all are counted.
    pub row_cap: usize,
    /// Time allowed in nanoseconds.
    pub deadline_ns: u64,
}

/// How a run gives its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    AtEnd,
    InBatches,
}

/// What a run gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Ran {
    /// The statement, its plan with the work of each node, and its counters.
    pub statement: StatementPlan,
    /// Column names.
    pub columns: Vec<String>,
    /// The first rows, unless they were handed over in batches.
    pub rows: Vec<Vec<Value>>,
    /// How many rows were kept or handed over.
    pub kept: u64,
    /// True if there are more rows than kept.
    pub truncated: bool,
    /// Time of the run in nanoseconds, from a cold page cache and with measuring off.
    pub elapsed_ns: u64,
    /// Why it ended early.
    pub stopped: Option<Stop>,
    /// SQLite compiled the statement again once it knew the values of its parameters, so the plan
    /// may be another for other values.
    pub reprepared: bool,
    /// Why another run may give other rows.
    pub varies: Option<Varies>,
}

impl Workbench {
    /// Runs the one statement of a text, if it only reads.
    ///
    /// # Errors
    /// If there is not exactly one statement, it does more than read, or SQLite fails.
    pub fn run(
        &self,
        sql: &str,
        parameters: &[(String, Value)],
        options: &RunOptions,
    ) -> Result<Ran, WorkbenchError> {
        self.run_and_keep(only(sql, parameters)?, options, Delivery::AtEnd)
    }

    /// As [`Workbench::run`], and hands the rows to [`crate::Host::rows`] while the run goes on.
    ///
    /// # Errors
    /// As [`Workbench::run`]; rows before the error have been handed over.
    pub fn run_in_batches(
        &self,
        sql: &str,
        parameters: &[(String, Value)],
        options: &RunOptions,
    ) -> Result<Ran, WorkbenchError> {
        self.run_and_keep(only(sql, parameters)?, options, Delivery::InBatches)
    }

    fn run_and_keep(
        &self,
        statement: StatementInfo,
        options: &RunOptions,
        delivery: Delivery,
    ) -> Result<Ran, WorkbenchError> {
        let ran = run_on(&self.open()?.database, statement, options, delivery)?;
        let is_whole = ran.stopped.is_none();
        *self.last_run.borrow_mut() = is_whole.then(|| ran.statement.clone());
        Ok(ran)
    }

    /// Runs the one statement of a text `times` times in a row, pages cached and rows thrown away,
    /// and returns the time of all runs together in nanoseconds of the host's clock.
    ///
    /// # Errors
    /// As [`Workbench::run`].
    pub fn time(&self, sql: &str, times: u32) -> Result<u64, WorkbenchError> {
        let database = &self.open()?.database;
        let mut statements = crate::statement::statements(sql);
        let Some(mut statement) = statements.pop().filter(|_| statements.is_empty()) else {
            return Err(WorkbenchError::new(ErrorCode::NotRunnable, "Give one statement."));
        };
        let prepared = statement.prepare_to_run(database)?;
        let start_ns = self.host.now_ns();
        prepared.drain(times).map_err(|error| statement.error(error))?;
        Ok(self.host.now_ns().saturating_sub(start_ns))
    }
}

const NOT_CLOSE: &str = "Only the plan and its numbers were looked at, and not the text.";

/// What the statement did beyond the work of its nodes; `None` if the two runs were not alike,
/// which `random()` or the time of day can do.
fn rest(counters: &Counters, plan: &Plan) -> Option<Work> {
    let mut nodes = Work::default();
    plan.nodes.iter().filter_map(|node| node.work).for_each(|work| nodes.add(work));
    let Counters { vm_steps, page_requests, page_reads, .. } = *counters;
    Work { vm_steps, page_requests, page_reads }.without(nodes)
}

/// The one statement of a text, with these values for its parameters.
pub(crate) fn only(
    sql: &str,
    parameters: &[(String, Value)],
) -> Result<StatementInfo, WorkbenchError> {
    let mut statements = crate::statement::statements(sql);
    if statements.len() > 1 {
        let mut error = WorkbenchError::new(
            ErrorCode::NotRunnable,
            format!("There are {} statements here; run them one at a time.", statements.len()),
        );
        error.span = Some(statements[1].span);
        return Err(error);
    }
    let Some(mut statement) = statements.pop() else {
        return Err(EngineError::NoStatement.into());
    };
    statement.values.extend(parameters.iter().cloned());
    Ok(statement)
}

pub(crate) fn run_on(
    database: &Database,
    mut statement: StatementInfo,
    options: &RunOptions,
    delivery: Delivery,
) -> Result<Ran, WorkbenchError> {
    let prepared = statement.prepare_to_run(database)?;
    let varies = prepared.varies();
    let request = RowsRequest { row_cap: options.row_cap, time_ns: Some(options.deadline_ns) };
    let rows = match delivery {
        Delivery::AtEnd => prepared.rows(&request),
        Delivery::InBatches => prepared.rows_in_batches(&request),
    };
    let rows = rows.map_err(|error| statement.error(error))?;
    let plan = prepared.plan().map_err(|error| statement.error(error))?;
    // The plan that ran is the better one: it has the nodes SQLite adds while running.
    let left_ns = options.deadline_ns.saturating_sub(rows.elapsed_ns);
    let measured = match rows.stopped {
        Some(_) => None,
        None => match database.analyse(&statement.sql, &statement.values, Some(left_ns)) {
            Ok(analysis) => Some(analysis),
            // The rows are there; only the work per node is not.
            Err(EngineError::Cancelled | EngineError::Deadline) => None,
            Err(error) => return Err(statement.error(error)),
        },
    };
    let rest = measured.as_ref().and_then(|analysis| rest(&rows.counters, &analysis.plan));
    let plan = measured.map_or(plan, |analysis| analysis.plan);
    let mut notices = statement.notices.clone();
    if rows.reprepared {
        notices.push(Notice {
            code: "reprepared",
            message:
                "SQLite compiled this again once it knew the values: with others the plan may \
                      be another."
                    .to_owned(),
        });
    }
    let mut planned = StatementPlan {
        places: crate::places(&plan, &statement.sql, database.schema()),
        statement,
        findings: Vec::new(),
        not_looked_at: vec![NOT_CLOSE.to_owned()],
        plan,
        counters: Some(rows.counters),
        rest,
        notices,
        error: None,
    };
    planned.findings = quick(&planned, database.schema());
    Ok(Ran {
        truncated: rows.counters.rows_returned > rows.kept,
        statement: planned,
        columns: rows.columns,
        rows: rows.rows,
        kept: rows.kept,
        elapsed_ns: rows.elapsed_ns,
        stopped: rows.stopped,
        reprepared: rows.reprepared,
        varies,
    })
}

/// The counters of a whole run; `None` if it was stopped by its deadline.
pub(crate) fn count_on(
    database: &Database,
    mut statement: StatementInfo,
    options: &RunOptions,
) -> Result<Option<Counters>, WorkbenchError> {
    let prepared = statement.prepare_to_run(database)?;
    match prepared.measure(Some(options.deadline_ns), None) {
        Ok(measured) => Ok(Some(measured.counters)),
        Err(EngineError::Deadline) => Ok(None),
        Err(error) => Err(statement.error(error)),
    }
}
