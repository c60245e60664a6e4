//! One cluster out of several, several out of one.

use std::collections::HashSet;

use entity::{
    ClusterId, KeywordId, cluster,
    cluster::{ClusterStatus, Merge, NewPart, Part, PartKeyword},
    cluster_keyword, keyword,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Query},
};

use super::{checked_name, locks, members, recount};
use crate::{
    App, Error, Result, audit,
    billing::limits::{self, Thing},
    db,
    scope::{Scope, Scoped},
};

/// Clusters that are merged at once.
const MERGE: std::ops::RangeInclusive<usize> = 2..=50;
/// Parts that a cluster is split into at once.
const MAX_PARTS: usize = 100;
/// Keywords that a proposal for a split looks at.
const SPLIT_KEYWORDS: u64 = 5_000;

/// Makes one cluster of several: keywords, ideas, tasks, articles and planned pages come along, the others go. The one
/// with the most keywords is kept.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`] for too few, too many, or clusters of several sectors, [`Error::Forbidden`].
pub async fn merge(app: &App, scope: &Scope, input: &Merge) -> Result<cluster::Model> {
    let name = checked_name(&input.name)?;
    let mut ids = input.ids.clone();
    ids.sort_unstable();
    ids.dedup();
    let txn = db::begin_write(&app.db).await?;
    super::to_change(&txn, scope, &ids).await?;
    if !MERGE.contains(&ids.len()) {
        return Err(Error::field("ids", "Select 2 to 50 clusters to merge."));
    }
    locks::keywords_of(&txn, scope, &ids).await?;
    let rows = locks::clusters(&txn, scope, &ids).await?;
    if rows.len() != ids.len() {
        return Err(Error::NotFound("A selected cluster"));
    }
    let sectors: HashSet<_> = rows.iter().map(|row| row.sector_id).collect();
    if sectors.len() > 1 {
        return Err(Error::field("ids", "Select clusters of one sector."));
    }
    let Some(kept) = rows
        .iter()
        .max_by_key(|row| (row.keywords_count, std::cmp::Reverse(row.id)))
    else {
        return Err(Error::NotFound("A selected cluster"));
    };
    let others: Vec<ClusterId> = ids.into_iter().filter(|id| *id != kept.id).collect();
    take_in(&txn, scope, kept.id, &others).await?;
    repoint(&txn, scope, &others, Some(kept.id)).await?;
    let mapped = rows.iter().any(|row| row.status == ClusterStatus::Mapped);
    cluster::Entity::update(cluster::ActiveModel {
        id: Set(kept.id),
        name: Set(name),
        status: Set(if mapped { ClusterStatus::Mapped } else { kept.status }),
        ..Default::default()
    })
    .exec(&txn)
    .await?;
    let gone = cluster::Entity::delete_in(scope)
        .filter(cluster::Column::Id.is_in(others))
        .exec(&txn)
        .await?;
    audit::rows_deleted(&txn, scope, "cluster", gone.rows_affected).await?;
    recount(&txn, scope, &[kept.id]).await?;
    let made = members::one(&txn, scope, kept.id).await?;
    txn.commit().await?;
    Ok(made)
}

