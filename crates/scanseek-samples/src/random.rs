//! Random choices that are the same on every machine: one seeded generator and a weighted draw, both
//! in integer arithmetic only.

/// SplitMix64 (Steele, Lea and Flood, “Fast splittable pseudorandom number generators”, 2014).
#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

impl Rng {
    /// An own sequence for each pair of `stream` (what is drawn) and `id` (for which row), so that a
    /// row is the same at every scale.
    pub(crate) fn new(stream: u64, id: u64) -> Self {
        let mut rng = Self(stream.wrapping_mul(GOLDEN_GAMMA) ^ id);
        Self(rng.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN_GAMMA);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..bound`; 0 for a bound of 0. The high half of a product, as in Lemire, “Fast
    /// random integer generation in an interval”, 2019, without its rejection step: at these bounds
    /// the bias is below 2⁻⁴⁰.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// A number in `low..=high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as u64) as i64
    }

    /// True in `per_mille` of 1000 draws.
    pub(crate) fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// One of `items`, which must not be empty.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u64) as usize]
    }

    /// Puts `items` in random order (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

/// A table of weights to draw positions from.
#[derive(Debug, Clone)]
pub(crate) struct Weighted {
    cumulative: Vec<u64>,
}

impl Weighted {
    /// `weights[i]` is how often position `i` is drawn, relative to the sum.
    pub(crate) fn new(weights: impl IntoIterator<Item = u64>) -> Self {
        let cumulative = weights
            .into_iter()
            .scan(0, |sum, weight| {
                *sum += weight;
                Some(*sum)
            })
            .collect();
        Self { cumulative }
    }

    /// A position, each as often as its weight says.
    pub(crate) fn draw(&self, rng: &mut Rng) -> usize {
        self.draw_among(rng, self.cumulative.len())
    }

    /// A position among the first `count`, which must be at least one.
    pub(crate) fn draw_among(&self, rng: &mut Rng, count: usize) -> usize {
        let point = rng.below(self.cumulative[count - 1]);
        self.cumulative.partition_point(|&sum| sum <= point)
    }
}

/// Weights that fall like 1 ÷ (rank + `flatness_per_mille` of `count`), after Zipf's law, given to
/// `count` positions in random order; position `first` gets the largest. As the flatness grows with
/// the count, the curve has the same shape at any count.
pub(crate) fn zipf_weights(
    rng: &mut Rng,
    count: usize,
    flatness_per_mille: u64,
    first: usize,
) -> Vec<u64> {
    let flatness = (count as u64 * flatness_per_mille).max(1);
    let mut weights: Vec<u64> =
        (0..count as u64).map(|rank| 1_000_000_000_000 / (rank * 1000 + flatness)).collect();
    rng.shuffle(&mut weights);
    if let Some(largest) = (0..count).max_by_key(|&position| weights[position])
        && first < count
    {
        weights.swap(largest, first);
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First outputs of the published generator for state 1234567.
    #[test]
    fn matches_the_published_sequence() {
        let mut rng = Rng(1_234_567);
        let drawn: Vec<u64> = (0..3).map(|_| rng.next()).collect();
        assert_eq!(
            drawn,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn draws_follow_the_weights() {
        let table = Weighted::new([1, 0, 3]);
        let mut rng = Rng::new(1, 1);
        let mut seen = [0_u32; 3];
        for _ in 0..4000 {
            seen[table.draw(&mut rng)] += 1;
        }
        assert_eq!(seen[1], 0);
        assert!((900..1100).contains(&seen[0]), "{seen:?}");
    }
}
