//! Ideas.

use domain::{
    App,
    planner::{ideas, topics},
};
use entity::{IdeaId, ListQuery, idea, idea::IdeaStatus, topic};
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
        .routes(routes!(find_near_ideas))
        .routes(routes!(bulk_delete_ideas))
        .routes(routes!(bulk_update_idea_status))
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

/// Makes one. A topic that the site has already is answered with 409 and what is near it, unless `allow_duplicate` is true.
#[utoipa::path(post, path = "/ideas/", tag = "planner", request_body = idea::New, responses((status = 200, body = Data<idea::Model>), (status = 409)))]
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
#[utoipa::path(put, path = "/ideas/{id}/", tag = "planner", params(("id" = i64, Path)), request_body = idea::Patch, responses((status = 200, body = Data<idea::Model>), (status = 409)))]
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

/// What the site has about a topic already, planned or published, the nearest first.
#[utoipa::path(get, path = "/ideas/near/", tag = "planner", params(topic::Ask), responses((status = 200, body = Data<Vec<topic::Near>>)))]
async fn find_near_ideas(caller: Caller, Params(ask): Params<topic::Ask>) -> Answer<Data<Vec<topic::Near>>> {
    caller
        .answer(topics::near(&caller.app, &caller.scope, &ask).await)
        .map(Data::of)
}

/// Deletes many; tasks made from them stay.
#[utoipa::path(post, path = "/ideas/bulk_delete/", tag = "planner", request_body = Ids, responses((status = 200, body = Data<Changed>)))]
async fn bulk_delete_ideas(caller: Caller, Body(Ids { ids }): Body<Ids>) -> Answer<Data<Changed>> {
    let ids: Vec<IdeaId> = ids.into_iter().map(IdeaId).collect();
    let count = caller.answer(ideas::delete(&caller.app, &caller.scope, &ids).await)?;
    Ok(Data::of(Changed { count }))
}

/// A status for many.
#[derive(serde::Deserialize, utoipa::ToSchema)]
pub struct IdeaStatusChange {
    /// The ideas.
    ids: Vec<IdeaId>,
    /// Their new status.
    status: IdeaStatus,
}

/// Sets the status of many.
#[utoipa::path(post, path = "/ideas/bulk_update_status/", tag = "planner", request_body = IdeaStatusChange, responses((status = 200, body = Data<Changed>)))]
async fn bulk_update_idea_status(caller: Caller, Body(input): Body<IdeaStatusChange>) -> Answer<Data<Changed>> {
    let count = caller.answer(ideas::set_status(&caller.app, &caller.scope, &input.ids, input.status).await)?;
    Ok(Data::of(Changed { count }))
}

/// Makes a writing task for each idea that has none. Archived ideas are left out, and those whose topic is being written or was
/// written already, unless `allow_duplicate` is true; the answer names them.
#[utoipa::path(post, path = "/ideas/bulk_queue_to_writer/", tag = "planner", request_body = idea::Queue, responses((status = 200, body = Data<idea::QueueResult>)))]
async fn bulk_queue_to_writer(caller: Caller, Body(queue): Body<idea::Queue>) -> Answer<Data<idea::QueueResult>> {
    caller
        .answer(ideas::queue_to_writer(&caller.app, &caller.scope, &queue).await)
        .map(Data::of)
}
