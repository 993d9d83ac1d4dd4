//! The pipeline: scans → candidates → options the planner uses → measured options → one set that
//! serves the whole workload → leave-one-out → the final measurement.

use std::collections::{BTreeMap, BTreeSet};

use scanseek_schema::{IndexSpec, Schema};

use crate::candidates::{Candidate, candidates};
use crate::gain::{is_gain, is_loss, relative_work, score, statistics_help, why_no_gain};
use crate::oracle::{Oracle, OracleError, Outcome, Query};
use crate::reason::Reason;

/// Options tried for one query: what the planner uses, then what it uses without that, and so on.
const OPTION_ROUNDS: usize = 4;
/// Two sets do about as well if they differ by less than this share of the work before.
const ABOUT_AS_WELL: f64 = 0.01;

/// The advice for a workload.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// Indexes to create, in the order of their gain.
    pub create: Vec<AdvisedIndex>,
    /// True if gathering statistics afterwards was measured and helps.
    pub analyze: bool,
    /// Every query of the workload that could be measured.
    pub queries: Vec<QueryOutcome>,
    /// What was tried or thought of and left out.
    pub not_advised: Vec<NotAdvised>,
    /// Queries that could not be analysed.
    pub not_analysed: Vec<NotAnalysed>,
}

/// One index of the advice.
#[derive(Debug, Clone, PartialEq)]
pub struct AdvisedIndex {
    /// The index.
    pub spec: IndexSpec,
    /// Its size once built, in bytes.
    pub bytes: u64,
    /// Why it is as it is.
    pub reasons: Vec<Reason>,
    /// Positions of the queries whose plan uses it.
    pub helps: Vec<usize>,
}

/// One query before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryOutcome {
    /// Its position in the workload.
    pub query: usize,
    /// Without new indexes.
    pub before: Outcome,
    /// With all advised ones.
    pub after: Outcome,
}

/// An index that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAdvised {
    /// The index.
    pub spec: IndexSpec,
    /// Why.
    pub because: String,
}

/// A query that could not be analysed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnalysed {
    /// Its position in the workload.
    pub query: usize,
    /// Why.
    pub because: String,
}

/// Advises on a workload, with at most `max_indexes` indexes.
///
/// # Errors
/// Only [`OracleError::Cancelled`]; what cannot be analysed is in the advice.
pub fn advise(
    schema: &Schema,
    workload: &[Query],
    max_indexes: usize,
    oracle: &mut dyn Oracle,
) -> Result<Advice, OracleError> {
    let mut adviser = Adviser {
        workload,
        oracle,
        before: BTreeMap::new(),
        measured: BTreeMap::new(),
        not_advised: BTreeMap::new(),
        not_analysed: Vec::new(),
        changing: BTreeSet::new(),
        fresh: BTreeMap::new(),
    };
    adviser.baselines()?;
    adviser.try_fresh_statistics()?;
    let mut known = Known::new();
    let mut chosen: BTreeSet<IndexSpec> = BTreeSet::new();
    for query in adviser.queries() {
        adviser.oracle.progress("Looking for indexes", query, workload.len());
        let found = match adviser.oracle.scans(query) {
            Ok(scans) => candidates(schema, &scans),
            Err(OracleError::Cancelled) => return Err(OracleError::Cancelled),
            Err(error) => {
                adviser.not_analysed.push(NotAnalysed { query, because: error.because() });
                continue;
            }
        };
        for candidate in &found {
            let by_query = known.entry(candidate.spec.clone()).or_default();
            by_query.insert(query, candidate.reasons.clone());
        }
        chosen.extend(adviser.best_option(query, found)?);
    }
    let mut set: Vec<IndexSpec> = chosen.into_iter().collect();
    adviser.drop_what_does_not_pay(&mut set)?;
    adviser.keep_at_most(max_indexes, &mut set)?;
    let (after, analyze) = adviser.verify(&mut set)?;
    adviser.finish(set, after, analyze, &known)
}

/// Reasons of each candidate, by the query it was thought of for.
type Known = BTreeMap<IndexSpec, BTreeMap<usize, Vec<Reason>>>;

