//! Why this plan: plans and runs under switches of the planner, each switch tried alone, and the
//! program behind a plan.

use scanseek_engine::{Database, EngineError, Optimization, Statistics, Switches, Value};
use scanseek_plan::{Bytecode, Counters, Plan};

use crate::run::{Delivery, count_on, only, run_on};
use crate::{Explained, Ran, RunOptions, StatementInfo, StatementPlan, Workbench, WorkbenchError};

/// One switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// An optimisation is off.
    Without(Optimization),
    /// Other statistics.
    Statistics(Statistics),
    /// LIKE tells upper from lower case.
    CaseSensitiveLike,
}

impl Switch {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let statistics = [Statistics::None, Statistics::Analyze, Statistics::Optimize];
        let without = Optimization::ALL.iter().map(|one| Self::Without(*one));
        without.chain(statistics.map(Self::Statistics)).chain([Self::CaseSensitiveLike])
    }

    pub(crate) fn alone(self) -> Switches {
        match self {
            Self::Without(one) => Switches { without: vec![one], ..Switches::default() },
            Self::Statistics(statistics) => Switches { statistics, ..Switches::default() },
            Self::CaseSensitiveLike => {
                Switches { case_sensitive_like: true, ..Switches::default() }
            }
        }
    }
}

/// A statement under each switch in turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// The statement without any; with counters if running was asked for and allowed.
    pub base: StatementPlan,
    /// Switches under which the plan is another.
    pub changes: Vec<SwitchEffect>,
    /// How many were tried.
    pub tried: usize,
}

/// What one switch changes.
#[derive(Debug, Clone, PartialEq)]
pub struct SwitchEffect {
    /// The switch.
    pub switch: Switch,
    /// The plan under it.
    pub plan: Plan,
    /// The work under it; `None` if it was not run, or not to its end.
    pub counters: Option<Counters>,
}

impl Workbench {
    /// The plan of every statement under these switches, for the values given here and in the text.
    ///
    /// # Errors
    /// If no database is open, or SQLite fails at making statistics.
    pub fn explain_under(
        &self,
        sql: &str,
        parameters: &[(String, Value)],
        switches: &Switches,
    ) -> Result<Explained, WorkbenchError> {
        let database = &self.open()?.database;
        if *switches == Switches::default() {
            return Ok(crate::explain::explain_on(database, sql, parameters));
        }
        Ok(crate::explain::explain_on(&database.switched(switches)?, sql, parameters))
    }

    /// Runs the one statement of a text under these switches.
    ///
    /// # Errors
    /// As [`Workbench::run`].
    pub fn run_under(
        &self,
        sql: &str,
        parameters: &[(String, Value)],
        switches: &Switches,
        options: &RunOptions,
    ) -> Result<Ran, WorkbenchError> {
        let database = self.open()?.database.switched(switches)?;
        run_on(&database, only(sql, parameters)?, options, Delivery::AtEnd)
    }

    /// Tries each switch alone on the one statement of a text and keeps those that change its plan.
    /// With options it is run under each of them, if it only reads.
    ///
    /// # Errors
    /// If there is not exactly one statement, SQLite cannot plan it, or the person cancels.
    pub fn why(
        &self,
        sql: &str,
        parameters: &[(String, Value)],
        options: Option<&RunOptions>,
    ) -> Result<Why, WorkbenchError> {
        let database = &self.open()?.database;
        let statement = only(sql, parameters)?;
        let mut base = match options {
            Some(options) => {
                run_on(database, statement.clone(), options, Delivery::AtEnd)?.statement
            }
            None => crate::explain::plan_on(database, statement.clone()),
        };
        if let Some(error) = base.error.take() {
            return Err(error);
        }
        // A plan that ran has nodes that others lack.
        let planned = plan(database, &statement)?;
        let mut changes = Vec::new();
        let mut tried = 0;
        let total = Switch::all().count() as u64;
        for switch in Switch::all() {
            if self.host.cancelled() {
                return Err(EngineError::Cancelled.into());
            }
            self.host.progress("Trying switches of the planner", tried as u64, Some(total));
            tried += 1;
            let switched = match database.switched(&switch.alone()) {
                Ok(switched) => switched,
                Err(EngineError::Cancelled) => return Err(EngineError::Cancelled.into()),
                // ANALYZE may need what only the application has.
                Err(_) => continue,
            };
            let Ok(plan) = plan(&switched, &statement) else { continue };
            if plan.to_text() == planned.to_text() {
                continue;
            }
            let counters = match options {
                Some(options) => count_on(&switched, statement.clone(), options)?,
                None => None,
            };
            changes.push(SwitchEffect { switch, plan, counters });
        }
        Ok(Why { base, changes, tried })
    }

    /// The program of the one statement of a text. With options it is run first, so that each
    /// instruction has its counts.
    ///
    /// # Errors
    /// As [`Workbench::run`]; without options, if SQLite cannot compile the statement.
    pub fn bytecode(
        &self,
        sql: &str,
        parameters: &[(String, Value)],
        options: Option<&RunOptions>,
    ) -> Result<Bytecode, WorkbenchError> {
        let database = &self.open()?.database;
        let mut statement = only(sql, parameters)?;
        let result = match options {
            Some(options) => {
                statement.prepare_to_run(database).map(drop)?;
                database
                    .analyse(&statement.sql, &statement.values, Some(options.deadline_ns))
                    .map(|analysis| analysis.bytecode)
            }
            None => {
                statement.prepare(database).map(drop)?;
                database.bytecode(&statement.sql, &statement.values)
            }
        };
        result.map_err(|error| statement.error(error))
    }
}

fn plan(database: &Database, statement: &StatementInfo) -> Result<Plan, WorkbenchError> {
    let mut statement = statement.clone();
    let plan = statement.prepare(database)?.plan();
    plan.map_err(|error| statement.error(error))
}
