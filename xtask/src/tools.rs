//! Finding the programs a build needs, and asking each for its version. Nothing is changed here.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use serde_json::Value;

use crate::pins::{Pins, Version};
use crate::process::{self, answer, find_program, root};

/// The name under which Debian's compiler is linked into rustup.
pub(crate) const LINKED_TOOLCHAIN: &str = "debian";

/// Everything found that compiling for the page takes.
pub(crate) struct Tools {
    pub(crate) toolchain: Toolchain,
    pub(crate) clang: Clang,
    pub(crate) wasm_pack: PathBuf,
    pub(crate) wasm_bindgen: PathBuf,
    pub(crate) browser: Option<PathBuf>,
}

/// A Rust toolchain that compiles and links for the page's target.
#[derive(Clone, Debug)]
pub(crate) struct Toolchain {
    pub(crate) kind: ToolchainKind,
    /// What its rustc says of itself.
    pub(crate) version: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ToolchainKind {
    /// The one that plain `cargo` runs.
    Active,
    /// Debian's, through rustup.
    Linked,
    /// The one in `/usr/bin`, past any other that comes first in `PATH`.
    System,
}

/// A C compiler for WebAssembly and the archiver that understands its objects.
#[derive(Clone, Debug)]
pub(crate) struct Clang {
    pub(crate) cc: PathBuf,
    pub(crate) ar: PathBuf,
    pub(crate) version: String,
    /// Whether it can take `minsize` off single functions.
    pub(crate) can_unmark: bool,
}

impl ToolchainKind {
    const ALL: [ToolchainKind; 3] =
        [ToolchainKind::Active, ToolchainKind::Linked, ToolchainKind::System];

    /// Makes the command, and whatever it runs, use this toolchain. `first` are folders to put at
    /// the front of `PATH`.
    ///
    /// # Errors
    /// When a folder's name cannot stand in `PATH`.
    pub(crate) fn apply(self, command: &mut Command, first: &[PathBuf]) -> Result<()> {
        let mut folders = first.to_vec();
        match self {
            ToolchainKind::Active => {}
            ToolchainKind::Linked => {
                command.env("RUSTUP_TOOLCHAIN", LINKED_TOOLCHAIN);
            }
            ToolchainKind::System => {
                command.env("RUSTC", "/usr/bin/rustc");
                folders.push(PathBuf::from("/usr/bin"));
            }
        }
        command.env("PATH", process::path_with(&folders)?);
        Ok(())
    }

    /// For people.
    pub(crate) fn label(self) -> &'static str {
        match self {
            ToolchainKind::Active => "the active toolchain",
            ToolchainKind::Linked => "rustup toolchain `debian`",
            ToolchainKind::System => "/usr/bin/rustc",
        }
    }

    fn rustc(self) -> Result<Command> {
        let program = if self == ToolchainKind::System { "/usr/bin/rustc" } else { "rustc" };
        let mut rustc = process::command(program);
        self.apply(&mut rustc, &[])?;
        Ok(rustc)
    }
}

/// The first toolchain that is new enough and really compiles and links a small library.
///
/// # Errors
/// When the probe's source cannot be written.
pub(crate) fn find_toolchain(pins: &Pins) -> Result<Option<Toolchain>> {
    for kind in ToolchainKind::ALL {
        if kind == ToolchainKind::Linked && !is_linked() {
            continue;
        }
        let mut rustc = kind.rustc()?;
        rustc.arg("-vV");
        let Some(version) = answer(rustc) else { continue };
        let is_new_enough = Version::find(&version).is_some_and(|found| found >= pins.rust_version);
        if is_new_enough && can_compile(kind, &pins.build.rust_target)? {
            return Ok(Some(Toolchain { kind, version }));
        }
    }
    Ok(None)
}

