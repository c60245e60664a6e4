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
    /// The plan of those who sign up.
    pub is_default: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();
