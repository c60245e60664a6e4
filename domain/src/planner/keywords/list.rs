//! The list of keywords: any filter in any order, fast at a million rows of one account.
//!
//! Equality (sector, status, intent, clustered) is a set of seats: sectors with facets. Each order has an index that begins
//! with the seat, so a page is the merge of a few index ranges, read no further than it shows. What else is asked for
//! (ranges, text, a cluster) is first looked up, up to [`Bounds::few`] rows: few are fetched and sorted; of many the order is walked
//! until the page is full, for then it soon is.

use std::collections::HashMap;

use entity::{
    KeywordId, ListQuery, Page, keyword,
    keyword::{Filter, Row},
};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryResult, Statement};

use super::{
    census::{self, Seat},
    clusters_of,
};
use crate::{
    App, Error, Result, db,
    scope::{Scope, Scoped},
};

/// How much is read before a list is sought in another way, in rows.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Keywords that are fetched and sorted rather than sought along an order.
    pub few: u64,
    /// Entries of an index that carries both figures, read to find out how many lie in both ranges.
    pub probed: u64,
    /// Keywords that are compared with a text to say at least how many have it.
    pub sampled: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            few: entity::page::COUNTED,
            probed: 100_000,
            sampled: 20_000,
        }
    }
}

/// Index ranges of one merge. SQLite takes 500 at most.
const MERGED: usize = 100;

/// What a list may be ordered by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Keyword,
    Volume,
    Difficulty,
    Intent,
    Status,
    Created,
    Cpc,
    Impressions,
    Position,
    Clicks,
}

impl Order {
    fn of(list: &ListQuery) -> Result<(Self, bool)> {
        let (name, descending) = list.order().unwrap_or(("volume", true));
        let order = match name {
            "keyword" => Self::Keyword,
            "volume" => Self::Volume,
            "difficulty" => Self::Difficulty,
            "intent" => Self::Intent,
            "status" => Self::Status,
            "created_at" => Self::Created,
            "cpc" => Self::Cpc,
            "impressions" => Self::Impressions,
            "position" => Self::Position,
            "clicks" => Self::Clicks,
            other => {
                return Err(Error::field(
                    "ordering",
                    format!("Keywords cannot be ordered by \"{other}\"."),
                ));
            }
        };
        Ok((order, descending))
    }

    /// What rows are compared by, and the index that has it.
    fn value(self) -> (&'static str, &'static str) {
        match self {
            Self::Keyword => ("k.keyword_key", "key"),
            Self::Volume => ("k.volume", "volume"),
            Self::Difficulty => ("k.difficulty", "difficulty"),
            Self::Intent => ("k.facet % 8 / 2", "facet"),
            Self::Status => ("k.facet / 8", "facet"),
            // Numbers are given out in the order of making.
            Self::Created => ("k.id", "facet"),
            Self::Cpc => ("k.cpc_cents", "cpc"),
            Self::Impressions => ("k.impressions", "impressions"),
            Self::Position => ("k.position_hundredths", "position"),
            Self::Clicks => ("k.clicks", "clicks"),
        }
    }

    /// The parts of the list, one after the other: within each, an index gives the order. What is unknown comes last
    /// whichever way the list runs.
    fn phases(self, descending: bool) -> Vec<Phase> {
        let (value, index) = self.value();
        let phase = |value: &str, index, only: String, facets: Option<(i32, i32)>| Phase {
            value: value.to_owned(),
            index,
            only,
            group: facets,
        };
        let groups = |count: i32, divisor: i32| {
            let mut all: Vec<i32> = (0..count).collect();
            if descending {
                all.reverse();
            }
            all.into_iter()
                .map(|place| phase("k.id", "facet", String::new(), Some((divisor, place))))
                .collect()
        };
        match self {
            Self::Keyword | Self::Created => vec![phase(value, index, String::new(), None)],
            Self::Intent => groups(4, 2),
            Self::Status => groups(3, 8),
            Self::Volume | Self::Difficulty => vec![
                phase(value, index, format!(" AND {value} IS NOT NULL"), None),
                phase(value, index, format!(" AND {value} IS NULL"), None),
            ],
            Self::Cpc | Self::Impressions | Self::Position | Self::Clicks => vec![
                phase(value, index, format!(" AND {value} IS NOT NULL"), None),
                phase("k.id", "facet", format!(" AND {value} IS NULL"), None),
            ],
        }
    }
}

