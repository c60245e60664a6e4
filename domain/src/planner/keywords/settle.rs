//! Settling: keywords that came in are put into the indexes of the lists, many at once.
//!
//! Until then a list finds them in the index of the new. An import so writes one index instead of seven, and a search for
//! text needs no index of its own to be right.

use std::time::{Duration, Instant};

use entity::keyword_import::ImportStatus;
use sea_orm::{ConnectionTrait, Statement};

use super::census;
use crate::{App, Result, db, planner::pace::Pace};

/// Keywords that are looked for at once: the index of the new is read through for each time.
const WINDOW: usize = 100_000;
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
        let waiting = waiting(app).await?;
        let mut rest = waiting.as_slice();
        while !rest.is_empty() {
            let (begun, most) = (Instant::now(), Ord::min(pace.rows(), rest.len()));
            let (now, later) = rest.split_at(most);
            rest = later;
            done += chunk(app, now).await?;
            pace.took(begun.elapsed(), most);
            // Whoever waits to write comes in between: SQLite wakes them by the clock.
            tokio::time::sleep(PAUSE).await;
        }
        if waiting.len() < WINDOW {
            return Ok(done);
        }
    }
}

/// Keywords that wait, in the order in which they came: neighbours in the table, and mostly in the index of names as well,
/// so that few pages are written again for each transaction. Asks for no lock: to have nothing to do is the ordinary case.
async fn waiting(app: &App) -> Result<Vec<i64>> {
    let hint = if db::is_postgres(&app.db) {
        ""
    } else {
        "INDEXED BY ix_keywords_list_fresh"
    };
    let sql = format!("SELECT id FROM keywords {hint} WHERE settled = 0 ORDER BY id LIMIT {WINDOW}");
    let statement = Statement::from_string(app.db.get_database_backend(), sql);
    let mut ids = Vec::new();
    for row in app.db.query_all_raw(statement).await? {
        ids.push(row.try_get("", "id")?);
    }
    Ok(ids)
}

async fn chunk(app: &App, ids: &[i64]) -> Result<usize> {
    let backend = app.db.get_database_backend();
    let list = serde_json::to_string(ids)?;
    if db::is_postgres(&app.db) {
        // Rows in somebody's hands are left for the next time: whoever waits for nobody is in no deadlock.
        let sql = "UPDATE keywords SET settled = 1 WHERE id IN (SELECT k.id \
             FROM json_array_elements_text($1::json) AS w(value) CROSS JOIN LATERAL (SELECT id FROM keywords \
             WHERE id = w.value::bigint AND settled = 0 LIMIT 1 FOR UPDATE SKIP LOCKED) AS k)";
        let statement = Statement::from_sql_and_values(backend, sql, [list.into()]);
        let done = app.db.execute_raw(statement).await?;
        return Ok(usize::try_from(done.rows_affected()).unwrap_or(usize::MAX));
    }
    let txn = db::begin_write(&app.db).await?;
    let mut done = 0;
    // Some may be gone or settled since they were looked for.
    for sql in [
        "INSERT INTO keyword_texts (rowid, keyword_key) SELECT k.id, k.keyword_key \
         FROM json_each($1) AS j CROSS JOIN keywords AS k WHERE k.id = j.value AND k.settled = 0",
        "UPDATE keywords SET settled = 1 WHERE id IN (SELECT value FROM json_each($1)) AND +settled = 0",
    ] {
        done = txn
            .execute_raw(Statement::from_sql_and_values(backend, sql, [list.clone().into()]))
            .await?
            .rows_affected();
    }
    txn.commit().await?;
    Ok(usize::try_from(done).unwrap_or(usize::MAX))
}
