//! Writing a batch of an import: one statement, one transaction, counts included.

use engine::import::{KeywordRow, Outcome};
use entity::{KeywordId, keyword_import, keyword_import::ImportMode};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, Statement,
    sea_query::Expr,
};
use serde_json::json;

use crate::{
    App, Result,
    billing::limits::{self, Thing},
    db,
    planner::clusters,
    scope::Scope,
};

/// What the insert statement tells of a row that it wrote.
#[derive(FromQueryResult)]
struct Written {
    id: KeywordId,
    is_new: bool,
}

/// Writes the good rows and moves the import's counts on, all in one transaction. `false` when another worker has
/// written this batch already.
pub(super) async fn batch(
    app: &App,
    row: &mut keyword_import::Model,
    outcomes: Vec<Outcome>,
    bytes: u64,
) -> Result<bool> {
    let records = i64::try_from(outcomes.len()).unwrap_or(i64::MAX);
    let (mut rejected, mut skipped, mut good) = (0_i64, 0_i64, 0_i64);
    let mut rows: Vec<KeywordRow> = Vec::with_capacity(outcomes.len());
    let mut positions = std::collections::HashMap::with_capacity(outcomes.len());
    for outcome in outcomes {
        match outcome {
            Outcome::Rejected(_) => rejected += 1,
            Outcome::Skipped { .. } => skipped += 1,
            Outcome::Keyword(keyword) => {
                good += 1;
                // A key twice in one statement is refused by PostgreSQL's upsert; the better row is kept.
                match positions.entry(keyword.key.clone()) {
                    std::collections::hash_map::Entry::Vacant(free) => {
                        free.insert(rows.len());
                        rows.push(keyword);
                    }
                    std::collections::hash_map::Entry::Occupied(known) => {
                        if let Some(first) = rows.get_mut(*known.get())
                            && is_better(&keyword, first)
                        {
                            *first = keyword;
                        }
                    }
                }
            }
        }
    }
    // Two imports of the same keywords lock them in the same order, or they would wait for each other for ever.
    rows.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    let now = crate::now();
    let txn = db::begin_write(&app.db).await?;
    let scope = Scope::system(row.account_id);
    // The account is locked before keywords and clusters are, as everywhere.
    limits::refuse_more(&txn, &scope, Thing::Keywords, 0).await?;
    let (added, changed) = if rows.is_empty() {
        (0, Vec::new())
    } else {
        upsert(&txn, row, rows, now).await?
    };
    if added > 0 {
        limits::refuse_beyond(&txn, &scope, Thing::Keywords, added.unsigned_abs()).await?;
    }
    let updated = i64::try_from(changed.len()).unwrap_or(i64::MAX);
    recount(&txn, row, &changed).await?;
    let duplicates = good - added - updated;
    use keyword_import::Column as C;
    let moved = keyword_import::Entity::update_many()
        .col_expr(C::RecordsDone, Expr::col(C::RecordsDone).add(records))
        .col_expr(C::Added, Expr::col(C::Added).add(added))
        .col_expr(C::Updated, Expr::col(C::Updated).add(updated))
        .col_expr(C::Duplicates, Expr::col(C::Duplicates).add(duplicates))
        .col_expr(C::Rejected, Expr::col(C::Rejected).add(rejected))
        .col_expr(C::Skipped, Expr::col(C::Skipped).add(skipped))
        .col_expr(C::BytesDone, Expr::value(i64::try_from(bytes).unwrap_or(i64::MAX)))
        .col_expr(C::UpdatedAt, Expr::value(now))
        .filter(C::Id.eq(row.id))
        .filter(C::RecordsDone.eq(row.records_done))
        .exec(&txn)
        .await?;
    if moved.rows_affected != 1 {
        return Ok(false);
    }
    txn.commit().await?;
    row.records_done += records;
    Ok(true)
}

/// The volume of a cluster is always the sum of its keywords' volumes.
async fn recount(db: &impl ConnectionTrait, import: &keyword_import::Model, changed: &[KeywordId]) -> Result<()> {
    let scope = Scope::system(import.account_id);
    let mut holders = Vec::new();
    for chunk in changed.chunks(1_000) {
        holders.extend(clusters::holders(db, &scope, chunk).await?);
    }
    holders.sort_unstable();
    holders.dedup();
    clusters::recount(db, &scope, &holders).await
}

