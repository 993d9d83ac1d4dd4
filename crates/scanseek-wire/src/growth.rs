//! Plans at other sizes, and work on parts of the data.

use scanseek_plan as plan;
use scanseek_workbench as domain;

use crate::{Counters, PlanNode, plan_nodes};

wire! {
    pub struct Scaled {
        /// From the smallest to the largest; the data as it is has the factor 1.
        pub sizes: Vec<ScaledPlan>,
        pub flips: Vec<Flip>,
        pub assumptions: Vec<String>,
    }

    pub struct ScaledPlan {
        pub factor: f64,
        /// Of the tables that the plan reads.
        pub tables: Vec<TableRows>,
        /// Rows that SQLite expects to visit in all loops.
        pub rows_expected: f64,
        /// Which of the different plans it is: sizes of the same plan have the same number.
        pub plan_number: u32,
        pub plan: Vec<PlanNode>,
        pub plan_text: String,
    }

    /// From this size on the plan is another.
    pub struct Flip {
        pub factor: f64,
        pub tables: Vec<TableRows>,
        pub below_text: String,
        pub above_text: String,
    }

    pub struct TableRows {
        pub name: String,
        pub rows: u64,
    }

    pub struct Growth {
        /// From all the data to the smallest part.
        pub points: Vec<GrowthPoint>,
        /// Of `work ~ rows^e`.
        pub exponents: Option<Exponents>,
        pub sentence: String,
        pub notes: Vec<String>,
    }

    pub struct GrowthPoint {
        pub tables: Vec<TableRows>,
        pub rows: u64,
        pub plan_text: String,
        /// Null if it did not end in time.
        pub counters: Option<Counters>,
    }

    #[derive(Copy)]
    pub struct Exponents {
        pub vm_steps: f64,
        pub page_requests: f64,
    }
}

impl From<&domain::Scaled> for Scaled {
    fn from(scaled: &domain::Scaled) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let sizes = scaled.sizes.iter().map(|size| {
            let plan_text = size.plan.to_text();
            let known = texts.iter().position(|text| *text == plan_text);
            let plan_number = known.unwrap_or_else(|| {
                texts.push(plan_text.clone());
                texts.len() - 1
            });
            ScaledPlan {
                factor: size.factor,
                tables: tables(&size.tables),
                rows_expected: size.rows_expected,
                plan_number: u32::try_from(plan_number).unwrap_or(u32::MAX),
                plan: plan_nodes(&size.plan),
                plan_text,
            }
        });
        Self {
            sizes: sizes.collect(),
            flips: scaled
                .flips
                .iter()
                .map(|flip| Flip {
                    factor: flip.factor,
                    tables: tables(&flip.tables),
                    below_text: flip.below.to_text(),
                    above_text: flip.above.to_text(),
                })
                .collect(),
            assumptions: scaled.assumptions.clone(),
        }
    }
}

fn tables(tables: &[domain::TableRows]) -> Vec<TableRows> {
    tables.iter().map(|table| TableRows { name: table.name.clone(), rows: table.rows }).collect()
}

impl From<&domain::Growth> for Growth {
    fn from(growth: &domain::Growth) -> Self {
        let point = |point: &domain::GrowthPoint| GrowthPoint {
            tables: tables(&point.tables),
            rows: point.rows,
            plan_text: plan::Plan::to_text(&point.plan),
            counters: point.counters.as_ref().map(Counters::from),
        };
        Self {
            points: growth.points.iter().map(point).collect(),
            exponents: growth.exponents.map(|domain::Exponents { vm_steps, page_requests }| {
                Exponents { vm_steps, page_requests }
            }),
            sentence: growth.sentence.clone(),
            notes: growth.notes.clone(),
        }
    }
}
