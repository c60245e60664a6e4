//! Clusters.

use domain::{App, planner::clusters};
use entity::{
    ClusterId, KeywordId, ListQuery, SectorId,
    ai_task::{Start, Started},
    cluster::{self, ClusterStatus},
    cluster_keyword,
    cluster_run::{Run, UndoRun, Undone},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller, Id, Params},
    envelope::{Data, List},
    v1::{Changed, Generate, Ids},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(auto_generate_ideas))
        .routes(routes!(merge))
        .routes(routes!(bulk_delete))
        .routes(routes!(bulk_update_status))
        .routes(routes!(undo_run))
        .routes(routes!(runs))
        .routes(routes!(members, add_members))
        .routes(routes!(remove_members))
        .routes(routes!(move_members))
        .routes(routes!(pin))
        .routes(routes!(split_proposal, split))
}

/// Clusters, a page at a time.
#[utoipa::path(get, path = "/clusters/", tag = "planner", params(ListQuery, cluster::Filter), responses((status = 200, body = List<cluster::Model>)))]
async fn list(
    caller: Caller,
    Params(filter): Params<cluster::Filter>,
    Params(list): Params<ListQuery>,
) -> Answer<List<cluster::Model>> {
    let page = caller.answer(clusters::list(&caller.app, &caller.scope, &filter, &list).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Makes one.
#[utoipa::path(post, path = "/clusters/", tag = "planner", request_body = cluster::New, responses((status = 200, body = Data<cluster::Model>)))]
async fn create(caller: Caller, Body(input): Body<cluster::New>) -> Answer<Data<cluster::Model>> {
    caller
        .answer(clusters::create(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// One of them.
#[utoipa::path(get, path = "/clusters/{id}/", tag = "planner", params(("id" = i64, Path)), responses((status = 200, body = Data<cluster::Model>)))]
async fn get(caller: Caller, Id(id): Id) -> Answer<Data<cluster::Model>> {
    caller
        .answer(clusters::get(&caller.app, &caller.scope, ClusterId(id)).await)
        .map(Data::of)
}

/// Changes one; what is absent stays.
#[utoipa::path(put, path = "/clusters/{id}/", tag = "planner", params(("id" = i64, Path)), request_body = cluster::Patch, responses((status = 200, body = Data<cluster::Model>)))]
async fn update(caller: Caller, Id(id): Id, Body(patch): Body<cluster::Patch>) -> Answer<Data<cluster::Model>> {
    caller
        .answer(clusters::update(&caller.app, &caller.scope, ClusterId(id), patch).await)
        .map(Data::of)
}

/// Deletes one.
#[utoipa::path(delete, path = "/clusters/{id}/", tag = "planner", params(("id" = i64, Path)), responses((status = 200, body = Data<Changed>)))]
async fn delete(caller: Caller, Id(id): Id) -> Answer<Data<Changed>> {
    let count = caller.answer(clusters::delete(&caller.app, &caller.scope, &[ClusterId(id)]).await)?;
    Ok(Data::of(Changed { count }))
}

/// Makes content ideas from clusters. Answers at once; follow the task's progress.
#[utoipa::path(post, path = "/clusters/auto_generate_ideas/", tag = "planner", request_body = Generate, responses((status = 200, body = Data<Started>), (status = 402), (status = 409)))]
async fn auto_generate_ideas(caller: Caller, Body(input): Body<Generate>) -> Answer<Data<Started>> {
    let make = |ids: Vec<i64>| Start::GenerateIdeas {
        cluster_ids: ids.into_iter().map(ClusterId).collect(),
    };
    caller.answer(input.start(&caller, make).await).map(Data::of)
}

/// Makes one cluster of 2 to 50 of a sector: keywords, ideas, tasks, articles and planned pages come along.
#[utoipa::path(post, path = "/clusters/merge/", tag = "planner", request_body = cluster::Merge, responses((status = 200, body = Data<cluster::Model>)))]
async fn merge(caller: Caller, Body(input): Body<cluster::Merge>) -> Answer<Data<cluster::Model>> {
    caller
        .answer(clusters::reshape::merge(&caller.app, &caller.scope, &input).await)
        .map(Data::of)
}

/// Deletes many; their keywords stay.
#[utoipa::path(post, path = "/clusters/bulk_delete/", tag = "planner", request_body = Ids, responses((status = 200, body = Data<Changed>)))]
async fn bulk_delete(caller: Caller, Body(Ids { ids }): Body<Ids>) -> Answer<Data<Changed>> {
    let ids: Vec<ClusterId> = ids.into_iter().map(ClusterId).collect();
    let count = caller.answer(clusters::delete(&caller.app, &caller.scope, &ids).await)?;
    Ok(Data::of(Changed { count }))
}

/// A status for many.
#[derive(serde::Deserialize, utoipa::ToSchema)]
pub struct ClusterStatusChange {
    /// The clusters.
    ids: Vec<ClusterId>,
    /// Their new status.
    status: ClusterStatus,
}

/// Sets the status of many.
#[utoipa::path(post, path = "/clusters/bulk_update_status/", tag = "planner", request_body = ClusterStatusChange, responses((status = 200, body = Data<Changed>)))]
async fn bulk_update_status(caller: Caller, Body(input): Body<ClusterStatusChange>) -> Answer<Data<Changed>> {
    let count = caller.answer(clusters::set_status(&caller.app, &caller.scope, &input.ids, input.status).await)?;
    Ok(Data::of(Changed { count }))
}

/// Undoes a grouping, once. What people did since stays; credits are not given back.
#[utoipa::path(post, path = "/clusters/undo_run/", tag = "planner", request_body = UndoRun, responses((status = 200, body = Data<Undone>), (status = 409)))]
async fn undo_run(caller: Caller, Body(input): Body<UndoRun>) -> Answer<Data<Undone>> {
    caller
        .answer(clusters::runs::undo(&caller.app, &caller.scope, &input.task_id).await)
        .map(Data::of)
}

/// Which sector's groupings.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RunsOf {
    /// The sector.
    sector_id: SectorId,
}

/// The latest groupings of a sector, newest first.
#[utoipa::path(get, path = "/clusters/runs/", tag = "planner", params(RunsOf), responses((status = 200, body = Data<Vec<Run>>)))]
async fn runs(caller: Caller, Params(of): Params<RunsOf>) -> Answer<Data<Vec<Run>>> {
    caller
        .answer(clusters::runs::latest(&caller.app, &caller.scope, of.sector_id).await)
        .map(Data::of)
}

/// The keywords of one, with the reasons for their places.
#[utoipa::path(get, path = "/clusters/{id}/keywords/", tag = "planner", params(("id" = i64, Path), ListQuery), responses((status = 200, body = List<cluster_keyword::Row>)))]
async fn members(caller: Caller, Id(id): Id, Params(list): Params<ListQuery>) -> Answer<List<cluster_keyword::Row>> {
    let page = caller.answer(clusters::members::list(&caller.app, &caller.scope, ClusterId(id), &list).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Puts keywords into one and pins them there.
#[utoipa::path(post, path = "/clusters/{id}/keywords/", tag = "planner", params(("id" = i64, Path)), request_body = Ids, responses((status = 200, body = Data<Changed>)))]
async fn add_members(caller: Caller, Id(id): Id, Body(Ids { ids }): Body<Ids>) -> Answer<Data<Changed>> {
    let ids: Vec<KeywordId> = ids.into_iter().map(KeywordId).collect();
    let count = caller.answer(clusters::members::add(&caller.app, &caller.scope, ClusterId(id), &ids).await)?;
    Ok(Data::of(Changed { count }))
}

/// Takes keywords out of one; the keywords stay.
#[utoipa::path(post, path = "/clusters/{id}/keywords/remove/", tag = "planner", params(("id" = i64, Path)), request_body = Ids, responses((status = 200, body = Data<Changed>)))]
async fn remove_members(caller: Caller, Id(id): Id, Body(Ids { ids }): Body<Ids>) -> Answer<Data<Changed>> {
    let ids: Vec<KeywordId> = ids.into_iter().map(KeywordId).collect();
    let count = caller.answer(clusters::members::remove(&caller.app, &caller.scope, ClusterId(id), &ids).await)?;
    Ok(Data::of(Changed { count }))
}

/// Where keywords should go.
#[derive(serde::Deserialize, utoipa::ToSchema)]
pub struct MoveKeywords {
    /// The keywords.
    ids: Vec<KeywordId>,
    /// The cluster that takes them.
    to: ClusterId,
}

/// Moves keywords to another cluster of the sector and pins them there.
#[utoipa::path(post, path = "/clusters/{id}/keywords/move/", tag = "planner", params(("id" = i64, Path)), request_body = MoveKeywords, responses((status = 200, body = Data<Changed>)))]
async fn move_members(caller: Caller, Id(id): Id, Body(input): Body<MoveKeywords>) -> Answer<Data<Changed>> {
    let work = clusters::members::move_to(&caller.app, &caller.scope, ClusterId(id), &input.ids, input.to);
    let count = caller.answer(work.await)?;
    Ok(Data::of(Changed { count }))
}

/// Which keywords to pin.
#[derive(serde::Deserialize, utoipa::ToSchema)]
pub struct PinKeywords {
    /// The keywords.
    ids: Vec<KeywordId>,
    /// Pin them, or let them go.
    pinned: bool,
}

/// Pins keywords in one, so that no run takes them away, or lets them go.
#[utoipa::path(post, path = "/clusters/{id}/pin/", tag = "planner", params(("id" = i64, Path)), request_body = PinKeywords, responses((status = 200, body = Data<Changed>)))]
async fn pin(caller: Caller, Id(id): Id, Body(input): Body<PinKeywords>) -> Answer<Data<Changed>> {
    let work = clusters::members::pin(&caller.app, &caller.scope, ClusterId(id), &input.ids, input.pinned);
    let count = caller.answer(work.await)?;
    Ok(Data::of(Changed { count }))
}

/// Parts that one could be split into; none when there is no seam.
#[utoipa::path(get, path = "/clusters/{id}/split/", tag = "planner", params(("id" = i64, Path)), responses((status = 200, body = Data<Vec<cluster::Part>>)))]
async fn split_proposal(caller: Caller, Id(id): Id) -> Answer<Data<Vec<cluster::Part>>> {
    caller
        .answer(clusters::reshape::split_proposal(&caller.app, &caller.scope, ClusterId(id)).await)
        .map(Data::of)
}

/// Parts to make of one.
#[derive(serde::Deserialize, utoipa::ToSchema)]
pub struct SplitCluster {
    /// The parts; what none of them names stays.
    parts: Vec<cluster::NewPart>,
}

/// Makes a cluster of each part and moves its keywords there, pinned.
#[utoipa::path(post, path = "/clusters/{id}/split/", tag = "planner", params(("id" = i64, Path)), request_body = SplitCluster, responses((status = 200, body = Data<Vec<cluster::Model>>)))]
async fn split(caller: Caller, Id(id): Id, Body(input): Body<SplitCluster>) -> Answer<Data<Vec<cluster::Model>>> {
    caller
        .answer(clusters::reshape::split(&caller.app, &caller.scope, ClusterId(id), &input.parts).await)
        .map(Data::of)
}
