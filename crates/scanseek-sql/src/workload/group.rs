//! Executions gathered by their normal form: how often, how long, with which values.

use std::collections::BTreeMap;

use super::loops::Loops;
use super::normal::{Normal, Slot, normal};
use super::read::{Execution, Sink, Times};
use super::values::{Arguments, Known};
use super::{LeftOut, LeftOutReason, OtherLines};
use crate::clauses::{Verb, clauses};
use crate::split::first_keyword;

/// Statements of one normal form.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) normal: Normal,
    pub(super) verb: Verb,
    pub(super) first_line: u64,
    pub(super) calls: u64,
    /// Places in the log; each may stand for many executions.
    pub(super) entries: u64,
    pub(super) times: Option<Timed>,
    pub(super) name: Option<String>,
    /// Of each slot: other values than the first one were met.
    pub(super) varies: Vec<bool>,
    pub(super) seen: SeenValues,
}

/// How long the executions took whose time the log has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timed {
    pub(super) calls: u64,
    pub(super) total_ns: u64,
    pub(super) max_ns: Option<u64>,
}

/// Values that came together, the frequent ones kept: of many, those met least make room.
/// Source: Metwally, Agrawal and El Abbadi, “space saving”, 2005.
#[derive(Debug, Clone, Default)]
pub(super) struct SeenValues(Vec<Seen>);

#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) values: Vec<Known>,
    count: u64,
    /// What the count took over from those that made room.
    over: u64,
}

impl Seen {
    /// They came together at least this often.
    pub(super) fn at_least(&self) -> u64 {
        self.count - self.over
    }
}

/// Combinations of values that are kept of a group.
const KEPT_VALUES: usize = 32;

impl SeenValues {
    fn add(&mut self, values: &[Known], calls: u64) {
        if let Some(seen) = self.0.iter_mut().find(|seen| seen.values == values) {
            seen.count += calls;
            return;
        }
        if self.0.len() < KEPT_VALUES {
            self.0.push(Seen { values: values.to_vec(), count: calls, over: 0 });
            return;
        }
        if let Some(least) = self.0.iter_mut().min_by_key(|seen| seen.count) {
            *least =
                Seen { values: values.to_vec(), count: least.count + calls, over: least.count };
        }
    }

    /// The combination met most often; of equals one whose values are all known, then the first.
    pub(super) fn frequent(&self) -> Option<&Seen> {
        let unknown = |seen: &Seen| seen.values.iter().filter(|value| value.is_none()).count();
        self.0.iter().rev().max_by_key(|seen| (std::cmp::Reverse(unknown(seen)), seen.at_least()))
    }

    /// One that was met least.
    pub(super) fn rare(&self) -> Option<&Seen> {
        self.0.iter().rev().min_by_key(|seen| seen.at_least())
    }
}

/// Different statements that are told apart; what comes later and is new is only counted.
const MOST_GROUPS: usize = 20_000;
/// Other lines that are shown.
const SHOWN_LINES: usize = 8;
/// Characters of a line that are shown.
const SHOWN_CHARS: usize = 200;

/// Takes what the readers find.
#[derive(Default)]
pub(super) struct Collector {
    pub(super) groups: Vec<Group>,
    by_key: BTreeMap<String, usize>,
    pub(super) loops: Loops,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) other: OtherLines,
    /// Executions, those left out among them.
    pub(super) statements: u64,
}

impl Collector {
    fn leave_out(&mut self, reason: LeftOutReason, line: u64, sql: &str, calls: u64) {
        self.statements += calls;
        match self.left_out.iter_mut().find(|left| left.reason == reason) {
            Some(left) => left.count += calls,
            None => {
                let first = shown(sql);
                let at = self.left_out.partition_point(|left| left.first_line <= line);
                self.left_out.insert(at, LeftOut { reason, count: calls, first_line: line, first });
            }
        }
    }
}

