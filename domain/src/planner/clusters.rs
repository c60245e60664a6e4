//! Clusters: lists, changing, deleting; their counts are always true.

pub(crate) mod held;
pub(crate) mod locks;
pub mod members;
pub mod reshape;
pub(crate) mod rows;
pub mod runs;

use entity::{ClusterId, KeywordId, ListQuery, Page, cluster, cluster::ClusterStatus, cluster_keyword, keyword};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, Func, LikeExpr, Query, SimpleExpr},
};

use crate::{
    App, Error, Faults, Result, audit,
    billing::limits::{self, Thing},
    db,
    scope::{Scope, Scoped},
};

/// Clusters that one call changes at most.
const MAX_CLUSTERS: usize = 5_000;

/// One page of clusters.
///
/// # Errors
/// [`Error::Invalid`] for an order that does not exist.
pub async fn list(
    app: &App,
    scope: &Scope,
    filter: &cluster::Filter,
    list: &ListQuery,
) -> Result<Page<cluster::Model>> {
    use cluster::Column as C;
    let mut all = Condition::all();
    if let Some(site) = filter.site_id {
        all = all.add(C::SiteId.eq(site));
    }
    if let Some(sector) = filter.sector_id {
        all = all.add(C::SectorId.eq(sector));
    }
    if let Some(status) = filter.status {
        all = all.add(C::Status.eq(status));
    }
    if let Some(text) = list.search() {
        let pattern = db::like_anywhere(&text.to_lowercase());
        all = all.add(Expr::expr(Func::lower(Expr::col(C::Name))).like(LikeExpr::new(pattern).escape('\\')));
    }
    for (limit, column) in [(filter.keywords_min, C::KeywordsCount), (filter.volume_min, C::Volume)] {
        if let Some(least) = limit {
            all = all.add(column.gte(least));
        }
    }
    for (limit, column) in [(filter.keywords_max, C::KeywordsCount), (filter.volume_max, C::Volume)] {
        if let Some(most) = limit {
            all = all.add(column.lte(most));
        }
    }
    if let Some(with) = filter.with_ideas {
        let ideas = Query::select()
            .expr(Expr::value(1))
            .from(entity::idea::Entity)
            .and_where(
                Expr::col((entity::idea::Entity, entity::idea::Column::ClusterId))
                    .equals((cluster::Entity, cluster::Column::Id)),
            )
            .to_owned();
        let exists = Expr::exists(ideas);
        all = all.add(if with { exists } else { exists.not() });
    }
    let (column, descending) = list.order().unwrap_or(("volume", true));
    let column = match column {
        "name" => C::Name,
        "keywords_count" => C::KeywordsCount,
        "volume" => C::Volume,
        "status" => C::Status,
        "created_at" => C::CreatedAt,
        other => {
            return Err(Error::field(
                "ordering",
                format!("Clusters cannot be ordered by \"{other}\"."),
            ));
        }
    };
    let order = if descending { Order::Desc } else { Order::Asc };
    let pages = cluster::Entity::find_in(scope)
        .filter(all)
        .order_by(column, order.clone())
        .order_by(C::Id, order)
        .paginate(&app.db, u64::from(list.page_size()));
    Ok(Page {
        count: pages.num_items().await?,
        count_exact: true,
        page: list.page(),
        page_size: list.page_size(),
        results: pages.fetch_page(u64::from(list.page() - 1)).await?,
    })
}

/// One cluster.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(app: &App, scope: &Scope, id: ClusterId) -> Result<cluster::Model> {
    cluster::Entity::find_in(scope)
        .filter(cluster::Column::Id.eq(id))
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The cluster"))
}

