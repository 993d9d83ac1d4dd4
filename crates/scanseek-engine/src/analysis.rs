//! The work of each plan node: one run with scan status on, read opcode by opcode.
//!
//! SQLite counts how often each opcode is executed, and adds up its clock around each: the clock is
//! ours and shows pages ([`PageMeter`]). So VM steps, page requests and page reads of every opcode
//! come out of one run from a cold page cache. Which opcode works for which node is read from the
//! program itself ([`Bytecode`]); statements that a virtual table runs on its own are no part of it.

use std::collections::BTreeMap;
use std::ffi::{c_char, c_int, c_void};

use scanseek_plan::{Bytecode, LoopStats, Opcode, Plan, Work};

use crate::bindings as ffi;
use crate::measure::seed_random;
use crate::runtime::PageMeter;
use crate::{Database, EngineError, Prepared, Value};

/// A statement, opcode by opcode, after it ran.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// The plan that ran, with the work of each node.
    pub plan: Plan,
    /// The program that ran.
    pub bytecode: Bytecode,
}

/// A plan with the rows SQLite expects, before anything ran.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The plan.
    pub plan: Plan,
    /// For each loop, by the id of its node: the rows expected to pass its conditions, for one round.
    pub rows: BTreeMap<i64, f64>,
    /// For each loop, by the id of its node, what SQLite takes it to cost: the number by which it compares
    /// plans, in no unit of time. The third column of EXPLAIN QUERY PLAN holds ten times its binary logarithm.
    pub costs: BTreeMap<i64, f64>,
}

impl Database {
    /// The plan of a statement and the rows SQLite expects of each of its loops. Nothing is executed.
    ///
    /// # Errors
    /// What SQLite says against the statement.
    pub fn estimate(
        &self,
        sql: &str,
        parameters: &[(String, Value)],
    ) -> Result<Estimate, EngineError> {
        let _scan_status = ScanStatusOn::new(self);
        let statement = self.prepare(sql)?;
        statement.bind(parameters)?;
        let mut rows = BTreeMap::new();
        for element in (0..).map_while(|index| read_element(&statement, index)) {
            if let Element::Loop(id, stats) = element {
                rows.insert(id, stats.rows_estimated);
            }
        }
        let bytecode = Bytecode::read(statement.opcodes()?, false);
        let costs = bytecode
            .opcodes
            .iter()
            .filter(|op| op.name == "Explain" && op.subprogram.is_none() && op.p3 > 0)
            .map(|op| (op.p1, (op.p3 as f64 / 10.0).exp2()))
            .collect();
        Ok(Estimate { plan: Plan::from_rows(bytecode.plan_rows()), rows, costs })
    }

    /// Runs the statement with per-node measuring on, from a cold page cache, and returns the plan
    /// that ran, with the work of each node. Nodes that SQLite adds only while running (automatic
    /// indexes) are in it.
    ///
    /// # Errors
    /// As [`Prepared::measure`].
    pub fn analyse(
        &self,
        sql: &str,
        parameters: &[(String, Value)],
        time_ns: Option<u64>,
    ) -> Result<Analysis, EngineError> {
        let uses_virtual_tables = {
            let statement = self.prepare(sql)?;
            statement.require_read()?;
            statement.uses_virtual_tables()?
        };
        if uses_virtual_tables {
            self.fork()?.analyse_here(sql, parameters, time_ns)
        } else {
            self.analyse_here(sql, parameters, time_ns)
        }
    }

    /// The program of a statement, with the steps of its plan in it. Nothing is executed.
    ///
    /// # Errors
    /// What SQLite says against the statement.
    pub fn bytecode(
        &self,
        sql: &str,
        parameters: &[(String, Value)],
    ) -> Result<Bytecode, EngineError> {
        let _scan_status = ScanStatusOn::new(self);
        let statement = self.prepare(sql)?;
        statement.bind(parameters)?;
        Ok(Bytecode::read(statement.opcodes()?, self.may_filter_aggregates(sql)))
    }

