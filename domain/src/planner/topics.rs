//! Content that is about the same thing: looked for before something is planned, queued or paid for a second time.
//!
//! The ideas, tasks and articles of a site are compared by `engine::topics`. An idea, the task that was made of it and the
//! article that was written for that are one piece of work and stand for each other.

use std::collections::{HashMap, HashSet};

use entity::{
    ClusterId, ContentId, IdeaId, SiteId, TaskId, cluster_keyword,
    content::{self, ContentStatus},
    idea::{self, IdeaStatus},
    keyword, site,
    task::{self, TaskStatus},
    topic::{Ask, Covered, Near, TopicKind},
};
use sea_orm::{ColumnTrait, ConnectionTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    App, Error, Result,
    scope::{Scope, Scoped},
};

/// Ideas, tasks and articles of a site that are looked at, each; the newest ones.
const MAX_KNOWN: u64 = 10_000;
/// Near ones that are told.
const MAX_NEAR: usize = 3;
/// Keywords of a cluster that must be covered for the cluster to be so; the most searched ones.
const MAX_KEYWORDS: u64 = 60;

/// One piece of work, whatever has become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Line {
    Idea(IdeaId),
    Task(TaskId),
    Content(ContentId),
}

/// Something that is planned or written.
struct Item {
    line: Line,
    near: Near,
    keywords: String,
    cluster: Option<i64>,
    /// Somebody has decided that it is written.
    is_decided: bool,
}

/// A topic that is asked about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub title: String,
    pub keywords: String,
    pub cluster: Option<ClusterId>,
    /// The piece of work that it is itself.
    pub own: Option<Line>,
}

impl From<&idea::Model> for Asked {
    fn from(idea: &idea::Model) -> Self {
        Self {
            title: idea.idea_title.clone(),
            keywords: idea.target_keywords.clone(),
            cluster: idea.cluster_id,
            own: Some(Line::Idea(idea.id)),
        }
    }
}

impl From<&task::Model> for Asked {
    fn from(task: &task::Model) -> Self {
        Self {
            title: task.title.clone(),
            keywords: task.keywords.clone(),
            cluster: task.cluster_id,
            own: Some(task.idea_id.map_or(Line::Task(task.id), Line::Idea)),
        }
    }
}

/// What a site has, planned or written.
pub(crate) struct Known(Vec<Item>);

/// Which of the known things stand in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Against {
    /// All that is not archived.
    Everything,
    /// What is being written, or will be; not ideas that nobody has decided on.
    Decided,
}

impl Known {
    /// Loads what the caller sees of a site.
    pub(crate) async fn load(db: &impl ConnectionTrait, scope: &Scope, site: SiteId) -> Result<Self> {
        let mut items = Vec::new();
        let tasks = tasks_of(db, scope, site).await?;
        let idea_of: HashMap<TaskId, Option<IdeaId>> = tasks.iter().map(|task| (task.id, task.idea)).collect();
        for article in articles_of(db, scope, site).await? {
            let line = match article.task {
                Some(task) => idea_of
                    .get(&task)
                    .copied()
                    .flatten()
                    .map_or(Line::Task(task), Line::Idea),
                None => Line::Content(article.id),
            };
            items.push(Item {
                line,
                keywords: format!("{},{}", article.primary, article.secondary),
                cluster: article.cluster.map(|id| id.0),
                is_decided: true,
                near: Near {
                    kind: TopicKind::Content,
                    id: article.id.0,
                    title: article.title,
                    status: article.status.label().to_lowercase(),
                    is_published: article.status == ContentStatus::Published,
                    url: article.url,
                    nearness: 0,
                },
            });
        }
        for task in tasks {
            if task.status == TaskStatus::Archived {
                continue;
            }
            items.push(Item {
                line: task.idea.map_or(Line::Task(task.id), Line::Idea),
                keywords: task.keywords,
                cluster: task.cluster.map(|id| id.0),
                is_decided: true,
                near: planned(TopicKind::Task, task.id.0, task.title, task.status.label()),
            });
        }
        for idea in ideas_of(db, scope, site).await? {
            items.push(Item {
                line: Line::Idea(idea.id),
                keywords: idea.keywords,
                cluster: idea.cluster.map(|id| id.0),
                is_decided: idea.status != IdeaStatus::New,
                near: planned(TopicKind::Idea, idea.id.0, idea.title, idea.status.label()),
            });
        }
        Ok(Self(items))
    }

    /// What is near each of `asked`, the nearest first, at most 3. Of one piece of work only the furthest state is told.
    pub(crate) fn near(&self, asked: &[Asked], against: Against) -> Vec<Vec<Near>> {
        self.compare(asked, against).0
    }

