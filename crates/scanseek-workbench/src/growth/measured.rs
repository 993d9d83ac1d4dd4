//! Work on the data as it is, on half of it, a quarter and an eighth: how it grows, measured.

use scanseek_engine::{Database, EngineError, Value};
use scanseek_plan::{Counters, Plan};
use scanseek_schema::{IndexName, Schema, Table, TableKind, index_in_database, quote_identifier};

use crate::run::count_on;
use crate::{RunOptions, StatementInfo, Workbench, WorkbenchError};

/// Runs of one statement on parts of the data.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    /// From all the data to the smallest part.
    pub points: Vec<GrowthPoint>,
    /// The exponents e of `work ~ rows^e`; `None` if fewer than three points could be measured.
    pub exponents: Option<Exponents>,
    /// What the exponents mean, in a sentence.
    pub sentence: String,
    /// What else there is to know, in sentences.
    pub notes: Vec<String>,
}

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub struct GrowthPoint {
    /// Rows of the tables, as they were for this run.
    pub tables: Vec<TableRows>,
    /// All of them together.
    pub rows: u64,
    /// The plan.
    pub plan: Plan,
    /// The work; `None` if it did not end in time.
    pub counters: Option<Counters>,
}

/// A table and its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRows {
    /// The table.
    pub name: String,
    /// Its rows.
    pub rows: u64,
}

/// Slopes of work over rows, both as logarithms, by least squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exponents {
    /// Of VM steps.
    pub vm_steps: f64,
    /// Of page requests.
    pub page_requests: f64,
}

/// The data is halved this often.
const HALVINGS: usize = 3;
/// Fewer rows than this in all tells nothing.
const LEAST_ROWS: u64 = 64;

impl Workbench {
    /// Runs the one statement of a text on all the data, on the older half of it, and so on.
    ///
    /// # Errors
    /// As [`Workbench::run`].
    pub fn growth(
        &self,
        sql: &str,
        parameters: &[(String, Value)],
        options: &RunOptions,
    ) -> Result<Growth, WorkbenchError> {
        let database = &self.open()?.database;
        let mut statement = crate::run::only(sql, parameters)?;
        statement.prepare_to_run(database).map(drop)?;
        let mut notes = Vec::new();
        let mut part = database.fork()?;
        let mut points = Vec::new();
        for halving in 0..=HALVINGS {
            self.host.progress(
                "Measuring on parts of the data",
                halving as u64,
                Some(HALVINGS as u64 + 1),
            );
            if halving > 0 {
                halve(&mut part)?;
            }
            let point = measure(&part, &statement, options)?;
            if point.rows < LEAST_ROWS && halving > 0 {
                notes.push("Smaller parts have too few rows to tell anything.".to_owned());
                break;
            }
            points.push(point);
        }
        notes.push(
            "A part holds the rows that were added first, by rowid, and of tables with foreign keys those whose \
             parents are in it."
                .to_owned(),
        );
        let plans: Vec<String> = points.iter().map(|point| point.plan.to_text()).collect();
        if plans.windows(2).any(|pair| pair[0] != pair[1]) {
            notes.push("SQLite planned some of the parts otherwise than the whole.".to_owned());
        }
        let empty =
            |point: &GrowthPoint| point.counters.is_some_and(|work| work.rows_returned == 0);
        if !empty(&points[0]) && points.iter().any(empty) {
            notes.push(
                "In a smaller part the query finds nothing: its constants point to rows that are not in it, so it \
                 does less there than a query of its kind would."
                    .to_owned(),
            );
        }
        let exponents = exponents(&points);
        let sentence = sentence(exponents);
        Ok(Growth { points, exponents, sentence, notes })
    }
}

fn measure(
    part: &Database,
    statement: &StatementInfo,
    options: &RunOptions,
) -> Result<GrowthPoint, WorkbenchError> {
    let tables = read_tables(part, &statement.sql)?;
    let plan = part
        .estimate(&statement.sql, &statement.values)
        .map_err(|error| statement.error(error))?
        .plan;
    let counters = count_on(part, statement.clone(), options)?;
    let rows = tables.iter().map(|table| table.rows).sum();
    Ok(GrowthPoint { tables, rows, plan, counters })
}

