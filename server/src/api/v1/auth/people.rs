//! The people of the account.

use domain::{App, accounts::people};
use entity::{
    ListQuery, UserId,
    user::{NewPerson, Person, PersonPatch},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Done, done};
use crate::api::{
    door::{Answer, Body, Caller, Id, Params},
    envelope::{Data, List},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update, remove))
}

/// People, a page at a time. Order by `email`, `name`, `role`, `last_login_at`, `created_at`.
#[utoipa::path(get, path = "/users/", tag = "auth", params(ListQuery), responses((status = 200, body = List<Person>)))]
async fn list(caller: Caller, Params(query): Params<ListQuery>) -> Answer<List<Person>> {
    let page = caller.answer(people::list(&caller.app, &caller.scope, &query).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Makes a person without an invitation.
#[utoipa::path(post, path = "/users/", tag = "auth", request_body = NewPerson, responses((status = 200, body = Data<Person>)))]
async fn create(caller: Caller, Body(input): Body<NewPerson>) -> Answer<Data<Person>> {
    caller
        .answer(people::create(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// One of them.
#[utoipa::path(get, path = "/users/{id}/", tag = "auth", params(("id" = i64, Path)), responses((status = 200, body = Data<Person>)))]
async fn get(caller: Caller, Id(id): Id) -> Answer<Data<Person>> {
    caller
        .answer(people::find(&caller.app, &caller.scope, UserId(id)).await)
        .map(Data::of)
}

/// Changes one: name, role, sites, switched on or off; what is absent stays.
#[utoipa::path(put, path = "/users/{id}/", tag = "auth", params(("id" = i64, Path)), request_body = PersonPatch, responses((status = 200, body = Data<Person>)))]
async fn update(caller: Caller, Id(id): Id, Body(patch): Body<PersonPatch>) -> Answer<Data<Person>> {
    caller
        .answer(people::update(&caller.app, &caller.scope, UserId(id), patch).await)
        .map(Data::of)
}

/// Removes one; what the person wrote stays.
#[utoipa::path(delete, path = "/users/{id}/", tag = "auth", params(("id" = i64, Path)), responses((status = 200, body = Data<Done>)))]
async fn remove(caller: Caller, Id(id): Id) -> Answer<Data<Done>> {
    caller.answer(people::remove(&caller.app, &caller.scope, UserId(id)).await)?;
    Ok(done("Removed."))
}
