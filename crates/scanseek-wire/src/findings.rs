//! Findings and the rewrites that were proven.

use scanseek_workbench as domain;

use crate::plan::small;
use crate::{Counters, Span, Utf16};

wire! {
    /// One statement, looked at closely.
    pub struct Findings {
        /// Its position in the text.
        pub index: u32,
        /// The statement's own text.
        pub sql: String,
        /// The most costly first.
        pub findings: Vec<Finding>,
        /// What was not looked at, and why: sentences.
        pub not_looked_at: Vec<String>,
    }

    pub struct Finding {
        pub rule: String,
        /// A few words for a heading.
        pub title: String,
        pub help: String,
        pub help_url: String,
        /// The rule of SQLite's planner behind it, as in `Words`, if there is one.
        pub planner_rule: Option<String>,
        pub severity: Severity,
        pub node: Option<i32>,
        /// In the statement's own text.
        pub span: Option<Span>,
        /// What happens.
        pub message: String,
        /// What SQLite was made to show.
        pub proof: String,
        /// What to do.
        pub advice: String,
        pub cost: Option<Cost>,
        pub rewrite: Option<Rewrite>,
    }

    /// The work of what a finding is about, in one run.
    #[derive(Copy)]
    pub struct Cost {
        pub vm_steps: u64,
        pub page_requests: u64,
        pub page_reads: u64,
        /// Of the statement's work, from 0 to 1.
        pub share: f64,
    }

    /// Another statement that was run and gave the same rows for less work.
    pub struct Rewrite {
        pub sql: String,
        pub why: String,
        pub before: Counters,
        pub after: Counters,
        pub before_plan_text: String,
        pub after_plan_text: String,
        /// Positions of the statements of the text that it takes the place of.
        pub replaces: Vec<u32>,
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Severity {
        High,
        Medium,
        Low,
    }
}

impl From<&domain::Findings> for Findings {
    fn from(found: &domain::Findings) -> Self {
        Self {
            index: position(found.statement.index),
            sql: found.statement.sql.clone(),
            findings: findings(&found.findings, &found.statement.sql),
            not_looked_at: found.not_looked_at.clone(),
        }
    }
}

/// `sql` is the statement's own text.
pub(crate) fn findings(found: &[domain::Finding], sql: &str) -> Vec<Finding> {
    let text = Utf16::new(sql);
    found.iter().map(|one| Finding::new(one, &text)).collect()
}

impl Finding {
    fn new(finding: &domain::Finding, text: &Utf16<'_>) -> Self {
        let rule = finding.rule;
        Self {
            rule: rule.id().to_owned(),
            title: rule.title().to_owned(),
            help: rule.help().to_owned(),
            help_url: rule.help_url(),
            planner_rule: rule.planner_rule().map(str::to_owned),
            severity: Severity::from(finding.severity),
            node: finding.node.map(small),
            span: finding.span.as_ref().map(|span| text.span((span.start, span.end))),
            message: finding.message.clone(),
            proof: finding.proof.clone(),
            advice: finding.advice.clone(),
            cost: finding.cost.map(|cost| Cost {
                vm_steps: cost.work.vm_steps,
                page_requests: cost.work.page_requests,
                page_reads: cost.work.page_reads,
                share: cost.share,
            }),
            rewrite: finding.rewrite.as_ref().map(Rewrite::from),
        }
    }
}

impl From<domain::Severity> for Severity {
    fn from(severity: domain::Severity) -> Self {
        match severity {
            domain::Severity::High => Self::High,
            domain::Severity::Medium => Self::Medium,
            domain::Severity::Low => Self::Low,
        }
    }
}

impl From<&domain::Rewrite> for Rewrite {
    fn from(rewrite: &domain::Rewrite) -> Self {
        Self {
            sql: rewrite.sql.clone(),
            why: rewrite.why.clone(),
            before: Counters::from(&rewrite.before),
            after: Counters::from(&rewrite.after),
            before_plan_text: rewrite.before_plan.to_text(),
            after_plan_text: rewrite.after_plan.to_text(),
            replaces: rewrite.replaces.iter().copied().map(position).collect(),
        }
    }
}

fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