/// The keywords of `others` become `kept`'s, each once; one that is pinned anywhere stays pinned.
async fn take_in(db: &impl ConnectionTrait, scope: &Scope, kept: ClusterId, others: &[ClusterId]) -> Result<()> {
    use cluster_keyword::Column as M;
    let of_others = |only_pinned: bool| {
        let mut found = cluster_keyword::Entity::find_in(scope).filter(M::ClusterId.is_in(others.iter().copied()));
        if only_pinned {
            found = found.filter(M::Pinned.eq(true));
        }
        found
    };
    let pinned: Vec<KeywordId> = of_others(true)
        .select_only()
        .column(M::KeywordId)
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    for other in others {
        let here = Query::select()
            .column(M::KeywordId)
            .from(cluster_keyword::Entity)
            .and_where(M::ClusterId.eq(kept))
            .to_owned();
        cluster_keyword::Entity::update_in(scope)
            .col_expr(M::ClusterId, Expr::value(kept))
            .filter(M::ClusterId.eq(*other))
            .filter(M::KeywordId.not_in_subquery(here))
            .exec(db)
            .await?;
    }
    for chunk in pinned.chunks(1_000) {
        cluster_keyword::Entity::update_in(scope)
            .col_expr(M::Pinned, Expr::value(true))
            .filter(M::ClusterId.eq(kept))
            .filter(M::KeywordId.is_in(chunk.iter().copied()))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Ideas, tasks, articles and planned pages of clusters become another one's, or nobody's.
pub(super) async fn repoint(
    db: &impl ConnectionTrait,
    scope: &Scope,
    from: &[ClusterId],
    to: Option<ClusterId>,
) -> Result<()> {
    let to = to.map(|id| id.0);
    macro_rules! repoint {
        ($($module:ident),+) => {$(
            entity::$module::Entity::update_in(scope)
                .col_expr(entity::$module::Column::ClusterId, Expr::value(to))
                .filter(entity::$module::Column::ClusterId.is_in(from.iter().copied()))
                .exec(db)
                .await?;
        )+};
    }
    repoint!(idea, task, content, page_blueprint);
    Ok(())
}

/// Parts that the engine would split a cluster into; one part when it sees no seam.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn split_proposal(app: &App, scope: &Scope, id: ClusterId) -> Result<Vec<Part>> {
    super::get(app, scope, id).await?;
    let members = Query::select()
        .column(cluster_keyword::Column::KeywordId)
        .from(cluster_keyword::Entity)
        .and_where(cluster_keyword::Column::ClusterId.eq(id))
        .to_owned();
    let rows: Vec<(KeywordId, String, Option<i64>)> = keyword::Entity::find_in(scope)
        .filter(keyword::Column::Id.in_subquery(members))
        .order_by_asc(keyword::Column::Id)
        .limit(SPLIT_KEYWORDS)
        .select_only()
        .columns([keyword::Column::Id, keyword::Column::Keyword, keyword::Column::Volume])
        .into_tuple()
        .all(&app.db)
        .await?;
    tokio::task::spawn_blocking(move || {
        let input: Vec<engine::clustering::Keyword<'_>> = rows
            .iter()
            .map(|(_, text, volume)| engine::clustering::Keyword {
                text,
                volume: *volume,
                urls: &[],
            })
            .collect();
        engine::clustering::split(&input)
            .into_iter()
            .map(|part| Part {
                name: part.name,
                keywords: part
                    .members
                    .iter()
                    .filter_map(|member| {
                        let (id, text, _) = rows.get(usize::try_from(member.index).ok()?)?;
                        Some(PartKeyword {
                            id: *id,
                            keyword: text.clone(),
                        })
                    })
                    .collect(),
            })
            .collect()
    })
    .await
    .map_err(Error::internal)
}

/// Makes a cluster of each part and moves its keywords there, pinned; what no part names stays.
///
/// # Errors
/// [`Error::NotFound`] for a keyword that is not in the cluster, [`Error::Invalid`] for a part without name or keywords or
/// a keyword in two parts, [`Error::LimitReached`], [`Error::Forbidden`].
pub async fn split(app: &App, scope: &Scope, id: ClusterId, parts: &[NewPart]) -> Result<Vec<cluster::Model>> {
    if parts.is_empty() || parts.len() > MAX_PARTS {
        return Err(Error::field("parts", "Choose 1 to 100 parts."));
    }
    let mut all: Vec<KeywordId> = Vec::new();
    for part in parts {
        checked_name(&part.name)?;
        if part.keyword_ids.is_empty() {
            return Err(Error::field(
                "parts",
                format!("“{}” has no keywords.", part.name.trim()),
            ));
        }
        all.extend(&part.keyword_ids);
    }
    let number = all.len();
    all.sort_unstable();
    all.dedup();
    if all.len() != number {
        return Err(Error::field("parts", "A keyword can be in one part only."));
    }
    if number > members::MAX_KEYWORDS {
        return Err(Error::field("parts", "These are too many keywords for one split."));
    }
    let now = crate::now();
    let txn = db::begin_write(&app.db).await?;
    limits::refuse_more(&txn, scope, Thing::Clusters, parts.len() as u64).await?;
    let found = members::one(&txn, scope, id).await?;
    members::lock_of_sector(&txn, scope, found.sector_id, &all).await?;
    let moved = members::take_out(&txn, scope, id, &all).await?;
    if usize::try_from(moved).ok() != Some(number) {
        return Err(Error::NotFound("A selected keyword"));
    }
    let mut ids = Vec::with_capacity(parts.len());
    for part in parts {
        let made = cluster::Entity::insert(cluster::ActiveModel {
            account_id: Set(found.account_id),
            site_id: Set(found.site_id),
            sector_id: Set(found.sector_id),
            name: Set(checked_name(&part.name)?),
            description: Set(String::new()),
            keywords_count: Set(0),
            volume: Set(0),
            status: Set(ClusterStatus::Active),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        })
        .exec_with_returning(&txn)
        .await?;
        members::put_in(&txn, scope, made.id, &part.keyword_ids).await?;
        ids.push(made.id);
    }
    let mut counted = ids.clone();
    counted.push(id);
    recount(&txn, scope, &counted).await?;
    let made = locks::clusters(&txn, scope, &ids).await?;
    txn.commit().await?;
    Ok(made)
}
