//! Four applications that somebody wrote a tuning plan for: databases with the pains that such plans
//! are about, workloads that show them, and the plans to audit in `plans/`. The fifth is `store`.

pub(crate) mod autopsy;
pub(crate) mod deposition;
pub(crate) mod jobs;
pub(crate) mod production;

use crate::calendar::Day;

/// How many of a thing that there are `at_one` of at scale 1; at least one.
fn scaled(at_one: i64, scale: f64) -> i64 {
    // Whole thousandths: from here on, all arithmetic is on integers.
    let thousandths = (scale * 1000.0).round() as i64;
    (at_one * thousandths / 1000).max(1)
}

/// `2025-03-09 14:05:59`; seconds may be more than a day's.
fn stamp(day: Day, seconds: i64) -> String {
    let day = day.plus((seconds / 86_400) as i32);
    let seconds = seconds % 86_400;
    format!("{day} {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
