//! Keywords that are worth writing for: the site's own, those of the shipped library, those that competitors rank for.

mod add;
mod collisions;
mod coverage;
pub mod scores;

use std::collections::{BTreeSet, HashMap};

use entity::{
    ClusterId, KeywordId, ListQuery, Page, SectorId, SiteId, competitor_keyword, keyword,
    keyword::ClusterRef,
    keyword_score::{self, Coverage},
    opportunity::{Filter, OpportunitySource as Source, Reason, Rival, Row, Status},
    sector, seed_keyword, site,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{Alias, Expr, LikeExpr, NullOrdering, Query, SelectStatement},
};

pub use add::add;
pub use collisions::collisions;

use self::{
    coverage::Aims,
    scores::{clusters_of, scored, write_changed},
};
use super::ideas::cluster_names;
use crate::{
    App, Error, Result,
    ai::functions::to_engine_intent,
    db,
    scope::{Scope, Scoped},
};

/// A mean position that is still seen as the tenth place, in hundredths.
const TOP_TEN: i32 = 1_050;
/// Keywords of the library that are ranked at once; all of them fit.
const MAX_LIBRARY: u64 = 10_000;
/// Rows whose figures are looked up in one query.
const CHUNK: usize = 1_000;

/// The figures of a keyword, wherever it comes from.
#[derive(Clone, Copy)]
struct Figures {
    volume: Option<i64>,
    difficulty: Option<i32>,
    intent: keyword::Intent,
    position_hundredths: Option<i32>,
}

impl From<&keyword::Model> for Figures {
    fn from(row: &keyword::Model) -> Self {
        Self {
            volume: row.volume,
            difficulty: row.difficulty,
            intent: row.intent,
            position_hundredths: row.position_hundredths,
        }
    }
}

/// What the engine scores.
fn facts(figures: Figures, coverage: Coverage, competitors: Option<u32>) -> engine::opportunity::Facts {
    use engine::opportunity::Coverage as Engine;
    engine::opportunity::Facts {
        volume: figures.volume,
        difficulty: figures.difficulty,
        intent: to_engine_intent(figures.intent),
        coverage: match coverage {
            Coverage::None => Engine::None,
            Coverage::Group => Engine::Group,
            Coverage::Planned => Engine::Planned,
            Coverage::Written => Engine::Written,
            Coverage::Published => Engine::Published,
        },
        position_hundredths: figures.position_hundredths,
        competitors,
    }
}

fn told(score: &engine::opportunity::Score) -> Vec<Reason> {
    use engine::opportunity::Part;
    let points = |tenths: u32| i32::try_from(tenths).unwrap_or(1_000);
    score
        .reasons
        .iter()
        .map(|reason| Reason {
            part: match reason.part {
                Part::Volume => "volume",
                Part::Difficulty => "difficulty",
                Part::Intent => "intent",
                Part::Coverage => "coverage",
                Part::Position => "position",
                Part::Competitors => "competitors",
            }
            .to_owned(),
            label: reason.part.label().to_owned(),
            tenths: points(reason.tenths),
            of_tenths: points(reason.of_tenths),
        })
        .collect()
}

