//! The keywords of a cluster: which they are and why, putting them in and out by hand.

use std::collections::HashMap;

use entity::{
    AiTaskId, ClusterId, KeywordId, ListQuery, Page, SectorId, Timestamp, ai_task, cluster, cluster_keyword,
    cluster_keyword::Row, keyword, serp_result,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, JoinType, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, LikeExpr, NullOrdering},
};

use super::{
    locks, recount,
    rows::{self, Place},
};
use crate::{
    App, Error, Result, db,
    scope::{Scope, Scoped},
};

/// Keywords that one call moves at most.
pub const MAX_KEYWORDS: usize = 10_000;
/// Share of the keywords that are marked as the weakest: one in so many.
const WEAKEST: u64 = 10;
/// A keyword this near is never marked as weak, in percent.
const STRONG: i32 = 60;

/// One page of a cluster's keywords with the reasons for their places.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`] for an order that does not exist.
pub async fn list(app: &App, scope: &Scope, id: ClusterId, list: &ListQuery) -> Result<Page<Row>> {
    use cluster_keyword::Column as M;
    use keyword::Column as K;
    let found = super::get(app, scope, id).await?;
    let members = || {
        cluster_keyword::Entity::find_in(scope)
            .join(
                JoinType::InnerJoin,
                cluster_keyword::Entity::belongs_to(keyword::Entity)
                    .from(M::KeywordId)
                    .to(K::Id)
                    .into(),
            )
            .filter(M::ClusterId.eq(id))
    };
    let mut rows = members();
    if let Some(text) = list.search() {
        let pattern = db::like_anywhere(&engine::text::keyword_key(text));
        rows = rows.filter(Expr::col((keyword::Entity, K::KeywordKey)).like(LikeExpr::new(pattern).escape('\\')));
    }
    let (column, descending) = list.order().unwrap_or(("similarity", true));
    let order = if descending { Order::Desc } else { Order::Asc };
    rows = match column {
        "similarity" => rows.order_by(M::Similarity, order.clone()),
        "pinned" => rows.order_by(M::Pinned, order.clone()),
        "keyword" => rows.order_by(K::KeywordKey, order.clone()),
        "volume" => rows.order_by_with_nulls(K::Volume, order.clone(), NullOrdering::Last),
        "difficulty" => rows.order_by_with_nulls(K::Difficulty, order.clone(), NullOrdering::Last),
        other => {
            return Err(Error::field(
                "ordering",
                format!("Keywords of a cluster cannot be ordered by \"{other}\"."),
            ));
        }
    };
    let pages = rows
        .order_by(M::KeywordId, order)
        .paginate(&app.db, u64::from(list.page_size()));
    let count = pages.num_items().await?;
    let places = pages.fetch_page(u64::from(list.page() - 1)).await?;
    let keywords: HashMap<KeywordId, keyword::Model> = keyword::Entity::find_in(scope)
        .filter(K::Id.is_in(places.iter().map(|place| place.keyword_id)))
        .all(&app.db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let runs = runs_of(&app.db, scope, &places).await?;
    let known = known_results(&app.db, scope, found.sector_id, keywords.values()).await?;
    let weak = weak_below(&app.db, scope, id).await?;
    let results = places
        .into_iter()
        .filter_map(|place| {
            let keyword = keywords.get(&place.keyword_id)?.clone();
            let run = place.ai_task_id.and_then(|task| runs.get(&task));
            #[expect(clippy::cast_possible_truncation, reason = "a percentage")]
            let similarity = (place.similarity.clamp(0.0, 1.0) * 100.0).round() as i32;
            Some(Row {
                known_urls: known.get(&keyword.keyword_key).copied().unwrap_or_default(),
                keyword,
                weakest: !place.pinned
                    && place.ai_task_id.is_some()
                    && similarity < STRONG
                    && weak.is_some_and(|weak| place.similarity <= weak),
                similarity,
                shared_terms: place
                    .shared_terms
                    .split(", ")
                    .filter(|term| !term.is_empty())
                    .map(str::to_owned)
                    .collect(),
                shared_urls: place.shared_urls,
                pinned: place.pinned,
                task_id: run.map(|(name, _)| name.clone()),
                placed_at: run.map(|(_, at)| *at),
            })
        })
        .collect();
    Ok(Page {
        count,
        count_exact: true,
        page: list.page(),
        page_size: list.page_size(),
        results,
    })
}

async fn runs_of(
    db: &impl ConnectionTrait,
    scope: &Scope,
    places: &[cluster_keyword::Model],
) -> Result<HashMap<AiTaskId, (String, Timestamp)>> {
    let ids: std::collections::BTreeSet<AiTaskId> = places.iter().filter_map(|place| place.ai_task_id).collect();
    let found: Vec<(AiTaskId, String, Timestamp)> = ai_task::Entity::find_in(scope)
        .filter(ai_task::Column::Id.is_in(ids))
        .select_only()
        .columns([
            ai_task::Column::Id,
            ai_task::Column::PublicId,
            ai_task::Column::CreatedAt,
        ])
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().map(|(id, name, at)| (id, (name, at))).collect())
}

