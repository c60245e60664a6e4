//! Server functions of the linker.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    ApiError, ContentId, InternalLinkId, ListQuery, Page,
    internal_link::{AllAccepted, Filter, Row},
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// Suggested links of an article and those that were set.
#[server(input = Json)]
pub async fn list_links(id: ContentId, filter: Filter, query: ListQuery) -> Result<Page<Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::linker::suggestions(&app, &scope, id, &filter, &query)
        .await
        .map_err(crate::context::fail)
}

/// Writes a suggested link into its article.
#[server(input = Json)]
pub async fn accept_link(id: InternalLinkId) -> Result<Row, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::linker::accept(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Writes all suggested links into an article.
#[server(input = Json)]
pub async fn accept_all_links(id: ContentId) -> Result<AllAccepted, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::linker::accept_all(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Says that a link is not wanted.
#[server(input = Json)]
pub async fn reject_link(id: InternalLinkId) -> Result<Row, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::linker::reject(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}
