//! What a set of indexes does for a workload, asked of SQLite: each plan once, each run once for each
//! distinct plan.

use std::collections::{BTreeMap, BTreeSet};

use scanseek_schema::IndexSpec;

use crate::advise::Limits;
use crate::candidates::Candidate;
use crate::gain::{is_felt_loss, is_loss, statistics_help, work};
use crate::model::{Bits, Choices, Effect, Model, Modelled, bits};
use crate::oracle::{Oracle, OracleError, Outcome, Query, Regime};
use crate::reason::Reason;

/// An index that is built; its number stands for it everywhere below.
pub(crate) type Id = usize;

/// The statistics that a set is chosen with.
pub(crate) const REGIMES: [Regime; 2] = [Regime::AsFound, Regime::Analyzed];

/// A run that takes more than so many times the least that is known is given up.
const HOPELESS: u64 = 4;
/// A query that fails or returns other rows counts as this many times its work.
const FAILED: f64 = 10.0;
/// Work of so many steps is a microsecond: whatever is below is the same.
const FELT: f64 = 100.0;
/// The same if thrift is asked for: some 50 microseconds.
const FELT_BY_THE_THRIFTY: f64 = 5_000.0;
/// Each index has to save this, on a log scale of one query's work, for being there.
const PER_INDEX: f64 = 0.05;
/// Fresh statistics have to save this: they are one more thing to run, time and again.
const PER_ANALYZE: f64 = 0.1;
/// An index as large as the database has to save this.
const PER_DATABASE: f64 = 1.0;
/// In a smaller database than this, nobody minds bytes.
const SMALL_DATABASE: u64 = 16 << 20;
/// Each key column must save about this share of the work that is left, if thrift is asked for.
const PER_KEY_COLUMN: f64 = 0.02;
/// Each column that only covers must save about this share.
const PER_COVERING_COLUMN: f64 = 0.08;
/// What an index has to save if nothing is dear.
pub(crate) const GENEROUS: f64 = 0.001;
/// A query that is run seldom counts as so much of an average one: a person waits for it all the same.
const LEAST_WEIGHT: f64 = 0.25;
/// Less work than this is not felt, whatever its share.
const LEAST_SAVED: f64 = 500.0;

/// A candidate that was built.
pub(crate) struct Built {
    pub(crate) spec: IndexSpec,
    pub(crate) keys: usize,
    pub(crate) bytes: u64,
    /// Why it is as it is, by the query it was thought of for.
    pub(crate) reasons: BTreeMap<usize, Vec<Reason>>,
}

/// What a whole set does.
#[derive(Debug, Clone)]
pub(crate) struct Evaluation {
    /// The objective: the logarithm of each query's work as a share of before, times its weight, and the
    /// prices of the indexes. Less is better.
    pub(crate) value: f64,
    /// `ANALYZE` belongs to it.
    pub(crate) analyze: bool,
    /// Queries that do more work than before, with some statistics.
    pub(crate) losers: Vec<usize>,
}

pub(crate) struct Evaluator<'a> {
    pub(crate) workload: &'a [Query],
    pub(crate) oracle: &'a mut dyn Oracle,
    pub(crate) limits: Limits,
    pub(crate) built: Vec<Built>,
    /// The work of each query without new indexes, with the statistics as found.
    pub(crate) before: BTreeMap<usize, Outcome>,
    /// The same with those of `ANALYZE`.
    pub(crate) fresh: BTreeMap<usize, Outcome>,
    /// Queries whose rows differ from run to run: they say nothing for or against an index.
    pub(crate) changing: BTreeSet<usize>,
    /// The least work seen of each query, as its share of the objective, and with which indexes.
    pub(crate) seen: BTreeMap<(usize, Vec<Id>), f64>,
    /// Tables that a query can read, by database and name.
    pub(crate) tables: BTreeMap<usize, BTreeSet<(Option<String>, String)>>,
    /// Runs that were given up though they may take less than before.
    given_up: BTreeSet<(usize, String)>,
    /// The fewest VM steps that a run of a query took.
    least_steps: BTreeMap<usize, u64>,
    /// What a query that does more work than before adds to the objective.
    loser_price: f64,
    /// Runs are made to their end.
    thorough: bool,
    /// What helps at all is taken.
    is_generous: bool,
    plans: BTreeMap<(usize, Regime, Vec<Id>), Result<Planned, String>>,
    measured: BTreeMap<(usize, String), Result<Outcome, String>>,
    evaluations: BTreeMap<BTreeSet<Id>, Evaluation>,
    /// Sets with which queries lose once `PRAGMA optimize` has run.
    refused: BTreeMap<BTreeSet<Id>, Vec<usize>>,
}

