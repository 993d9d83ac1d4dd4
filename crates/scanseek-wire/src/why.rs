//! Switches of the planner, what each changes, and programs.

use scanseek_plan as plan;
use scanseek_workbench as domain;

use crate::{Counters, PlanNode, StatementPlan, Utf16, plan_nodes};

wire! {
    pub struct Switches {
        pub statistics: Statistics,
        /// Names of optimisations, as in `Why`.
        pub without: Vec<String>,
        pub case_sensitive_like: bool,
    }

    #[derive(Copy, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum Statistics {
        #[default]
        AsFound,
        None,
        Analyze,
        Optimize,
    }

    pub struct Why {
        pub base: StatementPlan,
        pub changes: Vec<SwitchEffect>,
        pub tried: u32,
    }

    /// `switch` is `without_<optimisation>`, `statistics_<which>` or `case_sensitive_like`.
    pub struct SwitchEffect {
        pub switch: String,
        /// The same in words.
        pub label: String,
        pub plan: Vec<PlanNode>,
        pub plan_text: String,
        pub counters: Option<Counters>,
    }

    /// Why an index is not used.
    pub struct WhyNot {
        pub index: String,
        pub table: String,
        pub chosen: Alternative,
        pub forced: Vec<ForcedUse>,
        /// Switches under which SQLite chooses it by itself.
        pub switches: Vec<String>,
        /// The same in words.
        pub switch_labels: Vec<String>,
        pub threshold: Option<Threshold>,
        pub sentences: Vec<String>,
    }

    pub struct Alternative {
        pub plan: Vec<PlanNode>,
        pub plan_text: String,
        pub loops: Vec<LoopEstimate>,
        pub counters: Option<Counters>,
    }

    /// What SQLite expects of one round of a node's loop: rows that leave it, and its cost, which has no
    /// unit.
    pub struct LoopEstimate {
        pub node: i32,
        pub rows: f64,
        pub cost: Option<f64>,
    }

    /// The index forced on one table of the statement; one of `with` and `because` is null.
    pub struct ForcedUse {
        pub sql: String,
        pub label: String,
        pub with: Option<Alternative>,
        /// Why it cannot be, in SQLite's words.
        pub because: Option<String>,
    }

    /// Rows for each value of the index's first column: as statistics have it, and the most for which
    /// SQLite would choose it.
    #[derive(Copy)]
    pub struct Threshold {
        pub believed: u64,
        pub needed: u64,
    }

    pub struct Bytecode {
        pub opcodes: Vec<Opcode>,
        pub predicates: Vec<Predicate>,
    }

    pub struct Opcode {
        pub address: u32,
        pub opcode: String,
        pub p1: i32,
        pub p2: i32,
        pub p3: i32,
        pub p4: String,
        pub p5: i32,
        pub comment: Option<String>,
        pub subprogram: Option<String>,
        /// The plan node it works for; null is "expressions and control".
        pub node: Option<i32>,
        pub executions: u64,
        pub page_requests: u64,
        pub page_reads: u64,
    }

    /// A condition: of `evaluated` rows `passed` went on.
    pub struct Predicate {
        pub address: u32,
        pub node: i32,
        pub evaluated: u64,
        pub passed: Option<u64>,
    }
}

impl Switches {
    /// The switches of the use-case; the name of an optimisation there is none of.
    ///
    /// # Errors
    /// The unknown name.
    pub fn to_domain(&self) -> Result<domain::Switches, String> {
        let find = |id: &String| {
            domain::Optimization::ALL
                .iter()
                .copied()
                .find(|one| one.id() == id)
                .ok_or_else(|| id.clone())
        };
        Ok(domain::Switches {
            statistics: match self.statistics {
                Statistics::AsFound => domain::Statistics::AsFound,
                Statistics::None => domain::Statistics::None,
                Statistics::Analyze => domain::Statistics::Analyze,
                Statistics::Optimize => domain::Statistics::Optimize,
            },
            without: self.without.iter().map(find).collect::<Result<_, _>>()?,
            case_sensitive_like: self.case_sensitive_like,
        })
    }
}

