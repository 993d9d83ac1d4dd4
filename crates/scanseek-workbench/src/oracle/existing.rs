//! SQLite as the adviser asks it about indexes that exist: the shelf hides them at no cost.

use std::collections::BTreeSet;

use scanseek_advisor::{ExistingOracle, OracleError, Outcome, Regime, WholePlan, WriteSteps};
use scanseek_plan::Op;
use scanseek_schema::{IndexName, IndexSpec, Schema, Table, TableKind, quote_name};
use scanseek_sql::words;

use super::{EngineOracle, Measurer, oracle_error};
use crate::{StatementInfo, WorkbenchError};

pub(crate) struct WithExisting<'o, 'a> {
    oracle: &'o mut EngineOracle<'a>,
    /// Statements behind those of the oracle, which are planned only.
    unmeasured: Vec<StatementInfo>,
    /// Words of each statement and of the views that it names, in lower case.
    words: Vec<BTreeSet<String>>,
    /// Words of what all triggers do, in lower case.
    trigger_words: BTreeSet<String>,
    /// Where on the shelf the indexes are that exist.
    all: BTreeSet<usize>,
}

impl<'o, 'a> WithExisting<'o, 'a> {
    pub(crate) fn new(
        oracle: &'o mut EngineOracle<'a>,
        unmeasured: Vec<StatementInfo>,
        views_and_triggers: &[String],
    ) -> Self {
        let schema = oracle.base.schema();
        let statements = oracle.queries.iter().chain(&unmeasured);
        let of_statements = statements.map(|one| with_views(words_of(&one.sql), schema)).collect();
        // Of a view, nothing stands behind a BEGIN.
        let does = views_and_triggers.iter().flat_map(|sql| {
            words(sql).into_iter().skip_while(|word| !word.eq_ignore_ascii_case("BEGIN"))
        });
        let does = does.map(|word| word.to_ascii_lowercase()).collect();
        let of_triggers = with_views(does, schema);
        let all = oracle.existing.clone();
        Self { oracle, unmeasured, words: of_statements, trigger_words: of_triggers, all }
    }

    fn statement(&self, query: usize) -> &StatementInfo {
        let measured = self.oracle.queries;
        measured.get(query).unwrap_or_else(|| &self.unmeasured[query - measured.len()])
    }
}

impl ExistingOracle for WithExisting<'_, '_> {
    fn hide(&mut self, indexes: &[IndexName]) {
        self.oracle.existing = self.all.clone();
        for index in indexes {
            if let Some(position) = self.oracle.shelf.position(index) {
                self.oracle.existing.remove(&position);
            }
        }
    }

    fn names_table(&self, query: usize, table: &str) -> bool {
        self.words[query].contains(&table.to_ascii_lowercase())
    }

    fn trigger_names_table(&self, table: &str) -> bool {
        self.trigger_words.contains(&table.to_ascii_lowercase())
    }

    fn whole_plan(
        &mut self,
        query: usize,
        create: &[IndexSpec],
        regime: Regime,
    ) -> Result<WholePlan, OracleError> {
        let mut statement = self.statement(query).clone();
        let database = self.oracle.show(create, regime)?;
        let prepared = statement.prepare(database)?;
        let opcodes = prepared.program_length().map_err(oracle_error)?;
        let plan = prepared.plan().map_err(oracle_error)?;
        Ok(WholePlan {
            text: plan.to_text(),
            opcodes,
            indexes: plan.index_names().into_iter().map(str::to_owned).collect(),
            temp_b_trees: plan
                .nodes
                .iter()
                .filter(|node| matches!(node.op, Op::TempBTree { .. }))
                .count(),
        })
    }

    fn run(
        &mut self,
        query: usize,
        create: &[IndexSpec],
        regime: Regime,
        step_limit: Option<u64>,
    ) -> Result<Outcome, OracleError> {
        if self.oracle.host.cancelled() {
            return Err(OracleError::Cancelled);
        }
        let statement = self.statement(query).clone();
        let before = self.oracle.before.get(&query).copied();
        let (base, time_ns) = (self.oracle.base, self.oracle.time_ns);
        let database = self.oracle.show(create, regime)?;
        let measurer = Measurer { base, time_ns };
        Ok(measurer.on(database, &statement, before, step_limit)?.0)
    }

