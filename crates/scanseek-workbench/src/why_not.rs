//! Why not that index: what happens when SQLite is made to use it, and what would change its mind.

use scanseek_engine::{Database, EngineError, Estimate, RowsRequest, Value};
use scanseek_plan::{Counters, Op, Plan};
use scanseek_schema::{IndexName, Table, quote_identifier, quote_text};
use scanseek_sql::clauses;

use crate::run::count_on;
use crate::{ErrorCode, RunOptions, StatementInfo, Switch, Workbench, WorkbenchError, what_if};

/// An index that SQLite did not choose, held against the plan it chose.
#[derive(Debug, Clone, PartialEq)]
pub struct WhyNot {
    /// The index's name.
    pub index: String,
    /// Its table, as a person writes it.
    pub table: String,
    /// The plan SQLite chose.
    pub chosen: Alternative,
    /// The plans with the index, one for each place of its table in the statement where SQLite can use it.
    pub forced: Vec<ForcedUse>,
    /// Switches under which SQLite itself chooses the index.
    pub switches: Vec<Switch>,
    /// What SQLite would have to believe to choose it; `None` if there are no statistics of it, or no belief
    /// in reach changes its mind.
    pub threshold: Option<Threshold>,
    /// All of it in a few sentences.
    pub sentences: Vec<String>,
}

/// A plan with what SQLite expects of it and what it costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// The plan.
    pub plan: Plan,
    /// What SQLite expects of each loop.
    pub loops: Vec<LoopEstimate>,
    /// The work; `None` if it was not run, or not to its end.
    pub counters: Option<Counters>,
}

/// What SQLite expects of one loop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoopEstimate {
    /// The id of its node.
    pub node: i64,
    /// Rows that leave it in one round.
    pub rows: f64,
    /// What one round costs in SQLite's own reckoning, which has no unit; `None` where it does not say.
    pub cost: Option<f64>,
}

/// The index, forced in one place by INDEXED BY.
#[derive(Debug, Clone, PartialEq)]
pub struct ForcedUse {
    /// The statement with `INDEXED BY` in it.
    pub sql: String,
    /// The table as the statement calls it.
    pub label: String,
    /// The plan, or why there is none, in SQLite's words.
    pub outcome: Result<Alternative, String>,
}

/// Where in its statistics SQLite changes its mind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    /// Rows for each value of the first column, as statistics say.
    pub believed: u64,
    /// The most for which it would choose the index.
    pub needed: u64,
}

impl Workbench {
    /// Asks why the one statement of a text does not use an index. `index` is the name of one that is there,
    /// or a `CREATE INDEX` statement for one to be made on a copy. With options both plans are run.
    ///
    /// # Errors
    /// If there is not exactly one statement, there is no such index, the statement does not name its table,
    /// or the person cancels.
    pub fn why_not(
        &self,
        sql: &str,
        parameters: &[(String, Value)],
        index: &str,
        options: Option<&RunOptions>,
    ) -> Result<WhyNot, WorkbenchError> {
        let mut database = self.open()?.database.fork()?;
        let mut statement = crate::run::only(sql, parameters)?;
        match options {
            Some(_) => statement.prepare_to_run(&database).map(drop)?,
            None => statement.prepare(&database).map(drop)?,
        }
        let index = self.find_or_make(&mut database, index)?;
        let of = Some(index.database.as_deref().unwrap_or("main"));
        let known = database.schema().index_named(of, &index.name);
        let table = known.and_then(|(_, known)| database.schema().named(of, &known.table));
        let table = table.cloned().ok_or_else(|| no_index(&index.name))?;
        let name = index.name.clone();
        let chosen = alternative(&database, &statement, options)?;
        let forced = self.forced(&database, &statement, &name, &table, options)?;
        if forced.is_empty() {
            let table = table.typed_name();
            let message = format!("The statement does not name the table {table} in its own text.");
            return Err(WorkbenchError::new(ErrorCode::BadIndex, message));
        }
        let uses = |plan: &Plan| plan.index_names().contains(&name.as_str());
        let mut switches = Vec::new();
        let can = forced.iter().any(|forced| forced.outcome.is_ok());
        if can && !uses(&chosen.plan) {
            for switch in Switch::all() {
                if self.host.cancelled() {
                    return Err(EngineError::Cancelled.into());
                }
                let Ok(switched) = database.switched(&switch.alone()) else { continue };
                let planned = switched.estimate(&statement.sql, &statement.values);
                if planned.is_ok_and(|planned| uses(&planned.plan)) {
                    switches.push(switch);
                }
            }
        }
        let threshold = match can && !uses(&chosen.plan) {
            true => threshold(&database, &statement, &index)?,
            false => None,
        };
        let mut found = WhyNot {
            index: name,
            table: table.typed_name(),
            chosen,
            forced,
            switches,
            threshold,
            sentences: Vec::new(),
        };
        found.sentences = found.in_words();
        Ok(found)
    }

