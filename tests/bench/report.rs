//! What was measured, as tables, as sentences and as JSON.

use std::path::Path;

use scanseek_engine::{Database, NoControl, RowsRequest, Value, build_info};
use serde_json::json;

use crate::measure::{Run, share};
use crate::sets::{
    BASE, Compared, EXPERT, EXPERT_SAMPLE, IDEAL, Measured, OURS, OURS_AT_BYTES, PAIRS, SINGLES,
};
use crate::{Options, Result, expert};

const BEST: &str = "best plan seen";

/// What the adviser is to reach: at `.expert`'s bytes its steps and time, as shares of `.expert`'s; bytes for
/// the same steps; and steps without a limit, as a share of the best plans'.
const STEPS_AIM: f64 = 0.90;
const TIME_AIM: f64 = 0.70;
const BYTES_AIM: f64 = 0.25;
const BEST_AIM: f64 = 1.03;

/// Another set does a query with so much less: that is worth naming.
const LESS: f64 = 0.95;
const LEAST_LESS_STEPS: u64 = 500;
const MOST_NAMED: usize = 12;

/// One line of the table.
struct Line {
    set: &'static str,
    indexes: Option<usize>,
    bytes: Option<u64>,
    steps: Left,
    time: Left,
    /// Steps of the statements that write, as a share of before.
    writes: Option<f64>,
    slower: Vec<String>,
    slower_with_some: Vec<String>,
    advised_ns: Option<u64>,
}

/// What is left of before.
struct Left {
    /// Geometric mean over the queries that read.
    mean: f64,
    /// Of all of them together.
    sum: f64,
}

/// A suite and its lines.
pub(crate) struct Suite {
    name: &'static str,
    compared: Vec<Compared>,
    lines: Vec<Line>,
}

impl Suite {
    pub(crate) fn of(name: &'static str, compared: Vec<Compared>) -> Self {
        let names = [BASE, OURS, OURS_AT_BYTES, EXPERT, EXPERT_SAMPLE, SINGLES, PAIRS, IDEAL];
        let has = |set: &&str| compared.iter().any(|one| one.set(set).is_some());
        let mut lines: Vec<Line> =
            names.into_iter().filter(has).map(|set| line(&compared, set)).collect();
        lines.push(best(&compared));
        Self { name, compared, lines }
    }

    fn line(&self, set: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.set == set)
    }
}

/// The set of that name; where there is none, nothing was advised, and all stays as it is.
fn of<'a>(compared: &'a Compared, set: &str) -> &'a Measured {
    compared.set(set).unwrap_or(&compared.sets[0])
}

fn line(compared: &[Compared], set: &'static str) -> Line {
    let sum = |what: fn(&Measured) -> u64| compared.iter().map(|one| what(of(one, set))).sum();
    let names = |which: fn(&Measured) -> &[usize]| -> Vec<String> {
        let of_one = |one: &Compared| -> Vec<String> {
            which(of(one, set)).iter().map(|at| title(compared, one, *at)).collect()
        };
        compared.iter().flat_map(of_one).collect()
    };
    let advised: Vec<u64> =
        compared.iter().filter_map(|one| one.set(set)?.set.advised_ns).collect();
    let writes = |of_set: bool| -> u64 {
        let steps = |one: &Compared| -> u64 {
            let runs = if of_set { &of(one, set).outcome.runs } else { one.before() };
            let writes = one.queries.iter().zip(runs).filter(|(query, _)| query.writes);
            writes.map(|(_, run)| run.steps).sum()
        };
        compared.iter().map(steps).sum()
    };
    let after = |one: &Compared, at: usize| of(one, set).outcome.runs[at];
    Line {
        set,
        indexes: Some(compared.iter().map(|one| of(one, set).indexes).sum()),
        bytes: Some(sum(|measured| measured.bytes)),
        steps: left(compared, 0, |run| run.steps, after),
        time: left(compared, 1_000, |run| run.elapsed_ns, after),
        writes: (writes(false) > 0).then(|| share(writes(false), writes(true))),
        slower: names(|measured| &measured.outcome.slower),
        slower_with_some: names(|measured| &measured.outcome.slower_with_some),
        advised_ns: (!advised.is_empty()).then(|| advised.iter().sum()),
    }
}

/// The least that any set leaves of each query, with any statistics.
fn best(compared: &[Compared]) -> Line {
    let after = |one: &Compared, at: usize| {
        let sound = || one.sets.iter().filter(|set| !set.outcome.other_rows.contains(&at));
        let steps = sound().map(|set| set.outcome.least_steps[at]).min().unwrap_or_default();
        let elapsed = sound().map(|set| set.outcome.runs[at].elapsed_ns).min();
        Run { steps, elapsed_ns: elapsed.unwrap_or_default(), ..Run::default() }
    };
    Line {
        set: BEST,
        indexes: None,
        bytes: None,
        steps: left(compared, 0, |run| run.steps, after),
        time: left(compared, 1_000, |run| run.elapsed_ns, after),
        writes: None,
        slower: Vec::new(),
        slower_with_some: Vec::new(),
        advised_ns: None,
    }
}

