//! A web site that an account plans content for.
use crate::{AccountId, IndustryId, SiteId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far a site is.
    SiteType {
        /// To be built.
        New = "new" / "New",
        /// Runs already.
        Existing = "existing" / "Existing",
        /// Both.
        Hybrid = "hybrid" / "Hybrid",
    }
}

text_enum! {
    /// Where a site runs.
    HostingType {
        /// A WordPress site.
        Wordpress = "wordpress" / "WordPress",
        /// Served by this installation.
        Igny8Sites = "igny8_sites" / "IGNY8 Sites",
        /// A Shopify shop.
        Shopify = "shopify" / "Shopify",
        /// Its own system.
        Custom = "custom" / "Custom",
        /// More than one.
        Multi = "multi" / "Several",
    }
}

/// A web site that an account plans content for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveEntityModel), sea_orm(table_name = "sites"))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Site))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: SiteId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Name as people see it.
    pub name: String,
    /// Name in URLs, unique in the account.
    pub slug: String,
    /// Address of the site, such as `https://example.com`.
    pub domain: Option<String>,
    /// Its industry in the catalogue.
    pub industry_id: Option<IndustryId>,
    /// False once switched off.
    pub is_active: bool,
    /// `active` or `archived`.
    pub status: String,
    /// How far it is.
    pub site_type: SiteType,
    /// Where it runs.
    pub hosting_type: HostingType,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// A site with its sectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WithSectors {
    /// The site.
    pub site: Model,
    /// Its sectors, by name.
    pub sectors: Vec<crate::sector::Model>,
}

/// A site to make.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewSite {
    /// Name as people see it.
    pub name: String,
    /// Address of the site; may be empty.
    #[serde(default)]
    pub domain: Option<String>,
    /// Its industry in the catalogue.
    #[serde(default)]
    pub industry_id: Option<IndustryId>,
    /// Names of the sectors to start with, 1 to 5.
    #[serde(default)]
    pub sectors: Vec<String>,
}

/// What changes of a site; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct SitePatch {
    /// Name as people see it.
    pub name: Option<String>,
    /// Address of the site; an empty text clears it.
    pub domain: Option<String>,
    /// Switched on or off.
    pub is_active: Option<bool>,
}