/// The site, when the caller sees it.
async fn seen(db: &impl ConnectionTrait, scope: &Scope, id: SiteId) -> Result<site::Model> {
    if id == SiteId::default() {
        return Err(Error::field(
            "site_id",
            "Say which site: the score depends on its content.",
        ));
    }
    site::Entity::find_in(scope)
        .filter(site::Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The site"))
}

/// The sectors that a list is about.
async fn sectors(db: &impl ConnectionTrait, scope: &Scope, filter: &Filter) -> Result<Vec<sector::Model>> {
    let mut found = sector::Entity::find_in(scope).filter(sector::Column::SiteId.eq(filter.site_id));
    if let Some(sector) = filter.sector_id {
        found = found.filter(sector::Column::Id.eq(sector));
    }
    let found = found.order_by_asc(sector::Column::Id).all(db).await?;
    if found.is_empty() && filter.sector_id.is_some() {
        return Err(Error::NotFound("The sector"));
    }
    Ok(found)
}

/// One page of opportunities of one source.
///
/// # Errors
/// [`Error::NotFound`] for a site or sector that is not there for the caller, [`Error::Invalid`] for an order that does not exist.
pub async fn list(app: &App, scope: &Scope, filter: &Filter, list: &ListQuery) -> Result<Page<Row>> {
    let site = seen(&app.db, scope, filter.site_id).await?;
    let sectors = sectors(&app.db, scope, filter).await?;
    match filter.source.unwrap_or(Source::Own) {
        Source::Own => own(app, scope, filter, list, &sectors).await,
        Source::Library => library(app, scope, filter, list, &site, &sectors).await,
        Source::Competitors => competitors(app, scope, filter, list, &sectors).await,
    }
}

/// What there is to choose from, and how far the scores are.
///
/// # Errors
/// [`Error::NotFound`] for a site that is not there for the caller.
pub async fn status(app: &App, scope: &Scope, filter: &Filter) -> Result<Status> {
    let site = seen(&app.db, scope, filter.site_id).await?;
    let state = scores::ensure(app, scope, site.id).await?;
    let competitors: Vec<String> = competitor_keyword::Entity::find_in(scope)
        .filter(competitor_keyword::Column::SiteId.eq(site.id))
        .select_only()
        .column(competitor_keyword::Column::Competitor)
        .distinct()
        .order_by_asc(competitor_keyword::Column::Competitor)
        .limit(200)
        .into_tuple()
        .all(&app.db)
        .await?;
    let aims = Aims::load(&app.db, scope, site.id).await?;
    Ok(Status {
        scored_at: state.scored_at,
        unscored: state.unscored,
        competitors,
        industry_id: site.industry_id,
        collisions: i64::try_from(collisions::groups(&aims).len()).unwrap_or(i64::MAX),
    })
}

fn no_order(name: &str, known: &str) -> Error {
    Error::field(
        "ordering",
        format!("\"{name}\" is no order of this list. Order by one of: {known}."),
    )
}

/// Own keywords, by the score that is kept unless told otherwise.
async fn own(
    app: &App,
    scope: &Scope,
    filter: &Filter,
    list: &ListQuery,
    sectors: &[sector::Model],
) -> Result<Page<Row>> {
    use keyword::Column as K;
    use keyword_score::Column as S;
    scores::ensure(app, scope, filter.site_id).await?;
    let mut kept = Condition::all().add(S::SiteId.eq(filter.site_id)).add(S::Score.gte(0));
    if let Some(sector) = filter.sector_id {
        kept = kept.add(S::SectorId.eq(sector));
    }
    if let Some(coverage) = filter.coverage {
        kept = kept.add(S::Coverage.eq(coverage));
    }
    let mut wanted = Condition::all().add(K::SiteId.eq(filter.site_id));
    let mut narrowed = false;
    if let Some(intent) = filter.intent {
        wanted = wanted.add(K::Intent.eq(intent));
        narrowed = true;
    }
    if let Some(text) = list.search() {
        let pattern = db::like_anywhere(&engine::text::keyword_key(text));
        wanted = wanted.add(Expr::col(K::KeywordKey).like(LikeExpr::new(pattern).escape('\\')));
        narrowed = true;
    }
    let (column, descending) = list.order().unwrap_or(("score", true));
    let order = if descending { Order::Desc } else { Order::Asc };
    let size = u64::from(list.page_size());
    let at = u64::from(list.page() - 1);
    let scores = || keyword_score::Entity::find_in(scope).filter(kept.clone());
    let keywords = || keyword::Entity::find_in(scope).filter(wanted.clone());
    let (count, ids): (u64, Vec<KeywordId>) = if column == "score" {
        let mut found = scores();
        if narrowed {
            found = found.filter(S::KeywordId.in_subquery(keywords().select_only().column(K::Id).into_query()));
        }
        let pages = found
            .order_by(S::Score, order.clone())
            .order_by(S::KeywordId, order)
            .select_only()
            .column(S::KeywordId)
            .into_tuple::<KeywordId>()
            .paginate(&app.db, size);
        (pages.num_items().await?, pages.fetch_page(at).await?)
    } else {
        let column = match column {
            "keyword" => K::KeywordKey,
            "volume" => K::Volume,
            "difficulty" => K::Difficulty,
            "position" => K::PositionHundredths,
            other => return Err(no_order(other, "score, keyword, volume, difficulty, position")),
        };
        let members = scores().select_only().column(S::KeywordId).into_query();
        let pages = keywords()
            .filter(K::Id.in_subquery(members))
            .order_by_with_nulls(column, order.clone(), NullOrdering::Last)
            .order_by(K::Id, order)
            .select_only()
            .column(K::Id)
            .into_tuple::<KeywordId>()
            .paginate(&app.db, size);
        (pages.num_items().await?, pages.fetch_page(at).await?)
    };
    Ok(Page {
        count,
        count_exact: true,
        page: list.page(),
        page_size: list.page_size(),
        results: own_rows(app, scope, &ids, sectors).await?,
    })
}

async fn own_rows(app: &App, scope: &Scope, ids: &[KeywordId], sectors: &[sector::Model]) -> Result<Vec<Row>> {
    let mut models: HashMap<KeywordId, keyword::Model> = keyword::Entity::find_in(scope)
        .filter(keyword::Column::Id.is_in(ids.iter().copied()))
        .all(&app.db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let coverages: HashMap<KeywordId, Coverage> = keyword_score::Entity::find_in(scope)
        .filter(keyword_score::Column::KeywordId.is_in(ids.iter().copied()))
        .all(&app.db)
        .await?
        .into_iter()
        .map(|row| (row.keyword_id, row.coverage))
        .collect();
    let held = clusters_of(&app.db, scope, ids).await?;
    let names = cluster_names(&app.db, scope, held.values().flatten().copied()).await?;
    let keys: Vec<&str> = models.values().map(|row| row.keyword_key.as_str()).collect();
    let rivals = rivals_of(&app.db, scope, sectors, &keys).await?;
    let listed = listed_sectors(&app.db, scope, sectors).await?;
    let mut rows = Vec::with_capacity(ids.len());
    let mut kept = Vec::with_capacity(ids.len());
    for id in ids {
        let Some(model) = models.remove(id) else { continue };
        let coverage = coverages.get(id).copied().unwrap_or(Coverage::None);
        let rivals = rivals
            .get(&(model.sector_id, model.keyword_key.clone()))
            .cloned()
            .unwrap_or_default();
        let in_top = listed.contains(&model.sector_id).then(|| top_ten(&rivals));
        let score = engine::opportunity::score(&facts((&model).into(), coverage, in_top));
        kept.push(scored(&model, coverage, in_top));
        rows.push(Row {
            id: model.id.0,
            source: Source::Own,
            keyword: model.keyword,
            keyword_id: Some(model.id),
            volume: model.volume,
            difficulty: model.difficulty,
            intent: model.intent,
            coverage,
            position_hundredths: model.position_hundredths,
            rivals,
            clusters: refs(held.get(id).map(Vec::as_slice).unwrap_or_default(), &names),
            score: points(&score),
            reasons: told(&score),
        });
    }
    // A figure that changed since the last run moves the keyword to its place for whoever looks next.
    write_changed(&app.db, &Scope::system(scope.account), ids, kept).await?;
    Ok(rows)
}

fn points(score: &engine::opportunity::Score) -> i32 {
    i32::try_from(score.total).unwrap_or(100)
}

fn refs(ids: &[ClusterId], names: &HashMap<ClusterId, String>) -> Vec<ClusterRef> {
    ids.iter()
        .filter_map(|id| {
            Some(ClusterRef {
                id: *id,
                name: names.get(id)?.clone(),
            })
        })
        .collect()
}

fn top_ten(rivals: &[Rival]) -> u32 {
    let there = |rival: &&Rival| rival.position_hundredths.is_some_and(|position| position < TOP_TEN);
    u32::try_from(rivals.iter().filter(there).count()).unwrap_or(u32::MAX)
}

/// Those of the sectors for which a competitor's list was imported.
async fn listed_sectors(
    db: &impl ConnectionTrait,
    scope: &Scope,
    sectors: &[sector::Model],
) -> Result<BTreeSet<SectorId>> {
    let mut listed = BTreeSet::new();
    for sector in sectors {
        let any: Option<SectorId> = competitor_keyword::Entity::find_in(scope)
            .filter(competitor_keyword::Column::SectorId.eq(sector.id))
            .select_only()
            .column(competitor_keyword::Column::SectorId)
            .limit(1)
            .into_tuple()
            .one(db)
            .await?;
        listed.extend(any);
    }
    Ok(listed)
}

/// Sector, key, competitor, position, page.
type RivalRow = (SectorId, String, String, Option<i32>, Option<String>);

/// Competitors that are found for keywords, the best first, by sector and key.
async fn rivals_of(
    db: &impl ConnectionTrait,
    scope: &Scope,
    sectors: &[sector::Model],
    keys: &[&str],
) -> Result<HashMap<(SectorId, String), Vec<Rival>>> {
    use competitor_keyword::Column as C;
    let mut found: HashMap<(SectorId, String), Vec<Rival>> = HashMap::new();
    for keys in keys.chunks(CHUNK) {
        let rows: Vec<RivalRow> = competitor_keyword::Entity::find_in(scope)
            .filter(C::SectorId.is_in(sectors.iter().map(|sector| sector.id)))
            .filter(C::KeywordKey.is_in(keys.iter().copied()))
            .order_by_with_nulls(C::PositionHundredths, Order::Asc, NullOrdering::Last)
            .order_by_asc(C::Competitor)
            .select_only()
            .columns([C::SectorId, C::KeywordKey, C::Competitor, C::PositionHundredths, C::Url])
            .into_tuple()
            .all(db)
            .await?;
        for (sector, key, competitor, position_hundredths, url) in rows {
            found.entry((sector, key)).or_default().push(Rival {
                competitor,
                position_hundredths,
                url,
            });
        }
    }
    Ok(found)
}

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
async fn library(
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
async fn competitors(
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
