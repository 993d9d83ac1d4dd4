//! The pipeline: candidates → options the planner picks → measured options → one set that serves the
//! whole workload → the same as SQLite really plans it, changed as long as it gets better.

use std::collections::{BTreeMap, BTreeSet};

use scanseek_schema::{IndexSpec, Schema};

use crate::candidates::{Candidate, candidates};
use crate::evaluate::{Evaluator, Id, REGIMES};
use crate::gain::{is_gain, why_no_gain};
use crate::oracle::{Oracle, OracleError, Outcome, Query, Regime, SoFar};
use crate::report::{Advice, NotAnalysed};

/// Options tried for one query: what the planner picks, then what it picks without that, and so on.
const OPTION_ROUNDS: usize = 4;
/// The same among partial indexes alone.
const PARTIAL_ROUNDS: usize = 3;
/// Rounds in which a query is offered the indexes thought of for others.
const SHARED_ROUNDS: usize = 2;
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
    /// Makes the weights one on average; [`advise`] sets it.
    pub weight_scale: f64,
    /// `CREATE INDEX` statements, in our style, of indexes that are not wanted, whatever their names.
    pub forbidden: Vec<String>,
}

impl Limits {
    /// True if this index is one of those that are not wanted.
    pub(crate) fn is_forbidden(&self, spec: &IndexSpec) -> bool {
        let ddl = spec.ddl("i");
        let Some((_, of)) = ddl.split_once(" ON ") else { return false };
        self.forbidden.iter().any(|text| {
            text.trim_end()
                .trim_end_matches(';')
                .strip_suffix(of)
                .is_some_and(|name| name.ends_with(" ON "))
        })
    }
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
            weight_scale: 1.0,
            forbidden: Vec::new(),
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
        first: BTreeSet::new(),
        said: None,
        not_advised: BTreeMap::new(),
        not_analysed: Vec::new(),
    };
    let candidates = adviser.candidates(schema)?;
    let options = adviser.options(candidates)?;
    adviser.say_first(&options);
    adviser.baselines()?;
    adviser.measure_options(options)?;
    adviser.offer_what_is_built()?;
    let set = adviser.choose()?;
    adviser.finish(set)
}

pub(crate) struct Adviser<'a> {
    pub(crate) asked: Evaluator<'a>,
    /// What the planner picks first for each query.
    pub(crate) first: BTreeSet<Id>,
    /// The set that was told last, while the choice is made.
    pub(crate) said: Option<BTreeSet<Id>>,
    pub(crate) not_advised: BTreeMap<IndexSpec, String>,
    pub(crate) not_analysed: Vec<NotAnalysed>,
}

/// Indexes to try together for one query.
struct Attempt {
    query: usize,
    /// The planner picks just this if it may have anything.
    is_first: bool,
    indexes: Vec<Candidate>,
}

impl Adviser<'_> {
    /// What the planner would take, before anything is measured.
    fn say_first(&mut self, options: &[Attempt]) {
        let first = options.iter().filter(|option| option.is_first);
        let mut indexes: Vec<IndexSpec> =
            first.flat_map(|option| &option.indexes).map(|one| one.spec.clone()).collect();
        indexes.sort();
        indexes.dedup();
        if !indexes.is_empty() {
            let so_far =
                SoFar { indexes, bytes: None, analyze: false, work: None, best_seen: None };
            self.asked.oracle.so_far(&so_far);
        }
    }

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
                    self.not_analysed.retain(|known| known.query != query);
                    self.not_analysed.push(NotAnalysed { query, because: error.because() });
                }
            }
        }
        for query in self.asked.queries() {
            if self.asked.is_planned_alike(query)? {
                let before = self.asked.before[&query].clone();
                self.asked.fresh.insert(query, before);
                continue;
            }
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

    /// What may help each query.
    fn candidates(&mut self, schema: &Schema) -> Result<Vec<(usize, Vec<Candidate>)>, OracleError> {
        let mut all = Vec::new();
        let total = self.asked.workload.len();
        for query in 0..total {
            self.asked.oracle.progress("Looking for indexes", query, total);
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
            found.retain(|candidate| !self.asked.limits.is_forbidden(&candidate.spec));
            all.push((query, found));
        }
        Ok(all)
    }

    /// What the planner picks for each query, the first choices of all queries first.
    fn options(
        &mut self,
        candidates: Vec<(usize, Vec<Candidate>)>,
    ) -> Result<Vec<Attempt>, OracleError> {
        let mut specs: Vec<IndexSpec> =
            candidates.iter().flat_map(|(_, all)| all).map(|one| one.spec.clone()).collect();
        specs.sort();
        specs.dedup();
        self.asked.oracle.progress("Counting values", 0, 1);
        self.asked.oracle.survey(&specs)?;
        let mut options: Vec<(usize, Attempt)> = Vec::new();
        let total = candidates.len();
        for (done, (query, found)) in candidates.into_iter().enumerate() {
            self.asked.oracle.progress("Asking the planner", done, total);
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
                    options.push((rank, Attempt { query, is_first: false, indexes: narrow }));
                }
                if indexes.len() > 1 {
                    for one in &indexes {
                        let indexes = vec![one.clone()];
                        options.push((rank + 1, Attempt { query, is_first: false, indexes }));
                    }
                }
                options.push((rank, Attempt { query, is_first: rank == 0, indexes }));
            }
            // SQLite's plan does not show that it follows foreign keys.
            for (at, candidate) in found.iter().enumerate() {
                if candidate.reasons.iter().any(|one| one.rule == crate::Rule::ForeignKey) {
                    picked.insert(at);
                    let indexes = vec![candidate.clone()];
                    options.push((0, Attempt { query, is_first: true, indexes }));
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
        for (done, Attempt { query, is_first, indexes }) in options.into_iter().enumerate() {
            self.asked.oracle.progress("Measuring indexes", done, total);
            // If the first guess will do, it is built all the same: to be measured as a whole.
            let enough = self.asked.oracle.enough();
            let is_out =
                !self.asked.before.contains_key(&query) || self.asked.changing.contains(&query);
            if is_out || enough && !is_first {
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
            if is_first {
                self.first.extend(set.iter().copied());
            }
            if enough {
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
            if self.asked.oracle.enough() {
                break;
            }
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
