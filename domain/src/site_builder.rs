//! Plans of a site's pages.

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::{
    ClusterId, ListQuery, Page, PageBlueprintId, SiteBlueprintId, cluster, keyword,
    page_blueprint::{self, Move, PageType, Patch},
    site_blueprint::{self, Detail, Filter, Row},
};
use sea_orm::{ColumnTrait, ConnectionTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use crate::{
    App, Error, Faults, Result, db, linker,
    scope::{Scope, Scoped},
};

/// Plans, the newest first.
///
/// # Errors
/// [`Error::Invalid`] for an unknown order.
pub async fn list(app: &App, scope: &Scope, filter: &Filter, query: &ListQuery) -> Result<Page<Row>> {
    use site_blueprint::Column as C;
    let mut found = site_blueprint::Entity::find_in(scope);
    if let Some(site) = filter.site_id {
        found = found.filter(C::SiteId.eq(site));
    }
    if query.order().is_some() {
        found = db::ordered(found, query, &[("name", C::Name), ("created_at", C::CreatedAt)], C::Id)?;
    }
    let page = db::page_of(&app.db, found.order_by_desc(C::Id), query).await?;
    let counts: HashMap<SiteBlueprintId, i64> = page_blueprint::Entity::find_in(scope)
        .filter(page_blueprint::Column::BlueprintId.is_in(page.results.iter().map(|row| row.id)))
        .select_only()
        .column(page_blueprint::Column::BlueprintId)
        .column_as(page_blueprint::Column::Id.count(), "pages")
        .group_by(page_blueprint::Column::BlueprintId)
        .into_tuple::<(SiteBlueprintId, i64)>()
        .all(&app.db)
        .await?
        .into_iter()
        .collect();
    Ok(Page {
        count: page.count,
        count_exact: true,
        page: page.page,
        page_size: page.page_size,
        results: page
            .results
            .into_iter()
            .map(|blueprint| Row {
                pages: u64::try_from(counts.get(&blueprint.id).copied().unwrap_or_default()).unwrap_or_default(),
                blueprint,
            })
            .collect(),
    })
}

/// A plan with its pages, each after the one above it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(app: &App, scope: &Scope, id: SiteBlueprintId) -> Result<Detail> {
    let blueprint = site_blueprint::Entity::find_in(scope)
        .filter(site_blueprint::Column::Id.eq(id))
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The plan of pages"))?;
    let pages = pages_of(&app.db, scope, id).await?;
    Ok(Detail {
        pages: rows(&app.db, scope, &blueprint, pages).await?,
        blueprint,
    })
}

async fn pages_of(db: &impl ConnectionTrait, scope: &Scope, id: SiteBlueprintId) -> Result<Vec<page_blueprint::Model>> {
    Ok(page_blueprint::Entity::find_in(scope)
        .filter(page_blueprint::Column::BlueprintId.eq(id))
        .order_by_asc(page_blueprint::Column::Position)
        .order_by_asc(page_blueprint::Column::Id)
        .all(db)
        .await?)
}

