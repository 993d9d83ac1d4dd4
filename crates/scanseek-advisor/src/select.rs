//! Which indexes to take, when it is known what each set of them costs each query: a portfolio of
//! heuristics, then an exact search that also says how far from the best the result can be.
//!
//! Each query pays the cheapest of its options whose indexes are all taken. Options are *atomic*: a set of
//! indexes that a plan uses together. Source of the model: Papadomanolakis and Ailamaki, "An integer
//! linear programming approach to database design" (ICDE workshops 2007).

/// What there is to choose from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Instance {
    /// The indexes.
    pub indexes: Vec<Item>,
    /// The queries.
    pub queries: Vec<Costs>,
    /// All indexes together may take this many bytes.
    pub budget_bytes: Option<u64>,
    /// So many indexes may be taken.
    pub max_indexes: Option<usize>,
}

/// An index.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Item {
    /// Its size.
    pub bytes: u64,
    /// What it adds to the objective by being there: writes and space.
    pub price: f64,
}

/// What a query costs, in the unit of the objective.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Costs {
    /// With none of the indexes.
    pub base: f64,
    /// With these indexes (positions, ascending), whatever else is there.
    pub options: Vec<(Vec<usize>, f64)>,
}

/// What to take.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Positions of the indexes, ascending.
    pub chosen: Vec<usize>,
    /// The objective: what the queries cost, and the prices.
    pub value: f64,
    /// No choice can be below this.
    pub bound: f64,
}

/// Nodes that the exact search visits at most.
const MOST_NODES: usize = 30_000;
/// Steps that look for the prices of bytes and of places in the set.
const PRICE_STEPS: usize = 60;
/// Values closer than this are equal.
const EQUAL: f64 = 1e-9;

impl Instance {
    /// The objective of a set.
    pub fn value(&self, chosen: &[bool]) -> f64 {
        let prices: f64 = self
            .indexes
            .iter()
            .zip(chosen)
            .filter(|(_, is)| **is)
            .map(|(item, _)| item.price)
            .sum();
        prices + self.queries.iter().map(|query| query.cost(chosen)).sum::<f64>()
    }

    /// True if the set keeps within bytes and count.
    pub fn fits(&self, chosen: &[bool]) -> bool {
        let taken = self.indexes.iter().zip(chosen).filter(|(_, is)| **is);
        let (count, bytes) =
            taken.fold((0, 0), |(count, bytes), (item, _)| (count + 1, bytes + item.bytes));
        self.budget_bytes.is_none_or(|most| bytes <= most)
            && self.max_indexes.is_none_or(|most| count <= most)
    }
}

impl Costs {
    fn cost(&self, chosen: &[bool]) -> f64 {
        let possible = self.options.iter().filter(|(set, _)| set.iter().all(|at| chosen[*at]));
        possible.map(|(_, cost)| *cost).fold(self.base, f64::min)
    }
}

/// The best set that is found, with a bound for all others. The result depends on the instance alone.
pub fn select(instance: &Instance) -> Selection {
    let mut best = vec![false; instance.indexes.len()];
    for seed in [by_ratio(instance), by_gain(instance), relaxed(instance)] {
        let found = improved(instance, seed);
        if instance.value(&found) < instance.value(&best) - EQUAL {
            best = found;
        }
    }
    let mut search = Search::new(instance, best);
    search.run();
    let chosen = (0..search.best.len()).filter(|at| search.best[*at]).collect();
    Selection { chosen, value: search.value, bound: search.bound.min(search.value) }
}

/// Adds the option that saves most for each byte, as long as one saves anything.
fn by_ratio(instance: &Instance) -> Vec<bool> {
    grown(instance, |gain, bytes| gain / (bytes as f64 + 4096.0))
}

/// Adds the option that saves most.
fn by_gain(instance: &Instance) -> Vec<bool> {
    grown(instance, |gain, _| gain)
}

