//! The trial: each query with and without the changes, in turns, by the clock and by counters.

use scanseek_advisor::OracleError;
use scanseek_bench::{Arm, ArmSamples, Effect, Settings, Subject, Verdict, measure};
use scanseek_engine::{Database, EngineError};
use scanseek_plan::Counters;

use crate::oracle::{Measurer, oracle_error};
use crate::suggest::cancelled;
use crate::{Host, QUERY_TIME_NS, StatementInfo, Workbench, WorkbenchError};

/// Runs of each arm without which there is no verdict: one to warm up, then one a pair.
const LEAST_RUNS: u64 = 1 + scanseek_bench::MIN_PAIRS as u64;

/// What a trial may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrialOptions {
    /// Time for all queries together, in nanoseconds.
    pub budget_ns: u64,
    /// A query of which one run takes longer is not tried, in nanoseconds.
    pub timeout_ns: u64,
}

impl TrialOptions {
    /// This budget, and the usual time for one run.
    pub fn within(budget_ns: u64) -> Self {
        Self { budget_ns, timeout_ns: QUERY_TIME_NS }
    }
}

/// The result of a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Names of the arms, the baseline first.
    pub arms: [&'static str; 2],
    /// One entry a query that ran in both arms.
    pub queries: Vec<QueryTrial>,
    /// Statements that did not, and why.
    pub not_tried: Vec<NotTried>,
}

/// A statement that was not tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotTried {
    /// Its name.
    pub name: String,
    /// Why, in sentences.
    pub because: String,
}

/// One query in both arms.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryTrial {
    /// The query's name.
    pub name: String,
    /// The arms.
    pub arms: Vec<ArmResult>,
    /// The candidate's time over the baseline's; `None` if there was no pair.
    pub effect: Option<Effect>,
    /// What may be said.
    pub verdict: Verdict,
    /// The same in words.
    pub sentence: String,
    /// What else there is to say.
    pub note: Option<String>,
}

/// One arm of one query.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmResult {
    /// Its name.
    pub arm: &'static str,
    /// The samples.
    pub samples: ArmSamples,
    /// The exact work.
    pub counters: Counters,
    /// True if the rows are the baseline's.
    pub same_result: bool,
}

/// Names of the two arms.
pub(crate) const ARMS: [&str; 2] = ["as is", "with indexes"];

impl Workbench {
    /// Compares every query of a text with and without the changes. What cannot be tried is in the
    /// result.
    ///
    /// # Errors
    /// If no database is open, a change is refused, there is no statement, or the person cancels.
    pub fn trial(
        &mut self,
        sql: &str,
        changes: &[String],
        options: &TrialOptions,
    ) -> Result<Trial, WorkbenchError> {
        let host = self.host.clone();
        let (open, tuned) = self.both(changes)?;
        let (base, tuned) = (&open.database, &tuned.database);
        let mut readable = Vec::new();
        let mut not_tried = Vec::new();
        for mut statement in crate::statement::statements(sql) {
            match statement.prepare_to_run(base).map(drop) {
                Ok(()) => readable.push(statement),
                Err(error) => {
                    not_tried.push(NotTried { name: statement.name, because: error.line(sql) });
                }
            }
        }
        if readable.is_empty() && not_tried.is_empty() {
            return Err(EngineError::NoStatement.into());
        }
        let clock_tick_ns = clock_tick_ns(host.as_ref());
        let started_ns = host.now_ns();
        let mut queries = Vec::new();
        let total = readable.len() as u64;
        for (done, statement) in readable.into_iter().enumerate() {
            let done = done as u64;
            host.progress("Measuring", done, Some(total));
            // What one query leaves of its share is for those behind it.
            let left_ns =
                options.budget_ns.saturating_sub(host.now_ns().saturating_sub(started_ns));
            let settings = Settings {
                budget_ns: left_ns / (total - done),
                clock_tick_ns,
                ..Settings::default()
            };
            let measurer = Measurer { base, time_ns: options.timeout_ns };
            let mut pair = Pair {
                base,
                tuned,
                statement: &statement,
                host: host.as_ref(),
                copies: None,
                done,
                total,
            };
            match try_query(&measurer, &mut pair, settings) {
                Ok(query) => queries.push(query),
                Err(OracleError::Cancelled) => return Err(cancelled(OracleError::Cancelled)),
                Err(error) => not_tried
                    .push(NotTried { name: statement.name.clone(), because: error.because() }),
            }
        }
        Ok(Trial { arms: ARMS, queries, not_tried })
    }
}

