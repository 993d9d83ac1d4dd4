//! The databases and workloads that advisers are compared on.

use std::rc::Rc;
use std::sync::Arc;

use scanseek_engine::{Database, DatabaseFiles, StatementKind, Value};
use scanseek_sql::{ParameterValue, SourceStatement, split};
use scanseek_workbench::{Workbench, build_attached_sample, build_sample, samples, workload};

use crate::Result;
use crate::advisor_cases::advisor_cases;
use crate::host::TestHost;
use crate::measure::Clock;

/// Id and scale of a sample.
type Sample = (&'static str, Option<f64>);

/// A name and, for a sample, its id and scale; `None` is the scale it starts with. Without an id, the suite
/// has one small database for each pattern of `tests/corpus/advisor.md`.
const SUITES: [(&str, Option<Sample>); 9] = [
    ("tpch-0.02", Some(("tpch", Some(0.02)))),
    ("tpch-0.1", Some(("tpch", Some(0.1)))),
    ("tpcds", Some(("tpcds", None))),
    ("store", Some(("store", None))),
    ("production", Some(("production", None))),
    ("deposition", Some(("deposition", None))),
    ("autopsy", Some(("autopsy", None))),
    ("jobs", Some(("jobs", None))),
    ("patterns", None),
];

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    SUITES.iter().map(|(name, _)| *name)
}

/// A database with its workload.
pub(crate) struct Source {
    pub(crate) title: String,
    /// The file.
    pub(crate) main: Arc<Vec<u8>>,
    /// Those attached to it, by name.
    attached: Vec<(String, Arc<Vec<u8>>)>,
    /// As a person writes it.
    pub(crate) workload: String,
    /// The indexes that an expert would make, where that is known.
    pub(crate) ideal: Option<Vec<String>>,
}

/// One statement of a workload.
pub(crate) struct Query {
    pub(crate) name: String,
    pub(crate) sql: String,
    pub(crate) values: Vec<(String, Value)>,
    pub(crate) writes: bool,
}

pub(crate) fn sources(name: &str) -> Result<Vec<Source>> {
    let Some((_, suite)) = SUITES.iter().find(|(known, _)| *known == name) else {
        return Ok(Vec::new());
    };
    let Some((id, scale)) = suite else { return patterns() };
    let info = samples().iter().find(|info| info.id == *id).ok_or("no such sample")?;
    let scale = scale.unwrap_or(info.default_scale);
    let failed = |error: scanseek_workbench::WorkbenchError| error.to_string();
    let attached = info.attached.iter().map(|name| {
        let bytes = build_attached_sample(id, name, scale, TestHost::patient()).map_err(failed)?;
        Ok(((*name).to_owned(), Arc::new(bytes)))
    });
    Ok(vec![Source {
        title: name.to_owned(),
        main: Arc::new(build_sample(id, scale, TestHost::patient()).map_err(failed)?),
        attached: attached.collect::<Result<_>>()?,
        workload: workload(id).unwrap_or_default().to_owned(),
        ideal: None,
    }])
}

fn patterns() -> Result<Vec<Source>> {
    let source = |case: crate::advisor_cases::Case| {
        Ok(Source {
            main: Arc::new(case.database().to_bytes()?),
            title: case.title,
            attached: Vec::new(),
            workload: case.workload,
            ideal: Some(case.ideal),
        })
    };
    advisor_cases().into_iter().map(source).collect()
}

impl Source {
    /// The database, with those attached to it.
    pub(crate) fn database(&self) -> Result<Database> {
        let open = |bytes: &Arc<Vec<u8>>| {
            let files = DatabaseFiles::alone(bytes.clone());
            Ok::<_, Box<dyn std::error::Error>>(
                Database::open(files, Rc::new(Clock::new()))?.database,
            )
        };
        let mut database = open(&self.main)?;
        for (name, bytes) in &self.attached {
            database.attach(name, &open(bytes)?)?;
        }
        Ok(database)
    }

    /// The same in a workbench.
    pub(crate) fn workbench(&self) -> Result<Workbench> {
        let mut workbench = Workbench::new(TestHost::patient());
        let failed = |error: scanseek_workbench::WorkbenchError| error.to_string();
        let files = |bytes: &Arc<Vec<u8>>| DatabaseFiles::alone(bytes.clone());
        workbench.open_file("main.db", files(&self.main)).map_err(failed)?;
        for (name, bytes) in &self.attached {
            let file = format!("{name}.db");
            workbench.attach(name, &file, files(bytes)).map_err(failed)?;
        }
        Ok(workbench)
    }

    /// Its bytes, those of attached files too.
    pub(crate) fn bytes(&self) -> u64 {
        let attached = self.attached.iter().map(|(_, bytes)| bytes.len());
        (self.main.len() + attached.sum::<usize>()) as u64
    }

    /// The statements that can be run, and what is to be said of the others.
    pub(crate) fn queries(&self, database: &Database) -> (Vec<Query>, Vec<String>) {
        let (mut queries, mut notes) = (Vec::new(), Vec::new());
        for (at, statement) in split(&self.workload).into_iter().enumerate() {
            let name = statement.facts.name.clone().unwrap_or_else(|| format!("query {}", at + 1));
            match query(database, name.clone(), statement) {
                Ok(query) => queries.push(query),
                Err(error) => notes.push(format!("{name} is left out: {error}")),
            }
        }
        (queries, notes)
    }
}

fn query(database: &Database, name: String, statement: SourceStatement) -> Result<Query> {
    let prepared = database.prepare(&statement.sql)?;
    let values = statement.facts.parameters.iter();
    let values: Vec<_> = values.map(|(name, one)| (name.clone(), value(one))).collect();
    prepared.bind(&values)?;
    let writes = match prepared.kind() {
        StatementKind::Read => false,
        StatementKind::Write => true,
        StatementKind::Other => return Err("it neither reads nor writes rows".into()),
    };
    drop(prepared);
    Ok(Query { name, sql: statement.sql, values, writes })
}

fn value(value: &ParameterValue) -> Value {
    match value {
        ParameterValue::Null => Value::Null,
        ParameterValue::Integer(integer) => Value::Integer(*integer),
        ParameterValue::Real(real) => Value::Real(*real),
        ParameterValue::Text(text) => Value::from(text.as_str()),
        ParameterValue::Blob(bytes) => {
            Value::Blob { head: bytes.clone(), bytes: bytes.len() as u64 }
        }
    }
}
