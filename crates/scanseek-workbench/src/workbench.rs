//! The workbench itself: one open database and the copy that holds the indexes on trial.

use std::rc::Rc;

use scanseek_engine::Database;

use crate::host::HostControl;
use crate::open::OpenDatabase;
use crate::{Host, WorkbenchError, what_if};

/// All use-cases over one database.
pub struct Workbench {
    pub(crate) host: Rc<dyn Host>,
    pub(crate) open: Option<OpenDatabase>,
    /// A copy with changes applied, kept because building indexes takes time.
    tuned: Option<(Vec<String>, Database)>,
}

impl Workbench {
    /// A workbench with nothing open.
    pub fn new(host: Rc<dyn Host>) -> Self {
        Self { host, open: None, tuned: None }
    }

    /// Closes the database and forgets everything of it.
    pub fn close(&mut self) {
        self.tuned = None;
        self.open = None;
    }

    pub(crate) fn control(&self) -> Rc<HostControl> {
        Rc::new(HostControl(Rc::clone(&self.host)))
    }

    pub(crate) fn open(&self) -> Result<&OpenDatabase, WorkbenchError> {
        self.open.as_ref().ok_or_else(WorkbenchError::no_database)
    }

    pub(crate) fn replace(&mut self, open: OpenDatabase) {
        self.tuned = None;
        self.open = Some(open);
    }

    /// The database as it is, and a copy with the changes applied.
    pub(crate) fn both(
        &mut self,
        changes: &[String],
    ) -> Result<(&Database, &Database), WorkbenchError> {
        let open = self.open.as_ref().ok_or_else(WorkbenchError::no_database)?;
        if self.tuned.as_ref().is_none_or(|(made, _)| made != changes) {
            self.tuned = None;
            let mut copy = open.database.fork()?;
            for (done, change) in changes.iter().enumerate() {
                self.host.progress(
                    "Building indexes on a copy",
                    done as u64,
                    Some(changes.len() as u64),
                );
                what_if::apply(&mut copy, std::slice::from_ref(change))?;
            }
            self.tuned = Some((changes.to_vec(), copy));
        }
        match &self.tuned {
            Some((_, tuned)) => Ok((&open.database, tuned)),
            None => Err(WorkbenchError::no_database()),
        }
    }
}
