//! A subject area of a site, 1 to 5 active.
use crate::{AccountId, AuthorProfileId, IndustrySectorId, SectorId, SiteId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A subject area of a site, 1 to 5 active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveEntityModel), sea_orm(table_name = "sectors"))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Sector))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: SectorId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// Its pattern in the catalogue.
    pub industry_sector_id: Option<IndustrySectorId>,
    /// Whose voice its articles are written in, unless a task says another.
    pub author_profile_id: Option<AuthorProfileId>,
    /// Name as people see it.
    pub name: String,
    /// Name in URLs, unique in the site.
    pub slug: String,
    /// False once switched off.
    pub is_active: bool,
    /// `active` or `archived`.
    pub status: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// The most active sectors of one site.
pub const MAX_ACTIVE: u64 = 5;

/// A sector to make.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewSector {
    /// The site.
    pub site_id: SiteId,
    /// Name as people see it; may be empty when `industry_sector_id` is given, whose name it then takes.
    #[serde(default)]
    pub name: String,
    /// Its pattern in the catalogue.
    #[serde(default)]
    pub industry_sector_id: Option<IndustrySectorId>,
}

/// What changes of a sector; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct SectorPatch {
    /// Name as people see it.
    pub name: Option<String>,
    /// Switched on or off.
    pub is_active: Option<bool>,
    /// Its pattern in the catalogue; 0 clears it.
    pub industry_sector_id: Option<IndustrySectorId>,
    /// Whose voice its articles are written in; 0 clears it.
    pub author_profile_id: Option<AuthorProfileId>,
}

/// Which sectors a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query), schema(as = SectorFilter))]
#[serde(default)]
pub struct Filter {
    /// Only those of this site.
    pub site_id: Option<SiteId>,
    /// Only those switched on, or only those switched off.
    pub is_active: Option<bool>,
}
