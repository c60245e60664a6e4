//! Server functions of the home page and the settings.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{ApiError, SiteId, integration::TestResult, overview::Overview, provider_setting};
use leptos::prelude::*;
use server_fn::codec::Json;

/// Counts along the pipeline of a site and its latest work.
#[server(input = Json)]
pub async fn site_overview(site_id: SiteId) -> Result<Overview, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::system::overview(&app, &scope, site_id)
        .await
        .map_err(crate::context::fail)
}

/// Which provider answers AI functions.
#[server(input = Json)]
pub async fn provider() -> Result<provider_setting::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::system::provider(&app, &scope)
        .await
        .map_err(crate::context::fail)
}

/// Changes which provider answers AI functions.
#[server(input = Json)]
pub async fn save_provider(input: provider_setting::Input) -> Result<provider_setting::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::system::save_provider(&app, &scope, input)
        .await
        .map_err(crate::context::fail)
}

/// Asks the provider a small question.
#[server(input = Json)]
pub async fn test_provider() -> Result<TestResult, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::system::test_provider(&app, &scope)
        .await
        .map_err(crate::context::fail)
}