    /// As [`Known::near`], and which of the earlier ones of `asked` each repeats, if it repeats one.
    pub(crate) fn compare(&self, asked: &[Asked], against: Against) -> (Vec<Vec<Near>>, Vec<Option<usize>>) {
        let known: Vec<&Item> = self
            .0
            .iter()
            .filter(|item| against == Against::Everything || item.is_decided)
            .collect();
        let topics: Vec<engine::topics::Topic> = asked
            .iter()
            .map(|one| engine::topics::Topic {
                title: &one.title,
                keywords: &one.keywords,
                cluster: one.cluster.map(|id| id.0),
            })
            .chain(known.iter().map(|item| engine::topics::Topic {
                title: &item.near.title,
                keywords: &item.keywords,
                cluster: item.cluster,
            }))
            .collect();
        let compared = engine::topics::Topics::of(&topics);
        let mut all = Vec::with_capacity(asked.len());
        let mut repeats = Vec::with_capacity(asked.len());
        for (number, one) in asked.iter().enumerate() {
            let found = compared.near(number);
            repeats.push(
                found
                    .iter()
                    .map(|(other, _)| *other)
                    .filter(|other| *other < number)
                    .min(),
            );
            // Articles come before tasks and tasks before ideas, so of equally near ones the furthest is first.
            let mut best: Vec<(Line, Near)> = Vec::new();
            for (other, nearness) in found {
                let Some(item) = other.checked_sub(asked.len()).and_then(|other| known.get(other)) else {
                    continue;
                };
                if one.own == Some(item.line) {
                    continue;
                }
                let near = Near {
                    // A share of 0 to 1 in hundredths.
                    nearness: (nearness * 100.0).round() as i32,
                    ..item.near.clone()
                };
                match best.iter_mut().find(|(line, _)| *line == item.line) {
                    Some((_, there)) if rank(near.kind) > rank(there.kind) => *there = near,
                    Some(_) => {}
                    None => best.push((item.line, near)),
                }
            }
            best.truncate(MAX_NEAR);
            all.push(best.into_iter().map(|(_, near)| near).collect());
        }
        (all, repeats)
    }
}

fn rank(kind: TopicKind) -> u8 {
    match kind {
        TopicKind::Idea => 0,
        TopicKind::Task => 1,
        TopicKind::Content => 2,
    }
}

fn planned(kind: TopicKind, id: i64, title: String, status: &str) -> Near {
    Near {
        kind,
        id,
        title,
        status: status.to_lowercase(),
        is_published: false,
        url: None,
        nearness: 0,
    }
}

struct Article {
    id: ContentId,
    task: Option<TaskId>,
    cluster: Option<ClusterId>,
    title: String,
    primary: String,
    secondary: String,
    status: ContentStatus,
    url: Option<String>,
}

type ArticleRow = (
    ContentId,
    Option<TaskId>,
    Option<ClusterId>,
    String,
    String,
    String,
    ContentStatus,
    Option<String>,
);

async fn articles_of(db: &impl ConnectionTrait, scope: &Scope, site: SiteId) -> Result<Vec<Article>> {
    use content::Column as C;
    let rows: Vec<ArticleRow> = content::Entity::find_in(scope)
        .filter(C::SiteId.eq(site))
        .filter(C::Status.ne(ContentStatus::Archived))
        .order_by_desc(C::CreatedAt)
        .limit(MAX_KNOWN)
        .select_only()
        .columns([
            C::Id,
            C::TaskId,
            C::ClusterId,
            C::Title,
            C::PrimaryKeyword,
            C::SecondaryKeywords,
            C::Status,
            C::ExternalUrl,
        ])
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, task, cluster, title, primary, secondary, status, url)| Article {
            id,
            task,
            cluster,
            title,
            primary,
            secondary,
            status,
            url,
        })
        .collect())
}

struct Task {
    id: TaskId,
    idea: Option<IdeaId>,
    cluster: Option<ClusterId>,
    title: String,
    keywords: String,
    status: TaskStatus,
}

type TaskRow = (TaskId, Option<IdeaId>, Option<ClusterId>, String, String, TaskStatus);

async fn tasks_of(db: &impl ConnectionTrait, scope: &Scope, site: SiteId) -> Result<Vec<Task>> {
    use task::Column as C;
    let rows: Vec<TaskRow> = task::Entity::find_in(scope)
        .filter(C::SiteId.eq(site))
        .order_by_desc(C::CreatedAt)
        .limit(MAX_KNOWN)
        .select_only()
        .columns([C::Id, C::IdeaId, C::ClusterId, C::Title, C::Keywords, C::Status])
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, idea, cluster, title, keywords, status)| Task {
            id,
            idea,
            cluster,
            title,
            keywords,
            status,
        })
        .collect())
}

struct Proposal {
    id: IdeaId,
    cluster: Option<ClusterId>,
    title: String,
    keywords: String,
    status: IdeaStatus,
}

async fn ideas_of(db: &impl ConnectionTrait, scope: &Scope, site: SiteId) -> Result<Vec<Proposal>> {
    use idea::Column as C;
    let rows: Vec<(IdeaId, Option<ClusterId>, String, String, IdeaStatus)> = idea::Entity::find_in(scope)
        .filter(C::SiteId.eq(site))
        .filter(C::Status.ne(IdeaStatus::Archived))
        .order_by_desc(C::CreatedAt)
        .limit(MAX_KNOWN)
        .select_only()
        .columns([C::Id, C::ClusterId, C::IdeaTitle, C::TargetKeywords, C::Status])
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, cluster, title, keywords, status)| Proposal {
            id,
            cluster,
            title,
            keywords,
            status,
        })
        .collect())
}