    fn find_or_make(
        &self,
        database: &mut Database,
        index: &str,
    ) -> Result<IndexName, WorkbenchError> {
        let schema = database.schema();
        let with_database = || {
            let (of, name) = index.split_once('.')?;
            schema.index_named(Some(of), name)
        };
        if let Some((known, _)) = schema.index_named(None, index).or_else(with_database) {
            return Ok(known);
        }
        let changes = what_if::read_changes(&[index.to_owned()])?;
        match changes.as_slice() {
            [change @ what_if::Change::Index(ddl)]
                if ddl.to_ascii_uppercase().starts_with("CREATE") =>
            {
                self.host.progress("Building the index on a copy", 0, None);
                what_if::apply(database, change)?.ok_or_else(|| no_index(index))
            }
            _ => Err(no_index(index)),
        }
    }

    /// Forces the index in each place where the statement names its table.
    fn forced(
        &self,
        database: &Database,
        statement: &StatementInfo,
        name: &str,
        table: &Table,
        options: Option<&RunOptions>,
    ) -> Result<Vec<ForcedUse>, WorkbenchError> {
        let Some(found) = clauses(&statement.sql) else { return Ok(Vec::new()) };
        let mut forced = Vec::new();
        for item in
            found.query.all().iter().flat_map(|query| &query.parts).flat_map(|part| &part.from)
        {
            let named = item.name.as_deref();
            let meant =
                named.and_then(|named| database.schema().named(item.schema.as_deref(), named));
            let is_it = meant == Some(table) && item.indexed_by.is_none() && !item.is_function;
            let is_cte = item.schema.is_none()
                && found.query.ctes.iter().any(|cte| cte.name.eq_ignore_ascii_case(&table.name));
            if !is_it || is_cte {
                continue;
            }
            let end = item.span.end;
            let mut sql = statement.sql.clone();
            sql.insert_str(end, &format!(" INDEXED BY {}", quote_identifier(name)));
            let with = StatementInfo { sql: sql.clone(), ..statement.clone() };
            let outcome = match alternative(database, &with, options) {
                Ok(alternative) => Ok(alternative),
                Err(error) if error.code == ErrorCode::Cancelled => return Err(error),
                Err(error) => Err(error.message),
            };
            let label = item.label().unwrap_or_default().to_owned();
            forced.push(ForcedUse { sql, label, outcome });
        }
        Ok(forced)
    }
}

fn no_index(index: &str) -> WorkbenchError {
    WorkbenchError::new(ErrorCode::BadIndex, format!("There is no index “{index}”."))
        .hint("Give the name of an index, or a CREATE INDEX statement.")
}

fn alternative(
    database: &Database,
    statement: &StatementInfo,
    options: Option<&RunOptions>,
) -> Result<Alternative, WorkbenchError> {
    let Estimate { plan, rows, costs } = database
        .estimate(&statement.sql, &statement.values)
        .map_err(|error| statement.error(error))?;
    let counters = match options {
        Some(options) => count_on(database, statement.clone(), options)?,
        None => None,
    };
    let loops = rows
        .into_iter()
        .map(|(node, rows)| LoopEstimate { node, rows, cost: costs.get(&node).copied() })
        .collect();
    Ok(Alternative { plan, loops, counters })
}

