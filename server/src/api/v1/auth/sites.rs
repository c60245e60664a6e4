//! Sites.

use domain::{App, sites};
use entity::{
    ListQuery, SiteId,
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
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
}

/// Sites with their sectors, a page at a time. Order by `name`, `slug`, `created_at`.
#[utoipa::path(get, path = "/sites/", tag = "auth", params(ListQuery, site::Filter), responses((status = 200, body = List<WithSectors>)))]
async fn list(
    caller: Caller,
    Params(filter): Params<site::Filter>,
    Params(query): Params<ListQuery>,
) -> Answer<List<WithSectors>> {
    let page = caller.answer(sites::page(&caller.app, &caller.scope, &filter, &query).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Makes a site with its first sectors.
#[utoipa::path(post, path = "/sites/", tag = "auth", request_body = NewSite, responses((status = 200, body = Data<WithSectors>)))]
async fn create(caller: Caller, Body(input): Body<NewSite>) -> Answer<Data<WithSectors>> {
    caller
        .answer(sites::create(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// One site with its sectors.
#[utoipa::path(get, path = "/sites/{id}/", tag = "auth", params(("id" = i64, Path)), responses((status = 200, body = Data<WithSectors>)))]
async fn get(caller: Caller, Id(id): Id) -> Answer<Data<WithSectors>> {
    caller
        .answer(sites::find(&caller.app, &caller.scope, SiteId(id)).await)
        .map(Data::of)
}

/// Changes a site; what is absent stays.
#[utoipa::path(put, path = "/sites/{id}/", tag = "auth", params(("id" = i64, Path)), request_body = SitePatch, responses((status = 200, body = Data<site::Model>)))]
async fn update(caller: Caller, Id(id): Id, Body(patch): Body<SitePatch>) -> Answer<Data<site::Model>> {
    caller
        .answer(sites::update(&caller.app, &caller.scope, SiteId(id), patch).await)
        .map(Data::of)
}

/// Deletes a site with everything in it. What was published stays where it is.
#[utoipa::path(delete, path = "/sites/{id}/", tag = "auth", params(("id" = i64, Path)), responses((status = 200, body = Data<Done>)))]
async fn delete(caller: Caller, Id(id): Id) -> Answer<Data<Done>> {
    caller.answer(sites::delete(&caller.app, &caller.scope, SiteId(id)).await)?;
    Ok(done("The site is deleted."))
}
