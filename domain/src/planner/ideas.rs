//! Ideas: lists, adding by hand, changing, handing over to the Writer.

use std::collections::HashMap;

use entity::{
    ClusterId, IdeaId, ListQuery, Page, cluster, idea,
    idea::{IdeaStatus, QueueResult, Row},
    task,
    task::{EntityType, TaskStatus},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, Func, LikeExpr},
};

use crate::{
    App, Error, Faults, Result,
    ai::functions::generate_ideas::structure_or_guide,
    audit,
    billing::limits::{self, Thing},
    db,
    scope::{Scope, Scoped},
};

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
    if let Some(text) = list.search() {
        let pattern = db::like_anywhere(&text.to_lowercase());
        all = all.add(Expr::expr(Func::lower(Expr::col(C::IdeaTitle))).like(LikeExpr::new(pattern).escape('\\')));
    }
    let (column, descending) = list.order().unwrap_or(("created_at", true));
    let column = match column {
        "idea_title" => C::IdeaTitle,
        "estimated_word_count" => C::EstimatedWordCount,
        "content_structure" => C::ContentStructure,
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
    Ok(Page {
        count,
        count_exact: true,
        page: list.page(),
        page_size: list.page_size(),
        results: rows
            .into_iter()
            .map(|idea| Row {
                cluster_name: idea.cluster_id.and_then(|id| names.get(&id).cloned()),
                idea,
            })
            .collect(),
    })
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
/// [`Error::Invalid`], [`Error::NotFound`], [`Error::Forbidden`].
pub async fn create(app: &App, scope: &Scope, input: idea::New) -> Result<idea::Model> {
    let (editor, sector) = scope.editor_of_sector(&app.db, input.sector_id).await?;
    let words = input.estimated_word_count.unwrap_or(1_200);
    let title = checked("idea_title", &input.idea_title, Some(words))?;
    if let Some(cluster) = input.cluster_id {
        in_sector(&app.db, scope, cluster, sector.id).await?;
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
        content_type: Set("blog_post".to_owned()),
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
/// [`Error::NotFound`], [`Error::Invalid`], [`Error::Forbidden`].
pub async fn update(app: &App, scope: &Scope, id: IdeaId, patch: idea::Patch) -> Result<idea::Model> {
    let found = get(app, scope, id).await?;
    scope.editor_of(found.site_id)?;
    let title = checked(
        "idea_title",
        patch.idea_title.as_deref().unwrap_or(&found.idea_title),
        patch.estimated_word_count,
    )?;
    Ok(idea::Entity::update(idea::ActiveModel {
        id: Set(id),
        idea_title: Set(title),
        description: Set(patch.description.unwrap_or(found.description)),
        content_structure: Set(structure_or_guide(
            &patch.content_structure.unwrap_or(found.content_structure),
        )),
        target_keywords: Set(patch.target_keywords.unwrap_or(found.target_keywords)),
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

async fn selected(db: &impl ConnectionTrait, scope: &Scope, ids: &[IdeaId]) -> Result<Vec<idea::Model>> {
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

/// Makes a writing task for each idea that has none. Asking again makes no second one.
///
/// # Errors
/// [`Error::NotFound`] when one is not there for the caller, [`Error::Forbidden`].
pub async fn queue_to_writer(app: &App, scope: &Scope, ids: &[IdeaId]) -> Result<QueueResult> {
    let txn = db::begin_write(&app.db).await?;
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
    for idea in ideas {
        if queued.contains(&idea.id) {
            result.already_queued += 1;
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
    }
    idea::Entity::update_in(scope)
        .col_expr(idea::Column::Status, Expr::value(IdeaStatus::Queued.as_str()))
        .col_expr(idea::Column::UpdatedAt, Expr::value(now))
        .filter(idea::Column::Id.is_in(ids.iter().copied()))
        .filter(idea::Column::Status.eq(IdeaStatus::New))
        .exec(&txn)
        .await?;
    txn.commit().await?;
    Ok(result)
}

fn entity_type(content_type: &str) -> EntityType {
    match content_type {
        "page" | "landing_page" => EntityType::Page,
        "product" => EntityType::Product,
        "service" => EntityType::Service,
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
