//! `cargo xtask bench`: times the built package with the programs in `www/bench`.

use anyhow::{Context, Result, bail};

use crate::process;
use crate::tools;

const PROGRAM: &str = "www/bench/run.mjs";

/// The program for large files.
const LARGE: &str = "www/bench/large.mjs";

/// The program for what a keystroke costs.
const TYPING: &str = "www/bench/typing.mjs";

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