fn try_query(
    measurer: &Measurer<'_>,
    pair: &mut Pair<'_>,
    mut settings: Settings,
) -> Result<QueryTrial, OracleError> {
    let host = pair.host;
    let started_ns = host.now_ns();
    let (before, after) = measurer.both(pair.tuned, pair.statement, None)?;
    let counted_ns = host.now_ns().saturating_sub(started_ns);
    let mut notes: Vec<String> = after.note.iter().cloned().collect();
    let left_ns = settings.budget_ns.saturating_sub(counted_ns);
    let least_ns = counted_ns.saturating_mul(LEAST_RUNS);
    let arm =
        |arm, samples, counters, same_result| ArmResult { arm, samples, counters, same_result };
    if least_ns > left_ns {
        let none = || ArmSamples { sample_ns: Vec::new(), batch: 0, median_ns: 0.0, p95_ns: 0.0 };
        let sentence = format!(
            "Not timed: the least that is needed, {LEAST_RUNS} runs of each, would take about {}, and of the time allowed {} are left for this query.",
            seconds(least_ns),
            seconds(left_ns)
        );
        return Ok(QueryTrial {
            name: pair.statement.name.clone(),
            sentence,
            effect: None,
            verdict: Verdict::NotMeasurable,
            note: (!notes.is_empty()).then(|| notes.join(" ")),
            arms: vec![
                arm(ARMS[0], none(), before.counters, true),
                arm(ARMS[1], none(), after.counters, after.same_result),
            ],
        });
    }
    settings.budget_ns = left_ns;
    let measurement = measure(&settings, pair)?;
    if host.cancelled() {
        return Err(OracleError::Cancelled);
    }
    if measurement.spent_ns > left_ns.saturating_mul(2) {
        notes.push(format!(
            "Measuring took {}, {} were left for it.",
            seconds(measurement.spent_ns),
            seconds(left_ns)
        ));
    }
    let same_work =
        before.plan.to_text() == after.plan.to_text() && before.counters == after.counters;
    let (measurement, sentence) = if same_work {
        measurement.same_work()
    } else {
        let sentence = measurement.sentence();
        (measurement, sentence)
    };
    Ok(QueryTrial {
        name: pair.statement.name.clone(),
        sentence,
        effect: measurement.effect,
        verdict: measurement.verdict,
        note: (!notes.is_empty()).then(|| notes.join(" ")),
        arms: vec![
            arm(ARMS[0], measurement.baseline, before.counters, true),
            arm(ARMS[1], measurement.candidate, after.counters, after.same_result),
        ],
    })
}

fn seconds(ns: u64) -> String {
    format!("{:.1} s", ns as f64 / 1e9)
}

/// Both arms as connections of their own, made anew when the measurement says so.
struct Pair<'db> {
    base: &'db Database,
    tuned: &'db Database,
    statement: &'db StatementInfo,
    host: &'db dyn Host,
    copies: Option<[Database; 2]>,
    done: u64,
    total: u64,
}

impl Subject for Pair<'_> {
    type Error = OracleError;

    fn now_ns(&mut self) -> u64 {
        self.host.now_ns()
    }

    fn run(&mut self, arm: Arm, batch: u32) -> Result<u64, OracleError> {
        if self.copies.is_none() {
            self.renew(Arm::Baseline)?;
        }
        let Some([baseline, candidate]) = &self.copies else { return Err(OracleError::Cancelled) };
        let database = match arm {
            Arm::Baseline => baseline,
            Arm::Candidate => candidate,
        };
        let prepared = self.statement.clone().prepare(database)?;
        let started_ns = self.host.now_ns();
        prepared.drain(batch).map_err(oracle_error)?;
        Ok(self.host.now_ns().saturating_sub(started_ns))
    }

    fn renew(&mut self, first: Arm) -> Result<(), OracleError> {
        self.copies = None;
        let make = |database: &Database| database.fork().map_err(oracle_error);
        self.copies = Some(match first {
            Arm::Baseline => [make(self.base)?, make(self.tuned)?],
            Arm::Candidate => {
                let candidate = make(self.tuned)?;
                [make(self.base)?, candidate]
            }
        });
        Ok(())
    }

    fn should_stop(&mut self) -> bool {
        self.host.cancelled()
    }

    fn progress(&mut self, _pairs_done: usize, _spent_ns: u64) {
        self.host.progress("Measuring", self.done, Some(self.total));
    }
}

/// The smallest step the clock was seen to make.
fn clock_tick_ns(host: &dyn Host) -> u64 {
    let mut tick = u64::MAX;
    for _ in 0..5 {
        let start = host.now_ns();
        for _ in 0..1_000_000 {
            let now = host.now_ns();
            if now > start {
                tick = tick.min(now - start);
                break;
            }
        }
    }
    if tick == u64::MAX { 1_000_000 } else { tick }
}
