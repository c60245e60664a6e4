//! Plans of a site's pages.

use domain::{App, site_builder};
use entity::{
    ListQuery, PageBlueprintId, SiteBlueprintId, SiteId,
    ai_task::{Start, Started},
    page_blueprint,
    site_blueprint::{Detail, Filter, Row},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller, Id, Params},
    envelope::{Data, List},
    v1::Changed,
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(generate_structure))
        .routes(routes!(blueprints))
        .routes(routes!(blueprint))
        .routes(routes!(page, update_page, delete_page))
}

/// A site.
#[derive(Deserialize, ToSchema)]
struct StructureOf {
    /// The site.
    site_id: SiteId,
}

/// Proposes the pages of a site from its clusters, as a new plan. Answers at once; follow the task's progress.
#[utoipa::path(post, path = "/generate_structure/", tag = "site-builder", request_body = StructureOf, responses((status = 200, body = Data<Started>), (status = 402)))]
async fn generate_structure(caller: Caller, Body(StructureOf { site_id }): Body<StructureOf>) -> Answer<Data<Started>> {
    let key = caller.idempotency_key.clone();
    let start = Start::GenerateSiteStructure { site_id };
    caller
        .answer(domain::ai::start(&caller.app, &caller.scope, start, key).await)
        .map(Data::of)
}

/// Plans, the newest first, a page at a time.
#[utoipa::path(get, path = "/blueprints/", tag = "site-builder", params(ListQuery, Filter), responses((status = 200, body = List<Row>)))]
async fn blueprints(
    caller: Caller,
    Params(filter): Params<Filter>,
    Params(list): Params<ListQuery>,
) -> Answer<List<Row>> {
    let page = caller.answer(site_builder::list(&caller.app, &caller.scope, &filter, &list).await)?;
    Ok(List::of(page, &caller.uri))
}

/// A plan with its pages, each after the one above it.
#[utoipa::path(get, path = "/blueprints/{id}/", tag = "site-builder", params(("id" = i64, Path)), responses((status = 200, body = Data<Detail>)))]
async fn blueprint(caller: Caller, Id(id): Id) -> Answer<Data<Detail>> {
    caller
        .answer(site_builder::get(&caller.app, &caller.scope, SiteBlueprintId(id)).await)
        .map(Data::of)
}

/// One page of a plan.
#[utoipa::path(get, path = "/pages/{id}/", tag = "site-builder", params(("id" = i64, Path)), responses((status = 200, body = Data<page_blueprint::Model>)))]
async fn page(caller: Caller, Id(id): Id) -> Answer<Data<page_blueprint::Model>> {
    caller
        .answer(site_builder::find_page(&caller.app, &caller.scope, PageBlueprintId(id)).await)
        .map(Data::of)
}

/// Changes a page of a plan; what is absent stays.
#[utoipa::path(patch, path = "/pages/{id}/", tag = "site-builder", params(("id" = i64, Path)), request_body = page_blueprint::Patch, responses((status = 200, body = Data<page_blueprint::Model>)))]
async fn update_page(
    caller: Caller,
    Id(id): Id,
    Body(patch): Body<page_blueprint::Patch>,
) -> Answer<Data<page_blueprint::Model>> {
    caller
        .answer(site_builder::update_page(&caller.app, &caller.scope, PageBlueprintId(id), patch).await)
        .map(Data::of)
}

/// Takes a page out of a plan. The pages under it move up to its place.
#[utoipa::path(delete, path = "/pages/{id}/", tag = "site-builder", params(("id" = i64, Path)), responses((status = 200, body = Data<Changed>)))]
async fn delete_page(caller: Caller, Id(id): Id) -> Answer<Data<Changed>> {
    caller.answer(site_builder::delete_page(&caller.app, &caller.scope, PageBlueprintId(id)).await)?;
    Ok(Data::of(Changed { count: 1 }))
}
