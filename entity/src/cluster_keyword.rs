//! A keyword's place in a cluster.
use crate::{AccountId, AiTaskId, ClusterId, KeywordId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A keyword's place in a cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "cluster_keywords")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ClusterKeyword))]
pub struct Model {
    /// The cluster.
    #[cfg_attr(feature = "orm", sea_orm(primary_key, auto_increment = false))]
    pub cluster_id: ClusterId,
    /// The keyword.
    #[cfg_attr(feature = "orm", sea_orm(primary_key, auto_increment = false))]
    pub keyword_id: KeywordId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Nearness to the cluster, 0 to 1.
    pub similarity: f32,
    /// Terms it shares with the others, comma separated.
    pub shared_terms: String,
    /// The run that placed it; none when placed by hand.
    pub ai_task_id: Option<AiTaskId>,
    /// A person wants it here: no run takes it away.
    pub pinned: bool,
    /// Search results it has in common with its nearest in the cluster, when results were imported.
    pub shared_urls: i32,
}

orm_model!();

/// A keyword of a cluster and why it is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ClusterMember))]
pub struct Row {
    /// The keyword.
    pub keyword: crate::keyword::Model,
    /// Nearness to the cluster in percent.
    pub similarity: i32,
    /// Terms it shares with the others.
    pub shared_terms: Vec<String>,
    /// Search results it has in common with its nearest in the cluster.
    pub shared_urls: i32,
    /// Search results of it that are known.
    pub known_urls: i64,
    /// A person wants it here: no run takes it away.
    pub pinned: bool,
    /// Random name of the run that placed it; none when placed by hand.
    pub task_id: Option<String>,
    /// When that run began.
    pub placed_at: Option<DateTime<Utc>>,
    /// Among the keywords that fit least: the first to look at.
    pub weakest: bool,
}
