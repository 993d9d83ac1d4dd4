//! Follows the program of each loop from its start to the code that uses its rows, to find the
//! tests in between. What a row does there is written by `sqlite3WhereCodeOneLoopStart`: the loop
//! is positioned, each condition jumps to the end of the loop if it does not hold, and behind the
//! last one comes the next loop or the code that takes the row. That first instruction is executed
//! once for each row that leaves the loop.
//!
//! Conditions and the columns of the result are expressions and use the same opcodes, so the end
//! of the conditions is the last jump out of the loop before the first instruction that no
//! expression has ([`ends`]). Wherever the code is not entirely of known kinds, nothing is said.

use std::collections::{BTreeMap, BTreeSet};

use crate::bytecode::{EXPLAIN, Opcode, Predicate, jump_targets, target};
use crate::detail::parse_detail;
use crate::op::{Op, TempBTreeUse};

/// What was found out.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    pub(crate) rows_out: BTreeMap<i64, u64>,
    pub(crate) predicates: Vec<Predicate>,
    /// Cursors of each loop: the step's id, then table and index.
    pub(crate) cursors: Vec<(i64, BTreeSet<i64>)>,
    /// The steps, by address.
    pub(crate) steps: Vec<Step>,
}

/// One step of the plan and the place of its opcode.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) address: usize,
    pub(crate) id: i64,
    pub(crate) parent: i64,
    pub(crate) op: Op,
}

pub(crate) fn read(main: &[Opcode], filtered_aggregates: bool) -> Flow {
    let steps: Vec<Step> = main
        .iter()
        .filter(|op| op.name == EXPLAIN)
        .map(|op| Step { address: op.address, id: op.p1, parent: op.p2, op: parse_detail(&op.p4) })
        .collect();
    let targets = jump_targets(main);
    let mut flow = Flow::default();
    // The loops of a RIGHT or FULL JOIN run a second time for the rows without a partner.
    let run_twice: BTreeSet<i64> = steps
        .iter()
        .filter(|step| matches!(step.op, Op::RightJoin { .. }))
        .flat_map(|step| [step.parent, step.id])
        .collect();
    for step in &steps {
        let is_branch = steps.iter().any(|other| {
            other.id == step.parent && matches!(other.op, Op::MultiIndexBranch { .. })
        });
        let start = match step.op {
            Op::Scan(_) | Op::Search(_) if is_branch => {
                // The step of one side of an OR stands behind the side's conditions.
                flow.rows_out.insert(step.id, main[step.address].work.vm_steps);
                continue;
            }
            Op::Scan(_) | Op::Search(_) => step.address + 1,
            Op::MultiIndexOr => match or_body(main, &steps, step) {
                Some(body) => body,
                None => continue,
            },
            _ => continue,
        };
        let walk = Walk { main, steps: &steps, step, start };
        let path = walk.run();
        flow.cursors.push((step.id, path.cursors.clone()));
        let Some(end) = path.end else { continue };
        let filter_may_hide = filtered_aggregates && !matches!(end, End::Step(_));
        if run_twice.contains(&step.parent) || filter_may_hide {
            continue;
        }
        let exits: Vec<&(usize, usize)> =
            path.jumps.iter().filter(|(_, to)| *to > end.address()).collect();
        let rows = match end {
            End::Step(address) => main[address].work.vm_steps,
            End::Opcode(end) => {
                let behind = exits.iter().map(|(at, _)| at + 1).max().unwrap_or(start);
                let left_join = step.op.access().is_some_and(|access| access.left_join);
                let Some(joined) = (if left_join { null_row(main, start, end) } else { Some(0) })
                else {
                    continue;
                };
                main[behind.max(joined)].work.vm_steps
            }
        };
        flow.rows_out.insert(step.id, rows);
        for (at, _) in exits.iter().filter(|(at, _)| *at > path.positioned) {
            if main[*at].name == "Goto" {
                continue;
            }
            flow.predicates.push(Predicate {
                address: *at,
                node: step.id,
                evaluated: main[*at].work.vm_steps,
                passed: (!targets.contains(&(at + 1))).then(|| main[at + 1].work.vm_steps),
            });
        }
    }
    flow.steps = steps;
    flow
}

/// Where the rows of all sides of a multi-index OR meet: the one place its sides call.
fn or_body(main: &[Opcode], steps: &[Step], or: &Step) -> Option<usize> {
    let first = steps.iter().find(|step| step.parent == or.id)?;
    let search = steps.iter().find(|step| step.parent == first.id)?;
    let call = main[search.address..].iter().find(|op| op.name == "Gosub")?;
    (target(call) > call.address).then(|| target(call))
}

