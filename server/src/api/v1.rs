//! Version 1 of the interface, a file for each module.

pub mod auth;
pub mod billing;
pub mod integration;
pub mod linker;
pub mod optimizer;
pub mod planner;
pub mod publisher;
pub mod site_builder;
pub mod system;
pub mod writer;

use domain::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

/// Rows of a bulk action.
#[derive(Deserialize, ToSchema)]
pub struct Ids {
    /// The rows.
    pub ids: Vec<i64>,
}

/// How many rows a bulk action changed.
#[derive(Serialize, ToSchema)]
pub struct Changed {
    /// Rows changed.
    pub count: u64,
}

/// All routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .nest("/auth", auth::routes())
        .nest("/planner", planner::routes())
        .nest("/writer", writer::routes())
        .nest("/linker", linker::routes())
        .nest("/optimizer", optimizer::routes())
        .nest("/publisher", publisher::routes())
        .nest("/site-builder", site_builder::routes())
        .nest("/integration", integration::routes())
        .nest("/billing", billing::routes())
        .nest("/system", system::routes())
}
