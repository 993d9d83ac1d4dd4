//! A host for tests: a clock that moves by itself, a cancel flag that can be set to come later.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use scanseek_workbench::{DatabaseFiles, Host, Workbench};

pub(crate) struct TestHost {
    start: Instant,
    looks: Cell<u64>,
    /// After this many looks at the flag, it is set.
    cancel_after: u64,
}

impl TestHost {
    pub(crate) fn patient() -> Rc<Self> {
        Self::cancelling_after(u64::MAX)
    }

    pub(crate) fn cancelling_after(looks: u64) -> Rc<Self> {
        Rc::new(Self { start: Instant::now(), looks: Cell::new(0), cancel_after: looks })
    }
}

impl Host for TestHost {
    fn now_ns(&self) -> u64 {
        self.start.elapsed().as_nanos() as u64
    }

    fn cancelled(&self) -> bool {
        self.looks.set(self.looks.get() + 1);
        self.looks.get() > self.cancel_after
    }

    fn progress(&self, _stage: &str, _done: u64, _total: Option<u64>) {}
}

/// A workbench with a database made by these statements open.
pub(crate) fn workbench(script: &str) -> Workbench {
    let mut workbench = Workbench::new(TestHost::patient());
    workbench.open_file("test.db", files(script)).unwrap();
    workbench
}

/// The file of a database made by these statements.
pub(crate) fn files(script: &str) -> DatabaseFiles {
    let database = scanseek_engine::Database::create(Rc::new(scanseek_engine::NoControl)).unwrap();
    database.execute_script(script).unwrap_or_else(|error| panic!("{error}\n{script}"));
    DatabaseFiles::alone(std::sync::Arc::new(database.to_bytes().unwrap()))
}
