//! What is fuzzed: one function a kind of input that nobody vouches for. Each takes any bytes and
//! panics only if something is wrong with us.
//!
//! The same functions run over the committed seeds and over mutations of them as ordinary tests, and
//! under libFuzzer in the workspace of its own in `fuzz/`.

mod beside;
mod database;
mod host;
pub mod mutate;
mod text;

/// A kind of input.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name of its folder below `fuzz/seeds`, and of its program in `fuzz/fuzz_targets`.
    pub name: &'static str,
    /// Takes any bytes.
    pub run: fn(&[u8]),
}

/// All kinds of input.
pub const TARGETS: [Target; 7] = [
    Target { name: "database", run: database::database },
    Target { name: "beside", run: beside::beside },
    Target { name: "sql", run: text::sql },
    Target { name: "detail", run: text::detail },
    Target { name: "log", run: text::log },
    Target { name: "link", run: text::link },
    Target { name: "storage", run: scanseek_engine::storage_sequence },
];

/// Runs the target of this name.
///
/// # Panics
/// If there is none, or the input shows an error of ours.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    match target {
        Some(target) => (target.run)(bytes),
        None => panic!("there is no target {name}"),
    }
}

/// Databases that seeds are made of.
pub mod make {
    pub use crate::beside::{bases, journals};
    pub use crate::database::small_databases;
}