/// A plan with some indexes.
#[derive(Clone)]
struct Planned {
    used: Vec<Id>,
    text: String,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(workload: &'a [Query], oracle: &'a mut dyn Oracle, limits: Limits) -> Self {
        Self {
            workload,
            oracle,
            limits,
            built: Vec::new(),
            before: BTreeMap::new(),
            fresh: BTreeMap::new(),
            changing: BTreeSet::new(),
            seen: BTreeMap::new(),
            tables: BTreeMap::new(),
            given_up: BTreeSet::new(),
            loser_price: 0.0,
            thorough: false,
            is_generous: false,
            least_steps: BTreeMap::new(),
            plans: BTreeMap::new(),
            measured: BTreeMap::new(),
            evaluations: BTreeMap::new(),
            refused: BTreeMap::new(),
        }
    }

    /// Queries that were measured and whose rows stay the same.
    pub(crate) fn queries(&self) -> Vec<usize> {
        self.before.keys().filter(|query| !self.changing.contains(query)).copied().collect()
    }

    /// Builds a candidate, or finds it; `None` if SQLite refuses it or enough was built.
    pub(crate) fn build(
        &mut self,
        query: usize,
        candidate: &Candidate,
    ) -> Result<Option<Id>, OracleError> {
        if let Some(id) = self.id(&candidate.spec) {
            self.built[id].reasons.entry(query).or_insert_with(|| candidate.reasons.clone());
            return Ok(Some(id));
        }
        let bytes: u64 = self.built.iter().map(|built| built.bytes).sum();
        if self.built.len() >= self.limits.most_built || bytes > self.limits.most_built_bytes {
            return Ok(None);
        }
        match self.oracle.build(&candidate.spec) {
            Ok(bytes) => {
                self.built.push(Built {
                    spec: candidate.spec.clone(),
                    keys: candidate.keys,
                    bytes,
                    reasons: BTreeMap::from([(query, candidate.reasons.clone())]),
                });
                Ok(Some(self.built.len() - 1))
            }
            Err(OracleError::Cancelled) => Err(OracleError::Cancelled),
            Err(_) => Ok(None),
        }
    }

    /// The number of an index that was built.
    pub(crate) fn id(&self, spec: &IndexSpec) -> Option<Id> {
        self.built.iter().position(|built| built.spec == *spec)
    }

    /// What an index adds to the objective by being there.
    pub(crate) fn price(&self, id: Id) -> f64 {
        let Built { spec, keys, bytes, .. } = &self.built[id];
        let share = *bytes as f64 / self.limits.database_bytes.max(SMALL_DATABASE) as f64;
        let columns = PER_KEY_COLUMN * *keys as f64
            + PER_COVERING_COLUMN * (spec.parts.len() - keys.min(&spec.parts.len())) as f64;
        if self.is_generous {
            return GENEROUS;
        }
        PER_INDEX + PER_DATABASE * share + self.limits.thrift * columns
    }

    /// A query's part of the objective.
    pub(crate) fn cost(&self, query: usize, outcome: &Result<Outcome, String>) -> f64 {
        let weight = self.workload[query].weight * self.limits.weight_scale;
        let weight = weight.max(LEAST_WEIGHT);
        let before = work(&self.before[&query].counters);
        let left = match outcome {
            Ok(outcome) if outcome.same_result => work(&outcome.counters),
            _ => before * FAILED,
        };
        if self.workload[query].writes && left > before {
            // Writes are many and short: what they cost more counts as a share of all the work there is.
            let all =
                self.before.iter().map(|(at, one)| self.workload[*at].weight * work(&one.counters));
            let more = self.workload[query].weight * (left - before);
            return self.before.len() as f64 * more / all.sum::<f64>().max(1.0);
        }
        if left < before && left + LEAST_SAVED > before {
            return 0.0;
        }
        let felt = FELT + self.limits.thrift * (FELT_BY_THE_THRIFTY - FELT);
        weight * ((left + felt) / (before + felt)).ln()
    }

