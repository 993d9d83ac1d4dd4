//! The reviewed copy of the package's types: a change of what crosses the boundary to the page
//! shows up in review, and a test fails until it was accepted with `cargo xtask bless`.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::pins::Pins;
use crate::process::{self, root};
use crate::wasm;

/// Where wasm-bindgen's glue begins in the types of an ES module. What follows names the raw
/// functions of the module, which differ between compilers.
const GLUE: &str = "export type InitInput";

/// Makes the present types the reviewed ones.
///
/// # Errors
/// When the package was not built or the copy cannot be written.
pub(crate) fn bless(pins: &Pins) -> Result<()> {
    let snapshot = root().join(&pins.build.types_snapshot);
    let changed = process::write_if_changed(&snapshot, emitted(pins)?.as_bytes())?;
    let state = if changed { "written" } else { "unchanged" };
    println!("  ok  {}: {state}", pins.build.types_snapshot);
    Ok(())
}

/// Compares the emitted types with the reviewed ones.
///
/// # Errors
/// When they differ, with the lines that do.
pub(crate) fn check(pins: &Pins) -> Result<()> {
    let reviewed = fs::read_to_string(root().join(&pins.build.types_snapshot)).unwrap_or_default();
    let difference = difference(&reviewed, &emitted(pins)?);
    if difference.is_empty() {
        return Ok(());
    }
    bail!(
        "the types of the WebAssembly package are not those in {}; review and run `cargo xtask bless`:\n{difference}",
        pins.build.types_snapshot
    )
}

fn emitted(pins: &Pins) -> Result<String> {
    let file = wasm::types_file(pins);
    let text = fs::read_to_string(&file)
        .with_context(|| format!("{} is missing: cargo xtask build", file.display()))?;
    Ok(without_glue(&text))
}

fn without_glue(types: &str) -> String {
    let end = types.find(GLUE).unwrap_or(types.len());
    format!("{}\n", types[..end].trim_end())
}

/// The lines only one side has, as `-` reviewed and `+` emitted. The order is not compared: the
/// linker chooses it.
fn difference(reviewed: &str, emitted: &str) -> String {
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let (reviewed, emitted) = (sorted(reviewed), sorted(emitted));
    let mut only_one_has = Vec::new();
    let (mut left, mut right) = (reviewed.iter().peekable(), emitted.iter().peekable());
    loop {
        match (left.peek(), right.peek()) {
            (None, None) => break,
            (Some(old), Some(new)) if old == new => {
                left.next();
                right.next();
            }
            (Some(old), new) if new.is_none_or(|new| old < new) => {
                only_one_has.push(format!("- {old}"));
                left.next();
            }
            (_, new) => {
                only_one_has.extend(new.map(|new| format!("+ {new}")));
                right.next();
            }
        }
    }
    only_one_has.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glue_is_cut_off() {
        let types = "export class Workbench {}\n\nexport type InitInput = RequestInfo;\nmore";
        assert_eq!(without_glue(types), "export class Workbench {}\n");
        assert_eq!(without_glue("export class A {}"), "export class A {}\n");
    }

    #[test]
    fn lines_are_compared_without_their_order() {
        let check = |old: &str, new: &str| difference(old, new);
        assert_eq!(check("a\nb\n", "b\na\n"), "");
        assert_eq!(check("a\nb\n", "a\nc\n"), "- b\n+ c");
        assert_eq!(check("", "a\n"), "+ a");
        assert_eq!(check("a\na\n", "a\n"), "- a");
    }
}
