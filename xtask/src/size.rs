//! `cargo xtask size`: what each file of the page weighs, raw and as sent.

use anyhow::Result;

use crate::process::{self, require};
use crate::serve;

/// Node.js has both compressions built in, so no crate is needed for them.
const SCRIPT: &str = include_str!("size.mjs");

/// Prints the table.
///
/// # Errors
/// When the page was not built.
pub(crate) fn run() -> Result<()> {
    let mut node = process::command("node");
    node.args(["--input-type=module", "--eval", SCRIPT, "--"]);
    node.arg(serve::Site::load()?.folder());
    print!("{}", require(node, "measuring")?);
    Ok(())
}
