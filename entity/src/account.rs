//! A customer: the unit of isolation and of billing.
use crate::{AccountId, PlanId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Whether an account may work.
    AccountStatus {
        /// In good standing.
        Active = "active" / "Active",
        /// Stopped by the operator.
        Suspended = "suspended" / "Suspended",
        /// Trying it out.
        Trial = "trial" / "Trial",
        /// Ended by its owner.
        Cancelled = "cancelled" / "Cancelled",
    }
}

/// A customer: the unit of isolation and of billing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "accounts")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Account))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: AccountId,
    /// Name as people see it.
    pub name: String,
    /// Name in URLs, unique in the installation.
    pub slug: String,
    /// The person who signed up.
    pub owner_id: Option<UserId>,
    /// The plan in force.
    pub plan_id: PlanId,
    /// Balance in credits: always the sum of the ledger.
    pub credits: i64,
    /// Credits held by running work, part of the balance.
    pub reserved: i64,
    /// Whether the account may work.
    pub status: AccountStatus,
    /// Its people work for the operator of the installation.
    pub is_system: bool,
    /// A trial works until then.
    pub trial_ends_at: Option<DateTime<Utc>>,
    /// It is deleted then, unless an owner calls that off.
    pub delete_after: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

impl Model {
    /// Credits that new work can still use.
    pub fn available(&self) -> i64 {
        self.credits - self.reserved
    }
}

/// What an account has to spend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Balance {
    /// Sum of the ledger, in credits.
    pub credits: i64,
    /// Credits held by running work.
    pub reserved: i64,
    /// Credits that new work can use.
    pub available: i64,
    /// Less than a tenth of what the plan adds each month can be used.
    pub is_low: bool,
    /// Credits that the plan adds each month.
    pub plan_credits_per_month: i64,
    /// Credits settled since the period began.
    pub credits_used_this_month: i64,
}

/// An account as the operator of the installation sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AccountRow))]
pub struct Row {
    /// The account.
    #[serde(flatten)]
    pub account: Model,
    /// Address of its owner.
    pub owner_email: String,
    /// People, switched off ones included.
    pub people: i64,
    /// Sites.
    pub sites: i64,
}

/// What the operator changes of an account; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct AccountStatusPatch {
    /// Whether the account may work.
    pub status: Option<AccountStatus>,
    /// Last day of a trial.
    pub trial_ends_at: Option<DateTime<Utc>>,
}

/// What changes of one's own account; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct AccountPatch {
    /// Name as people see it.
    pub name: Option<String>,
    /// Name in URLs, unique in the installation.
    pub slug: Option<String>,
}
