//! The pages of the file, what each is for, and which of them a query asks for, as the database is
//! and with changes applied.

use std::rc::Rc;

use scanseek_engine::{Database, PageMap, PageTrace, TreeLevel, Value, WHOLE_MAP_BYTES};

use crate::{RunOptions, StatementInfo, Workbench, WorkbenchError};

/// The pages of the database as it is, and with changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Xray {
    /// The name of the statement that ran, if there was one.
    pub name: Option<String>,
    /// The database as it is.
    pub before: XrayArm,
    /// A copy with the changes, if there are any.
    pub after: Option<XrayArm>,
}

/// The pages of one database.
#[derive(Debug, Clone, PartialEq)]
pub struct XrayArm {
    /// What every page is for.
    pub map: Rc<PageMap>,
    /// Which of them the statement asked for.
    pub trace: Option<PageTrace>,
    /// What it asked of each tree of the map, in the map's order.
    pub trees: Vec<TreeRequests>,
}

/// What a run asked of one tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TreeRequests {
    /// Different pages.
    pub touched: u64,
    /// Requests for pages.
    pub requests: u64,
    /// Requests that had to read.
    pub reads: u64,
}

impl Workbench {
    /// What every page is for, and which of them the one statement of a text asks for; a text without
    /// a statement gives the map alone. Maps are kept until another database is opened, or other
    /// changes are asked for.
    ///
    /// # Errors
    /// As [`Workbench::run`], and if a change is refused. A run that was stopped is none: see
    /// [`PageTrace::stopped`].
    pub fn xray(
        &mut self,
        sql: &str,
        parameters: &[(String, Value)],
        changes: &[String],
        options: &RunOptions,
    ) -> Result<Xray, WorkbenchError> {
        let statement = match crate::statement::statements(sql).is_empty() {
            true => None,
            false => Some(crate::run::only(sql, parameters)?),
        };
        // A statement that cannot be run says so before anything is read or built.
        if let Some(statement) = &statement {
            statement.clone().prepare_to_run(&self.open()?.database)?;
        }
        let before_map = self.page_map(&[])?;
        let after_map = if changes.is_empty() { None } else { Some(self.page_map(changes)?) };
        let arm = |database: &Database, map: Rc<PageMap>| {
            self.host.progress("Recording page requests", 0, None);
            XrayArm::new(database, map, statement.as_ref(), options)
        };
        let before = arm(&self.open()?.database, before_map)?;
        let after = match (after_map, &self.tuned) {
            (Some(map), Some(tuned)) => Some(arm(&tuned.database, map)?),
            _ => None,
        };
        Ok(Xray { name: statement.map(|statement| statement.name), before, after })
    }

    /// A tree of the map level by level, each in the order of its keys; `tree` is its index in the map
    /// that [`Workbench::xray`] gives for the same changes.
    ///
    /// # Errors
    /// As [`Workbench::xray`].
    pub fn tree_levels(
        &mut self,
        tree: usize,
        changes: &[String],
    ) -> Result<Vec<TreeLevel>, WorkbenchError> {
        Ok(self.page_map(changes)?.levels(tree))
    }

    fn page_map(&mut self, changes: &[String]) -> Result<Rc<PageMap>, WorkbenchError> {
        let host = Rc::clone(&self.host);
        let (database, kept) = if changes.is_empty() {
            let open = self.open()?;
            (&open.database, &open.page_map)
        } else {
            let (_, tuned) = self.both(changes)?;
            (&tuned.database, &tuned.page_map)
        };
        if let Some(map) = kept.get() {
            return Ok(Rc::clone(map));
        }
        host.progress("Reading what each page is for", 0, None);
        let map = Rc::new(database.page_map(WHOLE_MAP_BYTES)?);
        Ok(Rc::clone(kept.get_or_init(|| map)))
    }
}

impl XrayArm {
    fn new(
        database: &Database,
        map: Rc<PageMap>,
        statement: Option<&StatementInfo>,
        options: &RunOptions,
    ) -> Result<Self, WorkbenchError> {
        let Some(statement) = statement else {
            return Ok(Self { map, trace: None, trees: Vec::new() });
        };
        let mut statement = statement.clone();
        let prepared = statement.prepare_to_run(database)?;
        let trace = prepared
            .trace_pages(Some(options.deadline_ns))
            .map_err(|error| statement.error(error))?;
        let mut trees = vec![TreeRequests::default(); map.trees.len()];
        for page in &trace.pages {
            let tree = map.page(page.page).and_then(|facts| trees.get_mut(facts.tree as usize));
            if let Some(tree) = tree {
                tree.touched += 1;
                tree.requests += page.requests;
                tree.reads += u64::from(page.reads);
            }
        }
        Ok(Self { map, trace: Some(trace), trees })
    }
}
