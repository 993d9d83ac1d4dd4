//! What is worth attention in a statement: findings, each with what SQLite was made to show for it
//! and what to do, ranked by what they cost in this run.
//!
//! Two looks: the quick one takes the plan and its numbers as they are, for every key typed; the
//! close one ([`Workbench::findings`]) asks SQLite about variants of the statement: it explains them,
//! with indexes that are not there if need be, runs some of them, and offers those that do less for
//! the same rows. What could not be looked at is said: silence is no all-clear.

mod columns;
mod counting;
mod covering;
mod inquiry;
mod joins;
mod or_arms;
mod orders;
mod plain;
mod repeated;
mod rewrites;
mod rules;
mod statistics;
mod subqueries;

use std::ops::Range;

use scanseek_engine::Value;
use scanseek_plan::{Counters, Plan, Severity, Work};
use scanseek_sql::{clauses, pieces as text};

pub use rules::Rule;

use crate::{RunOptions, StatementInfo, StatementPlan, Workbench, WorkbenchError, bare};
use inquiry::Inquiry;
pub(crate) use plain::quick;

/// One observation about a statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Which rule was met.
    pub rule: Rule,
    /// How much it matters, or is likely to where nothing was measured.
    pub severity: Severity,
    /// The id of the step, if it is about one step.
    pub node: Option<i64>,
    /// The piece of the statement, in bytes of its text.
    pub span: Option<Range<usize>>,
    /// What happens: one or two sentences.
    pub message: String,
    /// What SQLite was made to show: sentences with numbers or plans.
    pub proof: String,
    /// What to do.
    pub advice: String,
    /// The work in this run; `None` if nothing was measured.
    pub cost: Option<Cost>,
    /// Another statement for the same rows, which did less.
    pub rewrite: Option<Rewrite>,
}

/// What a finding costs in one run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// The work of the steps it is about.
    pub work: Work,
    /// The part of the whole statement's work, from 0 to 1: of its VM steps or of its page requests,
    /// whichever is more.
    pub share: f64,
}

/// Another statement that was run and gave the same rows for less work.
#[derive(Debug, Clone, PartialEq)]
pub struct Rewrite {
    /// The statement.
    pub sql: String,
    /// Why it means the same, and what it rests on.
    pub why: String,
    /// The work of the statement as it is.
    pub before: Counters,
    /// The work of this one.
    pub after: Counters,
    /// The plan as it is.
    pub before_plan: Plan,
    /// The plan of this one.
    pub after_plan: Plan,
    /// Positions of the statements of the text that it takes the place of.
    pub replaces: Vec<usize>,
}

/// All that was found in one statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// The statement.
    pub statement: StatementInfo,
    /// The findings, the most costly first.
    pub findings: Vec<Finding>,
    /// What was not looked at, and why: sentences.
    pub not_looked_at: Vec<String>,
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Everything,
    /// Only whether the statements of the text are those of a loop.
    Loops,
}

impl Workbench {
    /// Looks closely at one statement of a text, by its position. A run of it just before is not
    /// repeated. All questions together may take as long as the options say.
    ///
    /// # Errors
    /// If no database is open, there is no such statement, SQLite cannot plan it, or the person cancels.
    pub fn findings(
        &self,
        text: &str,
        index: usize,
        parameters: &[(String, Value)],
        options: &RunOptions,
    ) -> Result<Findings, WorkbenchError> {
        self.looked_at(text, index, parameters, options, Look::Everything)
    }

    pub(crate) fn looked_at(
        &self,
        text: &str,
        index: usize,
        parameters: &[(String, Value)],
        options: &RunOptions,
        look: Look,
    ) -> Result<Findings, WorkbenchError> {
        let database = &self.open()?.database;
        let mut statements = crate::statement::statements(text);
        let Some(statement) = statements.get_mut(index) else {
            return Err(scanseek_engine::EngineError::NoStatement.into());
        };
        // Parameters that it does not have belong to other statements.
        let known = statement.clone().prepare(database)?.parameters();
        let mine = |name: &str| known.iter().any(|known| bare(known) == bare(name));
        statement.values.extend(parameters.iter().filter(|(name, _)| mine(name)).cloned());
        let statement = statement.clone();
        let start_ns = self.host.now_ns();
        let (planned, why_not_run) = self.planned(&statement, options)?;
        let found = clauses(&statement.sql);
        let used_ns = self.host.now_ns().saturating_sub(start_ns);
        let left_ns = options.deadline_ns.saturating_sub(used_ns);
        let asked = Inquiry::new(database, &planned, found.as_ref(), self.host.clone(), left_ns);
        if let Some(because) = why_not_run {
            asked.leave_out(because);
        }
        let findings = match look {
            Look::Everything => close(&asked, &statements),
            Look::Loops => {
                let mut found = Vec::new();
                repeated::find(&asked, &statements, &mut found);
                found
            }
        };
        if self.host.cancelled() {
            return Err(scanseek_engine::EngineError::Cancelled.into());
        }
        let not_looked_at = asked.left_out();
        Ok(Findings { statement: planned.statement, findings, not_looked_at })
    }

