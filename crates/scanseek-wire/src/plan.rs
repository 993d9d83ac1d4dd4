//! Statements, their plans and their counters.

use scanseek_plan as plan;
use scanseek_workbench as domain;

use crate::findings::findings;
use crate::{Finding, Notice, Severity, Span, Utf16, WireError};

wire! {
    pub struct Explained {
        pub sqlite_version: String,
        pub statements: Vec<StatementPlan>,
    }

    /// The statements of a text as far as they are known without SQLite, and the plan of the one that is meant.
    pub struct ExplainedAt {
        pub statements: Vec<Statement>,
        pub meant: Option<StatementPlan>,
    }

    pub struct StatementPlan {
        pub name: String,
        pub sql: String,
        pub statement: Statement,
        pub plan: Vec<PlanNode>,
        /// Where each node of the plan stands in the statement.
        pub places: Vec<Place>,
        /// How much of the work each stretch of the statement stands for; stretches do not overlap.
        pub heat: Vec<Heat>,
        pub plan_text: String,
        pub counters: Option<Counters>,
        /// Work of no node: expressions and control.
        pub rest: Option<Work>,
        pub rest_measures: Vec<Measure>,
        /// At first sight, or closer after a closer look.
        pub findings: Vec<Finding>,
        /// What was not looked at, and why.
        pub not_looked_at: Vec<String>,
        pub notices: Vec<Notice>,
        pub error: Option<WireError>,
    }

    /// A plan that was printed elsewhere.
    pub struct PastedPlan {
        pub plan: Vec<PlanNode>,
        pub plan_text: String,
        pub findings: Vec<PlanFinding>,
    }

    /// What the text of a plan tells by itself.
    pub struct PlanFinding {
        pub rule: String,
        pub severity: Severity,
        pub node: Option<i32>,
        pub message: String,
        /// What the rule means and what may help.
        pub help: String,
        /// The rule of SQLite's planner behind it, as in `Words`.
        pub planner_rule: String,
        pub help_url: Option<String>,
    }

    pub struct Statement {
        pub index: u32,
        pub name: String,
        pub weight: f64,
        /// What there is to see in its plan, if its comments say so.
        pub see: Option<String>,
        pub sql: String,
        pub span: Span,
        pub kind: StatementKind,
        pub parameters: Vec<String>,
        /// One a parameter.
        pub parameter_types: Vec<ParameterType>,
    }

    pub struct Place {
        /// The most telling first; several of one role may be a choice, which the note then says.
        pub pieces: Vec<Piece>,
        pub note: Option<String>,
    }

    pub struct Piece {
        pub role: Role,
        /// In the statement's own text.
        pub span: Span,
    }

    pub struct Heat {
        /// In the statement's own text.
        pub span: Span,
        pub measures: Vec<Measure>,
    }

    /// `level` is 1 from a share of 10 %, 2 from 40 %, 3 from 90 %.
    #[derive(Copy)]
    pub struct Measure {
        pub metric: Metric,
        pub value: u64,
        /// 0 to 1.
        pub share: f64,
        /// With all nodes below.
        pub subtree_share: f64,
        pub level: u8,
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Metric {
        RowsVisited,
        RowsOut,
        VmSteps,
        PageRequests,
        PageReads,
    }

    /// What a piece of a statement is to a node.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Role {
        /// The table or subquery that is read.
        Source,
        /// A condition that the index or key answers.
        Key,
        /// A condition that is checked for each row.
        Filter,
        /// The clause that asks for an order, groups or distinct rows.
        Clause,
        /// A subquery, or one part of a compound query.
        Subquery,
    }

    /// A guess, from what the parameter is compared with.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum ParameterType {
        Integer,
        Real,
        Number,
        Text,
        Unknown,
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum StatementKind {
        Read,
        Write,
        Schema,
        Transaction,
        Other,
    }

    pub struct PlanNode {
        pub id: i32,
        pub parent: i32,
        pub depth: u32,
        /// Its line in the plan's text, from 0 below the heading.
        pub line: u32,
        pub detail: String,
        pub op: Op,
        pub tone: Tone,
        pub badge: String,
        pub sentence: String,
        pub help: String,
        pub help_url: String,
        pub loops: Option<LoopStats>,
        pub work: Option<Work>,
        /// Of a plan that was measured.
        pub measures: Vec<Measure>,
    }

    /// Of a node: its own, without that of the nodes below it.
    #[derive(Copy)]
    pub struct Work {
        pub vm_steps: u64,
        pub page_requests: u64,
        pub page_reads: u64,
    }

    /// What a node does; `table` and `index` are null where it reads none.
    pub struct Op {
        #[serde(rename = "type")]
        pub kind: String,
        pub table: Option<String>,
        pub alias: Option<String>,
        /// The table as the statement names it, where that can be told: `invoices AS i`.
        pub source: Option<String>,
        pub index: Option<IndexUse>,
    }

    pub struct IndexUse {
        pub name: Option<String>,
        pub covering: bool,
        pub automatic: bool,
        pub partial: bool,
        pub primary_key: bool,
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Tone {
        Bad,
        Warn,
        Good,
        Neutral,
    }

    pub struct LoopStats {
        pub loops: u64,
        pub rows_visited: u64,
        pub rows_out: Option<u64>,
        pub rows_out_per_loop: Option<f64>,
        /// For one loop, to be compared with `rows_out_per_loop`.
        pub rows_estimated: f64,
        /// How many times more rows came out than were expected.
        pub estimate_ratio: Option<f64>,
        /// 1 from ×10, 2 from ×100, 3 from ×1000, too high or too low.
        pub estimate_level: Option<u8>,
        pub vm_steps: Option<u64>,
        pub page_requests: Option<u64>,
        pub page_reads: Option<u64>,
    }

    #[derive(Copy, Default)]
    pub struct Counters {
        pub vm_steps: u64,
        pub page_requests: u64,
        pub page_reads: u64,
        pub rows_returned: u64,
        pub fullscan_steps: u64,
        pub sorts: u64,
        pub autoindex_rows: u64,
    }
}

impl Explained {
    /// `text` is the text that was explained.
    pub fn new(explained: &domain::Explained, text: &str) -> Self {
        let text = &Utf16::new(text);
        Self {
            sqlite_version: explained.sqlite_version.clone(),
            statements: explained
                .statements
                .iter()
                .map(|statement| StatementPlan::new(statement, text))
                .collect(),
        }
    }
}

impl ExplainedAt {
    /// `text` is the text that holds the statements.
    pub fn new(explained: &domain::ExplainedAt, text: &Utf16<'_>) -> Self {
        let meant = explained.meant.as_ref();
        Self {
            statements: explained.statements.iter().map(|one| Statement::new(one, text)).collect(),
            meant: meant.map(|meant| StatementPlan::new(meant, text)),
        }
    }
}

impl StatementPlan {
    /// `text` is the text that holds the statement.
    pub fn new(planned: &domain::StatementPlan, text: &Utf16<'_>) -> Self {
        let counters = planned.counters.as_ref();
        let measures = plan::measures(&planned.plan, counters);
        let heat = domain::heat(&planned.places, &measures);
        let own = Utf16::new(&planned.statement.sql);
        let mut nodes = plan_nodes(&planned.plan);
        for (node, measures) in nodes.iter_mut().zip(&measures) {
            node.measures = measures.iter().map(Measure::from).collect();
        }
        for (node, place) in nodes.iter_mut().zip(&planned.places) {
            node.op.source = source(place, &planned.statement.sql);
        }
        Self {
            name: planned.statement.name.clone(),
            sql: planned.statement.sql.clone(),
            statement: Statement::new(&planned.statement, text),
            plan: nodes,
            places: places(planned),
            heat: heat
                .iter()
                .map(|heat| Heat {
                    span: own.span((heat.span.start, heat.span.end)),
                    measures: heat.measures.iter().map(Measure::from).collect(),
                })
                .collect(),
            plan_text: planned.plan.to_text(),
            counters: planned.counters.as_ref().map(Counters::from),
            rest: planned.rest.as_ref().map(Work::from),
            rest_measures: planned
                .rest
                .iter()
                .flat_map(|rest| plan::rest_measures(&planned.plan, rest, counters))
                .map(|measure| Measure::from(&measure))
                .collect(),
            findings: findings(&planned.findings, &planned.statement.sql),
            not_looked_at: planned.not_looked_at.clone(),
            notices: planned.notices.iter().map(Notice::from).collect(),
            error: planned.error.as_ref().map(|error| WireError::new(error, text)),
        }
    }
}

impl From<&domain::PastedPlan> for PastedPlan {
    fn from(pasted: &domain::PastedPlan) -> Self {
        Self {
            plan: plan_nodes(&pasted.plan),
            plan_text: pasted.plan.to_text(),
            findings: pasted.findings.iter().map(PlanFinding::from).collect(),
        }
    }
}

impl From<&plan::Finding> for PlanFinding {
    fn from(finding: &plan::Finding) -> Self {
        Self {
            rule: finding.rule.id().to_owned(),
            severity: Severity::from(finding.severity),
            node: finding.node.map(small),
            message: finding.message.clone(),
            help: finding.rule.help().to_owned(),
            planner_rule: finding.rule.planner_rule().to_owned(),
            help_url: plan::planner_rule(finding.rule.planner_rule())
                .map(|rule| rule.help_url.to_owned()),
        }
    }
}

impl Statement {
    /// `text` is the text that holds the statement.
    pub fn new(statement: &domain::StatementInfo, text: &Utf16<'_>) -> Self {
        Self {
            index: u32::try_from(statement.index).unwrap_or(u32::MAX),
            name: statement.name.clone(),
            weight: statement.weight,
            see: statement.see.clone(),
            sql: statement.sql.clone(),
            span: text.span(statement.span),
            kind: match statement.kind {
                domain::StatementKind::Read => StatementKind::Read,
                domain::StatementKind::Write => StatementKind::Write,
                domain::StatementKind::Schema => StatementKind::Schema,
                domain::StatementKind::Transaction => StatementKind::Transaction,
                domain::StatementKind::Other => StatementKind::Other,
            },
            parameters: statement.parameters.clone(),
            parameter_types: statement
                .parameter_types
                .iter()
                .map(|guess| match guess {
                    domain::ParameterType::Integer => ParameterType::Integer,
                    domain::ParameterType::Real => ParameterType::Real,
                    domain::ParameterType::Number => ParameterType::Number,
                    domain::ParameterType::Text => ParameterType::Text,
                    domain::ParameterType::Unknown => ParameterType::Unknown,
                })
                .collect(),
        }
    }
}

/// The text of a place's one source, if it is a name rather than a subquery.
fn source(place: &domain::Place, sql: &str) -> Option<String> {
    let mut sources = place.pieces.iter().filter(|piece| piece.role == domain::Role::Source);
    let (Some(only), None) = (sources.next(), sources.next()) else { return None };
    let text = sql.get(only.span.clone())?;
    let is_name = text.len() <= 60 && !text.contains(['(', '\n', '\r']);
    is_name.then(|| text.to_owned())
}

fn places(planned: &domain::StatementPlan) -> Vec<Place> {
    let text = Utf16::new(&planned.statement.sql);
    let piece = |piece: &domain::Piece| Piece {
        role: match piece.role {
            domain::Role::Source => Role::Source,
            domain::Role::Key => Role::Key,
            domain::Role::Filter => Role::Filter,
            domain::Role::Clause => Role::Clause,
            domain::Role::Subquery => Role::Subquery,
        },
        span: text.span((piece.span.start, piece.span.end)),
    };
    planned
        .places
        .iter()
        .map(|place| Place {
            pieces: place.pieces.iter().map(piece).collect(),
            note: place.note.clone(),
        })
        .collect()
}

/// The nodes of a plan with their words; what share of a statement each is, is not known here.
pub fn plan_nodes(plan: &plan::Plan) -> Vec<PlanNode> {
    let mut lines = vec![0; plan.nodes.len()];
    for (line, at) in (0..).zip(plan.tree_order()) {
        lines[at] = line;
    }
    plan.nodes
        .iter()
        .zip(lines)
        .zip(plan.depths())
        .map(|((node, line), depth)| {
            let words = node.op.words();
            let source = node.op.access().map(|access| &access.source);
            PlanNode {
                id: small(node.id),
                parent: small(node.parent),
                depth: u32::try_from(depth).unwrap_or(u32::MAX),
                line,
                detail: node.detail.clone(),
                op: Op {
                    kind: words.id.to_owned(),
                    table: source.map(|source| source.name.clone()),
                    alias: source.and_then(|source| source.alias.clone()),
                    source: None,
                    index: node.op.index_use().map(IndexUse::from),
                },
                tone: plan::tone(plan, node).into(),
                badge: words.badge.to_owned(),
                sentence: plan::sentence(plan, node),
                help: words.help.to_owned(),
                help_url: words.help_url.to_owned(),
                loops: node.loops.as_ref().map(|stats| LoopStats::new(stats, node.work)),
                work: node.work.as_ref().map(Work::from),
                measures: Vec::new(),
            }
        })
        .collect()
}

/// SQLite's node ids are C ints.
pub(crate) fn small(id: i64) -> i32 {
    i32::try_from(id).unwrap_or(i32::MAX)
}

impl From<&plan::IndexUse> for IndexUse {
    fn from(index: &plan::IndexUse) -> Self {
        Self {
            name: index.name.clone(),
            covering: index.covering,
            automatic: index.automatic,
            partial: index.partial,
            primary_key: index.primary_key,
        }
    }
}

impl LoopStats {
    fn new(stats: &plan::LoopStats, work: Option<plan::Work>) -> Self {
        Self {
            loops: stats.loops,
            rows_visited: stats.rows_visited,
            rows_out: stats.rows_out,
            rows_out_per_loop: stats.rows_out_per_loop(),
            rows_estimated: stats.rows_estimated,
            estimate_ratio: stats.estimate_ratio(),
            estimate_level: stats.estimate_ratio().map(plan::estimate_level),
            vm_steps: work.map(|work| work.vm_steps),
            page_requests: work.map(|work| work.page_requests),
            page_reads: work.map(|work| work.page_reads),
        }
    }
}

impl From<&plan::Measure> for Measure {
    fn from(measure: &plan::Measure) -> Self {
        let plan::Measure { metric, value, share, subtree_share, level } = *measure;
        Self { metric: metric.into(), value, share, subtree_share, level }
    }
}

impl From<&Measure> for plan::Measure {
    fn from(measure: &Measure) -> Self {
        let Measure { metric, value, share, subtree_share, level } = *measure;
        Self { metric: metric.into(), value, share, subtree_share, level }
    }
}

impl From<plan::Metric> for Metric {
    fn from(metric: plan::Metric) -> Self {
        match metric {
            plan::Metric::RowsVisited => Self::RowsVisited,
            plan::Metric::RowsOut => Self::RowsOut,
            plan::Metric::VmSteps => Self::VmSteps,
            plan::Metric::PageRequests => Self::PageRequests,
            plan::Metric::PageReads => Self::PageReads,
        }
    }
}

impl From<Metric> for plan::Metric {
    fn from(metric: Metric) -> Self {
        match metric {
            Metric::RowsVisited => Self::RowsVisited,
            Metric::RowsOut => Self::RowsOut,
            Metric::VmSteps => Self::VmSteps,
            Metric::PageRequests => Self::PageRequests,
            Metric::PageReads => Self::PageReads,
        }
    }
}

impl From<Tone> for plan::Tone {
    fn from(tone: Tone) -> Self {
        match tone {
            Tone::Bad => Self::Bad,
            Tone::Warn => Self::Warn,
            Tone::Good => Self::Good,
            Tone::Neutral => Self::Neutral,
        }
    }
}

impl From<plan::Tone> for Tone {
    fn from(tone: plan::Tone) -> Self {
        match tone {
            plan::Tone::Bad => Self::Bad,
            plan::Tone::Warn => Self::Warn,
            plan::Tone::Good => Self::Good,
            plan::Tone::Neutral => Self::Neutral,
        }
    }
}

impl From<&plan::Work> for Work {
    fn from(work: &plan::Work) -> Self {
        let plan::Work { vm_steps, page_requests, page_reads } = *work;
        Self { vm_steps, page_requests, page_reads }
    }
}

impl From<&plan::Counters> for Counters {
    fn from(counters: &plan::Counters) -> Self {
        Self {
            vm_steps: counters.vm_steps,
            page_requests: counters.page_requests,
            page_reads: counters.page_reads,
            rows_returned: counters.rows_returned,
            fullscan_steps: counters.fullscan_steps,
            sorts: counters.sorts,
            autoindex_rows: counters.autoindex_rows,
        }
    }
}
