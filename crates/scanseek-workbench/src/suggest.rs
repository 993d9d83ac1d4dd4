//! Suggesting indexes for a workload, with the proof of each on a fresh copy.

use std::collections::BTreeMap;

use scanseek_advisor::{Bound, Limits, OracleError, Outcome, Query, Reason, advise, work};
use scanseek_engine::{Database, Measured};
use scanseek_plan::Counters;
use scanseek_schema::{IndexName, Patch};

use crate::drops::{SuggestedDrop, suggest_drops};
use crate::holds::{Holds, holds};
use crate::oracle::{EngineOracle, Measurer, QUERY_TIME_NS};
use crate::what_if::{Change, apply, read_changes};
use crate::{ErrorCode, StatementInfo, StatementKind, Workbench, WorkbenchError, patch::patch_for};

/// What the advice may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestOptions {
    /// At most this many indexes; `None` is no limit.
    pub max_indexes: Option<usize>,
    /// All indexes together take at most so many bytes; what fits in is taken if it helps at all.
    /// `None` is no limit, and has each index and each column save its share.
    pub budget_bytes: Option<u64>,
    /// A query of which one run takes longer is not analysed, in nanoseconds.
    pub timeout_ns: u64,
    /// `CREATE INDEX` statements that belong to the advice in any case: it is about what is wanted besides.
    pub pinned: Vec<String>,
    /// Suggested statements that are not wanted.
    pub forbidden: Vec<String>,
}

impl Default for SuggestOptions {
    fn default() -> Self {
        Self {
            max_indexes: None,
            budget_bytes: None,
            timeout_ns: QUERY_TIME_NS,
            pinned: Vec::new(),
            forbidden: Vec::new(),
        }
    }
}

/// Indexes that are built to be tried take up to so many times the size of the database.
const MOST_BUILT: u64 = 8;
/// For a small database, and for a large one, this many bytes.
const LEAST_BUILT_BYTES: u64 = 64 << 20;
const MOST_BUILT_BYTES: u64 = 1 << 30;
/// An index that takes more than this share of the file is warned of.
const LARGE_SHARE: f64 = 0.4;

/// The advice, proven.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggested {
    /// Indexes to create.
    pub create: Vec<SuggestedIndex>,
    /// Indexes that exist and may go, the surest first.
    pub drop: Vec<SuggestedDrop>,
    /// True if `ANALYZE` helps, as measured.
    pub analyze: bool,
    /// What `ANALYZE` does for which query: sentences.
    pub analyze_because: Vec<String>,
    /// Sum over the workload, each query once, before.
    pub baseline: Counters,
    /// The same with the advice.
    pub advised: Counters,
    /// Each query before and after.
    pub queries: Vec<QueryAdvice>,
    /// Left out: statement and reason.
    pub not_advised: Vec<(String, String)>,
    /// Statements that were not analysed.
    pub not_analysed: Vec<NotAnalysed>,
    /// How near it is to the best plans that were measured.
    pub bound: Bound,
    /// What fewer bytes, or more, would give, from none on.
    pub curve: Vec<SuggestedPoint>,
    /// What the advice does with other statistics than those it was measured with.
    pub holds: Vec<Holds>,
    /// Creates and drops the indexes.
    pub patch: Patch,
}

/// A set of indexes for some number of bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct SuggestedPoint {
    /// The statements that create them, and `ANALYZE` where it belongs to them.
    pub changes: Vec<String>,
    /// Their bytes.
    pub bytes: u64,
    /// Geometric mean over the queries of the work as a share of before, by weight.
    pub work: f64,
    /// This is what is suggested.
    pub advised: bool,
}

/// A statement that was not analysed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnalysed {
    /// Its name.
    pub name: String,
    /// The statement.
    pub sql: String,
    /// Why, in sentences.
    pub because: String,
}

/// One index of the advice.
#[derive(Debug, Clone, PartialEq)]
pub struct SuggestedIndex {
    /// Its name.
    pub name: String,
    /// Its table, as a person writes it: `orders`, or `archive.orders` in an attached database.
    pub table: String,
    /// The statement that creates it.
    pub ddl: String,
    /// Its size once built, in bytes.
    pub bytes: u64,
    /// The same as a share of its database's file.
    pub share_of_file: f64,
    /// What speaks against it, if anything.
    pub warning: Option<String>,
    /// Why it is as it is.
    pub reasons: Vec<Reason>,
    /// Names of the queries whose plan uses it.
    pub helps: Vec<String>,
    /// The work of all queries without it, as a share of that with it: geometric mean, by weight.
    pub without: f64,
    /// VM steps that each inserted row takes more; of a partial index, a row that is in it.
    pub steps_per_insert: Option<u64>,
    /// It was asked for by the person.
    pub pinned: bool,
}

