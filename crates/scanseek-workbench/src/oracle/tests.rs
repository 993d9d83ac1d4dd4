//! What the adviser is told before an index is built is what is so once it is: its statistics, the plans with
//! them, and what an inserted row costs more. Over worlds drawn from a seed.

use std::collections::BTreeMap;
use std::rc::Rc;

use scanseek_advisor::Oracle;
use scanseek_engine::{Database, NoControl, RowsRequest, Value};
use scanseek_samples::{DrawnIndex, TableShape, World, drawn_index, world};
use scanseek_schema::{IndexPart, IndexSpec, Key, quote_name};

use super::{EngineOracle, predict};
use crate::Host;
use crate::what_if::empty_clone;

struct NoHost;

impl Host for NoHost {
    fn now_ns(&self) -> u64 {
        0
    }
    fn cancelled(&self) -> bool {
        false
    }
    fn progress(&self, _stage: &str, _done: u64, _total: Option<u64>) {}
}

fn is_full() -> bool {
    std::env::var_os("SCANSEEK_FULL").is_some()
}

fn database(world: &World) -> Database {
    let mut database = Database::create(Rc::new(NoControl)).unwrap();
    database.execute_script(&world.script).unwrap();
    database.reload().unwrap();
    database
}

fn spec(index: &DrawnIndex) -> IndexSpec {
    let parts = index.parts.iter().map(|part| IndexPart {
        key: if part.is_expression {
            Key::Expression(part.key.clone())
        } else {
            Key::Column(part.key.clone())
        },
        descending: part.descending,
        collation: part.collation.map(str::to_owned),
    });
    IndexSpec {
        database: None,
        table: index.table.clone(),
        parts: parts.collect(),
        filter: index.filter.clone(),
    }
}

/// Different indexes for the tables of a world.
fn drawn(tables: &[TableShape], seed: u64, count: u64) -> Vec<IndexSpec> {
    let mut specs: Vec<IndexSpec> = Vec::new();
    for number in 0..count {
        let table = &tables[((seed * 7 + number) % tables.len() as u64) as usize];
        let spec = spec(&drawn_index(table, seed * 1000 + number));
        if !specs.contains(&spec) {
            specs.push(spec);
        }
    }
    specs
}

/// Plans of all queries, and how long their programs are.
fn plans(database: &Database, queries: &[String]) -> Vec<String> {
    let plan = |sql: &String| {
        let length = database.prepare(sql).unwrap().program_length().unwrap();
        let plan = database.prepare(sql).unwrap().plan().unwrap();
        format!("{sql}\n{}{length} opcodes", plan.to_text())
    };
    queries.iter().map(plan).collect()
}

/// The rows of `sqlite_stat1` that tell of indexes, by their names, and the others.
fn statistics(database: &Database) -> (BTreeMap<String, String>, Vec<String>) {
    let sql =
        "SELECT idx, stat, '(' || quote(tbl) || ', ' || quote(idx) || ', ' || quote(stat) || ')'
               FROM sqlite_stat1";
    let rows = database.prepare(sql).unwrap().rows(&RowsRequest { row_cap: 1000, time_ns: None });
    let (mut of_indexes, mut all) = (BTreeMap::new(), Vec::new());
    for row in rows.unwrap().rows {
        let text = |value: &Value| match value {
            Value::Text { text, .. } => text.clone(),
            _ => String::new(),
        };
        of_indexes.insert(text(&row[0]), text(&row[1]));
        all.push(text(&row[2]));
    }
    (of_indexes, all)
}

