//! Several keywords at once: a pasted list, a part of the seed library.

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::{
    KeywordId, ListQuery, Page, SectorId, SeedKeywordId, keyword,
    keyword::{Added, Intent, KeywordStatus, MAX_AT_ONCE, NewMany},
    seed_keyword,
    seed_keyword::{MAX_PICKED, Pick},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::{checked, from_engine_intent};
use crate::{
    App, Error, Faults, Result,
    billing::limits::{self, Thing},
    catalogue, db,
    scope::{self, Scope, Scoped, SiteEditor},
};

/// Rows of one statement.
const STATEMENT: usize = 500;

/// A keyword about to be taken into a sector.
pub(crate) struct Row {
    /// As [`engine::text::clean_keyword`] writes it.
    pub(crate) text: String,
    pub(crate) volume: Option<i64>,
    pub(crate) difficulty: Option<i32>,
    pub(crate) intent: Intent,
    /// The intent was guessed from the words.
    pub(crate) guessed: bool,
}

/// What came of taking keywords into a sector, in the order of their ids.
pub(crate) struct Taken {
    /// New in the sector.
    pub(crate) made: Vec<KeywordId>,
    /// There before; they stay as they are.
    pub(crate) known: Vec<KeywordId>,
}

impl Taken {
    /// Of so many that were given, which may name one keyword twice.
    fn of(&self, given: usize) -> Added {
        Added {
            added: self.made.len() as u64,
            skipped: given.saturating_sub(self.made.len()) as u64,
        }
    }
}

/// Adds keywords by hand, several at once; those that the sector has already stay as they are.
///
/// # Errors
/// [`Error::Invalid`] at `keywords` naming the first line that is no keyword, for none and for too many;
/// [`Error::LimitReached`], [`Error::NotFound`], [`Error::Forbidden`]. Then nothing is added.
pub async fn create_many(app: &App, scope: &Scope, input: NewMany) -> Result<Added> {
    let (editor, sector) = scope.editor_of_sector(&app.db, input.sector_id).await?;
    let mut faults = Faults::new();
    faults.check(
        input.keywords.len() <= MAX_AT_ONCE,
        "keywords",
        format!("Add at most {MAX_AT_ONCE} keywords at once; a longer list can be imported as a file."),
    );
    faults.finish()?;
    let mut rows = Vec::new();
    for (index, text) in input.keywords.iter().enumerate() {
        if text.trim().is_empty() {
            continue;
        }
        let text = checked(text, None, None).map_err(|error| match error {
            Error::Invalid { fields, .. } => {
                let why = fields.into_iter().next().map(|fault| fault.message).unwrap_or_default();
                Error::field("keywords", format!("Line {}: {why}", index + 1))
            }
            other => other,
        })?;
        rows.push(Row {
            intent: input
                .intent
                .unwrap_or_else(|| from_engine_intent(engine::intent::guess(&text))),
            guessed: input.intent.is_none(),
            text,
            volume: None,
            difficulty: None,
        });
    }
    if rows.is_empty() {
        return Err(Error::field("keywords", "Enter at least one keyword."));
    }
    let given = rows.len();
    let txn = db::begin_write(&app.db).await?;
    let taken = take(&txn, scope, editor, sector.id, rows).await?;
    txn.commit().await?;
    Ok(taken.of(given))
}

/// Takes keywords of the seed library over into a sector; those that it has already stay as they are.
///
/// # Errors
/// [`Error::Invalid`] for none or too many, [`Error::NotFound`] for a sector or a library keyword that is not there,
/// [`Error::LimitReached`], [`Error::Forbidden`]. Then nothing is added.
pub async fn add_from_library(app: &App, scope: &Scope, sector: SectorId, ids: &[SeedKeywordId]) -> Result<Added> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() || ids.len() > MAX_PICKED {
        return Err(Error::field("ids", format!("Choose 1 to {MAX_PICKED} keywords.")));
    }
    let mut seeds = Vec::with_capacity(ids.len());
    for part in ids.chunks(1_000) {
        seeds.extend(
            seed_keyword::Entity::find()
                .filter(seed_keyword::Column::Id.is_in(part.iter().copied()))
                .all(&app.db)
                .await?,
        );
    }
    if seeds.len() != ids.len() {
        return Err(Error::NotFound("A keyword of the library"));
    }
    take_over(app, scope, sector, seeds).await
}

/// As [`add_from_library`], with all that pass a filter when no ids are given.
///
/// # Errors
/// As [`add_from_library`].
pub async fn pick_from_library(app: &App, scope: &Scope, pick: &Pick) -> Result<Added> {
    let Some(filter) = pick.filter.as_ref().filter(|_| pick.ids.is_empty()) else {
        return add_from_library(app, scope, pick.sector_id, &pick.ids).await;
    };
    let list = ListQuery {
        search: pick.search.clone(),
        ..ListQuery::default()
    };
    let seeds = catalogue::matching(filter, &list)
        .order_by_asc(seed_keyword::Column::Id)
        .limit(u64::try_from(MAX_PICKED).unwrap_or(u64::MAX).saturating_add(1))
        .all(&app.db)
        .await?;
    if seeds.is_empty() || seeds.len() > MAX_PICKED {
        return Err(Error::field(
            "filter",
            format!("The filter must leave 1 to {MAX_PICKED} keywords."),
        ));
    }
    take_over(app, scope, pick.sector_id, seeds).await
}

