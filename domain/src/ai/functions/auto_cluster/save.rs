//! Writes a run: all of it in the transaction that pays for it.

use std::collections::{HashMap, HashSet};

use entity::{
    ClusterId, KeywordId, cluster, cluster::ClusterStatus, cluster_keyword, cluster_run, cluster_run_cluster,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Query, SimpleExpr},
};
use serde_json::json;

use super::{Groups, Wanted};
use crate::{
    Result,
    ai::functions::{Context, Saved},
    billing::limits::{self, Thing},
    planner::clusters::{
        self, held, locks,
        rows::{self, Place, ROWS},
        runs,
    },
    scope::{self, Scoped},
};

/// Longest name of a cluster, in characters.
const NAME: usize = 120;

/// Writes clusters and places, and notes what was before.
pub(in crate::ai::functions) async fn save(
    context: &Context<'_>,
    db: &DatabaseTransaction,
    groups: Groups,
) -> Result<Saved> {
    let wanted = Wanted::of(&serde_json::from_str(&context.task.params)?)?;
    let now = crate::now();
    let (scope, task) = (&context.scope, context.task);
    // The account first, then keywords, then clusters, as everywhere.
    scope::lock_account(db, scope).await?;
    let run = cluster_run::Entity::insert(cluster_run::ActiveModel {
        account_id: Set(task.account_id),
        site_id: Set(task.site_id),
        sector_id: Set(task.sector_id),
        ai_task_id: Set(task.id),
        regroup: Set(wanted.regroup),
        tightness: Set(i32::from(wanted.tightness)),
        created_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(db)
    .await?;

    // Somebody may have placed, pinned or deleted some of these by hand while we were thinking.
    let mut free: HashSet<KeywordId> = HashSet::with_capacity(groups.keywords.len());
    let mut left: HashSet<ClusterId> = HashSet::new();
    for chunk in groups.keywords.chunks(ROWS) {
        let ids: Vec<KeywordId> = chunk.iter().map(|keyword| keyword.id).collect();
        let there = locks::keywords(db, scope, &ids).await?;
        let held: HashSet<KeywordId> = cluster_keyword::Entity::find_in(scope)
            .filter(cluster_keyword::Column::KeywordId.is_in(there.iter().copied()))
            .filter(held::fixed(scope, wanted.regroup))
            .select_only()
            .column(cluster_keyword::Column::KeywordId)
            .distinct()
            .into_tuple()
            .all(db)
            .await?
            .into_iter()
            .collect();
        let there: Vec<KeywordId> = there.into_iter().filter(|id| !held.contains(id)).collect();
        if wanted.regroup {
            left.extend(clusters::holders(db, scope, &there).await?);
            rows::note_and_take_out(db, task.account_id, run.id, &there).await?;
        }
        free.extend(there);
    }

    let mut groups = groups;
    let considered = free.len();
    for group in &mut groups.groups {
        let keywords = &groups.keywords;
        group.members.retain(|member| {
            keywords
                .get(member.keyword)
                .is_some_and(|keyword| free.contains(&keyword.id))
        });
    }
    groups.groups.retain(|group| !group.members.is_empty());

    // Which of the clusters to extend are still there.
    let targets: Vec<ClusterId> = groups.groups.iter().filter_map(|group| group.existing).collect();
    let mut there: HashSet<ClusterId> = HashSet::new();
    let mut touched: Vec<ClusterId> = targets.iter().chain(&left).copied().collect();
    touched.sort_unstable();
    touched.dedup();
    for chunk in touched.chunks(ROWS) {
        there.extend(locks::clusters(db, scope, chunk).await?.into_iter().map(|row| row.id));
    }
    let extended: HashSet<ClusterId> = targets.into_iter().filter(|id| there.contains(id)).collect();
    let emptied: Vec<ClusterId> = touched
        .iter()
        .copied()
        .filter(|id| left.contains(id) && !extended.contains(id))
        .collect();
    let removed = take_away(context, db, &run, &emptied).await?;
    touched.retain(|id| there.contains(id) && !removed.contains_key(id));

    let mut room = limits::room(db, scope, Thing::Clusters).await?;
    let mut names = groups.names;
    for name in removed.values() {
        names.remove(&name.to_lowercase());
    }
    let mut fresh: Vec<(usize, String)> = Vec::new();
    for (number, group) in groups.groups.iter().enumerate() {
        if group.existing.is_some_and(|id| extended.contains(&id)) || room == Some(0) {
            // Beyond what the plan holds these keywords are left over.
            continue;
        }
        room = room.map(|room| room - 1);
        fresh.push((number, unique(&group.name, &mut names)));
    }
    let only_names: Vec<&str> = fresh.iter().map(|(_, name)| name.as_str()).collect();
    let made = rows::make_clusters(db, &run, &only_names, now).await?;
    let mut homes: HashMap<usize, ClusterId> = HashMap::with_capacity(groups.groups.len());
    for (number, name) in &fresh {
        homes.extend(made.get(name).map(|id| (*number, *id)));
    }
    for (number, group) in groups.groups.iter().enumerate() {
        if let Some(id) = group.existing.filter(|id| extended.contains(id)) {
            homes.insert(number, id);
        }
    }
    let mut placed = 0_i64;
    let mut batch: Vec<Place> = Vec::with_capacity(ROWS);
    for (number, group) in groups.groups.into_iter().enumerate() {
        let Some(cluster) = homes.get(&number).copied() else {
            continue;
        };
        for member in group.members {
            let Some(keyword) = groups.keywords.get(member.keyword) else {
                continue;
            };
            placed += 1;
            batch.push(Place {
                cluster,
                keyword: keyword.id,
                similarity: member.similarity,
                terms: member.terms,
                urls: member.urls,
            });
        }
        if batch.len() >= ROWS {
            rows::place(db, task.account_id, Some(task.id), &batch).await?;
            batch.clear();
        }
    }
    rows::place(db, task.account_id, Some(task.id), &batch).await?;
    touched.extend(made.values().copied());
    clusters::recount(db, scope, &touched).await?;

    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let (created, extended, removed) = (count(made.len()), count(extended.len()), count(removed.len()));
    let leftover = Ord::max(count(considered) - placed, 0);
    use cluster_run::Column as C;
    cluster_run::Entity::update_in(scope)
        .col_expr(C::Created, Expr::value(created))
        .col_expr(C::Extended, Expr::value(extended))
        .col_expr(C::Removed, Expr::value(removed))
        .col_expr(C::Placed, Expr::value(placed))
        .col_expr(C::Leftover, Expr::value(leftover))
        .filter(C::Id.eq(run.id))
        .exec(db)
        .await?;
    runs::forget_old(db, scope, task.sector_id).await?;
    Ok(Saved {
        label: format!("{placed} keywords in {} clusters", created + extended),
        detail: json!({
            "created": created, "extended": extended, "removed": removed, "placed": placed, "leftover": leftover,
        }),
    })
}

/// Takes away those that are empty now, were made by a run, and that nothing hangs on; notes them, and says their names.
async fn take_away(
    context: &Context<'_>,
    db: &DatabaseTransaction,
    run: &cluster_run::Model,
    emptied: &[ClusterId],
) -> Result<HashMap<ClusterId, String>> {
    let mut gone = HashMap::new();
    for chunk in emptied.chunks(1_000) {
        let found = empty_and_unused(db, &context.scope, chunk).await?;
        if found.is_empty() {
            continue;
        }
        let ids: Vec<ClusterId> = found.iter().map(|row| row.id).collect();
        gone.extend(found.iter().map(|row| (row.id, row.name.clone())));
        cluster_run_cluster::Entity::insert_many(found.into_iter().map(|row| cluster_run_cluster::ActiveModel {
            account_id: Set(row.account_id),
            run_id: Set(run.id),
            cluster_id: Set(row.id),
            name: Set(row.name),
            description: Set(row.description),
            status: Set(row.status),
            ai_task_id: Set(row.ai_task_id),
            created_at: Set(row.created_at),
            ..Default::default()
        }))
        .exec_without_returning(db)
        .await?;
        cluster::Entity::delete_in(&context.scope)
            .filter(cluster::Column::Id.is_in(ids.iter().copied()))
            .exec(db)
            .await?;
    }
    Ok(gone)
}

/// Of these clusters those that a run made, that hold no keyword and that nothing hangs on.
pub(crate) async fn empty_and_unused(
    db: &impl sea_orm::ConnectionTrait,
    scope: &crate::scope::Scope,
    ids: &[ClusterId],
) -> Result<Vec<cluster::Model>> {
    let id: SimpleExpr = Expr::col((cluster::Entity, cluster::Column::Id));
    let members = Query::select()
        .expr(Expr::value(1))
        .from(cluster_keyword::Entity)
        .and_where(
            Expr::col((cluster_keyword::Entity, cluster_keyword::Column::ClusterId))
                .equals((cluster::Entity, cluster::Column::Id)),
        )
        .to_owned();
    Ok(cluster::Entity::find_in(scope)
        .filter(cluster::Column::Id.is_in(ids.iter().copied()))
        .filter(cluster::Column::AiTaskId.is_not_null())
        .filter(cluster::Column::Status.ne(ClusterStatus::Archived))
        .filter(Expr::exists(members).not())
        .filter(held::in_use(scope, &id).not())
        .order_by_asc(cluster::Column::Id)
        .all(db)
        .await?)
}

/// A name that no other cluster of the sector has.
fn unique(name: &str, taken: &mut HashSet<String>) -> String {
    let name: String = name.chars().take(NAME).collect();
    if taken.insert(name.to_lowercase()) {
        return name;
    }
    let stem: String = name.chars().take(NAME - 12).collect();
    let mut number = 2_u32;
    loop {
        let other = format!("{stem} {number}");
        if taken.insert(other.to_lowercase()) {
            return other;
        }
        number += 1;
    }
}
