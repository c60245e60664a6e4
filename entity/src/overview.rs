//! What the home page shows of a site.

use serde::{Deserialize, Serialize};

/// Counts along the pipeline and the latest work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// Keywords.
    pub keywords: i64,
    /// Keywords in some cluster.
    pub keywords_clustered: i64,
    /// Clusters.
    pub clusters: i64,
    /// Ideas.
    pub ideas: i64,
    /// Ideas that nobody has decided on.
    pub ideas_new: i64,
    /// Writing tasks.
    pub tasks: i64,
    /// Writing tasks still to write.
    pub tasks_open: i64,
    /// Articles.
    pub content: i64,
    /// Articles not published yet.
    pub content_unpublished: i64,
    /// Pictures made.
    pub images: i64,
    /// Pictures planned and not made.
    pub images_pending: i64,
    /// Articles at a destination.
    pub published: i64,
    /// Working connections of the site.
    pub integrations: i64,
    /// The latest AI tasks, newest first, at most 8.
    pub recent: Vec<crate::ai_task::Model>,
}
