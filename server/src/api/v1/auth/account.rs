//! The account that is called for: its name, its data, its end.

use axum::{
    body::Body as Bytes,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::{
    App,
    accounts::{self, deletion, export as archives},
};
use entity::account::{AccountPatch, Model};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller},
    envelope::Data,
};

/// The password, once more.
#[derive(Deserialize, ToSchema)]
pub struct Password {
    /// The password.
    #[schema(example = "correct horse battery")]
    password: String,
}

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get, update))
        .routes(routes!(export))
        .routes(routes!(request_deletion))
        .routes(routes!(cancel_deletion))
}

/// The account.
#[utoipa::path(get, path = "/account/", tag = "auth", responses((status = 200, body = Data<Model>)))]
async fn get(caller: Caller) -> Answer<Data<Model>> {
    caller
        .answer(accounts::account(&caller.app, &caller.scope).await)
        .map(Data::of)
}

/// Changes the account's name and its name in addresses; what is absent stays.
#[utoipa::path(put, path = "/account/", tag = "auth", request_body = AccountPatch, responses((status = 200, body = Data<Model>)))]
async fn update(caller: Caller, Body(patch): Body<AccountPatch>) -> Answer<Data<Model>> {
    caller
        .answer(accounts::update_account(&caller.app, &caller.scope, patch).await)
        .map(Data::of)
}

/// All data of the account as one ZIP archive: JSON lines for each kind of row, and the files.
#[utoipa::path(get, path = "/account/export/", tag = "auth", responses((status = 200, description = "The archive.", content_type = "application/zip", body = Vec<u8>)))]
async fn export(caller: Caller) -> Answer<Response> {
    let archive = caller.answer(archives::archive(&caller.app, &caller.scope).await)?;
    Ok(download(archive))
}

/// An archive as a download.
pub fn download(archive: impl futures::Stream<Item = std::io::Result<axum::body::Bytes>> + Send + 'static) -> Response {
    (
        [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
            (
                header::CONTENT_DISPOSITION,
                HeaderValue::from_static("attachment; filename=\"igny8-account.zip\""),
            ),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
        Bytes::from_stream(archive),
    )
        .into_response()
}

/// Marks the account for deletion. Until its day it can be read and exported by its owners, and the deletion called off.
#[utoipa::path(post, path = "/account/request_deletion/", tag = "auth", request_body = Password, responses((status = 200, body = Data<Model>)))]
async fn request_deletion(caller: Caller, Body(input): Body<Password>) -> Answer<Data<Model>> {
    caller
        .answer(deletion::request(&caller.app, &caller.scope, &input.password).await)
        .map(Data::of)
}

/// Calls the deletion off.
#[utoipa::path(post, path = "/account/cancel_deletion/", tag = "auth", responses((status = 200, body = Data<Model>)))]
async fn cancel_deletion(caller: Caller) -> Answer<Data<Model>> {
    caller
        .answer(deletion::cancel(&caller.app, &caller.scope).await)
        .map(Data::of)
}
