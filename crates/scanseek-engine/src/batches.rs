//! Rows on their way to the host while a run goes on.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::{Control, Value};

/// Some rows of a run that still goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct RowBatch {
    /// Column names, which may repeat.
    pub columns: Rc<[String]>,
    /// Number of the first row, from 0.
    pub first_row: u64,
    /// The rows, at least one.
    pub rows: Vec<Vec<Value>>,
}

/// Rows that are handed over together.
const BATCH_ROWS: usize = 256;

/// Rows wait no longer than this for others, in nanoseconds.
const WAIT_NS: u64 = 50_000_000;

/// The rows of one run that the host has not been given yet.
pub(crate) struct Batches {
    control: Rc<dyn Control>,
    columns: Rc<[String]>,
    waiting: RefCell<Vec<Vec<Value>>>,
    handed_over: Cell<u64>,
    handed_over_ns: Cell<u64>,
    taking_ns: Cell<u64>,
}

impl Batches {
    pub(crate) fn new(control: &Rc<dyn Control>, columns: &[String]) -> Self {
        Self {
            control: Rc::clone(control),
            columns: columns.into(),
            waiting: RefCell::default(),
            handed_over: Cell::new(0),
            handed_over_ns: Cell::new(control.now_ns()),
            taking_ns: Cell::new(0),
        }
    }

    pub(crate) fn add(&self, row: Vec<Value>) {
        self.waiting.borrow_mut().push(row);
        if self.waiting.borrow().len() >= BATCH_ROWS {
            self.hand_over();
        } else {
            self.hand_over_if_due();
        }
    }

    /// Hands over what has waited long enough. The control calls it too, for the next row of a slow
    /// query may be far away.
    pub(crate) fn hand_over_if_due(&self) {
        let due = || self.control.now_ns().saturating_sub(self.handed_over_ns.get()) >= WAIT_NS;
        if !self.waiting.borrow().is_empty() && due() {
            self.hand_over();
        }
    }

    /// Hands over all that waits.
    pub(crate) fn hand_over(&self) {
        let rows = self.waiting.take();
        if rows.is_empty() {
            return;
        }
        let before_ns = self.control.now_ns();
        let first_row = self.handed_over.get();
        self.handed_over.set(first_row + rows.len() as u64);
        self.control.rows(RowBatch { columns: Rc::clone(&self.columns), first_row, rows });
        let now_ns = self.control.now_ns();
        self.taking_ns.set(self.taking_ns.get() + now_ns.saturating_sub(before_ns));
        self.handed_over_ns.set(now_ns);
    }

    /// How long the host took to take the rows, in nanoseconds.
    pub(crate) fn taking_ns(&self) -> u64 {
        self.taking_ns.get()
    }
}
