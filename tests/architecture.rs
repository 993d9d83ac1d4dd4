//! The arrows of ARCHITECTURE.md: which crate may know which, and which part of the page may
//! import which. Whoever draws a new arrow has to write it here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Crates of ours that each crate may depend on.
const ARROWS: [(&str, &[&str]); 12] = [
    ("plan", &[]),
    ("schema", &[]),
    ("bench", &[]),
    ("samples", &[]),
    ("notebook", &[]),
    ("sql", &["schema"]),
    ("engine", &["plan", "schema"]),
    ("advisor", &["plan", "schema", "sql"]),
    ("workbench", &["plan", "schema", "sql", "engine", "advisor", "bench", "samples", "notebook"]),
    ("wire", &["workbench", "plan", "schema", "sql", "advisor", "bench", "samples", "notebook"]),
    ("wasm", &["workbench", "wire"]),
    ("cli", &["workbench", "wire"]),
];

/// Crates from outside that only these of ours may know.
const KEEPERS: [(&str, &[&str]); 8] = [
    ("rusqlite", &["engine"]),
    ("rsqlite-vfs", &["engine"]),
    ("libsqlite3-sys", &["engine"]),
    ("sqlite-wasm-rs", &["engine"]),
    ("sqlparser", &["sql"]),
    ("wasm-bindgen", &["wasm", "wire"]),
    ("tpchgen", &["samples"]),
    ("tpcdsgen", &["samples"]),
];

#[test]
fn crates_depend_only_along_the_arrows() {
    let metadata = cargo_metadata::MetadataCommand::new()
        .current_dir(root())
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .unwrap();
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.into();
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let Some(name) = package.name.strip_prefix("scanseek-").filter(|name| *name != "tests")
        else {
            continue;
        };
        let Some(allowed) = arrows.get(name) else {
            wrong.push(format!("{name} is not in ARROWS"));
            continue;
        };
        for dependency in &package.dependencies {
            let other = dependency.name.as_str();
            if let Some(ours) = other.strip_prefix("scanseek-")
                && !allowed.contains(&ours)
            {
                wrong.push(format!("{name} -> {ours}"));
            }
            for (crate_name, keepers) in KEEPERS {
                if other == crate_name && !keepers.contains(&name) {
                    wrong.push(format!("{name} -> {crate_name}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn only_the_engine_is_unsafe() {
    let mut wrong = Vec::new();
    for (name, _) in ARROWS {
        for file in files(&root().join("crates").join(format!("scanseek-{name}")), &["rs"]) {
            let text = std::fs::read_to_string(&file).unwrap();
            if name != "engine" && text.contains("allow(unsafe_code)") {
                wrong.push(file);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Parts of the page, and what each may import besides itself.
const PAGE_ARROWS: [(&str, &[&str]); 6] = [
    ("engine", &[]),
    ("store", &["engine", "ui"]),
    ("features", &["store", "ui", "charts", "styles"]),
    ("charts", &["ui"]),
    ("ui", &[]),
    ("styles", &[]),
];

#[test]
fn parts_of_the_page_import_only_along_the_arrows() {
    let source = root().join("www/src");
    let arrows: BTreeMap<&str, &[&str]> = PAGE_ARROWS.into();
    let mut wrong = BTreeSet::new();
    for file in files(&source, &["ts", "tsx"]) {
        let relative = file.strip_prefix(&source).unwrap();
        let Some(part) = relative.parent().and_then(|p| p.iter().next()) else { continue };
        let part = part.to_str().unwrap();
        // What wasm-pack wrote is not ours to judge.
        if relative.starts_with("engine/pkg") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        for (is_type, target) in imports(&text) {
            let Some(path) = target.strip_prefix('.') else { continue };
            let joined = normal(&relative.parent().unwrap().join(format!(".{path}")));
            let Some(other) = joined.iter().next().and_then(|p| p.to_str()) else { continue };
            let typed = is_type && joined.starts_with("engine/types");
            let allowed = arrows.get(part).is_some_and(|allowed| allowed.contains(&other));
            let engine_from_store = part == "store" && other == "engine";
            let from_actions = relative.to_string_lossy().starts_with("store/actions");
            if part == other || typed {
                continue;
            }
            if !allowed || (engine_from_store && !from_actions && !is_type) {
                wrong.insert(format!("{} -> {}", relative.display(), joined.display()));
            }
        }
        if part != "engine" && text.contains("engine/pkg") {
            wrong.insert(format!("{} -> the wasm package", relative.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// `(is it a type import, what is imported)` of each import statement.
fn imports(text: &str) -> Vec<(bool, String)> {
    text.split(';')
        .filter_map(|statement| {
            let at = statement.rfind("import ")?;
            let statement = &statement[at..];
            let quoted = statement.split('"').nth(1)?;
            Some((statement.starts_with("import type"), quoted.to_owned()))
        })
        .collect()
}

fn normal(path: &Path) -> PathBuf {
    let mut parts: Vec<std::ffi::OsString> = Vec::new();
    for part in path.iter() {
        match part.to_str() {
            Some(".") => {}
            Some("..") => {
                parts.pop();
            }
            _ => parts.push(part.to_owned()),
        }
    }
    parts.iter().collect()
}

fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("target") && !path.ends_with("node_modules") {
                found.extend(files(&path, endings));
            }
        } else if path.extension().is_some_and(|e| endings.iter().any(|ending| e == *ending)) {
            found.push(path);
        }
    }
    found
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
