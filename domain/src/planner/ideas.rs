//! Ideas: lists, adding by hand, changing, handing over to the Writer.

use std::collections::HashMap;

use entity::{
    ClusterId, ContentId, IdeaId, ListQuery, Page, SiteId, TaskId, cluster, content, idea,
    idea::{CONTENT_TYPES, IdeaStatus, QueueResult, Row},
    task,
    task::{EntityType, TaskStatus},
    topic::{Ask, Covered, Near, TopicKind},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, Order, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, sea_query::Expr,
};

use super::topics::{self, Against, Asked, Known};
use crate::{
    App, Error, Faults, Result,
    ai::functions::generate_ideas::structure_or_guide,
    audit,
    billing::limits::{self, Thing},
    db,
    scope::{self, Scope, Scoped},
};

/// Most ideas of one bulk request.
const MAX_SELECTED: usize = 5_000;

/// One page of ideas.
///
/// # Errors
/// [`Error::Invalid`] for an order that does not exist.
pub async fn list(app: &App, scope: &Scope, filter: &idea::Filter, list: &ListQuery) -> Result<Page<Row>> {
    use idea::Column as C;
    let mut all = Condition::all();
    if let Some(site) = filter.site_id {
        all = all.add(C::SiteId.eq(site));
    }
    if let Some(sector) = filter.sector_id {
        all = all.add(C::SectorId.eq(sector));
    }
    if let Some(status) = filter.status {
        all = all.add(C::Status.eq(status));
    }
    if let Some(cluster) = filter.cluster_id {
        all = all.add(C::ClusterId.eq(cluster));
    }
    if let Some(kind) = &filter.content_type {
        all = all.add(C::ContentType.eq(kind));
    }
    if let Some(structure) = &filter.content_structure {
        all = all.add(C::ContentStructure.eq(structure));
    }
    if let Some(least) = filter.words_min {
        all = all.add(C::EstimatedWordCount.gte(least));
    }
    if let Some(most) = filter.words_max {
        all = all.add(C::EstimatedWordCount.lte(most));
    }
    if let Some(text) = list.search() {
        all = all.add(db::any_contains(&[C::IdeaTitle, C::TargetKeywords], text));
    }
    let (column, descending) = list.order().unwrap_or(("created_at", true));
    let column = match column {
        "idea_title" => C::IdeaTitle,
        "estimated_word_count" => C::EstimatedWordCount,
        "content_structure" => C::ContentStructure,
        "content_type" => C::ContentType,
        "updated_at" => C::UpdatedAt,
        "status" => C::Status,
        "created_at" => C::CreatedAt,
        other => {
            return Err(Error::field(
                "ordering",
                format!("Ideas cannot be ordered by \"{other}\"."),
            ));
        }
    };
    let order = if descending { Order::Desc } else { Order::Asc };
    let pages = idea::Entity::find_in(scope)
        .filter(all)
        .order_by(column, order.clone())
        .order_by(C::Id, order)
        .paginate(&app.db, u64::from(list.page_size()));
    let count = pages.num_items().await?;
    let rows = pages.fetch_page(u64::from(list.page() - 1)).await?;
    let names = cluster_names(&app.db, scope, rows.iter().filter_map(|row| row.cluster_id)).await?;
    let made = made_of(&app.db, scope, &rows).await?;
    let mut duplicates = duplicates(&app.db, scope, &rows).await?;
    Ok(Page {
        count,
        count_exact: true,
        page: list.page(),
        page_size: list.page_size(),
        results: rows
            .into_iter()
            .map(|idea| Row {
                cluster_name: idea.cluster_id.and_then(|id| names.get(&id).cloned()),
                task_id: made.get(&idea.id).map(|(task, _)| *task),
                content_id: made.get(&idea.id).and_then(|(_, article)| *article),
                duplicate: duplicates.remove(&idea.id),
                idea,
            })
            .collect(),
    })
}