async fn known_results(
    db: &impl ConnectionTrait,
    scope: &Scope,
    sector: SectorId,
    keywords: impl Iterator<Item = &keyword::Model>,
) -> Result<HashMap<String, i64>> {
    use serp_result::Column as R;
    let found: Vec<(String, i64)> = serp_result::Entity::find_in(scope)
        .filter(R::SectorId.eq(sector))
        .filter(R::KeywordKey.is_in(keywords.map(|keyword| keyword.keyword_key.as_str())))
        .select_only()
        .column(R::KeywordKey)
        .column_as(R::Id.count(), "number")
        .group_by(R::KeywordKey)
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// The nearness of the cluster's weakest tenth.
async fn weak_below(db: &impl ConnectionTrait, scope: &Scope, id: ClusterId) -> Result<Option<f32>> {
    use cluster_keyword::Column as M;
    let placed = cluster_keyword::Entity::find_in(scope)
        .filter(M::ClusterId.eq(id))
        .filter(M::AiTaskId.is_not_null());
    let number = placed.clone().count(db).await?;
    Ok(placed
        .order_by_asc(M::Similarity)
        .offset(number / WEAKEST)
        .limit(1)
        .select_only()
        .column(M::Similarity)
        .into_tuple()
        .one(db)
        .await?)
}

fn bounded(ids: &[KeywordId]) -> Result<Vec<KeywordId>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Err(Error::field("ids", "Select at least one keyword."));
    }
    if ids.len() > MAX_KEYWORDS {
        return Err(Error::field(
            "ids",
            format!("Select at most {MAX_KEYWORDS} keywords at a time."),
        ));
    }
    Ok(ids)
}

/// Locks keywords, which must all be in the sector.
pub(super) async fn lock_of_sector(
    db: &impl ConnectionTrait,
    scope: &Scope,
    sector: SectorId,
    ids: &[KeywordId],
) -> Result<()> {
    for chunk in ids.chunks(1_000) {
        let there = locks::keywords(db, scope, chunk).await?;
        if there.len() != chunk.len() {
            return Err(Error::NotFound("A selected keyword"));
        }
        let strangers = keyword::Entity::find_in(scope)
            .filter(keyword::Column::Id.is_in(chunk.iter().copied()))
            .filter(keyword::Column::SectorId.ne(sector))
            .count(db)
            .await?;
        if strangers > 0 {
            return Err(Error::field(
                "ids",
                "Some of these keywords belong to another sector. A cluster holds keywords of one sector.",
            ));
        }
    }
    Ok(())
}

/// Puts keywords into a cluster and pins them there; they stay where they are besides. Returns how many were new.
///
/// # Errors
/// [`Error::NotFound`] for a cluster or keyword that is not there, [`Error::Invalid`] for keywords of another sector,
/// [`Error::Forbidden`].
pub async fn add(app: &App, scope: &Scope, id: ClusterId, ids: &[KeywordId]) -> Result<u64> {
    let ids = bounded(ids)?;
    let txn = db::begin_write(&app.db).await?;
    let found = one(&txn, scope, id).await?;
    lock_of_sector(&txn, scope, found.sector_id, &ids).await?;
    let before = cluster_keyword::Entity::find_in(scope)
        .filter(cluster_keyword::Column::ClusterId.eq(id))
        .count(&txn)
        .await?;
    put_in(&txn, scope, id, &ids).await?;
    recount(&txn, scope, &[id]).await?;
    let now = cluster_keyword::Entity::find_in(scope)
        .filter(cluster_keyword::Column::ClusterId.eq(id))
        .count(&txn)
        .await?;
    txn.commit().await?;
    Ok(now.saturating_sub(before))
}

