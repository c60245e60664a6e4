//! A proposed piece of content.
use crate::{AccountId, AiTaskItemId, ClusterId, IdeaId, SectorId, SiteId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far an idea is.
    IdeaStatus {
        /// To be decided.
        New = "new" / "New",
        /// A writing task exists.
        Queued = "queued" / "In Writer",
        /// Its article is written.
        Completed = "completed" / "Written",
        /// Set aside.
        Archived = "archived" / "Archived",
    }
}

/// A proposed piece of content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveEntityModel), sea_orm(table_name = "ideas"))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Idea))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: IdeaId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// The sector it belongs to.
    pub sector_id: SectorId,
    /// Working title.
    pub idea_title: String,
    /// What it should cover.
    pub description: String,
    /// `blog_post`, `page`, `product`...
    pub content_type: String,
    /// `guide`, `how_to`, `listicle`, `comparison`, `review`, `faq`, `landing_page`, `pillar`.
    pub content_structure: String,
    /// Keywords it aims at, comma separated.
    pub target_keywords: String,
    /// The cluster it came from.
    pub cluster_id: Option<ClusterId>,
    /// Words it should have.
    pub estimated_word_count: i32,
    /// How far it is.
    pub status: IdeaStatus,
    /// The item that made it.
    pub ai_task_item_id: Option<AiTaskItemId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// Which ideas a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct Filter {
    /// Only this site.
    pub site_id: Option<SiteId>,
    /// Only this sector.
    pub sector_id: Option<SectorId>,
    /// Only this status.
    pub status: Option<IdeaStatus>,
    /// Only those of this cluster.
    pub cluster_id: Option<ClusterId>,
    /// Only this type.
    pub content_type: Option<String>,
    /// Only this structure.
    pub content_structure: Option<String>,
}

/// An idea as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = IdeaRow))]
pub struct Row {
    /// The idea.
    #[serde(flatten)]
    pub idea: Model,
    /// Name of its cluster.
    pub cluster_name: Option<String>,
}

/// An idea to make by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NewIdea))]
pub struct New {
    /// The sector that takes it.
    pub sector_id: SectorId,
    /// Working title.
    pub idea_title: String,
    /// What it should cover.
    #[serde(default)]
    pub description: String,
    /// The cluster it belongs to.
    #[serde(default)]
    pub cluster_id: Option<ClusterId>,
    /// Structure; `guide` when absent.
    #[serde(default)]
    pub content_structure: Option<String>,
    /// Keywords it aims at, comma separated.
    #[serde(default)]
    pub target_keywords: String,
    /// Words it should have, 100 to 20,000; 1,200 when absent.
    #[serde(default)]
    pub estimated_word_count: Option<i32>,
}

/// What changes of an idea; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = IdeaPatch))]
#[serde(default)]
pub struct Patch {
    /// Working title.
    pub idea_title: Option<String>,
    /// What it should cover.
    pub description: Option<String>,
    /// Structure.
    pub content_structure: Option<String>,
    /// Keywords it aims at.
    pub target_keywords: Option<String>,
    /// Words it should have.
    pub estimated_word_count: Option<i32>,
    /// How far it is.
    pub status: Option<IdeaStatus>,
}

/// What queueing ideas to the Writer did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueResult {
    /// Writing tasks made now.
    pub created: Vec<crate::TaskId>,
    /// Ideas that had a task already.
    pub already_queued: u32,
}
