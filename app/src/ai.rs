//! AI functions: starting, watching and stopping them.
pub mod api;
