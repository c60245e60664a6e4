//! A place of a keyword that a run took away.
use crate::{AccountId, AiTaskId, ClusterId, ClusterRunId, ClusterRunMoveId, KeywordId};
use serde::{Deserialize, Serialize};

/// A place of a keyword that a run took away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "cluster_run_moves")
)]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: ClusterRunMoveId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The run.
    pub run_id: ClusterRunId,
    /// The keyword.
    pub keyword_id: KeywordId,
    /// Where it was.
    pub cluster_id: ClusterId,
    /// Its nearness there.
    pub similarity: f32,
    /// Terms it shared there.
    pub shared_terms: String,
    /// Search results it had in common there.
    pub shared_urls: i32,
    /// The run that had placed it.
    pub ai_task_id: Option<AiTaskId>,
}

orm_model!();
