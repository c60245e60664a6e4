//! Keywords, clusters, ideas.

mod clusters;
mod dashboard;
mod ideas;
mod import;
mod keywords;
mod opportunities;
mod views;

pub(crate) use keywords::download as download_keywords;

use domain::App;
use utoipa_axum::router::OpenApiRouter;

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(keywords::routes())
        .merge(import::routes())
        .merge(clusters::routes())
        .merge(ideas::routes())
        .merge(views::routes())
        .merge(opportunities::routes())
        .merge(dashboard::routes())
}
