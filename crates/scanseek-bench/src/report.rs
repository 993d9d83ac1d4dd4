//! The result of a measurement in plain words that stay true when the interval is wide.

use crate::settings::{Effect, Verdict};

/// Up to this factor a difference is told in per cent, above it as "times".
const TOLD_AS_TIMES: f64 = 1.5;

/// One sentence on an effect, with its interval, the number of pairs and of those a verdict needs.
pub fn sentence(effect: &Effect, verdict: Verdict, pairs: usize, needed: usize) -> String {
    let Effect { ratio, low, high } = *effect;
    match verdict {
        Verdict::Faster if 1.0 / ratio >= TOLD_AS_TIMES => format!(
            "{} times faster (95 % interval {} to {}, {pairs} pairs).",
            factor(1.0 / ratio),
            factor(1.0 / high),
            factor(1.0 / low)
        ),
        Verdict::Faster => format!(
            "Takes {} less time (95 % interval {} to {}, {pairs} pairs).",
            percent(1.0 - ratio),
            percent(1.0 - high),
            percent(1.0 - low)
        ),
        Verdict::Slower if ratio >= TOLD_AS_TIMES => format!(
            "{} times slower (95 % interval {} to {}, {pairs} pairs).",
            factor(ratio),
            factor(low),
            factor(high)
        ),
        Verdict::Slower => format!(
            "Takes {} more time (95 % interval {} to {}, {pairs} pairs).",
            percent(ratio - 1.0),
            percent(low - 1.0),
            percent(high - 1.0)
        ),
        Verdict::NoClearDifference => format!(
            "No clear difference: it takes {} to {} times as long (95 % interval, {pairs} pairs).",
            factor(low),
            factor(high)
        ),
        Verdict::NotMeasurable if pairs < needed => format!(
            "Could not be measured: only {pairs} {} of runs finished, and {needed} are needed.",
            if pairs == 1 { "pair" } else { "pairs" }
        ),
        Verdict::NotMeasurable => {
            "Could not be measured: the runs are too short for this clock.".to_owned()
        }
    }
}

/// Two decimals below 2, one below 20, none from there on; two digits below 0.1.
fn factor(value: f64) -> String {
    if value < 0.1 {
        format!("{value:.4}")
    } else if value < 1.995 {
        format!("{value:.2}")
    } else if value < 19.95 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    }
}

/// One decimal below 10 %, none from there on.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent < 9.95 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

#[cfg(test)]
mod tests {
    use super::sentence;
    use crate::settings::{Effect, Verdict};

    #[test]
    fn sentences() {
        let check = |ratio, low, high, verdict, pairs, expected: &str| {
            assert_eq!(sentence(&Effect { ratio, low, high }, verdict, pairs, 5), expected);
        };
        check(
            1.0 / 9.4,
            1.0 / 9.9,
            1.0 / 8.9,
            Verdict::Faster,
            40,
            "9.4 times faster (95 % interval 8.9 to 9.9, 40 pairs).",
        );
        check(
            0.5,
            0.01,
            0.96,
            Verdict::Faster,
            6,
            "2.0 times faster (95 % interval 1.04 to 100, 6 pairs).",
        );
        check(
            0.9,
            0.88,
            0.92,
            Verdict::Faster,
            200,
            "Takes 10 % less time (95 % interval 8.0 % to 12 %, 200 pairs).",
        );
        check(
            1.1,
            1.05,
            1.16,
            Verdict::Slower,
            40,
            "Takes 10 % more time (95 % interval 5.0 % to 16 %, 40 pairs).",
        );
        check(
            3.0,
            1.04,
            25.0,
            Verdict::Slower,
            5,
            "3.0 times slower (95 % interval 1.04 to 25, 5 pairs).",
        );
        check(
            1.2,
            0.5,
            3.0,
            Verdict::NoClearDifference,
            20,
            "No clear difference: it takes 0.50 to 3.0 times as long (95 % interval, 20 pairs).",
        );
        check(
            1.0,
            1.0,
            1.0,
            Verdict::NotMeasurable,
            1,
            "Could not be measured: only 1 pair of runs finished, and 5 are needed.",
        );
        check(
            1.0,
            1.0,
            1.0,
            Verdict::NotMeasurable,
            20,
            "Could not be measured: the runs are too short for this clock.",
        );
    }
}
