//! What-if plans are real plans: what SQLite plans with indexes shown from a shelf is what it plans on a
//! database that has just these, in worlds drawn from a seed and in the samples.

use std::collections::BTreeSet;
use std::rc::Rc;

use scanseek_engine::{Database, DatabaseFiles, NoControl, Shelf, Statistics, Switches};
use scanseek_samples::{ColumnKind, ColumnShape, TableShape, drawn_index, world};
use scanseek_schema::{IndexName, Schema, TableKind};
use scanseek_sql::split;
use scanseek_workbench::{build_sample, workload};

use crate::host::TestHost;

/// Indexes to choose from.
const POOL: u64 = 16;
/// Indexes in one configuration.
const MOST_SHOWN: u64 = 7;

/// Samples without attached databases, at the scale they are checked at.
const SAMPLES: [(&str, f64); 5] =
    [("store", 0.1), ("deposition", 0.1), ("autopsy", 0.05), ("patterns", 1.0), ("tpch", 0.01)];

pub(crate) fn is_full() -> bool {
    std::env::var_os("SCANSEEK_FULL").is_some()
}

/// A database made by these statements, as one who opens it sees it: a connection that once had other
/// statistics does not forget them all.
pub(crate) fn database(script: &str) -> Database {
    let mut database = Database::create(Rc::new(NoControl)).unwrap();
    database.execute_script(script).unwrap_or_else(|error| panic!("{error}\n{script}"));
    database.reload().unwrap();
    database.fork().unwrap()
}

/// Numbers that look random and are the same each time.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 33) % bound
    }
}

/// A shelf with indexes drawn for these tables, and their statements by position.
pub(crate) fn shelf(
    base: &Database,
    tables: &[TableShape],
    dice: &mut Dice,
) -> (Shelf, Vec<(usize, String)>) {
    let mut shelf = Shelf::new(base).unwrap();
    let mut built = Vec::new();
    for number in 0..POOL {
        let table = &tables[dice.below(tables.len() as u64) as usize];
        let ddl = drawn_index(table, dice.below(1 << 30)).ddl(&format!("drawn {number}"));
        // Columns of a sample need not be what their types say: then an expression may fail.
        if let Ok(position) = shelf.build(&ddl) {
            built.push((position, ddl));
        }
    }
    assert!(built.len() as u64 > POOL / 2, "{built:?}");
    (shelf, built)
}

/// Some of them, in the order they were built in.
pub(crate) fn some<'a>(built: &'a [(usize, String)], dice: &mut Dice) -> Vec<&'a (usize, String)> {
    let wanted = dice.below(MOST_SHOWN + 1);
    built.iter().filter(|_| dice.below(built.len() as u64) < wanted).collect()
}

/// The plans of all statements, and how long their programs are.
fn plans(database: &Database, queries: &[String]) -> Vec<String> {
    let plan = |sql: &String| {
        let prepare = || database.prepare(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
        let length = prepare().program_length().unwrap();
        format!("{sql}\n{}{length} opcodes", prepare().plan().unwrap().to_text())
    };
    queries.iter().map(plan).collect()
}

fn check(title: &str, base: &Database, tables: &[TableShape], queries: &[String], rounds: u64) {
    let dice = &mut Dice(rounds ^ title.len() as u64);
    let (mut shelf, built) = shelf(base, tables, dice);
    let own: Vec<IndexName> = base
        .schema()
        .tables
        .iter()
        .flat_map(|table| table.indexes.iter().filter(|index| index.sql.is_some()))
        .map(|index| index.name.as_str().into())
        .collect();
    for _ in 0..rounds {
        let chosen = some(&built, dice);
        // Those that are there can be left out, too.
        let hidden: Vec<&IndexName> = own.iter().filter(|_| dice.below(5) == 0).collect();
        let kept = own.iter().filter(|name| !hidden.contains(name));
        let kept = kept.map(|name| shelf.position(name).unwrap());
        let shown: BTreeSet<usize> = kept.chain(chosen.iter().map(|(at, _)| *at)).collect();
        let mut real = base.fork().unwrap();
        for name in &hidden {
            real.drop_index(name).unwrap();
        }
        for (_, ddl) in &chosen {
            real.create_index(ddl).unwrap();
        }
        for statistics in [Statistics::AsFound, Statistics::Analyze] {
            let switches = Switches { statistics, ..Switches::default() };
            let wanted = plans(&real.switched(&switches).unwrap(), queries);
            let found = plans(shelf.show(&shown, statistics).unwrap(), queries);
            assert_eq!(found, wanted, "{title}, {statistics:?}: {chosen:?} without {hidden:?}");
        }
    }
}

#[test]
fn any_indexes_of_a_world_are_planned_as_if_built() {
    let (worlds, rounds) = if is_full() { (900, 10) } else { (25, 8) };
    for seed in 0..worlds {
        let world = world(seed);
        let base = database(&world.script);
        let statements: Vec<String> = world.queries.iter().chain(&world.writes).cloned().collect();
        check(&format!("world {seed}"), &base, &world.tables, &statements, rounds);
    }
}

#[test]
fn any_indexes_of_a_sample_are_planned_as_if_built() {
    let rounds = if is_full() { 200 } else { 20 };
    for (id, scale) in SAMPLES {
        let bytes = build_sample(id, scale, TestHost::patient()).unwrap();
        let files = DatabaseFiles::alone(std::sync::Arc::new(bytes));
        let base = Database::open(files, Rc::new(NoControl)).unwrap().database;
        // Parameters stay NULL, on both sides.
        let queries: Vec<String> =
            split(workload(id).unwrap()).into_iter().map(|statement| statement.sql).collect();
        // An index that a query insists on cannot be left out.
        let planned: Vec<String> =
            queries.into_iter().filter(|sql| !sql.contains("INDEXED BY")).collect();
        check(id, &base, &shapes(base.schema()), &planned, rounds);
    }
}

/// The tables of a sample, as far as drawing indexes needs to know them.
fn shapes(schema: &Schema) -> Vec<TableShape> {
    let tables = schema.tables.iter().filter(|table| table.kind == TableKind::Table);
    tables
        .map(|table| TableShape {
            name: table.name.clone(),
            rows: 100,
            columns: table
                .columns
                .iter()
                .filter(|column| !column.hidden)
                .map(|column| ColumnShape {
                    name: column.name.clone(),
                    kind: match column.declared_type.to_ascii_uppercase().as_str() {
                        "TEXT" => ColumnKind::Name(50),
                        _ => ColumnKind::Whole(50),
                    },
                })
                .collect(),
        })
        .collect()
}
