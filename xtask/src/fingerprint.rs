//! Whether a build step's inputs are those of its last run: one number over names and contents.
//!
//! Time stamps would not do: a switch of branches touches files that end up the same.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process;

/// Collects the inputs of one build step.
pub(crate) struct Fingerprint(DefaultHasher);

impl Fingerprint {
    pub(crate) fn new() -> Fingerprint {
        Fingerprint(DefaultHasher::new())
    }

    /// Adds a fact, such as a tool's version.
    pub(crate) fn text(&mut self, text: &str) {
        text.hash(&mut self.0);
    }

    /// Adds a file, or a folder with all below it except the names in `skip`. What does not exist
    /// counts as absent.
    ///
    /// # Errors
    /// When something that exists cannot be read.
    pub(crate) fn files(&mut self, path: &Path, skip: &[&str]) -> Result<()> {
        path.to_string_lossy().hash(&mut self.0);
        if path.is_dir() {
            for entry in sorted_entries(path)? {
                let name = entry.file_name().unwrap_or_default().to_string_lossy();
                if !skip.contains(&name.as_ref()) {
                    self.files(&entry, skip)?;
                }
            }
        } else if path.exists() {
            let content =
                fs::read(path).with_context(|| format!("could not read {}", path.display()))?;
            content.hash(&mut self.0);
        }
        Ok(())
    }

    /// The number, as text.
    pub(crate) fn finish(self) -> String {
        format!("{:016x}", self.0.finish())
    }
}

/// Whether the step called `name` last finished with this fingerprint.
pub(crate) fn is_current(name: &str, fingerprint: &str) -> bool {
    fs::read_to_string(stamp(name)).is_ok_and(|last| last == fingerprint)
}

/// Forgets a step's last run; done before its outputs are touched.
pub(crate) fn forget(name: &str) {
    // A stamp that is not there is as good as one removed.
    let _ = fs::remove_file(stamp(name));
}

/// Remembers that the step finished with this fingerprint.
///
/// # Errors
/// When the stamp cannot be written.
pub(crate) fn remember(name: &str, fingerprint: &str) -> Result<()> {
    process::write_if_changed(&stamp(name), fingerprint.as_bytes()).map(|_| ())
}

/// The files and folders of a folder in the order of their names.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn sorted_entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut entries = Vec::new();
    let listing =
        fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))?;
    for entry in listing {
        entries.push(entry?.path());
    }
    entries.sort();
    Ok(entries)
}

fn stamp(name: &str) -> PathBuf {
    process::scratch().join(format!("{name}.fingerprint"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_contents_and_skipping_count() {
        let folder =
            std::env::temp_dir().join(format!("scanseek-fingerprint-{}", std::process::id()));
        fs::create_dir_all(folder.join("skipped")).unwrap();
        let take = || {
            let mut fingerprint = Fingerprint::new();
            fingerprint.files(&folder, &["skipped"]).unwrap();
            fingerprint.finish()
        };
        fs::write(folder.join("a"), "one").unwrap();
        let first = take();
        fs::write(folder.join("skipped/file"), "any").unwrap();
        assert_eq!(take(), first);
        fs::write(folder.join("a"), "two").unwrap();
        let second = take();
        assert_ne!(second, first);
        fs::rename(folder.join("a"), folder.join("b")).unwrap();
        assert_ne!(take(), second);
        fs::remove_dir_all(&folder).unwrap();
    }
}
