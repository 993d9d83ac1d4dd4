//! The WebAssembly package: compiled by wasm-pack into a scratch folder, made smaller and faster by
//! wasm-opt, and put where the page imports it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::amalgamation;
use crate::fingerprint::{self, Fingerprint, sorted_entries};
use crate::pins::Pins;
use crate::process::{self, require, root, timed};
use crate::tools::{self, Tools};

const STEP: &str = "wasm";
const OPTIMISE_STEP: &str = "wasm-opt";

/// Builds the package unless it is up to date.
///
/// # Errors
/// When a tool fails; its output is part of the error.
pub(crate) fn build(pins: &Pins, tools: &Tools) -> Result<()> {
    let fingerprint = inputs(pins, tools)?;
    let module = module_file(pins);
    if fingerprint::is_current(STEP, &fingerprint) && module.is_file() && types_file(pins).is_file()
    {
        return Ok(());
    }
    fingerprint::forget(STEP);
    let staging = process::scratch().join("pkg");
    timed("compiling the WebAssembly package (a few minutes the first time)", || {
        compile(pins, tools, &staging)
    })?;
    optimise(pins, &staging)?;
    copy_glue(&staging, &root().join(&pins.build.out_dir))?;
    fingerprint::remember(STEP, &fingerprint)
}

/// The environment in which cargo compiles for the page's target.
///
/// # Errors
/// When a folder's name cannot stand in `PATH`.
pub(crate) fn prepare_command(command: &mut Command, pins: &Pins, tools: &Tools) -> Result<()> {
    // wasm-pack takes the wasm-bindgen it finds first.
    let folders: Vec<PathBuf> = [&tools.wasm_bindgen, &tools.wasm_pack]
        .into_iter()
        .filter_map(|file| file.parent())
        .map(Path::to_path_buf)
        .collect();
    tools.toolchain.kind.apply(command, &folders)?;
    let target = pins.build.rust_target.replace('-', "_");
    command.env(format!("CC_{target}"), &tools.clang.cc);
    command.env(format!("AR_{target}"), &tools.clang.ar);
    command.envs(&pins.build.env);
    if let Some(flags) = c_flags(pins, tools) {
        command.env(format!("CFLAGS_{target}"), flags);
    }
    Ok(())
}

/// Options of the C compiler, those that make SQLite smaller among them where it knows them. A
/// compiler that does not makes a module that is larger and otherwise the same.
fn c_flags(pins: &Pins, tools: &Tools) -> Option<String> {
    let name = format!("CFLAGS_{}", pins.build.rust_target.replace('-', "_"));
    let own = pins.build.env.get(&name).cloned().or_else(|| std::env::var(name).ok());
    if !tools.clang.can_unmark {
        return own;
    }
    Some([own.unwrap_or_default(), amalgamation::size_flags()].join(" ").trim().to_owned())
}

/// The types wasm-bindgen wrote for the package.
pub(crate) fn types_file(pins: &Pins) -> PathBuf {
    root().join(&pins.build.out_dir).join(format!("{}.d.ts", pins.build.out_name))
}

fn module_name(pins: &Pins) -> String {
    format!("{}_bg.wasm", pins.build.out_name)
}

fn module_file(pins: &Pins) -> PathBuf {
    root().join(&pins.build.out_dir).join(module_name(pins))
}

fn inputs(pins: &Pins, tools: &Tools) -> Result<String> {
    let mut inputs = Fingerprint::new();
    inputs.text(&tools.toolchain.version);
    inputs.text(&tools.clang.version);
    let files =
        ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "wasm-pack.toml", amalgamation::FOLDER];
    for file in files {
        inputs.files(&root().join(file), &[])?;
    }
    // Nothing of the command line's goes into the page, and tests do not either.
    inputs.files(&root().join("crates"), &["scanseek-cli", "tests", "target"])?;
    inputs.text(&pins.locked_wasm_bindgen);
    inputs.text(&c_flags(pins, tools).unwrap_or_default());
    Ok(inputs.finish())
}

