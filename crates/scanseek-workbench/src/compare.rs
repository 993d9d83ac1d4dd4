//! Two plans side by side: with and without changes, under other switches, of another text.

use scanseek_engine::{Database, Switches, Value};
use scanseek_plan::{Counters, Pair, compare, grouped};

use crate::explain::plan_on;
use crate::run::{Delivery, only, run_on};
use crate::what_if::{self, Change};
use crate::{RunOptions, StatementPlan, Workbench, WorkbenchError};

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Side {
    /// A text with one statement.
    pub sql: String,
    /// Changes to the database, as for [`Workbench::explain_with`].
    pub changes: Vec<String>,
    /// Switches of the planner.
    pub switches: Switches,
}

/// Two plans and what differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The first side.
    pub before: StatementPlan,
    /// The second side.
    pub after: StatementPlan,
    /// The steps of both.
    pub pairs: Vec<Pair>,
    /// The whole in a sentence.
    pub sentence: String,
}

impl Workbench {
    /// Plans both sides and pairs their steps. With options both are run.
    ///
    /// # Errors
    /// If a side does not have exactly one statement, SQLite cannot plan or run it, or a change is refused.
    pub fn compare(
        &self,
        before: &Side,
        after: &Side,
        parameters: &[(String, Value)],
        options: Option<&RunOptions>,
    ) -> Result<Comparison, WorkbenchError> {
        let before = self.side(before, parameters, options)?;
        let after = self.side(after, parameters, options)?;
        let pairs = compare(&before.plan, &after.plan);
        let sentence = sentence(&before, &after);
        Ok(Comparison { before, after, pairs, sentence })
    }

    fn side(
        &self,
        side: &Side,
        parameters: &[(String, Value)],
        options: Option<&RunOptions>,
    ) -> Result<StatementPlan, WorkbenchError> {
        let open = &self.open()?.database;
        let changes = what_if::read_changes(&side.changes)?;
        let made: Option<Database> = if changes.is_empty() {
            None
        } else {
            // Planned only, an index need not be built; ANALYZE needs the rows.
            let mut copy = match options.is_some() || changes.contains(&Change::Analyze) {
                true => open.fork()?,
                false => what_if::empty_clone(open)?,
            };
            let total = changes.len() as u64;
            for (done, change) in changes.iter().enumerate() {
                self.host.progress("Building indexes on a copy", done as u64, Some(total));
                what_if::apply(&mut copy, change)?;
            }
            Some(copy)
        };
        let database = made.as_ref().unwrap_or(open);
        let switched = match side.switches == Switches::default() {
            true => None,
            false => Some(database.switched(&side.switches)?),
        };
        let database = switched.as_ref().unwrap_or(database);
        let statement = only(&side.sql, parameters)?;
        let mut planned = match options {
            Some(options) => run_on(database, statement, options, Delivery::AtEnd)?.statement,
            None => plan_on(database, statement),
        };
        match planned.error.take() {
            Some(error) => Err(error),
            None => Ok(planned),
        }
    }
}

fn sentence(before: &StatementPlan, after: &StatementPlan) -> String {
    let same_plan = before.plan.details().eq(after.plan.details());
    let Some((old, new)) = before.counters.zip(after.counters) else {
        return match same_plan {
            true => "The plans are the same.".to_owned(),
            false => "The plans differ. Neither was run here.".to_owned(),
        };
    };
    let plans = if same_plan { "The same plan" } else { "Another plan" };
    if old == new {
        return format!("{plans}, and the same work.");
    }
    let part = |name: &str, get: fn(&Counters) -> u64| {
        let (a, b) = (get(&old), get(&new));
        let change = match (a, b) {
            (a, b) if a == b => "as before".to_owned(),
            (0, _) | (_, 0) => String::new(),
            (a, b) if b < a => percent(a - b, a, "fewer"),
            (a, b) => percent(b - a, a, "more"),
        };
        let change = if change.is_empty() { change } else { format!(" ({change})") };
        format!("{} {name} instead of {}{change}", grouped(b), grouped(a))
    };
    format!(
        "{plans}: {}, {}.",
        part("VM steps", |counters| counters.vm_steps),
        part("page requests", |counters| counters.page_requests)
    )
}

/// A difference as a share, never rounded to what it is not.
fn percent(difference: u64, of: u64, word: &str) -> String {
    let share = difference as f64 / of as f64 * 100.0;
    match share {
        share if share < 0.1 => format!("under 0.1 % {word}"),
        share if share > 99.9 && share < 100.0 => format!("over 99.9 % {word}"),
        share => format!("{share:.1} % {word}"),
    }
}
