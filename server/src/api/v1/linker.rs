//! Links between the articles of a site.

use domain::{App, linker};
use entity::{
    ContentId, InternalLinkId, ListQuery,
    ai_task::{Start, Started},
    internal_link,
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
        .routes(routes!(suggestions))
        .routes(routes!(accept_all))
        .routes(routes!(process))
        .routes(routes!(batch_process))
        .routes(routes!(accept))
        .routes(routes!(reject))
}

/// One article.
#[derive(Deserialize, ToSchema)]
struct LinkArticle {
    /// The article.
    content_id: ContentId,
}

/// Several articles of one site.
#[derive(Deserialize, ToSchema)]
struct LinkArticles {
    /// The articles.
    content_ids: Vec<ContentId>,
}

/// Suggested links of an article and those that were set, in the order of its text.
#[utoipa::path(get, path = "/content/{id}/suggestions/", tag = "linker", params(("id" = i64, Path), ListQuery, internal_link::Filter), responses((status = 200, body = List<internal_link::Row>)))]
async fn suggestions(
    caller: Caller,
    Id(id): Id,
    Params(filter): Params<internal_link::Filter>,
    Params(list): Params<ListQuery>,
) -> Answer<List<internal_link::Row>> {
    let found = linker::suggestions(&caller.app, &caller.scope, ContentId(id), &filter, &list).await;
    Ok(List::of(caller.answer(found)?, &caller.uri))
}

/// Writes all suggested links into the article, as one new version.
#[utoipa::path(post, path = "/content/{id}/accept_all/", tag = "linker", params(("id" = i64, Path)), responses((status = 200, body = Data<internal_link::AllAccepted>)))]
async fn accept_all(caller: Caller, Id(id): Id) -> Answer<Data<internal_link::AllAccepted>> {
    caller
        .answer(linker::accept_all(&caller.app, &caller.scope, ContentId(id)).await)
        .map(Data::of)
}

async fn start(caller: Caller, content_ids: Vec<ContentId>) -> Answer<Data<Started>> {
    let key = caller.idempotency_key.clone();
    let start = Start::SuggestLinks { content_ids };
    caller
        .answer(domain::ai::start(&caller.app, &caller.scope, start, key).await)
        .map(Data::of)
}

/// Finds links from an article to others of its site. Answers at once; follow the task's progress. An article for which
/// nothing is found costs nothing.
#[utoipa::path(post, path = "/process/", tag = "linker", request_body = LinkArticle, responses((status = 200, body = Data<Started>), (status = 402)))]
async fn process(caller: Caller, Body(LinkArticle { content_id }): Body<LinkArticle>) -> Answer<Data<Started>> {
    start(caller, vec![content_id]).await
}

/// Finds links from several articles of one site.
#[utoipa::path(post, path = "/batch_process/", tag = "linker", request_body = LinkArticles, responses((status = 200, body = Data<Started>), (status = 402)))]
async fn batch_process(
    caller: Caller,
    Body(LinkArticles { content_ids }): Body<LinkArticles>,
) -> Answer<Data<Started>> {
    start(caller, content_ids).await
}

/// Writes a suggested link into its article, as a new version. A link that stands there is not written again.
#[utoipa::path(post, path = "/suggestions/{id}/accept/", tag = "linker", params(("id" = i64, Path)), responses((status = 200, body = Data<internal_link::Row>)))]
async fn accept(caller: Caller, Id(id): Id) -> Answer<Data<internal_link::Row>> {
    caller
        .answer(linker::accept(&caller.app, &caller.scope, InternalLinkId(id)).await)
        .map(Data::of)
}

/// Says that a link is not wanted: it is not suggested again.
#[utoipa::path(post, path = "/suggestions/{id}/reject/", tag = "linker", params(("id" = i64, Path)), responses((status = 200, body = Data<internal_link::Row>)))]
async fn reject(caller: Caller, Id(id): Id) -> Answer<Data<internal_link::Row>> {
    caller
        .answer(linker::reject(&caller.app, &caller.scope, InternalLinkId(id)).await)
        .map(Data::of)
}
