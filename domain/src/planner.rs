//! The planner: keywords, their import, clusters, ideas, opportunities, and how far all of it is.

pub mod clusters;
pub mod dashboard;
pub mod ideas;
pub mod import;
pub mod keywords;
pub mod opportunities;
mod pace;
pub mod serp;
pub(crate) mod sources;
pub mod topics;
pub mod views;
