//! Clusters.

use domain::{App, planner::clusters};
use entity::{
    ClusterId, ListQuery,
    ai_task::{Start, Started},
    cluster,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller, Id, Params},
    envelope::{Data, List},
    v1::{Changed, Generate},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(auto_generate_ideas))
}

/// Clusters, a page at a time.
#[utoipa::path(get, path = "/clusters/", tag = "planner", params(ListQuery, cluster::Filter), responses((status = 200, body = List<cluster::Model>)))]
async fn list(
    caller: Caller,
    Params(filter): Params<cluster::Filter>,
    Params(list): Params<ListQuery>,
) -> Answer<List<cluster::Model>> {
    let page = caller.answer(clusters::list(&caller.app, &caller.scope, &filter, &list).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Makes one.
#[utoipa::path(post, path = "/clusters/", tag = "planner", request_body = cluster::New, responses((status = 200, body = Data<cluster::Model>)))]
async fn create(caller: Caller, Body(input): Body<cluster::New>) -> Answer<Data<cluster::Model>> {
    caller
        .answer(clusters::create(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// One of them.
#[utoipa::path(get, path = "/clusters/{id}/", tag = "planner", params(("id" = i64, Path)), responses((status = 200, body = Data<cluster::Model>)))]
async fn get(caller: Caller, Id(id): Id) -> Answer<Data<cluster::Model>> {
    caller
        .answer(clusters::get(&caller.app, &caller.scope, ClusterId(id)).await)
        .map(Data::of)
}

/// Changes one; what is absent stays.
#[utoipa::path(put, path = "/clusters/{id}/", tag = "planner", params(("id" = i64, Path)), request_body = cluster::Patch, responses((status = 200, body = Data<cluster::Model>)))]
async fn update(caller: Caller, Id(id): Id, Body(patch): Body<cluster::Patch>) -> Answer<Data<cluster::Model>> {
    caller
        .answer(clusters::update(&caller.app, &caller.scope, ClusterId(id), patch).await)
        .map(Data::of)
}

/// Deletes one.
#[utoipa::path(delete, path = "/clusters/{id}/", tag = "planner", params(("id" = i64, Path)), responses((status = 200, body = Data<Changed>)))]
async fn delete(caller: Caller, Id(id): Id) -> Answer<Data<Changed>> {
    let count = caller.answer(clusters::delete(&caller.app, &caller.scope, &[ClusterId(id)]).await)?;
    Ok(Data::of(Changed { count }))
}

/// Makes content ideas from clusters. Answers at once; follow the task's progress.
#[utoipa::path(post, path = "/clusters/auto_generate_ideas/", tag = "planner", request_body = Generate, responses((status = 200, body = Data<Started>), (status = 402), (status = 409)))]
async fn auto_generate_ideas(caller: Caller, Body(input): Body<Generate>) -> Answer<Data<Started>> {
    let make = |ids: Vec<i64>| Start::GenerateIdeas {
        cluster_ids: ids.into_iter().map(ClusterId).collect(),
    };
    caller.answer(input.start(&caller, make).await).map(Data::of)
}
