//! Credits.

use domain::{App, ai::model_prices, billing};
use entity::{
    AccountId, CreditCostId, ListQuery, PlanId,
    account::Balance,
    credit_cost,
    credit_transaction::{self, Booking, Refund},
    credit_usage_log, model_price, plan,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::auth::{Done, done};
use crate::api::{
    door::{Answer, Body, Caller, Id, Params},
    envelope::{Data, List},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(balance))
        .routes(routes!(transactions))
        .routes(routes!(usage))
        .routes(routes!(costs))
        .routes(routes!(prices, set_price))
        .routes(routes!(withdraw_price))
        .routes(routes!(plans))
        .routes(routes!(update_plan))
        .routes(routes!(book))
        .routes(routes!(refund))
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

/// Every price of every list with its history. For operators.
#[utoipa::path(get, path = "/credit-costs/", tag = "billing", responses((status = 200, body = Data<Vec<credit_cost::Row>>)))]
async fn prices(caller: Caller) -> Answer<Data<Vec<credit_cost::Row>>> {
    caller
        .answer(billing::prices::all(&caller.app, &caller.scope).await)
        .map(Data::of)
}

/// Sets a price from now or from a later moment on. For operators.
#[utoipa::path(post, path = "/credit-costs/", tag = "billing", request_body = credit_cost::Input, responses((status = 200, body = Data<credit_cost::Model>)))]
async fn set_price(caller: Caller, Body(input): Body<credit_cost::Input>) -> Answer<Data<credit_cost::Model>> {
    caller
        .answer(billing::prices::set(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// Takes back a price that is not in force yet. For operators.
#[utoipa::path(delete, path = "/credit-costs/{id}/", tag = "billing", params(("id" = i64, Path)), responses((status = 200, body = Data<Done>)))]
async fn withdraw_price(caller: Caller, Id(id): Id) -> Answer<Data<Done>> {
    caller.answer(billing::prices::withdraw(&caller.app, &caller.scope, CreditCostId(id)).await)?;
    Ok(done("The price is taken back."))
}

/// All plans with their limits. For operators.
#[utoipa::path(get, path = "/plans/", tag = "billing", responses((status = 200, body = Data<Vec<plan::Model>>)))]
async fn plans(caller: Caller) -> Answer<Data<Vec<plan::Model>>> {
    caller
        .answer(billing::plans::all(&caller.app, &caller.scope).await)
        .map(Data::of)
}

/// Changes a plan for all accounts that have it. For operators.
#[utoipa::path(put, path = "/plans/{id}/", tag = "billing", params(("id" = i64, Path)), request_body = plan::Input, responses((status = 200, body = Data<plan::Model>)))]
async fn update_plan(caller: Caller, Id(id): Id, Body(input): Body<plan::Input>) -> Answer<Data<plan::Model>> {
    caller
        .answer(billing::plans::update(&caller.app, &caller.scope, PlanId(id), input).await)
        .map(Data::of)
}

/// Books credits into an account, once for each reference. For operators.
#[utoipa::path(post, path = "/accounts/{id}/credits/", tag = "billing", params(("id" = i64, Path)), request_body = Booking, responses((status = 200, body = Data<credit_transaction::Model>)))]
async fn book(caller: Caller, Id(id): Id, Body(input): Body<Booking>) -> Answer<Data<credit_transaction::Model>> {
    caller
        .answer(billing::bookings::book(&caller.app, &caller.scope, AccountId(id), input).await)
        .map(Data::of)
}

/// Gives back the credits of a settled unit of work, once. For operators.
#[utoipa::path(post, path = "/accounts/{id}/refunds/", tag = "billing", params(("id" = i64, Path)), request_body = Refund, responses((status = 200, body = Data<credit_transaction::Model>)))]
async fn refund(caller: Caller, Id(id): Id, Body(input): Body<Refund>) -> Answer<Data<credit_transaction::Model>> {
    caller
        .answer(billing::bookings::refund(&caller.app, &caller.scope, AccountId(id), input).await)
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