/// What a query gains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuggestedVerdict {
    /// At least a twentieth fewer VM steps, or a twentieth less work for no more steps.
    Faster,
    /// More VM steps.
    Slower,
    /// No difference worth naming.
    Same,
    /// The rows differ or the run failed.
    NotMeasured,
}

/// One query before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryAdvice {
    /// The statement.
    pub statement: StatementInfo,
    /// As it is.
    pub before: Outcome,
    /// With the advice.
    pub after: Outcome,
    /// What it gains.
    pub verdict: SuggestedVerdict,
}

impl Workbench {
    /// Suggests indexes for all statements of a text.
    ///
    /// # Errors
    /// If no database is open, there is no statement, or the person cancels.
    pub fn suggest(
        &mut self,
        sql: &str,
        options: &SuggestOptions,
    ) -> Result<Suggested, WorkbenchError> {
        let open = self.open()?;
        let mut not_analysed = Vec::new();
        let mut queries = Vec::new();
        let mut unmeasured = Vec::new();
        for mut statement in crate::statement::statements(sql) {
            match statement.prepare_to_measure(&open.database).map(drop) {
                Ok(()) => queries.push(statement),
                Err(error) => {
                    not_analysed.push(NotAnalysed::new(&statement, error.line(sql)));
                    unmeasured.push(statement);
                }
            }
        }
        if queries.is_empty() && not_analysed.is_empty() {
            return Err(scanseek_engine::EngineError::NoStatement.into());
        }
        let workload: Vec<Query> = queries.iter().map(Query::from).collect();
        let time_ns = options.timeout_ns;
        let (pinned, base) = pinned(&open.database, &options.pinned)?;
        let base = base.as_ref().unwrap_or(&open.database);
        let mut oracle = EngineOracle::new(base, &queries, self.host.clone(), time_ns)?;
        let database_bytes = open.info.file.size_bytes;
        let limits = Limits {
            max_indexes: options.max_indexes.unwrap_or(usize::MAX),
            budget_bytes: options.budget_bytes,
            thrift: if options.budget_bytes.is_some() { 0.0 } else { 1.0 },
            database_bytes,
            most_built_bytes: (database_bytes * MOST_BUILT)
                .clamp(LEAST_BUILT_BYTES, MOST_BUILT_BYTES),
            forbidden: options.forbidden.clone(),
            ..Limits::default()
        };
        let advice = advise(base.schema(), &workload, &limits, &mut oracle).map_err(cancelled)?;
        let before: BTreeMap<usize, Measured> =
            (0..queries.len()).filter_map(|at| Some((at, oracle.before(at)?))).collect();

        let file_bytes = |database: Option<&str>| open.info_of(database).file.size_bytes.max(1);
        let mut taken = Vec::new();
        let mut create: Vec<SuggestedIndex> = advice
            .create
            .iter()
            .map(|index| {
                let name = index.spec.name_in(base.schema(), &taken);
                taken.push(name.clone());
                let file_bytes = file_bytes(index.spec.database.as_deref());
                let share_of_file = index.bytes as f64 / file_bytes as f64;
                let table = index.spec.typed_table();
                SuggestedIndex {
                    share_of_file,
                    warning: too_large(share_of_file, &table),
                    table,
                    ddl: index.spec.ddl(&name),
                    name,
                    bytes: index.bytes,
                    reasons: index.reasons.clone(),
                    helps: Vec::new(),
                    without: index.without,
                    steps_per_insert: index.steps_per_insert,
                    pinned: false,
                }
            })
            .collect();
        let wanted = pinned.iter().map(Pinned::index_name).collect();
        create.extend(pinned.into_iter().map(|pinned| {
            let share_of_file = pinned.bytes as f64 / file_bytes(pinned.database.as_deref()) as f64;
            SuggestedIndex {
                share_of_file,
                warning: too_large(share_of_file, &pinned.table),
                name: pinned.name,
                table: pinned.table,
                ddl: pinned.ddl,
                bytes: pinned.bytes,
                reasons: Vec::new(),
                helps: Vec::new(),
                without: 1.0,
                steps_per_insert: None,
                pinned: true,
            }
        }));
        let drops =
            suggest_drops(sql, &workload, unmeasured, &advice, &create, wanted, &mut oracle)?;
        drop(oracle);
        let taken = drops.drops.iter().filter(|one| one.taken).map(|one| &one.ddl);
        let mut changes: Vec<String> =
            create.iter().map(|index| &index.ddl).chain(taken).cloned().collect();
        if advice.analyze {
            changes.push("ANALYZE".to_owned());
        }
        not_analysed.extend(
            advice
                .not_analysed
                .into_iter()
                .map(|item| NotAnalysed::new(&queries[item.query], item.because)),
        );
        let not_advised = advice
            .not_advised
            .into_iter()
            .map(|item| {
                let name = item.spec.name_in(base.schema(), &[]);
                (item.spec.ddl(&name), item.because)
            })
            .chain(drops.kept)
            .collect();
        // What was measured on the database as it is need not be run again: the counters are exact.
        let is_as_it_is = options.pinned.is_empty();
        let measured: Vec<(StatementInfo, Option<(Outcome, Measured)>)> = advice
            .queries
            .iter()
            .map(|outcome| {
                let known = before.get(&outcome.query).filter(|_| is_as_it_is);
                let known = known.map(|measured| (outcome.before.clone(), *measured));
                (queries[outcome.query].clone(), known)
            })
            .collect();
        let schema = base.schema();
        let curve: Vec<SuggestedPoint> = advice
            .curve
            .iter()
            .map(|point| {
                let mut taken = Vec::new();
                let mut changes: Vec<String> = options.pinned.clone();
                for spec in &point.indexes {
                    let name = spec.name_in(schema, &taken);
                    changes.push(spec.ddl(&name));
                    taken.push(name);
                }
                changes.extend(point.analyze.then(|| "ANALYZE".to_owned()));
                let (bytes, work, advised) = (point.bytes, point.work, point.advised);
                SuggestedPoint { changes, bytes, work, advised }
            })
            .collect();
        let bound = advice.bound;
        let chosen = Chosen { create, changes, statements: measured, not_advised, not_analysed };
        let mut suggested = self.prove(chosen, time_ns)?;
        (suggested.bound, suggested.curve, suggested.drop) = (bound, curve, drops.drops);
        Ok(suggested)
    }

