//! A better version of an article, proposed.
use crate::{AccountId, AiTaskItemId, ContentId, OptimizationTaskId, SiteId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far a proposal is.
    OptimizationStatus {
        /// Waits for a person.
        Proposed = "proposed" / "Proposed",
        /// Written into the article.
        Applied = "applied" / "Applied",
        /// Not wanted.
        Dismissed = "dismissed" / "Dismissed",
        /// Applied, and taken back.
        Undone = "undone" / "Undone",
    }
}

/// Title and texts of an article besides its body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ArticleMeta))]
pub struct Meta {
    /// Headline.
    pub title: String,
    /// Title for search results.
    pub meta_title: String,
    /// Description for search results.
    pub meta_description: String,
    /// Teaser in plain text.
    pub excerpt: String,
}

/// A better version of an article, proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "optimization_tasks")
)]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: OptimizationTaskId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// The article.
    pub content_id: ContentId,
    /// How far it is.
    pub status: OptimizationStatus,
    /// The revision that was looked at.
    pub base_revision: i32,
    /// The revision that applying made.
    pub applied_revision: Option<i32>,
    /// The article's HTML then.
    pub html_before: String,
    /// The HTML that is proposed.
    pub html_after: String,
    /// A [`Meta`] as JSON.
    pub meta_before: String,
    /// A [`Meta`] as JSON.
    pub meta_after: String,
    /// Sentences as JSON.
    pub changes: String,
    /// The unit of work that made it.
    pub ai_task_item_id: Option<AiTaskItemId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// Whose proposals a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query), schema(as = OptimizationFilter))]
#[serde(default)]
pub struct Filter {
    /// Only this site.
    pub site_id: Option<SiteId>,
    /// Only this article.
    pub content_id: Option<ContentId>,
    /// Only this status.
    pub status: Option<OptimizationStatus>,
}

/// A proposal to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = OptimizationTask))]
pub struct Row {
    /// Identity.
    pub id: OptimizationTaskId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// The article.
    pub content_id: ContentId,
    /// How far it is.
    pub status: OptimizationStatus,
    /// The revision that was looked at.
    pub base_revision: i32,
    /// The revision that applying made.
    pub applied_revision: Option<i32>,
    /// There is something to apply; without it `changes` are notes for a person.
    pub differs: bool,
    /// The article's HTML when it was looked at.
    pub html_before: String,
    /// The HTML that is proposed.
    pub html_after: String,
    /// Title and texts for search results then.
    pub meta_before: Meta,
    /// Title and texts for search results that are proposed.
    pub meta_after: Meta,
    /// What is changed and why, a sentence each; notes on what is left to a person come last.
    pub changes: Vec<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}
