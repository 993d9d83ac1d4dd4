//! Plans at other sizes. SQLite plans by its statistics, not by the rows, so statistics of a hundred times
//! the rows show the plan that such a database would have.

use std::collections::{BTreeMap, BTreeSet};

use scanseek_engine::{Database, EngineError, Estimate, RowsRequest, Value};
use scanseek_plan::{Op, Plan};
use scanseek_schema::{DatabaseStatistics, Table, quote_identifier, quote_text};

use super::TableRows;
use crate::{StatementInfo, Workbench, WorkbenchError, what_if};

/// Plans of one statement over a range of sizes.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaled {
    /// One entry a size, from the smallest to the largest; among them 1, the data as it is.
    pub sizes: Vec<ScaledPlan>,
    /// Where the plan changes between them.
    pub flips: Vec<Flip>,
    /// What was taken for granted, in sentences.
    pub assumptions: Vec<String>,
}

/// The plan at one size.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaledPlan {
    /// Times the rows there are.
    pub factor: f64,
    /// The plan.
    pub plan: Plan,
    /// Rows that SQLite expects to visit in all loops together.
    pub rows_expected: f64,
    /// Rows of the tables the plan reads, by their names in the schema.
    pub tables: Vec<TableRows>,
}

/// A size from which on the plan is another.
#[derive(Debug, Clone, PartialEq)]
pub struct Flip {
    /// Times the rows there are.
    pub factor: f64,
    /// Rows of the tables the plan reads, at that size.
    pub tables: Vec<TableRows>,
    /// The plan below it.
    pub below: Plan,
    /// The plan above it.
    pub above: Plan,
}

/// Sizes tried: a hundredth to a thousand times the rows, four to a power of ten.
const STEPS: std::ops::RangeInclusive<i32> = -8..=12;
const STEPS_A_DECADE: f64 = 4.0;
/// A flip is found to one percent.
const CLOSE: f64 = 1.01;
/// A column with fewer values than this, and at least this many rows to each, is taken for one whose
/// values do not become more.
const FEW_VALUES: f64 = 1_000.0;

impl Workbench {
    /// Plans the one statement of a text at sizes from a hundredth to a thousand times the rows.
    ///
    /// # Errors
    /// If there is not exactly one statement, SQLite cannot plan it, or the person cancels.
    pub fn scaled(
        &self,
        sql: &str,
        parameters: &[(String, Value)],
    ) -> Result<Scaled, WorkbenchError> {
        let database = &self.open()?.database;
        let mut statement = crate::run::only(sql, parameters)?;
        statement.prepare(database).map(drop)?;
        let mut assumptions = Vec::new();
        self.host.progress("Reading statistics", 0, None);
        let clone = clone_with_statistics(database, &mut assumptions)?;
        let rows = read_statistics(&clone)?;
        assumptions.push(
            "All tables grow by the same factor. Columns with few values keep their number of values; in the \
             others the number of rows for each value stays the same."
                .to_owned(),
        );
        let samples = read_samples(&clone)?;
        let scale = Scale { clone: &clone, rows: &rows, samples: &samples, statement: &statement };
        let mut sizes = Vec::new();
        let total = STEPS.count() as u64;
        for (done, step) in STEPS.enumerate() {
            if self.host.cancelled() {
                return Err(EngineError::Cancelled.into());
            }
            self.host.progress("Planning at other sizes", done as u64, Some(total));
            sizes.push(scale.plan(10f64.powf(f64::from(step) / STEPS_A_DECADE))?);
        }
        let mut flips = Vec::new();
        for pair in sizes.windows(2) {
            if pair[0].plan.to_text() != pair[1].plan.to_text() {
                flips.push(scale.flip(&pair[0], &pair[1])?);
            }
        }
        Ok(Scaled { sizes, flips, assumptions })
    }
}

