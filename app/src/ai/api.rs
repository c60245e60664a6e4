//! Server functions of AI tasks.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    ApiError, ListQuery, Page, SiteId,
    ai_task::{Estimate, Filter, Model, Progress, Receipt, Row, Start, Started},
    ai_task_item,
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

/// Jobs of a filter, the youngest first.
#[server(input = Json)]
pub async fn list_jobs(filter: Filter, query: ListQuery) -> Result<Page<Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::ai::history::list(&app, &scope, &filter, &query)
        .await
        .map_err(crate::context::fail)
}

/// What a job did and what it took.
#[server(input = Json)]
pub async fn job_receipt(task_id: String) -> Result<Receipt, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::ai::history::receipt(&app, &scope, &task_id)
        .await
        .map_err(crate::context::fail)
}

/// The units of a job.
#[server(input = Json)]
pub async fn job_items(
    task_id: String,
    filter: ai_task_item::Filter,
    query: ListQuery,
) -> Result<Page<ai_task_item::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::ai::history::items(&app, &scope, &task_id, &filter, &query)
        .await
        .map_err(crate::context::fail)
}
