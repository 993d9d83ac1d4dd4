//! The worker's class `Workbench`: the use-cases over wire types. No logic.

mod files;
mod remote;

use std::rc::Rc;
use std::sync::Arc;

use scanseek_wire as wire;
use scanseek_workbench as domain;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, FileSystemSyncAccessHandle};

use crate::files::KeptExtents;
use crate::remote::JsRemoteFile;

#[wasm_bindgen(typescript_custom_section)]
const HOST: &str = r#"
/** What the worker lends to the engine. */
export interface Host {
  now_ns(): number;
  cancelled(): boolean;
  progress(progress: Progress): void;
  reading(reading: Reading): void;
  rows(batch: RowBatch): void;
  advice_so_far(soFar: AdviceSoFar): void;
  /** True once the best advice by now will do. */
  enough(): boolean;
}

/** An empty file of the page's private file system, and how much may be written to it. */
export interface ScratchFile {
  file: FileSystemSyncAccessHandle;
  limit_bytes: number;
}

/** A database file with what lies beside it. */
export interface PickedFiles {
  database: Blob;
  wal: Blob | null;
  journal: Blob | null;
  /** Where parts that are read twice are copied to. */
  kept: ScratchFile | null;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// What the worker lends to the engine.
    #[wasm_bindgen(typescript_type = "Host")]
    pub type JsHost;

    #[wasm_bindgen(method)]
    fn now_ns(this: &JsHost) -> f64;

    #[wasm_bindgen(method)]
    fn cancelled(this: &JsHost) -> bool;

    #[wasm_bindgen(method)]
    fn progress(this: &JsHost, progress: JsValue);

    #[wasm_bindgen(method)]
    fn reading(this: &JsHost, reading: JsValue);

    #[wasm_bindgen(method)]
    fn rows(this: &JsHost, batch: JsValue);

    #[wasm_bindgen(method)]
    fn advice_so_far(this: &JsHost, so_far: JsValue);

    #[wasm_bindgen(method)]
    fn enough(this: &JsHost) -> bool;
}

#[wasm_bindgen]
extern "C" {
    /// A scratch file.
    #[wasm_bindgen(typescript_type = "ScratchFile")]
    pub type ScratchFile;

    #[wasm_bindgen(method, getter)]
    fn file(this: &ScratchFile) -> FileSystemSyncAccessHandle;

    #[wasm_bindgen(method, getter)]
    fn limit_bytes(this: &ScratchFile) -> f64;

    /// A database file with what lies beside it.
    #[wasm_bindgen(typescript_type = "PickedFiles")]
    pub type PickedFiles;

    #[wasm_bindgen(method, getter)]
    fn database(this: &PickedFiles) -> Blob;

    #[wasm_bindgen(method, getter)]
    fn wal(this: &PickedFiles) -> Option<Blob>;

    #[wasm_bindgen(method, getter)]
    fn journal(this: &PickedFiles) -> Option<Blob>;

    #[wasm_bindgen(method, getter)]
    fn kept(this: &PickedFiles) -> Option<ScratchFile>;
}

impl From<ScratchFile> for KeptExtents {
    fn from(scratch: ScratchFile) -> Self {
        Self::new(scratch.file(), scratch.limit_bytes() as u64)
    }
}

impl domain::Host for JsHost {
    fn now_ns(&self) -> u64 {
        JsHost::now_ns(self) as u64
    }

    fn cancelled(&self) -> bool {
        JsHost::cancelled(self)
    }

    fn progress(&self, stage: &str, done: u64, total: Option<u64>) {
        let progress = wire::Progress { stage: stage.to_owned(), done, total };
        if let Ok(progress) = to_js(&progress) {
            JsHost::progress(self, progress);
        }
    }

    fn reading(&self, read_bytes: u64, total_bytes: Option<u64>) {
        if let Ok(reading) = to_js(&wire::Reading { read_bytes, total_bytes }) {
            JsHost::reading(self, reading);
        }
    }

    fn rows(&self, batch: domain::RowBatch) {
        if let Ok(batch) = to_js(&wire::RowBatch::from(batch)) {
            JsHost::rows(self, batch);
        }
    }

