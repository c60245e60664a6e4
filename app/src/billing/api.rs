//! Server functions of billing.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    AccountId, ApiError, CreditCostId, ListQuery, Page, PlanId,
    account::Balance,
    credit_cost,
    credit_transaction::{self, Booking},
    credit_usage_log, model_price, plan, scheduled_run,
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// What the account has to spend.
#[server(input = Json)]
pub async fn current_balance() -> Result<Balance, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::billing::balance(&app, &scope)
        .await
        .map_err(crate::context::fail)
}

/// Movements of credits, newest first.
#[server(input = Json)]
pub async fn transactions(query: ListQuery) -> Result<Page<credit_transaction::Model>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::billing::transactions(&app, &scope, &query)
        .await
        .map_err(crate::context::fail)
}

/// What work used credits, newest first.
#[server(input = Json)]
pub async fn usage(query: ListQuery) -> Result<Page<credit_usage_log::Model>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::billing::usage(&app, &scope, &query)
        .await
        .map_err(crate::context::fail)
}

/// The price list in force.
#[server(input = Json)]
pub async fn costs() -> Result<Vec<credit_cost::Model>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::billing::costs(&app, &scope).await.map_err(crate::context::fail)
}

/// Every price of every list with its history.
#[server(input = Json)]
pub async fn credit_prices() -> Result<Vec<credit_cost::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::billing::prices::all(&app, &scope)
        .await
        .map_err(crate::context::fail)
}

/// Sets a price from now or from a later moment on.
#[server(input = Json)]
pub async fn set_credit_price(input: credit_cost::Input) -> Result<credit_cost::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::billing::prices::set(&app, &scope, input)
        .await
        .map_err(crate::context::fail)
}

/// Takes back a price that is not in force yet.
#[server(input = Json)]
pub async fn withdraw_credit_price(id: CreditCostId) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::billing::prices::withdraw(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// All plans with their limits.
#[server(input = Json)]
pub async fn plans() -> Result<Vec<plan::Model>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::billing::plans::all(&app, &scope)
        .await
        .map_err(crate::context::fail)
}

/// Changes a plan.
#[server(input = Json)]
pub async fn update_plan(id: PlanId, input: plan::Input) -> Result<plan::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::billing::plans::update(&app, &scope, id, input)
        .await
        .map_err(crate::context::fail)
}

/// Books credits into an account.
#[server(input = Json)]
pub async fn book_credits(id: AccountId, input: Booking) -> Result<credit_transaction::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::billing::bookings::book(&app, &scope, id, input)
        .await
        .map_err(crate::context::fail)
}

/// The latest regular work.
#[server(input = Json)]
pub async fn scheduled_runs() -> Result<Vec<scheduled_run::Model>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::jobs::schedule::latest(&app, &scope)
        .await
        .map_err(crate::context::fail)
}

/// What providers take for their models, old prices included; for operators.
#[server(input = Json)]
pub async fn model_prices(query: ListQuery) -> Result<Page<model_price::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::ai::model_prices::list(&app, &scope, &query)
        .await
        .map_err(crate::context::fail)
}

/// Sets what a provider takes for a model from now on; for operators.
#[server(input = Json)]
pub async fn set_model_price(input: model_price::Input) -> Result<model_price::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::ai::model_prices::save(&app, &scope, input)
        .await
        .map_err(crate::context::fail)
}