    /// Measures the advice as it will be handed out, on a copy made for it.
    fn prove(&mut self, chosen: Chosen, time_ns: u64) -> Result<Suggested, WorkbenchError> {
        let Chosen { mut create, changes, statements, not_advised, mut not_analysed } = chosen;
        let host = self.host.clone();
        let (open, tuned) = self.both(&changes)?;
        // Statements that write do so on a copy.
        let base = &open.database.fork()?;
        let analyze = tuned.changes.contains(&Change::Analyze);
        let (mut baseline, mut advised) = (Counters::default(), Counters::default());
        let mut queries = Vec::new();
        let mut analyze_because = Vec::new();
        let measurer = Measurer { base, time_ns };
        let total = statements.len();
        for (done, (statement, known)) in statements.into_iter().enumerate() {
            host.progress("Proving it on a fresh copy", done as u64, Some(total as u64));
            let (before, after) = match measurer.both(&tuned.database, &statement, known) {
                Ok(both) => both,
                Err(OracleError::Cancelled) => return Err(cancelled(OracleError::Cancelled)),
                Err(error) => {
                    not_analysed.push(NotAnalysed::new(&statement, error.because()));
                    continue;
                }
            };
            baseline.add(&before.counters);
            advised.add(&after.counters);
            for index in &mut create {
                if after.plan.index_names().contains(&index.name.as_str()) {
                    index.helps.push(statement.name.clone());
                }
            }
            let verdict = verdict(&before, &after);
            if analyze && verdict == SuggestedVerdict::Faster {
                analyze_because.extend(existing_used(base, &statement, &before, &after));
            }
            queries.push(QueryAdvice { statement, before, after, verdict });
        }
        let indexes = tuned.not_analyzed.as_ref().unwrap_or(&tuned.database);
        let holds = holds(&measurer, indexes, analyze, &queries, host.as_ref())?;
        let patch = patch_for(open, tuned, &queries)?;
        Ok(Suggested {
            create,
            drop: Vec::new(),
            analyze,
            analyze_because,
            baseline,
            advised,
            queries,
            not_advised,
            not_analysed,
            bound: Bound::default(),
            curve: Vec::new(),
            holds,
            patch,
        })
    }
}

