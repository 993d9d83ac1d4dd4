//! What a rule may ask: the statement with its plan and numbers, and SQLite about variants of it.

use std::cell::{OnceCell, RefCell};
use std::ops::Range;
use std::rc::Rc;

use scanseek_engine::{Database, EngineError, Measured, RowsRequest, Statistics, Switches, Value};
use scanseek_plan::{Access, LoopStats, Op, Plan, PlanNode, Severity, Work};
use scanseek_schema::{Column, Schema, Table, TableKind, quote_name};
use scanseek_sql::{Clauses, ColumnName, Expression, FromItem, Part, Query, unnumbered_parameters};

use super::{Cost, Finding, Rule, severity, text};
use crate::{Host, Role, StatementPlan, bare, what_if};

/// Fewer rows than this do not matter, whatever is done with them.
pub(super) const FEW_ROWS: u64 = 100;
/// Above this many rows in all tables, ANALYZE takes a sample.
const ANALYZED_ROWS: u64 = 500_000;

const TIME_IS_UP: &str = "The time allowed was used up: some questions were not put to SQLite.";

pub(super) struct Inquiry<'a> {
    pub(super) planned: &'a StatementPlan,
    pub(super) clauses: Option<&'a Clauses>,
    pub(super) schema: &'a Schema,
    /// The tables of the plan that stand in the text.
    pub(super) readings: Vec<Reading<'a>>,
    database: &'a Database,
    /// Made when it is first needed: without rows, with the same schema and statistics.
    clone: OnceCell<Option<Database>>,
    analysed: OnceCell<Option<Database>>,
    base: OnceCell<Option<Measured>>,
    host: Rc<dyn Host>,
    end_ns: u64,
    /// Places of `?`, with the number of each.
    unnumbered: Vec<(usize, u64)>,
    left_out: RefCell<Vec<String>>,
}

/// A table that a step of the plan reads, with what the text says of it.
pub(super) struct Reading<'a> {
    pub(super) node: &'a PlanNode,
    pub(super) access: &'a Access,
    pub(super) query: &'a Query,
    pub(super) part: &'a Part,
    pub(super) item: &'a FromItem,
    pub(super) table: &'a Table,
    schema: &'a Schema,
    /// Conditions checked for each row.
    pub(super) filters: Vec<&'a Expression>,
}

impl<'a> Reading<'a> {
    /// The name the plan gives it.
    pub(super) fn label(&self) -> &'a str {
        self.access.source.label()
    }

    pub(super) fn is_scan(&self) -> bool {
        matches!(self.node.op, Op::Scan(_))
    }

    /// So few rows are read, or there are so few, that nothing about it matters.
    pub(super) fn is_small(&self) -> bool {
        // An index made for the run has all rows put into it, however few are then looked up.
        let is_automatic = self.access.index.as_ref().is_some_and(|index| index.automatic);
        match self.node.loops.filter(|_| !is_automatic) {
            Some(loops) => loops.rows_visited < FEW_ROWS,
            None => self.table.row_count.is_some_and(|rows| rows < FEW_ROWS),
        }
    }

    /// Most rows that are read are needed, as far as is known: no index saves much.
    pub(super) fn keeps_most(&self) -> bool {
        matches!(
            self.node.loops,
            Some(LoopStats { rows_visited, rows_out: Some(out), .. }) if out > rows_visited / 4
        )
    }

    /// The column of this table that a name means.
    pub(super) fn column(&self, name: &ColumnName) -> Option<&'a Column> {
        let has = |item: &FromItem| {
            let table = item.name.as_deref().and_then(|table| self.schema.table(table));
            table.is_some_and(|table| table.column(&name.name).is_some())
        };
        let is_mine = match &name.table {
            Some(table) => self.item.label().is_some_and(|label| label.eq_ignore_ascii_case(table)),
            None => self.part.from.iter().filter(|item| has(item)).count() == 1,
        };
        is_mine.then(|| self.table.column(&name.name).map(|(_, column)| column)).flatten()
    }
}

/// What a run of a variant gave.
pub(super) struct VariantRun {
    pub(super) measured: Measured,
    pub(super) plan: Plan,
}

impl<'a> Inquiry<'a> {
    pub(super) fn new(
        database: &'a Database,
        planned: &'a StatementPlan,
        clauses: Option<&'a Clauses>,
        host: Rc<dyn Host>,
        time_ns: u64,
    ) -> Self {
        let schema = database.schema();
        Self {
            planned,
            clauses,
            schema,
            readings: readings(planned, clauses, schema),
            database,
            clone: OnceCell::new(),
            analysed: OnceCell::new(),
            base: OnceCell::new(),
            end_ns: host.now_ns().saturating_add(time_ns),
            host,
            unnumbered: unnumbered_parameters(&planned.statement.sql),
            left_out: RefCell::default(),
        }
    }

