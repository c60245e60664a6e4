//! An article, page or product text.
use crate::{AccountId, ClusterId, ContentId, SectorId, SiteId, TaskId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far an article is.
    ContentStatus {
        /// To be read and edited.
        Draft = "draft" / "Draft",
        /// Somebody reads it.
        Review = "review" / "In review",
        /// At a destination.
        Published = "published" / "Published",
        /// Set aside.
        Archived = "archived" / "Archived",
    }
}

text_enum! {
    /// Where an article came from.
    ContentSource {
        /// Made here.
        Igny8 = "igny8" / "IGNY8",
        /// Taken from WordPress.
        Wordpress = "wordpress" / "WordPress",
        /// Written by hand.
        Manual = "manual" / "Manual",
    }
}

/// An article, page or product text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "contents")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Content))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: ContentId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// The sector it belongs to.
    pub sector_id: SectorId,
    /// The task it answers; a task has one article.
    pub task_id: Option<TaskId>,
    /// The cluster it serves.
    pub cluster_id: Option<ClusterId>,
    /// Headline.
    pub title: String,
    /// Last part of its address.
    pub slug: String,
    /// Sanitised HTML without the headline.
    pub html_content: String,
    /// Words of the visible text (Unicode words).
    pub word_count: i32,
    /// Teaser in plain text.
    pub excerpt: String,
    /// Title for search results.
    pub meta_title: String,
    /// Description for search results.
    pub meta_description: String,
    /// Main keyword.
    pub primary_keyword: String,
    /// Other keywords, comma separated.
    pub secondary_keywords: String,
    /// Category names at the destination, comma separated.
    pub categories: String,
    /// Tag names at the destination, comma separated.
    pub tags: String,
    /// How far it is.
    pub status: ContentStatus,
    /// What it becomes.
    pub entity_type: crate::task::EntityType,
    /// Where it came from.
    pub source: ContentSource,
    /// An outline made without a language model: to be completed by a person.
    pub is_outline: bool,
    /// Grows by one with each save.
    pub revision: i32,
    /// Stable random name that travels with the article to its destinations.
    pub public_id: String,
    /// Its address at the first destination.
    pub external_url: Option<String>,
    /// When it was first published.
    pub published_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// Which articles a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct Filter {
    /// Only this site.
    pub site_id: Option<SiteId>,
    /// Only this sector.
    pub sector_id: Option<SectorId>,
    /// Only this status.
    pub status: Option<ContentStatus>,
    /// Only those of this cluster.
    pub cluster_id: Option<ClusterId>,
}

/// An article as the list shows it: without its HTML.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ContentRow))]
pub struct Row {
    /// Identity.
    pub id: ContentId,
    /// Its site.
    pub site_id: SiteId,
    /// Its sector.
    pub sector_id: SectorId,
    /// Its task.
    pub task_id: Option<TaskId>,
    /// Headline.
    pub title: String,
    /// Main keyword.
    pub primary_keyword: String,
    /// Words.
    pub word_count: i32,
    /// How far it is.
    pub status: ContentStatus,
    /// An outline to be completed by a person.
    pub is_outline: bool,
    /// Its address at the first destination.
    pub external_url: Option<String>,
    /// Pictures planned.
    pub images_total: i64,
    /// Pictures made.
    pub images_done: i64,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// An edit of an article; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ContentPatch))]
#[serde(default)]
pub struct Patch {
    /// The revision that was edited. When the stored one is newer, the save is refused as a conflict.
    pub revision: i32,
    /// Headline.
    pub title: Option<String>,
    /// Last part of its address.
    pub slug: Option<String>,
    /// HTML; sanitised before it is stored.
    pub html_content: Option<String>,
    /// Teaser in plain text.
    pub excerpt: Option<String>,
    /// Title for search results.
    pub meta_title: Option<String>,
    /// Description for search results.
    pub meta_description: Option<String>,
    /// Main keyword.
    pub primary_keyword: Option<String>,
    /// Other keywords.
    pub secondary_keywords: Option<String>,
    /// Category names.
    pub categories: Option<String>,
    /// Tag names.
    pub tags: Option<String>,
    /// How far it is.
    pub status: Option<ContentStatus>,
}

/// An article with all that its page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The article.
    pub content: Model,
    /// Its pictures: the featured one first.
    pub images: Vec<crate::image::Model>,
    /// Its destinations.
    pub records: Vec<crate::publishing_record::Row>,
    /// Its saved states, newest first, without their HTML.
    pub versions: Vec<crate::content_version::Row>,
}
