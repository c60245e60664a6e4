//! A group of keywords that one page can serve.
use crate::{AccountId, AiTaskId, ClusterId, SectorId, SiteId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far a cluster is.
    ClusterStatus {
        /// In use.
        Active = "active" / "Active",
        /// Ideas were made from it.
        Mapped = "mapped" / "Has ideas",
        /// Kept for the record.
        Archived = "archived" / "Archived",
    }
}

/// A group of keywords that one page can serve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "clusters")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Cluster))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: ClusterId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// The sector it belongs to.
    pub sector_id: SectorId,
    /// Name, usually its head term.
    pub name: String,
    /// What belongs into it; may be empty.
    pub description: String,
    /// Keywords in it.
    pub keywords_count: i64,
    /// Sum of their searches a month.
    pub volume: i64,
    /// How far it is.
    pub status: ClusterStatus,
    /// The run that made it.
    pub ai_task_id: Option<AiTaskId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// Which clusters a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query), schema(as = ClusterFilter))]
#[serde(default)]
pub struct Filter {
    /// Only this site.
    pub site_id: Option<SiteId>,
    /// Only this sector.
    pub sector_id: Option<SectorId>,
    /// Only this status.
    pub status: Option<ClusterStatus>,
    /// Keywords at least.
    pub keywords_min: Option<i64>,
    /// Keywords at most.
    pub keywords_max: Option<i64>,
    /// Searches a month at least.
    pub volume_min: Option<i64>,
    /// Searches a month at most.
    pub volume_max: Option<i64>,
    /// Only those with ideas (true) or without (false).
    pub with_ideas: Option<bool>,
}

/// A cluster to make by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NewCluster))]
pub struct New {
    /// The sector that takes it.
    pub sector_id: SectorId,
    /// Its name.
    pub name: String,
    /// What belongs into it.
    #[serde(default)]
    pub description: String,
}

/// What changes of a cluster; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ClusterPatch))]
#[serde(default)]
pub struct Patch {
    /// Its name.
    pub name: Option<String>,
    /// What belongs into it.
    pub description: Option<String>,
    /// How far it is.
    pub status: Option<ClusterStatus>,
}

/// Several clusters to make one of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = MergeClusters))]
pub struct Merge {
    /// The clusters, 2 to 50 of one sector.
    pub ids: Vec<ClusterId>,
    /// The name of the one that is left.
    pub name: String,
}

/// A part that a cluster could be split into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ClusterPart))]
pub struct Part {
    /// A name for it.
    pub name: String,
    /// Its keywords.
    pub keywords: Vec<PartKeyword>,
}

/// A keyword of a [`Part`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartKeyword {
    /// Identity.
    pub id: crate::KeywordId,
    /// The keyword.
    pub keyword: String,
}

/// A cluster to make of some keywords of another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NewClusterPart))]
pub struct NewPart {
    /// Its name.
    pub name: String,
    /// The keywords that move to it.
    pub keyword_ids: Vec<crate::KeywordId>,
}
