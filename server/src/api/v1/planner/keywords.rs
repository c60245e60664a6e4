//! Keywords.

use domain::{App, planner::keywords};
use entity::{
    KeywordId, ListQuery, SectorId,
    ai_task::{Start, Started},
    keyword,
    keyword::KeywordStatus,
    keyword_change,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller, Id, Params},
    envelope::{Data, List},
    v1::{Changed, Ids},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(sources))
        .routes(routes!(auto_cluster))
        .routes(routes!(bulk_delete))
        .routes(routes!(bulk_update_status))
        .routes(routes!(export_csv))
}

/// Keywords, a page at a time.
#[utoipa::path(get, path = "/keywords/", tag = "planner", params(ListQuery, keyword::Filter), responses((status = 200, body = List<keyword::Row>)))]
async fn list(
    caller: Caller,
    Params(filter): Params<keyword::Filter>,
    Params(list): Params<ListQuery>,
) -> Answer<List<keyword::Row>> {
    let page = caller.answer(keywords::list(&caller.app, &caller.scope, &filter, &list).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Makes one.
#[utoipa::path(post, path = "/keywords/", tag = "planner", request_body = keyword::New, responses((status = 200, body = Data<keyword::Model>)))]
async fn create(caller: Caller, Body(input): Body<keyword::New>) -> Answer<Data<keyword::Model>> {
    caller
        .answer(keywords::create(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// One of them.
#[utoipa::path(get, path = "/keywords/{id}/", tag = "planner", params(("id" = i64, Path)), responses((status = 200, body = Data<keyword::Model>)))]
async fn get(caller: Caller, Id(id): Id) -> Answer<Data<keyword::Model>> {
    caller
        .answer(keywords::get(&caller.app, &caller.scope, KeywordId(id)).await)
        .map(Data::of)
}

/// Changes one; what is absent stays.
#[utoipa::path(put, path = "/keywords/{id}/", tag = "planner", params(("id" = i64, Path)), request_body = keyword::Patch, responses((status = 200, body = Data<keyword::Model>)))]
async fn update(caller: Caller, Id(id): Id, Body(patch): Body<keyword::Patch>) -> Answer<Data<keyword::Model>> {
    caller
        .answer(keywords::update(&caller.app, &caller.scope, KeywordId(id), patch).await)
        .map(Data::of)
}

/// Where each of its values comes from: file, row, day, and whether it was measured.
#[utoipa::path(get, path = "/keywords/{id}/sources/", tag = "planner", params(("id" = i64, Path)), responses((status = 200, body = Data<Vec<keyword_change::Source>>)))]
async fn sources(caller: Caller, Id(id): Id) -> Answer<Data<Vec<keyword_change::Source>>> {
    caller
        .answer(keywords::sources(&caller.app, &caller.scope, KeywordId(id)).await)
        .map(Data::of)
}

/// Deletes one.
#[utoipa::path(delete, path = "/keywords/{id}/", tag = "planner", params(("id" = i64, Path)), responses((status = 200, body = Data<Changed>)))]
async fn delete(caller: Caller, Id(id): Id) -> Answer<Data<Changed>> {
    let count = caller.answer(keywords::delete(&caller.app, &caller.scope, &[KeywordId(id)]).await)?;
    Ok(Data::of(Changed { count }))
}

/// Which keywords to group.
#[derive(serde::Deserialize, utoipa::ToSchema)]
pub struct AutoCluster {
    /// The sector.
    sector_id: SectorId,
    /// The keywords; empty or absent means every active one of the sector that is in no cluster.
    #[serde(default)]
    ids: Vec<KeywordId>,
}

/// Groups keywords into clusters. Answers at once; follow the task's progress.
#[utoipa::path(post, path = "/keywords/auto_cluster/", tag = "planner", request_body = AutoCluster, responses((status = 200, body = Data<Started>), (status = 402)))]
async fn auto_cluster(caller: Caller, Body(input): Body<AutoCluster>) -> Answer<Data<Started>> {
    let start = Start::AutoCluster {
        sector_id: input.sector_id,
        keyword_ids: input.ids,
    };
    let key = caller.idempotency_key.clone();
    caller
        .answer(domain::ai::start(&caller.app, &caller.scope, start, key).await)
        .map(Data::of)
}

/// Deletes many.
#[utoipa::path(post, path = "/keywords/bulk_delete/", tag = "planner", request_body = Ids, responses((status = 200, body = Data<Changed>)))]
async fn bulk_delete(caller: Caller, Body(Ids { ids }): Body<Ids>) -> Answer<Data<Changed>> {
    let ids: Vec<KeywordId> = ids.into_iter().map(KeywordId).collect();
    let count = caller.answer(keywords::delete(&caller.app, &caller.scope, &ids).await)?;
    Ok(Data::of(Changed { count }))
}

/// A status for many.
#[derive(serde::Deserialize, utoipa::ToSchema)]
pub struct KeywordStatusChange {
    /// The keywords.
    ids: Vec<KeywordId>,
    /// Their new status.
    status: KeywordStatus,
}

/// Sets the status of many.
#[utoipa::path(post, path = "/keywords/bulk_update_status/", tag = "planner", request_body = KeywordStatusChange, responses((status = 200, body = Data<Changed>)))]
async fn bulk_update_status(caller: Caller, Body(input): Body<KeywordStatusChange>) -> Answer<Data<Changed>> {
    let count = caller.answer(keywords::set_status(&caller.app, &caller.scope, &input.ids, input.status).await)?;
    Ok(Data::of(Changed { count }))
}

/// The filtered keywords as CSV, streamed. Cells that a spreadsheet would take for formulas are marked as text.
#[utoipa::path(get, path = "/keywords/export_csv/", tag = "planner", params(ListQuery, keyword::Filter), responses((status = 200, content_type = "text/csv", body = String)))]
async fn export_csv(
    caller: Caller,
    Params(filter): Params<keyword::Filter>,
    Params(list): Params<ListQuery>,
) -> Answer<axum::response::Response> {
    use axum::{http::header, response::IntoResponse};
    let lines = keywords::export_csv(&caller.app, &caller.scope, filter, list);
    let head = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"keywords.csv\""),
    ];
    Ok((head, axum::body::Body::from_stream(lines)).into_response())
}
