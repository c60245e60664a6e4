//! Tasks, articles, pictures.

mod content;
mod images;
mod tasks;

use domain::App;
use utoipa_axum::router::OpenApiRouter;

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(tasks::routes())
        .merge(content::routes())
        .merge(images::routes())
}
