//! Keywords of the shipped library and of competitors, scored as if they were the site's own.

use std::collections::HashMap;

use entity::{
    KeywordId, ListQuery, Page, SectorId, SiteId, competitor_keyword, keyword,
    opportunity::{Filter, OpportunitySource as Source, Rival, Row},
    sector, seed_keyword, site,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Alias, Expr, LikeExpr, NullOrdering, Query, SelectStatement},
};

use super::{
    CHUNK, Figures, TOP_TEN, coverage::Aims, facts, listed_sectors, no_order, points, refs, rivals_of,
    scores::clusters_of, told, top_ten,
};
use crate::{
    App, Result, db,
    planner::ideas::cluster_names,
    scope::{Scope, Scoped},
};

/// Keywords of the library that are ranked at once; all of them fit.
const MAX_LIBRARY: u64 = 10_000;

/// A keyword of somebody else, before it is looked up among ours.
struct Candidate {
    id: i64,
    source: Source,
    /// The sector that it would go into; none when any of them would do.
    sector: Option<SectorId>,
    keyword: String,
    volume: Option<i64>,
    difficulty: Option<i32>,
    intent: keyword::Intent,
}

/// Scores keywords that are not, or not yet, ours.
async fn foreign_rows(
    app: &App,
    scope: &Scope,
    site: SiteId,
    sectors: &[sector::Model],
    candidates: Vec<Candidate>,
) -> Result<Vec<Row>> {
    let aims = Aims::load(&app.db, scope, site).await?;
    let listed = listed_sectors(&app.db, scope, sectors).await?;
    let mut rows = Vec::with_capacity(candidates.len());
    let mut candidates = candidates.into_iter().peekable();
    while candidates.peek().is_some() {
        let chunk: Vec<(String, Candidate)> = candidates
            .by_ref()
            .take(CHUNK)
            .map(|one| (engine::text::keyword_key(&one.keyword), one))
            .collect();
        let keys: Vec<&str> = chunk.iter().map(|(key, _)| key.as_str()).collect();
        let ours = keyword::Entity::find_in(scope)
            .filter(keyword::Column::SectorId.is_in(sectors.iter().map(|sector| sector.id)))
            .filter(keyword::Column::KeywordKey.is_in(keys.iter().copied()))
            .order_by_asc(keyword::Column::Id)
            .all(&app.db)
            .await?;
        let ids: Vec<KeywordId> = ours.iter().map(|row| row.id).collect();
        let held = clusters_of(&app.db, scope, &ids).await?;
        let names = cluster_names(&app.db, scope, held.values().flatten().copied()).await?;
        let mut by_key: HashMap<String, Vec<keyword::Model>> = HashMap::new();
        for row in ours {
            by_key.entry(row.keyword_key.clone()).or_default().push(row);
        }
        let mut rivals = rivals_of(&app.db, scope, sectors, &keys).await?;
        for (key, one) in chunk {
            let fits = |row: &&keyword::Model| one.sector.is_none_or(|sector| sector == row.sector_id);
            let own = by_key.get(&key).and_then(|rows| rows.iter().find(fits));
            let clusters = own
                .and_then(|own| held.get(&own.id))
                .map(Vec::as_slice)
                .unwrap_or_default();
            let coverage = aims.of(&key, clusters);
            let places: Vec<SectorId> = match one.sector {
                Some(sector) => vec![sector],
                None => sectors.iter().map(|sector| sector.id).collect(),
            };
            let rivals: Vec<Rival> = places
                .iter()
                .find_map(|sector| rivals.remove(&(*sector, key.clone())))
                .unwrap_or_default();
            let in_top = places
                .iter()
                .any(|sector| listed.contains(sector))
                .then(|| top_ten(&rivals));
            let figures = Figures {
                volume: one.volume.or(own.and_then(|own| own.volume)),
                difficulty: one.difficulty.or(own.and_then(|own| own.difficulty)),
                intent: one.intent,
                position_hundredths: own.and_then(|own| own.position_hundredths),
            };
            let score = engine::opportunity::score(&facts(figures, coverage, in_top));
            rows.push(Row {
                id: one.id,
                source: one.source,
                keyword: one.keyword,
                keyword_id: own.map(|own| own.id),
                volume: figures.volume,
                difficulty: figures.difficulty,
                intent: figures.intent,
                coverage,
                position_hundredths: figures.position_hundredths,
                rivals,
                clusters: refs(clusters, &names),
                score: points(&score),
                reasons: told(&score),
            });
        }
    }
    Ok(rows)
}

