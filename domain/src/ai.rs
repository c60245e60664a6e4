//! AI functions: starting them, watching them, stopping them.
//!
//! One way for all of them: plan the units of work, hold the credits and write the task in one transaction, push
//! its message, let a worker do the units one by one ([`run`]).

pub mod functions;
pub mod history;
pub mod model_prices;
pub mod providers;
pub mod run;
pub mod settings;
pub mod template;

use entity::{
    AiTaskId, SiteId,
    ai_task::{self, AiFunction, AiTaskStatus, Estimate, Phase, Progress, Start, Started},
    ai_task_item::{self, ItemStatus},
    topic::Covered,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use crate::{
    App, Error, Result,
    billing::{ledger, limits},
    db,
    jobs::{self, Job},
    planner::topics,
    scope::{Scope, Scoped},
};

/// Units that a progress report lists at most.
const PROGRESS_ITEMS: u64 = 200;

/// What `start` would take at most. Nothing is held.
///
/// # Errors
/// As [`start`], but for missing credits.
pub async fn estimate(app: &App, scope: &Scope, start: &Start) -> Result<Estimate> {
    let plan = functions::plan(app, scope, start).await?;
    Ok(Estimate {
        covered: covered(app, scope, start, plan.site).await?,
        items: i32::try_from(plan.items.len()).unwrap_or(i32::MAX),
        credits: plan.items.iter().map(|item| item.credits).sum(),
        available: crate::scope::account(&app.db, scope).await?.available(),
    })
}

/// What of a request need not be paid for, because the site has its topic already.
async fn covered(app: &App, scope: &Scope, start: &Start, site: SiteId) -> Result<Vec<Covered>> {
    match start {
        Start::GenerateIdeas { cluster_ids } => topics::covered_clusters(&app.db, scope, site, cluster_ids).await,
        Start::GenerateContent { task_ids } => topics::covered_tasks(&app.db, scope, site, task_ids).await,
        _ => Ok(Vec::new()),
    }
}

/// As [`start`], without the clusters and tasks whose topic the site has already; they are told.
///
/// # Errors
/// As [`start`], and [`Error::Duplicate`] when nothing is left.
pub async fn start_new(app: &App, scope: &Scope, request: Start, idempotency_key: Option<String>) -> Result<Started> {
    scope.may_spend()?;
    if let Some(task) = task_of_key(app, scope, idempotency_key.as_deref()).await? {
        return Ok(started(&task));
    }
    let plan = functions::plan(app, scope, &request).await?;
    let left_out = covered(app, scope, &request, plan.site).await?;
    if left_out.is_empty() {
        return start(app, scope, request, idempotency_key).await;
    }
    let rest: Vec<i64> = plan
        .items
        .iter()
        .map(|item| item.object_id)
        .filter(|id| left_out.iter().all(|covered| covered.id != *id))
        .collect();
    if rest.is_empty() {
        scope.generator_of(plan.site)?;
        return Err(Error::Duplicate(
            left_out.into_iter().flat_map(|covered| covered.near).collect(),
        ));
    }
    let begun = start(app, scope, functions::with_ids(request, rest), idempotency_key).await?;
    Ok(Started { left_out, ..begun })
}

/// The task that a key started before.
async fn task_of_key(app: &App, scope: &Scope, key: Option<&str>) -> Result<Option<ai_task::Model>> {
    let Some(key) = key else { return Ok(None) };
    Ok(ai_task::Entity::find_in(scope)
        .filter(ai_task::Column::IdempotencyKey.eq(key))
        .one(&app.db)
        .await?)
}

/// Starts an AI function. The same `idempotency_key` in the same account gives the same task again.
///
/// # Errors
/// [`Error::NotFound`] for ids that are not there for the caller, [`Error::Invalid`] when there is nothing to do,
/// [`Error::Conflict`] when a unit is being worked on already, [`Error::LimitReached`] for what the plan does not allow, [`Error::InsufficientCredits`] before anything started.
pub async fn start(app: &App, scope: &Scope, start: Start, idempotency_key: Option<String>) -> Result<Started> {
    // Before anything else is looked at: what is wrong with the selection is no business of a key that may not spend.
    scope.may_spend()?;
    if let Some(task) = task_of_key(app, scope, idempotency_key.as_deref()).await? {
        return Ok(started(&task));
    }
    let attempt = async {
        let plan = functions::plan(app, scope, &start).await?;
        scope.generator_of(plan.site)?;
        let params = serde_json::to_string(&start)?;
        create(app, scope, &plan, start.function(), params, idempotency_key.clone()).await
    };
    let task = attempt.await;
    let task = match (task, idempotency_key) {
        // Two equal calls at once: the one that lost the race answers with the winner's task, whatever it stumbled over.
        (Err(error), Some(key)) => ai_task::Entity::find_in(scope)
            .filter(ai_task::Column::IdempotencyKey.eq(key))
            .one(&app.db)
            .await?
            .ok_or(error)?,
        (task, _) => task?,
    };
    app.queue
        .push_or_leave(Job::AiTask(task.id), &jobs::key("ai", task.id.0, task.updated_at))
        .await;
    Ok(started(&task))
}

async fn create(
    app: &App,
    scope: &Scope,
    plan: &functions::Plan,
    function: ai_task::AiFunction,
    params: String,
    idempotency_key: Option<String>,
) -> Result<ai_task::Model> {
    let credits: i64 = plan.items.iter().map(|item| item.credits).sum();
    let now = crate::now();
    let txn = db::begin_write(&app.db).await?;
    // First, for it locks the account: of two equal requests at once the second one sees the first one's units.
    ledger::reserve(&txn, scope.account, credits).await?;
    refuse_running(&txn, scope, plan).await?;
    limits::refuse_work(&txn, scope, plan).await?;
    let task = ai_task::Entity::insert(ai_task::ActiveModel {
        public_id: Set(uuid::Uuid::new_v4().to_string()),
        account_id: Set(scope.account),
        site_id: Set(plan.site),
        sector_id: Set(plan.sector),
        user_id: Set(scope.user),
        function: Set(function),
        status: Set(AiTaskStatus::Queued),
        phase: Set(Phase::Init),
        items_total: Set(i32::try_from(plan.items.len()).unwrap_or(i32::MAX)),
        items_done: Set(0),
        items_failed: Set(0),
        credits_reserved: Set(credits),
        credits_settled: Set(0),
        credits_released: Set(0),
        params: Set(params),
        cancel_requested: Set(false),
        idempotency_key: Set(idempotency_key),
        credit_cost_id: Set(Some(plan.cost)),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(&txn)
    .await?;
    for (chunk_number, chunk) in plan.items.chunks(500).enumerate() {
        let rows = chunk
            .iter()
            .enumerate()
            .map(|(number, item)| ai_task_item::ActiveModel {
                ai_task_id: Set(task.id),
                account_id: Set(scope.account),
                position: Set(i32::try_from(chunk_number * 500 + number).unwrap_or(i32::MAX)),
                object_type: Set(item.object_type.to_owned()),
                object_id: Set(item.object_id),
                status: Set(ItemStatus::Pending),
                credits_reserved: Set(item.credits),
                credits_settled: Set(0),
                words: Set(item.words),
                attempts: Set(0),
                ..Default::default()
            });
        ai_task_item::Entity::insert_many(rows)
            .exec_without_returning(&txn)
            .await?;
    }
    functions::begin(&txn, scope, function, plan).await?;
    txn.commit().await?;
    Ok(task)
}

/// The same article must not be written twice at once, by two people or by two clicks.
async fn refuse_running(db: &impl ConnectionTrait, scope: &Scope, plan: &functions::Plan) -> Result<()> {
    let Some(first) = plan.items.first() else {
        return Err(Error::Invalid {
            message: "There is nothing to do: select at least one row.".to_owned(),
            fields: Vec::new(),
        });
    };
    for ids in plan.items.chunks(500) {
        let busy = ai_task_item::Entity::find_in(scope)
            .filter(ai_task_item::Column::ObjectType.eq(first.object_type))
            .filter(ai_task_item::Column::ObjectId.is_in(ids.iter().map(|item| item.object_id)))
            .filter(ai_task_item::Column::Status.is_in([ItemStatus::Pending, ItemStatus::Running]))
            .filter(
                ai_task_item::Column::AiTaskId.in_subquery(
                    sea_orm::sea_query::Query::select()
                        .column(ai_task::Column::Id)
                        .from(ai_task::Entity)
                        .and_where(ai_task::Column::Function.eq(plan.function))
                        .and_where(ai_task::Column::AccountId.eq(scope.account))
                        .to_owned(),
                ),
            )
            .one(db)
            .await?;
        if let Some(unit) = busy {
            if plan.function == AiFunction::AutoCluster {
                let running = load(db, unit.ai_task_id).await?;
                return Err(Error::Conflict(format!(
                    "Keywords of this sector are being grouped already, since {} UTC. Wait for that to finish, or cancel it. (Job {})",
                    running.created_at.format("%H:%M"),
                    running.public_id
                )));
            }
            return Err(Error::Conflict(
                "Some of the selected rows are being worked on already. Wait for that to finish, then try again."
                    .to_owned(),
            ));
        }
    }
    Ok(())
}

fn started(task: &ai_task::Model) -> Started {
    Started {
        task_id: task.public_id.clone(),
        items_total: task.items_total,
        credits_reserved: task.credits_reserved,
        left_out: Vec::new(),
    }
}

async fn by_public_id(app: &App, scope: &Scope, task_id: &str) -> Result<ai_task::Model> {
    ai_task::Entity::find_in(scope)
        .filter(ai_task::Column::PublicId.eq(task_id))
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The job"))
}

/// How far a task is.
///
/// # Errors
/// [`Error::NotFound`] for a task that is not there for the caller.
pub async fn progress(app: &App, scope: &Scope, task_id: &str) -> Result<Progress> {
    let task = by_public_id(app, scope, task_id).await?;
    let items = ai_task_item::Entity::find_in(scope)
        .filter(ai_task_item::Column::AiTaskId.eq(task.id))
        .filter(ai_task_item::Column::Status.ne(ItemStatus::Pending))
        .order_by_asc(ai_task_item::Column::Position)
        .limit(PROGRESS_ITEMS)
        .all(&app.db)
        .await?;
    Ok(Progress {
        percent: task.percent(),
        task_id: task.public_id,
        function: task.function,
        status: task.status,
        phase: task.phase,
        items_total: task.items_total,
        items_done: task.items_done,
        items_failed: task.items_failed,
        credits_reserved: task.credits_reserved,
        credits_settled: task.credits_settled,
        credits_released: task.credits_released,
        summary: task.summary,
        error: task.error,
        items: items
            .into_iter()
            .map(|item| ai_task_item::Progress {
                id: item.id,
                object_type: item.object_type,
                object_id: item.object_id,
                status: item.status,
                credits_settled: item.credits_settled,
                error: item.error,
            })
            .collect(),
    })
}

/// Stops a task between two units. Units in hand are finished, the rest is given back.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn cancel(app: &App, scope: &Scope, task_id: &str) -> Result<Progress> {
    let task = by_public_id(app, scope, task_id).await?;
    scope.editor_of(task.site_id)?;
    if !task.status.is_final() {
        ai_task::Entity::update_in(scope)
            .col_expr(ai_task::Column::CancelRequested, Expr::value(true))
            .filter(ai_task::Column::Id.eq(task.id))
            .exec(&app.db)
            .await?;
        run::cancel_pending(app, task.id).await?;
    }
    progress(app, scope, task_id).await
}

/// Starts a new task with the failed units of a finished one.
///
/// # Errors
/// [`Error::Conflict`] while it runs or when nothing failed; otherwise as [`start`].
pub async fn retry_failed(app: &App, scope: &Scope, task_id: &str) -> Result<Started> {
    let task = by_public_id(app, scope, task_id).await?;
    scope.editor_of(task.site_id)?;
    if !task.status.is_final() {
        return Err(Error::Conflict("The job is still running.".to_owned()));
    }
    let failed: Vec<i64> = ai_task_item::Entity::find_in(scope)
        .filter(ai_task_item::Column::AiTaskId.eq(task.id))
        .filter(ai_task_item::Column::Status.is_in([ItemStatus::Failed, ItemStatus::Cancelled]))
        .select_only()
        .column(ai_task_item::Column::ObjectId)
        .into_tuple()
        .all(&app.db)
        .await?;
    if failed.is_empty() {
        return Err(Error::Conflict("Nothing of this job failed.".to_owned()));
    }
    let again = functions::with_ids(serde_json::from_str(&task.params)?, failed);
    // One retry of one task: two clicks on the button are one.
    start(
        app,
        scope,
        again,
        Some(format!(
            "retry:{}:{}",
            task.public_id,
            task.updated_at.timestamp_micros()
        )),
    )
    .await
}

/// The latest tasks, newest first.
///
/// # Errors
/// When the database fails.
pub async fn recent(app: &App, scope: &Scope, site: Option<SiteId>) -> Result<Vec<ai_task::Model>> {
    let mut found = ai_task::Entity::find_in(scope);
    if let Some(site) = site {
        found = found.filter(ai_task::Column::SiteId.eq(site));
    }
    Ok(found.order_by_desc(ai_task::Column::Id).limit(20).all(&app.db).await?)
}

/// Runs a task here and now, without the queue: the command line's way.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`]; failures of units are in the task.
pub async fn run_here(app: &App, scope: &Scope, task_id: &str) -> Result<Progress> {
    let task = by_public_id(app, scope, task_id).await?;
    scope.editor_of(task.site_id)?;
    let worker = jobs::worker::Worker::new(app.clone());
    run::run(&worker, task.id).await?;
    progress(app, scope, task_id).await
}

/// The task's row, for those who already know its number.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) async fn load(db: &impl ConnectionTrait, id: AiTaskId) -> Result<ai_task::Model> {
    ai_task::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or(Error::NotFound("The job"))
}
