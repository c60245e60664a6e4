//! Layers around the whole interface: requests that must not count twice, and requests that depend on what is there.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{
    App, Error,
    idempotency::{self, Turn},
    scope::Origin,
};
use sha2::{Digest, Sha256};

use super::{BODY_LIMIT, door, envelope::ApiFailure};

/// How long a request waits for an equal one that is under way.
const PATIENCE: Duration = Duration::from_secs(10);
/// Time between two looks whether it has ended.
const PAUSE: Duration = Duration::from_millis(50);
/// Set on answers that were given before.
const REPLAYED: &str = "idempotent-replayed";

fn origin_of(request: &Request) -> Origin {
    request.extensions().get::<Origin>().cloned().unwrap_or_default()
}

/// Does a `POST` with an `Idempotency-Key` once, and gives its answer to whoever sends the same again within a day.
/// Failures are not kept: nothing happened, so the caller may try again with the same key.
pub async fn once(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key("idempotency-key") {
        return next.run(request).await;
    }
    let origin = origin_of(&request);
    let fail = |error| {
        ApiFailure {
            error,
            request_id: origin.request_id.clone(),
        }
        .into_response()
    };
    let key = match door::idempotency_key(request.headers()) {
        Ok(Some(key)) => key,
        Ok(None) => return next.run(request).await,
        Err(error) => return fail(error),
    };
    // Nobody known, nobody to keep an answer for.
    if !request.headers().contains_key(header::AUTHORIZATION) {
        return next.run(request).await;
    }
    let what = format!("{} {}", request.method(), request.uri().path());
    let scope = match door::authenticate(&app, request.headers(), &origin, &what).await {
        Ok(scope) => scope,
        Err(error) => return fail(error),
    };
    let (parts, body) = request.into_parts();
    let streamed = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("multipart/"));
    // A file is not read twice: its key alone tells it from others.
    let (digest, body) = if streamed {
        (String::new(), body)
    } else {
        match to_bytes(body, BODY_LIMIT).await {
            Ok(bytes) => (format!("{:x}", Sha256::digest(&bytes)), Body::from(bytes)),
            Err(_) => return fail(Error::TooLarge("The body is longer than we take.".to_owned())),
        }
    };
    let fingerprint =
        domain::secrets::hash_token(&format!("{what}?{} {digest}", parts.uri.query().unwrap_or_default()));
    let begun = std::time::Instant::now();
    let id = loop {
        match idempotency::begin(&app, &scope, &key, &fingerprint).await {
            Ok(Turn::Mine(id)) => break id,
            Ok(Turn::Done { status, body }) => return replay(status, body),
            Ok(Turn::Busy) if begun.elapsed() < PATIENCE => tokio::time::sleep(PAUSE).await,
            Ok(Turn::Busy) => {
                return fail(Error::Conflict(
                    "A request with this Idempotency-Key is under way. Ask again in a moment.".to_owned(),
                ));
            }
            Err(error) => return fail(error),
        }
    };
    let mut request = Request::from_parts(parts, body);
    request.extensions_mut().insert(scope.clone());
    // On a task of its own: a caller who hangs up must not leave the key without its answer.
    let finish = tokio::spawn(async move {
        let response = next.run(request).await;
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, BODY_LIMIT).await.unwrap_or_default();
        let kept = if parts.status.is_success() {
            let text = String::from_utf8_lossy(&bytes);
            idempotency::keep(&app, &scope, id, parts.status.as_u16(), &text).await
        } else {
            idempotency::forget(&app, &scope, id).await
        };
        if let Err(error) = kept {
            tracing::error!(%error, "the answer to an Idempotency-Key could not be kept");
        }
        Response::from_parts(parts, Body::from(bytes))
    });
    match finish.await {
        Ok(response) => response,
        Err(error) => fail(Error::internal(error)),
    }
}

fn replay(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// Gives single things an `ETag`, answers `304` to those who have it already (`If-None-Match`), and refuses changes of a
/// thing that is no longer what the caller took it for (`If-Match`).
pub async fn conditional(request: Request, next: Next) -> Response {
    if !is_single(request.uri().path()) {
        return next.run(request).await;
    }
    match *request.method() {
        Method::GET | Method::HEAD => {
            let known = tags(request.headers(), header::IF_NONE_MATCH);
            let (response, tag) = tagged(next.run(request).await).await;
            match tag {
                Some(tag) if known.iter().any(|known| known == "*" || *known == tag) => {
                    let mut empty = StatusCode::NOT_MODIFIED.into_response();
                    if let Some(value) = response.headers().get(header::ETAG) {
                        empty.headers_mut().insert(header::ETAG, value.clone());
                    }
                    empty
                }
                _ => response,
            }
        }
        Method::PUT | Method::PATCH | Method::DELETE => {
            let wanted = tags(request.headers(), header::IF_MATCH);
            if wanted.is_empty() {
                return next.run(request).await;
            }
            let request_id = origin_of(&request).request_id;
            let mut look = Request::new(Body::empty());
            *look.uri_mut() = request.uri().clone();
            *look.headers_mut() = request.headers().clone();
            look.extensions_mut().extend(request.extensions().clone());
            let (response, tag) = tagged(next.clone().run(look).await).await;
            match tag {
                Some(tag) if wanted.iter().any(|wanted| wanted == "*" || *wanted == tag) => next.run(request).await,
                Some(_) => changed(request_id),
                // Nothing that can be read by itself, so nobody can have seen a state of it.
                None if response.status() == StatusCode::METHOD_NOT_ALLOWED => changed(request_id),
                // Not there for the caller.
                None => response,
            }
        }
        _ => next.run(request).await,
    }
}

fn changed(request_id: String) -> Response {
    ApiFailure {
        error: Error::Changed(
            "This was changed by somebody else meanwhile. Read it again and repeat your change.".to_owned(),
        ),
        request_id,
    }
    .into_response()
}

/// `/api/v1/planner/keywords/7/` names one thing.
fn is_single(path: &str) -> bool {
    path.strip_suffix('/')
        .and_then(|path| path.rsplit_once('/'))
        .is_some_and(|(_, last)| !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The tags of a header. Whether one is weak makes no difference: ours name the whole answer.
fn tags(headers: &HeaderMap, name: header::HeaderName) -> Vec<String> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/").to_owned())
        .filter(|tag| !tag.is_empty())
        .collect()
}

/// The answer with its tag, when it is a good one.
async fn tagged(response: Response) -> (Response, Option<String>) {
    if response.status() != StatusCode::OK {
        return (response, None);
    }
    let (mut parts, body) = response.into_parts();
    let bytes: Bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let digest = format!("{:x}", Sha256::digest(&bytes));
    let tag = format!("\"{}\"", &digest[..32]);
    if let Ok(value) = HeaderValue::from_str(&tag) {
        parts.headers.insert(header::ETAG, value);
    }
    (Response::from_parts(parts, Body::from(bytes)), Some(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_things_have_a_number_at_the_end() {
        assert!(is_single("/api/v1/planner/keywords/7/"));
        for path in ["/api/v1/planner/keywords/", "/api/v1/x/7/test/", "/", "", "//"] {
            assert!(!is_single(path), "{path}");
        }
    }
}
