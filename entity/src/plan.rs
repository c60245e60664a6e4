//! A price plan.
use crate::PlanId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A price plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveEntityModel), sea_orm(table_name = "plans"))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Plan))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: PlanId,
    /// Name as people see it.
    pub name: String,
    /// Name in programs, unique.
    pub slug: String,
    /// Price of one cycle, in US cents.
    pub price_cents: i64,
    /// `monthly` or `annual`.
    pub billing_cycle: String,
    /// Credits added each month.
    pub included_credits: i64,
    /// What help comes with it.
    pub support_level: String,
    /// Name of the price list in the cost table.
    pub price_list: String,
    /// People; empty is unlimited.
    pub max_users: Option<i32>,
    /// Sites; empty is unlimited.
    pub max_sites: Option<i32>,
    /// Keywords in the account; empty is unlimited.
    pub max_keywords: Option<i32>,
    /// Clusters in the account; empty is unlimited.
    pub max_clusters: Option<i32>,
    /// Sectors in the account; empty is unlimited.
    pub max_sectors: Option<i32>,
    /// Ideas in the account; empty is unlimited.
    pub max_ideas: Option<i32>,
    /// Units of AI work a day and site; empty is unlimited.
    pub max_ai_requests_per_day: Option<i32>,
    /// Articles a day and site; empty is unlimited.
    pub max_content_tasks_per_day: Option<i32>,
    /// Words a month and site; empty is unlimited.
    pub max_words_per_month: Option<i32>,
    /// Pictures a day and site; empty is unlimited.
    pub max_images_per_day: Option<i32>,
    /// Files of the account in megabytes; empty is unlimited.
    pub max_storage_mb: Option<i32>,
    /// Jobs of the account that wait or run at once; empty is unlimited.
    pub max_concurrent_tasks: Option<i32>,
    /// The plan of those who sign up.
    pub is_default: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();
