//! Runs of the clusterer: the latest ones, undoing one, what one would do.

use entity::{
    ClusterId, ClusterRunId, KeywordId, SectorId, ai_task, cluster, cluster_keyword, cluster_run,
    cluster_run::{Run, Sample, SampleCluster, SampleKeyword, Undone},
    cluster_run_cluster, cluster_run_move, keyword,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Query},
};

use super::{locks, recount, rows};
use crate::{
    App, Error, Result,
    ai::functions::auto_cluster::{Wanted, empty_and_unused},
    db,
    scope::{self, Scope, Scoped},
};

/// Runs of a sector of which it is kept what was before.
const KEPT: u64 = 5;
/// Keywords that a sample shows.
const SAMPLE: u64 = 2_000;
/// Clusters that a sample knows, and keywords of each.
const SAMPLE_CLUSTERS: (u64, u64) = (300, 6_000);

/// The latest runs of a sector, newest first.
///
/// # Errors
/// [`Error::NotFound`] for a sector that is not there for the caller.
pub async fn latest(app: &App, scope: &Scope, sector: SectorId) -> Result<Vec<Run>> {
    seen(&app.db, scope, sector).await?;
    let runs = cluster_run::Entity::find_in(scope)
        .filter(cluster_run::Column::SectorId.eq(sector))
        .order_by_desc(cluster_run::Column::Id)
        .limit(KEPT)
        .all(&app.db)
        .await?;
    let mut found = Vec::with_capacity(runs.len());
    let mut later = false;
    for run in runs {
        let can_undo = !later && run.kept && run.undone_at.is_none();
        later |= run.undone_at.is_none();
        found.push(shown(&app.db, scope, run, can_undo).await?);
    }
    Ok(found)
}

/// The run of a job.
///
/// # Errors
/// [`Error::NotFound`] for a job that is not there for the caller, or that grouped nothing.
pub async fn of_task(app: &App, scope: &Scope, task_id: &str) -> Result<Run> {
    let run = by_task(&app.db, scope, task_id).await?;
    let can_undo = refuse_undo(&app.db, scope, &run).await.is_ok();
    shown(&app.db, scope, run, can_undo).await
}

/// The sector is there for the caller.
pub(crate) async fn seen(db: &impl ConnectionTrait, scope: &Scope, sector: SectorId) -> Result<()> {
    entity::sector::Entity::find_in(scope)
        .filter(entity::sector::Column::Id.eq(sector))
        .one(db)
        .await?
        .map(drop)
        .ok_or(Error::NotFound("The sector"))
}

async fn shown(db: &impl ConnectionTrait, scope: &Scope, run: cluster_run::Model, can_undo: bool) -> Result<Run> {
    let task: Option<(String, String)> = ai_task::Entity::find_in(scope)
        .filter(ai_task::Column::Id.eq(run.ai_task_id))
        .select_only()
        .columns([ai_task::Column::PublicId, ai_task::Column::Params])
        .into_tuple()
        .one(db)
        .await?;
    let (task_id, params) = task.unwrap_or_default();
    // What the job was asked for is kept with the job.
    let wanted = serde_json::from_str(&params)
        .ok()
        .and_then(|start| Wanted::of(&start).ok());
    Ok(Run {
        task_id,
        asked: wanted.as_ref().map(Wanted::asked).unwrap_or_default(),
        use_results: wanted.is_none_or(|wanted| wanted.use_results),
        sector_id: run.sector_id,
        regroup: run.regroup,
        tightness: run.tightness,
        created: run.created,
        extended: run.extended,
        removed: run.removed,
        placed: run.placed,
        leftover: run.leftover,
        created_at: run.created_at,
        undone_at: run.undone_at,
        can_undo,
    })
}

async fn by_task(db: &impl ConnectionTrait, scope: &Scope, task_id: &str) -> Result<cluster_run::Model> {
    let task = Query::select()
        .column(ai_task::Column::Id)
        .from(ai_task::Entity)
        .and_where(ai_task::Column::PublicId.eq(task_id))
        .and_where(ai_task::Column::AccountId.eq(scope.account))
        .to_owned();
    cluster_run::Entity::find_in(scope)
        .filter(cluster_run::Column::AiTaskId.in_subquery(task))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The grouping"))
}