/// The tables that the statement names, by itself or in views, with their rows.
fn read_tables(part: &Database, sql: &str) -> Result<Vec<TableRows>, WorkbenchError> {
    let schema = part.schema();
    let mut named: Vec<&Table> = named_in(schema, sql, |name| schema.table(name));
    let mut known = 0;
    while known < named.len() {
        let view = named[known];
        if view.kind == TableKind::View {
            // In a view, names mean tables of its own database.
            let own = |name: &str| schema.table_in(view.database.as_deref(), name);
            for table in named_in(schema, &view.sql, own) {
                if !named.contains(&table) {
                    named.push(table);
                }
            }
        }
        known += 1;
    }
    let is_named = |table: &&Table| table.kind == TableKind::Table && named.contains(table);
    let tables = schema.tables.iter().filter(is_named);
    tables
        .map(|table| {
            let rows = number(part, &format!("SELECT count(*) FROM {}", quoted(table)))?;
            Ok(TableRows { name: table.typed_name(), rows })
        })
        .collect()
}

/// Tables whose names are among the words of a text, with or without that of a database before them.
fn named_in<'s>(
    schema: &'s Schema,
    sql: &str,
    bare: impl Fn(&str) -> Option<&'s Table>,
) -> Vec<&'s Table> {
    let words = scanseek_sql::words(sql);
    let mut found: Vec<&Table> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let behind_dot = at > 1 && words[at - 1] == ".";
        let database = words.get(at.wrapping_sub(2)).filter(|_| behind_dot);
        // What stands before the dot may be a table, too.
        let table = database.and_then(|name| schema.named(Some(name), word));
        let table = table.or_else(|| bare(word));
        found.extend(table.filter(|table| !found.contains(table)));
    }
    found
}

/// The name of a table of the main or an attached database.
fn quoted(table: &Table) -> String {
    let database = quote_identifier(table.database.as_deref().unwrap_or("main"));
    format!("{database}.{}", quote_identifier(&table.name))
}

fn number(database: &Database, sql: &str) -> Result<u64, EngineError> {
    let request = scanseek_engine::RowsRequest { row_cap: 1, time_ns: None };
    let rows = database.prepare(sql)?.rows(&request)?.rows;
    Ok(match rows.first().and_then(|row| row.first()) {
        Some(Value::Integer(number)) => u64::try_from(*number).unwrap_or(0),
        _ => 0,
    })
}

/// Takes the newer half of the rows away. Indexes are made anew, so that they are as dense as before.
fn halve(part: &mut Database) -> Result<(), WorkbenchError> {
    let tables: Vec<Table> = part
        .schema()
        .tables
        .iter()
        .filter(|table| table.kind == TableKind::Table && !table.name.starts_with("sqlite_"))
        .cloned()
        .collect();
    let indexes: Vec<(IndexName, String)> = tables
        .iter()
        .flat_map(|table| table.indexes.iter().map(|index| (table.database.clone(), index)))
        .filter_map(|(database, index)| {
            let sql = index.sql.clone()?;
            Some((IndexName { database, name: index.name.clone() }, sql))
        })
        .collect();
    for (name, _) in &indexes {
        part.hide_index(name)?;
    }
    let (children, others): (Vec<&Table>, Vec<&Table>) =
        tables.iter().partition(|table| !parents(table, &tables).is_empty());
    for table in others {
        part.execute(&halving(table))?;
    }
    // Parents before their children, as far as the keys allow an order.
    let mut left = children;
    while !left.is_empty() {
        let waits = |table: &&Table| {
            parents(table, &tables)
                .iter()
                .any(|(_, parent, _)| parent != table && left.iter().any(|other| other == parent))
        };
        let ready: Vec<&Table> = left.iter().filter(|table| !waits(table)).copied().collect();
        let now = if ready.is_empty() { left.clone() } else { ready };
        for table in &now {
            let lost: Vec<String> = parents(table, &tables)
                .into_iter()
                .filter(|(_, parent, _)| parent != table)
                .map(|(column, parent, key)| {
                    let (column, parent, key) =
                        (quote_identifier(&column), quoted(parent), quote_identifier(&key));
                    format!("({column} IS NOT NULL AND {column} NOT IN (SELECT {key} FROM {parent} WHERE {key} IS NOT NULL))")
                })
                .collect();
            let sql = match lost.is_empty() {
                true => halving(table),
                false => format!("DELETE FROM {} WHERE {}", quoted(table), lost.join(" OR ")),
            };
            part.execute(&sql)?;
        }
        left.retain(|table| !now.contains(table));
    }
    for (name, ddl) in &indexes {
        part.create_index(&index_in_database(ddl, name.database.as_deref()))?;
    }
    part.execute("REINDEX")?;
    part.reload()?;
    Ok(())
}

