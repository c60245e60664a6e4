//! Server functions of the planner.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    ApiError, ClusterId, IdeaId, KeywordId, KeywordImportId, ListQuery, Page, SiteId, cluster, idea, keyword,
    keyword_import::{self, ImportReport, NewImport},
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// Keywords of a filter.
#[server(input = Json)]
pub async fn list_keywords(filter: keyword::Filter, query: ListQuery) -> Result<Page<keyword::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::keywords::list(&app, &scope, &filter, &query)
        .await
        .map_err(crate::context::fail)
}

/// Adds a keyword by hand.
#[server(input = Json)]
pub async fn create_keyword(new: keyword::New) -> Result<keyword::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::keywords::create(&app, &scope, new)
        .await
        .map_err(crate::context::fail)
}

/// Changes a keyword.
#[server(input = Json)]
pub async fn update_keyword(id: KeywordId, patch: keyword::Patch) -> Result<keyword::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::keywords::update(&app, &scope, id, patch)
        .await
        .map_err(crate::context::fail)
}

/// Announces a keyword file.
#[server(input = Json)]
pub async fn begin_import(new: NewImport) -> Result<keyword_import::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::import::begin(&app, &scope, new)
        .await
        .map_err(crate::context::fail)
}

/// The whole file has arrived: starts reading it.
#[server(input = Json)]
pub async fn finish_import(id: KeywordImportId) -> Result<keyword_import::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::import::finish(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// How far an import is, and which rows it refused.
#[server(input = Json)]
pub async fn get_import(id: KeywordImportId) -> Result<ImportReport, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::import::report(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Stops an import; what is in stays.
#[server(input = Json)]
pub async fn cancel_import(id: KeywordImportId) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::import::cancel(&app, &scope, id)
        .await
        .map(drop)
        .map_err(crate::context::fail)
}

/// The latest imports of a site, newest first.
#[server(input = Json)]
pub async fn recent_imports(site_id: SiteId) -> Result<Vec<keyword_import::Model>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::import::recent(&app, &scope, site_id)
        .await
        .map_err(crate::context::fail)
}

/// Clusters of a filter.
#[server(input = Json)]
pub async fn list_clusters(filter: cluster::Filter, query: ListQuery) -> Result<Page<cluster::Model>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::list(&app, &scope, &filter, &query)
        .await
        .map_err(crate::context::fail)
}

/// One cluster.
#[server(input = Json)]
pub async fn get_cluster(id: ClusterId) -> Result<cluster::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::get(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Makes a cluster by hand.
#[server(input = Json)]
pub async fn create_cluster(new: cluster::New) -> Result<cluster::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::create(&app, &scope, new)
        .await
        .map_err(crate::context::fail)
}

/// Changes a cluster.
#[server(input = Json)]
pub async fn update_cluster(id: ClusterId, patch: cluster::Patch) -> Result<cluster::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::update(&app, &scope, id, patch)
        .await
        .map_err(crate::context::fail)
}

/// Deletes clusters, not their keywords; says how many.
#[server(input = Json)]
pub async fn delete_clusters(ids: Vec<ClusterId>) -> Result<u64, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::delete(&app, &scope, &ids)
        .await
        .map_err(crate::context::fail)
}

/// Ideas of a filter.
#[server(input = Json)]
pub async fn list_ideas(filter: idea::Filter, query: ListQuery) -> Result<Page<idea::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::ideas::list(&app, &scope, &filter, &query)
        .await
        .map_err(crate::context::fail)
}

/// Adds an idea by hand.
#[server(input = Json)]
pub async fn create_idea(new: idea::New) -> Result<idea::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::ideas::create(&app, &scope, new)
        .await
        .map_err(crate::context::fail)
}

/// Changes an idea.
#[server(input = Json)]
pub async fn update_idea(id: IdeaId, patch: idea::Patch) -> Result<idea::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::ideas::update(&app, &scope, id, patch)
        .await
        .map_err(crate::context::fail)
}

/// Deletes ideas; says how many.
#[server(input = Json)]
pub async fn delete_ideas(ids: Vec<IdeaId>) -> Result<u64, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::ideas::delete(&app, &scope, &ids)
        .await
        .map_err(crate::context::fail)
}

/// Makes a writing task of each idea that has none.
#[server(input = Json)]
pub async fn queue_ideas(ids: Vec<IdeaId>) -> Result<idea::QueueResult, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::ideas::queue_to_writer(&app, &scope, &ids)
        .await
        .map_err(crate::context::fail)
}
