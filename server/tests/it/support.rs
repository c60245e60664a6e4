//! A server for a test, and somebody who calls it.

use std::{net::SocketAddr, path::PathBuf};

use domain::{App, config::Config};
use migration::{Migrator, MigratorTrait};
use reqwest::{Client, Method, StatusCode};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// A folder and a database of a test's own; both go with it.
pub struct Place {
    pub folder: PathBuf,
    pub database_url: String,
    drop_database: Option<(String, String)>,
}

impl Place {
    pub async fn new() -> Self {
        let name = format!("igny8_test_{}", uuid::Uuid::new_v4().simple());
        let folder = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&folder).unwrap();
        let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
            let database_url = format!("sqlite://{}", folder.join("igny8.db").display());
            return Self {
                folder,
                database_url,
                drop_database: None,
            };
        };
        let admin = sea_orm::Database::connect(&server).await.unwrap();
        admin
            .execute_unprepared(&format!("CREATE DATABASE {name}"))
            .await
            .unwrap();
        admin.close().await.unwrap();
        let database_url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
        Self {
            folder,
            database_url,
            drop_database: Some((server, name)),
        }
    }

    pub fn config(&self) -> Config {
        let mut config = Config::default();
        config.database.url = self.database_url.clone();
        config.database.max_connections = 6;
        config.storage.path = self.folder.join("storage").display().to_string();
        config.security.key = "11".repeat(32);
        config.security.allow_private_addresses = true;
        config.jobs.workers = 2;
        config
    }

    /// The same settings for the binary.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let config = self.config();
        vec![
            ("IGNY8_DATABASE__URL", config.database.url),
            ("IGNY8_DATABASE__MAX_CONNECTIONS", "6".to_owned()),
            ("IGNY8_STORAGE__PATH", config.storage.path),
            ("IGNY8_SECURITY__KEY", config.security.key),
            ("IGNY8_SECURITY__ALLOW_PRIVATE_ADDRESSES", "true".to_owned()),
            ("IGNY8_JOBS__WORKERS", "2".to_owned()),
            (
                "IGNY8_LOG__LEVEL",
                std::env::var("TEST_LOG").unwrap_or_else(|_| "warn".to_owned()),
            ),
            ("LEPTOS_OUTPUT_NAME", "igny8".to_owned()),
        ]
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((server, name)) = self.drop_database.take() {
            // A thread of its own that nobody waits for: the test's runtime may be in the middle of opening a connection,
            // and while we stood in its way PostgreSQL would wait a minute for that one before it drops anything. The last
            // database of a run may stay; the server that the test script starts goes as a whole.
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                runtime.block_on(async {
                    if let Ok(admin) = sea_orm::Database::connect(&server).await {
                        let _ = admin
                            .execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)"))
                            .await;
                    }
                });
            });
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A server in this process, with a worker.
pub struct Server {
    pub base: String,
    pub app: App,
    stop: CancellationToken,
    // Last: the database goes when the server is gone.
    _place: Place,
}

impl Server {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With other settings.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let place = Place::new().await;
        let mut config = place.config();
        change(&mut config);
        let alone = domain::db::connect(&config.database).await.unwrap();
        Migrator::up(&alone, None).await.unwrap();
        alone.close().await.unwrap();
        let app = App::connect(config).await.unwrap();
        let stop = CancellationToken::new();
        tokio::spawn(domain::jobs::worker::Worker::new(app.clone()).run(stop.clone()));
        let options = leptos::prelude::LeptosOptions::builder()
            .output_name("igny8")
            .site_root("target/none")
            .build();
        let router = server::serve::router(app.clone(), options, stop.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
                .await
                .unwrap();
        });
        Self {
            base,
            app,
            stop,
            _place: place,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub fn client() -> Client {
    domain::http::install_crypto();
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

/// Somebody with an access token.
pub struct Caller {
    pub base: String,
    pub client: Client,
    pub token: String,
}

impl Caller {
    /// A newcomer who has just signed up.
    pub async fn sign_up(base: &str, email: &str) -> Self {
        let client = client();
        let answer = client
            .post(format!("{base}/api/v1/auth/register/"))
            .json(&json!({"email": email, "password": "correct horse battery"}))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let body: Value = answer.json().await.unwrap();
        Self {
            base: base.to_owned(),
            client,
            token: body["data"]["access"].as_str().unwrap().to_owned(),
        }
    }

    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call(Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let (status, body) = self.call(Method::POST, path, Some(body)).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    /// A site with one sector; their ids.
    pub async fn make_site(&self) -> (i64, i64) {
        let made = self
            .post("/api/v1/auth/sites/", json!({"name": "Crema", "sectors": ["Coffee"]}))
            .await;
        (
            made["data"]["site"]["id"].as_i64().unwrap(),
            made["data"]["sectors"][0]["id"].as_i64().unwrap(),
        )
    }

    /// Waits for a task to end; its last progress.
    pub async fn wait(&self, task_id: &str) -> Value {
        for _ in 0..1200 {
            let progress = self
                .get(&format!("/api/v1/system/settings/task_progress/{task_id}/"))
                .await;
            if matches!(
                progress["data"]["status"].as_str(),
                Some("completed" | "failed" | "cancelled")
            ) {
                return progress["data"].clone();
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("task {task_id} did not end");
    }
}
