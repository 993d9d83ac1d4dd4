//! The pipeline: candidates → options the planner picks → measured options → one set that serves the
//! whole workload → the same as SQLite really plans it, changed as long as it gets better.

use std::collections::{BTreeMap, BTreeSet};

use scanseek_schema::{IndexSpec, Schema};

use crate::candidates::{Candidate, candidates};
use crate::evaluate::{Evaluator, Id, REGIMES};
use crate::gain::{is_gain, why_no_gain};
use crate::oracle::{Oracle, OracleError, Outcome, Query, Regime};
use crate::report::{
    Advice, AdvisedIndex, Bound, CurvePoint, NotAdvised, NotAnalysed, QueryOutcome,
};
use crate::select::{Costs, Instance, Item, select};

/// Options tried for one query: what the planner picks, then what it picks without that, and so on.
const OPTION_ROUNDS: usize = 5;
/// The same among partial indexes alone.
const PARTIAL_ROUNDS: usize = 3;
/// Rounds in which a query is offered the indexes thought of for others.
const SHARED_ROUNDS: usize = 2;
/// A set is better than another if the objective falls by more than this.
const BETTER: f64 = 1e-3;
/// Sets that are tried at most while the choice is improved.
const MOST_TRIED: usize = 250;
/// The same for each further number of bytes.
const MOST_TRIED_FOR_CURVE: usize = 30;
/// Shares of the advised bytes for which the curve has a set.
const CURVE: [f64; 4] = [0.1, 0.25, 0.5, 0.75];

/// What the advice may take, and how hard to look for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// So many indexes at the most.
    pub max_indexes: usize,
    /// All of them together may take so many bytes.
    pub budget_bytes: Option<u64>,
    /// 1 has each further column save a share of the work that is left; 0 takes what helps at all.
    pub thrift: f64,
    /// The size of the database.
    pub database_bytes: u64,
    /// Indexes that are built to be measured.
    pub most_built: usize,
    /// Their bytes together, about.
    pub most_built_bytes: u64,
    /// Indexes that are not to be advised.
    pub forbidden: Vec<IndexSpec>,
    /// Makes the weights one on average; [`advise`] sets it.
    pub weight_scale: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_indexes: usize::MAX,
            budget_bytes: None,
            thrift: 1.0,
            database_bytes: 0,
            most_built: 400,
            most_built_bytes: u64::MAX,
            forbidden: Vec::new(),
            weight_scale: 1.0,
        }
    }
}

/// Advises on a workload.
///
/// # Errors
/// Only [`OracleError::Cancelled`]; what cannot be analysed is in the advice.
pub fn advise(
    schema: &Schema,
    workload: &[Query],
    limits: &Limits,
    oracle: &mut dyn Oracle,
) -> Result<Advice, OracleError> {
    let weights: f64 = workload.iter().map(|query| query.weight).sum();
    let mut limits = limits.clone();
    limits.weight_scale = workload.len() as f64 / weights.max(f64::MIN_POSITIVE);
    let mut adviser = Adviser {
        asked: Evaluator::new(workload, oracle, limits),
        not_advised: BTreeMap::new(),
        not_analysed: Vec::new(),
    };
    adviser.baselines()?;
    let options = adviser.options(schema)?;
    adviser.measure_options(options)?;
    adviser.offer_what_is_built()?;
    let set = adviser.choose()?;
    adviser.finish(set)
}

struct Adviser<'a> {
    asked: Evaluator<'a>,
    not_advised: BTreeMap<IndexSpec, String>,
    not_analysed: Vec<NotAnalysed>,
}

/// Indexes to try together for one query.
struct Attempt {
    query: usize,
    indexes: Vec<Candidate>,
}

