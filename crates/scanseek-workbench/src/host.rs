//! What a workbench asks of where it runs.

use std::rc::Rc;

use scanseek_engine::{Control, RowBatch};

/// The best advice while the search goes on. Nothing of it is proven yet.
#[derive(Debug, Clone, PartialEq)]
pub struct AdviceSoFar {
    /// The statements that create the indexes, and `ANALYZE` where it belongs to them.
    pub changes: Vec<String>,
    /// Bytes of the indexes, once they are built.
    pub bytes: Option<u64>,
    /// Geometric mean over the queries of the work as a share of before, by weight, once it is measured.
    pub work: Option<f64>,
    /// The same with the best plan measured for each query.
    pub best_seen: Option<f64>,
}

/// A browser worker or a terminal.
pub trait Host {
    /// Nanoseconds of a clock that never goes back.
    fn now_ns(&self) -> u64;
    /// True once the person has cancelled the present call.
    fn cancelled(&self) -> bool;
    /// Shows how far the present call is; `total` is `None` where it is not known.
    fn progress(&self, stage: &str, done: u64, total: Option<u64>);
    /// Shows how much of the database the present run has read; `total_bytes` is about what it will
    /// read, where that is known.
    fn reading(&self, _read_bytes: u64, _total_bytes: Option<u64>) {}
    /// Shows the best advice by now of [`crate::Workbench::suggest`].
    fn advice_so_far(&self, _so_far: AdviceSoFar) {}
    /// True once the best advice by now will do: the search ends, and what it found is proven.
    fn enough(&self) -> bool {
        false
    }
    /// Shows the first rows of [`crate::Workbench::run_in_batches`] as they come.
    fn rows(&self, _batch: RowBatch) {}
}

/// The host as the engine sees it.
pub(crate) struct HostControl(pub(crate) Rc<dyn Host>);

impl Control for HostControl {
    fn now_ns(&self) -> u64 {
        self.0.now_ns()
    }
    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
    fn reading(&self, read_bytes: u64, total_bytes: Option<u64>) {
        self.0.reading(read_bytes, total_bytes);
    }
    fn rows(&self, batch: RowBatch) {
        self.0.rows(batch);
    }
}
