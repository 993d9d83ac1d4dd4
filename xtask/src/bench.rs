//! `cargo xtask bench`: times the built package with the programs in `www/bench`; `cargo xtask bench advisor`
//! compares advisers with the program in `tests/bench`.

use anyhow::{Context, Result, bail};

use crate::process;
use crate::tools;

const PROGRAM: &str = "www/bench/run.mjs";

/// The program for large files.
const LARGE: &str = "www/bench/large.mjs";

/// The program for what a keystroke costs.
const TYPING: &str = "www/bench/typing.mjs";

/// Runs the comparison of advisers natively; no page is needed.
///
/// # Errors
/// When it cannot be built or fails.
pub(crate) fn advisor(options: &[String]) -> Result<()> {
    let mut cargo = process::command("cargo");
    cargo.args(["bench", "--quiet", "-p", "scanseek-tests", "--bench", "advisor", "--"]);
    // Cargo runs a benchmark in its package's folder; files are named from where the person stands.
    let mut is_file = false;
    for option in options {
        let path = std::path::absolute(option);
        match path.ok().filter(|_| is_file) {
            Some(path) => cargo.arg(path),
            None => cargo.arg(option),
        };
        is_file = option == "--json";
    }
    if !cargo.status()?.success() {
        bail!("the comparison of advisers failed");
    }
    Ok(())
}

/// Looks whether there is a program to run and a browser to run it in, before a build that may take
/// minutes.
///
/// # Errors
/// When one of them is missing.
pub(crate) fn check() -> Result<()> {
    if !process::root().join(PROGRAM).is_file() {
        bail!("{PROGRAM} does not exist");
    }
    tools::find_browser().context(
        "no Chromium to time in: install Chromium or Chrome, or name one in SCANSEEK_CHROMIUM",
    )?;
    Ok(())
}

/// Runs the program with the options given and shows what it prints as it prints it.
///
/// # Errors
/// When it cannot be started or fails.
pub(crate) fn run(options: &[String]) -> Result<()> {
    let mut node = process::command("node");
    let has = |name: &str| options.iter().any(|option| option == name);
    let program = if has("--large") {
        LARGE
    } else if has("--typing") {
        TYPING
    } else {
        PROGRAM
    };
    node.arg(program).args(options);
    if let Some(browser) = tools::find_browser() {
        node.env("SCANSEEK_CHROMIUM", browser);
    }
    if !node.status()?.success() {
        bail!("{program} failed");
    }
    Ok(())
}
