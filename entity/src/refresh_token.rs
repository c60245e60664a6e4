//! A refresh token's row: only its hash is kept.
use crate::{RefreshTokenId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A refresh token's row: only its hash is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "refresh_tokens")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RefreshToken))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: RefreshTokenId,
    /// Whose it is.
    pub user_id: UserId,
    /// Sign-in that it descends from; reuse revokes the whole family.
    pub family: String,
    /// SHA-256 of the token, hex.
    pub token_hash: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was exchanged.
    pub used_at: Option<DateTime<Utc>>,
    /// No longer valid.
    pub revoked: bool,
    /// Where it was asked for.
    pub ip_address: String,
    /// What the program calls itself.
    pub user_agent: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

orm_model!();
