//! The home page's overview.

use entity::{
    SiteId, ai_task, cluster, content, content::ContentStatus, idea, image, image::ImageStatus, integration,
    integration::ConnectionStatus, keyword, overview::Overview, task, task::TaskStatus,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::{
    App, Error, Result,
    planner::keywords::census,
    scope::{Scope, Scoped},
};

/// Counts along the pipeline of a site and its latest work.
///
/// # Errors
/// [`Error::NotFound`] for a site that is not there for the caller.
pub async fn overview(app: &App, scope: &Scope, site: SiteId) -> Result<Overview> {
    if !scope.sees(site)
        || entity::site::Entity::find_in(scope)
            .filter(entity::site::Column::Id.eq(site))
            .count(&app.db)
            .await?
            == 0
    {
        return Err(Error::NotFound("The site"));
    }
    let db = &app.db;
    let keywords = |clustered| keyword::Filter {
        site_id: Some(site),
        clustered,
        ..Default::default()
    };
    let ideas = idea::Entity::find_in(scope).filter(idea::Column::SiteId.eq(site));
    let tasks = task::Entity::find_in(scope).filter(task::Column::SiteId.eq(site));
    let articles = content::Entity::find_in(scope).filter(content::Column::SiteId.eq(site));
    let images = image::Entity::find_in(scope)
        .filter(image::Column::SiteId.eq(site))
        .filter(image::Column::Status.ne(ImageStatus::Archived));
    Ok(Overview {
        keywords: signed(census::count(db, scope, &keywords(None)).await?),
        keywords_clustered: signed(census::count(db, scope, &keywords(Some(true))).await?),
        clusters: count(
            app,
            cluster::Entity::find_in(scope).filter(cluster::Column::SiteId.eq(site)),
        )
        .await?,
        ideas: count(app, ideas.clone()).await?,
        ideas_new: count(app, ideas.filter(idea::Column::Status.eq(idea::IdeaStatus::New))).await?,
        tasks: count(app, tasks.clone()).await?,
        tasks_open: count(app, tasks.filter(task::Column::Status.eq(TaskStatus::Draft))).await?,
        content: count(app, articles.clone()).await?,
        content_unpublished: count(
            app,
            articles
                .clone()
                .filter(content::Column::Status.is_in([ContentStatus::Draft, ContentStatus::Review])),
        )
        .await?,
        images: count(app, images.clone().filter(image::Column::StorageKey.is_not_null())).await?,
        images_pending: count(app, images.filter(image::Column::StorageKey.is_null())).await?,
        published: count(
            app,
            articles.filter(content::Column::Status.eq(ContentStatus::Published)),
        )
        .await?,
        integrations: count(
            app,
            integration::Entity::find_in(scope)
                .filter(integration::Column::SiteId.eq(site))
                .filter(integration::Column::Status.eq(ConnectionStatus::Connected)),
        )
        .await?,
        recent: ai_task::Entity::find_in(scope)
            .filter(ai_task::Column::SiteId.eq(site))
            .order_by_desc(ai_task::Column::Id)
            .limit(8)
            .all(db)
            .await?,
    })
}

async fn count<E>(app: &App, found: Select<E>) -> Result<i64>
where
    E: EntityTrait,
    E::Model: sea_orm::FromQueryResult + Sized + Send + Sync,
{
    Ok(signed(found.count(&app.db).await?))
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
