//! Two plans side by side.

use scanseek_plan as plan;
use scanseek_workbench as domain;

use crate::{StatementPlan, Switches, Utf16};

wire! {
    pub struct Side {
        pub sql: String,
        /// `CREATE INDEX`, `DROP INDEX` and `ANALYZE` statements.
        pub changes: Vec<String>,
        pub switches: Option<Switches>,
    }

    pub struct Comparison {
        pub before: StatementPlan,
        pub after: StatementPlan,
        pub pairs: Vec<Pair>,
        pub sentence: String,
    }

    /// Two nodes that do the same job, or one that only one plan has.
    pub struct Pair {
        pub before: Option<i32>,
        pub after: Option<i32>,
        pub kind: PairKind,
        pub sentence: String,
        pub ratios: Option<Ratios>,
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum PairKind {
        Same,
        Changed,
        Removed,
        Added,
    }

    /// After over before; null where there was none before.
    #[derive(Copy)]
    pub struct Ratios {
        pub vm_steps: Option<f64>,
        pub page_requests: Option<f64>,
        pub page_reads: Option<f64>,
    }
}

impl Side {
    /// The side of the use-case; the name of an optimisation there is none of.
    ///
    /// # Errors
    /// The unknown name.
    pub fn to_domain(&self) -> Result<domain::Side, String> {
        Ok(domain::Side {
            sql: self.sql.clone(),
            changes: self.changes.clone(),
            switches: match &self.switches {
                Some(switches) => switches.to_domain()?,
                None => domain::Switches::default(),
            },
        })
    }
}

impl Comparison {
    /// `before` and `after` are the texts of the sides.
    pub fn new(comparison: &domain::Comparison, before: &str, after: &str) -> Self {
        Self {
            before: StatementPlan::new(&comparison.before, &Utf16::new(before)),
            after: StatementPlan::new(&comparison.after, &Utf16::new(after)),
            pairs: comparison.pairs.iter().map(Pair::from).collect(),
            sentence: comparison.sentence.clone(),
        }
    }
}

impl From<&plan::Pair> for Pair {
    fn from(pair: &plan::Pair) -> Self {
        let int = |id: i64| i32::try_from(id).unwrap_or(i32::MAX);
        Self {
            before: pair.before.map(int),
            after: pair.after.map(int),
            kind: match pair.kind {
                None => PairKind::Same,
                Some(plan::ChangeKind::Changed) => PairKind::Changed,
                Some(plan::ChangeKind::Removed) => PairKind::Removed,
                Some(plan::ChangeKind::Added) => PairKind::Added,
            },
            sentence: pair.sentence.clone(),
            ratios: pair.ratios.map(|[vm_steps, page_requests, page_reads]| Ratios {
                vm_steps,
                page_requests,
                page_reads,
            }),
        }
    }
}
