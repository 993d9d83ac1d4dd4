//! Experiment design and statistics for comparing two ways of doing the same work.
//!
//! A *trial* compares two *arms*. A *sample* is the time of one *batch* of executions of one arm,
//! per execution. Samples come in pairs, one of each arm, close together in time and in random
//! order, so that what slows the machine down slows both. The *effect* is the median over the
//! pairs of candidate time divided by baseline time, with a 95 % bootstrap interval; the *verdict*
//! is read off that interval alone. The clock is the caller's.

mod interval;
mod measure;
mod random;
mod report;
mod settings;

pub use interval::{median, paired_effect, quantile_95};
pub use measure::measure;
pub use report::sentence;
pub use settings::{Arm, ArmSamples, Effect, MIN_PAIRS, Measurement, Settings, Subject, Verdict};
