//! The choice of a set: the best of the measured options, as SQLite really plans it, changed step by step
//! as long as it gets better and no query loses.

use std::collections::BTreeSet;

use scanseek_schema::IndexSpec;

use crate::advise::Adviser;
use crate::candidates::Candidate;
use crate::evaluate::{Built, Id, REGIMES};
use crate::oracle::{OracleError, Regime};
use crate::select::{Costs, Instance, Item, select};

/// A set is better than another if the objective falls by more than this.
pub(crate) const BETTER: f64 = 1e-3;
/// Sets that are tried at most while the choice is improved.
const MOST_TRIED: usize = 20;
/// Indexes that are missed least are tried to be left out, so many at a time.
const FEW_LEFT_OUT: usize = 6;
/// Options of a query that loses that are tried, and indexes that are taken away for each.
const OPTIONS_TO_REPAIR: usize = 6;
const MOST_REPAIRS: usize = 6;
/// A set that is this near to the bound, as a share of it, is good enough.
const NEAR: f64 = 0.03;
/// What a query that loses costs: more than any other gains.
const LOSER_PRICE: f64 = 100.0;
/// Sets that are tried at most while one grows from nothing.
const MOST_GROWN: usize = 60;

/// What one query would save.
struct Gain {
    query: usize,
    /// How much the objective changes; less is better.
    cost: f64,
    used: Vec<Id>,
}

