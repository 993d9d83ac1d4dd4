//! Medians, percentiles and the bootstrap interval of the effect.

use crate::random::Random;
use crate::settings::{Effect, MIN_BLOCKS};

/// The interval of a median between the second smallest and the second largest of eight values holds
/// the truth in 93 of 100 cases; the whole range of six does in 97.
const RANGE_UP_TO: usize = 8;

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
/// chapter 13) from `rounds` resamples of the pairs. `None` without pairs. Of eight
/// pairs or fewer the ends are the smallest and largest ratio. Times must be above 0.
pub fn paired_effect(
    baseline: &[f64],
    candidate: &[f64],
    rounds: usize,
    seed: u64,
) -> Option<Effect> {
    let logs: Vec<f64> = baseline.iter().zip(candidate).map(|(b, c)| (c / b).ln()).collect();
    let blocks: Vec<usize> = (0..logs.len()).collect();
    effect_of(&logs, &blocks, RANGE_UP_TO, rounds, seed, 1.0)
}

/// The same where pairs come in blocks that share something: `pairs_per_block` of them each, the last
/// block may be shorter. Whole blocks are resampled (Davison and Hinkley, "Bootstrap methods and their
/// application", section 3.8), and the interval is widened for the number of blocks as Student's
/// distribution is wider than the normal one. Of five blocks or
/// fewer the ends are the smallest and largest ratio of a pair.
pub fn blocked_effect(
    baseline: &[f64],
    candidate: &[f64],
    pairs_per_block: usize,
    rounds: usize,
    seed: u64,
) -> Option<Effect> {
    let logs: Vec<f64> = baseline.iter().zip(candidate).map(|(b, c)| (c / b).ln()).collect();
    let blocks: Vec<usize> = (0..logs.len()).map(|pair| pair / pairs_per_block.max(1)).collect();
    let count = logs.len().div_ceil(pairs_per_block.max(1));
    effect_of(&logs, &blocks, MIN_BLOCKS - 1, rounds, seed, small_sample_factor(count))
}

/// How much wider a 95 % interval from `count` values must be than one from the normal distribution:
/// the ratio of the quantiles (expansion in 1 / degrees of freedom, Abramowitz and Stegun 26.7.5), and
/// the bias of the bootstrap's spread.
fn small_sample_factor(count: usize) -> f64 {
    if count < 2 {
        return 1.0;
    }
    const Z: f64 = 1.96;
    let free = (count - 1) as f64;
    let t = Z
        + (Z.powi(3) + Z) / (4.0 * free)
        + (5.0 * Z.powi(5) + 16.0 * Z.powi(3) + 3.0 * Z) / (96.0 * free * free);
    t / Z * (count as f64 / free).sqrt()
}

fn effect_of(
    logs: &[f64],
    blocks: &[usize],
    range_up_to: usize,
    rounds: usize,
    seed: u64,
    widen: f64,
) -> Option<Effect> {
    let mut by_size: Vec<(f64, usize)> = logs.iter().copied().zip(blocks.iter().copied()).collect();
    by_size.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (values, blocks): (Vec<f64>, Vec<usize>) = by_size.into_iter().unzip();
    let (first, last) = (values.first()?, values.last()?);
    let centre = median_of_sorted(&values);
    let count = blocks.iter().max().map_or(0, |last| last + 1);
    let (low, high) = if count <= range_up_to {
        (*first, *last)
    } else {
        let (low, high) = bootstrap_interval(&values, &blocks, count, rounds.max(100), seed);
        (centre + (low - centre) * widen, centre + (high - centre) * widen)
    };
    Some(Effect { ratio: centre.exp(), low: low.exp(), high: high.exp() })
}

/// The 2.5 % and 97.5 % percentiles of the medians of resamples of the `count` blocks; `values` are
/// sorted and `blocks` says which block each is of.
fn bootstrap_interval(
    values: &[f64],
    blocks: &[usize],
    count: usize,
    rounds: usize,
    seed: u64,
) -> (f64, f64) {
    let mut random = Random::new(seed);
    let mut drawn = vec![0_u32; count];
    let mut places = vec![0_u32; values.len()];
    let mut medians = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        drawn.fill(0);
        for _ in 0..count {
            drawn[random.below(count)] += 1;
        }
        // The values are sorted, so counting the draws sorts the resample.
        let mut total = 0;
        for (place, block) in places.iter_mut().zip(blocks) {
            *place = drawn[*block];
            total += *place as usize;
        }
        let lower = nth_drawn(&places, (total - 1) / 2);
        let upper = nth_drawn(&places, total / 2);
        medians.push(f64::midpoint(values[lower], values[upper]));
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
    use super::{blocked_effect, median, paired_effect, quantile_95, small_sample_factor};

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
    fn blocks_are_resampled_whole() {
        // Pairs that repeat within their block say no more than one of them.
        let candidate: Vec<f64> = (1..=21).flat_map(|k| [f64::from(k); 3]).collect();
        let blocked = blocked_effect(&[1.0; 63], &candidate, 3, 200_000, 5).unwrap();
        let apart = paired_effect(&[1.0; 63], &candidate, 20_000, 5).unwrap();
        assert!((blocked.ratio - 11.0).abs() < 1e-9);
        // As below: places 6 and 14, then wider by Student's quantile for 20 degrees of freedom
        // (2.086 / 1.96) and by the bias of the spread (sqrt(21 / 20)).
        let widen = 2.086_f64 / 1.96 * (21.0_f64 / 20.0).sqrt();
        let low = (11.0_f64.ln() + (7.0_f64 / 11.0).ln() * widen).exp();
        assert!((blocked.low - low).abs() < 0.01, "{blocked:?} {low}");
        assert!(apart.low > blocked.low && apart.high < blocked.high);
        for (count, quantile) in [(5, 2.776), (10, 2.262), (30, 2.045)] {
            let bias = (count as f64 / (count - 1) as f64).sqrt();
            assert!((small_sample_factor(count) / bias * 1.96 - quantile).abs() < 0.05);
        }
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
