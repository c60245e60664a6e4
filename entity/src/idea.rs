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

/// Types of content with what a person reads.
pub const CONTENT_TYPES: &[(&str, &str)] = &[
    ("blog_post", "Blog post"),
    ("page", "Page"),
    ("landing_page", "Landing page"),
    ("product", "Product"),
    ("service", "Service"),
    ("category", "Category page"),
];

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
    /// One of [`CONTENT_TYPES`]: `blog_post`, `page`, `landing_page`, `product`, `service`, `category`.
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
    /// Words at least.
    pub words_min: Option<i32>,
    /// Words at most.
    pub words_max: Option<i32>,
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
    /// The writing task that was made of it.
    pub task_id: Option<crate::TaskId>,
    /// The article that was written of it.
    pub content_id: Option<crate::ContentId>,
    /// The nearest other content about the same thing, for ideas that nobody has decided on.
    pub duplicate: Option<crate::topic::Near>,
}

/// An idea to make by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// One of [`CONTENT_TYPES`]; `blog_post` when absent.
    #[serde(default)]
    pub content_type: Option<String>,
    /// Make it although the site has this topic already.
    #[serde(default)]
    pub allow_duplicate: bool,
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
    /// One of [`CONTENT_TYPES`].
    pub content_type: Option<String>,
    /// Structure.
    pub content_structure: Option<String>,
    /// The cluster it belongs to; 0 takes it out of its cluster.
    pub cluster_id: Option<ClusterId>,
    /// Keywords it aims at.
    pub target_keywords: Option<String>,
    /// Words it should have.
    pub estimated_word_count: Option<i32>,
    /// How far it is.
    pub status: Option<IdeaStatus>,
    /// Change title or keywords although the site has this topic already.
    pub allow_duplicate: bool,
}

/// Ideas to hand over to the Writer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Queue {
    /// The ideas.
    pub ids: Vec<IdeaId>,
    /// Also those whose topic the site has already.
    #[serde(default)]
    pub allow_duplicate: bool,
}

/// What queueing ideas to the Writer did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueResult {
    /// Writing tasks made now.
    pub created: Vec<crate::TaskId>,
    /// Ideas that had a task already.
    pub already_queued: u32,
    /// Archived ideas, by title: they were left out.
    #[serde(default)]
    pub archived: Vec<String>,
    /// Ideas whose topic the site has already: they were left out.
    #[serde(default)]
    pub duplicates: Vec<crate::topic::Covered>,
}
