//! Settings: what an operator can change without a rebuild.
//!
//! Read from `Leptos.toml` (see the comments there) and overridden by environment variables named
//! `IGNY8_<SECTION>__<KEY>`. The reading itself is in the server; here is what can be said.

use serde::{Deserialize, Serialize};

/// Everything that can be set.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// How the web server is reached.
    pub server: Server,
    /// Where the data is.
    pub database: Database,
    /// Background work.
    pub jobs: Jobs,
    /// Where files are.
    pub storage: Storage,
    /// Keys and what may be called.
    pub security: Security,
    /// Upper bounds.
    pub limits: Limits,
    /// What is logged and how.
    pub log: Log,
}

/// How the web server is reached.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Server {
    /// Address and port to listen on.
    pub address: String,
    /// Address that people type; decides whether cookies are marked secure.
    pub public_url: String,
    /// A reverse proxy in front sets `X-Forwarded-For`.
    pub trust_proxy: bool,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            address: "127.0.0.1:3000".to_owned(),
            public_url: String::new(),
            trust_proxy: false,
        }
    }
}

/// Where the data is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Database {
    /// `sqlite://path` or `postgres://user:password@host/name`.
    pub url: String,
    /// Connections in the pool.
    pub max_connections: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: "sqlite://data/igny8.db".to_owned(),
            max_connections: 16,
        }
    }
}

impl Database {
    /// Whether this is SQLite.
    pub fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// Path of the SQLite file.
    pub fn sqlite_path(&self) -> Option<&str> {
        let rest = self.url.strip_prefix("sqlite:")?;
        let path = rest.strip_prefix("//").unwrap_or(rest);
        Some(path.split('?').next().unwrap_or(path))
    }
}

/// Background work.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Jobs {
    /// Where the queue is kept; empty puts it beside an SQLite database or into the PostgreSQL one.
    pub database_url: String,
    /// Jobs that one process works on at once; 0 leaves work to `igny8 worker`.
    pub workers: u32,
    /// Units of work of one site at once in one process.
    pub site_concurrency: u32,
}

impl Default for Jobs {
    fn default() -> Self {
        Self {
            database_url: String::new(),
            workers: 4,
            site_concurrency: 5,
        }
    }
}

/// Where files are.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Storage {
    /// Folder for pictures and uploads.
    pub path: String,
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            path: "data/storage".to_owned(),
        }
    }
}

/// Keys and what may be called.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Security {
    /// The server may call private and loopback addresses (a WordPress in the local network).
    pub allow_private_addresses: bool,
    /// The key that encrypts credentials, 64 hex digits. Empty uses the key file.
    pub key: String,
    /// File that holds the key; made at the first start, readable by its owner only.
    pub key_file: String,
}

impl Default for Security {
    fn default() -> Self {
        Self {
            allow_private_addresses: false,
            key: String::new(),
            key_file: "data/secret.key".to_owned(),
        }
    }
}

/// Upper bounds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Largest keyword file, in bytes.
    pub import_bytes: i64,
    /// Most writing tasks in one generation request.
    pub content_tasks_per_request: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            import_bytes: 2 * 1024 * 1024 * 1024,
            content_tasks_per_request: 50,
        }
    }
}

/// What is logged and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Log {
    /// `text` or `json`.
    pub format: String,
    /// Filter such as `info` or `info,domain=debug`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: "text".to_owned(),
            level: "info".to_owned(),
        }
    }
}