async fn take_over(app: &App, scope: &Scope, sector: SectorId, seeds: Vec<seed_keyword::Model>) -> Result<Added> {
    let (editor, sector) = scope.editor_of_sector(&app.db, sector).await?;
    let rows: Vec<Row> = seeds
        .into_iter()
        .map(|seed| Row {
            text: engine::text::clean_keyword(&seed.keyword),
            volume: seed.volume.map(i64::from),
            difficulty: seed.difficulty,
            intent: seed.intent,
            guessed: false,
        })
        .collect();
    let given = rows.len();
    let txn = db::begin_write(&app.db).await?;
    let taken = take(&txn, scope, editor, sector.id, rows).await?;
    txn.commit().await?;
    Ok(taken.of(given))
}

/// Takes keywords into a sector, each once and the first of those with one key; refuses all of them when the plan has no
/// room for what is new. Every way of adding keywords but an import ends here.
///
/// # Errors
/// [`Error::LimitReached`]; when the database fails.
pub(crate) async fn take(
    txn: &DatabaseTransaction,
    scope: &Scope,
    editor: SiteEditor,
    sector: SectorId,
    rows: Vec<Row>,
) -> Result<Taken> {
    // The account is locked before keywords are, as everywhere, and nobody else adds meanwhile.
    scope::lock_account(txn, scope).await?;
    let mut wanted: BTreeMap<String, Row> = BTreeMap::new();
    for row in rows {
        wanted.entry(engine::text::keyword_key(&row.text)).or_insert(row);
    }
    let keys: Vec<String> = wanted.keys().cloned().collect();
    let before = ids_of(txn, scope, sector, &keys).await?;
    let now = crate::now();
    let mut fresh: Vec<keyword::ActiveModel> = wanted
        .into_iter()
        .filter(|(key, _)| !before.contains_key(key))
        .map(|(key, row)| keyword::ActiveModel {
            account_id: Set(scope.account),
            site_id: Set(editor.site()),
            sector_id: Set(sector),
            keyword: Set(row.text),
            keyword_key: Set(key),
            volume: Set(row.volume),
            volume_estimated: Set(false),
            difficulty: Set(row.difficulty),
            intent: Set(row.intent),
            intent_guessed: Set(row.guessed),
            status: Set(KeywordStatus::Active),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        })
        .collect();
    let added = fresh.len() as u64;
    while !fresh.is_empty() {
        let rest = fresh.split_off(fresh.len().min(STATEMENT));
        keyword::Entity::insert_many(fresh)
            .on_conflict_do_nothing_on([keyword::Column::SectorId, keyword::Column::KeywordKey])
            .exec_without_returning(txn)
            .await?;
        fresh = rest;
    }
    if added > 0 {
        limits::refuse_beyond(txn, scope, Thing::Keywords, added).await?;
    }
    let after = ids_of(txn, scope, sector, &keys).await?;
    let sorted = |mut ids: Vec<KeywordId>| {
        ids.sort_unstable();
        ids
    };
    Ok(Taken {
        made: sorted(
            after
                .iter()
                .filter(|(key, _)| !before.contains_key(*key))
                .map(|(_, id)| *id)
                .collect(),
        ),
        known: sorted(before.into_values().collect()),
    })
}

async fn ids_of(
    db: &impl ConnectionTrait,
    scope: &Scope,
    sector: SectorId,
    keys: &[String],
) -> Result<HashMap<String, KeywordId>> {
    let mut ids = HashMap::with_capacity(keys.len());
    for part in keys.chunks(STATEMENT) {
        let found: Vec<(String, KeywordId)> = keyword::Entity::find_in(scope)
            .filter(keyword::Column::SectorId.eq(sector))
            .filter(keyword::Column::KeywordKey.is_in(part.iter().map(String::as_str)))
            .select_only()
            .columns([keyword::Column::KeywordKey, keyword::Column::Id])
            .into_tuple()
            .all(db)
            .await?;
        ids.extend(found);
    }
    Ok(ids)
}

/// The seed library, a page at a time, with what the sector has of it already.
///
/// # Errors
/// [`Error::NotFound`] for a sector that is not there for the caller, [`Error::Invalid`] for an unknown order.
pub async fn library(
    app: &App,
    scope: &Scope,
    sector: SectorId,
    filter: &seed_keyword::Filter,
    list: &ListQuery,
) -> Result<Page<seed_keyword::Row>> {
    let known = entity::sector::Entity::find_in(scope).filter(entity::sector::Column::Id.eq(sector));
    if known.one(&app.db).await?.is_none() {
        return Err(Error::NotFound("The sector"));
    }
    let page = catalogue::seed_keywords(app, filter, list).await?;
    let keys: Vec<String> = page
        .results
        .iter()
        .map(|seed| engine::text::keyword_key(&seed.keyword))
        .collect();
    let there: Vec<(KeywordId, String)> = keyword::Entity::find_in(scope)
        .filter(keyword::Column::SectorId.eq(sector))
        .filter(keyword::Column::KeywordKey.is_in(keys.iter().map(String::as_str)))
        .select_only()
        .columns([keyword::Column::Id, keyword::Column::KeywordKey])
        .into_tuple()
        .all(&app.db)
        .await?;
    let there: HashSet<String> = there.into_iter().map(|(_, key)| key).collect();
    Ok(Page {
        count: page.count,
        count_exact: page.count_exact,
        page: page.page,
        page_size: page.page_size,
        results: page
            .results
            .into_iter()
            .zip(keys)
            .map(|(seed, key)| seed_keyword::Row {
                in_sector: there.contains(&key),
                seed,
            })
            .collect(),
    })
}
