//! One saved state of an article.
use crate::{AccountId, ContentId, ContentVersionId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What made a version.
    VersionReason {
        /// Written by an AI function.
        Generated = "generated" / "Generated",
        /// Saved by a person.
        Edited = "edited" / "Edited",
        /// An older state put back.
        Restored = "restored" / "Restored",
        /// Links to other articles were set.
        Linked = "linked" / "Links set",
        /// A proposed improvement was applied.
        Improved = "improved" / "Improved",
    }
}

/// One saved state of an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "content_versions")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ContentVersion))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: ContentVersionId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The article.
    pub content_id: ContentId,
    /// The revision that it holds.
    pub revision: i32,
    /// Headline.
    pub title: String,
    /// HTML.
    pub html_content: String,
    /// Title for search results.
    pub meta_title: String,
    /// Description for search results.
    pub meta_description: String,
    /// Words.
    pub word_count: i32,
    /// Who saved it; none for a generated one.
    pub user_id: Option<UserId>,
    /// What made it.
    pub reason: VersionReason,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

orm_model!();

/// A version as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct Row {
    /// Identity.
    pub id: ContentVersionId,
    /// The revision that it holds.
    pub revision: i32,
    /// Words.
    pub word_count: i32,
    /// What made it.
    pub reason: VersionReason,
    /// Who saved it.
    pub user_id: Option<UserId>,
    /// When.
    pub created_at: DateTime<Utc>,
}
