//! SQLite as the adviser sees it: shadows for what the planner needs, an empty clone for what it
//! would do, and copies with real indexes for what it then does.

use std::collections::BTreeMap;
use std::rc::Rc;

use scanseek_advisor::{Oracle, OracleError, Outcome, PlannedUse};
use scanseek_engine::{Database, EngineError, Measured, ResultHash, ShadowPlanner};
use scanseek_schema::{IndexName, IndexSpec, TableScan};
use scanseek_sql::{collated, outline, without_indexed_by, without_nulls_order};

use crate::{ErrorCode, Host, StatementInfo, WorkbenchError, bare, what_if};

/// A query of which one run takes longer than this is not measured, in nanoseconds, unless the person
/// says otherwise.
pub const QUERY_TIME_NS: u64 = 60_000_000_000;
/// Copies with indexes kept at a time.
const COPIES: usize = 12;

pub(crate) struct EngineOracle<'a> {
    base: &'a Database,
    shadow: ShadowPlanner,
    clone: Database,
    queries: &'a [StatementInfo],
    host: Rc<dyn Host>,
    names: BTreeMap<IndexSpec, String>,
    copies: Vec<Copy>,
    before: BTreeMap<usize, Measured>,
    /// Time allowed for one run, in nanoseconds.
    time_ns: u64,
}

struct Copy {
    set: Vec<IndexSpec>,
    analyzed: bool,
    database: Database,
}

impl<'a> EngineOracle<'a> {
    pub(crate) fn new(
        base: &'a Database,
        queries: &'a [StatementInfo],
        host: Rc<dyn Host>,
        time_ns: u64,
    ) -> Result<Self, WorkbenchError> {
        Ok(Self {
            base,
            shadow: ShadowPlanner::new(base.schema())?,
            clone: what_if::empty_clone(base)?,
            queries,
            host,
            names: BTreeMap::new(),
            copies: Vec::new(),
            before: BTreeMap::new(),
            time_ns,
        })
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

    fn index_name(&mut self, spec: &IndexSpec) -> IndexName {
        IndexName { database: spec.database.clone(), name: self.name(spec) }
    }

    /// A copy with exactly these indexes, made from the nearest one there is.
    fn copy(&mut self, set: &[IndexSpec], analyzed: bool) -> Result<usize, OracleError> {
        let mut set: Vec<IndexSpec> = set.to_vec();
        set.sort();
        set.dedup();
        if let Some(at) =
            self.copies.iter().position(|copy| copy.set == set && copy.analyzed == analyzed)
        {
            let copy = self.copies.remove(at);
            self.copies.push(copy);
            return Ok(self.copies.len() - 1);
        }
        // Building an index takes about ten times as long as dropping one.
        let distance = |copy: &Copy| {
            let missing = set.iter().filter(|spec| !copy.set.contains(spec)).count();
            let extra = copy.set.iter().filter(|spec| !set.contains(spec)).count();
            missing * 10 + extra
        };
        let nearest = self
            .copies
            .iter()
            .filter(|copy| !copy.analyzed)
            .min_by_key(|copy| distance(copy))
            .filter(|copy| distance(copy) < set.len() * 10);
        let (source, has) = match nearest {
            Some(copy) => (&copy.database, copy.set.clone()),
            None => (self.base, Vec::new()),
        };
        let mut database = source.fork().map_err(oracle_error)?;
        for spec in has.iter().filter(|spec| !set.contains(spec)) {
            let index = self.index_name(spec);
            database.drop_index(&index).map_err(oracle_error)?;
        }
        for spec in set.iter().filter(|spec| !has.contains(spec)) {
            let name = self.name(spec);
            database.create_index(&spec.ddl(&name)).map_err(oracle_error)?;
        }
        if analyzed {
            database.execute("ANALYZE").map_err(oracle_error)?;
        }
        if self.copies.len() == COPIES {
            self.copies.remove(0);
        }
        self.copies.push(Copy { set, analyzed, database });
        Ok(self.copies.len() - 1)
    }
}

impl Oracle for EngineOracle<'_> {
    fn scans(&mut self, query: usize) -> Result<Vec<TableScan>, OracleError> {
        let sql = without_indexed_by(&self.queries[query].sql);
        let mut scans = self.shadow.scans(&sql).map_err(|error| match oracle_error(error) {
            OracleError::Query(because) => OracleError::Query(format!(
                "No index was looked for, since SQLite cannot plan it over stand-ins of the tables: {because}"
            )),
            error => error,
        })?;
        scans.extend(self.other_orders(&sql));
        Ok(scans)
    }