#[test]
fn an_empty_clone_plans_as_if_built() {
    let (worlds, rounds) = if is_full() { (500, 20) } else { (20, 15) };
    for seed in 0..worlds {
        let world = world(3_000_000 + seed);
        // Values of larger tables are counted by and large.
        if world.tables.iter().any(|table| table.rows > 2000) {
            continue;
        }
        let base = database(&world);
        let queries = [world.queries.clone(), world.writes.clone()].concat();
        for round in 0..rounds {
            let specs = drawn(&world.tables, seed * 100 + round, 1 + round % 6);
            let names: Vec<String> = (0..specs.len()).map(|at| format!("built_{at}")).collect();
            let mut built = base.fork().unwrap();
            let clone = empty_clone(&base).unwrap();
            for (spec, name) in specs.iter().zip(&names) {
                built.create_index(&spec.ddl(name)).unwrap();
                clone.execute(&spec.ddl(name)).unwrap();
            }
            let case = format!("world {seed}: {specs:#?}");
            assert_eq!(plans(&clone, &queries), plans(&built, &queries), "{case}");

            // What is predicted are the rows of `sqlite_stat1`. Samples of values are not; a connection that has
            // seen some goes on knowing of them.
            built.execute_script("ANALYZE; DELETE FROM sqlite_stat4").unwrap();
            let analyzed = built.fork().unwrap();
            let (real, all) = statistics(&analyzed);
            let predicted = predict(&base, &specs).unwrap();
            for (spec, name) in specs.iter().zip(&names) {
                assert_eq!(predicted.get(spec), real.get(name), "{case}");
            }
            clone
                .execute_script("ANALYZE; DELETE FROM sqlite_stat1; DELETE FROM sqlite_stat4")
                .unwrap();
            clone
                .execute_script(&format!("INSERT INTO sqlite_stat1 VALUES {}", all.join(", ")))
                .unwrap();
            let clone = clone.fork().unwrap();
            assert_eq!(plans(&clone, &queries), plans(&analyzed, &queries), "analyzed {case}");
        }
    }
}

/// Rows inserted at once.
const INSERTED: u64 = 7;

#[test]
fn an_inserted_row_costs_what_was_said() {
    let (worlds, indexes) = if is_full() { (1000, 6) } else { (60, 4) };
    let mut compared = 0;
    for seed in 0..worlds {
        let world = world(4_000_000 + seed);
        let base = database(&world);
        let mut oracle = EngineOracle::new(&base, &[], Rc::new(NoHost), u64::MAX).unwrap();
        for spec in drawn(&world.tables, seed, indexes) {
            let Some(row) = row(&base, &spec) else { continue };
            let said = oracle.steps_per_insert(&spec).unwrap();
            let mut with = base.fork().unwrap();
            with.create_index(&spec.ddl("drawn")).unwrap();
            let steps = |database: &Database, rows: u64| {
                let insert = insert(&base, &spec, &row, rows);
                let prepared = database.prepare(&insert).unwrap();
                prepared.measure_write(None, None).unwrap().counters.vm_steps
            };
            // What a statement takes more once, for opening the index and loading constants, is in both.
            let more = |rows| steps(&with, rows) - steps(&base, rows);
            let of_rows = more(2 + INSERTED) - more(2);
            assert_eq!(of_rows, INSERTED * said, "world {seed}: {}", spec.ddl("drawn"));
            compared += 1;
        }
    }
    assert!(compared > 2 * worlds, "{compared}");
}

/// The values of a row that the index holds, without its key; `None` if no new row can be one of them.
fn row(database: &Database, spec: &IndexSpec) -> Option<String> {
    let table = database.schema().table(&spec.table)?;
    // A new key is in no index over given keys.
    if spec.filter.as_ref().is_some_and(|filter| filter.starts_with("id ")) {
        return None;
    }
    let columns = table.columns[1..].iter().map(|one| format!("quote({})", quote_name(&one.name)));
    let columns = columns.collect::<Vec<_>>().join(" || ', ' || ");
    let filter = spec.filter.as_deref().unwrap_or("1");
    let sql = format!("SELECT {columns} FROM {} WHERE {filter}", table.typed_name());
    let rows =
        database.prepare(&sql).ok()?.rows(&RowsRequest { row_cap: 1, time_ns: None }).ok()?;
    match rows.rows.first()?.first()? {
        Value::Text { text, .. } => Some(text.clone()),
        _ => None,
    }
}

/// A statement that inserts so many of that row, with new keys.
fn insert(database: &Database, spec: &IndexSpec, row: &str, rows: u64) -> String {
    let name = database.schema().table(&spec.table).unwrap().typed_name();
    let rows: Vec<String> = (1..=rows).map(|key| format!("({}, {row})", 1_000_000 + key)).collect();
    format!("INSERT INTO {name} VALUES {}", rows.join(", "))
}
