//! An account's subscription to a plan.
use crate::{AccountId, PlanId, SubscriptionId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Whether a subscription runs.
    SubscriptionStatus {
        /// Running.
        Active = "active" / "Active",
        /// Ends with its period.
        Cancelled = "cancelled" / "Cancelled",
        /// Waiting for a payment.
        PastDue = "past_due" / "Past due",
    }
}

/// An account's subscription to a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "subscriptions")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Subscription))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: SubscriptionId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The plan.
    pub plan_id: PlanId,
    /// Whether it runs.
    pub status: SubscriptionStatus,
    /// Start of the period.
    pub current_period_start: DateTime<Utc>,
    /// End of the period.
    pub current_period_end: DateTime<Utc>,
    /// When its owners were last told that few credits are left.
    pub low_credit_warned_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();
