//! A plan that crossed before, as text for other places.

use scanseek_plan as plan;

use crate::{Counters, PastedPlan, PlanNode, StatementPlan, Work};

wire! {
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum ExportFormat {
        /// As SQLite prints it; with figures if the statement ran.
        Text,
        Markdown,
        Mermaid,
    }
}

impl StatementPlan {
    /// With the statement and, if it ran, with what was measured.
    pub fn export(&self, format: ExportFormat) -> String {
        written(
            &plan::Export {
                title: &self.name,
                sql: &self.sql,
                plan: &plan_of(&self.plan),
                rest: self.rest.as_ref().map(plan::Work::from),
                counters: self.counters.as_ref().map(plan::Counters::from),
            },
            format,
        )
    }
}

impl PastedPlan {
    /// The plan alone: nothing else is known.
    pub fn export(&self, format: ExportFormat) -> String {
        let plan = &plan_of(&self.plan);
        let title = "";
        written(&plan::Export { title, sql: "", plan, rest: None, counters: None }, format)
    }
}

fn written(export: &plan::Export<'_>, format: ExportFormat) -> String {
    match format {
        ExportFormat::Text => export.text(),
        ExportFormat::Markdown => export.markdown(),
        ExportFormat::Mermaid => export.mermaid(),
    }
}

/// The plan that these are the nodes of.
fn plan_of(nodes: &[PlanNode]) -> plan::Plan {
    let rows =
        nodes.iter().map(|node| (i64::from(node.id), i64::from(node.parent), node.detail.clone()));
    let mut plan = plan::Plan::from_rows(rows);
    for (to, from) in plan.nodes.iter_mut().zip(nodes) {
        to.loops = from.loops.as_ref().map(|stats| plan::LoopStats {
            loops: stats.loops,
            rows_visited: stats.rows_visited,
            rows_out: stats.rows_out,
            rows_estimated: stats.rows_estimated,
        });
        to.work = from.work.as_ref().map(plan::Work::from);
    }
    plan
}

impl From<&Work> for plan::Work {
    fn from(work: &Work) -> Self {
        let Work { vm_steps, page_requests, page_reads } = *work;
        Self { vm_steps, page_requests, page_reads }
    }
}

impl From<&Counters> for plan::Counters {
    fn from(counters: &Counters) -> Self {
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
