//! What the planner is known to prefer: a model of the workload that is learned from the plans seen, so that
//! thousands of sets can be weighed without asking SQLite. What it proposes is then asked.
//!
//! A plan that was chosen while the indexes of another were there, too, is preferred to that other one. The
//! planner compares costs that do not depend on what else there is, so what it took of many it takes of
//! fewer. Where nothing is known of two plans, the cheaper one is hoped for; asking then tells.
//! Source of the idea: P. A. Samuelson, "A note on the pure theory of consumer's behaviour" (1938).

use std::collections::{BTreeMap, BTreeSet};

use crate::evaluate::Id;

/// Numbers of indexes, or of options.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Bits([u64; Bits::WORDS]);

impl Bits {
    const WORDS: usize = 8;
    /// Numbers are below this.
    pub(crate) const MOST: usize = Self::WORDS * 64;

    pub(crate) fn insert(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    pub(crate) fn remove(&mut self, at: usize) {
        self.0[at / 64] &= !(1 << (at % 64));
    }

    pub(crate) fn contains(&self, at: usize) -> bool {
        self.0[at / 64] & (1 << (at % 64)) != 0
    }

    pub(crate) fn is_subset(&self, of: &Self) -> bool {
        self.0.iter().zip(&of.0).all(|(a, b)| a & !b == 0)
    }

    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    pub(crate) fn with(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
        self
    }

    fn differs(&self, other: &Self) -> Self {
        let mut differs = *self;
        differs.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a ^= b);
        differs
    }

    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..Self::WORDS).flat_map(move |word| {
            let mut left = self.0[word];
            std::iter::from_fn(move || {
                let at = left.trailing_zeros() as usize;
                (left != 0).then(|| {
                    left &= left - 1;
                    word * 64 + at
                })
            })
        })
    }
}

impl FromIterator<usize> for Bits {
    fn from_iter<T: IntoIterator<Item = usize>>(all: T) -> Self {
        let mut bits = Self::default();
        all.into_iter().for_each(|at| bits.insert(at));
        bits
    }
}

/// What a plan means for a query.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Effect {
    /// The query's part of the objective.
    pub(crate) cost: f64,
    /// More work than before, with the statistics that are advised.
    pub(crate) loses: bool,
    /// The same if these statistics are not the advised ones: so that it is felt.
    pub(crate) loses_otherwise: bool,
}

/// Plans seen of one query with one kind of statistics.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choices {
    /// The indexes each plan uses, and what it does.
    options: Vec<(Bits, Effect)>,
    by_used: BTreeMap<Bits, usize>,
    /// By option: the options that the planner prefers to it.
    beaten_by: Vec<Bits>,
    seen: Vec<(Bits, usize)>,
}

impl Choices {
    /// With `offered` there, the planner used `used`.
    pub(crate) fn observe(&mut self, offered: Bits, used: Bits, effect: Effect) {
        let at = match self.by_used.get(&used) {
            Some(at) => {
                let known = &mut self.options[*at].1;
                // Two plans with the same indexes: the worse one counts.
                if effect.cost > known.cost {
                    *known = effect;
                }
                *at
            }
            None if self.options.len() == Bits::MOST => return,
            None => {
                self.options.push((used, effect));
                self.by_used.insert(used, self.options.len() - 1);
                self.options.len() - 1
            }
        };
        self.seen.push((offered, at));
    }

    /// Draws the conclusions, after the last observation.
    fn conclude(&mut self) {
        self.beaten_by = vec![Bits::default(); self.options.len()];
        for (offered, chosen) in &self.seen {
            for (other, (used, _)) in self.options.iter().enumerate() {
                if other != *chosen && used.is_subset(offered) {
                    self.beaten_by[other].insert(*chosen);
                }
            }
        }
    }

