//! Images.

use domain::{App, writer::images};
use entity::{
    ImageId, ListQuery,
    ai_task::{Start, Started},
    image,
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
        .routes(routes!(generate_images))
}

/// Images, a page at a time.
#[utoipa::path(get, path = "/images/", tag = "writer", params(ListQuery, image::Filter), responses((status = 200, body = List<image::Row>)))]
async fn list(
    caller: Caller,
    Params(filter): Params<image::Filter>,
    Params(list): Params<ListQuery>,
) -> Answer<List<image::Row>> {
    let page = caller.answer(images::list(&caller.app, &caller.scope, &filter, &list).await)?;
    Ok(List::of(page, &caller.uri))
}

/// One of them.
#[utoipa::path(get, path = "/images/{id}/", tag = "writer", params(("id" = i64, Path)), responses((status = 200, body = Data<image::Model>)))]
async fn get(caller: Caller, Id(id): Id) -> Answer<Data<image::Model>> {
    caller
        .answer(images::get(&caller.app, &caller.scope, ImageId(id)).await)
        .map(Data::of)
}

/// Changes one; what is absent stays.
#[utoipa::path(put, path = "/images/{id}/", tag = "writer", params(("id" = i64, Path)), request_body = image::Patch, responses((status = 200, body = Data<image::Model>)))]
async fn update(caller: Caller, Id(id): Id, Body(patch): Body<image::Patch>) -> Answer<Data<image::Model>> {
    caller
        .answer(images::update(&caller.app, &caller.scope, ImageId(id), patch).await)
        .map(Data::of)
}

/// Makes pictures. Answers at once.
#[utoipa::path(post, path = "/images/generate_images/", tag = "writer", request_body = Ids, responses((status = 200, body = Data<Started>), (status = 402)))]
async fn generate_images(caller: Caller, Body(Ids { ids }): Body<Ids>) -> Answer<Data<Started>> {
    let start = Start::GenerateImages {
        image_ids: ids.into_iter().map(ImageId).collect(),
    };
    let key = caller.idempotency_key.clone();
    caller
        .answer(domain::ai::start(&caller.app, &caller.scope, start, key).await)
        .map(Data::of)
}
