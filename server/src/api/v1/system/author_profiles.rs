//! Author profiles: whose voice articles are written in.

use domain::{App, thinker::authors};
use entity::{
    AuthorProfileId, ListQuery,
    author_profile::{Input, Model},
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
}

/// Author profiles, a page at a time. Order by `name`, `created_at`.
#[utoipa::path(get, path = "/author-profiles/", tag = "system", params(ListQuery), responses((status = 200, body = List<Model>)))]
async fn list(caller: Caller, Params(query): Params<ListQuery>) -> Answer<List<Model>> {
    let page = caller.answer(authors::list(&caller.app, &caller.scope, &query).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Makes one. For owners and admins.
#[utoipa::path(post, path = "/author-profiles/", tag = "system", request_body = Input, responses((status = 200, body = Data<Model>)))]
async fn create(caller: Caller, Body(input): Body<Input>) -> Answer<Data<Model>> {
    caller
        .answer(authors::create(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// One of them.
#[utoipa::path(get, path = "/author-profiles/{id}/", tag = "system", params(("id" = i64, Path)), responses((status = 200, body = Data<Model>)))]
async fn get(caller: Caller, Id(id): Id) -> Answer<Data<Model>> {
    caller
        .answer(authors::get(&caller.app, &caller.scope, AuthorProfileId(id)).await)
        .map(Data::of)
}

/// Changes one as a whole. For owners and admins.
#[utoipa::path(put, path = "/author-profiles/{id}/", tag = "system", params(("id" = i64, Path)), request_body = Input, responses((status = 200, body = Data<Model>)))]
async fn update(caller: Caller, Id(id): Id, Body(input): Body<Input>) -> Answer<Data<Model>> {
    caller
        .answer(authors::update(&caller.app, &caller.scope, AuthorProfileId(id), input).await)
        .map(Data::of)
}

/// Deletes one. Tasks and sectors that name it fall back. For owners and admins.
#[utoipa::path(delete, path = "/author-profiles/{id}/", tag = "system", params(("id" = i64, Path)), responses((status = 200, body = Data<Changed>)))]
async fn delete(caller: Caller, Id(id): Id) -> Answer<Data<Changed>> {
    caller.answer(authors::delete(&caller.app, &caller.scope, AuthorProfileId(id)).await)?;
    Ok(Data::of(Changed { count: 1 }))
}
