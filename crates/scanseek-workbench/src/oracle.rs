//! SQLite as the adviser sees it: shadows for what the planner needs, an empty clone for what it
//! would do, and a shelf of real indexes for what it then does.

mod existing;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use scanseek_advisor::{Oracle, OracleError, Outcome, PlannedUse, Regime, SoFar, Wishes};
use scanseek_engine::{
    Database, DistinctRequest, EngineError, Measured, ResultHash, RowsRequest, ShadowPlanner,
    Shelf, Statistics, Value,
};
use scanseek_schema::{ConstraintOp, IndexPart, IndexSpec, Key, TableScan, quote_name, quote_text};
use scanseek_sql::{
    Filter, FilterKind, Verb, Wanted, clauses, collated, outline, wanted, with_inner_joins,
    without_indexed_by, without_nulls_order,
};

use crate::statement::StatementKind;
use crate::{AdviceSoFar, ErrorCode, Host, StatementInfo, WorkbenchError, bare, what_if};

pub(crate) use existing::WithExisting;

/// A query of which one run takes longer than this is not measured, in nanoseconds, unless the person
/// says otherwise.
pub const QUERY_TIME_NS: u64 = 60_000_000_000;
/// A condition is worth an index of its own if it keeps less than this share of the rows.
const FEW: f64 = 0.25;
/// A column with more values than this is no status: the next query will ask for another.
const FEW_VALUES: u32 = 16;
/// A value is rare if it has less than this share of the rows that it would have if all were alike.
const RARE: f64 = 0.5;
/// Rows of a condition are counted for this long, in nanoseconds.
const COUNT_TIME_NS: u64 = 2_000_000_000;

pub(crate) struct EngineOracle<'a> {
    base: &'a Database,
    shadow: ShadowPlanner,
    /// Empty clones: with the statistics as found, and with those of `ANALYZE`.
    clones: Vec<Database>,
    shelf: Shelf,
    /// The indexes that are there anyway.
    existing: BTreeSet<usize>,
    /// Where an index stands on the shelf.
    built: BTreeMap<IndexSpec, usize>,
    queries: &'a [StatementInfo],
    host: Rc<dyn Host>,
    names: BTreeMap<IndexSpec, String>,
    before: BTreeMap<usize, Measured>,
    /// Rows of `sqlite_stat1` that the candidates would have.
    predicted: BTreeMap<IndexSpec, String>,
    /// What is known of conditions, by table and SQL: they keep few rows.
    keeps_few: BTreeMap<(String, String), bool>,
    /// Time allowed for one run, in nanoseconds.
    time_ns: u64,
}

impl<'a> EngineOracle<'a> {
    pub(crate) fn new(
        base: &'a Database,
        queries: &'a [StatementInfo],
        host: Rc<dyn Host>,
        time_ns: u64,
    ) -> Result<Self, WorkbenchError> {
        let mut shelf = Shelf::new(base)?;
        let existing: BTreeSet<usize> = (0..shelf.len()).collect();
        let clones = vec![
            what_if::empty_clone(base)?,
            what_if::empty_clone(shelf.show(&existing, Statistics::Analyze)?)?,
        ];
        Ok(Self {
            base,
            shadow: ShadowPlanner::new(base.schema())?,
            clones,
            shelf,
            existing,
            built: BTreeMap::new(),
            queries,
            host,
            names: BTreeMap::new(),
            before: BTreeMap::new(),
            predicted: BTreeMap::new(),
            keeps_few: BTreeMap::new(),
            time_ns,
        })
    }

    /// What a query that only reads did as it is.
    pub(crate) fn before(&self, query: usize) -> Option<Measured> {
        let reads = self.queries[query].kind != StatementKind::Write;
        self.before.get(&query).copied().filter(|_| reads)
    }

