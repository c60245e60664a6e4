//! Server functions of sites and sectors.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    ApiError, SectorId, SiteId, industry,
    sector::{self, NewSector},
    site::{self, NewSite, SitePatch, WithSectors},
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// Every site that the person may see.
#[server(input = Json)]
pub async fn list_sites() -> Result<Vec<WithSectors>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::sites::list(&app, &scope).await.map_err(crate::context::fail)
}

/// Makes a site with its first sectors.
#[server(input = Json)]
pub async fn create_site(site: NewSite) -> Result<WithSectors, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::sites::create(&app, &scope, site)
        .await
        .map_err(crate::context::fail)
}

/// Changes a site.
#[server(input = Json)]
pub async fn update_site(id: SiteId, patch: SitePatch) -> Result<site::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::sites::update(&app, &scope, id, patch)
        .await
        .map_err(crate::context::fail)
}

/// Adds a sector to a site.
#[server(input = Json)]
pub async fn add_sector(sector: NewSector) -> Result<sector::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::sites::add_sector(&app, &scope, sector)
        .await
        .map_err(crate::context::fail)
}

/// Switches a sector on or off.
#[server(input = Json)]
pub async fn set_sector_active(id: SectorId, active: bool) -> Result<sector::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::sites::set_sector_active(&app, &scope, id, active)
        .await
        .map_err(crate::context::fail)
}

/// The industries that a site can belong to.
#[server(input = Json)]
pub async fn industries() -> Result<Vec<industry::Model>, ApiError> {
    let (app, _scope) = crate::context::signed_in().await?;
    domain::sites::industries(&app).await.map_err(crate::context::fail)
}
