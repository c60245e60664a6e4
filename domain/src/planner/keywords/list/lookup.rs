//! Where the keywords that pass are looked up, when they are few enough to be fetched and sorted.

use entity::KeywordId;

use super::{
    Bounds,
    order::Order,
    search::{Found, Search, figure},
    walk::MERGED,
};
use crate::Result;

/// Where the keywords that pass may be looked up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Driver {
    Seats,
    Cluster,
    Text,
    Volume,
    Difficulty,
}

impl Search<'_> {
    /// Where few enough keywords are found; or else at least how many pass, and whether that is the exact number.
    pub(super) async fn look_up(&self) -> Result<std::result::Result<Driver, (u64, bool)>> {
        let Bounds {
            few, members, probed, ..
        } = self.bounds;
        let settled = !self.seats.iter().any(|seat| seat.fresh);
        if self.filter.cluster_id.is_some() && self.probe(Driver::Cluster, members + 1).await?.0 <= members {
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
                    if read < probed && only_ranges && settled {
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
        // Clusters are asked about in the order of their keywords, which is far quicker.
        let index = if self.own().is_empty() { "facet" } else { "key" };
        let arms: Vec<String> = self
            .seats
            .iter()
            .take(MERGED)
            .map(|seat| {
                format!(
                    "SELECT CASE WHEN {} THEN 1 ELSE 0 END AS pass FROM keywords AS k{} WHERE k.settled = 1 \
                     AND k.sector_id = {} AND k.facet = {}",
                    self.conditions().trim_start_matches(" AND "),
                    self.hint(index),
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
    pub(super) async fn few(
        &self,
        driver: Driver,
        order: Order,
        descending: bool,
        from: u64,
        size: u64,
    ) -> Result<Found> {
        let (value, _) = order.value();
        let conditions = if driver == Driver::Cluster {
            self.own()
        } else {
            self.conditions()
        };
        let (sectors, facets) = (self.sectors(), self.facets());
        let seated = format!("+k.sector_id IN ({sectors}) AND k.facet IN ({facets}){conditions}");
        let entries = self.entries(driver);
        let parts = match (driver, self.postgres) {
            // A cluster names its keywords whether they are settled or not.
            (Driver::Cluster, false) => vec![format!(
                "SELECT {value} AS v, k.id AS id FROM ({entries}) AS d CROSS JOIN keywords AS k WHERE k.id = d.id AND {seated}"
            )],
            (Driver::Cluster, true) => vec![format!(
                "SELECT {value} AS v, k.id AS id FROM ({entries}) AS d CROSS JOIN LATERAL \
                 (SELECT * FROM keywords WHERE id = d.id LIMIT 1) AS k WHERE {}",
                seated.replace('+', "")
            )],
            (_, false) => vec![format!(
                "SELECT {value} AS v, k.id AS id FROM ({entries}) AS d CROSS JOIN keywords AS k \
                 WHERE k.id = d.id AND k.settled = 1 AND {seated}"
            )],
            // PostgreSQL finds the way by its statistics; SQLite has none.
            (_, true) => vec![format!(
                "SELECT {value} AS v, k.id AS id FROM keywords AS k WHERE k.settled = 1 AND {}",
                seated.replace('+', "")
            )],
        };
        let fresh = self.fresh(value, "", |_| true).filter(|_| driver != Driver::Cluster);
        let parts: Vec<String> = parts.into_iter().chain(fresh).collect();
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
}
