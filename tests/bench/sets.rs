//! The sets that are compared on one database: the adviser's, and those of others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;

use scanseek_engine::{ShadowPlanner, StorageLimits, limit_storage};
use scanseek_schema::{IndexPart, IndexSpec, Schema, TableKind};
use scanseek_workbench::{SuggestOptions, Suggested};

use crate::measure::{Built, Outcome, Run, Set, measure, steps_left};
use crate::suites::{Query, Source};
use crate::{Options, Result, expert};

/// Names of the sets.
pub(crate) const BASE: &str = "as it is";
pub(crate) const OURS: &str = "ScanSeek";
pub(crate) const OURS_AT_BYTES: &str = "ScanSeek at .expert's bytes";
pub(crate) const EXPERT: &str = ".expert";
pub(crate) const EXPERT_SAMPLE: &str = ".expert --sample 100";
pub(crate) const SINGLES: &str = "single columns";
pub(crate) const PAIRS: &str = "singles and pairs";
pub(crate) const IDEAL: &str = "an expert's";

/// A set may take so many times the bytes of the database, and these at least.
const MOST_BUILT: u64 = 20;
const LEAST_BUILT_BYTES: u64 = 64 << 20;

const MIB: u64 = 1 << 20;
/// All sets are there at once, so that they can be timed in turn.
const STORAGE: StorageLimits = StorageLimits {
    memory_bytes: 6 * 1024 * MIB,
    memory_only_bytes: 6 * 1024 * MIB,
    total_bytes: 64 * 1024 * MIB,
};

/// What was found on one database.
pub(crate) struct Compared {
    pub(crate) title: String,
    pub(crate) queries: Vec<Query>,
    pub(crate) notes: Vec<String>,
    pub(crate) sets: Vec<Measured>,
    /// The fewest bytes with which ours leaves no more steps than `.expert`.
    pub(crate) equal_bytes: Option<u64>,
    /// The adviser's own figure: its work over that of the best plans it measured.
    pub(crate) of_best_tried: f64,
}

/// One set and what it does.
pub(crate) struct Measured {
    pub(crate) set: Set,
    pub(crate) indexes: usize,
    pub(crate) bytes: u64,
    pub(crate) outcome: Outcome,
}

pub(crate) fn compare(source: &Source, options: &Options) -> Result<Compared> {
    let base = source.database()?;
    let (queries, notes) = source.queries(&base);
    let most_bytes = (source.bytes() * MOST_BUILT).max(LEAST_BUILT_BYTES);
    let build = |set: Set| {
        eprintln!("  {}: building the set {}", source.title, set.name);
        Built::of(&base, set, most_bytes)
    };
    let set = |name, ddl, analyze| Set { name, ddl, analyze, advised_ns: None, notes: Vec::new() };
    limit_storage(STORAGE);
    let mut built = vec![build(set(BASE, Vec::new(), false))?];

    let (suggested, ours) = suggest(source, None)?;
    let mut points = suggested.curve.clone();
    let of_best_tried = suggested.bound.achieved / suggested.bound.best_seen;
    built.push(build(Set { name: OURS, ..ours })?);

    let mut expert_at = None;
    if let Some(program) = &options.shell {
        eprintln!("  {}: asking .expert", source.title);
        let expert = build(ask_expert(program, source, &queries, EXPERT)?)?;
        if expert.bytes > 0 {
            let (suggested, ours) = suggest(source, Some(expert.bytes))?;
            points.extend(suggested.curve);
            built.push(build(Set { name: OURS_AT_BYTES, ..ours })?);
        }
        expert_at = Some(built.len());
        built.push(expert);
        built.push(build(ask_expert(program, source, &queries, EXPERT_SAMPLE)?)?);
    }
    let used = columns_used(base.schema(), &queries)?;
    built.push(build(set(SINGLES, singles(base.schema(), &used), true))?);
    let both = [singles(base.schema(), &used), pairs(base.schema(), &used)].concat();
    built.push(build(set(PAIRS, both, true))?);
    if let Some(ideal) = &source.ideal {
        built.push(build(set(IDEAL, ideal.clone(), true))?);
    }

    eprintln!("  {}: measuring {} queries with {} sets", source.title, queries.len(), built.len());
    let outcomes = measure(&built, &queries, options)?;
    let mut equal_bytes = None;
    if let Some(at) = expert_at {
        let wanted = steps_left(&built[at], &queries, &outcomes[0].runs, options)?;
        points.sort_by_key(|point| point.bytes);
        for point in points {
            let mut ddl = point.changes;
            let analyze = ddl.last().is_some_and(|last| last == "ANALYZE");
            ddl.truncate(ddl.len() - usize::from(analyze));
            let built = Built::of(&base, set(OURS, ddl, analyze), most_bytes)?;
            if steps_left(&built, &queries, &outcomes[0].runs, options)? <= wanted {
                equal_bytes = Some(built.bytes);
                break;
            }
        }
    }
    let sets = built.into_iter().zip(outcomes).map(|(built, outcome)| {
        let Built { set, indexes, bytes, .. } = built;
        Measured { set, indexes, bytes, outcome }
    });
    let sets = sets.collect();
    Ok(Compared { title: source.title.clone(), queries, notes, sets, equal_bytes, of_best_tried })
}

