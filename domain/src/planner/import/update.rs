//! Keywords of a file into a sector: new ones are added, known ones take better figures, and each change is written down.

use std::collections::{HashMap, HashSet};

use engine::import::KeywordRow;
use entity::{KeywordId, keyword, keyword_import, keyword_import::ImportMode};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use serde::Serialize;
use serde_json::Value;

use super::write::{Done, each, with_json};
use crate::{
    Result,
    planner::{clusters, keywords::from_engine_intent, sources},
    scope::Scope,
};

/// A new keyword as the statement reads it.
#[derive(Serialize)]
struct New<'a> {
    k: &'a str,
    n: &'a str,
    v: Option<i64>,
    lo: Option<i64>,
    hi: Option<i64>,
    e: u8,
    d: Option<i32>,
    i: &'static str,
    g: u8,
    c: Option<i64>,
    m: Option<&'a str>,
    im: Option<i64>,
    cl: Option<i64>,
    p: Option<i32>,
    l: u64,
}

/// Changed figures of a keyword.
#[derive(Serialize)]
struct Changed<'a> {
    id: KeywordId,
    v: Option<i64>,
    lo: Option<i64>,
    hi: Option<i64>,
    e: u8,
    d: Option<i32>,
    i: &'static str,
    g: u8,
    c: Option<i64>,
    m: Option<&'a str>,
    im: Option<i64>,
    cl: Option<i64>,
    p: Option<i32>,
    l: Option<i64>,
}

/// A line of the log of changes.
#[derive(Serialize)]
struct Log {
    id: KeywordId,
    l: u64,
    b: String,
    a: String,
}

/// Writes keywords, each key once, in the order of their keys.
pub(super) async fn keywords(
    db: &impl ConnectionTrait,
    import: &keyword_import::Model,
    rows: Vec<KeywordRow>,
    now: entity::Timestamp,
) -> Result<Done> {
    if rows.is_empty() {
        return Ok(Done::default());
    }
    let update = import.mode == ImportMode::Update;
    let mut done = Done::default();
    let mut changed = Vec::new();
    // Most files hold mostly new keywords; only where that is not so the old ones are looked at.
    let mut known = if update {
        existing(db, import, &rows).await?
    } else {
        HashMap::new()
    };
    let fresh: Vec<&KeywordRow> = rows.iter().filter(|row| !known.contains_key(&row.key)).collect();
    done.added = insert(db, import, &fresh, now).await?;
    if done.added < i64::try_from(fresh.len()).unwrap_or(i64::MAX) {
        // Some are there already: of this file, or added by somebody in this very moment.
        let before = known;
        known = existing(db, import, &rows).await?;
        let lines: HashMap<&str, u64> = rows.iter().map(|row| (row.key.as_str(), row.line)).collect();
        known.retain(|key, old| {
            before.contains_key(key)
                || old.import_id != Some(import.id)
                || old.import_line.and_then(|line| u64::try_from(line).ok()) != lines.get(key.as_str()).copied()
        });
    }
    if known.is_empty() {
        return Ok(done);
    }
    let touched = if update {
        touched(db, import, &known).await?
    } else {
        HashSet::new()
    };
    let mut logs = Vec::new();
    for row in &rows {
        let Some(old) = known.get(&row.key) else { continue };
        let own = old.import_id == Some(import.id);
        if !own && !update {
            continue;
        }
        let mut new = old.clone();
        // Two rows of one file are no news to each other: the better one counts, as within a batch.
        improve(&mut new, row, own || touched.contains(&old.id));
        if new == *old {
            continue;
        }
        if !own {
            let (before, after) = sources::difference(old, &new);
            logs.push(Log {
                id: old.id,
                l: row.line,
                b: Value::Object(before).to_string(),
                a: Value::Object(after).to_string(),
            });
            done.updated += i64::from(!touched.contains(&old.id));
        }
        changed.push(new);
    }
    if changed.is_empty() {
        return Ok(done);
    }
    apply(db, import, &changed, now).await?;
    log(db, import, &logs, now).await?;
    let volumes: Vec<KeywordId> = changed.iter().map(|row| row.id).collect();
    recount(db, import, &volumes).await?;
    Ok(done)
}

