//! Settings of the account, jobs, what AI functions are told, the log of what matters.

pub mod author_profiles;
mod image_tests;
mod jobs;
pub mod prompts;
mod settings;
pub mod strategies;

use axum::extract::Path;
use domain::{App, ai};
use entity::{
    ListQuery,
    ai_task::{Progress, Started},
    audit_event, scheduled_run,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Caller, Params},
    envelope::{Data, List},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(task_progress))
        .routes(routes!(cancel_task))
        .routes(routes!(retry_task))
        .routes(routes!(audit_log))
        .routes(routes!(scheduled_runs))
        .merge(settings::routes())
        .merge(jobs::routes())
        .merge(image_tests::routes())
        .merge(prompts::routes())
        .merge(author_profiles::routes())
        .merge(strategies::routes())
}

/// Who did what that matters, the youngest first. For owners and admins.
#[utoipa::path(get, path = "/audit_log/", tag = "system", params(ListQuery, audit_event::Filter), responses((status = 200, body = List<audit_event::Model>)))]
async fn audit_log(
    caller: Caller,
    Params(filter): Params<audit_event::Filter>,
    Params(query): Params<ListQuery>,
) -> Answer<List<audit_event::Model>> {
    let page = caller.answer(domain::audit::list(&caller.app, &caller.scope, &filter, &query).await)?;
    Ok(List::of(page, &caller.uri))
}

/// How far a job is.
#[utoipa::path(get, path = "/settings/task_progress/{task_id}/", tag = "system", params(("task_id" = String, Path)), responses((status = 200, body = Data<Progress>)))]
async fn task_progress(caller: Caller, Path(task_id): Path<String>) -> Answer<Data<Progress>> {
    caller
        .answer(ai::progress(&caller.app, &caller.scope, &task_id).await)
        .map(Data::of)
}

/// Stops a job between two units; what is not begun costs nothing.
#[utoipa::path(post, path = "/settings/task_progress/{task_id}/cancel/", tag = "system", params(("task_id" = String, Path)), responses((status = 200, body = Data<Progress>)))]
async fn cancel_task(caller: Caller, Path(task_id): Path<String>) -> Answer<Data<Progress>> {
    caller
        .answer(ai::cancel(&caller.app, &caller.scope, &task_id).await)
        .map(Data::of)
}

/// Starts a new job with what failed of an ended one.
#[utoipa::path(post, path = "/settings/task_progress/{task_id}/retry/", tag = "system", params(("task_id" = String, Path)), responses((status = 200, body = Data<Started>), (status = 402)))]
async fn retry_task(caller: Caller, Path(task_id): Path<String>) -> Answer<Data<Started>> {
    caller
        .answer(ai::retry_failed(&caller.app, &caller.scope, &task_id).await)
        .map(Data::of)
}

/// The latest regular work: monthly credits, warnings, the proof of the books. For operators.
#[utoipa::path(get, path = "/scheduled-runs/", tag = "system", responses((status = 200, body = Data<Vec<scheduled_run::Model>>)))]
async fn scheduled_runs(caller: Caller) -> Answer<Data<Vec<scheduled_run::Model>>> {
    caller
        .answer(domain::jobs::schedule::latest(&caller.app, &caller.scope).await)
        .map(Data::of)
}
