//! SQLite as the adviser sees it: shadows for what the planner needs, an empty clone for what it
//! would do, and copies with real indexes for what it then does.

use std::collections::BTreeMap;
use std::rc::Rc;

use scanseek_advisor::{Oracle, OracleError, Outcome, PlannedUse};
use scanseek_engine::{Database, EngineError, Measured, ShadowPlanner};
use scanseek_schema::{IndexSpec, TableScan};
use scanseek_sql::{outline, without_indexed_by};

use crate::{Host, StatementInfo, WorkbenchError, bare, what_if};

/// A query that takes longer than this without new indexes is not measured, in nanoseconds.
const QUERY_TIME_NS: u64 = 60_000_000_000;
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
        })
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
            let name = self.name(spec);
            database.drop_index(&name).map_err(oracle_error)?;
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
        self.shadow.scans(&sql).map_err(|error| match oracle_error(error) {
            OracleError::Query(because) => OracleError::Query(format!(
                "No index was looked for, since SQLite cannot plan it over stand-ins of the tables: {because}"
            )),
            error => error,
        })
    }

    fn plan(&mut self, query: usize, indexes: &[IndexSpec]) -> Result<PlannedUse, OracleError> {
        let names: Vec<String> = indexes.iter().map(|spec| self.name(spec)).collect();
        self.clone.execute_script("SAVEPOINT what_if").map_err(oracle_error)?;
        let result = (|| {
            for (spec, name) in indexes.iter().zip(&names) {
                self.clone.execute_script(&spec.ddl(name)).map_err(oracle_error)?;
            }
            let mut statement = self.queries[query].clone();
            let prepared = statement.prepare(&self.clone).map_err(workbench_error)?;
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
            let (outcome, measured) =
                measure_on(self.base, statement, None, step_limit, self.base)?;
            self.before.insert(query, measured);
            return Ok(outcome);
        }
        let at = self.copy(indexes, analyze)?;
        let before = self.before.get(&query).copied();
        measure_on(&self.copies[at].database, statement, before, step_limit, self.base)
            .map(|(outcome, _)| outcome)
    }

    fn bytes(&mut self, index: &IndexSpec) -> Result<u64, OracleError> {
        let name = self.name(index);
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

/// Plans and runs one query on one database, and compares its rows with those of `before`.
pub(crate) fn measure_on(
    database: &Database,
    statement: &StatementInfo,
    before: Option<Measured>,
    step_limit: Option<u64>,
    base: &Database,
) -> Result<(Outcome, Measured), OracleError> {
    let mut statement = statement.clone();
    let prepared = statement.prepare_to_run(database).map_err(workbench_error)?;
    let measured = prepared.measure(Some(QUERY_TIME_NS), step_limit).map_err(oracle_error)?;
    let plan = prepared.plan().map_err(oracle_error)?;
    let (same_result, note) = match before {
        None => (true, None),
        Some(before) => same_result(database, base, &statement, &before, &measured)?,
    };
    Ok((Outcome { plan, counters: measured.counters, same_result, note }, measured))
}

/// One query on the database as it is and on a tuned copy.
pub(crate) fn measure_both(
    base: &Database,
    tuned: &Database,
    statement: &StatementInfo,
) -> Result<(Outcome, Outcome), OracleError> {
    let (before, measured) = measure_on(base, statement, None, None, base)?;
    let (after, _) = measure_on(tuned, statement, Some(measured), None, base)?;
    Ok((before, after))
}

/// Are the rows the same? SQL leaves the order of ties open, and with it which of them a `LIMIT`
/// keeps: then the rows are compared without the `LIMIT`.
fn same_result(
    database: &Database,
    base: &Database,
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
    let Some(limit_at) = outline.limit_at.filter(|_| a.rows == b.rows) else {
        return Ok((false, Some("The rows are not the same.".to_owned())));
    };
    let mut whole = statement.clone();
    whole.sql.truncate(limit_at);
    // Values of parameters that went with the LIMIT go, too; the others keep their numbers.
    let left = database.prepare(&whole.sql).map_err(oracle_error)?.parameters();
    whole.values.retain(|(name, _)| left.iter().any(|known| bare(known) == bare(name)));
    let all_rows = |database: &Database| {
        let prepared = whole.clone().prepare_to_run(database).map_err(workbench_error)?;
        prepared.measure(Some(QUERY_TIME_NS), None).map_err(oracle_error)
    };
    let (a, b) = (all_rows(base)?, all_rows(database)?);
    Ok(if a.result.unordered == b.result.unordered && a.result.rows == b.result.rows {
        (
            true,
            Some(
                "Without LIMIT the rows are the same; LIMIT keeps other ones among rows that tie."
                    .to_owned(),
            ),
        )
    } else {
        (false, Some("The rows are not the same.".to_owned()))
    })
}

pub(crate) fn oracle_error(error: EngineError) -> OracleError {
    match error {
        EngineError::Cancelled => OracleError::Cancelled,
        error => OracleError::Query(error.to_string()),
    }
}

fn workbench_error(error: WorkbenchError) -> OracleError {
    match error.code {
        crate::ErrorCode::Cancelled => OracleError::Cancelled,
        _ => OracleError::Query(error.message),
    }
}
