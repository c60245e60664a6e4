//! Server functions of the writer.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    ApiError, ContentId, ContentVersionId, ImageId, ListQuery, Page, TaskId, content, content_version, image,
    task::{self, TaskStatus},
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// Tasks of a filter.
#[server(input = Json)]
pub async fn list_tasks(filter: task::Filter, query: ListQuery) -> Result<Page<task::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::writer::tasks::list(&app, &scope, &filter, &query)
        .await
        .map_err(crate::context::fail)
}

/// Adds a task by hand.
#[server(input = Json)]
pub async fn create_task(new: task::New) -> Result<task::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::writer::tasks::create(&app, &scope, new)
        .await
        .map_err(crate::context::fail)
}

/// Deletes tasks; says how many.
#[server(input = Json)]
pub async fn delete_tasks(ids: Vec<TaskId>) -> Result<u64, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::writer::tasks::delete(&app, &scope, &ids)
        .await
        .map_err(crate::context::fail)
}

/// Gives tasks a status; says how many changed.
#[server(input = Json)]
pub async fn set_task_status(ids: Vec<TaskId>, status: TaskStatus) -> Result<u64, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::writer::tasks::set_status(&app, &scope, &ids, status)
        .await
        .map_err(crate::context::fail)
}

/// Articles of a filter, without their text.
#[server(input = Json)]
pub async fn list_content(filter: content::Filter, query: ListQuery) -> Result<Page<content::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::writer::content::list(&app, &scope, &filter, &query)
        .await
        .map_err(crate::context::fail)
}

/// An article with its pictures, destinations and versions.
#[server(input = Json)]
pub async fn get_content(id: ContentId) -> Result<content::Detail, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::writer::content::get(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Saves an article; refused as `conflict` when somebody else saved since.
#[server(input = Json)]
pub async fn save_content(id: ContentId, patch: content::Patch) -> Result<content::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::writer::content::save(&app, &scope, id, patch)
        .await
        .map_err(crate::context::fail)
}

/// Saves an article from the plain form of browsers without scripts.
#[server]
pub async fn save_plain(id: ContentId, revision: i32, title: String, html_content: String) -> Result<(), ApiError> {
    let patch = content::Patch {
        revision,
        title: Some(title),
        html_content: Some(html_content),
        ..Default::default()
    };
    let (app, scope) = crate::context::signed_in().await?;
    domain::writer::content::save(&app, &scope, id, patch)
        .await
        .map(drop)
        .map_err(crate::context::fail)
}

/// One saved state of an article, with its text.
#[server(input = Json)]
pub async fn get_version(id: ContentVersionId) -> Result<content_version::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::writer::content::version(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Puts a saved state back, as a new version.
#[server(input = Json)]
pub async fn restore_version(id: ContentVersionId) -> Result<content::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::writer::content::restore(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Pictures of a filter.
#[server(input = Json)]
pub async fn list_images(filter: image::Filter, query: ListQuery) -> Result<Page<image::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::writer::images::list(&app, &scope, &filter, &query)
        .await
        .map_err(crate::context::fail)
}

/// Changes what a picture should show, or its description.
#[server(input = Json)]
pub async fn update_image(id: ImageId, patch: image::Patch) -> Result<image::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::writer::images::update(&app, &scope, id, patch)
        .await
        .map_err(crate::context::fail)
}