    /// What the query does with this set.
    pub(crate) fn outcome(
        &mut self,
        query: usize,
        set: &BTreeSet<Id>,
        regime: Regime,
    ) -> Result<Result<Outcome, String>, OracleError> {
        let relevant = self.relevant(query, set);
        let planned = match self.planned(query, set, regime)? {
            Ok(planned) => planned,
            Err(because) => return Ok(Err(because)),
        };
        // Asked for, so that it is known what the plan is without new indexes.
        let _ = self.planned(query, &BTreeSet::new(), regime)?;
        let key = self.key(query, regime, &planned, &relevant);
        if self.is_as_before(query, regime, &planned) && !self.workload[query].writes {
            let base = match regime {
                Regime::AsFound => self.before.get(&query),
                Regime::Analyzed => self.fresh.get(&query),
                Regime::Optimized => None,
            };
            if let Some(outcome) = base {
                let outcome = Ok(outcome.clone());
                self.measured.insert((query, key), outcome.clone());
                return Ok(outcome);
            }
        }
        if let Some(known) = self.measured.get(&(query, key.clone())) {
            return Ok(known.clone());
        }
        let specs: Vec<IndexSpec> = set.iter().map(|id| self.built[*id].spec.clone()).collect();
        let limit = self.before[&query].counters.vm_steps;
        let limit = limit + limit / 10 + 100_000;
        let limit = if self.workload[query].writes { limit * 4 } else { limit };
        // What takes many times the least that is known is not run to its end.
        let least = self.least_steps.get(&query).copied().unwrap_or(u64::MAX);
        let hopeless = match self.thorough {
            true => u64::MAX,
            false => least.saturating_mul(HOPELESS).saturating_add(200_000),
        };
        let outcome = match self.oracle.measure(query, &specs, regime, Some(limit.min(hopeless))) {
            Ok(outcome) => {
                if outcome.same_result {
                    let least = self.least_steps.entry(query).or_insert(u64::MAX);
                    *least = (*least).min(outcome.counters.vm_steps);
                }
                Ok(outcome)
            }
            Err(OracleError::Query(_)) if hopeless < limit => {
                // Until somebody has to know more, it counts as if nothing were gained.
                self.given_up.insert((query, key.clone()));
                Ok(self.before[&query].clone())
            }
            Err(OracleError::Cancelled) => return Err(OracleError::Cancelled),
            Err(error) => {
                if error == OracleError::Changing {
                    self.changing.insert(query);
                }
                Err(error.because())
            }
        };
        let cost = self.cost(query, &outcome);
        // A write can need an index that its plan does not show: that of a foreign key.
        let set = if self.workload[query].writes { relevant } else { planned.used };
        let seen = self.seen.entry((query, set)).or_insert(cost);
        *seen = seen.min(cost);
        self.measured.insert((query, key), outcome.clone());
        Ok(outcome)
    }

    /// The indexes that the query's plan uses of this set.
    pub(crate) fn used(
        &mut self,
        query: usize,
        set: &BTreeSet<Id>,
        regime: Regime,
    ) -> Result<Vec<Id>, OracleError> {
        Ok(self.planned(query, set, regime)?.map(|planned| planned.used).unwrap_or_default())
    }

    /// True if the query's plan as it is does not depend on the statistics.
    pub(crate) fn is_planned_alike(&mut self, query: usize) -> Result<bool, OracleError> {
        let none = BTreeSet::new();
        let plain = self.planned(query, &none, Regime::AsFound)?;
        let analyzed = self.planned(query, &none, Regime::Analyzed)?;
        let is =
            matches!((plain, analyzed), (Ok(plain), Ok(analyzed)) if plain.text == analyzed.text);
        Ok(is && !self.workload[query].writes)
    }

