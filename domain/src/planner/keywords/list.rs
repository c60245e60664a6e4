//! The list of keywords: any filter in any order, fast at a million rows of one account.
//!
//! Equality (sector, status, intent, clustered) is a set of seats: sectors with facets. Each order has an index that begins
//! with the seat, so a page is the merge of a few index ranges, read no further than it shows. What else is asked for
//! (ranges, text, a cluster) is first looked up, up to [`Bounds::few`] rows: few are fetched and sorted; of many the order is walked
//! until the page is full, for then it soon is.

mod lookup;
mod order;
mod search;
mod walk;

use std::collections::HashMap;

use entity::{
    KeywordId, ListQuery, Page, keyword,
    keyword::{Filter, Row},
};
use sea_orm::{ColumnTrait, QueryFilter};

use self::{order::Order, search::Search};
use super::clusters_of;
use crate::{
    App, Result,
    scope::{Scope, Scoped},
};

/// How much is read before a list is sought in another way, in rows.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Keywords that are fetched and sorted rather than sought along an order.
    pub few: u64,
    /// Keywords of a cluster that are. More than of others: how its members lie in an order is not known, so walking may pass
    /// by nearly all of the sector.
    pub members: u64,
    /// Entries of an index that carries both figures, read to find out how many lie in both ranges.
    pub probed: u64,
    /// Keywords that are compared with a text to say at least how many have it.
    pub sampled: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            few: entity::page::COUNTED,
            members: 25_000,
            probed: 100_000,
            sampled: 20_000,
        }
    }
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
    let search = Search::new(app, scope, filter, list.search(), bounds).await?;
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