fn grown(instance: &Instance, rank: impl Fn(f64, u64) -> f64) -> Vec<bool> {
    let mut chosen = vec![false; instance.indexes.len()];
    loop {
        let now = instance.value(&chosen);
        let mut best: Option<(f64, Vec<bool>)> = None;
        for (set, _) in instance.queries.iter().flat_map(|query| &query.options) {
            if set.iter().all(|at| chosen[*at]) {
                continue;
            }
            let mut with = chosen.clone();
            set.iter().for_each(|at| with[*at] = true);
            let bytes =
                set.iter().filter(|at| !chosen[**at]).map(|at| instance.indexes[*at].bytes).sum();
            let gain = now - instance.value(&with);
            if gain > EQUAL && instance.fits(&with) {
                let rank = rank(gain, bytes);
                if best.as_ref().is_none_or(|(known, _)| rank > *known) {
                    best = Some((rank, with));
                }
            }
        }
        match best {
            Some((_, with)) => chosen = with,
            None => return chosen,
        }
    }
}

/// Starts from each query's best option and leaves out what is missed least for its bytes.
fn relaxed(instance: &Instance) -> Vec<bool> {
    let mut chosen = vec![false; instance.indexes.len()];
    for query in &instance.queries {
        let best = query.options.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((set, _)) = best.filter(|(_, cost)| *cost < query.base) {
            set.iter().for_each(|at| chosen[*at] = true);
        }
    }
    while !instance.fits(&chosen) {
        let now = instance.value(&chosen);
        let least = (0..chosen.len()).filter(|at| chosen[*at]).min_by(|a, b| {
            let loss = |at: usize| {
                let mut without = chosen.clone();
                without[at] = false;
                (instance.value(&without) - now) / (instance.indexes[at].bytes as f64 + 4096.0)
            };
            loss(*a).total_cmp(&loss(*b))
        });
        match least {
            Some(at) => chosen[at] = false,
            None => break,
        }
    }
    chosen
}

/// Leaves out, takes in, and takes one for another as long as that helps.
fn improved(instance: &Instance, mut chosen: Vec<bool>) -> Vec<bool> {
    let mut value = instance.value(&chosen);
    let options: Vec<&Vec<usize>> =
        instance.queries.iter().flat_map(|query| &query.options).map(|(set, _)| set).collect();
    // Each round is better than the one before, so there is an end; the count only guards the time.
    for _ in 0..200 {
        let mut moves: Vec<Vec<bool>> = Vec::new();
        for at in (0..chosen.len()).filter(|at| chosen[*at]) {
            let mut without = chosen.clone();
            without[at] = false;
            for set in &options {
                let mut swapped = without.clone();
                set.iter().for_each(|at| swapped[*at] = true);
                if !swapped[at] {
                    moves.push(swapped);
                }
            }
            moves.push(without);
        }
        for set in &options {
            let mut with = chosen.clone();
            set.iter().for_each(|at| with[*at] = true);
            moves.push(with);
        }
        let best = moves
            .into_iter()
            .filter(|set| instance.fits(set))
            .map(|set| (instance.value(&set), set))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        match best {
            Some((better, set)) if better < value - EQUAL => (value, chosen) = (better, set),
            _ => break,
        }
    }
    chosen
}

/// Branch and bound over the indexes, each taken or left.
struct Search<'a> {
    instance: &'a Instance,
    best: Vec<bool>,
    value: f64,
    /// The least that what was not looked at can reach.
    bound: f64,
    nodes: usize,
    /// What each index is charged: its price, and its share of what bytes and places are worth.
    charges: Vec<f64>,
    /// What the limits give back in the bound.
    credit: f64,
    /// In how many queries an index stands.
    shares: Vec<f64>,
    /// The indexes, those that matter most first.
    order: Vec<usize>,
}

impl<'a> Search<'a> {
    fn new(instance: &'a Instance, best: Vec<bool>) -> Self {
        let count = instance.indexes.len();
        let mut shares = vec![0.0; count];
        let mut weight = vec![0.0; count];
        for query in &instance.queries {
            let mut stands = vec![false; count];
            for (set, cost) in &query.options {
                for at in set {
                    stands[*at] = true;
                    weight[*at] += (query.base - cost).max(0.0) / set.len() as f64;
                }
            }
            stands
                .iter()
                .zip(&mut shares)
                .filter(|(is, _)| **is)
                .for_each(|(_, share)| *share += 1.0);
        }
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by(|a, b| weight[*b].total_cmp(&weight[*a]).then(a.cmp(b)));
        let value = instance.value(&best);
        let charges = instance.indexes.iter().map(|item| item.price).collect();
        let mut search = Self {
            instance,
            best,
            value,
            bound: f64::NEG_INFINITY,
            nodes: 0,
            charges,
            credit: 0.0,
            shares,
            order,
        };
        search.find_prices();
        search
    }

