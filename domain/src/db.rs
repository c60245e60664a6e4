//! The database: how it is opened, how writes begin.

use std::time::Duration;

use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    IsolationLevel, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::{Result, config};

/// Opens the pool.
///
/// SQLite runs in WAL mode with `synchronous=FULL`: the ledger must survive a power cut. A writer waits
/// up to 15 s for another one instead of failing.
///
/// # Errors
/// When the address cannot be opened.
pub async fn connect(config: &config::Database) -> Result<DatabaseConnection> {
    let mut url = config.url.clone();
    if let Some(path) = config.sqlite_path() {
        if let Some(folder) = std::path::Path::new(path).parent() {
            std::fs::create_dir_all(folder)?;
        }
        if !url.contains("mode=") {
            url = format!("{url}{}mode=rwc", if url.contains('?') { '&' } else { '?' });
        }
    }
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(config.max_connections.max(2))
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(30))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|options| {
            options
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("busy_timeout", "15000")
                .pragma("foreign_keys", "ON")
                .pragma("temp_store", "MEMORY")
                .pragma("cache_size", "-16000")
                .pragma("mmap_size", "268435456")
        });
    Ok(Database::connect(options).await?)
}

/// Begins a transaction that will write.
///
/// On SQLite it takes the write lock at once: a transaction that reads first and upgrades later fails
/// immediately when another one wrote in between, whatever the busy timeout.
///
/// # Errors
/// When no connection is to be had.
pub async fn begin_write(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    db.begin_with_options(TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    })
    .await
}

/// Begins a transaction that only reads, and reads everything as of one moment.
///
/// # Errors
/// When no connection is to be had.
pub async fn begin_read(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    if is_postgres(db) {
        db.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly))
            .await
    } else {
        // In WAL mode every transaction sees the moment of its first statement.
        db.begin().await
    }
}

/// Whether this is PostgreSQL.
pub fn is_postgres(db: &impl ConnectionTrait) -> bool {
    db.get_database_backend() == DbBackend::Postgres
}

/// Turns a person's text into a pattern for `LIKE ... ESCAPE '\'` that finds it anywhere.
pub fn like_anywhere(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
