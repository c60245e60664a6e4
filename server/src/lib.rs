//! The web server, the REST interface and the command line of IGNY8.
//!
//! Doors and wiring only: every rule lives in `domain`.

pub mod api;
pub mod bench;
pub mod commands;
pub mod events;
pub mod files;
pub mod guard;
pub mod import;
pub mod pipeline;
pub mod serve;
pub mod sessions;
pub mod settings;