/// Makes an empty cluster.
///
/// # Errors
/// [`Error::Invalid`], [`Error::NotFound`], [`Error::Forbidden`].
pub async fn create(app: &App, scope: &Scope, input: cluster::New) -> Result<cluster::Model> {
    let (editor, sector) = scope.editor_of_sector(&app.db, input.sector_id).await?;
    let name = checked_name(&input.name)?;
    let now = crate::now();
    let txn = db::begin_write(&app.db).await?;
    limits::refuse_more(&txn, scope, Thing::Clusters, 1).await?;
    let made = cluster::Entity::insert(cluster::ActiveModel {
        account_id: Set(scope.account),
        site_id: Set(editor.site()),
        sector_id: Set(sector.id),
        name: Set(name),
        description: Set(input.description),
        keywords_count: Set(0),
        volume: Set(0),
        status: Set(ClusterStatus::Active),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(&txn)
    .await?;
    txn.commit().await?;
    Ok(made)
}

/// Changes a cluster.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`], [`Error::Forbidden`].
pub async fn update(app: &App, scope: &Scope, id: ClusterId, patch: cluster::Patch) -> Result<cluster::Model> {
    let found = get(app, scope, id).await?;
    scope.editor_of(found.site_id)?;
    let name = checked_name(patch.name.as_deref().unwrap_or(&found.name))?;
    Ok(cluster::Entity::update(cluster::ActiveModel {
        id: Set(id),
        name: Set(name),
        description: Set(patch.description.unwrap_or(found.description)),
        status: Set(patch.status.unwrap_or(found.status)),
        updated_at: Set(crate::now()),
        ..Default::default()
    })
    .exec(&app.db)
    .await?)
}

/// Deletes clusters; their keywords stay. Returns how many there were.
///
/// # Errors
/// [`Error::NotFound`] when one is not there for the caller, [`Error::Forbidden`].
pub async fn delete(app: &App, scope: &Scope, ids: &[ClusterId]) -> Result<u64> {
    let txn = db::begin_write(&app.db).await?;
    to_change(&txn, scope, ids).await?;
    // What was made from them stays and belongs to no cluster any more.
    reshape::repoint(&txn, scope, ids, None).await?;
    let gone = cluster::Entity::delete_in(scope)
        .filter(cluster::Column::Id.is_in(ids.iter().copied()))
        .exec(&txn)
        .await?;
    audit::rows_deleted(&txn, scope, "cluster", gone.rows_affected).await?;
    txn.commit().await?;
    Ok(gone.rows_affected)
}

/// Gives clusters a status; returns how many there were.
///
/// # Errors
/// [`Error::NotFound`] when one is not there for the caller, [`Error::Forbidden`].
pub async fn set_status(app: &App, scope: &Scope, ids: &[ClusterId], status: ClusterStatus) -> Result<u64> {
    let txn = db::begin_write(&app.db).await?;
    to_change(&txn, scope, ids).await?;
    let changed = cluster::Entity::update_in(scope)
        .col_expr(cluster::Column::Status, Expr::value(status.as_str()))
        .col_expr(cluster::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(cluster::Column::Id.is_in(ids.iter().copied()))
        .exec(&txn)
        .await?;
    txn.commit().await?;
    Ok(changed.rows_affected)
}

/// All of `ids`, which must be there for the caller and be his to change.
pub(crate) async fn to_change(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: &[ClusterId],
) -> Result<Vec<cluster::Model>> {
    let unique: std::collections::HashSet<_> = ids.iter().collect();
    if unique.len() > MAX_CLUSTERS {
        return Err(Error::field(
            "ids",
            format!("Select at most {MAX_CLUSTERS} clusters at a time."),
        ));
    }
    let rows = cluster::Entity::find_in(scope)
        .filter(cluster::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(cluster::Column::Id)
        .all(db)
        .await?;
    if rows.len() != unique.len() || rows.is_empty() {
        return Err(Error::NotFound("A selected cluster"));
    }
    for row in &rows {
        scope.editor_of(row.site_id)?;
    }
    Ok(rows)
}

/// Clusters that hold any of these keywords.
pub(crate) async fn holders(
    db: &impl ConnectionTrait,
    scope: &Scope,
    keywords: &[KeywordId],
) -> Result<Vec<ClusterId>> {
    Ok(cluster_keyword::Entity::find_in(scope)
        .filter(cluster_keyword::Column::KeywordId.is_in(keywords.iter().copied()))
        .select_only()
        .column(cluster_keyword::Column::ClusterId)
        .distinct()
        .into_tuple()
        .all(db)
        .await?)
}

/// Counts anew whatever holds these keywords.
pub(crate) async fn recount_holders(db: &impl ConnectionTrait, scope: &Scope, keywords: &[KeywordId]) -> Result<()> {
    let ids = holders(db, scope, keywords).await?;
    recount(db, scope, &ids).await
}

/// Counts keywords and volume of clusters anew. Called in the transaction of whatever changed them.
pub(crate) async fn recount(db: &impl ConnectionTrait, scope: &Scope, ids: &[ClusterId]) -> Result<()> {
    let count = Query::select()
        .expr(Expr::col(cluster_keyword::Column::KeywordId).count())
        .from(cluster_keyword::Entity)
        .and_where(
            Expr::col((cluster_keyword::Entity, cluster_keyword::Column::ClusterId))
                .equals((cluster::Entity, cluster::Column::Id)),
        )
        .to_owned();
    let volume = Query::select()
        .expr(Func::coalesce([
            Expr::col((keyword::Entity, keyword::Column::Volume))
                .sum()
                .cast_as("bigint"),
            Expr::value(0_i64),
        ]))
        .from(cluster_keyword::Entity)
        .inner_join(
            keyword::Entity,
            Expr::col((keyword::Entity, keyword::Column::Id))
                .equals((cluster_keyword::Entity, cluster_keyword::Column::KeywordId)),
        )
        .and_where(
            Expr::col((cluster_keyword::Entity, cluster_keyword::Column::ClusterId))
                .equals((cluster::Entity, cluster::Column::Id)),
        )
        .to_owned();
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    for chunk in ids.chunks(1_000) {
        // On PostgreSQL a statement that waited for a row still counts what it saw before it waited; one that begins
        // with the lock in hand sees what the others have written.
        if db::is_postgres(db) {
            locks::clusters(db, scope, chunk).await?;
        }
        cluster::Entity::update_in(scope)
            .col_expr(cluster::Column::KeywordsCount, sub(count.clone()))
            .col_expr(cluster::Column::Volume, sub(volume.clone()))
            .col_expr(cluster::Column::UpdatedAt, Expr::value(crate::now()))
            .filter(cluster::Column::Id.is_in(chunk.iter().copied()))
            .exec(db)
            .await?;
    }
    Ok(())
}

fn sub(query: sea_orm::sea_query::SelectStatement) -> SimpleExpr {
    SimpleExpr::SubQuery(None, Box::new(query.into()))
}

pub(crate) fn checked_name(name: &str) -> Result<String> {
    let name = name.trim().to_owned();
    let mut faults = Faults::new();
    faults.check(!name.is_empty(), "name", "Enter a name.").check(
        name.chars().count() <= 120,
        "name",
        "Use at most 120 characters.",
    );
    faults.finish()?;
    Ok(name)
}