impl Adviser<'_> {
    fn baselines(&mut self) -> Result<(), OracleError> {
        let total = self.asked.workload.len();
        for query in 0..total {
            self.asked.oracle.progress("Measuring as it is", query, total);
            match self.asked.oracle.measure(query, &[], Regime::AsFound, None) {
                Ok(outcome) => {
                    self.asked.before.insert(query, outcome);
                }
                Err(OracleError::Cancelled) => return Err(OracleError::Cancelled),
                Err(error) => {
                    self.not_analysed.push(NotAnalysed { query, because: error.because() });
                }
            }
        }
        for query in self.asked.queries() {
            let limit = self.asked.before[&query].counters.vm_steps * 2 + 100_000;
            match self.asked.oracle.measure(query, &[], Regime::Analyzed, Some(limit)) {
                Ok(outcome) => {
                    self.asked.fresh.insert(query, outcome);
                }
                Err(OracleError::Cancelled) => return Err(OracleError::Cancelled),
                Err(OracleError::Changing) => {
                    self.asked.changing.insert(query);
                }
                Err(OracleError::Query(_)) => {}
            }
        }
        Ok(())
    }

    /// What the planner picks for each query, the first choices of all queries first.
    fn options(&mut self, schema: &Schema) -> Result<Vec<Attempt>, OracleError> {
        let mut options: Vec<(usize, Attempt)> = Vec::new();
        let queries = self.asked.queries();
        for (done, query) in queries.iter().copied().enumerate() {
            self.asked.oracle.progress("Looking for indexes", done, queries.len());
            let wishes = match self.asked.oracle.wishes(query) {
                Ok(wishes) => wishes,
                Err(OracleError::Cancelled) => return Err(OracleError::Cancelled),
                Err(error) => {
                    self.not_analysed.push(NotAnalysed { query, because: error.because() });
                    continue;
                }
            };
            let scanned = wishes.scans.iter().map(|scan| (&scan.database, &scan.table));
            let tables = scanned
                .map(|(database, table)| (database.clone(), table.to_ascii_lowercase()))
                .collect();
            // What a statement writes to, through triggers and foreign keys too, is not asked for.
            if !self.asked.workload[query].writes {
                self.asked.tables.insert(query, tables);
            }
            let mut found = candidates(schema, &wishes);
            found.retain(|candidate| !self.asked.limits.forbidden.contains(&candidate.spec));
            let everything: Vec<usize> = (0..found.len()).collect();
            let mut picks = self.picks(query, &found, &everything, OPTION_ROUNDS)?;
            // Where a whole index and a partial one serve alike, the planner takes either.
            let partial: Vec<usize> =
                everything.into_iter().filter(|at| found[*at].spec.filter.is_some()).collect();
            if !partial.is_empty() {
                picks.extend(self.picks(query, &found, &partial, PARTIAL_ROUNDS)?);
            }
            let mut picked = BTreeSet::new();
            for (rank, pick) in picks {
                picked.extend(pick.iter().copied());
                let indexes: Vec<Candidate> = pick.iter().map(|at| found[*at].clone()).collect();
                let narrow: Vec<Candidate> = indexes.iter().map(without_tail).collect();
                if narrow != indexes {
                    options.push((rank, Attempt { query, indexes: narrow }));
                }
                if indexes.len() > 1 {
                    for one in &indexes {
                        options.push((rank + 1, Attempt { query, indexes: vec![one.clone()] }));
                    }
                }
                options.push((rank, Attempt { query, indexes }));
            }
            // SQLite's plan does not show that it follows foreign keys.
            for (at, candidate) in found.iter().enumerate() {
                if candidate.reasons.iter().any(|one| one.rule == crate::Rule::ForeignKey) {
                    picked.insert(at);
                    options.push((0, Attempt { query, indexes: vec![candidate.clone()] }));
                }
            }
            for (at, candidate) in found.into_iter().enumerate() {
                if !picked.contains(&at) {
                    self.not_advised
                        .entry(candidate.spec)
                        .or_insert_with(|| "SQLite would not use it for these queries.".to_owned());
                }
            }
        }
        options.sort_by_key(|(rank, option)| (*rank, option.query));
        Ok(options.into_iter().map(|(_, option)| option).collect())
    }

    /// What the planner picks of some candidates, with the round it does so in.
    fn picks(
        &mut self,
        query: usize,
        found: &[Candidate],
        some: &[usize],
        rounds: usize,
    ) -> Result<Vec<(usize, Vec<usize>)>, OracleError> {
        let specs: Vec<IndexSpec> = some.iter().map(|at| found[*at].spec.clone()).collect();
        match self.asked.oracle.picks(query, &specs, rounds) {
            Ok(picks) => {
                let of_all = |pick: Vec<usize>| pick.into_iter().map(|at| some[at]).collect();
                Ok(picks.into_iter().map(of_all).enumerate().collect())
            }
            Err(OracleError::Cancelled) => Err(OracleError::Cancelled),
            Err(_) => Ok(Vec::new()),
        }
    }

    fn measure_options(&mut self, options: Vec<Attempt>) -> Result<(), OracleError> {
        let total = options.len();
        for (done, Attempt { query, indexes }) in options.into_iter().enumerate() {
            self.asked.oracle.progress("Measuring indexes", done, total);
            if self.asked.changing.contains(&query) {
                continue;
            }
            let mut set = BTreeSet::new();
            for candidate in &indexes {
                set.extend(self.asked.build(query, candidate)?);
            }
            if set.len() < indexes.len() {
                for candidate in indexes {
                    if self.asked.id(&candidate.spec).is_none() {
                        self.not_advised.entry(candidate.spec).or_insert_with(|| {
                            "It was not built: SQLite refused it, or enough others were.".to_owned()
                        });
                    }
                }
                continue;
            }
            for regime in REGIMES {
                let outcome = self.asked.outcome(query, &set, regime)?;
                let reference = self.reference(query);
                if !matches!(&outcome, Ok(outcome) if is_gain(&reference, outcome)) {
                    self.note_failure(query, &set, &reference, outcome);
                }
            }
        }
        Ok(())
    }

    /// What an index has to do better than: the query as it is, or with statistics if those help.
    fn reference(&self, query: usize) -> Outcome {
        let before = &self.asked.before[&query];
        let fresh = self.asked.fresh.get(&query).filter(|fresh| is_gain(before, fresh));
        fresh.unwrap_or(before).clone()
    }

    fn note_failure(
        &mut self,
        query: usize,
        set: &BTreeSet<Id>,
        reference: &Outcome,
        outcome: Result<Outcome, String>,
    ) {
        let name = &self.asked.workload[query].name;
        let because = match outcome {
            Err(because) => format!("It was tried for {name}. {because}"),
            Ok(outcome) if !outcome.same_result => {
                format!("It was tried for {name} and the rows were not the same.")
            }
            Ok(outcome) => {
                let is_fresh = *reference != self.asked.before[&query];
                format!(
                    "It was tried for {name}: {}{}",
                    why_no_gain(&reference.counters, &outcome.counters),
                    if is_fresh { " and ANALYZE instead." } else { "." }
                )
            }
        };
        for id in set {
            self.not_advised.insert(self.asked.built[*id].spec.clone(), because.clone());
        }
    }

    /// Each query may use what was thought of for others, too.
    fn offer_what_is_built(&mut self) -> Result<(), OracleError> {
        let queries = self.asked.queries();
        for (done, query) in queries.iter().copied().enumerate() {
            self.asked.oracle.progress("Sharing indexes", done, queries.len());
            let mut offered: BTreeSet<Id> = (0..self.asked.built.len()).collect();
            for _ in 0..SHARED_ROUNDS {
                let used = self.asked.used(query, &offered, Regime::Analyzed)?;
                if used.is_empty() {
                    break;
                }
                let set: BTreeSet<Id> = used.iter().copied().collect();
                let _ = self.asked.outcome(query, &set, Regime::Analyzed)?;
                offered.retain(|id| !set.contains(id));
            }
        }
        Ok(())
    }

    /// The measured options as an instance of the choice.
    fn instance(&self, budget_bytes: Option<u64>, thrift: bool) -> Instance {
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

    fn choose(&mut self) -> Result<BTreeSet<Id>, OracleError> {
        let budget = self.asked.limits.budget_bytes;
        let mut best = BTreeSet::new();
        // What SQLite does with a set can differ from what its parts did; the second choice knows that.
        for round in 0..2 {
            self.asked.oracle.progress("Choosing", round, 2);
            let chosen = select(&self.instance(budget, true)).chosen;
            let set = self.improve(chosen.into_iter().collect(), budget, MOST_TRIED)?;
            if self.is_better(&set, &best)? {
                best = set;
            } else {
                break;
            }
        }
        // Whatever was tried: in the end no query may lose.
        while let Some(loser) = self.asked.evaluate(&best)?.losers.first().copied() {
            let mut used = BTreeSet::new();
            for regime in REGIMES {
                used.extend(self.asked.used(loser, &best, regime)?);
            }
            let Some(id) = used.first().or(best.first()).copied() else { break };
            best.remove(&id);
        }
        Ok(best)
    }

    fn is_better(&mut self, set: &BTreeSet<Id>, than: &BTreeSet<Id>) -> Result<bool, OracleError> {
        let value = self.asked.evaluate(set)?.value;
        Ok(value < self.asked.evaluate(than)?.value - BETTER)
    }

    /// Leaves out, narrows, merges and adds as long as SQLite does better with the whole set.
    fn improve(
        &mut self,
        mut set: BTreeSet<Id>,
        budget: Option<u64>,
        most_tried: usize,
    ) -> Result<BTreeSet<Id>, OracleError> {
        let mut tried = BTreeSet::from([set.clone()]);
        'better: while tried.len() < most_tried {
            for next in self.neighbours(&set, budget)? {
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

    /// Sets that differ in one step, those that take away first.
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
            next.push(instead(&[*id], &[]));
        }
        for id in &dear {
            for narrower in 0..self.asked.built.len() {
                let (a, b) = (&self.asked.built[narrower].spec, &self.asked.built[*id].spec);
                if narrower != *id && a.is_prefix_of(b) && !set.contains(&narrower) {
                    next.push(instead(&[*id], &[narrower]));
                }
            }
        }
        for (at, a) in dear.iter().enumerate() {
            for b in &dear[at + 1..] {
                for merged in self.merged(*a, *b)? {
                    next.push(instead(&[*a, *b], &[merged]));
                }
            }
        }
        // What a query did better than it does with this set.
        let mut gains: Vec<(f64, Vec<Id>)> = Vec::new();
        let evaluation = self.asked.evaluate(set)?;
        let regime = if evaluation.analyze { Regime::Analyzed } else { Regime::AsFound };
        for query in self.asked.queries() {
            let outcome = self.asked.outcome(query, set, regime)?;
            let now = self.asked.cost(query, &outcome);
            for ((_, used), cost) in self.asked.seen.range((query, vec![])..(query + 1, vec![])) {
                if *cost < now - BETTER && !used.iter().all(|id| set.contains(id)) {
                    gains.push((cost - now, used.clone()));
                }
            }
        }
        gains.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        gains.dedup_by(|a, b| a.1 == b.1);
        for (_, used) in gains.into_iter().take(24) {
            next.push(instead(&[], &used));
            if budget.is_some() {
                for id in &dear {
                    next.push(instead(&[*id], &used));
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
            if !same_rows {
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

    // ---- the report

    fn finish(mut self, set: BTreeSet<Id>) -> Result<Advice, OracleError> {
        let evaluation = self.asked.evaluate(&set)?;
        let regime = if evaluation.analyze { Regime::Analyzed } else { Regime::AsFound };
        let mut after = self.asked.outcomes(&set, regime)?;
        let curve = self.curve(&set, evaluation.analyze)?;
        let bound = self.bound(&after);
        let mut create = Vec::new();
        for id in &set {
            create.push(self.advised(*id, &set, regime, &after)?);
        }
        create.sort_by(|a, b| b.without.total_cmp(&a.without).then_with(|| a.spec.cmp(&b.spec)));
        self.say_why_not(&set);
        let mut not_analysed = self.not_analysed;
        for query in &self.asked.changing {
            let because = OracleError::Changing.because();
            not_analysed.push(NotAnalysed { query: *query, because });
            after.remove(query);
        }
        let queries = self
            .asked
            .before
            .iter()
            .filter_map(|(query, before)| {
                let after = after.remove(query)?;
                Some(QueryOutcome { query: *query, before: before.clone(), after })
            })
            .collect();
        let advised: Vec<&IndexSpec> = create.iter().map(|index| &index.spec).collect();
        let not_advised = self
            .not_advised
            .into_iter()
            .filter(|(spec, _)| !advised.contains(&spec))
            .map(|(spec, because)| NotAdvised { spec, because })
            .collect();
        Ok(Advice {
            create,
            analyze: evaluation.analyze,
            queries,
            not_advised,
            not_analysed,
            bound,
            curve,
        })
    }

    fn advised(
        &mut self,
        id: Id,
        set: &BTreeSet<Id>,
        regime: Regime,
        after: &BTreeMap<usize, Outcome>,
    ) -> Result<AdvisedIndex, OracleError> {
        let mut helps = Vec::new();
        for query in after.keys() {
            if self.asked.used(*query, set, regime)?.contains(&id) {
                helps.push(*query);
            }
        }
        let others: BTreeSet<Id> = set.iter().copied().filter(|other| *other != id).collect();
        let without = self.asked.outcomes(&others, regime)?;
        let share = self.mean_work(&without) / self.mean_work(after);
        let built = &self.asked.built[id];
        let mut reasons = Vec::new();
        for reason in helps.iter().filter_map(|query| built.reasons.get(query)).flatten() {
            if !reasons.contains(reason) {
                reasons.push(reason.clone());
            }
        }
        if reasons.is_empty() {
            reasons = built.reasons.values().next().cloned().unwrap_or_default();
        }
        let (spec, bytes) = (built.spec.clone(), built.bytes);
        let steps_per_insert = self.asked.oracle.steps_per_insert(&spec);
        Ok(AdvisedIndex { spec, bytes, reasons, helps, without: share, steps_per_insert })
    }

    /// Geometric mean of the work as a share of before, by weight.
    fn mean_work(&self, after: &BTreeMap<usize, Outcome>) -> f64 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (query, outcome) in after {
            let weight = self.asked.workload[*query].weight;
            sum += weight * crate::gain::relative_work(&self.asked.before[query], outcome).ln();
            weights += weight;
        }
        if weights > 0.0 { (sum / weights).exp() } else { 1.0 }
    }

    fn bound(&self, after: &BTreeMap<usize, Outcome>) -> Bound {
        let mut best = after.clone();
        for (query, outcome) in &mut best {
            for known in self.asked.all_outcomes(*query) {
                if known.same_result
                    && crate::gain::work(&known.counters) < crate::gain::work(&outcome.counters)
                {
                    *outcome = known.clone();
                }
            }
        }
        let (plans, runs) = self.asked.effort();
        Bound {
            achieved: self.mean_work(after),
            best_seen: self.mean_work(&best),
            plans,
            runs,
            built: self.asked.built.len() as u64,
        }
    }

    /// What fewer bytes, or any number of them, would give.
    fn curve(
        &mut self,
        advised: &BTreeSet<Id>,
        analyze: bool,
    ) -> Result<Vec<CurvePoint>, OracleError> {
        let total = self.asked.bytes(advised);
        let mut sets: Vec<BTreeSet<Id>> = vec![BTreeSet::new(), advised.clone()];
        if advised.len() > 1 {
            for share in CURVE {
                let budget = Some((total as f64 * share) as u64);
                let chosen = select(&self.instance(budget, false)).chosen;
                sets.push(self.improve(
                    chosen.into_iter().collect(),
                    budget,
                    MOST_TRIED_FOR_CURVE,
                )?);
            }
        }
        if self.asked.limits.budget_bytes.is_none() && self.asked.limits.thrift > 0.0 {
            sets.push(select(&self.instance(None, false)).chosen.into_iter().collect());
        }
        let mut points = Vec::new();
        for set in sets {
            let evaluation = self.asked.evaluate(&set)?;
            let is_advised = set == *advised;
            if !evaluation.losers.is_empty() || (is_advised && evaluation.analyze != analyze) {
                continue;
            }
            let regime = if evaluation.analyze { Regime::Analyzed } else { Regime::AsFound };
            let outcomes = self.asked.outcomes(&set, regime)?;
            points.push(CurvePoint {
                indexes: set.iter().map(|id| self.asked.built[*id].spec.clone()).collect(),
                bytes: self.asked.bytes(&set),
                work: self.mean_work(&outcomes),
                analyze: evaluation.analyze,
                advised: is_advised,
            });
        }
        points.sort_by(|a, b| a.bytes.cmp(&b.bytes).then(a.work.total_cmp(&b.work)));
        // A point that takes more bytes has to give more.
        let mut kept: Vec<CurvePoint> = Vec::new();
        for point in points {
            let is_more = kept.last().is_none_or(|last| point.work < last.work * 0.999);
            if is_more || point.advised {
                kept.push(point);
            }
        }
        Ok(kept)
    }

    /// What was measured to help and is not in the set.
    fn say_why_not(&mut self, set: &BTreeSet<Id>) {
        for (id, built) in self.asked.built.iter().enumerate() {
            if set.contains(&id) {
                continue;
            }
            let serves =
                set.iter().any(|other| built.spec.is_prefix_of(&self.asked.built[*other].spec));
            let because = if set.len() >= self.asked.limits.max_indexes {
                format!("Only {} indexes were asked for.", self.asked.limits.max_indexes)
            } else if serves {
                "An advised index begins with the same columns and does its work.".to_owned()
            } else {
                "With the other advised indexes, it would save less than it costs.".to_owned()
            };
            self.not_advised.entry(built.spec.clone()).or_insert(because);
        }
    }
}

/// The candidate without the columns that only cover.
fn without_tail(candidate: &Candidate) -> Candidate {
    // An index that only covers has no narrower form.
    if candidate.keys == 0 || candidate.keys >= candidate.spec.parts.len() {
        return candidate.clone();
    }
    let mut narrow = candidate.clone();
    narrow.spec.parts.truncate(candidate.keys);
    narrow.reasons.retain(|reason| reason.rule != crate::Rule::Covering);
    narrow
}
