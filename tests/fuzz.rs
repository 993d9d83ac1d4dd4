//! What is fuzzed, over the committed seeds and over mutations of them. A bug found is a new seed.

use std::path::PathBuf;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use scanseek_fuzzed::{TARGETS, Target, make, mutate};
use scanseek_workbench::{DatabaseFiles, Workbench};

use crate::architecture::root;
use crate::host::TestHost;

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
fn logs() {
    check("log");
}

#[test]
fn links() {
    check("link");
}

#[test]
fn operations_on_files() {
    check("storage");
}

/// Seeds that are refused at the door would test nothing. They can be made again:
/// `SCANSEEK_SEEDS=1` writes those that are made here.
#[test]
fn seeds_that_are_databases_are_whole() {
    let databases = make::small_databases();
    let names: Vec<&str> = databases.iter().map(|(name, _)| *name).collect();
    if std::env::var_os("SCANSEEK_SEEDS").is_some() {
        for (target, files) in [("database", databases), ("beside", make::journals())] {
            std::fs::create_dir_all(folder(target)).unwrap();
            for (name, bytes) in files {
                std::fs::write(folder(target).join(name), &bytes).unwrap();
            }
        }
    }
    for name in names {
        let bytes = std::fs::read(folder("database").join(name)).unwrap();
        let mut workbench = Workbench::new(TestHost::patient());
        let files = DatabaseFiles::alone(std::sync::Arc::new(bytes));
        let opened = workbench.open_file(name, files).map_err(|error| error.message);
        assert!(opened.is_ok_and(|opened| !opened.schema.tables.is_empty()), "{name}");
    }
}
