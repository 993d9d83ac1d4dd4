//! The samples as databases: the same bytes each time, whole, and with a workload that runs.

use std::sync::Arc;

use scanseek_schema::TableKind;
use scanseek_workbench::{DatabaseFiles, Workbench, build_sample, samples, workload};

use crate::host::TestHost;

#[test]
fn samples_are_whole_and_their_workloads_run() {
    for info in samples() {
        let scale = info.scales[0];
        let bytes = build_sample(info.id, scale, TestHost::patient()).unwrap();
        assert!(bytes == build_sample(info.id, scale, TestHost::patient()).unwrap(), "{}", info.id);
        let mut workbench = Workbench::new(TestHost::patient());
        let opened =
            workbench.open_file("sample.db", DatabaseFiles::alone(Arc::new(bytes))).unwrap();
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
