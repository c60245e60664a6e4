//! Sectors of sites.

use domain::{App, sites};
use entity::{ListQuery, SectorId, sector};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Done, done};
use crate::api::{
    door::{Answer, Body, Caller, Id, Params},
    envelope::{Data, List},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
}

/// Sectors, a page at a time. Order by `name`, `slug`, `created_at`.
#[utoipa::path(get, path = "/sectors/", tag = "auth", params(ListQuery, sector::Filter), responses((status = 200, body = List<sector::Model>)))]
async fn list(
    caller: Caller,
    Params(filter): Params<sector::Filter>,
    Params(query): Params<ListQuery>,
) -> Answer<List<sector::Model>> {
    let page = caller.answer(sites::sectors(&caller.app, &caller.scope, &filter, &query).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Adds a sector to a site.
#[utoipa::path(post, path = "/sectors/", tag = "auth", request_body = sector::NewSector, responses((status = 200, body = Data<sector::Model>)))]
async fn create(caller: Caller, Body(input): Body<sector::NewSector>) -> Answer<Data<sector::Model>> {
    caller
        .answer(sites::add_sector(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// One of them.
#[utoipa::path(get, path = "/sectors/{id}/", tag = "auth", params(("id" = i64, Path)), responses((status = 200, body = Data<sector::Model>)))]
async fn get(caller: Caller, Id(id): Id) -> Answer<Data<sector::Model>> {
    caller
        .answer(sites::sector(&caller.app, &caller.scope, SectorId(id)).await)
        .map(Data::of)
}

/// Changes a sector; what is absent stays.
#[utoipa::path(put, path = "/sectors/{id}/", tag = "auth", params(("id" = i64, Path)), request_body = sector::SectorPatch, responses((status = 200, body = Data<sector::Model>)))]
async fn update(caller: Caller, Id(id): Id, Body(patch): Body<sector::SectorPatch>) -> Answer<Data<sector::Model>> {
    caller
        .answer(sites::update_sector(&caller.app, &caller.scope, SectorId(id), patch).await)
        .map(Data::of)
}

/// Deletes a sector that holds nothing.
#[utoipa::path(delete, path = "/sectors/{id}/", tag = "auth", params(("id" = i64, Path)), responses((status = 200, body = Data<Done>)))]
async fn delete(caller: Caller, Id(id): Id) -> Answer<Data<Done>> {
    caller.answer(sites::delete_sector(&caller.app, &caller.scope, SectorId(id)).await)?;
    Ok(done("The sector is deleted."))
}
