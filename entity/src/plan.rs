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

/// What the operator changes of a plan. Limits that are empty are unlimited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PlanInput))]
pub struct Input {
    /// Name as people see it.
    pub name: String,
    /// Price of one cycle, in US cents.
    pub price_cents: i64,
    /// Credits added each month.
    pub included_credits: i64,
    /// What help comes with it.
    pub support_level: String,
    /// Name of the price list in the cost table.
    pub price_list: String,
    /// People.
    pub max_users: Option<i32>,
    /// Sites.
    pub max_sites: Option<i32>,
    /// Sectors in the account.
    pub max_sectors: Option<i32>,
    /// Keywords in the account.
    pub max_keywords: Option<i32>,
    /// Clusters in the account.
    pub max_clusters: Option<i32>,
    /// Ideas in the account.
    pub max_ideas: Option<i32>,
    /// Units of AI work a day and site.
    pub max_ai_requests_per_day: Option<i32>,
    /// Articles a day and site.
    pub max_content_tasks_per_day: Option<i32>,
    /// Words a month and site.
    pub max_words_per_month: Option<i32>,
    /// Pictures a day and site.
    pub max_images_per_day: Option<i32>,
    /// Files of the account in megabytes.
    pub max_storage_mb: Option<i32>,
    /// Jobs of the account that wait or run at once.
    pub max_concurrent_tasks: Option<i32>,
}

impl From<&Model> for Input {
    fn from(plan: &Model) -> Self {
        Self {
            name: plan.name.clone(),
            price_cents: plan.price_cents,
            included_credits: plan.included_credits,
            support_level: plan.support_level.clone(),
            price_list: plan.price_list.clone(),
            max_users: plan.max_users,
            max_sites: plan.max_sites,
            max_sectors: plan.max_sectors,
            max_keywords: plan.max_keywords,
            max_clusters: plan.max_clusters,
            max_ideas: plan.max_ideas,
            max_ai_requests_per_day: plan.max_ai_requests_per_day,
            max_content_tasks_per_day: plan.max_content_tasks_per_day,
            max_words_per_month: plan.max_words_per_month,
            max_images_per_day: plan.max_images_per_day,
            max_storage_mb: plan.max_storage_mb,
            max_concurrent_tasks: plan.max_concurrent_tasks,
        }
    }
}