    fn advice_so_far(&self, so_far: domain::AdviceSoFar) {
        if let Ok(so_far) = to_js(&wire::AdviceSoFar::from(so_far)) {
            JsHost::advice_so_far(self, so_far);
        }
    }

    fn enough(&self) -> bool {
        JsHost::enough(self)
    }
}

/// All use-cases over one open database.
#[wasm_bindgen]
pub struct Workbench(domain::Workbench);

type Result<T> = std::result::Result<T, JsValue>;

#[wasm_bindgen]
impl Workbench {
    /// A workbench with nothing open.
    #[wasm_bindgen(constructor)]
    pub fn new(host: JsHost) -> Self {
        Self(domain::Workbench::new(Rc::new(host)))
    }

    /// Which versions are running.
    #[wasm_bindgen(unchecked_return_type = "About")]
    pub fn about(&self) -> Result<JsValue> {
        to_js(&wire::About::new())
    }

    /// The words that do not depend on a plan.
    #[wasm_bindgen(unchecked_return_type = "Words")]
    pub fn words(&self) -> Result<JsValue> {
        to_js(&wire::Words::new())
    }

    /// The samples on offer.
    #[wasm_bindgen(unchecked_return_type = "SampleInfo[]")]
    pub fn samples(&self) -> Result<JsValue> {
        let samples: Vec<wire::SampleInfo> =
            domain::samples().iter().map(wire::SampleInfo::from).collect();
        to_js(&samples)
    }

    /// Makes a sample and opens it.
    #[wasm_bindgen(unchecked_return_type = "Opened")]
    pub fn open_sample(&mut self, id: &str, scale: f64) -> Result<JsValue> {
        let opened = self.0.open_sample(id, scale).map_err(|error| failed(&error, ""))?;
        to_js(&wire::Opened::from(opened))
    }

    /// Opens a picked file. Only parts of it are read, as they are needed.
    #[wasm_bindgen(unchecked_return_type = "Opened")]
    pub fn open_file(&mut self, name: &str, picked: PickedFiles) -> Result<JsValue> {
        self.open(name, given(&picked))
    }

    /// Attaches a picked file to the open database under a name.
    #[wasm_bindgen(unchecked_return_type = "Opened")]
    pub fn attach(&mut self, name: &str, file_name: &str, picked: PickedFiles) -> Result<JsValue> {
        let opened = given(&picked)
            .map_err(domain::WorkbenchError::from)
            .and_then(|files| self.0.attach(name, file_name, files))
            .map_err(|error| failed(&error, ""))?;
        to_js(&wire::Opened::from(opened))
    }

    /// Takes an attached database away.
    #[wasm_bindgen(unchecked_return_type = "Opened")]
    pub fn detach(&mut self, name: &str) -> Result<JsValue> {
        let opened = self.0.detach(name).map_err(|error| failed(&error, ""))?;
        to_js(&wire::Opened::from(opened))
    }

    /// Opens a file on a server. Only parts of it are read, as they are needed.
    #[wasm_bindgen(unchecked_return_type = "Opened")]
    pub fn open_remote(&mut self, name: &str, file: JsRemoteFile) -> Result<JsValue> {
        self.open(name, remote::remote(file).map(domain::DatabaseFiles::alone))
    }

    /// Length in bytes of the longest part of a remote file that is asked for at once.
    pub fn longest_part_bytes(&self) -> f64 {
        domain::LARGEST_EXTENT_BYTES as f64
    }

    /// Opens a file's bytes, with those of its `-wal` file if it was given too.
    #[wasm_bindgen(unchecked_return_type = "Opened")]
    pub fn open_bytes(
        &mut self,
        name: &str,
        bytes: Vec<u8>,
        wal: Option<Vec<u8>>,
    ) -> Result<JsValue> {
        let wal = wal.map(|wal| Arc::new(wal) as Arc<dyn domain::RandomRead>);
        self.open(name, Ok(domain::DatabaseFiles { base: Arc::new(bytes), wal, journal: None }))
    }

