//! Measurements of simulated subjects, whose true times are known.

use scanseek_bench::{Arm, MIN_PAIRS, Measurement, Settings, Subject, Verdict, measure};

/// A machine with its own time. Each batch takes its true time, times noise.
struct Machine {
    time_ns: f64,
    baseline_ns: f64,
    candidate_ns: f64,
    /// Spread of the noise of one batch, as a share.
    noise: f64,
    /// Growth of all times per pair, as a share: a machine that slows down.
    drift: f64,
    tick_ns: f64,
    state: u64,
    pairs: usize,
    stop_after_pairs: usize,
    fail_after_runs: u32,
    runs: u32,
    /// Spread, as a share, of what a build owes to the place of its memory.
    layout: f64,
    /// What the builds that live now owe to it, as factors.
    places: [f64; 2],
    /// A build's place is drawn by who is built first, as an allocator would; else by chance.
    place_by_order: Option<[f64; 2]>,
}

impl Machine {
    fn new(baseline_ns: f64, candidate_ns: f64, seed: u64) -> Machine {
        Machine {
            time_ns: 1_000.0,
            baseline_ns,
            candidate_ns,
            noise: 0.15,
            drift: 0.0,
            tick_ns: 1.0,
            state: seed.wrapping_mul(0x5851_f42d_4c95_7f2d) | 1,
            pairs: 0,
            stop_after_pairs: usize::MAX,
            fail_after_runs: u32::MAX,
            runs: 0,
            layout: 0.0,
            places: [1.0; 2],
            place_by_order: None,
        }
    }

    fn with_layout(mut self, layout: f64) -> Machine {
        self.layout = layout;
        self.place(Arm::Baseline);
        self
    }

    fn place(&mut self, first: Arm) {
        self.places = match self.place_by_order {
            Some(places) if first == Arm::Baseline => places,
            Some([first, second]) => [second, first],
            None => [(); 2].map(|()| (self.layout * self.normal()).exp()),
        };
    }

    /// A xorshift of its own, so that its numbers have nothing to do with those under test.
    fn uniform(&mut self) -> f64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Roughly normal, with mean 0 and deviation 1.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

impl Subject for Machine {
    type Error = &'static str;

    fn now_ns(&mut self) -> u64 {
        ((self.time_ns / self.tick_ns).floor() * self.tick_ns) as u64
    }

    fn renew(&mut self, first: Arm) -> Result<(), Self::Error> {
        self.place(first);
        Ok(())
    }

    fn run(&mut self, arm: Arm, batch: u32) -> Result<u64, Self::Error> {
        self.runs += 1;
        if self.runs > self.fail_after_runs {
            return Err("disk full");
        }
        let each = match arm {
            Arm::Baseline => self.baseline_ns * self.places[0],
            Arm::Candidate => self.candidate_ns * self.places[1],
        };
        let started_ns = self.now_ns();
        let noise = (self.noise * self.normal()).exp();
        let drift = (1.0 + self.drift).powi(self.pairs as i32);
        self.time_ns += each * f64::from(batch) * noise * drift;
        Ok(self.now_ns() - started_ns)
    }

    fn should_stop(&mut self) -> bool {
        self.pairs >= self.stop_after_pairs
    }