    fn analyse_here(
        &self,
        sql: &str,
        parameters: &[(String, Value)],
        time_ns: Option<u64>,
    ) -> Result<Analysis, EngineError> {
        let (bytecode, loops) = {
            let _scan_status = ScanStatusOn::new(self);
            let statement = self.prepare(sql)?;
            statement.bind(parameters)?;
            statement.run_metered(time_ns)?;
            let mut opcodes = statement.opcodes()?;
            let mut loops = Vec::new();
            for element in (0..).map_while(|index| read_element(&statement, index)) {
                match element {
                    Element::Loop(id, stats) => loops.push((id, stats)),
                    Element::Dropped(address) => {
                        // Is there only while measuring, as any opcode of a node.
                        if let Some(op) = opcodes.get_mut(address) {
                            op.work = Work::default();
                        }
                    }
                    Element::Step => {}
                }
            }
            let bytecode = Bytecode::read(opcodes, self.may_filter_aggregates(sql));
            statement.reset();
            (bytecode, loops)
        };
        let mut plan = Plan::from_rows(bytecode.plan_rows());
        let work = bytecode.work();
        for node in &mut plan.nodes {
            node.work = Some(work.get(&node.id).copied().unwrap_or_default());
            node.loops = loops.iter().find(|(id, _)| *id == node.id).map(|(_, stats)| LoopStats {
                rows_out: bytecode.rows_out.get(&node.id).copied(),
                ..*stats
            });
        }
        if plan.nodes.is_empty() {
            // count(*) of a whole table is one opcode, which has no node while it runs.
            let statement = self.prepare(sql)?;
            statement.bind(parameters)?;
            plan = statement.plan()?;
            if let [only] = plan.nodes.as_mut_slice() {
                only.work = Some(count_work(&bytecode));
            }
        }
        // SAFETY: the handle is live. No connection keeps its pages while it is not in use.
        unsafe { ffi::sqlite3_db_release_memory(self.handle()) };
        Ok(Analysis { plan, bytecode })
    }

    /// `FILTER (` in the statement or in a view it may read.
    fn may_filter_aggregates(&self, sql: &str) -> bool {
        has_filter_clause(sql)
            || self.schema().tables.iter().any(|table| {
                table.kind == scanseek_schema::TableKind::View && has_filter_clause(&table.sql)
            })
    }
}

impl Prepared<'_> {
    /// True if the statement reads a virtual table of this database.
    pub(crate) fn uses_virtual_tables(&self) -> Result<bool, EngineError> {
        let has_some = self
            .db
            .schema()
            .tables
            .iter()
            .any(|table| table.kind == scanseek_schema::TableKind::Virtual);
        if !has_some {
            return Ok(false);
        }
        let open =
            self.program("SELECT 1 FROM bytecode(?1) WHERE opcode = 'VOpen' LIMIT 1")?.step()?;
        Ok(open)
    }

    pub(crate) fn run_metered(&self, time_ns: Option<u64>) -> Result<(), EngineError> {
        let handle = self.db.handle();
        let watch = self.db.watch();
        // SAFETY: handle and statement are live.
        unsafe {
            ffi::sqlite3_db_release_memory(handle);
            ffi::sqlite3_stmt_scanstatus_reset(self.raw);
        }
        seed_random();
        let watched = watch.begin(time_ns, None);
        let result = {
            // SAFETY: the connection outlives the meter.
            let _meter = unsafe { PageMeter::on(handle) };
            loop {
                match self.step() {
                    Ok(true) => {}
                    Ok(false) => break Ok(()),
                    Err(error) => break Err(error),
                }
            }
        };
        match (result, watched.end()) {
            (Err(EngineError::Cancelled), Some(stop)) => Err(stop.into()),
            (result, _) => result,
        }
    }

    /// How many opcodes the compiled statement has, those of triggers left out.
    ///
    /// # Errors
    /// If SQLite cannot list them.
    pub fn program_length(&self) -> Result<u64, EngineError> {
        let rows = self.program("SELECT count(*) FROM bytecode(?1) WHERE subprog IS NULL")?;
        rows.first_integer().map(|count| count as u64)
    }

    /// The same without the opcodes at the end, to which the first one jumps: they begin the transaction and load
    /// constants, once a run.
    ///
    /// # Errors
    /// As [`Prepared::program_length`].
    pub fn body_length(&self) -> Result<u64, EngineError> {
        let rows = self.program(
            "SELECT count(*) FROM bytecode(?1) WHERE subprog IS NULL
             AND addr < (SELECT p2 FROM bytecode(?1) WHERE subprog IS NULL AND addr = 0)",
        )?;
        rows.first_integer().map(|count| count as u64)
    }

    /// Rows that all loops visited since the last reset of the counts.
    pub(crate) fn rows_visited(&self) -> u64 {
        let elements = (0..).map_while(|index| read_element(self, index));
        elements
            .map(|element| match element {
                Element::Loop(_, stats) => stats.rows_visited,
                Element::Step | Element::Dropped(_) => 0,
            })
            .sum()
    }

    /// The program with what was counted since the last reset of the counts.
    pub(crate) fn opcodes(&self) -> Result<Vec<Opcode>, EngineError> {
        let rows = self.program(
            "SELECT addr, opcode, p1, p2, p3, p4, p5, comment, subprog, nexec, ncycle
             FROM bytecode(?1)",
        )?;
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        let mut opcodes = Vec::new();
        while rows.step()? {
            let (page_requests, page_reads) = PageMeter::unpack(rows.integer(10));
            opcodes.push(Opcode {
                address: usize::try_from(rows.integer(0)).unwrap_or(0),
                name: rows.text(1),
                p1: rows.integer(2),
                p2: rows.integer(3),
                p3: rows.integer(4),
                p4: rows.text(5),
                p5: rows.integer(6),
                comment: some(rows.text(7)),
                subprogram: some(rows.text(8)),
                work: Work {
                    vm_steps: u64::try_from(rows.integer(9)).unwrap_or(0),
                    page_requests,
                    page_reads,
                },
            });
        }
        Ok(opcodes)
    }

    /// A query over this statement's program. Source: <https://sqlite.org/bytecodevtab.html>.
    fn program(&self, sql: &str) -> Result<Prepared<'_>, EngineError> {
        let query = self.db.prepare_own(sql)?;
        // SAFETY: both statements are live, and the borrow keeps this one alive as long as the
        // query; the pointer type is a static string.
        let code = unsafe {
            ffi::sqlite3_bind_pointer(
                query.raw,
                1,
                self.raw.cast::<c_void>(),
                c"stmt-pointer".as_ptr(),
                None,
            )
        };
        if code == ffi::SQLITE_OK { Ok(query) } else { Err(self.db.last_error(code, sql)) }
    }
}

