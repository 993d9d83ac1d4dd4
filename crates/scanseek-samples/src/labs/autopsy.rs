//! Sample `autopsy`: interviews about causes of death, kept as JSON documents in SQLite after a move
//! from a document store, with the results of the tasks that assign causes.

use super::{scaled, stamp};
use crate::calendar::Day;
use crate::random::Rng;
use crate::{RowSink, SampleInfo, Value, execute_script};

pub(crate) const INFO: SampleInfo = SampleInfo {
    id: "autopsy",
    title: "Documents in JSON",
    summary: "Interviews moved from a document store into a JSON column. See counts that read every \
              document, the latest date found by sorting all, and paths that no index serves.",
    version: 1,
    scales: &[0.05, 0.25, 1.0],
    default_scale: 0.25,
    rows_at_default: 16_840,
    attached: &[],
};

const SCHEMA: &str = "CREATE TABLE va_table (
  id TEXT PRIMARY KEY,
  document TEXT NOT NULL
);
CREATE TABLE system_configs (
  config_key TEXT PRIMARY KEY,
  document TEXT NOT NULL
);
CREATE TABLE ccva_results (
  id INTEGER PRIMARY KEY,
  task_id TEXT NOT NULL,
  va_id TEXT NOT NULL,
  status TEXT NOT NULL,
  cause TEXT,
  likelihood REAL,
  created_at TEXT NOT NULL
)";

const CAUSES: [&str; 9] = [
    "malaria",
    "tuberculosis",
    "stroke",
    "heart disease",
    "pneumonia",
    "diabetes",
    "road traffic",
    "maternal",
    "unknown",
];
const SENTENCES: [&str; 8] = [
    "The fever came three days before.",
    "She was taken to the health centre by neighbours.",
    "There was a cough for several weeks.",
    "He had been treated for high blood pressure.",
    "The family remembers strong pain in the chest.",
    "No medicine was given at home.",
    "The child had not eaten since the morning.",
    "An accident on the road was reported to the police.",
];
const CONFIGS: [&str; 4] = ["theme", "field_mapping", "page_size", "last_sync"];
const START: Day = Day::new(2023, 1, 2);
const DAYS: u64 = 1090;
const IN_A_TASK: i64 = 150;

/// What to draw: an own sequence for each.
const DOCUMENT: u64 = 80;
const RESULT: u64 = 81;

pub(crate) fn generate<S: RowSink>(scale: f64, sink: &mut S) -> Result<(), S::Error> {
    execute_script(sink, SCHEMA)?;
    sink.execute("BEGIN")?;
    let documents = scaled(38_400, scale);
    for row in 0..documents {
        let mut rng = Rng::new(DOCUMENT, row as u64);
        let id = document_id(row);
        let status = match rng.below(100) {
            0..5 => "pending",
            5..9 => "rejected",
            _ => "completed",
        };
        // Devices send what they hold when they find a network, so the dates are in no order.
        let date = stamp(START, (rng.below(DAYS * 86_400)) as i64).replace(' ', "T");
        let (first, second) = (rng.pick(&SENTENCES), rng.pick(&SENTENCES));
        let document = format!(
            "{{\"instanceid\":\"{id}\",\"submissiondate\":\"{date}\",\"status\":\"{status}\",\
             \"site\":\"site {}\",\"interviewer\":\"i{:03}\",\"deceased\":{{\"sex\":\"{}\",\"age\":{}}},\
             \"symptoms\":{{\"fever\":{},\"cough\":{},\"days\":{}}},\"narrative\":\"{first} {second}\"}}",
            rng.between(1, 24),
            rng.between(1, 160),
            if rng.chance(480) { "female" } else { "male" },
            rng.between(0, 95),
            rng.chance(400),
            rng.chance(300),
            rng.between(0, 60),
        );
        sink.insert("va_table", &[Value::Text(&id), Value::Text(&document)])?;
    }
    for number in 0..40 {
        let key =
            CONFIGS.get(number).map_or_else(|| format!("option_{number}"), |key| (*key).into());
        let document = format!("{{\"key\":\"{key}\",\"version\":{}}}", number % 5 + 1);
        sink.insert("system_configs", &[Value::Text(&key), Value::Text(&document)])?;
    }
    // The newest quarter of the documents has no result yet.
    for row in 0..documents * 3 / 4 {
        let mut rng = Rng::new(RESULT, row as u64);
        let status = if rng.chance(30) { "failed" } else { "done" };
        let (cause, likelihood) = match status {
            "done" => {
                ((*rng.pick(&CAUSES)).into(), Value::Real(rng.between(300, 999) as f64 / 1000.0))
            }
            _ => (Value::Null, Value::Null),
        };
        sink.insert(
            "ccva_results",
            &[
                Value::Integer(row + 1),
                Value::Text(&format!("task-{:04}", row / IN_A_TASK + 1)),
                Value::Text(&document_id(row)),
                Value::Text(status),
                cause,
                likelihood,
                Value::Text(&stamp(START, row / IN_A_TASK * 86_400 * 2 + row % IN_A_TASK * 20)),
            ],
        )?;
    }
    sink.execute("COMMIT")
}

/// Not in the order of the rows, as such identifiers are.
fn document_id(row: i64) -> String {
    let mut rng = Rng::new(DOCUMENT, row as u64 | 1 << 40);
    format!("uuid:{:08x}-{:04x}-{row:06}", rng.below(1 << 32), rng.below(1 << 16))
}