    // ---- what is known

    pub(super) fn sql(&self) -> &'a str {
        &self.planned.statement.sql
    }

    pub(super) fn plan(&self) -> &'a Plan {
        &self.planned.plan
    }

    pub(super) fn is_measured(&self) -> bool {
        self.planned.counters.is_some()
    }

    pub(super) fn reading(&self, node: i64) -> Option<&Reading<'a>> {
        self.readings.iter().find(|reading| reading.node.id == node)
    }

    /// The value of a parameter that stands alone in a piece of the text.
    pub(super) fn parameter(&self, span: &Range<usize>) -> Option<&'a Value> {
        let piece = self.piece(span);
        let name = piece.trim();
        if !name.starts_with(['?', ':', '@', '$']) {
            return None;
        }
        let mut values = self.planned.statement.values.iter().rev();
        values.find(|(given, _)| bare(given) == bare(name)).map(|(_, value)| value)
    }

    /// The whole number that a piece of the text is, or the value of its parameter.
    pub(super) fn integer(&self, span: &Range<usize>) -> Option<i64> {
        match self.parameter(span) {
            Some(Value::Integer(integer)) => Some(*integer),
            Some(_) => None,
            None => self.sql()[span.clone()].trim().parse().ok(),
        }
    }

    /// The text that a piece of the statement is in quotes, or the value of its parameter.
    pub(super) fn text(&self, span: &Range<usize>) -> Option<String> {
        match self.parameter(span) {
            Some(Value::Text { text, lossy: false, cut_from: None }) => Some(text.clone()),
            Some(_) => None,
            None => text::text_literal(&self.sql()[span.clone()]),
        }
    }

    // ---- variants of the text

    /// A piece of the statement that can stand elsewhere: each `?` has its number.
    pub(super) fn piece(&self, span: &Range<usize>) -> String {
        let mut piece = String::new();
        let mut from = span.start;
        for (at, number) in &self.unnumbered {
            if span.contains(at) {
                piece.push_str(&self.sql()[from..*at]);
                piece.push_str(&format!("?{number}"));
                from = at + 1;
            }
        }
        piece.push_str(&self.sql()[from..span.end]);
        piece
    }

    /// The statement with pieces exchanged. They must not overlap.
    pub(super) fn edited(&self, edits: &[(Range<usize>, &str)]) -> String {
        let mut edits: Vec<&(Range<usize>, &str)> = edits.iter().collect();
        edits.sort_by_key(|(span, _)| span.start);
        let mut sql = String::new();
        let mut from = 0;
        for (span, text) in edits {
            sql.push_str(&self.piece(&(from..span.start)));
            sql.push_str(text);
            from = span.end;
        }
        sql.push_str(&self.piece(&(from..self.sql().len())));
        sql
    }

    // ---- questions to SQLite

    /// How SQLite plans a variant on this database. Nothing is executed.
    pub(super) fn explain(&self, sql: &str) -> Option<Plan> {
        self.may_go_on().then(|| self.plan_on(self.database, sql)).flatten()
    }

    /// The same if this index existed.
    pub(super) fn explain_with(&self, ddl: &str, sql: &str) -> Option<Plan> {
        if !self.may_go_on() {
            return None;
        }
        let clone = self.clone.get_or_init(|| what_if::empty_clone(self.database).ok()).as_ref()?;
        clone.execute_script("SAVEPOINT finding").ok()?;
        let made = clone.execute_script(ddl).is_ok();
        let plan = made.then(|| self.plan_on(clone, sql)).flatten();
        clone.execute_script("ROLLBACK TO finding; RELEASE finding").ok()?;
        plan
    }

    /// A copy with fresh statistics.
    pub(super) fn analysed(&self) -> Option<&Database> {
        if !self.may_go_on() {
            return None;
        }
        let make = || {
            let rows = self.schema.tables.iter().filter_map(|table| table.row_count);
            let counted = self
                .schema
                .tables
                .iter()
                .all(|table| table.kind != TableKind::Table || table.row_count.is_some());
            let statistics = if counted && rows.sum::<u64>() <= ANALYZED_ROWS {
                Statistics::Analyze
            } else {
                Statistics::Optimize
            };
            self.database.switched(&Switches { statistics, ..Switches::default() }).ok()
        };
        self.analysed.get_or_init(make).as_ref()
    }

    pub(super) fn plan_on(&self, database: &Database, sql: &str) -> Option<Plan> {
        let prepared = database.prepare(sql).ok()?;
        prepared.bind(&self.values_for(&prepared.parameters())).ok()?;
        prepared.plan().ok()
    }

    /// Runs a variant to its end, if it takes no more VM steps than are given.
    pub(super) fn run(&self, sql: &str, step_limit: Option<u64>) -> Option<VariantRun> {
        self.run_on(self.database, sql, step_limit)
    }

    pub(super) fn run_on(
        &self,
        database: &Database,
        sql: &str,
        step_limit: Option<u64>,
    ) -> Option<VariantRun> {
        let left_ns = self.left_ns()?;
        let prepared = database.prepare(sql).ok()?;
        prepared.bind(&self.values_for(&prepared.parameters())).ok()?;
        let measured = match prepared.measure(Some(left_ns), step_limit) {
            Ok(measured) => measured,
            Err(error) => {
                if matches!(error, EngineError::Deadline) {
                    self.leave_out(TIME_IS_UP.to_owned());
                }
                return None;
            }
        };
        Some(VariantRun { measured, plan: prepared.plan().ok()? })
    }

    /// The statement as it is, with its result.
    pub(super) fn base(&self) -> Option<Measured> {
        if !self.is_measured() {
            return None;
        }
        *self.base.get_or_init(|| self.run(self.sql(), None).map(|run| run.measured))
    }

    /// The first rows of another statement.
    pub(super) fn rows(&self, sql: &str, row_cap: usize) -> Option<Vec<Vec<Value>>> {
        let left_ns = self.left_ns()?;
        let prepared = self.database.prepare(sql).ok()?;
        prepared.bind(&self.values_for(&prepared.parameters())).ok()?;
        let request = RowsRequest { row_cap, time_ns: Some(left_ns) };
        let rows = prepared.rows(&request).ok()?;
        if rows.stopped.is_some() {
            self.leave_out(TIME_IS_UP.to_owned());
            return None;
        }
        Some(rows.rows)
    }

    fn values_for(&self, known: &[String]) -> Vec<(String, Value)> {
        let is_known = |name: &str| known.iter().any(|known| bare(known) == bare(name));
        let values = self.planned.statement.values.iter();
        values.filter(|(name, _)| is_known(name)).cloned().collect()
    }

    fn left_ns(&self) -> Option<u64> {
        self.may_go_on().then(|| self.end_ns.saturating_sub(self.host.now_ns()))
    }

    fn may_go_on(&self) -> bool {
        if self.host.cancelled() {
            return false;
        }
        let in_time = self.host.now_ns() < self.end_ns;
        if !in_time {
            self.leave_out(TIME_IS_UP.to_owned());
        }
        in_time
    }

    // ---- what comes of it

    /// Notes that something was not looked at.
    pub(super) fn leave_out(&self, because: String) {
        let mut left_out = self.left_out.borrow_mut();
        if !left_out.contains(&because) {
            left_out.push(because);
        }
    }

    pub(super) fn left_out(&self) -> Vec<String> {
        self.left_out.borrow().clone()
    }

    /// What these steps cost in this run.
    pub(super) fn cost(&self, nodes: &[i64]) -> Option<Cost> {
        let mut work = Work::default();
        for node in self.plan().nodes.iter().filter(|node| nodes.contains(&node.id)) {
            work.add(node.work?);
        }
        self.cost_of(work)
    }

    pub(super) fn cost_of(&self, work: Work) -> Option<Cost> {
        cost_of(self.planned, work)
    }

    /// What the whole statement cost.
    pub(super) fn whole_cost(&self) -> Option<Cost> {
        let counters = self.planned.counters?;
        self.cost_of(Work {
            vm_steps: counters.vm_steps,
            page_requests: counters.page_requests,
            page_reads: counters.page_reads,
        })
    }

    /// A step and all below it.
    pub(super) fn below(&self, node: i64) -> Vec<i64> {
        below(self.plan(), node)
    }

    /// A finding about a step.
    pub(super) fn finding(
        &self,
        rule: Rule,
        node: &PlanNode,
        span: &Range<usize>,
        words: Words,
    ) -> Finding {
        self.finding_of(rule, Some(node.id), span, words, self.cost(&[node.id]))
    }

    pub(super) fn finding_of(
        &self,
        rule: Rule,
        node: Option<i64>,
        span: &Range<usize>,
        words: Words,
        cost: Option<Cost>,
    ) -> Finding {
        let Words { message, proof, advice } = words;
        Finding {
            rule,
            severity: cost.as_ref().map_or(Severity::Medium, severity),
            node,
            span: Some(span.clone()),
            message,
            proof,
            advice,
            cost,
            rewrite: None,
        }
    }

    /// An index that is not there, with a name that nothing has. Keys are SQL.
    pub(super) fn index_on(&self, table: &Table, keys: &[String]) -> NewIndex {
        let word = |text: &str| {
            let is_plain = |c: char| c.is_alphanumeric() || c == '_';
            let pieces = text.split(|c| !is_plain(c)).filter(|piece| !piece.is_empty());
            pieces.collect::<Vec<_>>().join("_").to_lowercase()
        };
        let keys_word: Vec<String> = keys.iter().map(|key| word(key)).collect();
        let base: String =
            format!("idx_{}_{}", word(&table.name), keys_word.join("_")).chars().take(60).collect();
        let mut name = base.clone();
        let mut number = 2;
        while self.schema.has_name(&name) {
            name = format!("{base}_{number}");
            number += 1;
        }
        let ddl = format!(
            "CREATE INDEX {} ON {}({})",
            quote_name(&name),
            quote_name(&table.name),
            keys.join(", ")
        );
        NewIndex { name, ddl }
    }
}

