//! `cargo xtask`: everything this repository needs done, from a fresh clone to a served page.
//!
//! The commands are listed in [`HELP`]. Each one that builds or tests first makes sure that the
//! tools are there ([`setup`]), so that `cargo xtask serve` and `cargo xtask test` are all a new
//! machine needs.

mod amalgamation;
mod bench;
mod doctor;
mod fingerprint;
mod page;
mod pins;
mod process;
mod serve;
mod setup;
mod size;
mod test;
mod tools;
mod types;
mod wasm;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use pins::Pins;
use setup::Needs;

const HELP: &str = "\
Usage: cargo xtask <command>

  serve [--port N]          set up, build and serve the page on this machine (port 8322)
  build                     set up and build the page into www/dist
  test [--full] [--no-e2e]  set up and check everything; the last line is the count
  e2e                       set up, build and run only the tests in a browser
  ci                        the same as test --full
  doctor                    list the tools that are needed and how to get those missing
  setup                     get the missing tools
  size                      list the size of each file the page sends and check the budget
  bench [options]           time the engine; options go to www/bench/run.mjs
  bench advisor [suite …]   compare the adviser with others; options are listed in tests/bench/main.rs
  bless                     accept the present types of the WebAssembly package as reviewed
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", arguments),
    };
    let pins = Pins::load()?;
    match command {
        "serve" => {
            let port = port_option(rest)?.unwrap_or(serve::DEFAULT_PORT);
            page::set_up_and_build(&pins)?;
            serve::run(port)?;
        }
        "build" => {
            no_options(rest)?;
            page::set_up_and_build(&pins)?;
        }
        "test" => return test::run(&pins, test_options(rest)?),
        "ci" => {
            no_options(rest)?;
            return test::run(&pins, test::Options { full: true, e2e: true });
        }
        "e2e" => {
            no_options(rest)?;
            return test::run_in_browser(&pins);
        }
        "doctor" => {
            no_options(rest)?;
            return doctor::run(&pins);
        }
        "setup" => {
            no_options(rest)?;
            setup::run(&pins, Needs { browser: true })?;
        }
        "size" => {
            no_options(rest)?;
            page::set_up_and_build(&pins)?;
            size::run(&pins)?;
        }
        "bench" if rest.first().is_some_and(|what| what == "advisor") => {
            bench::advisor(&rest[1..])?;
        }
        "bench" => {
            bench::check()?;
            page::set_up_and_build(&pins)?;
            bench::run(rest)?;
        }
        "bless" => {
            no_options(rest)?;
            let tools = setup::run(&pins, Needs { browser: false })?;
            wasm::build(&pins, &tools)?;
            types::bless(&pins)?;
        }
        "help" | "--help" | "-h" => print!("{HELP}"),
        other => bail!("there is no command `{other}`\n\n{HELP}"),
    }
    Ok(ExitCode::SUCCESS)
}

fn no_options(rest: &[String]) -> Result<()> {
    match rest.first() {
        Some(option) => bail!("`{option}` is not an option of this command\n\n{HELP}"),
        None => Ok(()),
    }
}

fn port_option(rest: &[String]) -> Result<Option<u16>> {
    let text = match rest {
        [] => return Ok(None),
        [option, value] if option == "--port" => value,
        [option] if option.starts_with("--port=") => &option["--port=".len()..],
        _ => bail!("serve takes --port N and nothing else"),
    };
    let port = text.parse().with_context(|| format!("`{text}` is not a port number"))?;
    Ok(Some(port))
}

fn test_options(rest: &[String]) -> Result<test::Options> {
    let mut options = test::Options { full: false, e2e: true };
    for option in rest {
        match option.as_str() {
            "--full" => options.full = true,
            "--no-e2e" => options.e2e = false,
            other => bail!("test takes --full and --no-e2e, not `{other}`"),
        }
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn port_is_read_in_both_spellings() {
        let check = |text: &str| port_option(&words(text)).ok();
        assert_eq!(check(""), Some(None));
        assert_eq!(check("--port 9000"), Some(Some(9000)));
        assert_eq!(check("--port=9000"), Some(Some(9000)));
        assert_eq!(check("--port 70000"), None);
        assert_eq!(check("--port"), None);
        assert_eq!(check("9000"), None);
    }

    #[test]
    fn test_options_are_read_in_any_order() {
        let check =
            |text: &str| test_options(&words(text)).ok().map(|found| (found.full, found.e2e));
        assert_eq!(check(""), Some((false, true)));
        assert_eq!(check("--no-e2e --full"), Some((true, false)));
        assert_eq!(check("--fast"), None);
    }
}
