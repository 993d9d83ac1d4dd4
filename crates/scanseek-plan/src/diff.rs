//! What changed between two plans of the same statement, step by step.

use crate::bytecode::Work;
use crate::number::{counted, grouped};
use crate::op::{Access, Op};
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

/// Two steps that do the same job in two plans, or one that only one plan has.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The id of the step in the plan before.
    pub before: Option<i64>,
    /// The id of the step in the plan after.
    pub after: Option<i64>,
    /// What happened to it; `None` if nothing did.
    pub kind: Option<ChangeKind>,
    /// What that means, in a sentence; empty if nothing happened and nothing was measured.
    pub sentence: String,
    /// VM steps, page requests and page reads of the step after over those before, where both were
    /// measured and there were some before.
    pub ratios: Option<[Option<f64>; 3]>,
}

/// The steps of both plans in pairs, in the order of `before`, steps that are new behind the pair of the
/// step they follow.
pub fn compare(before: &Plan, after: &Plan) -> Vec<Pair> {
    let found = changes(before, after);
    let mut partners: Vec<(i64, i64)> =
        found.iter().filter_map(|change| Some((change.before?, change.after?))).collect();
    let mut free: Vec<&PlanNode> =
        after.nodes.iter().filter(|new| !found.iter().any(|c| c.after == Some(new.id))).collect();
    for old in before.nodes.iter().filter(|old| !found.iter().any(|c| c.before == Some(old.id))) {
        let same = |new: &&PlanNode| key(new) == key(old) && new.detail == old.detail;
        if let Some(at) = free.iter().position(same) {
            partners.push((old.id, free.remove(at).id));
        }
    }
    let mut pairs: Vec<Pair> = before
        .nodes
        .iter()
        .map(|old| {
            let new =
                partners.iter().find(|(id, _)| *id == old.id).and_then(|(_, id)| after.node(*id));
            pair(Some((before, old)), new.map(|new| (after, new)))
        })
        .collect();
    let mut behind = 0;
    for new in &after.nodes {
        match pairs.iter().position(|pair| pair.after == Some(new.id)) {
            Some(at) => behind = at + 1,
            None => {
                pairs.insert(behind, pair(None, Some((after, new))));
                behind += 1;
            }
        }
    }
    pairs
}

fn pair(before: Option<(&Plan, &PlanNode)>, after: Option<(&Plan, &PlanNode)>) -> Pair {
    let (old, new) = (before.map(|(_, node)| node), after.map(|(_, node)| node));
    let kind = match (old, new) {
        (Some(old), Some(new)) if old.detail == new.detail => None,
        (Some(_), Some(_)) => Some(ChangeKind::Changed),
        (Some(_), None) => Some(ChangeKind::Removed),
        (None, _) => Some(ChangeKind::Added),
    };
    let works = old.and_then(|old| old.work).zip(new.and_then(|new| new.work));
    let ratios = works.map(|(old, new)| {
        let ratio = |old: u64, new: u64| (old > 0).then(|| new as f64 / old as f64);
        [
            ratio(old.vm_steps, new.vm_steps),
            ratio(old.page_requests, new.page_requests),
            ratio(old.page_reads, new.page_reads),
        ]
    });
    let mut sentence = match (old, new) {
        (Some(old), Some(new)) if kind.is_some() => changed(old, new),
        (Some(old), None) => {
            let work = old.work.map(|work| format!(" It took {}.", in_words(work)));
            format!("No longer there: {}.{}", old.detail, work.unwrap_or_default())
        }
        (None, Some(new)) => {
            let work = new.work.map(|work| format!(" It takes {}.", in_words(work)));
            format!("New: {}.{}", new.detail, work.unwrap_or_default())
        }
        _ => String::new(),
    };
    if let Some((old, new)) = works {
        let work = if old.vm_steps == new.vm_steps && old.page_requests == new.page_requests {
            format!("The same work: {}.", in_words(old))
        } else {
            format!(
                "VM steps {} → {}{}, page requests {} → {}{}.",
                grouped(old.vm_steps),
                grouped(new.vm_steps),
                times(old.vm_steps, new.vm_steps),
                grouped(old.page_requests),
                grouped(new.page_requests),
                times(old.page_requests, new.page_requests)
            )
        };
        sentence = if sentence.is_empty() { work } else { format!("{sentence} {work}") };
    }
    Pair { before: old.map(|node| node.id), after: new.map(|node| node.id), kind, sentence, ratios }
}

fn in_words(work: Work) -> String {
    format!(
        "{} and {}",
        counted(work.vm_steps, "VM step"),
        counted(work.page_requests, "page request")
    )
}

/// How many times more or less, from twice on.
fn times(old: u64, new: u64) -> String {
    let (more, less) = (new as f64 / old as f64, old as f64 / new as f64);
    match (old, new) {
        (0, _) | (_, 0) => String::new(),
        _ if less >= 2.0 => format!(" (÷{})", short(less)),
        _ if more >= 2.0 => format!(" (×{})", short(more)),
        _ => String::new(),
    }
}

