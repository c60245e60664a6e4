//! What is asked for, in the database's words, and the way that answers it.

use entity::{KeywordId, keyword::Filter};
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};

use super::{Bounds, lookup::Driver, order::Order};
use crate::{
    App, Result, db,
    planner::keywords::census::{self, Seat},
    scope::Scope,
};

/// Identities of a page, and how many there are in all.
pub(super) struct Found {
    pub(super) ids: Vec<KeywordId>,
    pub(super) count: u64,
    pub(super) exact: bool,
}

/// One question, in the database's words.
pub(super) struct Search<'a> {
    pub(super) db: &'a DatabaseConnection,
    pub(super) scope: &'a Scope,
    pub(super) filter: &'a Filter,
    pub(super) seats: Vec<Seat>,
    pub(super) bounds: Bounds,
    pub(super) postgres: bool,
    /// Text to find, as a pattern.
    pub(super) pattern: Option<String>,
    /// The same for SQLite's text index; none when it is too short for it.
    pub(super) grams: Option<String>,
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

pub(super) fn numbers<T: ToString>(all: impl IntoIterator<Item = T>) -> String {
    let mut all: Vec<String> = all.into_iter().map(|one| one.to_string()).collect();
    all.sort_unstable();
    all.dedup();
    all.join(", ")
}

pub(super) fn figure(row: &QueryResult, name: &str) -> Result<u64> {
    Ok(u64::try_from(row.try_get::<Option<i64>>("", name)?.unwrap_or(0)).unwrap_or(0))
}

impl<'a> Search<'a> {
    pub(super) async fn new(
        app: &'a App,
        scope: &'a Scope,
        filter: &'a Filter,
        text: Option<&str>,
        bounds: Bounds,
    ) -> Result<Self> {
        let text = text.map(engine::text::keyword_key);
        Ok(Self {
            db: &app.db,
            scope,
            filter,
            seats: census::seats(&app.db, scope, filter).await?,
            bounds,
            postgres: db::is_postgres(&app.db),
            pattern: text.as_deref().map(db::like_anywhere),
            grams: text.as_deref().and_then(grams),
        })
    }

    pub(super) async fn page(&self, order: Order, descending: bool, from: u64, size: u64) -> Result<Found> {
        let total: u64 = self.seats.iter().map(|seat| seat.number).sum();
        if total == 0 {
            return Ok(Found {
                ids: Vec::new(),
                count: 0,
                exact: true,
            });
        }
        if !self.asks_for_more() {
            return Ok(Found {
                ids: self.walk(order, descending, from, size).await?,
                count: total,
                exact: true,
            });
        }
        if total <= self.bounds.few {
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
        Ok(Found {
            count: match (exact, ended) {
                (true, _) => known,
                (false, true) => shown,
                (false, false) if ids.is_empty() => known.min(from),
                (false, false) => known.max(shown),
            },
            exact: exact || ended,
            ids,
        })
    }

    /// Whether seats alone do not decide what passes.
    pub(super) fn asks_for_more(&self) -> bool {
        self.pattern.is_some() || self.filter.cluster_id.is_some() || self.by_volume() || self.by_difficulty()
    }

    pub(super) fn by_volume(&self) -> bool {
        self.filter.volume_min.is_some() || self.filter.volume_max.is_some()
    }

    pub(super) fn by_difficulty(&self) -> bool {
        self.filter.difficulty_min.is_some() || self.filter.difficulty_max.is_some()
    }

    pub(super) fn sectors(&self) -> String {
        numbers(self.seats.iter().map(|seat| seat.sector))
    }

    pub(super) fn facets(&self) -> String {
        numbers(self.seats.iter().map(|seat| seat.facet))
    }

    /// An index of the lists; SQLite goes by the number of columns alone and would often take another one.
    pub(super) fn hint(&self, index: &str) -> String {
        if self.postgres {
            String::new()
        } else {
            format!(" INDEXED BY ix_keywords_list_{index}")
        }
    }

    /// What is asked of the keyword itself beyond its seat.
    pub(super) fn own(&self) -> String {
        self.volumes() + &self.difficulties() + &self.texts()
    }

    /// All that seats do not say.
    pub(super) fn conditions(&self) -> String {
        let mut all = self.own();
        if let Some(cluster) = self.filter.cluster_id {
            // Not EXISTS: each row asks the index, where PostgreSQL might read the whole cluster first and then sort.
            all += &format!(
                " AND (SELECT c.keyword_id FROM cluster_keywords AS c WHERE c.cluster_id = {cluster} \
                 AND c.keyword_id = k.id) IS NOT NULL"
            );
        }
        all
    }

    pub(super) fn volumes(&self) -> String {
        between("k.volume", self.filter.volume_min, self.filter.volume_max)
    }

    pub(super) fn difficulties(&self) -> String {
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

    pub(super) fn texts(&self) -> String {
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

    pub(super) async fn all(&self, sql: String) -> Result<Vec<QueryResult>> {
        Ok(self.db.query_all_raw(self.statement(sql)).await?)
    }

    pub(super) async fn one(&self, sql: String) -> Result<Option<QueryResult>> {
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
