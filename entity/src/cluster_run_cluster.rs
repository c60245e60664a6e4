//! A cluster that a run emptied and took away.
use crate::{AccountId, AiTaskId, ClusterId, ClusterRunClusterId, ClusterRunId, cluster::ClusterStatus};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A cluster that a run emptied and took away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "cluster_run_clusters")
)]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: ClusterRunClusterId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The run.
    pub run_id: ClusterRunId,
    /// The number it had, and gets back.
    pub cluster_id: ClusterId,
    /// Its name.
    pub name: String,
    /// What belonged into it.
    pub description: String,
    /// How far it was.
    pub status: ClusterStatus,
    /// The run that had made it.
    pub ai_task_id: Option<AiTaskId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

orm_model!();
