//! Writing a batch of an import: few statements, one transaction, counts included.

use std::collections::HashSet;

use engine::import::{KeywordRow, Outcome, Reject};
use entity::{keyword_import, keyword_import::ImportKind};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, QueryFilter, Statement, sea_query::Expr,
};
use serde::Serialize;

use super::{competitors, update};
use crate::{
    App, Error, Result,
    billing::limits::{self, Thing},
    db,
    scope::{self, Scope},
};

/// What came of the good rows of a batch.
#[derive(Default)]
pub(super) struct Done {
    /// Keywords that were not there before.
    pub(super) added: i64,
    /// Keywords that have other figures now.
    pub(super) updated: i64,
}

/// Records as they are written.
pub(super) struct Packed {
    /// How many there were, of every kind.
    pub(super) records: usize,
    pub(super) refused: Vec<Reject>,
    skipped: usize,
    good: usize,
    /// One row for each keyword, in the order of their keys: what is locked in one order never waits in a circle, and an
    /// index is written from one end to the other.
    rows: Vec<KeywordRow>,
}

/// Sorts records by what becomes of them. `country` is that of rows that name none.
pub(super) fn pack(outcomes: Vec<Outcome>, country: Option<&str>) -> Packed {
    let records = outcomes.len();
    let mut refused = Vec::new();
    let mut skipped = 0;
    let mut rows: Vec<KeywordRow> = Vec::with_capacity(records);
    for outcome in outcomes {
        match outcome {
            Outcome::Rejected(reject) => refused.push(reject),
            Outcome::Skipped { .. } => skipped += 1,
            Outcome::Keyword(mut row) => {
                if row.country.is_none() {
                    row.country = country.map(str::to_owned);
                }
                rows.push(row);
            }
        }
    }
    Packed {
        records,
        refused,
        skipped,
        good: rows.len(),
        rows: unique(rows),
    }
}

/// Writes the good rows and moves the import's counts on, all in one transaction. `false` when another worker has
/// written this batch already.
pub(super) async fn batch(app: &App, row: &mut keyword_import::Model, packed: Packed, bytes: u64) -> Result<bool> {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let (records, rejected, skipped) = (
        number(packed.records),
        number(packed.refused.len()),
        number(packed.skipped),
    );
    let (good, rows) = (number(packed.good), packed.rows);
    let now = crate::now();
    let txn = db::begin_write(&app.db).await?;
    let scope = Scope::system(row.account_id);
    // The account is locked before keywords and clusters are, as everywhere: imports of one account write their batches
    // one after the other, so that none finds half of another one's.
    scope::lock_account(&txn, &scope).await?;
    let done = match row.kind {
        ImportKind::Keywords => {
            let done = update::keywords(&txn, row, rows, now).await?;
            if done.added > 0 {
                limits::refuse_beyond(&txn, &scope, Thing::Keywords, done.added.unsigned_abs()).await?;
            }
            done
        }
        ImportKind::Competitor => competitors::write(&txn, row, rows, now).await?,
        // Refused when it is announced.
        ImportKind::Serp => return Err(Error::Conflict("Search results cannot be read here.".to_owned())),
    };
    let duplicates = good - done.added - done.updated;
    use keyword_import::Column as C;
    let moved = keyword_import::Entity::update_many()
        .col_expr(C::RecordsDone, Expr::col(C::RecordsDone).add(records))
        .col_expr(C::Added, Expr::col(C::Added).add(done.added))
        .col_expr(C::Updated, Expr::col(C::Updated).add(done.updated))
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
    row.added += done.added;
    row.updated += done.updated;
    Ok(true)
}

fn unique(mut rows: Vec<KeywordRow>) -> Vec<KeywordRow> {
    // Rows of one keyword stay in the order of the file.
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    let mut found: Vec<KeywordRow> = Vec::with_capacity(rows.len());
    for row in rows {
        match found.last_mut() {
            Some(first) if first.key == row.key => first.merge(row),
            _ => found.push(row),
        }
    }
    found
}

/// A statement with a list as one JSON parameter (`$1`), and the time (`$2`).
pub(super) fn with_json<T: Serialize>(
    db: &impl ConnectionTrait,
    sql: String,
    rows: &[T],
    now: Option<entity::Timestamp>,
) -> Result<Statement> {
    let mut values: Vec<sea_orm::Value> = vec![serde_json::to_string(rows)?.into()];
    values.extend(now.map(sea_orm::Value::from));
    Ok(Statement::from_sql_and_values(db.get_database_backend(), sql, values))
}

/// A query for `columns` of the row of `table` that `found` describes, once for each text of the JSON array in `$1`, which
/// is `w.value` there.
///
/// Each text asks an index by itself. PostgreSQL knows nothing of the length of such an array nor of a table that has just
/// been filled, and would compare every text with every row.
pub(super) fn each(db: &impl ConnectionTrait, columns: &str, table: &str, found: &str, lock: bool) -> String {
    match db.get_database_backend() {
        DbBackend::Postgres => {
            let lock = if lock { "FOR UPDATE" } else { "" };
            format!(
                "SELECT {columns} FROM json_array_elements_text($1::json) AS w(value) \
                 CROSS JOIN LATERAL (SELECT * FROM {table} WHERE {found} LIMIT 1 {lock}) AS t"
            )
        }
        _ => format!("SELECT {columns} FROM json_each($1) AS w CROSS JOIN {table} AS t WHERE {found}"),
    }
}

/// Which of the keys are there: in the sector, or among the competitor's of it.
pub(super) async fn known_keys(
    db: &impl ConnectionTrait,
    import: &keyword_import::Model,
    table: &'static str,
    keys: &[&str],
) -> Result<HashSet<String>> {
    if keys.is_empty() {
        return Ok(HashSet::new());
    }
    let whose = match (table, &import.competitor) {
        ("competitor_keywords", Some(domain)) => format!("AND competitor = '{}'", domain.replace('\'', "''")),
        _ => String::new(),
    };
    let found = format!(
        "account_id = {} AND sector_id = {} {whose} AND keyword_key = w.value",
        import.account_id, import.sector_id
    );
    let statement = with_json(db, each(db, "keyword_key", table, &found, false), keys, None)?;
    db.query_all_raw(statement)
        .await?
        .iter()
        .map(|row| Ok(row.try_get("", "keyword_key")?))
        .collect()
}