/// Scan status is on for statements prepared while this lives.
pub(crate) struct ScanStatusOn<'db>(&'db Database);

impl<'db> ScanStatusOn<'db> {
    pub(crate) fn new(db: &'db Database) -> Self {
        set_scan_status(db, 1);
        Self(db)
    }
}

impl Drop for ScanStatusOn<'_> {
    fn drop(&mut self) {
        set_scan_status(self.0, 0);
    }
}

fn set_scan_status(db: &Database, on: c_int) {
    // SAFETY: the handle is live; the option takes an int and a pointer that may be null.
    unsafe {
        ffi::sqlite3_db_config(
            db.handle(),
            ffi::SQLITE_DBCONFIG_STMT_SCANSTATUS,
            on,
            std::ptr::null_mut::<c_int>(),
        );
    }
}

/// One element of a plan.
enum Element {
    /// A node that is a loop: its id.
    Loop(i64, LoopStats),
    /// A node that is none.
    Step,
    /// Was a node until SQLite found that it does not need it, such as a temporary b-tree for rows
    /// that come in order: the address of what is left of it.
    Dropped(usize),
}

/// An element of the plan of a statement that has just run.
/// Source: <https://sqlite.org/c3ref/stmt_scanstatus.html>.
fn read_element(statement: &Prepared<'_>, index: c_int) -> Option<Element> {
    fn get<T>(statement: &Prepared<'_>, index: c_int, op: c_int, mut value: T) -> Option<T> {
        // SAFETY: `value` has the type that the documentation names for `op`.
        let code = unsafe {
            ffi::sqlite3_stmt_scanstatus_v2(
                statement.raw,
                index,
                op,
                ffi::SQLITE_SCANSTAT_COMPLEX,
                (&raw mut value).cast::<c_void>(),
            )
        };
        (code == 0).then_some(value)
    }
    let text = get(statement, index, ffi::SQLITE_SCANSTAT_EXPLAIN, std::ptr::null::<c_char>())?;
    let id = get::<c_int>(statement, index, ffi::SQLITE_SCANSTAT_SELECTID, 0)?;
    let loops = get(statement, index, ffi::SQLITE_SCANSTAT_NLOOP, -1i64)?;
    let visited = get(statement, index, ffi::SQLITE_SCANSTAT_NVISIT, -1i64)?;
    let estimated = get(statement, index, ffi::SQLITE_SCANSTAT_EST, -1f64)?;
    if text.is_null() {
        return Some(usize::try_from(id).map_or(Element::Step, Element::Dropped));
    }
    let Ok(loops) = u64::try_from(loops) else { return Some(Element::Step) };
    Some(Element::Loop(
        id.into(),
        LoopStats {
            loops,
            rows_visited: u64::try_from(visited).unwrap_or(0),
            rows_out: None,
            rows_estimated: estimated.max(0.0),
        },
    ))
}

/// The work of `Count` and of opening its cursor.
fn count_work(bytecode: &Bytecode) -> Work {
    let mut work = Work::default();
    let Some(count) = bytecode.opcodes.iter().find(|op| op.name == "Count") else { return work };
    let same = |op: &&Opcode| op.p1 == count.p1 && matches!(op.name.as_str(), "Count" | "OpenRead");
    bytecode.opcodes.iter().filter(same).for_each(|op| work.add(op.work));
    work
}

/// The word FILTER as it stands before a bracket. A false alarm only keeps a number unknown.
fn has_filter_clause(sql: &str) -> bool {
    let lower = sql.to_ascii_lowercase();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    lower.match_indices("filter").any(|(at, word)| {
        let behind = lower[at + word.len()..].trim_start();
        !lower[..at].ends_with(is_word) && behind.starts_with(['(', '-', '/'])
    })
}
