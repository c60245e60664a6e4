//! A keyword that a competitor is found for.
use crate::{AccountId, CompetitorKeywordId, KeywordImportId, SectorId, SiteId, keyword::Intent};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A keyword that a competitor is found for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "competitor_keywords")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CompetitorKeyword))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: CompetitorKeywordId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site that competes.
    pub site_id: SiteId,
    /// The sector it was imported for.
    pub sector_id: SectorId,
    /// Domain of the competitor, in lower case.
    pub competitor: String,
    /// The query as it stood in the file.
    pub keyword: String,
    /// Its identity: see `engine::text::keyword_key`.
    pub keyword_key: String,
    /// Searches a month.
    pub volume: Option<i64>,
    /// Keyword difficulty, 0 to 100.
    pub difficulty: Option<i32>,
    /// What the searcher wants.
    pub intent: Intent,
    /// The intent was guessed from the words.
    pub intent_guessed: bool,
    /// The competitor's position in hundredths: 100 is the first place.
    pub position_hundredths: Option<i32>,
    /// The competitor's page.
    pub url: Option<String>,
    /// The file it came from.
    pub import_id: KeywordImportId,
    /// The line of that file.
    pub import_line: i64,
    /// Its figures before the last import, as JSON, so that the import can be undone.
    #[serde(skip)]
    pub previous: Option<String>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();
