//! Signing in, tokens, sites.

use axum::{Extension, extract::State};
use domain::{App, accounts, accounts::tokens, scope::RequestId, sites};
use entity::{
    sector,
    site::{NewSite, WithSectors},
    user::{self, SignUp},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller},
    envelope::{ApiFailure, Data, Failed},
};

/// Address and password.
#[derive(Deserialize, ToSchema)]
pub struct Login {
    /// Address.
    #[schema(example = "demo@igny8.local")]
    email: String,
    /// Password.
    password: String,
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
pub struct Refresh {
    /// The token; works once.
    refresh: String,
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

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(login))
        .routes(routes!(refresh))
        .routes(routes!(list_sites, create_site))
        .routes(routes!(create_sector))
}

/// Signs up: account, owner, subscription and opening credits.
#[utoipa::path(post, path = "/register/", tag = "auth", security(()), request_body = SignUp, responses((status = 200, body = Data<Tokens>), (status = 422, body = Failed)))]
async fn register(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    Body(input): Body<SignUp>,
) -> Answer<Data<Tokens>> {
    let work = async {
        let user = accounts::sign_up(&app, input).await?;
        Ok(Tokens::of(tokens::issue(&app, user.id).await?, user))
    };
    work.await.map_err(|error| ApiFailure {
        error,
        request_id: id.0,
    })
}

/// Signs in.
#[utoipa::path(post, path = "/login/", tag = "auth", security(()), request_body = Login, responses((status = 200, body = Data<Tokens>), (status = 401, body = Failed), (status = 422, body = Failed)))]
async fn login(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    Body(input): Body<Login>,
) -> Answer<Data<Tokens>> {
    let work = async {
        let user = accounts::sign_in(&app, &input.email, &input.password).await?;
        Ok(Tokens::of(tokens::issue(&app, user.id).await?, user))
    };
    work.await.map_err(|error| ApiFailure {
        error,
        request_id: id.0,
    })
}

/// Exchanges a refresh token for a new pair. Using one twice ends all that descend from the same sign-in.
#[utoipa::path(post, path = "/refresh/", tag = "auth", security(()), request_body = Refresh, responses((status = 200, body = Data<Tokens>), (status = 401, body = Failed), (status = 422, body = Failed)))]
async fn refresh(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    Body(input): Body<Refresh>,
) -> Answer<Data<Tokens>> {
    tokens::refresh(&app, &input.refresh)
        .await
        .map(|(pair, user)| Tokens::of(pair, user))
        .map_err(|error| ApiFailure {
            error,
            request_id: id.0,
        })
}

/// Sites with their sectors.
#[utoipa::path(get, path = "/sites/", tag = "auth", responses((status = 200, body = Data<Vec<WithSectors>>), (status = 401, body = Failed)))]
async fn list_sites(caller: Caller) -> Answer<Data<Vec<WithSectors>>> {
    caller
        .answer(sites::list(&caller.app, &caller.scope).await)
        .map(Data::of)
}

/// Makes a site with its first sectors.
#[utoipa::path(post, path = "/sites/", tag = "auth", request_body = NewSite, responses((status = 200, body = Data<WithSectors>), (status = 401, body = Failed), (status = 403, body = Failed), (status = 422, body = Failed)))]
async fn create_site(caller: Caller, Body(input): Body<NewSite>) -> Answer<Data<WithSectors>> {
    caller
        .answer(sites::create(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// Adds a sector to a site.
#[utoipa::path(post, path = "/sectors/", tag = "auth", request_body = sector::NewSector, responses((status = 200, body = Data<sector::Model>), (status = 401, body = Failed), (status = 403, body = Failed), (status = 404, body = Failed), (status = 422, body = Failed)))]
async fn create_sector(caller: Caller, Body(input): Body<sector::NewSector>) -> Answer<Data<sector::Model>> {
    caller
        .answer(sites::add_sector(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}
