//! What the planner is known to prefer: a model of the workload that is learned from the plans seen, so that
//! thousands of sets can be weighed without asking SQLite. What it proposes is then asked.
//!
//! A plan that was chosen while the indexes of another were there, too, is preferred to that other one. The
//! planner compares costs that do not depend on what else there is, so what it took of many it takes of
//! fewer. Where nothing is known of two plans, the cheaper one is hoped for; asking then tells.
//! Source of the idea: P. A. Samuelson, "A note on the pure theory of consumer's behaviour" (1938).

use std::collections::BTreeMap;

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

    /// What the planner will do with this set; the best that may be, where that is not known.
    fn effect(&self, set: &Bits) -> Effect {
        let mut there = Bits::default();
        for (at, (used, _)) in self.options.iter().enumerate() {
            if used.is_subset(set) {
                there.insert(at);
            }
        }
        let mut best: Option<&Effect> = None;
        let mut worst: Option<&Effect> = None;
        for at in there.iter() {
            let effect = &self.options[at].1;
            if !self.beaten_by[at].meets(&there) && best.is_none_or(|one| effect.cost < one.cost) {
                best = Some(effect);
            }
            if worst.is_none_or(|one| effect.cost > one.cost) {
                worst = Some(effect);
            }
        }
        // Each is beaten by another where the planner was inconsistent: then the worst is expected.
        best.or(worst).copied().unwrap_or_default()
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
    /// Whether `ANALYZE` belongs to the set; `None` is whatever is better.
    pub(crate) analyze: Option<bool>,
    pub(crate) budget_bytes: Option<u64>,
    pub(crate) max_indexes: usize,
}

/// What each query adds to the objective: without `ANALYZE`, and with it.
type Parts = Vec<[f64; 2]>;

impl Model {
    /// To be called when all is told.
    pub(crate) fn conclude(&mut self) {
        for query in &mut self.queries {
            if let Modelled::Read(choices) = query {
                choices.iter_mut().for_each(Choices::conclude);
            }
        }
    }

    /// The set that should be better than this one, as good as single steps lead.
    pub(crate) fn improved(&self, from: Bits) -> Bits {
        let concerned = self.concerned();
        let moves = self.options();
        let mut set = from;
        let mut parts: Parts = (0..self.queries.len()).map(|at| self.part(at, &set)).collect();
        let mut value = self.total(&parts, &set);
        loop {
            let mut best: Option<(f64, Bits)> = None;
            let weigh = |next: Bits, best: &mut Option<(f64, Bits)>| {
                if next == set || (!self.fits(&next) && self.size(&next) >= self.size(&set)) {
                    return;
                }
                let changed = self.value_of_change(&set, &next, &parts, &concerned);
                // What takes too much has to become less in any case.
                let has_to = !self.fits(&set);
                if (changed < value - 1e-6 || has_to)
                    && best.as_ref().is_none_or(|(known, _)| changed < *known)
                {
                    *best = Some((changed, next));
                }
            };
            for at in set.iter() {
                let mut fewer = set;
                fewer.remove(at);
                weigh(fewer, &mut best);
            }
            for option in &moves {
                weigh(set.with(option), &mut best);
            }
            if best.is_none() {
                for at in set.iter() {
                    for option in &moves {
                        let alike = option.iter().any(|one| self.tables[one] == self.tables[at]);
                        if (alike || self.budget_bytes.is_some()) && !option.contains(at) {
                            let mut instead = set.with(option);
                            instead.remove(at);
                            weigh(instead, &mut best);
                        }
                    }
                }
            }
            let Some((changed, next)) = best else { return set };
            for at in 0..self.queries.len() {
                parts[at] = self.part(at, &next);
            }
            (set, value) = (next, changed);
        }
    }

    /// The objective of a set, as far as it is known.
    pub(crate) fn value(&self, set: &Bits) -> f64 {
        let parts: Parts = (0..self.queries.len()).map(|at| self.part(at, set)).collect();
        self.total(&parts, set)
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

    fn value_of_change(
        &self,
        set: &Bits,
        next: &Bits,
        parts: &Parts,
        concerned: &[Vec<usize>],
    ) -> f64 {
        let differs = (0..Bits::WORDS)
            .map(|word| set.0[word] ^ next.0[word])
            .collect::<Vec<u64>>()
            .try_into()
            .map(Bits)
            .unwrap_or_default();
        let mut changed: Vec<usize> =
            differs.iter().flat_map(|index| concerned[index].iter().copied()).collect();
        changed.sort_unstable();
        changed.dedup();
        let mut own = parts.clone();
        for at in changed {
            own[at] = self.part(at, next);
        }
        self.total(&own, next)
    }

    /// What a query adds, with its price if it loses.
    fn part(&self, at: usize, set: &Bits) -> [f64; 2] {
        match &self.queries[at] {
            Modelled::Read(choices) => {
                let [plain, analyzed] = [choices[0].effect(set), choices[1].effect(set)];
                let price = |loses: bool| if loses { self.loser_price } else { 0.0 };
                [
                    plain.cost + price(plain.loses || analyzed.loses_otherwise),
                    analyzed.cost + price(analyzed.loses || plain.loses_otherwise),
                ]
            }
            Modelled::Write { seen, more } => {
                // The largest set that is known and part of this one.
                let known = seen.iter().filter(|(one, _)| one.is_subset(set));
                let nearest = known.max_by_key(|(one, _)| one.len());
                let cost =
                    nearest.map_or(0.0, |(one, cost)| cost + more * (set.len() - one.len()) as f64);
                [cost; 2]
            }
        }
    }

    fn total(&self, parts: &Parts, set: &Bits) -> f64 {
        let prices: f64 = set.iter().map(|at| self.prices[at]).sum();
        let sum = |which: usize| parts.iter().map(|part| part[which]).sum::<f64>() + prices;
        let (plain, analyzed) = (sum(0), sum(1));
        match self.analyze {
            Some(true) => analyzed,
            Some(false) => plain,
            None if analyzed < plain - self.analyze_price => analyzed,
            None => plain,
        }
    }
}

/// A set as bits.
pub(crate) fn bits<'a>(set: impl IntoIterator<Item = &'a Id>) -> Bits {
    set.into_iter().copied().collect()
}
