//! Experiment design and statistics for comparing two ways of doing the same work.
//!
//! A *trial* compares two *arms*. A *sample* is the time of one *batch* of executions of one arm,
//! per execution. Samples come in pairs, one of each arm, close together in time and in random
//! order, so that what slows the machine down slows both. Every few pairs the arms are
//! made anew, since where its memory happens to lie can make one of two equal arms some per cent faster
//! for as long as it lives; a *block* is two such builds, one with each arm made first. The *effect* is the median over the pairs of candidate
//! time divided by baseline time, with a 95 % bootstrap interval over the blocks; the *verdict* is read
//! off that interval alone. The clock is the caller's.

mod interval;
mod measure;
mod random;
mod report;
mod settings;

pub use interval::{blocked_effect, median, paired_effect, quantile_95};
pub use measure::measure;
pub use report::sentence;
pub use settings::{Arm, ArmSamples, Effect, MIN_PAIRS, Measurement, Settings, Subject, Verdict};
