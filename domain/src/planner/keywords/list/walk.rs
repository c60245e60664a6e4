//! Reading along an order until the page is full.

use entity::KeywordId;

use super::{
    order::{Order, Phase},
    search::{Search, figure, numbers},
};
use crate::{
    Result,
    planner::keywords::census::{Seat, tier},
};

/// Index ranges of one merge. SQLite takes 500 at most.
pub(super) const MERGED: usize = 100;

impl Search<'_> {
    /// Reads along the order until the page is full.
    pub(super) async fn walk(&self, order: Order, descending: bool, from: u64, size: u64) -> Result<Vec<KeywordId>> {
        let way = if descending { "DESC" } else { "ASC" };
        let many_fresh = self.many_fresh().await?;
        let phases = if many_fresh && order == Order::Volume {
            Phase::tiers(descending)
        } else {
            order.phases(descending)
        };
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
                    .map(|seat| seat.number)
                    .sum();
                if known <= skip {
                    skip -= known;
                    continue;
                }
            }
            let arms = match order {
                Order::Created if self.filter.cluster_id.is_some() => self.members(way),
                Order::Keyword if many_fresh => self.by_name(),
                _ => self.arms(phase, way, want + skip),
            };
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

    /// Whether more keywords wait to be settled than are soon sorted.
    async fn many_fresh(&self) -> Result<bool> {
        let few = self.bounds.few;
        let seats: Vec<&Seat> = self.seats.iter().filter(|seat| seat.fresh).collect();
        if seats.iter().map(|seat| seat.number).sum::<u64>() <= few {
            return Ok(false);
        }
        let sql = format!(
            "SELECT COUNT(*) AS number FROM (SELECT 1 AS one {} LIMIT {}) AS fresh",
            self.waiting(&seats),
            few + 1
        );
        let found = self.one(sql).await?.map(|row| figure(&row, "number")).transpose()?;
        Ok(found.unwrap_or(0) > few)
    }

    /// The index ranges of a part of the list, each in its order. `most` is how far the page reaches.
    fn arms(&self, phase: &Phase, way: &str, most: u64) -> Vec<String> {
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
        let tiers = phase.tiers.map(|(first, end)| {
            let tier = tier(self.postgres);
            format!(" AND {tier} >= {first} AND {tier} < {end}")
        });
        let only = only.clone() + tiers.as_deref().unwrap_or_default();
        // None of them is in order: no more are sorted than may be shown.
        arms.extend(
            self.fresh(value, &only, |seat| phase.takes(seat))
                .map(|fresh| format!("SELECT v, id FROM ({fresh} ORDER BY v {way}, id {way} LIMIT {most}) AS fresh")),
        );
        arms
    }

    /// The keywords that are not settled yet, of the seats that are taken.
    pub(super) fn fresh(&self, value: &str, only: &str, takes: impl Fn(&Seat) -> bool) -> Option<String> {
        let seats: Vec<&Seat> = self.seats.iter().filter(|seat| seat.fresh && takes(seat)).collect();
        (!seats.is_empty()).then(|| {
            format!(
                "SELECT {value} AS v, k.id AS id {}{only}{}",
                self.waiting(&seats),
                self.conditions()
            )
        })
    }

    fn waiting(&self, seats: &[&Seat]) -> String {
        let account = self.scope.account;
        if self.postgres {
            // Seat by seat, in the order of the index, so that there is no other way. See `census::seats`.
            let all: Vec<String> = seats
                .iter()
                .map(|seat| format!("({}, {}, {})", seat.site, seat.sector, seat.facet))
                .collect();
            return format!(
                "FROM (VALUES {}) AS seats (site, sector, facet) CROSS JOIN LATERAL (SELECT * FROM keywords AS k \
                 WHERE k.settled = 0 AND k.account_id = {account} AND k.site_id = seats.site \
                 AND k.sector_id = seats.sector AND k.facet = seats.facet ORDER BY {}, k.id) AS k WHERE true",
                all.join(", "),
                tier(true)
            );
        }
        format!(
            "FROM keywords AS k{} WHERE k.settled = 0 AND k.account_id = {account} AND k.site_id IN ({}) \
             AND k.sector_id IN ({}) AND k.facet IN ({})",
            self.hint("fresh"),
            numbers(seats.iter().map(|seat| seat.site)),
            numbers(seats.iter().map(|seat| seat.sector)),
            numbers(seats.iter().map(|seat| seat.facet)),
        )
    }

    /// A cluster's keywords as they came in, settled or not.
    fn members(&self, way: &str) -> Vec<String> {
        let cluster = self.filter.cluster_id.unwrap_or_default();
        let passing = format!(
            "k.sector_id IN ({}) AND k.facet IN ({}){}",
            self.sectors(),
            self.facets(),
            self.own()
        );
        let from = if self.postgres {
            // In this order whatever is known of the cluster: no more keywords are looked up than are shown.
            format!(
                "(SELECT keyword_id FROM cluster_keywords WHERE cluster_id = {cluster} ORDER BY keyword_id {way} OFFSET 0) \
                 AS m CROSS JOIN LATERAL (SELECT k.id FROM keywords AS k WHERE k.id = m.keyword_id AND {passing} LIMIT 1) \
                 AS k"
            )
        } else {
            format!(
                "cluster_keywords AS m CROSS JOIN keywords AS k WHERE m.cluster_id = {cluster} AND k.id = m.keyword_id \
                 AND +{passing}"
            )
        };
        vec![format!("SELECT m.keyword_id AS v, m.keyword_id AS id FROM {from}")]
    }

    /// Each sector's keywords by their names, settled or not: the index that keeps them apart has all of them.
    fn by_name(&self) -> Vec<String> {
        let hint = if self.postgres {
            ""
        } else {
            " INDEXED BY ix_keywords_sector_id_keyword_key"
        };
        let mut sectors: Vec<_> = self.seats.iter().map(|seat| seat.sector).collect();
        sectors.dedup();
        sectors
            .into_iter()
            .map(|sector| {
                let facets = numbers(
                    self.seats
                        .iter()
                        .filter(|seat| seat.sector == sector)
                        .map(|seat| seat.facet),
                );
                format!(
                    "SELECT k.keyword_key AS v, k.id AS id FROM keywords AS k{hint} WHERE k.sector_id = {sector} \
                     AND k.facet IN ({facets}){}",
                    self.conditions()
                )
            })
            .collect()
    }
}
