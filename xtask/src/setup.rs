//! Getting the tools that are missing.
//!
//! Each step first looks whether the thing is there in the right version. Then it tries the way of
//! an ordinary machine (rustup), then Debian's packages where we are root and apt exists. Where
//! neither works it names what to install and stops. Steps that do not need each other run side by
//! side.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};

use crate::amalgamation;
use crate::pins::{DebianPins, Pins, Version};
use crate::process::{self, answer, find_program, require, root, timed};
use crate::tools::{self, LINKED_TOOLCHAIN, Tools};

/// What the command at hand needs beyond building.
#[derive(Clone, Copy)]
pub(crate) struct Needs {
    /// A browser for the tests.
    pub(crate) browser: bool,
}

/// Gets everything and says where it is.
///
/// # Errors
/// All that could not be got, each with what to do about it.
pub(crate) fn run(pins: &Pins, needs: Needs) -> Result<Tools> {
    check_pins(pins)?;
    let (compilers, command_line_tools, packages, source) = std::thread::scope(|scope| {
        let compilers = scope.spawn(|| compilers(pins, needs));
        let command_line_tools = scope.spawn(|| command_line_tools(pins));
        let packages = scope.spawn(|| npm_packages(pins));
        let source = scope.spawn(amalgamation::prepare);
        (join(compilers), join(command_line_tools), join(packages), join(source))
    });
    let mut problems = Vec::new();
    let compilers = note(compilers, &mut problems);
    let command_line_tools = note(command_line_tools, &mut problems);
    note(packages, &mut problems);
    note(source, &mut problems);
    match (compilers, command_line_tools) {
        (Some((toolchain, clang, browser)), Some((wasm_pack, wasm_bindgen)))
            if problems.is_empty() =>
        {
            Ok(Tools { toolchain, clang, wasm_pack, wasm_bindgen, browser })
        }
        _ => Err(anyhow!("the set-up is not complete\n\n{}", problems.join("\n\n"))),
    }
}

/// Apple's own clang has no wasm32 target.
pub(crate) const CLANG_ON_MAC: &str = "brew install llvm";

/// Any browser of the family will do.
pub(crate) const BROWSER_ON_MAC: &str = "install Chromium or Chrome";

/// How to install wasm-pack or wasm-bindgen by hand; also what the set-up runs.
pub(crate) fn install_arguments(package: &str, version: &str) -> Vec<String> {
    let folder = tools::tools_folder();
    let mut arguments: Vec<String> =
        ["install", package, "--version", version, "--root"].map(str::to_owned).to_vec();
    arguments.push(folder.display().to_string());
    // Its own lock file may name crates newer than a registry mirror has; ours need not.
    if package != "wasm-bindgen-cli" {
        arguments.push("--locked".to_owned());
    }
    arguments
}

/// What a person can do where we may not install packages ourselves: `on_mac` there, else the
/// Debian packages.
pub(crate) fn package_hint(packages: &[String], on_mac: &str) -> String {
    let names: Vec<String> = packages.iter().map(|names| alternatives(names).remove(0)).collect();
    let names = names.join(" ");
    if cfg!(target_os = "macos") {
        on_mac.to_owned()
    } else if find_program("apt-get").is_some() {
        format!("sudo apt-get update && sudo apt-get install {names}")
    } else {
        format!("install with your package manager what Debian calls: {names}")
    }
}

fn check_pins(pins: &Pins) -> Result<()> {
    if pins.tools.wasm_bindgen != pins.locked_wasm_bindgen {
        bail!(
            "wasm-pack.toml asks for wasm-bindgen {}, Cargo.lock has {}: make them equal",
            pins.tools.wasm_bindgen,
            pins.locked_wasm_bindgen
        );
    }
    Ok(())
}

fn join<T>(thread: std::thread::ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().unwrap_or_else(|_| Err(anyhow!("a step of the set-up stopped unexpectedly")))
}

fn note<T>(result: Result<T>, problems: &mut Vec<String>) -> Option<T> {
    result.map_err(|error| problems.push(format!("{error:#}"))).ok()
}

type Compilers = (tools::Toolchain, tools::Clang, Option<PathBuf>);

