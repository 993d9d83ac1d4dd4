//! Sample `deposition`: the control of machines that lay down thin layers. Machines have components,
//! components have parameters, and a process writes the parameters' values every few seconds.

use super::{scaled, stamp};
use crate::calendar::Day;
use crate::random::Rng;
use crate::{RowSink, SampleInfo, Value, execute_script};

pub(crate) const INFO: SampleInfo = SampleInfo {
    id: "deposition",
    title: "Deposition control",
    summary: "Components, parameters and process data of coating machines. See one query for each \
              component in a loop where one IN would do, and single look-ups that read whole tables.",
    version: 1,
    scales: &[0.1, 1.0, 5.0],
    default_scale: 1.0,
    rows_at_default: 47_136,
    attached: &[],
};

const SCHEMA: &str = "CREATE TABLE machine_components (
  id INTEGER PRIMARY KEY,
  machine_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  position INTEGER NOT NULL,
  is_active INTEGER NOT NULL
);
CREATE TABLE component_parameters (
  id INTEGER PRIMARY KEY,
  component_id INTEGER NOT NULL REFERENCES machine_components (id),
  name TEXT NOT NULL,
  data_type TEXT NOT NULL,
  unit TEXT,
  min_value REAL NOT NULL,
  max_value REAL NOT NULL,
  set_value REAL,
  is_active INTEGER NOT NULL,
  description TEXT NOT NULL
);
CREATE TABLE processes (
  id INTEGER PRIMARY KEY,
  machine_id INTEGER NOT NULL,
  recipe TEXT NOT NULL,
  status TEXT NOT NULL,
  started_at TEXT NOT NULL,
  ended_at TEXT
);
CREATE TABLE process_data_points (
  id INTEGER PRIMARY KEY,
  process_id INTEGER NOT NULL REFERENCES processes (id),
  parameter_id INTEGER NOT NULL REFERENCES component_parameters (id),
  recorded_at TEXT NOT NULL,
  value REAL NOT NULL
)";

const MACHINES: i64 = 6;
const KINDS: [&str; 5] = ["valve", "heater", "pump", "gauge", "flow controller"];
const PARAMETERS: [(&str, &str, i64); 8] = [
    ("temperature", "°C", 450),
    ("pressure", "mbar", 40),
    ("flow", "sccm", 500),
    ("power", "W", 1200),
    ("position", "%", 100),
    ("speed", "rpm", 6000),
    ("voltage", "V", 400),
    ("open time", "ms", 2000),
];
const RECIPES: [&str; 5] = ["oxide 20 nm", "oxide 50 nm", "nitride", "seed layer", "clean"];
const START: Day = Day::new(2025, 3, 3);
const POINTS_IN_A_PROCESS: i64 = 120;

/// What to draw: an own sequence for each.
const COMPONENT: u64 = 70;
const PARAMETER: u64 = 71;
const PROCESS: u64 = 72;
const POINT: u64 = 73;

pub(crate) fn generate<S: RowSink>(scale: f64, sink: &mut S) -> Result<(), S::Error> {
    execute_script(sink, SCHEMA)?;
    sink.execute("BEGIN")?;
    let components = scaled(720, scale);
    let parameters = components * PARAMETERS.len() as i64;
    let processes = scaled(336, scale);
    for component in 1..=components {
        let mut rng = Rng::new(COMPONENT, component as u64);
        let kind = *rng.pick(&KINDS);
        sink.insert(
            "machine_components",
            &[
                Value::Integer(component),
                Value::Integer(component % MACHINES + 1),
                Value::Text(&format!("{kind} {component}")),
                Value::Text(kind),
                Value::Integer(component / MACHINES + 1),
                Value::Integer(rng.chance(850).into()),
            ],
        )?;
    }
    for parameter in 1..=parameters {
        write_parameter(parameter, components, sink)?;
    }
    for process in 1..=processes {
        let mut rng = Rng::new(PROCESS, process as u64);
        let seconds = process * 5400 + rng.between(0, 1800);
        let status = match rng.below(20) {
            _ if process == processes => "running",
            0 => "aborted",
            _ => "completed",
        };
        let ended = (status != "running").then(|| stamp(START, seconds + 1200));
        sink.insert(
            "processes",
            &[
                Value::Integer(process),
                Value::Integer(process % MACHINES + 1),
                (*rng.pick(&RECIPES)).into(),
                Value::Text(status),
                Value::Text(&stamp(START, seconds)),
                ended.as_deref().into(),
            ],
        )?;
    }
    for point in 0..processes * POINTS_IN_A_PROCESS {
        let process = point / POINTS_IN_A_PROCESS + 1;
        let mut rng = Rng::new(POINT, point as u64);
        let seconds = Rng::new(PROCESS, process as u64).below(5) as i64 + process * 5400;
        let parameter = rng.between(1, parameters);
        let (_, _, most) = kind_of(parameter, components);
        // One value in 200 lies above what its parameter allows.
        let most = if rng.chance(5) { most * 12 } else { most * 9 };
        sink.insert(
            "process_data_points",
            &[
                Value::Integer(point + 1),
                Value::Integer(process),
                Value::Integer(parameter),
                Value::Text(&stamp(START, seconds + point % POINTS_IN_A_PROCESS * 10)),
                Value::Real(rng.between(most / 2, most) as f64 / 10.0),
            ],
        )?;
    }
    sink.execute("COMMIT")
}

/// Parameters of one component are apart, as they are where machines were extended again and again.
fn kind_of(parameter: i64, components: i64) -> (&'static str, &'static str, i64) {
    PARAMETERS[((parameter - 1) / components) as usize]
}

fn write_parameter<S: RowSink>(
    parameter: i64,
    components: i64,
    sink: &mut S,
) -> Result<(), S::Error> {
    let mut rng = Rng::new(PARAMETER, parameter as u64);
    let component = (parameter - 1) % components + 1;
    let (name, unit, most) = kind_of(parameter, components);
    let set = if rng.chance(600) { Value::Real(rng.between(0, most) as f64) } else { Value::Null };
    sink.insert(
        "component_parameters",
        &[
            Value::Integer(parameter),
            Value::Integer(component),
            Value::Text(name),
            Value::Text(if rng.chance(900) { "float" } else { "integer" }),
            Value::Text(unit),
            Value::Real(0.0),
            Value::Real(most as f64),
            set,
            Value::Integer(rng.chance(800).into()),
            Value::Text(&format!("{name} of component {component}, as the vendor's sheet has it")),
        ],
    )
}
