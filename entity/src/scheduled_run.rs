//! Regular work of one period: done once, however many servers are up.
use crate::ScheduledRunId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Regular work of one period: done once, however many servers are up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "scheduled_runs")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ScheduledRun))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: ScheduledRunId,
    /// Name of the work.
    pub name: String,
    /// Which period, such as `2026-11-25`; unique with the name.
    pub period: String,
    /// The worker that does it.
    pub worker: String,
    /// When that worker began.
    pub started_at: DateTime<Utc>,
    /// Until then nobody else takes it.
    pub lease_until: DateTime<Utc>,
    /// When it was done.
    pub finished_at: Option<DateTime<Utc>>,
    /// How often a worker took it.
    pub attempts: i32,
    /// What came of it, in a sentence.
    pub summary: Option<String>,
}

orm_model!();