/// `blur` is what nobody can tell from nothing.
fn left(
    compared: &[Compared],
    blur: u64,
    what: fn(&Run) -> u64,
    after: impl Fn(&Compared, usize) -> Run,
) -> Left {
    let (mut logarithms, mut queries, mut before_sum, mut after_sum) = (0.0, 0, 0, 0);
    for one in compared {
        for (at, _) in one.queries.iter().enumerate().filter(|(_, query)| !query.writes) {
            let (before, after) = (what(&one.before()[at]), what(&after(one, at)));
            logarithms += share(before + blur, after + blur).ln();
            queries += 1;
            before_sum += before;
            after_sum += after;
        }
    }
    Left { mean: (logarithms / f64::from(queries.max(1))).exp(), sum: share(before_sum, after_sum) }
}

/// A query's name, with its database's where there are many.
fn title(all: &[Compared], one: &Compared, at: usize) -> String {
    if all.len() > 1 { one.title.clone() } else { one.queries[at].name.clone() }
}

/// CPU, programs and the day.
pub(crate) fn machine(shell: Option<&Path>) -> Result<String> {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown CPU", |(_, model)| model.trim());
    let cores = std::thread::available_parallelism()?;
    let own = Database::create(std::rc::Rc::new(NoControl))?;
    let today = own.prepare("SELECT date()")?.rows(&RowsRequest { row_cap: 1, time_ns: None })?;
    let today = match today.rows.first().and_then(|row| row.first()) {
        Some(Value::Text { text, .. }) => text.clone(),
        _ => String::new(),
    };
    let shell = shell.and_then(expert::version);
    let shell = shell.map_or("no sqlite3 shell".to_owned(), |one| format!(".expert of {one}"));
    let version = build_info().version;
    Ok(format!("{model}, {cores} cores; SQLite {version}, {shell}; {today}"))
}

/// The table, in Markdown.
pub(crate) fn table(suites: &[&Suite]) -> String {
    let head = "| suite | set | indexes | MB | steps left % | in sum % | time left % | in sum % \
                | writes × | slower | with some statistics | advised in s |\n\
                | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |";
    let mut lines = vec![head.to_owned()];
    for suite in suites {
        for line in &suite.lines {
            let or_none = |text: Option<String>| text.unwrap_or_default();
            let percent = |left: f64| match 100.0 * left {
                little if little < 1.0 => format!("{little:.3}"),
                much => format!("{much:.2}"),
            };
            let cells = [
                suite.name.to_owned(),
                line.set.to_owned(),
                or_none(line.indexes.map(|indexes| indexes.to_string())),
                or_none(line.bytes.map(|bytes| format!("{:.2}", bytes as f64 / 1e6))),
                percent(line.steps.mean),
                percent(line.steps.sum),
                percent(line.time.mean),
                percent(line.time.sum),
                or_none(line.writes.map(|times| format!("{times:.2}"))),
                or_none(line.indexes.map(|_| line.slower.len().to_string())),
                or_none(line.indexes.map(|_| line.slower_with_some.len().to_string())),
                or_none(line.advised_ns.map(|ns| format!("{:.1}", ns as f64 / 1e9))),
            ];
            lines.push(format!("| {} |", cells.join(" | ")));
        }
    }
    lines.join("\n")
}

/// How far a suite is from what the adviser is to reach.
struct Reached {
    steps: Option<f64>,
    /// The same of all queries together.
    sum: Option<f64>,
    time: Option<f64>,
    /// Bytes for `.expert`'s steps as a share of its bytes.
    bytes: Option<f64>,
    /// Databases in which no set that was tried leaves as few steps as `.expert`.
    not_equal: usize,
    of_best_seen: Option<f64>,
    /// The adviser's own: over the best plans that it measured itself.
    of_best_tried: f64,
}

impl Suite {
    fn reached(&self) -> Reached {
        let at_bytes = self.line(OURS_AT_BYTES).zip(self.line(EXPERT));
        let advised = || self.compared.iter().filter_map(|one| Some((one, one.set(EXPERT)?)));
        let advised = || advised().filter(|(_, expert)| expert.bytes > 0);
        let equal = || advised().filter_map(|(one, expert)| Some((one.equal_bytes?, expert.bytes)));
        let sum = |pairs: Vec<(u64, u64)>| {
            pairs.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
        };
        let (ours, theirs) = sum(equal().collect());
        let tried: f64 = self.compared.iter().map(|one| one.of_best_tried.ln()).sum();
        Reached {
            steps: at_bytes.map(|(ours, expert)| ours.steps.mean / expert.steps.mean),
            sum: at_bytes.map(|(ours, expert)| ours.steps.sum / expert.steps.sum),
            time: at_bytes.map(|(ours, expert)| ours.time.mean / expert.time.mean),
            bytes: (theirs > 0).then(|| ours as f64 / theirs as f64),
            not_equal: advised().count() - equal().count(),
            of_best_seen: self
                .line(OURS)
                .zip(self.line(BEST))
                .map(|(ours, best)| ours.steps.mean / best.steps.mean),
            of_best_tried: (tried / self.compared.len().max(1) as f64).exp(),
        }
    }
}

