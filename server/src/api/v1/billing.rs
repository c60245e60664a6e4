//! Credits.

use domain::{App, ai::model_prices, billing};
use entity::{ListQuery, account::Balance, credit_cost, credit_transaction, credit_usage_log, model_price};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller, Params},
    envelope::{Data, List},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(balance))
        .routes(routes!(transactions))
        .routes(routes!(usage))
        .routes(routes!(costs))
        .routes(routes!(list_model_prices, set_model_price))
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

/// What providers take for their models, old prices included. For operators.
#[utoipa::path(get, path = "/model-prices/", tag = "billing", params(ListQuery), responses((status = 200, body = List<model_price::Row>)))]
async fn list_model_prices(caller: Caller, Params(list): Params<ListQuery>) -> Answer<List<model_price::Row>> {
    let page = caller.answer(model_prices::list(&caller.app, &caller.scope, &list).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Sets a price from now on; the ones before it stay as history. For operators.
#[utoipa::path(post, path = "/model-prices/", tag = "billing", request_body = model_price::Input, responses((status = 200, body = Data<model_price::Model>)))]
async fn set_model_price(caller: Caller, Body(input): Body<model_price::Input>) -> Answer<Data<model_price::Model>> {
    caller
        .answer(model_prices::save(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}
