//! One article at one destination.
use crate::{AccountId, ContentId, IntegrationId, PublishingRecordId, SiteId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far a publication is.
    PublishStatus {
        /// Waiting for a worker.
        Pending = "pending" / "Waiting",
        /// Being sent.
        Publishing = "publishing" / "Publishing",
        /// At its destination.
        Published = "published" / "Published",
        /// The last try failed.
        Failed = "failed" / "Failed",
    }
}

/// One article at one destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "publishing_records")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PublishingRecord))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: PublishingRecordId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// The article.
    pub content_id: ContentId,
    /// The destination.
    pub integration_id: IntegrationId,
    /// How far it is.
    pub status: PublishStatus,
    /// What it should be there: `draft` or `publish`.
    pub target_status: String,
    /// Its id at the destination.
    pub external_id: Option<String>,
    /// Its address at the destination.
    pub external_url: Option<String>,
    /// The revision that is there.
    pub published_revision: Option<i32>,
    /// Pictures that are there already, as JSON.
    pub media: String,
    /// How often a worker took it.
    pub attempts: i32,
    /// The worker that has it.
    pub worker: Option<String>,
    /// Why the last try failed.
    pub error: Option<String>,
    /// Who published it.
    pub user_id: Option<UserId>,
    /// When it was last sent.
    pub published_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// A publication as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PublishingRow))]
pub struct Row {
    /// The publication.
    #[serde(flatten)]
    pub record: Model,
    /// Headline of the article.
    pub content_title: String,
    /// Revision of the article as it is now.
    pub content_revision: i32,
    /// Name of the destination.
    pub integration_name: String,
}

/// Which publications a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct Filter {
    /// Only this site.
    pub site_id: Option<SiteId>,
    /// Only this article.
    pub content_id: Option<ContentId>,
    /// Only this status.
    pub status: Option<PublishStatus>,
}

/// What to publish where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublishRequest {
    /// The articles.
    pub content_ids: Vec<ContentId>,
    /// The destination.
    pub integration_id: IntegrationId,
    /// `publish` or `draft`.
    pub target_status: String,
}
