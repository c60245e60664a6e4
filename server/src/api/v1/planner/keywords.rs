//! Keywords.

use domain::{App, planner::keywords, scope::Scope};
use entity::{
    KeywordId, ListQuery, SectorId,
    ai_task::{Start, Started},
    keyword,
    keyword::{Added, Intent, KeywordStatus, NewMany, Selection},
    keyword_change, seed_keyword,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller, Id, Params},
    envelope::{Data, List},
    v1::Changed,
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
        .routes(routes!(bulk_update_intent))
        .routes(routes!(bulk_create))
        .routes(routes!(add_from_library))
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

/// Changes one; what is absent stays. `null` says that a figure is not known.
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
    /// Only keywords that pass this filter.
    #[serde(default)]
    filter: Option<keyword::Filter>,
    /// Only keywords that hold this text.
    #[serde(default)]
    search: Option<String>,
    /// But not these.
    #[serde(default)]
    except: Vec<KeywordId>,
    /// 0 makes few broad clusters, 100 many narrow ones; 50 when absent.
    #[serde(default)]
    tightness: Option<u8>,
    /// Group those anew that are in a cluster already, instead of extending what is there.
    #[serde(default)]
    regroup: bool,
    /// Let known search results decide too, beside the words; true when absent.
    #[serde(default)]
    use_results: Option<bool>,
}

/// Groups keywords into clusters. Answers at once; follow the task's progress.
#[utoipa::path(post, path = "/keywords/auto_cluster/", tag = "planner", request_body = AutoCluster, responses((status = 200, body = Data<Started>), (status = 402)))]
async fn auto_cluster(caller: Caller, Body(input): Body<AutoCluster>) -> Answer<Data<Started>> {
    let start = Start::AutoCluster {
        sector_id: input.sector_id,
        keyword_ids: input.ids,
        filter: input.filter,
        search: input.search,
        except: input.except,
        tightness: input.tightness,
        regroup: input.regroup,
        use_results: input.use_results.unwrap_or(true),
    };
    let key = caller.idempotency_key.clone();
    caller
        .answer(domain::ai::start(&caller.app, &caller.scope, start, key).await)
        .map(Data::of)
}

/// Deletes many: `ids`, or all that pass `filter` and `search` but `except`.
#[utoipa::path(post, path = "/keywords/bulk_delete/", tag = "planner", request_body = Selection, responses((status = 200, body = Data<Changed>)))]
async fn bulk_delete(caller: Caller, Body(selection): Body<Selection>) -> Answer<Data<Changed>> {
    let count = caller.answer(keywords::bulk::delete(&caller.app, &caller.scope, &selection).await)?;
    Ok(Data::of(Changed { count }))
}

/// A status for many.
#[derive(serde::Deserialize, utoipa::ToSchema)]
pub struct KeywordStatusChange {
    /// The keywords: `ids`, or all that pass `filter` and `search` but `except`.
    #[serde(flatten)]
    selection: Selection,
    /// Their new status.
    status: KeywordStatus,
}

/// Sets the status of many.
#[utoipa::path(post, path = "/keywords/bulk_update_status/", tag = "planner", request_body = KeywordStatusChange, responses((status = 200, body = Data<Changed>)))]
async fn bulk_update_status(caller: Caller, Body(input): Body<KeywordStatusChange>) -> Answer<Data<Changed>> {
    let done = keywords::bulk::set_status(&caller.app, &caller.scope, &input.selection, input.status).await;
    let count = caller.answer(done)?;
    Ok(Data::of(Changed { count }))
}

/// An intent for many.
#[derive(serde::Deserialize, utoipa::ToSchema)]
pub struct KeywordIntentChange {
    /// The keywords: `ids`, or all that pass `filter` and `search` but `except`.
    #[serde(flatten)]
    selection: Selection,
    /// What their searchers want.
    intent: Intent,
}

/// Sets the intent of many; it counts as known then, not as guessed.
#[utoipa::path(post, path = "/keywords/bulk_update_intent/", tag = "planner", request_body = KeywordIntentChange, responses((status = 200, body = Data<Changed>)))]
async fn bulk_update_intent(caller: Caller, Body(input): Body<KeywordIntentChange>) -> Answer<Data<Changed>> {
    let done = keywords::bulk::set_intent(&caller.app, &caller.scope, &input.selection, input.intent).await;
    let count = caller.answer(done)?;
    Ok(Data::of(Changed { count }))
}

/// Makes several at once; those that the sector has already stay as they are.
#[utoipa::path(post, path = "/keywords/bulk_create/", tag = "planner", request_body = NewMany, responses((status = 200, body = Data<Added>)))]
async fn bulk_create(caller: Caller, Body(input): Body<NewMany>) -> Answer<Data<Added>> {
    caller
        .answer(keywords::create_many(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// Takes keywords of the seed library over: `ids`, or all that pass `filter` and `search`.
#[utoipa::path(post, path = "/keywords/add_from_library/", tag = "planner", request_body = seed_keyword::Pick, responses((status = 200, body = Data<Added>)))]
async fn add_from_library(caller: Caller, Body(pick): Body<seed_keyword::Pick>) -> Answer<Data<Added>> {
    caller
        .answer(keywords::pick_from_library(&caller.app, &caller.scope, &pick).await)
        .map(Data::of)
}

/// The filtered keywords as CSV, streamed. Cells that a spreadsheet would take for formulas are marked as text.
#[utoipa::path(get, path = "/keywords/export_csv/", tag = "planner", params(ListQuery, keyword::Filter), responses((status = 200, content_type = "text/csv", body = String)))]
async fn export_csv(
    caller: Caller,
    Params(filter): Params<keyword::Filter>,
    Params(list): Params<ListQuery>,
) -> Answer<axum::response::Response> {
    let selection = Selection::All {
        filter,
        search: list.search,
        except: Vec::new(),
    };
    caller.answer(download(&caller.app, &caller.scope, selection).await)
}

/// The selected keywords as a file that is streamed.
pub(crate) async fn download(
    app: &App,
    scope: &Scope,
    selection: Selection,
) -> domain::Result<axum::response::Response> {
    use axum::{
        http::{HeaderValue, header},
        response::IntoResponse,
    };
    let site = match &selection {
        Selection::All { filter, .. } => filter.site_id,
        Selection::Ids { .. } => None,
    };
    let name = keywords::file_name(app, scope, site).await?;
    let lines = keywords::export_csv(app, scope, selection).await?;
    let name = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
        .unwrap_or(HeaderValue::from_static("attachment; filename=\"keywords.csv\""));
    let head = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((head, axum::body::Body::from_stream(lines)).into_response())
}