/// An empty clone with statistics of which one size can be made from another.
fn clone_with_statistics(
    database: &Database,
    assumptions: &mut Vec<String>,
) -> Result<Database, WorkbenchError> {
    let mut lacking = database.statistics()?;
    lacking.retain(|one| {
        !one.tables.iter().any(|table| table.name == "sqlite_stat1" && !table.rows.is_empty())
            && (one.database.is_none() || database.schema().of(one.database.as_deref()).count() > 0)
    });
    if lacking.is_empty() {
        return what_if::empty_clone(database);
    }
    let analysed = database.fork()?;
    for DatabaseStatistics { database, .. } in lacking {
        let (which, name) = match &database {
            None => ("This database".to_owned(), "main"),
            Some(name) => (format!("The attached database {name}"), name.as_str()),
        };
        assumptions.push(format!(
            "{which} has no statistics, and without them SQLite plans alike at any size. Here it plans with those \
             that ANALYZE gathers."
        ));
        analysed.execute(&format!("ANALYZE {}", quote_identifier(name)))?;
    }
    what_if::empty_clone(&analysed)
}

/// A row of `sqlite_stat1`.
struct StatisticsRow {
    /// The database as its name stands in SQL.
    database: String,
    table: String,
    index: Option<String>,
    /// Rows, then rows for each value of the first column, of the first two, and so on.
    numbers: Vec<f64>,
    /// What stands behind the numbers.
    tokens: String,
}

/// A sample of `sqlite_stat4`. Source: <https://sqlite.org/fileformat2.html#stat4tab>.
struct Sample {
    /// The database as its name stands in SQL.
    database: String,
    table: String,
    index: String,
    /// For each column: rows that equal the sample, rows below it, distinct values below it.
    equal: Vec<f64>,
    less: Vec<f64>,
    distinct_less: Vec<f64>,
    /// The sample as a SQL literal.
    literal: String,
}

fn read(clone: &Database, sql: &str) -> Result<Vec<Vec<Value>>, WorkbenchError> {
    let all = RowsRequest { row_cap: usize::MAX, time_ns: None };
    Ok(clone.prepare(sql)?.rows(&all)?.rows)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text { text, .. } => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

fn numbers(value: &Value) -> Option<Vec<f64>> {
    Some(text(value)?.split(' ').map_while(|word| word.parse().ok()).collect())
}

/// The databases that have a statistics table, as their names stand in SQL.
fn databases_with(clone: &Database, table: &str) -> Result<Vec<String>, WorkbenchError> {
    let mut all = clone.statistics()?;
    all.retain(|one| one.tables.iter().any(|known| known.name == table));
    let name = |database: Option<String>| quote_identifier(database.as_deref().unwrap_or("main"));
    Ok(all.into_iter().map(|one| name(one.database)).collect())
}

fn read_samples(clone: &Database) -> Result<Vec<Sample>, WorkbenchError> {
    let mut samples = Vec::new();
    for database in databases_with(clone, "sqlite_stat4")? {
        let sql =
            format!("SELECT tbl, idx, neq, nlt, ndlt, quote(sample) FROM {database}.sqlite_stat4");
        samples.extend(read(clone, &sql)?.iter().filter_map(|row| sample(&database, row)));
    }
    Ok(samples)
}

fn sample(database: &str, row: &[Value]) -> Option<Sample> {
    Some(Sample {
        database: database.to_owned(),
        table: text(&row[0])?,
        index: text(&row[1])?,
        equal: numbers(&row[2])?,
        less: numbers(&row[3])?,
        distinct_less: numbers(&row[4])?,
        literal: text(&row[5])?,
    })
}

fn read_statistics(clone: &Database) -> Result<Vec<StatisticsRow>, WorkbenchError> {
    let mut rows = Vec::new();
    for database in databases_with(clone, "sqlite_stat1")? {
        let sql = format!("SELECT tbl, idx, stat FROM {database}.sqlite_stat1");
        rows.extend(read(clone, &sql)?.iter().filter_map(|row| statistics_row(&database, row)));
    }
    Ok(rows)
}

fn statistics_row(database: &str, row: &[Value]) -> Option<StatisticsRow> {
    let stat = text(&row[2])?;
    let words: Vec<&str> = stat.split(' ').collect();
    let numbers: Vec<f64> = words.iter().map_while(|word| word.parse().ok()).collect();
    let tokens = words[numbers.len()..].join(" ");
    Some(StatisticsRow {
        database: database.to_owned(),
        table: text(&row[0])?,
        index: text(&row[1]),
        numbers,
        tokens,
    })
}

impl StatisticsRow {
    fn rows(&self) -> f64 {
        self.numbers.first().copied().unwrap_or(0.0)
    }

    /// The first `at` columns of the index have few values, which do not become more.
    fn keeps_values(&self, at: usize) -> bool {
        let Some(&each) = self.numbers.get(at) else { return false };
        let values = self.rows() / each.max(1.0);
        values < FEW_VALUES && each >= values
    }

    fn scaled(&self, factor: f64) -> Vec<u64> {
        let rows = (self.rows() * factor).round().max(1.0);
        let each = |(at, &each): (usize, &f64)| match at {
            0 => rows as u64,
            _ => {
                let each = if self.keeps_values(at) { each * factor } else { each };
                each.round().clamp(1.0, rows) as u64
            }
        };
        self.numbers.iter().enumerate().map(each).collect()
    }

    fn insert(&self, factor: f64) -> String {
        let mut stat: Vec<String> = self.scaled(factor).iter().map(u64::to_string).collect();
        if !self.tokens.is_empty() {
            stat.push(self.tokens.clone());
        }
        let index = self.index.as_deref().map_or_else(|| "NULL".to_owned(), quote_text);
        format!(
            "INSERT INTO {}.sqlite_stat1 VALUES ({}, {index}, {});",
            self.database,
            quote_text(&self.table),
            quote_text(&stat.join(" "))
        )
    }
}

impl Sample {
    fn insert(&self, factor: f64, index: Option<&StatisticsRow>) -> String {
        let keeps = |at: usize| index.is_some_and(|row| row.keeps_values(at + 1));
        let list = |numbers: &[f64], grows: &dyn Fn(usize) -> bool, least: f64| {
            let scaled = numbers.iter().enumerate().map(|(at, number)| {
                let number = if grows(at) { number * factor } else { *number };
                number.round().max(least).to_string()
            });
            quote_text(&scaled.collect::<Vec<_>>().join(" "))
        };
        format!(
            "INSERT INTO {}.sqlite_stat4 VALUES ({}, {}, {}, {}, {}, {});",
            self.database,
            quote_text(&self.table),
            quote_text(&self.index),
            list(&self.equal, &keeps, 1.0),
            list(&self.less, &|_| true, 0.0),
            list(&self.distinct_less, &|at| !keeps(at), 0.0),
            self.literal
        )
    }
}

struct Scale<'a> {
    clone: &'a Database,
    rows: &'a [StatisticsRow],
    samples: &'a [Sample],
    statement: &'a StatementInfo,
}

