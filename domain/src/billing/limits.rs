//! The limits of a plan, checked where work starts.
//!
//! Use is counted from the rows themselves, so that no counter can drift, and under the lock of the account, so that two
//! requests at once are counted one after the other. What failed or was cancelled does not count.

use chrono::{Days, Months, NaiveTime};
use entity::{
    SiteId, Timestamp,
    ai_task::{self, AiFunction, AiTaskStatus},
    ai_task_item::{self, ItemStatus},
    cluster, idea, image, keyword, plan, sector, site,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QuerySelect, Select,
    sea_query::{Expr, Query},
};

use crate::{
    Error, Result,
    ai::functions::Plan,
    planner::keywords::census,
    scope::{self, Scope, Scoped},
};

/// The plan of the account.
///
/// # Errors
/// When the database fails.
pub(crate) async fn plan_of(db: &impl ConnectionTrait, scope: &Scope) -> Result<plan::Model> {
    let account = scope::account(db, scope).await?;
    plan::Entity::find_by_id(account.plan_id)
        .one(db)
        .await?
        .ok_or(Error::NotFound("The plan"))
}

/// Things that an account has, each counted over all of its sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// Web sites.
    Sites,
    /// Sectors of all sites, switched off ones included.
    Sectors,
    /// Keywords.
    Keywords,
    /// Clusters.
    Clusters,
    /// Ideas.
    Ideas,
}

impl Thing {
    fn name(self) -> &'static str {
        match self {
            Self::Sites => "sites",
            Self::Sectors => "sectors",
            Self::Keywords => "keywords",
            Self::Clusters => "clusters",
            Self::Ideas => "ideas",
        }
    }

    fn limit(self, plan: &plan::Model) -> Option<i32> {
        match self {
            Self::Sites => plan.max_sites,
            Self::Sectors => plan.max_sectors,
            Self::Keywords => plan.max_keywords,
            Self::Clusters => plan.max_clusters,
            Self::Ideas => plan.max_ideas,
        }
    }

    async fn have(self, db: &impl ConnectionTrait, scope: &Scope) -> Result<u64> {
        // Every site counts, also those that the caller does not see.
        let all = Scope::system(scope.account);
        Ok(match self {
            Self::Sites => site::Entity::find_in(&all).count(db).await?,
            Self::Sectors => sector::Entity::find_in(&all).count(db).await?,
            // Kept true by the database itself: counting a million for each batch of an import would be the import.
            Self::Keywords => census::count(db, &all, &keyword::Filter::default()).await?,
            Self::Clusters => cluster::Entity::find_in(&all).count(db).await?,
            Self::Ideas => idea::Entity::find_in(&all).count(db).await?,
        })
    }
}

/// How many more of a thing the plan allows; nothing when it does not say. Locks the account when the plan has such a
/// limit, so `db` is a transaction.
///
/// # Errors
/// When the database fails.
pub(crate) async fn room(db: &impl ConnectionTrait, scope: &Scope, thing: Thing) -> Result<Option<u64>> {
    let plan = plan_of(db, scope).await?;
    let Some(limit) = thing.limit(&plan) else {
        return Ok(None);
    };
    scope::lock_account(db, scope).await?;
    let limit = u64::try_from(limit).unwrap_or(0);
    Ok(Some(limit.saturating_sub(thing.have(db, scope).await?)))
}

/// Refuses `more` of a thing beyond the plan. Locks the account when the plan has such a limit, so `db` is a transaction.
///
/// # Errors
/// [`Error::LimitReached`] with limit, use and plan.
pub(crate) async fn refuse_more(db: &impl ConnectionTrait, scope: &Scope, thing: Thing, more: u64) -> Result<()> {
    let plan = plan_of(db, scope).await?;
    let Some(limit) = thing.limit(&plan) else {
        return Ok(());
    };
    scope::lock_account(db, scope).await?;
    let have = thing.have(db, scope).await?;
    if have + more > u64::try_from(limit).unwrap_or(0) {
        return Err(full(&plan, limit, thing, have));
    }
    Ok(())
}

/// Refuses what is there already, after it was written in the same transaction.
///
/// # Errors
/// [`Error::LimitReached`] with limit, use and plan; the transaction must not commit.
pub(crate) async fn refuse_beyond(db: &impl ConnectionTrait, scope: &Scope, thing: Thing, added: u64) -> Result<()> {
    refuse_more(db, scope, thing, 0).await.map_err(|error| match error {
        Error::LimitReached(text) => Error::LimitReached(format!("{text} {added} more did not fit.")),
        other => other,
    })
}

fn full(plan: &plan::Model, limit: i32, thing: Thing, have: u64) -> Error {
    let name = thing.name();
    Error::LimitReached(format!(
        "The {} plan holds {limit} {name}, and you have {have}. Delete some or change the plan.",
        plan.name
    ))
}

