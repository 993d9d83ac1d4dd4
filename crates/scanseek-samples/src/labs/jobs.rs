//! Sample `jobs`: a service that runs jobs for its customers in batches, in three databases: the
//! jobs, and attached to them `customers` and `audit`.

use super::{scaled, stamp};
use crate::calendar::Day;
use crate::random::{Rng, Weighted, zipf_weights};
use crate::{RowSink, SampleInfo, Value, execute_script};

pub(crate) const INFO: SampleInfo = SampleInfo {
    id: "jobs",
    title: "Jobs in three databases",
    summary: "A job service with its customers and audit trail in databases of their own. Only \
              settings were ever tuned: see joins across files and queues without one index.",
    version: 1,
    scales: &[0.2, 1.0, 16.0],
    default_scale: 1.0,
    rows_at_default: 36_927,
    attached: &["customers", "audit"],
};

const JOBS: &str = "CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  schedule TEXT NOT NULL,
  is_enabled INTEGER NOT NULL
);
CREATE TABLE batches (
  id INTEGER PRIMARY KEY,
  job_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  created_at TEXT NOT NULL
);
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  batch_id INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  status TEXT NOT NULL,
  priority INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  queued_at TEXT NOT NULL,
  finished_at TEXT,
  message TEXT
)";

const CUSTOMERS: &str = "CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  city TEXT NOT NULL,
  plan TEXT NOT NULL,
  is_active INTEGER NOT NULL,
  created_at TEXT NOT NULL
);
CREATE TABLE contacts (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  value TEXT NOT NULL
)";

const AUDIT: &str = "CREATE TABLE audit_log (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  entity TEXT NOT NULL,
  entity_id INTEGER NOT NULL,
  details TEXT
)";

const WORDS: [&str; 12] = [
    "Amber", "Birch", "Cobalt", "Delta", "Ember", "Fjord", "Granite", "Harbour", "Indigo",
    "Juniper", "Kestrel", "Lumen",
];
const TRADES: [&str; 6] = ["Logistics", "Foods", "Optics", "Textiles", "Software", "Metals"];
const CITIES: [&str; 8] =
    ["Antwerp", "Bergen", "Cork", "Dresden", "Espoo", "Faro", "Ghent", "Haarlem"];
const ACTIONS: [&str; 5] = ["create", "update", "login", "export", "delete"];
const START: Day = Day::new(2025, 1, 6);
const YEAR_SECONDS: i64 = 350 * 86_400;

/// What to draw: an own sequence for each.
const CUSTOMER: u64 = 90;
const RUN: u64 = 91;
const ENTRY: u64 = 92;

struct Size {
    customers: i64,
    batches: i64,
    jobs: i64,
    runs: i64,
    entries: i64,
}

impl Size {
    fn new(scale: f64) -> Self {
        let scaled = |at_one| scaled(at_one, scale);
        Self {
            customers: scaled(940),
            batches: scaled(94),
            jobs: scaled(13),
            runs: scaled(12_000),
            entries: scaled(22_000),
        }
    }
}

pub(crate) fn generate<S: RowSink>(
    attached: Option<&str>,
    scale: f64,
    sink: &mut S,
) -> Result<(), S::Error> {
    let size = Size::new(scale);
    match attached {
        None => {
            execute_script(sink, JOBS)?;
            sink.execute("BEGIN")?;
            write_jobs(&size, sink)?;
        }
        Some("customers") => {
            execute_script(sink, CUSTOMERS)?;
            sink.execute("BEGIN")?;
            write_customers(&size, sink)?;
        }
        Some(_) => {
            execute_script(sink, AUDIT)?;
            sink.execute("BEGIN")?;
            write_audit(&size, sink)?;
        }
    }
    sink.execute("COMMIT")
}

