//! How many keywords a sector has of one facet; kept true by the database's triggers.
use crate::{AccountId, KeywordTallyId, SectorId, SiteId};
use serde::{Deserialize, Serialize};

/// A number of keywords. Several rows of one sector and facet are to be added up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "keyword_tallies")
)]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: KeywordTallyId,
    /// Whose keywords they are.
    pub account_id: AccountId,
    /// The site they belong to.
    pub site_id: SiteId,
    /// The sector they belong to.
    pub sector_id: SectorId,
    /// Status, intent and whether in a cluster: `status * 8 + intent * 2 + clustered`, in the order of the words.
    pub facet: i32,
    /// How many.
    pub number: i64,
}

orm_model!();