    fn measurer(&self) -> Measurer<'_> {
        Measurer { base: self.base, time_ns: self.time_ns }
    }

    /// Scans with the orders that SQLite does not ask a virtual table for: those with another collation
    /// than the column's, and those that say where nulls go. They only lead to more candidates, so what
    /// cannot be planned is no error.
    fn other_orders(&self, sql: &str) -> Vec<TableScan> {
        let mut schema = self.base.schema().clone();
        // Shadows whose columns have the collation wanted, so that it is their own.
        let mut own: Vec<(Option<String>, String, usize, String)> = Vec::new();
        for (name, collation) in collated(sql) {
            for table in &mut schema.tables {
                let Some((at, _)) = table.column(&name) else { continue };
                let column = &mut table.columns[at];
                if !column.collation.eq_ignore_ascii_case(&collation) {
                    column.collation.clone_from(&collation);
                    own.push((table.database.clone(), table.name.clone(), at, collation.clone()));
                }
            }
        }
        let plain = without_nulls_order(sql);
        if own.is_empty() && plain == sql {
            return Vec::new();
        }
        let shadow = ShadowPlanner::new(&schema);
        let scans = shadow.and_then(|shadow| shadow.scans(&plain)).unwrap_or_default();
        scans
            .into_iter()
            .filter(|scan| !scan.order_by.is_empty())
            .map(|mut scan| {
                for term in &mut scan.order_by {
                    let is =
                        |(database, table, at, _): &&(Option<String>, String, usize, String)| {
                            *database == scan.database
                                && *table == scan.table
                                && Some(*at) == term.column
                        };
                    term.collation = own.iter().find(is).map(|(.., collation)| collation.clone());
                }
                scan
            })
            .collect()
    }

    /// A name that says what the index is, so that equal plans have equal texts.
    fn name(&mut self, spec: &IndexSpec) -> String {
        if let Some(name) = self.names.get(spec) {
            return name.clone();
        }
        let taken: Vec<String> = self.names.values().cloned().collect();
        let name = spec.name_in(self.base.schema(), &taken);
        self.names.insert(spec.clone(), name.clone());
        name
    }

    /// The columns that refer to the table a statement deletes from: SQLite looks there for each row.
    fn children(&self, sql: &str) -> Vec<(Option<String>, String, Vec<String>)> {
        let Some(read) = clauses(sql) else { return Vec::new() };
        let Some(target) = read.target.filter(|_| read.verb == Verb::Delete) else {
            return Vec::new();
        };
        let schema = self.base.schema();
        let parent =
            target.name.as_deref().and_then(|name| schema.named(target.schema.as_deref(), name));
        let Some(parent) = parent else { return Vec::new() };
        let mut children = Vec::new();
        for table in schema.of(parent.database.as_deref()) {
            for column in &table.columns {
                let refers = column.references.as_ref().is_some_and(|to| {
                    let (name, _) = to.rsplit_once('(').unwrap_or((to, ""));
                    name.eq_ignore_ascii_case(&parent.name)
                });
                if refers {
                    let columns = vec![column.name.clone()];
                    children.push((table.database.clone(), table.name.clone(), columns));
                }
            }
        }
        children
    }

    /// True if an index over just the rows of a condition is worth having: they are few, and the
    /// condition is one that comes again.
    fn keeps_few(&mut self, table: &str, filter: &Filter) -> bool {
        let key = (table.to_owned(), filter.sql.clone());
        if let Some(known) = self.keeps_few.get(&key) {
            return *known;
        }
        let count = |sql: &str| -> Option<i64> {
            let request = RowsRequest { row_cap: 1, time_ns: Some(COUNT_TIME_NS) };
            let rows = self.base.prepare(sql).ok()?.rows(&request).ok()?;
            match rows.rows.first()?.first()? {
                Value::Integer(count) => Some(*count),
                _ => None,
            }
        };
        let kept = || {
            let all = count(&format!("SELECT count(*) FROM {table}"))?;
            let kept = count(&format!("SELECT count(*) FROM {table} WHERE {}", filter.sql))?;
            Some(kept as f64 / all.max(1) as f64)
        };
        let is_few = |share: f64| match filter.kind {
            FilterKind::Null | FilterKind::Flag => Some(share < FEW),
            // One of a few states that is rarer than the others. Of values that are all alike, the next
            // query asks for another.
            FilterKind::Value => {
                let most = FEW_VALUES + 1;
                let values = count(&format!(
                    "SELECT count(*) FROM (SELECT DISTINCT {} FROM {table} LIMIT {most})",
                    filter.compared
                ))?;
                let is_rare = share * (values as f64) < RARE;
                Some(values <= i64::from(FEW_VALUES) && share < FEW && is_rare)
            }
        };
        let is = kept().and_then(is_few) == Some(true);
        self.keeps_few.insert(key, is);
        is
    }

    /// Gives a clone the statistics that its candidates would have.
    fn tell(
        &self,
        clone: &Database,
        candidates: &[IndexSpec],
        names: &[String],
    ) -> Result<(), OracleError> {
        let mut script = String::new();
        let mut databases = BTreeSet::new();
        for (spec, name) in candidates.iter().zip(names) {
            let Some(statistics) = self.predicted.get(spec) else { continue };
            let database = spec.database.as_deref().unwrap_or("main");
            databases.insert(quote_name(database));
            script.push_str(&format!(
                "INSERT INTO {}.sqlite_stat1 VALUES({}, {}, '{statistics}');\n",
                quote_name(database),
                quote_text(&spec.table),
                quote_text(name)
            ));
        }
        for database in databases {
            script.push_str(&format!("ANALYZE {database}.sqlite_schema;\n"));
        }
        clone.execute_script(&script).map_err(oracle_error)
    }

    /// Has the planner see what is there anyway and these, under their numbers on the shelf.
    fn show(&mut self, indexes: &[IndexSpec], regime: Regime) -> Result<&Database, OracleError> {
        let own = indexes.iter().filter_map(|spec| self.built.get(spec));
        let shown = self.existing.iter().chain(own).copied().collect();
        let statistics = match regime {
            Regime::AsFound => Statistics::AsFound,
            Regime::Analyzed => Statistics::Analyze,
            Regime::Optimized => Statistics::Optimize,
        };
        self.shelf.show(&shown, statistics).map_err(oracle_error)
    }
}