    fn progress(&mut self, pairs_done: usize, _spent_ns: u64) {
        assert_eq!(pairs_done, self.pairs + 1, "progress is told once per pair");
        self.pairs = pairs_done;
    }
}

fn settings() -> Settings {
    Settings { clock_tick_ns: 1, budget_ns: u64::MAX, bootstrap_rounds: 400, ..Settings::default() }
}

/// Every measurement must be consistent in itself, whatever the subject.
fn check(settings: &Settings, machine: &mut Machine) -> Measurement {
    let measured = measure(settings, machine).expect("the subject does not fail");
    assert_eq!(measured.baseline.sample_ns.len(), measured.candidate.sample_ns.len());
    assert_eq!(measured.pairs(), machine.pairs);
    if let Some(effect) = measured.effect {
        assert!(0.0 < effect.low && effect.low <= effect.ratio && effect.ratio <= effect.high);
        let outside = effect.high < 1.0 || effect.low > 1.0;
        let clear = matches!(measured.verdict, Verdict::Faster | Verdict::Slower);
        assert!(outside || !clear, "{effect:?} {:?}", measured.verdict);
    }
    measured
}

fn share_of_verdicts(
    trials: u64,
    settings: &Settings,
    candidate_ns: f64,
    drift: f64,
    wanted: &[Verdict],
) -> f64 {
    let found = (0..trials).filter(|seed| {
        let mut machine = Machine::new(6e6, candidate_ns, seed + 1);
        machine.drift = drift;
        let settings = Settings { seed: *seed, ..settings.clone() };
        wanted.contains(&check(&settings, &mut machine).verdict)
    });
    found.count() as f64 / trials as f64
}

#[test]
fn equal_arms_seldom_look_different() {
    let clear = [Verdict::Faster, Verdict::Slower];
    for (max_pairs, drift) in [(24, 0.0), (40, 0.0), (60, 0.01)] {
        let settings = Settings { max_pairs, ..settings() };
        let share = share_of_verdicts(600, &settings, 6e6, drift, &clear);
        assert!(share <= 0.05, "{share} false verdicts at {max_pairs} pairs");
        // Equal arms are measurable: the share is not small because nothing is ever said.
        let none = share_of_verdicts(100, &settings, 6e6, drift, &[Verdict::NotMeasurable]);
        assert_eq!(none, 0.0);
    }
    // Without a zone of indifference the interval itself must cover 1 about 95 times in 100.
    let bare = Settings { max_pairs: 40, indifference: 0.0, ..settings() };
    let share = share_of_verdicts(1_000, &bare, 6e6, 0.0, &clear);
    assert!((0.02..=0.08).contains(&share), "{share} of the intervals miss the truth");
}

#[test]
fn a_true_effect_of_ten_per_cent_is_found() {
    let settings = Settings { max_pairs: 400, ..settings() };
    let faster = share_of_verdicts(200, &settings, 6e6 * 0.9, 0.001, &[Verdict::Faster]);
    assert!(faster >= 0.95, "faster found in {faster}");
    let slower = share_of_verdicts(200, &settings, 6e6 * 1.1, 0.001, &[Verdict::Slower]);
    assert!(slower >= 0.95, "slower found in {slower}");
}

#[test]
fn equal_arms_in_unequal_memory_seldom_look_different() {
    let clear = [Verdict::Faster, Verdict::Slower];
    for (layout, by_order) in [(0.03, None), (0.06, None), (0.0, Some([1.0, 1.08]))] {
        for max_pairs in [24, 60, 300] {
            let trials = 100;
            let found = (0..trials).filter(|seed| {
                let mut machine = Machine::new(6e6, 6e6, seed + 1);
                machine.noise = 0.02;
                machine.place_by_order = by_order;
                let settings = Settings { seed: *seed, max_pairs, ..settings() };
                clear.contains(&check(&settings, &mut machine.with_layout(layout)).verdict)
            });
            let share = found.count() as f64 / trials as f64;
            assert!(share <= 0.05, "{share} at {layout} {by_order:?}, {max_pairs} pairs");
        }
    }
}

#[test]
fn a_true_effect_of_five_per_cent_is_found_in_unequal_memory() {
    for (layout, noise) in [(0.0, 0.03), (0.02, 0.03), (0.02, 0.05)] {
        for (ratio, wanted) in [(1.0 / 1.05, Verdict::Faster), (1.05, Verdict::Slower)] {
            let trials = 100;
            let found = (0..trials).filter(|seed| {
                let mut machine = Machine::new(6e6, 6e6 * ratio, seed + 1);
                machine.noise = noise;
                let settings = Settings { seed: *seed, ..settings() };
                check(&settings, &mut machine.with_layout(layout)).verdict == wanted
            });
            let share = found.count() as f64 / trials as f64;
            assert!(share >= 0.95, "{wanted:?} found in {share} at {layout}, {noise}");
        }
    }
}

#[test]
fn equal_arms_get_equal_batches() {
    for seed in 0..100 {
        let mut machine = Machine::new(40_000.0, 40_000.0, seed + 1);
        machine.noise = 0.1;
        let measured = check(&Settings { max_pairs: 4, ..settings() }, &mut machine);
        assert_eq!(measured.baseline.batch, measured.candidate.batch);
    }
}

#[test]
fn slow_arms_are_made_once_and_need_a_clearer_difference() {
    let second = 1e9;
    let slow = |ratio: f64| {
        let mut machine = Machine::new(second, second * ratio, 3);
        machine.noise = 0.005;
        let settings = Settings { budget_ns: 12_000_000_000, ..settings() };
        check(&settings, &mut machine)
    };
    let measured = slow(0.93);
    assert_eq!((measured.builds, measured.verdict), (1, Verdict::NoClearDifference));
    assert_eq!(slow(0.8).verdict, Verdict::Faster);
}

#[test]
fn the_same_work_is_no_difference_whatever_the_clock_says() {
    let measured = check(&settings(), &mut Machine::new(6e6, 3e6, 7));
    assert_eq!(measured.verdict, Verdict::Faster);
    let (measured, sentence) = measured.same_work();
    assert_eq!(measured.verdict, Verdict::NoClearDifference);
    assert!(sentence.starts_with("Same plan and same work"), "{sentence}");
}

#[test]
fn short_executions_are_batched_for_a_coarse_clock() {
    let mut machine = Machine::new(2_500.0, 1_250.0, 9);
    machine.tick_ns = 100_000.0;
    let settings = Settings { clock_tick_ns: 100_000, ..settings() };
    let measured = check(&settings, &mut machine);
    for (samples, true_ns) in [(&measured.baseline, 2_500.0), (&measured.candidate, 1_250.0)] {
        let sample_ns = f64::from(samples.batch) * true_ns;
        assert!((4e6..2e7).contains(&sample_ns), "batch {}", samples.batch);
        assert!((samples.median_ns / true_ns - 1.0).abs() < 0.1, "{}", samples.median_ns);
        assert!(samples.p95_ns > samples.median_ns);
    }
    assert_eq!(measured.verdict, Verdict::Faster);
}

#[test]
fn an_arm_without_duration_is_not_measurable() {
    let mut machine = Machine::new(0.01, 0.01, 2);
    machine.tick_ns = 100_000.0;
    let settings = Settings { clock_tick_ns: 100_000, ..settings() };
    let measured = check(&settings, &mut machine);
    assert_eq!(measured.verdict, Verdict::NotMeasurable);
    assert!(measured.sentence().contains("too short"), "{}", measured.sentence());
}

#[test]
fn a_slow_arm_is_not_batched_and_the_budget_ends_it() {
    let second = 1e9;
    let budget = |budget_ns| Settings { budget_ns, ..settings() };
    // The budget is gone after warm-up, but the least for a verdict is taken all the same.
    let measured = check(&budget(3_000_000_000), &mut Machine::new(second, second, 4));
    assert_eq!((measured.baseline.batch, measured.candidate.batch), (1, 1));
    assert_eq!(measured.pairs(), MIN_PAIRS);
    assert_ne!(measured.verdict, Verdict::NotMeasurable);
    // One pair is longer than the whole budget.
    let measured = check(&budget(1_000_000_000), &mut Machine::new(second, second, 4));
    assert_eq!((measured.pairs(), measured.verdict), (1, Verdict::NotMeasurable));
    // A wide budget is used up, not more.
    let measured = check(&budget(60_000_000_000), &mut Machine::new(second, second, 4));
    assert!((16..40).contains(&measured.pairs()), "{}", measured.pairs());
    assert!((60_000_000_000..64_000_000_000).contains(&measured.spent_ns));
}

#[test]
fn a_narrow_interval_ends_it() {
    let mut steady = Machine::new(6e6, 6e6, 8);
    steady.noise = 0.001;
    let measured = check(&settings(), &mut steady);
    assert_eq!((measured.pairs(), measured.verdict), (24, Verdict::NoClearDifference));
}

#[test]
fn stopping_and_failing() {
    let mut machine = Machine::new(6e6, 3e6, 1);
    machine.stop_after_pairs = 3;
    let measured = check(&settings(), &mut machine);
    assert_eq!((measured.pairs(), measured.verdict), (3, Verdict::NotMeasurable));
    let mut machine = Machine::new(6e6, 3e6, 1);
    machine.stop_after_pairs = 0;
    let measured = check(&settings(), &mut machine);
    assert_eq!((measured.pairs(), measured.effect), (0, None));
    let mut machine = Machine::new(6e6, 3e6, 1);
    machine.fail_after_runs = 30;
    assert_eq!(measure(&settings(), &mut machine), Err("disk full"));
}

#[test]
fn equal_seeds_give_equal_results() {
    let run = |seed| {
        let settings = Settings { seed, max_pairs: 30, ..settings() };
        measure(&settings, &mut Machine::new(6e6, 5e6, 11)).expect("the subject does not fail")
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1).effect, run(2).effect);
}