/// An index that could be created.
pub(super) struct NewIndex {
    pub(super) name: String,
    pub(super) ddl: String,
}

/// The words of a finding.
pub(super) struct Words {
    pub(super) message: String,
    pub(super) proof: String,
    pub(super) advice: String,
}

pub(super) fn cost_of(planned: &StatementPlan, work: Work) -> Option<Cost> {
    let counters = planned.counters?;
    let part = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
    let share = part(work.vm_steps, counters.vm_steps)
        .max(part(work.page_requests, counters.page_requests))
        .min(1.0);
    Some(Cost { work, share })
}

pub(super) fn below(plan: &Plan, node: i64) -> Vec<i64> {
    let mut all = vec![node];
    for other in &plan.nodes {
        // Parents stand before their children.
        if all.contains(&other.parent) && !all.contains(&other.id) {
            all.push(other.id);
        }
    }
    all
}

/// The step that searches a table by one of its columns, not through an index made for the run.
pub(super) fn search_by<'p>(
    plan: &'p Plan,
    label: &str,
    table: &Table,
    column: &str,
) -> Option<&'p PlanNode> {
    let is_rowid =
        table.rowid_column().is_some_and(|at| table.columns[at].name.eq_ignore_ascii_case(column));
    plan.nodes.iter().find(|node| {
        let Op::Search(access) = &node.op else { return false };
        access.source.label().eq_ignore_ascii_case(label)
            && !access.index.as_ref().is_some_and(|index| index.automatic)
            && access
                .constraints
                .iter()
                .flat_map(|term| &term.columns)
                .any(|name| name.eq_ignore_ascii_case(column) || (is_rowid && name == "rowid"))
    })
}