    /// What the planner will take of this set: the indexes, and what that does. Where it is not known,
    /// the best that may be.
    fn choice(&self, set: &Bits) -> Option<&(Bits, Effect)> {
        let mut there = Bits::default();
        for (at, (used, _)) in self.options.iter().enumerate() {
            if used.is_subset(set) {
                there.insert(at);
            }
        }
        let mut best: Option<&(Bits, Effect)> = None;
        let mut worst: Option<&(Bits, Effect)> = None;
        for at in there.iter() {
            let option = &self.options[at];
            let cost = option.1.cost;
            if !self.beaten_by[at].meets(&there) && best.is_none_or(|one| cost < one.1.cost) {
                best = Some(option);
            }
            if worst.is_none_or(|one| cost > one.1.cost) {
                worst = Some(option);
            }
        }
        // Each is beaten by another where the planner was inconsistent: then the worst is expected.
        best.or(worst)
    }

    fn effect(&self, set: &Bits) -> Effect {
        self.choice(set).map(|(_, effect)| *effect).unwrap_or_default()
    }
}

/// One query.
#[derive(Debug, Clone)]
pub(crate) enum Modelled {
    /// It reads: what its plans do, with the statistics as found and with those of `ANALYZE`.
    Read([Choices; 2]),
    /// It writes: the sets that it was measured with, and what each further index costs.
    Write { seen: Vec<(Bits, f64)>, more: f64 },
}

/// The workload.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) prices: Vec<f64>,
    pub(crate) bytes: Vec<u64>,
    /// Indexes of one table have one number.
    pub(crate) tables: Vec<usize>,
    pub(crate) queries: Vec<Modelled>,
    pub(crate) loser_price: f64,
    /// What `ANALYZE` has to save.
    pub(crate) analyze_price: f64,
    pub(crate) budget_bytes: Option<u64>,
    pub(crate) max_indexes: usize,
}

/// What a query adds to the objective, without `ANALYZE` and with it, and whether it loses then.
#[derive(Debug, Clone, Copy)]
struct Part {
    cost: [f64; 2],
    loses: [bool; 2],
}

/// What is worth looking at if it can be repaired: so many steps, those that promise most.
const MOST_REPAIRED: usize = 12;
/// Indexes that are taken away for one query that loses.
const DEPTH_OF_REPAIR: usize = 5;
/// Ways of doing so that are weighed.
const MOST_WAYS: usize = 64;
/// Queries that are repaired one after the other.
const MOST_LOSERS: usize = 8;

impl Model {
    /// To be called when all is told.
    pub(crate) fn conclude(&mut self) {
        for query in &mut self.queries {
            if let Modelled::Read(choices) = query {
                choices.iter_mut().for_each(Choices::conclude);
            }
        }
    }

    /// The set that should be better than this one, as good as steps lead that are good by themselves, with
    /// `ANALYZE` or without. A step adds what a plan needs, leaves one index out, or does both; what then
    /// leads other queries astray goes, too.
    pub(crate) fn improved(&self, from: Bits, analyze: bool) -> Bits {
        let way = Way { model: self, concerned: self.concerned(), at: usize::from(analyze) };
        let options = self.options();
        let mut now = way.state(way.repaired(way.state(from)).map_or(from, |state| state.set));
        loop {
            let mut best: Option<State> = None;
            let mut promising: Vec<(f64, Bits)> = Vec::new();
            let mut weigh = |next: Bits, best: &mut Option<State>| {
                if next == now.set || (!self.fits(&next) && self.size(&next) >= self.size(&now.set))
                {
                    return;
                }
                let (value, hoped) = way.value_after(&now, &next);
                let limit = best.as_ref().map_or(now.value - 1e-6, |best| best.value);
                // What takes too much has to become less in any case.
                let has_to = best.is_none() && !self.fits(&now.set);
                if value < limit || has_to {
                    *best = Some(way.state(next));
                } else if hoped < now.value - 1e-6 {
                    promising.push((hoped, next));
                }
            };
            for at in now.set.iter() {
                let mut fewer = now.set;
                fewer.remove(at);
                weigh(fewer, &mut best);
            }
            for option in &options {
                weigh(now.set.with(option), &mut best);
            }
            if best.is_none() {
                for at in now.set.iter() {
                    for option in &options {
                        let alike = option.iter().any(|one| self.tables[one] == self.tables[at]);
                        if (alike || self.budget_bytes.is_some()) && !option.contains(at) {
                            let mut instead = now.set.with(option);
                            instead.remove(at);
                            weigh(instead, &mut best);
                        }
                    }
                }
            }
            if best.is_none() {
                promising.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                promising.truncate(MOST_REPAIRED);
                for (_, next) in promising {
                    let repaired = way.repaired(way.state(next));
                    let limit = best.as_ref().map_or(now.value - 1e-6, |best: &State| best.value);
                    best = repaired
                        .filter(|state| state.value < limit && self.fits(&state.set))
                        .or(best);
                }
            }
            match best {
                Some(next) => now = next,
                None => return now.set,
            }
        }
    }