    /// Keeps written pages in this file when memory is short.
    pub fn spill_to(&self, file: FileSystemSyncAccessHandle) {
        domain::spill_to(Some(Arc::new(files::Scratch::new(file))));
    }

    /// Counts the rows of every table, as far as `budget_ms` reaches.
    #[wasm_bindgen(unchecked_return_type = "Schema")]
    pub fn count_rows(&mut self, budget_ms: f64) -> Result<JsValue> {
        let schema =
            self.0.count_rows((budget_ms * 1e6) as u64).map_err(|error| failed(&error, ""))?;
        to_js(&wire::Schema::from(schema))
    }

    /// The mark of the open file.
    pub fn fingerprint(&self) -> Result<String> {
        self.0.fingerprint().map(|mark| mark.to_string()).map_err(|error| failed(&error, ""))
    }

    /// Closes the database.
    pub fn close(&mut self) {
        self.0.close();
    }

    /// Splits a text into statements; works without a database.
    #[wasm_bindgen(unchecked_return_type = "Statement[]")]
    pub fn statements(&self, sql: &str) -> Result<JsValue> {
        let text = wire::Utf16::new(sql);
        let statements: Vec<wire::Statement> = self
            .0
            .statements(sql)
            .iter()
            .map(|statement| wire::Statement::new(statement, &text))
            .collect();
        to_js(&statements)
    }

    /// The plan of every statement; nothing is executed.
    #[wasm_bindgen(unchecked_return_type = "Explained")]
    pub fn explain(&self, sql: &str) -> Result<JsValue> {
        let explained = self.0.explain(sql).map_err(|error| failed(&error, sql))?;
        to_js(&wire::Explained::new(&explained, sql))
    }

    /// The plan of the statement at an offset of the text alone.
    #[wasm_bindgen(unchecked_return_type = "ExplainedAt")]
    pub fn explain_at(&self, sql: &str, offset: u32) -> Result<JsValue> {
        let text = wire::Utf16::new(sql);
        let explained =
            self.0.explain_at(sql, text.byte(offset)).map_err(|error| failed(&error, sql))?;
        to_js(&wire::ExplainedAt::new(&explained, &text))
    }

    /// A plan that was printed elsewhere, read from text; works without a database.
    #[wasm_bindgen(unchecked_return_type = "PastedPlan")]
    pub fn read_plan(&self, text: &str) -> Result<JsValue> {
        let pasted = domain::read_plan(text).map_err(|error| failed(&error, text))?;
        to_js(&wire::PastedPlan::from(&pasted))
    }

    /// True for a text that is a log, to be read as a workload; false for SQL to be taken as it is.
    pub fn is_log(&self, text: &str) -> bool {
        domain::log_format(text).is_some()
    }

    /// Runs the statements of a loop, and the one statement for all of them.
    #[wasm_bindgen(unchecked_return_type = "LoopProof")]
    pub fn prove_loop(
        &self,
        statements: Vec<String>,
        #[wasm_bindgen(unchecked_param_type = "RunOptions")] options: JsValue,
    ) -> Result<JsValue> {
        let options: wire::RunOptions = from_js(options)?;
        let first = statements.first().cloned().unwrap_or_default();
        let proof = self
            .0
            .prove_loop(&statements, &options.to_domain())
            .map_err(|error| failed(&error, &first))?;
        to_js(&wire::LoopProof::new(&proof, &first))
    }

    /// The same if these indexes existed; they are not built.
    #[wasm_bindgen(unchecked_return_type = "Explained")]
    pub fn explain_with(&mut self, sql: &str, indexes: Vec<String>) -> Result<JsValue> {
        let explained = self.0.explain_with(sql, &indexes).map_err(|error| failed(&error, sql))?;
        to_js(&wire::Explained::new(&explained, sql))
    }

    /// Runs the one statement of a text, if it only reads; the host is given its rows as they come.
    #[wasm_bindgen(unchecked_return_type = "Ran")]
    pub fn run(
        &self,
        sql: &str,
        #[wasm_bindgen(unchecked_param_type = "RunOptions")] options: JsValue,
    ) -> Result<JsValue> {
        let options: wire::RunOptions = from_js(options)?;
        let ran = self
            .0
            .run_in_batches(sql, &[], &options.to_domain())
            .map_err(|error| failed(&error, sql))?;
        to_js(&wire::Ran::new(ran, sql))
    }

