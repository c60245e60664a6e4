//! Invitations to join the account.

use domain::{App, accounts::invitations};
use entity::{
    InvitationId, ListQuery,
    invitation::{Acceptance, Invited, Made, NewInvitation, Row},
    user,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Done, Token, done};
use crate::api::{
    door::{Answer, Body, Caller, Id, Params, Stranger},
    envelope::{Data, List},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(look))
        .routes(routes!(accept))
        .routes(routes!(revoke))
        .routes(routes!(resend))
}

/// Invitations that were neither accepted nor taken back, the youngest first.
#[utoipa::path(get, path = "/invitations/", tag = "auth", params(ListQuery), responses((status = 200, body = List<Row>)))]
async fn list(caller: Caller, Params(query): Params<ListQuery>) -> Answer<List<Row>> {
    let page = caller.answer(invitations::list(&caller.app, &caller.scope, &query).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Invites somebody by mail. The answer holds the link too, this once.
#[utoipa::path(post, path = "/invitations/", tag = "auth", request_body = NewInvitation, responses((status = 200, body = Data<Made>)))]
async fn create(caller: Caller, Body(input): Body<NewInvitation>) -> Answer<Data<Made>> {
    caller
        .answer(invitations::create(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// What an invitation is for, before it is accepted.
#[utoipa::path(post, path = "/invitations/look/", tag = "auth", security(()), request_body = Token, responses((status = 200, body = Data<Invited>)))]
async fn look(stranger: Stranger, Body(input): Body<Token>) -> Answer<Data<Invited>> {
    stranger
        .answer(invitations::look(&stranger.app, &input.token).await)
        .map(Data::of)
}

/// Joins an account.
#[utoipa::path(post, path = "/invitations/accept/", tag = "auth", security(()), request_body = Acceptance, responses((status = 200, body = Data<user::Model>), (status = 403)))]
async fn accept(stranger: Stranger, Body(input): Body<Acceptance>) -> Answer<Data<user::Model>> {
    stranger
        .answer(invitations::accept(&stranger.app, input, &stranger.origin).await)
        .map(Data::of)
}

/// Takes an invitation back.
#[utoipa::path(delete, path = "/invitations/{id}/", tag = "auth", params(("id" = i64, Path)), responses((status = 200, body = Data<Done>)))]
async fn revoke(caller: Caller, Id(id): Id) -> Answer<Data<Done>> {
    caller.answer(invitations::revoke(&caller.app, &caller.scope, InvitationId(id)).await)?;
    Ok(done("The invitation does not work any more."))
}

/// Sends an invitation once more, with a new link; the old one ends.
#[utoipa::path(post, path = "/invitations/{id}/resend/", tag = "auth", params(("id" = i64, Path)), responses((status = 200, body = Data<Made>)))]
async fn resend(caller: Caller, Id(id): Id) -> Answer<Data<Made>> {
    caller
        .answer(invitations::resend(&caller.app, &caller.scope, InvitationId(id)).await)
        .map(Data::of)
}
