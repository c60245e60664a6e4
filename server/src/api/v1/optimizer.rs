//! Better versions of articles.

use domain::{App, optimizer};
use entity::{
    ContentId, ListQuery, OptimizationTaskId,
    ai_task::{Start, Started},
    optimization_task::{Filter, Row},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller, Id, Params},
    envelope::{Data, List},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(optimize))
        .routes(routes!(tasks))
        .routes(routes!(apply))
        .routes(routes!(dismiss))
        .routes(routes!(undo))
}

/// Articles of one site.
#[derive(Deserialize, ToSchema)]
struct ImproveArticles {
    /// The articles.
    content_ids: Vec<ContentId>,
}

/// Proposes better versions of articles. Answers at once; follow the task's progress. Nothing changes until a proposal is
/// applied, and an article without anything to change costs nothing.
#[utoipa::path(post, path = "/optimize/", tag = "optimizer", request_body = ImproveArticles, responses((status = 200, body = Data<Started>), (status = 402)))]
async fn optimize(
    caller: Caller,
    Body(ImproveArticles { content_ids }): Body<ImproveArticles>,
) -> Answer<Data<Started>> {
    let key = caller.idempotency_key.clone();
    let start = Start::OptimizeContent { content_ids };
    caller
        .answer(domain::ai::start(&caller.app, &caller.scope, start, key).await)
        .map(Data::of)
}

/// Proposals, the newest first, a page at a time.
#[utoipa::path(get, path = "/tasks/", tag = "optimizer", params(ListQuery, Filter), responses((status = 200, body = List<Row>)))]
async fn tasks(caller: Caller, Params(filter): Params<Filter>, Params(list): Params<ListQuery>) -> Answer<List<Row>> {
    let page = caller.answer(optimizer::list(&caller.app, &caller.scope, &filter, &list).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Writes a proposal into its article, as a new version; refused when the article was changed since.
#[utoipa::path(post, path = "/tasks/{id}/apply/", tag = "optimizer", params(("id" = i64, Path)), responses((status = 200, body = Data<Row>)))]
async fn apply(caller: Caller, Id(id): Id) -> Answer<Data<Row>> {
    caller
        .answer(optimizer::apply(&caller.app, &caller.scope, OptimizationTaskId(id)).await)
        .map(Data::of)
}

/// Puts a proposal aside.
#[utoipa::path(post, path = "/tasks/{id}/dismiss/", tag = "optimizer", params(("id" = i64, Path)), responses((status = 200, body = Data<Row>)))]
async fn dismiss(caller: Caller, Id(id): Id) -> Answer<Data<Row>> {
    caller
        .answer(optimizer::dismiss(&caller.app, &caller.scope, OptimizationTaskId(id)).await)
        .map(Data::of)
}

/// Takes an applied proposal back, as a new version; refused when the article was changed since.
#[utoipa::path(post, path = "/tasks/{id}/undo/", tag = "optimizer", params(("id" = i64, Path)), responses((status = 200, body = Data<Row>)))]
async fn undo(caller: Caller, Id(id): Id) -> Answer<Data<Row>> {
    caller
        .answer(optimizer::undo(&caller.app, &caller.scope, OptimizationTaskId(id)).await)
        .map(Data::of)
}
