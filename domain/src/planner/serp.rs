//! Search results: what search engines show for keywords. Two keywords with many results in common are one search.

use std::{
    collections::{BTreeMap, HashMap},
    io::BufReader,
    path::Path,
};

use engine::import::{
    Mapping, Outcome,
    serp::{POSITIONS, SerpOutcome, SerpReader},
};
use entity::{SectorId, keyword, keyword_import, serp_result};
use sea_orm::{
    ColumnTrait, ConnectionTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
    sea_query::{Expr, Query},
};
use serde_json::json;
use tokio::sync::mpsc;

use crate::{
    App, Error, Result, db,
    scope::{self, Scope, Scoped},
};

/// Records written in one transaction.
const BATCH: usize = 5_000;
/// Results of one keyword that count.
const COUNTED: u32 = 10;

/// A number that stands for an address. Two addresses in four thousand million have the same: too few to make two
/// searches look like one, which takes several results in common.
pub(crate) fn number(url: &str) -> u32 {
    // FNV-1a: the same in every process and on every machine.
    url.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// Whether any results are known in a sector.
pub(crate) async fn any(db: &impl ConnectionTrait, scope: &Scope, sector: SectorId) -> Result<bool> {
    Ok(serp_result::Entity::find_in(scope)
        .filter(serp_result::Column::SectorId.eq(sector))
        .one(db)
        .await?
        .is_some())
}

/// The numbers of the results of some keywords, ascending, by key.
pub(crate) async fn numbers(
    db: &impl ConnectionTrait,
    scope: &Scope,
    sector: SectorId,
    keys: &[&str],
) -> Result<HashMap<String, Vec<u32>>> {
    use serp_result::Column as R;
    let mut found: HashMap<String, Vec<u32>> = HashMap::new();
    if !any(db, scope, sector).await? {
        return Ok(found);
    }
    for chunk in keys.chunks(1_000) {
        let rows: Vec<(String, String)> = serp_result::Entity::find_in(scope)
            .filter(R::SectorId.eq(sector))
            .filter(R::KeywordKey.is_in(chunk.iter().copied()))
            .filter(R::Position.lte(COUNTED))
            .select_only()
            .columns([R::KeywordKey, R::Url])
            .into_tuple()
            .all(db)
            .await?;
        for (key, url) in rows {
            found.entry(key).or_default().push(number(&url));
        }
    }
    for numbers in found.values_mut() {
        numbers.sort_unstable();
        numbers.dedup();
    }
    Ok(found)
}

/// Results of all keywords of a sector in the order of their keys, a page at a time, after a key and an id.
pub(crate) async fn page(
    db: &impl ConnectionTrait,
    scope: &Scope,
    sector: SectorId,
    after: &(String, i64),
    rows: u64,
) -> Result<Vec<(i64, String, String)>> {
    use serp_result::Column as R;
    Ok(serp_result::Entity::find_in(scope)
        .filter(R::SectorId.eq(sector))
        .filter(R::Position.lte(COUNTED))
        .filter(
            sea_orm::Condition::any().add(R::KeywordKey.gt(after.0.as_str())).add(
                sea_orm::Condition::all()
                    .add(R::KeywordKey.eq(after.0.as_str()))
                    .add(R::Id.gt(after.1)),
            ),
        )
        .select_only()
        .columns([R::Id, R::KeywordKey, R::Url])
        .order_by_asc(R::KeywordKey)
        .order_by_asc(R::Id)
        .limit(rows)
        .into_tuple()
        .all(db)
        .await?)
}

/// How many active keywords of a sector have known results, and how many there are.
///
/// # Errors
/// [`Error::NotFound`] for a sector that is not there for the caller.
pub async fn covered(app: &App, scope: &Scope, sector: SectorId) -> Result<(u64, u64)> {
    super::clusters::runs::seen(&app.db, scope, sector).await?;
    let known = Query::select()
        .column(serp_result::Column::KeywordKey)
        .from(serp_result::Entity)
        .and_where(serp_result::Column::SectorId.eq(sector))
        .and_where(serp_result::Column::AccountId.eq(scope.account))
        .to_owned();
    let active = keyword::Entity::find_in(scope)
        .filter(keyword::Column::SectorId.eq(sector))
        .filter(keyword::Column::Status.eq(keyword::KeywordStatus::Active));
    let all = active.clone().count(&app.db).await?;
    let with = active
        .filter(keyword::Column::KeywordKey.in_subquery(known))
        .count(&app.db)
        .await?;
    Ok((with, all))
}

/// How the reading of a file ended.
pub(crate) enum Ended {
    /// At the end of the file.
    Completed,
    /// Somebody stopped it.
    Cancelled,
    /// Another worker goes on with it.
    Lost,
}

/// How a file of search results is built.
pub(crate) struct Look {
    /// Names of its columns; empty when it has no header.
    pub(crate) headers: Vec<String>,
    /// The columns that are read.
    pub(crate) mapping: Mapping,
}

/// Looks into a complete file.
///
/// # Errors
/// [`Error::Invalid`] when it holds no search results.
pub(crate) fn look(path: &Path, columns: &Columns) -> Result<Look> {
    let reader = open(path, columns)?;
    let named = reader.header_line() > 0;
    Ok(Look {
        headers: reader.headers().iter().filter(|_| named).cloned().collect(),
        mapping: reader.mapping(),
    })
}

/// What a person said of a file.
#[derive(Clone, Default)]
pub(crate) struct Columns {
    /// The columns to read; recognised by their names when absent.
    pub(crate) mapping: Option<Mapping>,
    /// The only market to take, ISO code in lower case, where rows name one.
    pub(crate) country: Option<String>,
}

fn open(path: &Path, columns: &Columns) -> Result<SerpReader<BufReader<std::fs::File>>> {
    let file = std::fs::File::open(path).map_err(Error::from)?;
    let file = BufReader::with_capacity(1 << 20, file);
    SerpReader::open(file, columns.mapping.as_ref(), columns.country.as_deref()).map_err(|fault| {
        Error::field(
            "file",
            match fault {
                engine::import::ImportError::NoKeywordColumn { found } if !found.is_empty() => format!(
                    "No columns with keywords and addresses were found. The columns are: {}. Choose the columns, or name them keyword, url and position.",
                    found.join(", ")
                ),
                other => other.to_string(),
            },
        )
    })
}

/// What the reading thread hands over: outcomes and the bytes read so far.
type Batch = (Vec<SerpOutcome>, u64);

/// Reads a file of search results to its end in batches, each written together with the number of records read so far.
/// `refused` takes the rows that cannot be used, also those that an earlier worker refused.
///
/// # Errors
/// [`Error::Invalid`] for a fault of the file; when the database or the disk fails.
pub(crate) async fn read_file(
    app: &App,
    import: &keyword_import::Model,
    path: std::path::PathBuf,
    columns: Columns,
    refused: &mut (dyn FnMut(&[Outcome]) -> Result<()> + Send),
) -> Result<Ended> {
    let (sender, mut batches) = mpsc::channel::<Result<Batch>>(2);
    let size = u64::try_from(import.size_bytes).unwrap_or(0);
    let reading = tokio::task::spawn_blocking(move || read(&path, size, &columns, &sender));
    let done_before = import.records_done;
    let mut row = import.clone();
    let mut number = 0_i64;
    while let Some(batch) = batches.recv().await {
        let (outcomes, bytes) = batch?;
        let rejects: Vec<Outcome> = outcomes
            .iter()
            .filter_map(|outcome| match outcome {
                SerpOutcome::Rejected(reject) => Some(Outcome::Rejected(reject.clone())),
                _ => None,
            })
            .collect();
        refused(&rejects)?;
        let length = i64::try_from(outcomes.len()).unwrap_or(i64::MAX);
        // Batches are cut at the same places each time, so that one was written as a whole or not at all.
        number += length;
        if number <= done_before {
            continue;
        }
        if !write(app, &mut row, outcomes, bytes).await? {
            return Ok(Ended::Lost);
        }
        let scope = Scope::system(import.account_id);
        let stop: Option<bool> = keyword_import::Entity::find_in(&scope)
            .filter(keyword_import::Column::Id.eq(import.id))
            .select_only()
            .column(keyword_import::Column::CancelRequested)
            .into_tuple()
            .one(&app.db)
            .await?;
        if stop.unwrap_or(true) {
            return Ok(Ended::Cancelled);
        }
    }
    reading.await.map_err(Error::internal)?;
    Ok(Ended::Completed)
}

/// Reads on a thread of its own; the channel's bound keeps memory flat.
fn read(path: &Path, size: u64, columns: &Columns, sender: &mpsc::Sender<Result<Batch>>) {
    // Progress is told in bytes of the file that was sent, also when a table was taken out of it.
    let whole = std::fs::metadata(path).map_or(1, |data| Ord::max(data.len(), 1));
    let scale = |bytes: u64| u64::try_from(u128::from(bytes) * u128::from(size) / u128::from(whole)).unwrap_or(size);
    let mut reader = match open(path, columns) {
        Ok(reader) => reader,
        Err(fault) => {
            let _ = sender.blocking_send(Err(fault));
            return;
        }
    };
    let mut outcomes = Vec::with_capacity(BATCH);
    loop {
        let next = reader.next();
        let last = next.is_none();
        match next {
            Some(Ok(outcome)) => outcomes.push(outcome),
            Some(Err(fault)) => {
                let _ = sender.blocking_send(Err(Error::field("file", fault.to_string())));
                return;
            }
            None => {}
        }
        if (last && !outcomes.is_empty()) || outcomes.len() >= BATCH {
            let batch = std::mem::replace(&mut outcomes, Vec::with_capacity(BATCH));
            if sender.blocking_send(Ok((batch, scale(reader.bytes_read())))).is_err() {
                return;
            }
        }
        if last {
            return;
        }
    }
}

/// Writes a batch and moves the import's counts on, in one transaction. `false` when another worker has written it.
async fn write(app: &App, row: &mut keyword_import::Model, outcomes: Vec<SerpOutcome>, bytes: u64) -> Result<bool> {
    let records = i64::try_from(outcomes.len()).unwrap_or(i64::MAX);
    let (mut rejected, mut skipped) = (0_i64, 0_i64);
    // By key and address: sorted, so that two imports lock rows in the same order, and each once. The best place counts.
    let mut results: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
    for outcome in outcomes {
        match outcome {
            SerpOutcome::Rejected(_) => rejected += 1,
            SerpOutcome::Skipped => skipped += 1,
            SerpOutcome::Results(found) => {
                let known = results.entry(found.key).or_default();
                for (position, url) in found.results {
                    if position <= POSITIONS {
                        let place = known.entry(url).or_insert(position);
                        *place = Ord::min(position, *place);
                    }
                }
            }
        }
    }
    let scope = Scope::system(row.account_id);
    let txn = db::begin_write(&app.db).await?;
    scope::lock_account(&txn, &scope).await?;
    let keys: Vec<&String> = results.keys().collect();
    // What an older file said of a keyword gives way to what this one says.
    for chunk in keys.chunks(1_000) {
        serp_result::Entity::delete_in(&scope)
            .filter(serp_result::Column::SectorId.eq(row.sector_id))
            .filter(serp_result::Column::KeywordKey.is_in(chunk.iter().map(|key| key.as_str())))
            .filter(serp_result::Column::ImportId.ne(row.id))
            .exec(&txn)
            .await?;
    }
    let (added, seen) = insert(&txn, row, &results).await?;
    use keyword_import::Column as C;
    let moved = keyword_import::Entity::update_in(&scope)
        .col_expr(C::RecordsDone, Expr::col(C::RecordsDone).add(records))
        .col_expr(C::Added, Expr::col(C::Added).add(added))
        .col_expr(C::Duplicates, Expr::col(C::Duplicates).add(seen - added))
        .col_expr(C::Rejected, Expr::col(C::Rejected).add(rejected))
        .col_expr(C::Skipped, Expr::col(C::Skipped).add(skipped))
        .col_expr(C::BytesDone, Expr::value(i64::try_from(bytes).unwrap_or(i64::MAX)))
        .col_expr(C::UpdatedAt, Expr::value(crate::now()))
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

/// Inserts results; returns how many are new and how many there were.
async fn insert(
    db: &impl ConnectionTrait,
    import: &keyword_import::Model,
    results: &BTreeMap<String, BTreeMap<String, u32>>,
) -> Result<(i64, i64)> {
    let rows: Vec<serde_json::Value> = results
        .iter()
        .flat_map(|(key, urls)| {
            urls.iter()
                .map(move |(url, position)| json!({"k": key, "u": url, "p": position}))
        })
        .collect();
    let fixed = format!("{}, {}, {}", import.account_id, import.site_id, import.sector_id);
    let id = import.id;
    let columns = "account_id, site_id, sector_id, keyword_key, url, position, import_id";
    let mut added = 0;
    for chunk in rows.chunks(BATCH) {
        let sql = if db::is_postgres(db) {
            format!(
                "INSERT INTO serp_results ({columns}) SELECT {fixed}, r.k, r.u, r.p, {id} \
                 FROM json_to_recordset($1::json) AS r(k text, u text, p int) \
                 ON CONFLICT (sector_id, keyword_key, url) DO NOTHING"
            )
        } else {
            format!(
                "INSERT INTO serp_results ({columns}) SELECT {fixed}, r.value->>'k', r.value->>'u', r.value->>'p', {id} \
                 FROM json_each($1) AS r WHERE true ON CONFLICT (sector_id, keyword_key, url) DO NOTHING"
            )
        };
        let payload = serde_json::to_string(chunk)?;
        let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [payload.into()]);
        added += db.execute_raw(statement).await?.rows_affected();
    }
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    Ok((i64::try_from(added).unwrap_or(i64::MAX), count(rows.len())))
}
