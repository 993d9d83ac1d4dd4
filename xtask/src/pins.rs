//! What `wasm-pack.toml` and the two Cargo files say: tool versions and how the package is built.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process::root;

/// The whole of `wasm-pack.toml`, and the few facts of Cargo's files that belong with it.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Pins {
    pub(crate) tools: ToolPins,
    pub(crate) build: BuildPins,
    pub(crate) wasm_opt: WasmOptPins,
    pub(crate) size: SizePins,
    pub(crate) debian: DebianPins,
    /// The oldest rustc that works: `rust-version` of the workspace.
    #[serde(skip)]
    pub(crate) rust_version: Version,
    /// The version of the wasm-bindgen crate in `Cargo.lock`.
    #[serde(skip)]
    pub(crate) locked_wasm_bindgen: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ToolPins {
    pub(crate) wasm_pack: String,
    pub(crate) wasm_bindgen: String,
    pub(crate) binaryen: String,
    pub(crate) node: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct BuildPins {
    #[serde(rename = "crate")]
    pub(crate) crate_folder: String,
    pub(crate) rust_target: String,
    pub(crate) target: String,
    pub(crate) profile: String,
    pub(crate) features: Vec<String>,
    pub(crate) out_dir: String,
    pub(crate) out_name: String,
    pub(crate) types_snapshot: String,
    /// Further environment of the compilation, such as `CFLAGS_wasm32_unknown_unknown`.
    #[serde(default)]
    pub(crate) env: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WasmOptPins {
    pub(crate) flags: Vec<String>,
}

/// What `cargo xtask size` allows.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct SizePins {
    /// The module compressed with brotli 11, in kB of 1,000 bytes.
    pub(crate) wasm_brotli_kb: u32,
}

/// Debian packages by what they are for, each `name` or `name | other name`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DebianPins {
    pub(crate) rust: Vec<String>,
    pub(crate) clang: Vec<String>,
    pub(crate) browser: Vec<String>,
}

/// A version as numbers, compared part by part; missing parts are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version([u32; 3]);

impl Version {
    /// The first thing in the text that looks like a version: `v20.20.2`, `rustc 1.95.0 (…)`.
    pub(crate) fn find(text: &str) -> Option<Version> {
        text.split_whitespace()
            .map(|word| word.trim_start_matches('v'))
            .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
            .map(|word| {
                let mut parts = [0; 3];
                let numbers = word.split(|c: char| !c.is_ascii_digit());
                for (part, number) in parts.iter_mut().zip(numbers) {
                    *part = number.parse().unwrap_or(0);
                }
                Version(parts)
            })
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

impl Pins {
    /// Reads the three files.
    ///
    /// # Errors
    /// When one is missing or not of the expected shape.
    pub(crate) fn load() -> Result<Pins> {
        let mut pins: Pins = toml::from_str(&read("wasm-pack.toml")?).context("wasm-pack.toml")?;
        pins.rust_version = rust_version(&read("Cargo.toml")?)?;
        pins.locked_wasm_bindgen = locked_version(&read("Cargo.lock")?, "wasm-bindgen")?;
        Ok(pins)
    }
}

fn read(name: &str) -> Result<String> {
    fs::read_to_string(root().join(name)).with_context(|| format!("could not read {name}"))
}

fn rust_version(manifest: &str) -> Result<Version> {
    let manifest: toml::Table = toml::from_str(manifest).context("Cargo.toml")?;
    let text = manifest["workspace"]["package"]["rust-version"].as_str().unwrap_or_default();
    Version::find(text).context("Cargo.toml states no rust-version")
}

fn locked_version(lock: &str, package: &str) -> Result<String> {
    let lock: toml::Table = toml::from_str(lock).context("Cargo.lock")?;
    lock.get("package")
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten()
        .find(|entry| entry.get("name").and_then(toml::Value::as_str) == Some(package))
        .and_then(|entry| entry.get("version")?.as_str())
        .map(str::to_owned)
        .with_context(|| format!("Cargo.lock has no package {package}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_the_repository_are_understood_and_agree() {
        let pins = Pins::load().unwrap();
        assert_eq!(pins.tools.wasm_bindgen, pins.locked_wasm_bindgen);
        let package = fs::read_to_string(root().join("www/package.json")).unwrap();
        let package: serde_json::Value = serde_json::from_str(&package).unwrap();
        assert_eq!(package["devDependencies"]["binaryen"], pins.tools.binaryen.as_str());
    }

    #[test]
    fn versions_are_found_and_compared_by_number() {
        let check = |text: &str| Version::find(text).map(|version| version.to_string());
        assert_eq!(check("v20.20.2"), Some("20.20.2".to_owned()));
        assert_eq!(check("rustc 1.95.0 (59807616e 2026-04-14)"), Some("1.95.0".to_owned()));
        assert_eq!(check("wasm-opt version 132 (version_132)"), Some("132.0.0".to_owned()));
        assert_eq!(check("1.97.0-nightly"), Some("1.97.0".to_owned()));
        assert_eq!(check("no number"), None);
        assert!(Version::find("1.100") > Version::find("1.92.7"));
        assert!(Version::find("20.19.0") <= Version::find("v20.19.0"));
    }

    #[test]
    fn a_locked_version_is_that_of_the_very_package() {
        let lock = "version = 4\n[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"2.0.0\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").unwrap(), "2.0.0");
        assert!(locked_version(lock, "serde").is_err());
    }

    #[test]
    fn the_oldest_rust_is_that_of_the_workspace() {
        let manifest = "[workspace.package]\nrust-version = \"1.92\"\n";
        assert_eq!(rust_version(manifest).unwrap(), Version([1, 92, 0]));
    }
}
