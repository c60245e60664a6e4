//! Articles: lists, editing with versions, restoring.

use entity::{
    ContentId, ContentVersionId, ListQuery, Page, SiteId, UserId, content,
    content::{Detail, Patch, Row},
    content_version,
    content_version::VersionReason,
    image,
    image::ImageStatus,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, Func, LikeExpr, Query, SimpleExpr},
};

use crate::{
    App, Error, Faults, Result, db, html, publisher,
    scope::{Scope, Scoped},
};

/// Saves by the same person within this time belong to one version: autosave must not bury the history.
const SAME_VERSION_MINUTES: i64 = 10;

/// One page of articles, without their HTML.
///
/// # Errors
/// [`Error::Invalid`] for an order that does not exist.
pub async fn list(app: &App, scope: &Scope, filter: &content::Filter, list: &ListQuery) -> Result<Page<Row>> {
    use content::Column as C;
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
    if let Some(text) = list.search() {
        let pattern = db::like_anywhere(&text.to_lowercase());
        let like =
            |column: C| Expr::expr(Func::lower(Expr::col(column))).like(LikeExpr::new(pattern.clone()).escape('\\'));
        all = all.add(Condition::any().add(like(C::Title)).add(like(C::PrimaryKeyword)));
    }
    let (column, descending) = list.order().unwrap_or(("updated_at", true));
    let column = match column {
        "title" => C::Title,
        "word_count" => C::WordCount,
        "status" => C::Status,
        "primary_keyword" => C::PrimaryKeyword,
        "created_at" => C::CreatedAt,
        "updated_at" => C::UpdatedAt,
        other => {
            return Err(Error::field(
                "ordering",
                format!("Articles cannot be ordered by \"{other}\"."),
            ));
        }
    };
    let order = if descending { Order::Desc } else { Order::Asc };
    let found = content::Entity::find_in(scope).filter(all);
    let count = found.clone().count(&app.db).await?;
    let results = found
        .select_only()
        .columns([
            C::Id,
            C::SiteId,
            C::SectorId,
            C::TaskId,
            C::Title,
            C::PrimaryKeyword,
            C::WordCount,
            C::Status,
            C::IsOutline,
            C::ExternalUrl,
            C::UpdatedAt,
        ])
        .column_as(pictures(false), "images_total")
        .column_as(pictures(true), "images_done")
        .order_by(column, order.clone())
        .order_by(C::Id, order)
        .limit(u64::from(list.page_size()))
        .offset(u64::from(list.page() - 1) * u64::from(list.page_size()))
        .into_model::<Row>()
        .all(&app.db)
        .await?;
    Ok(Page {
        count,
        count_exact: true,
        page: list.page(),
        page_size: list.page_size(),
        results,
    })
}

fn pictures(done: bool) -> SimpleExpr {
    let mut query = Query::select();
    query
        .expr(Expr::col((image::Entity, image::Column::Id)).count())
        .from(image::Entity)
        .and_where(Expr::col((image::Entity, image::Column::ContentId)).equals((content::Entity, content::Column::Id)))
        .and_where(Expr::col((image::Entity, image::Column::Status)).ne(ImageStatus::Archived.as_str()));
    if done {
        query.and_where(Expr::col((image::Entity, image::Column::StorageKey)).is_not_null());
    }
    SimpleExpr::SubQuery(None, Box::new(query.take().into()))
}

/// One article.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(app: &App, scope: &Scope, id: ContentId) -> Result<content::Model> {
    let mut found = content::Entity::find_in(scope)
        .filter(content::Column::Id.eq(id))
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The article"))?;
    // Cleaned on the way in already; cleaned again here, so that what reached the table by another way goes no further.
    found.html_content = html::sanitize_article(&found.html_content);
    Ok(found)
}

/// An article with its pictures, destinations and versions.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(app: &App, scope: &Scope, id: ContentId) -> Result<Detail> {
    let content = find(app, scope, id).await?;
    let mut images = image::Entity::find_in(scope)
        .filter(image::Column::ContentId.eq(id))
        .filter(image::Column::Status.ne(ImageStatus::Archived))
        .order_by_asc(image::Column::Position)
        .order_by_asc(image::Column::Id)
        .all(&app.db)
        .await?;
    images.sort_by_key(|image| image.image_type != image::ImageType::Featured);
    let versions = content_version::Entity::find_in(scope)
        .filter(content_version::Column::ContentId.eq(id))
        .order_by_desc(content_version::Column::Revision)
        .limit(100)
        .select_only()
        .columns([
            content_version::Column::Id,
            content_version::Column::Revision,
            content_version::Column::WordCount,
            content_version::Column::Reason,
            content_version::Column::UserId,
            content_version::Column::CreatedAt,
        ])
        .into_model::<content_version::Row>()
        .all(&app.db)
        .await?;
    let filter = entity::publishing_record::Filter {
        content_id: Some(id),
        ..Default::default()
    };
    let records = publisher::records(app, scope, &filter, &ListQuery::default())
        .await?
        .results;
    Ok(Detail {
        content,
        images,
        records,
        versions,
    })
}

