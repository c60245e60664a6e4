//! Tasks.

use domain::{App, writer::tasks};
use entity::{
    ListQuery, TaskId,
    ai_task::{Start, Started},
    task,
    task::TaskStatus,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller, Id, Params},
    envelope::{Data, List},
    v1::{Changed, Generate, Ids},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, delete))
        .routes(routes!(auto_generate_content))
        .routes(routes!(bulk_delete))
        .routes(routes!(bulk_update))
}

/// Tasks, a page at a time.
#[utoipa::path(get, path = "/tasks/", tag = "writer", params(ListQuery, task::Filter), responses((status = 200, body = List<task::Row>)))]
async fn list(
    caller: Caller,
    Params(filter): Params<task::Filter>,
    Params(list): Params<ListQuery>,
) -> Answer<List<task::Row>> {
    let page = caller.answer(tasks::list(&caller.app, &caller.scope, &filter, &list).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Makes one.
#[utoipa::path(post, path = "/tasks/", tag = "writer", request_body = task::New, responses((status = 200, body = Data<task::Model>)))]
async fn create(caller: Caller, Body(input): Body<task::New>) -> Answer<Data<task::Model>> {
    caller
        .answer(tasks::create(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// One of them.
#[utoipa::path(get, path = "/tasks/{id}/", tag = "writer", params(("id" = i64, Path)), responses((status = 200, body = Data<task::Model>)))]
async fn get(caller: Caller, Id(id): Id) -> Answer<Data<task::Model>> {
    caller
        .answer(tasks::get(&caller.app, &caller.scope, TaskId(id)).await)
        .map(Data::of)
}

/// Deletes one.
#[utoipa::path(delete, path = "/tasks/{id}/", tag = "writer", params(("id" = i64, Path)), responses((status = 200, body = Data<Changed>)))]
async fn delete(caller: Caller, Id(id): Id) -> Answer<Data<Changed>> {
    let count = caller.answer(tasks::delete(&caller.app, &caller.scope, &[TaskId(id)]).await)?;
    Ok(Data::of(Changed { count }))
}

/// Writes the articles of tasks, each on its own: one failure never costs the others. Answers at once.
#[utoipa::path(post, path = "/tasks/auto_generate_content/", tag = "writer", request_body = Generate, responses((status = 200, body = Data<Started>), (status = 402), (status = 409)))]
async fn auto_generate_content(caller: Caller, Body(input): Body<Generate>) -> Answer<Data<Started>> {
    let make = |ids: Vec<i64>| Start::GenerateContent {
        task_ids: ids.into_iter().map(TaskId).collect(),
    };
    caller.answer(input.start(&caller, make).await).map(Data::of)
}

/// Deletes many; their articles stay.
#[utoipa::path(post, path = "/tasks/bulk_delete/", tag = "writer", request_body = Ids, responses((status = 200, body = Data<Changed>)))]
async fn bulk_delete(caller: Caller, Body(Ids { ids }): Body<Ids>) -> Answer<Data<Changed>> {
    let ids: Vec<TaskId> = ids.into_iter().map(TaskId).collect();
    let count = caller.answer(tasks::delete(&caller.app, &caller.scope, &ids).await)?;
    Ok(Data::of(Changed { count }))
}

/// A status for many.
#[derive(serde::Deserialize, utoipa::ToSchema)]
pub struct TaskStatusChange {
    /// The tasks.
    ids: Vec<TaskId>,
    /// Their new status.
    status: TaskStatus,
}

/// Sets the status of many.
#[utoipa::path(post, path = "/tasks/bulk_update/", tag = "writer", request_body = TaskStatusChange, responses((status = 200, body = Data<Changed>)))]
async fn bulk_update(caller: Caller, Body(input): Body<TaskStatusChange>) -> Answer<Data<Changed>> {
    let count = caller.answer(tasks::set_status(&caller.app, &caller.scope, &input.ids, input.status).await)?;
    Ok(Data::of(Changed { count }))
}