async fn refuse_undo(db: &impl ConnectionTrait, scope: &Scope, run: &cluster_run::Model) -> Result<()> {
    if run.undone_at.is_some() {
        return Err(Error::Conflict("This grouping was undone already.".to_owned()));
    }
    if !run.kept {
        return Err(Error::Conflict(
            "What was before this grouping is no longer kept: too many others came after it.".to_owned(),
        ));
    }
    let later = cluster_run::Entity::find_in(scope)
        .filter(cluster_run::Column::SectorId.eq(run.sector_id))
        .filter(cluster_run::Column::Id.gt(run.id))
        .filter(cluster_run::Column::UndoneAt.is_null())
        .one(db)
        .await?;
    if later.is_some() {
        return Err(Error::Conflict(
            "A later grouping builds on this one. Undo that one first.".to_owned(),
        ));
    }
    Ok(())
}

/// Undoes a run, once: what it placed and nobody has pinned since goes out, what it took away comes back where people have
/// not placed it elsewhere since, its empty clusters go, those that it removed come back. What people did since stays.
/// Credits are not given back: the work was done.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when it was undone, when a later run builds on it, or when what was before is
/// no longer kept, [`Error::Forbidden`].
pub async fn undo(app: &App, scope: &Scope, task_id: &str) -> Result<Undone> {
    let run = by_task(&app.db, scope, task_id).await?;
    scope.editor_of(run.site_id)?;
    let txn = db::begin_write(&app.db).await?;
    // Two clicks at once, and a run that is saved at this moment, wait here for each other.
    scope::lock_account(&txn, scope).await?;
    let run = by_task(&txn, scope, task_id).await?;
    refuse_undo(&txn, scope, &run).await?;
    let claimed = cluster_run::Entity::update_in(scope)
        .col_expr(cluster_run::Column::UndoneAt, Expr::value(crate::now()))
        .filter(cluster_run::Column::Id.eq(run.id))
        .filter(cluster_run::Column::UndoneAt.is_null())
        .exec(&txn)
        .await?;
    if claimed.rows_affected != 1 {
        return Err(Error::Conflict("This grouping was undone already.".to_owned()));
    }
    let mut undone = Undone::default();
    let mut touched: Vec<ClusterId> = Vec::new();
    take_out(&txn, scope, &run, &mut undone, &mut touched).await?;
    restore_clusters(&txn, scope, &run, &mut undone).await?;
    put_back(&txn, scope, &run, &mut undone, &mut touched).await?;
    touched.sort_unstable();
    touched.dedup();
    let mut left = Vec::with_capacity(touched.len());
    for chunk in touched.chunks(1_000) {
        locks::clusters(&txn, scope, chunk).await?;
        let gone: Vec<ClusterId> = empty_and_unused(&txn, scope, chunk)
            .await?
            .into_iter()
            .filter(|row| row.ai_task_id == Some(run.ai_task_id))
            .map(|row| row.id)
            .collect();
        undone.clusters_removed += cluster::Entity::delete_in(scope)
            .filter(cluster::Column::Id.is_in(gone.iter().copied()))
            .exec(&txn)
            .await?
            .rows_affected;
        left.extend(chunk.iter().copied().filter(|id| !gone.contains(id)));
    }
    recount(&txn, scope, &left).await?;
    forget(&txn, scope, run.id).await?;
    txn.commit().await?;
    Ok(undone)
}

