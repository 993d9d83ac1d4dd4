//! How much of a statement each of its steps is: the chosen figure, its share of the whole, and the
//! thresholds from which a share or a wrong estimate is marked.

use crate::bytecode::Work;
use crate::counters::Counters;
use crate::number::counted;
use crate::plan::{Plan, PlanNode};

/// A figure by which steps are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// Rows looked at.
    RowsVisited,
    /// Rows that passed and were handed on.
    RowsOut,
    /// Instructions of the virtual machine. SQLite keeps no clock per step, so their share is the
    /// nearest thing to a share of the time.
    VmSteps,
    /// Pages asked of the page cache.
    PageRequests,
    /// Pages read from the file.
    PageReads,
}

impl Metric {
    /// All of them, in the order they are offered.
    pub const ALL: [Metric; 5] = [
        Metric::RowsVisited,
        Metric::RowsOut,
        Metric::VmSteps,
        Metric::PageRequests,
        Metric::PageReads,
    ];

    /// "1 VM step", "2,000 rows visited".
    pub fn counted(self, value: u64) -> String {
        match self {
            Metric::RowsVisited => counted(value, "row") + " visited",
            Metric::RowsOut => counted(value, "row") + " out",
            Metric::VmSteps => counted(value, "VM step"),
            Metric::PageRequests => counted(value, "page request"),
            Metric::PageReads => counted(value, "page read"),
        }
    }

    fn of_work(self, work: &Work) -> Option<u64> {
        match self {
            Metric::RowsVisited | Metric::RowsOut => None,
            Metric::VmSteps => Some(work.vm_steps),
            Metric::PageRequests => Some(work.page_requests),
            Metric::PageReads => Some(work.page_reads),
        }
    }

    fn of_node(self, node: &PlanNode) -> Option<u64> {
        match self {
            Metric::RowsVisited => node.loops.map(|loops| loops.rows_visited),
            Metric::RowsOut => node.loops.and_then(|loops| loops.rows_out),
            _ => node.work.and_then(|work| self.of_work(&work)),
        }
    }
}

/// One figure of one step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// Which figure.
    pub metric: Metric,
    /// The figure itself; of the step alone.
    pub value: u64,
    /// Its share of the whole statement, 0 to 1. Of rows the whole is the sum over all steps.
    pub share: f64,
    /// The share of the step and all steps below it.
    pub subtree_share: f64,
    /// How much that is: 1 from 10 %, 2 from 40 %, 3 from 90 %.
    pub level: u8,
}

/// The figures of each step, in the order of the plan; none for a step that was not measured.
/// `counters` are those of the whole statement: without them the steps alone are the whole.
pub fn measures(plan: &Plan, counters: Option<&Counters>) -> Vec<Vec<Measure>> {
    let mut all = vec![Vec::new(); plan.nodes.len()];
    let parents = plan.parent_positions();
    for metric in Metric::ALL {
        let own: Vec<Option<u64>> = plan.nodes.iter().map(|node| metric.of_node(node)).collect();
        let whole = whole(metric, own.iter().flatten().sum(), counters);
        let mut below: Vec<u64> = own.iter().map(|value| value.unwrap_or(0)).collect();
        // Parents come first, so going backwards every sum is complete before it is passed up.
        for (at, parent) in parents.iter().enumerate().rev() {
            if let Some(parent) = parent {
                below[*parent] = below[*parent].saturating_add(below[at]);
            }
        }
        for ((measures, value), below) in all.iter_mut().zip(own).zip(below) {
            let Some(value) = value else { continue };
            let share = share(value, whole);
            measures.push(Measure {
                metric,
                value,
                share,
                subtree_share: self::share(below, whole),
                level: share_level(share),
            });
        }
    }
    all
}

/// The figures of work that is no step's: expressions and control.
pub fn rest_measures(plan: &Plan, rest: &Work, counters: Option<&Counters>) -> Vec<Measure> {
    let figure = |metric: Metric| {
        let value = metric.of_work(rest)?;
        let steps: u64 = plan.nodes.iter().filter_map(|node| metric.of_node(node)).sum();
        let share = share(value, whole(metric, steps.saturating_add(value), counters));
        Some(Measure { metric, value, share, subtree_share: share, level: share_level(share) })
    };
    Metric::ALL.into_iter().filter_map(figure).collect()
}

/// How much a share of the whole is: 1 from 10 %, 2 from 40 %, 3 from 90 %.
pub fn share_level(share: f64) -> u8 {
    level(share, [0.1, 0.4, 0.9])
}

