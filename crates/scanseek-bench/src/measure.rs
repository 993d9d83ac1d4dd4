//! Running a measurement: warm-up, choice of batches, pairs in random order, the stop rule.

use crate::interval::{blocked_effect, median, paired_effect, quantile_95};
use crate::random::Random;
use crate::settings::{
    Arm, ArmSamples, Effect, MIN_BLOCKS, MIN_PAIRS, Measurement, Settings, Subject, Verdict,
};

/// A sample shorter than this many steps of the clock says too little.
const MIN_TICKS: u64 = 20;
/// Samples may be this much shorter than planned, as the machine may warm up further.
const SHORTER_MARGIN: f64 = 0.5;
/// No batch is larger than this: what is still too short then is not measurable.
const MAX_BATCH: u32 = 1 << 20;
/// Batches grow by at most this factor at a time, as short timings mislead.
const MAX_GROWTH: u64 = 10;

/// Measures both arms of `subject`. Fails only when an execution fails.
///
/// The stop rule looks at the width of the interval and never at where it lies, so that looking
/// often does not make a false verdict more likely.
pub fn measure<S: Subject>(settings: &Settings, subject: &mut S) -> Result<Measurement, S::Error> {
    let started_ns = subject.now_ns();
    let mut runner = Runner { settings, subject, started_ns };
    let mut samples = [Samples::default(), Samples::default()];
    let arms = [Arm::Baseline, Arm::Candidate];
    for (arm, samples) in arms.into_iter().zip(&mut samples) {
        let warm_ns = runner.warm_up(arm)?;
        (samples.batch, samples.chosen_ns) = runner.choose_batch(arm, warm_ns)?;
    }
    // A long sample is interrupted more often than a short one, and its median with it: arms of about
    // the same speed get the same batch.
    let [first, second] = &mut samples;
    if first.each_ns() < 2.0 * second.each_ns() && second.each_ns() < 2.0 * first.each_ns() {
        let batch = first.batch.max(second.batch);
        for samples in [first, second] {
            samples.chosen_ns = (samples.each_ns() * f64::from(batch)) as u64;
            samples.batch = batch;
        }
    }
    let pair_estimate_ns =
        samples.iter().map(|samples| samples.chosen_ns).fold(0, u64::saturating_add);
    // A build costs a warm-up, about as long as a pair.
    let affords = |per_build: usize| {
        let pairs = (MIN_BLOCKS * 2 * (per_build + 1)) as u64;
        pair_estimate_ns.saturating_mul(pairs) <= settings.budget_ns
    };
    let per_build = settings.pairs_per_build.max(1);
    let per_build = if affords(per_build) { per_build } else { 1 };
    let renews = affords(per_build);
    let least = if renews { MIN_BLOCKS } else { MIN_PAIRS };
    let per_block = if renews { 2 * per_build } else { 1 };
    let mut random = Random::new(settings.seed);
    let mut next_look = settings.min_pairs.max(MIN_PAIRS);
    let mut first_order = false;
    // The subject comes with the baseline made first.
    let mut built_first = 0;
    let mut pairs = 0;
    let mut builds = 1;
    while pairs < settings.max_pairs && !runner.subject.should_stop() {
        if renews && pairs > 0 && pairs.is_multiple_of(per_build) {
            built_first = if pairs.is_multiple_of(per_block) {
                usize::from(random.bits() & 1 == 0)
            } else {
                1 - built_first
            };
            runner.subject.renew(arms[built_first])?;
            for arm in [built_first, 1 - built_first] {
                runner.subject.run(arms[arm], 1)?;
            }
            builds += 1;
        }
        // AB BA or BA AB: each arm comes first equally often.
        let baseline_first = if pairs % 2 == 0 {
            first_order = random.bits() & 1 == 0;
            first_order
        } else {
            !first_order
        };
        let pair_started_ns = runner.subject.now_ns();
        for arm in if baseline_first { [0, 1] } else { [1, 0] } {
            let sample = runner.sample_ns(arms[arm], samples[arm].batch)?;
            samples[arm].total_ns.push(sample);
        }
        pairs += 1;
        let pair_ns = runner.subject.now_ns().saturating_sub(pair_started_ns);
        let spent_ns = runner.spent_ns();
        runner.subject.progress(pairs, spent_ns);
        if pair_ns > settings.budget_ns {
            break;
        }
        if !pairs.is_multiple_of(per_block) || pairs / per_block < least {
            continue;
        }
        if spent_ns >= settings.budget_ns {
            break;
        }
        if pairs >= next_look {
            let found = effect(settings, &samples, per_block);
            if found.is_some_and(|e| width(&e) <= settings.target_width) {
                break;
            }
            // Looking costs as much as some samples: look again when there is a quarter more.
            next_look = pairs + pairs.div_ceil(4);
        }
    }
    let effect = effect(settings, &samples, per_block);
    let shortest_ns =
        samples.iter().map(|samples| median(&samples.total_ns)).fold(f64::INFINITY, f64::min);
    let clock_is_fine =
        shortest_ns >= settings.clock_tick_ns.saturating_mul(MIN_TICKS) as f64 * SHORTER_MARGIN;
    let indifference = if renews { settings.indifference } else { settings.indifference_unrenewed };
    let verdict = match &effect {
        Some(effect) if pairs / per_block >= least && clock_is_fine => {
            verdict(effect, indifference)
        }
        _ => Verdict::NotMeasurable,
    };
    let spent_ns = runner.spent_ns();
    let [baseline, candidate] = samples.map(Samples::finish);
    let pairs_needed = least * per_block;
    Ok(Measurement { baseline, candidate, effect, verdict, pairs_needed, builds, spent_ns })
}

