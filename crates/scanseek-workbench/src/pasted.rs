//! A plan that was printed elsewhere: read and judged without a database.

use scanseek_plan::{Finding, Plan, ReadPlanError, findings};

use crate::{ErrorCode, WorkbenchError};

/// A plan that was printed elsewhere, and what is worth attention in it.
#[derive(Debug, Clone)]
pub struct PastedPlan {
    /// The plan; its steps are not measured here.
    pub plan: Plan,
    /// What is worth attention, as far as the text alone tells.
    pub findings: Vec<Finding>,
}

/// Reads a plan from text: the tree of the sqlite3 shell, or the rows in any of its modes.
///
/// # Errors
/// [`ErrorCode::BadPlan`] with what the text is instead.
pub fn read_plan(text: &str) -> Result<PastedPlan, WorkbenchError> {
    let plan = scanseek_plan::read_plan(text).map_err(|error| {
        let bad = WorkbenchError::new(ErrorCode::BadPlan, error.to_string());
        match error {
            ReadPlanError::NotAPlan | ReadPlanError::BadLine { .. } => bad.hint(
                "Copy the whole output of EXPLAIN QUERY PLAN, as a tree or as rows with id, parent and detail.",
            ),
            _ => bad,
        }
    })?;
    let findings = findings(&plan);
    Ok(PastedPlan { plan, findings })
}
