//! Server functions of clusters and of grouping.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    ApiError, ClusterId, KeywordId, ListQuery, Page, SectorId,
    ai_task::Start,
    cluster::{self, ClusterStatus},
    cluster_keyword, cluster_run,
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// The keywords of a cluster with the reasons for their places.
#[server(input = Json)]
pub async fn cluster_members(id: ClusterId, query: ListQuery) -> Result<Page<cluster_keyword::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::members::list(&app, &scope, id, &query)
        .await
        .map_err(crate::context::fail)
}

/// Puts keywords into a cluster and pins them there; says how many were new.
#[server(input = Json)]
pub async fn add_to_cluster(id: ClusterId, keyword_ids: Vec<KeywordId>) -> Result<u64, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::members::add(&app, &scope, id, &keyword_ids)
        .await
        .map_err(crate::context::fail)
}

/// Takes keywords out of a cluster; says how many.
#[server(input = Json)]
pub async fn remove_from_cluster(id: ClusterId, keyword_ids: Vec<KeywordId>) -> Result<u64, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::members::remove(&app, &scope, id, &keyword_ids)
        .await
        .map_err(crate::context::fail)
}

/// Moves keywords to another cluster and pins them there; says how many.
#[server(input = Json)]
pub async fn move_to_cluster(id: ClusterId, keyword_ids: Vec<KeywordId>, to: ClusterId) -> Result<u64, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::members::move_to(&app, &scope, id, &keyword_ids, to)
        .await
        .map_err(crate::context::fail)
}

/// Pins keywords in a cluster or lets them go; says how many.
#[server(input = Json)]
pub async fn pin_in_cluster(id: ClusterId, keyword_ids: Vec<KeywordId>, pinned: bool) -> Result<u64, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::members::pin(&app, &scope, id, &keyword_ids, pinned)
        .await
        .map_err(crate::context::fail)
}

/// Gives clusters a status; says how many.
#[server(input = Json)]
pub async fn set_cluster_status(ids: Vec<ClusterId>, status: ClusterStatus) -> Result<u64, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::set_status(&app, &scope, &ids, status)
        .await
        .map_err(crate::context::fail)
}

/// Makes one cluster of several.
#[server(input = Json)]
pub async fn merge_clusters(merge: cluster::Merge) -> Result<cluster::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::reshape::merge(&app, &scope, &merge)
        .await
        .map_err(crate::context::fail)
}

/// Parts that a cluster could be split into; none when there is no seam.
#[server(input = Json)]
pub async fn split_proposal(id: ClusterId) -> Result<Vec<cluster::Part>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::reshape::split_proposal(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Makes clusters of parts of one.
#[server(input = Json)]
pub async fn split_cluster(id: ClusterId, parts: Vec<cluster::NewPart>) -> Result<Vec<cluster::Model>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::reshape::split(&app, &scope, id, &parts)
        .await
        .map_err(crate::context::fail)
}

/// The latest groupings of a sector, newest first.
#[server(input = Json)]
pub async fn latest_groupings(sector_id: SectorId) -> Result<Vec<cluster_run::Run>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::runs::latest(&app, &scope, sector_id)
        .await
        .map_err(crate::context::fail)
}

/// The grouping that a job did.
#[server(input = Json)]
pub async fn get_grouping(task_id: String) -> Result<cluster_run::Run, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::runs::of_task(&app, &scope, &task_id)
        .await
        .map_err(crate::context::fail)
}

/// Undoes a grouping.
#[server(input = Json)]
pub async fn undo_grouping(task_id: String) -> Result<cluster_run::Undone, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::runs::undo(&app, &scope, &task_id)
        .await
        .map_err(crate::context::fail)
}

/// What a grouping would work with, for trying out.
#[server(input = Json)]
pub async fn grouping_sample(start: Start) -> Result<cluster_run::Sample, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::runs::sample(&app, &scope, &start)
        .await
        .map_err(crate::context::fail)
}

/// How many active keywords of a sector have known search results, and how many there are.
#[server(input = Json)]
pub async fn known_results(sector_id: SectorId) -> Result<(u64, u64), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::serp::covered(&app, &scope, sector_id)
        .await
        .map_err(crate::context::fail)
}