    /// Some rows from the middle of what the one statement of a text gives.
    #[wasm_bindgen(unchecked_return_type = "RowsPage")]
    pub fn page(
        &self,
        sql: &str,
        #[wasm_bindgen(unchecked_param_type = "PageOptions")] options: JsValue,
    ) -> Result<JsValue> {
        let options: wire::PageOptions = from_js(options)?;
        let page =
            self.0.page(sql, &[], &options.to_domain()).map_err(|error| failed(&error, sql))?;
        to_js(&wire::RowsPage::from(page))
    }

    /// One value of what the one statement of a text gives.
    #[wasm_bindgen(unchecked_return_type = "WholeCell")]
    pub fn cell(
        &self,
        sql: &str,
        #[wasm_bindgen(unchecked_param_type = "CellOptions")] options: JsValue,
    ) -> Result<JsValue> {
        let options: wire::CellOptions = from_js(options)?;
        let cell =
            self.0.cell(sql, &[], &options.to_domain()).map_err(|error| failed(&error, sql))?;
        to_js(&wire::WholeCell::from(cell))
    }

    /// What a text or blob is whose bytes the page has.
    #[wasm_bindgen(unchecked_return_type = "WholeCell")]
    pub fn describe(&self, bytes: Vec<u8>, blob: bool) -> Result<JsValue> {
        let whole = if blob { domain::Whole::Blob(bytes) } else { domain::Whole::Text(bytes) };
        let cell = self.0.describe(whole).map_err(|error| failed(&error, ""))?;
        to_js(&wire::WholeCell::from(cell))
    }

    /// Looks closely at one statement of a text, by its position: variants of it are explained and run.
    #[wasm_bindgen(unchecked_return_type = "Findings")]
    pub fn findings(
        &self,
        sql: &str,
        index: u32,
        #[wasm_bindgen(unchecked_param_type = "RunOptions")] options: JsValue,
    ) -> Result<JsValue> {
        let options: wire::RunOptions = from_js(options)?;
        let found = self
            .0
            .findings(sql, index as usize, &[], &options.to_domain())
            .map_err(|error| failed(&error, sql))?;
        to_js(&wire::Findings::from(&found))
    }

    /// The plan of every statement under switches of the planner.
    #[wasm_bindgen(unchecked_return_type = "Explained")]
    pub fn explain_under(
        &self,
        sql: &str,
        #[wasm_bindgen(unchecked_param_type = "Switches")] switches: JsValue,
    ) -> Result<JsValue> {
        let switches = switches_from(switches)?;
        let explained =
            self.0.explain_under(sql, &[], &switches).map_err(|error| failed(&error, sql))?;
        to_js(&wire::Explained::new(&explained, sql))
    }

    /// Runs the one statement of a text under switches of the planner.
    #[wasm_bindgen(unchecked_return_type = "Ran")]
    pub fn run_under(
        &self,
        sql: &str,
        #[wasm_bindgen(unchecked_param_type = "Switches")] switches: JsValue,
        #[wasm_bindgen(unchecked_param_type = "RunOptions")] options: JsValue,
    ) -> Result<JsValue> {
        let switches = switches_from(switches)?;
        let options: wire::RunOptions = from_js(options)?;
        let ran = self
            .0
            .run_under(sql, &[], &switches, &options.to_domain())
            .map_err(|error| failed(&error, sql))?;
        to_js(&wire::Ran::new(ran, sql))
    }

    /// Places the cards and lines of a plan.
    #[wasm_bindgen(unchecked_return_type = "Graph")]
    pub fn graph(
        &self,
        #[wasm_bindgen(unchecked_param_type = "GraphRequest")] request: JsValue,
    ) -> Result<JsValue> {
        to_js(&from_js::<wire::GraphRequest>(request)?.draw())
    }