    fn plan(&mut self, query: usize, indexes: &[IndexSpec]) -> Result<PlannedUse, OracleError> {
        let names: Vec<String> = indexes.iter().map(|spec| self.name(spec)).collect();
        self.clone.execute_script("SAVEPOINT what_if").map_err(oracle_error)?;
        let result = (|| {
            for (spec, name) in indexes.iter().zip(&names) {
                self.clone.execute_script(&spec.ddl(name)).map_err(oracle_error)?;
            }
            let mut statement = self.queries[query].clone();
            let prepared = statement.prepare(&self.clone)?;
            prepared.plan().map_err(oracle_error)
        })();
        self.clone.execute_script("ROLLBACK TO what_if; RELEASE what_if").map_err(oracle_error)?;
        let plan = result?;
        let used = plan.index_names();
        let used = (0..names.len()).filter(|i| used.contains(&names[*i].as_str())).collect();
        Ok(PlannedUse { used, text: plan.to_text() })
    }

    fn measure(
        &mut self,
        query: usize,
        indexes: &[IndexSpec],
        analyze: bool,
        step_limit: Option<u64>,
    ) -> Result<Outcome, OracleError> {
        if self.host.cancelled() {
            return Err(OracleError::Cancelled);
        }
        let statement = &self.queries[query];
        if indexes.is_empty() && !analyze {
            let (outcome, measured) = self.measurer().on(self.base, statement, None, step_limit)?;
            self.before.insert(query, measured);
            return Ok(outcome);
        }
        let at = self.copy(indexes, analyze)?;
        let before = self.before.get(&query).copied();
        let database = &self.copies[at].database;
        Ok(self.measurer().on(database, statement, before, step_limit)?.0)
    }

    fn bytes(&mut self, index: &IndexSpec) -> Result<u64, OracleError> {
        let name = self.index_name(index);
        let has = self.copies.iter().rposition(|copy| copy.set.contains(index));
        let at = match has {
            Some(at) => at,
            None => self.copy(std::slice::from_ref(index), false)?,
        };
        self.copies[at].database.index_bytes(&name).map_err(oracle_error)
    }

    fn progress(&mut self, stage: &str, done: usize, total: usize) {
        self.host.progress(stage, done as u64, Some(total as u64));
    }
}

/// Runs queries on the database as it is and on tuned copies, and compares their rows.
pub(crate) struct Measurer<'a> {
    /// The database as it is.
    pub(crate) base: &'a Database,
    /// Time allowed for one run, in nanoseconds.
    pub(crate) time_ns: u64,
}

impl Measurer<'_> {
    /// Plans and runs one query on one database, and compares its rows with those of `before`.
    pub(crate) fn on(
        &self,
        database: &Database,
        statement: &StatementInfo,
        before: Option<Measured>,
        step_limit: Option<u64>,
    ) -> Result<(Outcome, Measured), OracleError> {
        let mut own = statement.clone();
        let prepared = own.prepare_to_run(database)?;
        let measured = prepared
            .measure(Some(self.time_ns), step_limit)
            .map_err(|error| self.timed_out(error))?;
        let plan = prepared.plan().map_err(oracle_error)?;
        let (same_result, note) = match before {
            None => (true, None),
            Some(before) => self.same_result(database, &own, &before, &measured)?,
        };
        Ok((Outcome { plan, counters: measured.counters, same_result, note }, measured))
    }

    /// One query on the database as it is and on a tuned copy.
    pub(crate) fn both(
        &self,
        tuned: &Database,
        statement: &StatementInfo,
    ) -> Result<(Outcome, Outcome), OracleError> {
        let (before, measured) = self.on(self.base, statement, None, None)?;
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