/// What the site has about a topic, the nearest first, at most 3. Nothing for an empty title.
///
/// # Errors
/// [`Error::NotFound`] for a site that is not there for the caller.
pub async fn near(app: &App, scope: &Scope, ask: &Ask) -> Result<Vec<Near>> {
    let there = site::Entity::find_in(scope).filter(site::Column::Id.eq(ask.site_id));
    if there.count(&app.db).await? == 0 {
        return Err(Error::NotFound("The site"));
    }
    if ask.title.trim().is_empty() {
        return Ok(Vec::new());
    }
    let asked = Asked {
        title: engine::text::truncate_words(&ask.title, 300),
        keywords: ask.keywords.chars().take(4_000).collect(),
        cluster: ask.cluster_id,
        own: ask.idea_id.map(Line::Idea),
    };
    let known = Known::load(&app.db, scope, ask.site_id).await?;
    Ok(known.near(&[asked], Against::Everything).pop().unwrap_or_default())
}

/// Clusters all of whose keywords (the 60 most searched) are served by something planned or written.
pub(crate) async fn covered_clusters(
    db: &impl ConnectionTrait,
    scope: &Scope,
    site: SiteId,
    ids: &[ClusterId],
) -> Result<Vec<Covered>> {
    let known = Known::load(db, scope, site).await?;
    let mut found = Vec::new();
    if known.0.is_empty() {
        return Ok(found);
    }
    let names: HashMap<ClusterId, String> = super::ideas::cluster_names(db, scope, ids.iter().copied()).await?;
    for id in ids {
        let Some(name) = names.get(id) else { continue };
        let asked: Vec<Asked> = top_keywords(db, scope, *id)
            .await?
            .into_iter()
            .map(|keyword| Asked {
                title: keyword.clone(),
                keywords: keyword,
                cluster: Some(*id),
                own: None,
            })
            .collect();
        let near = known.near(&asked, Against::Everything);
        if near.is_empty() || near.iter().any(Vec::is_empty) {
            continue;
        }
        let mut seen = HashSet::new();
        found.push(Covered {
            id: id.0,
            name: name.clone(),
            near: near
                .into_iter()
                .flatten()
                .filter(|near| seen.insert((rank(near.kind), near.id)))
                .take(MAX_NEAR)
                .collect(),
        });
    }
    Ok(found)
}

async fn top_keywords(db: &impl ConnectionTrait, scope: &Scope, cluster: ClusterId) -> Result<Vec<String>> {
    let members = sea_orm::sea_query::Query::select()
        .column(cluster_keyword::Column::KeywordId)
        .from(cluster_keyword::Entity)
        .and_where(cluster_keyword::Column::ClusterId.eq(cluster))
        .to_owned();
    Ok(keyword::Entity::find_in(scope)
        .filter(keyword::Column::Id.in_subquery(members))
        .order_by_with_nulls(
            keyword::Column::Volume,
            sea_orm::Order::Desc,
            sea_orm::sea_query::NullOrdering::Last,
        )
        .order_by_asc(keyword::Column::Id)
        .limit(MAX_KEYWORDS)
        .select_only()
        .column(keyword::Column::Keyword)
        .into_tuple()
        .all(db)
        .await?)
}

/// Tasks whose topic is being written or is written elsewhere, or by an earlier one of them.
pub(crate) async fn covered_tasks(
    db: &impl ConnectionTrait,
    scope: &Scope,
    site: SiteId,
    ids: &[TaskId],
) -> Result<Vec<Covered>> {
    let tasks = task::Entity::find_in(scope)
        .filter(task::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(task::Column::Id)
        .all(db)
        .await?;
    let mut known = Known::load(db, scope, site).await?;
    // Other tasks that wait are no reason: whichever is started first is the one that is written.
    let waiting: HashSet<i64> = task::Entity::find_in(scope)
        .filter(task::Column::SiteId.eq(site))
        .filter(task::Column::Status.eq(TaskStatus::Draft))
        .select_only()
        .column(task::Column::Id)
        .limit(MAX_KNOWN)
        .into_tuple::<i64>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    known.0.retain(|item| match item.near.kind {
        TopicKind::Content => true,
        TopicKind::Task => !waiting.contains(&item.near.id),
        TopicKind::Idea => false,
    });
    let asked: Vec<Asked> = tasks.iter().map(Asked::from).collect();
    let (near, repeats) = known.compare(&asked, Against::Decided);
    Ok(tasks
        .iter()
        .zip(near)
        .zip(repeats)
        .filter_map(|((task, mut near), repeats)| {
            if near.is_empty() {
                let earlier = tasks.get(repeats?)?;
                near = vec![planned(
                    TopicKind::Task,
                    earlier.id.0,
                    earlier.title.clone(),
                    "selected too",
                )];
            }
            Some(Covered {
                id: task.id.0,
                name: task.title.clone(),
                near,
            })
        })
        .collect())
}
