//! Ideas.

use domain::{App, planner::ideas};
use entity::{IdeaId, ListQuery, idea};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller, Id, Params},
    envelope::{Data, List},
    v1::{Changed, Ids},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(bulk_queue_to_writer))
}

/// Ideas, a page at a time.
#[utoipa::path(get, path = "/ideas/", tag = "planner", params(ListQuery, idea::Filter), responses((status = 200, body = List<idea::Row>)))]
async fn list(
    caller: Caller,
    Params(filter): Params<idea::Filter>,
    Params(list): Params<ListQuery>,
) -> Answer<List<idea::Row>> {
    let page = caller.answer(ideas::list(&caller.app, &caller.scope, &filter, &list).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Makes one.
#[utoipa::path(post, path = "/ideas/", tag = "planner", request_body = idea::New, responses((status = 200, body = Data<idea::Model>)))]
async fn create(caller: Caller, Body(input): Body<idea::New>) -> Answer<Data<idea::Model>> {
    caller
        .answer(ideas::create(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// One of them.
#[utoipa::path(get, path = "/ideas/{id}/", tag = "planner", params(("id" = i64, Path)), responses((status = 200, body = Data<idea::Model>)))]
async fn get(caller: Caller, Id(id): Id) -> Answer<Data<idea::Model>> {
    caller
        .answer(ideas::get(&caller.app, &caller.scope, IdeaId(id)).await)
        .map(Data::of)
}

/// Changes one; what is absent stays.
#[utoipa::path(put, path = "/ideas/{id}/", tag = "planner", params(("id" = i64, Path)), request_body = idea::Patch, responses((status = 200, body = Data<idea::Model>)))]
async fn update(caller: Caller, Id(id): Id, Body(patch): Body<idea::Patch>) -> Answer<Data<idea::Model>> {
    caller
        .answer(ideas::update(&caller.app, &caller.scope, IdeaId(id), patch).await)
        .map(Data::of)
}

/// Deletes one.
#[utoipa::path(delete, path = "/ideas/{id}/", tag = "planner", params(("id" = i64, Path)), responses((status = 200, body = Data<Changed>)))]
async fn delete(caller: Caller, Id(id): Id) -> Answer<Data<Changed>> {
    let count = caller.answer(ideas::delete(&caller.app, &caller.scope, &[IdeaId(id)]).await)?;
    Ok(Data::of(Changed { count }))
}

/// Makes a writing task for each idea that has none.
#[utoipa::path(post, path = "/ideas/bulk_queue_to_writer/", tag = "planner", request_body = Ids, responses((status = 200, body = Data<idea::QueueResult>)))]
async fn bulk_queue_to_writer(caller: Caller, Body(Ids { ids }): Body<Ids>) -> Answer<Data<idea::QueueResult>> {
    let ids: Vec<IdeaId> = ids.into_iter().map(IdeaId).collect();
    caller
        .answer(ideas::queue_to_writer(&caller.app, &caller.scope, &ids).await)
        .map(Data::of)
}
