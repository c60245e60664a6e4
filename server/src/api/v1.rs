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

/// Rows that something is made of, for credits.
#[derive(Deserialize, ToSchema)]
pub struct Generate {
    /// The rows.
    pub ids: Vec<i64>,
    /// Also those whose topic the site has already; otherwise they are left out and told.
    #[serde(default)]
    pub allow_duplicate: bool,
}

impl Generate {
    /// Starts what is asked for, without what the site has already unless the caller insists.
    pub(crate) async fn start(
        self,
        caller: &crate::api::door::Caller,
        make: impl FnOnce(Vec<i64>) -> entity::ai_task::Start,
    ) -> domain::Result<entity::ai_task::Started> {
        let key = caller.idempotency_key.clone();
        if self.allow_duplicate {
            domain::ai::start(&caller.app, &caller.scope, make(self.ids), key).await
        } else {
            domain::ai::start_new(&caller.app, &caller.scope, make(self.ids), key).await
        }
    }
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
