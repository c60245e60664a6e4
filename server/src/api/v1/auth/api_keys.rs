//! Keys that let programs act for people.

use domain::{App, accounts::api_keys};
use entity::{
    ApiKeyId, ListQuery,
    api_key::{Made, Model, NewApiKey},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Done, done};
use crate::api::{
    door::{Answer, Body, Caller, Id, Params},
    envelope::{Data, List},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(revoke))
}

/// Keys that work, the youngest first: one's own; owners and admins see everybody's.
#[utoipa::path(get, path = "/api_keys/", tag = "auth", params(ListQuery), responses((status = 200, body = List<Model>)))]
async fn list(caller: Caller, Params(query): Params<ListQuery>) -> Answer<List<Model>> {
    let page = caller.answer(api_keys::list(&caller.app, &caller.scope, &query).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Makes a key for the caller. The answer shows it this once. Needs an access token: a key makes no keys.
#[utoipa::path(post, path = "/api_keys/", tag = "auth", request_body = NewApiKey, responses((status = 200, body = Data<Made>)))]
async fn create(caller: Caller, Body(input): Body<NewApiKey>) -> Answer<Data<Made>> {
    caller
        .answer(api_keys::create(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// Revokes a key: one's own; owners and admins anybody's.
#[utoipa::path(delete, path = "/api_keys/{id}/", tag = "auth", params(("id" = i64, Path)), responses((status = 200, body = Data<Done>)))]
async fn revoke(caller: Caller, Id(id): Id) -> Answer<Data<Done>> {
    caller.answer(api_keys::revoke(&caller.app, &caller.scope, ApiKeyId(id)).await)?;
    Ok(done("The key does not work any more."))
}
