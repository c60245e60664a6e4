//! Keywords that are worth writing for, and why.

use crate::{
    CompetitorKeywordId, IndustryId, IndustrySectorId, KeywordId, SectorId, SeedKeywordId, SiteId,
    keyword::{ClusterRef, Intent},
    keyword_score::Coverage,
    topic::Piece,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Where a keyword comes from.
    OpportunitySource {
        /// The site's own keywords.
        Own = "own" / "Your keywords",
        /// The shipped library.
        Library = "library" / "Library",
        /// Imported lists of competitors.
        Competitors = "competitors" / "Competitors",
    }
}

/// Which opportunities a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query), schema(as = OpportunityFilter))]
#[serde(default)]
pub struct Filter {
    /// The site whose keywords, content and positions count.
    pub site_id: SiteId,
    /// Only this sector of it.
    pub sector_id: Option<SectorId>,
    /// Where the keywords come from; `own` when absent.
    pub source: Option<OpportunitySource>,
    /// Only this intent.
    pub intent: Option<Intent>,
    /// Own keywords: only those that content serves so far.
    pub coverage: Option<Coverage>,
    /// Library: the industry; that of the site when absent.
    pub industry_id: Option<IndustryId>,
    /// Library: the sector of the catalogue; that of the sector when absent.
    pub industry_sector_id: Option<IndustrySectorId>,
    /// Library: all industries when true.
    pub all_industries: Option<bool>,
    /// Competitors: only this one, by domain.
    pub competitor: Option<String>,
    /// Competitors: only where one is in the top 10 and we are not.
    pub gap: Option<bool>,
}

/// A competitor that is found for a keyword.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rival {
    /// Domain.
    pub competitor: String,
    /// Its position in hundredths: 100 is the first place.
    pub position_hundredths: Option<i32>,
    /// Its page.
    pub url: Option<String>,
}

/// Why a score is what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = OpportunityReason))]
pub struct Reason {
    /// `volume`, `difficulty`, `intent`, `coverage`, `position` or `competitors`.
    pub part: String,
    /// Its name, for a person.
    pub label: String,
    /// Points that it brought, in tenths.
    pub tenths: i32,
    /// Points that it could have brought, in tenths.
    pub of_tenths: i32,
}

/// A keyword that is worth writing for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Opportunity))]
pub struct Row {
    /// Identity within its source: of the keyword, of the library's, of the competitor's.
    pub id: i64,
    /// Where it comes from.
    pub source: OpportunitySource,
    /// The query.
    pub keyword: String,
    /// Ours, if a sector of the site has it.
    pub keyword_id: Option<KeywordId>,
    /// Searches a month.
    pub volume: Option<i64>,
    /// Keyword difficulty, 0 to 100.
    pub difficulty: Option<i32>,
    /// What the searcher wants.
    pub intent: Intent,
    /// How far our own content serves it.
    pub coverage: Coverage,
    /// Our position in hundredths: 100 is the first place.
    pub position_hundredths: Option<i32>,
    /// Competitors that are found for it, the best first.
    pub rivals: Vec<Rival>,
    /// Clusters that hold it.
    pub clusters: Vec<ClusterRef>,
    /// 0 to 100.
    pub score: i32,
    /// The parts of the score that are known.
    pub reasons: Vec<Reason>,
}

/// What there is to choose from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = OpportunityStatus))]
pub struct Status {
    /// When own keywords were last scored.
    pub scored_at: Option<DateTime<Utc>>,
    /// Keywords that are waiting for their score.
    pub unscored: i64,
    /// Competitors whose lists were imported, by domain.
    pub competitors: Vec<String>,
    /// The industry of the site.
    pub industry_id: Option<IndustryId>,
    /// Keywords that several pieces of content aim at.
    pub collisions: i64,
}

/// A keyword that several pieces of content aim at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Collision {
    /// The keyword.
    pub keyword: String,
    /// Ours, if a sector of the site has it.
    pub keyword_id: Option<KeywordId>,
    /// Searches a month.
    pub volume: Option<i64>,
    /// Our position in hundredths.
    pub position_hundredths: Option<i32>,
    /// What aims at it, published first; at most 20.
    pub pieces: Vec<Piece>,
    /// What to do about it.
    pub advice: String,
}

/// Keywords of the library and of competitors to take into a sector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AddOpportunities))]
#[serde(default)]
pub struct Add {
    /// The sector that takes them.
    pub sector_id: SectorId,
    /// Of the library, at most 5,000.
    pub library_ids: Vec<SeedKeywordId>,
    /// Of competitors' lists, at most 5,000.
    pub competitor_ids: Vec<CompetitorKeywordId>,
}

/// What came of taking keywords into a sector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AddedOpportunities))]
pub struct Added {
    /// Made now.
    pub created: Vec<KeywordId>,
    /// How many the sector had already.
    pub existing: i64,
    /// All of them, made now or before, that are in no cluster: what there is to group.
    pub ungrouped: Vec<KeywordId>,
}