/// How wrong an estimate is: 1 from ×10, 2 from ×100, 3 from ×1000, too high or too low alike.
/// `ratio` is that of [`crate::LoopStats::estimate_ratio`].
pub fn estimate_level(ratio: f64) -> u8 {
    level(ratio.max(1.0 / ratio), [10.0, 100.0, 1000.0])
}

fn level(value: f64, from: [f64; 3]) -> u8 {
    from.into_iter().map(|limit| u8::from(value >= limit)).sum()
}

fn whole(metric: Metric, steps: u64, counters: Option<&Counters>) -> u64 {
    let counted = counters.and_then(|counters| {
        let Counters { vm_steps, page_requests, page_reads, .. } = *counters;
        metric.of_work(&Work { vm_steps, page_requests, page_reads })
    });
    counted.unwrap_or(0).max(steps)
}

fn share(value: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { value as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LoopStats;

    /// A co-routine over a scan, and a search that was not entered.
    fn plan() -> Plan {
        let rows =
            [(1, 0, "CO-ROUTINE x"), (2, 1, "SCAN t"), (3, 0, "SEARCH u USING INDEX i (a=?)")];
        let mut plan =
            Plan::from_rows(rows.map(|(id, parent, detail)| (id, parent, detail.to_owned())));
        let work = |vm_steps| Some(Work { vm_steps, page_requests: 0, page_reads: 0 });
        plan.nodes[0].work = work(5);
        plan.nodes[1].work = work(90);
        plan.nodes[2].work = work(0);
        plan.nodes[1].loops =
            Some(LoopStats { loops: 1, rows_visited: 300, rows_out: None, rows_estimated: 1.0 });
        plan
    }

    fn of(measures: &[Measure], metric: Metric) -> Option<(u64, f64, f64, u8)> {
        let found = measures.iter().find(|measure| measure.metric == metric)?;
        Some((found.value, found.share, found.subtree_share, found.level))
    }

    #[test]
    fn shares_are_of_the_whole_statement() {
        let counters = Counters { vm_steps: 100, ..Counters::default() };
        let found = measures(&plan(), Some(&counters));
        assert_eq!(of(&found[0], Metric::VmSteps), Some((5, 0.05, 0.95, 0)));
        assert_eq!(of(&found[1], Metric::VmSteps), Some((90, 0.9, 0.9, 3)));
        assert_eq!(of(&found[2], Metric::VmSteps), Some((0, 0.0, 0.0, 0)));
        assert_eq!(of(&found[0], Metric::RowsVisited), None, "it is no loop");
        assert_eq!(of(&found[1], Metric::RowsVisited), Some((300, 1.0, 1.0, 3)));
        assert_eq!(of(&found[1], Metric::RowsOut), None, "it cannot be told");
        assert_eq!(of(&found[1], Metric::PageReads), Some((0, 0.0, 0.0, 0)), "nothing of nothing");
        let rest = rest_measures(
            &plan(),
            &Work { vm_steps: 5, page_requests: 0, page_reads: 0 },
            Some(&counters),
        );
        assert_eq!(of(&rest, Metric::VmSteps), Some((5, 0.05, 0.05, 0)));
        assert_eq!(of(&rest, Metric::RowsVisited), None);
    }

    #[test]
    fn without_counters_the_steps_are_the_whole() {
        let found = measures(&plan(), None);
        assert_eq!(of(&found[1], Metric::VmSteps), Some((90, 90.0 / 95.0, 90.0 / 95.0, 3)));
        let mut unmeasured = plan();
        for node in &mut unmeasured.nodes {
            (node.work, node.loops) = (None, None);
        }
        assert_eq!(measures(&unmeasured, None), vec![Vec::new(); 3]);
    }

    #[test]
    fn marks_begin_at_their_limits() {
        for (share, level) in
            [(0.0, 0), (0.0999, 0), (0.1, 1), (0.4, 2), (0.89, 2), (0.9, 3), (1.0, 3)]
        {
            assert_eq!(share_level(share), level, "{share}");
        }
        for (ratio, level) in [
            (1.0, 0),
            (9.9, 0),
            (10.0, 1),
            (0.1, 1),
            (100.0, 2),
            (0.005, 2),
            (1000.0, 3),
            (0.001, 3),
        ] {
            assert_eq!(estimate_level(ratio), level, "{ratio}");
        }
    }

    #[test]
    fn figures_in_words() {
        assert_eq!(Metric::VmSteps.counted(1), "1 VM step");
        assert_eq!(Metric::RowsVisited.counted(300_000), "300,000 rows visited");
    }
}
