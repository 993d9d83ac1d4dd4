//! The terminal as a host: the system's clock, progress on stderr if that is a terminal.

use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::time::Instant;

use scanseek_workbench::Host;

/// Nanoseconds between two lines of progress.
const PROGRESS_NS: u64 = 100_000_000;

pub(crate) struct Terminal {
    start: Instant,
    /// A search ends then, in nanoseconds.
    enough_ns: Option<u64>,
    shows: bool,
    shown_ns: Cell<u64>,
}

impl Terminal {
    /// A host whose searches end after some seconds, if they are to.
    pub(crate) fn new(within_seconds: Option<f64>) -> Self {
        Self {
            start: Instant::now(),
            enough_ns: within_seconds.map(|seconds| (seconds * 1e9) as u64),
            shows: std::io::stderr().is_terminal(),
            shown_ns: 0.into(),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if self.shown_ns.get() > 0 {
            eprint!("\r\x1b[K");
        }
    }
}

impl Host for Terminal {
    fn now_ns(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    // Ctrl-C ends the process; there is nothing to save.
    fn cancelled(&self) -> bool {
        false
    }

    fn enough(&self) -> bool {
        self.enough_ns.is_some_and(|enough| self.now_ns() >= enough)
    }

    fn progress(&self, stage: &str, done: u64, total: Option<u64>) {
        let now = self.now_ns();
        if !self.shows || now.saturating_sub(self.shown_ns.get()) < PROGRESS_NS {
            return;
        }
        self.shown_ns.set(now);
        match total {
            Some(total) => eprint!("\r\x1b[K{stage}: {done} of {total}"),
            None => eprint!("\r\x1b[K{stage}: {done}"),
        }
        let _ = std::io::stderr().flush();
    }
}