/// Places by hand: pinned, and as near as can be.
pub(super) async fn put_in(db: &impl ConnectionTrait, scope: &Scope, id: ClusterId, ids: &[KeywordId]) -> Result<()> {
    let places: Vec<Place> = ids
        .iter()
        .map(|keyword| Place {
            cluster: id,
            keyword: *keyword,
            similarity: 1.0,
            terms: String::new(),
            urls: 0,
        })
        .collect();
    rows::place(db, scope.account, None, &places).await?;
    set_pinned(db, scope, id, ids, true).await?;
    Ok(())
}

async fn set_pinned(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: ClusterId,
    ids: &[KeywordId],
    pinned: bool,
) -> Result<u64> {
    let mut changed = 0;
    for chunk in ids.chunks(1_000) {
        changed += cluster_keyword::Entity::update_in(scope)
            .col_expr(cluster_keyword::Column::Pinned, Expr::value(pinned))
            .filter(cluster_keyword::Column::ClusterId.eq(id))
            .filter(cluster_keyword::Column::KeywordId.is_in(chunk.iter().copied()))
            .exec(db)
            .await?
            .rows_affected;
    }
    Ok(changed)
}

pub(super) async fn take_out(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: ClusterId,
    ids: &[KeywordId],
) -> Result<u64> {
    let mut gone = 0;
    for chunk in ids.chunks(1_000) {
        gone += cluster_keyword::Entity::delete_in(scope)
            .filter(cluster_keyword::Column::ClusterId.eq(id))
            .filter(cluster_keyword::Column::KeywordId.is_in(chunk.iter().copied()))
            .exec(db)
            .await?
            .rows_affected;
    }
    Ok(gone)
}

/// Takes keywords out of a cluster; the keywords stay. Returns how many were in it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`], [`Error::Forbidden`].
pub async fn remove(app: &App, scope: &Scope, id: ClusterId, ids: &[KeywordId]) -> Result<u64> {
    let ids = bounded(ids)?;
    let txn = db::begin_write(&app.db).await?;
    one(&txn, scope, id).await?;
    for chunk in ids.chunks(1_000) {
        locks::keywords(&txn, scope, chunk).await?;
    }
    let gone = take_out(&txn, scope, id, &ids).await?;
    recount(&txn, scope, &[id]).await?;
    txn.commit().await?;
    Ok(gone)
}

/// Moves keywords from a cluster to another one of its sector and pins them there. Returns how many moved.
///
/// # Errors
/// [`Error::NotFound`] for a cluster, or a keyword that is not in the first, [`Error::Invalid`], [`Error::Forbidden`].
pub async fn move_to(app: &App, scope: &Scope, from: ClusterId, ids: &[KeywordId], to: ClusterId) -> Result<u64> {
    let ids = bounded(ids)?;
    let txn = db::begin_write(&app.db).await?;
    let (from, to) = (one(&txn, scope, from).await?, one(&txn, scope, to).await?);
    if from.id == to.id {
        return Err(Error::field("to", "The keywords are in this cluster already."));
    }
    if from.sector_id != to.sector_id {
        return Err(Error::field("to", "Choose a cluster of the same sector."));
    }
    lock_of_sector(&txn, scope, from.sector_id, &ids).await?;
    let moved = take_out(&txn, scope, from.id, &ids).await?;
    if usize::try_from(moved).ok() != Some(ids.len()) {
        return Err(Error::NotFound("A selected keyword"));
    }
    put_in(&txn, scope, to.id, &ids).await?;
    recount(&txn, scope, &[from.id, to.id]).await?;
    txn.commit().await?;
    Ok(moved)
}

/// Pins keywords in a cluster, so that no run takes them away, or lets them go. Returns how many are in it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`], [`Error::Forbidden`].
pub async fn pin(app: &App, scope: &Scope, id: ClusterId, ids: &[KeywordId], pinned: bool) -> Result<u64> {
    let ids = bounded(ids)?;
    let txn = db::begin_write(&app.db).await?;
    one(&txn, scope, id).await?;
    let changed = set_pinned(&txn, scope, id, &ids, pinned).await?;
    txn.commit().await?;
    Ok(changed)
}

/// The cluster, when the caller may change it.
pub(super) async fn one(db: &impl ConnectionTrait, scope: &Scope, id: ClusterId) -> Result<cluster::Model> {
    let found = cluster::Entity::find_in(scope)
        .filter(cluster::Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The cluster"))?;
    scope.editor_of(found.site_id)?;
    Ok(found)
}
