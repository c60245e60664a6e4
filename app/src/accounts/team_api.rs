//! Server functions of accounts: people, keys, the log, the account itself.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    AccountId, ApiError, ApiKeyId, InvitationId, ListQuery, Page, UserId,
    account::{self, AccountPatch, AccountStatusPatch},
    api_key::{self, NewApiKey},
    audit_event,
    invitation::{self, NewInvitation},
    user::{NewPerson, Person, PersonPatch},
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// The people of the account.
#[server(input = Json)]
pub async fn list_people(query: ListQuery) -> Result<Page<Person>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::people::list(&app, &scope, &query)
        .await
        .map_err(crate::context::fail)
}

/// Makes a person without an invitation.
#[server(input = Json)]
pub async fn create_person(input: NewPerson) -> Result<Person, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::people::create(&app, &scope, input)
        .await
        .map_err(crate::context::fail)
}

/// Changes a person: name, role, sites, switched on or off.
#[server(input = Json)]
pub async fn update_person(id: UserId, patch: PersonPatch) -> Result<Person, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::people::update(&app, &scope, id, patch)
        .await
        .map_err(crate::context::fail)
}

/// Removes a person.
#[server(input = Json)]
pub async fn remove_person(id: UserId) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::people::remove(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Open invitations.
#[server(input = Json)]
pub async fn list_invitations(query: ListQuery) -> Result<Page<invitation::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::invitations::list(&app, &scope, &query)
        .await
        .map_err(crate::context::fail)
}

/// Invites somebody.
#[server(input = Json)]
pub async fn invite(input: NewInvitation) -> Result<invitation::Made, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::invitations::create(&app, &scope, input)
        .await
        .map_err(crate::context::fail)
}

/// Sends an invitation once more.
#[server(input = Json)]
pub async fn resend_invitation(id: InvitationId) -> Result<invitation::Made, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::invitations::resend(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Takes an invitation back.
#[server(input = Json)]
pub async fn revoke_invitation(id: InvitationId) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::invitations::revoke(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Keys that work: one's own; owners and admins see everybody's.
#[server(input = Json)]
pub async fn list_api_keys(query: ListQuery) -> Result<Page<api_key::Model>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::api_keys::list(&app, &scope, &query)
        .await
        .map_err(crate::context::fail)
}

/// Makes a key. The answer shows it this once.
#[server(input = Json)]
pub async fn create_api_key(input: NewApiKey) -> Result<api_key::Made, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::api_keys::create(&app, &scope, input)
        .await
        .map_err(crate::context::fail)
}

/// Revokes a key.
#[server(input = Json)]
pub async fn revoke_api_key(id: ApiKeyId) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::api_keys::revoke(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Who did what that matters.
#[server(input = Json)]
pub async fn audit_log(filter: audit_event::Filter, query: ListQuery) -> Result<Page<audit_event::Model>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::audit::list(&app, &scope, &filter, &query)
        .await
        .map_err(crate::context::fail)
}

/// Changes the account's name and its name in addresses.
#[server(input = Json)]
pub async fn update_account(patch: AccountPatch) -> Result<account::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::update_account(&app, &scope, patch)
        .await
        .map_err(crate::context::fail)
}

/// Marks the account for deletion.
#[server(input = Json)]
pub async fn request_deletion(password: String) -> Result<account::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::deletion::request(&app, &scope, &password)
        .await
        .map_err(crate::context::fail)
}

/// Calls the deletion off.
#[server(input = Json)]
pub async fn cancel_deletion() -> Result<account::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::deletion::cancel(&app, &scope)
        .await
        .map_err(crate::context::fail)
}

/// Every account of the installation. For operators.
#[server(input = Json)]
pub async fn list_accounts(query: ListQuery) -> Result<Page<account::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::operator::list(&app, &scope, &query)
        .await
        .map_err(crate::context::fail)
}

/// Changes the state of an account. For operators.
#[server(input = Json)]
pub async fn set_account_status(id: AccountId, patch: AccountStatusPatch) -> Result<account::Row, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::operator::set_status(&app, &scope, id, patch)
        .await
        .map_err(crate::context::fail)
}

/// Looks into an account from now on. For operators.
#[server(input = Json)]
pub async fn enter_account(id: AccountId) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::operator::enter(&app, &scope, id)
        .await
        .map_err(crate::context::fail)?;
    super::api::session::visit(Some(id)).await
}

/// Leaves the account that was looked into.
#[server(input = Json)]
pub async fn leave_account() -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::operator::leave(&app, &scope)
        .await
        .map_err(crate::context::fail)?;
    super::api::session::visit(None).await
}