/// Where the row of NULLs that a LEFT JOIN adds comes in: at the note that the row on the left has
/// a partner. The loop begins with the note that it has none.
fn null_row(main: &[Opcode], start: usize, end: usize) -> Option<usize> {
    let none = main.get(start).filter(|op| op.name == "Integer" && op.p1 == 0)?;
    let one = |op: &&Opcode| op.name == "Integer" && op.p1 == 1 && op.p2 == none.p2;
    main[start..end].iter().find(one).map(|op| op.address)
}

/// Where a walk ended.
#[derive(Debug, Clone, Copy)]
enum End {
    /// At a step that is executed once for each row: the next loop, or rows put aside for
    /// GROUP BY.
    Step(usize),
    /// At the first instruction that uses the row.
    Opcode(usize),
}

impl End {
    fn address(self) -> usize {
        let (Self::Step(address) | Self::Opcode(address)) = self;
        address
    }
}

#[derive(Debug, Default)]
struct Path {
    end: Option<End>,
    /// Jumps on the way: address and target.
    jumps: Vec<(usize, usize)>,
    cursors: BTreeSet<i64>,
    /// The last address that positions a cursor of the loop.
    positioned: usize,
}

struct Walk<'a> {
    main: &'a [Opcode],
    steps: &'a [Step],
    step: &'a Step,
    start: usize,
}

impl Walk<'_> {
    fn run(&self) -> Path {
        let opened_before: BTreeSet<i64> = self.main[..self.start]
            .iter()
            .filter(|op| OPENS.contains(&op.name.as_str()))
            .map(|op| op.p1)
            .collect();
        let mut path = Path::default();
        // Cursors opened on the way belong to an IN of a condition.
        let mut opened_here = BTreeSet::new();
        let mut at = self.start;
        while let Some(op) = self.main.get(at) {
            let next = self.main.get(at + 1);
            let name = op.name.as_str();
            match name {
                EXPLAIN => match self.explain(at) {
                    Known::End => {
                        path.end = Some(End::Step(at));
                        return path;
                    }
                    Known::Pass => {}
                    Known::Unknown => return path,
                },
                "BeginSubrtn" => match self.subroutine_end(at) {
                    Some(end) => at = end,
                    None => return path,
                },
                "Once" if target(op) > at => {
                    at = target(op);
                    continue;
                }
                "Gosub" => {
                    let again = target(op)
                        .checked_sub(1)
                        .is_some_and(|before| self.main[before].name == "BeginSubrtn");
                    let fills_next_loop = next.is_some_and(|op| op.name == EXPLAIN)
                        && matches!(self.explain(at + 1), Known::End);
                    if !again && !fills_next_loop {
                        path.end = Some(End::Opcode(at));
                        return path;
                    }
                }
                "MakeRecord"
                    if next.is_some_and(|next| {
                        next.name == "IdxInsert" && opened_here.contains(&next.p1)
                    }) =>
                {
                    at += 1;
                }
                // The end of the loop, and nothing has used the row.
                "Next" | "Prev" | "VNext" if opened_here.contains(&op.p1) => {}
                "InitCoroutine" if op.p2 == 0 => {}
                "Yield" if op.p2 != 0 => {
                    path.jumps.push((at, target(op)));
                    path.positioned = at;
                }
                "Found" | "Eq" if drops_duplicates(self.main, at) => {
                    path.end = Some(End::Opcode(at));
                    return path;
                }
                "IfPos" if op.p3 > 0 => {
                    path.end = Some(End::Opcode(at));
                    return path;
                }
                "Goto" if target(op) > at => path.jumps.push((at, target(op))),
                _ if ends(name) => {
                    path.end = Some(End::Opcode(at));
                    return path;
                }
                _ if JUMPS.contains(&name) => {
                    if op.p2 > 0 {
                        path.jumps.push((at, target(op)));
                    }
                    if POSITIONS.contains(&name) && opened_before.contains(&op.p1) {
                        path.cursors.insert(op.p1);
                        path.positioned = at;
                    }
                }
                "DeferredSeek" => {
                    path.cursors.extend([op.p1, op.p3]);
                    path.positioned = at;
                }
                "OpenEphemeral" | "OpenDup" | "OpenRead" | "ReopenIdx" => {
                    opened_here.insert(op.p1);
                }
                _ if EXPRESSIONS.contains(&name) => {}
                _ => return path,
            }
            at += 1;
        }
        path
    }

    fn explain(&self, at: usize) -> Known {
        let Some(other) = self.steps.iter().find(|step| step.address == at) else {
            return Known::Unknown;
        };
        match &other.op {
            Op::Scan(_) | Op::Search(_) | Op::MultiIndexOr if other.parent == self.step.parent => {
                Known::End
            }
            Op::TempBTree { purpose: TempBTreeUse::GroupBy }
                if other.parent == self.step.parent =>
            {
                Known::End
            }
            Op::InOperator { .. } | Op::ReuseSubquery { .. } => Known::Pass,
            _ => Known::Unknown,
        }
    }

    /// The address of the `Return` that ends the subroutine beginning at `at`.
    fn subroutine_end(&self, at: usize) -> Option<usize> {
        let begin = &self.main[at];
        self.main[at + 1..]
            .iter()
            .find(|op| op.name == "Return" && op.p1 == begin.p2 && target(op) == at + 1)
            .map(|op| op.address)
    }
}

