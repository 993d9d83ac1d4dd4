//! What changed between two plans of the same statement, step by step.

use crate::op::Op;
use crate::plan::{Plan, PlanNode};

/// One step that differs between two plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened to the step.
    pub kind: ChangeKind,
    /// The id of the step in the plan before; `None` when it is new.
    pub before: Option<i64>,
    /// The id of the step in the plan after; `None` when it is gone.
    pub after: Option<i64>,
    /// The details: `SCAN t → SEARCH t USING INDEX i (a=?)`, or the detail that came or went.
    pub text: String,
}

/// What happened to a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// The same table or structure, done another way.
    Changed,
    /// Only in the plan before.
    Removed,
    /// Only in the plan after.
    Added,
}

/// The changes from `before` to `after`. Scans and searches are paired by the table's name in the
/// statement, other steps by their kind; among equals the first is paired with the first. Changed
/// and removed steps come in the order of `before`, then added ones in that of `after`.
pub fn changes(before: &Plan, after: &Plan) -> Vec<Change> {
    let mut unpaired: Vec<&PlanNode> = after.nodes.iter().collect();
    let mut changed: Vec<&PlanNode> = Vec::new();
    // Unchanged steps first, so that of two equal tables the unchanged one stays unchanged.
    for old in &before.nodes {
        let same = |new: &&PlanNode| key(new) == key(old) && new.detail == old.detail;
        match unpaired.iter().position(same) {
            Some(at) => drop(unpaired.remove(at)),
            None => changed.push(old),
        }
    }
    let mut found = Vec::new();
    for old in changed {
        let partner = unpaired.iter().position(|new| key(new) == key(old));
        found.push(match partner.map(|at| unpaired.remove(at)) {
            Some(new) => Change {
                kind: ChangeKind::Changed,
                before: Some(old.id),
                after: Some(new.id),
                text: format!("{} → {}", old.detail, new.detail),
            },
            None => Change {
                kind: ChangeKind::Removed,
                before: Some(old.id),
                after: None,
                text: old.detail.clone(),
            },
        });
    }
    found.extend(unpaired.into_iter().map(|new| Change {
        kind: ChangeKind::Added,
        before: None,
        after: Some(new.id),
        text: new.detail.clone(),
    }));
    found
}

/// What makes two steps partners: the kind of step and what it is about.
fn key(node: &PlanNode) -> (&'static str, &str) {
    match &node.op {
        Op::Scan(access) | Op::Search(access) => ("access", access.source.label()),
        Op::CoRoutine { name } | Op::Materialize { name } => ("subquery", name),
        Op::Other => ("other", &node.detail),
        // Two temporary b-trees are partners only when they serve the same clause.
        Op::TempBTree { .. } if node.detail.ends_with("ORDER BY") => ("temp_b_tree", "ORDER BY"),
        Op::TempBTree { .. } => ("temp_b_tree", &node.detail),
        op => (op.id(), ""),
    }
}
