//! How a run is watched and stopped: a clock, a cancel flag, a deadline and a limit on work.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::batches::{Batches, RowBatch};

/// What the engine asks of its host while SQLite runs. Called about every thousand VM steps, and
/// about every sixteenth read or write.
pub trait Control {
    /// Nanoseconds of a clock that never goes back.
    fn now_ns(&self) -> u64;
    /// True once the person has cancelled.
    fn cancelled(&self) -> bool;
    /// Told now and then how far a long run is: bytes read of databases since it began, and how
    /// many they will be about, where that is known.
    fn reading(&self, _read_bytes: u64, _total_bytes: Option<u64>) {}
    /// Given the first rows of a run that is to hand them over, as they come.
    fn rows(&self, _batch: RowBatch) {}
}

/// Never cancels and has no clock, so deadlines never pass.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoControl;

impl Control for NoControl {
    fn now_ns(&self) -> u64 {
        0
    }
    fn cancelled(&self) -> bool {
        false
    }
}

/// Why a run ended before its last row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The person cancelled.
    Cancelled,
    /// The time was used up.
    Deadline,
    /// The work allowed was used up.
    StepLimit,
}

/// VM steps between two looks at the control; its cost cannot be measured at this rate.
pub(crate) const PROGRESS_STEPS: i32 = 1000;

/// Reads and writes of the VFS between two looks at the control.
const VFS_CALLS: u32 = 16;

/// Looks at the control between two looks at the clock, to tell how far the run is.
const LOOKS: u32 = 64;

/// Time between two reports, in nanoseconds.
const REPORT_NS: u64 = 100_000_000;

thread_local! {
    /// The run going on in this thread; SQLite calls the VFS without saying for whom.
    static RUNNING: RefCell<Option<Rc<Watch>>> = const { RefCell::new(None) };
    static CALLS: Cell<u32> = const { Cell::new(0) };
    /// Bytes read of databases since this thread began.
    static READ_BYTES: Cell<u64> = const { Cell::new(0) };
}

/// Told by the VFS of every read of a database.
pub(crate) fn add_read_bytes(bytes: usize) {
    READ_BYTES.set(READ_BYTES.get() + bytes as u64);
}

/// Asked by the VFS for every read and write: true if it is to fail as interrupted.
///
/// The progress handler has blind spots: one opcode may count a whole table or merge a whole sort.
/// All of them read or write. A run is failed once only, so that what it began can be rolled back.
pub(crate) fn interrupted_in_vfs() -> bool {
    let calls = CALLS.get() + 1;
    CALLS.set(calls);
    calls.is_multiple_of(VFS_CALLS)
        && RUNNING.with_borrow(|running| {
            running.as_ref().is_some_and(|watch| !watch.is_stopped() && watch.look())
        })
}

/// The state that the progress handler of one connection sees.
pub(crate) struct Watch {
    pub(crate) control: Rc<dyn Control>,
    deadline_ns: Cell<Option<u64>>,
    steps_left: Cell<Option<u64>>,
    stopped: Cell<Option<Stop>>,
    looks: Cell<u32>,
    reported_ns: Cell<Option<u64>>,
    read_before: Cell<u64>,
    expected_bytes: Cell<Option<u64>>,
    batches: RefCell<Option<Rc<Batches>>>,
}

/// A run that is being watched until this goes.
pub(crate) struct Watched {
    watch: Rc<Watch>,
    outer: Option<Rc<Watch>>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.watch.clear();
        RUNNING.set(self.outer.take());
    }
}

impl Watched {
    /// Ends the run and says why it stopped, if it did.
    pub(crate) fn end(self) -> Option<Stop> {
        self.watch.stopped.get()
    }
}

impl Watch {
    pub(crate) fn new(control: Rc<dyn Control>) -> Self {
        Self {
            control,
            deadline_ns: Cell::new(None),
            steps_left: Cell::new(None),
            stopped: Cell::new(None),
            looks: Cell::new(0),
            reported_ns: Cell::new(None),
            read_before: Cell::new(0),
            expected_bytes: Cell::new(None),
            batches: RefCell::default(),
        }
    }

    /// Starts a run that may take `time_ns` and `steps`; `None` is no limit.
    pub(crate) fn begin(self: &Rc<Self>, time_ns: Option<u64>, steps: Option<u64>) -> Watched {
        self.clear();
        CALLS.set(0);
        self.steps_left.set(steps);
        self.deadline_ns.set(time_ns.map(|time| self.control.now_ns().saturating_add(time)));
        let outer = RUNNING.replace(Some(Rc::clone(self)));
        Watched { watch: Rc::clone(self), outer }
    }

    fn clear(&self) {
        self.stopped.set(None);
        self.steps_left.set(None);
        self.deadline_ns.set(None);
        self.reported_ns.set(None);
        self.expected_bytes.set(None);
        self.read_before.set(READ_BYTES.get());
    }

    /// Says how many bytes the run will read about.
    pub(crate) fn expect_bytes(&self, bytes: Option<u64>) {
        self.expected_bytes.set(bytes);
    }

    /// From now on rows that wait are handed over at looks.
    pub(crate) fn hand_over_rows(&self, columns: &[String]) -> Rc<Batches> {
        let batches = Rc::new(Batches::new(&self.control, columns));
        self.batches.replace(Some(Rc::clone(&batches)));
        batches
    }

    /// Ends [`Watch::hand_over_rows`].
    pub(crate) fn keep_rows(&self) {
        self.batches.take();
    }

    fn report(&self) {
        let looks = self.looks.get().wrapping_add(1);
        self.looks.set(looks);
        if !looks.is_multiple_of(LOOKS) {
            return;
        }
        let now_ns = self.control.now_ns();
        let last_ns = self.reported_ns.get().unwrap_or_else(|| {
            self.reported_ns.set(Some(now_ns));
            now_ns
        });
        if now_ns.saturating_sub(last_ns) >= REPORT_NS {
            self.reported_ns.set(Some(now_ns));
            let read_bytes = READ_BYTES.get() - self.read_before.get();
            let total = self.expected_bytes.get().map(|total| total.max(read_bytes));
            self.control.reading(read_bytes, total);
        }
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.get().is_some()
    }

    /// True if the run is to stop now.
    pub(crate) fn look(&self) -> bool {
        self.report();
        if let Some(batches) = self.batches.borrow().as_ref() {
            batches.hand_over_if_due();
        }
        let stop = if self.control.cancelled() {
            Some(Stop::Cancelled)
        } else if self.deadline_ns.get().is_some_and(|deadline| self.control.now_ns() > deadline) {
            Some(Stop::Deadline)
        } else {
            None
        };
        if stop.is_some() {
            self.stopped.set(stop);
        }
        stop.is_some()
    }

    /// As [`Watch::look`], and counts the steps since the last call.
    pub(crate) fn look_and_count(&self) -> bool {
        if self.look() {
            return true;
        }
        let Some(left) = self.steps_left.get() else { return false };
        let left = left.saturating_sub(PROGRESS_STEPS as u64);
        self.steps_left.set(Some(left));
        if left == 0 {
            self.stopped.set(Some(Stop::StepLimit));
        }
        left == 0
    }
}