/// The keywords of the rows that the sector has, by key. They are locked until the batch is in, in the order of the rows.
async fn existing(
    db: &impl ConnectionTrait,
    import: &keyword_import::Model,
    rows: &[KeywordRow],
) -> Result<HashMap<String, keyword::Model>> {
    let keys: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
    let found = format!(
        "account_id = {} AND sector_id = {} AND keyword_key = w.value",
        import.account_id, import.sector_id
    );
    let sql = each(db, "t.*", "keywords", &found, true);
    let statement = with_json(db, sql, &keys, None)?;
    let found = keyword::Model::find_by_statement(statement).all(db).await?;
    Ok(found.into_iter().map(|row| (row.keyword_key.clone(), row)).collect())
}

/// Which of the known keywords this file has changed before.
async fn touched(
    db: &impl ConnectionTrait,
    import: &keyword_import::Model,
    known: &HashMap<String, keyword::Model>,
) -> Result<HashSet<KeywordId>> {
    if import.updated == 0 {
        return Ok(HashSet::new());
    }
    let ids: Vec<String> = known.values().map(|row| row.id.to_string()).collect();
    // The sum keeps the index of the import out of it, in which its changes so far would be read again and again.
    let found = format!("keyword_id = CAST(w.value AS bigint) AND import_id + 0 = {}", import.id);
    let sql = each(db, "keyword_id", "keyword_changes", &found, false);
    let statement = with_json(db, sql, &ids, None)?;
    db.query_all_raw(statement)
        .await?
        .iter()
        .map(|row| Ok(KeywordId(row.try_get("", "keyword_id")?)))
        .collect()
}

fn rank(row: &keyword::Model) -> u8 {
    match (row.volume, row.volume_estimated) {
        (Some(_), false) => 3,
        (Some(_), true) => 2,
        (None, _) => u8::from(row.impressions.is_some()),
    }
}

/// Gives a keyword the figures of a row. A figure of the file wins unless it is an estimate and the known one is exact;
/// an empty cell erases nothing. `first` keeps what is as good: two rows of one file.
fn improve(keyword: &mut keyword::Model, row: &KeywordRow, first: bool) {
    let better = if first {
        row.rank() > rank(keyword)
    } else {
        row.rank() >= rank(keyword)
    };
    let takes_volume = row.volume.is_some() && better;
    if takes_volume {
        keyword.volume = row.volume;
        keyword.volume_low = row.volume_low;
        keyword.volume_high = row.volume_high;
        keyword.volume_estimated = row.volume_estimated;
        if first {
            keyword.import_line = i64::try_from(row.line).ok().or(keyword.import_line);
        }
    }
    if row.country.is_some() && (keyword.country.is_none() || (!first && (takes_volume || row.volume.is_none()))) {
        keyword.country.clone_from(&row.country);
    }
    let pick = |new: Option<i64>, old: Option<i64>| if first { old.or(new) } else { new.or(old) };
    keyword.difficulty = if first {
        keyword.difficulty.or(row.difficulty)
    } else {
        row.difficulty.or(keyword.difficulty)
    };
    keyword.cpc_cents = pick(row.cpc_cents, keyword.cpc_cents);
    if !row.intent_guessed && (keyword.intent_guessed || !first) {
        keyword.intent = from_engine_intent(row.intent);
        keyword.intent_guessed = false;
    }
    if first {
        keyword.impressions = keyword.impressions.max(row.impressions);
        keyword.clicks = keyword.clicks.max(row.clicks);
        keyword.position_hundredths = match (keyword.position_hundredths, row.position_hundredths) {
            (Some(old), Some(new)) => Some(old.min(new)),
            (old, new) => old.or(new),
        };
    } else {
        keyword.impressions = row.impressions.or(keyword.impressions);
        keyword.clicks = row.clicks.or(keyword.clicks);
        keyword.position_hundredths = row.position_hundredths.or(keyword.position_hundredths);
    }
}