/// Pages as a tree, with what is known of their clusters and keywords.
async fn rows(
    db: &impl ConnectionTrait,
    scope: &Scope,
    blueprint: &site_blueprint::Model,
    pages: Vec<page_blueprint::Model>,
) -> Result<Vec<page_blueprint::Row>> {
    let ids: HashSet<ClusterId> = pages.iter().filter_map(|page| page.cluster_id).collect();
    let clusters: HashMap<ClusterId, (String, i64)> = cluster::Entity::find_in(scope)
        .filter(cluster::Column::Id.is_in(ids))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, (row.name, row.volume)))
        .collect();
    let wanted: HashSet<String> = pages
        .iter()
        .flat_map(|page| linker::list_of(&page.target_keywords))
        .map(|text| engine::text::keyword_key(&text))
        .collect();
    let mut volumes: HashMap<String, i64> = HashMap::new();
    let wanted: Vec<String> = wanted.into_iter().collect();
    for chunk in wanted.chunks(1_000) {
        let found: Vec<(String, Option<i64>)> = keyword::Entity::find_in(scope)
            .filter(keyword::Column::SiteId.eq(blueprint.site_id))
            .filter(keyword::Column::KeywordKey.is_in(chunk))
            .select_only()
            .columns([keyword::Column::KeywordKey, keyword::Column::Volume])
            .into_tuple()
            .all(db)
            .await?;
        for (key, volume) in found {
            // Two sectors may hold the same keyword: it is searched for once.
            if let Some(volume) = volume {
                let known = volumes.entry(key).or_default();
                *known = Ord::max(*known, volume);
            }
        }
    }
    let mut below: BTreeMap<Option<PageBlueprintId>, Vec<page_blueprint::Model>> = BTreeMap::new();
    for page in pages {
        below.entry(page.parent_id).or_default().push(page);
    }
    let mut out = Vec::new();
    // Those without a page above, then always what is under the one that came last.
    let mut open: Vec<(u32, page_blueprint::Model)> = below
        .remove(&None)
        .unwrap_or_default()
        .into_iter()
        .rev()
        .map(|page| (0, page))
        .collect();
    while let Some((depth, page)) = open.pop() {
        let under = below.remove(&Some(page.id)).unwrap_or_default();
        open.extend(under.into_iter().rev().map(|page| (depth + 1, page)));
        let cluster = page.cluster_id.and_then(|id| clusters.get(&id));
        let known: Vec<i64> = linker::list_of(&page.target_keywords)
            .iter()
            .filter_map(|text| volumes.get(&engine::text::keyword_key(text)).copied())
            .collect();
        let volume = match (page.page_type, cluster) {
            (PageType::Pillar, Some((_, volume))) => Some(*volume),
            _ => (!known.is_empty()).then(|| known.iter().fold(0_i64, |all, one| all.saturating_add(*one))),
        };
        out.push(page_blueprint::Row {
            cluster_name: cluster.map(|(name, _)| name.clone()),
            depth,
            volume,
            page,
        });
    }
    Ok(out)
}

/// One page of a plan.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find_page(app: &App, scope: &Scope, id: PageBlueprintId) -> Result<page_blueprint::Model> {
    load(&app.db, scope, id).await
}

