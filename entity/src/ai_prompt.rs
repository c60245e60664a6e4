//! An account's own text of a prompt; without a row the default is used.
use crate::{AccountId, AiPromptId, ai_task::AiFunction};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An account's own text of a prompt; without a row the default is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "ai_prompts")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AiPrompt))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: AiPromptId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The function that it is for.
    pub prompt_type: AiFunction,
    /// The text, with variables such as `{keywords}`.
    pub prompt_value: String,
    /// Its number, from 1.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();
