//! What ships as data: industries, their sectors, the library of seed keywords. Belongs to nobody, changes for nobody.

use std::collections::HashMap;

use entity::{
    IndustryId, Page, industry,
    industry::WithSectors,
    industry_sector,
    page::ListQuery,
    seed_keyword::{self, Filter},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Select};

use crate::{App, Result, db};

/// The industries by name, each with its sectors by name.
///
/// # Errors
/// When the database fails.
pub async fn industries(app: &App) -> Result<Vec<WithSectors>> {
    let found = industry::Entity::find()
        .order_by_asc(industry::Column::Name)
        .all(&app.db)
        .await?;
    let mut sectors: HashMap<IndustryId, Vec<industry_sector::Model>> = HashMap::new();
    for sector in industry_sector::Entity::find()
        .order_by_asc(industry_sector::Column::Name)
        .all(&app.db)
        .await?
    {
        sectors.entry(sector.industry_id).or_default().push(sector);
    }
    Ok(found
        .into_iter()
        .map(|industry| WithSectors {
            sectors: sectors.remove(&industry.id).unwrap_or_default(),
            industry,
        })
        .collect())
}

/// Seed keywords that pass, in no order.
pub(crate) fn matching(filter: &Filter, query: &ListQuery) -> Select<seed_keyword::Entity> {
    use seed_keyword::Column as C;
    let mut rows = seed_keyword::Entity::find();
    if let Some(industry) = filter.industry_id {
        rows = rows.filter(C::IndustryId.eq(industry));
    }
    if let Some(sector) = filter.industry_sector_id {
        rows = rows.filter(C::IndustrySectorId.eq(sector));
    }
    if let Some(intent) = filter.intent {
        rows = rows.filter(C::Intent.eq(intent));
    }
    if let Some(text) = query.search() {
        rows = rows.filter(db::any_contains(&[C::Keyword], text));
    }
    rows
}

/// Seed keywords, a page at a time, by keyword.
///
/// # Errors
/// [`Error::Invalid`] for an unknown order.
pub async fn seed_keywords(app: &App, filter: &Filter, query: &ListQuery) -> Result<Page<seed_keyword::Model>> {
    use seed_keyword::Column as C;
    let rows = db::ordered(
        matching(filter, query),
        query,
        &[
            ("keyword", C::Keyword),
            ("intent", C::Intent),
            ("industry_sector_id", C::IndustrySectorId),
        ],
        C::Keyword,
    )?;
    db::page_of(&app.db, rows.order_by_asc(C::Id), query).await
}
