//! The choice of a set: the best of the measured options, as SQLite really plans it, changed step by step
//! as long as it gets better and no query loses.

use std::collections::BTreeSet;

use scanseek_schema::IndexSpec;

use crate::advise::Adviser;
use crate::candidates::Candidate;
use crate::evaluate::{Built, GENEROUS, Id};
use crate::model::{Bits, bits};
use crate::oracle::{OracleError, Regime, SoFar};
use crate::select::{Costs, Instance, Item, select};

/// A set is better than another if the objective falls by more than this.
const BETTER: f64 = 1e-3;
/// Sets that are asked for at most while the choice is improved.
const MOST_ASKED: usize = 40;
/// Sets that are asked for even if what is known will do: so that queries that lose are helped.
const LEAST_ASKED: usize = 3;
/// Sets in a row that were no better, after which nothing better is expected.
const MOST_IN_VAIN: usize = 8;
/// What a query that loses costs: more than any other gains.
const LOSER_PRICE: f64 = 100.0;
/// Merged and narrower indexes that are tried at most.
const MOST_SHAPES: usize = 12;

impl Adviser<'_> {
    /// The measured options as an instance of the choice.
    pub(crate) fn instance(&self, budget_bytes: Option<u64>, thrift: bool) -> Instance {
        let price = |id: Id| if thrift { self.asked.price(id) } else { GENEROUS };
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

    /// The set that is advised.
    pub(crate) fn choose(&mut self) -> Result<BTreeSet<Id>, OracleError> {
        let budget = self.asked.limits.budget_bytes;
        self.asked.price_losers(LOSER_PRICE);
        self.said = Some(BTreeSet::new());
        let selected = select(&self.instance(budget, true)).chosen.into_iter().collect();
        // What the planner takes of everything, it mostly takes of that alone, too.
        let seeds = [BTreeSet::new(), selected, self.first.clone()];
        self.search(budget, &seeds, MOST_ASKED)?;
        // What was given up while better ones were found is measured to its end.
        self.asked.be_thorough();
        let mut set = self.search(budget, &seeds, MOST_ASKED)?;
        let mut tried = 0;
        'better: loop {
            for next in self.other_shapes(&set)? {
                if tried == MOST_SHAPES || self.asked.oracle.enough() {
                    break 'better;
                }
                if self.asked.fits(&next, budget) && !self.asked.is_known(&next) {
                    self.asked.oracle.progress("Choosing", tried, MOST_SHAPES);
                    tried += 1;
                    if self.is_better(&next, &set)? {
                        set = self.search(budget, &[next], MOST_IN_VAIN)?;
                        continue 'better;
                    }
                }
            }
            break;
        }
        self.said = None;
        self.settled(set, budget)
    }

    /// The set, if no query loses with any statistics, or the best one of which that is true.
    fn settled(
        &mut self,
        mut set: BTreeSet<Id>,
        budget: Option<u64>,
    ) -> Result<BTreeSet<Id>, OracleError> {
        while !set.is_empty() {
            if !self.asked.evaluate(&set)?.losers.is_empty() {
                return Ok(BTreeSet::new());
            }
            let losers = self.asked.losers_when_optimized(&set)?;
            if losers.is_empty() {
                break;
            }
            self.asked.refuse(&set, losers);
            self.asked.evaluate(&set)?;
            set = self.best(budget)?;
        }
        Ok(set)
    }

    /// Asks for the set that all that is known speaks for, learns from how SQLite plans it, and so on.
    pub(crate) fn search(
        &mut self,
        budget: Option<u64>,
        seeds: &[BTreeSet<Id>],
        most_asked: usize,
    ) -> Result<BTreeSet<Id>, OracleError> {
        for seed in seeds {
            self.asked.evaluate(seed)?;
        }
        let mut best = self.best(budget)?;
        let mut in_vain = 0;
        for asked in 0..most_asked {
            self.asked.oracle.progress("Choosing", asked, most_asked);
            self.say_so_far(&best)?;
            if asked >= LEAST_ASKED && self.asked.oracle.enough() {
                break;
            }
            let model = self.asked.model(budget);
            let mut improved: BTreeSet<Bits> = BTreeSet::new();
            for analyze in [true, false] {
                let starts = std::iter::once(&best).chain(seeds);
                improved.extend(starts.map(|from| model.improved(bits(from), analyze)));
            }
            let unknown = improved
                .iter()
                .map(|set| (model.value(set), set.iter().collect::<BTreeSet<Id>>()))
                .filter(|(_, set)| !self.asked.is_known(set) && self.asked.fits(set, budget))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            let value = self.asked.evaluate(&best)?.value;
            let Some((_, next)) = unknown.filter(|(hoped, _)| *hoped < value - BETTER) else {
                break;
            };
            self.asked.evaluate(&next)?;
            let now = self.best(budget)?;
            in_vain = if now == best { in_vain + 1 } else { 0 };
            best = now;
            if in_vain == MOST_IN_VAIN {
                break;
            }
        }
        Ok(best)
    }

    /// Tells the best set by now, if it is new.
    fn say_so_far(&mut self, best: &BTreeSet<Id>) -> Result<(), OracleError> {
        let evaluation = self.asked.evaluate(best)?;
        let is_news = self.said.as_ref().is_some_and(|said| said != best);
        if best.is_empty() || !is_news || !evaluation.losers.is_empty() {
            return Ok(());
        }
        self.said = Some(best.clone());
        let regime = if evaluation.analyze { Regime::Analyzed } else { Regime::AsFound };
        let after = self.asked.outcomes(best, regime)?;
        let bound = self.bound(&after);
        let so_far = SoFar {
            indexes: best.iter().map(|id| self.asked.built[*id].spec.clone()).collect(),
            bytes: Some(self.asked.bytes(best)),
            analyze: evaluation.analyze,
            work: Some(bound.achieved),
            best_seen: Some(bound.best_seen),
        };
        self.asked.oracle.so_far(&so_far);
        Ok(())
    }

    /// The best set that was asked for; that of no indexes always fits.
    fn best(&mut self, budget: Option<u64>) -> Result<BTreeSet<Id>, OracleError> {
        self.asked.evaluate(&BTreeSet::new())?;
        Ok(self.asked.best(budget).unwrap_or_default())
    }

    fn is_better(&mut self, set: &BTreeSet<Id>, than: &BTreeSet<Id>) -> Result<bool, OracleError> {
        let value = self.asked.evaluate(set)?.value;
        Ok(value < self.asked.evaluate(than)?.value - BETTER)
    }

    /// Sets with an index of the same beginning but fewer columns in place of one, or with one in place of
    /// two. The dearest index first.
    fn other_shapes(&mut self, set: &BTreeSet<Id>) -> Result<Vec<BTreeSet<Id>>, OracleError> {
        let mut dear: Vec<Id> = set.iter().copied().collect();
        dear.sort_by(|a, b| self.asked.price(*b).total_cmp(&self.asked.price(*a)).then(a.cmp(b)));
        let instead = |old: &[Id], new: Id| -> BTreeSet<Id> {
            set.iter().copied().filter(|id| !old.contains(id)).chain([new]).collect()
        };
        let mut next = Vec::new();
        for (at, a) in dear.iter().enumerate() {
            for b in &dear[at + 1..] {
                for merged in self.merged(*a, *b)? {
                    next.push(instead(&[*a, *b], merged));
                }
            }
        }
        for id in &dear {
            for narrower in 0..self.asked.built.len() {
                let (a, b) = (&self.asked.built[narrower].spec, &self.asked.built[*id].spec);
                if narrower != *id && a.is_prefix_of(b) && !set.contains(&narrower) {
                    next.push(instead(&[*id], narrower));
                }
            }
        }
        Ok(next)
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
            if candidate.spec.parts.len() <= 8 && !self.asked.limits.is_forbidden(&candidate.spec) {
                merged.extend(self.asked.build(query, &candidate)?);
            }
        }
        Ok(merged)
    }
}