    /// Prices of a byte and of a place in the set at which the bound is highest: a subgradient ascent.
    /// Source: Fisher, "The Lagrangian relaxation method for solving integer programming problems" (1981).
    fn find_prices(&mut self) {
        let most_bytes = self.instance.budget_bytes.map(|bytes| bytes as f64);
        let most = self.instance.max_indexes.map(|most| most as f64);
        if most_bytes.is_none() && most.is_none() {
            return;
        }
        let total: f64 = self.instance.indexes.iter().map(|item| item.bytes as f64).sum();
        let (mut per_byte, mut per_index) = (0.0_f64, 0.0_f64);
        let mut best = (f64::NEG_INFINITY, 0.0, 0.0);
        let undecided = vec![None; self.instance.indexes.len()];
        for step in 0..PRICE_STEPS {
            self.charge(per_byte, per_index);
            let (bound, used) = self.bound_of(&undecided);
            if bound > best.0 {
                best = (bound, per_byte, per_index);
            }
            let gap = (self.value - bound).max(EQUAL) / (step + 1) as f64;
            let bytes: f64 = self.sum_of(&used, |item| item.bytes as f64);
            let count: f64 = self.sum_of(&used, |_| 1.0);
            let over_bytes = most_bytes.map_or(0.0, |most| bytes - most);
            let over = most.map_or(0.0, |most| count - most);
            let norm = (over_bytes / total.max(1.0)).powi(2) + over.powi(2);
            if norm < EQUAL {
                break;
            }
            per_byte = (per_byte + gap * over_bytes / total.max(1.0).powi(2) / norm).max(0.0);
            per_index = (per_index + gap * over / norm).max(0.0);
        }
        self.charge(best.1, best.2);
    }

    fn sum_of(&self, used: &[f64], of: impl Fn(&Item) -> f64) -> f64 {
        self.instance.indexes.iter().zip(used).map(|(item, share)| share * of(item)).sum()
    }

    fn charge(&mut self, per_byte: f64, per_index: f64) {
        self.charges = self
            .instance
            .indexes
            .iter()
            .map(|item| item.price + per_byte * item.bytes as f64 + per_index)
            .collect();
        let bytes = self.instance.budget_bytes.map_or(0.0, |bytes| bytes as f64 * per_byte);
        let places = self.instance.max_indexes.map_or(0.0, |most| most as f64 * per_index);
        self.credit = bytes + places;
    }

    /// A bound for all sets with these decisions, and how much of each index it used. An index that is
    /// not decided is charged in parts to the queries that may use it.
    fn bound_of(&self, decided: &[Option<bool>]) -> (f64, Vec<f64>) {
        let mut bound = -self.credit;
        let mut used = vec![0.0; decided.len()];
        for (at, decision) in decided.iter().enumerate() {
            if *decision == Some(true) {
                bound += self.charges[at];
                used[at] = 1.0;
            }
        }
        for query in &self.instance.queries {
            let mut best = (query.base, None);
            for (set, cost) in &query.options {
                if set.iter().any(|at| decided[*at] == Some(false)) {
                    continue;
                }
                let open = set.iter().filter(|at| decided[**at].is_none());
                let share: f64 = open.map(|at| self.charges[*at] / self.shares[*at]).sum();
                if cost + share < best.0 {
                    best = (cost + share, Some(set));
                }
            }
            bound += best.0;
            for at in best.1.into_iter().flatten().filter(|at| decided[**at].is_none()) {
                used[*at] += 1.0 / self.shares[*at];
            }
        }
        (bound, used)
    }

    fn run(&mut self) {
        self.bound = f64::INFINITY;
        let mut decided = vec![None; self.instance.indexes.len()];
        self.visit(&mut decided);
        if self.bound == f64::INFINITY {
            // All was looked at.
            self.bound = self.value;
        }
    }