    /// The same as the text of an SVG file.
    pub fn graph_svg(
        &self,
        #[wasm_bindgen(unchecked_param_type = "GraphRequest")] request: JsValue,
        title: &str,
        #[wasm_bindgen(unchecked_param_type = "Theme")] theme: JsValue,
    ) -> Result<String> {
        Ok(from_js::<wire::GraphRequest>(request)?.svg(title, from_js(theme)?))
    }

    /// A plan as text for other places, with what was measured.
    pub fn export_plan(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StatementPlan")] plan: JsValue,
        #[wasm_bindgen(unchecked_param_type = "ExportFormat")] format: JsValue,
    ) -> Result<String> {
        Ok(from_js::<wire::StatementPlan>(plan)?.export(from_js(format)?))
    }

    /// Which switches change the plan of the one statement of a text; with options also what it
    /// costs under each.
    #[wasm_bindgen(unchecked_return_type = "Why")]
    pub fn why(
        &self,
        sql: &str,
        #[wasm_bindgen(unchecked_param_type = "RunOptions | null")] options: JsValue,
    ) -> Result<JsValue> {
        let options = run_options(options)?;
        let why = self.0.why(sql, &[], options.as_ref()).map_err(|error| failed(&error, sql))?;
        to_js(&wire::Why::new(&why, sql))
    }

