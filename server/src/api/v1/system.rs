//! Jobs.

use axum::extract::Path;
use domain::{App, ai};
use entity::ai_task::{Progress, Started};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Caller},
    envelope::{Data, Failed},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(task_progress))
        .routes(routes!(cancel_task))
        .routes(routes!(retry_task))
}

/// How far a job is.
#[utoipa::path(get, path = "/settings/task_progress/{task_id}/", tag = "system", params(("task_id" = String, Path)), responses((status = 200, body = Data<Progress>), (status = 401, body = Failed), (status = 404, body = Failed)))]
async fn task_progress(caller: Caller, Path(task_id): Path<String>) -> Answer<Data<Progress>> {
    caller
        .answer(ai::progress(&caller.app, &caller.scope, &task_id).await)
        .map(Data::of)
}

/// Stops a job between two units; what is not begun costs nothing.
#[utoipa::path(post, path = "/settings/task_progress/{task_id}/cancel/", tag = "system", params(("task_id" = String, Path)), responses((status = 200, body = Data<Progress>), (status = 401, body = Failed), (status = 403, body = Failed), (status = 404, body = Failed)))]
async fn cancel_task(caller: Caller, Path(task_id): Path<String>) -> Answer<Data<Progress>> {
    caller
        .answer(ai::cancel(&caller.app, &caller.scope, &task_id).await)
        .map(Data::of)
}

/// Starts a new job with what failed of an ended one.
#[utoipa::path(post, path = "/settings/task_progress/{task_id}/retry/", tag = "system", params(("task_id" = String, Path)), responses((status = 200, body = Data<Started>), (status = 401, body = Failed), (status = 402, body = Failed), (status = 403, body = Failed), (status = 404, body = Failed), (status = 409, body = Failed)))]
async fn retry_task(caller: Caller, Path(task_id): Path<String>) -> Answer<Data<Started>> {
    caller
        .answer(ai::retry_failed(&caller.app, &caller.scope, &task_id).await)
        .map(Data::of)
}
