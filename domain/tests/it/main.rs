//! The rules from outside: every test talks to the services, on a database of its own.
//!
//! SQLite files unless `TEST_DATABASE_URL` names a PostgreSQL server (`scripts/postgres.sh run -- cargo test ...`).

mod support;

mod access;
mod accounts;
mod content;
mod http;
mod import;
mod indexes;
mod jobs;
mod ledger;
mod linker;
mod mail;
mod openai;
mod optimizer;
mod people;
mod pipeline;
mod publisher;
mod sites;
mod structure;
mod system;
mod tenancy;
mod wordpress;
