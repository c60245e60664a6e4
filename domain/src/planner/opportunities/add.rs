//! Takes keywords of the library and of competitors into a sector.

use std::collections::{HashMap, HashSet};

use entity::{
    KeywordId, SectorId, cluster_keyword, competitor_keyword,
    keyword::{self, KeywordStatus},
    opportunity::{Add, Added},
    seed_keyword,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};

use crate::{
    App, Error, Result,
    billing::limits::{self, Thing},
    db,
    scope::{Scope, Scoped},
};

/// Keywords that one request takes, of each kind.
const MAX: usize = 1_000;

struct Wanted {
    keyword: String,
    volume: Option<i64>,
    difficulty: Option<i32>,
    intent: keyword::Intent,
}

/// Takes keywords of the library and of competitors into a sector. Those that it has already are left as they are.
///
/// # Errors
/// [`Error::NotFound`] for a sector or keyword that is not there for the caller, [`Error::Invalid`] for none or too many,
/// [`Error::LimitReached`] when the plan has no room for all of them, [`Error::Forbidden`].
pub async fn add(app: &App, scope: &Scope, input: &Add) -> Result<Added> {
    let (editor, sector) = scope.editor_of_sector(&app.db, input.sector_id).await?;
    if input.library_ids.is_empty() && input.competitor_ids.is_empty() {
        return Err(Error::field("library_ids", "Select at least one keyword."));
    }
    if input.library_ids.len() > MAX || input.competitor_ids.len() > MAX {
        return Err(Error::field(
            "library_ids",
            format!("Select at most {MAX} keywords at a time."),
        ));
    }
    let wanted = wanted(app, scope, input, editor.site()).await?;
    let mut keys: Vec<&str> = wanted.keys().map(String::as_str).collect();
    // Two requests for the same keywords lock them in the same order.
    keys.sort_unstable();
    let txn = db::begin_write(&app.db).await?;
    let before = ids_of(&txn, scope, sector.id, &keys).await?;
    let new: Vec<&str> = keys.iter().copied().filter(|key| !before.contains_key(*key)).collect();
    limits::refuse_more(&txn, scope, Thing::Keywords, new.len() as u64).await?;
    let now = crate::now();
    for chunk in new.chunks(500) {
        let rows = chunk.iter().filter_map(|key| {
            let one = wanted.get(*key)?;
            Some(keyword::ActiveModel {
                account_id: Set(scope.account),
                site_id: Set(editor.site()),
                sector_id: Set(sector.id),
                keyword: Set(one.keyword.clone()),
                keyword_key: Set((*key).to_owned()),
                volume: Set(one.volume),
                volume_estimated: Set(false),
                difficulty: Set(one.difficulty),
                intent: Set(one.intent),
                intent_guessed: Set(false),
                status: Set(KeywordStatus::Active),
                created_at: Set(now),
                updated_at: Set(now),
                ..Default::default()
            })
        });
        keyword::Entity::insert_many(rows)
            .on_conflict(
                OnConflict::columns([keyword::Column::SectorId, keyword::Column::KeywordKey])
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(&txn)
            .await?;
    }
    let after = ids_of(&txn, scope, sector.id, &keys).await?;
    txn.commit().await?;
    let mut created: Vec<KeywordId> = after
        .iter()
        .filter(|(key, _)| !before.contains_key(*key))
        .map(|(_, id)| *id)
        .collect();
    created.sort_unstable();
    let ids: Vec<KeywordId> = after.values().copied().collect();
    Ok(Added {
        existing: i64::try_from(before.len()).unwrap_or(i64::MAX),
        ungrouped: ungrouped(&app.db, scope, ids).await?,
        created,
    })
}

/// What was asked for, by key.
async fn wanted(app: &App, scope: &Scope, input: &Add, site: entity::SiteId) -> Result<HashMap<String, Wanted>> {
    let library = seed_keyword::Entity::find()
        .filter(seed_keyword::Column::Id.is_in(input.library_ids.iter().copied()))
        .all(&app.db)
        .await?;
    let theirs = competitor_keyword::Entity::find_in(scope)
        .filter(competitor_keyword::Column::SiteId.eq(site))
        .filter(competitor_keyword::Column::Id.is_in(input.competitor_ids.iter().copied()))
        .order_by_asc(competitor_keyword::Column::Id)
        .all(&app.db)
        .await?;
    let different = |count: usize, ids: HashSet<i64>| count != ids.len();
    if different(library.len(), input.library_ids.iter().map(|id| id.0).collect())
        || different(theirs.len(), input.competitor_ids.iter().map(|id| id.0).collect())
    {
        return Err(Error::NotFound("A selected keyword"));
    }
    let mut wanted = HashMap::new();
    for row in library {
        wanted.entry(engine::text::keyword_key(&row.keyword)).or_insert(Wanted {
            keyword: row.keyword,
            volume: row.volume.map(i64::from),
            difficulty: row.difficulty,
            intent: row.intent,
        });
    }
    for row in theirs {
        wanted.entry(row.keyword_key).or_insert(Wanted {
            keyword: row.keyword,
            volume: row.volume,
            difficulty: row.difficulty,
            intent: row.intent,
        });
    }
    Ok(wanted)
}

async fn ids_of(
    db: &impl ConnectionTrait,
    scope: &Scope,
    sector: SectorId,
    keys: &[&str],
) -> Result<HashMap<String, KeywordId>> {
    let found: Vec<(String, KeywordId)> = keyword::Entity::find_in(scope)
        .filter(keyword::Column::SectorId.eq(sector))
        .filter(keyword::Column::KeywordKey.is_in(keys.iter().copied()))
        .select_only()
        .columns([keyword::Column::KeywordKey, keyword::Column::Id])
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// Those of the keywords that are in no cluster, in the order of their ids.
async fn ungrouped(db: &impl ConnectionTrait, scope: &Scope, mut ids: Vec<KeywordId>) -> Result<Vec<KeywordId>> {
    let grouped: HashSet<KeywordId> = cluster_keyword::Entity::find_in(scope)
        .filter(cluster_keyword::Column::KeywordId.is_in(ids.iter().copied()))
        .select_only()
        .column(cluster_keyword::Column::KeywordId)
        .into_tuple::<KeywordId>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    ids.retain(|id| !grouped.contains(id));
    ids.sort_unstable();
    Ok(ids)
}
