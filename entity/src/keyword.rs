//! A search query worth writing for.
use crate::{AccountId, ClusterId, KeywordId, KeywordImportId, SectorId, SiteId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What somebody who types the keyword wants.
    Intent {
        /// To learn.
        Informational = "informational" / "Informational",
        /// To reach a known place.
        Navigational = "navigational" / "Navigational",
        /// To buy or act.
        Transactional = "transactional" / "Transactional",
        /// To compare before buying.
        Commercial = "commercial" / "Commercial",
    }
}

text_enum! {
    /// Whether a keyword is worked on.
    KeywordStatus {
        /// In use.
        Active = "active" / "Active",
        /// Set aside.
        Inactive = "inactive" / "Inactive",
        /// Kept for the record.
        Archived = "archived" / "Archived",
    }
}

/// A search query worth writing for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "keywords")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Keyword))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: KeywordId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// The sector it belongs to.
    pub sector_id: SectorId,
    /// The query as typed.
    pub keyword: String,
    /// Its identity within the sector: see `engine::text::keyword_key`.
    pub keyword_key: String,
    /// Searches a month.
    pub volume: Option<i64>,
    /// Lower end when the source gave a range.
    pub volume_low: Option<i64>,
    /// Upper end when the source gave a range.
    pub volume_high: Option<i64>,
    /// The volume is an estimate.
    pub volume_estimated: bool,
    /// Keyword difficulty, 0 to 100.
    pub difficulty: Option<i32>,
    /// What the searcher wants.
    pub intent: Intent,
    /// The intent was guessed from the words.
    pub intent_guessed: bool,
    /// Cost per click in hundredths of the file's currency.
    pub cpc_cents: Option<i64>,
    /// Market of the figures, ISO code in lower case.
    pub country: Option<String>,
    /// Times the site was shown for it, of Search Console; not its volume.
    pub impressions: Option<i64>,
    /// Clicks that came of it, of Search Console.
    pub clicks: Option<i64>,
    /// Average position of the site, of Search Console, in hundredths: 100 is the first place.
    pub position_hundredths: Option<i32>,
    /// Whether it is worked on.
    pub status: KeywordStatus,
    /// The file it came from.
    pub import_id: Option<KeywordImportId>,
    /// The line of that file.
    pub import_line: Option<i64>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// A row of the keywords table: the keyword and where it is grouped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = KeywordRow))]
pub struct Row {
    /// The keyword.
    #[serde(flatten)]
    pub keyword: Model,
    /// Clusters that hold it, by name.
    pub clusters: Vec<ClusterRef>,
}

/// A cluster's id and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClusterRef {
    /// Identity.
    pub id: ClusterId,
    /// Name.
    pub name: String,
}

/// Which keywords a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query), schema(as = KeywordFilter))]
#[serde(default)]
pub struct Filter {
    /// Only this site.
    pub site_id: Option<SiteId>,
    /// Only this sector.
    pub sector_id: Option<SectorId>,
    /// Only this status.
    pub status: Option<KeywordStatus>,
    /// Only this intent.
    pub intent: Option<Intent>,
    /// Only members of this cluster.
    pub cluster_id: Option<ClusterId>,
    /// Only those in some cluster (true) or in none (false).
    pub clustered: Option<bool>,
    /// Keyword difficulty at least.
    pub difficulty_min: Option<i32>,
    /// Keyword difficulty at most.
    pub difficulty_max: Option<i32>,
    /// Searches a month at least.
    pub volume_min: Option<i64>,
    /// Searches a month at most.
    pub volume_max: Option<i64>,
}

/// A keyword to add by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NewKeyword))]
pub struct New {
    /// The sector that takes it.
    pub sector_id: SectorId,
    /// The query.
    pub keyword: String,
    /// Searches a month.
    #[serde(default)]
    pub volume: Option<i64>,
    /// Keyword difficulty, 0 to 100.
    #[serde(default)]
    pub difficulty: Option<i32>,
    /// Guessed from the words when absent.
    #[serde(default)]
    pub intent: Option<Intent>,
}

/// What changes of a keyword; what is absent stays. `volume` and `difficulty` know three cases: absent stays, a number is
/// set, `null` says that the figure is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = KeywordPatch))]
#[serde(default)]
pub struct Patch {
    /// The query.
    pub keyword: Option<String>,
    /// Searches a month; `null` makes it unknown.
    #[serde(deserialize_with = "crate::page::given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub volume: Option<Option<i64>>,
    /// Keyword difficulty, 0 to 100; `null` makes it unknown.
    #[serde(deserialize_with = "crate::page::given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i32>))]
    pub difficulty: Option<Option<i32>>,
    /// What the searcher wants.
    pub intent: Option<Intent>,
    /// Whether it is worked on.
    pub status: Option<KeywordStatus>,
    /// `updated_at` of the row as the caller saw it. When the row has changed since, nothing is changed and the answer is a
    /// conflict; absent means that the caller does not mind.
    pub seen: Option<DateTime<Utc>>,
}