async fn load(db: &impl ConnectionTrait, scope: &Scope, id: PageBlueprintId) -> Result<page_blueprint::Model> {
    page_blueprint::Entity::find_in(scope)
        .filter(page_blueprint::Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The page"))
}

/// A page that is going to be changed.
async fn page(db: &impl ConnectionTrait, scope: &Scope, id: PageBlueprintId) -> Result<page_blueprint::Model> {
    let found = load(db, scope, id).await?;
    scope.editor_of(found.site_id)?;
    // One change of a site's plans at a time, so that two of them cannot give one address or place twice.
    crate::scope::lock_site(db, scope, found.site_id).await?;
    Ok(found)
}

/// Changes a page: its title, address, purpose, or its place among those under the same page.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::NotFound`], [`Error::Forbidden`].
pub async fn update_page(app: &App, scope: &Scope, id: PageBlueprintId, patch: Patch) -> Result<page_blueprint::Model> {
    use page_blueprint::Column as C;
    let txn = db::begin_write(&app.db).await?;
    let found = page(&txn, scope, id).await?;
    let title = patch
        .title
        .map_or_else(|| found.title.clone(), |text| text.trim().to_owned());
    let purpose = patch
        .purpose
        .map_or_else(|| found.purpose.clone(), |text| text.trim().to_owned());
    let slug = patch
        .slug
        .map_or_else(|| found.slug.clone(), |text| engine::text::slugify(&text));
    let taken = slug != found.slug
        && page_blueprint::Entity::find_in(scope)
            .filter(C::BlueprintId.eq(found.blueprint_id))
            .filter(C::Slug.eq(&slug))
            .count(&txn)
            .await?
            > 0;
    let mut faults = Faults::new();
    faults
        .check(!title.is_empty(), "title", "Enter a title.")
        .check(title.chars().count() <= 200, "title", "Use at most 200 characters.")
        .check(
            purpose.chars().count() <= 1_000,
            "purpose",
            "Use at most 1,000 characters.",
        )
        .check(!taken, "slug", "Another page of this plan has this address.");
    faults.finish()?;
    let now = crate::now();
    if let Some(to) = patch.to {
        reorder(&txn, scope, &found, to).await?;
    }
    page_blueprint::Entity::update_in(scope)
        .col_expr(C::Title, Expr::value(title))
        .col_expr(C::Slug, Expr::value(slug))
        .col_expr(C::Purpose, Expr::value(purpose))
        .col_expr(C::UpdatedAt, Expr::value(now))
        .filter(C::Id.eq(id))
        .exec(&txn)
        .await?;
    let changed = page(&txn, scope, id).await?;
    txn.commit().await?;
    Ok(changed)
}

/// Pages under the same page in their order.
async fn siblings(
    db: &impl ConnectionTrait,
    scope: &Scope,
    of: &page_blueprint::Model,
) -> Result<Vec<PageBlueprintId>> {
    use page_blueprint::Column as C;
    let mut found = page_blueprint::Entity::find_in(scope).filter(C::BlueprintId.eq(of.blueprint_id));
    found = match of.parent_id {
        Some(parent) => found.filter(C::ParentId.eq(parent)),
        None => found.filter(C::ParentId.is_null()),
    };
    Ok(found
        .order_by_asc(C::Position)
        .order_by_asc(C::Id)
        .select_only()
        .column(C::Id)
        .into_tuple()
        .all(db)
        .await?)
}

async fn number(db: &impl ConnectionTrait, scope: &Scope, order: &[PageBlueprintId]) -> Result<()> {
    for (position, id) in order.iter().enumerate() {
        page_blueprint::Entity::update_in(scope)
            .col_expr(
                page_blueprint::Column::Position,
                Expr::value(i32::try_from(position).unwrap_or(i32::MAX)),
            )
            .filter(page_blueprint::Column::Id.eq(*id))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Changes places with the neighbour; at the end of the row nothing happens.
async fn reorder(db: &impl ConnectionTrait, scope: &Scope, found: &page_blueprint::Model, to: Move) -> Result<()> {
    let mut order = siblings(db, scope, found).await?;
    let Some(at) = order.iter().position(|id| *id == found.id) else {
        return Ok(());
    };
    let other = match to {
        Move::Up => at.checked_sub(1),
        Move::Down => Some(at + 1).filter(|next| *next < order.len()),
    };
    match other {
        None => Ok(()),
        Some(other) => {
            order.swap(at, other);
            number(db, scope, &order).await
        }
    }
}

/// Takes a page out of its plan. The pages under it move up to its place.
///
/// # Errors
/// [`Error::Conflict`] for the home page, [`Error::NotFound`], [`Error::Forbidden`].
pub async fn delete_page(app: &App, scope: &Scope, id: PageBlueprintId) -> Result<()> {
    use page_blueprint::Column as C;
    let txn = db::begin_write(&app.db).await?;
    let found = page(&txn, scope, id).await?;
    if found.page_type == PageType::Home {
        return Err(Error::Conflict(
            "A site needs its home page: every other page stands under it.".to_owned(),
        ));
    }
    let order = siblings(&txn, scope, &found).await?;
    let under: Vec<PageBlueprintId> = page_blueprint::Entity::find_in(scope)
        .filter(C::ParentId.eq(id))
        .order_by_asc(C::Position)
        .order_by_asc(C::Id)
        .select_only()
        .column(C::Id)
        .into_tuple()
        .all(&txn)
        .await?;
    page_blueprint::Entity::update_in(scope)
        .col_expr(C::ParentId, Expr::value(found.parent_id.map(|parent| parent.0)))
        .filter(C::ParentId.eq(id))
        .exec(&txn)
        .await?;
    page_blueprint::Entity::delete_in(scope)
        .filter(C::Id.eq(id))
        .exec(&txn)
        .await?;
    let order: Vec<PageBlueprintId> = order
        .into_iter()
        .flat_map(|sibling| if sibling == id { under.clone() } else { vec![sibling] })
        .collect();
    number(&txn, scope, &order).await?;
    txn.commit().await?;
    Ok(())
}
