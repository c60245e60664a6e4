//! Sites and their sectors.

use domain::{App, sites};
use entity::{
    ListQuery, SectorId, SiteId, sector,
    site::{self, NewSite, SitePatch, WithSectors},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Done, done};
use crate::api::{
    door::{Answer, Body, Caller, Id, Params},
    envelope::{Data, List},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_sites, create_site))
        .routes(routes!(get_site, update_site, delete_site))
        .routes(routes!(list_sectors, create_sector))
        .routes(routes!(get_sector, update_sector, delete_sector))
}

/// Sites with their sectors, a page at a time. Order by `name`, `slug`, `created_at`.
#[utoipa::path(get, path = "/sites/", tag = "auth", params(ListQuery, site::Filter), responses((status = 200, body = List<WithSectors>)))]
async fn list_sites(
    caller: Caller,
    Params(filter): Params<site::Filter>,
    Params(query): Params<ListQuery>,
) -> Answer<List<WithSectors>> {
    let page = caller.answer(sites::page(&caller.app, &caller.scope, &filter, &query).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Makes a site with its first sectors.
#[utoipa::path(post, path = "/sites/", tag = "auth", request_body = NewSite, responses((status = 200, body = Data<WithSectors>)))]
async fn create_site(caller: Caller, Body(input): Body<NewSite>) -> Answer<Data<WithSectors>> {
    caller
        .answer(sites::create(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// One site with its sectors.
#[utoipa::path(get, path = "/sites/{id}/", tag = "auth", params(("id" = i64, Path)), responses((status = 200, body = Data<WithSectors>)))]
async fn get_site(caller: Caller, Id(id): Id) -> Answer<Data<WithSectors>> {
    caller
        .answer(sites::find(&caller.app, &caller.scope, SiteId(id)).await)
        .map(Data::of)
}

/// Changes a site; what is absent stays.
#[utoipa::path(put, path = "/sites/{id}/", tag = "auth", params(("id" = i64, Path)), request_body = SitePatch, responses((status = 200, body = Data<site::Model>)))]
async fn update_site(caller: Caller, Id(id): Id, Body(patch): Body<SitePatch>) -> Answer<Data<site::Model>> {
    caller
        .answer(sites::update(&caller.app, &caller.scope, SiteId(id), patch).await)
        .map(Data::of)
}

/// Deletes a site with everything in it. What was published stays where it is.
#[utoipa::path(delete, path = "/sites/{id}/", tag = "auth", params(("id" = i64, Path)), responses((status = 200, body = Data<Done>)))]
async fn delete_site(caller: Caller, Id(id): Id) -> Answer<Data<Done>> {
    caller.answer(sites::delete(&caller.app, &caller.scope, SiteId(id)).await)?;
    Ok(done("The site is deleted."))
}

/// Sectors, a page at a time. Order by `name`, `slug`, `created_at`.
#[utoipa::path(get, path = "/sectors/", tag = "auth", params(ListQuery, sector::Filter), responses((status = 200, body = List<sector::Model>)))]
async fn list_sectors(
    caller: Caller,
    Params(filter): Params<sector::Filter>,
    Params(query): Params<ListQuery>,
) -> Answer<List<sector::Model>> {
    let page = caller.answer(sites::sectors(&caller.app, &caller.scope, &filter, &query).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Adds a sector to a site.
#[utoipa::path(post, path = "/sectors/", tag = "auth", request_body = sector::NewSector, responses((status = 200, body = Data<sector::Model>)))]
async fn create_sector(caller: Caller, Body(input): Body<sector::NewSector>) -> Answer<Data<sector::Model>> {
    caller
        .answer(sites::add_sector(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// One of them.
#[utoipa::path(get, path = "/sectors/{id}/", tag = "auth", params(("id" = i64, Path)), responses((status = 200, body = Data<sector::Model>)))]
async fn get_sector(caller: Caller, Id(id): Id) -> Answer<Data<sector::Model>> {
    caller
        .answer(sites::sector(&caller.app, &caller.scope, SectorId(id)).await)
        .map(Data::of)
}

/// Changes a sector; what is absent stays.
#[utoipa::path(put, path = "/sectors/{id}/", tag = "auth", params(("id" = i64, Path)), request_body = sector::SectorPatch, responses((status = 200, body = Data<sector::Model>)))]
async fn update_sector(
    caller: Caller,
    Id(id): Id,
    Body(patch): Body<sector::SectorPatch>,
) -> Answer<Data<sector::Model>> {
    caller
        .answer(sites::update_sector(&caller.app, &caller.scope, SectorId(id), patch).await)
        .map(Data::of)
}

/// Deletes a sector that holds nothing.
#[utoipa::path(delete, path = "/sectors/{id}/", tag = "auth", params(("id" = i64, Path)), responses((status = 200, body = Data<Done>)))]
async fn delete_sector(caller: Caller, Id(id): Id) -> Answer<Data<Done>> {
    caller.answer(sites::delete_sector(&caller.app, &caller.scope, SectorId(id)).await)?;
    Ok(done("The sector is deleted."))
}