    /// Two plans side by side; with options both are run.
    #[wasm_bindgen(unchecked_return_type = "Comparison")]
    pub fn compare(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Side")] before: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Side")] after: JsValue,
        #[wasm_bindgen(unchecked_param_type = "RunOptions | null")] options: JsValue,
    ) -> Result<JsValue> {
        let (before, after): (wire::Side, wire::Side) = (from_js(before)?, from_js(after)?);
        let options = run_options(options)?;
        let comparison = self
            .0
            .compare(&side_from(&before)?, &side_from(&after)?, &[], options.as_ref())
            .map_err(|error| failed(&error, &after.sql))?;
        to_js(&wire::Comparison::new(&comparison, &before.sql, &after.sql))
    }

    /// Why the one statement of a text does not use an index: its name, or a `CREATE INDEX` statement.
    #[wasm_bindgen(unchecked_return_type = "WhyNot")]
    pub fn why_not(
        &self,
        sql: &str,
        index: &str,
        #[wasm_bindgen(unchecked_param_type = "RunOptions | null")] options: JsValue,
    ) -> Result<JsValue> {
        let options = run_options(options)?;
        let found = self
            .0
            .why_not(sql, &[], index, options.as_ref())
            .map_err(|error| failed(&error, sql))?;
        to_js(&wire::WhyNot::from(&found))
    }

    /// The plans of the one statement of a text at a hundredth to a thousand times the rows.
    #[wasm_bindgen(unchecked_return_type = "Scaled")]
    pub fn scaled(&self, sql: &str) -> Result<JsValue> {
        let scaled = self.0.scaled(sql, &[]).map_err(|error| failed(&error, sql))?;
        to_js(&wire::Scaled::from(&scaled))
    }

    /// The work of the one statement of a text on all the data and on parts of it.
    #[wasm_bindgen(unchecked_return_type = "Growth")]
    pub fn growth(
        &self,
        sql: &str,
        #[wasm_bindgen(unchecked_param_type = "RunOptions")] options: JsValue,
    ) -> Result<JsValue> {
        let options: wire::RunOptions = from_js(options)?;
        let growth =
            self.0.growth(sql, &[], &options.to_domain()).map_err(|error| failed(&error, sql))?;
        to_js(&wire::Growth::from(&growth))
    }

    /// The program of the one statement of a text; with options it is run and counted.
    #[wasm_bindgen(unchecked_return_type = "Bytecode")]
    pub fn bytecode(
        &self,
        sql: &str,
        #[wasm_bindgen(unchecked_param_type = "RunOptions | null")] options: JsValue,
    ) -> Result<JsValue> {
        let options = run_options(options)?;
        let program =
            self.0.bytecode(sql, &[], options.as_ref()).map_err(|error| failed(&error, sql))?;
        to_js(&wire::Bytecode::from(&program))
    }

    /// What every page is for, and which of them the one statement of a text asks for, as the
    /// database is and with changes. Without a statement: the map alone.
    #[wasm_bindgen(unchecked_return_type = "Xray")]
    pub fn xray(
        &mut self,
        sql: &str,
        changes: Vec<String>,
        #[wasm_bindgen(unchecked_param_type = "RunOptions")] options: JsValue,
    ) -> Result<JsValue> {
        let options: wire::RunOptions = from_js(options)?;
        let xray = self
            .0
            .xray(sql, &[], &changes, &options.to_domain())
            .map_err(|error| failed(&error, sql))?;
        to_js(&wire::Xray::from(&xray))
    }

    /// A tree of that map level by level.
    #[wasm_bindgen(unchecked_return_type = "TreeLevel[]")]
    pub fn tree_levels(&mut self, tree: u32, changes: Vec<String>) -> Result<JsValue> {
        let levels =
            self.0.tree_levels(tree as usize, &changes).map_err(|error| failed(&error, ""))?;
        let levels: Vec<wire::TreeLevel> = levels.iter().map(wire::TreeLevel::from).collect();
        to_js(&levels)
    }

    /// Runs the one statement of a text `times` times, rows thrown away; nanoseconds in total.
    pub fn time(&self, sql: &str, times: u32) -> Result<f64> {
        self.0.time(sql, times).map(|ns| ns as f64).map_err(|error| failed(&error, sql))
    }

    /// Suggests indexes for all statements of a text.
    #[wasm_bindgen(unchecked_return_type = "Suggested")]
    pub fn suggest(
        &mut self,
        sql: &str,
        #[wasm_bindgen(unchecked_param_type = "SuggestOptions")] options: JsValue,
    ) -> Result<JsValue> {
        let options: wire::SuggestOptions = from_js(options)?;
        let suggested =
            self.0.suggest(sql, &options.to_domain()).map_err(|error| failed(&error, sql))?;
        to_js(&wire::Suggested::from(suggested))
    }

    /// Counts the rows that each statement of a text touches, as it is and with the changes.
    #[wasm_bindgen(unchecked_return_type = "Billed")]
    pub fn billed(&mut self, sql: &str, changes: Vec<String>) -> Result<JsValue> {
        let billed = self.0.billed(sql, &changes).map_err(|error| failed(&error, sql))?;
        to_js(&wire::Billed::from(billed))
    }

    /// What that costs.
    #[wasm_bindgen(unchecked_return_type = "Bill")]
    pub fn bill(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Billed")] billed: JsValue,
        #[wasm_bindgen(unchecked_param_type = "RowPrices")] prices: JsValue,
    ) -> Result<JsValue> {
        to_js(&from_js::<wire::Billed>(billed)?.bill(from_js(prices)?))
    }

    /// Prices to begin with.
    #[wasm_bindgen(unchecked_return_type = "RowPrices")]
    pub fn row_prices(&self) -> Result<JsValue> {
        to_js(&wire::RowPrices::default())
    }

    /// Compares every query with and without the indexes.
    #[wasm_bindgen(unchecked_return_type = "Trial")]
    pub fn trial(
        &mut self,
        sql: &str,
        indexes: Vec<String>,
        #[wasm_bindgen(unchecked_param_type = "TrialOptions")] options: JsValue,
    ) -> Result<JsValue> {
        let options: wire::TrialOptions = from_js(options)?;
        let trial = self
            .0
            .trial(sql, &indexes, &options.to_domain())
            .map_err(|error| failed(&error, sql))?;
        to_js(&wire::Trial::from(trial))
    }

    /// The scripts for these indexes, with what they do for the statements of a text.
    #[wasm_bindgen(unchecked_return_type = "Patch")]
    pub fn patch(&mut self, indexes: Vec<String>, sql: &str) -> Result<JsValue> {
        let patch = self.0.patch(&indexes, sql).map_err(|error| failed(&error, sql))?;
        to_js(&wire::Patch::from(patch))
    }

    /// Counts every query in both arms and makes a link.
    #[wasm_bindgen(unchecked_return_type = "SharedLink")]
    pub fn share(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "LinkState")] state: JsValue,
    ) -> Result<JsValue> {
        let state: domain::LinkState = from_js::<wire::LinkState>(state)?.into();
        let link = self.0.share(&state).map_err(|error| failed(&error, &state.sql))?;
        to_js(&wire::SharedLink::from(link))
    }

    /// Reads a link; nothing is opened or run.
    #[wasm_bindgen(unchecked_return_type = "Notebook")]
    pub fn read_link(&self, fragment: &str) -> Result<JsValue> {
        let notebook = self.0.read_link(fragment).map_err(|error| failed(&error, ""))?;
        to_js(&wire::Notebook::from(notebook))
    }

    /// Counts everything a link claims again, on the open database.
    #[wasm_bindgen(unchecked_return_type = "LinkCheck")]
    pub fn check_link(&mut self, fragment: &str) -> Result<JsValue> {
        let check = self.0.check_link(fragment).map_err(|error| failed(&error, ""))?;
        to_js(&wire::LinkCheck::from(check))
    }

    /// Panics, so that a test can see the page survive it.
    pub fn crash_for_test(&self) {
        panic!("crashed for a test");
    }
}

