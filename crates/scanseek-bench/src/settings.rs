//! What goes into a measurement and what comes out.

/// With fewer pairs than this there is no verdict. Eight fair coins all fall on one side less than once
/// in a hundred times.
pub const MIN_PAIRS: usize = 8;

/// The same for blocks of pairs whose arms were made anew, each of which says more.
pub(crate) const MIN_BLOCKS: usize = 6;

/// How to measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Pairs between two renewals of the subject, if the budget holds enough of them. Two builds, one of
    /// each order, make a block.
    pub pairs_per_build: usize,
    /// Pairs to take before the width of the interval may end the measurement.
    pub min_pairs: usize,
    /// Pairs after which the measurement ends in any case.
    pub max_pairs: usize,
    /// Time for everything, warm-up included, in ns. What a verdict needs is taken even beyond it,
    /// unless one pair alone takes longer than this.
    pub budget_ns: u64,
    /// The interval is narrow enough when high and low differ by at most this share of the ratio.
    pub target_width: f64,
    /// Differences up to this share of the time are called no clear difference.
    pub indifference: f64,
    /// The same where the subject is too slow to be renewed: memory that happens to lie well for one
    /// arm then does so for all of its samples.
    pub indifference_unrenewed: f64,
    /// The step of the clock in ns.
    pub clock_tick_ns: u64,
    /// A sample takes at least this long in ns; short executions are batched.
    pub min_sample_ns: u64,
    /// Executions of each arm before sampling; at least one is made.
    pub warmup_runs: u32,
    /// Warm-up of one arm ends after this time in ns, whatever the number of runs.
    pub warmup_ns: u64,
    /// Resamples of the bootstrap.
    pub bootstrap_rounds: usize,
    /// Seed of the order of the arms and of the bootstrap.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            pairs_per_build: 2,
            min_pairs: 20,
            max_pairs: 500,
            budget_ns: 2_000_000_000,
            target_width: 0.015,
            indifference: 0.03,
            indifference_unrenewed: 0.10,
            clock_tick_ns: 100_000,
            min_sample_ns: 5_000_000,
            warmup_runs: 3,
            warmup_ns: 200_000_000,
            bootstrap_rounds: 1_000,
            seed: 1,
        }
    }
}

/// One of the two ways that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arm {
    /// What is compared against.
    Baseline,
    /// What may be faster or slower.
    Candidate,
}

/// What is measured, with its clock.
pub trait Subject {
    /// Why an execution failed.
    type Error;

    /// The time now in ns, from any fixed start.
    fn now_ns(&mut self) -> u64;

    /// Executes `arm` `batch` times and returns the time that took in ns, preparations left out.
    fn run(&mut self, arm: Arm, batch: u32) -> Result<u64, Self::Error>;

    /// Makes both arms anew, `first` before the other. What an arm owes to the place of its memory
    /// then differs from build to build, as often for it as against it.
    fn renew(&mut self, first: Arm) -> Result<(), Self::Error>;

    /// Whether to stop now and report what there is.
    fn should_stop(&mut self) -> bool;

    /// Told after each pair: the pairs so far and the time spent in ns.
    fn progress(&mut self, pairs_done: usize, spent_ns: u64);
}

/// The samples of one arm.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmSamples {
    /// Time per execution in ns, one sample per pair, in the order taken.
    pub sample_ns: Vec<f64>,
    /// Executions per sample.
    pub batch: u32,
    /// Median of the samples in ns; 0 without samples.
    pub median_ns: f64,
    /// 95th percentile of the samples in ns (nearest rank); 0 without samples.
    pub p95_ns: f64,
}

/// Candidate time divided by baseline time: below 1 the candidate is faster.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// The median over the pairs.
    pub ratio: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
}

/// What may be said of an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The whole interval is on the fast side, beyond the zone of indifference.
    Faster,
    /// The whole interval is on the slow side, beyond the zone of indifference.
    Slower,
    /// Anything else.
    NoClearDifference,
    /// Too few pairs, or samples too short for the clock.
    NotMeasurable,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// The samples of the baseline.
    pub baseline: ArmSamples,
    /// The samples of the candidate.
    pub candidate: ArmSamples,
    /// The effect; `None` without a single pair. With few pairs its ends are the
    /// smallest and largest ratio seen.
    pub effect: Option<Effect>,
    /// What may be said of it.
    pub verdict: Verdict,
    /// Pairs that a verdict needs.
    pub pairs_needed: usize,
    /// How often the arms were made: 1 if they were too slow to be made anew.
    pub builds: usize,
    /// Time spent in ns, warm-up included.
    pub spent_ns: u64,
}

impl Measurement {
    /// The number of pairs.
    pub fn pairs(&self) -> usize {
        self.baseline.sample_ns.len()
    }

    /// The result in one plain sentence.
    pub fn sentence(&self) -> String {
        match &self.effect {
            Some(effect) => {
                crate::report::sentence(effect, self.verdict, self.pairs(), self.pairs_needed)
            }
            None => "Could not be measured: not a single pair of runs was finished.".to_owned(),
        }
    }

    /// For arms that are known to do the very same work, whatever the clock says.
    pub fn same_work(mut self) -> (Self, String) {
        if matches!(self.verdict, Verdict::Faster | Verdict::Slower) {
            self.verdict = Verdict::NoClearDifference;
        }
        let sentence = match self.verdict {
            Verdict::NotMeasurable => self.sentence(),
            _ => format!("Same plan and same work, so a difference is noise. {}", self.sentence()),
        };
        (self, sentence)
    }
}
