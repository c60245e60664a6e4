//! Strategies: how content of a sector is made.

use domain::{App, thinker::strategies};
use entity::{
    ListQuery, StrategyId,
    strategy::{Input, Row},
};
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
        .routes(routes!(get, update, delete))
}

/// Strategies, a page at a time: those for all sectors and those of sectors that the caller may see. Order by `name`, `created_at`.
#[utoipa::path(get, path = "/strategies/", tag = "system", params(ListQuery), responses((status = 200, body = List<Row>)))]
async fn list(caller: Caller, Params(query): Params<ListQuery>) -> Answer<List<Row>> {
    let page = caller.answer(strategies::list(&caller.app, &caller.scope, &query).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Makes one. For owners and admins.
#[utoipa::path(post, path = "/strategies/", tag = "system", request_body = Input, responses((status = 200, body = Data<Row>)))]
async fn create(caller: Caller, Body(input): Body<Input>) -> Answer<Data<Row>> {
    caller
        .answer(strategies::create(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// One of them.
#[utoipa::path(get, path = "/strategies/{id}/", tag = "system", params(("id" = i64, Path)), responses((status = 200, body = Data<Row>)))]
async fn get(caller: Caller, Id(id): Id) -> Answer<Data<Row>> {
    caller
        .answer(strategies::get(&caller.app, &caller.scope, StrategyId(id)).await)
        .map(Data::of)
}

/// Changes one as a whole. For owners and admins.
#[utoipa::path(put, path = "/strategies/{id}/", tag = "system", params(("id" = i64, Path)), request_body = Input, responses((status = 200, body = Data<Row>)))]
async fn update(caller: Caller, Id(id): Id, Body(input): Body<Input>) -> Answer<Data<Row>> {
    caller
        .answer(strategies::update(&caller.app, &caller.scope, StrategyId(id), input).await)
        .map(Data::of)
}

/// Deletes one. The sector goes back to what is next in line. For owners and admins.
#[utoipa::path(delete, path = "/strategies/{id}/", tag = "system", params(("id" = i64, Path)), responses((status = 200, body = Data<Changed>)))]
async fn delete(caller: Caller, Id(id): Id) -> Answer<Data<Changed>> {
    caller.answer(strategies::delete(&caller.app, &caller.scope, StrategyId(id)).await)?;
    Ok(Data::of(Changed { count: 1 }))
}
