//! How a run is watched and stopped: a clock, a cancel flag, a deadline and a limit on work.

use std::cell::Cell;
use std::rc::Rc;

/// What the engine asks of its host while SQLite runs. Called about every thousand VM steps.
pub trait Control {
    /// Nanoseconds of a clock that never goes back.
    fn now_ns(&self) -> u64;
    /// True once the person has cancelled.
    fn cancelled(&self) -> bool;
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

/// The state that the progress handler of one connection sees.
pub(crate) struct Watch {
    pub(crate) control: Rc<dyn Control>,
    deadline_ns: Cell<Option<u64>>,
    steps_left: Cell<Option<u64>>,
    stopped: Cell<Option<Stop>>,
}

impl Watch {
    pub(crate) fn new(control: Rc<dyn Control>) -> Self {
        Self {
            control,
            deadline_ns: Cell::new(None),
            steps_left: Cell::new(None),
            stopped: Cell::new(None),
        }
    }

    /// Starts a run that may take `time_ns` and `steps`; `None` is no limit.
    pub(crate) fn begin(&self, time_ns: Option<u64>, steps: Option<u64>) {
        self.stopped.set(None);
        self.steps_left.set(steps);
        self.deadline_ns.set(time_ns.map(|time| self.control.now_ns().saturating_add(time)));
    }

    /// Ends the run and says why it stopped, if it did.
    pub(crate) fn end(&self) -> Option<Stop> {
        self.deadline_ns.set(None);
        self.steps_left.set(None);
        self.stopped.take()
    }

    /// True if the run is to stop now.
    pub(crate) fn look(&self) -> bool {
        let stop = if self.control.cancelled() {
            Some(Stop::Cancelled)
        } else if self.deadline_ns.get().is_some_and(|deadline| self.control.now_ns() > deadline) {
            Some(Stop::Deadline)
        } else if let Some(left) = self.steps_left.get() {
            let left = left.saturating_sub(PROGRESS_STEPS as u64);
            self.steps_left.set(Some(left));
            (left == 0).then_some(Stop::StepLimit)
        } else {
            None
        };
        if stop.is_some() {
            self.stopped.set(stop);
        }
        stop.is_some()
    }
}