/// Tasks and articles that ideas became.
async fn made_of(
    db: &impl ConnectionTrait,
    scope: &Scope,
    rows: &[idea::Model],
) -> Result<HashMap<IdeaId, (TaskId, Option<ContentId>)>> {
    let found: Vec<(Option<IdeaId>, TaskId)> = task::Entity::find_in(scope)
        .filter(task::Column::IdeaId.is_in(rows.iter().map(|row| row.id)))
        .select_only()
        .columns([task::Column::IdeaId, task::Column::Id])
        .into_tuple()
        .all(db)
        .await?;
    let articles: HashMap<TaskId, ContentId> = content::Entity::find_in(scope)
        .filter(content::Column::TaskId.is_in(found.iter().map(|(_, task)| *task)))
        .select_only()
        .columns([content::Column::TaskId, content::Column::Id])
        .into_tuple::<(Option<TaskId>, ContentId)>()
        .all(db)
        .await?
        .into_iter()
        .filter_map(|(task, article)| Some((task?, article)))
        .collect();
    Ok(found
        .into_iter()
        .filter_map(|(idea, task)| Some((idea?, (task, articles.get(&task).copied()))))
        .collect())
}

/// For ideas that nobody has decided on: what else is about the same thing.
async fn duplicates(db: &impl ConnectionTrait, scope: &Scope, rows: &[idea::Model]) -> Result<HashMap<IdeaId, Near>> {
    let mut by_site: HashMap<SiteId, Vec<&idea::Model>> = HashMap::new();
    for row in rows.iter().filter(|row| row.status == IdeaStatus::New) {
        by_site.entry(row.site_id).or_default().push(row);
    }
    let mut found = HashMap::new();
    for (site, rows) in by_site {
        let known = Known::load(db, scope, site).await?;
        let asked: Vec<Asked> = rows.iter().copied().map(Asked::from).collect();
        for (row, near) in rows.iter().zip(known.near(&asked, Against::Everything)) {
            if let Some(first) = near.into_iter().next() {
                found.insert(row.id, first);
            }
        }
    }
    Ok(found)
}

/// Names of clusters.
pub(crate) async fn cluster_names(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: impl Iterator<Item = ClusterId>,
) -> Result<HashMap<ClusterId, String>> {
    let ids: std::collections::BTreeSet<ClusterId> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(ClusterId, String)> = cluster::Entity::find_in(scope)
        .filter(cluster::Column::Id.is_in(ids))
        .select_only()
        .columns([cluster::Column::Id, cluster::Column::Name])
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// One idea.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(app: &App, scope: &Scope, id: IdeaId) -> Result<idea::Model> {
    idea::Entity::find_in(scope)
        .filter(idea::Column::Id.eq(id))
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The idea"))
}

