//! What a workload costs where rows are charged for.

use scanseek_workbench as domain;

use crate::NotAnalysed;

wire! {
    pub struct RowsTouched {
        pub read: u64,
        pub written: u64,
    }

    pub struct BilledQuery {
        pub name: String,
        pub weight: f64,
        pub before: RowsTouched,
        pub after: RowsTouched,
    }

    pub struct Billed {
        pub queries: Vec<BilledQuery>,
        pub not_analysed: Vec<NotAnalysed>,
    }

    /// Prices of a million rows, and runs of a statement of weight 1.
    #[derive(Copy)]
    pub struct RowPrices {
        pub read: f64,
        pub written: f64,
        pub runs: f64,
    }

    #[derive(Copy)]
    pub struct Bill {
        pub before: f64,
        pub after: f64,
    }
}

impl Billed {
    /// What it all costs.
    pub fn bill(self, prices: RowPrices) -> Bill {
        let queries = self.queries.into_iter().map(|query| domain::BilledQuery {
            name: query.name,
            weight: query.weight,
            before: query.before.to_domain(),
            after: query.after.to_domain(),
        });
        let billed = domain::Billed { queries: queries.collect(), not_analysed: Vec::new() };
        let RowPrices { read, written, runs } = prices;
        let bill = billed.bill(&domain::RowPrices { read, written, runs });
        Bill { before: bill.before, after: bill.after }
    }
}

impl RowsTouched {
    fn to_domain(&self) -> domain::RowsTouched {
        domain::RowsTouched { read: self.read, written: self.written }
    }
}

impl From<domain::RowsTouched> for RowsTouched {
    fn from(rows: domain::RowsTouched) -> Self {
        Self { read: rows.read, written: rows.written }
    }
}

impl From<domain::Billed> for Billed {
    fn from(billed: domain::Billed) -> Self {
        Self {
            queries: billed
                .queries
                .into_iter()
                .map(|query| BilledQuery {
                    name: query.name,
                    weight: query.weight,
                    before: query.before.into(),
                    after: query.after.into(),
                })
                .collect(),
            not_analysed: billed.not_analysed.into_iter().map(NotAnalysed::from).collect(),
        }
    }
}

impl Default for RowPrices {
    fn default() -> Self {
        let domain::RowPrices { read, written, runs } = domain::RowPrices::default();
        Self { read, written, runs }
    }
}
