//! Loops that ask for one row after another (N+1): the same SELECT again and again with another value
//! for one column, with few other statements between.

use super::normal::Normal;
use super::values::Known;

/// Fewer different values are no loop.
const LEAST: usize = 4;
/// Statements that may stand between two of a loop: one round may ask for more than one thing.
const BETWEEN: u64 = 4;
/// Values of a loop that are kept.
const KEPT: usize = 200;

/// Follows what runs.
#[derive(Debug, Default)]
pub(super) struct Loops {
    /// The place of the statement that runs, among all that count.
    now: u64,
    /// The statement before it.
    before: Option<(usize, u64)>,
    /// Of each group the one that goes on.
    open: Vec<Option<Run>>,
    /// In the order of their first lines.
    pub(super) found: Vec<Run>,
}

/// One SELECT again and again.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) group: usize,
    /// The slot whose value differs; `None` as long as all were the same.
    slot: Option<usize>,
    /// The values of the first statement.
    pub(super) values: Vec<Known>,
    /// Different values of the slot, in order, as many as are kept.
    pub(super) keys: Vec<String>,
    pub(super) calls: u64,
    pub(super) first_line: u64,
    pub(super) last_line: u64,
    pub(super) total_ns: Option<u64>,
    /// What ran right before the first one, and its place.
    pub(super) before: Option<(usize, u64)>,
    start: u64,
    last: u64,
}

impl Run {
    pub(super) fn slot(&self) -> usize {
        self.slot.unwrap_or_default()
    }

    /// A statement of it ran at this place.
    pub(super) fn spans(&self, place: u64) -> bool {
        (self.start..=self.last).contains(&place)
    }

    fn takes(&mut self, normal: &Normal, now: u64) -> bool {
        if now - self.last > BETWEEN || normal.values.len() != self.values.len() {
            return false;
        }
        let mut differing =
            (0..self.values.len()).filter(|at| normal.values[*at] != self.values[*at]);
        let (slot, None) = (differing.next(), differing.next()) else { return false };
        let Some(slot) = slot else { return true };
        let is_key = normal.slots[slot].equality && !normal.slots[slot].list;
        if !is_key || self.slot.is_some_and(|known| known != slot) {
            return false;
        }
        let (Some(first), Some(value)) = (&self.values[slot], &normal.values[slot]) else {
            return false;
        };
        if self.slot.is_none() {
            self.slot = Some(slot);
            self.keys.push(first.clone());
        }
        if self.keys.len() < KEPT && !self.keys.contains(value) {
            self.keys.push(value.clone());
        }
        true
    }
}

impl Loops {
    pub(super) fn ran(
        &mut self,
        group: usize,
        is_select: bool,
        normal: &Normal,
        line: u64,
        calls: u64,
        ns: Option<u64>,
    ) {
        self.now += 1;
        let before = self.before.replace((group, self.now));
        // A row that stands for many executions does not say in which order they were.
        if !is_select || calls != 1 || !normal.slots.iter().any(|slot| slot.equality) {
            return;
        }
        if self.open.len() <= group {
            self.open.resize(group + 1, None);
        }
        if let Some(run) = &mut self.open[group] {
            if run.takes(normal, self.now) {
                run.calls += 1;
                run.last = self.now;
                run.last_line = line;
                run.total_ns = run.total_ns.zip(ns).map(|(sum, ns)| sum.saturating_add(ns));
                return;
            }
            self.close(group);
        }
        let run = Run {
            group,
            slot: None,
            values: normal.values.clone(),
            keys: Vec::new(),
            calls: 1,
            first_line: line,
            last_line: line,
            total_ns: ns,
            before,
            start: self.now,
            last: self.now,
        };
        self.open[group] = Some(run);
    }

    fn close(&mut self, group: usize) {
        if let Some(run) = self.open[group].take_if(|run| run.keys.len() >= LEAST) {
            let at = self.found.partition_point(|other| other.start < run.start);
            self.found.insert(at, run);
        }
    }

    /// Ends all that are open.
    pub(super) fn finish(&mut self) {
        for group in 0..self.open.len() {
            self.close(group);
        }
    }

    /// The statement that a loop goes through the rows of: what ran right before it, or before another
    /// loop that began right before it.
    pub(super) fn parent(&self, run: &Run) -> Option<usize> {
        let mut before = run.before;
        while let Some((group, place)) = before.filter(|(group, _)| *group != run.group) {
            let beside = self.found.iter().find(|one| one.group == group && one.spans(place));
            let Some(beside) = beside else { return Some(group) };
            before = beside.before.filter(|(_, earlier)| *earlier < place);
        }
        None
    }
}