fn compilers(pins: &Pins, needs: Needs) -> Result<Compilers> {
    let target = &pins.build.rust_target;
    let mut toolchain = tools::find_toolchain(pins)?;
    if toolchain.is_none() && find_program("rustup").is_some() {
        // The usual way. On a machine without rustup's server this fails at once.
        let added = timed(&format!("rustup target add {target}"), || {
            let mut rustup = process::command("rustup");
            rustup.args(["target", "add", target]).env("RUSTUP_MAX_RETRIES", "1");
            require(rustup, "`rustup target add`")
        });
        match added {
            Ok(_) => toolchain = tools::find_toolchain(pins)?,
            Err(_) => println!("      rustup cannot download here; Debian's packages come next"),
        }
    }
    let clang = tools::find_clang();
    let browser = tools::find_browser();
    let needs_browser = needs.browser && browser.is_none();
    let missing =
        missing_packages(&pins.debian, toolchain.is_none(), clang.is_none(), needs_browser);
    if !missing.is_empty() {
        apt_install(&missing)?;
        toolchain = match toolchain {
            Some(found) => Some(found),
            None => match tools::find_toolchain(pins)? {
                Some(found) => Some(found),
                None => {
                    timed(&format!("compiling Rust's std for {target}"), || build_std(target))?;
                    tools::find_toolchain(pins)?
                }
            },
        };
    }
    let toolchain = toolchain.with_context(|| {
        format!("no Rust compiler here can compile for {target}: rustup target add {target}")
    })?;
    let clang = clang.or_else(tools::find_clang).with_context(|| {
        format!("no clang with a wasm32 target: {}", package_hint(&pins.debian.clang, CLANG_ON_MAC))
    })?;
    let browser = browser.or_else(tools::find_browser);
    if needs.browser && browser.is_none() {
        bail!(
            "no Chromium for the tests: {}, or name one in SCANSEEK_CHROMIUM",
            package_hint(&pins.debian.browser, BROWSER_ON_MAC)
        );
    }
    Ok((toolchain, clang, browser))
}

fn missing_packages(debian: &DebianPins, rust: bool, clang: bool, browser: bool) -> Vec<String> {
    let groups = [(rust, &debian.rust), (clang, &debian.clang), (browser, &debian.browser)];
    groups.into_iter().filter(|(wanted, _)| *wanted).flat_map(|(_, names)| names.clone()).collect()
}

fn apt_install(packages: &[String]) -> Result<()> {
    let is_root = answer(with_arguments("id", &["-u"])).as_deref() == Some("0");
    if !is_root || find_program("apt-get").is_none() {
        bail!(
            "these packages are missing and need an administrator: {}",
            package_hint(packages, &format!("{CLANG_ON_MAC}; {BROWSER_ON_MAC}"))
        );
    }
    timed("apt-get update", || {
        require(with_arguments("apt-get", &["update", "-q"]), "`apt-get update`")
    })?;
    let names: Vec<String> = packages.iter().map(|names| choose(names, is_available)).collect();
    timed(&format!("apt-get install {}", names.join(" ")), || {
        let mut apt =
            with_arguments("apt-get", &["install", "-y", "-q", "--no-install-recommends"]);
        apt.args(&names).env("DEBIAN_FRONTEND", "noninteractive");
        require(apt, "`apt-get install`")
    })?;
    Ok(())
}

fn alternatives(names: &str) -> Vec<String> {
    names.split('|').map(|name| name.trim().to_owned()).collect()
}

/// The first alternative there is; the first of all when there is none, so that apt names it.
fn choose(names: &str, is_available: impl Fn(&str) -> bool) -> String {
    let mut names = alternatives(names);
    let chosen = names.iter().position(|name| is_available(name)).unwrap_or(0);
    names.swap_remove(chosen)
}

fn is_available(package: &str) -> bool {
    let mut apt = with_arguments("apt-cache", &["policy", package]);
    apt.env("LC_ALL", "C");
    answer(apt).is_some_and(|text| has_candidate(&text))
}

fn has_candidate(policy: &str) -> bool {
    policy
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Candidate:"))
        .any(|candidate| candidate.trim() != "(none)")
}

/// Debian has the compiler and the sources of std, but not std compiled for WebAssembly. Compiling
/// it once and putting it into the compiler's folder makes an ordinary toolchain of the two.
fn build_std(target: &str) -> Result<()> {
    let folder = process::scratch().join("std");
    // Libraries of an older compiler must not be taken for ours.
    let _ = fs::remove_dir_all(folder.join("target"));
    process::write_if_changed(
        &folder.join("Cargo.toml"),
        b"[package]\nname = \"stdseed\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n",
    )?;
    process::write_if_changed(&folder.join("src/lib.rs"), b"#![no_std]\n")?;
    let mut cargo = process::command("/usr/bin/cargo");
    cargo
        .current_dir(&folder)
        // A released compiler takes -Z options only so. `test` is what wasm-bindgen-test links.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", "/usr/bin/rustc")
        .args(["build", "--release", "-Z", "build-std=std,panic_abort,test", "--target", target])
        .args(["--target-dir", "target"]);
    require(cargo, "compiling std")?;

    let mut rustc = process::command("/usr/bin/rustc");
    rustc.args(["--print", "target-libdir", "--target", target]);
    let library_folder = require(rustc, "`rustc --print target-libdir`")?;
    let library_folder = Path::new(library_folder.trim());
    fs::create_dir_all(library_folder)?;
    for old in libraries(library_folder)? {
        fs::remove_file(old)?;
    }
    for library in libraries(&folder.join("target").join(target).join("release/deps"))? {
        let Some(name) = library.file_name() else { continue };
        if !name.to_string_lossy().starts_with("libstdseed") {
            fs::copy(&library, library_folder.join(name))?;
        }
    }
    if find_program("rustup").is_some() {
        let link = ["toolchain", "link", LINKED_TOOLCHAIN, "/usr"];
        require(with_arguments("rustup", &link), "`rustup toolchain link`")?;
    }
    Ok(())
}

