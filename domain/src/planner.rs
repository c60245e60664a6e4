//! The planner: keywords, their import, clusters, ideas.

pub mod clusters;
pub mod ideas;
pub mod import;
pub mod keywords;
pub mod serp;