const COLUMNS: &str = "account_id, site_id, sector_id, keyword, keyword_key, volume, volume_low, volume_high, \
     volume_estimated, difficulty, intent, intent_guessed, cpc_cents, country, impressions, clicks, position_hundredths, \
     status, import_id, import_line, created_at, updated_at";

/// Keywords of one statement on SQLite, which takes 32,766 values at most.
const ROWS: usize = 250;

/// Adds the keywords that nobody has; says how many.
async fn insert(
    db: &impl ConnectionTrait,
    import: &keyword_import::Model,
    rows: &[&KeywordRow],
    now: entity::Timestamp,
) -> Result<i64> {
    let mut written = 0;
    if db.get_database_backend() == DbBackend::Postgres {
        if !rows.is_empty() {
            written = db
                .execute_raw(all_at_once(db, import, rows, now)?)
                .await?
                .rows_affected();
        }
    } else {
        // The next statement is made while SQLite works on the one before.
        let mut statements = rows.chunks(ROWS).map(|rows| one_by_one(import, rows, now));
        let mut next = statements.next();
        while let Some(statement) = next {
            let (done, made) = futures::join!(db.execute_raw(statement), async { statements.next() });
            written += done?.rows_affected();
            next = made;
        }
    }
    Ok(i64::try_from(written).unwrap_or(i64::MAX))
}

/// A statement of SQLite with a parameter for each value. It is prepared once, and takes a quarter of the time that SQLite
/// needs to look each of them up in a JSON text.
fn one_by_one(import: &keyword_import::Model, rows: &[&KeywordRow], now: entity::Timestamp) -> Statement {
    let one = format!(
        "({}, {}, {}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'active', {}, ?, ?, ?)",
        import.account_id, import.site_id, import.sector_id, import.id
    );
    let all = vec![one.as_str(); rows.len()].join(", ");
    let sql = format!("INSERT INTO keywords ({COLUMNS}) VALUES {all} ON CONFLICT (sector_id, keyword_key) DO NOTHING");
    // As the driver writes it, but once and not for every row.
    let now = now.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false);
    let values = rows.iter().flat_map(|row| -> [sea_orm::Value; 17] {
        [
            row.keyword.as_str().into(),
            row.key.as_str().into(),
            row.volume.into(),
            row.volume_low.into(),
            row.volume_high.into(),
            row.volume_estimated.into(),
            row.difficulty.into(),
            row.intent.as_str().into(),
            row.intent_guessed.into(),
            row.cpc_cents.into(),
            row.country.as_deref().into(),
            row.impressions.into(),
            row.clicks.into(),
            row.position_hundredths.into(),
            i64::try_from(row.line).unwrap_or(i64::MAX).into(),
            now.as_str().into(),
            now.as_str().into(),
        ]
    });
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
}

/// A statement of PostgreSQL with all rows in one JSON text.
fn all_at_once(
    db: &impl ConnectionTrait,
    import: &keyword_import::Model,
    rows: &[&KeywordRow],
    now: entity::Timestamp,
) -> Result<Statement> {
    let payload: Vec<New> = rows
        .iter()
        .map(|row| New {
            k: &row.keyword,
            n: &row.key,
            v: row.volume,
            lo: row.volume_low,
            hi: row.volume_high,
            e: u8::from(row.volume_estimated),
            d: row.difficulty,
            i: row.intent.as_str(),
            g: u8::from(row.intent_guessed),
            c: row.cpc_cents,
            m: row.country.as_deref(),
            im: row.impressions,
            cl: row.clicks,
            p: row.position_hundredths,
            l: row.line,
        })
        .collect();
    let sql = format!(
        "INSERT INTO keywords ({COLUMNS}) SELECT {}, {}, {}, r.k, r.n, r.v, r.lo, r.hi, r.e = 1, r.d, r.i, r.g = 1, r.c, r.m, \
         r.im, r.cl, r.p, 'active', {}, r.l, $2, $2 \
         FROM json_to_recordset($1::json) AS r(k text, n text, v bigint, lo bigint, hi bigint, e int, d int, i text, \
         g int, c bigint, m text, im bigint, cl bigint, p int, l bigint) \
         ON CONFLICT (sector_id, keyword_key) DO NOTHING",
        import.account_id, import.site_id, import.sector_id, import.id
    );
    with_json(db, sql, &payload, Some(now))
}

