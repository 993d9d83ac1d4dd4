//! One SQLite for both targets: the WebAssembly build compiles the native build's source.
//!
//! sqlite-wasm-rs brings a SQLite of its own, of another version than libsqlite3-sys. It takes
//! another source from the folder `.cargo/config.toml` names, so we put a `sqlite3.c` there that
//! includes the one of libsqlite3-sys.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process;

/// Where `.cargo/config.toml` tells sqlite-wasm-rs to look, relative to the repository.
pub(crate) const FOLDER: &str = "target/sqlite";

/// Writes `sqlite3.c` and `sqlite3.h`; files that are right already keep their time stamps, since
/// a new one means compiling SQLite again.
///
/// # Errors
/// When libsqlite3-sys is not among the dependencies or the files cannot be written.
pub(crate) fn prepare() -> Result<()> {
    let mut cargo = process::command("cargo");
    cargo.args(["metadata", "--format-version", "1", "--quiet"]);
    let metadata = process::require(cargo, "`cargo metadata`")?;
    let source = bundled_folder(&metadata)?;
    if !source.join("sqlite3.c").is_file() {
        bail!("{} holds no sqlite3.c", source.display());
    }
    let folder = process::root().join(FOLDER);
    process::write_if_changed(&folder.join("sqlite3.c"), wrapper(&source).as_bytes())?;
    let header = format!("#include \"{}\"\n", source.join("sqlite3.h").display());
    process::write_if_changed(&folder.join("sqlite3.h"), header.as_bytes())?;
    Ok(())
}

fn bundled_folder(metadata: &str) -> Result<PathBuf> {
    // Cargo may print a note before the one line of JSON.
    let json = metadata.lines().find(|line| line.starts_with('{')).unwrap_or_default();
    let metadata: Value = serde_json::from_str(json).context("what `cargo metadata` prints")?;
    let manifest = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|package| package["name"] == "libsqlite3-sys")
        .and_then(|package| package["manifest_path"].as_str())
        .context("libsqlite3-sys is not among the dependencies")?;
    Ok(Path::new(manifest).with_file_name("sqlite3"))
}

/// The macro that makes the wrapper compile SQLite for size but for [`HOT_FUNCTIONS`].
const SMALL: &str = "SCANSEEK_SMALL";

/// One name a line; `#` begins a comment.
const HOT_FUNCTIONS: &str = include_str!("../hot-functions.txt");

/// What `CFLAGS` say to compile most of SQLite for size and the functions a query runs in for
/// speed. Cargo's profile asks for speed everywhere; the wrapper then marks all functions
/// `minsize`, and these options take the mark off the hot ones.
pub(crate) fn size_flags() -> String {
    let names = HOT_FUNCTIONS.lines().map(str::trim);
    let names = names.filter(|name| !name.is_empty() && !name.starts_with('#'));
    names.fold(format!("-D{SMALL}"), |flags, name| {
        flags + " -mllvm -force-remove-attribute=" + name + ":minsize"
    })
}

/// SQLite's own `sqlite3Hwtime` reads the processor's cycle counter, which WebAssembly does not
/// have: it would always answer 0 and no loop would show its time. The guard macro keeps SQLite's
/// out, and ours asks the engine crate for a clock.
fn wrapper(source: &Path) -> String {
    format!(
        "/* Written by `cargo xtask`: the native build's SQLite with a clock of the engine's. */\n\
         #ifndef SQLITE_HWTIME_H\n\
         #define SQLITE_HWTIME_H\n\
         #endif\n\
         #ifdef {SMALL}\n\
         #pragma clang attribute push(__attribute__((minsize)), apply_to = function)\n\
         #endif\n\
         #include \"{}\"\n\
         #ifdef {SMALL}\n\
         #pragma clang attribute pop\n\
         #endif\n\
         extern sqlite3_uint64 scanseek_hwtime(void);\n\
         SQLITE_PRIVATE sqlite3_uint64 sqlite3Hwtime(void){{ return scanseek_hwtime(); }}\n",
        source.join("sqlite3.c").display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_source_is_found_beside_the_manifest() {
        let metadata = r#"{"packages":[{"name":"serde","manifest_path":"/r/serde/Cargo.toml"},
            {"name":"libsqlite3-sys","manifest_path":"/r/libsqlite3-sys-1/Cargo.toml"}]}"#
            .replace('\n', "");
        let found = bundled_folder(&format!("a note\n{metadata}\n")).unwrap();
        assert_eq!(found, Path::new("/r/libsqlite3-sys-1/sqlite3"));
        assert!(bundled_folder(r#"{"packages":[]}"#).is_err());
        assert!(bundled_folder("nothing").is_err());
    }

    #[test]
    fn the_guard_stands_before_the_source_and_the_clock_after() {
        let text = wrapper(Path::new("/r/sqlite3"));
        let position = |part: &str| text.find(part).unwrap();
        assert!(position("#define SQLITE_HWTIME_H") < position("/r/sqlite3/sqlite3.c"));
        assert!(position("/r/sqlite3/sqlite3.c") < position("sqlite3Hwtime(void){"));
        assert!(position("attribute push") < position("/r/sqlite3/sqlite3.c"));
        assert!(position("/r/sqlite3/sqlite3.c") < position("attribute pop"));
    }

    #[test]
    fn the_interpreter_is_among_the_hot_functions_and_comments_are_not() {
        let flags = size_flags();
        assert!(flags.starts_with("-DSCANSEEK_SMALL "));
        assert!(flags.contains(" -mllvm -force-remove-attribute=sqlite3VdbeExec:minsize"));
        assert!(!flags.contains('#'));
        assert_eq!(flags.matches("-mllvm").count(), flags.matches(":minsize").count());
    }
}
