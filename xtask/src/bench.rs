//! `cargo xtask bench`: times the built package with the program in `www/bench`.

use anyhow::{Result, bail};

use crate::process;

const PROGRAM: &str = "www/bench/run.mjs";

/// Runs the program with the options given and shows what it prints as it prints it.
///
/// # Errors
/// When there is no such program or it fails.
pub(crate) fn run(options: &[String]) -> Result<()> {
    if !process::root().join(PROGRAM).is_file() {
        bail!("{PROGRAM} does not exist");
    }
    let mut node = process::command("node");
    node.arg(PROGRAM).args(options);
    if !node.status()?.success() {
        bail!("{PROGRAM} failed");
    }
    Ok(())
}
