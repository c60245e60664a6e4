//! Server functions of AI tasks.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    ApiError, SiteId,
    ai_task::{Estimate, Model, Progress, Start, Started},
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// Starts an AI function. The same `key` starts it once.
#[server(input = Json)]
pub async fn start_task(start: Start, key: Option<String>) -> Result<Started, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::ai::start(&app, &scope, start, key)
        .await
        .map_err(crate::context::fail)
}

/// What an AI function will take at most.
#[server(input = Json)]
pub async fn estimate_task(start: Start) -> Result<Estimate, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::ai::estimate(&app, &scope, &start)
        .await
        .map_err(crate::context::fail)
}

/// How far a task is.
#[server(input = Json)]
pub async fn task_progress(task_id: String) -> Result<Progress, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::ai::progress(&app, &scope, &task_id)
        .await
        .map_err(crate::context::fail)
}

/// Stops a task after what is in hand.
#[server(input = Json)]
pub async fn cancel_task(task_id: String) -> Result<Progress, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::ai::cancel(&app, &scope, &task_id)
        .await
        .map_err(crate::context::fail)
}

/// Starts a new task with what failed in another.
#[server(input = Json)]
pub async fn retry_failed(task_id: String) -> Result<Started, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::ai::retry_failed(&app, &scope, &task_id)
        .await
        .map_err(crate::context::fail)
}

/// The latest tasks, newest first.
#[server(input = Json)]
pub async fn recent_tasks(site_id: Option<SiteId>) -> Result<Vec<Model>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::ai::recent(&app, &scope, site_id)
        .await
        .map_err(crate::context::fail)
}