    /// Indexes on tables that the query does not name do not change its plan.
    fn relevant(&self, query: usize, set: &BTreeSet<Id>) -> Vec<Id> {
        let Some(tables) = self.tables.get(&query) else { return set.iter().copied().collect() };
        let is_its = |id: &&Id| {
            let spec = &self.built[**id].spec;
            tables.contains(&(spec.database.clone(), spec.table.to_ascii_lowercase()))
        };
        set.iter().filter(is_its).copied().collect()
    }

    fn planned(
        &mut self,
        query: usize,
        set: &BTreeSet<Id>,
        regime: Regime,
    ) -> Result<Result<Planned, String>, OracleError> {
        let key = (query, regime, self.relevant(query, set));
        if let Some(known) = self.plans.get(&key) {
            return Ok(known.clone());
        }
        // The whole set: changing what the planner sees takes longer than asking it.
        let ids: Vec<Id> = set.iter().copied().collect();
        let specs: Vec<IndexSpec> = ids.iter().map(|id| self.built[*id].spec.clone()).collect();
        let planned = match self.oracle.plan(query, &specs, regime) {
            Ok(planned) => Ok(Planned {
                used: planned.used.iter().map(|at| ids[*at]).collect(),
                text: planned.text,
            }),
            Err(OracleError::Cancelled) => return Err(OracleError::Cancelled),
            Err(error) => Err(error.because()),
        };
        self.plans.insert(key, planned.clone());
        Ok(planned)
    }

    /// The best set of those that were asked for and fit: one with which no query loses, if there is one.
    pub(crate) fn best(&self, budget_bytes: Option<u64>) -> Option<BTreeSet<Id>> {
        let mut best: Option<(&BTreeSet<Id>, &Evaluation)> = None;
        for (set, evaluation) in
            self.evaluations.iter().filter(|(set, _)| self.fits(set, budget_bytes))
        {
            if best.is_none_or(|(_, known)| evaluation.value < known.value) {
                best = Some((set, evaluation));
            }
        }
        best.map(|(set, _)| set.clone())
    }

    /// True if the set was asked for as a whole.
    pub(crate) fn is_known(&self, set: &BTreeSet<Id>) -> bool {
        self.evaluations.contains_key(set)
    }

    /// What is known of the planner's choices up to now.
    pub(crate) fn model(&self, budget_bytes: Option<u64>) -> Model {
        let mut tables: Vec<(&Option<String>, String)> = Vec::new();
        let mut model = Model {
            loser_price: self.loser_price,
            analyze_price: PER_ANALYZE,
            budget_bytes,
            max_indexes: self.limits.max_indexes,
            ..Model::default()
        };
        for (id, built) in self.built.iter().enumerate() {
            model.prices.push(self.price(id));
            model.bytes.push(built.bytes);
            let table = (&built.spec.database, built.spec.table.to_ascii_lowercase());
            let known = tables.iter().position(|one| *one == table);
            model.tables.push(known.unwrap_or(tables.len()));
            if known.is_none() {
                tables.push(table);
            }
        }
        for query in self.queries() {
            let plans =
                self.plans.range((query, REGIMES[0], vec![])..(query + 1, REGIMES[0], vec![]));
            let known = plans.filter_map(|((_, regime, offered), planned)| {
                let planned = planned.as_ref().ok().filter(|_| REGIMES.contains(regime))?;
                let outcome = self.known(query, *regime, planned, offered)?;
                Some((*regime, offered, planned, outcome))
            });
            model.queries.push(if self.workload[query].writes {
                self.modelled_write(query, known)
            } else {
                let mut choices = [Choices::default(), Choices::default()];
                for (regime, offered, planned, outcome) in known {
                    let at = usize::from(regime == Regime::Analyzed);
                    choices[at].observe(
                        bits(offered),
                        bits(&planned.used),
                        self.effect(query, regime, outcome),
                    );
                }
                Modelled::Read(choices)
            });
        }
        model.conclude();
        model
    }

