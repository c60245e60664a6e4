//! One search result of a keyword: evidence of which keywords are one search.
use crate::{AccountId, KeywordImportId, SectorId, SerpResultId, SiteId};
use serde::{Deserialize, Serialize};

/// One search result of a keyword.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "serp_results")
)]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: SerpResultId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site it was imported for.
    pub site_id: SiteId,
    /// The sector it was imported for.
    pub sector_id: SectorId,
    /// The keyword's identity: see `engine::text::keyword_key`. The keyword itself may come later.
    pub keyword_key: String,
    /// Address of the result.
    pub url: String,
    /// Its place, 1 is the first.
    pub position: i32,
    /// The file it came from.
    pub import_id: KeywordImportId,
}

orm_model!();