/// Takes out what the run placed and nobody pinned.
async fn take_out(
    db: &impl ConnectionTrait,
    scope: &Scope,
    run: &cluster_run::Model,
    undone: &mut Undone,
    touched: &mut Vec<ClusterId>,
) -> Result<()> {
    use cluster_keyword::Column as M;
    loop {
        let places: Vec<(KeywordId, ClusterId)> = cluster_keyword::Entity::find_in(scope)
            .filter(M::AiTaskId.eq(run.ai_task_id))
            .filter(M::Pinned.eq(false))
            .select_only()
            .columns([M::KeywordId, M::ClusterId])
            .order_by_asc(M::KeywordId)
            .limit(rows::ROWS as u64)
            .into_tuple()
            .all(db)
            .await?;
        if places.is_empty() {
            break;
        }
        let keywords: Vec<KeywordId> = places.iter().map(|(keyword, _)| *keyword).collect();
        locks::keywords(db, scope, &keywords).await?;
        touched.extend(places.iter().map(|(_, cluster)| *cluster));
        let gone = cluster_keyword::Entity::delete_in(scope)
            .filter(M::AiTaskId.eq(run.ai_task_id))
            .filter(M::Pinned.eq(false))
            .filter(M::KeywordId.is_in(keywords))
            .exec(db)
            .await?
            .rows_affected;
        undone.taken_out += gone;
        if gone == 0 {
            break;
        }
    }
    // Clusters of the run that were empty before are looked at too.
    let made: Vec<ClusterId> = cluster::Entity::find_in(scope)
        .filter(cluster::Column::AiTaskId.eq(run.ai_task_id))
        .select_only()
        .column(cluster::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    touched.extend(made);
    touched.sort_unstable();
    touched.dedup();
    Ok(())
}

/// Clusters that the run removed come back under their numbers.
async fn restore_clusters(
    db: &impl ConnectionTrait,
    scope: &Scope,
    run: &cluster_run::Model,
    undone: &mut Undone,
) -> Result<()> {
    use cluster_run_cluster::Column as C;
    let mut after = entity::ClusterRunClusterId(0);
    loop {
        let removed = cluster_run_cluster::Entity::find_in(scope)
            .filter(C::RunId.eq(run.id))
            .filter(C::Id.gt(after))
            .order_by_asc(C::Id)
            .limit(500)
            .all(db)
            .await?;
        let Some(last) = removed.last() else { return Ok(()) };
        after = last.id;
        undone.clusters_restored += removed.len() as u64;
        let now = crate::now();
        cluster::Entity::insert_many(removed.into_iter().map(|row| cluster::ActiveModel {
            id: Set(row.cluster_id),
            account_id: Set(run.account_id),
            site_id: Set(run.site_id),
            sector_id: Set(run.sector_id),
            name: Set(row.name),
            description: Set(row.description),
            keywords_count: Set(0),
            volume: Set(0),
            status: Set(row.status),
            ai_task_id: Set(row.ai_task_id),
            created_at: Set(row.created_at),
            updated_at: Set(now),
        }))
        .exec_without_returning(db)
        .await?;
    }
}

/// Keywords go back to where the run took them from, unless they have been placed elsewhere since.
async fn put_back(
    db: &impl ConnectionTrait,
    scope: &Scope,
    run: &cluster_run::Model,
    undone: &mut Undone,
    touched: &mut Vec<ClusterId>,
) -> Result<()> {
    use cluster_run_move::Column as C;
    let mut after = KeywordId(0);
    loop {
        let keywords: Vec<KeywordId> = cluster_run_move::Entity::find_in(scope)
            .filter(C::RunId.eq(run.id))
            .filter(C::KeywordId.gt(after))
            .select_only()
            .column(C::KeywordId)
            .distinct()
            .order_by_asc(C::KeywordId)
            .limit(rows::ROWS as u64)
            .into_tuple()
            .all(db)
            .await?;
        let (Some(first), Some(last)) = (keywords.first(), keywords.last()) else {
            break;
        };
        locks::keywords(db, scope, &keywords).await?;
        undone.put_back += rows::put_back(db, run.account_id, run.id, first.0, last.0).await?;
        after = *last;
    }
    let back: Vec<ClusterId> = cluster_run_move::Entity::find_in(scope)
        .filter(C::RunId.eq(run.id))
        .select_only()
        .column(C::ClusterId)
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    touched.extend(back);
    Ok(())
}

/// What a run took away is not kept any longer.
async fn forget(db: &impl ConnectionTrait, scope: &Scope, run: ClusterRunId) -> Result<()> {
    cluster_run::Entity::update_in(scope)
        .col_expr(cluster_run::Column::Kept, Expr::value(false))
        .filter(cluster_run::Column::Id.eq(run))
        .exec(db)
        .await?;
    cluster_run_move::Entity::delete_in(scope)
        .filter(cluster_run_move::Column::RunId.eq(run))
        .exec(db)
        .await?;
    cluster_run_cluster::Entity::delete_in(scope)
        .filter(cluster_run_cluster::Column::RunId.eq(run))
        .exec(db)
        .await?;
    Ok(())
}

/// Forgets what was before all but the latest runs of a sector.
pub(crate) async fn forget_old(db: &impl ConnectionTrait, scope: &Scope, sector: SectorId) -> Result<()> {
    let old: Vec<ClusterRunId> = cluster_run::Entity::find_in(scope)
        .filter(cluster_run::Column::SectorId.eq(sector))
        .filter(cluster_run::Column::Kept.eq(true))
        .order_by_desc(cluster_run::Column::Id)
        .offset(KEPT)
        .limit(KEPT)
        .select_only()
        .column(cluster_run::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    for run in old {
        forget(db, scope, run).await?;
    }
    Ok(())
}

/// What a run would work with: the most searched of its keywords, clusters that it would extend, and its price. For
/// trying out in the browser. Search results are in it when the start wants them used.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn sample(app: &App, scope: &Scope, start: &ai_task::Start) -> Result<Sample> {
    let wanted = Wanted::of(start)?;
    let (_, sector) = scope.editor_of_sector(&app.db, wanted.sector).await?;
    let db = &app.db;
    let matching = wanted.matching(db, scope).await?;
    let total = wanted.count(db, scope).await?;
    let mut found = wanted.candidates(scope);
    if !wanted.keyword_ids.is_empty() {
        found = found.filter(keyword::Column::Id.is_in(wanted.keyword_ids.iter().copied()));
    }
    let keywords: Vec<(KeywordId, String, String, Option<i64>)> = found
        .select_only()
        .columns([
            keyword::Column::Id,
            keyword::Column::KeywordKey,
            keyword::Column::Keyword,
            keyword::Column::Volume,
        ])
        .order_by_with_nulls(
            keyword::Column::Volume,
            sea_orm::Order::Desc,
            sea_orm::sea_query::NullOrdering::Last,
        )
        .order_by_asc(keyword::Column::Id)
        .limit(SAMPLE + wanted.except.len() as u64)
        .into_tuple()
        .all(db)
        .await?;
    let keywords: Vec<(String, String, Option<i64>)> = keywords
        .into_iter()
        .filter(|(id, ..)| wanted.means(*id))
        .map(|(_, key, text, volume)| (key, text, volume))
        .take(usize::try_from(SAMPLE).unwrap_or(usize::MAX))
        .collect();
    let mut results = std::collections::HashMap::new();
    if wanted.use_results {
        let keys: Vec<&str> = keywords.iter().map(|(key, ..)| key.as_str()).collect();
        results = crate::planner::serp::numbers(db, scope, sector.id, &keys).await?;
    }
    let keywords: Vec<SampleKeyword> = keywords
        .into_iter()
        .map(|(key, text, volume)| SampleKeyword {
            urls: results.remove(&key).unwrap_or_default(),
            text,
            volume,
        })
        .collect();
    let clusters = sample_clusters(db, scope, sector.id, wanted.regroup).await?;
    let credits = if total == 0 {
        0
    } else {
        let plan = crate::ai::functions::plan(app, scope, start).await?;
        plan.items.iter().map(|item| item.credits).sum()
    };
    Ok(Sample {
        matching,
        total,
        with_results: keywords.iter().filter(|keyword| !keyword.urls.is_empty()).count() as u64,
        keywords,
        clusters,
        credits,
        available: scope::account(db, scope).await?.available(),
    })
}

async fn sample_clusters(
    db: &impl ConnectionTrait,
    scope: &Scope,
    sector: SectorId,
    regroup: bool,
) -> Result<Vec<SampleCluster>> {
    let mut found = cluster::Entity::find_in(scope)
        .filter(cluster::Column::SectorId.eq(sector))
        .filter(cluster::Column::Status.ne(cluster::ClusterStatus::Archived));
    if regroup {
        let id = Expr::col((cluster::Entity, cluster::Column::Id));
        found = found.filter(
            sea_orm::Condition::any()
                .add(cluster::Column::AiTaskId.is_null())
                .add(super::held::in_use(scope, &id)),
        );
    }
    let mut clusters: Vec<SampleCluster> = found
        .order_by_desc(cluster::Column::KeywordsCount)
        .order_by_asc(cluster::Column::Id)
        .limit(SAMPLE_CLUSTERS.0)
        .select_only()
        .columns([cluster::Column::Id, cluster::Column::Name])
        .into_tuple::<(ClusterId, String)>()
        .all(db)
        .await?
        .into_iter()
        .map(|(id, name)| SampleCluster {
            id,
            name,
            keywords: Vec::new(),
        })
        .collect();
    let places: std::collections::HashMap<ClusterId, usize> = clusters
        .iter()
        .enumerate()
        .map(|(place, cluster)| (cluster.id, place))
        .collect();
    let members: Vec<(ClusterId, String)> = cluster_keyword::Entity::find_in(scope)
        .select_only()
        .column(cluster_keyword::Column::ClusterId)
        .column_as(Expr::col((keyword::Entity, keyword::Column::Keyword)), "keyword")
        .join(
            sea_orm::JoinType::InnerJoin,
            cluster_keyword::Entity::belongs_to(keyword::Entity)
                .from(cluster_keyword::Column::KeywordId)
                .to(keyword::Column::Id)
                .into(),
        )
        .filter(cluster_keyword::Column::ClusterId.is_in(places.keys().copied()))
        .limit(SAMPLE_CLUSTERS.1)
        .into_tuple()
        .all(db)
        .await?;
    for (id, text) in members {
        if let Some(cluster) = places.get(&id).and_then(|place| clusters.get_mut(*place)) {
            cluster.keywords.push(text);
        }
    }
    Ok(clusters)
}