fn short(ratio: f64) -> String {
    if ratio >= 10.0 { grouped(ratio.round() as u64) } else { format!("{ratio:.1}") }
}

/// What became of a step, in words.
fn changed(old: &PlanNode, new: &PlanNode) -> String {
    let (Some(from), Some(to)) = (old.op.access(), new.op.access()) else {
        return format!("{} became {}.", old.detail, new.detail);
    };
    let label = to.source.label();
    let (was, is) = (way(&old.op, from), way(&new.op, to));
    if was == is {
        return format!("{label}: {} became {}.", old.detail, new.detail);
    }
    let rows = match (old.loops, new.loops) {
        (Some(old), Some(new)) if old.rows_visited != new.rows_visited => format!(
            ", so it visits {} instead of {}",
            counted(new.rows_visited, "row"),
            grouped(old.rows_visited)
        ),
        _ => String::new(),
    };
    format!("{label}: {is} instead of {was}{rows}.")
}

/// How a step reads its table.
fn way(op: &Op, access: &Access) -> String {
    let index = access.index.as_ref().map(|index| match (&index.name, index.automatic) {
        (Some(name), _) => match index.covering {
            true => format!("in {name} alone"),
            false => format!("by {name}"),
        },
        (None, true) => "in an index built for the run".to_owned(),
        (None, false) => "by its key".to_owned(),
    });
    let kind = if matches!(op, Op::Scan(_)) { "a scan" } else { "a search" };
    match index {
        Some(index) => format!("{kind} {index}"),
        None => kind.to_owned(),
    }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::LoopStats;

    fn plan(rows: &[(i64, i64, &str)], work: &[(u64, u64)]) -> Plan {
        let rows = rows.iter().map(|(id, parent, text)| (*id, *parent, (*text).to_owned()));
        let mut plan = Plan::from_rows(rows);
        for (node, (visited, steps)) in plan.nodes.iter_mut().zip(work) {
            node.loops = Some(LoopStats {
                loops: 1,
                rows_visited: *visited,
                rows_out: None,
                rows_estimated: 1.0,
            });
            node.work = Some(Work { vm_steps: *steps, page_requests: 4, page_reads: 0 });
        }
        plan
    }

    #[test]
    fn pairs_say_what_became_of_each_step() {
        let before = plan(
            &[
                (3, 0, "SCAN o"),
                (7, 0, "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)"),
                (9, 0, "USE TEMP B-TREE FOR ORDER BY"),
            ],
            &[(30_000, 120_000), (40, 200), (0, 90)],
        );
        let after = plan(
            &[
                (4, 0, "SEARCH o USING COVERING INDEX by_day (day>?)"),
                (8, 0, "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)"),
            ],
            &[(40, 300), (40, 200)],
        );
        let found: Vec<(Option<i64>, Option<i64>, String)> = compare(&before, &after)
            .into_iter()
            .map(|pair| (pair.before, pair.after, pair.sentence))
            .collect();
        let line = |a, b, text: &str| (a, b, text.to_owned());
        assert_eq!(
            found,
            [
                line(
                    Some(3),
                    Some(4),
                    "o: a search in by_day alone instead of a scan, so it visits 40 rows instead of 30,000. VM steps 120,000 → 300 (÷400), page requests 4 → 4.",
                ),
                line(Some(7), Some(8), "The same work: 200 VM steps and 4 page requests."),
                line(
                    Some(9),
                    None,
                    "No longer there: USE TEMP B-TREE FOR ORDER BY. It took 90 VM steps and 4 page requests.",
                ),
            ]
        );
        let ratios = compare(&before, &after)[0].ratios.unwrap();
        assert_eq!(ratios, [Some(300.0 / 120_000.0), Some(1.0), None]);
    }

    fn any_plan() -> impl Strategy<Value = Plan> {
        let detail = prop::sample::select(vec![
            "SCAN a",
            "SEARCH a USING INDEX i (x=?)",
            "SCAN b",
            "USE TEMP B-TREE FOR ORDER BY",
            "MULTI-INDEX OR",
        ]);
        prop::collection::vec((detail, 0..8usize), 0..8).prop_map(|steps| {
            Plan::from_rows(steps.into_iter().enumerate().map(|(at, (text, up))| {
                (at as i64 + 1, at.saturating_sub(up) as i64, text.to_owned())
            }))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn each_step_is_in_one_pair(before in any_plan(), after in any_plan()) {
            let pairs = compare(&before, &after);
            let old: Vec<i64> = pairs.iter().filter_map(|pair| pair.before).collect();
            prop_assert_eq!(old, before.nodes.iter().map(|node| node.id).collect::<Vec<_>>());
            let mut new: Vec<i64> = pairs.iter().filter_map(|pair| pair.after).collect();
            new.sort_unstable();
            prop_assert_eq!(new, after.nodes.iter().map(|node| node.id).collect::<Vec<_>>());
            prop_assert!(compare(&before, &before).iter().all(|pair| pair.kind.is_none()));
        }
    }
}
