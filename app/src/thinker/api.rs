//! Server functions of the thinker.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    ApiError, AuthorProfileId, ImageTestId, ListQuery, Page, StrategyId,
    ai_prompt::{self, Detail, Preview, PreviewRequest},
    ai_prompt_version,
    ai_task::AiFunction,
    author_profile,
    image_test::{self, History},
    strategy,
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// Every prompt, with the text that each sector uses.
#[server(input = Json)]
pub async fn list_prompts() -> Result<Vec<ai_prompt::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::prompts::list(&app, &scope)
        .await
        .map_err(crate::context::fail)
}

/// One prompt with its default and its variables.
#[server(input = Json)]
pub async fn get_prompt(prompt_type: AiFunction) -> Result<Detail, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::prompts::get(&app, &scope, prompt_type)
        .await
        .map_err(crate::context::fail)
}

/// Saves a text of the account's own; refused as `conflict` when somebody else saved since.
#[server(input = Json)]
pub async fn save_prompt(prompt_type: AiFunction, input: ai_prompt::Input) -> Result<Detail, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::prompts::save(&app, &scope, prompt_type, input)
        .await
        .map_err(crate::context::fail)
}

/// Goes back to the default.
#[server(input = Json)]
pub async fn reset_prompt(prompt_type: AiFunction) -> Result<Detail, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::prompts::reset(&app, &scope, prompt_type)
        .await
        .map_err(crate::context::fail)
}

/// Saved states of a prompt, the youngest first.
#[server(input = Json)]
pub async fn prompt_versions(
    prompt_type: AiFunction,
    query: ListQuery,
) -> Result<Page<ai_prompt_version::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::prompts::versions(&app, &scope, prompt_type, &query)
        .await
        .map_err(crate::context::fail)
}

/// Puts a saved state back, as a new version.
#[server(input = Json)]
pub async fn restore_prompt(prompt_type: AiFunction, version: i32) -> Result<Detail, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::prompts::restore(&app, &scope, prompt_type, version)
        .await
        .map_err(crate::context::fail)
}

/// What a model would be asked about the latest thing of a sector.
#[server(input = Json)]
pub async fn preview_prompt(prompt_type: AiFunction, request: PreviewRequest) -> Result<Preview, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::prompts::preview(&app, &scope, prompt_type, request)
        .await
        .map_err(crate::context::fail)
}

/// Author profiles.
#[server(input = Json)]
pub async fn list_author_profiles(query: ListQuery) -> Result<Page<author_profile::Model>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::authors::list(&app, &scope, &query)
        .await
        .map_err(crate::context::fail)
}

/// Makes an author profile.
#[server(input = Json)]
pub async fn create_author_profile(input: author_profile::Input) -> Result<author_profile::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::authors::create(&app, &scope, input)
        .await
        .map_err(crate::context::fail)
}

/// Changes an author profile.
#[server(input = Json)]
pub async fn update_author_profile(
    id: AuthorProfileId,
    input: author_profile::Input,
) -> Result<author_profile::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::authors::update(&app, &scope, id, input)
        .await
        .map_err(crate::context::fail)
}

/// Deletes an author profile.
#[server(input = Json)]
pub async fn delete_author_profile(id: AuthorProfileId) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::authors::delete(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Strategies that the person may see.
#[server(input = Json)]
pub async fn list_strategies(query: ListQuery) -> Result<Page<strategy::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::strategies::list(&app, &scope, &query)
        .await
        .map_err(crate::context::fail)
}

/// Makes a strategy.
#[server(input = Json)]
pub async fn create_strategy(input: strategy::Input) -> Result<strategy::Row, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::strategies::create(&app, &scope, input)
        .await
        .map_err(crate::context::fail)
}

/// Changes a strategy as a whole.
#[server(input = Json)]
pub async fn update_strategy(id: StrategyId, input: strategy::Input) -> Result<strategy::Row, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::strategies::update(&app, &scope, id, input)
        .await
        .map_err(crate::context::fail)
}

/// Switches a strategy on or off.
#[server(input = Json)]
pub async fn set_strategy_active(id: StrategyId, active: bool) -> Result<strategy::Row, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::strategies::set_active(&app, &scope, id, active)
        .await
        .map_err(crate::context::fail)
}

/// Deletes a strategy.
#[server(input = Json)]
pub async fn delete_strategy(id: StrategyId) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::strategies::delete(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Pictures that were tried out lately, who can be asked, and what is left of the day.
#[server(input = Json)]
pub async fn image_tests() -> Result<History, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::image_tests::history(&app, &scope)
        .await
        .map_err(crate::context::fail)
}

/// Lets a picture be made, for trying out.
#[server(input = Json)]
pub async fn try_image(input: image_test::Input) -> Result<image_test::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::image_tests::start(&app, &scope, input)
        .await
        .map_err(crate::context::fail)
}

/// How far a tried-out picture is.
#[server(input = Json)]
pub async fn image_test(id: ImageTestId) -> Result<image_test::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::image_tests::get(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Deletes a tried-out picture.
#[server(input = Json)]
pub async fn delete_image_test(id: ImageTestId) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::image_tests::delete(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}
