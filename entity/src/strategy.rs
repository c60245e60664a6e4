//! How content is made for a sector, or for all of them: prompts of its own and the sections of an article.
use std::collections::BTreeMap;

use crate::{AccountId, SectorId, StrategyId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How content is made for a sector, or for all of them: prompts of its own and the sections of an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "strategies")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Strategy))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: StrategyId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The sector; empty for all that have none of their own.
    pub sector_id: Option<SectorId>,
    /// The prompts that it overrides, as JSON: name of the prompt to text.
    pub prompt_types: String,
    /// The sections of an article in their order, as JSON: a list of [`Section`].
    pub section_logic: String,
    /// Whether it is in force.
    pub is_active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// One section of an article.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = StrategySection))]
pub struct Section {
    /// What it is called, such as "What it costs".
    pub heading: String,
    /// What it has to say.
    #[serde(default)]
    pub purpose: String,
    /// Words that it should have; empty leaves it open.
    #[serde(default)]
    pub words: Option<i32>,
}

/// A strategy as a person enters it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = StrategyInput))]
pub struct Input {
    /// Name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The sector; empty for all that have none of their own.
    #[serde(default)]
    pub sector_id: Option<SectorId>,
    /// The prompts that it overrides: name of the prompt to text.
    #[serde(default)]
    pub prompt_types: BTreeMap<String, String>,
    /// The sections of an article in their order.
    #[serde(default)]
    pub section_logic: Vec<Section>,
    /// Whether it is in force.
    pub is_active: bool,
}

/// Most sections of a strategy.
pub const MAX_SECTIONS: usize = 30;

/// A strategy as it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = StrategyRow))]
pub struct Row {
    /// Identity.
    pub id: StrategyId,
    /// Name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The sector; empty for all that have none of their own.
    pub sector_id: Option<SectorId>,
    /// Name of the sector.
    pub sector_name: Option<String>,
    /// Name of its site.
    pub site_name: Option<String>,
    /// The prompts that it overrides: name of the prompt to text.
    pub prompt_types: BTreeMap<String, String>,
    /// The sections of an article in their order.
    pub section_logic: Vec<Section>,
    /// Whether it is in force.
    pub is_active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}
