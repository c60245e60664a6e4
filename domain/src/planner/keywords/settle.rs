//! Settling: keywords that came in are put into the indexes of the lists, many at once.
//!
//! Until then a list finds them in the index of the new. An import so writes one index instead of seven, and a search for
//! text needs no index of its own to be right.

use std::time::{Duration, Instant};

use entity::keyword_import::ImportStatus;
use sea_orm::{ConnectionTrait, Statement};

use super::census;
use crate::{App, Result, db, planner::pace::Pace};

/// Time between two transactions.
const PAUSE: Duration = Duration::from_millis(5);
/// An import that said nothing for so long is not under way.
const IMPORTING: Duration = Duration::from_secs(20);

/// Settles what there is, unless a file is being imported, which would then take turns with it.
///
/// # Errors
/// As [`run`].
pub(crate) async fn due(app: &App) -> Result<()> {
    let sql = "SELECT 1 AS there FROM keyword_imports WHERE status = $1 AND updated_at > $2 LIMIT 1";
    let values = [ImportStatus::Running.as_str().into(), (crate::now() - IMPORTING).into()];
    let importing = Statement::from_sql_and_values(app.db.get_database_backend(), sql, values);
    if app.db.query_one_raw(importing).await?.is_none() && run(app).await? > 0 {
        census::tidy(app).await?;
    }
    Ok(())
}

/// Settles what there is; returns how many keywords it were.
///
/// # Errors
/// When the database fails; what was settled before stays so.
pub async fn run(app: &App) -> Result<usize> {
    let mut done = 0;
    // A fraction of a second of the one writer's time on SQLite.
    let pace = Pace::default();
    loop {
        let (most, begun) = (pace.rows(), Instant::now());
        let settled = chunk(app, most).await?;
        pace.took(begun.elapsed(), settled);
        done += settled;
        if settled < most {
            return Ok(done);
        }
        // Whoever waits to write comes in between: SQLite wakes them by the clock.
        tokio::time::sleep(PAUSE).await;
    }
}

async fn chunk(app: &App, most: usize) -> Result<usize> {
    let backend = app.db.get_database_backend();
    // Nothing to do is the ordinary case, and must not ask for SQLite's one lock for writing.
    let any = Statement::from_string(backend, "SELECT id FROM keywords WHERE settled = 0 LIMIT 1");
    if app.db.query_one_raw(any).await?.is_none() {
        return Ok(0);
    }
    if db::is_postgres(&app.db) {
        // Rows in somebody's hands are left for the next time: whoever waits for nobody is in no deadlock.
        let sql = format!(
            "UPDATE keywords SET settled = 1 WHERE id IN (SELECT id FROM keywords WHERE settled = 0 \
             LIMIT {most} FOR UPDATE SKIP LOCKED)"
        );
        let done = app.db.execute_raw(Statement::from_string(backend, sql)).await?;
        return Ok(usize::try_from(done.rows_affected()).unwrap_or(usize::MAX));
    }
    let sql = format!("SELECT id FROM keywords INDEXED BY ix_keywords_list_fresh WHERE settled = 0 LIMIT {most}");
    let txn = db::begin_write(&app.db).await?;
    let mut ids: Vec<i64> = Vec::with_capacity(most);
    for row in txn.query_all_raw(Statement::from_string(backend, sql)).await? {
        ids.push(row.try_get("", "id")?);
    }
    // The text index takes rows in their order best.
    ids.sort_unstable();
    let list = serde_json::to_string(&ids)?;
    for sql in [
        "INSERT INTO keyword_texts (rowid, keyword_key) SELECT k.id, k.keyword_key \
         FROM json_each($1) AS j CROSS JOIN keywords AS k WHERE k.id = j.value",
        "UPDATE keywords SET settled = 1 WHERE id IN (SELECT value FROM json_each($1))",
    ] {
        txn.execute_raw(Statement::from_sql_and_values(backend, sql, [list.clone().into()]))
            .await?;
    }
    txn.commit().await?;
    Ok(ids.len())
}