/// The reasons that hold for the queries it helps; for any query, if none of those thought of it.
fn reasons(known: &Known, spec: &IndexSpec, helps: &[usize]) -> Vec<Reason> {
    let Some(by_query) = known.get(spec) else { return Vec::new() };
    let mut reasons: Vec<Reason> = Vec::new();
    for reason in helps.iter().filter_map(|query| by_query.get(query)).flatten() {
        if !reasons.contains(reason) {
            reasons.push(reason.clone());
        }
    }
    if reasons.is_empty() {
        reasons = by_query.values().next().cloned().unwrap_or_default();
    }
    reasons
}

struct Adviser<'a> {
    workload: &'a [Query],
    oracle: &'a mut dyn Oracle,
    before: BTreeMap<usize, Outcome>,
    /// By query and plan text: a query's work depends on its plan alone.
    measured: BTreeMap<(usize, String), Result<Outcome, String>>,
    not_advised: BTreeMap<IndexSpec, String>,
    not_analysed: Vec<NotAnalysed>,
    /// Queries whose rows differ from run to run: they say nothing for or against an index.
    changing: BTreeSet<usize>,
    /// Queries that gain by `ANALYZE` alone, with it.
    fresh: BTreeMap<usize, Outcome>,
}

impl Adviser<'_> {
    fn baselines(&mut self) -> Result<(), OracleError> {
        for query in 0..self.workload.len() {
            self.oracle.progress("Measuring as it is", query, self.workload.len());
            match self.oracle.measure(query, &[], false, None) {
                Ok(outcome) => {
                    self.before.insert(query, outcome);
                }
                Err(OracleError::Cancelled) => return Err(OracleError::Cancelled),
                Err(error) => {
                    self.not_analysed.push(NotAnalysed { query, because: error.because() });
                }
            }
        }
        Ok(())
    }

    /// Queries that were measured and whose rows stay the same.
    fn queries(&self) -> Vec<usize> {
        self.before.keys().filter(|query| !self.changing.contains(query)).copied().collect()
    }

    /// Statistics that are missing or stale can be all that is wrong. They count only if no query
    /// loses by new ones.
    fn try_fresh_statistics(&mut self) -> Result<(), OracleError> {
        let analyzed = self.outcomes(&[], true)?;
        if self.losers(&analyzed).is_empty() {
            let gains = |query: &usize, outcome: &Outcome| is_gain(&self.before[query], outcome);
            self.fresh = analyzed.into_iter().filter(|(query, it)| gains(query, it)).collect();
        }
        Ok(())
    }

    /// What an index has to do better than: the query as it is, or with statistics if those help.
    fn reference(&self, query: usize) -> &Outcome {
        self.fresh.get(&query).unwrap_or(&self.before[&query])
    }

    /// The set of candidates that makes the query's own work least, if any does. Each further
    /// column has to save its share.
    fn best_option(
        &mut self,
        query: usize,
        mut found: Vec<Candidate>,
    ) -> Result<Vec<IndexSpec>, OracleError> {
        // Options that help, with their score; the lowest wins.
        let mut gains: Vec<(f64, Vec<IndexSpec>)> = Vec::new();
        for _ in 0..OPTION_ROUNDS {
            if found.is_empty() {
                break;
            }
            let specs: Vec<IndexSpec> =
                found.iter().map(|candidate| candidate.spec.clone()).collect();
            let planned = match self.oracle.plan(query, &specs) {
                Ok(planned) => planned,
                Err(OracleError::Cancelled) => return Err(OracleError::Cancelled),
                Err(_) => break,
            };
            if planned.used.is_empty() {
                break;
            }
            let option: Vec<&Candidate> = planned.used.iter().map(|at| &found[*at]).collect();
            let keys: usize = option.iter().map(|candidate| keys(candidate)).sum();
            let parts: usize = option.iter().map(|candidate| candidate.spec.parts.len()).sum();
            let narrow: Vec<IndexSpec> =
                option.iter().map(|candidate| without_tail(candidate)).collect();
            let option: Vec<IndexSpec> =
                option.iter().map(|candidate| candidate.spec.clone()).collect();
            for (option, tail) in [(&option, parts - keys), (&narrow, 0)] {
                if gains.iter().any(|(_, known)| known == option) {
                    continue;
                }
                let outcome = self.measure(query, option)?;
                match outcome.ok().filter(|outcome| is_gain(self.reference(query), outcome)) {
                    Some(outcome) => {
                        let score = score(&self.before[&query], &outcome, keys, tail);
                        gains.push((score, option.clone()));
                    }
                    None => self.note_failure(query, option)?,
                }
            }
            found.retain(|candidate| !option.contains(&candidate.spec));
        }
        for candidate in found {
            self.not_advised
                .entry(candidate.spec)
                .or_insert_with(|| "SQLite would not use it for these queries.".to_owned());
        }
        Ok(gains
            .into_iter()
            .min_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)))
            .map(|(_, option)| option)
            .unwrap_or_default())
    }

    fn note_failure(&mut self, query: usize, option: &[IndexSpec]) -> Result<(), OracleError> {
        let name = &self.workload[query].name;
        let because = match self.measure(query, option)? {
            Err(because) => format!("It was tried for {name}. {because}"),
            Ok(outcome) if !outcome.same_result => {
                format!("It was tried for {name} and the rows were not the same.")
            }
            Ok(outcome) => format!(
                "It was tried for {name}: {}{}",
                why_no_gain(&self.reference(query).counters, &outcome.counters),
                if self.fresh.contains_key(&query) { " and ANALYZE instead." } else { "." }
            ),
        };
        for spec in option {
            self.not_advised.insert(spec.clone(), because.clone());
        }
        Ok(())
    }

    /// Runs the query with these indexes, once per distinct plan. The inner error says why it
    /// failed, for example that it took more work than without them.
    fn measure(
        &mut self,
        query: usize,
        set: &[IndexSpec],
    ) -> Result<Result<Outcome, String>, OracleError> {
        let planned = match self.oracle.plan(query, set) {
            Ok(planned) => planned,
            Err(OracleError::Cancelled) => return Err(OracleError::Cancelled),
            Err(error) => return Ok(Err(error.because())),
        };
        if planned.used.is_empty() {
            return Ok(Ok(self.before[&query].clone()));
        }
        // Index names differ with the set, columns do not.
        let mut key = planned.text;
        for position in &planned.used {
            key.push_str(&format!("\n{:?}", set[*position]));
        }
        if let Some(known) = self.measured.get(&(query, key.clone())) {
            return Ok(known.clone());
        }
        let used: Vec<IndexSpec> =
            planned.used.iter().map(|position| set[*position].clone()).collect();
        let limit = self.before[&query].counters.vm_steps;
        let limit = limit + limit / 10 + 100_000;
        let outcome = match self.oracle.measure(query, &used, false, Some(limit)) {
            Ok(outcome) => Ok(outcome),
            Err(OracleError::Cancelled) => return Err(OracleError::Cancelled),
            Err(error) => {
                if error == OracleError::Changing {
                    self.changing.insert(query);
                }
                Err(error.because())
            }
        };
        self.measured.insert((query, key), outcome.clone());
        Ok(outcome)
    }

    /// Each query's work with these indexes, relative to its work before.
    fn works(&mut self, set: &[IndexSpec]) -> Result<BTreeMap<usize, f64>, OracleError> {
        let mut works = BTreeMap::new();
        for query in self.queries() {
            let work = match self.measure(query, set)? {
                Ok(outcome) if outcome.same_result => relative_work(&self.before[&query], &outcome),
                _ => f64::INFINITY,
            };
            works.insert(query, work);
        }
        // A query may show only now that its rows change.
        works.retain(|query, _| !self.changing.contains(query));
        Ok(works)
    }

    /// Leaves out one index after the other, the widest first, as long as every query does about
    /// as well without it.
    fn drop_what_does_not_pay(&mut self, set: &mut Vec<IndexSpec>) -> Result<(), OracleError> {
        let goal = self.works(set)?;
        let mut order = set.clone();
        order.sort_by_key(|spec| (std::cmp::Reverse(spec.parts.len()), spec.clone()));
        // Prefixes of others go before anything else: whatever they serve, the others serve.
        order
            .sort_by_key(|spec| !set.iter().any(|other| other != spec && spec.is_prefix_of(other)));
        let total = order.len();
        for (done, spec) in order.into_iter().enumerate() {
            self.oracle.progress("Leaving out what does not pay", done, total);
            let without: Vec<IndexSpec> =
                set.iter().filter(|other| **other != spec).cloned().collect();
            let works = self.works(&without)?;
            let holds = works.iter().all(|(query, work)| {
                goal.get(query).is_none_or(|goal| *work <= goal + ABOUT_AS_WELL)
            });
            if holds {
                self.not_advised.insert(
                    spec,
                    "The other advised indexes do the same work without it.".to_owned(),
                );
                *set = without;
            }
        }
        Ok(())
    }

    /// Leaves out the index that is missed least until the set is small enough.
    fn keep_at_most(&mut self, max: usize, set: &mut Vec<IndexSpec>) -> Result<(), OracleError> {
        while set.len() > max {
            let everything: BTreeSet<usize> = (0..set.len()).collect();
            let spec = self.least_missed(set, everything)?;
            self.not_advised.insert(spec.clone(), format!("Only {max} indexes were asked for."));
            set.retain(|other| *other != spec);
        }
        Ok(())
    }

    /// Measures the final set as a whole on a fresh copy, without and with statistics. As long as
    /// a query loses by it in both, the index whose loss hurts least goes.
    fn verify(
        &mut self,
        set: &mut Vec<IndexSpec>,
    ) -> Result<(BTreeMap<usize, Outcome>, bool), OracleError> {
        loop {
            let plain = self.outcomes(set, false)?;
            let losers = self.losers(&plain);
            let analyzed = self.outcomes(set, true)?;
            if set.is_empty() && !losers.is_empty() {
                return Ok((plain, false));
            }
            let analyzed_losers = self.losers(&analyzed);
            if losers.is_empty() {
                let helps = analyzed_losers.is_empty() && statistics_help(&plain, &analyzed);
                return Ok(if helps { (analyzed, true) } else { (plain, false) });
            }
            if analyzed_losers.is_empty() {
                return Ok((analyzed, true));
            }
            let suspects = self.used_by(set, &losers)?;
            let spec = self.least_missed(set, suspects)?;
            let names: Vec<&str> =
                losers.iter().map(|query| self.workload[*query].name.as_str()).collect();
            self.not_advised.insert(
                spec.clone(),
                format!("With it, more work is done by {}.", names.join(", ")),
            );
            set.retain(|other| *other != spec);
        }
    }

    /// Each query with the whole set on a copy. A query that fails or takes far more work than
    /// before counts as one whose rows differ.
    fn outcomes(
        &mut self,
        set: &[IndexSpec],
        analyze: bool,
    ) -> Result<BTreeMap<usize, Outcome>, OracleError> {
        let stage = if analyze { "Checking with statistics" } else { "Checking the whole set" };
        let queries = self.queries();
        let mut outcomes = BTreeMap::new();
        for (done, query) in queries.iter().enumerate() {
            self.oracle.progress(stage, done, queries.len());
            let limit = self.before[query].counters.vm_steps * 2 + 100_000;
            let outcome = match self.oracle.measure(*query, set, analyze, Some(limit)) {
                Ok(outcome) => outcome,
                Err(OracleError::Cancelled) => return Err(OracleError::Cancelled),
                Err(OracleError::Changing) => {
                    self.changing.insert(*query);
                    continue;
                }
                Err(OracleError::Query(because)) => Outcome {
                    same_result: false,
                    note: Some(because),
                    ..self.before[query].clone()
                },
            };
            outcomes.insert(*query, outcome);
        }
        Ok(outcomes)
    }

    fn losers(&self, after: &BTreeMap<usize, Outcome>) -> Vec<usize> {
        let loses = |(query, outcome): &(&usize, &Outcome)| is_loss(&self.before[query], outcome);
        after.iter().filter(loses).map(|(query, _)| *query).collect()
    }

    /// Positions of the indexes that these queries use.
    fn used_by(
        &mut self,
        set: &[IndexSpec],
        queries: &[usize],
    ) -> Result<BTreeSet<usize>, OracleError> {
        let mut suspects = BTreeSet::new();
        for query in queries {
            match self.oracle.plan(*query, set) {
                Ok(planned) => suspects.extend(planned.used),
                Err(OracleError::Cancelled) => return Err(OracleError::Cancelled),
                Err(_) => {}
            }
        }
        Ok(suspects)
    }

    /// Of these indexes, the one without which the queries together lose least.
    fn least_missed(
        &mut self,
        set: &[IndexSpec],
        suspects: BTreeSet<usize>,
    ) -> Result<IndexSpec, OracleError> {
        let mut least: Option<(f64, IndexSpec)> = None;
        for position in suspects {
            let without: Vec<IndexSpec> =
                set.iter().filter(|spec| **spec != set[position]).cloned().collect();
            // A query that fails counts as ten times the work, so that sums stay comparable.
            let total: f64 = self.works(&without)?.values().map(|work| work.min(10.0)).sum();
            if least.as_ref().is_none_or(|(best, _)| total < *best) {
                least = Some((total, set[position].clone()));
            }
        }
        Ok(least.map_or_else(|| set[set.len() - 1].clone(), |(_, spec)| spec))
    }

    fn finish(
        mut self,
        set: Vec<IndexSpec>,
        mut after: BTreeMap<usize, Outcome>,
        analyze: bool,
        known: &Known,
    ) -> Result<Advice, OracleError> {
        let mut helps: Vec<Vec<usize>> = vec![Vec::new(); set.len()];
        for query in &self.changing {
            let because = OracleError::Changing.because();
            self.not_analysed.push(NotAnalysed { query: *query, because });
            after.remove(query);
        }
        let queries: Vec<usize> = after.keys().copied().collect();
        for query in queries {
            match self.oracle.plan(query, &set) {
                Ok(planned) => planned.used.iter().for_each(|i| helps[*i].push(query)),
                Err(OracleError::Cancelled) => return Err(OracleError::Cancelled),
                Err(_) => {}
            }
        }
        let mut create = Vec::new();
        for (spec, helps) in set.iter().zip(helps) {
            let bytes = match self.oracle.bytes(spec) {
                Err(OracleError::Cancelled) => return Err(OracleError::Cancelled),
                bytes => bytes.unwrap_or(0),
            };
            let reasons = reasons(known, spec, &helps);
            create.push(AdvisedIndex { spec: spec.clone(), bytes, reasons, helps });
        }
        let gain = |index: &AdvisedIndex| -> f64 {
            let of = |query: &usize| {
                let work = relative_work(&self.before[query], &after[query]);
                self.workload[*query].weight * (1.0 - work)
            };
            index.helps.iter().map(of).sum()
        };
        create.sort_by(|a, b| gain(b).total_cmp(&gain(a)).then_with(|| a.spec.cmp(&b.spec)));
        let not_advised = self
            .not_advised
            .into_iter()
            .filter(|(spec, _)| !set.contains(spec))
            .map(|(spec, because)| NotAdvised { spec, because })
            .collect();
        let queries = self
            .before
            .into_iter()
            .filter_map(|(query, before)| {
                let after = after.remove(&query)?;
                Some(QueryOutcome { query, before, after })
            })
            .collect();
        Ok(Advice { create, analyze, queries, not_advised, not_analysed: self.not_analysed })
    }
}

fn keys(candidate: &Candidate) -> usize {
    // An index that only covers has no narrower form.
    if candidate.keys == 0 { candidate.spec.parts.len() } else { candidate.keys }
}

/// The candidate without the columns that only cover.
fn without_tail(candidate: &Candidate) -> IndexSpec {
    let spec = &candidate.spec;
    IndexSpec { parts: spec.parts[..keys(candidate)].to_vec(), ..spec.clone() }
}