fn write_jobs<S: RowSink>(size: &Size, sink: &mut S) -> Result<(), S::Error> {
    for job in 1..=size.jobs {
        sink.insert(
            "jobs",
            &[
                Value::Integer(job),
                Value::Text(&format!("job {job}")),
                Value::Text(["hourly", "daily", "weekly"][(job % 3) as usize]),
                Value::Integer((job % 9 != 0).into()),
            ],
        )?;
    }
    for batch in 1..=size.batches {
        let is_last = batch == size.batches;
        sink.insert(
            "batches",
            &[
                Value::Integer(batch),
                Value::Integer(batch % size.jobs + 1),
                Value::Text(&format!("batch {batch}")),
                Value::Text(if is_last { "open" } else { "closed" }),
                Value::Text(&stamp(START, batch * YEAR_SECONDS / size.batches)),
            ],
        )?;
    }
    let buyers = zipf_weights(&mut Rng::new(RUN, 0), size.customers as usize, 80, 40);
    let buyers = Weighted::new(buyers);
    for run in 1..=size.runs {
        let mut rng = Rng::new(RUN, run as u64);
        let seconds = run * YEAR_SECONDS / size.runs + rng.between(0, 600);
        let is_waiting = run * 100 > size.runs * 99 && rng.chance(700);
        let status = match rng.below(100) {
            _ if is_waiting => "queued",
            0..3 => "failed",
            _ => "done",
        };
        let finished = (status != "queued").then(|| stamp(START, seconds + rng.between(5, 900)));
        sink.insert(
            "runs",
            &[
                Value::Integer(run),
                Value::Integer((run - 1) * size.batches / size.runs + 1),
                Value::Integer(buyers.draw(&mut rng) as i64 + 1),
                Value::Text(status),
                Value::Integer(rng.between(1, 5)),
                Value::Integer(if status == "failed" { 3 } else { 1 }),
                Value::Text(&stamp(START, seconds)),
                finished.as_deref().into(),
                (status == "failed").then_some("the remote side closed the connection").into(),
            ],
        )?;
    }
    Ok(())
}

fn write_customers<S: RowSink>(size: &Size, sink: &mut S) -> Result<(), S::Error> {
    for customer in 1..=size.customers {
        let mut rng = Rng::new(CUSTOMER, customer as u64);
        let (word, trade) = (*rng.pick(&WORDS), *rng.pick(&TRADES));
        sink.insert(
            "customers",
            &[
                Value::Integer(customer),
                Value::Text(&format!("{word} {trade} {customer}")),
                Value::Text(&format!("Office{customer}@{word}-{trade}.example")),
                (*rng.pick(&CITIES)).into(),
                Value::Text(if rng.chance(80) { "enterprise" } else { "basic" }),
                Value::Integer(rng.chance(930).into()),
                Value::Text(&stamp(START, customer * YEAR_SECONDS / size.customers)),
            ],
        )?;
    }
    for contact in 1..=size.customers * 2 {
        let customer = (contact - 1) % size.customers + 1;
        let (kind, value) = match contact <= size.customers {
            true => ("phone", format!("+00 {:06}", customer * 7919 % 1_000_000)),
            false => ("mail", format!("person{contact}@mail.example")),
        };
        sink.insert(
            "contacts",
            &[
                Value::Integer(contact),
                Value::Integer(customer),
                Value::Text(kind),
                Value::Text(&value),
            ],
        )?;
    }
    Ok(())
}

fn write_audit<S: RowSink>(size: &Size, sink: &mut S) -> Result<(), S::Error> {
    for entry in 1..=size.entries {
        let mut rng = Rng::new(ENTRY, entry as u64);
        let (entity, most) =
            if rng.chance(700) { ("run", size.runs) } else { ("customer", size.customers) };
        let details = rng.chance(500).then_some("changed by the service on behalf of the customer");
        sink.insert(
            "audit_log",
            &[
                Value::Integer(entry),
                Value::Text(&stamp(START, entry * YEAR_SECONDS / size.entries)),
                Value::Text(&format!("user{:02}", rng.between(1, 40))),
                (*rng.pick(&ACTIONS)).into(),
                Value::Text(entity),
                Value::Integer(rng.between(1, most)),
                details.into(),
            ],
        )?;
    }
    Ok(())
}
