//! stub
use crate::{RowSink, SampleInfo};
pub(crate) const INFO: SampleInfo = SampleInfo { id: "tpch", title: "tpch", summary: "", version: 1, scales: &[0.01, 1.0], default_scale: 1.0, rows_at_default: 0 };
pub(crate) fn generate<S: RowSink>(_scale: f64, _sink: &mut S) -> Result<(), S::Error> { Ok(()) }
