//! A writing task.
use crate::{AccountId, AuthorProfileId, ClusterId, IdeaId, SectorId, SiteId, TaskId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What an article becomes.
    EntityType {
        /// A blog post.
        Post = "post" / "Post",
        /// A page.
        Page = "page" / "Page",
        /// A product text.
        Product = "product" / "Product",
        /// A service page.
        Service = "service" / "Service",
        /// A category page.
        Taxonomy = "taxonomy" / "Taxonomy",
    }
}

text_enum! {
    /// How far a task is.
    TaskStatus {
        /// Waiting.
        Draft = "draft" / "To write",
        /// Being written.
        InProgress = "in_progress" / "Writing",
        /// Written, to be read.
        Review = "review" / "In review",
        /// Done.
        Completed = "completed" / "Completed",
        /// Set aside.
        Archived = "archived" / "Archived",
    }
}

/// A writing task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveEntityModel), sea_orm(table_name = "tasks"))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Task))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: TaskId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// The sector it belongs to.
    pub sector_id: SectorId,
    /// Working title.
    pub title: String,
    /// What to cover.
    pub description: String,
    /// The cluster it serves.
    pub cluster_id: Option<ClusterId>,
    /// The idea it came from; an idea is queued once.
    pub idea_id: Option<IdeaId>,
    /// `blog_post`, `page`, `product`...
    pub content_type: String,
    /// Structure of the article.
    pub content_structure: String,
    /// What the article becomes.
    pub entity_type: EntityType,
    /// Keywords it aims at, comma separated.
    pub keywords: String,
    /// Words it should have.
    pub target_word_count: i32,
    /// Whose voice it is written in; empty takes the sector's.
    pub author_profile_id: Option<AuthorProfileId>,
    /// How far it is.
    pub status: TaskStatus,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// Which tasks a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct Filter {
    /// Only this site.
    pub site_id: Option<SiteId>,
    /// Only this sector.
    pub sector_id: Option<SectorId>,
    /// Only this status.
    pub status: Option<TaskStatus>,
    /// Only those of this cluster.
    pub cluster_id: Option<ClusterId>,
    /// Only this type.
    pub content_type: Option<String>,
    /// Only this structure.
    pub content_structure: Option<String>,
}

/// A task as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = TaskRow))]
pub struct Row {
    /// The task.
    #[serde(flatten)]
    pub task: Model,
    /// Name of its cluster.
    pub cluster_name: Option<String>,
    /// Its article, once there is one.
    pub content_id: Option<crate::ContentId>,
    /// Why the last try to write it failed, if it did.
    pub last_error: Option<String>,
}

/// A task to make by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NewTask))]
pub struct New {
    /// The sector that takes it.
    pub sector_id: SectorId,
    /// Working title.
    pub title: String,
    /// What to cover.
    #[serde(default)]
    pub description: String,
    /// The cluster it serves.
    #[serde(default)]
    pub cluster_id: Option<ClusterId>,
    /// Structure; `guide` when absent.
    #[serde(default)]
    pub content_structure: Option<String>,
    /// Keywords it aims at, comma separated.
    #[serde(default)]
    pub keywords: String,
    /// Words it should have; 1,200 when absent.
    #[serde(default)]
    pub target_word_count: Option<i32>,
    /// Whose voice it is written in; absent takes the sector's.
    #[serde(default)]
    pub author_profile_id: Option<AuthorProfileId>,
}
