//! Doing the units of a task: take one, ask the provider, write the result and its price together.

use std::{panic::AssertUnwindSafe, time::Duration};

use entity::{
    AiTaskId,
    ai_task::{self, AiTaskStatus, Phase},
    ai_task_item::{self, ItemStatus},
    credit_usage_log,
};
use futures::FutureExt;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Query},
};

use super::{
    functions::{self, Context, Finished},
    model_prices,
};
use crate::{
    App, Error, Result,
    billing::ledger::{self, Settlement},
    db,
    jobs::worker::{InHand, Work, Worker},
};

/// A unit that brought its worker down this often is given up.
const MAX_ATTEMPTS: i32 = 3;

/// Works on a task until none of its units waits.
///
/// Any number of workers may do this at once: each unit is taken by one of them.
///
/// # Errors
/// When the database fails. Failures of units are written on the units.
pub async fn run(worker: &Worker, id: AiTaskId) -> Result<()> {
    let task = super::load(&worker.app.db, id).await?;
    if task.status.is_final() {
        return Ok(());
    }
    ai_task::Entity::update_many()
        .col_expr(ai_task::Column::Status, Expr::value(AiTaskStatus::Running.as_str()))
        .col_expr(
            ai_task::Column::Phase,
            Expr::value(
                if task.items_total == 1 {
                    Phase::Prep
                } else {
                    Phase::AiCall
                }
                .as_str(),
            ),
        )
        .col_expr(ai_task::Column::StartedAt, Expr::value(crate::now()))
        .col_expr(ai_task::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(ai_task::Column::Id.eq(id))
        .filter(ai_task::Column::Status.eq(AiTaskStatus::Queued))
        .exec(&worker.app.db)
        .await?;
    let width = Ord::max(worker.app.config.jobs.site_concurrency, 1);
    let lanes = futures::future::try_join_all((0..width).map(|_| lane(worker, &task)));
    worker.alive_while(lanes).await?;
    finish(&worker.app, id).await
}

/// Takes units one after the other.
async fn lane(worker: &Worker, task: &ai_task::Model) -> Result<()> {
    let limit = worker.site_limit(task.site_id);
    loop {
        let Ok(_turn) = limit.acquire().await else {
            return Ok(());
        };
        if super::load(&worker.app.db, task.id).await?.cancel_requested {
            return cancel_pending(&worker.app, task.id).await;
        }
        let Some((item, _in_hand)) = take(worker, task.id).await? else {
            return Ok(());
        };
        do_unit(worker, task, item).await?;
    }
}

/// Takes the next waiting unit, or none. Two workers never take the same: the update is guarded by its state.
async fn take(worker: &Worker, task: AiTaskId) -> Result<Option<(ai_task_item::Model, InHand)>> {
    let db = &worker.app.db;
    for _ in 0..50 {
        let Some(next) = ai_task_item::Entity::find()
            .filter(ai_task_item::Column::AiTaskId.eq(task))
            .filter(ai_task_item::Column::Status.eq(ItemStatus::Pending))
            .order_by_asc(ai_task_item::Column::Position)
            .one(db)
            .await?
        else {
            return Ok(None);
        };
        let in_hand = worker.take_in_hand(Work::Unit(next.id));
        let taken = ai_task_item::Entity::update_many()
            .col_expr(ai_task_item::Column::Status, Expr::value(ItemStatus::Running.as_str()))
            .col_expr(ai_task_item::Column::Worker, Expr::value(worker.name.to_string()))
            .col_expr(
                ai_task_item::Column::Attempts,
                Expr::col(ai_task_item::Column::Attempts).add(1),
            )
            .col_expr(ai_task_item::Column::StartedAt, Expr::value(crate::now()))
            .filter(ai_task_item::Column::Id.eq(next.id))
            .filter(ai_task_item::Column::Status.eq(ItemStatus::Pending))
            .exec(db)
            .await?;
        if taken.rows_affected == 1 {
            let item = ai_task_item::Model {
                status: ItemStatus::Running,
                attempts: next.attempts + 1,
                worker: Some(worker.name.to_string()),
                ..next
            };
            return Ok(Some((item, in_hand)));
        }
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    Ok(None)
}

async fn do_unit(worker: &Worker, task: &ai_task::Model, item: ai_task_item::Model) -> Result<()> {
    let app = &worker.app;
    if item.attempts > MAX_ATTEMPTS {
        let stopped = Error::Internal("the server stopped each time while this was being worked on".to_owned());
        return fail(app, task, &item, &stopped).await;
    }
    let context = Context::new(app, task);
    // The account may have been stopped since the work was asked for.
    let account = crate::scope::account(&app.db, &context.scope).await?;
    if let Err(stopped) = crate::accounts::may_work(&account) {
        return fail(app, task, &item, &stopped).await;
    }
    set_phase(app, task, Phase::AiCall).await?;
    // A panic is this unit's fault and no other's.
    let produced = AssertUnwindSafe(functions::produce(&context, &item))
        .catch_unwind()
        .await;
    let finished = match produced.unwrap_or_else(|_| Err(Error::Internal("a unit of work panicked".to_owned()))) {
        Ok(finished) => finished,
        Err(Error::Cancelled) => return give_back(app, task, &item).await,
        Err(error) => return fail(app, task, &item, &error).await,
    };
    set_phase(app, task, Phase::Save).await?;
    match save(&context, task, &item, finished).await {
        Ok(()) => Ok(()),
        // The database being away is not the unit's fault: it stays taken, and is freed once nobody has it in hand.
        Err(Error::Db(error)) if is_connection_fault(&error) => Err(error.into()),
        Err(error) => fail(app, task, &item, &error).await,
    }
}

fn is_connection_fault(error: &sea_orm::DbErr) -> bool {
    matches!(error, sea_orm::DbErr::ConnectionAcquire(_) | sea_orm::DbErr::Conn(_))
}

/// Writes what was made, marks the unit done and pays for it: all of it or nothing.
async fn save(
    context: &Context<'_>,
    task: &ai_task::Model,
    item: &ai_task_item::Model,
    finished: Finished,
) -> Result<()> {
    let amount = finished.credits.clamp(0, item.credits_reserved);
    let words = finished.made.words();
    let pictures = i64::from(matches!(finished.made, functions::Made::Picture(_)));
    let cost_usd_micros = model_prices::cost(
        &context.app.db,
        finished.provider,
        &finished.model,
        &finished.usage,
        pictures,
    )
    .await?
    .unwrap_or_default();
    let txn = db::begin_write(&context.app.db).await?;
    let closed = ai_task_item::Entity::update_many()
        .col_expr(ai_task_item::Column::Status, Expr::value(ItemStatus::Done.as_str()))
        .col_expr(ai_task_item::Column::CreditsSettled, Expr::value(amount))
        .col_expr(ai_task_item::Column::Words, Expr::value(words))
        .col_expr(ai_task_item::Column::FinishedAt, Expr::value(crate::now()))
        .filter(ai_task_item::Column::Id.eq(item.id))
        .filter(ai_task_item::Column::Status.eq(ItemStatus::Running))
        .filter(ai_task_item::Column::Worker.eq(item.worker.clone()))
        .exec(&txn)
        .await?;
    if closed.rows_affected != 1 {
        // We were taken for dead and somebody else has it now: their result counts, ours is dropped.
        return Ok(());
    }
    let operation = functions::operation(task.function);
    let result = functions::save(context, &txn, item, finished.made).await?;
    ai_task_item::Entity::update_many()
        .col_expr(ai_task_item::Column::Result, Expr::value(result.detail.to_string()))
        .filter(ai_task_item::Column::Id.eq(item.id))
        .exec(&txn)
        .await?;
    ledger::settle(
        &txn,
        &Settlement {
            account: task.account_id,
            task: task.id,
            item: item.id,
            reserved: item.credits_reserved,
            amount,
            user: task.user_id,
            description: format!("{}: {}", operation.label(), result.label),
        },
    )
    .await?;
    credit_usage_log::Entity::insert(credit_usage_log::ActiveModel {
        account_id: Set(task.account_id),
        site_id: Set(Some(task.site_id)),
        user_id: Set(task.user_id),
        operation: Set(operation),
        credits_used: Set(amount),
        cost_usd_micros: Set(cost_usd_micros),
        provider: Set(finished.provider.as_str().to_owned()),
        model: Set(finished.model),
        tokens_in: Set(finished.usage.tokens_in),
        tokens_out: Set(finished.usage.tokens_out),
        object_type: Set(item.object_type.clone()),
        object_id: Set(item.object_id),
        ai_task_item_id: Set(Some(item.id)),
        created_at: Set(crate::now()),
        ..Default::default()
    })
    .exec_without_returning(&txn)
    .await?;
    count(
        &txn,
        task.id,
        ai_task::Column::ItemsDone,
        amount,
        item.credits_reserved - amount,
    )
    .await?;
    txn.commit().await?;
    Ok(())
}

/// Marks a unit failed and gives its credits back.
async fn fail(app: &App, task: &ai_task::Model, item: &ai_task_item::Model, error: &Error) -> Result<()> {
    if let Error::Db(_) | Error::Internal(_) = error {
        tracing::error!(task = %task.public_id, unit = %item.id, %error, "a unit of work failed");
    }
    let txn = db::begin_write(&app.db).await?;
    let closed = ai_task_item::Entity::update_many()
        .col_expr(ai_task_item::Column::Status, Expr::value(ItemStatus::Failed.as_str()))
        .col_expr(ai_task_item::Column::ErrorCode, Expr::value(error.code()))
        .col_expr(ai_task_item::Column::Error, Expr::value(error.public_message()))
        .col_expr(ai_task_item::Column::FinishedAt, Expr::value(crate::now()))
        .filter(ai_task_item::Column::Id.eq(item.id))
        .filter(ai_task_item::Column::Status.eq(ItemStatus::Running))
        .filter(ai_task_item::Column::Worker.eq(item.worker.clone()))
        .exec(&txn)
        .await?;
    if closed.rows_affected != 1 {
        return Ok(());
    }
    ledger::release(&txn, task.account_id, item.credits_reserved).await?;
    functions::undo_begin(&txn, task, item, Some(error)).await?;
    count(&txn, task.id, ai_task::Column::ItemsFailed, 0, item.credits_reserved).await?;
    txn.commit().await?;
    Ok(())
}

/// Marks a unit that was stopped in the middle cancelled and gives its credits back.
async fn give_back(app: &App, task: &ai_task::Model, item: &ai_task_item::Model) -> Result<()> {
    let txn = db::begin_write(&app.db).await?;
    let closed = ai_task_item::Entity::update_many()
        .col_expr(
            ai_task_item::Column::Status,
            Expr::value(ItemStatus::Cancelled.as_str()),
        )
        .col_expr(ai_task_item::Column::FinishedAt, Expr::value(crate::now()))
        .filter(ai_task_item::Column::Id.eq(item.id))
        .filter(ai_task_item::Column::Status.eq(ItemStatus::Running))
        .filter(ai_task_item::Column::Worker.eq(item.worker.clone()))
        .exec(&txn)
        .await?;
    if closed.rows_affected != 1 {
        return Ok(());
    }
    ledger::release(&txn, task.account_id, item.credits_reserved).await?;
    functions::undo_begin(&txn, task, item, None).await?;
    ai_task::Entity::update_many()
        .col_expr(
            ai_task::Column::CreditsReleased,
            Expr::col(ai_task::Column::CreditsReleased).add(item.credits_reserved),
        )
        .filter(ai_task::Column::Id.eq(task.id))
        .exec(&txn)
        .await?;
    txn.commit().await?;
    Ok(())
}

async fn count(
    db: &impl sea_orm::ConnectionTrait,
    task: AiTaskId,
    column: ai_task::Column,
    settled: i64,
    released: i64,
) -> Result<()> {
    ai_task::Entity::update_many()
        .col_expr(column, Expr::col(column).add(1))
        .col_expr(
            ai_task::Column::CreditsSettled,
            Expr::col(ai_task::Column::CreditsSettled).add(settled),
        )
        .col_expr(
            ai_task::Column::CreditsReleased,
            Expr::col(ai_task::Column::CreditsReleased).add(released),
        )
        .col_expr(ai_task::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(ai_task::Column::Id.eq(task))
        .exec(db)
        .await?;
    Ok(())
}

/// Says what the only unit of a task is at. Of many units each is at something else: there the numbers tell how far the
/// task is, and a write for each step would only hold up the others.
pub(super) async fn set_phase(app: &App, task: &ai_task::Model, phase: Phase) -> Result<()> {
    if task.items_total != 1 {
        return Ok(());
    }
    ai_task::Entity::update_many()
        .col_expr(ai_task::Column::Phase, Expr::value(phase.as_str()))
        .filter(ai_task::Column::Id.eq(task.id))
        .filter(ai_task::Column::Status.eq(AiTaskStatus::Running))
        .exec(&app.db)
        .await?;
    Ok(())
}

/// Gives up the units of a task that nobody has taken.
///
/// # Errors
/// When the database fails.
pub async fn cancel_pending(app: &App, id: AiTaskId) -> Result<()> {
    let task = super::load(&app.db, id).await?;
    let txn = db::begin_write(&app.db).await?;
    let waiting = ai_task_item::Entity::find()
        .filter(ai_task_item::Column::AiTaskId.eq(id))
        .filter(ai_task_item::Column::Status.eq(ItemStatus::Pending))
        .all(&txn)
        .await?;
    for item in &waiting {
        let closed = ai_task_item::Entity::update_many()
            .col_expr(
                ai_task_item::Column::Status,
                Expr::value(ItemStatus::Cancelled.as_str()),
            )
            .col_expr(ai_task_item::Column::FinishedAt, Expr::value(crate::now()))
            .filter(ai_task_item::Column::Id.eq(item.id))
            .filter(ai_task_item::Column::Status.eq(ItemStatus::Pending))
            .exec(&txn)
            .await?;
        if closed.rows_affected == 1 {
            ledger::release(&txn, task.account_id, item.credits_reserved).await?;
            functions::undo_begin(&txn, &task, item, None).await?;
            ai_task::Entity::update_many()
                .col_expr(
                    ai_task::Column::CreditsReleased,
                    Expr::col(ai_task::Column::CreditsReleased).add(item.credits_reserved),
                )
                .filter(ai_task::Column::Id.eq(id))
                .exec(&txn)
                .await?;
        }
    }
    txn.commit().await?;
    finish(app, id).await
}

/// Closes a task none of whose units waits or runs.
async fn finish(app: &App, id: AiTaskId) -> Result<()> {
    let open = ai_task_item::Entity::find()
        .filter(ai_task_item::Column::AiTaskId.eq(id))
        .filter(ai_task_item::Column::Status.is_in([ItemStatus::Pending, ItemStatus::Running]))
        .count(&app.db)
        .await?;
    if open > 0 {
        return Ok(());
    }
    // Read after the last unit was closed, or its counts would miss that unit.
    let task = super::load(&app.db, id).await?;
    if task.status.is_final() {
        return Ok(());
    }
    let first_error: Option<Option<String>> = ai_task_item::Entity::find()
        .filter(ai_task_item::Column::AiTaskId.eq(id))
        .filter(ai_task_item::Column::Status.eq(ItemStatus::Failed))
        .order_by_asc(ai_task_item::Column::Position)
        .select_only()
        .column(ai_task_item::Column::Error)
        .into_tuple()
        .one(&app.db)
        .await?;
    let status = match task {
        _ if task.cancel_requested && task.items_done + task.items_failed < task.items_total => AiTaskStatus::Cancelled,
        _ if task.items_done == 0 && task.items_failed > 0 => AiTaskStatus::Failed,
        _ => AiTaskStatus::Completed,
    };
    let summary = functions::summary(&app.db, &task).await?;
    let still_open = Query::select()
        .column(ai_task_item::Column::AiTaskId)
        .from(ai_task_item::Entity)
        .and_where(ai_task_item::Column::Status.is_in([ItemStatus::Pending, ItemStatus::Running]))
        .to_owned();
    ai_task::Entity::update_many()
        .col_expr(ai_task::Column::Status, Expr::value(status.as_str()))
        .col_expr(ai_task::Column::Phase, Expr::value(Phase::Done.as_str()))
        .col_expr(ai_task::Column::Summary, Expr::value(summary))
        .col_expr(ai_task::Column::Error, Expr::value(first_error.flatten()))
        .col_expr(ai_task::Column::FinishedAt, Expr::value(crate::now()))
        .col_expr(ai_task::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(ai_task::Column::Id.eq(id))
        .filter(ai_task::Column::Status.is_in([AiTaskStatus::Queued, AiTaskStatus::Running]))
        .filter(Expr::col(ai_task::Column::Id).not_in_subquery(still_open))
        .exec(&app.db)
        .await?;
    Ok(())
}
