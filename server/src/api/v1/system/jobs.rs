//! What AI functions did.

use axum::extract::Path;
use domain::{App, ai::history};
use entity::{ListQuery, ai_task, ai_task_item};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Caller, Params},
    envelope::{Data, List},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_ai_tasks))
        .routes(routes!(ai_task_receipt))
        .routes(routes!(ai_task_items))
}

/// Jobs of the sites that the caller sees, the youngest first.
#[utoipa::path(get, path = "/ai_tasks/", tag = "system", params(ListQuery, ai_task::Filter), responses((status = 200, body = List<ai_task::Row>)))]
async fn list_ai_tasks(
    caller: Caller,
    Params(filter): Params<ai_task::Filter>,
    Params(list): Params<ListQuery>,
) -> Answer<List<ai_task::Row>> {
    let page = caller.answer(history::list(&caller.app, &caller.scope, &filter, &list).await)?;
    Ok(List::of(page, &caller.uri))
}

/// The receipt of a job: credits held, charged and given back, its price, tokens, the provider's price, ledger rows.
#[utoipa::path(get, path = "/ai_tasks/{task_id}/", tag = "system", params(("task_id" = String, Path)), responses((status = 200, body = Data<ai_task::Receipt>)))]
async fn ai_task_receipt(caller: Caller, Path(task_id): Path<String>) -> Answer<Data<ai_task::Receipt>> {
    caller
        .answer(history::receipt(&caller.app, &caller.scope, &task_id).await)
        .map(Data::of)
}

/// The units of a job in their order, each with what it took.
#[utoipa::path(get, path = "/ai_tasks/{task_id}/items/", tag = "system", params(("task_id" = String, Path), ListQuery, ai_task_item::Filter), responses((status = 200, body = List<ai_task_item::Row>)))]
async fn ai_task_items(
    caller: Caller,
    Path(task_id): Path<String>,
    Params(filter): Params<ai_task_item::Filter>,
    Params(list): Params<ListQuery>,
) -> Answer<List<ai_task_item::Row>> {
    let page = caller.answer(history::items(&caller.app, &caller.scope, &task_id, &filter, &list).await)?;
    Ok(List::of(page, &caller.uri))
}
