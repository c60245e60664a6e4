//! Server functions for many keywords at once: bulk actions, pasted lists, the seed library.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    ApiError, ListQuery, Page, SectorId,
    keyword::{Added, Intent, KeywordStatus, NewMany, Selection},
    seed_keyword,
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// Deletes keywords; says how many.
#[server(input = Json)]
pub async fn delete_keywords(selection: Selection) -> Result<u64, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::keywords::bulk::delete(&app, &scope, &selection)
        .await
        .map_err(crate::context::fail)
}

/// Gives keywords a status; says how many there were.
#[server(input = Json)]
pub async fn set_keyword_status(selection: Selection, status: KeywordStatus) -> Result<u64, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::keywords::bulk::set_status(&app, &scope, &selection, status)
        .await
        .map_err(crate::context::fail)
}

/// Gives keywords an intent; says how many there were.
#[server(input = Json)]
pub async fn set_keyword_intent(selection: Selection, intent: Intent) -> Result<u64, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::keywords::bulk::set_intent(&app, &scope, &selection, intent)
        .await
        .map_err(crate::context::fail)
}

/// How many keywords are selected, exactly.
#[server(input = Json)]
pub async fn count_keywords(selection: Selection) -> Result<u64, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::keywords::bulk::count(&app, &scope, &selection)
        .await
        .map_err(crate::context::fail)
}

/// Adds keywords of a pasted list.
#[server(input = Json)]
pub async fn create_keywords(new: NewMany) -> Result<Added, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::keywords::create_many(&app, &scope, new)
        .await
        .map_err(crate::context::fail)
}

/// The seed library as a sector sees it.
#[server(input = Json)]
pub async fn list_library(
    sector_id: SectorId,
    filter: seed_keyword::Filter,
    query: ListQuery,
) -> Result<Page<seed_keyword::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::keywords::library(&app, &scope, sector_id, &filter, &query)
        .await
        .map_err(crate::context::fail)
}

/// Takes keywords of the seed library over.
#[server(input = Json)]
pub async fn add_from_library(pick: seed_keyword::Pick) -> Result<Added, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::keywords::pick_from_library(&app, &scope, &pick)
        .await
        .map_err(crate::context::fail)
}
