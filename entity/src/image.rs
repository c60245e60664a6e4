//! A picture of an article, planned or made.
use crate::{AccountId, ContentId, ImageId, SectorId, SiteId, TaskId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Where a picture stands.
    ImageType {
        /// The article's main picture.
        Featured = "featured" / "Featured",
        /// Under a heading.
        InArticle = "in_article" / "In article",
        /// For wide screens.
        Desktop = "desktop" / "Desktop",
        /// For phones.
        Mobile = "mobile" / "Mobile",
    }
}

text_enum! {
    /// How far a picture is.
    ImageStatus {
        /// Has a prompt.
        Pending = "pending" / "Planned",
        /// Has a file.
        Generated = "generated" / "Ready",
        /// The last try failed.
        Failed = "failed" / "Failed",
        /// Replaced or set aside.
        Archived = "archived" / "Archived",
    }
}

/// A picture of an article, planned or made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveEntityModel), sea_orm(table_name = "images"))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Image))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: ImageId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// The sector it belongs to.
    pub sector_id: SectorId,
    /// The task.
    pub task_id: Option<TaskId>,
    /// The article.
    pub content_id: Option<ContentId>,
    /// Where it stands.
    pub image_type: ImageType,
    /// Order within the article.
    pub position: i32,
    /// The heading that it stands under.
    pub heading: Option<String>,
    /// What it should show.
    pub prompt: String,
    /// Text for those who cannot see it.
    pub alt_text: String,
    /// How far it is.
    pub status: ImageStatus,
    /// Where the file lies in the storage.
    pub storage_key: Option<String>,
    /// Type of the file.
    pub mime_type: Option<String>,
    /// Pixels.
    pub width: Option<i32>,
    /// Pixels.
    pub height: Option<i32>,
    /// Size of the file.
    pub size_bytes: Option<i64>,
    /// Who made it.
    pub provider: Option<String>,
    /// Why the last try failed.
    pub error: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

impl Model {
    /// Address of the file within the application, once there is one.
    pub fn url(&self) -> Option<String> {
        self.storage_key.as_ref()?;
        Some(format!("/files/images/{}?v={}", self.id, self.updated_at.timestamp()))
    }
}

/// Which pictures a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct Filter {
    /// Only this site.
    pub site_id: Option<SiteId>,
    /// Only this sector.
    pub sector_id: Option<SectorId>,
    /// Only this status.
    pub status: Option<ImageStatus>,
    /// Only those of this article.
    pub content_id: Option<ContentId>,
    /// Only this kind.
    pub image_type: Option<ImageType>,
}

/// A picture as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ImageRow))]
pub struct Row {
    /// The picture.
    #[serde(flatten)]
    pub image: Model,
    /// Headline of its article.
    pub content_title: Option<String>,
}

/// What changes of a picture; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ImagePatch))]
#[serde(default)]
pub struct Patch {
    /// What it should show.
    pub prompt: Option<String>,
    /// Text for those who cannot see it.
    pub alt_text: Option<String>,
}
