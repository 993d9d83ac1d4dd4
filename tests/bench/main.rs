//! `cargo xtask bench advisor`: what the adviser's indexes do for a workload, beside those of SQLite's own
//! `.expert`, of single columns and of pairs. Every set is built on a copy of the database and measured alike.
//!
//! ```text
//! cargo xtask bench advisor [SUITE…] [--rounds N] [--cut-off SECONDS] [--sqlite3 PROGRAM] [--json FILE]
//! ```
//!
//! A suite is any whose name holds one of the words; without a word, all are run. Vocabulary: a *source* is a
//! database with its workload, a *suite* is one source or many small ones, a *set* is a set of indexes with its
//! origin, and `ANALYZE` if that belongs to it.

#[allow(dead_code, reason = "the proofs of its cases run as tests")]
#[path = "../advisor_cases.rs"]
mod advisor_cases;
mod expert;
#[allow(dead_code, reason = "tests cancel")]
#[path = "../host.rs"]
mod host;
mod measure;
mod report;
mod sets;
mod suites;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use scanseek_workbench::{TemporarySpill, spill_to};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What was asked for on the command line.
pub(crate) struct Options {
    suites: Vec<String>,
    /// Timed runs of each query with each set.
    pub(crate) rounds: usize,
    /// A run of a query with a set of indexes is cut off after so many nanoseconds, or after five times what it
    /// takes without them, if that is more.
    pub(crate) cut_off_ns: u64,
    /// SQLite's shell, if there is one.
    pub(crate) shell: Option<PathBuf>,
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let options = options(std::env::args().skip(1))?;
    let names: Vec<&str> = suites::names()
        .filter(|name| {
            options.suites.is_empty() || options.suites.iter().any(|word| name.contains(&**word))
        })
        .collect();
    if names.is_empty() {
        let known: Vec<&str> = suites::names().collect();
        return Err(format!("no such suite; there are: {}", known.join(", ")).into());
    }
    // What does not fit into memory goes into a file without a name.
    spill_to(Some(Arc::new(TemporarySpill::new(tempfile::tempfile()?))));
    let machine = report::machine(options.shell.as_deref())?;
    println!("{machine}");
    if options.shell.is_none() {
        println!("\n{}", expert::HOW_TO_INSTALL);
    }
    let mut suites = Vec::new();
    for name in names {
        eprintln!("{name}");
        let results = suites::sources(name)?
            .iter()
            .map(|source| sets::compare(source, &options))
            .collect::<Result<Vec<_>>>()?;
        let suite = report::Suite::of(name, results);
        println!("\n{}", report::table(&[&suite]));
        suites.push(suite);
    }
    let all: Vec<&report::Suite> = suites.iter().collect();
    if all.len() > 1 {
        println!("\n{}", report::table(&all));
    }
    println!("\n{}\n\n{}", report::aims(&all), report::losses(&all));
    if let Some(file) = &options.json {
        std::fs::write(file, report::json(&machine, &options, &all)? + "\n")?;
    }
    Ok(())
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options> {
    let mut options = Options {
        suites: Vec::new(),
        rounds: 3,
        cut_off_ns: 10_000_000_000,
        shell: expert::find_shell(),
        json: None,
    };
    while let Some(argument) = arguments.next() {
        let mut value =
            || arguments.next().ok_or_else(|| format!("{argument} needs a value behind it"));
        match argument.as_str() {
            // Cargo says so to every benchmark.
            "--bench" => {}
            "--rounds" => options.rounds = value()?.parse::<usize>()?.max(1),
            "--cut-off" => options.cut_off_ns = (value()?.parse::<f64>()? * 1e9) as u64,
            "--sqlite3" => options.shell = Some(value()?.into()),
            "--json" => options.json = Some(value()?.into()),
            other if other.starts_with('-') => {
                return Err(format!("there is no option {other}").into());
            }
            suite => options.suites.push(suite.to_owned()),
        }
    }
    Ok(options)
}