enum Known {
    End,
    Pass,
    Unknown,
}

/// DISTINCT: the row is looked up among those before it and then added, or compared with the last
/// one and then kept in its place. No condition does that.
fn drops_duplicates(main: &[Opcode], at: usize) -> bool {
    let Some([test, next, after]) = main.get(at..at + 3) else { return false };
    match test.name.as_str() {
        "Found" => {
            let adds = |op: &Opcode| op.name == "IdxInsert" && op.p1 == test.p1;
            adds(next) || (next.name == "MakeRecord" && adds(after))
        }
        _ => next.name == "Copy" && test.p1 - next.p1 == next.p3 && test.p3 - next.p2 == next.p3,
    }
}

/// Opcodes that take the row and that no expression has outside its own subroutines.
fn ends(name: &str) -> bool {
    const ENDS: [&str; 18] = [
        "ResultRow",
        "Yield",
        "AggStep",
        "AggStep1",
        "SorterInsert",
        "MakeRecord",
        "IdxInsert",
        "Insert",
        "IdxDelete",
        "Sequence",
        "IfNotZero",
        "DecrJumpZero",
        "RowSetTest",
        "RowSetAdd",
        "Compare",
        "Permutation",
        "NewRowid",
        "SequenceTest",
    ];
    ENDS.contains(&name)
}

const OPENS: [&str; 7] =
    ["OpenRead", "OpenEphemeral", "OpenAutoindex", "OpenDup", "ReopenIdx", "VOpen", "OpenPseudo"];

/// Jumps that move a loop's cursor, or leave the loop when it is at its end.
const POSITIONS: [&str; 14] = [
    "Rewind",
    "Last",
    "SeekGE",
    "SeekGT",
    "SeekLE",
    "SeekLT",
    "IdxGE",
    "IdxGT",
    "IdxLE",
    "IdxLT",
    "SeekRowid",
    "NotExists",
    "NotFound",
    "VFilter",
];

const JUMPS: [&str; 34] = [
    "Rewind",
    "Last",
    "SeekGE",
    "SeekGT",
    "SeekLE",
    "SeekLT",
    "IdxGE",
    "IdxGT",
    "IdxLE",
    "IdxLT",
    "SeekRowid",
    "NotExists",
    "NotFound",
    "VFilter",
    "Found",
    "Eq",
    "Ne",
    "Lt",
    "Le",
    "Gt",
    "Ge",
    "ElseEq",
    "If",
    "IfNot",
    "IsNull",
    "NotNull",
    "IfNullRow",
    "MustBeInt",
    "Filter",
    "IfNoHope",
    "SeekScan",
    "IfNotOpen",
    "IsType",
    "IfEmpty",
];

/// Opcodes of expressions and of a loop's start that never jump.
const EXPRESSIONS: [&str; 50] = [
    "Integer",
    "Int64",
    "Real",
    "String",
    "String8",
    "Blob",
    "Null",
    "SoftNull",
    "Variable",
    "Copy",
    "SCopy",
    "IntCopy",
    "Column",
    "VColumn",
    "Rowid",
    "IdxRowid",
    "Add",
    "Subtract",
    "Multiply",
    "Divide",
    "Remainder",
    "Concat",
    "BitAnd",
    "BitOr",
    "BitNot",
    "ShiftLeft",
    "ShiftRight",
    "And",
    "Or",
    "Not",
    "AddImm",
    "Cast",
    "Affinity",
    "RealAffinity",
    "CollSeq",
    "Function",
    "PureFunc",
    "IsTrue",
    "ZeroOrNull",
    "Offset",
    "Noop",
    "ClrSubtype",
    "GetSubtype",
    "SetSubtype",
    "FinishSeek",
    "SeekHit",
    "NullRow",
    "VInitIn",
    "CursorHint",
    "ReleaseReg",
];
