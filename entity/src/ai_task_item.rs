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

/// Which units a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query), schema(as = AiTaskItemFilter))]
#[serde(default)]
pub struct Filter {
    /// Only those in this state.
    pub status: Option<ItemStatus>,
}

/// A unit on the receipt of its task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AiTaskItemRow))]
pub struct Row {
    /// Identity.
    pub id: AiTaskItemId,
    /// Order within the task, from 0.
    pub position: i32,
    /// What it is about: `sector`, `cluster`, `task`, `content`, `image`.
    pub object_type: String,
    /// Which one.
    pub object_id: i64,
    /// What that is called; none when it is gone.
    pub title: Option<String>,
    /// The article that it is about, or that came of it.
    pub content_id: Option<crate::ContentId>,
    /// How far it is.
    pub status: ItemStatus,
    /// How often a worker took it.
    pub attempts: i32,
    /// Credits held for it.
    pub credits_reserved: i64,
    /// Credits charged for it.
    pub credits_settled: i64,
    /// Credits given back.
    pub credits_released: i64,
    /// Stable name of the failure.
    pub error_code: Option<String>,
    /// Why it failed, for a person.
    pub error: Option<String>,
    /// What should be known of the result, in sentences.
    pub notes: Vec<String>,
    /// Who did it; empty until it is done.
    pub provider: String,
    /// With which model.
    pub model: String,
    /// Tokens sent.
    pub tokens_in: i64,
    /// Tokens received.
    pub tokens_out: i64,
    /// What the provider takes, in millionths of a US dollar; 0 when unknown or free.
    pub cost_usd_micros: i64,
    /// When a worker last took it.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// How long the last attempt took, in milliseconds.
    pub duration_ms: Option<i64>,
}