pub(super) fn shown(text: &str) -> String {
    let line = text.trim().replace(['\n', '\r', '\t'], " ");
    match line.char_indices().nth(SHOWN_CHARS) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// Why a statement is no query of the workload; `None` if it is one.
fn no_query(sql: &str) -> Option<LeftOutReason> {
    match first_keyword(sql).as_str() {
        "SELECT" | "WITH" | "VALUES" | "INSERT" | "REPLACE" | "UPDATE" | "DELETE" => None,
        "BEGIN" | "COMMIT" | "END" | "ROLLBACK" | "SAVEPOINT" | "RELEASE" => {
            Some(LeftOutReason::Transaction)
        }
        "PRAGMA" => Some(LeftOutReason::Pragma),
        "CREATE" | "DROP" | "ALTER" => Some(LeftOutReason::Schema),
        _ => Some(LeftOutReason::Housekeeping),
    }
}

/// It asks what the schema is, as libraries do when they start.
fn asks_schema(key: &str) -> bool {
    ["sqlite_master", "sqlite_schema", "sqlite_temp_master", "temp . sqlite_parameters"]
        .iter()
        .any(|table| key.contains(table))
}

fn verb(sql: &str) -> Option<Verb> {
    match first_keyword(sql).as_str() {
        "SELECT" | "VALUES" => Some(Verb::Select),
        "INSERT" | "REPLACE" => Some(Verb::Insert),
        "UPDATE" => Some(Verb::Update),
        "DELETE" => Some(Verb::Delete),
        // What WITH belongs to stands behind it.
        _ => Some(clauses(sql)?.verb),
    }
}

impl Sink for Collector {
    fn ran(&mut self, execution: Execution) {
        let Execution { line, sql, arguments, calls, times, name } = execution;
        let calls = calls.max(1);
        if let Some(reason) = no_query(&sql) {
            self.leave_out(reason, line, &sql, calls);
            return;
        }
        // An `executemany` whose sets are not told apart.
        let arguments = match arguments {
            Arguments::Many { mut sets, .. } => sets.pop().unwrap_or_default(),
            arguments => arguments,
        };
        let sql = sql.trim_end_matches(|c: char| c == ';' || c.is_whitespace());
        let Some(normal) = normal(sql, &arguments) else {
            self.leave_out(LeftOutReason::Unclear, line, sql, calls);
            return;
        };
        if asks_schema(&normal.key) {
            self.leave_out(LeftOutReason::AsksSchema, line, sql, calls);
            return;
        }
        let at = match self.by_key.get(&normal.key) {
            Some(at) => *at,
            None => {
                let Some(verb) = verb(sql).filter(|_| self.groups.len() < MOST_GROUPS) else {
                    let many = self.groups.len() >= MOST_GROUPS;
                    let reason = if many { LeftOutReason::TooMany } else { LeftOutReason::Unclear };
                    self.leave_out(reason, line, sql, calls);
                    return;
                };
                self.by_key.insert(normal.key.clone(), self.groups.len());
                self.groups.push(Group {
                    verb,
                    first_line: line,
                    calls: 0,
                    entries: 0,
                    times: None,
                    name,
                    varies: vec![false; normal.slots.len()],
                    seen: SeenValues::default(),
                    normal: normal.clone(),
                });
                self.groups.len() - 1
            }
        };
        self.statements += calls;
        self.groups[at].add(&normal, calls, times);
        let is_select = self.groups[at].verb == Verb::Select;
        let ns = times.map(|times| times.total_ns);
        self.loops.ran(at, is_select, &normal, line, calls, ns);
    }

    fn cached(&mut self, line: u64, sql: &str) {
        self.leave_out(LeftOutReason::Cached, line, sql, 1);
    }

    fn cut(&mut self, line: u64, sql: &str) {
        self.leave_out(LeftOutReason::Cut, line, sql, 1);
    }

    fn understood(&mut self) {}

    fn other(&mut self, line: u64, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        self.other.count += 1;
        if self.other.first.len() < SHOWN_LINES {
            self.other.first.push((line, shown(text)));
        }
    }
}

impl Group {
    fn add(&mut self, normal: &Normal, calls: u64, times: Option<Times>) {
        self.calls += calls;
        self.entries += 1;
        if let Some(Times { total_ns, max_ns }) = times {
            let before = self.times.unwrap_or(Timed { calls: 0, total_ns: 0, max_ns: None });
            self.times = Some(Timed {
                calls: before.calls + calls,
                total_ns: before.total_ns.saturating_add(total_ns),
                max_ns: before.max_ns.max(max_ns),
            });
        }
        // Statements alike by their key may differ in where a parameter stood.
        for (slot, other) in self.normal.slots.iter_mut().zip(&normal.slots) {
            slot.bound |= other.bound;
        }
        for (at, value) in normal.values.iter().enumerate() {
            if let (Some(varies), Some(first)) =
                (self.varies.get_mut(at), self.normal.values.get(at))
            {
                *varies |= first != value;
            }
        }
        self.seen.add(&normal.values, calls);
    }

    /// No literal can stand there that is right: the values differ, or are known to be handed in and
    /// too few were seen to tell.
    pub(super) fn is_parameter(&self, at: usize) -> bool {
        const ENOUGH: u64 = 4;
        let slot: &Slot = &self.normal.slots[at];
        let few = self.entries < ENOUGH && slot.bound && slot.about.as_deref() != Some("limit");
        let unknown = self.normal.values[at].is_none();
        self.varies[at] || few || unknown
    }
}