/// Column, parent table and its key column of each foreign key; the parent is in the same database.
fn parents<'t>(table: &Table, tables: &'t [Table]) -> Vec<(String, &'t Table, String)> {
    let known = |name: &str| {
        tables
            .iter()
            .find(|other| other.database == table.database && other.name.eq_ignore_ascii_case(name))
    };
    table
        .columns
        .iter()
        .filter_map(|column| {
            let reference = column.references.as_deref()?;
            let (parent, key) = reference.strip_suffix(')')?.split_once('(')?;
            let parent = known(parent)?;
            let (_, key) = parent.column(key)?;
            Some((column.name.clone(), parent, key.name.clone()))
        })
        .collect()
}

fn halving(table: &Table) -> String {
    let name = quoted(table);
    let keys: Vec<String> = if table.without_rowid {
        let mut key: Vec<_> =
            table.columns.iter().filter(|column| column.primary_key_position > 0).collect();
        key.sort_by_key(|column| column.primary_key_position);
        key.iter().map(|column| quote_identifier(&column.name)).collect()
    } else {
        vec!["rowid".to_owned()]
    };
    let key = keys.join(", ");
    format!(
        "DELETE FROM {name} WHERE ({key}) >= (SELECT {key} FROM {name} ORDER BY {key} LIMIT 1 \
         OFFSET (SELECT (count(*) + 1) / 2 FROM {name}))"
    )
}

fn exponents(points: &[GrowthPoint]) -> Option<Exponents> {
    let slope = |work: fn(&Counters) -> u64| {
        let logs: Vec<(f64, f64)> = points
            .iter()
            .filter_map(|point| {
                let work = work(point.counters.as_ref()?).max(1);
                Some(((point.rows.max(1) as f64).ln(), (work as f64).ln()))
            })
            .collect();
        least_squares(&logs)
    };
    Some(Exponents {
        vm_steps: slope(|counters| counters.vm_steps)?,
        page_requests: slope(|counters| counters.page_requests)?,
    })
}

/// The slope of the line through the points; `None` for fewer than three, or if all x are the same.
fn least_squares(points: &[(f64, f64)]) -> Option<f64> {
    if points.len() < 3 {
        return None;
    }
    let n = points.len() as f64;
    let (mean_x, mean_y) =
        (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let spread: f64 = points.iter().map(|p| (p.0 - mean_x).powi(2)).sum();
    (spread > 0.0)
        .then(|| points.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum::<f64>() / spread)
}

fn sentence(exponents: Option<Exponents>) -> String {
    let Some(Exponents { vm_steps, .. }) = exponents else {
        return "There are too few parts to tell how the work grows.".to_owned();
    };
    let words = match vm_steps {
        e if e < 0.1 => "stays about the same however many rows there are",
        e if e < 0.85 => "grows more slowly than the data",
        e if e < 1.15 => "grows with the data",
        e if e < 1.75 => "grows faster than the data",
        _ => "grows with the square of the data, or faster",
    };
    format!("The work {words}: VM steps as rows to the power of {vm_steps:.2}.")
}
