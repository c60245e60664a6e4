//! A link that works once. Server only.
use crate::{OneTimeTokenId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a link does.
    Purpose {
        /// Confirms the address of a newcomer.
        ConfirmEmail = "confirm_email" / "Confirm address",
        /// Sets a new password.
        ResetPassword = "reset_password" / "Reset password",
        /// Confirms a new address.
        ChangeEmail = "change_email" / "Change address",
    }
}

/// A link that works once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "one_time_tokens")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = OneTimeToken))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: OneTimeTokenId,
    /// Whose it is.
    pub user_id: UserId,
    /// What it does.
    pub purpose: Purpose,
    /// Hash of the token.
    pub token_hash: String,
    /// The new address, for a change of address.
    pub payload: Option<String>,
    /// It works until then.
    pub expires_at: DateTime<Utc>,
    /// When it was used.
    pub used_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

orm_model!();
