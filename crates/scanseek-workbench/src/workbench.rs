//! The workbench itself: one open database and the copy that holds the changes on trial.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use scanseek_engine::{Database, PageMap};
use scanseek_schema::IndexName;

use crate::host::HostControl;
use crate::open::OpenDatabase;
use crate::what_if::{self, Change};
use crate::{Host, StatementPlan, WorkbenchError};

/// All use-cases over one database.
pub struct Workbench {
    pub(crate) host: Rc<dyn Host>,
    pub(crate) open: Option<OpenDatabase>,
    /// A copy with changes applied, kept because building indexes takes time.
    pub(crate) tuned: Option<Tuned>,
    /// The last run that came to its end, so that looking closer at it need not repeat it.
    pub(crate) last_run: RefCell<Option<StatementPlan>>,
}

/// A copy of the database with changes applied.
pub(crate) struct Tuned {
    pub(crate) database: Database,
    /// The same before `ANALYZE`, if that is among the changes.
    pub(crate) not_analyzed: Option<Database>,
    pub(crate) changes: Vec<Change>,
    /// Names of the indexes made, in the order of the changes.
    pub(crate) names: Vec<IndexName>,
    /// What its pages are for, once that was asked.
    pub(crate) page_map: OnceCell<Rc<PageMap>>,
}

impl Workbench {
    /// A workbench with nothing open.
    pub fn new(host: Rc<dyn Host>) -> Self {
        Self { host, open: None, tuned: None, last_run: RefCell::default() }
    }

    /// Closes the database and forgets everything of it.
    pub fn close(&mut self) {
        self.tuned = None;
        self.last_run.take();
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
        self.last_run.take();
        self.open = Some(open);
    }

    /// Forgets the copy with changes, which was made of something else.
    pub(crate) fn forget_changes(&mut self) {
        self.tuned = None;
    }

    /// The database as it is, and a copy with the changes applied.
    pub(crate) fn both(
        &mut self,
        changes: &[String],
    ) -> Result<(&OpenDatabase, &Tuned), WorkbenchError> {
        let changes = what_if::read_changes(changes)?;
        let open = self.open.as_ref().ok_or_else(WorkbenchError::no_database)?;
        if self.tuned.as_ref().is_none_or(|tuned| tuned.changes != changes) {
            self.tuned = None;
            let mut database = open.database.fork()?;
            let mut not_analyzed = None;
            let mut names = Vec::new();
            let total = changes.len() as u64;
            for (done, change) in changes.iter().enumerate() {
                self.host.progress("Building indexes on a copy", done as u64, Some(total));
                if *change == Change::Analyze && not_analyzed.is_none() {
                    not_analyzed = Some(database.fork()?);
                }
                names.extend(what_if::apply(&mut database, change)?);
            }
            self.tuned =
                Some(Tuned { database, not_analyzed, changes, names, page_map: OnceCell::new() });
        }
        match &self.tuned {
            Some(tuned) => Ok((open, tuned)),
            None => Err(WorkbenchError::no_database()),
        }
    }
}
