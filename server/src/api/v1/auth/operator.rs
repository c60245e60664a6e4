//! For the operator of the installation: every account and its state.

use domain::{App, accounts::operator};
use entity::{
    AccountId, ListQuery,
    account::{AccountStatusPatch, Row},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller, Id, Params},
    envelope::{Data, List},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get, update))
}

/// Every account of the installation, the youngest first. For operators.
#[utoipa::path(get, path = "/accounts/", tag = "auth", params(ListQuery), responses((status = 200, body = List<Row>)))]
async fn list(caller: Caller, Params(query): Params<ListQuery>) -> Answer<List<Row>> {
    let page = caller.answer(operator::list(&caller.app, &caller.scope, &query).await)?;
    Ok(List::of(page, &caller.uri))
}

/// One of them. For operators.
#[utoipa::path(get, path = "/accounts/{id}/", tag = "auth", params(("id" = i64, Path)), responses((status = 200, body = Data<Row>)))]
async fn get(caller: Caller, Id(id): Id) -> Answer<Data<Row>> {
    caller
        .answer(operator::find(&caller.app, &caller.scope, AccountId(id)).await)
        .map(Data::of)
}

/// Changes the state of an account: active, suspended, trial until a day, cancelled. For operators.
#[utoipa::path(put, path = "/accounts/{id}/", tag = "auth", params(("id" = i64, Path)), request_body = AccountStatusPatch, responses((status = 200, body = Data<Row>)))]
async fn update(caller: Caller, Id(id): Id, Body(patch): Body<AccountStatusPatch>) -> Answer<Data<Row>> {
    caller
        .answer(operator::set_status(&caller.app, &caller.scope, AccountId(id), patch).await)
        .map(Data::of)
}