/// The library of the site's industry, ranked. It ships with the program and is small, so it is ranked in memory.
pub(super) async fn library(
    app: &App,
    scope: &Scope,
    filter: &Filter,
    list: &ListQuery,
    site: &site::Model,
    sectors: &[sector::Model],
) -> Result<Page<Row>> {
    use seed_keyword::Column as C;
    let mut found = seed_keyword::Entity::find();
    if !filter.all_industries.unwrap_or(false) {
        if let Some(industry) = filter.industry_id.or(site.industry_id) {
            found = found.filter(C::IndustryId.eq(industry));
        }
        let of_sector = filter
            .sector_id
            .filter(|_| filter.industry_id.is_none())
            .and_then(|id| sectors.iter().find(|sector| sector.id == id))
            .and_then(|sector| sector.industry_sector_id);
        if let Some(sector) = filter.industry_sector_id.or(of_sector) {
            found = found.filter(C::IndustrySectorId.eq(sector));
        }
    }
    if let Some(intent) = filter.intent {
        found = found.filter(C::Intent.eq(intent));
    }
    if let Some(text) = list.search() {
        found = found.filter(db::any_contains(&[C::Keyword], text));
    }
    let candidates = found
        .order_by_asc(C::Id)
        .limit(MAX_LIBRARY)
        .all(&app.db)
        .await?
        .into_iter()
        .map(|row| Candidate {
            id: row.id.0,
            source: Source::Library,
            sector: None,
            keyword: row.keyword,
            volume: row.volume.map(i64::from),
            difficulty: row.difficulty,
            intent: row.intent,
        })
        .collect();
    let mut rows = foreign_rows(app, scope, site.id, sectors, candidates).await?;
    let (column, descending) = list.order().unwrap_or(("score", true));
    match column {
        "score" => rows.sort_by_key(|row| row.score),
        "keyword" => rows.sort_by(|a, b| a.keyword.cmp(&b.keyword)),
        "volume" => rows.sort_by_key(|row| row.volume),
        "difficulty" => rows.sort_by_key(|row| row.difficulty),
        other => return Err(no_order(other, "score, keyword, volume, difficulty")),
    }
    if descending {
        rows.reverse();
    }
    let count = rows.len() as u64;
    let size = usize::try_from(list.page_size()).unwrap_or(1);
    let skip = usize::try_from(list.page() - 1)
        .unwrap_or(usize::MAX)
        .saturating_mul(size);
    Ok(Page {
        count,
        count_exact: true,
        page: list.page(),
        page_size: list.page_size(),
        results: rows.into_iter().skip(skip).take(size).collect(),
    })
}

/// The same keyword of the same sector in a table that goes by another name here.
fn same_keyword(select: &mut SelectStatement, table: &Alias, sector: impl ColumnTrait, key: impl ColumnTrait) {
    use competitor_keyword::{Column as C, Entity as E};
    select
        .expr(Expr::value(1))
        .and_where(Expr::col((table.clone(), sector)).equals((E, C::SectorId)))
        .and_where(Expr::col((table.clone(), key)).equals((E, C::KeywordKey)));
}

/// What competitors rank for, the most searched first.
pub(super) async fn competitors(
    app: &App,
    scope: &Scope,
    filter: &Filter,
    list: &ListQuery,
    sectors: &[sector::Model],
) -> Result<Page<Row>> {
    use competitor_keyword::{Column as C, Entity as E};
    let mut all = Condition::all().add(C::SiteId.eq(filter.site_id));
    if let Some(sector) = filter.sector_id {
        all = all.add(C::SectorId.eq(sector));
    }
    if let Some(intent) = filter.intent {
        all = all.add(C::Intent.eq(intent));
    }
    if let Some(text) = list.search() {
        let pattern = db::like_anywhere(&engine::text::keyword_key(text));
        all = all.add(Expr::col((E, C::KeywordKey)).like(LikeExpr::new(pattern).escape('\\')));
    }
    let gap = filter.gap.unwrap_or(false);
    let other = Alias::new("other");
    match &filter.competitor {
        Some(competitor) => {
            all = all.add(C::Competitor.eq(competitor.to_lowercase()));
            if gap {
                all = all.add(C::PositionHundredths.lt(TOP_TEN));
            }
        }
        None => {
            // Of a keyword that several rank for, the first row stands for all.
            let mut earlier = Query::select();
            earlier.from_as(E, other.clone());
            same_keyword(&mut earlier, &other, C::SectorId, C::KeywordKey);
            earlier.and_where(Expr::col((other.clone(), C::Id)).lt(Expr::col((E, C::Id))));
            all = all.add(Expr::exists(earlier).not());
            if gap {
                let mut ranked = Query::select();
                ranked.from_as(E, other.clone());
                same_keyword(&mut ranked, &other, C::SectorId, C::KeywordKey);
                ranked.and_where(Expr::col((other.clone(), C::PositionHundredths)).lt(TOP_TEN));
                all = all.add(Expr::exists(ranked));
            }
        }
    }
    if gap {
        let mut ours = Query::select();
        ours.from_as(keyword::Entity, other.clone());
        same_keyword(
            &mut ours,
            &other,
            keyword::Column::SectorId,
            keyword::Column::KeywordKey,
        );
        ours.and_where(Expr::col((other.clone(), keyword::Column::PositionHundredths)).lt(TOP_TEN));
        all = all.add(Expr::exists(ours).not());
    }
    let (column, descending) = list.order().unwrap_or(("volume", true));
    let order = if descending { Order::Desc } else { Order::Asc };
    let column = match column {
        "volume" => C::Volume,
        "difficulty" => C::Difficulty,
        "keyword" => C::KeywordKey,
        "position" => C::PositionHundredths,
        other => return Err(no_order(other, "volume, keyword, difficulty, position")),
    };
    let pages = E::find_in(scope)
        .filter(all)
        .order_by_with_nulls(column, order.clone(), NullOrdering::Last)
        .order_by(C::Id, order)
        .paginate(&app.db, u64::from(list.page_size()));
    let count = pages.num_items().await?;
    let candidates = pages
        .fetch_page(u64::from(list.page() - 1))
        .await?
        .into_iter()
        .map(|row| Candidate {
            id: row.id.0,
            source: Source::Competitors,
            sector: Some(row.sector_id),
            keyword: row.keyword,
            volume: row.volume,
            difficulty: row.difficulty,
            intent: row.intent,
        })
        .collect();
    Ok(Page {
        count,
        count_exact: true,
        page: list.page(),
        page_size: list.page_size(),
        results: foreign_rows(app, scope, filter.site_id, sectors, candidates).await?,
    })
}
