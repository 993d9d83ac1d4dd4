//! Sample `tpcds`: data of the shape of TPC-DS, made by the crate `tpcdsgen`. It is derived from TPC-DS
//! and no TPC result: the scale factors are too small to be official, the calendar has only the
//! years around the sales, and of the customer demographics, of which TPC-DS has 1.9 million at any
//! scale, only those are written that a row refers to.

use std::collections::BTreeSet;
use std::fmt::{Display, Write};
use std::ops::RangeInclusive;

use tpcdsgen::config::{Session, SessionBuilder, Table};
use tpcdsgen::row::{
    CallCenterRowGenerator, CatalogPageRowGenerator, CatalogReturnsRowGenerator,
    CatalogSalesRowGenerator, CustomerAddressRowGenerator, CustomerDemographicsRowGenerator,
    CustomerRowGenerator, DateDimRowGenerator, HouseholdDemographicsRowGenerator,
    IncomeBandRowGenerator, InventoryRowGenerator, ItemRowGenerator, PromotionRowGenerator,
    ReasonRowGenerator, ShipModeRowGenerator, StoreReturnsRowGenerator, StoreRowGenerator,
    StoreSalesRowGenerator, TimeDimRowGenerator, WarehouseRowGenerator, WebPageRowGenerator,
    WebReturnsRowGenerator, WebSalesRowGenerator, WebSiteRowGenerator,
};

use crate::{RowSink, SampleInfo, Value, execute_script};

pub(crate) const INFO: SampleInfo = SampleInfo {
    id: "tpcds",
    title: "TPC-DS-shaped sales",
    summary: "Sales and returns of a retailer in stores, by catalogue and on the web, in 24 tables, \
              with reports over them. The data is derived from TPC-DS; timings on it are not TPC \
              results.",
    version: 1,
    scales: &[0.01, 0.02, 0.05],
    default_scale: 0.01,
    rows_at_default: 666_100,
    attached: &[],
};

const SCHEMA: &str = include_str!("schema.sql");

/// The calendar's days, as Julian day numbers: 1990-01-01 to 2009-12-31.
const DAYS: RangeInclusive<i64> = 2_447_893..=2_455_197;

pub(crate) fn generate<S: RowSink>(scale: f64, sink: &mut S) -> Result<(), S::Error> {
    let Ok(session) = SessionBuilder::new().with_scale_factor(scale).build() else {
        // The scale was looked at before, and nothing else can be refused.
        return Ok(());
    };
    execute_script(sink, SCHEMA)?;
    sink.execute("BEGIN")?;
    let mut rows =
        Rows { session: &session, sink, line: String::new(), demographics: BTreeSet::new() };
    rows.write_all()?;
    sink.execute("COMMIT")
}

/// Which of SQLite's types a column has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Real,
    Text,
}

/// A table's columns as the schema has them.
struct Columns {
    kinds: Vec<Kind>,
    /// Positions of the columns that refer to customer demographics.
    demographics: Vec<usize>,
}

impl Columns {
    fn of(table: &str) -> Self {
        let body = SCHEMA
            .split(";")
            .find_map(|statement| {
                let (_, body) = statement.split_once("CREATE TABLE ")?;
                body.strip_prefix(table)?.strip_prefix(" (")
            })
            .unwrap_or_default();
        let (mut kinds, mut demographics) = (Vec::new(), Vec::new());
        for line in body.lines() {
            let mut words = line.split([' ', ',']).filter(|word| !word.is_empty());
            let (name, kind) = (words.next().unwrap_or_default(), words.next());
            if name.ends_with("cdemo_sk") {
                demographics.push(kinds.len());
            }
            match kind {
                Some("INTEGER") => kinds.push(Kind::Integer),
                Some("REAL") => kinds.push(Kind::Real),
                Some("TEXT") => kinds.push(Kind::Text),
                _ => {}
            }
        }
        Self { kinds, demographics }
    }
}

/// The rows on their way into the sink.
struct Rows<'a, S> {
    session: &'a Session,
    sink: &'a mut S,
    line: String,
    /// Keys of the customer demographics that were referred to.
    demographics: BTreeSet<i64>,
}

impl<S: RowSink> Rows<'_, S> {
    fn write_all(&mut self) -> Result<(), S::Error> {
        /// Each table in turn, with the generator of its rows and those of its keys to write.
        macro_rules! write {
            ($($table:ident $generator:ident $keys:expr;)*) => {
                $(
                    let source_rows = self.session.get_scaling().get_row_count(Table::$table);
                    let rows = $generator::new(self.session.clone(), source_rows);
                    self.write(Table::$table.get_name(), rows, $keys)?;
                )*
            };
        }
        let all = |_: i64| true;
        write! {
            CallCenter CallCenterRowGenerator all;
            CatalogPage CatalogPageRowGenerator all;
            Customer CustomerRowGenerator all;
            CustomerAddress CustomerAddressRowGenerator all;
            DateDim DateDimRowGenerator |key| DAYS.contains(&key);
            HouseholdDemographics HouseholdDemographicsRowGenerator all;
            IncomeBand IncomeBandRowGenerator all;
            Item ItemRowGenerator all;
            Promotion PromotionRowGenerator all;
            Reason ReasonRowGenerator all;
            ShipMode ShipModeRowGenerator all;
            Store StoreRowGenerator all;
            TimeDim TimeDimRowGenerator all;
            Warehouse WarehouseRowGenerator all;
            WebPage WebPageRowGenerator all;
            WebSite WebSiteRowGenerator all;
            StoreSales StoreSalesRowGenerator all;
            StoreReturns StoreReturnsRowGenerator all;
            CatalogSales CatalogSalesRowGenerator all;
            CatalogReturns CatalogReturnsRowGenerator all;
            WebSales WebSalesRowGenerator all;
            WebReturns WebReturnsRowGenerator all;
            Inventory InventoryRowGenerator all;
        }
        let referred = std::mem::take(&mut self.demographics);
        write! {
            CustomerDemographics CustomerDemographicsRowGenerator |key| referred.contains(&key);
        }
        Ok(())
    }

    /// Writes the rows whose first value `is_wanted`. A row prints itself as its values, each with a
    /// bar behind it; NULL is the empty one.
    fn write<R: Display>(
        &mut self,
        table: &str,
        rows: impl Iterator<Item = R>,
        is_wanted: impl Fn(i64) -> bool,
    ) -> Result<(), S::Error> {
        let columns = Columns::of(table);
        for row in rows {
            self.line.clear();
            // Writing into a string does not fail.
            let _ = write!(self.line, "{row}");
            let fields = self.line.split('|').zip(&columns.kinds);
            let values: Vec<Value<'_>> = fields.map(|(field, kind)| value(field, *kind)).collect();
            if let Some(Value::Integer(key)) = values.first()
                && !is_wanted(*key)
            {
                continue;
            }
            for &position in &columns.demographics {
                if let Value::Integer(key) = values[position] {
                    self.demographics.insert(key);
                }
            }
            self.sink.insert(table, &values)?;
        }
        Ok(())
    }
}

/// A value as it is printed, in the type of its column.
fn value(field: &str, kind: Kind) -> Value<'_> {
    let read = match kind {
        _ if field.is_empty() => None,
        Kind::Integer => field.parse().ok().map(Value::Integer),
        Kind::Real => field.parse().ok().map(Value::Real),
        Kind::Text => Some(Value::Text(field)),
    };
    read.unwrap_or(Value::Null)
}
