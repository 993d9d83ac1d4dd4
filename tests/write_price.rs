//! What indexes cost a statement that writes, counted on a shelf, is what it costs on a database that has
//! them.

use std::collections::BTreeSet;

use scanseek_engine::{Database, Statistics};
use scanseek_samples::world;

use crate::what_if::{Dice, database, is_full, shelf, some};

/// VM steps and rows changed of each statement.
fn costs(database: &Database, writes: &[String]) -> Vec<(String, u64, u64)> {
    let cost = |sql: &String| {
        let measured = database
            .prepare(sql)
            .and_then(|statement| statement.measure_write(None, None))
            .unwrap_or_else(|error| panic!("{error}: {sql}"));
        (sql.clone(), measured.counters.vm_steps, measured.result.rows)
    };
    writes.iter().map(cost).collect()
}

#[test]
fn a_write_costs_on_the_shelf_what_it_costs() {
    let worlds = if is_full() { 1000 } else { 60 };
    let mut dearer = 0;
    for seed in 0..worlds {
        // Other worlds than those that are planned on.
        let world = world(1_000_000 + seed);
        let base = database(&world.script);
        let dice = &mut Dice(seed);
        let (mut shelf, built) = shelf(&base, &world.tables, dice);
        let own: Vec<usize> = (0..shelf.len() - built.len()).collect();
        let bare = costs(&base, &world.writes);
        let chosen = some(&built, dice);
        let mut real = base.fork().unwrap();
        for (_, ddl) in &chosen {
            real.create_index(ddl).unwrap();
        }
        let wanted = costs(&real, &world.writes);
        let shown: BTreeSet<usize> =
            own.into_iter().chain(chosen.iter().map(|(at, _)| *at)).collect();
        let found = costs(shelf.show(&shown, Statistics::AsFound).unwrap(), &world.writes);
        assert_eq!(found, wanted, "world {seed}: {chosen:?}");
        dearer += usize::from(wanted.iter().zip(&bare).any(|(with, without)| with.1 > without.1));
    }
    assert!(dearer * 2 > worlds as usize, "{dearer}");
}