/// Saves an edit as a new revision.
///
/// # Errors
/// [`Error::Conflict`] when somebody saved a newer revision: nothing is overwritten. [`Error::Invalid`],
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn save(app: &App, scope: &Scope, id: ContentId, patch: Patch) -> Result<content::Model> {
    let found = find(app, scope, id).await?;
    scope.editor_of(found.site_id)?;
    let mut faults = Faults::new();
    let short = |text: &Option<String>, most: usize| text.as_ref().is_none_or(|text| text.chars().count() <= most);
    faults
        .check(
            patch.title.as_ref().is_none_or(|title| !title.trim().is_empty()),
            "title",
            "Enter a title.",
        )
        .check(short(&patch.title, 200), "title", "Use at most 200 characters.")
        .check(
            short(&patch.meta_title, 200),
            "meta_title",
            "Use at most 200 characters.",
        )
        .check(
            short(&patch.meta_description, 500),
            "meta_description",
            "Use at most 500 characters.",
        )
        .check(
            patch
                .html_content
                .as_ref()
                .is_none_or(|html| html.len() <= 4 * 1024 * 1024),
            "html_content",
            "The article is larger than 4 MB.",
        );
    faults.finish()?;
    let txn = db::begin_write(&app.db).await?;
    let slug = match &patch.slug {
        Some(slug) => {
            let slug = engine::text::slugify(slug);
            if slug == found.slug {
                slug
            } else {
                free_slug(&txn, scope, found.site_id, &slug).await?
            }
        }
        None => found.slug.clone(),
    };
    let html = patch
        .html_content
        .as_deref()
        .map(html::sanitize_article)
        .unwrap_or(found.html_content.clone());
    let next = content::Model {
        title: patch
            .title
            .map(|title| title.trim().to_owned())
            .unwrap_or(found.title.clone()),
        slug,
        word_count: html::word_count(&html),
        // An outline that a person has worked on is theirs from then on.
        is_outline: found.is_outline && html.contains("igny8-draft-note"),
        html_content: html,
        excerpt: patch.excerpt.unwrap_or(found.excerpt.clone()),
        meta_title: patch.meta_title.unwrap_or(found.meta_title.clone()),
        meta_description: patch.meta_description.unwrap_or(found.meta_description.clone()),
        primary_keyword: patch.primary_keyword.unwrap_or(found.primary_keyword.clone()),
        secondary_keywords: patch.secondary_keywords.unwrap_or(found.secondary_keywords.clone()),
        categories: patch.categories.unwrap_or(found.categories.clone()),
        tags: patch.tags.unwrap_or(found.tags.clone()),
        status: patch.status.unwrap_or(found.status),
        revision: found.revision,
        ..found.clone()
    };
    if next == found && patch.revision == found.revision {
        return Ok(found);
    }
    let saved = store(&txn, scope, patch.revision, next, patch.status).await?;
    write_version(&txn, &saved, scope.user, VersionReason::Edited).await?;
    txn.commit().await?;
    Ok(saved)
}

/// Stores `next` as the revision after `base`, if `base` is still the newest. The status changes only when asked for: a
/// publication sets it without making a revision.
pub(crate) async fn store(
    db: &impl ConnectionTrait,
    scope: &Scope,
    base: i32,
    next: content::Model,
    status: Option<content::ContentStatus>,
) -> Result<content::Model> {
    use content::Column as C;
    let now = crate::now();
    let mut update = content::Entity::update_in(scope);
    if let Some(status) = status {
        update = update.col_expr(C::Status, Expr::value(status.as_str()));
    }
    let saved = update
        .col_expr(C::Title, Expr::value(next.title.clone()))
        .col_expr(C::Slug, Expr::value(next.slug.clone()))
        .col_expr(C::HtmlContent, Expr::value(next.html_content.clone()))
        .col_expr(C::WordCount, Expr::value(next.word_count))
        .col_expr(C::Excerpt, Expr::value(next.excerpt.clone()))
        .col_expr(C::MetaTitle, Expr::value(next.meta_title.clone()))
        .col_expr(C::MetaDescription, Expr::value(next.meta_description.clone()))
        .col_expr(C::PrimaryKeyword, Expr::value(next.primary_keyword.clone()))
        .col_expr(C::SecondaryKeywords, Expr::value(next.secondary_keywords.clone()))
        .col_expr(C::Categories, Expr::value(next.categories.clone()))
        .col_expr(C::Tags, Expr::value(next.tags.clone()))
        .col_expr(C::IsOutline, Expr::value(next.is_outline))
        .col_expr(C::Revision, Expr::value(base + 1))
        .col_expr(C::UpdatedAt, Expr::value(now))
        .filter(C::Id.eq(next.id))
        .filter(C::Revision.eq(base))
        .exec(db)
        .await?;
    if saved.rows_affected != 1 {
        return Err(Error::Conflict(
            "Somebody else saved a newer version of this article. Nothing of theirs or yours is lost: load theirs, or save yours as the newest.".to_owned(),
        ));
    }
    Ok(content::Model {
        revision: base + 1,
        updated_at: now,
        ..next
    })
}