/// A part of the list whose order an index gives.
struct Phase {
    value: String,
    index: &'static str,
    only: String,
    /// Only seats whose facet has this place: divisor and place.
    group: Option<(i32, i32)>,
}

impl Phase {
    fn takes(&self, seat: &Seat) -> bool {
        match self.group {
            None => true,
            Some((2, place)) => seat.facet % 8 / 2 == place,
            Some((_, place)) => seat.facet / 8 == place,
        }
    }
}

/// Where the keywords that pass may be looked up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Driver {
    Seats,
    Cluster,
    Text,
    Volume,
    Difficulty,
}

/// One question, in the database's words.
struct Search<'a, C: ConnectionTrait> {
    db: &'a C,
    scope: &'a Scope,
    filter: &'a Filter,
    seats: Vec<Seat>,
    bounds: Bounds,
    postgres: bool,
    /// Text to find, as a pattern.
    pattern: Option<String>,
    /// The same for SQLite's text index; none when it is too short for it.
    grams: Option<String>,
}

/// One page of keywords with the clusters that hold them.
///
/// # Errors
/// [`Error::Invalid`] for an order that does not exist.
pub async fn list(app: &App, scope: &Scope, filter: &Filter, list: &ListQuery) -> Result<Page<Row>> {
    list_within(app, scope, filter, list, Bounds::default()).await
}

