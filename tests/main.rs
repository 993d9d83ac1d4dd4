//! Tests of the whole: corpora through the use-cases, samples, architecture.

mod advice;
mod advisor_cases;
mod advisor_suite;
mod architecture;
mod attach;
mod billed;
mod compare;
mod decided;
mod drops;
mod findings;
mod fuzz;
mod growth;
mod host;
mod main_job;
mod no_loss;
mod patterns;
mod places;
mod plans;
mod samples;
mod trial;
mod undo;
mod what_if;
mod why_not;
mod workload;
mod write_price;
mod xray;
