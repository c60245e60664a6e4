//! The kept scores of a site's own keywords.
//!
//! A list of a million keywords cannot be ordered by a formula, so the score stands in `keyword_scores` under an index. It is
//! worked out by a worker when somebody looks and it has grown old, and at once for a site with few keywords. Rows that a page
//! shows are scored anew, by the same function, and what has changed since is written back.

use std::collections::HashMap;

use chrono::TimeDelta;
use entity::{
    ClusterId, KeywordId, SectorId, SiteId, Timestamp, cluster_keyword, competitor_keyword,
    keyword::{self, KeywordStatus},
    keyword_score::{self, Coverage},
    score_run, sector,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{LockType, OnConflict},
};

use super::{TOP_TEN, coverage::Aims, facts};
use crate::{
    App, Result, db,
    jobs::{self, Job},
    scope::{Scope, Scoped},
};

/// A site with no more keywords than these is scored while somebody waits.
const AT_ONCE: u64 = 3_000;
/// Keywords that are scored in one transaction.
const CHUNK: u64 = 1_000;
/// Scores older than this are worked out again.
const OLD: TimeDelta = TimeDelta::minutes(10);
/// New keywords wait at least this long between two runs.
const PAUSE: TimeDelta = TimeDelta::seconds(15);

/// How far the scores of a site are.
pub(super) struct State {
    pub scored_at: Option<Timestamp>,
    pub unscored: i64,
}

/// Sees to it that a site has scores: at once when it has few keywords, else by a worker.
pub(super) async fn ensure(app: &App, scope: &Scope, site: SiteId) -> Result<State> {
    // The scores belong to the site, whoever looks.
    let system = Scope::system(scope.account);
    let run = score_run::Entity::find_in(&system)
        .filter(score_run::Column::SiteId.eq(site))
        .one(&app.db)
        .await?;
    let keywords = keyword::Entity::find_in(&system)
        .filter(keyword::Column::SiteId.eq(site))
        .count(&app.db)
        .await?;
    let scored = keyword_score::Entity::find_in(&system)
        .filter(keyword_score::Column::SiteId.eq(site))
        .count(&app.db)
        .await?;
    let now = crate::now();
    let unscored = keywords.saturating_sub(scored);
    let finished = run.as_ref().and_then(|run| run.finished_at);
    let is_old = finished.is_none_or(|at| now - at > OLD || (unscored > 0 && now - at > PAUSE));
    let asked = run.as_ref().and_then(|run| run.asked_at);
    let is_asked = asked.is_some_and(|at| now - at <= OLD && finished.is_none_or(|finished| finished < at));
    if keywords > 0 && is_old {
        if keywords <= AT_ONCE {
            refresh(app, &system, site).await?;
            return Ok(State {
                scored_at: Some(now),
                unscored: 0,
            });
        }
        if !is_asked {
            note(&app.db, &system, site, Some(now), None).await?;
            app.queue
                .push_or_leave(Job::ScoreKeywords(site), &jobs::key("score", site.0, now))
                .await;
        }
    }
    Ok(State {
        scored_at: finished,
        unscored: i64::try_from(unscored).unwrap_or(i64::MAX),
    })
}