pub(super) fn readings<'a>(
    planned: &'a StatementPlan,
    clauses: Option<&'a Clauses>,
    schema: &'a Schema,
) -> Vec<Reading<'a>> {
    let Some(clauses) = clauses else { return Vec::new() };
    let queries = clauses.query.all();
    let is_cte = |name: &str| {
        queries.iter().flat_map(|query| &query.ctes).any(|cte| cte.name.eq_ignore_ascii_case(name))
    };
    let mut readings = Vec::new();
    for (node, place) in planned.plan.nodes.iter().zip(&planned.places) {
        let Some(access) = node.op.access() else { continue };
        let of_role = |role: Role| {
            place.pieces.iter().filter(move |piece| piece.role == role).map(|piece| &piece.span)
        };
        // Several are a choice: which of them is read cannot be told.
        let mut sources = of_role(Role::Source);
        let (Some(source), None) = (sources.next(), sources.next()) else { continue };
        let found = queries.iter().find_map(|query| {
            query.parts.iter().find_map(|part| {
                let item = part.from.iter().find(|item| item.span == *source)?;
                Some((*query, part, item))
            })
        });
        let Some((query, part, item)) = found else { continue };
        let Some(name) = item.name.as_deref() else { continue };
        let Some(table) = schema.table(name) else { continue };
        if table.kind != TableKind::Table || (item.schema.is_none() && is_cte(name)) {
            continue;
        }
        let filters = of_role(Role::Filter)
            .filter_map(|span| {
                part.conditions
                    .iter()
                    .map(|condition| &condition.expression)
                    .find(|expression| expression.span == *span)
            })
            .collect();
        readings.push(Reading { node, access, query, part, item, table, schema, filters });
    }
    readings
}
