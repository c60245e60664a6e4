//! How many keywords there are of each sector and facet, without counting them.
//!
//! Settled keywords are counted by the database's triggers (`keyword_tallies`); those that came in since are few, and are
//! counted in the small index that holds nothing but them.

use std::collections::BTreeMap;

use entity::{SectorId, SiteId, keyword, keyword::Filter, keyword::Intent, keyword::KeywordStatus, keyword_tally};
use sea_orm::{ColumnTrait, ConnectionTrait, ExprTrait, QueryFilter, QuerySelect, Statement, sea_query::Expr};

use crate::{
    App, Result, db,
    scope::{Scope, Scoped},
};

/// One sector's keywords of one facet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    pub site: SiteId,
    pub sector: SectorId,
    /// Status, intent and whether in a cluster, as the column `facet` has them.
    pub facet: i32,
    /// Keywords in the indexes of the orders.
    pub settled: u64,
    /// Keywords that came in since.
    pub fresh: u64,
}

/// The place of a status in the facet: its words in their order.
pub(super) fn status_place(status: KeywordStatus) -> i32 {
    match status {
        KeywordStatus::Active => 0,
        KeywordStatus::Archived => 1,
        KeywordStatus::Inactive => 2,
    }
}

/// The place of an intent in the facet: its words in their order.
pub(super) fn intent_place(intent: Intent) -> i32 {
    match intent {
        Intent::Commercial => 0,
        Intent::Informational => 1,
        Intent::Navigational => 2,
        Intent::Transactional => 3,
    }
}

/// Whether keywords of the facet pass the filter's status, intent and `clustered`.
fn passes(filter: &Filter, facet: i32) -> bool {
    filter.status.is_none_or(|status| facet / 8 == status_place(status))
        && filter.intent.is_none_or(|intent| facet % 8 / 2 == intent_place(intent))
        && filter
            .clustered
            .is_none_or(|clustered| facet % 2 == i32::from(clustered))
}

/// What the caller may see of the filter's sites, sectors and facets; nothing that is empty.
pub(super) async fn seats(db: &impl ConnectionTrait, scope: &Scope, filter: &Filter) -> Result<Vec<Seat>> {
    type Found = Vec<(SiteId, SectorId, i32, i64)>;
    let sum = Expr::expr(keyword_tally::Column::Number.sum()).cast_as("bigint");
    let mut settled = keyword_tally::Entity::find_in(scope);
    let mut fresh = keyword::Entity::find_in(scope).filter(Expr::cust("settled = 0"));
    if let Some(site) = filter.site_id {
        settled = settled.filter(keyword_tally::Column::SiteId.eq(site));
        fresh = fresh.filter(keyword::Column::SiteId.eq(site));
    }
    if let Some(sector) = filter.sector_id {
        settled = settled.filter(keyword_tally::Column::SectorId.eq(sector));
        fresh = fresh.filter(keyword::Column::SectorId.eq(sector));
    }
    let settled: Found = settled
        .select_only()
        .columns([
            keyword_tally::Column::SiteId,
            keyword_tally::Column::SectorId,
            keyword_tally::Column::Facet,
        ])
        .column_as(sum, "number")
        .group_by(keyword_tally::Column::SiteId)
        .group_by(keyword_tally::Column::SectorId)
        .group_by(keyword_tally::Column::Facet)
        .into_tuple()
        .all(db)
        .await?;
    let fresh: Found = fresh
        .select_only()
        .columns([keyword::Column::SiteId, keyword::Column::SectorId])
        .column_as(Expr::cust("CAST(facet AS integer)"), "facet")
        .column_as(Expr::cust("COUNT(*)"), "number")
        .group_by(keyword::Column::SiteId)
        .group_by(keyword::Column::SectorId)
        .group_by(Expr::cust("facet"))
        .into_tuple()
        .all(db)
        .await?;
    let mut seats: BTreeMap<(SectorId, i32), Seat> = BTreeMap::new();
    for (rows, is_settled) in [(settled, true), (fresh, false)] {
        for (site, sector, facet, number) in rows {
            let number = u64::try_from(number).unwrap_or(0);
            if number == 0 || !passes(filter, facet) {
                continue;
            }
            let seat = seats.entry((sector, facet)).or_insert(Seat {
                site,
                sector,
                facet,
                settled: 0,
                fresh: 0,
            });
            *(if is_settled { &mut seat.settled } else { &mut seat.fresh }) += number;
        }
    }
    Ok(seats.into_values().collect())
}

/// How many keywords pass the filter's site, sector, status, intent and `clustered`; its other conditions are not looked at.
///
/// # Errors
/// When the database fails.
pub(crate) async fn count(db: &impl ConnectionTrait, scope: &Scope, filter: &Filter) -> Result<u64> {
    let seats = seats(db, scope, filter).await?;
    Ok(seats.iter().map(|seat| seat.settled + seat.fresh).sum())
}

/// Puts rows of the same sector and facet together, and drops those that came to nothing.
///
/// # Errors
/// When the database fails.
pub(crate) async fn tidy(app: &App) -> Result<()> {
    let sql = if db::is_postgres(&app.db) {
        "WITH gone AS (DELETE FROM keyword_tallies WHERE id IN (SELECT id FROM keyword_tallies \
         ORDER BY id LIMIT 100000 FOR UPDATE SKIP LOCKED) RETURNING *) \
         INSERT INTO keyword_tallies (account_id, site_id, sector_id, facet, number) \
         SELECT account_id, site_id, sector_id, facet, sum(number) FROM gone \
         GROUP BY account_id, site_id, sector_id, facet HAVING sum(number) <> 0"
    } else {
        "DELETE FROM keyword_tallies WHERE number = 0"
    };
    let statement = Statement::from_string(app.db.get_database_backend(), sql);
    app.db.execute_raw(statement).await?;
    Ok(())
}

/// Sectors and facets whose number is not that of their keywords, as sentences; there should be none.
///
/// # Errors
/// When the database fails.
pub async fn verify(db: &impl ConnectionTrait) -> Result<Vec<String>> {
    let sql = "SELECT sector_id, CAST(facet AS bigint) AS facet, CAST(SUM(kept) AS bigint) AS kept, \
         CAST(SUM(there) AS bigint) AS there FROM ( \
           SELECT sector_id, facet, number AS kept, 0 AS there FROM keyword_tallies \
           UNION ALL SELECT sector_id, facet, 0, 1 FROM keywords WHERE settled = 1 \
         ) AS both_ways GROUP BY sector_id, facet HAVING SUM(kept) <> SUM(there)";
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await?;
    let mut faults = Vec::with_capacity(rows.len());
    for row in rows {
        let figure = |name: &str| row.try_get::<i64>("", name);
        faults.push(format!(
            "sector {}, facet {}: {} are kept, {} are there",
            figure("sector_id")?,
            figure("facet")?,
            figure("kept")?,
            figure("there")?
        ));
    }
    Ok(faults)
}
