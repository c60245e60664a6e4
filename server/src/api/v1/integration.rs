//! Connections of sites.

use domain::{App, publisher};
use entity::{IntegrationId, SiteId, integration, integration::TestResult};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller, Id, Params},
    envelope::Data,
};

/// Which connections to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Of {
    /// Only this site's.
    site_id: Option<SiteId>,
}

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(update))
        .routes(routes!(test_connection))
}

/// Connections; passwords are never shown.
#[utoipa::path(get, path = "/integrations/", tag = "publisher", params(Of), responses((status = 200, body = Data<Vec<integration::Model>>)))]
async fn list(caller: Caller, Params(of): Params<Of>) -> Answer<Data<Vec<integration::Model>>> {
    caller
        .answer(publisher::integrations(&caller.app, &caller.scope, of.site_id).await)
        .map(Data::of)
}

/// Connects a site to its WordPress.
#[utoipa::path(post, path = "/integrations/", tag = "publisher", request_body = integration::New, responses((status = 200, body = Data<integration::Model>)))]
async fn create(caller: Caller, Body(input): Body<integration::New>) -> Answer<Data<integration::Model>> {
    caller
        .answer(publisher::save_integration(&caller.app, &caller.scope, None, input).await)
        .map(Data::of)
}

/// Changes a connection; an empty password keeps the stored one.
#[utoipa::path(put, path = "/integrations/{id}/", tag = "publisher", params(("id" = i64, Path)), request_body = integration::New, responses((status = 200, body = Data<integration::Model>)))]
async fn update(caller: Caller, Id(id): Id, Body(input): Body<integration::New>) -> Answer<Data<integration::Model>> {
    let id = Some(IntegrationId(id));
    caller
        .answer(publisher::save_integration(&caller.app, &caller.scope, id, input).await)
        .map(Data::of)
}

/// Tests a connection and says what is wrong with it.
#[utoipa::path(post, path = "/integrations/{id}/test_connection/", tag = "publisher", params(("id" = i64, Path)), responses((status = 200, body = Data<TestResult>)))]
async fn test_connection(caller: Caller, Id(id): Id) -> Answer<Data<TestResult>> {
    caller
        .answer(publisher::test_integration(&caller.app, &caller.scope, IntegrationId(id)).await)
        .map(Data::of)
}
