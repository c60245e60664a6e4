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
    /// Colour of its title cards and of its mark in the menus, such as `#0f766e`.
    pub accent: Option<String>,
    /// IANA name of the zone in which its times are shown and its days begin.
    pub time_zone: String,
    /// Language that its texts are written in, ISO 639-1.
    pub language: String,
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
    #[cfg_attr(feature = "openapi", schema(example = "Morning Crema"))]
    pub name: String,
    /// Name in URLs, unique in the account; made from the name when empty.
    #[serde(default)]
    pub slug: Option<String>,
    /// Address of the site; may be empty.
    #[serde(default)]
    pub domain: Option<String>,
    /// Its industry in the catalogue.
    #[serde(default)]
    pub industry_id: Option<IndustryId>,
    /// How far it is.
    #[serde(default)]
    pub site_type: Option<SiteType>,
    /// Where it runs.
    #[serde(default)]
    pub hosting_type: Option<HostingType>,
    /// Colour, such as `#0f766e`.
    #[serde(default)]
    pub accent: Option<String>,
    /// IANA name of its time zone; UTC when empty.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// ISO 639-1 code of its language; `en` when empty.
    #[serde(default)]
    pub language: Option<String>,
    /// Names of the sectors to start with, 1 to 5.
    #[serde(default)]
    pub sectors: Vec<String>,
    /// Sectors of the catalogue to start with, added to the named ones.
    #[serde(default)]
    pub industry_sectors: Vec<crate::IndustrySectorId>,
}

/// What changes of a site; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct SitePatch {
    /// Name as people see it.
    pub name: Option<String>,
    /// Name in URLs, unique in the account.
    pub slug: Option<String>,
    /// Address of the site; an empty text clears it.
    pub domain: Option<String>,
    /// Its industry in the catalogue; 0 clears it.
    pub industry_id: Option<IndustryId>,
    /// Switched on or off.
    pub is_active: Option<bool>,
    /// How far it is.
    pub site_type: Option<SiteType>,
    /// Where it runs.
    pub hosting_type: Option<HostingType>,
    /// Colour, such as `#0f766e`; an empty text clears it.
    pub accent: Option<String>,
    /// IANA name of its time zone.
    pub time_zone: Option<String>,
    /// ISO 639-1 code of its language.
    pub language: Option<String>,
}

/// Languages that texts are planned and written in: ISO 639-1 code and English name.
pub const LANGUAGES: &[(&str, &str)] = &[
    ("en", "English"),
    ("ar", "Arabic"),
    ("bg", "Bulgarian"),
    ("zh", "Chinese"),
    ("hr", "Croatian"),
    ("cs", "Czech"),
    ("da", "Danish"),
    ("nl", "Dutch"),
    ("et", "Estonian"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("de", "German"),
    ("el", "Greek"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("hu", "Hungarian"),
    ("id", "Indonesian"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("lv", "Latvian"),
    ("lt", "Lithuanian"),
    ("no", "Norwegian"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("ro", "Romanian"),
    ("sr", "Serbian"),
    ("sk", "Slovak"),
    ("sl", "Slovenian"),
    ("es", "Spanish"),
    ("sv", "Swedish"),
    ("th", "Thai"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("vi", "Vietnamese"),
];

/// Which sites a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query), schema(as = SiteFilter))]
#[serde(default)]
pub struct Filter {
    /// Only those switched on, or only those switched off.
    pub is_active: Option<bool>,
}
