//! Running other programs: where, with which environment, and what is shown of it.
//!
//! A program's output is kept back and shown whole only when it fails; what a person sees of a
//! success is one line with the time it took.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// What a finished program left behind.
pub(crate) struct Outcome {
    /// Whether it ended with exit code 0.
    pub(crate) success: bool,
    /// Its standard output and standard error, in the order written.
    pub(crate) output: String,
}

/// The folder of the repository.
pub(crate) fn root() -> PathBuf {
    // The variable is that of the running checkout, the constant that of the compiled one: they
    // differ when a checkout was moved.
    let own = std::env::var("CARGO_MANIFEST_DIR")
        .unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    let own = PathBuf::from(own);
    own.parent().map_or_else(|| own.clone(), Path::to_path_buf)
}

/// The folder for files of `xtask` itself that may be deleted at any time.
pub(crate) fn scratch() -> PathBuf {
    root().join("target/xtask")
}

/// A command that runs in the repository's folder, without what `cargo run` told *us* about
/// ourselves: tools such as wasm-pack would take `CARGO` for the cargo they should use.
pub(crate) fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let is_ours = text == "CARGO"
            || text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_MANIFEST_")
            || text == "CARGO_PRIMARY_PACKAGE";
        if is_ours {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs the command to its end and keeps its output.
///
/// # Errors
/// When the program cannot be started; a non-zero exit code is not an error here.
pub(crate) fn capture(mut command: Command) -> Result<Outcome> {
    let name = command.get_program().to_string_lossy().into_owned();
    let (mut reader, writer) = io::pipe()?;
    command.stdin(std::process::Stdio::null());
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().with_context(|| format!("could not start `{name}`"))?;
    // The command holds our ends of the pipe; reading would never end while they are open.
    drop(command);
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    let status = child.wait()?;
    let output = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Outcome { success: status.success(), output })
}

/// The first line-trimmed standard output and error of a short command, or None when it is
/// missing or fails.
pub(crate) fn answer(command: Command) -> Option<String> {
    let outcome = capture(command).ok()?;
    outcome.success.then(|| outcome.output.trim().to_owned())
}

/// Runs the command and fails with its whole output when it fails.
///
/// # Errors
/// When it cannot be started or ends with another exit code than 0.
pub(crate) fn require(command: Command, what: &str) -> Result<String> {
    let outcome = capture(command)?;
    if !outcome.success {
        bail!("{what} failed:\n{}", outcome.output.trim_end());
    }
    Ok(outcome.output)
}

/// Says what begins, does it, and says how long it took.
///
/// # Errors
/// Those of `work`.
pub(crate) fn timed<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("  ... {what}");
    let start = Instant::now();
    let result = work()?;
    println!("  ok  {what}: {}", seconds(start.elapsed()));
    Ok(result)
}

/// A duration for people, in seconds.
pub(crate) fn seconds(elapsed: Duration) -> String {
    format!("{:.1} s", elapsed.as_secs_f64())
}

/// The full path of a program, looked for as a shell does.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| is_program(file))
}

/// Whether the file exists and may be run.
pub(crate) fn is_program(file: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    {
        file.is_file()
    }
}

/// `PATH` with some folders put first.
///
/// # Errors
/// When a folder's name cannot stand in `PATH`.
pub(crate) fn path_with(first: &[PathBuf]) -> Result<std::ffi::OsString> {
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let folders = first.iter().cloned().chain(std::env::split_paths(&rest));
    Ok(std::env::join_paths(folders)?)
}

/// Writes the file unless it holds just that already, so that its time stamp means something.
///
/// # Errors
/// When the file or its folder cannot be written.
pub(crate) fn write_if_changed(file: &Path, content: &[u8]) -> Result<bool> {
    if std::fs::read(file).is_ok_and(|present| present == content) {
        return Ok(false);
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(file, content).with_context(|| format!("could not write {}", file.display()))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_streams_are_kept_in_order() {
        let mut shell = command("sh");
        shell.args(["-c", "echo one; echo two >&2; echo three; exit 3"]);
        let outcome = capture(shell).unwrap();
        assert!(!outcome.success);
        assert_eq!(outcome.output, "one\ntwo\nthree\n");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = capture(command("no-such-program-here")).err().unwrap();
        assert!(error.to_string().contains("no-such-program-here"));
        assert!(answer(command("no-such-program-here")).is_none());
    }

    #[test]
    fn an_equal_file_is_left_alone() {
        let folder = std::env::temp_dir().join(format!("scanseek-xtask-{}", std::process::id()));
        let file = folder.join("deep/file");
        assert!(write_if_changed(&file, b"one").unwrap());
        assert!(!write_if_changed(&file, b"one").unwrap());
        assert!(write_if_changed(&file, b"two").unwrap());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
