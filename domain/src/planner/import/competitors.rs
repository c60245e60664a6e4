//! Keywords that a competitor is found for: kept apart from one's own.

use std::collections::HashMap;

use engine::import::KeywordRow;
use entity::{competitor_keyword, keyword_import, keyword_import::ImportMode};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult};
use serde::{Deserialize, Serialize};

use super::write::{Done, each, with_json};
use crate::{Result, planner::keywords::from_engine_intent};

/// What an import may change of a competitor's keyword, as it is kept for the undo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Figures {
    pub(super) volume: Option<i64>,
    pub(super) difficulty: Option<i32>,
    pub(super) intent: entity::keyword::Intent,
    /// Figures that were kept before guesses were told apart may be guesses.
    #[serde(default = "guessed")]
    pub(super) intent_guessed: bool,
    pub(super) position_hundredths: Option<i32>,
    pub(super) url: Option<String>,
    pub(super) import_id: i64,
    pub(super) import_line: i64,
}

fn guessed() -> bool {
    true
}

impl Figures {
    fn of(row: &competitor_keyword::Model) -> Self {
        Self {
            volume: row.volume,
            difficulty: row.difficulty,
            intent: row.intent,
            intent_guessed: row.intent_guessed,
            position_hundredths: row.position_hundredths,
            url: row.url.clone(),
            import_id: row.import_id.0,
            import_line: row.import_line,
        }
    }
}

#[derive(Serialize)]
struct Row<'a> {
    k: &'a str,
    n: &'a str,
    v: Option<i64>,
    d: Option<i32>,
    i: &'static str,
    g: u8,
    p: Option<i32>,
    u: Option<&'a str>,
    l: i64,
    b: Option<String>,
}

/// Writes keywords, each key once. Known ones take the figures of the file when it updates.
pub(super) async fn write(
    db: &impl ConnectionTrait,
    import: &keyword_import::Model,
    rows: Vec<KeywordRow>,
    now: entity::Timestamp,
) -> Result<Done> {
    if rows.is_empty() {
        return Ok(Done::default());
    }
    let competitor = import.competitor.clone().unwrap_or_default();
    let known = existing(db, import, &competitor, &rows).await?;
    let mut done = Done::default();
    let mut payload = Vec::new();
    for row in &rows {
        let line = i64::try_from(row.line).unwrap_or(i64::MAX);
        let new = Row {
            k: &row.keyword,
            n: &row.key,
            v: row.volume,
            d: row.difficulty,
            i: row.intent.as_str(),
            g: u8::from(row.intent_guessed),
            p: row.position_hundredths,
            u: row.url.as_deref(),
            l: line,
            b: None,
        };
        let Some(old) = known.get(&row.key) else {
            done.added += 1;
            payload.push(new);
            continue;
        };
        let own = old.import_id == import.id;
        if !own && import.mode != ImportMode::Update {
            continue;
        }
        let before = Figures::of(old);
        let best = match (old.position_hundredths, row.position_hundredths) {
            (Some(old), Some(new)) if own => Some(old.min(new)),
            (old, new) => new.or(old),
        };
        // A guess overrules nothing, and what is measured overrules a guess.
        let measured = !row.intent_guessed && (!own || old.intent_guessed);
        let after = Figures {
            volume: if own {
                old.volume.or(row.volume)
            } else {
                row.volume.or(old.volume)
            },
            difficulty: if own {
                old.difficulty.or(row.difficulty)
            } else {
                row.difficulty.or(old.difficulty)
            },
            intent: if measured {
                from_engine_intent(row.intent)
            } else {
                old.intent
            },
            intent_guessed: old.intent_guessed && !measured,
            position_hundredths: best,
            url: if own && best == old.position_hundredths {
                old.url.clone()
            } else {
                row.url.clone().or(old.url.clone())
            },
            ..before.clone()
        };
        if after == before {
            continue;
        }
        if !own {
            done.updated += 1;
        }
        payload.push(Row {
            v: after.volume,
            d: after.difficulty,
            i: after.intent.as_str(),
            g: u8::from(after.intent_guessed),
            p: after.position_hundredths,
            u: if after.url == old.url {
                old.url.as_deref()
            } else {
                row.url.as_deref()
            },
            b: if own {
                old.previous.clone()
            } else {
                Some(serde_json::to_string(&before)?)
            },
            ..new
        });
    }
    if payload.is_empty() {
        return Ok(done);
    }
    let fixed = format!(
        "{}, {}, {}, '{}', {}",
        import.account_id,
        import.site_id,
        import.sector_id,
        competitor.replace('\'', "''"),
        import.id
    );
    let (cells, from) = match db.get_database_backend() {
        DbBackend::Postgres => (
            "r.k, r.n, r.v, r.d, r.i, r.g = 1, r.p, r.u, r.l, r.b",
            "json_to_recordset($1::json) AS r(k text, n text, v bigint, d int, i text, g int, p int, u text, l bigint, b text)",
        ),
        _ => (
            "value->>'k', value->>'n', value->>'v', value->>'d', value->>'i', value->>'g', value->>'p', value->>'u', value->>'l', value->>'b'",
            "json_each($1) WHERE true",
        ),
    };
    let sql = format!(
        "INSERT INTO competitor_keywords (account_id, site_id, sector_id, competitor, import_id, keyword, keyword_key, volume, \
         difficulty, intent, intent_guessed, position_hundredths, url, import_line, previous, updated_at) SELECT {fixed}, {cells}, $2 FROM {from} \
         ON CONFLICT (sector_id, competitor, keyword_key) DO UPDATE SET volume = excluded.volume, difficulty = excluded.difficulty, \
         intent = excluded.intent, intent_guessed = excluded.intent_guessed, position_hundredths = excluded.position_hundredths, url = excluded.url, \
         import_id = excluded.import_id, import_line = excluded.import_line, previous = excluded.previous, \
         updated_at = excluded.updated_at"
    );
    let statement = with_json(db, sql, &payload, Some(now))?;
    db.execute_raw(statement).await?;
    Ok(done)
}

async fn existing(
    db: &impl ConnectionTrait,
    import: &keyword_import::Model,
    competitor: &str,
    rows: &[KeywordRow],
) -> Result<HashMap<String, competitor_keyword::Model>> {
    let keys: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
    let found = format!(
        "account_id = {} AND sector_id = {} AND competitor = '{}' AND keyword_key = w.value",
        import.account_id,
        import.sector_id,
        competitor.replace('\'', "''"),
    );
    let sql = each(db, "t.*", "competitor_keywords", &found, false);
    let statement = with_json(db, sql, &keys, None)?;
    let found = competitor_keyword::Model::find_by_statement(statement).all(db).await?;
    Ok(found.into_iter().map(|row| (row.keyword_key.clone(), row)).collect())
}
