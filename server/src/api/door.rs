//! How a request gets in: who calls, what is asked for, with which key.

use axum::{
    Json,
    extract::{FromRef, FromRequest, FromRequestParts, OriginalUri, Request},
    http::{HeaderMap, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::{
    App, Error,
    scope::{Origin, Scope},
};
use entity::AccountId;
use serde::de::DeserializeOwned;

use super::envelope::ApiFailure;

/// Result of a handler.
pub type Answer<T> = Result<T, ApiFailure>;

/// Header by which an operator calls into an account.
pub const ACCOUNT_HEADER: &str = "x-igny8-account";

/// A caller with a valid access token or API key.
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

/// A caller whom nobody knows yet: signing in, following a link from a mail.
pub struct Stranger {
    /// The services.
    pub app: App,
    /// Where the request comes from.
    pub origin: Origin,
}

impl Stranger {
    /// Puts the request's name to a failure.
    pub fn answer<T>(&self, result: domain::Result<T>) -> Answer<T> {
        result.map_err(|error| ApiFailure {
            error,
            request_id: self.origin.request_id.clone(),
        })
    }
}

fn origin(parts: &Parts) -> Origin {
    parts.extensions.get::<Origin>().cloned().unwrap_or_default()
}

fn request_id(parts: &Parts) -> String {
    origin(parts).request_id
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (kind, token) = text.split_once(' ')?;
    kind.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Who calls with these headers. Requests that nobody stands for count against their address.
pub async fn authenticate(app: &App, headers: &HeaderMap, origin: &Origin, what: &str) -> domain::Result<Scope> {
    let known = async {
        let token = bearer(headers).ok_or_else(|| {
            Error::Unauthenticated("Send an access token or an API key: `Authorization: Bearer ...`.".to_owned())
        })?;
        domain::accounts::authenticate(app, token, origin).await
    };
    let scope = match known.await {
        Err(Error::Unauthenticated(why)) => {
            app.throttle.address(&origin.ip_address)?;
            return Err(Error::Unauthenticated(why));
        }
        other => other?,
    };
    app.throttle.person(&scope)?;
    let Some(account) = headers.get(ACCOUNT_HEADER) else {
        return Ok(scope);
    };
    let id = account
        .to_str()
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Error::field("X-IGNY8-Account", "Send the number of an account."))?;
    domain::accounts::operator::call_into(app, scope, AccountId(id), what).await
}

/// The key for calls that must not happen twice.
pub fn idempotency_key(headers: &HeaderMap) -> domain::Result<Option<String>> {
    match headers.get("idempotency-key").map(|value| value.to_str()) {
        None => Ok(None),
        Some(Ok(key)) if (1..=200).contains(&key.len()) => Ok(Some(key.to_owned())),
        Some(_) => Err(Error::field(
            "Idempotency-Key",
            "The key must be 1 to 200 visible ASCII characters.",
        )),
    }
}

impl<S> FromRequestParts<S> for Caller
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = ApiFailure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiFailure> {
        let app = App::from_ref(state);
        let origin = origin(parts);
        // Nested routers see a part of the address only.
        let uri = parts
            .extensions
            .get::<OriginalUri>()
            .map_or_else(|| parts.uri.clone(), |uri| uri.0.clone());
        let fail = |error| ApiFailure {
            error,
            request_id: origin.request_id.clone(),
        };
        // A layer may have looked already.
        let scope = match parts.extensions.get::<Scope>() {
            Some(scope) => scope.clone(),
            None => {
                let what = format!("{} {}", parts.method, uri.path());
                authenticate(&app, &parts.headers, &origin, &what).await.map_err(fail)?
            }
        };
        Ok(Self {
            app,
            scope,
            uri,
            idempotency_key: idempotency_key(&parts.headers).map_err(fail)?,
        })
    }
}

impl<S> FromRequestParts<S> for Stranger
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = ApiFailure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiFailure> {
        let app = App::from_ref(state);
        let origin = origin(parts);
        app.throttle.address(&origin.ip_address).map_err(|error| ApiFailure {
            error,
            request_id: origin.request_id.clone(),
        })?;
        Ok(Self { app, origin })
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
            .get::<Origin>()
            .map(|origin| origin.request_id.clone())
            .unwrap_or_default();
        let fail = |error| ApiFailure {
            error,
            request_id: request_id.clone(),
        };
        let bytes = axum::body::Bytes::from_request(request, state).await.map_err(|error| {
            fail(if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Error::TooLarge("The body is longer than we take.".to_owned())
            } else {
                Error::field("body", format!("The body could not be read: {error}"))
            })
        })?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            fail(Error::field(
                "body",
                format!("The body is not the JSON that is expected: {error}"),
            ))
        })
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
        in_path(parts, state).await.map(Self)
    }
}

/// A name in the path.
pub struct Name(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = ApiFailure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiFailure> {
        in_path(parts, state).await.map(Self)
    }
}

async fn in_path<T: DeserializeOwned + Send, S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<T, ApiFailure> {
    let request_id = request_id(parts);
    axum::extract::Path::<T>::from_request_parts(parts, state)
        .await
        .map(|path| path.0)
        .map_err(|_| ApiFailure {
            error: Error::NotFound("The row"),
            request_id,
        })
}

/// Answers for methods that an address does not know.
pub async fn no_such_method(request: Request) -> Response {
    let request_id = request
        .extensions()
        .get::<Origin>()
        .map(|origin| origin.request_id.clone())
        .unwrap_or_default();
    let body = super::envelope::Failed {
        success: false,
        error: format!("This address does not know {}.", request.method()),
        code: "method_not_allowed".to_owned(),
        errors: Vec::new(),
        request_id,
        need: None,
        have: None,
        near: Vec::new(),
    };
    (StatusCode::METHOD_NOT_ALLOWED, Json(body)).into_response()
}

/// Answers for addresses that do not exist.
pub async fn no_such_route(request: Request) -> ApiFailure {
    let request_id = request
        .extensions()
        .get::<Origin>()
        .map(|origin| origin.request_id.clone())
        .unwrap_or_default();
    ApiFailure {
        error: Error::NotFound("The address"),
        request_id,
    }
}
