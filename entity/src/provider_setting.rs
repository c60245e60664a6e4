//! A connection of an account to an AI provider, one for each kind.
use crate::{AccountId, ProviderSettingId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Who answers AI functions.
    Provider {
        /// Works offline, nothing to configure.
        Builtin = "builtin" / "Built-in engine",
        /// OpenAI itself.
        Openai = "openai" / "OpenAI",
        /// Any other server that speaks OpenAI's interface, also one's own.
        OpenaiCompatible = "openai_compatible" / "OpenAI-compatible",
        /// Claude.
        Anthropic = "anthropic" / "Anthropic",
        /// Pictures only.
        Runware = "runware" / "Runware",
    }
}

impl Provider {
    /// Whether it can answer in words.
    pub fn writes(self) -> bool {
        self != Self::Runware
    }

    /// Whether it can make pictures.
    pub fn draws(self) -> bool {
        self != Self::Anthropic
    }

    /// Where its interface is, for those that have one of their own.
    pub fn home(self) -> Option<&'static str> {
        match self {
            Self::Openai => Some("https://api.openai.com/v1"),
            Self::Anthropic => Some("https://api.anthropic.com"),
            Self::Runware => Some("https://api.runware.ai/v1"),
            Self::Builtin | Self::OpenaiCompatible => None,
        }
    }
}

/// A connection of an account to an AI provider, one for each kind.
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
    /// Address of the interface, such as `https://api.openai.com/v1`; empty is the provider's own.
    pub base_url: String,
    /// Model for text, unless a function has one of its own.
    pub model: String,
    /// Model for pictures, unless the choice of the function says another.
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

/// A connection as a person changes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ProviderSettingInput))]
pub struct Input {
    /// To whom; never the built-in engine, which needs no connection.
    pub provider: Provider,
    /// Address of the interface; empty is the provider's own.
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