/// Writes changed figures, all in one statement.
async fn apply(
    db: &impl ConnectionTrait,
    import: &keyword_import::Model,
    rows: &[keyword::Model],
    now: entity::Timestamp,
) -> Result<()> {
    let payload: Vec<Changed> = rows
        .iter()
        .map(|row| Changed {
            id: row.id,
            v: row.volume,
            lo: row.volume_low,
            hi: row.volume_high,
            e: u8::from(row.volume_estimated),
            d: row.difficulty,
            i: row.intent.as_str(),
            g: u8::from(row.intent_guessed),
            c: row.cpc_cents,
            m: row.country.as_deref(),
            im: row.impressions,
            cl: row.clicks,
            p: row.position_hundredths,
            l: row.import_line,
        })
        .collect();
    let from = match db.get_database_backend() {
        DbBackend::Postgres => {
            "json_to_recordset($1::json) AS r(id bigint, v bigint, lo bigint, hi bigint, e int, d int, i text, g int, c bigint, \
             m text, im bigint, cl bigint, p int, l bigint)"
        }
        _ => {
            "(SELECT value->>'id' AS id, value->>'v' AS v, value->>'lo' AS lo, value->>'hi' AS hi, value->>'e' AS e, \
             value->>'d' AS d, value->>'i' AS i, value->>'g' AS g, value->>'c' AS c, value->>'m' AS m, value->>'im' AS im, \
             value->>'cl' AS cl, value->>'p' AS p, value->>'l' AS l FROM json_each($1)) AS r"
        }
    };
    let sql = format!(
        "UPDATE keywords SET volume = r.v, volume_low = r.lo, volume_high = r.hi, volume_estimated = (r.e = 1), \
         difficulty = r.d, intent = r.i, intent_guessed = (r.g = 1), cpc_cents = r.c, country = r.m, impressions = r.im, \
         clicks = r.cl, position_hundredths = r.p, import_line = r.l, updated_at = $2 \
         FROM {from} WHERE keywords.id = r.id AND keywords.account_id = {}",
        import.account_id
    );
    let statement = with_json(db, sql, &payload, Some(now))?;
    db.execute_raw(statement).await?;
    Ok(())
}

async fn log(
    db: &impl ConnectionTrait,
    import: &keyword_import::Model,
    logs: &[Log],
    now: entity::Timestamp,
) -> Result<()> {
    if logs.is_empty() {
        return Ok(());
    }
    let fixed = format!("{}, {}, {}", import.account_id, import.site_id, import.id);
    let rows = match db.get_database_backend() {
        DbBackend::Postgres => {
            "r.id, r.l, r.b, r.a, $2 FROM json_to_recordset($1::json) AS r(id bigint, l bigint, b text, a text)"
        }
        _ => "value->>'id', value->>'l', value->>'b', value->>'a', $2 FROM json_each($1)",
    };
    let sql = format!(
        "INSERT INTO keyword_changes (account_id, site_id, import_id, keyword_id, line, before, after, created_at) \
         SELECT {fixed}, {rows}"
    );
    let statement = with_json(db, sql, logs, Some(now))?;
    db.execute_raw(statement).await?;
    Ok(())
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
