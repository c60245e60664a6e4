//! Server functions of saved views, of whichever list.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    ApiError, SavedViewId,
    saved_view::{self, Model, New, Patch, Row},
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// The views of a list: one's own and those that colleagues share, by name, at most 200.
#[server(input = Json)]
pub async fn list_views(list_name: String) -> Result<Vec<Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    let query = entity::ListQuery {
        page_size: Some(entity::page::MAX_PAGE_SIZE),
        ..Default::default()
    };
    let filter = saved_view::Filter {
        list_name: Some(list_name),
    };
    domain::planner::views::list(&app, &scope, &filter, &query)
        .await
        .map(|page| page.results)
        .map_err(crate::context::fail)
}

/// Keeps a view.
#[server(input = Json)]
pub async fn create_view(new: New) -> Result<Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::views::create(&app, &scope, new)
        .await
        .map_err(crate::context::fail)
}

/// Changes a view.
#[server(input = Json)]
pub async fn update_view(id: SavedViewId, patch: Patch) -> Result<saved_view::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::views::update(&app, &scope, id, patch)
        .await
        .map_err(crate::context::fail)
}

/// Deletes a view.
#[server(input = Json)]
pub async fn delete_view(id: SavedViewId) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::views::delete(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}
