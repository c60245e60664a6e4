//! Connections to AI providers, and who does which AI function.

use axum::extract::Path;
use domain::{App, Error, ai::settings};
use entity::{
    ai_choice,
    integration::TestResult,
    provider_setting::{self, Provider},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller},
    envelope::Data,
    v1::Changed,
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_connections))
        .routes(routes!(get_connection, save_connection, delete_connection))
        .routes(routes!(test_connection))
        .routes(routes!(test_openai))
        .routes(routes!(test_runware))
        .routes(routes!(list_choices, save_choices))
}

/// A connection to the provider that the address names.
#[derive(Deserialize, ToSchema)]
struct ConnectionInput {
    /// Address of the interface; empty is the provider's own.
    #[serde(default)]
    base_url: String,
    /// Model for text.
    #[serde(default)]
    model: String,
    /// Model for pictures.
    #[serde(default)]
    image_model: String,
    /// Key; an empty one keeps what is stored.
    #[serde(default)]
    api_key: String,
}

/// The provider of an address. What is none names nothing, so it answers as a missing thing does.
pub(super) fn provider(caller: &Caller, name: &str) -> Answer<Provider> {
    caller.answer(name.parse().map_err(|_| Error::NotFound("The provider")))
}

/// Connections to AI providers; keys are never shown.
#[utoipa::path(get, path = "/settings/integrations/", tag = "system", responses((status = 200, body = Data<Vec<provider_setting::Model>>)))]
async fn list_connections(caller: Caller) -> Answer<Data<Vec<provider_setting::Model>>> {
    caller
        .answer(settings::connections(&caller.app, &caller.scope).await)
        .map(Data::of)
}

/// The connection to one provider: `openai`, `openai_compatible`, `anthropic` or `runware`.
#[utoipa::path(get, path = "/settings/integrations/{provider}/", tag = "system", params(("provider" = String, Path)), responses((status = 200, body = Data<provider_setting::Model>)))]
async fn get_connection(caller: Caller, Path(name): Path<String>) -> Answer<Data<provider_setting::Model>> {
    let provider = provider(&caller, &name)?;
    caller
        .answer(settings::find_connection(&caller.app, &caller.scope, provider).await)
        .map(Data::of)
}

/// Connects a provider, or changes its connection; an empty key keeps the stored one unless the address changes.
#[utoipa::path(put, path = "/settings/integrations/{provider}/", tag = "system", params(("provider" = String, Path)), request_body = ConnectionInput, responses((status = 200, body = Data<provider_setting::Model>)))]
async fn save_connection(
    caller: Caller,
    Path(name): Path<String>,
    Body(input): Body<ConnectionInput>,
) -> Answer<Data<provider_setting::Model>> {
    let input = provider_setting::Input {
        provider: provider(&caller, &name)?,
        base_url: input.base_url,
        model: input.model,
        image_model: input.image_model,
        api_key: input.api_key,
    };
    caller
        .answer(settings::save_connection(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// Forgets a connection and its key. Functions that used it go back to the built-in engine.
#[utoipa::path(delete, path = "/settings/integrations/{provider}/", tag = "system", params(("provider" = String, Path)), responses((status = 200, body = Data<Changed>)))]
async fn delete_connection(caller: Caller, Path(name): Path<String>) -> Answer<Data<Changed>> {
    let provider = provider(&caller, &name)?;
    caller.answer(settings::delete_connection(&caller.app, &caller.scope, provider).await)?;
    Ok(Data::of(Changed { count: 1 }))
}

/// Asks a provider for a sign of life and says what is wrong when there is none.
#[utoipa::path(post, path = "/settings/integrations/{provider}/test/", tag = "system", params(("provider" = String, Path)), responses((status = 200, body = Data<TestResult>)))]
async fn test_connection(caller: Caller, Path(name): Path<String>) -> Answer<Data<TestResult>> {
    let provider = provider(&caller, &name)?;
    test(&caller, provider).await
}

/// As `test`, for `openai` and `openai_compatible`.
#[utoipa::path(post, path = "/settings/integrations/{provider}/test_openai/", tag = "system", params(("provider" = String, Path)), responses((status = 200, body = Data<TestResult>)))]
async fn test_openai(caller: Caller, Path(name): Path<String>) -> Answer<Data<TestResult>> {
    test_one_of(&caller, &name, &[Provider::Openai, Provider::OpenaiCompatible]).await
}

/// As `test`, for `runware`.
#[utoipa::path(post, path = "/settings/integrations/{provider}/test_runware/", tag = "system", params(("provider" = String, Path)), responses((status = 200, body = Data<TestResult>)))]
async fn test_runware(caller: Caller, Path(name): Path<String>) -> Answer<Data<TestResult>> {
    test_one_of(&caller, &name, &[Provider::Runware]).await
}

async fn test_one_of(caller: &Caller, name: &str, these: &[Provider]) -> Answer<Data<TestResult>> {
    let provider = provider(caller, name)?;
    let known = these.contains(&provider);
    caller.answer(known.then_some(()).ok_or(Error::NotFound("The provider")))?;
    test(caller, provider).await
}

async fn test(caller: &Caller, provider: Provider) -> Answer<Data<TestResult>> {
    caller
        .answer(settings::test_connection(&caller.app, &caller.scope, provider).await)
        .map(Data::of)
}

/// Who does each AI function: a row for each, the built-in engine where nothing was chosen.
#[utoipa::path(get, path = "/settings/ai/", tag = "system", responses((status = 200, body = Data<Vec<ai_choice::Model>>)))]
async fn list_choices(caller: Caller) -> Answer<Data<Vec<ai_choice::Model>>> {
    caller
        .answer(settings::choices(&caller.app, &caller.scope).await)
        .map(Data::of)
}

/// Chooses who does some AI functions, all of the list or nothing. The name of a field at fault is the function's.
#[utoipa::path(put, path = "/settings/ai/", tag = "system", request_body = Vec<ai_choice::Input>, responses((status = 200, body = Data<Vec<ai_choice::Model>>)))]
async fn save_choices(
    caller: Caller,
    Body(choices): Body<Vec<ai_choice::Input>>,
) -> Answer<Data<Vec<ai_choice::Model>>> {
    caller
        .answer(settings::save_choices(&caller.app, &caller.scope, choices).await)
        .map(Data::of)
}