/// What the adviser says, and the set of it.
fn suggest(source: &Source, budget_bytes: Option<u64>) -> Result<(Suggested, Set)> {
    eprintln!("  {}: asking ScanSeek, budget {budget_bytes:?}", source.title);
    let mut workbench = source.workbench()?;
    limit_storage(STORAGE);
    let start = Instant::now();
    let suggested = workbench
        .suggest(&source.workload, &SuggestOptions { budget_bytes, ..SuggestOptions::default() })
        .map_err(|error| error.to_string())?;
    let create = suggested.create.iter().map(|index| &index.ddl);
    let drop = suggested.drop.iter().filter(|one| one.taken).map(|one| &one.ddl);
    let set = Set {
        name: OURS,
        ddl: create.chain(drop).cloned().collect(),
        analyze: suggested.analyze,
        advised_ns: Some(start.elapsed().as_nanos() as u64),
        notes: suggested
            .not_analysed
            .iter()
            .map(|one| format!("ScanSeek did not analyse {}: {}", one.name, one.because))
            .collect(),
    };
    Ok((suggested, set))
}

fn ask_expert(
    program: &Path,
    source: &Source,
    queries: &[Query],
    name: &'static str,
) -> Result<Set> {
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), &**source.main)?;
    let sample = if name == EXPERT_SAMPLE { 100 } else { 0 };
    let advice = expert::advise(program, file.path(), queries, sample)?;
    let advised_ns = Some(advice.elapsed.as_nanos() as u64);
    Ok(Set { name, ddl: advice.ddl, analyze: true, advised_ns, notes: advice.notes })
}

/// A table: its database and its name.
type TableName = (Option<String>, String);

/// Groups of columns that one scan of a table could search or sort by.
type Used = BTreeMap<TableName, BTreeSet<Vec<usize>>>;

/// What the planner could search or sort by, for each scan of each query.
fn columns_used(schema: &Schema, queries: &[Query]) -> Result<Used> {
    let shadow = ShadowPlanner::new(schema)?;
    let mut used = Used::new();
    for query in queries {
        // What cannot be planned over stand-ins has no columns to tell of.
        for scan in shadow.scans(&query.sql).unwrap_or_default() {
            let constraints = scan.constraints.iter().filter_map(|one| one.column);
            let order = scan.order_by.iter().filter_map(|one| one.column);
            let mut columns: Vec<usize> = constraints.chain(order).collect();
            columns.sort_unstable();
            columns.dedup();
            used.entry((scan.database, scan.table)).or_default().insert(columns);
        }
    }
    Ok(used)
}

/// An index on each column by itself.
fn singles(schema: &Schema, used: &Used) -> Vec<String> {
    let alone = |columns: &Vec<usize>| columns.iter().map(|column| vec![*column]).collect();
    indexes(schema, used, alone)
}

/// An index on each two columns that one query uses of a table, in both orders.
fn pairs(schema: &Schema, used: &Used) -> Vec<String> {
    let two = |columns: &Vec<usize>| {
        let of = |first: &usize| {
            let first = *first;
            columns.iter().filter(move |second| **second != first).map(move |one| vec![first, *one])
        };
        columns.iter().flat_map(of).collect()
    };
    indexes(schema, used, two)
}

/// Statements for the keys that each group of columns gives, without those whose work another index of the
/// file does.
fn indexes(
    schema: &Schema,
    used: &Used,
    keys: impl Fn(&Vec<usize>) -> Vec<Vec<usize>>,
) -> Vec<String> {
    let mut ddl = Vec::new();
    for ((database, name), groups) in used {
        let table = schema.table_in(database.as_deref(), name);
        let Some(table) = table.filter(|table| table.kind == TableKind::Table) else { continue };
        let keys: BTreeSet<Vec<usize>> = groups.iter().flat_map(&keys).collect();
        // Every index ends with the rowid.
        let rowid = table.rowid_column();
        for key in keys.iter().filter(|key| !rowid.is_some_and(|rowid| key.contains(&rowid))) {
            let part = |column: &usize| IndexPart::ascending(table.columns[*column].name.clone());
            let spec = IndexSpec {
                database: database.clone(),
                table: table.name.clone(),
                parts: key.iter().map(part).collect(),
                filter: None,
            };
            if !spec.exists_in(table) {
                ddl.push(spec.ddl(&format!("peer_{}_{}", table.name, words(key))));
            }
        }
    }
    ddl
}

fn words(key: &[usize]) -> String {
    key.iter().map(usize::to_string).collect::<Vec<_>>().join("_")
}

impl Compared {
    pub(crate) fn set(&self, name: &str) -> Option<&Measured> {
        self.sets.iter().find(|one| one.set.name == name)
    }

    pub(crate) fn before(&self) -> &[Run] {
        &self.sets[0].outcome.runs
    }
}