    fn visit(&mut self, decided: &mut Vec<Option<bool>>) {
        let taken: Vec<bool> = decided.iter().map(|is| *is == Some(true)).collect();
        if !self.instance.fits(&taken) {
            return;
        }
        let value = self.instance.value(&taken);
        if value < self.value - EQUAL {
            (self.value, self.best) = (value, taken);
        }
        let (bound, used) = self.bound_of(decided);
        if bound >= self.value - EQUAL {
            return;
        }
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            self.bound = self.bound.min(bound);
            return;
        }
        let open = |at: &&usize| decided[**at].is_none();
        // First what the bound would use only in part: there it is least true.
        let next = self
            .order
            .iter()
            .filter(open)
            .find(|at| used[**at] > EQUAL && used[**at] < 1.0 - EQUAL)
            .or_else(|| self.order.iter().filter(open).find(|at| used[**at] > EQUAL))
            .or_else(|| self.order.iter().find(open));
        let Some(&at) = next else { return };
        for decision in [true, false] {
            decided[at] = Some(decision);
            self.visit(decided);
        }
        decided[at] = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look random and are the same each time.
    struct Random(u64);

    impl Random {
        fn below(&mut self, most: u64) -> u64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % most.max(1)
        }
    }

    fn random_instance(random: &mut Random) -> Instance {
        let count = 1 + random.below(13) as usize;
        let indexes = (0..count)
            .map(|_| Item { bytes: 1 + random.below(1000), price: random.below(30) as f64 / 10.0 })
            .collect();
        let queries = (0..1 + random.below(12))
            .map(|_| {
                let base = 10.0 + random.below(1000) as f64 / 10.0;
                let options = (0..random.below(9))
                    .map(|_| {
                        let mut set: Vec<usize> = (0..1 + random.below(3))
                            .map(|_| random.below(count as u64) as usize)
                            .collect();
                        set.sort_unstable();
                        set.dedup();
                        (set, random.below((base * 10.0) as u64) as f64 / 10.0)
                    })
                    .collect();
                Costs { base, options }
            })
            .collect();
        let budget_bytes = (random.below(3) > 0).then(|| random.below(3000));
        let max_indexes = (random.below(3) == 0).then(|| random.below(5) as usize);
        Instance { indexes, queries, budget_bytes, max_indexes }
    }

    fn by_trying_all(instance: &Instance) -> f64 {
        let count = instance.indexes.len();
        (0..1_u32 << count)
            .map(|bits| (0..count).map(|at| bits & 1 << at != 0).collect::<Vec<bool>>())
            .filter(|chosen| instance.fits(chosen))
            .map(|chosen| instance.value(&chosen))
            .fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn the_best_of_all_sets_is_found_and_bounds_hold() {
        let mut random = Random(1);
        let mut exact = 0;
        for round in 0..500 {
            let instance = random_instance(&mut random);
            let found = select(&instance);
            let best = by_trying_all(&instance);
            let mut chosen = vec![false; instance.indexes.len()];
            found.chosen.iter().for_each(|at| chosen[*at] = true);
            assert!(instance.fits(&chosen), "{round}");
            assert!((instance.value(&chosen) - found.value).abs() < 1e-6, "{round}");
            assert!(found.bound <= best + 1e-6, "{round}: {} {best}", found.bound);
            assert!(found.value <= best * 1.005 + 1e-6, "{round}: {} {best}", found.value);
            exact += usize::from(found.value <= best + 1e-6);
        }
        assert!(exact >= 495, "{exact} of 500");
    }

    #[test]
    fn nothing_to_choose_from() {
        let nothing = select(&Instance::default());
        assert_eq!((nothing.chosen.len(), nothing.value, nothing.bound), (0, 0.0, 0.0));
        let useless = Instance {
            indexes: vec![Item { bytes: 10, price: 1.0 }],
            queries: vec![Costs { base: 5.0, options: vec![(vec![0], 4.5)] }],
            ..Instance::default()
        };
        assert!(select(&useless).chosen.is_empty(), "it costs more than it saves");
    }

    #[test]
    fn a_large_instance_ends_with_a_bound() {
        let mut random = Random(3);
        let indexes = (0..80).map(|_| Item { bytes: 1 + random.below(1000), price: 0.1 }).collect();
        let queries = (0..60)
            .map(|_| Costs {
                base: 100.0,
                options: (0..40)
                    .map(|_| {
                        let mut set = vec![random.below(80) as usize, random.below(80) as usize];
                        set.sort_unstable();
                        set.dedup();
                        (set, random.below(1000) as f64 / 10.0)
                    })
                    .collect(),
            })
            .collect();
        let instance = Instance { indexes, queries, budget_bytes: Some(8000), max_indexes: None };
        let found = select(&instance);
        assert!(found.bound <= found.value && found.bound > 0.0, "{found:?}");
    }
}
