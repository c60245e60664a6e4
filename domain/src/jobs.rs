//! Background work: apalis carries messages that name a row, the rows hold the truth.
//!
//! A message is pushed after the row is committed. What a crash leaves behind is found by the sweeper: work
//! whose worker no longer gives signs of life is freed and its message pushed again. Taking a unit of work is a
//! guarded update on its row, so a message that comes twice does no harm.

pub mod schedule;
pub mod worker;

use apalis::prelude::*;
use apalis_postgres::PostgresStorage;
use apalis_sqlite::SqliteStorage;
use entity::{AiTaskId, ImageTestId, KeywordImportId, MailId, PublishingRecordId, SiteId};
use sea_orm::DatabaseConnection;
use serde::{Deserialize, Serialize};

use crate::{Error, Result, config::Config, db};

/// Name of the queue; part of the stored rows, so it must not change.
const QUEUE: &str = "igny8";

/// A message: ids only, so that it never disagrees with the row. New kinds are added, old ones kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", content = "id", rename_all = "snake_case")]
pub enum Job {
    /// Work on an AI task.
    AiTask(AiTaskId),
    /// Read an imported file.
    Import(KeywordImportId),
    /// Send an article to its destination.
    Publish(PublishingRecordId),
    /// Send a mail.
    Mail(MailId),
    /// Make a picture for trying out.
    ImageTest(ImageTestId),
    /// Work out how much the keywords of a site are worth writing for.
    ScoreKeywords(SiteId),
}

/// Where messages are kept.
#[derive(Clone)]
pub enum Queue {
    /// Its own SQLite file: the job library relaxes its durability, which the ledger's file must not share.
    Sqlite(SqliteStorage<Job>),
    /// The `apalis` schema of a PostgreSQL database.
    Postgres(PostgresStorage<Job>),
}

impl Queue {
    /// Opens the queue and lays out its tables.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub async fn connect(config: &Config, main: &DatabaseConnection) -> Result<Self> {
        let url = if !config.jobs.database_url.is_empty() {
            config.jobs.database_url.clone()
        } else if let Some(path) = config.database.sqlite_path() {
            let folder = std::path::Path::new(path).parent().unwrap_or(std::path::Path::new("."));
            format!("sqlite://{}", folder.join("jobs.db").display())
        } else {
            config.database.url.clone()
        };
        if url.starts_with("sqlite:") {
            let jobs = db::connect(&crate::config::Database {
                url,
                max_connections: 4,
            })
            .await?;
            let pool = jobs.get_sqlite_connection_pool();
            SqliteStorage::migrations().run(pool).await.map_err(Error::internal)?;
            return Ok(Self::Sqlite(
                SqliteStorage::new(pool).with_config(apalis_sqlite::Config::default().queue(QUEUE)),
            ));
        }
        let pool = if url == config.database.url {
            main.get_postgres_connection_pool().clone()
        } else {
            db::connect(&crate::config::Database {
                url,
                max_connections: 8,
            })
            .await?
            .get_postgres_connection_pool()
            .clone()
        };
        PostgresStorage::setup(&pool).await.map_err(Error::internal)?;
        Ok(Self::Postgres(
            PostgresStorage::new(&pool).with_config(apalis_postgres::Config::default().queue(QUEUE)),
        ))
    }

    /// Pushes a message. The same `key` is pushed once, however often it is asked for.
    ///
    /// # Errors
    /// When the queue's database fails. The row stays, and the sweeper pushes it later.
    pub async fn push(&self, job: Job, key: &str) -> Result<()> {
        // One attempt by the queue: repeating is decided by the rows, not by the message.
        match self {
            Self::Sqlite(storage) => {
                let task = TaskBuilder::new(job).max_attempts(1).idempotency_key(key).build();
                storage.clone().push_task(task).await.map_err(Error::internal)
            }
            Self::Postgres(storage) => {
                let task = TaskBuilder::new(job).max_attempts(1).idempotency_key(key).build();
                match storage.clone().push_task(task).await {
                    // Unlike its sister for SQLite this storage takes a known key for an error.
                    Err(TaskSinkError::PushError(apalis_postgres::Error::Database(error)))
                        if error
                            .as_database_error()
                            .is_some_and(|error| error.is_unique_violation()) =>
                    {
                        Ok(())
                    }
                    pushed => pushed.map_err(Error::internal),
                }
            }
        }
    }

    /// Pushes a message and lets the sweeper make good a failure: for callers whose row is committed already.
    pub async fn push_or_leave(&self, job: Job, key: &str) {
        if let Err(error) = self.push(job, key).await {
            tracing::warn!(?job, %error, "the queue did not take a message; the sweeper will push it");
        }
    }
}

/// Key of a row's message: a row that was not touched since gets the same key and is not pushed twice.
pub fn key(kind: &str, id: i64, updated_at: entity::Timestamp) -> String {
    format!("{kind}:{id}:{}", updated_at.timestamp_micros())
}
