//! What changed a keyword's figures: a file, or a person by hand.
use crate::{AccountId, KeywordChangeId, KeywordId, KeywordImportId, SiteId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What changed a keyword's figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "keyword_changes")
)]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: KeywordChangeId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// The keyword.
    pub keyword_id: KeywordId,
    /// The file that changed it.
    pub import_id: Option<KeywordImportId>,
    /// The person who changed it.
    pub user_id: Option<UserId>,
    /// The line of the file.
    pub line: Option<i64>,
    /// The changed values as they were: a JSON object by name of the value.
    pub before: String,
    /// The changed values as they became.
    pub after: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

orm_model!();

text_enum! {
    /// A value of a keyword whose origin is told.
    Value {
        /// Searches a month.
        Volume = "volume" / "Volume",
        /// Keyword difficulty.
        Difficulty = "difficulty" / "Difficulty",
        /// What the searcher wants.
        Intent = "intent" / "Intent",
        /// Cost per click.
        Cpc = "cpc" / "Cost per click",
        /// Position in search results.
        Position = "position" / "Position",
        /// Times the site was shown.
        Impressions = "impressions" / "Impressions",
    }
}

/// Where a value of a keyword comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = KeywordSource))]
pub struct Source {
    /// Which value.
    pub value: Value,
    /// The value as people read it.
    pub text: String,
    /// It was worked out or guessed, not measured.
    pub estimated: bool,
    /// The file it came from; none when typed by hand.
    pub import_id: Option<KeywordImportId>,
    /// Name of that file.
    pub file_name: Option<String>,
    /// The tool that made the file.
    pub dialect: Option<String>,
    /// The line of the file.
    pub line: Option<i64>,
    /// Since when it is so.
    pub at: DateTime<Utc>,
}
