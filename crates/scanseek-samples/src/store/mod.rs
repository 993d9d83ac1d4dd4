//! Sample `store`: three years of a shop that sells steel to builders, in six tables.
//!
//! Every row agrees with the others. An invoice's total is the sum of its `sale` movements (quantities
//! are negative when goods leave), what was paid is the sum of its payments, its balance is the
//! difference; ledger entries repeat both, with the customer's running balance; stock is the sum of
//! the movements. Customers and products are skewed, dates follow seasons and working days.

mod catalog;
mod days;
mod people;
mod settlement;
mod trade;

use std::convert::Infallible;

use crate::{RowSink, SampleInfo, Value, execute_script};
use trade::{Final, Trade};

pub(crate) const INFO: SampleInfo = SampleInfo {
    id: "store",
    title: "Steel store",
    summary: "Three years of customers, products, invoices, payments, stock movements and ledger \
              entries of a shop that sells steel. No index beyond the primary keys, as in many \
              apps that grew faster than planned.",
    version: 1,
    scales: &[0.1, 1.0, 3.0],
    default_scale: 1.0,
    rows_at_default: 300_000,
    attached: &[],
};

/// How many rows of each kind to write.
#[derive(Debug, Clone, Copy)]
struct Size {
    customers: usize,
    products: usize,
    invoices: i64,
    rows: i64,
}

impl Size {
    fn new(scale: f64) -> Self {
        // Whole thousandths: from here on, all arithmetic is on integers.
        let thousandths = (scale * 1000.0).round() as i64;
        let scaled = |at_one: i64| (at_one * thousandths / 1000).max(50);
        Self {
            customers: scaled(4000) as usize,
            products: scaled(1200) as usize,
            invoices: scaled(42_200),
            rows: scaled(300_000),
        }
    }
}

pub(crate) fn generate<S: RowSink>(scale: f64, sink: &mut S) -> Result<(), S::Error> {
    let size = Size::new(scale);
    // Customers and products come first but show balances and stock of the last day, so the three
    // years are played once to learn these, and once more to be written.
    let blank = Final::blank(size);
    let known = match Trade::new(size, &blank, &mut Discard).run() {
        Ok(known) => known,
        Err(never) => match never {},
    };
    execute_script(sink, include_str!("schema.sql"))?;
    sink.execute("BEGIN")?;
    Trade::new(size, &known, sink).run()?;
    sink.execute("COMMIT")
}

struct Discard;

impl RowSink for Discard {
    type Error = Infallible;

    fn execute(&mut self, _sql: &str) -> Result<(), Infallible> {
        Ok(())
    }

    fn insert(&mut self, _table: &str, _row: &[Value<'_>]) -> Result<(), Infallible> {
        Ok(())
    }
}
