//! The page: set-up, the WebAssembly package, then `npm run build` in `www`.

use anyhow::Result;

use crate::fingerprint::{self, Fingerprint};
use crate::pins::Pins;
use crate::process::{self, require, root, timed};
use crate::serve;
use crate::setup::{self, Needs};
use crate::tools::Tools;
use crate::wasm;

const STEP: &str = "page";

/// From nothing to a built page.
///
/// # Errors
/// Those of the set-up and the build.
pub(crate) fn set_up_and_build(pins: &Pins) -> Result<()> {
    let tools = setup::run(pins, Needs { browser: false })?;
    build(pins, &tools)?;
    println!("  ok  the page is in {}", serve::Site::load()?.folder().display());
    Ok(())
}

/// Builds the package and the page, each unless it is up to date.
///
/// # Errors
/// When a tool fails; its output is part of the error.
pub(crate) fn build(pins: &Pins, tools: &Tools) -> Result<()> {
    wasm::build(pins, tools)?;
    let mut inputs = Fingerprint::new();
    inputs.files(&root().join("www"), &["node_modules", "dist"])?;
    let fingerprint = inputs.finish();
    let index = serve::Site::load()?.folder().join("index.html");
    if fingerprint::is_current(STEP, &fingerprint) && index.is_file() {
        return Ok(());
    }
    fingerprint::forget(STEP);
    timed("building the page", || {
        let mut npm = process::command("npm");
        npm.args(["run", "build"]).current_dir(root().join("www")).env("NO_COLOR", "1");
        require(npm, "`npm run build`")
    })?;
    fingerprint::remember(STEP, &fingerprint)
}