impl Adviser<'_> {
    /// The measured options as an instance of the choice.
    pub(crate) fn instance(&self, budget_bytes: Option<u64>, thrift: bool) -> Instance {
        let price = |id: Id| if thrift { self.asked.price(id) } else { 0.001 };
        let indexes = (0..self.asked.built.len())
            .map(|id| Item { bytes: self.asked.built[id].bytes, price: price(id) })
            .collect();
        let queries = self
            .asked
            .queries()
            .into_iter()
            .map(|query| {
                let mut costs = Costs::default();
                if let Some(fresh) = self.asked.fresh.get(&query) {
                    costs.base = self.asked.cost(query, &Ok(fresh.clone())).min(0.0);
                }
                for ((_, used), cost) in self.asked.seen.range((query, vec![])..(query + 1, vec![]))
                {
                    if !used.is_empty() {
                        costs.options.push((used.clone(), *cost));
                    }
                }
                costs
            })
            .collect();
        let most = self.asked.limits.max_indexes;
        let max_indexes = (most < self.asked.built.len()).then_some(most);
        Instance { indexes, queries, budget_bytes, max_indexes }
    }

    pub(crate) fn choose(&mut self) -> Result<BTreeSet<Id>, OracleError> {
        let budget = self.asked.limits.budget_bytes;
        let selected = select(&self.instance(budget, true));
        let seed: BTreeSet<Id> = selected.chosen.iter().copied().collect();
        self.asked.price_losers(LOSER_PRICE);
        let near = selected.bound + NEAR * (1.0 + selected.bound.abs());
        let first = self.improve(seed.clone(), budget, MOST_TRIED)?;
        if self.asked.evaluate(&first)?.value > near {
            // The whole does not do what its parts did.
            for (at, analyze) in [true, false].into_iter().enumerate() {
                self.asked.oracle.progress("Choosing", at, 2);
                self.asked.decide_on_analyze(Some(analyze));
                // What the planner takes of everything, it mostly takes of that alone, too.
                self.improve(self.first.clone(), budget, MOST_TRIED)?;
                let grown = self.grow(budget)?;
                self.improve(grown, budget, MOST_TRIED)?;
            }
        }
        self.asked.decide_on_analyze(None);
        // Whatever was tried: in the end no query may lose.
        let Some(best) =
            self.asked.clean_sets().into_iter().find(|set| self.asked.fits(set, budget))
        else {
            return Ok(BTreeSet::new());
        };
        let set = self.improve(best.clone(), budget, MOST_TRIED)?;
        Ok(if self.asked.evaluate(&set)?.losers.is_empty() { set } else { best })
    }

    /// Takes in what saves most, option by option, as long as no query loses by it.
    fn grow(&mut self, budget: Option<u64>) -> Result<BTreeSet<Id>, OracleError> {
        let mut set = BTreeSet::new();
        let mut tried = BTreeSet::new();
        loop {
            let evaluation = self.asked.evaluate(&set)?;
            let regime = if evaluation.analyze { Regime::Analyzed } else { Regime::AsFound };
            let mut gains = self.gains(&set, regime)?;
            // A query that loses comes first.
            gains.sort_by(|a, b| {
                let of = |gain: &Gain| (!evaluation.losers.contains(&gain.query), gain.cost);
                let (a, b) = (of(a), of(b));
                a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
            });
            let mut grown = None;
            for gain in gains {
                let next: BTreeSet<Id> = set.iter().chain(&gain.used).copied().collect();
                if tried.len() >= MOST_GROWN || !self.asked.fits(&next, budget) {
                    continue;
                }
                if tried.insert(next.clone()) && self.is_better(&next, &set)? {
                    grown = Some(next);
                    break;
                }
            }
            match grown {
                Some(next) => set = next,
                None => return Ok(set),
            }
        }
    }

    /// What queries did better with other indexes than they do with this set.
    fn gains(&mut self, set: &BTreeSet<Id>, regime: Regime) -> Result<Vec<Gain>, OracleError> {
        let mut gains = Vec::new();
        for query in self.asked.queries() {
            let outcome = self.asked.outcome(query, set, regime)?;
            let now = self.asked.cost(query, &outcome);
            for ((_, used), cost) in self.asked.seen.range((query, vec![])..(query + 1, vec![])) {
                if *cost < now - BETTER && !used.iter().all(|id| set.contains(id)) {
                    gains.push(Gain { query, cost: cost - now, used: used.clone() });
                }
            }
        }
        gains.sort_by(|a, b| a.cost.total_cmp(&b.cost).then_with(|| a.used.cmp(&b.used)));
        Ok(gains)
    }

    fn is_better(&mut self, set: &BTreeSet<Id>, than: &BTreeSet<Id>) -> Result<bool, OracleError> {
        let value = self.asked.evaluate(set)?.value;
        Ok(value < self.asked.evaluate(than)?.value - BETTER)
    }

    /// Leaves out, narrows, merges and adds as long as SQLite does better with the whole set.
    pub(crate) fn improve(
        &mut self,
        mut set: BTreeSet<Id>,
        budget: Option<u64>,
        most_tried: usize,
    ) -> Result<BTreeSet<Id>, OracleError> {
        let mut tried = BTreeSet::from([set.clone()]);
        'better: while tried.len() < most_tried {
            let now = self.asked.evaluate(&set)?.value;
            if let Some(fewer) = self.best_without_one(&set, budget)? {
                set = fewer;
                continue;
            }
            let next = self.neighbours(&set, budget)?;
            let hoped = self.instance(budget, true);
            for next in next {
                let mut chosen = vec![false; hoped.indexes.len()];
                next.iter().for_each(|id| chosen[*id] = true);
                // The best that is known of its parts would not be better. What is taken away may still be done
                // by others in a way that was not seen yet.
                let is_new = next.iter().any(|id| *id >= self.known);
                let adds = self.asked.bytes(&next) > self.asked.bytes(&set);
                if adds && !is_new && hoped.value(&chosen) >= now - BETTER {
                    continue;
                }
                if !self.asked.fits(&next, budget) || !tried.insert(next.clone()) {
                    continue;
                }
                if tried.len() >= most_tried {
                    break;
                }
                self.asked.oracle.progress("Choosing", tried.len(), most_tried);
                if self.is_better(&next, &set)? {
                    set = next;
                    continue 'better;
                }
            }
            break;
        }
        Ok(set)
    }

    /// The best of the sets with one index less, or with those in use alone, if it is better than all of
    /// them. Tried are those that seem to be missed least, and those that a query that loses uses.
    fn best_without_one(
        &mut self,
        set: &BTreeSet<Id>,
        budget: Option<u64>,
    ) -> Result<Option<BTreeSet<Id>>, OracleError> {
        let evaluation = self.asked.evaluate(set)?;
        let mut best = (evaluation.value - BETTER, None);
        let regime = if evaluation.analyze { Regime::Analyzed } else { Regime::AsFound };
        let mut used = BTreeSet::new();
        let mut astray = BTreeSet::new();
        for query in self.asked.queries() {
            let own = self.asked.used(query, set, regime)?;
            if self.asked.workload[query].writes || evaluation.losers.contains(&query) {
                astray.extend(own.iter().copied());
                for regime in REGIMES {
                    astray.extend(self.asked.used(query, set, regime)?);
                }
            }
            used.extend(own);
        }
        let hoped = self.instance(budget, true);
        let mut few: Vec<(f64, Id)> = set
            .iter()
            .map(|id| {
                let mut chosen = vec![false; hoped.indexes.len()];
                set.iter().filter(|other| *other != id).for_each(|other| chosen[*other] = true);
                (hoped.value(&chosen), *id)
            })
            .collect();
        few.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        few.truncate(FEW_LEFT_OUT);
        let one_less = few.into_iter().map(|(_, id)| id).chain(astray).map(|id| {
            let mut fewer = set.clone();
            fewer.remove(&id);
            fewer
        });
        let only_used: BTreeSet<Id> = set.intersection(&used).copied().collect();
        for fewer in std::iter::once(only_used).chain(one_less) {
            if fewer.len() == set.len() {
                continue;
            }
            let value = self.asked.evaluate(&fewer)?.value;
            // What takes too much has to become less in any case.
            let has_to = best.1.is_none() && !self.asked.fits(set, budget);
            if value < best.0 || has_to {
                best = (value, Some(fewer));
            }
        }
        Ok(best.1)
    }

    /// Sets that differ in one step, but for those with one index less.
    fn neighbours(
        &mut self,
        set: &BTreeSet<Id>,
        budget: Option<u64>,
    ) -> Result<Vec<BTreeSet<Id>>, OracleError> {
        let mut next = Vec::new();
        let mut dear: Vec<Id> = set.iter().copied().collect();
        dear.sort_by(|a, b| self.asked.price(*b).total_cmp(&self.asked.price(*a)).then(a.cmp(b)));
        let instead = |old: &[Id], new: &[Id]| -> BTreeSet<Id> {
            set.iter().filter(|id| !old.contains(id)).chain(new).copied().collect()
        };
        for id in &dear {
            for narrower in 0..self.asked.built.len() {
                let (a, b) = (&self.asked.built[narrower].spec, &self.asked.built[*id].spec);
                if narrower != *id && a.is_prefix_of(b) && !set.contains(&narrower) {
                    next.push(instead(&[*id], &[narrower]));
                }
            }
        }
        let evaluation = self.asked.evaluate(set)?;
        for loser in &evaluation.losers {
            next.extend(self.repaired(set, *loser)?);
        }
        for (at, a) in dear.iter().enumerate() {
            for b in &dear[at + 1..] {
                for merged in self.merged(*a, *b)? {
                    next.push(instead(&[*a, *b], &[merged]));
                }
            }
        }
        // What a query did better than it does with this set.
        let regime = if evaluation.analyze { Regime::Analyzed } else { Regime::AsFound };
        for gain in self.gains(set, regime)?.into_iter().take(24) {
            next.push(instead(&[], &gain.used));
            if budget.is_some() {
                for id in &dear {
                    next.push(instead(&[*id], &gain.used));
                }
            }
        }
        Ok(next)
    }

    /// Sets with which a query that loses does not: with an option of its own, and without what leads the
    /// planner astray.
    fn repaired(
        &mut self,
        set: &BTreeSet<Id>,
        loser: usize,
    ) -> Result<Vec<BTreeSet<Id>>, OracleError> {
        let seen = self.asked.seen.range((loser, vec![])..(loser + 1, vec![]));
        let mut options: Vec<(f64, Vec<Id>)> =
            seen.map(|((_, used), cost)| (*cost, used.clone())).collect();
        options.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        options.truncate(OPTIONS_TO_REPAIR);
        options.push((0.0, Vec::new()));
        let mut repaired = Vec::new();
        for (_, option) in options {
            let mut tried: BTreeSet<Id> = set.iter().chain(&option).copied().collect();
            for _ in 0..MOST_REPAIRS {
                let mut astray = BTreeSet::new();
                for regime in REGIMES {
                    if self.asked.loses(loser, &tried, regime)? {
                        let used = self.asked.used(loser, &tried, regime)?;
                        astray.extend(used.into_iter().filter(|id| !option.contains(id)));
                    }
                }
                let Some(id) = astray.pop_first() else { break };
                tried.remove(&id);
            }
            let mut loses = false;
            for regime in REGIMES {
                loses |= self.asked.loses(loser, &tried, regime)?;
            }
            if !loses && !repaired.contains(&tried) {
                repaired.push(tried);
            }
        }
        Ok(repaired)
    }

    /// One index for two on the same rows: the parts of one, then those of the other.
    fn merged(&mut self, a: Id, b: Id) -> Result<Vec<Id>, OracleError> {
        let mut merged = Vec::new();
        for (first, second) in [(a, b), (b, a)] {
            let (one, other) = (&self.asked.built[first], &self.asked.built[second]);
            let same_rows = one.spec.database == other.spec.database
                && one.spec.table == other.spec.table
                && one.spec.filter == other.spec.filter;
            // Only those that serve alike are worth merging: one key of the second leads the first.
            let leads = |one: &Built, other: &Built| {
                let first = &one.spec.parts[0].key;
                other.spec.parts.iter().take(other.keys.max(1)).any(|part| part.key == *first)
            };
            if !same_rows || !(leads(one, other) || leads(other, one)) {
                return Ok(Vec::new());
            }
            // The keys of both, then what only covers.
            let (one_keys, one_tail) = one.spec.parts.split_at(one.keys.min(one.spec.parts.len()));
            let (keys, tail) = other.spec.parts.split_at(other.keys.min(other.spec.parts.len()));
            let mut parts = one_keys.to_vec();
            for part in keys.iter().chain(one_tail).chain(tail) {
                if !parts.iter().any(|known| known.key == part.key) {
                    parts.push(part.clone());
                }
            }
            if parts.len() == one.spec.parts.len() {
                continue;
            }
            let spec = IndexSpec { parts, ..one.spec.clone() };
            let keys = one.keys + other.keys;
            let all = [&one.reasons, &other.reasons];
            let reasons: Vec<_> =
                all.iter().flat_map(|reasons| reasons.values().flatten().cloned()).collect();
            let query = *one.reasons.keys().next().unwrap_or(&0);
            let candidate = Candidate { keys: keys.min(spec.parts.len()), spec, reasons };
            if candidate.spec.parts.len() <= 8 {
                merged.extend(self.asked.build(query, &candidate)?);
            }
        }
        Ok(merged)
    }
}
