//! A browser session.
use crate::UserId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A browser session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "sessions")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Session))]
pub struct Model {
    /// Random name, hashed.
    #[cfg_attr(feature = "orm", sea_orm(primary_key, auto_increment = false))]
    pub id: String,
    /// Record of the session layer.
    pub data: Vec<u8>,
    /// Who is signed in.
    pub user_id: Option<UserId>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When somebody signed in.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last seen, to the minute.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Where it was last seen.
    pub ip_address: String,
    /// What the browser calls itself.
    pub user_agent: String,
}

orm_model!();