impl Why {
    /// `text` is the text that was asked about.
    pub fn new(why: &domain::Why, text: &str) -> Self {
        Self {
            base: StatementPlan::new(&why.base, &Utf16::new(text)),
            changes: why
                .changes
                .iter()
                .map(|change| (change, switch_name(change.switch)))
                .map(|(change, switch)| SwitchEffect {
                    label: plan::switch_label(&switch),
                    switch,
                    plan: plan_nodes(&change.plan),
                    plan_text: change.plan.to_text(),
                    counters: change.counters.as_ref().map(Counters::from),
                })
                .collect(),
            tried: u32::try_from(why.tried).unwrap_or(u32::MAX),
        }
    }
}

impl From<&domain::WhyNot> for WhyNot {
    fn from(found: &domain::WhyNot) -> Self {
        let forced = |forced: &domain::ForcedUse| ForcedUse {
            sql: forced.sql.clone(),
            label: forced.label.clone(),
            with: forced.outcome.as_ref().ok().map(Alternative::from),
            because: forced.outcome.as_ref().err().cloned(),
        };
        Self {
            index: found.index.clone(),
            table: found.table.clone(),
            chosen: Alternative::from(&found.chosen),
            forced: found.forced.iter().map(forced).collect(),
            switches: found.switches.iter().map(|switch| switch_name(*switch)).collect(),
            switch_labels: found
                .switches
                .iter()
                .map(|switch| plan::switch_label(&switch_name(*switch)))
                .collect(),
            threshold: found
                .threshold
                .map(|domain::Threshold { believed, needed }| Threshold { believed, needed }),
            sentences: found.sentences.clone(),
        }
    }
}

impl Statistics {
    /// Its name as it crosses.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::AsFound => "as_found",
            Self::None => "none",
            Self::Analyze => "analyze",
            Self::Optimize => "optimize",
        }
    }
}

impl From<&domain::Alternative> for Alternative {
    fn from(alternative: &domain::Alternative) -> Self {
        Self {
            plan: plan_nodes(&alternative.plan),
            plan_text: alternative.plan.to_text(),
            loops: alternative
                .loops
                .iter()
                .map(|loops| LoopEstimate {
                    node: i32::try_from(loops.node).unwrap_or(i32::MAX),
                    rows: loops.rows,
                    cost: loops.cost,
                })
                .collect(),
            counters: alternative.counters.as_ref().map(Counters::from),
        }
    }
}

impl From<domain::Statistics> for Statistics {
    fn from(statistics: domain::Statistics) -> Self {
        match statistics {
            domain::Statistics::AsFound => Self::AsFound,
            domain::Statistics::None => Self::None,
            domain::Statistics::Analyze => Self::Analyze,
            domain::Statistics::Optimize => Self::Optimize,
        }
    }
}

fn switch_name(switch: domain::Switch) -> String {
    match switch {
        domain::Switch::Without(one) => format!("without_{}", one.id()),
        domain::Switch::Statistics(statistics) => {
            format!("statistics_{}", Statistics::from(statistics).id())
        }
        domain::Switch::CaseSensitiveLike => "case_sensitive_like".to_owned(),
    }
}

impl From<&plan::Bytecode> for Bytecode {
    fn from(bytecode: &plan::Bytecode) -> Self {
        let address = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        // Operands and node ids are C ints.
        let int = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
        Self {
            opcodes: bytecode
                .opcodes
                .iter()
                .zip(&bytecode.nodes)
                .map(|(op, node)| Opcode {
                    address: address(op.address),
                    opcode: op.name.clone(),
                    p1: int(op.p1),
                    p2: int(op.p2),
                    p3: int(op.p3),
                    p4: op.p4.clone(),
                    p5: int(op.p5),
                    comment: op.comment.clone(),
                    subprogram: op.subprogram.clone(),
                    node: node.map(int),
                    executions: op.work.vm_steps,
                    page_requests: op.work.page_requests,
                    page_reads: op.work.page_reads,
                })
                .collect(),
            predicates: bytecode
                .predicates
                .iter()
                .map(|test| Predicate {
                    address: address(test.address),
                    node: int(test.node),
                    evaluated: test.evaluated,
                    passed: test.passed,
                })
                .collect(),
        }
    }
}
