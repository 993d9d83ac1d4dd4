//! Medians, percentiles and the bootstrap interval of the effect.

use crate::random::Random;
use crate::settings::{Effect, MIN_PAIRS};

/// The median; 0 for no values. Of an even number, the mean of the two in the middle.
pub fn median(values: &[f64]) -> f64 {
    median_of_sorted(&sorted(values))
}

/// The 95th percentile by nearest rank; 0 for no values.
pub fn quantile_95(values: &[f64]) -> f64 {
    let sorted = sorted(values);
    let rank = (sorted.len() * 95).div_ceil(100);
    rank.checked_sub(1).map_or(0.0, |at| sorted[at])
}

/// The effect over pairs of times: the median of the logarithms of candidate / baseline, and its
/// 95 % percentile bootstrap interval (Efron and Tibshirani, "An introduction to the bootstrap",
/// chapter 13) from `rounds` resamples of the pairs. `None` without pairs. With fewer than
/// [`MIN_PAIRS`] pairs the ends are the smallest and largest ratio. Times must be above 0.
pub fn paired_effect(
    baseline: &[f64],
    candidate: &[f64],
    rounds: usize,
    seed: u64,
) -> Option<Effect> {
    let logs: Vec<f64> = baseline.iter().zip(candidate).map(|(b, c)| (c / b).ln()).collect();
    let logs = sorted(&logs);
    let (first, last) = (logs.first()?, logs.last()?);
    let (low, high) = if logs.len() < MIN_PAIRS {
        (*first, *last)
    } else {
        bootstrap_interval(&logs, rounds.max(100), seed)
    };
    let ratio = median_of_sorted(&logs).exp();
    Some(Effect { ratio, low: low.exp(), high: high.exp() })
}

/// The 2.5 % and 97.5 % percentiles of the medians of resamples of `sorted`.
fn bootstrap_interval(sorted: &[f64], rounds: usize, seed: u64) -> (f64, f64) {
    let count = sorted.len();
    let mut random = Random::new(seed);
    let mut drawn = vec![0_u32; count];
    let mut medians = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        drawn.fill(0);
        for _ in 0..count {
            drawn[random.below(count)] += 1;
        }
        // The values are sorted, so counting the draws sorts the resample.
        let lower = nth_drawn(&drawn, (count - 1) / 2);
        let upper = nth_drawn(&drawn, count / 2);
        medians.push(f64::midpoint(sorted[lower], sorted[upper]));
    }
    medians.sort_by(f64::total_cmp);
    let tail = rounds / 40;
    (medians[tail], medians[rounds - 1 - tail])
}

/// The place of the `nth` value (from 0) of a resample given as counts per place.
fn nth_drawn(drawn: &[u32], nth: usize) -> usize {
    let mut passed = 0;
    for (place, times) in drawn.iter().enumerate() {
        passed += *times as usize;
        if passed > nth {
            return place;
        }
    }
    drawn.len() - 1
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn median_of_sorted(sorted: &[f64]) -> f64 {
    match sorted.len() {
        0 => 0.0,
        count => f64::midpoint(sorted[(count - 1) / 2], sorted[count / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::{median, paired_effect, quantile_95};

    #[test]
    fn medians_and_percentiles() {
        assert_eq!(median(&[]), 0.0);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(quantile_95(&[]), 0.0);
        assert_eq!(quantile_95(&[7.0]), 7.0);
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(quantile_95(&hundred), 95.0);
    }

    #[test]
    fn equal_ratios_give_an_interval_without_width() {
        let baseline: Vec<f64> = (1..=30).map(f64::from).collect();
        let candidate: Vec<f64> = baseline.iter().map(|time| time / 4.0).collect();
        let effect = paired_effect(&baseline, &candidate, 200, 1).unwrap();
        for value in [effect.ratio, effect.low, effect.high] {
            assert!((value - 0.25).abs() < 1e-12, "{effect:?}");
        }
    }

    #[test]
    fn few_pairs_give_the_range() {
        assert_eq!(paired_effect(&[], &[], 200, 1), None);
        let effect = paired_effect(&[1.0, 1.0, 1.0], &[1.0, 2.0, 8.0], 200, 1).unwrap();
        assert!((effect.low - 1.0).abs() < 1e-12 && (effect.high - 8.0).abs() < 1e-12);
    }

    #[test]
    fn the_interval_matches_the_binomial_one() {
        // For a median the bootstrap distribution is known: place k is reached with the
        // probability of a binomial. For 21 distinct values, the median of a resample is at or
        // below place 5 (from 0) with P(Bin(21, 6/21) >= 11) = 0.018 and at or below place 6
        // with P(Bin(21, 7/21) >= 11) = 0.056, so the 2.5 % percentile is place 6.
        let ratios: Vec<f64> = (1..=21).map(f64::from).collect();
        let effect = paired_effect(&[1.0; 21], &ratios, 200_000, 5).unwrap();
        assert!((effect.ratio - 11.0).abs() < 1e-9);
        assert!((effect.low - 7.0).abs() < 1e-9, "{effect:?}");
        assert!((effect.high - 15.0).abs() < 1e-9, "{effect:?}");
    }
}
