//! Workload in, proven index sets out.