impl Oracle for EngineOracle<'_> {
    fn wishes(&mut self, query: usize) -> Result<Wishes, OracleError> {
        let sql = without_indexed_by(&self.queries[query].sql);
        let mut scans = self.shadow.scans(&sql).map_err(|error| match oracle_error(error) {
            OracleError::Query(because) => OracleError::Query(format!(
                "No index was looked for, since SQLite cannot plan it over stand-ins of the tables: {because}"
            )),
            error => error,
        })?;
        scans.extend(self.other_orders(&sql));
        let inner = with_inner_joins(&sql);
        if inner != sql {
            scans.extend(self.shadow.scans(&inner).unwrap_or_default());
        }
        let mut wanted = wanted(&sql, self.base.schema());
        wanted.extend(scans.iter().flat_map(|scan| not_null(self.base, scan)));
        for one in &mut wanted {
            let table = match &one.database {
                Some(database) => format!("{}.{}", quote_name(database), quote_name(&one.table)),
                None => format!("main.{}", quote_name(&one.table)),
            };
            let filters = std::mem::take(&mut one.filters);
            one.filters =
                filters.into_iter().filter(|filter| self.keeps_few(&table, filter)).collect();
        }
        Ok(Wishes { scans, wanted, children: self.children(&sql) })
    }

    fn survey(&mut self, candidates: &[IndexSpec]) -> Result<(), OracleError> {
        self.predicted = predict(self.base, candidates)?;
        Ok(())
    }

    fn picks(
        &mut self,
        query: usize,
        candidates: &[IndexSpec],
        rounds: usize,
    ) -> Result<Vec<Vec<usize>>, OracleError> {
        let names: Vec<String> = candidates.iter().map(|spec| self.name(spec)).collect();
        let mut of_clone = Vec::new();
        for (at, clone) in self.clones.iter().enumerate() {
            clone.execute_script("SAVEPOINT what_if").map_err(oracle_error)?;
            for (spec, name) in candidates.iter().zip(&names) {
                // An expression may not be allowed in an index; then it is none that helps.
                let _ = clone.execute_script(&spec.ddl(name));
            }
            if at == 1 {
                self.tell(clone, candidates, &names)?;
            }
            let picks = picks(clone, &self.queries[query], candidates, &names, rounds);
            clone.execute_script("ROLLBACK TO what_if; RELEASE what_if").map_err(oracle_error)?;
            of_clone.push(picks?);
        }
        // What both would take first, then what each would.
        let mut all: Vec<Vec<usize>> = Vec::new();
        for round in 0..rounds {
            for picks in of_clone.iter().rev() {
                if let Some(pick) = picks.get(round).filter(|pick| !all.contains(pick)) {
                    all.push(pick.clone());
                }
            }
        }
        Ok(all)
    }

    fn build(&mut self, index: &IndexSpec) -> Result<u64, OracleError> {
        if self.host.cancelled() {
            return Err(OracleError::Cancelled);
        }
        let name = self.name(index);
        let position = self.shelf.build(&index.ddl(&name)).map_err(oracle_error)?;
        self.built.insert(index.clone(), position);
        Ok(self.shelf.bytes(position))
    }

    fn plan(
        &mut self,
        query: usize,
        indexes: &[IndexSpec],
        regime: Regime,
    ) -> Result<PlannedUse, OracleError> {
        let names: Vec<String> = indexes.iter().map(|spec| self.name(spec)).collect();
        let mut statement = self.queries[query].clone();
        let database = self.show(indexes, regime)?;
        let prepared = statement.prepare(database)?;
        // Some choices do not show in the plan, such as skipping to the next of DISTINCT.
        let opcodes = prepared.program_length().map_err(oracle_error)?;
        let plan = prepared.plan().map_err(oracle_error)?;
        let used = plan.index_names();
        let used = (0..names.len()).filter(|i| used.contains(&names[*i].as_str())).collect();
        Ok(PlannedUse { used, text: format!("{}{opcodes} opcodes", plan.to_text()) })
    }

    fn measure(
        &mut self,
        query: usize,
        indexes: &[IndexSpec],
        regime: Regime,
        step_limit: Option<u64>,
    ) -> Result<Outcome, OracleError> {
        if self.host.cancelled() {
            return Err(OracleError::Cancelled);
        }
        let queries = self.queries;
        let statement = &queries[query];
        let is_first = indexes.is_empty() && regime == Regime::AsFound;
        let before = if is_first { None } else { self.before.get(&query).copied() };
        if is_first && statement.kind != StatementKind::Write {
            let (outcome, measured) = self.measurer().on(self.base, statement, None, step_limit)?;
            self.before.insert(query, measured);
            return Ok(outcome);
        }
        let (base, time_ns) = (self.base, self.time_ns);
        let database = self.show(indexes, regime)?;
        let measurer = Measurer { base, time_ns };
        let (outcome, measured) = measurer.on(database, statement, before, step_limit)?;
        if is_first {
            self.before.insert(query, measured);
        }
        Ok(outcome)
    }

    fn steps_per_insert(&mut self, index: &IndexSpec) -> Option<u64> {
        let name = self.name(index);
        let clone = &self.clones[0];
        let sql = format!("INSERT INTO {} DEFAULT VALUES", index.typed_table());
        let length = || clone.prepare(&sql).ok()?.body_length().ok();
        let without = length()?;
        clone.execute_script("SAVEPOINT what_if").ok()?;
        let with = clone.execute_script(&index.ddl(&name)).ok().and_then(|()| length());
        clone.execute_script("ROLLBACK TO what_if; RELEASE what_if").ok()?;
        // One step opens the index, once a statement.
        with?.checked_sub(without + 1)
    }

    fn progress(&mut self, stage: &str, done: usize, total: usize) {
        self.host.progress(stage, done as u64, Some(total as u64));
    }

    fn so_far(&mut self, so_far: &SoFar) {
        let mut changes: Vec<String> =
            so_far.indexes.iter().map(|spec| spec.ddl(&self.name(spec))).collect();
        changes.extend(so_far.analyze.then(|| "ANALYZE".to_owned()));
        let (bytes, work, best_seen) = (so_far.bytes, so_far.work, so_far.best_seen);
        self.host.advice_so_far(AdviceSoFar { changes, bytes, work, best_seen });
    }

    fn enough(&mut self) -> bool {
        self.host.enough()
    }
}

