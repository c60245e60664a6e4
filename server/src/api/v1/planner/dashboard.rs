//! How far a site is from keywords to articles.

use domain::{App, planner::dashboard};
use entity::planner_dashboard::{Dashboard, Filter};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Caller, Params},
    envelope::Data,
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(planner_dashboard))
}

/// Figures, distributions, coverage over time and what to do next.
#[utoipa::path(get, path = "/dashboard/", tag = "planner", params(Filter), responses((status = 200, body = Data<Dashboard>)))]
async fn planner_dashboard(caller: Caller, Params(filter): Params<Filter>) -> Answer<Data<Dashboard>> {
    caller
        .answer(dashboard::dashboard(&caller.app, &caller.scope, &filter).await)
        .map(Data::of)
}
