//! The doors from outside: HTTP against the real router, and the real binary where it must be killed.
//!
//! On SQLite, or on the PostgreSQL server that `TEST_DATABASE_URL` names; each test has a database of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod auth;
mod crash;
mod front;
mod history;
mod load;
mod openapi;
mod pages;
mod pipeline;
mod planner;
mod support;
mod walk;
