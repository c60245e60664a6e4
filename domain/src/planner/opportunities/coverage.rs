//! What our own content aims at.

use std::collections::{HashMap, HashSet};

use entity::{
    ClusterId, ContentId, SiteId, TaskId,
    content::{self, ContentStatus},
    idea::{self, IdeaStatus},
    keyword_score::Coverage,
    task::{self, TaskStatus},
    topic::{Piece, TopicKind},
};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    Result,
    scope::{Scope, Scoped},
};

/// Articles, tasks and ideas that are looked at, each; the newest ones.
const MAX_PIECES: u64 = 20_000;

/// An article or a writing task with the keywords it aims at, the main one first.
pub(super) struct Aimed {
    pub piece: Piece,
    pub keywords: Vec<String>,
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

/// What a site's content aims at.
pub(super) struct Aims {
    /// Articles, and tasks that have none yet.
    pub pieces: Vec<Aimed>,
    by_key: HashMap<String, Coverage>,
    /// Clusters that have an article.
    clusters: HashSet<ClusterId>,
}

impl Aims {
    /// Loads what the caller sees of a site, without what is archived.
    pub(super) async fn load(db: &impl ConnectionTrait, scope: &Scope, site: SiteId) -> Result<Self> {
        let mut aims = Self {
            pieces: Vec::new(),
            by_key: HashMap::new(),
            clusters: HashSet::new(),
        };
        let written = aims.take_articles(db, scope, site).await?;
        aims.take_tasks(db, scope, site, &written).await?;
        aims.take_ideas(db, scope, site).await?;
        Ok(aims)
    }

    async fn take_articles(
        &mut self,
        db: &impl ConnectionTrait,
        scope: &Scope,
        site: SiteId,
    ) -> Result<HashSet<TaskId>> {
        use content::Column as C;
        let rows: Vec<ArticleRow> = content::Entity::find_in(scope)
            .filter(C::SiteId.eq(site))
            .filter(C::Status.ne(ContentStatus::Archived))
            .order_by_desc(C::CreatedAt)
            .limit(MAX_PIECES)
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
        let mut written = HashSet::new();
        for (id, task, cluster, title, primary, secondary, status, url) in rows {
            written.extend(task);
            self.clusters.extend(cluster);
            let is_published = status == ContentStatus::Published;
            let coverage = if is_published {
                Coverage::Published
            } else {
                Coverage::Written
            };
            let list = format!("{primary},{secondary}");
            let piece = Piece {
                kind: TopicKind::Content,
                content_id: Some(id),
                task_id: task,
                title,
                status: status.label().to_owned(),
                is_published,
                is_main: false,
                url,
            };
            self.aim(coverage, &list, Some(piece));
        }
        Ok(written)
    }

    async fn take_tasks(
        &mut self,
        db: &impl ConnectionTrait,
        scope: &Scope,
        site: SiteId,
        written: &HashSet<TaskId>,
    ) -> Result<()> {
        use task::Column as C;
        let rows: Vec<(TaskId, String, String, TaskStatus)> = task::Entity::find_in(scope)
            .filter(C::SiteId.eq(site))
            .filter(C::Status.ne(TaskStatus::Archived))
            .order_by_desc(C::CreatedAt)
            .limit(MAX_PIECES)
            .select_only()
            .columns([C::Id, C::Title, C::Keywords, C::Status])
            .into_tuple()
            .all(db)
            .await?;
        for (id, title, keywords, status) in rows {
            if written.contains(&id) {
                continue;
            }
            let piece = Piece {
                kind: TopicKind::Task,
                content_id: None,
                task_id: Some(id),
                title,
                status: status.label().to_owned(),
                is_published: false,
                is_main: false,
                url: None,
            };
            self.aim(Coverage::Planned, &keywords, Some(piece));
        }
        Ok(())
    }

    async fn take_ideas(&mut self, db: &impl ConnectionTrait, scope: &Scope, site: SiteId) -> Result<()> {
        use idea::Column as C;
        let rows: Vec<String> = idea::Entity::find_in(scope)
            .filter(C::SiteId.eq(site))
            .filter(C::Status.ne(IdeaStatus::Archived))
            .order_by_desc(C::CreatedAt)
            .limit(MAX_PIECES)
            .select_only()
            .column(C::TargetKeywords)
            .into_tuple()
            .all(db)
            .await?;
        for keywords in rows {
            self.aim(Coverage::Planned, &keywords, None);
        }
        Ok(())
    }

    fn aim(&mut self, coverage: Coverage, list: &str, piece: Option<Piece>) {
        let keywords: Vec<String> = engine::topics::keywords_of(list).map(str::to_owned).collect();
        for keyword in &keywords {
            let there = self
                .by_key
                .entry(engine::text::keyword_key(keyword))
                .or_insert(Coverage::None);
            if rank(coverage) > rank(*there) {
                *there = coverage;
            }
        }
        if let (Some(piece), false) = (piece, keywords.is_empty()) {
            self.pieces.push(Aimed { piece, keywords });
        }
    }

    /// How far content serves a keyword that is in these clusters.
    pub(super) fn of(&self, key: &str, clusters: &[ClusterId]) -> Coverage {
        let aimed = self.by_key.get(key).copied().unwrap_or(Coverage::None);
        if aimed == Coverage::None && clusters.iter().any(|id| self.clusters.contains(id)) {
            return Coverage::Group;
        }
        aimed
    }
}

fn rank(coverage: Coverage) -> usize {
    Coverage::ALL.iter().position(|one| *one == coverage).unwrap_or(0)
}
