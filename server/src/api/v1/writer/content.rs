//! Articles.

use domain::{App, writer::content as articles};
use entity::{
    ContentId, ListQuery,
    ai_task::{Start, Started},
    content,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller, Id, Params},
    envelope::{Data, List},
    v1::Ids,
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get, update))
        .routes(routes!(generate_image_prompts))
}

/// Articles, a page at a time.
#[utoipa::path(get, path = "/content/", tag = "writer", params(ListQuery, content::Filter), responses((status = 200, body = List<content::Row>)))]
async fn list(
    caller: Caller,
    Params(filter): Params<content::Filter>,
    Params(list): Params<ListQuery>,
) -> Answer<List<content::Row>> {
    let page = caller.answer(articles::list(&caller.app, &caller.scope, &filter, &list).await)?;
    Ok(List::of(page, &caller.uri))
}

/// One of them.
#[utoipa::path(get, path = "/content/{id}/", tag = "writer", params(("id" = i64, Path)), responses((status = 200, body = Data<content::Model>)))]
async fn get(caller: Caller, Id(id): Id) -> Answer<Data<content::Model>> {
    caller
        .answer(articles::find(&caller.app, &caller.scope, ContentId(id)).await)
        .map(Data::of)
}

/// Changes one; what is absent stays.
#[utoipa::path(put, path = "/content/{id}/", tag = "writer", params(("id" = i64, Path)), request_body = content::Patch, responses((status = 200, body = Data<content::Model>)))]
async fn update(caller: Caller, Id(id): Id, Body(patch): Body<content::Patch>) -> Answer<Data<content::Model>> {
    caller
        .answer(articles::save(&caller.app, &caller.scope, ContentId(id), patch).await)
        .map(Data::of)
}

/// Describes the pictures of articles. Answers at once.
#[utoipa::path(post, path = "/content/generate_image_prompts/", tag = "writer", request_body = Ids, responses((status = 200, body = Data<Started>), (status = 402)))]
async fn generate_image_prompts(caller: Caller, Body(Ids { ids }): Body<Ids>) -> Answer<Data<Started>> {
    let start = Start::GenerateImagePrompts {
        content_ids: ids.into_iter().map(ContentId).collect(),
    };
    let key = caller.idempotency_key.clone();
    caller
        .answer(domain::ai::start(&caller.app, &caller.scope, start, key).await)
        .map(Data::of)
}