/// Refuses AI work beyond the plan. The account must be locked by `db`, a transaction.
///
/// # Errors
/// [`Error::LimitReached`] with limit, use, need, plan and when the count starts again.
pub(crate) async fn refuse_work(db: &impl ConnectionTrait, scope: &Scope, work: &Plan) -> Result<()> {
    let plan = plan_of(db, scope).await?;
    let need = i64::try_from(work.items.len()).unwrap_or(i64::MAX);
    let now = crate::now();
    let (day, tomorrow) = day_of(now);
    let (month, next_month) = month_of(now);
    if let Some(limit) = plan.max_concurrent_tasks {
        let running = ai_task::Entity::find_in(&Scope::system(scope.account))
            .filter(ai_task::Column::Status.is_in([AiTaskStatus::Queued, AiTaskStatus::Running]))
            .count(db)
            .await?;
        if running >= u64::try_from(limit).unwrap_or(0) {
            return Err(Error::LimitReached(format!(
                "The {} plan allows {limit} jobs at once, and {running} are under way. Wait until one has ended.",
                plan.name
            )));
        }
    }
    let site = work.site;
    let over = |limit: i32, what: &str, period: &str, used: i64, need: i64, again: Timestamp| {
        Error::LimitReached(format!(
            "The {} plan allows {limit} {what} a {period} for each site: {used} are used and this needs {need}. \
             The count starts again on {} at 00:00 UTC.",
            plan.name,
            again.format("%-d %B")
        ))
    };
    if let Some(limit) = plan.max_ai_requests_per_day {
        let used = units(db, scope, site, None, day).await?;
        if used + need > i64::from(limit) {
            return Err(over(limit, "AI requests", "day", used, need, tomorrow));
        }
    }
    let daily = match work.function {
        AiFunction::GenerateContent => plan.max_content_tasks_per_day.map(|limit| (limit, "articles")),
        AiFunction::GenerateImages => plan.max_images_per_day.map(|limit| (limit, "pictures")),
        _ => None,
    };
    if let Some((limit, what)) = daily {
        let used = units(db, scope, site, Some(work.function), day).await?;
        if used + need > i64::from(limit) {
            return Err(over(limit, what, "day", used, need, tomorrow));
        }
    }
    let words: i64 = work.items.iter().map(|item| i64::from(item.words)).sum();
    if let Some(limit) = plan.max_words_per_month
        && words > 0
    {
        let used = words_since(db, scope, site, month).await?;
        if used + words > i64::from(limit) {
            return Err(over(limit, "words", "month", used, words, next_month));
        }
    }
    if work.function == AiFunction::GenerateImages
        && let Some(limit) = plan.max_storage_mb
    {
        let used = stored_bytes(db, scope).await? / (1024 * 1024);
        if used >= i64::from(limit) {
            return Err(Error::LimitReached(format!(
                "The {} plan holds {limit} MB of files, and you have {used} MB. Delete some or change the plan.",
                plan.name
            )));
        }
    }
    match work.function {
        // How many there will be is only known afterwards; what does not fit then is left out.
        AiFunction::AutoCluster => refuse_more(db, scope, Thing::Clusters, 1).await,
        AiFunction::GenerateIdeas => refuse_more(db, scope, Thing::Ideas, work.items.len() as u64).await,
        _ => Ok(()),
    }
}

/// Units of a site that were asked for since `from`, but those that failed or were cancelled.
fn living(scope: &Scope, site: SiteId, function: Option<AiFunction>, from: Timestamp) -> Select<ai_task_item::Entity> {
    let mut tasks = Query::select();
    tasks
        .column(ai_task::Column::Id)
        .from(ai_task::Entity)
        .and_where(ai_task::Column::SiteId.eq(site))
        .and_where(ai_task::Column::CreatedAt.gte(from));
    if let Some(function) = function {
        tasks.and_where(ai_task::Column::Function.eq(function));
    }
    ai_task_item::Entity::find_in(&Scope::system(scope.account))
        .filter(ai_task_item::Column::AiTaskId.in_subquery(tasks))
        .filter(ai_task_item::Column::Status.is_in([ItemStatus::Pending, ItemStatus::Running, ItemStatus::Done]))
}

async fn units(
    db: &impl ConnectionTrait,
    scope: &Scope,
    site: SiteId,
    function: Option<AiFunction>,
    from: Timestamp,
) -> Result<i64> {
    let count = living(scope, site, function, from).count(db).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

async fn words_since(db: &impl ConnectionTrait, scope: &Scope, site: SiteId, from: Timestamp) -> Result<i64> {
    let sum: Option<Option<i64>> = living(scope, site, None, from)
        .select_only()
        .column_as(Expr::expr(ai_task_item::Column::Words.sum()).cast_as("bigint"), "words")
        .into_tuple()
        .one(db)
        .await?;
    Ok(sum.flatten().unwrap_or(0))
}

/// Bytes of the account's pictures.
async fn stored_bytes(db: &impl ConnectionTrait, scope: &Scope) -> Result<i64> {
    let sum: Option<Option<i64>> = image::Entity::find_in(&Scope::system(scope.account))
        .select_only()
        .column_as(Expr::expr(image::Column::SizeBytes.sum()).cast_as("bigint"), "bytes")
        .into_tuple()
        .one(db)
        .await?;
    Ok(sum.flatten().unwrap_or(0))
}

/// The UTC day of a moment: its start, and the next one's.
fn day_of(now: Timestamp) -> (Timestamp, Timestamp) {
    let start = now.date_naive().and_time(NaiveTime::MIN).and_utc();
    (start, start + Days::new(1))
}

/// The UTC month of a moment: its start, and the next one's.
pub(crate) fn month_of(now: Timestamp) -> (Timestamp, Timestamp) {
    use chrono::Datelike;
    let day = now.date_naive();
    let first = day.with_day(1).unwrap_or(day).and_time(NaiveTime::MIN).and_utc();
    (first, first + Months::new(1))
}