/// What the adviser is to reach and what it reached, as a table.
pub(crate) fn aims(suites: &[&Suite]) -> String {
    let mut lines = vec![
        "| suite | steps at .expert's bytes, of its own | time | bytes for .expert's steps, of its own \
         | steps of the best seen | of the best it tried | as good as an expert |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
            .to_owned(),
        format!(
            "| aim | ≤ {STEPS_AIM:.2} | ≤ {TIME_AIM:.2} | ≤ {BYTES_AIM:.2} | ≤ {BEST_AIM:.2} | ≤ {BEST_AIM:.2} | all |"
        ),
    ];
    for suite in suites {
        let reached = suite.reached();
        let number = |number: Option<f64>| number.map_or("–".into(), |one| format!("{one:.2}"));
        let bytes = match reached.not_equal {
            0 => number(reached.bytes),
            1 if suite.compared.len() == 1 => "not reached".to_owned(),
            some => format!("{}, {some} not reached", number(reached.bytes)),
        };
        let experts = suite.compared.iter().filter(|one| one.set(IDEAL).is_some());
        let as_good = experts.clone().filter(|one| is_as_good(one)).count();
        lines.push(format!(
            "| {} | {} | {} | {bytes} | {} | {:.2} | {} |",
            suite.name,
            number(reached.steps),
            number(reached.time),
            number(reached.of_best_seen),
            reached.of_best_tried,
            match experts.count() {
                0 => "–".to_owned(),
                all => format!("{as_good} of {all}"),
            }
        ));
    }
    lines.join("\n")
}

/// Steps of a whole workload.
fn steps(measured: &Measured) -> u64 {
    measured.outcome.runs.iter().map(|run| run.steps).sum()
}

fn is_as_good(compared: &Compared) -> bool {
    let (ours, ideal) = (steps(of(compared, OURS)), steps(of(compared, IDEAL)));
    ours as f64 <= ideal as f64 / LESS + LEAST_LESS_STEPS as f64
}

