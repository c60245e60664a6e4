//! Server functions of the home page and the settings.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    ApiError, SiteId, ai_choice,
    integration::TestResult,
    overview::Overview,
    provider_setting::{self, Provider},
};
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

/// The account's connections to AI providers, without their keys.
#[server(input = Json)]
pub async fn connections() -> Result<Vec<provider_setting::Model>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::ai::settings::connections(&app, &scope)
        .await
        .map_err(crate::context::fail)
}

/// Makes or changes the connection to a provider.
#[server(input = Json)]
pub async fn save_connection(input: provider_setting::Input) -> Result<provider_setting::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::ai::settings::save_connection(&app, &scope, input)
        .await
        .map_err(crate::context::fail)
}

/// Forgets a connection and its key.
#[server(input = Json)]
pub async fn delete_connection(provider: Provider) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::ai::settings::delete_connection(&app, &scope, provider)
        .await
        .map_err(crate::context::fail)
}

/// Asks a provider a small question.
#[server(input = Json)]
pub async fn test_connection(provider: Provider) -> Result<TestResult, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::ai::settings::test_connection(&app, &scope, provider)
        .await
        .map_err(crate::context::fail)
}

/// Who does each AI function.
#[server(input = Json)]
pub async fn ai_choices() -> Result<Vec<ai_choice::Model>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::ai::settings::choices(&app, &scope)
        .await
        .map_err(crate::context::fail)
}

/// Chooses who does some AI functions.
#[server(input = Json)]
pub async fn save_ai_choices(choices: Vec<ai_choice::Input>) -> Result<Vec<ai_choice::Model>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::ai::settings::save_choices(&app, &scope, choices)
        .await
        .map_err(crate::context::fail)
}
