//! Jobs, the log of what matters, what AI functions are told.

pub mod author_profiles;
pub mod prompts;
pub mod strategies;

use axum::extract::Path;
use domain::{App, ai};
use entity::{
    ListQuery,
    ai_task::{Progress, Started},
    audit_event,
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