fn libraries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = crate::fingerprint::sorted_entries(folder)?;
    Ok(entries.into_iter().filter(|file| file.extension().is_some_and(|e| e == "rlib")).collect())
}

fn command_line_tools(pins: &Pins) -> Result<(PathBuf, PathBuf)> {
    let wasm_pack = cargo_tool("wasm-pack", "wasm-pack", &pins.tools.wasm_pack)?;
    let wasm_bindgen = cargo_tool("wasm-bindgen", "wasm-bindgen-cli", &pins.tools.wasm_bindgen)?;
    // Some hundred megabytes that nothing needs again.
    let _ = fs::remove_dir_all(tools::tools_folder().join("target"));
    Ok((wasm_pack, wasm_bindgen))
}

fn cargo_tool(program: &str, package: &str, version: &str) -> Result<PathBuf> {
    if let Some(found) = tools::find_pinned(program, version) {
        return Ok(found);
    }
    timed(&format!("compiling {package} {version} (a few minutes, once)"), || {
        let mut cargo = process::command("cargo");
        cargo
            .args(install_arguments(package, version))
            .arg("--force")
            .arg("--target-dir")
            .arg(tools::tools_folder().join("target"))
            // They run for a second or two: compiling them fast matters more than their speed.
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        require(cargo, &format!("`cargo install {package}`"))
    })?;
    tools::find_pinned(program, version)
        .with_context(|| format!("{package} {version} was compiled, yet `{program}` does not run"))
}

fn npm_packages(pins: &Pins) -> Result<()> {
    let wanted = &pins.tools.node;
    match tools::find_node() {
        Some((_, version)) if Some(version) >= Version::find(wanted) => {}
        Some((node, version)) => {
            bail!("{} is Node.js {version}: install Node.js {wanted} or newer", node.display())
        }
        None => bail!("Node.js is missing: install Node.js {wanted} or newer, with npm"),
    }
    if tools::npm_packages_are_current() {
        return Ok(());
    }
    timed("npm packages of www", || {
        // A lock file written where a registry mirror lacks the packages of some other system does
        // not name them, and `npm ci` refuses it. `npm install` takes the same versions.
        let npm = |arguments: &[&str]| {
            let mut npm = with_arguments("npm", arguments);
            npm.args(["--no-audit", "--no-fund"]).current_dir(root().join("www"));
            npm
        };
        match require(npm(&["ci"]), "`npm ci`") {
            Ok(_) => Ok(()),
            Err(_) => require(npm(&["install", "--no-save"]), "`npm install`").map(|_| ()),
        }
    })
}

fn with_arguments(program: &str, arguments: &[&str]) -> Command {
    let mut command = process::command(program);
    command.args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_available_alternative_is_chosen() {
        let check =
            |names: &str, available: &[&str]| choose(names, |name| available.contains(&name));
        assert_eq!(check("clang-22 | clang", &["clang", "clang-22"]), "clang-22");
        assert_eq!(check("clang-22 | clang", &["clang"]), "clang");
        assert_eq!(check("clang-22 | clang", &[]), "clang-22");
        assert_eq!(check("chromium", &[]), "chromium");
    }

    #[test]
    fn a_candidate_is_a_version_and_not_none() {
        assert!(has_candidate("clang-22:\n  Installed: (none)\n  Candidate: 1:22.1.8-1\n"));
        assert!(!has_candidate("llvm:\n  Installed: (none)\n  Candidate: (none)\n"));
        assert!(!has_candidate(""));
    }

    #[test]
    fn only_what_is_missing_is_asked_for() {
        let list = |name: &str| vec![name.to_owned()];
        let debian = DebianPins { rust: list("r"), clang: list("c"), browser: list("b") };
        let check = |rust, clang, browser| missing_packages(&debian, rust, clang, browser).join("");
        assert_eq!(check(false, false, false), "");
        assert_eq!(check(true, false, true), "rb");
        assert_eq!(check(false, true, false), "c");
    }

    #[test]
    fn only_wasm_bindgen_is_installed_without_its_lock() {
        let has =
            |package: &str| install_arguments(package, "1.2.3").contains(&"--locked".to_owned());
        assert!(has("wasm-pack"));
        assert!(!has("wasm-bindgen-cli"));
    }
}
