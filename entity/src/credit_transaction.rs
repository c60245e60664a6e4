//! A row of the ledger: append-only.
use crate::{AccountId, AiTaskId, AiTaskItemId, CreditTransactionId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Why credits moved.
    TransactionType {
        /// Bought.
        Purchase = "purchase" / "Purchase",
        /// Came with the plan.
        Subscription = "subscription" / "Subscription",
        /// Given back.
        Refund = "refund" / "Refund",
        /// Paid for work.
        Deduction = "deduction" / "Used",
        /// Set right by the operator.
        Adjustment = "adjustment" / "Adjustment",
    }
}

/// A row of the ledger: append-only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "credit_transactions")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CreditTransaction))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: CreditTransactionId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Why credits moved.
    pub transaction_type: TransactionType,
    /// Credits: positive in, negative out.
    pub amount: i64,
    /// Balance once this row counts.
    pub balance_after: i64,
    /// What for, in words.
    pub description: String,
    /// Unique: the same movement cannot be written twice.
    pub idempotency_key: String,
    /// The work it paid for.
    pub ai_task_id: Option<AiTaskId>,
    /// The unit it paid for.
    pub ai_task_item_id: Option<AiTaskItemId>,
    /// Who caused it.
    pub user_id: Option<UserId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

orm_model!();

/// Credits that the operator books into an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CreditBooking))]
pub struct Booking {
    /// Why: `purchase`, `refund` or `adjustment`.
    pub transaction_type: TransactionType,
    /// Credits: positive in, negative out. Only an adjustment takes credits away.
    pub amount: i64,
    /// Why, in words that the account's people read.
    pub description: String,
    /// What it refers to, such as the number of a payment: the same reference is booked once.
    pub reference: String,
}

/// A settled unit whose credits are given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CreditRefund))]
pub struct Refund {
    /// The unit.
    pub ai_task_item_id: AiTaskItemId,
    /// Why, in words that the account's people read.
    pub description: String,
}