    /// The objective of a set, as far as it is known.
    pub(crate) fn value(&self, set: &Bits) -> f64 {
        let way = |at| Way { model: self, concerned: Vec::new(), at }.state(*set).value;
        let (plain, analyzed) = (way(0), way(1));
        if analyzed < plain - self.analyze_price { analyzed } else { plain }
    }

    fn fits(&self, set: &Bits) -> bool {
        set.len() <= self.max_indexes && self.budget_bytes.is_none_or(|most| self.size(set) <= most)
    }

    fn size(&self, set: &Bits) -> u64 {
        set.iter().map(|at| self.bytes[at]).sum()
    }

    /// Sets of indexes that some plan uses.
    fn options(&self) -> Vec<Bits> {
        let mut all: Vec<Bits> = Vec::new();
        for query in &self.queries {
            match query {
                Modelled::Read(choices) => {
                    all.extend(choices.iter().flat_map(|one| &one.options).map(|(used, _)| *used));
                }
                Modelled::Write { seen, .. } => all.extend(seen.iter().map(|(set, _)| *set)),
            }
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// By index: the queries that it can change.
    fn concerned(&self) -> Vec<Vec<usize>> {
        let mut concerned = vec![Vec::new(); self.prices.len()];
        for (at, query) in self.queries.iter().enumerate() {
            let indexes = match query {
                Modelled::Read(choices) => choices
                    .iter()
                    .flat_map(|one| &one.options)
                    .fold(Bits::default(), |all, (used, _)| all.with(used)),
                Modelled::Write { .. } => (0..self.prices.len()).collect(),
            };
            indexes.iter().for_each(|index| concerned[index].push(at));
        }
        concerned
    }

    fn part(&self, at: usize, set: &Bits) -> Part {
        match &self.queries[at] {
            Modelled::Read(choices) => {
                let [plain, analyzed] = [choices[0].effect(set), choices[1].effect(set)];
                Part {
                    cost: [plain.cost, analyzed.cost],
                    loses: [
                        plain.loses || analyzed.loses_otherwise,
                        analyzed.loses || plain.loses_otherwise,
                    ],
                }
            }
            Modelled::Write { seen, more } => {
                // The largest set that is known and part of this one.
                let known = seen.iter().filter(|(one, _)| one.is_subset(set));
                let nearest = known.max_by_key(|(one, _)| one.len());
                let cost =
                    nearest.map_or(0.0, |(one, cost)| cost + more * (set.len() - one.len()) as f64);
                Part { cost: [cost; 2], loses: [false; 2] }
            }
        }
    }
}

/// The model, if `ANALYZE` belongs to the set (1) or does not (0).
struct Way<'m> {
    model: &'m Model,
    /// By index: the queries that it can change.
    concerned: Vec<Vec<usize>>,
    at: usize,
}

/// A set and what it does.
#[derive(Debug, Clone)]
struct State {
    set: Bits,
    parts: Vec<Part>,
    value: f64,
}

impl Way<'_> {
    fn state(&self, set: Bits) -> State {
        let parts: Vec<Part> =
            (0..self.model.queries.len()).map(|at| self.model.part(at, &set)).collect();
        let value =
            self.value(&set, parts.iter().map(|part| (part.cost[self.at], part.loses[self.at])));
        State { set, parts, value: value.0 }
    }

