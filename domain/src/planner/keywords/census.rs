//! How many keywords there are of each sector and facet, without counting them.
//!
//! The database's triggers count them (`keyword_tallies`). Whether some of them wait to be settled is asked of the index that
//! holds nothing but those.

use entity::{SectorId, SiteId, keyword::Filter, keyword::Intent, keyword::KeywordStatus, keyword_tally};
use sea_orm::{
    ColumnTrait, ConnectionTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Statement, sea_query::Expr,
};

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
    /// How many there are.
    pub number: u64,
    /// Whether some of them are not in the indexes of the orders yet.
    pub fresh: bool,
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

/// What the index of the new has before the volume of keywords `k`: the number of its digits, and the first one.
pub(super) fn tier(postgres: bool) -> &'static str {
    if postgres {
        "(length(k.volume::text) * 10 + left(k.volume::text, 1)::integer)"
    } else {
        "length(k.volume) * 10 + substr(k.volume, 1, 1)"
    }
}

/// Whether keywords of the facet pass the filter's status, intent and `clustered`. Those of a cluster are clustered.
fn passes(filter: &Filter, facet: i32) -> bool {
    filter.status.is_none_or(|status| facet / 8 == status_place(status))
        && filter.intent.is_none_or(|intent| facet % 8 / 2 == intent_place(intent))
        && filter
            .clustered
            .is_none_or(|clustered| facet % 2 == i32::from(clustered))
        && (filter.cluster_id.is_none() || facet % 2 == 1)
}

/// What the caller may see of the filter's sites, sectors and facets; nothing that is empty.
pub(super) async fn seats(db: &impl ConnectionTrait, scope: &Scope, filter: &Filter) -> Result<Vec<Seat>> {
    type Found = Vec<(SiteId, SectorId, i32, i64, i32)>;
    use keyword_tally::Column as C;
    let sum = Expr::expr(C::Number.sum()).cast_as("bigint");
    // Each asks the index, in which an account that imported nothing of late has no entry. The order leaves no other way:
    // where most keywords were new a moment ago, PostgreSQL would look for the first of them in the table.
    let fresh = Expr::cust(format!(
        "CASE WHEN (SELECT 1 FROM keywords AS k WHERE k.settled = 0 AND k.account_id = keyword_tallies.account_id \
         AND k.site_id = keyword_tallies.site_id AND k.sector_id = keyword_tallies.sector_id \
         AND k.facet = keyword_tallies.facet ORDER BY {} LIMIT 1) IS NULL THEN 0 ELSE 1 END",
        tier(db::is_postgres(db))
    ));
    let mut rows = keyword_tally::Entity::find_in(scope);
    if let Some(site) = filter.site_id {
        rows = rows.filter(C::SiteId.eq(site));
    }
    if let Some(sector) = filter.sector_id {
        rows = rows.filter(C::SectorId.eq(sector));
    }
    let rows: Found = rows
        .select_only()
        .columns([C::SiteId, C::SectorId, C::Facet])
        .column_as(sum, "number")
        .column_as(fresh, "fresh")
        .group_by(C::AccountId)
        .group_by(C::SiteId)
        .group_by(C::SectorId)
        .group_by(C::Facet)
        .order_by_asc(C::SectorId)
        .order_by_asc(C::Facet)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(site, sector, facet, number, fresh)| {
            let number = u64::try_from(number).unwrap_or(0);
            (number > 0 && passes(filter, facet)).then_some(Seat {
                site,
                sector,
                facet,
                number,
                fresh: fresh == 1,
            })
        })
        .collect())
}

/// How many keywords pass the filter's site, sector, status, intent and `clustered`; its other conditions are not looked at.
///
/// # Errors
/// When the database fails.
pub(crate) async fn count(db: &impl ConnectionTrait, scope: &Scope, filter: &Filter) -> Result<u64> {
    let seats = seats(db, scope, filter).await?;
    Ok(seats.iter().map(|seat| seat.number).sum())
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
           UNION ALL SELECT sector_id, facet, 0, 1 FROM keywords \
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
