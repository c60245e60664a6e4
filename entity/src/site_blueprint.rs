//! A plan of a site's pages.
use crate::{AccountId, AiTaskItemId, SiteBlueprintId, SiteId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far a plan is.
    BlueprintStatus {
        /// To be looked at and changed.
        Draft = "draft" / "Draft",
    }
}

/// A plan of a site's pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "site_blueprints")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SiteBlueprint))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: SiteBlueprintId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site.
    pub site_id: SiteId,
    /// What it is called.
    pub name: String,
    /// How far it is.
    pub status: BlueprintStatus,
    /// The unit of work that made it.
    pub ai_task_item_id: Option<AiTaskItemId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// Which plans a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query), schema(as = SiteBlueprintFilter))]
#[serde(default)]
pub struct Filter {
    /// Only this site.
    pub site_id: Option<SiteId>,
}

/// A plan as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SiteBlueprintRow))]
pub struct Row {
    /// The plan.
    #[serde(flatten)]
    pub blueprint: Model,
    /// Pages in it.
    pub pages: u64,
}

/// A plan with its pages: each after its parent, in the order of the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SiteBlueprintDetail))]
pub struct Detail {
    /// The plan.
    #[serde(flatten)]
    pub blueprint: Model,
    /// Its pages.
    pub pages: Vec<crate::page_blueprint::Row>,
}
