//! How a statement behaves with more or fewer rows: plans from scaled statistics, and runs on parts of
//! the data.

mod measured;
mod scaled;

pub use measured::{Exponents, Growth, GrowthPoint, TableRows};
pub use scaled::{Flip, Scaled, ScaledPlan};
