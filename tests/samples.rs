//! The samples as databases: the same bytes each time, whole, and with a workload that runs.

use std::rc::Rc;
use std::sync::Arc;

use scanseek_engine::{Database, NoControl, StatementKind};
use scanseek_schema::TableKind;
use scanseek_sql::split;
use scanseek_workbench::{
    DatabaseFiles, LinkState, SampleInfo, Workbench, build_attached_sample, build_sample, samples,
    workload,
};

use crate::host::TestHost;

#[test]
fn samples_are_whole_and_their_workloads_run() {
    for info in samples() {
        let scale = info.scales[0];
        let mut workbench = Workbench::new(TestHost::patient());
        let mut open = |name: Option<&str>| {
            let build = || match name {
                None => build_sample(info.id, scale, TestHost::patient()).unwrap(),
                Some(name) => {
                    build_attached_sample(info.id, name, scale, TestHost::patient()).unwrap()
                }
            };
            let bytes = build();
            assert!(bytes == build(), "{} {name:?}", info.id);
            let files = DatabaseFiles::alone(Arc::new(bytes));
            match name {
                None => workbench.open_file("sample.db", files).unwrap(),
                Some(name) => workbench.attach(name, "other.db", files).unwrap(),
            }
        };
        let mut opened = open(None);
        for name in info.attached {
            opened = open(Some(name));
        }
        assert!(opened.notices.is_empty(), "{:?}", opened.notices);
        let mut tables = opened.schema.tables.iter().filter(|table| table.kind == TableKind::Table);
        assert!(tables.all(|table| table.row_count > Some(0)), "{}", info.id);
        let explained = workbench.explain(workload(info.id).unwrap()).unwrap();
        assert!(explained.statements.len() >= 12, "{}", info.id);
        for statement in &explained.statements {
            assert_eq!(statement.error, None, "{}", statement.statement.name);
            assert!(!statement.statement.name.starts_with("query "), "every query has a name");
        }
    }
}

#[test]
fn the_store_has_300_000_rows_in_six_tables_and_no_index() {
    let mut workbench = Workbench::new(TestHost::patient());
    let opened = workbench.open_sample("store", 1.0).unwrap();
    assert_eq!(opened.schema.tables.len(), 6);
    let rows: u64 = opened.schema.tables.iter().filter_map(|table| table.row_count).sum();
    assert_eq!(rows, 300_000);
    assert_eq!(opened.schema.indexes().count(), 0);
    assert_eq!(workbench.fingerprint().unwrap().to_string().len(), 16);
}

#[test]
fn making_a_sample_can_be_cancelled_and_misnamed() {
    let error = build_sample("store", 1.0, TestHost::cancelling_after(2)).unwrap_err();
    assert_eq!(error.code, scanseek_workbench::ErrorCode::Cancelled);
    for (id, scale) in [("nosuch", 1.0), ("store", 1e9), ("store", f64::NAN), ("store", -1.0)] {
        let error = build_sample(id, scale, TestHost::patient()).unwrap_err();
        assert_eq!(error.code, scanseek_workbench::ErrorCode::UnknownSample, "{id} {scale}");
        assert!(error.hint.is_some());
    }
}

/// A sample at its default scale, with what belongs to it attached.
fn sample_database(info: &SampleInfo) -> Database {
    let opened = |bytes| {
        let files = DatabaseFiles::alone(Arc::new(bytes));
        Database::open(files, Rc::new(NoControl)).unwrap().database
    };
    let (scale, host) = (info.default_scale, TestHost::patient());
    let mut database = opened(build_sample(info.id, scale, host.clone()).unwrap());
    for name in info.attached {
        let other = build_attached_sample(info.id, name, scale, host.clone()).unwrap();
        database.attach(name, &opened(other)).unwrap();
    }
    database
}

#[test]
fn a_sample_of_several_databases_opens_with_all_of_them() {
    let mut workbench = Workbench::new(TestHost::patient());
    for (id, attached) in [("jobs", &["customers", "audit"][..]), ("production", &["archive"])] {
        let opened = workbench.open_sample(id, samples_scale(id)).unwrap();
        let names: Vec<&str> = opened.attached.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, attached);
        assert!(opened.attached.iter().all(|(_, info)| info.sample == opened.info.sample));
        assert_eq!(opened.workload, workload(id));
        // The link names the sample alone, and is reproduced where it is opened again.
        let sql = split(workload(id).unwrap())[0].sql.clone();
        let link = workbench.share(&LinkState { sql, indexes: Vec::new() }).unwrap();
        workbench.open_sample(id, samples_scale(id)).unwrap();
        let checked = workbench.check_link(&link.fragment).unwrap();
        assert!(checked.database_matches && checked.checks.iter().all(|check| check.holds));
    }
    let error = build_attached_sample("jobs", "archive", 1.0, TestHost::patient()).unwrap_err();
    assert_eq!(error.code, scanseek_workbench::ErrorCode::UnknownSample);
}

fn samples_scale(id: &str) -> f64 {
    samples().iter().find(|info| info.id == id).unwrap().scales[0]
}

/// A statement that takes more VM steps than this takes longer than ten seconds on most machines.
const MANY_STEPS: u64 = 600_000_000;

#[test]
fn every_query_of_a_workload_returns_rows() {
    // The gallery has a test of its own.
    for info in samples().iter().filter(|info| info.id != "patterns") {
        let database = sample_database(info);
        let mut failures = Vec::new();
        // The reports of TPC-DS are many and long; all are compiled above, and with SCANSEEK_FULL all run.
        let is_full = std::env::var_os("SCANSEEK_FULL").is_some();
        let each = if info.id == "tpcds" && !is_full { 4 } else { 1 };
        for statement in split(workload(info.id).unwrap()).into_iter().step_by(each) {
            let name = statement.facts.name.unwrap_or(statement.sql.clone());
            let prepared = database.prepare(&statement.sql).unwrap();
            let (measured, is_write) = match prepared.kind() {
                StatementKind::Write => (prepared.measure_write(None, Some(MANY_STEPS)), true),
                _ => (prepared.measure(None, Some(MANY_STEPS)), false),
            };
            match measured {
                Ok(measured) if is_write || measured.counters.rows_returned > 0 => {}
                Ok(_) => failures.push(format!("{name} returns no row")),
                Err(error) => failures.push(format!("{name}: {error}")),
            }
        }
        assert!(failures.is_empty(), "{}: {}", info.id, failures.join("\n"));
    }
}