impl Scale<'_> {
    fn plan(&self, factor: f64) -> Result<ScaledPlan, WorkbenchError> {
        let each = |names: BTreeSet<&String>, sql: &dyn Fn(&String) -> String| -> String {
            names.into_iter().map(sql).collect()
        };
        let with_rows = || self.rows.iter().map(|row| &row.database).collect();
        let with_samples = self.samples.iter().map(|sample| &sample.database).collect();
        let mut script = "BEGIN;".to_owned();
        script += &each(with_rows(), &|name| format!("DELETE FROM {name}.sqlite_stat1;"));
        script.extend(self.rows.iter().map(|row| row.insert(factor)));
        script += &each(with_samples, &|name| format!("DELETE FROM {name}.sqlite_stat4;"));
        script.extend(self.samples.iter().map(|sample| {
            let is_it = |row: &&StatisticsRow| {
                row.database == sample.database && row.index.as_ref() == Some(&sample.index)
            };
            sample.insert(factor, self.rows.iter().find(is_it))
        }));
        script += "COMMIT;";
        script += &each(with_rows(), &|name| format!("ANALYZE {name}.sqlite_schema;"));
        self.clone.execute_script(&script)?;
        let estimate = self
            .clone
            .estimate(&self.statement.sql, &self.statement.values)
            .map_err(|error| self.statement.error(error))?;
        let tables = self.tables(&estimate.plan, factor);
        Ok(ScaledPlan {
            factor,
            rows_expected: self.rows_expected(&estimate, factor),
            tables,
            plan: estimate.plan,
        })
    }

    fn flip(&self, below: &ScaledPlan, above: &ScaledPlan) -> Result<Flip, WorkbenchError> {
        let (mut low, mut high) = (below.factor, above.factor);
        let text = below.plan.to_text();
        let mut after = above.plan.clone();
        while high / low > CLOSE {
            let middle = (low * high).sqrt();
            let plan = self.plan(middle)?.plan;
            if plan.to_text() == text {
                low = middle;
            } else {
                high = middle;
                after = plan;
            }
        }
        let tables = self.tables(&after, high);
        Ok(Flip { factor: high, tables, below: below.plan.clone(), above: after })
    }

    /// Rows of the tables the plan names, where statistics know them.
    fn tables(&self, plan: &Plan, factor: f64) -> Vec<TableRows> {
        let known = self
            .real_tables(plan)
            .filter_map(|(_, table)| Some((table.typed_name(), self.table_rows(table, factor)?)));
        let known: BTreeMap<String, u64> = known.collect();
        known.into_iter().map(|(name, rows)| TableRows { name, rows }).collect()
    }

    fn table_rows(&self, table: &Table, factor: f64) -> Option<u64> {
        let database = quote_identifier(table.database.as_deref().unwrap_or("main"));
        let is_it = |row: &&StatisticsRow| {
            row.database == database && row.table.eq_ignore_ascii_case(&table.name)
        };
        let row = self.rows.iter().find(is_it)?;
        row.scaled(factor).first().copied()
    }

    /// Ids of scans and searches with their table, for those of which it can be told.
    fn real_tables<'p>(&'p self, plan: &'p Plan) -> impl Iterator<Item = (i64, &'p Table)> + 'p {
        let aliases = aliases(&self.statement.sql);
        plan.nodes.iter().filter_map(move |node| {
            let label = node.op.access()?.source.label();
            let schema = self.clone.schema();
            let meant = aliases.iter().find(|meant| meant.alias.eq_ignore_ascii_case(label));
            let table = match meant {
                Some(meant) => schema.named(meant.database.as_deref(), &meant.name),
                None => schema.labelled(label),
            };
            Some((node.id, table?))
        })
    }

    /// Adds up what each loop is expected to visit: in a scan all rows of its table, in a search those
    /// expected to be found, each as often as the loops around it let it begin.
    fn rows_expected(&self, estimate: &Estimate, factor: f64) -> f64 {
        let plan = &estimate.plan;
        let real: Vec<(i64, &Table)> = self.real_tables(plan).collect();
        let mut total = 0.0;
        // Rounds of the steps below each parent.
        let mut rounds: Vec<(i64, f64)> = vec![(0, 1.0)];
        for node in &plan.nodes {
            let around =
                rounds.iter().rev().find(|(id, _)| *id == node.parent).map_or(1.0, |(_, n)| *n);
            let correlated = matches!(
                node.op,
                Op::ScalarSubquery { correlated: true, .. }
                    | Op::ListSubquery { correlated: true, .. }
            );
            let repeats = correlated
                || matches!(
                    node.op,
                    Op::MultiIndexOr | Op::MultiIndexBranch { .. } | Op::RightJoin { .. }
                );
            rounds.push((node.id, if repeats { around } else { 1.0 }));
            let Some(out) = estimate.rows.get(&node.id) else { continue };
            let all = real
                .iter()
                .find(|(id, _)| *id == node.id)
                .and_then(|(_, table)| self.table_rows(table, factor));
            let visited = match (&node.op, all) {
                (Op::Scan(_), Some(rows)) => rows as f64,
                _ => *out,
            };
            total += around * visited;
            if let Some(last) = rounds.iter_mut().rev().find(|(id, _)| *id == node.parent) {
                last.1 = around * out.max(1.0);
            }
        }
        total
    }
}

/// A table under an alias.
#[derive(PartialEq)]
struct Meant {
    alias: String,
    /// What stands before the table's name.
    database: Option<String>,
    name: String,
}

/// Aliases of the statement with the tables they stand for, where only one has the alias.
fn aliases(sql: &str) -> Vec<Meant> {
    let Some(found) = scanseek_sql::clauses(sql) else { return Vec::new() };
    let items =
        found.query.all().into_iter().flat_map(|query| &query.parts).flat_map(|part| &part.from);
    let mut all: Vec<Meant> = items
        .filter_map(|item| {
            let (alias, name) = (item.alias.clone()?, item.name.clone()?);
            Some(Meant { alias, database: item.schema.clone(), name })
        })
        .collect();
    let same = |a: &Meant, b: &Meant| a.alias.eq_ignore_ascii_case(&b.alias) && a != b;
    let twice: Vec<String> = all
        .iter()
        .filter(|meant| all.iter().any(|other| same(meant, other)))
        .map(|meant| meant.alias.clone())
        .collect();
    all.retain(|meant| !twice.contains(&meant.alias));
    all
}
