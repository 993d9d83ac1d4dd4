//! The `scanseek` command: sample, explain, compare, suggest, trial and more, over the same use-cases as the page.
//!
//! Exit codes: 0 done, 1 a check did not hold, 2 bad input or usage.

mod args;
mod beyond;
mod commands;
mod host;
mod logs;
mod output;
mod pages;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = args::Args::parse();
    match commands::run(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            // A reader that closed the pipe (`| head`) has all it wants.
            if let Some(io) = error.downcast_ref::<std::io::Error>()
                && io.kind() == std::io::ErrorKind::BrokenPipe
            {
                return ExitCode::SUCCESS;
            }
            eprintln!("scanseek: {error:#}");
            ExitCode::from(2)
        }
    }
}
