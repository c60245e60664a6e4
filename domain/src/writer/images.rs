//! Pictures: lists, changing their descriptions, reading their files.

use entity::{
    ImageId, ListQuery, Page, content, image,
    image::{Filter, ImageStatus, Patch, Row},
};
use sea_orm::{ColumnTrait, Condition, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use crate::{
    App, Error, Faults, Result, db,
    scope::{Scope, Scoped},
};

/// One page of pictures.
///
/// # Errors
/// [`Error::Invalid`] for an order that does not exist.
pub async fn list(app: &App, scope: &Scope, filter: &Filter, list: &ListQuery) -> Result<Page<Row>> {
    use image::Column as C;
    let mut all = Condition::all();
    if let Some(site) = filter.site_id {
        all = all.add(C::SiteId.eq(site));
    }
    if let Some(sector) = filter.sector_id {
        all = all.add(C::SectorId.eq(sector));
    }
    match filter.status {
        Some(status) => all = all.add(C::Status.eq(status)),
        None => all = all.add(C::Status.ne(ImageStatus::Archived)),
    }
    if let Some(content) = filter.content_id {
        all = all.add(C::ContentId.eq(content));
    }
    if let Some(kind) = filter.image_type {
        all = all.add(C::ImageType.eq(kind));
    }
    if let Some(text) = list.search() {
        all = all.add(C::Prompt.like(sea_orm::sea_query::LikeExpr::new(db::like_anywhere(text)).escape('\\')));
    }
    let (column, descending) = list.order().unwrap_or(("created_at", true));
    let column = match column {
        "created_at" => C::CreatedAt,
        "updated_at" => C::UpdatedAt,
        "status" => C::Status,
        "image_type" => C::ImageType,
        other => {
            return Err(Error::field(
                "ordering",
                format!("Images cannot be ordered by \"{other}\"."),
            ));
        }
    };
    let order = if descending { Order::Desc } else { Order::Asc };
    let pages = image::Entity::find_in(scope)
        .filter(all)
        .order_by(column, order)
        .order_by_asc(C::ContentId)
        .order_by_asc(C::Position)
        .order_by_asc(C::Id)
        .paginate(&app.db, u64::from(list.page_size()));
    let count = pages.num_items().await?;
    let rows = pages.fetch_page(u64::from(list.page() - 1)).await?;
    let articles: std::collections::BTreeSet<_> = rows.iter().filter_map(|row| row.content_id).collect();
    let titles: Vec<(entity::ContentId, String)> = content::Entity::find_in(scope)
        .filter(content::Column::Id.is_in(articles))
        .select_only()
        .columns([content::Column::Id, content::Column::Title])
        .into_tuple()
        .all(&app.db)
        .await?;
    let titles: std::collections::HashMap<_, _> = titles.into_iter().collect();
    Ok(Page {
        count,
        count_exact: true,
        page: list.page(),
        page_size: list.page_size(),
        results: rows
            .into_iter()
            .map(|image| Row {
                content_title: image.content_id.and_then(|id| titles.get(&id).cloned()),
                image,
            })
            .collect(),
    })
}

/// One picture.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(app: &App, scope: &Scope, id: ImageId) -> Result<image::Model> {
    image::Entity::find_in(scope)
        .filter(image::Column::Id.eq(id))
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The image"))
}

/// Changes what a picture should show or how it is described.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`], [`Error::Forbidden`].
pub async fn update(app: &App, scope: &Scope, id: ImageId, patch: Patch) -> Result<image::Model> {
    let found = get(app, scope, id).await?;
    scope.editor_of(found.site_id)?;
    let prompt = patch
        .prompt
        .map(|prompt| prompt.trim().to_owned())
        .unwrap_or(found.prompt);
    let alt = patch
        .alt_text
        .map(|alt| alt.trim().to_owned())
        .unwrap_or(found.alt_text);
    let mut faults = Faults::new();
    faults
        .check(!prompt.is_empty(), "prompt", "Describe what the image should show.")
        .check(
            prompt.chars().count() <= 2_000,
            "prompt",
            "Use at most 2,000 characters.",
        )
        .check(alt.chars().count() <= 300, "alt_text", "Use at most 300 characters.");
    faults.finish()?;
    image::Entity::update_in(scope)
        .col_expr(image::Column::Prompt, Expr::value(prompt))
        .col_expr(image::Column::AltText, Expr::value(alt))
        .filter(image::Column::Id.eq(id))
        .exec(&app.db)
        .await?;
    get(app, scope, id).await
}

/// The file of a picture with its type.
///
/// # Errors
/// [`Error::NotFound`] when the picture is not there for the caller or has no file.
pub async fn file(app: &App, scope: &Scope, id: ImageId) -> Result<(Vec<u8>, String)> {
    let image = get(app, scope, id).await?;
    let key = image.storage_key.ok_or(Error::NotFound("The image"))?;
    let mime = image.mime_type.unwrap_or_else(|| "application/octet-stream".to_owned());
    Ok((app.storage.get(&key).await?, mime))
}
