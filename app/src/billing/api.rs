//! Server functions of billing.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    ApiError, ListQuery, Page, account::Balance, credit_cost, credit_transaction, credit_usage_log, model_price,
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
