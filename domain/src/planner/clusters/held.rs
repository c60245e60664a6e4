//! Which keywords a run must leave where they are.

use entity::{
    ClusterId, SectorId, cluster, cluster::ClusterStatus, cluster_keyword, content, idea, keyword, page_blueprint, task,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, Query, SelectStatement, SimpleExpr},
};

use crate::{
    Result,
    scope::{Scope, Scoped},
};

/// Clusters on which something hangs: ideas, tasks, articles or planned pages.
pub(crate) fn in_use(scope: &Scope, cluster: &SimpleExpr) -> Condition {
    fn users<C: ColumnTrait>(table: impl EntityTrait, cluster: C, account: C, scope: &Scope) -> SelectStatement {
        Query::select()
            .column(cluster)
            .from(table)
            .and_where(account.eq(scope.account))
            .and_where(cluster.is_not_null())
            .to_owned()
    }
    use content::Column as T;
    use idea::Column as I;
    use page_blueprint::Column as P;
    use task::Column as W;
    Condition::any()
        .add(
            cluster
                .clone()
                .in_subquery(users(idea::Entity, I::ClusterId, I::AccountId, scope)),
        )
        .add(
            cluster
                .clone()
                .in_subquery(users(task::Entity, W::ClusterId, W::AccountId, scope)),
        )
        .add(
            cluster
                .clone()
                .in_subquery(users(content::Entity, T::ClusterId, T::AccountId, scope)),
        )
        .add(
            cluster
                .clone()
                .in_subquery(users(page_blueprint::Entity, P::ClusterId, P::AccountId, scope)),
        )
}

/// Places that a run may not take a keyword away from. When it extends: all. When it groups anew: pinned ones, those in
/// clusters that are in use, and those in archived clusters.
pub(crate) fn fixed(scope: &Scope, regroup: bool) -> Condition {
    if !regroup {
        return Condition::all();
    }
    let archived = Query::select()
        .column(cluster::Column::Id)
        .from(cluster::Entity)
        .and_where(cluster::Column::AccountId.eq(scope.account))
        .and_where(cluster::Column::Status.eq(ClusterStatus::Archived))
        .to_owned();
    let place = Expr::col((cluster_keyword::Entity, cluster_keyword::Column::ClusterId));
    Condition::any()
        .add(Expr::col((cluster_keyword::Entity, cluster_keyword::Column::Pinned)).eq(true))
        .add(place.clone().in_subquery(archived))
        .add(in_use(scope, &place))
}

/// Keywords, of a query on keywords, that a run may place.
pub(crate) fn free(scope: &Scope, regroup: bool) -> SimpleExpr {
    let held = Query::select()
        .expr(Expr::value(1))
        .from(cluster_keyword::Entity)
        .and_where(
            Expr::col((cluster_keyword::Entity, cluster_keyword::Column::KeywordId))
                .equals((keyword::Entity, keyword::Column::Id)),
        )
        .cond_where(fixed(scope, regroup))
        .to_owned();
    Expr::exists(held).not()
}

/// Clusters of a sector that are in use.
pub(crate) async fn clusters_in_use(
    db: &impl ConnectionTrait,
    scope: &Scope,
    sector: SectorId,
) -> Result<std::collections::HashSet<ClusterId>> {
    let id: SimpleExpr = Expr::col((cluster::Entity, cluster::Column::Id));
    let found: Vec<ClusterId> = cluster::Entity::find_in(scope)
        .filter(cluster::Column::SectorId.eq(sector))
        .filter(in_use(scope, &id))
        .select_only()
        .column(cluster::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}
