//! Keywords, clusters, ideas.

mod clusters;
mod ideas;
mod import;
mod keywords;

use domain::App;
use utoipa_axum::router::OpenApiRouter;

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(keywords::routes())
        .merge(import::routes())
        .merge(clusters::routes())
        .merge(ideas::routes())
}
