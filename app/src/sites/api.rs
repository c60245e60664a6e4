//! Server functions of sites and sectors.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    ApiError, SectorId, SiteId, industry,
    sector::{self, NewSector, SectorPatch},
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

/// Deletes a site with everything in it.
#[server(input = Json)]
pub async fn delete_site(id: SiteId) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::sites::delete(&app, &scope, id)
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

/// Changes a sector: its name, its pattern, on or off.
#[server(input = Json)]
pub async fn update_sector(id: SectorId, patch: SectorPatch) -> Result<sector::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::sites::update_sector(&app, &scope, id, patch)
        .await
        .map_err(crate::context::fail)
}

/// Deletes a sector that holds nothing.
#[server(input = Json)]
pub async fn delete_sector(id: SectorId) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::sites::delete_sector(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// The industries that a site can belong to, with their sectors.
#[server(input = Json)]
pub async fn industries() -> Result<Vec<industry::WithSectors>, ApiError> {
    let (app, _scope) = crate::context::signed_in().await?;
    domain::catalogue::industries(&app).await.map_err(crate::context::fail)
}