/// Makes an idea by hand.
///
/// # Errors
/// [`Error::Invalid`], [`Error::NotFound`], [`Error::Forbidden`], [`Error::Duplicate`] for a topic that the site has already,
/// unless the caller insists.
pub async fn create(app: &App, scope: &Scope, input: idea::New) -> Result<idea::Model> {
    let (editor, sector) = scope.editor_of_sector(&app.db, input.sector_id).await?;
    let words = input.estimated_word_count.unwrap_or(1_200);
    let title = checked("idea_title", &input.idea_title, Some(words))?;
    if let Some(cluster) = input.cluster_id {
        in_sector(&app.db, scope, cluster, sector.id).await?;
    }
    let content_type = known_type(input.content_type.as_deref().unwrap_or("blog_post"))?;
    if !input.allow_duplicate {
        let ask = Ask {
            site_id: editor.site(),
            title: title.clone(),
            keywords: input.target_keywords.clone(),
            cluster_id: input.cluster_id,
            idea_id: None,
        };
        refuse_near(topics::near(app, scope, &ask).await?)?;
    }
    let now = crate::now();
    let txn = db::begin_write(&app.db).await?;
    limits::refuse_more(&txn, scope, Thing::Ideas, 1).await?;
    let made = idea::Entity::insert(idea::ActiveModel {
        account_id: Set(scope.account),
        site_id: Set(editor.site()),
        sector_id: Set(sector.id),
        idea_title: Set(title),
        description: Set(input.description),
        content_type: Set(content_type),
        content_structure: Set(structure_or_guide(
            input.content_structure.as_deref().unwrap_or("guide"),
        )),
        target_keywords: Set(input.target_keywords),
        cluster_id: Set(input.cluster_id),
        estimated_word_count: Set(words),
        status: Set(IdeaStatus::New),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(&txn)
    .await?;
    txn.commit().await?;
    Ok(made)
}

fn refuse_near(near: Vec<Near>) -> Result<()> {
    if near.is_empty() {
        Ok(())
    } else {
        Err(Error::Duplicate(near))
    }
}

/// A type of content that there is.
fn known_type(text: &str) -> Result<String> {
    match CONTENT_TYPES.iter().find(|(known, _)| *known == text) {
        Some((known, _)) => Ok((*known).to_owned()),
        None => {
            let names: Vec<&str> = CONTENT_TYPES.iter().map(|(name, _)| *name).collect();
            Err(Error::field(
                "content_type",
                format!("Choose one of: {}.", names.join(", ")),
            ))
        }
    }
}

/// The cluster is one of the sector.
pub(crate) async fn in_sector(
    db: &impl ConnectionTrait,
    scope: &Scope,
    cluster: ClusterId,
    sector: entity::SectorId,
) -> Result<()> {
    let found = cluster::Entity::find_in(scope)
        .filter(cluster::Column::Id.eq(cluster))
        .filter(cluster::Column::SectorId.eq(sector))
        .count(db)
        .await?;
    if found == 0 {
        Err(Error::field("cluster_id", "Choose a cluster of this sector."))
    } else {
        Ok(())
    }
}

/// Changes an idea.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`], [`Error::Forbidden`], [`Error::Duplicate`] when title or keywords change to a topic
/// that the site has already, unless the caller insists.
pub async fn update(app: &App, scope: &Scope, id: IdeaId, patch: idea::Patch) -> Result<idea::Model> {
    let found = get(app, scope, id).await?;
    scope.editor_of(found.site_id)?;
    let title = checked(
        "idea_title",
        patch.idea_title.as_deref().unwrap_or(&found.idea_title),
        patch.estimated_word_count,
    )?;
    let keywords = patch.target_keywords.unwrap_or_else(|| found.target_keywords.clone());
    let cluster = match patch.cluster_id {
        None => found.cluster_id,
        Some(ClusterId(0)) => None,
        Some(cluster) => {
            in_sector(&app.db, scope, cluster, found.sector_id).await?;
            Some(cluster)
        }
    };
    let content_type = match patch.content_type {
        Some(text) => known_type(&text)?,
        None => found.content_type,
    };
    if !patch.allow_duplicate && (title != found.idea_title || keywords != found.target_keywords) {
        let ask = Ask {
            site_id: found.site_id,
            title: title.clone(),
            keywords: keywords.clone(),
            cluster_id: cluster,
            idea_id: Some(id),
        };
        refuse_near(topics::near(app, scope, &ask).await?)?;
    }
    Ok(idea::Entity::update(idea::ActiveModel {
        id: Set(id),
        idea_title: Set(title),
        description: Set(patch.description.unwrap_or(found.description)),
        content_structure: Set(structure_or_guide(
            &patch.content_structure.unwrap_or(found.content_structure),
        )),
        content_type: Set(content_type),
        cluster_id: Set(cluster),
        target_keywords: Set(keywords),
        estimated_word_count: Set(patch.estimated_word_count.unwrap_or(found.estimated_word_count)),
        status: Set(patch.status.unwrap_or(found.status)),
        updated_at: Set(crate::now()),
        ..Default::default()
    })
    .exec(&app.db)
    .await?)
}

/// Deletes ideas; tasks made from them stay. Returns how many there were.
///
/// # Errors
/// [`Error::NotFound`] when one is not there for the caller, [`Error::Forbidden`].
pub async fn delete(app: &App, scope: &Scope, ids: &[IdeaId]) -> Result<u64> {
    let txn = db::begin_write(&app.db).await?;
    selected(&txn, scope, ids).await?;
    task::Entity::update_in(scope)
        .col_expr(task::Column::IdeaId, Expr::value(Option::<i64>::None))
        .filter(task::Column::IdeaId.is_in(ids.iter().copied()))
        .exec(&txn)
        .await?;
    let gone = idea::Entity::delete_in(scope)
        .filter(idea::Column::Id.is_in(ids.iter().copied()))
        .exec(&txn)
        .await?;
    audit::rows_deleted(&txn, scope, "idea", gone.rows_affected).await?;
    txn.commit().await?;
    Ok(gone.rows_affected)
}

/// Sets the status of ideas; returns how many there were.
///
/// # Errors
/// [`Error::NotFound`] when one is not there for the caller, [`Error::Forbidden`].
pub async fn set_status(app: &App, scope: &Scope, ids: &[IdeaId], status: IdeaStatus) -> Result<u64> {
    let txn = db::begin_write(&app.db).await?;
    selected(&txn, scope, ids).await?;
    let changed = idea::Entity::update_in(scope)
        .col_expr(idea::Column::Status, Expr::value(status.as_str()))
        .col_expr(idea::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(idea::Column::Id.is_in(ids.iter().copied()))
        .exec(&txn)
        .await?;
    txn.commit().await?;
    Ok(changed.rows_affected)
}

async fn selected(db: &impl ConnectionTrait, scope: &Scope, ids: &[IdeaId]) -> Result<Vec<idea::Model>> {
    if ids.len() > MAX_SELECTED {
        return Err(Error::field(
            "ids",
            format!("Select at most {MAX_SELECTED} ideas at a time."),
        ));
    }
    let rows = idea::Entity::find_in(scope)
        .filter(idea::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(idea::Column::Id)
        .all(db)
        .await?;
    let unique: std::collections::HashSet<_> = ids.iter().collect();
    if rows.len() != unique.len() || rows.is_empty() {
        return Err(Error::NotFound("A selected idea"));
    }
    for row in &rows {
        scope.editor_of(row.site_id)?;
    }
    Ok(rows)
}

/// Makes a writing task for each idea that has none. Asking again, or twice at once, makes no second one. Archived ideas are
/// left out, and so are ideas whose topic is being written or was written already, unless the caller insists.
///
/// # Errors
/// [`Error::NotFound`] when one is not there for the caller, [`Error::Forbidden`].
pub async fn queue_to_writer(app: &App, scope: &Scope, queue: &idea::Queue) -> Result<QueueResult> {
    let ids = queue.ids.as_slice();
    let txn = db::begin_write(&app.db).await?;
    let ideas = selected(&txn, scope, ids).await?;
    // One at a time for each site, in the same order for everybody: who comes second sees the tasks of the first.
    let sites: std::collections::BTreeSet<SiteId> = ideas.iter().map(|idea| idea.site_id).collect();
    let mut covered: HashMap<IdeaId, Vec<Near>> = HashMap::new();
    for site in sites {
        scope::lock_site(&txn, scope, site).await?;
        if !queue.allow_duplicate {
            covered.extend(covered_by(&txn, scope, site, &ideas).await?);
        }
    }
    // Read again: somebody may have archived or queued one while we waited.
    let ideas = selected(&txn, scope, ids).await?;
    let queued: Vec<Option<IdeaId>> = task::Entity::find_in(scope)
        .filter(task::Column::IdeaId.is_in(ids.iter().copied()))
        .select_only()
        .column(task::Column::IdeaId)
        .into_tuple()
        .all(&txn)
        .await?;
    let queued: std::collections::HashSet<IdeaId> = queued.into_iter().flatten().collect();
    let now = crate::now();
    let mut result = QueueResult::default();
    let mut taken = Vec::new();
    for idea in ideas {
        if queued.contains(&idea.id) {
            result.already_queued += 1;
            continue;
        }
        if idea.status == IdeaStatus::Archived {
            result.archived.push(idea.idea_title);
            continue;
        }
        if let Some(near) = covered.remove(&idea.id) {
            result.duplicates.push(Covered {
                id: idea.id.0,
                name: idea.idea_title,
                near,
            });
            continue;
        }
        let made = task::Entity::insert(task::ActiveModel {
            account_id: Set(idea.account_id),
            site_id: Set(idea.site_id),
            sector_id: Set(idea.sector_id),
            title: Set(idea.idea_title),
            description: Set(idea.description),
            cluster_id: Set(idea.cluster_id),
            idea_id: Set(Some(idea.id)),
            entity_type: Set(entity_type(&idea.content_type)),
            content_type: Set(idea.content_type),
            content_structure: Set(idea.content_structure),
            keywords: Set(idea.target_keywords),
            target_word_count: Set(idea.estimated_word_count),
            status: Set(TaskStatus::Draft),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        })
        .exec_with_returning(&txn)
        .await?;
        result.created.push(made.id);
        taken.push(idea.id);
    }
    taken.extend(queued);
    idea::Entity::update_in(scope)
        .col_expr(idea::Column::Status, Expr::value(IdeaStatus::Queued.as_str()))
        .col_expr(idea::Column::UpdatedAt, Expr::value(now))
        .filter(idea::Column::Id.is_in(taken))
        .filter(idea::Column::Status.eq(IdeaStatus::New))
        .exec(&txn)
        .await?;
    txn.commit().await?;
    Ok(result)
}

/// What the ideas of a site repeat: something that is being written, or an earlier one of them.
async fn covered_by(
    db: &impl ConnectionTrait,
    scope: &Scope,
    site: SiteId,
    ideas: &[idea::Model],
) -> Result<HashMap<IdeaId, Vec<Near>>> {
    let ideas: Vec<&idea::Model> = ideas
        .iter()
        .filter(|idea| idea.site_id == site && idea.status != IdeaStatus::Archived)
        .collect();
    let known = Known::load(db, scope, site).await?;
    let asked: Vec<Asked> = ideas.iter().copied().map(Asked::from).collect();
    let (near, repeats) = known.compare(&asked, Against::Decided);
    let mut covered = HashMap::new();
    for ((idea, mut near), repeats) in ideas.iter().zip(near).zip(repeats) {
        if let (true, Some(earlier)) = (near.is_empty(), repeats.and_then(|earlier| ideas.get(earlier))) {
            near.push(Near {
                kind: TopicKind::Idea,
                id: earlier.id.0,
                title: earlier.idea_title.clone(),
                status: "selected too".to_owned(),
                is_published: false,
                url: None,
                nearness: 100,
            });
        }
        if !near.is_empty() {
            covered.insert(idea.id, near);
        }
    }
    Ok(covered)
}

fn entity_type(content_type: &str) -> EntityType {
    match content_type {
        "page" | "landing_page" => EntityType::Page,
        "product" => EntityType::Product,
        "service" => EntityType::Service,
        "category" => EntityType::Taxonomy,
        _ => EntityType::Post,
    }
}

/// A title of 1 to 200 characters and a sensible number of words.
pub(crate) fn checked(field: &str, title: &str, words: Option<i32>) -> Result<String> {
    let title = title.trim().to_owned();
    let words_field = if field == "title" {
        "target_word_count"
    } else {
        "estimated_word_count"
    };
    let mut faults = Faults::new();
    faults
        .check(!title.is_empty(), field, "Enter a title.")
        .check(title.chars().count() <= 200, field, "Use at most 200 characters.")
        .check(
            words.is_none_or(|words| (100..=20_000).contains(&words)),
            words_field,
            "Choose 100 to 20,000 words.",
        );
    faults.finish()?;
    Ok(title)
}
