//! The words that do not depend on a plan: the planner's switches and rules.

use scanseek_plan as plan;

use crate::Statistics;

wire! {
    pub struct Words {
        pub optimizations: Vec<OptimizationWords>,
        pub statistics: Vec<StatisticsWords>,
        pub planner_rules: Vec<PlannerRule>,
    }

    pub struct OptimizationWords {
        pub id: String,
        pub label: String,
        pub help: String,
    }

    pub struct StatisticsWords {
        pub id: Statistics,
        pub label: String,
    }

    pub struct PlannerRule {
        pub id: String,
        pub title: String,
        pub fact: String,
        pub help_url: String,
    }
}

impl Words {
    /// All of them.
    pub fn new() -> Self {
        use Statistics::{Analyze, AsFound, None, Optimize};
        Self {
            optimizations: plan::OPTIMIZATIONS
                .iter()
                .map(|words| OptimizationWords {
                    id: words.id.to_owned(),
                    label: words.label.to_owned(),
                    help: words.help.to_owned(),
                })
                .collect(),
            statistics: [AsFound, None, Analyze, Optimize]
                .map(|id| StatisticsWords { id, label: plan::statistics_label(id.id()).to_owned() })
                .into(),
            planner_rules: plan::PLANNER_RULES.iter().map(PlannerRule::from).collect(),
        }
    }
}

impl Default for Words {
    fn default() -> Self {
        Self::new()
    }
}

impl From<&plan::PlannerRule> for PlannerRule {
    fn from(rule: &plan::PlannerRule) -> Self {
        Self {
            id: rule.id.to_owned(),
            title: rule.title.to_owned(),
            fact: rule.fact.to_owned(),
            help_url: rule.help_url.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Words;

    #[test]
    fn every_optimisation_of_the_engine_has_words_and_the_other_way_round() {
        let words = Words::new();
        let named: BTreeSet<&str> = words.optimizations.iter().map(|one| one.id.as_str()).collect();
        let known: BTreeSet<&str> =
            scanseek_workbench::Optimization::ALL.iter().map(|one| one.id()).collect();
        assert_eq!(named, known);
        assert_eq!(words.optimizations.len(), known.len());
    }
}
