//! Somebody whose voice articles are written in.
use crate::{AccountId, AuthorProfileId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Somebody whose voice articles are written in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "author_profiles")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AuthorProfile))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: AuthorProfileId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Name, unique in the account.
    pub name: String,
    /// Who they are and what they know.
    pub description: String,
    /// How they sound.
    pub tone: String,
    /// What they write in, such as `de`; empty follows the site.
    pub language: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// An author profile as a person enters it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AuthorProfileInput))]
pub struct Input {
    /// Name, unique in the account.
    pub name: String,
    /// Who they are and what they know.
    #[serde(default)]
    pub description: String,
    /// How they sound.
    #[serde(default)]
    pub tone: String,
    /// What they write in, such as `de`; empty follows the site.
    #[serde(default)]
    pub language: String,
}
