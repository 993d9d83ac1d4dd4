//! Plans of all statements of a text. Nothing is executed.

use scanseek_engine::{Database, Value};
use scanseek_plan::{Counters, Plan, Work};

use crate::findings::{Finding, quick};
use crate::what_if::{self, Change};
use crate::{Notice, Place, StatementInfo, Workbench, WorkbenchError, bare, places};

/// The plans of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// The SQLite that planned.
    pub sqlite_version: String,
    /// One entry a statement.
    pub statements: Vec<StatementPlan>,
}

/// The statements of a text, and the plan of the one that is meant.
#[derive(Debug, Clone, PartialEq)]
pub struct ExplainedAt {
    /// All of them; of the others nothing is known but what their text says.
    pub statements: Vec<StatementInfo>,
    /// The one that is meant; `None` if there is no statement.
    pub meant: Option<StatementPlan>,
}

/// One statement and its plan.
#[derive(Debug, Clone, PartialEq)]
pub struct StatementPlan {
    /// The statement.
    pub statement: StatementInfo,
    /// Its plan; empty if there is an error.
    pub plan: Plan,
    /// Where each of its steps stands in the statement.
    pub places: Vec<Place>,
    /// Its work, if it ran.
    pub counters: Option<Counters>,
    /// What of that work is no node's: expressions and control.
    pub rest: Option<Work>,
    /// What stands out at first sight; [`Workbench::findings`] looks closer.
    pub findings: Vec<Finding>,
    /// What was not looked at, and why: sentences.
    pub not_looked_at: Vec<String>,
    /// What is worth knowing about how it was planned.
    pub notices: Vec<Notice>,
    /// Why there is no plan.
    pub error: Option<WorkbenchError>,
}

const NOT_RUN: &str = "It was not run: only its plan was looked at.";

impl Workbench {
    /// Splits a text into statements. Works without a database.
    pub fn statements(&self, sql: &str) -> Vec<StatementInfo> {
        crate::statement::statements(sql)
    }

    /// The plan of every statement.
    ///
    /// # Errors
    /// If no database is open; errors of statements are in the result.
    pub fn explain(&self, sql: &str) -> Result<Explained, WorkbenchError> {
        Ok(explain_on(&self.open()?.database, sql, &[]))
    }

    /// The plan of the statement that a place in the text belongs to, which is the one that ends behind it, or just
    /// before it, or else the last. In a long text much less work than the plans of all.
    ///
    /// # Errors
    /// If no database is open; an error of the statement is in the result.
    pub fn explain_at(&self, sql: &str, byte: usize) -> Result<ExplainedAt, WorkbenchError> {
        let database = &self.open()?.database;
        let statements = self.statements(sql);
        let meant = statements
            .iter()
            .find(|statement| byte <= statement.span.1 + 1)
            .or(statements.last())
            .map(|statement| plan_on(database, statement.clone()));
        Ok(ExplainedAt { statements, meant })
    }

    /// The plan of every statement if these changes were made. Indexes are not built for it, unless
    /// `ANALYZE` is among the changes: then there have to be rows to count.
    ///
    /// # Errors
    /// If no database is open or an index statement is refused.
    pub fn explain_with(
        &mut self,
        sql: &str,
        changes: &[String],
    ) -> Result<Explained, WorkbenchError> {
        let read = what_if::read_changes(changes)?;
        if read.contains(&Change::Analyze) {
            let (_, tuned) = self.both(changes)?;
            return Ok(explain_on(&tuned.database, sql, &[]));
        }
        let mut clone = what_if::empty_clone(&self.open()?.database)?;
        for change in &read {
            what_if::apply(&mut clone, change)?;
        }
        Ok(explain_on(&clone, sql, &[]))
    }
}

/// Parameters that a statement does not have are left out for it.
pub(crate) fn explain_on(
    database: &Database,
    sql: &str,
    parameters: &[(String, Value)],
) -> Explained {
    let statements = crate::statement::statements(sql)
        .into_iter()
        .map(|mut statement| {
            if !parameters.is_empty()
                && let Ok(prepared) = database.prepare(&statement.sql)
            {
                let known = prepared.parameters();
                let mine = |name: &str| known.iter().any(|k| bare(k) == bare(name));
                let mine = parameters.iter().filter(|(name, _)| mine(name));
                statement.values.extend(mine.cloned());
            }
            plan_on(database, statement)
        })
        .collect();
    Explained { sqlite_version: crate::build_info().version, statements }
}

pub(crate) fn plan_on(database: &Database, mut statement: StatementInfo) -> StatementPlan {
    let mut notices = statement.notices.clone();
    let planned = statement.prepare(database).and_then(|prepared| {
        notices.extend(
            prepared
                .missing()
                .iter()
                .map(|missing| Notice { code: "stand_in", message: missing.sentence() }),
        );
        prepared.plan().map_err(WorkbenchError::from)
    });
    let without_value = statement.without_value();
    if planned.is_ok() && !without_value.is_empty() {
        notices.push(Notice {
            code: "parameter_without_value",
            message: format!(
                "No value is given for {}; this is the plan for NULL.",
                without_value.join(", ")
            ),
        });
    }
    let (plan, error) = match planned {
        Ok(plan) => (plan, None),
        Err(error) => (Plan::default(), Some(error)),
    };
    let places = places(&plan, &statement.sql, database.schema());
    let mut planned = StatementPlan {
        statement,
        plan,
        places,
        counters: None,
        rest: None,
        findings: Vec::new(),
        not_looked_at: vec![NOT_RUN.to_owned()],
        notices,
        error,
    };
    planned.findings = quick(&planned, database.schema());
    planned
}
