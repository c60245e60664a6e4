//! An account's own text of a prompt; without a row the default is used.
use crate::{AccountId, AiPromptId, SectorId, StrategyId, ai_task::AiFunction};
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

text_enum! {
    /// Where the text of a prompt comes from.
    PromptSource {
        /// The text that we ship.
        Default = "default" / "Default",
        /// The account's own text.
        Account = "account" / "Your own text",
        /// An active strategy.
        Strategy = "strategy" / "Strategy",
    }
}

/// Which text is used in a sector, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PromptInForce))]
pub struct InForce {
    /// The sector.
    pub sector_id: SectorId,
    /// Its name.
    pub sector_name: String,
    /// Name of its site.
    pub site_name: String,
    /// Where the text comes from.
    pub source: PromptSource,
    /// The strategy that it comes from.
    pub strategy_id: Option<StrategyId>,
    /// Why it is this text, in a sentence.
    pub why: String,
}

/// A prompt as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PromptRow))]
pub struct Row {
    /// The function that it is for.
    pub prompt_type: AiFunction,
    /// What the function is called.
    pub label: String,
    /// The account has a text of its own.
    pub is_own: bool,
    /// The built-in engine does this function: no text is used at all.
    pub is_builtin: bool,
    /// Number of the latest version; 0 when nothing was ever changed.
    pub version: i32,
    /// When it last changed.
    pub updated_at: Option<DateTime<Utc>>,
    /// Which text is used in each active sector.
    pub in_force: Vec<InForce>,
}

/// A variable of a prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PromptVariable))]
pub struct Variable {
    /// Its name, written `{name}` in the text.
    pub name: String,
    /// What stands in its place.
    pub meaning: String,
    /// The text must hold it.
    pub required: bool,
}

/// A prompt with all that is needed to edit it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PromptDetail))]
pub struct Detail {
    /// As the list shows it.
    #[serde(flatten)]
    pub row: Row,
    /// The account's text, the default when it has none.
    pub prompt_value: String,
    /// The default.
    pub default_value: String,
    /// What may stand in braces.
    pub variables: Vec<Variable>,
}

/// A text to save.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PromptInput))]
pub struct Input {
    /// The text, with variables such as `{keywords}`.
    pub prompt_value: String,
    /// The version that it was made from; refused as `conflict` when there is a later one. Absent saves anyway.
    #[serde(default)]
    pub version: Option<i32>,
}

/// Longest text of a prompt, in characters.
pub const MAX_CHARACTERS: usize = 20_000;

/// What a preview is to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PromptPreviewRequest))]
pub struct PreviewRequest {
    /// The sector whose things are filled in.
    pub sector_id: SectorId,
    /// A text to try without saving it; absent takes the one in force.
    #[serde(default)]
    pub prompt_value: Option<String>,
}

/// What a model would be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PromptPreview))]
pub struct Preview {
    /// Which text is used in the sector, and why.
    pub in_force: InForce,
    /// The built-in engine does this function: nobody is asked.
    pub is_builtin: bool,
    /// What was filled in, such as an article's title; empty when the sector has nothing of the kind yet.
    pub about: Option<String>,
    /// Our rules, which go along whatever the text says.
    pub system: String,
    /// The text, filled in.
    pub user: String,
}
