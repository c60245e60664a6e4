//! Who does one AI function for an account; without a row the built-in engine does it.
use crate::{AccountId, AiChoiceId, ai_task::AiFunction, provider_setting::Provider};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Who does one AI function for an account; without a row the built-in engine does it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "ai_choices")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AiChoice))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: AiChoiceId,
    /// Whose it is.
    pub account_id: AccountId,
    /// What is done.
    pub function: AiFunction,
    /// Who does it.
    pub provider: Provider,
    /// With which model; empty takes the connection's.
    pub model: String,
    /// How freely the model chooses its words, in hundredths, 0 to 200; empty leaves it to the provider.
    pub temperature: Option<i32>,
    /// Most tokens of an answer, 256 to 128,000; empty takes what the function needs.
    pub max_tokens: Option<i32>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// Who is to do one AI function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AiChoiceInput))]
pub struct Input {
    /// What is done.
    pub function: AiFunction,
    /// Who does it.
    pub provider: Provider,
    /// With which model; empty takes the connection's.
    #[serde(default)]
    pub model: String,
    /// How freely the model chooses its words, in hundredths, 0 to 200.
    #[serde(default)]
    pub temperature: Option<i32>,
    /// Most tokens of an answer, 256 to 128,000.
    #[serde(default)]
    pub max_tokens: Option<i32>,
}