/// An index that the person wants.
struct Pinned {
    name: String,
    database: Option<String>,
    table: String,
    ddl: String,
    bytes: u64,
}

impl Pinned {
    fn index_name(&self) -> IndexName {
        IndexName { database: self.database.clone(), name: self.name.clone() }
    }
}

/// The database with the pinned indexes, if there are any.
fn pinned(
    database: &Database,
    pinned: &[String],
) -> Result<(Vec<Pinned>, Option<Database>), WorkbenchError> {
    if pinned.is_empty() {
        return Ok((Vec::new(), None));
    }
    let mut base = database.fork()?;
    let mut made = Vec::new();
    for change in read_changes(pinned)? {
        let Some(index) = apply(&mut base, &change)? else { continue };
        let Change::Index(ddl) = change else { continue };
        let of = base.schema().index_named(index.database.as_deref(), &index.name);
        let table = of.map(|(_, index)| index.table.clone()).unwrap_or_default();
        let bytes = base.index_bytes(&index)?;
        made.push(Pinned { name: index.name, database: index.database, table, ddl, bytes });
    }
    Ok((made, Some(base)))
}

/// A warning of an index that takes a large share of the file.
fn too_large(share_of_file: f64, table: &str) -> Option<String> {
    (share_of_file > LARGE_SHARE).then(|| {
        format!(
            "It is large: the file grows by {:.0} %, and most writes to {table} write to it, too.",
            share_of_file * 100.0,
        )
    })
}

/// What comments before statements say and cannot be taken as it stands: sentences.
pub fn ignored_facts(sql: &str) -> Vec<String> {
    scanseek_sql::split(sql)
        .into_iter()
        .filter_map(|statement| statement.facts.bad_weight)
        .map(|weight| format!("The weight “{weight}” is not a number above 0; 1 is taken."))
        .collect()
}

impl From<&StatementInfo> for Query {
    fn from(statement: &StatementInfo) -> Self {
        Self {
            name: statement.name.clone(),
            weight: statement.weight,
            writes: statement.kind == StatementKind::Write,
        }
    }
}

/// What is chosen and has yet to be proven.
struct Chosen {
    create: Vec<SuggestedIndex>,
    changes: Vec<String>,
    /// With what they did as it is, if that is known.
    statements: Vec<(StatementInfo, Option<(Outcome, Measured)>)>,
    not_advised: Vec<(String, String)>,
    not_analysed: Vec<NotAnalysed>,
}

impl NotAnalysed {
    pub(crate) fn new(statement: &StatementInfo, because: String) -> Self {
        Self { name: statement.name.clone(), sql: statement.sql.clone(), because }
    }
}

/// A sentence if the query now uses an index that was there already and was not used.
fn existing_used(
    base: &Database,
    statement: &StatementInfo,
    before: &Outcome,
    after: &Outcome,
) -> Option<String> {
    let not_used = before.plan.index_names();
    let names: Vec<&str> = after
        .plan
        .index_names()
        .into_iter()
        .filter(|name| !not_used.contains(name) && base.schema().has_name(name))
        .collect();
    let (noun, is) = if names.len() == 1 { ("index", "is") } else { ("indexes", "are") };
    (!names.is_empty()).then(|| {
        format!(
            "With fresh statistics {} uses the {noun} {}, which {is} there already.",
            statement.name,
            names.join(" and ")
        )
    })
}

pub(crate) fn verdict(before: &Outcome, after: &Outcome) -> SuggestedVerdict {
    if !after.same_result {
        return SuggestedVerdict::NotMeasured;
    }
    let steps = |outcome: &Outcome| outcome.counters.vm_steps as f64;
    let (more, fewer) = (steps(after) > steps(before), steps(after) < steps(before) * 0.95);
    if fewer || (!more && work(&after.counters) < work(&before.counters) * 0.95) {
        SuggestedVerdict::Faster
    } else if steps(after) > steps(before) * 1.05 + 100.0 {
        SuggestedVerdict::Slower
    } else {
        SuggestedVerdict::Same
    }
}

pub(crate) fn cancelled(error: OracleError) -> WorkbenchError {
    match error {
        OracleError::Cancelled => scanseek_engine::EngineError::Cancelled.into(),
        error => WorkbenchError::new(ErrorCode::SqlError, error.because()),
    }
}