/// Rows for each value of the index's first column: looks on an empty clone for the most that SQLite may
/// believe and still choose the index by itself.
fn threshold(
    database: &Database,
    statement: &StatementInfo,
    index: &IndexName,
) -> Result<Option<Threshold>, WorkbenchError> {
    let clone = what_if::empty_clone(database)?;
    let of = quote_identifier(index.database.as_deref().unwrap_or("main"));
    let name = quote_text(&index.name);
    let sql = format!("SELECT stat FROM {of}.sqlite_stat1 WHERE idx = {name}");
    let request = RowsRequest { row_cap: 1, time_ns: None };
    let Ok(found) = clone.prepare(&sql).and_then(|statement| statement.rows(&request)) else {
        return Ok(None);
    };
    let Some(Value::Text { text, .. }) = found.rows.first().and_then(|row| row.first()) else {
        return Ok(None);
    };
    let words: Vec<&str> = text.split(' ').collect();
    let numbers: Vec<u64> = words.iter().map_while(|word| word.parse().ok()).collect();
    let (Some(&rows), Some(&believed)) = (numbers.first(), numbers.get(1)) else { return Ok(None) };
    // Samples of single values would say otherwise.
    let mut own = clone.statistics()?;
    own.retain(|one| one.database == index.database);
    if own.iter().flat_map(|one| &one.tables).any(|table| table.name == "sqlite_stat4") {
        clone.execute_script(&format!("DELETE FROM {of}.sqlite_stat4"))?;
    }
    let is_chosen = |each: u64| -> Result<bool, WorkbenchError> {
        let mut stat = vec![rows.to_string()];
        stat.extend(numbers[1..].iter().map(|number| (*number).min(each).max(1).to_string()));
        stat.extend(words[numbers.len()..].iter().map(|word| (*word).to_owned()));
        clone.execute_script(&format!(
            "UPDATE {of}.sqlite_stat1 SET stat = {} WHERE idx = {name}; ANALYZE {of}.sqlite_schema;",
            quote_text(&stat.join(" "))
        ))?;
        let plan = clone
            .estimate(&statement.sql, &statement.values)
            .map_err(|error| statement.error(error))?
            .plan;
        Ok(plan.index_names().contains(&index.name.as_str()))
    };
    if believed < 2 || !is_chosen(1)? || is_chosen(believed)? {
        return Ok(None);
    }
    let (mut yes, mut no) = (1, believed);
    while no - yes > 1 {
        let middle = yes + (no - yes) / 2;
        if is_chosen(middle)? {
            yes = middle;
        } else {
            no = middle;
        }
    }
    Ok(Some(Threshold { believed, needed: yes }))
}

fn scans(plan: &Plan, index: &str) -> bool {
    plan.nodes.iter().any(|node| {
        matches!(node.op, Op::Scan(_))
            && node.op.index_use().is_some_and(|used| used.name.as_deref() == Some(index))
    })
}

/// The cost of the loops of a plan that read a table under this name.
fn cost(alternative: &Alternative, label: &str) -> Option<f64> {
    let of = |loops: &&LoopEstimate| {
        alternative
            .plan
            .node(loops.node)
            .and_then(|node| node.op.access())
            .is_some_and(|access| access.source.label() == label)
    };
    let costs: Option<Vec<f64>> =
        alternative.loops.iter().filter(of).map(|loops| loops.cost).collect();
    costs.filter(|costs| !costs.is_empty()).map(|costs| costs.iter().sum())
}

impl WhyNot {
    fn in_words(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.chosen.plan.index_names().contains(&self.index.as_str()) {
            sentences.push(format!("SQLite does use {}.", self.index));
            return sentences;
        }
        for ForcedUse { label, outcome, .. } in &self.forced {
            match outcome {
                Err(because) if because.starts_with("No query solution") => sentences.push(format!(
                    "SQLite cannot use {} for {label}: it does not hold all the rows that the statement may need.",
                    self.index
                )),
                Err(because) => sentences.push(format!("With {} for {label}: {because}", self.index)),
                Ok(with) => {
                    if scans(&with.plan, &self.index) {
                        sentences.push(format!(
                            "No condition of the statement fits {} for {label}: it could only be read from end to end.",
                            self.index
                        ));
                    }
                    if let (Some(with), Some(chosen)) = (cost(with, label), cost(&self.chosen, label)) {
                        sentences.push(format!(
                            "SQLite reckons that one round of {label} costs {} with {} and {} as chosen; the number has \
                             no unit.",
                            about(with),
                            self.index,
                            about(chosen)
                        ));
                    }
                    if let (Some(with), Some(chosen)) = (&with.counters, &self.chosen.counters) {
                        let (a, b) = (with.vm_steps, chosen.vm_steps);
                        let verdict = if a < b { "less" } else { "no less" };
                        sentences.push(format!(
                            "Made to use {} for {label}, SQLite takes {} VM steps and {} page requests; with the plan it \
                             chose {} and {}. That is {verdict} work.",
                            self.index,
                            scanseek_plan::grouped(a),
                            scanseek_plan::grouped(with.page_requests),
                            scanseek_plan::grouped(b),
                            scanseek_plan::grouped(chosen.page_requests)
                        ));
                    }
                }
            }
        }
        if let Some(Threshold { believed, needed }) = self.threshold {
            sentences.push(format!(
                "Statistics say that a value of its first column has {} rows. Up to {} SQLite would choose it.",
                scanseek_plan::grouped(believed),
                scanseek_plan::grouped(needed)
            ));
        }
        if self.forced.iter().any(|forced| forced.outcome.is_ok())
            && self.switches.is_empty()
            && self.threshold.is_none()
        {
            sentences.push(
                "No switch of the planner and no other statistics of it that were tried make SQLite choose it."
                    .to_owned(),
            );
        }
        sentences
    }
}

fn about(cost: f64) -> String {
    if cost >= 10.0 { scanseek_plan::grouped(cost.round() as u64) } else { format!("{cost:.1}") }
}
