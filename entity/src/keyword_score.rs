//! How much a keyword is worth writing for, kept so that a list can be ordered by it.
use crate::{AccountId, KeywordId, SectorId, SiteId};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far our own content serves a keyword.
    Coverage {
        /// Nothing aims at it.
        None = "none" / "Not covered",
        /// Its cluster has an article, which does not aim at it by name.
        Group = "group" / "Group has an article",
        /// An idea or a writing task aims at it.
        Planned = "planned" / "Planned",
        /// An article aims at it that is not published.
        Written = "written" / "Written",
        /// A published article aims at it.
        Published = "published" / "Published",
    }
}

/// How much an active keyword is worth writing for; see `engine::opportunity`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "keyword_scores")
)]
pub struct Model {
    /// The keyword.
    #[cfg_attr(feature = "orm", sea_orm(primary_key, auto_increment = false))]
    pub keyword_id: KeywordId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// The sector it belongs to.
    pub sector_id: SectorId,
    /// 0 to 100; -1 while the keyword is not active.
    pub score: i32,
    /// How far our own content serves it.
    pub coverage: Coverage,
}

orm_model!();
