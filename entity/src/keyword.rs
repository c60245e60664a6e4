//! A search query worth writing for.
use crate::{AccountId, ClusterId, KeywordId, KeywordImportId, SectorId, SiteId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What somebody who types the keyword wants.
    Intent {
        /// To learn.
        Informational = "informational" / "Informational",
        /// To reach a known place.
        Navigational = "navigational" / "Navigational",
        /// To buy or act.
        Transactional = "transactional" / "Transactional",
        /// To compare before buying.
        Commercial = "commercial" / "Commercial",
    }
}

text_enum! {
    /// Whether a keyword is worked on.
    KeywordStatus {
        /// In use.
        Active = "active" / "Active",
        /// Set aside.
        Inactive = "inactive" / "Inactive",
        /// Kept for the record.
        Archived = "archived" / "Archived",
    }
}

/// A search query worth writing for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "keywords")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Keyword))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: KeywordId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// The sector it belongs to.
    pub sector_id: SectorId,
    /// The query as typed.
    pub keyword: String,
    /// Its identity within the sector: see `engine::text::keyword_key`.
    pub keyword_key: String,
    /// Searches a month.
    pub volume: Option<i64>,
    /// Lower end when the source gave a range.
    pub volume_low: Option<i64>,
    /// Upper end when the source gave a range.
    pub volume_high: Option<i64>,
    /// The volume is an estimate.
    pub volume_estimated: bool,
    /// Keyword difficulty, 0 to 100.
    pub difficulty: Option<i32>,
    /// What the searcher wants.
    pub intent: Intent,
    /// The intent was guessed from the words.
    pub intent_guessed: bool,
    /// Cost per click in hundredths of the file's currency.
    pub cpc_cents: Option<i64>,
    /// Market of the figures, ISO code in lower case.
    pub country: Option<String>,
    /// Times the site was shown for it, of Search Console; not its volume.
    pub impressions: Option<i64>,
    /// Clicks that came of it, of Search Console.
    pub clicks: Option<i64>,
    /// Average position of the site, of Search Console, in hundredths: 100 is the first place.
    pub position_hundredths: Option<i32>,
    /// Whether it is worked on.
    pub status: KeywordStatus,
    /// The file it came from.
    pub import_id: Option<KeywordImportId>,
    /// The line of that file.
    pub import_line: Option<i64>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// A row of the keywords table: the keyword and where it is grouped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = KeywordRow))]
pub struct Row {
    /// The keyword.
    #[serde(flatten)]
    pub keyword: Model,
    /// Clusters that hold it, by name.
    pub clusters: Vec<ClusterRef>,
}

/// A cluster's id and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClusterRef {
    /// Identity.
    pub id: ClusterId,
    /// Name.
    pub name: String,
}

/// Which keywords a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query), schema(as = KeywordFilter))]
#[serde(default)]
pub struct Filter {
    /// Only this site.
    pub site_id: Option<SiteId>,
    /// Only this sector.
    pub sector_id: Option<SectorId>,
    /// Only this status.
    pub status: Option<KeywordStatus>,
    /// Only this intent.
    pub intent: Option<Intent>,
    /// Only members of this cluster.
    pub cluster_id: Option<ClusterId>,
    /// Only those in some cluster (true) or in none (false).
    pub clustered: Option<bool>,
    /// Keyword difficulty at least.
    pub difficulty_min: Option<i32>,
    /// Keyword difficulty at most.
    pub difficulty_max: Option<i32>,
    /// Searches a month at least.
    pub volume_min: Option<i64>,
    /// Searches a month at most.
    pub volume_max: Option<i64>,
}

/// A keyword to add by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NewKeyword))]
pub struct New {
    /// The sector that takes it.
    pub sector_id: SectorId,
    /// The query.
    pub keyword: String,
    /// Searches a month.
    #[serde(default)]
    pub volume: Option<i64>,
    /// Keyword difficulty, 0 to 100.
    #[serde(default)]
    pub difficulty: Option<i32>,
    /// Guessed from the words when absent.
    #[serde(default)]
    pub intent: Option<Intent>,
}

/// What changes of a keyword; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = KeywordPatch))]
#[serde(default)]
pub struct Patch {
    /// The query.
    pub keyword: Option<String>,
    /// Searches a month.
    pub volume: Option<i64>,
    /// Keyword difficulty, 0 to 100.
    pub difficulty: Option<i32>,
    /// What the searcher wants.
    pub intent: Option<Intent>,
    /// Whether it is worked on.
    pub status: Option<KeywordStatus>,
}
