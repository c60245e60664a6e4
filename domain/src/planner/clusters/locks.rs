//! The order in which rows are locked: the account, then keywords by their key, then clusters by number. Whoever keeps to
//! it waits for others but never in a circle, and counts what others have written. SQLite has one writer anyway.

use entity::{ClusterId, KeywordId, cluster, cluster_keyword, keyword};
use sea_orm::{
    ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::LockType, sea_query::Query,
};

use crate::{
    Result,
    scope::{Scope, Scoped},
};

/// Locks keywords; returns those that are there. At most some thousands at a time, all of one sector.
pub(crate) async fn keywords(db: &impl ConnectionTrait, scope: &Scope, ids: &[KeywordId]) -> Result<Vec<KeywordId>> {
    Ok(keyword::Entity::find_in(scope)
        .filter(keyword::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(keyword::Column::KeywordKey)
        .select_only()
        .column(keyword::Column::Id)
        // The weakest lock that excludes itself: rows that refer to the keyword can be written meanwhile.
        .lock(LockType::NoKeyUpdate)
        .into_tuple()
        .all(db)
        .await?)
}

/// Locks all keywords of clusters.
pub(crate) async fn keywords_of(db: &impl ConnectionTrait, scope: &Scope, clusters: &[ClusterId]) -> Result<()> {
    if !crate::db::is_postgres(db) {
        return Ok(());
    }
    let members = Query::select()
        .column(cluster_keyword::Column::KeywordId)
        .from(cluster_keyword::Entity)
        .and_where(cluster_keyword::Column::ClusterId.is_in(clusters.iter().copied()))
        .to_owned();
    let _: Vec<KeywordId> = keyword::Entity::find_in(scope)
        .filter(keyword::Column::Id.in_subquery(members))
        .order_by_asc(keyword::Column::KeywordKey)
        .select_only()
        .column(keyword::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple()
        .all(db)
        .await?;
    Ok(())
}

/// Locks clusters; returns those that are there.
pub(crate) async fn clusters(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: &[ClusterId],
) -> Result<Vec<cluster::Model>> {
    Ok(cluster::Entity::find_in(scope)
        .filter(cluster::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(cluster::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .all(db)
        .await?)
}
