//! `cargo xtask doctor`: each tool that is needed, what was found, and how to get what is missing.

use std::process::ExitCode;

use anyhow::Result;

use crate::pins::{Pins, Version};
use crate::process::{self, answer, find_program};
use crate::setup::{BROWSER_ON_MAC, CLANG_ON_MAC, install_arguments, package_hint};
use crate::tools;

/// One line of the list: `Ok` holds what was found, `Err` how to get it.
type Row = (&'static str, Result<String, String>);

/// Prints the list; the exit code is 1 when something is missing.
///
/// # Errors
/// When a probe's files cannot be written.
pub(crate) fn run(pins: &Pins) -> Result<ExitCode> {
    let rows = rows(pins)?;
    print!("{}", render(&rows));
    let missing = rows.iter().filter(|(_, state)| state.is_err()).count();
    if missing == 0 {
        println!("\nEverything is there.");
        return Ok(ExitCode::SUCCESS);
    }
    println!("\n{missing} missing. `cargo xtask setup` gets what it can.");
    Ok(ExitCode::FAILURE)
}

fn rows(pins: &Pins) -> Result<Vec<Row>> {
    let tool = |program: &str, package: &str, version: &str| {
        tools::find_pinned(program, version)
            .map(|file| format!("{version}, {}", file.display()))
            .ok_or_else(|| format!("cargo {}", install_arguments(package, version).join(" ")))
    };
    let node = match tools::find_node() {
        Some((file, version)) if Some(version) >= Version::find(&pins.tools.node) => {
            Ok(format!("{version}, {}", file.display()))
        }
        Some((_, version)) => Err(format!("{version} is older than {}", pins.tools.node)),
        None => Err(format!("install Node.js {} or newer", pins.tools.node)),
    };
    let target = &pins.build.rust_target;
    let toolchain = tools::find_toolchain(pins)?
        .map(|found| {
            let version = Version::find(&found.version).unwrap_or_default();
            format!("{target} with rustc {version}, {}", found.kind.label())
        })
        .ok_or_else(|| {
            format!(
                "rustup target add {target}; where rustup cannot download: cargo xtask setup, as root on Debian ({})",
                pins.debian.rust.join(" ")
            )
        });
    let clang = tools::find_clang();
    let browser = tools::find_browser()
        .map(|file| file.display().to_string())
        .ok_or_else(|| package_hint(&pins.debian.browser, BROWSER_ON_MAC));
    Ok(vec![
        ("rustc", rustc(pins)),
        ("rustfmt", ask("cargo", &["fmt", "--version"], "rustup component add rustfmt")),
        ("clippy", ask("cargo", &["clippy", "--version"], "rustup component add clippy")),
        ("C compiler", native_compiler()),
        ("std and linker", toolchain),
        (
            "clang with wasm32",
            clang
                .as_ref()
                .map(|found| format!("{}, {}", found.version, found.cc.display()))
                .ok_or_else(|| package_hint(&pins.debian.clang, CLANG_ON_MAC)),
        ),
        (
            "llvm-ar",
            clang
                .map(|found| found.ar.display().to_string())
                .ok_or_else(|| "comes with the clang above".to_owned()),
        ),
        ("wasm-pack", tool("wasm-pack", "wasm-pack", &pins.tools.wasm_pack)),
        ("wasm-bindgen", tool("wasm-bindgen", "wasm-bindgen-cli", &pins.tools.wasm_bindgen)),
        ("wasm-bindgen crate", wasm_bindgen_crate(pins)),
        ("Node.js", node),
        ("npm packages", npm_packages()),
        (
            "wasm-opt",
            tools::find_wasm_opt(pins)
                .map(|file| format!("{}, {}", pins.tools.binaryen, file.display()))
                .ok_or_else(|| {
                    format!("cd www && npm ci (package binaryen {})", pins.tools.binaryen)
                }),
        ),
        ("Chromium (for tests)", browser),
    ])
}

fn rustc(pins: &Pins) -> Result<String, String> {
    let wanted = pins.rust_version;
    let how = format!("install Rust {wanted} or newer: rustup update stable");
    let text = ask("rustc", &["--version"], &how)?;
    if Version::find(&text).is_some_and(|found| found >= wanted) { Ok(text) } else { Err(how) }
}

fn native_compiler() -> Result<String, String> {
    ["cc", "gcc", "clang"]
        .into_iter()
        .find_map(find_program)
        .map(|file| file.display().to_string())
        .ok_or_else(|| {
            let macos = cfg!(target_os = "macos");
            if macos { "xcode-select --install" } else { "sudo apt-get install gcc" }.to_owned()
        })
}

fn wasm_bindgen_crate(pins: &Pins) -> Result<String, String> {
    let (locked, pinned) = (&pins.locked_wasm_bindgen, &pins.tools.wasm_bindgen);
    if locked == pinned {
        return Ok(format!("{locked}, the same as the tool"));
    }
    Err(format!("Cargo.lock has {locked} and wasm-pack.toml {pinned}: make them equal"))
}

fn npm_packages() -> Result<String, String> {
    if tools::npm_packages_are_current() {
        return Ok("as www/package-lock.json asks".to_owned());
    }
    Err("cd www && npm ci, or npm install where that fails".to_owned())
}

fn ask(program: &str, arguments: &[&str], how: &str) -> Result<String, String> {
    let mut command = process::command(program);
    command.args(arguments);
    let text = answer(command).ok_or_else(|| how.to_owned())?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn render(rows: &[Row]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let line = |(name, state): &Row| match state {
        Ok(found) => format!("ok       {name:width$}  {found}\n"),
        Err(how) => format!("missing  {name:width$}  get it with: {how}\n"),
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_says_how_to_get_it() {
        let rows = [("node", Ok("20.0.0".to_owned())), ("wasm-opt", Err("npm ci".to_owned()))];
        assert_eq!(
            render(&rows),
            "ok       node      20.0.0\nmissing  wasm-opt  get it with: npm ci\n"
        );
    }
}
