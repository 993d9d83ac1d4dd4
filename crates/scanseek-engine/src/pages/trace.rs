//! A run whose page requests are written down.

use scanseek_plan::Counters;

use super::Recorder;
use crate::control::Stop;
use crate::{EngineError, Prepared, ResultHash};

/// How often a run asked for a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequests {
    /// Its number; the first page is 1.
    pub page: u32,
    /// Requests.
    pub requests: u64,
    /// Requests for which it was not in the cache and had to be read.
    pub reads: u32,
}

/// Requests for one page that follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestRun {
    /// The page.
    pub page: u32,
    /// How many.
    pub requests: u32,
    /// True if the first of them had to read it.
    pub read: bool,
}

/// What a run asked of an attached database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedRequests {
    /// The name it is attached under.
    pub name: String,
    /// Requests for its pages.
    pub requests: u64,
    /// Requests that had to read.
    pub reads: u64,
}

/// The page requests of one run, from a cold page cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageTrace {
    /// The published counters of this very run.
    pub counters: Counters,
    /// The rows, hashed.
    pub result: ResultHash,
    /// Why it ended early; what was asked for so far is kept.
    pub stopped: Option<Stop>,
    /// Every page of the main database that was asked for, by number.
    pub pages: Vec<PageRequests>,
    /// The first requests in order, as far as they are kept.
    pub order: Vec<RequestRun>,
    /// How many requests the order holds.
    pub requests_in_order: u64,
    /// What was asked of each attached database.
    pub attached: Vec<AttachedRequests>,
    /// Requests for pages of temporary b-trees, which are none of a file.
    pub temporary_requests: u64,
}

impl PageTrace {
    /// True if the order holds all requests for the pages of the main database.
    pub fn has_whole_order(&self) -> bool {
        let kept: u64 = self.pages.iter().map(|page| page.requests).sum();
        self.requests_in_order == kept
    }
}

impl Prepared<'_> {
    /// Runs the statement from a cold page cache, throws its rows away and says which pages it asked
    /// for.
    ///
    /// # Errors
    /// As [`Prepared::rows`].
    pub fn trace_pages(&self, time_ns: Option<u64>) -> Result<PageTrace, EngineError> {
        self.require_read()?;
        self.on_fresh_connection(|statement| statement.trace_here(time_ns))
    }

    fn trace_here(&self, time_ns: Option<u64>) -> Result<PageTrace, EngineError> {
        let recorder = Recorder::of(self.db)?;
        let (outcome, counters, result) = self.hashed(time_ns, None, Some(&recorder));
        let stopped = outcome?;
        let recorded = recorder.end();
        Ok(PageTrace {
            counters,
            result,
            stopped,
            pages: recorded.pages,
            order: recorded.order,
            requests_in_order: recorded.in_order,
            attached: self
                .db
                .databases()
                .flatten()
                .zip(recorded.attached)
                .map(|(name, (requests, reads))| AttachedRequests {
                    name: name.to_owned(),
                    requests,
                    reads,
                })
                .collect(),
            temporary_requests: recorded.temporary,
        })
    }
}
