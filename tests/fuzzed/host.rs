//! A host whose patience is counted and whose clock moves by being looked at, so that every input
//! takes the same course each time.

use std::cell::Cell;
use std::rc::Rc;

use scanseek_workbench::Host;

/// A thousand VM steps, or sixteen reads, lie between two looks.
const LOOKS: u64 = 300;

/// One look takes this long.
const LOOK_NS: u64 = 100_000;

pub(crate) struct FuzzHost {
    now_ns: Cell<u64>,
    looks_left: Cell<u64>,
}

impl FuzzHost {
    pub(crate) fn new() -> Rc<Self> {
        Rc::new(Self { now_ns: Cell::new(0), looks_left: Cell::new(LOOKS) })
    }

    /// Patient again, for the next call.
    pub(crate) fn renew(&self) {
        self.looks_left.set(LOOKS);
    }
}

impl Host for FuzzHost {
    fn now_ns(&self) -> u64 {
        self.now_ns.set(self.now_ns.get() + LOOK_NS);
        self.now_ns.get()
    }

    fn cancelled(&self) -> bool {
        let left = self.looks_left.get();
        self.looks_left.set(left.saturating_sub(1));
        left == 0
    }

    fn progress(&self, _stage: &str, _done: u64, _total: Option<u64>) {}
}
