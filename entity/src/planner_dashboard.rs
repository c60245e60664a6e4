//! What the planner's dashboard shows of a site.

use crate::{ClusterId, SectorId, SiteId, keyword::Intent};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Which part of the account it shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query), schema(as = PlannerDashboardFilter))]
#[serde(default)]
pub struct Filter {
    /// The site.
    pub site_id: SiteId,
    /// Only this sector of it.
    pub sector_id: Option<SectorId>,
}

/// Numbers along the way from keyword to article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PlannerFigures))]
pub struct Figures {
    /// Active keywords.
    pub keywords: i64,
    /// Sum of their known searches a month.
    pub volume: i64,
    /// Those in some cluster.
    pub grouped: i64,
    /// Those in a cluster that has an article.
    pub with_content: i64,
    /// Those that Search Console finds at the places 4 to 20.
    pub within_reach: i64,
    /// Clusters that are not archived.
    pub clusters: i64,
    /// Those that nobody has made ideas of.
    pub clusters_without_ideas: i64,
    /// Ideas that are not archived.
    pub ideas: i64,
    /// Ideas that nobody has decided on.
    pub ideas_new: i64,
    /// Writing tasks that are not archived.
    pub tasks: i64,
    /// Writing tasks still to write.
    pub tasks_open: i64,
    /// Articles that are not archived.
    pub content: i64,
    /// Articles that are published.
    pub published: i64,
}

/// Keywords with one intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IntentCount {
    /// The intent.
    pub intent: Intent,
    /// Keywords.
    pub keywords: i64,
}

/// Keywords of about the same difficulty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DifficultyCount {
    /// Lowest difficulty, 0, 10, ... 90; absent for keywords without one.
    pub from: Option<i32>,
    /// Keywords from there to nine above, or to 100.
    pub keywords: i64,
}

/// How far the content of a cluster is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ClusterProgress))]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Nothing is planned.
    Open,
    /// It has ideas or writing tasks.
    Planned,
    /// It has an article.
    Written,
}

/// A cluster by its searches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClusterVolume {
    /// Identity.
    pub id: ClusterId,
    /// Name.
    pub name: String,
    /// Keywords in it.
    pub keywords: i64,
    /// Their searches a month.
    pub volume: i64,
    /// How far its content is.
    pub progress: Progress,
}

/// How much was covered at one moment, as far as what is there today tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CoveragePoint {
    /// The moment.
    pub at: DateTime<Utc>,
    /// Active keywords that were there.
    pub keywords: i64,
    /// Those whose cluster was there.
    pub grouped: i64,
    /// Those whose cluster had an article.
    pub with_content: i64,
}

/// Something worth doing next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NextAction))]
pub struct Action {
    /// Stable name: `import`, `group`, `ideas`, `decide`, `write`, `publish`, `reach`.
    pub name: String,
    /// What there is, such as `310 keywords are in no cluster`.
    pub text: String,
    /// What to do, such as `Group them`.
    pub action: String,
    /// Where it is done.
    pub href: String,
    /// How many things it is about.
    pub number: i64,
}

/// What the planner's dashboard shows of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PlannerDashboard))]
pub struct Dashboard {
    /// The figures.
    pub figures: Figures,
    /// Active keywords by intent, all four.
    pub intents: Vec<IntentCount>,
    /// Active keywords by difficulty in tens, those without one last.
    pub difficulties: Vec<DifficultyCount>,
    /// The clusters with the most searches, at most 40.
    pub clusters: Vec<ClusterVolume>,
    /// Searches of all other clusters.
    pub other_volume: i64,
    /// How many other clusters there are.
    pub other_clusters: i64,
    /// How coverage grew, 12 moments a week apart, the last one now.
    pub coverage: Vec<CoveragePoint>,
    /// What to do next, the most urgent first.
    pub actions: Vec<Action>,
}
