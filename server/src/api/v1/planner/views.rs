//! Views of lists that people keep.

use domain::{App, planner::views};
use entity::{ListQuery, SavedViewId, saved_view};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller, Id, Params},
    envelope::{Data, List},
    v1::Changed,
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(update, delete))
}

/// The caller's views and those that colleagues share, a page at a time.
#[utoipa::path(get, path = "/views/", tag = "planner", params(ListQuery, saved_view::Filter), responses((status = 200, body = List<saved_view::Row>)))]
async fn list(
    caller: Caller,
    Params(filter): Params<saved_view::Filter>,
    Params(query): Params<ListQuery>,
) -> Answer<List<saved_view::Row>> {
    let page = caller.answer(views::list(&caller.app, &caller.scope, &filter, &query).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Keeps one.
#[utoipa::path(post, path = "/views/", tag = "planner", request_body = saved_view::New, responses((status = 200, body = Data<saved_view::Model>)))]
async fn create(caller: Caller, Body(input): Body<saved_view::New>) -> Answer<Data<saved_view::Model>> {
    caller
        .answer(views::create(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// Changes one of the caller's; what is absent stays.
#[utoipa::path(put, path = "/views/{id}/", tag = "planner", params(("id" = i64, Path)), request_body = saved_view::Patch, responses((status = 200, body = Data<saved_view::Model>)))]
async fn update(caller: Caller, Id(id): Id, Body(patch): Body<saved_view::Patch>) -> Answer<Data<saved_view::Model>> {
    caller
        .answer(views::update(&caller.app, &caller.scope, SavedViewId(id), patch).await)
        .map(Data::of)
}

/// Deletes one.
#[utoipa::path(delete, path = "/views/{id}/", tag = "planner", params(("id" = i64, Path)), responses((status = 200, body = Data<Changed>)))]
async fn delete(caller: Caller, Id(id): Id) -> Answer<Data<Changed>> {
    caller.answer(views::delete(&caller.app, &caller.scope, SavedViewId(id)).await)?;
    Ok(Data::of(Changed { count: 1 }))
}
