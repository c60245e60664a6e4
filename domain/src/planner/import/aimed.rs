//! Keywords of an import that ideas, tasks and articles are aimed at: an undo leaves them.
//!
//! What is written for a site may be any number of texts, so they are read a page at a time in the order of their ids, each
//! once, and the index is asked for the keywords that they name.

use engine::text::keyword_key;
use entity::{ContentId, IdeaId, KeywordId, KeywordImportId, SiteId, TaskId, content, idea, keyword_import, task};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect};

use super::write::{each, with_json};
use crate::{
    Result,
    scope::{Scope, Scoped},
};

/// Texts of one page.
const PAGE: u64 = 500;
/// Keywords that are looked for in one statement.
const KEYS: usize = 1_000;

/// How far the texts of a site were looked through. What is written later has higher ids.
#[derive(Clone, Copy, Default)]
pub(super) struct Aimed {
    idea: IdeaId,
    task: TaskId,
    article: ContentId,
}

impl Aimed {
    /// The keywords of the import that the next page of texts names, locked; nothing when all texts were looked through.
    /// A keyword may come again with a later page.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn next(
        &mut self,
        db: &impl ConnectionTrait,
        scope: &Scope,
        import: &keyword_import::Model,
    ) -> Result<Option<Vec<KeywordId>>> {
        let texts = self.page(db, scope, import.site_id).await?;
        if texts.is_empty() {
            return Ok(None);
        }
        let mut keys: Vec<String> = texts
            .iter()
            .flat_map(|text| text.split([',', '\n']))
            .map(keyword_key)
            .filter(|key| !key.is_empty())
            .collect();
        keys.sort_unstable();
        keys.dedup();
        let mut found = Vec::new();
        for part in keys.chunks(KEYS) {
            found.extend(of_import(db, import, part).await?);
        }
        Ok(Some(found))
    }

    async fn page(&mut self, db: &impl ConnectionTrait, scope: &Scope, site: SiteId) -> Result<Vec<String>> {
        let ideas: Vec<(IdeaId, String)> = idea::Entity::find_in(scope)
            .select_only()
            .columns([idea::Column::Id, idea::Column::TargetKeywords])
            .filter(idea::Column::SiteId.eq(site))
            .filter(idea::Column::Id.gt(self.idea))
            .order_by_asc(idea::Column::Id)
            .limit(PAGE)
            .into_tuple()
            .all(db)
            .await?;
        if let Some((last, _)) = ideas.last() {
            self.idea = *last;
            return Ok(ideas.into_iter().map(|row| row.1).collect());
        }
        let tasks: Vec<(TaskId, String)> = task::Entity::find_in(scope)
            .select_only()
            .columns([task::Column::Id, task::Column::Keywords])
            .filter(task::Column::SiteId.eq(site))
            .filter(task::Column::Id.gt(self.task))
            .order_by_asc(task::Column::Id)
            .limit(PAGE)
            .into_tuple()
            .all(db)
            .await?;
        if let Some((last, _)) = tasks.last() {
            self.task = *last;
            return Ok(tasks.into_iter().map(|row| row.1).collect());
        }
        let articles: Vec<(ContentId, String)> = content::Entity::find_in(scope)
            .select_only()
            .columns([content::Column::Id, content::Column::PrimaryKeyword])
            .filter(content::Column::SiteId.eq(site))
            .filter(content::Column::Id.gt(self.article))
            .order_by_asc(content::Column::Id)
            .limit(PAGE)
            .into_tuple()
            .all(db)
            .await?;
        if let Some((last, _)) = articles.last() {
            self.article = *last;
        }
        Ok(articles.into_iter().map(|row| row.1).collect())
    }
}

/// Those of the keys that stand for keywords which the import added.
async fn of_import(
    db: &impl ConnectionTrait,
    import: &keyword_import::Model,
    keys: &[String],
) -> Result<Vec<KeywordId>> {
    let KeywordImportId(id) = import.id;
    // The sum keeps the index of the import out of it, in which all of its keywords would be read for each key.
    let found = format!(
        "account_id = {} AND sector_id = {} AND keyword_key = w.value AND import_id + 0 = {id}",
        import.account_id, import.sector_id
    );
    let statement = with_json(db, each(db, "t.id AS id", "keywords", &found, true), keys, None)?;
    db.query_all_raw(statement)
        .await?
        .iter()
        .map(|row| Ok(KeywordId(row.try_get("", "id")?)))
        .collect()
}
