//! One paid call: what it cost and what it used.
use crate::{AccountId, AiTaskItemId, CreditUsageLogId, SiteId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What costs credits.
    Operation {
        /// Grouping keywords.
        Clustering = "clustering" / "Clustering",
        /// Content ideas.
        Ideas = "ideas" / "Ideas",
        /// Articles.
        Content = "content" / "Content",
        /// Planning pictures.
        ImagePrompts = "image_prompts" / "Image prompts",
        /// Making pictures.
        Images = "images" / "Images",
        /// Links between articles.
        Linking = "linking" / "Internal links",
        /// Improving articles.
        Optimization = "optimization" / "Optimization",
        /// The structure of a site.
        SiteStructure = "site_structure" / "Site structure",
        /// A page of a site.
        SitePage = "site_page" / "Site page",
        /// Reading an article's HTML again.
        Reparse = "reparse" / "Reparse",
    }
}

/// One paid call: what it cost and what it used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "credit_usage_logs")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CreditUsageLog))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: CreditUsageLogId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site.
    pub site_id: Option<SiteId>,
    /// Who caused it.
    pub user_id: Option<UserId>,
    /// What was done.
    pub operation: Operation,
    /// Credits charged.
    pub credits_used: i64,
    /// What the provider takes, in millionths of a US dollar; 0 when unknown or free.
    pub cost_usd_micros: i64,
    /// Who did it.
    pub provider: String,
    /// With which model.
    pub model: String,
    /// Tokens sent.
    pub tokens_in: i64,
    /// Tokens received.
    pub tokens_out: i64,
    /// What it was about.
    pub object_type: String,
    /// Which one.
    pub object_id: i64,
    /// The unit of work.
    pub ai_task_item_id: Option<AiTaskItemId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

orm_model!();