    fn bytes(&self, index: &IndexName) -> u64 {
        let shelf = &self.oracle.shelf;
        shelf.position(index).map_or(0, |position| shelf.bytes(position))
    }

    fn write_steps(&mut self, index: &IndexName) -> WriteSteps {
        let schema = self.oracle.base.schema();
        let is_its = |table: &&Table| table.indexes.iter().any(|known| known.name == index.name);
        let Some(table) = schema.of(index.database.as_deref()).find(is_its) else {
            return WriteSteps::default();
        };
        let clone = &self.oracle.clones[0];
        // An empty table is written to by the same program as a full one.
        let saved = |sql: Option<String>| -> Option<u64> {
            let sql = sql?;
            let length = || clone.prepare(&sql).ok()?.program_length().ok();
            let with = length()?;
            clone.execute_script("SAVEPOINT without").ok()?;
            let drop = format!("DROP INDEX {}", index.typed_name());
            let without = clone.execute_script(&drop).ok().and_then(|()| length());
            clone.execute_script("ROLLBACK TO without; RELEASE without").ok()?;
            // One step opens the index, once a statement.
            with.checked_sub(without? + 1)
        };
        let name = table.typed_name();
        let one_row = one_row(table);
        let settable: Vec<String> = table
            .columns
            .iter()
            .filter(|column| !column.hidden && column.primary_key_position == 0)
            .map(|column| format!("{0} = {0}", quote_name(&column.name)))
            .collect();
        WriteSteps {
            insert: saved(Some(format!("INSERT INTO {name} DEFAULT VALUES"))),
            update: saved(
                one_row
                    .as_ref()
                    .filter(|_| !settable.is_empty())
                    .map(|one| format!("UPDATE {name} SET {} WHERE {one}", settable.join(", "))),
            ),
            delete: saved(one_row.map(|one| format!("DELETE FROM {name} WHERE {one}"))),
        }
    }

    fn progress(&mut self, stage: &str, done: usize, total: usize) {
        self.oracle.host.progress(stage, done as u64, Some(total as u64));
    }
}

impl EngineOracle<'_> {
    /// The schema of the database as it is.
    pub(crate) fn schema(&self) -> &Schema {
        self.base.schema()
    }

    /// Views and triggers, which may ask for an index by name.
    pub(crate) fn views_and_triggers(&self) -> Result<Vec<String>, WorkbenchError> {
        Ok(self.base.views_and_triggers()?)
    }
}

/// A condition that finds one row without an index; `None` if the table hides its rowid.
fn one_row(table: &Table) -> Option<String> {
    if table.without_rowid {
        let keys = table.columns.iter().filter(|column| column.primary_key_position > 0);
        let terms: Vec<String> =
            keys.map(|column| format!("{} = 1", quote_name(&column.name))).collect();
        return (!terms.is_empty()).then(|| terms.join(" AND "));
    }
    let free = ["rowid", "oid", "_rowid_"].into_iter().find(|name| table.column(name).is_none())?;
    Some(format!("{free} = 1"))
}

fn words_of(sql: &str) -> BTreeSet<String> {
    words(sql).into_iter().map(|word| word.to_ascii_lowercase()).collect()
}

/// The words with those of the views that are named among them.
fn with_views(mut found: BTreeSet<String>, schema: &Schema) -> BTreeSet<String> {
    let mut views: Vec<&Table> =
        schema.tables.iter().filter(|table| table.kind == TableKind::View).collect();
    loop {
        let (named, others): (Vec<&Table>, Vec<&Table>) =
            views.iter().partition(|view| found.contains(&view.name.to_ascii_lowercase()));
        if named.is_empty() {
            return found;
        }
        found.extend(named.iter().flat_map(|view| words_of(&view.sql)));
        views = others;
    }
}
