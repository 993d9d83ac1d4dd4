//! Trials.

use scanseek_bench as bench;
use scanseek_workbench as domain;

use crate::Counters;

wire! {
    pub struct TrialOptions {
        pub budget_ms: u32,
    }

    pub struct Trial {
        pub arms: Vec<String>,
        pub queries: Vec<QueryTrial>,
        pub not_tried: Vec<NotTried>,
    }

    pub struct NotTried {
        pub name: String,
        pub because: String,
    }

    pub struct QueryTrial {
        pub name: String,
        pub arms: Vec<ArmResult>,
        pub effects: Vec<Effect>,
        pub note: Option<String>,
    }

    pub struct ArmResult {
        pub arm: String,
        pub median_ns: u64,
        pub p95_ns: u64,
        pub samples: u32,
        pub batch: u32,
        pub sample_ns: Vec<f64>,
        pub counters: Counters,
        pub same_result: bool,
    }

    pub struct Effect {
        pub arm: String,
        pub ratio: f64,
        pub low: f64,
        pub high: f64,
        pub verdict: Verdict,
        pub sentence: String,
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Verdict {
        Faster,
        Slower,
        NoClearDifference,
        NotMeasurable,
    }
}

impl TrialOptions {
    /// The options of the use-case.
    pub fn to_domain(&self) -> domain::TrialOptions {
        domain::TrialOptions::within(u64::from(self.budget_ms) * 1_000_000)
    }
}

impl From<domain::Trial> for Trial {
    fn from(trial: domain::Trial) -> Self {
        Self {
            arms: trial.arms.iter().map(|arm| (*arm).to_owned()).collect(),
            queries: trial.queries.into_iter().map(QueryTrial::from).collect(),
            not_tried: trial
                .not_tried
                .into_iter()
                .map(|item| NotTried { name: item.name, because: item.because })
                .collect(),
        }
    }
}

impl From<domain::QueryTrial> for QueryTrial {
    fn from(query: domain::QueryTrial) -> Self {
        let candidate = query.arms.last().map(|arm| arm.arm).unwrap_or_default();
        // Without a single pair there is no ratio; the note then says why.
        let effects = query
            .effect
            .map(|effect| Effect {
                arm: candidate.to_owned(),
                ratio: effect.ratio,
                low: effect.low,
                high: effect.high,
                verdict: query.verdict.into(),
                sentence: query.sentence.clone(),
            })
            .into_iter()
            .collect();
        let untimed = query.effect.is_none().then(|| query.sentence.clone());
        let notes: Vec<String> = untimed.into_iter().chain(query.note).collect();
        let note = (!notes.is_empty()).then(|| notes.join(" "));
        Self {
            name: query.name,
            arms: query.arms.into_iter().map(ArmResult::from).collect(),
            effects,
            note,
        }
    }
}

impl From<domain::ArmResult> for ArmResult {
    fn from(arm: domain::ArmResult) -> Self {
        Self {
            arm: arm.arm.to_owned(),
            median_ns: arm.samples.median_ns as u64,
            p95_ns: arm.samples.p95_ns as u64,
            samples: u32::try_from(arm.samples.sample_ns.len()).unwrap_or(u32::MAX),
            batch: arm.samples.batch,
            sample_ns: arm.samples.sample_ns,
            counters: Counters::from(&arm.counters),
            same_result: arm.same_result,
        }
    }
}

impl From<bench::Verdict> for Verdict {
    fn from(verdict: bench::Verdict) -> Self {
        match verdict {
            bench::Verdict::Faster => Self::Faster,
            bench::Verdict::Slower => Self::Slower,
            bench::Verdict::NoClearDifference => Self::NoClearDifference,
            bench::Verdict::NotMeasurable => Self::NotMeasurable,
        }
    }
}
