//! One saved state of an account's prompt.
use crate::{AccountId, AiPromptVersionId, UserId, ai_task::AiFunction};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One saved state of an account's prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "ai_prompt_versions")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AiPromptVersion))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: AiPromptVersionId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The function that it is for.
    pub prompt_type: AiFunction,
    /// Its number, from 1.
    pub version: i32,
    /// The text; empty when the default was taken back.
    pub prompt_value: Option<String>,
    /// Who saved it.
    pub user_id: Option<UserId>,
    /// When it was saved.
    pub created_at: DateTime<Utc>,
}

orm_model!();

/// A saved state as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PromptVersionRow))]
pub struct Row {
    /// Its number, from 1.
    pub version: i32,
    /// The text; empty when the default was taken back.
    pub prompt_value: Option<String>,
    /// Name or address of who saved it; empty for people who are gone.
    pub author: String,
    /// When it was saved.
    pub created_at: DateTime<Utc>,
}
