//! Advice and patches.

use scanseek_advisor as advisor;
use scanseek_schema as schema;
use scanseek_workbench as domain;

use crate::{Counters, PlanNode, Statistics, plan_nodes};

wire! {
    pub struct Suggested {
        pub create: Vec<Advice>,
        pub drop: Vec<AdvisedDrop>,
        pub analyze: bool,
        pub analyze_because: Vec<String>,
        pub baseline: Counters,
        pub advised: Counters,
        pub queries: Vec<QueryAdvice>,
        pub not_advised: Vec<NotAdvised>,
        pub not_analysed: Vec<NotAnalysed>,
        pub bound: AdviceBound,
        pub curve: Vec<AdvicePoint>,
        pub holds: Vec<Holds>,
        pub patch: Patch,
    }

    /// What the advice may take, and what a person decided of it.
    #[derive(Default)]
    pub struct SuggestOptions {
        pub max_indexes: Option<u32>,
        pub budget_bytes: Option<u64>,
        pub pinned: Vec<String>,
        pub forbidden: Vec<String>,
    }

    /// The best advice while the search goes on; nothing of it is proven yet.
    pub struct AdviceSoFar {
        pub changes: Vec<String>,
        pub bytes: Option<u64>,
        pub work: Option<f64>,
        pub best_seen: Option<f64>,
    }

    /// What the advice does with some statistics, in words, and the queries that take more work than before.
    pub struct Holds {
        pub statistics: Statistics,
        pub text: String,
        pub slower: Vec<String>,
    }

    pub struct Advice {
        pub name: String,
        pub table: String,
        pub ddl: String,
        pub bytes: u64,
        pub share_of_file: f64,
        pub warning: Option<String>,
        pub reasons: Vec<Reason>,
        pub helps: Vec<String>,
        pub without: f64,
        pub steps_per_insert: Option<u64>,
        pub pinned: bool,
    }

    pub struct AdvisedDrop {
        pub name: String,
        pub table: String,
        pub ddl: String,
        pub kind: DropKind,
        pub label: String,
        pub help: String,
        pub because: String,
        pub proof: Vec<String>,
        pub covered_by: Option<String>,
        pub bytes: u64,
        pub steps_per_insert: Option<u64>,
        pub steps_per_update: Option<u64>,
        pub steps_per_delete: Option<u64>,
        pub taken: bool,
        pub needs: Vec<String>,
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum DropKind {
        Duplicate,
        Prefix,
        Unused,
        Replaceable,
    }

    pub struct AdviceBound {
        pub achieved: f64,
        pub best_seen: f64,
        pub plans: u64,
        pub runs: u64,
        pub built: u64,
    }

    pub struct AdvicePoint {
        pub changes: Vec<String>,
        pub bytes: u64,
        pub work: f64,
        pub advised: bool,
    }

    pub struct Reason {
        pub rule: String,
        pub text: String,
    }

    pub struct QueryAdvice {
        pub name: String,
        pub weight: f64,
        pub sql: String,
        pub before: Counters,
        pub after: Counters,
        pub before_plan: Vec<PlanNode>,
        pub after_plan: Vec<PlanNode>,
        pub before_text: String,
        pub after_text: String,
        pub same_result: bool,
        pub verdict: QueryVerdict,
        pub note: Option<String>,
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum QueryVerdict {
        Faster,
        Slower,
        Same,
        NotMeasured,
    }

    pub struct NotAdvised {
        pub ddl: String,
        pub because: String,
    }

    pub struct NotAnalysed {
        pub name: String,
        pub sql: String,
        pub because: String,
    }

    pub struct Patch {
        pub up: String,
        pub down: String,
    }
}

impl From<domain::Suggested> for Suggested {
    fn from(suggested: domain::Suggested) -> Self {
        Self {
            create: suggested.create.into_iter().map(Advice::from).collect(),
            drop: suggested.drop.into_iter().map(AdvisedDrop::from).collect(),
            analyze: suggested.analyze,
            analyze_because: suggested.analyze_because,
            baseline: Counters::from(&suggested.baseline),
            advised: Counters::from(&suggested.advised),
            queries: suggested.queries.into_iter().map(QueryAdvice::from).collect(),
            not_advised: suggested
                .not_advised
                .into_iter()
                .map(|(ddl, because)| NotAdvised { ddl, because })
                .collect(),
            not_analysed: suggested.not_analysed.into_iter().map(NotAnalysed::from).collect(),
            bound: AdviceBound {
                achieved: suggested.bound.achieved,
                best_seen: suggested.bound.best_seen,
                plans: suggested.bound.plans,
                runs: suggested.bound.runs,
                built: suggested.bound.built,
            },
            curve: suggested
                .curve
                .into_iter()
                .map(|point| AdvicePoint {
                    changes: point.changes,
                    bytes: point.bytes,
                    work: point.work,
                    advised: point.advised,
                })
                .collect(),
            holds: suggested.holds.into_iter().map(Holds::from).collect(),
            patch: suggested.patch.into(),
        }
    }
}

impl From<domain::NotAnalysed> for NotAnalysed {
    fn from(item: domain::NotAnalysed) -> Self {
        Self { name: item.name, sql: item.sql, because: item.because }
    }
}

impl SuggestOptions {
    /// The options of a call.
    pub fn to_domain(self) -> domain::SuggestOptions {
        domain::SuggestOptions {
            max_indexes: self.max_indexes.map(|max| max as usize),
            budget_bytes: self.budget_bytes,
            pinned: self.pinned,
            forbidden: self.forbidden,
            ..domain::SuggestOptions::default()
        }
    }
}

impl From<domain::AdviceSoFar> for AdviceSoFar {
    fn from(so_far: domain::AdviceSoFar) -> Self {
        Self {
            changes: so_far.changes,
            bytes: so_far.bytes,
            work: so_far.work,
            best_seen: so_far.best_seen,
        }
    }
}

impl From<domain::Holds> for Holds {
    fn from(holds: domain::Holds) -> Self {
        let text = holds.sentence();
        Self { statistics: holds.statistics.into(), text, slower: holds.slower }
    }
}

impl From<domain::SuggestedIndex> for Advice {
    fn from(index: domain::SuggestedIndex) -> Self {
        Self {
            name: index.name,
            table: index.table,
            ddl: index.ddl,
            bytes: index.bytes,
            share_of_file: index.share_of_file,
            warning: index.warning,
            reasons: index.reasons.into_iter().map(Reason::from).collect(),
            helps: index.helps,
            without: index.without,
            steps_per_insert: index.steps_per_insert,
            pinned: index.pinned,
        }
    }
}

impl From<domain::SuggestedDrop> for AdvisedDrop {
    fn from(one: domain::SuggestedDrop) -> Self {
        let words = one.kind.words();
        Self {
            name: one.name,
            table: one.table,
            ddl: one.ddl,
            kind: match one.kind {
                domain::DropKind::Duplicate => DropKind::Duplicate,
                domain::DropKind::Prefix => DropKind::Prefix,
                domain::DropKind::Unused => DropKind::Unused,
                domain::DropKind::Replaceable => DropKind::Replaceable,
            },
            label: words.label.to_owned(),
            help: words.help.to_owned(),
            because: one.because,
            proof: one.proof,
            covered_by: one.covered_by,
            bytes: one.bytes,
            steps_per_insert: one.steps.insert,
            steps_per_update: one.steps.update,
            steps_per_delete: one.steps.delete,
            taken: one.taken,
            needs: one.needs,
        }
    }
}

impl From<advisor::Reason> for Reason {
    fn from(reason: advisor::Reason) -> Self {
        Self { rule: reason.rule.id().to_owned(), text: reason.text }
    }
}

impl From<domain::QueryAdvice> for QueryAdvice {
    fn from(query: domain::QueryAdvice) -> Self {
        Self {
            name: query.statement.name,
            weight: query.statement.weight,
            sql: query.statement.sql,
            before: Counters::from(&query.before.counters),
            after: Counters::from(&query.after.counters),
            before_plan: plan_nodes(&query.before.plan),
            after_plan: plan_nodes(&query.after.plan),
            before_text: query.before.plan.to_text(),
            after_text: query.after.plan.to_text(),
            same_result: query.after.same_result,
            verdict: match query.verdict {
                domain::SuggestedVerdict::Faster => QueryVerdict::Faster,
                domain::SuggestedVerdict::Slower => QueryVerdict::Slower,
                domain::SuggestedVerdict::Same => QueryVerdict::Same,
                domain::SuggestedVerdict::NotMeasured => QueryVerdict::NotMeasured,
            },
            note: query.after.note,
        }
    }
}

impl From<schema::Patch> for Patch {
    fn from(patch: schema::Patch) -> Self {
        Self { up: patch.up, down: patch.down }
    }
}
