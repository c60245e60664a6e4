//! Content that is about the same thing as something else.

use crate::{ClusterId, ContentId, IdeaId, SiteId, TaskId};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far a piece of content is.
    TopicKind {
        /// Proposed.
        Idea = "idea" / "Idea",
        /// To be written.
        Task = "task" / "Writing task",
        /// Written.
        Content = "content" / "Article",
    }
}

/// A piece of content that is about the same thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NearTopic))]
pub struct Near {
    /// How far it is.
    pub kind: TopicKind,
    /// Identity among its kind.
    pub id: i64,
    /// Its title.
    pub title: String,
    /// Its status, in words.
    pub status: String,
    /// It is published.
    pub is_published: bool,
    /// Its public address, once it has one.
    pub url: Option<String>,
    /// How near it is, 75 to 100.
    pub nearness: i32,
}

impl Near {
    /// Its page in the application.
    pub fn href(&self) -> String {
        let search = |path: &str| {
            let mut out = format!("{path}?search=");
            for byte in self.title.bytes() {
                match byte {
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
                    _ => out.push_str(&format!("%{byte:02X}")),
                }
            }
            out
        };
        match self.kind {
            TopicKind::Idea => search("/planner/ideas"),
            TopicKind::Task => search("/writer/tasks"),
            TopicKind::Content => format!("/writer/content/{}", self.id),
        }
    }
}

/// A topic to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query), schema(as = TopicQuery))]
#[serde(default)]
pub struct Ask {
    /// The site to look in.
    pub site_id: SiteId,
    /// Working title.
    pub title: String,
    /// Keywords it aims at, comma separated.
    pub keywords: String,
    /// The cluster it belongs to.
    pub cluster_id: Option<ClusterId>,
    /// An idea that is left out, with what was made of it: the one being edited.
    pub idea_id: Option<IdeaId>,
}

/// Something that need not be paid for, because its topic is there already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CoveredTopic))]
pub struct Covered {
    /// The cluster, idea or task.
    pub id: i64,
    /// Its name or title.
    pub name: String,
    /// What covers it, the nearest first, at most 3.
    pub near: Vec<Near>,
}

/// Content that aims at one keyword together with others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CompetingPiece))]
pub struct Piece {
    /// Article or writing task.
    pub kind: TopicKind,
    /// The article.
    pub content_id: Option<ContentId>,
    /// The task.
    pub task_id: Option<TaskId>,
    /// Its title.
    pub title: String,
    /// Its status, in words.
    pub status: String,
    /// It is published.
    pub is_published: bool,
    /// The keyword is its main one.
    pub is_main: bool,
    /// Its public address, once it has one.
    pub url: Option<String>,
}
