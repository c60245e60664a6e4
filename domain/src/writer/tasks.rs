//! Writing tasks: lists, adding by hand, changing, deleting.

use std::collections::HashMap;

use entity::{
    ContentId, ListQuery, Page, TaskId, ai_task_item,
    ai_task_item::ItemStatus,
    content, task,
    task::{EntityType, Row, TaskStatus},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, Func, LikeExpr},
};

use crate::{
    App, Error, Result,
    ai::functions::generate_ideas::structure_or_guide,
    audit, db,
    planner::ideas,
    scope::{Scope, Scoped},
    thinker::authors,
};

/// One page of tasks, each with its article and the reason of its last failure.
///
/// # Errors
/// [`Error::Invalid`] for an order that does not exist.
pub async fn list(app: &App, scope: &Scope, filter: &task::Filter, list: &ListQuery) -> Result<Page<Row>> {
    use task::Column as C;
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
        let like =
            |column: C| Expr::expr(Func::lower(Expr::col(column))).like(LikeExpr::new(pattern.clone()).escape('\\'));
        all = all.add(Condition::any().add(like(C::Title)).add(like(C::Keywords)));
    }
    let (column, descending) = list.order().unwrap_or(("created_at", true));
    let column = match column {
        "title" => C::Title,
        "created_at" => C::CreatedAt,
        "word_count" | "target_word_count" => C::TargetWordCount,
        "status" => C::Status,
        other => {
            return Err(Error::field(
                "ordering",
                format!("Tasks cannot be ordered by \"{other}\"."),
            ));
        }
    };
    let order = if descending { Order::Desc } else { Order::Asc };
    let pages = task::Entity::find_in(scope)
        .filter(all)
        .order_by(column, order.clone())
        .order_by(C::Id, order)
        .paginate(&app.db, u64::from(list.page_size()));
    let count = pages.num_items().await?;
    let rows = pages.fetch_page(u64::from(list.page() - 1)).await?;
    let names = ideas::cluster_names(&app.db, scope, rows.iter().filter_map(|row| row.cluster_id)).await?;
    let ids: Vec<TaskId> = rows.iter().map(|row| row.id).collect();
    let articles = articles_of(&app.db, scope, &ids).await?;
    let errors = last_errors(&app.db, scope, &ids).await?;
    Ok(Page {
        count,
        count_exact: true,
        page: list.page(),
        page_size: list.page_size(),
        results: rows
            .into_iter()
            .map(|task| Row {
                cluster_name: task.cluster_id.and_then(|id| names.get(&id).cloned()),
                content_id: articles.get(&task.id).copied(),
                last_error: errors
                    .get(&task.id)
                    .cloned()
                    .filter(|_| task.status == TaskStatus::Draft),
                task,
            })
            .collect(),
    })
}

async fn articles_of(db: &impl ConnectionTrait, scope: &Scope, ids: &[TaskId]) -> Result<HashMap<TaskId, ContentId>> {
    let found: Vec<(Option<TaskId>, ContentId)> = content::Entity::find_in(scope)
        .filter(content::Column::TaskId.is_in(ids.iter().copied()))
        .select_only()
        .columns([content::Column::TaskId, content::Column::Id])
        .into_tuple()
        .all(db)
        .await?;
    Ok(found
        .into_iter()
        .filter_map(|(task, content)| Some((task?, content)))
        .collect())
}

async fn last_errors(db: &impl ConnectionTrait, scope: &Scope, ids: &[TaskId]) -> Result<HashMap<TaskId, String>> {
    let found: Vec<(i64, Option<String>)> = ai_task_item::Entity::find_in(scope)
        .filter(ai_task_item::Column::ObjectType.eq("task"))
        .filter(ai_task_item::Column::ObjectId.is_in(ids.iter().map(|id| id.0)))
        .filter(ai_task_item::Column::Status.eq(ItemStatus::Failed))
        .order_by_asc(ai_task_item::Column::Id)
        .select_only()
        .columns([ai_task_item::Column::ObjectId, ai_task_item::Column::Error])
        .into_tuple()
        .all(db)
        .await?;
    Ok(found
        .into_iter()
        .filter_map(|(id, error)| Some((TaskId(id), error?)))
        .collect())
}