    /// The objective, and the same if no query lost.
    fn value(&self, set: &Bits, parts: impl Iterator<Item = (f64, bool)>) -> (f64, f64) {
        let mut hoped: f64 = set.iter().map(|at| self.model.prices[at]).sum();
        let mut losers = 0;
        for (cost, loses) in parts {
            hoped += cost;
            losers += usize::from(loses);
        }
        if self.at == 1 {
            hoped += self.model.analyze_price;
        }
        (hoped + self.model.loser_price * losers as f64, hoped)
    }

    fn value_after(&self, now: &State, next: &Bits) -> (f64, f64) {
        let mut changed = Bits::default();
        for index in now.set.differs(next).iter() {
            self.concerned[index].iter().for_each(|query| changed.insert(*query % Bits::MOST));
        }
        self.value(
            next,
            now.parts.iter().enumerate().map(|(at, part)| {
                let part = if changed.contains(at % Bits::MOST) {
                    self.model.part(at, next)
                } else {
                    *part
                };
                (part.cost[self.at], part.loses[self.at])
            }),
        )
    }

    /// The set without what leads queries astray; `None` if that cannot be had.
    fn repaired(&self, mut state: State) -> Option<State> {
        for _ in 0..MOST_LOSERS {
            let Some(loser) = state.parts.iter().position(|part| part.loses[self.at]) else {
                return Some(state);
            };
            let mut ways = BTreeSet::from([state.set]);
            let mut open = vec![(state.set, 0)];
            let mut best: Option<(f64, Bits)> = None;
            while let Some((set, depth)) = open.pop() {
                if !self.model.part(loser, &set).loses[self.at] {
                    let (value, _) = self.value_after(&state, &set);
                    if best.is_none_or(|(known, _)| value < known) {
                        best = Some((value, set));
                    }
                    continue;
                }
                if depth == DEPTH_OF_REPAIR {
                    continue;
                }
                for index in self.astray(loser, &set).iter() {
                    let mut fewer = set;
                    fewer.remove(index);
                    if ways.len() < MOST_WAYS && ways.insert(fewer) {
                        open.push((fewer, depth + 1));
                    }
                }
            }
            state = self.state(best?.1);
        }
        None
    }

    /// The indexes with which a query loses.
    fn astray(&self, query: usize, set: &Bits) -> Bits {
        let mut astray = Bits::default();
        if let Modelled::Read(choices) = &self.model.queries[query] {
            for (at, choices) in choices.iter().enumerate() {
                if let Some((used, effect)) = choices.choice(set) {
                    let loses = if at == self.at { effect.loses } else { effect.loses_otherwise };
                    if loses {
                        astray = astray.with(used);
                    }
                }
            }
        }
        astray
    }
}

