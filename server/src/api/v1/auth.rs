//! Signing in and up, people, sites, keys, the account.

mod account;
mod api_keys;
mod catalogue;
mod invitations;
mod me;
mod operator;
mod people;
mod sectors;
mod sites;

pub use account::download;

use domain::{
    App,
    accounts::{self, confirm, passwords, tokens},
};
use entity::user::{self, SignUp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Stranger},
    envelope::Data,
};

/// Address and password.
#[derive(Deserialize, ToSchema)]
pub struct Login {
    /// Address.
    #[schema(example = "demo@igny8.local")]
    email: String,
    /// Password.
    #[schema(example = "espresso-demo-2026")]
    password: String,
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
pub struct Refresh {
    /// The token; works once.
    #[schema(example = "9f2c1e...")]
    refresh: String,
}

/// An address.
#[derive(Deserialize, ToSchema)]
pub struct Email {
    /// Address.
    #[schema(example = "ann@example.com")]
    email: String,
}

/// A link's token.
#[derive(Deserialize, ToSchema)]
pub struct Token {
    /// The token.
    #[schema(example = "9f2c1e...")]
    pub token: String,
}

/// A new password by a link.
#[derive(Deserialize, ToSchema)]
pub struct NewPassword {
    /// The link's token.
    #[schema(example = "9f2c1e...")]
    token: String,
    /// At least 10 characters, not easy to guess.
    #[schema(example = "correct horse battery")]
    password: String,
}

/// A pair of tokens and whose they are.
#[derive(Serialize, ToSchema)]
pub struct Tokens {
    /// Access token.
    access: String,
    /// Refresh token; works once.
    refresh: String,
    /// Seconds until the access token ends.
    expires_in: i64,
    /// The person.
    user: user::Model,
}

impl Tokens {
    fn of(pair: tokens::TokenPair, user: user::Model) -> Data<Self> {
        Data::of(Self {
            access: pair.access,
            refresh: pair.refresh,
            expires_in: pair.expires_in,
            user,
        })
    }
}

/// Nothing but that it is done.
#[derive(Serialize, ToSchema)]
pub struct Done {
    /// Always true.
    #[schema(example = true)]
    pub done: bool,
}

/// Done, with words for a person.
pub fn done(message: &str) -> Data<Done> {
    Data::said(Done { done: true }, message)
}

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(login))
        .routes(routes!(refresh))
        .routes(routes!(logout))
        .routes(routes!(forgot_password))
        .routes(routes!(reset_password))
        .routes(routes!(confirm_email))
        .merge(me::routes())
        .merge(account::routes())
        .merge(people::routes())
        .merge(invitations::routes())
        .merge(api_keys::routes())
        .merge(sites::routes())
        .merge(sectors::routes())
        .merge(catalogue::routes())
        .merge(operator::routes())
}

/// Signs up: account, owner, subscription and opening credits.
#[utoipa::path(post, path = "/register/", tag = "auth", security(()), request_body = SignUp, responses((status = 200, body = Data<Tokens>), (status = 403)))]
async fn register(stranger: Stranger, Body(input): Body<SignUp>) -> Answer<Data<Tokens>> {
    let work = async {
        let user = accounts::sign_up(&stranger.app, input, &stranger.origin).await?;
        Ok(Tokens::of(
            tokens::issue(&stranger.app, user.id, &stranger.origin).await?,
            user,
        ))
    };
    stranger.answer(work.await)
}

/// Signs in. After five wrong passwords an address is locked for half a minute, then longer each time.
#[utoipa::path(post, path = "/login/", tag = "auth", security(()), request_body = Login, responses((status = 200, body = Data<Tokens>), (status = 401), (status = 403)))]
async fn login(stranger: Stranger, Body(input): Body<Login>) -> Answer<Data<Tokens>> {
    let work = async {
        let user = accounts::sign_in(&stranger.app, &input.email, &input.password, &stranger.origin).await?;
        Ok(Tokens::of(
            tokens::issue(&stranger.app, user.id, &stranger.origin).await?,
            user,
        ))
    };
    stranger.answer(work.await)
}

/// Exchanges a refresh token for a new pair. Using one twice ends all that descend from the same sign-in.
#[utoipa::path(post, path = "/refresh/", tag = "auth", security(()), request_body = Refresh, responses((status = 200, body = Data<Tokens>), (status = 401)))]
async fn refresh(stranger: Stranger, Body(input): Body<Refresh>) -> Answer<Data<Tokens>> {
    let exchanged = tokens::refresh(&stranger.app, &input.refresh, &stranger.origin).await;
    stranger.answer(exchanged).map(|(pair, user)| Tokens::of(pair, user))
}

/// Ends a refresh token and all that descend from the same sign-in. The access token ends by itself within 15 minutes.
#[utoipa::path(post, path = "/logout/", tag = "auth", security(()), request_body = Refresh, responses((status = 200, body = Data<Done>)))]
async fn logout(stranger: Stranger, Body(input): Body<Refresh>) -> Answer<Data<Done>> {
    stranger.answer(tokens::sign_out(&stranger.app, &input.refresh).await)?;
    Ok(done("Signed out."))
}

/// Sends a link that sets a new password. The answer is the same whether somebody has this address or not.
#[utoipa::path(post, path = "/forgot_password/", tag = "auth", security(()), request_body = Email, responses((status = 200, body = Data<Done>)))]
async fn forgot_password(stranger: Stranger, Body(input): Body<Email>) -> Answer<Data<Done>> {
    stranger.answer(passwords::forgot(&stranger.app, &input.email, &stranger.origin).await)?;
    Ok(done("If somebody has this address, a mail is on its way."))
}

/// Sets a new password by a link. Whoever was signed in is signed out.
#[utoipa::path(post, path = "/reset_password/", tag = "auth", security(()), request_body = NewPassword, responses((status = 200, body = Data<Done>)))]
async fn reset_password(stranger: Stranger, Body(input): Body<NewPassword>) -> Answer<Data<Done>> {
    let reset = passwords::reset(&stranger.app, &input.token, &input.password, &stranger.origin).await;
    stranger.answer(reset)?;
    Ok(done("The password is set. Sign in with it."))
}

/// Follows a link that confirms an address.
#[utoipa::path(post, path = "/confirm_email/", tag = "auth", security(()), request_body = Token, responses((status = 200, body = Data<Done>)))]
async fn confirm_email(stranger: Stranger, Body(input): Body<Token>) -> Answer<Data<Done>> {
    stranger.answer(confirm::confirm(&stranger.app, &input.token, &stranger.origin).await)?;
    Ok(done("Your address is confirmed."))
}
