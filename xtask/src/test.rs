//! `cargo xtask test`: every check there is, one line each, and the count of all at the end.
//!
//! A step that runs tests counts each of them; a step that does not, such as the format check,
//! counts as one. A step that fails without naming a failed test counts as one failure.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::page;
use crate::pins::Pins;
use crate::process::{self, capture, root, seconds};
use crate::serve;
use crate::setup::{self, Needs};
use crate::tools::Tools;
use crate::types;
use crate::wasm;

/// What to run.
#[derive(Clone, Copy)]
pub(crate) struct Options {
    /// Also lints of the WebAssembly target, and longer runs of those tests that look at
    /// `SCANSEEK_FULL`. Tests marked `#[ignore]` measure the machine and are run by hand.
    pub(crate) full: bool,
    /// The tests in a real browser.
    pub(crate) e2e: bool,
}

/// A number of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
}

/// How a step ended.
enum Ending {
    /// It ran; `output` is shown when it failed.
    Ran { count: Count, counts_tests: bool, output: String },
    /// There is nothing to run, and why.
    Nothing(&'static str),
}

/// Runs the steps, all of them even after one failed, and prints the count as the last line.
///
/// # Errors
/// None of a step's: those are counted. Only what keeps the steps from being run.
pub(crate) fn run(pins: &Pins, options: Options) -> Result<ExitCode> {
    let mut report = Report::default();
    let tools = setup::run(pins, Needs { browser: options.e2e });
    match tools {
        Ok(tools) => steps(&mut report, pins, &tools, options),
        Err(error) => {
            report.step("set-up", || Err(error));
        }
    }
    Ok(report.finish())
}

/// Builds the page and runs only the tests in a browser.
///
/// # Errors
/// Those of the set-up and the build.
pub(crate) fn run_in_browser(pins: &Pins) -> Result<ExitCode> {
    let tools = setup::run(pins, Needs { browser: true })?;
    page::build(pins, &tools)?;
    let mut report = Report::default();
    let options = Options { full: false, e2e: true };
    report.step("tests in a browser", || in_browser(&tools, options));
    Ok(report.finish())
}

fn steps(report: &mut Report, pins: &Pins, tools: &Tools, options: Options) {
    let cargo = |arguments: &[&str]| {
        let mut command = process::command("cargo");
        command.args(arguments);
        with_full(&mut command, options);
        command
    };
    let clippy = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
    report.step("format", || one(cargo(&["fmt", "--all", "--check"])));
    report.step("lints", || one(cargo(&clippy)));
    if options.full {
        report.step("lints of the WebAssembly target", || {
            let target = &pins.build.rust_target;
            let mut command = cargo(&["clippy", "--quiet", "--target", target]);
            command.args(["--manifest-path", &format!("{}/Cargo.toml", pins.build.crate_folder)]);
            command.args(["--", "-D", "warnings"]);
            wasm::prepare_command(&mut command, pins, tools)?;
            one(command)
        });
    }
    // Before the tests, since the types of the package are part of the page's check and a test of the
    // workspace may compare the two builds.
    let is_built = report.step("build of the page", || {
        page::build(pins, tools)?;
        Ok(done())
    });
    report.step("native tests", || counted(cargo(&["test", "--workspace", "--no-fail-fast"])));
    report.step("types and style of the page", || one(npm(&["run", "check"], options)));
    report.step("tests of the page's parts", || {
        if !has_script("test")? {
            return Ok(Ending::Nothing("www/package.json has no test script"));
        }
        counted(npm(&["run", "test"], options))
    });
    report.step("WebAssembly tests", || {
        if !has_files(&root().join(&pins.build.crate_folder).join("tests"), ".rs") {
            return Ok(Ending::Nothing("the crate has none"));
        }
        let mut command = process::command(&tools.wasm_pack);
        command.args(["test", "--node", "--mode", "no-install", &pins.build.crate_folder]);
        wasm::prepare_command(&mut command, pins, tools)?;
        with_full(&mut command, options);
        counted(command)
    });
    if !is_built {
        println!("  --  what needs the page built was left out");
        return;
    }
    report.step("types of the package", || {
        types::check(pins)?;
        Ok(done())
    });
    report.step("tests of the built package", || {
        let folder = root().join("tests/wasm");
        if !has_files(&folder, ".test.mjs") {
            return Ok(Ending::Nothing("tests/wasm has none"));
        }
        let mut command = process::command("node");
        command.arg("--test");
        for file in crate::fingerprint::sorted_entries(&folder)? {
            if file.to_string_lossy().ends_with(".test.mjs") {
                command.arg(file);
            }
        }
        let package = root().join(&pins.build.out_dir).join(&pins.build.out_name);
        command.env("SCANSEEK_PACKAGE", package);
        with_full(&mut command, options);
        counted(command)
    });
    if options.e2e {
        report.step("tests in a browser", || {
            if !has_script("e2e")? {
                return Ok(Ending::Nothing("www/package.json has no e2e script"));
            }
            in_browser(tools, options)
        });
    }
}

/// The browser's tests get the address of the page and the browser in `SCANSEEK_URL` and
/// `SCANSEEK_CHROMIUM`.
fn in_browser(tools: &Tools, options: Options) -> Result<Ending> {
    let browser = tools.browser.as_ref().context("no browser was found")?;
    let (address, _threads) = serve::start(serve::Site::load()?, serve::DEFAULT_PORT + 100)?;
    let mut command = npm(&["run", "e2e"], options);
    command.env("SCANSEEK_URL", format!("http://{address}/"));
    command.env("SCANSEEK_CHROMIUM", browser);
    counted(command)
}

#[derive(Default)]
struct Report {
    total: Count,
}

impl Report {
    /// Prints the count as the last line; the exit code is 1 when anything failed.
    fn finish(self) -> ExitCode {
        println!("\n{} passed, {} failed", self.total.passed, self.total.failed);
        if self.total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Runs a step, prints its line and adds its count; false when it failed.
    fn step(&mut self, name: &str, work: impl FnOnce() -> Result<Ending>) -> bool {
        let start = Instant::now();
        let ending = work().unwrap_or_else(|error| Ending::Ran {
            count: Count { passed: 0, failed: 1 },
            counts_tests: false,
            output: format!("{error:#}"),
        });
        let elapsed = seconds(start.elapsed());
        match ending {
            Ending::Nothing(why) => {
                println!("  --  {name}: nothing to run, {why}");
                true
            }
            Ending::Ran { count, counts_tests, output } => {
                self.total.passed += count.passed;
                self.total.failed += count.failed;
                let tests = if counts_tests {
                    format!("{} passed, {} failed, ", count.passed, count.failed)
                } else {
                    String::new()
                };
                if count.failed == 0 {
                    println!("  ok  {name}: {tests}{elapsed}");
                } else {
                    println!("FAILED {name}: {tests}{elapsed}\n{}\n", without_progress(&output));
                }
                count.failed == 0
            }
        }
    }
}

/// The end of a step that counts as one and went well.
fn done() -> Ending {
    let count = Count { passed: 1, failed: 0 };
    Ending::Ran { count, counts_tests: false, output: String::new() }
}

/// A command that counts as one.
fn one(command: Command) -> Result<Ending> {
    let outcome = capture(command)?;
    let (passed, failed) = if outcome.success { (1, 0) } else { (0, 1) };
    Ok(Ending::Ran { count: Count { passed, failed }, counts_tests: false, output: outcome.output })
}

/// A command whose tests are counted. None at all is a failure: a suite that silently runs nothing
/// proves nothing.
fn counted(command: Command) -> Result<Ending> {
    let outcome = capture(command)?;
    let mut count = count_tests(&outcome.output);
    if outcome.success && count == Count::default() {
        bail!("no test was run:\n{}", outcome.output);
    }
    if !outcome.success && count.failed == 0 {
        count.failed = 1;
    }
    Ok(Ending::Ran { count, counts_tests: true, output: outcome.output })
}

/// The output without the lines that tell of what went well, which a log cut short would keep in
/// place of the failure.
fn without_progress(output: &str) -> String {
    let is_progress = |line: &str| {
        let line = line.trim();
        let starts =
            ["Compiling ", "Finished ", "Downloaded ", "running ", "ok ", "✔ ", "test result: ok."];
        starts.iter().any(|start| line.starts_with(start))
            || (line.starts_with("test ") && line.ends_with(" ok"))
    };
    let kept: Vec<&str> = output.lines().filter(|line| !is_progress(line)).collect();
    kept.join("\n").trim().to_owned()
}

/// Adds up the summaries in the output of cargo's, wasm-bindgen's and node's test runners.
fn count_tests(output: &str) -> Count {
    let mut count = Count::default();
    for line in output.lines() {
        let line = line.trim();
        if let Some(summary) = line.strip_prefix("test result:") {
            // test result: ok. 5 passed; 0 failed; 1 ignored; …
            count.passed += number_before(summary, "passed").unwrap_or(0);
            count.failed += number_before(summary, "failed").unwrap_or(0);
        } else if let Some(summary) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ "))
        {
            // One line per kind: `# pass 3`, or `ℹ pass 3` in a terminal.
            match summary.split_once(' ').map(|(kind, number)| (kind, number.parse::<u64>())) {
                Some(("pass", Ok(number))) => count.passed += number,
                Some(("fail" | "cancelled", Ok(number))) => count.failed += number,
                _ => {}
            }
        }
    }
    count
}

/// The number in ` 5 passed;` before the word.
fn number_before(text: &str, word: &str) -> Option<u64> {
    let words: Vec<&str> =
        text.split([' ', ';', ',', '.']).filter(|part| !part.is_empty()).collect();
    let place = words.iter().position(|found| *found == word)?;
    words.get(place.checked_sub(1)?)?.parse().ok()
}

fn npm(arguments: &[&str], options: Options) -> Command {
    let mut command = process::command("npm");
    command.args(arguments).current_dir(root().join("www"));
    // Colours would stand between us and the summary.
    command.env("NO_COLOR", "1").env_remove("FORCE_COLOR");
    with_full(&mut command, options);
    command
}

fn with_full(command: &mut Command, options: Options) {
    if options.full {
        command.env("SCANSEEK_FULL", "1");
    }
}

fn has_script(name: &str) -> Result<bool> {
    let text = std::fs::read_to_string(root().join("www/package.json"))?;
    let package: serde_json::Value = serde_json::from_str(&text).context("www/package.json")?;
    Ok(package["scripts"][name].is_string())
}

fn has_files(folder: &Path, ending: &str) -> bool {
    crate::fingerprint::sorted_entries(folder)
        .is_ok_and(|files| files.iter().any(|file| file.to_string_lossy().ends_with(ending)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_shown_without_what_went_well() {
        let output = "   Compiling a v1\nrunning 2 tests\ntest one ... ok\ntest two ... FAILED\n\
                      two panicked\ntest result: FAILED. 1 passed; 1 failed\n";
        let kept = "test two ... FAILED\ntwo panicked\ntest result: FAILED. 1 passed; 1 failed";
        assert_eq!(without_progress(output), kept);
    }

    #[test]
    fn summaries_of_all_runners_are_added_up() {
        let check = |output: &str| {
            let count = count_tests(output);
            (count.passed, count.failed)
        };
        let cargo = "running 3 tests\ntest a ... ok\n\n\
            test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(check(cargo), (13, 2));
        let tap = "TAP version 13\nok 1 - a\n# tests 4\n# suites 1\n# pass 3\n# fail 0\n# cancelled 1\n# skipped 0\n";
        assert_eq!(check(tap), (3, 1));
        assert_eq!(check("ℹ tests 2\nℹ pass 2\nℹ fail 0\n"), (2, 0));
        assert_eq!(check("the pass 3 is high\n12 passed\n"), (0, 0));
        assert_eq!(check(""), (0, 0));
    }

    #[test]
    fn a_failure_without_a_count_counts_as_one() {
        let check = |script: &str| {
            let mut shell = process::command("sh");
            shell.args(["-c", script]);
            match counted(shell) {
                Ok(Ending::Ran { count, .. }) => Some((count.passed, count.failed)),
                _ => None,
            }
        };
        assert_eq!(check("echo '# pass 2'"), Some((2, 0)));
        assert_eq!(check("echo '# pass 2'; exit 1"), Some((2, 1)));
        assert_eq!(check("echo '# fail 2'; exit 1"), Some((0, 2)));
        assert_eq!(check("exit 1"), Some((0, 1)));
        assert_eq!(check("echo nothing"), None);
    }
}
