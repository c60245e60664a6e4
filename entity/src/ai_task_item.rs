//! One unit of an AI task: succeeds, fails and is charged alone.
use crate::{AccountId, AiTaskId, AiTaskItemId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far a unit is.
    ItemStatus {
        /// Not taken yet.
        Pending = "pending" / "Waiting",
        /// A worker has it.
        Running = "running" / "Running",
        /// Succeeded and charged.
        Done = "done" / "Done",
        /// Failed and not charged.
        Failed = "failed" / "Failed",
        /// Not started, not charged.
        Cancelled = "cancelled" / "Cancelled",
    }
}

/// One unit of an AI task: succeeds, fails and is charged alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "ai_task_items")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AiTaskItem))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: AiTaskItemId,
    /// The task.
    pub ai_task_id: AiTaskId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Order within the task, from 0.
    pub position: i32,
    /// What it is about: `keywords`, `cluster`, `task`, `content`, `image`, `site`.
    pub object_type: String,
    /// Which one; 0 when it is about many.
    pub object_id: i64,
    /// How far it is.
    pub status: ItemStatus,
    /// Credits held for it.
    pub credits_reserved: i64,
    /// Credits charged for it.
    pub credits_settled: i64,
    /// Words that it holds of the month's, and once it is done those that it made.
    pub words: i32,
    /// How often a worker took it.
    pub attempts: i32,
    /// The worker that has it.
    pub worker: Option<String>,
    /// Stable name of the failure.
    pub error_code: Option<String>,
    /// Why it failed, for a person.
    pub error: Option<String>,
    /// What came out, as JSON.
    pub result: Option<String>,
    /// When a worker last took it.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

orm_model!();

/// A unit as its task's progress shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ItemProgress))]
pub struct Progress {
    /// Identity.
    pub id: AiTaskItemId,
    /// What it is about.
    pub object_type: String,
    /// Which one.
    pub object_id: i64,
    /// How far it is.
    pub status: ItemStatus,
    /// Credits charged for it.
    pub credits_settled: i64,
    /// Why it failed, for a person.
    pub error: Option<String>,
}
