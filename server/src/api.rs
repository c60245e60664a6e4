//! The REST interface: `/api/v1/`, its envelope, its document.
//!
//! Every route is declared together with its description, so that the document at `/api/v1/openapi.json` cannot
//! drift from what is served.

pub mod door;
pub mod envelope;
pub mod v1;

use axum::{Json, Router, extract::DefaultBodyLimit, routing::get};
use domain::App;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};
use utoipa_axum::router::OpenApiRouter;

/// Largest JSON body, in bytes.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "IGNY8",
        description = "Keywords in; clusters, ideas, tasks, articles, pictures and published posts out.\n\nSign in at `/api/v1/auth/login/` and send the access token as `Authorization: Bearer ...`. Answers come as `{success, data, message}`, lists as `{success, count, next, previous, results}`, failures as `{success: false, error, code, errors, request_id}`. Calls that spend credits or publish take an `Idempotency-Key`: the same key gives the same answer and nothing happens twice.",
    ),
    modifiers(&Bearer),
    security(("bearer" = [])),
    tags(
        (name = "auth", description = "Signing in, sites"),
        (name = "planner", description = "Keywords, clusters, ideas"),
        (name = "writer", description = "Tasks, articles, pictures"),
        (name = "publisher", description = "Connections and publications"),
        (name = "billing", description = "Credits"),
        (name = "system", description = "Jobs"),
    )
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        if let Some(components) = document.components.as_mut() {
            components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        }
    }
}

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi()).nest("/api/v1", v1::routes())
}

/// The document of the interface.
pub fn document() -> utoipa::openapi::OpenApi {
    routes().into_openapi()
}

/// The routes, the document and an answer for what is not there.
pub fn router(app: App) -> Router {
    let (routes, document) = routes().split_for_parts();
    let document = std::sync::Arc::new(document);
    Router::new()
        .merge(routes)
        .route(
            "/api/v1/openapi.json",
            get(move || async move { Json(document.as_ref().clone()) }),
        )
        .route("/api/{*rest}", axum::routing::any(door::no_such_route))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(app)
}