/// Where the adviser lost, in sentences.
pub(crate) fn losses(suites: &[&Suite]) -> String {
    let mut lines = vec!["Where ScanSeek lost:".to_owned()];
    for suite in suites {
        let reached = suite.reached();
        let missed = |what: &str, number: Option<f64>, aim: f64| {
            let number = number.filter(|number| *number > aim)?;
            Some(format!("{what} {number:.2}, to be {aim:.2} at most"))
        };
        let missed = [
            missed("at .expert's bytes its share of .expert's steps is", reached.steps, STEPS_AIM),
            missed("at .expert's bytes its share of .expert's time is", reached.time, TIME_AIM),
            missed("at .expert's bytes its share of all of .expert's steps is", reached.sum, 1.0),
            missed("for .expert's steps its share of the bytes is", reached.bytes, BYTES_AIM),
            missed("its steps are those of the best seen times", reached.of_best_seen, BEST_AIM),
        ];
        let mut found: Vec<String> = missed.into_iter().flatten().collect();
        if reached.not_equal > 0 {
            let databases = suite.compared.len();
            found.push(format!(
                "in {} of {databases} databases no set of its curve has .expert's steps",
                reached.not_equal
            ));
        }
        for set in [OURS, OURS_AT_BYTES] {
            let Some(line) = suite.line(set) else { continue };
            for (names, when) in
                [(&line.slower, ""), (&line.slower_with_some, " with some statistics")]
            {
                if !names.is_empty() {
                    found.push(format!("{set} makes slower{when}: {}", names.join(", ")));
                }
            }
        }
        found.extend(better_elsewhere(suite, OURS_AT_BYTES, &[EXPERT]));
        let others = [BASE, EXPERT, EXPERT_SAMPLE, SINGLES, PAIRS, IDEAL];
        found.extend(better_elsewhere(suite, OURS, &others));
        found.extend(suite.compared.iter().flat_map(|one| {
            let other = &of(one, OURS).outcome.other_rows;
            other.iter().map(|at| {
                format!("{} gives another number of rows", title(&suite.compared, one, *at))
            })
        }));
        if found.is_empty() {
            found.push("nowhere".to_owned());
        }
        lines.extend(found.into_iter().map(|one| format!("- {}: {one}.", suite.name)));
    }
    lines.push("\nNotes:".to_owned());
    for suite in suites {
        for one in &suite.compared {
            let notes = one.sets.iter().flat_map(|set| {
                let cut_off = one.queries.iter().zip(&set.outcome.runs);
                let cut_off: Vec<&str> = cut_off
                    .filter(|(_, run)| run.cut_off)
                    .map(|(query, _)| query.name.as_str())
                    .collect();
                let cut_off = (!cut_off.is_empty())
                    .then(|| format!("{}: cut off were {}", set.set.name, cut_off.join(", ")));
                set.set.notes.iter().cloned().chain(cut_off)
            });
            for note in one.notes.iter().cloned().chain(notes) {
                let line = format!("- {}: {note}.", one.title);
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
    }
    lines.join("\n")
}

/// Queries that another set does with clearly fewer steps than one of ours.
fn better_elsewhere(suite: &Suite, ours: &'static str, others: &[&str]) -> Vec<String> {
    let mut found: Vec<(f64, String)> = Vec::new();
    for one in &suite.compared {
        for (at, query) in one.queries.iter().enumerate().filter(|(_, query)| !query.writes) {
            let mine = of(one, ours).outcome.runs[at].steps;
            let others = one.sets.iter().filter(|set| others.contains(&set.set.name));
            let Some(best) = others.min_by_key(|set| set.outcome.runs[at].steps) else { continue };
            let least = best.outcome.runs[at].steps;
            if (least as f64) < mine as f64 * LESS && least + LEAST_LESS_STEPS < mine {
                let name = if suite.compared.len() > 1 { &one.title } else { &query.name };
                let times = mine as f64 / least.max(1) as f64;
                let sentence = format!(
                    "{name}: {mine} steps with {ours}, {least} with the set {} ({times:.2} times)",
                    best.set.name
                );
                found.push((times, sentence));
            }
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let more = found.len().saturating_sub(MOST_NAMED);
    let mut found: Vec<String> =
        found.into_iter().take(MOST_NAMED).map(|(_, sentence)| sentence).collect();
    if more > 0 {
        found.push(format!("and {more} more queries that take fewer steps than with {ours}"));
    }
    found
}

/// Everything, for programs.
pub(crate) fn json(machine: &str, options: &Options, suites: &[&Suite]) -> Result<String> {
    let suites: Vec<_> = suites
        .iter()
        .map(|suite| {
            let reached = suite.reached();
            let left = |left: &Left| json!({ "mean": left.mean, "sum": left.sum });
            let lines: Vec<_> = suite
                .lines
                .iter()
                .map(|line| {
                    json!({
                        "set": line.set,
                        "indexes": line.indexes,
                        "bytes": line.bytes,
                        "steps_left": left(&line.steps),
                        "time_left": left(&line.time),
                        "writes": line.writes,
                        "slower": line.slower,
                        "slower_with_some_statistics": line.slower_with_some,
                        "advised_ns": line.advised_ns,
                    })
                })
                .collect();
            json!({
                "suite": suite.name,
                "sets": lines,
                "steps_at_experts_bytes": reached.steps,
                "time_at_experts_bytes": reached.time,
                "sum_of_steps_at_experts_bytes": reached.sum,
                "bytes_for_experts_steps": reached.bytes,
                "not_equal_to_expert": reached.not_equal,
                "steps_of_best_seen": reached.of_best_seen,
                "steps_of_best_tried": reached.of_best_tried,
                "databases": suite.compared.iter().map(database).collect::<Vec<_>>(),
            })
        })
        .collect();
    let report = json!({
        "machine": machine,
        "rounds": options.rounds,
        "cut_off_ns": options.cut_off_ns,
        "suites": suites,
    });
    Ok(serde_json::to_string_pretty(&report)?)
}

fn database(compared: &Compared) -> serde_json::Value {
    let set = |measured: &Measured| {
        let queries = compared.queries.iter().zip(&measured.outcome.runs).map(|(query, run)| {
            json!({
                "query": query.name,
                "writes": query.writes,
                "steps": run.steps,
                "page_requests": run.pages,
                "rows": run.rows,
                "elapsed_ns": run.elapsed_ns,
                "cut_off": run.cut_off,
            })
        });
        json!({
            "set": measured.set.name,
            "indexes": measured.set.ddl,
            "analyze": measured.set.analyze,
            "bytes": measured.bytes,
            "notes": measured.set.notes,
            "queries": queries.collect::<Vec<_>>(),
        })
    };
    json!({
        "title": compared.title,
        "notes": compared.notes,
        "bytes_for_experts_steps": compared.equal_bytes,
        "sets": compared.sets.iter().map(set).collect::<Vec<_>>(),
    })
}
