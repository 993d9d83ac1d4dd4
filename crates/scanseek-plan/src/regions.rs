//! Which step of the plan each instruction works for.
//!
//! An instruction on a cursor belongs to the loop, sorter or b-tree the cursor is of, if both are
//! part of the same subquery. Anything else inside a subquery, a co-routine, a stored subquery or
//! the making of an automatic index belongs to that. What remains outside of all are expressions
//! and control. So each instruction counts once, and a subquery's number is without the loops in
//! it.

use std::collections::BTreeMap;

use crate::bytecode::{EXPLAIN, Opcode, target};
use crate::flow::{Flow, Step};
use crate::op::{Op, TempBTreeUse};

pub(crate) fn nodes(main: &[Opcode], flow: &Flow) -> Vec<Option<i64>> {
    let containers: Vec<Container> =
        flow.steps.iter().filter_map(|step| container(main, step)).collect();
    let innermost = |address: usize| {
        containers
            .iter()
            .filter(|c| c.first <= address && address <= c.last)
            .min_by_key(|c| c.last - c.first)
            .map(|c| c.node)
    };
    // Of (cursor, container) the step that owns it there. The first owner stays.
    let mut owners: BTreeMap<(i64, Option<i64>), i64> = BTreeMap::new();
    for (node, cursors) in &flow.cursors {
        let Some(step) = flow.steps.iter().find(|step| step.id == *node) else { continue };
        for cursor in cursors {
            owners.entry((*cursor, innermost(step.address))).or_insert(*node);
        }
    }
    for step in &flow.steps {
        for cursor in b_tree_cursors(main, step) {
            owners.entry((cursor, innermost(step.address))).or_insert(step.id);
        }
    }
    main.iter()
        .map(|op| {
            if op.name == EXPLAIN {
                return Some(op.p1);
            }
            let inside = innermost(op.address);
            let owner = ON_A_CURSOR
                .contains(&op.name.as_str())
                .then(|| owners.get(&(op.p1, inside)).copied())
                .flatten();
            // Handing over a row is work of the loop that asks for it.
            let asks = || {
                let before = main.get(op.address.checked_sub(2)?)?;
                (op.name == "Yield" && op.p2 != 0)
                    .then(|| flow.steps.iter().find(|step| step.address == before.address))
                    .flatten()
                    .map(|step| step.id)
            };
            owner.or_else(asks).or(inside)
        })
        .collect()
}

#[derive(Debug)]
struct Container {
    node: i64,
    first: usize,
    last: usize,
}

/// The instructions of a step that has others inside, where its ends are marked.
fn container(main: &[Opcode], step: &Step) -> Option<Container> {
    let before = |name: &str, reach: usize| {
        main[step.address.saturating_sub(reach)..step.address]
            .iter()
            .rev()
            .find(|op| op.name == name)
    };
    let (first, last) = match step.op {
        Op::CoRoutine { .. } => {
            let start = before("InitCoroutine", 2)?;
            (start.address, target(start).checked_sub(1)?)
        }
        Op::Materialize { .. } => {
            let start = before("Goto", 4)?;
            (start.address, target(start).checked_sub(1)?)
        }
        Op::ScalarSubquery { .. } | Op::ListSubquery { .. } => {
            let start = before("BeginSubrtn", 4)?;
            let end = main[step.address..].iter().find(|op| {
                op.name == "Return" && op.p1 == start.p2 && target(op) == start.address + 1
            })?;
            (start.address, end.address)
        }
        Op::CreateAutomaticIndex { .. } => {
            let start = before("Once", 2)?;
            (start.address, target(start).checked_sub(1)?)
        }
        _ => return None,
    };
    (first < step.address && step.address <= last).then_some(Container {
        node: step.id,
        first,
        last,
    })
}

/// The sorter or the table behind a `USE TEMP B-TREE` step.
fn b_tree_cursors(main: &[Opcode], step: &Step) -> Vec<i64> {
    let Op::TempBTree { purpose } = &step.op else { return Vec::new() };
    let behind = &main[step.address + 1..];
    let first = |names: &[&str]| behind.iter().find(|op| names.contains(&op.name.as_str()));
    match purpose {
        TempBTreeUse::OrderBy | TempBTreeUse::OrderByLastTerms { .. } => {
            let Some(sort) = first(&["Sort", "SorterSort"]) else { return Vec::new() };
            let mut cursors = vec![sort.p1];
            let data = main.get(sort.address + 1).filter(|op| op.name == "SorterData");
            cursors.extend(data.map(|op| op.p3));
            cursors
        }
        TempBTreeUse::GroupBy => first(&["SorterInsert"]).map(|op| op.p1).into_iter().collect(),
        TempBTreeUse::Distinct => main[..step.address]
            .windows(3)
            .rev()
            .find(|window| {
                window[0].name == "Found"
                    && window[2].name == "IdxInsert"
                    && window[2].p1 == window[0].p1
            })
            .map(|window| window[0].p1)
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// Opcodes whose `p1` is a cursor.
const ON_A_CURSOR: [&str; 59] = [
    "Column",
    "Rowid",
    "IdxRowid",
    "Next",
    "Prev",
    "Rewind",
    "Last",
    "SeekGE",
    "SeekGT",
    "SeekLE",
    "SeekLT",
    "SeekRowid",
    "NotExists",
    "Found",
    "NotFound",
    "NoConflict",
    "IdxGE",
    "IdxGT",
    "IdxLE",
    "IdxLT",
    "DeferredSeek",
    "FinishSeek",
    "IfNoHope",
    "SeekHit",
    "IfNotOpen",
    "NullRow",
    "OpenRead",
    "OpenWrite",
    "OpenEphemeral",
    "OpenAutoindex",
    "OpenDup",
    "ReopenIdx",
    "OpenPseudo",
    "SorterOpen",
    "SorterInsert",
    "SorterSort",
    "SorterData",
    "SorterNext",
    "SorterCompare",
    "Sort",
    "Sequence",
    "SequenceTest",
    "IdxInsert",
    "Insert",
    "Delete",
    "IdxDelete",
    "NewRowid",
    "RowData",
    "Count",
    "VOpen",
    "VFilter",
    "VColumn",
    "VNext",
    "IfNullRow",
    "CursorHint",
    "ResetSorter",
    "Close",
    "ColumnsUsed",
    "Offset",
];
