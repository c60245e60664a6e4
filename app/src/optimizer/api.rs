//! Server functions of the optimizer.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    ApiError, ListQuery, OptimizationTaskId, Page,
    optimization_task::{Filter, Row},
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// Proposed improvements, the newest first.
#[server(input = Json)]
pub async fn list_improvements(filter: Filter, query: ListQuery) -> Result<Page<Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::optimizer::list(&app, &scope, &filter, &query)
        .await
        .map_err(crate::context::fail)
}

/// Writes an improvement into its article.
#[server(input = Json)]
pub async fn apply_improvement(id: OptimizationTaskId) -> Result<Row, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::optimizer::apply(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Puts an improvement aside.
#[server(input = Json)]
pub async fn dismiss_improvement(id: OptimizationTaskId) -> Result<Row, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::optimizer::dismiss(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Takes an applied improvement back.
#[server(input = Json)]
pub async fn undo_improvement(id: OptimizationTaskId) -> Result<Row, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::optimizer::undo(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}