/// Keywords that something is done to: some by their ids, or all that pass a filter, on whichever page they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = KeywordSelection))]
#[serde(untagged, try_from = "GivenSelection")]
pub enum Selection {
    /// These, at most [`MAX_SELECTED`].
    Ids {
        /// The keywords.
        ids: Vec<KeywordId>,
    },
    /// All that pass the filter.
    All {
        /// The filter; `{}` means every keyword that the caller may see.
        filter: Filter,
        /// Text that they contain, as in the list's `search`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        search: Option<String>,
        /// But not these, at most [`MAX_SELECTED`].
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        except: Vec<KeywordId>,
    },
}

/// Most keywords that a selection names by their ids.
pub const MAX_SELECTED: usize = 10_000;

impl From<Vec<KeywordId>> for Selection {
    fn from(ids: Vec<KeywordId>) -> Self {
        Self::Ids { ids }
    }
}

/// A selection as it arrives, before it is clear that it says one thing.
#[derive(Deserialize)]
struct GivenSelection {
    #[serde(default)]
    ids: Option<Vec<KeywordId>>,
    #[serde(default)]
    filter: Option<StrictFilter>,
    #[serde(default)]
    search: Option<String>,
    #[serde(default)]
    except: Vec<KeywordId>,
}

/// A filter that knows every key it is given: a slip of the pen must not delete what was not meant.
#[derive(Deserialize)]
struct StrictFilter {
    #[serde(flatten)]
    filter: Filter,
    #[serde(flatten)]
    unknown: std::collections::BTreeMap<String, serde::de::IgnoredAny>,
}

impl TryFrom<GivenSelection> for Selection {
    type Error = String;

    fn try_from(given: GivenSelection) -> Result<Self, String> {
        match (given.ids, given.filter) {
            (Some(ids), None) => Ok(Self::Ids { ids }),
            (None, Some(strict)) => match strict.unknown.keys().next() {
                Some(key) => Err(format!("the filter does not know `{key}`")),
                None => Ok(Self::All {
                    filter: strict.filter,
                    search: given.search,
                    except: given.except,
                }),
            },
            (Some(_), Some(_)) => Err("send `ids` or `filter`, not both".to_owned()),
            (None, None) => Err("send `ids` or `filter`".to_owned()),
        }
    }
}

/// Keywords to add by hand, several at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NewKeywords))]
pub struct NewMany {
    /// The sector that takes them.
    pub sector_id: SectorId,
    /// The queries, at most [`MAX_AT_ONCE`]; empty ones are passed over.
    pub keywords: Vec<String>,
    /// Guessed from the words of each when absent.
    #[serde(default)]
    pub intent: Option<Intent>,
}

/// Most keywords that are added by hand at once.
pub const MAX_AT_ONCE: usize = 500;

/// What came of adding several keywords.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = KeywordsAdded))]
pub struct Added {
    /// Keywords that are new.
    pub added: u64,
    /// Keywords that the sector had already, or that were given twice.
    pub skipped: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_tells_absent_from_unknown() {
        let patch: Patch = serde_json::from_str(r#"{"volume":null,"difficulty":7}"#).expect("a patch");
        assert_eq!((patch.volume, patch.difficulty), (Some(None), Some(Some(7))));
        let patch: Patch = serde_json::from_str("{}").expect("a patch");
        assert_eq!(patch, Patch::default());
        for patch in [
            Patch {
                volume: Some(None),
                ..Patch::default()
            },
            Patch {
                volume: Some(Some(0)),
                ..Patch::default()
            },
        ] {
            let text = serde_json::to_string(&patch).expect("text");
            assert_eq!(serde_json::from_str::<Patch>(&text).expect("a patch"), patch);
        }
    }

    #[test]
    fn a_selection_says_one_thing() {
        let read = |text: &str| serde_json::from_str::<Selection>(text).map_err(|error| error.to_string());
        assert_eq!(
            read(r#"{"ids":[1,2]}"#),
            Ok(Selection::Ids {
                ids: vec![KeywordId(1), KeywordId(2)]
            })
        );
        let all = Selection::All {
            filter: Filter {
                status: Some(KeywordStatus::Active),
                volume_min: Some(10),
                ..Filter::default()
            },
            search: Some("moka".to_owned()),
            except: vec![KeywordId(3)],
        };
        assert_eq!(
            read(r#"{"filter":{"status":"active","volume_min":10},"search":"moka","except":[3]}"#),
            Ok(all.clone())
        );
        assert_eq!(read(&serde_json::to_string(&all).expect("text")), Ok(all));
        for wrong in [
            "{}",
            r#"{"ids":[1],"filter":{}}"#,
            r#"{"filter":{"statuss":"active"}}"#,
            r#"{"filter":{"status":"gone"}}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
