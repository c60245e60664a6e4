//! Server functions of publishing.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    ApiError, IntegrationId, ListQuery, Page, SiteId,
    integration::{self, TestResult},
    publishing_record::{self, PublishRequest},
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// The connections of a site.
#[server(input = Json)]
pub async fn integrations(site_id: Option<SiteId>) -> Result<Vec<integration::Model>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::publisher::integrations(&app, &scope, site_id)
        .await
        .map_err(crate::context::fail)
}

/// Makes a connection, or changes the one with `id`.
#[server(input = Json)]
pub async fn save_integration(
    id: Option<IntegrationId>,
    input: integration::New,
) -> Result<integration::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::publisher::save_integration(&app, &scope, id, input)
        .await
        .map_err(crate::context::fail)
}

/// Tries a connection.
#[server(input = Json)]
pub async fn test_integration(id: IntegrationId) -> Result<TestResult, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::publisher::test_integration(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Removes a connection.
#[server(input = Json)]
pub async fn delete_integration(id: IntegrationId) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::publisher::delete_integration(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Sends articles to a connection.
#[server(input = Json)]
pub async fn publish(request: PublishRequest) -> Result<Vec<publishing_record::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::publisher::publish(&app, &scope, request)
        .await
        .map_err(crate::context::fail)
}

/// What was published where.
#[server(input = Json)]
pub async fn publishing_records(
    filter: publishing_record::Filter,
    query: ListQuery,
) -> Result<Page<publishing_record::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::publisher::records(&app, &scope, &filter, &query)
        .await
        .map_err(crate::context::fail)
}
