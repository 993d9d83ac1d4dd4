//! Sample `production`: what a plant's lines produced, shift by shift. The last quarter is in the live
//! database, the two years before it in one attached as `archive`, in a table of the same name.

use super::scaled;
use crate::calendar::Day;
use crate::random::{Rng, Weighted, zipf_weights};
use crate::{RowSink, SampleInfo, Value, execute_script};

pub(crate) const INFO: SampleInfo = SampleInfo {
    id: "production",
    title: "Production records",
    summary: "A plant's output with its archive attached. See LIKE read every lot number, a date \
              range without its index, and UNION ALL over both databases.",
    version: 1,
    scales: &[0.1, 1.0, 5.0],
    default_scale: 1.0,
    rows_at_default: 60_180,
    attached: &["archive"],
};

const ITEMS: usize = 180;
const LIVE_START: Day = Day::new(2025, 10, 1);
const LIVE_DAYS: i64 = 91;
const ARCHIVE_START: Day = Day::new(2023, 10, 1);
const ARCHIVE_DAYS: i64 = 731;

const RECORDS: &str = "CREATE TABLE production_records (
  id INTEGER PRIMARY KEY,
  production_date TEXT NOT NULL,
  item_code TEXT NOT NULL,
  lot_number TEXT NOT NULL,
  line INTEGER NOT NULL,
  shift TEXT NOT NULL,
  good_quantity INTEGER NOT NULL,
  scrap_quantity INTEGER NOT NULL,
  operator TEXT NOT NULL,
  remarks TEXT
)";

const ITEM_TABLE: &str = "CREATE TABLE items (
  item_code TEXT PRIMARY KEY,
  item_name TEXT NOT NULL,
  family TEXT NOT NULL,
  weight_g INTEGER NOT NULL
)";

const FAMILIES: [&str; 6] = ["Housing", "Bracket", "Shaft", "Cover", "Flange", "Spacer"];
const OPERATORS: [&str; 8] =
    ["m.aydin", "j.berg", "l.costa", "p.dubois", "s.evans", "k.fischer", "t.hansen", "r.ivanov"];
const REMARKS: [&str; 4] =
    ["tool changed", "material from second supplier", "line stopped, restarted", "sample taken"];

/// What to draw: an own sequence for each.
const ITEM_WEIGHTS: u64 = 60;
const LIVE_ROWS: u64 = 61;
const ARCHIVE_ROWS: u64 = 62;

pub(crate) fn generate<S: RowSink>(
    attached: Option<&str>,
    scale: f64,
    sink: &mut S,
) -> Result<(), S::Error> {
    execute_script(sink, RECORDS)?;
    if attached.is_none() {
        execute_script(sink, ITEM_TABLE)?;
    }
    sink.execute("BEGIN")?;
    if attached.is_some() {
        let rows = scaled(36_000, scale);
        write_records(ARCHIVE_ROWS, ARCHIVE_START, ARCHIVE_DAYS, rows, sink)?;
    } else {
        for item in 0..ITEMS {
            let mut rng = Rng::new(ITEM_WEIGHTS, item as u64 + 1);
            let family = FAMILIES[item % FAMILIES.len()];
            sink.insert(
                "items",
                &[
                    Value::Text(&item_code(item)),
                    Value::Text(&format!("{family} {}", 100 + item * 7)),
                    Value::Text(family),
                    Value::Integer(rng.between(12, 4800)),
                ],
            )?;
        }
        write_records(LIVE_ROWS, LIVE_START, LIVE_DAYS, scaled(24_000, scale), sink)?;
    }
    sink.execute("COMMIT")
}

fn item_code(item: usize) -> String {
    format!("IT-{:02}-{:04}", item % FAMILIES.len() + 1, 1000 + item * 37 % 9000)
}

fn write_records<S: RowSink>(
    stream: u64,
    start: Day,
    days: i64,
    rows: i64,
    sink: &mut S,
) -> Result<(), S::Error> {
    let items = Weighted::new(zipf_weights(&mut Rng::new(ITEM_WEIGHTS, 0), ITEMS, 60, 7));
    let mut day = start;
    let mut sequence = 0;
    for row in 0..rows {
        let mut rng = Rng::new(stream, row as u64);
        let today = start.plus((row * days / rows) as i32);
        if today != day {
            (day, sequence) = (today, 0);
        }
        sequence += 1;
        let line = rng.between(1, 6);
        let (year, month, date) = day.date();
        let lot = format!("L{:02}{month:02}{date:02}-{line}-{sequence:04}", year % 100);
        let good = rng.between(80, 1200);
        let scrap = if rng.chance(150) { rng.between(1, good / 12) } else { 0 };
        let remark = rng.chance(60).then(|| *rng.pick(&REMARKS));
        sink.insert(
            "production_records",
            &[
                Value::Integer(row + 1),
                Value::Text(&day.to_string()),
                Value::Text(&item_code(items.draw(&mut rng))),
                Value::Text(&lot),
                Value::Integer(line),
                Value::Text(["early", "late", "night"][(sequence % 3) as usize]),
                Value::Integer(good),
                Value::Integer(scrap),
                (*rng.pick(&OPERATORS)).into(),
                remark.into(),
            ],
        )?;
    }
    Ok(())
}