/// Reads a log piece by piece, since it may be large.
#[wasm_bindgen]
#[derive(Default)]
pub struct LogReader(domain::LogReader);

#[wasm_bindgen]
impl LogReader {
    /// Nothing read yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next piece of its bytes.
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.push(bytes).map_err(|error| failed(&error.into(), ""))
    }

    /// All that was read; nothing can be pushed any more.
    #[wasm_bindgen(unchecked_return_type = "Log")]
    pub fn finish(self) -> Result<JsValue> {
        let log = self.0.finish().map_err(|error| failed(&error.into(), ""))?;
        to_js(&wire::Log::from(log))
    }
}

impl Workbench {
    fn open(
        &mut self,
        name: &str,
        files: std::result::Result<domain::DatabaseFiles, domain::StorageError>,
    ) -> Result<JsValue> {
        let opened = files
            .map_err(domain::WorkbenchError::from)
            .and_then(|files| self.0.open_file(name, files))
            .map_err(|error| failed(&error, ""))?;
        to_js(&wire::Opened::from(opened))
    }
}

/// Picked files as what the engine opens.
fn given(picked: &PickedFiles) -> std::result::Result<domain::DatabaseFiles, domain::StorageError> {
    let beside = |file: Option<Blob>| file.map(|file| files::picked(file, None)).transpose();
    Ok(domain::DatabaseFiles {
        base: files::picked(picked.database(), picked.kept().map(KeptExtents::from))?,
        wal: beside(picked.wal())?,
        journal: beside(picked.journal())?,
    })
}

fn run_options(options: JsValue) -> Result<Option<domain::RunOptions>> {
    let options: Option<wire::RunOptions> = from_js(options)?;
    Ok(options.map(|options| options.to_domain()))
}

fn switches_from(switches: JsValue) -> Result<domain::Switches> {
    let switches: wire::Switches = from_js(switches)?;
    switches.to_domain().map_err(|unknown| internal(&format!("no optimisation {unknown}")))
}

fn side_from(side: &wire::Side) -> Result<domain::Side> {
    side.to_domain().map_err(|unknown| internal(&format!("no optimisation {unknown}")))
}

fn to_js<T: Serialize>(value: &T) -> Result<JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true);
    value.serialize(&serializer).map_err(|error| internal(&error.to_string()))
}

fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T> {
    serde_wasm_bindgen::from_value(value).map_err(|error| internal(&error.to_string()))
}

fn failed(error: &domain::WorkbenchError, text: &str) -> JsValue {
    to_js(&wire::WireError::new(error, &wire::Utf16::new(text))).unwrap_or_else(|error| error)
}

fn internal(message: &str) -> JsValue {
    let error = wire::WireError {
        code: wire::ErrorCode::Internal,
        message: message.to_owned(),
        span: None,
        hint: None,
    };
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true);
    error.serialize(&serializer).unwrap_or(JsValue::NULL)
}
