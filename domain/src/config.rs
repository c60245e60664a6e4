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
    /// Mail going out.
    pub mail: Mail,
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

impl Server {
    /// People reach it over TLS: by itself never, so a proxy in front does that.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// The address that people type, without a slash at its end.
    pub fn base_url(&self) -> String {
        if self.public_url.is_empty() {
            format!("http://{}", self.address.replace("0.0.0.0", "127.0.0.1"))
        } else {
            self.public_url.trim_end_matches('/').to_owned()
        }
    }
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
    /// People must confirm their address before they publish.
    pub require_confirmed_email: bool,
    /// Anybody may open an account; otherwise people come by invitation only.
    pub allow_sign_up: bool,
    /// Origins such as `https://app.example.com` whose pages may call the REST interface from a browser. Empty: none.
    pub cors_origins: Vec<String>,
}

impl Default for Security {
    fn default() -> Self {
        Self {
            allow_private_addresses: false,
            key: String::new(),
            key_file: "data/secret.key".to_owned(),
            require_confirmed_email: false,
            allow_sign_up: true,
            cors_origins: Vec::new(),
        }
    }
}

/// Mail going out.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Mail {
    /// `smtp://user:password@host:587?tls=required` or `smtps://user:password@host:465`. Empty writes mails to the log.
    pub url: String,
    /// Sender, such as `IGNY8 <igny8@example.com>`.
    pub from: String,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            url: String::new(),
            from: "IGNY8 <igny8@localhost>".to_owned(),
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
    /// Requests a minute of one person or API key to the REST interface; 0 for no limit.
    pub requests_per_minute: u32,
    /// Requests a minute of one address that nobody signed in from; sign-ins count among them. 0 for no limit.
    pub anonymous_requests_per_minute: u32,
    /// Days between the request to delete an account and its end.
    pub deletion_grace_days: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            import_bytes: 2 * 1024 * 1024 * 1024,
            content_tasks_per_request: 50,
            requests_per_minute: 1_200,
            anonymous_requests_per_minute: 120,
            deletion_grace_days: 14,
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
