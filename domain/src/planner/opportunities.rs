//! Keywords that are worth writing for: the site's own, those of the shipped library, those that competitors rank for.

mod add;
mod collisions;
mod coverage;
mod foreign;
pub mod scores;

use std::collections::{BTreeSet, HashMap};

use entity::{
    ClusterId, KeywordId, ListQuery, Page, SectorId, SiteId, competitor_keyword, keyword,
    keyword::ClusterRef,
    keyword_score::{self, Coverage},
    opportunity::{Filter, OpportunitySource as Source, Reason, Rival, Row, Status},
    sector, site,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, ExprTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
    sea_query::{Expr, LikeExpr, NullOrdering},
};

pub use add::add;
pub use collisions::collisions;

use self::{
    coverage::Aims,
    foreign::{competitors, library},
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
