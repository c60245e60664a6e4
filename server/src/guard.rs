//! What every request passes: a name for the log, who asks, and whether it comes from our own pages.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{
    App,
    scope::{RequestId, Scope},
};
use entity::{ApiError, UserId};
use tower_sessions::Session;

use crate::sessions::USER;

/// A failure at a door that speaks JSON without an envelope: the pages' own helpers.
pub struct Failure(pub domain::Error, pub String);

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(self.0.into_api(&self.1))).into_response()
    }
}

/// Gives the request a name, logs what came of it, and sets the headers that every response carries.
pub async fn trace(mut request: Request, next: Next) -> Response {
    let id = uuid::Uuid::new_v4().simple().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let begun = std::time::Instant::now();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
    ] {
        headers
            .entry(HeaderName::from_static(name))
            .or_insert(HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", value);
    }
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    tracing::debug!(request_id = id, %method, path, status, milliseconds, "request");
    response
}

/// Finds out who is signed in and puts the scope into the request, for pages and server functions alike.
pub async fn scope(State(app): State<App>, session: Session, mut request: Request, next: Next) -> Response {
    let id = request_id(&request);
    let user = session.get::<i64>(USER).await.ok().flatten();
    let scope = match user {
        None => None,
        Some(user) => match domain::accounts::scope_of(&app, UserId(user), id.clone()).await {
            Ok(scope) => Some(scope),
            // Gone or switched off: the session is of no use any more.
            Err(domain::Error::Unauthenticated(_) | domain::Error::Forbidden(_)) => {
                if let Err(error) = session.flush().await {
                    tracing::warn!(%error, "a session could not be ended");
                }
                None
            }
            Err(error) => return Failure(error, id).into_response(),
        },
    };
    request.extensions_mut().insert::<Option<Scope>>(scope);
    next.run(request).await
}

fn request_id(request: &Request) -> String {
    request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.0.clone())
        .unwrap_or_default()
}

/// Refuses writes that another site's page made the browser send: a cookie rides along with those too.
pub async fn same_origin(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_same_origin(request.headers()) {
        return next.run(request).await;
    }
    let mut error = ApiError::new("forbidden", "This request came from another site and was refused.");
    error.request_id = request_id(&request);
    (StatusCode::FORBIDDEN, Json(error)).into_response()
}

fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    match text(header::ORIGIN) {
        // Every browser of this decade sends one of the two; without both it is a program, whose requests nobody forges.
        None => true,
        Some(origin) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text(header::HOST)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn writes_of_other_sites_are_told_apart() {
        assert!(is_same_origin(&headers(&[
            ("origin", "https://a.example"),
            ("host", "a.example")
        ])));
        assert!(is_same_origin(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(!is_same_origin(&headers(&[
            ("origin", "https://evil.example"),
            ("host", "a.example")
        ])));
        assert!(!is_same_origin(&headers(&[("origin", "null"), ("host", "a.example")])));
        assert!(!is_same_origin(&headers(&[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://a.example"),
            ("host", "a.example")
        ])));
        assert!(!is_same_origin(&headers(&[("sec-fetch-site", "same-site")])));
    }
}
