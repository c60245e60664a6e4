//! Keyword opportunities.

use domain::{App, planner::opportunities};
use entity::{
    ListQuery,
    opportunity::{Add, Added, Collision, Filter, Row, Status},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller, Params},
    envelope::{Data, List},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_opportunities))
        .routes(routes!(opportunity_status))
        .routes(routes!(list_collisions))
        .routes(routes!(add_opportunities))
}

/// Keywords worth writing for, a page at a time: own ones, those of the library, those that competitors rank for. Each with its
/// score and the reasons of it. Own ones and the library can be ordered by `score`, all of them by `keyword`, `volume` and
/// `difficulty`.
#[utoipa::path(get, path = "/keyword-opportunities/", tag = "planner", params(ListQuery, Filter), responses((status = 200, body = List<Row>)))]
async fn list_opportunities(
    caller: Caller,
    Params(filter): Params<Filter>,
    Params(list): Params<ListQuery>,
) -> Answer<List<Row>> {
    let page = caller.answer(opportunities::list(&caller.app, &caller.scope, &filter, &list).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Which competitors there are, how many keywords are contested, and when the scores were last worked out.
#[utoipa::path(get, path = "/keyword-opportunities/status/", tag = "planner", params(Filter), responses((status = 200, body = Data<Status>)))]
async fn opportunity_status(caller: Caller, Params(filter): Params<Filter>) -> Answer<Data<Status>> {
    caller
        .answer(opportunities::status(&caller.app, &caller.scope, &filter).await)
        .map(Data::of)
}

/// Keywords that several articles or tasks have for their main one, a page at a time, with advice.
#[utoipa::path(get, path = "/keyword-opportunities/cannibalisation/", tag = "planner", params(ListQuery, Filter), responses((status = 200, body = List<Collision>)))]
async fn list_collisions(
    caller: Caller,
    Params(filter): Params<Filter>,
    Params(list): Params<ListQuery>,
) -> Answer<List<Collision>> {
    let page = caller.answer(opportunities::collisions(&caller.app, &caller.scope, &filter, &list).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Takes keywords of the library and of competitors into a sector; those that it has already stay as they are.
#[utoipa::path(post, path = "/keyword-opportunities/add/", tag = "planner", request_body = Add, responses((status = 200, body = Data<Added>)))]
async fn add_opportunities(caller: Caller, Body(input): Body<Add>) -> Answer<Data<Added>> {
    caller
        .answer(opportunities::add(&caller.app, &caller.scope, &input).await)
        .map(Data::of)
}
