//! The database: how it is opened, how writes begin.

use std::time::Duration;

use entity::{ListQuery, Page};
use sea_orm::{
    AccessMode, ColumnTrait, Condition, ConnectOptions, ConnectionTrait, Database, DatabaseConnection,
    DatabaseTransaction, DbBackend, DbErr, EntityTrait, ExprTrait, FromQueryResult, IsolationLevel, Order,
    PaginatorTrait, QueryOrder, Select, SqliteTransactionMode, TransactionOptions, TransactionTrait,
    sea_query::{Expr, Func, LikeExpr},
};

use crate::{Error, Result, config};

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
        .max_connections(Ord::max(config.max_connections, 2))
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

/// One of the columns contains the text, whatever the case.
pub fn any_contains<C: ColumnTrait>(columns: &[C], text: &str) -> Condition {
    let pattern = like_anywhere(&text.to_lowercase());
    columns.iter().fold(Condition::any(), |any, column| {
        any.add(Func::lower(Expr::col(*column)).like(LikeExpr::new(pattern.as_str()).escape('\\')))
    })
}

/// Orders rows as a list's query says: by one of the named columns, by `default` when it says nothing.
///
/// # Errors
/// [`Error::Invalid`] at `ordering` for a name that is not among them.
pub fn ordered<E: EntityTrait>(
    rows: Select<E>,
    query: &ListQuery,
    columns: &[(&str, E::Column)],
    default: E::Column,
) -> Result<Select<E>> {
    let (column, descending) = match query.order() {
        None => (default, false),
        Some((name, descending)) => match columns.iter().find(|(known, _)| *known == name) {
            Some((_, column)) => (*column, descending),
            None => {
                let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
                return Err(Error::field(
                    "ordering",
                    format!("Order by one of: {}.", names.join(", ")),
                ));
            }
        },
    };
    Ok(rows.order_by(column, if descending { Order::Desc } else { Order::Asc }))
}

/// The page of `rows` that a list's query asks for.
///
/// # Errors
/// When the database fails.
pub async fn page_of<E>(db: &impl ConnectionTrait, rows: Select<E>, query: &ListQuery) -> Result<Page<E::Model>>
where
    E: EntityTrait,
    E::Model: FromQueryResult + Sized + Send + Sync,
{
    let pages = rows.paginate(db, u64::from(query.page_size()));
    Ok(Page {
        count: pages.num_items().await?,
        count_exact: true,
        page: query.page(),
        page_size: query.page_size(),
        results: pages.fetch_page(u64::from(query.page() - 1)).await?,
    })
}
