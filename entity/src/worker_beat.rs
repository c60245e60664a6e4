//! Sign of life of a worker.
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Sign of life of a worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "worker_beats")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = WorkerBeat))]
pub struct Model {
    /// Name of the worker with its start's random id.
    #[cfg_attr(feature = "orm", sea_orm(primary_key, auto_increment = false))]
    pub id: String,
    /// Last sign of life.
    pub seen_at: DateTime<Utc>,
}

orm_model!();
