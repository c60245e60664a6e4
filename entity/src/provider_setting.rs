//! Which provider an account's AI functions use.
use crate::{AccountId, ProviderSettingId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Who answers AI functions.
    Provider {
        /// Works offline, nothing to configure.
        Builtin = "builtin" / "Built-in engine",
        /// Any server that speaks the OpenAI interface.
        OpenaiCompatible = "openai_compatible" / "OpenAI or compatible",
    }
}

/// Which provider an account's AI functions use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "provider_settings")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ProviderSetting))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: ProviderSettingId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Who answers.
    pub provider: Provider,
    /// Address of the interface, such as `https://api.openai.com/v1`.
    pub base_url: String,
    /// Model for text.
    pub model: String,
    /// Model for pictures; empty leaves them to the built-in engine.
    pub image_model: String,
    /// Key, encrypted; never leaves the server.
    #[serde(skip)]
    pub secret: String,
    /// The key, masked: its last four characters.
    pub key_hint: String,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// Settings of the AI provider as a person changes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ProviderSettingInput))]
pub struct Input {
    /// Who answers.
    pub provider: Provider,
    /// Address of the interface.
    #[serde(default)]
    pub base_url: String,
    /// Model for text.
    #[serde(default)]
    pub model: String,
    /// Model for pictures.
    #[serde(default)]
    pub image_model: String,
    /// Key; an empty one keeps what is stored.
    #[serde(default)]
    pub api_key: String,
}
