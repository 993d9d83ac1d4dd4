//! `cargo xtask size`: what each file of the page weighs, raw and as sent.

use anyhow::Result;

use crate::pins::Pins;
use crate::process::{self, require};
use crate::serve;

/// Node.js has both compressions built in, so no crate is needed for them.
const SCRIPT: &str = include_str!("size.mjs");

/// Prints the table.
///
/// # Errors
/// When the page was not built, or when its module is larger than `wasm-pack.toml` allows.
pub(crate) fn run(pins: &Pins) -> Result<()> {
    let mut node = process::command("node");
    node.args(["--input-type=module", "--eval", SCRIPT, "--"]);
    node.arg(serve::Site::load()?.folder()).arg(pins.size.wasm_brotli_kb.to_string());
    print!("{}", require(node, "measuring")?);
    Ok(())
}
