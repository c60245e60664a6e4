//! Keywords as a file for a spreadsheet.

use std::collections::{HashMap, VecDeque};

use entity::{
    KeywordId, ListQuery, keyword,
    keyword::{ClusterRef, Filter, Selection},
    site,
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{bulk, clusters_of, filtered};
use crate::{
    App, Error, Result,
    scope::{Scope, Scoped},
};

/// Rows that are held at once.
const BATCH: u64 = 2_000;
/// Ids of one statement.
const STATEMENT: usize = 1_000;

const HEAD: [&str; 12] = [
    "keyword",
    "volume",
    "difficulty",
    "intent",
    "status",
    "clusters",
    "position",
    "impressions",
    "clicks",
    "cpc",
    "country",
    "added",
];

/// What is left to be written.
enum Rest {
    Ids(VecDeque<Vec<KeywordId>>),
    /// Those that pass, are none of these, and come after this one.
    All(Filter, ListQuery, Vec<KeywordId>, Option<KeywordId>),
}

/// The selected keywords as CSV, in batches, oldest first. Nothing is held but the batch at hand; the first piece is the
/// head. Cells that a spreadsheet would take for formulas are marked as text, names of clusters stand apart by semicolons.
///
/// # Errors
/// [`Error::NotFound`] when an id, or what the filter names, is not there for the caller. A failing database ends the stream.
pub async fn export_csv(
    app: &App,
    scope: &Scope,
    selection: Selection,
) -> Result<impl futures::Stream<Item = Result<Vec<u8>>> + Send + 'static + use<>> {
    let rest = match selection {
        Selection::Ids { ids } => {
            let ids = bulk::checked(&ids)?;
            let known = bulk::count(app, scope, &Selection::Ids { ids: ids.clone() }).await?;
            if u64::try_from(ids.len()).ok() != Some(known) {
                return Err(Error::NotFound("A selected keyword"));
            }
            Rest::Ids(ids.chunks(STATEMENT).map(<[KeywordId]>::to_vec).collect())
        }
        Selection::All { filter, search, except } => {
            bulk::named_things_exist(&app.db, scope, &filter).await?;
            Rest::All(
                filter,
                bulk::searching(&search),
                bulk::checked(&except)?,
                Some(KeywordId(0)),
            )
        }
    };
    let start = (app.clone(), scope.clone(), rest, true);
    Ok(futures::stream::try_unfold(
        start,
        |(app, scope, mut rest, first)| async move {
            if first {
                return Ok(Some((head()?, (app, scope, rest, false))));
            }
            let Some(rows) = next_rows(&app, &scope, &mut rest).await? else {
                return Ok(None);
            };
            let mut held = clusters_of(&app.db, &scope, &rows).await?;
            let lines = csv_lines(&rows, &mut held)?;
            Ok(Some((lines, (app, scope, rest, false))))
        },
    ))
}

async fn next_rows(app: &App, scope: &Scope, rest: &mut Rest) -> Result<Option<Vec<keyword::Model>>> {
    use keyword::Column as C;
    let (rows, last) = match rest {
        Rest::Ids(parts) => {
            let Some(part) = parts.pop_front() else {
                return Ok(None);
            };
            let rows = keyword::Entity::find_in(scope)
                .filter(C::Id.is_in(part))
                .order_by_asc(C::Id);
            return Ok(Some(rows.all(&app.db).await?));
        }
        Rest::All(_, _, _, None) => return Ok(None),
        Rest::All(filter, list, except, Some(after)) => {
            // By id: an order that cannot change while the file is being read.
            let mut rows = filtered(scope, filter, list)
                .filter(C::Id.gt(*after))
                .order_by_asc(C::Id)
                .limit(BATCH)
                .all(&app.db)
                .await?;
            let last = rows.last().map(|row| row.id);
            rows.retain(|row| except.binary_search(&row.id).is_err());
            (rows, last)
        }
    };
    if let Rest::All(_, _, _, after) = rest {
        *after = last;
    }
    Ok(last.is_some().then_some(rows))
}

fn head() -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEAD).map_err(Error::internal)?;
    writer.into_inner().map_err(Error::internal)
}

fn csv_lines(rows: &[keyword::Model], held: &mut HashMap<KeywordId, Vec<ClusterRef>>) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let number = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
    let hundredths = |value: Option<i64>| {
        value
            .map(|value| format!("{}.{:02}", value / 100, value % 100))
            .unwrap_or_default()
    };
    for row in rows {
        let clusters: Vec<String> = held
            .remove(&row.id)
            .unwrap_or_default()
            .into_iter()
            .map(|cluster| cluster.name)
            .collect();
        writer
            .write_record([
                engine::import::escape_csv_cell(&row.keyword).as_str(),
                &number(row.volume),
                &number(row.difficulty.map(i64::from)),
                row.intent.as_str(),
                row.status.as_str(),
                &engine::import::escape_csv_cell(&clusters.join("; ")),
                &hundredths(row.position_hundredths.map(i64::from)),
                &number(row.impressions),
                &number(row.clicks),
                &hundredths(row.cpc_cents),
                &engine::import::escape_csv_cell(row.country.as_deref().unwrap_or_default()),
                &row.created_at.format("%Y-%m-%d").to_string(),
            ])
            .map_err(Error::internal)?;
    }
    writer.into_inner().map_err(Error::internal)
}

/// What the file is called: site, when there is one, and day.
///
/// # Errors
/// When the database fails.
pub async fn file_name(app: &App, scope: &Scope, site: Option<entity::SiteId>) -> Result<String> {
    let name: Option<String> = match site {
        Some(id) => {
            site::Entity::find_in(scope)
                .filter(site::Column::Id.eq(id))
                .select_only()
                .column(site::Column::Name)
                .into_tuple()
                .one(&app.db)
                .await?
        }
        None => None,
    };
    let site: String = name
        .unwrap_or_default()
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let site: Vec<&str> = site.split('-').filter(|part| !part.is_empty()).collect();
    let site: String = site.join("-").chars().take(40).collect();
    let day = crate::now().format("%Y-%m-%d");
    Ok(if site.is_empty() {
        format!("keywords-{day}.csv")
    } else {
        format!("keywords-{site}-{day}.csv")
    })
}
