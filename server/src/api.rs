//! The REST interface: `/api/v1/`, its envelope, its document.
//!
//! Every route is declared together with its description, so that the document at `/api/v1/openapi.json` cannot
//! drift from what is served.

mod document;
pub mod door;
pub mod envelope;
mod reference;
mod twice;
pub mod v1;

use std::convert::Infallible;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::Response,
    routing::get,
};
use domain::App;
use tower::{ServiceBuilder, ServiceExt, util::BoxCloneSyncService};
use tower_http::cors::{AllowOrigin, CorsLayer};

pub use document::document;

/// Largest JSON body, in bytes.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// The routes, the document, the page that shows it, and an answer for what is not there.
pub fn interface(app: App) -> Interface {
    let document = std::sync::Arc::new(document());
    let (routes, _) = document::routes().split_for_parts();
    let routes: Router = Router::new()
        .merge(routes)
        .route(
            "/api/v1/openapi.json",
            get(move || async move { Json(document.as_ref().clone()) }),
        )
        .route("/api/docs/", get(reference::page))
        .route("/api/{*rest}", axum::routing::any(door::no_such_route))
        .method_not_allowed_fallback(door::no_such_method)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(app.clone());
    // Around the router as a whole: a change that depends on what is there looks at it by the same address first.
    let layered = ServiceBuilder::new()
        .option_layer(cors(&app.config.security.cors_origins))
        .layer(from_fn_with_state(app, twice::once))
        .layer(from_fn(twice::conditional))
        .service(routes);
    Interface(BoxCloneSyncService::new(layered))
}

/// The interface as a whole. It stands beside the pages' router and not in it: a part of that router would be told what of
/// the address was matched there.
#[derive(Clone)]
pub struct Interface(BoxCloneSyncService<Request, Response, Infallible>);

/// Layer of the pages' router: what begins with `/api/` goes to the interface.
pub async fn or_pages(State(interface): State<Interface>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/api/") {
        match interface.0.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    } else {
        next.run(request).await
    }
}

/// Lets pages of other origins call the interface, where the operator says so. Cookies never count here, so they are not
/// allowed along either.
fn cors(origins: &[String]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    Some(
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins))
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
            .allow_headers([
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                header::IF_MATCH,
                header::IF_NONE_MATCH,
                HeaderName::from_static("idempotency-key"),
            ])
            .expose_headers([
                header::ETAG,
                header::RETRY_AFTER,
                HeaderName::from_static("x-request-id"),
            ])
            .max_age(std::time::Duration::from_secs(600)),
    )
}
