//! `cargo xtask bench`: times the built package with the program in `www/bench`.

use anyhow::{Result, bail};

use crate::process;

const PROGRAM: &str = "www/bench/run.mjs";

/// Looks whether there is a program to run, before a build that may take minutes.
///
/// # Errors
/// When there is none.
pub(crate) fn check() -> Result<()> {
    if !process::root().join(PROGRAM).is_file() {
        bail!("{PROGRAM} does not exist");
    }
    Ok(())
}

/// Runs the program with the options given and shows what it prints as it prints it.
///
/// # Errors
/// When it cannot be started or fails.
pub(crate) fn run(options: &[String]) -> Result<()> {
    let mut node = process::command("node");
    node.arg(PROGRAM).args(options);
    if !node.status()?.success() {
        bail!("{PROGRAM} failed");
    }
    Ok(())
}
