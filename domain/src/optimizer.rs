//! Better versions of articles: proposed by the AI function, applied by a person, taken back when they change their mind.

use entity::{
    ContentId, ListQuery, OptimizationTaskId, Page, content,
    content_version::VersionReason,
    optimization_task::{self, Filter, Meta, OptimizationStatus, Row},
};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, sea_query::Expr};

use crate::{
    App, Error, Result, db, html,
    scope::{Scope, Scoped},
    writer::content as articles,
};

/// Proposals, the newest first.
///
/// # Errors
/// [`Error::NotFound`] for an article that is not there for the caller, [`Error::Invalid`] for an unknown order.
pub async fn list(app: &App, scope: &Scope, filter: &Filter, query: &ListQuery) -> Result<Page<Row>> {
    use optimization_task::Column as C;
    let mut found = optimization_task::Entity::find_in(scope);
    if let Some(site) = filter.site_id {
        found = found.filter(C::SiteId.eq(site));
    }
    if let Some(id) = filter.content_id {
        articles::find(app, scope, id).await?;
        found = found.filter(C::ContentId.eq(id));
    }
    if let Some(status) = filter.status {
        found = found.filter(C::Status.eq(status));
    }
    if query.order().is_some() {
        found = db::ordered(
            found,
            query,
            &[
                ("created_at", C::CreatedAt),
                ("updated_at", C::UpdatedAt),
                ("status", C::Status),
            ],
            C::Id,
        )?;
    }
    let page = db::page_of(&app.db, found.order_by_desc(C::Id), query).await?;
    Ok(Page {
        count: page.count,
        count_exact: true,
        page: page.page,
        page_size: page.page_size,
        results: page.results.into_iter().map(row).collect::<Result<_>>()?,
    })
}

/// A proposal to read. Cleaned on the way in already; cleaned again here, as articles are.
fn row(task: optimization_task::Model) -> Result<Row> {
    Ok(Row {
        id: task.id,
        site_id: task.site_id,
        content_id: task.content_id,
        status: task.status,
        base_revision: task.base_revision,
        applied_revision: task.applied_revision,
        differs: differs(&task),
        meta_before: serde_json::from_str(&task.meta_before)?,
        meta_after: serde_json::from_str(&task.meta_after)?,
        changes: serde_json::from_str(&task.changes)?,
        html_before: html::sanitize_article(&task.html_before),
        html_after: html::sanitize_article(&task.html_after),
        created_at: task.created_at,
        updated_at: task.updated_at,
    })
}

fn differs(task: &optimization_task::Model) -> bool {
    task.html_before != task.html_after || task.meta_before != task.meta_after
}