fn compile(pins: &Pins, tools: &Tools, staging: &Path) -> Result<()> {
    // What an earlier build left must not be taken for this one's.
    let _ = fs::remove_dir_all(staging);
    forget_crates_of_another_std(pins, tools)?;
    let build = &pins.build;
    let mut wasm_pack = process::command(&tools.wasm_pack);
    prepare_command(&mut wasm_pack, pins, tools)?;
    wasm_pack.args(["build", &build.crate_folder, "--mode", "no-install", "--no-opt", "--no-pack"]);
    wasm_pack.args(["--target", &build.target, "--out-name", &build.out_name, "--out-dir"]);
    wasm_pack.arg(staging);
    match build.profile.as_str() {
        "release" => wasm_pack.arg("--release"),
        other => wasm_pack.args(["--profile", other]),
    };
    if !build.features.is_empty() {
        wasm_pack.args(["--", "--features", &build.features.join(",")]);
    }
    require(wasm_pack, "`wasm-pack build`")?;
    Ok(())
}

/// cargo tells compilers apart by their version. A standard library that was compiled again, as on a
/// Debian machine set up anew, has the same version, and crates compiled against the earlier one
/// then cannot be found. So they go when the library's files changed.
fn forget_crates_of_another_std(pins: &Pins, tools: &Tools) -> Result<()> {
    const STD: &str = "wasm-std";
    let mut rustc = process::command("rustc");
    rustc.args(["--print", "target-libdir", "--target", &pins.build.rust_target]);
    tools.toolchain.kind.apply(&mut rustc, &[])?;
    let folder = require(rustc, "`rustc --print target-libdir`")?;
    let mut inputs = Fingerprint::new();
    inputs.text(&tools.toolchain.version);
    for file in sorted_entries(Path::new(folder.trim()))? {
        let modified = fs::metadata(&file)?.modified()?;
        inputs.text(&format!("{} {modified:?}", file.display()));
    }
    let fingerprint = inputs.finish();
    if !fingerprint::is_current(STD, &fingerprint) {
        let _ = fs::remove_dir_all(root().join("target").join(&pins.build.rust_target));
        fingerprint::remember(STD, &fingerprint)?;
    }
    Ok(())
}

/// A change that leaves the compiled module as it was, such as one of a comment, costs no second
/// run of wasm-opt.
fn optimise(pins: &Pins, staging: &Path) -> Result<()> {
    let compiled = staging.join(module_name(pins));
    let module = module_file(pins);
    let mut inputs = Fingerprint::new();
    inputs.files(&compiled, &[])?;
    inputs.text(&pins.tools.binaryen);
    inputs.text(&pins.wasm_opt.flags.join(" "));
    let fingerprint = inputs.finish();
    if fingerprint::is_current(OPTIMISE_STEP, &fingerprint) && module.is_file() {
        return Ok(());
    }
    fingerprint::forget(OPTIMISE_STEP);
    let wasm_opt = tools::find_wasm_opt(pins).with_context(|| {
        format!("wasm-opt of the npm package binaryen {} is missing", pins.tools.binaryen)
    })?;
    fs::create_dir_all(root().join(&pins.build.out_dir))?;
    timed("wasm-opt (half a minute)", || {
        let mut command = process::command(&wasm_opt);
        command.args(&pins.wasm_opt.flags).arg(&compiled).arg("-o").arg(&module);
        require(command, "`wasm-opt`")
    })?;
    fingerprint::remember(OPTIMISE_STEP, &fingerprint)
}

/// Copies all but the module itself.
fn copy_glue(from: &Path, to: &Path) -> Result<()> {
    for entry in sorted_entries(from)? {
        let Some(name) = entry.file_name() else { continue };
        if entry.is_dir() {
            copy_glue(&entry, &to.join(name))?;
        } else if name != ".gitignore" && entry.extension().is_none_or(|kind| kind != "wasm") {
            process::write_if_changed(&to.join(name), &fs::read(&entry)?)?;
        }
    }
    Ok(())
}