/// A comparison is never true of NULL, so an index over the other rows serves it.
/// Source: <https://sqlite.org/partialindex.html#queries_using_partial_indexes>, rule 2.
fn not_null(base: &Database, scan: &TableScan) -> Option<Wanted> {
    let table = base.schema().table_in(scan.database.as_deref(), &scan.table)?;
    let filters: Vec<Filter> = scan
        .constraints
        .iter()
        .filter(|constraint| constraint.op != ConstraintOp::IsNull)
        .filter_map(|constraint| table.columns.get(constraint.column?))
        .filter(|column| !column.not_null && column.primary_key_position == 0)
        .map(|column| {
            let compared = quote_name(&column.name);
            Filter {
                sql: format!("{compared} IS NOT NULL"),
                columns: vec![column.name.clone()],
                compared,
                kind: FilterKind::Null,
            }
        })
        .collect();
    (!filters.is_empty()).then(|| Wanted {
        database: table.database.clone(),
        table: table.name.clone(),
        filters,
        ..Wanted::default()
    })
}

/// The rows of `sqlite_stat1` that indexes would have: the number of rows, then for each prefix how many
/// rows have one value of it. Source: `statGet` in analyze.c.
fn predict(
    base: &Database,
    candidates: &[IndexSpec],
) -> Result<BTreeMap<IndexSpec, String>, OracleError> {
    type Keys = Vec<(String, String)>;
    // Database, table, condition.
    type Rows<'s> = (Option<&'s str>, &'s str, Option<&'s str>);
    let mut by_rows: BTreeMap<Rows<'_>, Vec<&IndexSpec>> = BTreeMap::new();
    for spec in candidates {
        let rows = (spec.database.as_deref(), spec.table.as_str(), spec.filter.as_deref());
        by_rows.entry(rows).or_default().push(spec);
    }
    let mut predicted = BTreeMap::new();
    for ((database, name, filter), specs) in by_rows {
        let Some(table) = base.schema().table_in(database, name) else { continue };
        let key = |part: &IndexPart| {
            let own = table.column(part.key.text()).map_or("BINARY", |(_, one)| &one.collation);
            let sql = match &part.key {
                Key::Column(name) => quote_name(name),
                Key::Expression(sql) => sql.clone(),
            };
            (sql, part.collation.clone().unwrap_or_else(|| own.to_owned()))
        };
        let prefixes = |spec: &IndexSpec| -> Vec<Keys> {
            let keys: Keys = spec.parts.iter().map(key).collect();
            let sorted = |length: usize| {
                let mut prefix = keys[..length].to_vec();
                prefix.sort();
                prefix
            };
            (1..=keys.len()).map(sorted).collect()
        };
        let mut request = DistinctRequest {
            table: match database {
                Some(database) => format!("{}.{}", quote_name(database), quote_name(name)),
                None => format!("main.{}", quote_name(name)),
            },
            filter: filter.map(str::to_owned),
            ..DistinctRequest::default()
        };
        let mut sets: BTreeMap<Keys, usize> = BTreeMap::new();
        for set in specs.iter().flat_map(|spec| prefixes(spec)) {
            if sets.contains_key(&set) {
                continue;
            }
            let mut positions = Vec::new();
            for key in &set {
                let known = request.keys.iter().position(|known| known == key);
                positions.push(known.unwrap_or_else(|| {
                    request.keys.push(key.clone());
                    request.keys.len() - 1
                }));
            }
            sets.insert(set, request.sets.len());
            request.sets.push(positions);
        }
        let distinct = match base.distinct(&request) {
            Ok(distinct) => distinct,
            Err(EngineError::Cancelled) => return Err(OracleError::Cancelled),
            // An expression that does not run for all rows: then nothing is known.
            Err(_) => continue,
        };
        for spec in specs {
            let mut statistics = distinct.rows.to_string();
            for set in prefixes(spec) {
                let values = distinct.values[sets[&set]].max(1);
                let mut each = distinct.rows.div_ceil(values);
                if each == 2 && distinct.rows * 10 <= values * 11 {
                    each = 1;
                }
                statistics.push_str(&format!(" {each}"));
            }
            predicted.insert(spec.clone(), statistics);
        }
    }
    Ok(predicted)
}