async fn note(
    db: &impl ConnectionTrait,
    scope: &Scope,
    site: SiteId,
    asked: Option<Timestamp>,
    finished: Option<Timestamp>,
) -> Result<()> {
    let mut conflict = OnConflict::column(score_run::Column::SiteId);
    if asked.is_some() {
        conflict.update_column(score_run::Column::AskedAt);
    }
    if finished.is_some() {
        conflict.update_column(score_run::Column::FinishedAt);
    }
    score_run::Entity::insert(score_run::ActiveModel {
        site_id: Set(site),
        account_id: Set(scope.account),
        asked_at: Set(asked),
        finished_at: Set(finished),
    })
    .on_conflict(conflict)
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// Works out the scores of a site: a worker's way.
///
/// # Errors
/// When the database fails. A site that is gone is no failure.
pub async fn run(app: &App, site: SiteId) -> Result<()> {
    let Some(run) = score_run::Entity::find_by_id(site).one(&app.db).await? else {
        return Ok(());
    };
    refresh(app, &Scope::system(run.account_id), site).await
}

/// Works out the scores of a site, and writes those that differ.
async fn refresh(app: &App, scope: &Scope, site: SiteId) -> Result<()> {
    let aims = Aims::load(&app.db, scope, site).await?;
    let sectors: Vec<SectorId> = sector::Entity::find_in(scope)
        .filter(sector::Column::SiteId.eq(site))
        .order_by_asc(sector::Column::Id)
        .select_only()
        .column(sector::Column::Id)
        .into_tuple()
        .all(&app.db)
        .await?;
    for sector in sectors {
        let with_rivals = competitor_keyword::Entity::find_in(scope)
            .filter(competitor_keyword::Column::SectorId.eq(sector))
            .limit(1)
            .one(&app.db)
            .await?
            .is_some();
        let mut after = Some(String::new());
        while let Some(key) = after {
            after = chunk(app, scope, sector, &key, &aims, with_rivals).await?;
        }
    }
    note(&app.db, scope, site, None, Some(crate::now())).await
}

/// Scores the keywords of a sector that come after a key; says where to go on.
async fn chunk(
    app: &App,
    scope: &Scope,
    sector: SectorId,
    after: &str,
    aims: &Aims,
    with_rivals: bool,
) -> Result<Option<String>> {
    let txn = db::begin_write(&app.db).await?;
    let rows = keyword::Entity::find_in(scope)
        .filter(keyword::Column::SectorId.eq(sector))
        .filter(keyword::Column::KeywordKey.gt(after))
        .order_by_asc(keyword::Column::KeywordKey)
        .limit(CHUNK)
        // A keyword that is deleted meanwhile would take its score along in the middle of this.
        .lock(LockType::KeyShare)
        .all(&txn)
        .await?;
    let Some(last) = rows.last().map(|row| row.keyword_key.clone()) else {
        return Ok(None);
    };
    let ids: Vec<KeywordId> = rows.iter().map(|row| row.id).collect();
    let clusters = clusters_of(&txn, scope, &ids).await?;
    let rivals = if with_rivals {
        let keys: Vec<&str> = rows.iter().map(|row| row.keyword_key.as_str()).collect();
        rivals_in_top_ten(&txn, scope, sector, &keys).await?
    } else {
        HashMap::new()
    };
    let wanted = rows.iter().map(|row| {
        let held = clusters.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let coverage = aims.of(&row.keyword_key, held);
        let rivals = with_rivals.then(|| rivals.get(&row.keyword_key).copied().unwrap_or(0));
        scored(row, coverage, rivals)
    });
    write_changed(&txn, scope, &ids, wanted.collect()).await?;
    let more = rows.len() as u64 == CHUNK;
    txn.commit().await?;
    Ok(more.then_some(last))
}

/// A keyword's score as it is kept.
pub(super) fn scored(row: &keyword::Model, coverage: Coverage, rivals: Option<u32>) -> keyword_score::Model {
    let score = if row.status == KeywordStatus::Active {
        i32::try_from(engine::opportunity::score(&facts(row.into(), coverage, rivals)).total).unwrap_or(100)
    } else {
        -1
    };
    keyword_score::Model {
        keyword_id: row.id,
        account_id: row.account_id,
        site_id: row.site_id,
        sector_id: row.sector_id,
        score,
        coverage,
    }
}

/// Writes those of the scores that differ from what is kept.
pub(super) async fn write_changed(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: &[KeywordId],
    wanted: Vec<keyword_score::Model>,
) -> Result<()> {
    let there: HashMap<KeywordId, keyword_score::Model> = keyword_score::Entity::find_in(scope)
        .filter(keyword_score::Column::KeywordId.is_in(ids.iter().copied()))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.keyword_id, row))
        .collect();
    let changed: Vec<keyword_score::ActiveModel> = wanted
        .into_iter()
        .filter(|row| there.get(&row.keyword_id) != Some(row))
        .map(|row| keyword_score::ActiveModel {
            keyword_id: Set(row.keyword_id),
            account_id: Set(row.account_id),
            site_id: Set(row.site_id),
            sector_id: Set(row.sector_id),
            score: Set(row.score),
            coverage: Set(row.coverage),
        })
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    keyword_score::Entity::insert_many(changed)
        .on_conflict(
            OnConflict::column(keyword_score::Column::KeywordId)
                .update_columns([
                    keyword_score::Column::SiteId,
                    keyword_score::Column::SectorId,
                    keyword_score::Column::Score,
                    keyword_score::Column::Coverage,
                ])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// The clusters that hold keywords.
pub(super) async fn clusters_of(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: &[KeywordId],
) -> Result<HashMap<KeywordId, Vec<ClusterId>>> {
    let found: Vec<(KeywordId, ClusterId)> = cluster_keyword::Entity::find_in(scope)
        .filter(cluster_keyword::Column::KeywordId.is_in(ids.iter().copied()))
        .select_only()
        .columns([cluster_keyword::Column::KeywordId, cluster_keyword::Column::ClusterId])
        .into_tuple()
        .all(db)
        .await?;
    let mut held: HashMap<KeywordId, Vec<ClusterId>> = HashMap::new();
    for (keyword, cluster) in found {
        held.entry(keyword).or_default().push(cluster);
    }
    Ok(held)
}

async fn rivals_in_top_ten(
    db: &impl ConnectionTrait,
    scope: &Scope,
    sector: SectorId,
    keys: &[&str],
) -> Result<HashMap<String, u32>> {
    use competitor_keyword::Column as C;
    let found: Vec<(String, i64)> = competitor_keyword::Entity::find_in(scope)
        .filter(C::SectorId.eq(sector))
        .filter(C::KeywordKey.is_in(keys.iter().copied()))
        .filter(C::PositionHundredths.lt(TOP_TEN))
        .group_by(C::KeywordKey)
        .select_only()
        .column(C::KeywordKey)
        .column_as(C::Id.count(), "rivals")
        .into_tuple()
        .all(db)
        .await?;
    Ok(found
        .into_iter()
        .map(|(key, count)| (key, u32::try_from(count).unwrap_or(u32::MAX)))
        .collect())
}