    fn effect(&self, query: usize, regime: Regime, outcome: &Result<Outcome, String>) -> Effect {
        let cost = self.cost(query, outcome);
        let Ok(outcome) = outcome else {
            return Effect { cost, loses: true, loses_otherwise: true };
        };
        let before = &self.before[&query];
        let same = match regime {
            Regime::AsFound => before,
            Regime::Analyzed | Regime::Optimized => self.fresh.get(&query).unwrap_or(before),
        };
        Effect {
            cost,
            loses: is_loss(before, outcome),
            loses_otherwise: is_felt_loss(same, outcome),
        }
    }

    fn modelled_write<'m>(
        &self,
        query: usize,
        known: impl Iterator<Item = (Regime, &'m Vec<Id>, &'m Planned, &'m Result<Outcome, String>)>,
    ) -> Modelled {
        let mut seen: Vec<(Bits, f64)> = Vec::new();
        let (mut more, mut indexes) = (0.0, 0);
        for (_, offered, _, outcome) in known {
            let cost = self.cost(query, outcome);
            seen.push((bits(offered), cost));
            if cost > 0.0 {
                more += cost;
                indexes += offered.len();
            }
        }
        Modelled::Write { seen, more: more / indexes.max(1) as f64 }
    }

    /// The run of a plan, if there was one.
    fn known(
        &self,
        query: usize,
        regime: Regime,
        planned: &Planned,
        relevant: &[Id],
    ) -> Option<&Result<Outcome, String>> {
        self.measured.get(&(query, self.key(query, regime, planned, relevant)))
    }

    /// True if the plan is that without new indexes. One that uses none of them can still be another: an index
    /// tells the planner of the size of its table, and of values that are few or many.
    fn is_as_before(&self, query: usize, regime: Regime, planned: &Planned) -> bool {
        let before = self.plans.get(&(query, regime, Vec::new()));
        planned.used.is_empty() && matches!(before, Some(Ok(before)) if before.text == planned.text)
    }

    /// What tells runs of a query apart: its plan, and for a write what is written to besides.
    fn key(&self, query: usize, regime: Regime, planned: &Planned, relevant: &[Id]) -> String {
        if self.workload[query].writes {
            // Indexes that the plan does not use are written to all the same.
            return format!("{}\n{relevant:?}", planned.text);
        }
        // Without new indexes, what was measured first stands.
        if self.is_as_before(query, regime, planned) && regime != Regime::Optimized {
            return format!("{regime:?}");
        }
        planned.text.clone()
    }

    /// From now on, a query that loses costs so much. Cheap ones let the way to a good set lead through bad
    /// ones.
    pub(crate) fn price_losers(&mut self, price: f64) {
        self.loser_price = price;
        self.evaluations.clear();
    }

    /// From now on, runs are made to their end, those that were given up too.
    pub(crate) fn be_thorough(&mut self) {
        self.thorough = true;
        let given_up = std::mem::take(&mut self.given_up);
        self.measured.retain(|known, _| !given_up.contains(known));
        self.evaluations.clear();
    }

    /// What all queries do with this set.
    pub(crate) fn outcomes(
        &mut self,
        set: &BTreeSet<Id>,
        regime: Regime,
    ) -> Result<BTreeMap<usize, Outcome>, OracleError> {
        let mut outcomes = BTreeMap::new();
        for query in self.queries() {
            let outcome = match self.outcome(query, set, regime)? {
                Ok(outcome) => outcome,
                // A query that fails counts as one whose rows differ.
                Err(because) => Outcome {
                    same_result: false,
                    note: Some(because),
                    ..self.before[&query].clone()
                },
            };
            outcomes.insert(query, outcome);
        }
        outcomes.retain(|query, _| !self.changing.contains(query));
        Ok(outcomes)
    }