/// What the planner takes of the candidates, then what it takes without these, and so on.
fn picks(
    clone: &Database,
    query: &StatementInfo,
    candidates: &[IndexSpec],
    names: &[String],
    rounds: usize,
) -> Result<Vec<Vec<usize>>, OracleError> {
    let mut picks: Vec<Vec<usize>> = Vec::new();
    for _ in 0..rounds {
        let mut statement = query.clone();
        let plan = statement.prepare(clone)?.plan().map_err(oracle_error)?;
        let used = plan.index_names();
        let pick: Vec<usize> =
            (0..names.len()).filter(|at| used.contains(&names[*at].as_str())).collect();
        if pick.is_empty() {
            break;
        }
        for at in &pick {
            let database = candidates[*at].database.as_deref().unwrap_or("main");
            let drop = format!("DROP INDEX {}.{}", quote_name(database), quote_name(&names[*at]));
            clone.execute_script(&drop).map_err(oracle_error)?;
        }
        picks.push(pick);
    }
    Ok(picks)
}

/// Runs queries on the database as it is and on tuned copies, and compares their rows.
pub(crate) struct Measurer<'a> {
    /// The database as it is.
    pub(crate) base: &'a Database,
    /// Time allowed for one run, in nanoseconds.
    pub(crate) time_ns: u64,
}

