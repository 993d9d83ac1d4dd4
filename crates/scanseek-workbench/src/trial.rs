//! The trial: each query with and without the changes, in turns, by the clock and by counters.

use scanseek_bench::{Arm, ArmSamples, Effect, Settings, Subject, Verdict, measure};
use scanseek_engine::{EngineError, Prepared};
use scanseek_plan::Counters;

use crate::oracle::measure_both;
use crate::suggest::cancelled;
use crate::{Host, StatementKind, Workbench, WorkbenchError};

/// What a trial may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrialOptions {
    /// Time for all queries together, in nanoseconds.
    pub budget_ns: u64,
}

/// The result of a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Names of the arms, the baseline first.
    pub arms: [&'static str; 2],
    /// One entry a query that reads.
    pub queries: Vec<QueryTrial>,
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
    /// Compares every query of a text with and without the changes.
    ///
    /// # Errors
    /// If no database is open, a change is refused, or the person cancels.
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
        for mut statement in crate::statement::statements(sql) {
            let prepared = statement.prepare_to_run(base).map(drop);
            if statement.kind == StatementKind::Read {
                prepared?;
                readable.push(statement);
            }
        }
        if readable.is_empty() {
            return Err(EngineError::NoStatement.into());
        }
        let settings = Settings {
            budget_ns: options.budget_ns / readable.len() as u64,
            clock_tick_ns: clock_tick_ns(host.as_ref()),
            ..Settings::default()
        };
        let mut queries = Vec::new();
        let total = readable.len() as u64;
        for (done, mut statement) in readable.into_iter().enumerate() {
            host.progress("Measuring", done as u64, Some(total));
            let (before, after) = measure_both(base, tuned, &statement).map_err(cancelled)?;
            let mut subject = Pair {
                baseline: statement.prepare(base)?,
                candidate: statement.clone().prepare(tuned)?,
                host: host.as_ref(),
                done: done as u64,
                total,
            };
            let measurement = measure(&settings, &mut subject)?;
            if host.cancelled() {
                return Err(EngineError::Cancelled.into());
            }
            queries.push(QueryTrial {
                name: statement.name.clone(),
                sentence: measurement.sentence(),
                effect: measurement.effect,
                verdict: measurement.verdict,
                note: after.note,
                arms: vec![
                    ArmResult {
                        arm: ARMS[0],
                        samples: measurement.baseline,
                        counters: before.counters,
                        same_result: true,
                    },
                    ArmResult {
                        arm: ARMS[1],
                        samples: measurement.candidate,
                        counters: after.counters,
                        same_result: after.same_result,
                    },
                ],
            });
        }
        Ok(Trial { arms: ARMS, queries })
    }
}

struct Pair<'db> {
    baseline: Prepared<'db>,
    candidate: Prepared<'db>,
    host: &'db dyn Host,
    done: u64,
    total: u64,
}

impl Subject for Pair<'_> {
    type Error = WorkbenchError;

    fn now_ns(&mut self) -> u64 {
        self.host.now_ns()
    }

    fn run(&mut self, arm: Arm, batch: u32) -> Result<(), WorkbenchError> {
        let prepared = match arm {
            Arm::Baseline => &self.baseline,
            Arm::Candidate => &self.candidate,
        };
        Ok(prepared.drain(batch)?)
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
