//! Trying out pictures.

use axum::extract::Path;
use domain::{App, thinker::image_tests};
use entity::{ImageTestId, ListQuery, image_test};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::settings::provider;
use crate::api::{
    door::{Answer, Body, Caller, Id, Params},
    envelope::{Data, List},
    v1::Changed,
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(generate_image))
        .routes(routes!(list_image_tests))
        .routes(routes!(get_image_test, delete_image_test))
}

/// A picture to try out with the provider that the address names.
#[derive(Deserialize, ToSchema)]
struct GenerateImage {
    /// What it shows.
    prompt: String,
    /// With which model; empty takes the connection's.
    #[serde(default)]
    model: String,
    /// Width in pixels, 256 to 2,048.
    #[serde(default = "side")]
    width: i32,
    /// Height in pixels, 256 to 2,048.
    #[serde(default = "side")]
    height: i32,
}

fn side() -> i32 {
    1024
}

/// Lets a provider make a picture, for trying out. Takes no credits; at most 50 a day. Answers at once; ask for the test
/// until it is done.
#[utoipa::path(post, path = "/settings/integrations/{provider}/generate_image/", tag = "system", params(("provider" = String, Path)), request_body = GenerateImage, responses((status = 200, body = Data<image_test::Model>)))]
async fn generate_image(
    caller: Caller,
    Path(name): Path<String>,
    Body(input): Body<GenerateImage>,
) -> Answer<Data<image_test::Model>> {
    let input = image_test::Input {
        provider: provider(&caller, &name)?,
        model: input.model,
        width: input.width,
        height: input.height,
        prompt: input.prompt,
    };
    caller
        .answer(image_tests::start(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// Pictures that were tried out, the youngest first. Editors see their own.
#[utoipa::path(get, path = "/image-tests/", tag = "system", params(ListQuery), responses((status = 200, body = List<image_test::Model>)))]
async fn list_image_tests(caller: Caller, Params(list): Params<ListQuery>) -> Answer<List<image_test::Model>> {
    let page = caller.answer(image_tests::list(&caller.app, &caller.scope, &list).await)?;
    Ok(List::of(page, &caller.uri))
}

/// One of them.
#[utoipa::path(get, path = "/image-tests/{id}/", tag = "system", params(("id" = i64, Path)), responses((status = 200, body = Data<image_test::Model>)))]
async fn get_image_test(caller: Caller, Id(id): Id) -> Answer<Data<image_test::Model>> {
    caller
        .answer(image_tests::get(&caller.app, &caller.scope, ImageTestId(id)).await)
        .map(Data::of)
}

/// Deletes one with its picture. It counts for its day all the same.
#[utoipa::path(delete, path = "/image-tests/{id}/", tag = "system", params(("id" = i64, Path)), responses((status = 200, body = Data<Changed>)))]
async fn delete_image_test(caller: Caller, Id(id): Id) -> Answer<Data<Changed>> {
    caller.answer(image_tests::delete(&caller.app, &caller.scope, ImageTestId(id)).await)?;
    Ok(Data::of(Changed { count: 1 }))
}
