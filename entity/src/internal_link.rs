//! A link from one article of a site to another, proposed or set.
use crate::{AccountId, AiTaskItemId, ContentId, InternalLinkId, SiteId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far a link is.
    LinkStatus {
        /// Waits for a person.
        Suggested = "suggested" / "Suggested",
        /// Stands in the article.
        Accepted = "accepted" / "Set",
        /// Not wanted; not proposed again.
        Rejected = "rejected" / "Rejected",
    }
}

text_enum! {
    /// Why two articles belong together.
    LinkType {
        /// They serve the same cluster.
        SameCluster = "same_cluster" / "Same cluster",
        /// They speak of the same things.
        Semantic = "semantic" / "Related",
    }
}

/// A link from one article of a site to another, proposed or set. There is one for each pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "internal_links")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InternalLink))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: InternalLinkId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site of both articles.
    pub site_id: SiteId,
    /// The article that the link stands in.
    pub content_id: ContentId,
    /// The article that it leads to.
    pub target_content_id: ContentId,
    /// The words that become the link.
    pub anchor: String,
    /// The sentence that they stand in.
    pub sentence: String,
    /// Why, for a person.
    pub reason: String,
    /// Characters of the visible text before the anchor, when it was found.
    pub position: i32,
    /// What makes the two belong together.
    pub link_type: LinkType,
    /// 0 to 100: how well it fits.
    pub score: i32,
    /// How far it is.
    pub status: LinkStatus,
    /// The unit of work that found it.
    pub ai_task_item_id: Option<AiTaskItemId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// Which suggestions a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query), schema(as = InternalLinkFilter))]
#[serde(default)]
pub struct Filter {
    /// Only this status.
    pub status: Option<LinkStatus>,
}

/// A link as its article's page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InternalLinkRow))]
pub struct Row {
    /// The link.
    #[serde(flatten)]
    pub link: Model,
    /// Headline of the article that it leads to.
    pub target_title: String,
    /// How far that article is.
    pub target_status: crate::content::ContentStatus,
    /// Where it leads: the public address, or `/content/{public id}` while there is none.
    pub address: String,
}

/// What came of accepting all suggestions of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = LinksAccepted))]
pub struct AllAccepted {
    /// Links that stand in the article now.
    pub accepted: u64,
    /// Suggestions whose sentence is not in the article any more.
    pub skipped: u64,
}
