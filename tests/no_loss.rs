//! The adviser's promise, over worlds that nobody chose: once its patch is applied to a real copy, no query
//! takes more than before, and each gives the same rows.

use scanseek_engine::{Database, Measured};
use scanseek_samples::{World, world};
use scanseek_workbench::SuggestOptions;

use crate::host::workbench;
use crate::what_if::{database, is_full};

/// More steps than before, as a share and as such, are a loss.
const LOSS: (f64, u64) = (1.05, 500);

#[test]
fn no_query_of_any_world_gets_slower() {
    let worlds = if is_full() { 1000 } else { 12 };
    let (mut failures, mut faster) = (Vec::new(), 0);
    for seed in 0..worlds {
        let world = world(2_000_000 + seed);
        match check(&world) {
            Ok(is_faster) => faster += u64::from(is_faster),
            Err(failure) => failures.push(format!("- world {seed}: {failure}\n{}", world.script)),
        }
    }
    assert!(failures.is_empty(), "{} of {worlds}\n{}", failures.len(), failures.join("\n"));
    // Advice that is never given harms nobody either.
    assert!(faster * 3 > worlds, "{faster} of {worlds}");
}

/// True if some query takes less than half of what it took.
fn check(world: &World) -> Result<bool, String> {
    let mut workbench = workbench(&world.script);
    let suggested = workbench
        .suggest(&world.workload(0), &SuggestOptions::default())
        .map_err(|error| error.to_string())?;
    if let Some(one) = suggested.not_analysed.first() {
        return Err(format!("not analysed: {one:?}"));
    }
    let base = database(&world.script);
    let patched = base.fork().map_err(|error| error.to_string())?;
    let up = &suggested.patch.up;
    patched.execute_script(up).map_err(|error| format!("{error}: {up}"))?;
    let mut is_faster = false;
    for sql in &world.queries {
        let (before, after) = (run(&base, sql)?, run(&patched, sql)?);
        let (was, is) = (before.counters.vm_steps, after.counters.vm_steps);
        let (before, after) = (before.result, after.result);
        if (before.rows, before.unordered) != (after.rows, after.unordered) {
            return Err(format!("other rows: {sql}\n{up}"));
        }
        if is as f64 > was as f64 * LOSS.0 && is > was + LOSS.1 {
            return Err(format!("{was} steps before, {is} after: {sql}\n{up}"));
        }
        is_faster |= is * 2 < was;
    }
    Ok(is_faster)
}

fn run(database: &Database, sql: &str) -> Result<Measured, String> {
    let measured = database.prepare(sql).and_then(|statement| statement.measure(None, None));
    measured.map_err(|error| format!("{error}: {sql}"))
}
