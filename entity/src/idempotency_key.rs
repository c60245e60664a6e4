//! The answer to a call that must not happen twice. Server only.
use crate::{AccountId, IdempotencyKeyId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The answer to a call that must not happen twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "idempotency_keys")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = IdempotencyKey))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: IdempotencyKeyId,
    /// The account that was called for.
    pub account_id: AccountId,
    /// Who called; 0 for nobody.
    pub user_id: UserId,
    /// The caller's key.
    pub key: String,
    /// Hash of method, address and body.
    pub fingerprint: String,
    /// HTTP status of the answer; none while the call is under way.
    pub status: Option<i32>,
    /// The answer's body, JSON, sealed.
    pub body: String,
    /// When the call came.
    pub created_at: DateTime<Utc>,
}

orm_model!();