/// One task.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(app: &App, scope: &Scope, id: TaskId) -> Result<task::Model> {
    task::Entity::find_in(scope)
        .filter(task::Column::Id.eq(id))
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The task"))
}

/// Makes a task by hand.
///
/// # Errors
/// [`Error::Invalid`], [`Error::NotFound`], [`Error::Forbidden`].
pub async fn create(app: &App, scope: &Scope, input: task::New) -> Result<task::Model> {
    let (editor, sector) = scope.editor_of_sector(&app.db, input.sector_id).await?;
    let words = input.target_word_count.unwrap_or(1_200);
    let title = ideas::checked("title", &input.title, Some(words))?;
    if let Some(cluster) = input.cluster_id {
        ideas::in_sector(&app.db, scope, cluster, sector.id).await?;
    }
    let author = authors::chosen(&app.db, scope, input.author_profile_id).await?;
    let now = crate::now();
    Ok(task::Entity::insert(task::ActiveModel {
        account_id: Set(scope.account),
        site_id: Set(editor.site()),
        sector_id: Set(sector.id),
        title: Set(title),
        description: Set(input.description),
        cluster_id: Set(input.cluster_id),
        content_type: Set("blog_post".to_owned()),
        content_structure: Set(structure_or_guide(
            input.content_structure.as_deref().unwrap_or("guide"),
        )),
        entity_type: Set(EntityType::Post),
        keywords: Set(input.keywords),
        target_word_count: Set(words),
        author_profile_id: Set(author),
        status: Set(TaskStatus::Draft),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(&app.db)
    .await?)
}

async fn selected(db: &impl ConnectionTrait, scope: &Scope, ids: &[TaskId]) -> Result<()> {
    let rows = task::Entity::find_in(scope)
        .filter(task::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    let unique: std::collections::HashSet<_> = ids.iter().collect();
    if rows.len() != unique.len() || rows.is_empty() {
        return Err(Error::NotFound("A selected task"));
    }
    for row in &rows {
        scope.editor_of(row.site_id)?;
    }
    Ok(())
}

/// Deletes tasks; their articles stay. Returns how many there were.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Conflict`] for one that is being written.
pub async fn delete(app: &App, scope: &Scope, ids: &[TaskId]) -> Result<u64> {
    let txn = db::begin_write(&app.db).await?;
    selected(&txn, scope, ids).await?;
    let busy = ai_task_item::Entity::find_in(scope)
        .filter(ai_task_item::Column::ObjectType.eq("task"))
        .filter(ai_task_item::Column::ObjectId.is_in(ids.iter().map(|id| id.0)))
        .filter(ai_task_item::Column::Status.is_in([ItemStatus::Pending, ItemStatus::Running]))
        .count(&txn)
        .await?;
    if busy > 0 {
        return Err(Error::Conflict(
            "A selected task is being written. Wait for it or cancel it first.".to_owned(),
        ));
    }
    content::Entity::update_in(scope)
        .col_expr(content::Column::TaskId, Expr::value(Option::<i64>::None))
        .filter(content::Column::TaskId.is_in(ids.iter().copied()))
        .exec(&txn)
        .await?;
    let gone = task::Entity::delete_in(scope)
        .filter(task::Column::Id.is_in(ids.iter().copied()))
        .exec(&txn)
        .await?;
    audit::rows_deleted(&txn, scope, "task", gone.rows_affected).await?;
    txn.commit().await?;
    Ok(gone.rows_affected)
}

/// Sets the status of tasks; returns how many there were.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn set_status(app: &App, scope: &Scope, ids: &[TaskId], status: TaskStatus) -> Result<u64> {
    let txn = db::begin_write(&app.db).await?;
    selected(&txn, scope, ids).await?;
    let changed = task::Entity::update_in(scope)
        .col_expr(task::Column::Status, Expr::value(status.as_str()))
        .col_expr(task::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(task::Column::Id.is_in(ids.iter().copied()))
        .exec(&txn)
        .await?;
    txn.commit().await?;
    Ok(changed.rows_affected)
}
