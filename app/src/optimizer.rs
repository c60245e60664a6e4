//! Optimizer: better versions of articles.

pub mod api;
