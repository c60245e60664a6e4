//! Server functions of what steers AI functions.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    ApiError, ImageTestId,
    image_test::{History, Input, Model},
};
use leptos::prelude::*;
use server_fn::codec::Json;

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
pub async fn try_image(input: Input) -> Result<Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::thinker::image_tests::start(&app, &scope, input)
        .await
        .map_err(crate::context::fail)
}

/// How far a tried-out picture is.
#[server(input = Json)]
pub async fn image_test(id: ImageTestId) -> Result<Model, ApiError> {
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
