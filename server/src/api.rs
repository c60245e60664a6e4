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

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{from_fn, from_fn_with_state},
    routing::get,
};
use domain::App;
use tower::ServiceBuilder;
use tower_http::cors::{AllowOrigin, CorsLayer};

pub use document::document;

/// Largest JSON body, in bytes.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// The routes, the document, the page that shows it, and an answer for what is not there.
pub fn router(app: App) -> Router {
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
    Router::new().route_service("/api/{*rest}", layered)
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
