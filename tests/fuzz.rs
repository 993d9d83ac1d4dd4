//! What is fuzzed, over the committed seeds and over mutations of them. A bug found is a new seed.

use std::path::PathBuf;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use scanseek_fuzzed::{TARGETS, Target, make, mutate};

use crate::architecture::root;

/// Mutations of each seed: a few always, many in the full suite.
fn mutations() -> u32 {
    if std::env::var_os("SCANSEEK_FULL").is_some() { 1_000 } else { 30 }
}

fn folder(target: &str) -> PathBuf {
    root().join("fuzz/seeds").join(target)
}

fn seeds(target: &Target) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder(target.name))
        .unwrap_or_else(|error| panic!("{}: {error}", target.name))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no seeds of {}", target.name);
    files.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

fn check(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    for (path, seed) in seeds(target) {
        // A failure prints its seed before the panic's own words.
        println!("{}", path.display());
        (target.run)(&seed);
        let config = Config { cases: mutations(), failure_persistence: None, ..Config::default() };
        let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(config, random);
        let outcome = runner.run(&mutate::edits(), |edits| {
            (target.run)(&mutate::mutated(&seed, &edits));
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{}: {error}", path.display());
        }
    }
}

#[test]
fn database_files() {
    check("database");
}

#[test]
fn files_beside_a_database() {
    check("beside");
}

#[test]
fn sql_texts() {
    check("sql");
}

#[test]
fn details_of_plans() {
    check("detail");
}

#[test]
fn links() {
    check("link");
}

#[test]
fn operations_on_files() {
    check("storage");
}

/// The seeds that are databases and journals can be made again; `SCANSEEK_SEEDS=1` writes them.
#[test]
fn seeds_are_what_they_are_called() {
    let made = [("database", make::small_databases()), ("beside", make::journals())];
    for (target, files) in made {
        for (name, bytes) in files {
            let path = folder(target).join(name);
            if std::env::var_os("SCANSEEK_SEEDS").is_some() {
                std::fs::create_dir_all(folder(target)).unwrap();
                std::fs::write(&path, &bytes).unwrap();
            }
            let kept = std::fs::read(&path).unwrap_or_default();
            assert!(kept == bytes, "{} is not what is made under this name now", path.display());
        }
    }
}
