//! How a request gets in: who calls, what is asked for, with which key.

use axum::{
    extract::{FromRef, FromRequest, FromRequestParts, Request},
    http::{HeaderMap, Uri, header, request::Parts},
};
use domain::{
    App, Error,
    scope::{RequestId, Scope},
};
use serde::de::DeserializeOwned;

use super::envelope::ApiFailure;

/// Result of a handler.
pub type Answer<T> = Result<T, ApiFailure>;

/// A caller with a valid access token.
pub struct Caller {
    /// The services.
    pub app: App,
    /// Who calls.
    pub scope: Scope,
    /// The address that was asked for.
    pub uri: Uri,
    /// The caller's key for calls that must not happen twice.
    pub idempotency_key: Option<String>,
}

impl Caller {
    /// Puts the request's name to a failure.
    pub fn answer<T>(&self, result: domain::Result<T>) -> Answer<T> {
        result.map_err(|error| ApiFailure {
            error,
            request_id: self.scope.request_id.clone(),
        })
    }
}

fn request_id(parts: &Parts) -> String {
    parts
        .extensions
        .get::<RequestId>()
        .map(|id| id.0.clone())
        .unwrap_or_default()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (kind, token) = text.split_once(' ')?;
    kind.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl<S> FromRequestParts<S> for Caller
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = ApiFailure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiFailure> {
        let app = App::from_ref(state);
        let id = request_id(parts);
        let work = async {
            let token = bearer(&parts.headers).ok_or_else(|| {
                Error::Unauthenticated("Send an access token: `Authorization: Bearer ...`.".to_owned())
            })?;
            let user = domain::accounts::tokens::verify(&app, token)?;
            domain::accounts::scope_of(&app, user, id.clone()).await
        };
        let scope = work.await.map_err(|error| ApiFailure {
            error,
            request_id: id.clone(),
        })?;
        let idempotency_key = match parts.headers.get("idempotency-key").map(|value| value.to_str()) {
            None => None,
            Some(Ok(key)) if (1..=200).contains(&key.len()) => Some(key.to_owned()),
            Some(_) => {
                let error = Error::field("Idempotency-Key", "The key must be 1 to 200 visible ASCII characters.");
                return Err(ApiFailure { error, request_id: id });
            }
        };
        Ok(Self {
            app,
            scope,
            uri: parts.uri.clone(),
            idempotency_key,
        })
    }
}

/// A JSON body.
pub struct Body<T>(pub T);

impl<T, S> FromRequest<S> for Body<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ApiFailure;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiFailure> {
        let request_id = request
            .extensions()
            .get::<RequestId>()
            .map(|id| id.0.clone())
            .unwrap_or_default();
        let fail = |message: String| ApiFailure {
            error: Error::field("body", message),
            request_id: request_id.clone(),
        };
        let bytes = axum::body::Bytes::from_request(request, state)
            .await
            .map_err(|error| fail(format!("The body could not be read: {error}")))?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| fail(format!("The body is not the JSON that is expected: {error}")))
    }
}

/// Query parameters.
pub struct Params<T>(pub T);

impl<T, S> FromRequestParts<S> for Params<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ApiFailure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiFailure> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|query| Self(query.0))
            .map_err(|error| ApiFailure {
                error: Error::field("query", error.to_string()),
                request_id: request_id(parts),
            })
    }
}

/// A numeric id in the path. Text that is no number names nothing, so it answers as a missing id does.
pub struct Id(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiFailure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiFailure> {
        let id = request_id(parts);
        axum::extract::Path::<i64>::from_request_parts(parts, state)
            .await
            .map(|path| Self(path.0))
            .map_err(|_| ApiFailure {
                error: Error::NotFound("The row"),
                request_id: id,
            })
    }
}

/// Answers for addresses that do not exist.
pub async fn no_such_route(request: Request) -> ApiFailure {
    let request_id = request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.0.clone())
        .unwrap_or_default();
    ApiFailure {
        error: Error::NotFound("The address"),
        request_id,
    }
}
