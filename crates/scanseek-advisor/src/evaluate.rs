//! What a set of indexes does for a workload, asked of SQLite: each plan once, each run once for each
//! distinct plan.

use std::collections::{BTreeMap, BTreeSet};

use scanseek_schema::IndexSpec;

use crate::advise::Limits;
use crate::candidates::Candidate;
use crate::gain::{is_loss, statistics_help, work};
use crate::oracle::{Oracle, OracleError, Outcome, Query, Regime};
use crate::reason::Reason;

/// An index that is built; its number stands for it everywhere below.
pub(crate) type Id = usize;

/// Both kinds of statistics that a set has to hold with.
pub(crate) const REGIMES: [Regime; 2] = [Regime::AsFound, Regime::Analyzed];

/// A set in which a query does more work than before is worse than any in which none does.
const LOSER: f64 = 1_000.0;
/// A query that fails or returns other rows counts as this many times its work.
const FAILED: f64 = 10.0;
/// Work of so many steps is a microsecond: whatever is below is the same.
const FELT: f64 = 100.0;
/// The same if thrift is asked for: some 50 microseconds.
const FELT_BY_THE_THRIFTY: f64 = 5_000.0;
/// Each index has to save this, on a log scale of one query's work, for being there.
const PER_INDEX: f64 = 0.05;
/// An index as large as the database has to save this.
const PER_DATABASE: f64 = 0.05;
/// Each key column must save about this share of the work that is left, if thrift is asked for.
const PER_KEY_COLUMN: f64 = 0.02;
/// Each column that only covers must save about this share.
const PER_COVERING_COLUMN: f64 = 0.08;
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
    plans: BTreeMap<(usize, Regime, Vec<Id>), Result<Planned, String>>,
    measured: BTreeMap<(usize, String), Result<Outcome, String>>,
    evaluations: BTreeMap<BTreeSet<Id>, Evaluation>,
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
            plans: BTreeMap::new(),
            measured: BTreeMap::new(),
            evaluations: BTreeMap::new(),
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
        let share = *bytes as f64 / self.limits.database_bytes.max(1) as f64;
        let columns = PER_KEY_COLUMN * *keys as f64
            + PER_COVERING_COLUMN * (spec.parts.len() - keys.min(&spec.parts.len())) as f64;
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
            // A row is written in a few dozen steps, so what it costs more is felt at once.
            return weight * (left / before.max(1.0)).ln();
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
        let planned = match self.planned(query, &relevant, regime)? {
            Ok(planned) => planned,
            Err(because) => return Ok(Err(because)),
        };
        if planned.used.is_empty() && !self.workload[query].writes {
            let base = if regime == Regime::AsFound { &self.before } else { &self.fresh };
            if let Some(outcome) = base.get(&query) {
                return Ok(Ok(outcome.clone()));
            }
        }
        let mut key = planned.text.clone();
        if self.workload[query].writes {
            // Indexes that the plan does not use are written to all the same.
            key.push_str(&format!("\n{relevant:?}"));
        }
        if let Some(known) = self.measured.get(&(query, key.clone())) {
            return Ok(known.clone());
        }
        let specs: Vec<IndexSpec> =
            relevant.iter().map(|id| self.built[*id].spec.clone()).collect();
        let limit = self.before[&query].counters.vm_steps;
        let limit = limit + limit / 10 + 100_000;
        let limit = if self.workload[query].writes { limit * 4 } else { limit };
        let outcome = match self.oracle.measure(query, &specs, regime, Some(limit)) {
            Ok(outcome) => Ok(outcome),
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
        let relevant = self.relevant(query, set);
        Ok(self.planned(query, &relevant, regime)?.map(|planned| planned.used).unwrap_or_default())
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
        relevant: &[Id],
        regime: Regime,
    ) -> Result<Result<Planned, String>, OracleError> {
        let key = (query, regime, relevant.to_vec());
        if let Some(known) = self.plans.get(&key) {
            return Ok(known.clone());
        }
        let specs: Vec<IndexSpec> =
            relevant.iter().map(|id| self.built[*id].spec.clone()).collect();
        let planned = match self.oracle.plan(query, &specs, regime) {
            Ok(planned) => Ok(Planned {
                used: planned.used.iter().map(|at| relevant[*at]).collect(),
                text: planned.text,
            }),
            Err(OracleError::Cancelled) => return Err(OracleError::Cancelled),
            Err(error) => Err(error.because()),
        };
        self.plans.insert(key, planned.clone());
        Ok(planned)
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
        let plain_losers = self.losers(&plain, Regime::AsFound);
        let mut losers = self.losers(&analyzed, Regime::Analyzed);
        let helps = statistics_help(&plain, &analyzed);
        let analyze = losers.is_empty() && (helps || !plain_losers.is_empty());
        losers.extend(plain_losers);
        losers.sort_unstable();
        losers.dedup();
        let chosen = if analyze { &analyzed } else { &plain };
        if analyze {
            // With statistics that come along, nothing may be slower than it is now.
            losers.extend(self.losers(chosen, Regime::AsFound));
            losers.sort_unstable();
            losers.dedup();
        }
        let costs: f64 =
            chosen.iter().map(|(query, outcome)| self.cost(*query, &Ok(outcome.clone()))).sum();
        let prices: f64 = set.iter().map(|id| self.price(*id)).sum();
        let value = costs + prices + LOSER * losers.len() as f64;
        let evaluation = Evaluation { value, analyze, losers };
        self.evaluations.insert(set.clone(), evaluation.clone());
        Ok(evaluation)
    }

    /// Queries that do more work than without new indexes and with the same statistics. Writes pay for
    /// indexes anyway; that is in the objective.
    fn losers(&self, after: &BTreeMap<usize, Outcome>, regime: Regime) -> Vec<usize> {
        let base = if regime == Regime::AsFound { &self.before } else { &self.fresh };
        after
            .iter()
            .filter(|(query, outcome)| {
                let before = base.get(query).unwrap_or(&self.before[query]);
                let loses = is_loss(before, outcome);
                if self.workload[**query].writes { !outcome.same_result } else { loses }
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
