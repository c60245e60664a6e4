//! Server functions of plans of a site's pages.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    ApiError, ListQuery, Page, PageBlueprintId, SiteBlueprintId,
    page_blueprint::{self, Patch},
    site_blueprint::{Detail, Filter, Row},
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// Plans, the newest first.
#[server(input = Json)]
pub async fn list_blueprints(filter: Filter, query: ListQuery) -> Result<Page<Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::site_builder::list(&app, &scope, &filter, &query)
        .await
        .map_err(crate::context::fail)
}

/// A plan with its pages.
#[server(input = Json)]
pub async fn get_blueprint(id: SiteBlueprintId) -> Result<Detail, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::site_builder::get(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Changes a page of a plan.
#[server(input = Json)]
pub async fn update_page(id: PageBlueprintId, patch: Patch) -> Result<page_blueprint::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::site_builder::update_page(&app, &scope, id, patch)
        .await
        .map_err(crate::context::fail)
}

/// Takes a page out of a plan.
#[server(input = Json)]
pub async fn delete_page(id: PageBlueprintId) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::site_builder::delete_page(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}
