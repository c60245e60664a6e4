//! What every request passes: a name for the log, who asks, and whether it comes from our own pages.

use std::net::SocketAddr;

use axum::{
    Json,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{
    App,
    scope::{Origin, Scope},
};
use entity::{AccountId, ApiError, UserId};
use tower_sessions::Session;

use crate::sessions::{self, USER, VISITING};

/// Longest name of a browser or program that is kept, in characters.
const USER_AGENT: usize = 300;

/// A failure at a door that speaks JSON without an envelope: the pages' own helpers.
pub struct Failure(pub domain::Error, pub String);

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(self.0.into_api(&self.1))).into_response()
    }
}

/// Gives the request a name, logs what came of it, and sets the headers that every response carries.
pub async fn trace(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let origin = origin(&request, app.config.server.trust_proxy);
    let id = origin.request_id.clone();
    request.extensions_mut().insert(origin);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let wants_page = wants_page(&request);
    let begun = std::time::Instant::now();
    let mut response = next.run(request).await;
    if wants_page && response.status().is_server_error() && !is_page(&response) {
        tracing::error!(
            request_id = id,
            path,
            status = response.status().as_u16(),
            "a page could not be made"
        );
        response = broken_page(response.status(), &id);
    }
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
        // Pages and answers are somebody's own. What may be kept says so itself.
        ("cache-control", "private, no-store"),
        // What is no page has nothing to load. Pages bring their own policy.
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ] {
        headers
            .entry(HeaderName::from_static(name))
            .or_insert(HeaderValue::from_static(value));
    }
    if app.config.server.is_https() {
        headers
            .entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", value);
    }
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    if matches!(status, 401 | 403 | 429) {
        tracing::info!(request_id = id, %method, path, status, milliseconds, "refused");
    } else {
        tracing::debug!(request_id = id, %method, path, status, milliseconds, "request");
    }
    response
}

/// Whether a person looks at the answer: a browser that opens an address.
fn wants_page(request: &Request) -> bool {
    let accepts = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    request.method() == Method::GET && accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("text/html"))
}

/// What a person sees when not even the frame of a page can be made: the database or the session does not answer.
fn broken_page(status: StatusCode, id: &str) -> Response {
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Not available right now · IGNY8</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <style>:root{{color-scheme:light dark;font-family:system-ui,sans-serif}}\
         main{{max-width:34rem;margin:18vh auto;padding:0 1.5rem;line-height:1.6}}</style></head>\
         <body><main><h1>Not available right now</h1>\
         <p>This page could not be put together. Nothing of yours is lost. Wait a moment, then \
         <a href=\"\">try again</a>.</p>\
         <p><small>If it stays like this, tell whoever runs this server: request {id}.</small></p></main></body></html>"
    );
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    (
        status,
        [(header::CONTENT_SECURITY_POLICY, policy), (header::RETRY_AFTER, "5")],
        axum::response::Html(page),
    )
        .into_response()
}

fn origin(request: &Request, trust_proxy: bool) -> Origin {
    let headers = request.headers();
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(address)| address.ip().to_canonical().to_string());
    // The last entry is the one that our own proxy wrote; those before it are the caller's word.
    let forwarded = trust_proxy
        .then(|| text(HeaderName::from_static("x-forwarded-for")))
        .flatten()
        .and_then(|list| list.rsplit(',').next())
        .and_then(|entry| entry.trim().parse::<std::net::IpAddr>().ok())
        .map(|address| address.to_canonical().to_string());
    Origin {
        ip_address: forwarded.or(peer).unwrap_or_default(),
        user_agent: text(header::USER_AGENT)
            .unwrap_or_default()
            .chars()
            .take(USER_AGENT)
            .collect(),
        request_id: uuid::Uuid::new_v4().simple().to_string(),
    }
}

/// Finds out who is signed in and puts the scope into the request, for pages and server functions alike.
pub async fn scope(State(app): State<App>, session: Session, mut request: Request, next: Next) -> Response {
    let origin = request.extensions().get::<Origin>().cloned().unwrap_or_default();
    let user = match session.get::<i64>(USER).await {
        Ok(user) => user,
        // What is kept there is no number of ours; nobody is signed in by it.
        Err(tower_sessions::session::Error::SerdeJson(_)) => None,
        // A database that is away for a moment must not look like being signed out.
        Err(error) => return Failure(domain::Error::internal(error), origin.request_id).into_response(),
    };
    let scope = match user {
        None => None,
        Some(user) => match signed_in(&app, &session, UserId(user), &origin).await {
            Ok(scope) => Some(scope),
            // Gone or switched off: the session is of no use any more.
            Err(domain::Error::Unauthenticated(_) | domain::Error::Forbidden(_)) => {
                if let Err(error) = session.flush().await {
                    tracing::warn!(%error, "a session could not be ended");
                }
                None
            }
            Err(error) => return Failure(error, origin.request_id).into_response(),
        },
    };
    if scope.is_some() {
        sessions::seen(&session, &origin).await;
    }
    request.extensions_mut().insert::<Option<Scope>>(scope);
    next.run(request).await
}

async fn signed_in(app: &App, session: &Session, user: UserId, origin: &Origin) -> domain::Result<Scope> {
    let scope = domain::accounts::scope_of(app, user, origin).await?;
    let Some(account) = session.get::<i64>(VISITING).await.ok().flatten() else {
        return Ok(scope);
    };
    match domain::accounts::operator::visit(app, scope.clone(), AccountId(account)).await {
        // No operator any more, or the account is gone: back home.
        Err(domain::Error::Forbidden(_) | domain::Error::NotFound(_)) => {
            if let Err(error) = session.remove::<i64>(VISITING).await {
                tracing::warn!(%error, "a visit could not be ended");
            }
            Ok(scope)
        }
        other => other,
    }
}

/// Refuses writes that another site's page made the browser send: a cookie rides along with those too.
pub async fn same_origin(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_same_origin(request.headers()) {
        return next.run(request).await;
    }
    let mut error = ApiError::new("forbidden", "This request came from another site and was refused.");
    error.request_id = request
        .extensions()
        .get::<Origin>()
        .map(|origin| origin.request_id.clone())
        .unwrap_or_default();
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

    #[test]
    fn the_caller_s_address_is_the_proxy_s_word_only_where_one_is_trusted() {
        let request = |list: &str| {
            let mut request = Request::new(axum::body::Body::empty());
            if let Ok(value) = HeaderValue::from_str(list) {
                request.headers_mut().insert("x-forwarded-for", value);
            }
            let peer: SocketAddr = ([10, 0, 0, 9], 4000).into();
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        };
        assert_eq!(origin(&request("203.0.113.7"), false).ip_address, "10.0.0.9");
        assert_eq!(origin(&request("203.0.113.7"), true).ip_address, "203.0.113.7");
        // What the caller made up stands before what our proxy adds.
        assert_eq!(origin(&request("1.1.1.1, 203.0.113.7"), true).ip_address, "203.0.113.7");
        assert_eq!(origin(&request("nonsense"), true).ip_address, "10.0.0.9");
    }
}