/// A set as bits.
pub(crate) fn bits<'a>(set: impl IntoIterator<Item = &'a Id>) -> Bits {
    set.into_iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that are the same each time. Source: Marsaglia, "Xorshift RNGs" (2003).
    fn next(seed: &mut u64) -> u64 {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        *seed
    }

    /// A planner: of the plans it can make it takes the one it reckons cheapest, whatever that really costs.
    struct Planner(Vec<(Bits, f64, f64)>);

    impl Planner {
        fn drawn(seed: &mut u64) -> Self {
            let mut plans = vec![(Bits::default(), 1e6, (next(seed) % 100) as f64)];
            for _ in 0..6 {
                let used = (0..1 + next(seed) % 2).map(|_| (next(seed) % 10) as usize).collect();
                plans.push((used, (next(seed) % 100_000) as f64, (next(seed) % 100) as f64));
            }
            // The same indexes are one plan.
            plans.sort_by_key(|plan| plan.0);
            plans.dedup_by_key(|plan| plan.0);
            Self(plans)
        }

        fn takes(&self, offered: &Bits) -> (Bits, f64) {
            let possible = self.0.iter().filter(|(used, ..)| used.is_subset(offered));
            let best = possible.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
            (best.0, best.2)
        }
    }

    fn drawn_set(seed: &mut u64) -> Bits {
        (0..10).filter(|_| next(seed).is_multiple_of(2)).collect()
    }

    fn seen(planner: &Planner, sets: &[Bits]) -> Choices {
        let mut choices = Choices::default();
        for set in sets {
            let (used, cost) = planner.takes(set);
            choices.observe(*set, used, Effect { cost, ..Effect::default() });
        }
        choices.conclude();
        choices
    }

    #[test]
    fn once_all_plans_were_seen_together_every_choice_is_known() {
        let mut seed = 11;
        for _ in 0..300 {
            let planner = Planner::drawn(&mut seed);
            // Every union of two plans tells which of them is preferred.
            let mut sets: Vec<Bits> = vec![Bits::default()];
            for (a, ..) in &planner.0 {
                sets.extend(planner.0.iter().map(|(b, ..)| a.with(b)));
            }
            // What both together make possible, besides.
            let choices = seen(&planner, &sets);
            for (used, ..) in &planner.0 {
                let (takes, cost) = planner.takes(used);
                assert_eq!(
                    choices.choice(used).map(|one| (one.0, one.1.cost)),
                    Some((takes, cost))
                );
            }
        }
    }

    #[test]
    fn what_was_asked_is_answered_as_it_was() {
        let mut seed = 5;
        for _ in 0..300 {
            let planner = Planner::drawn(&mut seed);
            let sets: Vec<Bits> = (0..12).map(|_| drawn_set(&mut seed)).collect();
            let choices = seen(&planner, &sets);
            for set in &sets {
                assert_eq!(choices.effect(set).cost, planner.takes(set).1);
            }
        }
    }

    #[test]
    fn a_set_is_left_for_a_better_one_only_and_within_the_bytes() {
        let mut seed = 3;
        for round in 0..200 {
            let planners: Vec<Planner> = (0..4).map(|_| Planner::drawn(&mut seed)).collect();
            let sets: Vec<Bits> = (0..20).map(|_| drawn_set(&mut seed)).collect();
            let queries =
                planners.iter().map(|one| Modelled::Read([seen(one, &sets), seen(one, &sets)]));
            let model = Model {
                prices: vec![1.0; 10],
                bytes: (0..10).map(|_| 1 + next(&mut seed) % 9).collect(),
                tables: (0..10).map(|at| at % 3).collect(),
                queries: queries.collect(),
                loser_price: 100.0,
                budget_bytes: (round % 2 == 0).then_some(20),
                max_indexes: 6,
                ..Model::default()
            };
            let from: Bits = [next(&mut seed) as usize % 10].into_iter().collect();
            for analyze in [false, true] {
                let to = model.improved(from, analyze);
                assert!(model.value(&to) <= model.value(&from) + 1e-9, "{round}");
                assert!(model.fits(&to), "{round}");
            }
        }
    }

    #[test]
    fn what_leads_a_query_astray_is_left_out() {
        let bits = |all: &[usize]| all.iter().copied().collect::<Bits>();
        // Index 0 helps the first query and has the second take a bad plan.
        let effect = |cost, loses| Effect { cost, loses, loses_otherwise: false };
        let mut helped = Choices::default();
        helped.observe(bits(&[]), bits(&[]), effect(0.0, false));
        helped.observe(bits(&[0]), bits(&[0]), effect(-1.0, false));
        let mut astray = Choices::default();
        astray.observe(bits(&[]), bits(&[]), effect(0.0, false));
        astray.observe(bits(&[0, 1]), bits(&[0]), effect(1.0, true));
        let mut model = Model {
            prices: vec![0.1; 2],
            bytes: vec![1; 2],
            tables: vec![0; 2],
            queries: vec![
                Modelled::Read([helped.clone(), helped]),
                Modelled::Read([astray.clone(), astray]),
            ],
            loser_price: 100.0,
            max_indexes: 9,
            ..Model::default()
        };
        model.conclude();
        assert_eq!(model.improved(bits(&[0, 1]), false), bits(&[]));
    }
}