/// Keeps a revision. Saves of one person shortly after one another share a version.
pub(crate) async fn write_version(
    db: &impl ConnectionTrait,
    content: &content::Model,
    user: Option<UserId>,
    reason: VersionReason,
) -> Result<()> {
    let now = crate::now();
    let scope = Scope::system(content.account_id);
    let latest = content_version::Entity::find_in(&scope)
        .filter(content_version::Column::ContentId.eq(content.id))
        .order_by_desc(content_version::Column::Revision)
        .one(db)
        .await?;
    if let Some(latest) = latest
        && reason == VersionReason::Edited
        && latest.reason == VersionReason::Edited
        && latest.user_id == user
        && now - latest.created_at < chrono::Duration::minutes(SAME_VERSION_MINUTES)
    {
        // It keeps its time, or somebody who never pauses would have one version for a whole day.
        use content_version::Column as C;
        content_version::Entity::update_in(&scope)
            .col_expr(C::Revision, Expr::value(content.revision))
            .col_expr(C::Title, Expr::value(content.title.clone()))
            .col_expr(C::HtmlContent, Expr::value(content.html_content.clone()))
            .col_expr(C::MetaTitle, Expr::value(content.meta_title.clone()))
            .col_expr(C::MetaDescription, Expr::value(content.meta_description.clone()))
            .col_expr(C::WordCount, Expr::value(content.word_count))
            .filter(C::Id.eq(latest.id))
            .exec(db)
            .await?;
        return Ok(());
    }
    content_version::Entity::insert(content_version::ActiveModel {
        account_id: Set(content.account_id),
        content_id: Set(content.id),
        revision: Set(content.revision),
        title: Set(content.title.clone()),
        html_content: Set(content.html_content.clone()),
        meta_title: Set(content.meta_title.clone()),
        meta_description: Set(content.meta_description.clone()),
        word_count: Set(content.word_count),
        user_id: Set(user),
        reason: Set(reason),
        created_at: Set(now),
        ..Default::default()
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// One version with its HTML.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn version(app: &App, scope: &Scope, id: ContentVersionId) -> Result<content_version::Model> {
    let mut version = content_version::Entity::find_in(scope)
        .filter(content_version::Column::Id.eq(id))
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The version"))?;
    // The article decides whether the caller may see it: versions do not know their site.
    find(app, scope, version.content_id)
        .await
        .map_err(|_| Error::NotFound("The version"))?;
    version.html_content = html::sanitize_article(&version.html_content);
    Ok(version)
}

/// Puts an old version back as the newest revision.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn restore(app: &App, scope: &Scope, id: ContentVersionId) -> Result<content::Model> {
    let version = version(app, scope, id).await?;
    let found = find(app, scope, version.content_id).await?;
    scope.editor_of(found.site_id)?;
    let base = found.revision;
    let txn = db::begin_write(&app.db).await?;
    let next = content::Model {
        title: version.title,
        word_count: html::word_count(&version.html_content),
        is_outline: version.html_content.contains("igny8-draft-note"),
        html_content: version.html_content,
        meta_title: version.meta_title,
        meta_description: version.meta_description,
        ..found
    };
    let saved = store(&txn, scope, base, next, None).await?;
    write_version(&txn, &saved, scope.user, VersionReason::Restored).await?;
    txn.commit().await?;
    Ok(saved)
}

/// A slug that no other article of the site has, and that no other transaction can take before this one ends.
pub(crate) async fn free_slug(db: &impl ConnectionTrait, scope: &Scope, site: SiteId, wanted: &str) -> Result<String> {
    crate::scope::lock_site(db, scope, site).await?;
    let slug = |number: u64| match number {
        1 => wanted.to_owned(),
        number => format!("{wanted}-{number}"),
    };
    let taken = async |number: u64| -> Result<bool> {
        let known = content::Entity::find_in(scope)
            .filter(content::Column::SiteId.eq(site))
            .filter(content::Column::Slug.eq(slug(number)))
            .count(db)
            .await?;
        Ok(known > 0)
    };
    if !taken(1).await? {
        return Ok(slug(1));
    }
    // In leaps and then by halves: the thousandth article of a name does not ask for the nine hundred before it.
    let (mut low, mut high) = (1, 2);
    while taken(high).await? {
        (low, high) = (high, high * 2);
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if taken(middle).await? {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(slug(high))
}