/// An exact figure beats an estimate, an estimate beats none.
fn is_better(new: &KeywordRow, old: &KeywordRow) -> bool {
    let rank = |row: &KeywordRow| match (row.volume, row.volume_estimated) {
        (Some(_), false) => 2,
        (Some(_), true) => 1,
        (None, _) => 0,
    };
    rank(new) > rank(old)
}

const COLUMNS: &str = "account_id, site_id, sector_id, keyword, keyword_key, volume, volume_low, volume_high, \
     volume_estimated, difficulty, intent, intent_guessed, cpc_cents, country, status, import_id, import_line, \
     created_at, updated_at";

/// All rows in one statement with one JSON parameter: ten times faster than a parameter for each value.
async fn upsert(
    db: &impl ConnectionTrait,
    import: &keyword_import::Model,
    rows: Vec<KeywordRow>,
    now: entity::Timestamp,
) -> Result<(i64, Vec<KeywordId>)> {
    let payload: Vec<serde_json::Value> = rows
        .into_iter()
        .map(|row| {
            json!({
                "k": row.keyword, "n": row.key, "v": row.volume, "lo": row.volume_low, "hi": row.volume_high,
                "e": i32::from(row.volume_estimated), "d": row.difficulty, "i": row.intent.as_str(),
                "g": i32::from(row.intent_guessed), "c": row.cpc_cents, "m": row.country, "l": row.line,
            })
        })
        .collect();
    let payload = serde_json::to_string(&payload)?;
    let conflict = match import.mode {
        ImportMode::Skip => "DO NOTHING",
        // A figure of the file wins, an empty cell never erases one.
        ImportMode::Update => {
            "DO UPDATE SET volume = COALESCE(excluded.volume, keywords.volume), \
             volume_low = CASE WHEN excluded.volume IS NULL THEN keywords.volume_low ELSE excluded.volume_low END, \
             volume_high = CASE WHEN excluded.volume IS NULL THEN keywords.volume_high ELSE excluded.volume_high END, \
             volume_estimated = CASE WHEN excluded.volume IS NULL THEN keywords.volume_estimated ELSE excluded.volume_estimated END, \
             difficulty = COALESCE(excluded.difficulty, keywords.difficulty), \
             intent = CASE WHEN excluded.intent_guessed THEN keywords.intent ELSE excluded.intent END, \
             intent_guessed = (excluded.intent_guessed AND keywords.intent_guessed), \
             cpc_cents = COALESCE(excluded.cpc_cents, keywords.cpc_cents), \
             country = COALESCE(excluded.country, keywords.country), \
             updated_at = excluded.updated_at"
        }
    };
    // An updated row keeps the day it was made, so the two kinds can be told apart.
    let returning = "RETURNING id, (created_at = updated_at AND import_id = {import}) AS is_new"
        .replace("{import}", &import.id.to_string());
    let fixed = format!("{}, {}, {}", import.account_id, import.site_id, import.sector_id);
    let import_id = import.id;
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => format!(
            "INSERT INTO keywords ({COLUMNS}) SELECT {fixed}, r.k, r.n, r.v, r.lo, r.hi, r.e = 1, r.d, r.i, r.g = 1, r.c, r.m, \
             'active', {import_id}, r.l, $2, $2 \
             FROM json_to_recordset($1::json) AS r(k text, n text, v bigint, lo bigint, hi bigint, e int, d int, i text, g int, c bigint, m text, l bigint) \
             ON CONFLICT (sector_id, keyword_key) {conflict} {returning}"
        ),
        _ => format!(
            "INSERT INTO keywords ({COLUMNS}) SELECT {fixed}, r.value->>'k', r.value->>'n', r.value->>'v', r.value->>'lo', r.value->>'hi', \
             r.value->>'e', r.value->>'d', r.value->>'i', r.value->>'g', r.value->>'c', r.value->>'m', \
             'active', {import_id}, r.value->>'l', $2, $2 \
             FROM json_each($1) AS r WHERE true \
             ON CONFLICT (sector_id, keyword_key) {conflict} {returning}"
        ),
    };
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [payload.into(), now.into()]);
    let written = Written::find_by_statement(statement).all(db).await?;
    let added = i64::try_from(written.iter().filter(|row| row.is_new).count()).unwrap_or(i64::MAX);
    Ok((
        added,
        written
            .into_iter()
            .filter(|row| !row.is_new)
            .map(|row| row.id)
            .collect(),
    ))
}
