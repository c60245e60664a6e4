//! A page of a site's plan.
use crate::{AccountId, ClusterId, PageBlueprintId, SiteBlueprintId, SiteId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a page is.
    PageType {
        /// Where visitors arrive.
        Home = "home" / "Home",
        /// The overview of a subject.
        Pillar = "pillar" / "Pillar",
        /// Gathers articles on subjects that are too small for an overview of their own.
        Category = "category" / "Category",
        /// Answers one need.
        Article = "article" / "Article",
        /// Who is behind the site.
        About = "about" / "About",
        /// How to reach them.
        Contact = "contact" / "Contact",
        /// What the law asks for.
        Legal = "legal" / "Legal",
    }
}

/// A page of a site's plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "page_blueprints")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PageBlueprint))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: PageBlueprintId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site.
    pub site_id: SiteId,
    /// The plan.
    pub blueprint_id: SiteBlueprintId,
    /// The page above; none for the home page.
    pub parent_id: Option<PageBlueprintId>,
    /// What it is called.
    pub title: String,
    /// Last part of its address, unique within the plan.
    pub slug: String,
    /// What it is.
    pub page_type: PageType,
    /// The cluster it serves.
    pub cluster_id: Option<ClusterId>,
    /// What it does for its reader.
    pub purpose: String,
    /// Keywords it should serve, comma separated.
    pub target_keywords: String,
    /// Order among the pages with the same parent, from 0.
    pub position: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// A page with what is known of its cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PageBlueprintRow))]
pub struct Row {
    /// The page.
    #[serde(flatten)]
    pub page: Model,
    /// How many pages are above it.
    pub depth: u32,
    /// What its cluster is called.
    pub cluster_name: Option<String>,
    /// Searches a month for its keywords, as far as they are known.
    pub volume: Option<i64>,
}

/// Where a page goes among those with the same parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PageMove))]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// Before the one above it.
    Up,
    /// After the one below it.
    Down,
}

/// What changes of a page; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PageBlueprintPatch))]
#[serde(default)]
pub struct Patch {
    /// What it is called.
    pub title: Option<String>,
    /// Last part of its address.
    pub slug: Option<String>,
    /// What it does for its reader.
    pub purpose: Option<String>,
    /// Where it goes.
    pub to: Option<Move>,
}
