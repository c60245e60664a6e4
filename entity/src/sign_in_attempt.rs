//! Failed sign-ins of one address or one caller. Server only.
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Failed sign-ins of one address or one caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "sign_in_attempts")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SignInAttempt))]
pub struct Model {
    /// `email:...` or `address:...`.
    #[cfg_attr(feature = "orm", sea_orm(primary_key, auto_increment = false))]
    pub subject: String,
    /// Failures in a row.
    pub failures: i32,
    /// Nothing is tried before then.
    pub locked_until: Option<DateTime<Utc>>,
    /// Last failure.
    pub updated_at: DateTime<Utc>,
}

orm_model!();
