//! The person who calls: name, address, password, where signed in.

use domain::{
    App,
    accounts::{self, confirm, passwords, sessions},
};
use entity::user::{Me, Model, SignedIn};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Done, done};
use crate::api::{
    door::{Answer, Body, Caller, Name},
    envelope::Data,
};

/// What changes of oneself.
#[derive(Deserialize, ToSchema)]
pub struct Profile {
    /// Name as people see it.
    #[schema(example = "Ann Smith")]
    name: String,
}

/// A change of password.
#[derive(Deserialize, ToSchema)]
pub struct PasswordChange {
    /// The password now.
    #[schema(example = "correct horse battery")]
    current_password: String,
    /// At least 10 characters, not easy to guess.
    #[schema(example = "staple paper window")]
    new_password: String,
}

/// A change of address.
#[derive(Deserialize, ToSchema)]
pub struct EmailChange {
    /// The new address.
    #[schema(example = "ann@example.com")]
    email: String,
    /// The password, once more.
    #[schema(example = "correct horse battery")]
    password: String,
}

/// How many sessions ended.
#[derive(Serialize, ToSchema)]
pub struct Ended {
    /// Sessions.
    count: u64,
}

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(me, update))
        .routes(routes!(change_password))
        .routes(routes!(change_email))
        .routes(routes!(resend_confirmation))
        .routes(routes!(list))
        .routes(routes!(end_all))
        .routes(routes!(end))
}

/// Who calls: the person, the account, the sites that may be seen.
#[utoipa::path(get, path = "/me/", tag = "auth", responses((status = 200, body = Data<Me>)))]
async fn me(caller: Caller) -> Answer<Data<Me>> {
    caller
        .answer(accounts::me(&caller.app, &caller.scope).await)
        .map(Data::of)
}

/// Changes one's own name.
#[utoipa::path(put, path = "/me/", tag = "auth", request_body = Profile, responses((status = 200, body = Data<Model>)))]
async fn update(caller: Caller, Body(input): Body<Profile>) -> Answer<Data<Model>> {
    caller
        .answer(accounts::update_profile(&caller.app, &caller.scope, &input.name).await)
        .map(Data::of)
}

/// Changes one's own password. Every session and token ends, the one of this call too: sign in again.
#[utoipa::path(post, path = "/change_password/", tag = "auth", request_body = PasswordChange, responses((status = 200, body = Data<Done>)))]
async fn change_password(caller: Caller, Body(input): Body<PasswordChange>) -> Answer<Data<Done>> {
    let changed = passwords::change(
        &caller.app,
        &caller.scope,
        &input.current_password,
        &input.new_password,
        None,
    );
    caller.answer(changed.await)?;
    Ok(done("The password is changed. Sign in with it."))
}

/// Asks for another address: it counts once the link that goes there was followed.
#[utoipa::path(post, path = "/change_email/", tag = "auth", request_body = EmailChange, responses((status = 200, body = Data<Done>)))]
async fn change_email(caller: Caller, Body(input): Body<EmailChange>) -> Answer<Data<Done>> {
    let asked = confirm::change_email(&caller.app, &caller.scope, &input.email, &input.password).await;
    caller.answer(asked)?;
    Ok(done("A mail with a link is on its way to the new address."))
}

/// Sends the mail that confirms one's address once more.
#[utoipa::path(post, path = "/resend_confirmation/", tag = "auth", responses((status = 200, body = Data<Done>)))]
async fn resend_confirmation(caller: Caller) -> Answer<Data<Done>> {
    caller.answer(confirm::send(&caller.app, &caller.scope).await)?;
    Ok(done("A mail with a link is on its way."))
}

/// Where the caller is signed in, browsers and programs, at most 200.
#[utoipa::path(get, path = "/sessions/", tag = "auth", responses((status = 200, body = Data<Vec<SignedIn>>)))]
async fn list(caller: Caller) -> Answer<Data<Vec<SignedIn>>> {
    caller
        .answer(sessions::list(&caller.app, &caller.scope, None).await)
        .map(Data::of)
}

/// Signs the caller out everywhere.
#[utoipa::path(post, path = "/sessions/end_all/", tag = "auth", responses((status = 200, body = Data<Ended>)))]
async fn end_all(caller: Caller) -> Answer<Data<Ended>> {
    let count = caller.answer(sessions::end_all(&caller.app, &caller.scope, None).await)?;
    Ok(Data::of(Ended { count }))
}

/// Ends one session of the caller.
#[utoipa::path(delete, path = "/sessions/{session_id}/", tag = "auth", params(("session_id" = String, Path)), responses((status = 200, body = Data<Done>)))]
async fn end(caller: Caller, Name(id): Name) -> Answer<Data<Done>> {
    caller.answer(sessions::end(&caller.app, &caller.scope, &id).await)?;
    Ok(done("Signed out there."))
}