    /// The statement with what was measured, or only planned and why.
    fn planned(
        &self,
        statement: &StatementInfo,
        options: &RunOptions,
    ) -> Result<(StatementPlan, Option<String>), WorkbenchError> {
        let last = self.last_run.borrow();
        if let Some(last) = last.as_ref().filter(|last| {
            last.statement.sql == statement.sql && bound(&last.statement) == bound(statement)
        }) {
            // It may have been run on its own; here it stands in its text.
            let mut last = last.clone();
            last.statement.index = statement.index;
            last.statement.span = statement.span;
            last.statement.name.clone_from(&statement.name);
            return Ok((last, None));
        }
        let database = &self.open()?.database;
        let options = RunOptions { row_cap: 0, ..*options };
        match crate::run::run_on(database, statement.clone(), &options, crate::run::Delivery::AtEnd)
        {
            Ok(ran) if ran.stopped.is_none() && has_work(&ran.statement.plan) => {
                Ok((ran.statement, None))
            }
            Ok(_) => {
                let because = "One run takes longer than is allowed here, so nothing is measured.";
                Ok((crate::explain::plan_on(database, statement.clone()), Some(because.to_owned())))
            }
            Err(error) if error.code == crate::ErrorCode::Cancelled => Err(error),
            Err(error) => {
                let planned = crate::explain::plan_on(database, statement.clone());
                match planned.error {
                    Some(error) => Err(error),
                    None => {
                        let because =
                            format!("It was not run, so nothing is measured: {}", error.message);
                        Ok((planned, Some(because)))
                    }
                }
            }
        }
    }
}

/// The value of each parameter: of several the last one counts.
fn bound(statement: &StatementInfo) -> Vec<(&str, &Value)> {
    let mut bound: Vec<(&str, &Value)> = Vec::new();
    for (name, value) in statement.values.iter().rev() {
        if !bound.iter().any(|(known, _)| *known == bare(name)) {
            bound.push((bare(name), value));
        }
    }
    bound.sort_by_key(|(name, _)| *name);
    bound
}

/// What the nodes did was measured.
fn has_work(plan: &Plan) -> bool {
    plan.nodes.iter().any(|node| node.work.is_some())
}

fn close(asked: &Inquiry<'_>, statements: &[StatementInfo]) -> Vec<Finding> {
    let mut found = Vec::new();
    if asked.clauses.is_none() {
        asked.leave_out(
            "The clauses of its text could not be read: only the plan was looked at.".to_owned(),
        );
    }
    columns::find(asked, &mut found);
    or_arms::find(asked, &mut found);
    joins::find(asked, &mut found);
    subqueries::find(asked, &mut found);
    orders::find(asked, &mut found);
    counting::find(asked, &mut found);
    covering::find(asked, &mut found);
    statistics::find(asked, &mut found);
    repeated::find(asked, statements, &mut found);
    plain::find(asked, &mut found);
    ranked(found)
}

/// Below this share of the work of a run a finding is not worth a line.
const LEAST_SHARE: f64 = 0.01;

/// The most costly first; what was not measured comes behind that, by severity.
fn ranked(mut found: Vec<Finding>) -> Vec<Finding> {
    found.retain(|one| {
        one.rewrite.is_some() || one.cost.is_none_or(|cost| cost.share >= LEAST_SHARE)
    });
    let key = |one: &Finding| {
        one.cost.map_or((0, 0, 0), |cost| {
            let share = (cost.share * 1000.0).round() as u64;
            (share, cost.work.vm_steps, cost.work.page_requests)
        })
    };
    // The sort is stable: equals stay in the order in which they were found.
    found.sort_by(|a, b| key(b).cmp(&key(a)).then(a.severity.cmp(&b.severity)));
    found
}

/// A page request takes about as long as ten VM steps: docs/decisions/0003.
const STEPS_PER_PAGE: u64 = 10;

fn weight(work: Work) -> u64 {
    work.vm_steps + STEPS_PER_PAGE * work.page_requests
}

/// From measured work.
fn severity(cost: &Cost) -> Severity {
    match weight(cost.work) {
        20_000.. if cost.share >= 0.4 => Severity::High,
        2_000.. if cost.share >= 0.1 => Severity::Medium,
        _ => Severity::Low,
    }
}
