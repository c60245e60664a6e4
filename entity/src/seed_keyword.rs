//! A keyword of the shipped library.
use crate::{IndustryId, IndustrySectorId, SeedKeywordId, keyword::Intent};
use serde::{Deserialize, Serialize};

/// A keyword of the shipped library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "seed_keywords")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SeedKeyword))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: SeedKeywordId,
    /// Its industry.
    pub industry_id: IndustryId,
    /// Its sector in the catalogue.
    pub industry_sector_id: IndustrySectorId,
    /// The query as people type it.
    pub keyword: String,
    /// What the searcher wants.
    pub intent: Intent,
    /// Searches a month; empty unless somebody measured it.
    pub volume: Option<i32>,
    /// Keyword difficulty, 0 to 100; empty unless somebody measured it.
    pub difficulty: Option<i32>,
}

orm_model!();

/// Which seed keywords a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query), schema(as = SeedKeywordFilter))]
#[serde(default)]
pub struct Filter {
    /// Only this industry.
    pub industry_id: Option<IndustryId>,
    /// Only this sector of the catalogue.
    pub industry_sector_id: Option<IndustrySectorId>,
    /// Only this intent.
    pub intent: Option<Intent>,
}

/// A keyword of the library as a sector sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = LibraryKeyword))]
pub struct Row {
    /// The keyword of the library.
    #[serde(flatten)]
    pub seed: Model,
    /// The sector has it already.
    pub in_sector: bool,
}

/// Keywords of the library that a sector takes over: some by their ids, or all that pass the filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = LibraryPick))]
pub struct Pick {
    /// The sector that takes them.
    pub sector_id: crate::SectorId,
    /// The keywords, at most [`MAX_PICKED`]; empty when a filter says which.
    #[serde(default)]
    pub ids: Vec<SeedKeywordId>,
    /// All that pass this filter, when `ids` is empty.
    #[serde(default)]
    pub filter: Option<Filter>,
    /// Text that they contain, beside the filter.
    #[serde(default)]
    pub search: Option<String>,
}

/// Most keywords of the library that are taken over at once.
pub const MAX_PICKED: usize = 5_000;