async fn load(db: &impl ConnectionTrait, scope: &Scope, id: OptimizationTaskId) -> Result<optimization_task::Model> {
    let found = optimization_task::Entity::find_in(scope)
        .filter(optimization_task::Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The proposal"))?;
    scope.editor_of(found.site_id)?;
    Ok(found)
}

async fn article(db: &impl ConnectionTrait, scope: &Scope, id: ContentId) -> Result<content::Model> {
    content::Entity::find_in(scope)
        .filter(content::Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The article"))
}

/// Writes one side of a proposal into the article; gives the revision that it became.
async fn write(
    db: &impl ConnectionTrait,
    scope: &Scope,
    before: content::Model,
    text: &str,
    meta: &str,
    reason: VersionReason,
) -> Result<i32> {
    let meta: Meta = serde_json::from_str(meta)?;
    let html = html::sanitize_article(text);
    let base = before.revision;
    let next = content::Model {
        title: meta.title,
        word_count: html::word_count(&html),
        is_outline: html.contains("igny8-draft-note"),
        html_content: html,
        meta_title: meta.meta_title,
        meta_description: meta.meta_description,
        excerpt: meta.excerpt,
        ..before
    };
    let saved = articles::store(db, scope, base, next, None).await?;
    articles::write_version(db, &saved, scope.user, reason).await?;
    Ok(saved.revision)
}

async fn set(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: OptimizationTaskId,
    status: OptimizationStatus,
    applied: Option<i32>,
) -> Result<Row> {
    use optimization_task::Column as C;
    optimization_task::Entity::update_in(scope)
        .col_expr(C::Status, Expr::value(status.as_str()))
        .col_expr(C::AppliedRevision, Expr::value(applied))
        .col_expr(C::UpdatedAt, Expr::value(crate::now()))
        .filter(C::Id.eq(id))
        .exec(db)
        .await?;
    row(load(db, scope, id).await?)
}

/// Writes a proposal into its article, as a new version. One that is applied already stays as it is.
///
/// # Errors
/// [`Error::Conflict`] when the article was changed since it was looked at, when the proposal was dismissed or taken back,
/// or when it holds nothing but notes; [`Error::NotFound`], [`Error::Forbidden`].
pub async fn apply(app: &App, scope: &Scope, id: OptimizationTaskId) -> Result<Row> {
    let txn = db::begin_write(&app.db).await?;
    let task = load(&txn, scope, id).await?;
    match task.status {
        OptimizationStatus::Applied => return row(task),
        OptimizationStatus::Proposed => {}
        OptimizationStatus::Dismissed | OptimizationStatus::Undone => {
            return Err(Error::Conflict(
                "This proposal was put aside. Ask for a new one.".to_owned(),
            ));
        }
    }
    if !differs(&task) {
        return Err(Error::Conflict(
            "There is nothing to apply: the notes are for you to act on.".to_owned(),
        ));
    }
    let before = article(&txn, scope, task.content_id).await?;
    if before.revision != task.base_revision {
        return Err(Error::Conflict(
            "The article was changed since this was proposed. Ask for a new proposal, so that no change is lost."
                .to_owned(),
        ));
    }
    let revision = write(
        &txn,
        scope,
        before,
        &task.html_after,
        &task.meta_after,
        VersionReason::Improved,
    )
    .await?;
    let row = set(&txn, scope, id, OptimizationStatus::Applied, Some(revision)).await?;
    txn.commit().await?;
    Ok(row)
}

/// Puts a proposal aside. The article stays as it is.
///
/// # Errors
/// [`Error::Conflict`] for one that was applied, [`Error::NotFound`], [`Error::Forbidden`].
pub async fn dismiss(app: &App, scope: &Scope, id: OptimizationTaskId) -> Result<Row> {
    let txn = db::begin_write(&app.db).await?;
    let task = load(&txn, scope, id).await?;
    let row = match task.status {
        OptimizationStatus::Dismissed => return row(task),
        OptimizationStatus::Proposed => set(&txn, scope, id, OptimizationStatus::Dismissed, None).await?,
        OptimizationStatus::Applied | OptimizationStatus::Undone => {
            return Err(Error::Conflict(
                "This proposal was applied. Undo takes it back.".to_owned(),
            ));
        }
    };
    txn.commit().await?;
    Ok(row)
}

/// Takes an applied proposal back, as a new version: the article is as it was before it.
///
/// # Errors
/// [`Error::Conflict`] when the article was changed since, or the proposal is not applied; [`Error::NotFound`],
/// [`Error::Forbidden`].
pub async fn undo(app: &App, scope: &Scope, id: OptimizationTaskId) -> Result<Row> {
    let txn = db::begin_write(&app.db).await?;
    let task = load(&txn, scope, id).await?;
    match task.status {
        OptimizationStatus::Undone => return row(task),
        OptimizationStatus::Applied => {}
        OptimizationStatus::Proposed | OptimizationStatus::Dismissed => {
            return Err(Error::Conflict("This proposal is not applied.".to_owned()));
        }
    }
    let before = article(&txn, scope, task.content_id).await?;
    if Some(before.revision) != task.applied_revision {
        return Err(Error::Conflict(
            "The article was changed since this was applied. Restore an older version from the list of versions instead."
                .to_owned(),
        ));
    }
    write(
        &txn,
        scope,
        before,
        &task.html_before,
        &task.meta_before,
        VersionReason::Restored,
    )
    .await?;
    let row = set(&txn, scope, id, OptimizationStatus::Undone, task.applied_revision).await?;
    txn.commit().await?;
    Ok(row)
}
