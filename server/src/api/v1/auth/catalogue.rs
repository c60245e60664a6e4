//! What ships as data: industries, their sectors, seed keywords.

use domain::{App, catalogue};
use entity::{ListQuery, industry::WithSectors, seed_keyword};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Caller, Params},
    envelope::{Data, List},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(industries))
        .routes(routes!(seed_keywords))
}

/// Every industry with its sectors, by name.
#[utoipa::path(get, path = "/industries/", tag = "auth", responses((status = 200, body = Data<Vec<WithSectors>>)))]
async fn industries(caller: Caller) -> Answer<Data<Vec<WithSectors>>> {
    caller.answer(catalogue::industries(&caller.app).await).map(Data::of)
}

/// Seed keywords, a page at a time. Order by `keyword`, `intent`, `industry_sector_id`.
#[utoipa::path(get, path = "/seed_keywords/", tag = "auth", params(ListQuery, seed_keyword::Filter), responses((status = 200, body = List<seed_keyword::Model>)))]
async fn seed_keywords(
    caller: Caller,
    Params(filter): Params<seed_keyword::Filter>,
    Params(query): Params<ListQuery>,
) -> Answer<List<seed_keyword::Model>> {
    let page = caller.answer(catalogue::seed_keywords(&caller.app, &filter, &query).await)?;
    Ok(List::of(page, &caller.uri))
}
