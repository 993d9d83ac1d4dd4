//! Rows that a statement reads and writes, as hosts that charge for rows count them.

use crate::bindings as ffi;
use scanseek_plan::Opcode;

use crate::analysis::ScanStatusOn;
use crate::{Database, EngineError, Value};

/// Rows that one run touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowsTouched {
    /// Rows of tables and indexes that were visited, whether they passed the conditions or not.
    pub read: u64,
    /// Rows written or deleted, and with each row those of the indexes that change with it. Triggers do not
    /// run on our connections, so what they would write is not in it.
    pub written: u64,
}

/// In P2 of `OP_Delete`: it counts as a change; it is part of an update. Source: `OPFLAG_NCHANGE` and
/// `OPFLAG_ISUPDATE`, sqliteInt.h.
const COUNTS: i64 = 0x01;
const IS_UPDATE: i64 = 0x04;

impl Database {
    /// Runs the statement and counts the rows it reads and writes. What it writes is taken back, so this
    /// must be a copy of our own if it writes.
    ///
    /// # Errors
    /// As [`crate::Prepared::measure`].
    pub fn rows_touched(
        &self,
        sql: &str,
        parameters: &[(String, Value)],
        time_ns: Option<u64>,
    ) -> Result<RowsTouched, EngineError> {
        self.execute("SAVEPOINT rows_touched")?;
        let counted = self.counted(sql, parameters, time_ns);
        if self.is_in_transaction() {
            self.execute("ROLLBACK TO rows_touched")?;
            self.execute("RELEASE rows_touched")?;
        }
        let (opcodes, visited) = counted?;
        let mut touched = RowsTouched { read: visited, written: written(&opcodes) };
        // Two opcodes have all rows of a b-tree done without a loop: count(*) and DELETE without WHERE.
        for op in opcodes.iter().filter(|op| op.work.vm_steps > 0) {
            match op.name.as_str() {
                "Count" => {
                    let opens = |open: &&Opcode| {
                        open.name == "OpenRead"
                            && open.p1 == op.p1
                            && open.subprogram == op.subprogram
                    };
                    if let Some(open) = opcodes.iter().find(opens) {
                        touched.read += self.rows_below(open.p2, open.p3)? * op.work.vm_steps;
                    }
                }
                "Clear" => touched.written += self.rows_below(op.p1, op.p2)?,
                _ => {}
            }
        }
        Ok(touched)
    }

    /// Runs the statement; its program with counts, and the rows that its loops visited.
    fn counted(
        &self,
        sql: &str,
        parameters: &[(String, Value)],
        time_ns: Option<u64>,
    ) -> Result<(Vec<Opcode>, u64), EngineError> {
        let _scan_status = ScanStatusOn::new(self);
        let statement = self.prepare(sql)?;
        statement.bind(parameters)?;
        statement.run_metered(time_ns)?;
        Ok((statement.opcodes()?, statement.rows_visited()))
    }

    /// True between BEGIN or SAVEPOINT and their end. SQLite ends a transaction itself when a write is
    /// interrupted.
    pub(crate) fn is_in_transaction(&self) -> bool {
        // SAFETY: the handle is live.
        unsafe { ffi::sqlite3_get_autocommit(self.handle()) == 0 }
    }

    /// The rows of the table with that root page, or of the table whose index has it.
    fn rows_below(&self, root_page: i64, database: i64) -> Result<u64, EngineError> {
        let databases = self.prepare_own("SELECT name FROM pragma_database_list WHERE seq = ?1")?;
        databases.bind(&[("1".into(), Value::Integer(database))])?;
        if !databases.step()? {
            return Ok(0);
        }
        let database = scanseek_schema::quote_name(&databases.text(0));
        let tables = self.prepare_own(&format!(
            "SELECT type, name, tbl_name FROM {database}.sqlite_schema WHERE rootpage = ?1"
        ))?;
        tables.bind(&[("1".into(), Value::Integer(root_page))])?;
        if !tables.step()? {
            return Ok(0);
        }
        let table = scanseek_schema::quote_name(&tables.text(2));
        let hint = match tables.text(0).as_str() {
            "index" => format!("INDEXED BY {}", scanseek_schema::quote_name(&tables.text(1))),
            _ => "NOT INDEXED".to_owned(),
        };
        // A partial index cannot be counted so; it is not what count(*) of a whole table reads.
        let sql = format!("SELECT count(*) FROM {database}.{table} {hint}");
        self.prepare_own(&sql)?.first_integer().map(|count| count.max(0) as u64)
    }
}

/// Rows that opcodes wrote to tables and indexes that stay.
fn written(opcodes: &[Opcode]) -> u64 {
    let stays = |op: &Opcode| {
        opcodes.iter().any(|open| {
            open.name == "OpenWrite" && open.p1 == op.p1 && open.subprogram == op.subprogram
        })
    };
    let deletes =
        |op: &Opcode| op.name == "Delete" && op.p2 & COUNTS != 0 && op.p2 & IS_UPDATE == 0;
    opcodes
        .iter()
        .filter(|op| match op.name.as_str() {
            "Insert" | "IdxInsert" => stays(op),
            "Delete" => deletes(op) && stays(op),
            // Of an update, the entry that comes counts, and not the one that goes.
            "IdxDelete" => {
                let own = |one: &&Opcode| one.subprogram == op.subprogram;
                opcodes.iter().filter(own).any(deletes) && stays(op)
            }
            _ => false,
        })
        .map(|op| op.work.vm_steps)
        .sum()
}