fn verdict(effect: &Effect, indifference: f64) -> Verdict {
    if effect.high < 1.0 - indifference {
        Verdict::Faster
    } else if effect.low > 1.0 + indifference {
        Verdict::Slower
    } else {
        Verdict::NoClearDifference
    }
}

/// The width of the interval as a share of the ratio.
fn width(effect: &Effect) -> f64 {
    (effect.high - effect.low) / effect.ratio
}

fn effect(settings: &Settings, samples: &[Samples; 2], per_block: usize) -> Option<Effect> {
    let [baseline, candidate] = samples;
    let (baseline, candidate) = (baseline.per_execution(), candidate.per_execution());
    let (rounds, seed) = (settings.bootstrap_rounds, settings.seed);
    if per_block > 1 {
        blocked_effect(&baseline, &candidate, per_block, rounds, seed)
    } else {
        paired_effect(&baseline, &candidate, rounds, seed)
    }
}

/// Samples as taken: ns per batch.
#[derive(Default)]
struct Samples {
    total_ns: Vec<f64>,
    batch: u32,
    /// Time of the last batch while the batch was chosen.
    chosen_ns: u64,
}

impl Samples {
    /// Time of one execution while the batch was chosen.
    fn each_ns(&self) -> f64 {
        self.chosen_ns.max(1) as f64 / f64::from(self.batch.max(1))
    }

    fn per_execution(&self) -> Vec<f64> {
        self.total_ns.iter().map(|total| total / f64::from(self.batch.max(1))).collect()
    }

    fn finish(self) -> ArmSamples {
        let sample_ns = self.per_execution();
        let (median_ns, p95_ns) = (median(&sample_ns), quantile_95(&sample_ns));
        ArmSamples { sample_ns, batch: self.batch, median_ns, p95_ns }
    }
}

struct Runner<'a, S> {
    settings: &'a Settings,
    subject: &'a mut S,
    started_ns: u64,
}

impl<S: Subject> Runner<'_, S> {
    fn spent_ns(&mut self) -> u64 {
        self.subject.now_ns().saturating_sub(self.started_ns)
    }

    /// Time of one batch in ns. At least 1, as ratios and logarithms need a number above 0.
    fn sample_ns(&mut self, arm: Arm, batch: u32) -> Result<f64, S::Error> {
        Ok(self.subject.run(arm, batch)?.max(1) as f64)
    }

    /// Returns the time of the fastest run; 0 if there was none.
    fn warm_up(&mut self, arm: Arm) -> Result<u64, S::Error> {
        let (mut spent_ns, mut fastest_ns) = (0, u64::MAX);
        for _ in 0..self.settings.warmup_runs.max(1) {
            if self.subject.should_stop() {
                break;
            }
            let elapsed_ns = self.subject.run(arm, 1)?;
            fastest_ns = fastest_ns.min(elapsed_ns);
            spent_ns += elapsed_ns;
            if spent_ns >= self.settings.warmup_ns {
                break;
            }
        }
        Ok(if spent_ns == 0 { 0 } else { fastest_ns })
    }

    /// The smallest batch that takes long enough for the clock and for a steady sample.
    /// Returned with the time it took.
    fn choose_batch(&mut self, arm: Arm, warm_ns: u64) -> Result<(u32, u64), S::Error> {
        let wanted_ns = self
            .settings
            .clock_tick_ns
            .saturating_mul(MIN_TICKS)
            .max(self.settings.min_sample_ns)
            .max(1);
        let mut batch = 1_u32;
        // A slow run needs no second one to say that it is slow.
        let mut elapsed_ns = warm_ns;
        if warm_ns >= wanted_ns {
            return Ok((batch, warm_ns));
        }
        while batch < MAX_BATCH && !self.subject.should_stop() {
            elapsed_ns = self.subject.run(arm, batch)?;
            if elapsed_ns >= wanted_ns {
                // A pause of the machine looks like a long batch, so it is asked twice.
                elapsed_ns = elapsed_ns.min(self.subject.run(arm, batch)?);
            }
            if elapsed_ns >= wanted_ns {
                break;
            }
            // A tenth more than needed, so that ordinary noise does not call for another round.
            let needed = wanted_ns.saturating_mul(11) / elapsed_ns.max(1).saturating_mul(10) + 1;
            let growth = needed.clamp(2, MAX_GROWTH);
            batch = u32::try_from(u64::from(batch) * growth).unwrap_or(MAX_BATCH).min(MAX_BATCH);
        }
        Ok((batch, elapsed_ns))
    }
}