/// A folder of the target's libraries is not enough: after an upgrade of the compiler they are of
/// the wrong version, and without lld nothing links. Compiling three lines tells.
fn can_compile(kind: ToolchainKind, rust_target: &str) -> Result<bool> {
    let folder = process::scratch().join("probe");
    let source = folder.join("probe.rs");
    process::write_if_changed(
        &source,
        b"#[unsafe(no_mangle)]\npub extern \"C\" fn probe(n: u32) -> usize { vec![n; 3].len() }\n",
    )?;
    let output = folder.join(format!("probe-{}.wasm", std::process::id()));
    let mut rustc = kind.rustc()?;
    rustc.args(["--edition", "2024", "--crate-type", "cdylib", "--target", rust_target, "-o"]);
    rustc.arg(&output).arg(&source);
    let works = answer(rustc).is_some();
    // Left behind at worst: the folder is scratch.
    let _ = std::fs::remove_file(output);
    Ok(works)
}

fn is_linked() -> bool {
    let mut rustup = process::command("rustup");
    rustup.args(["toolchain", "list"]);
    answer(rustup)
        .is_some_and(|list| list.lines().any(|line| first_word(line) == Some(LINKED_TOOLCHAIN)))
}

/// A clang with the WebAssembly target (Apple's has none), and llvm-ar of the same installation
/// where possible.
pub(crate) fn find_clang() -> Option<Clang> {
    let named = std::env::var_os("CC_wasm32_unknown_unknown").map(PathBuf::from);
    let named = named.and_then(|name| find_program(&name.to_string_lossy()));
    let numbered = (15..=30).rev().map(|number| format!("clang-{number}"));
    let on_path = ["clang-22".to_owned(), "clang".to_owned()]
        .into_iter()
        .chain(numbered)
        .filter_map(|name| find_program(&name));
    // Homebrew does not put its LLVM into PATH.
    let homebrew = ["/opt/homebrew/opt/llvm/bin/clang", "/usr/local/opt/llvm/bin/clang"]
        .into_iter()
        .map(PathBuf::from)
        .filter(|file| process::is_program(file));
    named.into_iter().chain(on_path).chain(homebrew).find_map(|cc| {
        let mut targets = process::command(&cc);
        targets.arg("--print-targets");
        if !has_wasm32(&answer(targets)?) {
            return None;
        }
        let mut version = process::command(&cc);
        version.arg("--version");
        let version = answer(version)?.lines().next()?.to_owned();
        let ar = find_archiver(&cc)?;
        let can_unmark = can_unmark(&cc);
        if !can_unmark {
            println!("      {version} cannot compile single functions for speed: the module will be larger");
        }
        Some(Clang { cc, ar, version, can_unmark })
    })
}

const NO_SOURCE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

/// Tried on an empty source, as no version says it.
fn can_unmark(cc: &Path) -> bool {
    let mut try_out = process::command(cc);
    try_out.args(["--target=wasm32-unknown-unknown", "-fsyntax-only", "-x", "c"]);
    try_out.args(["-mllvm", "-force-remove-attribute=f:minsize"]).arg(NO_SOURCE);
    answer(try_out).is_some()
}

fn has_wasm32(targets: &str) -> bool {
    targets.lines().any(|line| first_word(line) == Some("wasm32"))
}

fn find_archiver(cc: &Path) -> Option<PathBuf> {
    let named = std::env::var_os("AR_wasm32_unknown_unknown");
    if let Some(ar) = named.and_then(|name| find_program(&name.to_string_lossy())) {
        return Some(ar);
    }
    // llvm-ar-22 for clang-22, beside it or beside what it is a link to.
    let name = cc.file_name()?.to_string_lossy().replace("clang", "llvm-ar");
    let real = cc.canonicalize().unwrap_or_else(|_| cc.to_path_buf());
    let beside = [cc, real.as_path()]
        .into_iter()
        .flat_map(|file| [file.with_file_name(&name), file.with_file_name("llvm-ar")])
        .find(|file| process::is_program(file));
    let numbered = (15..=30).rev().map(|number| format!("llvm-ar-{number}"));
    beside.or_else(|| {
        std::iter::once("llvm-ar".to_owned()).chain(numbered).find_map(|name| find_program(&name))
    })
}

/// The folder of tools that belong to this checkout.
pub(crate) fn tools_folder() -> PathBuf {
    root().join(".tools")
}

