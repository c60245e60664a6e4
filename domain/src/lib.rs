//! Every business rule of IGNY8: services, jobs, AI functions and providers, publishers, ledger.
//!
//! Both doors (server functions and REST) call the services of this crate and hold no rule of their own.
//! A service takes [`App`] and, wherever it touches an account's data, a [`scope::Scope`] first.

pub mod accounts;
pub mod ai;
pub mod audit;
pub mod billing;
pub mod catalogue;
pub mod config;
pub mod db;
pub mod demo;
mod error;
pub mod html;
pub mod http;
pub mod idempotency;
pub mod jobs;
pub mod linker;
pub mod mail;
pub mod optimizer;
pub mod planner;
pub mod publisher;
pub mod scope;
pub mod secrets;
pub mod site_builder;
pub mod sites;
pub mod storage;
pub mod system;
pub mod thinker;
pub mod throttle;
pub mod writer;

use std::sync::Arc;

pub use error::{Error, Faults, Result};

/// All that services need, cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: sea_orm::DatabaseConnection,
    /// Settings in force.
    pub config: Arc<config::Config>,
    /// Encrypts what must not lie open in the database, signs tokens.
    pub secrets: Arc<secrets::Secrets>,
    /// Files of sites.
    pub storage: storage::Storage,
    /// The only way to call another server.
    pub http: http::Http,
    /// Where work for the workers goes.
    pub queue: jobs::Queue,
    /// How often callers of the REST interface may call.
    pub throttle: Arc<throttle::Throttle>,
}

impl App {
    /// Connects everything that the settings name. The schema is not touched.
    ///
    /// # Errors
    /// When the database, the key file or the storage cannot be opened.
    pub async fn connect(config: config::Config) -> Result<Self> {
        http::install_crypto();
        let db = db::connect(&config.database).await?;
        let queue = jobs::Queue::connect(&config, &db).await?;
        Ok(Self {
            secrets: Arc::new(secrets::Secrets::open(&config.security)?),
            storage: storage::Storage::new(&config.storage.path)?,
            http: http::Http::new(config.security.allow_private_addresses)?,
            throttle: Arc::new(throttle::Throttle::new(&config.limits)),
            db,
            queue,
            config: Arc::new(config),
        })
    }
}

/// The time now. The one clock of the domain.
pub fn now() -> chrono::DateTime<chrono::Utc> {
    use chrono::SubsecRound;
    // PostgreSQL keeps microseconds; a value read back must equal the one written.
    chrono::Utc::now().trunc_subsecs(6)
}