/// As [`list`], with bounds of one's own: the rows are the same whatever they are.
///
/// # Errors
/// As [`list`].
pub async fn list_within(
    app: &App,
    scope: &Scope,
    filter: &Filter,
    list: &ListQuery,
    bounds: Bounds,
) -> Result<Page<Row>> {
    let (order, descending) = Order::of(list)?;
    let text = list.search().map(engine::text::keyword_key);
    let search = Search {
        db: &app.db,
        scope,
        filter,
        seats: census::seats(&app.db, scope, filter).await?,
        bounds,
        postgres: db::is_postgres(&app.db),
        pattern: text.as_deref().map(db::like_anywhere),
        grams: text.as_deref().and_then(grams),
    };
    let size = u64::from(list.page_size());
    let from = u64::from(list.page() - 1) * size;
    let found = search.page(order, descending, from, size).await?;
    let mut rows: HashMap<KeywordId, keyword::Model> = keyword::Entity::find_in(scope)
        .filter(keyword::Column::Id.is_in(found.ids.iter().copied()))
        .all(&app.db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let rows: Vec<keyword::Model> = found.ids.iter().filter_map(|id| rows.remove(id)).collect();
    let mut held = clusters_of(&app.db, scope, &rows).await?;
    Ok(Page {
        count: found.count,
        count_exact: found.exact,
        page: list.page(),
        page_size: list.page_size(),
        results: rows
            .into_iter()
            .map(|keyword| Row {
                clusters: held.remove(&keyword.id).unwrap_or_default(),
                keyword,
            })
            .collect(),
    })
}

struct Found {
    ids: Vec<KeywordId>,
    count: u64,
    exact: bool,
}

/// Every three characters that follow each other, as a question to the text index.
fn grams(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut all: Vec<String> = characters
        .windows(3)
        .map(|three| format!("\"{}\"", three.iter().collect::<String>().replace('"', "\"\"")))
        .collect();
    all.sort_unstable();
    all.dedup();
    (!all.is_empty()).then(|| all.join(" "))
}

fn numbers<T: ToString>(all: impl IntoIterator<Item = T>) -> String {
    let mut all: Vec<String> = all.into_iter().map(|one| one.to_string()).collect();
    all.sort_unstable();
    all.dedup();
    all.join(", ")
}

fn figure(row: &QueryResult, name: &str) -> Result<u64> {
    Ok(u64::try_from(row.try_get::<Option<i64>>("", name)?.unwrap_or(0)).unwrap_or(0))
}

impl<C: ConnectionTrait> Search<'_, C> {
    async fn page(&self, order: Order, descending: bool, from: u64, size: u64) -> Result<Found> {
        let few = self.bounds.few;
        let total: u64 = self.seats.iter().map(|seat| seat.settled + seat.fresh).sum();
        if total == 0 {
            return Ok(Found {
                ids: Vec::new(),
                count: 0,
                exact: true,
            });
        }
        if self.asks_for_more() {
            if total <= few {
                return self.few(Driver::Seats, order, descending, from, size).await;
            }
            let (known, exact) = match self.look_up().await? {
                Ok(driver) => return self.few(driver, order, descending, from, size).await,
                Err(bound) => bound,
            };
            // One more tells whether anything follows.
            let mut ids = self.walk(order, descending, from, size + 1).await?;
            let shown = from + ids.len() as u64;
            let ended = ids.len() as u64 <= size && (!ids.is_empty() || from == 0);
            ids.truncate(usize::try_from(size).unwrap_or(usize::MAX));
            return Ok(Found {
                count: match (exact, ended) {
                    (true, _) => known,
                    (false, true) => shown,
                    (false, false) if ids.is_empty() => known.min(from),
                    (false, false) => known.max(shown),
                },
                exact: exact || ended,
                ids,
            });
        }
        Ok(Found {
            ids: self.walk(order, descending, from, size).await?,
            count: total,
            exact: true,
        })
    }

    /// Whether seats alone do not decide what passes.
    fn asks_for_more(&self) -> bool {
        self.pattern.is_some() || self.filter.cluster_id.is_some() || self.by_volume() || self.by_difficulty()
    }

    fn by_volume(&self) -> bool {
        self.filter.volume_min.is_some() || self.filter.volume_max.is_some()
    }

    fn by_difficulty(&self) -> bool {
        self.filter.difficulty_min.is_some() || self.filter.difficulty_max.is_some()
    }

    /// Where few enough keywords are found; or else at least how many pass, and whether that is the exact number.
    async fn look_up(&self) -> Result<std::result::Result<Driver, (u64, bool)>> {
        let Bounds { few, probed, .. } = self.bounds;
        let fresh: u64 = self.seats.iter().map(|seat| seat.fresh).sum();
        if self.filter.cluster_id.is_some() && self.probe(Driver::Cluster, few + 1).await?.0 <= few {
            return Ok(Ok(Driver::Cluster));
        }
        let only_ranges = self.pattern.is_none() && self.filter.cluster_id.is_none();
        let mut least = 0;
        match (self.by_volume(), self.by_difficulty()) {
            (true, true) => {
                for driver in [Driver::Difficulty, Driver::Volume] {
                    let (read, pass) = self.probe(driver, probed).await?;
                    if read < probed && pass <= few {
                        return Ok(Ok(driver));
                    }
                    if read < probed && only_ranges && fresh == 0 {
                        return Ok(Err((pass, true)));
                    }
                    least = least.max(pass);
                    if read < probed {
                        break;
                    }
                }
            }
            (true, false) | (false, true) => {
                let driver = if self.by_volume() {
                    Driver::Volume
                } else {
                    Driver::Difficulty
                };
                let (read, _) = self.probe(driver, few + 1).await?;
                if read <= few {
                    return Ok(Ok(driver));
                }
                least = few;
            }
            (false, false) => {}
        }
        if self.pattern.is_some() && self.can_look_up_text().await? && self.probe(Driver::Text, few + 1).await?.0 <= few
        {
            return Ok(Ok(Driver::Text));
        }
        if !only_ranges {
            least = self.sample().await?;
        }
        Ok(Err((least, false)))
    }

    /// PostgreSQL has no text index where extensions are forbidden.
    async fn can_look_up_text(&self) -> Result<bool> {
        if !self.postgres || self.grams.is_none() {
            return Ok(true);
        }
        let sql = "SELECT CASE WHEN to_regclass('ix_keywords_trigrams') IS NULL THEN 0 ELSE 1 END::bigint AS there";
        let row = self.one(sql.to_owned()).await?;
        Ok(row.map(|row| figure(&row, "there")).transpose()? == Some(1))
    }

    /// How many entries there are to be looked up, up to `most`, and how many of them lie in both ranges.
    async fn probe(&self, driver: Driver, most: u64) -> Result<(u64, u64)> {
        let sql = format!(
            "SELECT COUNT(*) AS entries, CAST(SUM(pass) AS bigint) AS pass FROM ({} LIMIT {most}) AS probed",
            self.entries(driver)
        );
        match self.one(sql).await? {
            Some(row) => Ok((figure(&row, "entries")?, figure(&row, "pass")?)),
            None => Ok((0, 0)),
        }
    }

    /// At least how many keywords pass, from a few of each seat.
    async fn sample(&self) -> Result<u64> {
        let arms: Vec<String> = self
            .seats
            .iter()
            .filter(|seat| seat.settled > 0)
            .take(MERGED)
            .map(|seat| {
                format!(
                    "SELECT CASE WHEN {} THEN 1 ELSE 0 END AS pass FROM keywords AS k{} WHERE k.settled = 1 \
                     AND k.sector_id = {} AND k.facet = {}",
                    self.conditions().trim_start_matches(" AND "),
                    self.hint("key"),
                    seat.sector,
                    seat.facet
                )
            })
            .collect();
        if arms.is_empty() {
            return Ok(0);
        }
        let sql = format!(
            "SELECT CAST(SUM(pass) AS bigint) AS pass FROM ({} LIMIT {}) AS sampled",
            arms.join(" UNION ALL "),
            self.bounds.sampled
        );
        Ok(self
            .one(sql)
            .await?
            .map(|row| figure(&row, "pass"))
            .transpose()?
            .unwrap_or(0))
    }

    /// Entries of an index that name the settled keywords that may pass.
    fn entries(&self, driver: Driver) -> String {
        let (sectors, facets) = (self.sectors(), self.facets());
        let seated = format!("k.settled = 1 AND k.sector_id IN ({sectors}) AND k.facet IN ({facets})");
        let range = |index: &str, only: String, other: String| {
            let pass = if other.is_empty() {
                "1".to_owned()
            } else {
                format!("CASE WHEN {} THEN 1 ELSE 0 END", other.trim_start_matches(" AND "))
            };
            format!(
                "SELECT k.id AS id, {pass} AS pass FROM keywords AS k{} WHERE {seated}{only}",
                self.hint(index)
            )
        };
        match driver {
            Driver::Seats => range("facet", String::new(), String::new()),
            Driver::Volume => range("volume", self.volumes(), self.difficulties()),
            Driver::Difficulty => range("difficulty", self.difficulties(), self.volumes()),
            Driver::Cluster => format!(
                "SELECT keyword_id AS id, 1 AS pass FROM cluster_keywords WHERE cluster_id = {}",
                self.filter.cluster_id.unwrap_or_default()
            ),
            // Too short for the index of texts: the index of the names is smaller than the table.
            Driver::Text if self.grams.is_none() => range("key", self.texts(), String::new()),
            Driver::Text if self.postgres => {
                format!(
                    "SELECT k.id AS id, 1 AS pass FROM keywords AS k WHERE k.settled = 1{}",
                    self.texts()
                )
            }
            Driver::Text => "SELECT rowid AS id, 1 AS pass FROM keyword_texts WHERE keyword_texts MATCH $2".to_owned(),
        }
    }

    /// Fetches all that pass and sorts them.
    async fn few(&self, driver: Driver, order: Order, descending: bool, from: u64, size: u64) -> Result<Found> {
        let (value, _) = order.value();
        let (sectors, facets, conditions) = (self.sectors(), self.facets(), self.conditions());
        let seated = format!("k.settled = 1 AND +k.sector_id IN ({sectors}) AND k.facet IN ({facets}){conditions}");
        // PostgreSQL finds the way by its statistics; SQLite has none.
        let settled = if self.postgres {
            format!(
                "SELECT {value} AS v, k.id AS id FROM keywords AS k WHERE {}",
                seated.replace('+', "")
            )
        } else {
            format!(
                "SELECT {value} AS v, k.id AS id FROM ({}) AS d CROSS JOIN keywords AS k WHERE k.id = d.id AND {seated}",
                self.entries(driver)
            )
        };
        let mut parts = vec![settled];
        parts.extend(self.fresh(value, "", |_| true));
        let way = if descending { "DESC" } else { "ASC" };
        let page = |size: u64, from: u64| {
            format!(
                "SELECT id, number FROM (SELECT id, v, COUNT(*) OVER () AS number FROM ({}) AS passing) AS numbered \
                 ORDER BY CASE WHEN v IS NULL THEN 1 ELSE 0 END, v {way}, id {way} LIMIT {size} OFFSET {from}",
                parts.join(" UNION ALL ")
            )
        };
        let mut ids = Vec::new();
        let mut count = 0;
        for row in self.all(page(size, from)).await? {
            ids.push(KeywordId(row.try_get("", "id")?));
            count = figure(&row, "number")?;
        }
        if ids.is_empty() && from > 0 {
            // Beyond the end; how many there are is still to be told.
            let row = self.one(page(1, 0)).await?;
            count = row.map(|row| figure(&row, "number")).transpose()?.unwrap_or(0);
        }
        Ok(Found {
            ids,
            count,
            exact: true,
        })
    }

    /// Reads along the order until the page is full.
    async fn walk(&self, order: Order, descending: bool, from: u64, size: u64) -> Result<Vec<KeywordId>> {
        let way = if descending { "DESC" } else { "ASC" };
        let phases = order.phases(descending);
        let last = phases.len() - 1;
        let mut ids: Vec<KeywordId> = Vec::new();
        let mut skip = from;
        for (number, phase) in phases.iter().enumerate() {
            let want = size - ids.len() as u64;
            if phase.group.is_some() && !self.asks_for_more() {
                let known: u64 = self
                    .seats
                    .iter()
                    .filter(|seat| phase.takes(seat))
                    .map(|seat| seat.settled + seat.fresh)
                    .sum();
                if known <= skip {
                    skip -= known;
                    continue;
                }
            }
            let arms = self.arms(phase);
            if arms.is_empty() {
                continue;
            }
            let sorted = |arms: &[String], size: u64, from: u64| {
                format!(
                    "{} ORDER BY v {way}, id {way} LIMIT {size} OFFSET {from}",
                    arms.join(" UNION ALL ")
                )
            };
            let sql = if arms.len() <= MERGED {
                sorted(&arms, want, skip)
            } else {
                let parts: Vec<String> = arms
                    .chunks(MERGED)
                    .enumerate()
                    .map(|(number, arms)| {
                        format!("SELECT v, id FROM ({}) AS part{number}", sorted(arms, want + skip, 0))
                    })
                    .collect();
                sorted(&parts, want, skip)
            };
            let before = ids.len();
            for row in self.all(sql).await? {
                ids.push(KeywordId(row.try_get("", "id")?));
            }
            if ids.len() as u64 >= size || number == last {
                break;
            }
            if ids.len() > before {
                skip = 0;
            } else if skip > 0 {
                let sql = format!("SELECT COUNT(*) AS number FROM ({}) AS part", arms.join(" UNION ALL "));
                let passed = self.one(sql).await?.map(|row| figure(&row, "number")).transpose()?;
                skip = skip.saturating_sub(passed.unwrap_or(0));
            }
        }
        Ok(ids)
    }

    /// The index ranges of a part of the list, each in its order.
    fn arms(&self, phase: &Phase) -> Vec<String> {
        let Phase { value, index, only, .. } = phase;
        let conditions = self.conditions();
        let mut arms: Vec<String> = self
            .seats
            .iter()
            .filter(|seat| phase.takes(seat))
            .map(|seat| {
                format!(
                    "SELECT {value} AS v, k.id AS id FROM keywords AS k{} WHERE k.settled = 1 AND k.sector_id = {} \
                     AND k.facet = {}{only}{conditions}",
                    self.hint(index),
                    seat.sector,
                    seat.facet
                )
            })
            .collect();
        arms.extend(self.fresh(value, only, |seat| phase.takes(seat)));
        arms
    }

    /// The keywords that are not settled yet, of the seats that are taken.
    fn fresh(&self, value: &str, only: &str, takes: impl Fn(&Seat) -> bool) -> Option<String> {
        let seats: Vec<&Seat> = self.seats.iter().filter(|seat| seat.fresh > 0 && takes(seat)).collect();
        (!seats.is_empty()).then(|| {
            format!(
                "SELECT {value} AS v, k.id AS id FROM keywords AS k{} WHERE k.settled = 0 AND k.account_id = {} \
                 AND k.site_id IN ({}) AND k.sector_id IN ({}) AND k.facet IN ({}){only}{}",
                self.hint("new"),
                self.scope.account,
                numbers(seats.iter().map(|seat| seat.site)),
                numbers(seats.iter().map(|seat| seat.sector)),
                numbers(seats.iter().map(|seat| seat.facet)),
                self.conditions()
            )
        })
    }

    fn sectors(&self) -> String {
        numbers(self.seats.iter().map(|seat| seat.sector))
    }

    fn facets(&self) -> String {
        numbers(self.seats.iter().map(|seat| seat.facet))
    }

    /// SQLite goes by the number of columns alone and would often take another index.
    fn hint(&self, index: &str) -> String {
        if self.postgres {
            String::new()
        } else {
            format!(" INDEXED BY ix_keywords_list_{index}")
        }
    }

    /// All that seats do not say.
    fn conditions(&self) -> String {
        let mut all = self.volumes() + &self.difficulties() + &self.texts();
        if let Some(cluster) = self.filter.cluster_id {
            all += &format!(
                " AND EXISTS (SELECT 1 FROM cluster_keywords AS c WHERE c.cluster_id = {cluster} AND c.keyword_id = k.id)"
            );
        }
        all
    }

    fn volumes(&self) -> String {
        between("k.volume", self.filter.volume_min, self.filter.volume_max)
    }

    fn difficulties(&self) -> String {
        let Filter {
            difficulty_min,
            difficulty_max,
            ..
        } = self.filter;
        between(
            "k.difficulty",
            difficulty_min.map(i64::from),
            difficulty_max.map(i64::from),
        )
    }

    fn texts(&self) -> String {
        match self.pattern {
            Some(_) => " AND k.keyword_key LIKE $1 ESCAPE '\\'".to_owned(),
            None => String::new(),
        }
    }

    fn statement(&self, sql: String) -> Statement {
        let backend = self.db.get_database_backend();
        let pattern = self.pattern.clone().unwrap_or_default();
        if sql.contains("$2") {
            let grams = self.grams.clone().unwrap_or_default();
            Statement::from_sql_and_values(backend, sql, [pattern.into(), grams.into()])
        } else if sql.contains("$1") {
            Statement::from_sql_and_values(backend, sql, [pattern.into()])
        } else {
            Statement::from_string(backend, sql)
        }
    }

    async fn all(&self, sql: String) -> Result<Vec<QueryResult>> {
        Ok(self.db.query_all_raw(self.statement(sql)).await?)
    }

    async fn one(&self, sql: String) -> Result<Option<QueryResult>> {
        Ok(self.db.query_one_raw(self.statement(sql)).await?)
    }
}

/// A condition that begins with `AND`; unknown figures lie in no range.
fn between(column: &str, least: Option<i64>, most: Option<i64>) -> String {
    let mut all = String::new();
    if let Some(least) = least {
        all += &format!(" AND {column} >= {least}");
    }
    if let Some(most) = most {
        all += &format!(" AND {column} <= {most}");
    }
    all
}
