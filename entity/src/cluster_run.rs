//! A run of the clusterer: what it did, and whether it can be undone.
use crate::{AccountId, AiTaskId, ClusterRunId, SectorId, SiteId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A run of the clusterer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "cluster_runs")
)]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: ClusterRunId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site it grouped for.
    pub site_id: SiteId,
    /// The sector it grouped.
    pub sector_id: SectorId,
    /// The job.
    pub ai_task_id: AiTaskId,
    /// It grouped anew instead of extending.
    pub regroup: bool,
    /// 0 broad to 100 narrow.
    pub tightness: i32,
    /// Clusters it made.
    pub created: i64,
    /// Clusters it added to.
    pub extended: i64,
    /// Clusters that it emptied and took away.
    pub removed: i64,
    /// Keywords it placed.
    pub placed: i64,
    /// Keywords that fitted nowhere.
    pub leftover: i64,
    /// What was before is still known.
    pub kept: bool,
    /// When it was undone.
    pub undone_at: Option<DateTime<Utc>>,
    /// When it was saved.
    pub created_at: DateTime<Utc>,
}

orm_model!();

/// A run as pages and programs see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ClusterRun))]
pub struct Run {
    /// Random name of its job.
    pub task_id: String,
    /// The sector it grouped.
    pub sector_id: SectorId,
    /// It grouped anew instead of extending.
    pub regroup: bool,
    /// 0 broad to 100 narrow.
    pub tightness: i32,
    /// Which keywords of the sector it was asked to group.
    pub asked: Asked,
    /// Known search results decided too, beside the words.
    pub use_results: bool,
    /// Clusters it made.
    pub created: i64,
    /// Clusters it added to.
    pub extended: i64,
    /// Clusters that it emptied and took away.
    pub removed: i64,
    /// Keywords it placed.
    pub placed: i64,
    /// Keywords that fitted nowhere.
    pub leftover: i64,
    /// When it was saved.
    pub created_at: DateTime<Utc>,
    /// When it was undone.
    pub undone_at: Option<DateTime<Utc>>,
    /// It can be undone now.
    pub can_undo: bool,
}

/// Which keywords of its sector a run was asked to group: all of them when everything here is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ClusterRunAsked))]
pub struct Asked {
    /// Keywords selected by hand; 0 when none were.
    pub selected: u64,
    /// Keywords taken out by hand.
    pub except: u64,
    /// The filter that they had to pass; neither its site nor its sector counts.
    pub filter: crate::keyword::Filter,
    /// Text that they had to hold.
    pub search: Option<String>,
}

/// What undoing a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Undone {
    /// Keywords taken out of the clusters that the run put them into.
    pub taken_out: u64,
    /// Keywords put back to where they were.
    pub put_back: u64,
    /// Clusters of the run that went.
    pub clusters_removed: u64,
    /// Clusters that came back.
    pub clusters_restored: u64,
}

/// Which run to undo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UndoRun {
    /// Random name of its job.
    pub task_id: String,
}

/// Where the sector stands before a run: what a person chooses from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ClusteringSample))]
pub struct Sample {
    /// Keywords that the run was asked to group.
    pub matching: u64,
    /// Of them, those that it can group: active ones that nothing holds where they are.
    pub total: u64,
    /// Of those, the ones with the most searches.
    pub keywords: Vec<SampleKeyword>,
    /// Clusters that stay and may be added to, with some of their keywords; those with the most keywords.
    pub clusters: Vec<SampleCluster>,
    /// Keywords in the sample whose search results are known.
    pub with_results: u64,
    /// Credits that the run takes at most.
    pub credits: i64,
    /// Credits there are.
    pub available: i64,
}

/// A keyword of a [`Sample`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SampleKeyword {
    /// The keyword.
    pub text: String,
    /// Searches a month.
    pub volume: Option<i64>,
    /// Numbers that stand for the addresses of its search results, ascending.
    pub urls: Vec<u32>,
}

/// A cluster of a [`Sample`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SampleCluster {
    /// Identity.
    pub id: crate::ClusterId,
    /// Its name.
    pub name: String,
    /// Some of its keywords.
    pub keywords: Vec<String>,
}