/// A tool of just this version, in this checkout's folder or in `PATH`.
pub(crate) fn find_pinned(name: &str, version: &str) -> Option<PathBuf> {
    let own = Some(tools_folder().join("bin").join(name)).filter(|file| process::is_program(file));
    own.into_iter().chain(find_program(name)).find(|file| {
        let mut tool = process::command(file);
        tool.arg("--version");
        answer(tool).is_some_and(|text| text.split_whitespace().nth(1) == Some(version))
    })
}

/// Node.js with its version, whether or not that is new enough.
pub(crate) fn find_node() -> Option<(PathBuf, Version)> {
    let node = find_program("node")?;
    let mut command = process::command(&node);
    command.arg("--version");
    let version = Version::find(&answer(command)?)?;
    Some((node, version))
}

/// wasm-opt of the npm package, when it is of the pinned version.
pub(crate) fn find_wasm_opt(pins: &Pins) -> Option<PathBuf> {
    let file = root().join("www/node_modules/.bin/wasm-opt");
    let mut command = process::command(&file);
    command.arg("--version");
    (Version::find(&answer(command)?) == Version::find(&pins.tools.binaryen)).then_some(file)
}

/// A browser of the Chromium family for the tests; `SCANSEEK_CHROMIUM` names one.
pub(crate) fn find_browser() -> Option<PathBuf> {
    let named = std::env::var_os("SCANSEEK_CHROMIUM").map(PathBuf::from);
    let on_path = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let on_mac = [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ];
    named
        .into_iter()
        .chain(on_path.into_iter().filter_map(find_program))
        .chain(on_mac.map(PathBuf::from))
        .find(|file| process::is_program(file))
}

/// Whether `www/node_modules` holds what `www/package-lock.json` asks for.
pub(crate) fn npm_packages_are_current() -> bool {
    let read = |name: &str| {
        let text = std::fs::read_to_string(root().join("www").join(name)).ok()?;
        serde_json::from_str::<Value>(&text).ok()
    };
    // npm's own record of what it installed.
    match (read("package-lock.json"), read("node_modules/.package-lock.json")) {
        (Some(wanted), Some(installed)) => is_installed(&wanted, &installed),
        _ => false,
    }
}

fn is_installed(wanted: &Value, installed: &Value) -> bool {
    let Some(packages) = wanted["packages"].as_object() else { return false };
    packages.iter().filter(|(path, _)| !path.is_empty()).all(|(path, package)| {
        match installed["packages"].get(path) {
            Some(found) => found["version"] == package["version"],
            // Packages for other systems are optional and not installed.
            None => package["optional"] == true,
        }
    })
}

fn first_word(line: &str) -> Option<&str> {
    line.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wasm32_is_recognised_among_targets() {
        let llvm = "  Registered Targets:\n    aarch64    - AArch64\n    wasm32     - WebAssembly 32-bit\n";
        let apple = "  Registered Targets:\n    arm64      - ARM64\n    x86-64     - 64-bit X86\n";
        assert!(has_wasm32(llvm));
        assert!(!has_wasm32(apple));
    }

    #[test]
    fn npm_packages_are_compared_by_path_and_version() {
        let check = |wanted: &str, installed: &str| {
            let parse =
                |text: &str| serde_json::from_str(&format!("{{\"packages\":{{{text}}}}}")).unwrap();
            is_installed(&parse(wanted), &parse(installed))
        };
        let root = r#""": {"name": "page"}, "#;
        let wanted = format!(r#"{root}"node_modules/a": {{"version": "1.0.0"}}"#);
        assert!(check(&wanted, r#""node_modules/a": {"version": "1.0.0"}"#));
        assert!(!check(&wanted, r#""node_modules/a": {"version": "1.0.1"}"#));
        assert!(!check(&wanted, ""));
        let optional = r#""node_modules/mac": {"version": "1.0.0", "optional": true}"#;
        assert!(check(optional, ""));
        assert!(!check(optional, r#""node_modules/mac": {"version": "0.9.0"}"#));
    }
}