impl Measurer<'_> {
    /// Plans and runs one query on one database, and compares its rows with those of `before`. What it
    /// writes is taken back, so the database must be a copy of our own if it writes.
    pub(crate) fn on(
        &self,
        database: &Database,
        statement: &StatementInfo,
        before: Option<Measured>,
        step_limit: Option<u64>,
    ) -> Result<(Outcome, Measured), OracleError> {
        let mut own = statement.clone();
        let prepared = own.prepare_to_measure(database)?;
        let measured = match own.kind {
            StatementKind::Write => {
                // As an application that keeps its rows together runs it, if the rows allow that.
                database.execute("PRAGMA foreign_keys = ON").map_err(oracle_error)?;
                let measured = prepared.measure_write(Some(self.time_ns), step_limit);
                database.execute("PRAGMA foreign_keys = OFF").map_err(oracle_error)?;
                match measured {
                    Err(EngineError::Sql(_)) => {
                        prepared.measure_write(Some(self.time_ns), step_limit)
                    }
                    measured => measured,
                }
            }
            _ => prepared.measure(Some(self.time_ns), step_limit),
        };
        let measured = measured.map_err(|error| self.timed_out(error))?;
        let plan = prepared.plan().map_err(oracle_error)?;
        let (same_result, note) = match before {
            None => (true, None),
            Some(before) => self.same_result(database, &own, &before, &measured)?,
        };
        Ok((Outcome { plan, counters: measured.counters, same_result, note }, measured))
    }

    /// One query on the database as it is, unless that is known, and on a tuned copy.
    pub(crate) fn both(
        &self,
        tuned: &Database,
        statement: &StatementInfo,
        known: Option<(Outcome, Measured)>,
    ) -> Result<(Outcome, Outcome), OracleError> {
        let (before, measured) = match known {
            Some(known) => known,
            None => self.on(self.base, statement, None, None)?,
        };
        let (after, _) = self.on(tuned, statement, Some(measured), None)?;
        Ok((before, after))
    }

    /// Are the rows the same? SQL leaves the order of ties open, and with it which of them a `LIMIT`
    /// keeps: then the rows are compared without the `LIMIT`. If they are not, the query is run once
    /// more on the database as it is: its rows may depend on the time of day.
    fn same_result(
        &self,
        database: &Database,
        statement: &StatementInfo,
        before: &Measured,
        after: &Measured,
    ) -> Result<(bool, Option<String>), OracleError> {
        let (a, b) = (&before.result, &after.result);
        if a == b {
            return Ok((true, None));
        }
        if statement.kind == StatementKind::Write {
            let same = a.unordered == b.unordered && a.rows == b.rows;
            return Ok((same, (!same).then(|| "It changes other rows.".to_owned())));
        }
        let outline = outline(&statement.sql);
        if a.unordered == b.unordered && a.rows == b.rows {
            let note = if outline.ordered {
                "Rows that tie under ORDER BY come in another order."
            } else {
                "The rows are the same in another order; the query asks for none."
            };
            return Ok((true, Some(note.to_owned())));
        }
        if let Some(limit_at) = outline.limit_at.filter(|_| a.rows == b.rows) {
            let mut whole = statement.clone();
            whole.sql.truncate(limit_at);
            // Values of parameters that went with the LIMIT go, too; the others keep their numbers.
            let left = database.prepare(&whole.sql).map_err(oracle_error)?.parameters();
            whole.values.retain(|(name, _)| left.iter().any(|known| bare(known) == bare(name)));
            let (a, b) = (self.rows(self.base, &whole)?, self.rows(database, &whole)?);
            if a.unordered == b.unordered && a.rows == b.rows {
                let note = "Without LIMIT the rows are the same; LIMIT keeps other ones among rows that tie.";
                return Ok((true, Some(note.to_owned())));
            }
        }
        if self.rows(self.base, statement)?.unordered != a.unordered {
            return Err(OracleError::Changing);
        }
        Ok((false, Some("The rows are not the same.".to_owned())))
    }

    fn rows(
        &self,
        database: &Database,
        statement: &StatementInfo,
    ) -> Result<ResultHash, OracleError> {
        let mut own = statement.clone();
        let prepared = own.prepare_to_run(database)?;
        let measured = prepared.measure(Some(self.time_ns), None);
        Ok(measured.map_err(|error| self.timed_out(error))?.result)
    }

    fn timed_out(&self, error: EngineError) -> OracleError {
        match error {
            EngineError::Deadline => OracleError::Query(format!(
                "One run takes longer than the {} s allowed.",
                self.time_ns.div_ceil(1_000_000_000)
            )),
            error => oracle_error(error),
        }
    }
}

pub(crate) fn oracle_error(error: EngineError) -> OracleError {
    match error {
        EngineError::Cancelled => OracleError::Cancelled,
        error => OracleError::Query(error.to_string()),
    }
}

impl From<WorkbenchError> for OracleError {
    fn from(error: WorkbenchError) -> Self {
        match error.code {
            ErrorCode::Cancelled => Self::Cancelled,
            _ => Self::Query(error.message),
        }
    }
}

#[cfg(test)]
mod tests;