    /// What the set does, with both kinds of statistics.
    pub(crate) fn evaluate(&mut self, set: &BTreeSet<Id>) -> Result<Evaluation, OracleError> {
        if let Some(known) = self.evaluations.get(set) {
            return Ok(known.clone());
        }
        let plain = self.outcomes(set, Regime::AsFound)?;
        let analyzed = self.outcomes(set, Regime::Analyzed)?;
        let prices: f64 = set.iter().map(|id| self.price(*id)).sum();
        // With the statistics that belong to the advice nothing may lose, with others nothing that is felt.
        let mut without = self.losers(&plain, Regime::AsFound, is_loss);
        without.extend(self.losers(&analyzed, Regime::Analyzed, is_felt_loss));
        let mut with = self.losers(&analyzed, Regime::AsFound, is_loss);
        with.extend(self.losers(&plain, Regime::AsFound, is_felt_loss));
        for losers in [&mut without, &mut with] {
            losers.sort_unstable();
            losers.dedup();
        }
        let value = |outcomes: &BTreeMap<usize, Outcome>, losers: &[usize]| {
            let costs = outcomes.iter().map(|(query, one)| self.cost(*query, &Ok(one.clone())));
            costs.sum::<f64>() + prices + self.loser_price * losers.len() as f64
        };
        let plain_value = value(&plain, &without);
        let analyzed_value = value(&analyzed, &with);
        let may =
            statistics_help(&plain, &analyzed) || with.len() < without.len() || !set.is_empty();
        let analyze = analyzed_value < plain_value - PER_ANALYZE && may;
        let (mut value, mut losers) =
            if analyze { (analyzed_value, with) } else { (plain_value, without) };
        for loser in self.refused.get(set).into_iter().flatten() {
            value += self.loser_price;
            losers.push(*loser);
        }
        let evaluation = Evaluation { value, analyze, losers };
        self.evaluations.insert(set.clone(), evaluation.clone());
        Ok(evaluation)
    }

    /// Queries that do more work than before once `PRAGMA optimize` has run on the set, so that it is felt.
    pub(crate) fn losers_when_optimized(
        &mut self,
        set: &BTreeSet<Id>,
    ) -> Result<Vec<usize>, OracleError> {
        let mut after = BTreeMap::new();
        for query in self.queries().into_iter().filter(|query| !self.workload[*query].writes) {
            if let Ok(outcome) = self.outcome(query, set, Regime::Optimized)? {
                after.insert(query, outcome);
            }
        }
        Ok(self.losers(&after, Regime::Analyzed, is_felt_loss))
    }

    /// From now on, the set counts as one with which these queries lose.
    pub(crate) fn refuse(&mut self, set: &BTreeSet<Id>, losers: Vec<usize>) {
        self.refused.insert(set.clone(), losers);
        self.evaluations.remove(set);
    }

    /// From now on, what helps at all is taken.
    pub(crate) fn be_generous(&mut self) {
        self.limits.thrift = 0.0;
        self.is_generous = true;
        self.evaluations.clear();
    }

    /// Queries that do more work than without new indexes and with the same statistics. Writes pay for
    /// indexes anyway; that is in the objective.
    fn losers(
        &self,
        after: &BTreeMap<usize, Outcome>,
        regime: Regime,
        loses: fn(&Outcome, &Outcome) -> bool,
    ) -> Vec<usize> {
        let base = if regime == Regime::AsFound { &self.before } else { &self.fresh };
        after
            .iter()
            .filter(|(query, outcome)| {
                let before = base.get(query).unwrap_or(&self.before[query]);
                let writes = self.workload[**query].writes;
                if writes { !outcome.same_result } else { loses(before, outcome) }
            })
            .map(|(query, _)| *query)
            .collect()
    }

    /// Every run of a query that was measured.
    pub(crate) fn all_outcomes(&self, query: usize) -> impl Iterator<Item = &Outcome> {
        let all = self.measured.range((query, String::new())..(query + 1, String::new()));
        all.filter_map(|(_, outcome)| outcome.as_ref().ok())
    }

    /// Plans asked for and runs measured.
    pub(crate) fn effort(&self) -> (u64, u64) {
        (self.plans.len() as u64, self.measured.len() as u64)
    }

    /// The bytes of a set.
    pub(crate) fn bytes(&self, set: &BTreeSet<Id>) -> u64 {
        set.iter().map(|id| self.built[*id].bytes).sum()
    }

    /// True if the set keeps within what was asked for.
    pub(crate) fn fits(&self, set: &BTreeSet<Id>, budget_bytes: Option<u64>) -> bool {
        set.len() <= self.limits.max_indexes
            && budget_bytes.is_none_or(|most| self.bytes(set) <= most)
    }
}
