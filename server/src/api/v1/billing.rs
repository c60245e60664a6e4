//! Credits.

use domain::{App, billing};
use entity::{ListQuery, account::Balance, credit_cost, credit_transaction, credit_usage_log};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Caller, Params},
    envelope::{Data, List},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(balance))
        .routes(routes!(transactions))
        .routes(routes!(usage))
        .routes(routes!(costs))
}

/// What the account has to spend.
#[utoipa::path(get, path = "/credits/balance/", tag = "billing", responses((status = 200, body = Data<Balance>)))]
async fn balance(caller: Caller) -> Answer<Data<Balance>> {
    caller
        .answer(billing::balance(&caller.app, &caller.scope).await)
        .map(Data::of)
}

/// The ledger, newest first.
#[utoipa::path(get, path = "/credits/transactions/", tag = "billing", params(ListQuery), responses((status = 200, body = List<credit_transaction::Model>)))]
async fn transactions(caller: Caller, Params(list): Params<ListQuery>) -> Answer<List<credit_transaction::Model>> {
    let page = caller.answer(billing::transactions(&caller.app, &caller.scope, &list).await)?;
    Ok(List::of(page, &caller.uri))
}

/// What credits were used for, newest first.
#[utoipa::path(get, path = "/credits/usage/", tag = "billing", params(ListQuery), responses((status = 200, body = List<credit_usage_log::Model>)))]
async fn usage(caller: Caller, Params(list): Params<ListQuery>) -> Answer<List<credit_usage_log::Model>> {
    let page = caller.answer(billing::usage(&caller.app, &caller.scope, &list).await)?;
    Ok(List::of(page, &caller.uri))
}

/// The price list of the account's plan.
#[utoipa::path(get, path = "/credits/costs/", tag = "billing", responses((status = 200, body = Data<Vec<credit_cost::Model>>)))]
async fn costs(caller: Caller) -> Answer<Data<Vec<credit_cost::Model>>> {
    caller
        .answer(billing::costs(&caller.app, &caller.scope).await)
        .map(Data::of)
}
