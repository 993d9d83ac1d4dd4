//! What counts as a gain and what as a loss. The numbers are those of docs/decisions/0003.

use std::collections::BTreeMap;

use scanseek_plan::{Counters, grouped};

use crate::oracle::Outcome;

/// Fewer VM steps than this share of before count as a gain.
const GAIN: f64 = 0.9;
/// What is saved must be at least this many VM steps: below that no run is slow.
const LEAST_SAVED_STEPS: u64 = 500;
/// An index that saves page requests alone is paid for with all its pages: it must leave less work.
const GAIN_BY_PAGES: f64 = 0.7;
/// VM steps that a page request is worth; see docs/decisions/0003.
const STEPS_PER_PAGE: u64 = 10;
/// About a millisecond of work: a step takes 11 ns.
const MILLISECOND: f64 = 90_000.0;
/// Work is alike up to this share and so many steps.
const ALIKE: (f64, f64) = (1.05, 10.0);
/// More work than this share of before counts as a loss.
const LOSS: f64 = 1.05;

/// A page request takes about as long as ten VM steps.
pub fn work(counters: &Counters) -> f64 {
    (counters.vm_steps + STEPS_PER_PAGE * counters.page_requests) as f64
}

/// Work after as a share of the work before.
pub(crate) fn relative_work(before: &Outcome, after: &Outcome) -> f64 {
    (work(&after.counters) + 1.0) / (work(&before.counters) + 1.0)
}

/// Less work, not more pages read from the file, and the same rows.
pub(crate) fn is_gain(before: &Outcome, after: &Outcome) -> bool {
    after.same_result
        && relative_work(before, after) < GAIN
        && not_more_pages(&before.counters, &after.counters)
        && (saves_steps(&before.counters, &after.counters)
            || saves_pages(&before.counters, &after.counters)
                && relative_work(before, after) < GAIN_BY_PAGES)
}

fn saves_steps(before: &Counters, after: &Counters) -> bool {
    (after.vm_steps as f64) < before.vm_steps as f64 * GAIN
        && before.vm_steps - after.vm_steps >= LEAST_SAVED_STEPS
}

/// Fewer page requests for no more VM steps: an index that covers is scanned in place of the table, or
/// a temporary b-tree is not filled.
fn saves_pages(before: &Counters, after: &Counters) -> bool {
    after.vm_steps <= before.vm_steps
        && before.page_requests.saturating_sub(after.page_requests) * STEPS_PER_PAGE
            >= LEAST_SAVED_STEPS
}

/// The count that decided against an option, in the words of the test it failed.
pub(crate) fn why_no_gain(before: &Counters, after: &Counters) -> String {
    let counts = |what: &str, before: u64, after: u64| {
        format!("{} {what} with it, {} without", grouped(after), grouped(before))
    };
    if !not_more_pages(before, after) {
        return counts("pages read from the file", before.page_reads, after.page_reads);
    }
    let steps = counts("VM steps", before.vm_steps, after.vm_steps);
    if saves_steps(before, after) || saves_pages(before, after) {
        return format!(
            "{steps}, and {}; together that saves too little",
            counts("page requests", before.page_requests, after.page_requests)
        );
    }
    if (after.vm_steps as f64) < before.vm_steps as f64 * GAIN {
        return format!("{steps}; below {LEAST_SAVED_STEPS} steps nobody would feel it");
    }
    steps
}

/// Other rows, or more work: by VM steps or by work as a whole.
pub(crate) fn is_loss(before: &Outcome, after: &Outcome) -> bool {
    !after.same_result
        || after.counters.vm_steps as f64 > before.counters.vm_steps as f64 * LOSS + 100.0
        || relative_work(before, after) > LOSS + 100.0 / (before.counters.vm_steps + 1) as f64
}

/// More work than before by a twentieth, and by a millisecond: what a query may not do with statistics
/// that the advice does not ask for.
pub fn is_felt_loss(before: &Outcome, after: &Outcome) -> bool {
    let (was, is) = (work(&before.counters), work(&after.counters));
    !after.same_result || (is > was * LOSS && is > was + MILLISECOND)
}

/// True if at least one query takes a tenth less work with statistics, and none takes more.
pub(crate) fn statistics_help(
    plain: &BTreeMap<usize, Outcome>,
    analyzed: &BTreeMap<usize, Outcome>,
) -> bool {
    let mut helps = false;
    for (query, with) in analyzed {
        let Some(without) = plain.get(query) else { continue };
        let (with, without) = (work(&with.counters), work(&without.counters));
        if with > without * LOSS + 100.0 {
            return false;
        }
        helps |= with < without * GAIN - 100.0;
    }
    helps
}

/// Pages read from the file are what a cold run costs; the few inner pages of an index are free.
fn not_more_pages(before: &Counters, after: &Counters) -> bool {
    after.page_reads as f64 <= before.page_reads as f64 * LOSS + 8.0
}

/// More work, if only by a few steps: what is little on a few rows is much on many.
pub(crate) fn is_more(with: &Outcome, without: &Outcome) -> bool {
    let is_more = |with: f64, without: f64| without > with * ALIKE.0 + ALIKE.1;
    let steps = |one: &Outcome| one.counters.vm_steps as f64;
    is_more(steps(with), steps(without)) || is_more(work(&with.counters), work(&without.counters))
}

/// The count that grew most says it.
pub(crate) fn why_worse(name: &str, with: &Outcome, without: &Outcome) -> String {
    if !without.same_result {
        return format!("Without it, it is not certain that the rows of {name} stay the same.");
    }
    let share = |with: u64, without: u64| without as f64 / with.max(1) as f64;
    let (a, b) = (&with.counters, &without.counters);
    let by_steps = share(a.vm_steps, b.vm_steps) >= share(a.page_requests, b.page_requests);
    let (what, with, without) = if by_steps {
        ("VM steps", a.vm_steps, b.vm_steps)
    } else {
        ("page requests", a.page_requests, b.page_requests)
    };
    format!("Without it, {name} takes {} {what} in place of {}.", grouped(without), grouped(with))
}
