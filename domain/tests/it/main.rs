//! The rules from outside: every test talks to the services, on a database of its own.
//!
//! SQLite files unless `TEST_DATABASE_URL` names a PostgreSQL server (`scripts/postgres.sh run -- cargo test ...`).

mod support;

mod access;
mod accounts;
mod anthropic;
mod billing;
mod cluster_crash;
mod clusters;
mod content;
mod history;
mod http;
mod image_tests;
mod import;
mod import_decided;
mod import_packed;
mod import_serp;
mod import_undo;
mod indexes;
mod interleavings;
mod jobs;
mod keyword_bulk;
mod keyword_lists;
mod ledger;
mod limits;
mod linker;
mod mail;
mod openai;
mod opportunities;
mod optimizer;
mod people;
mod pipeline;
mod planner_dashboard;
mod providers_real;
mod publisher;
mod runware;
mod sites;
mod stage;
mod structure;
mod system;
mod tenancy;
mod thinker;
mod topics;
mod wordpress;
