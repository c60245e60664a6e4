//! What came of imports: their list, counts, refused rows.

use entity::{
    KeywordImportId, ListQuery, Page, SiteId, keyword_import,
    keyword_import::{ImportReport, RejectedRow},
};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QueryOrder};

use super::{find, rejects_key};
use crate::{
    App, Error, Result,
    scope::{Scope, Scoped},
};

/// Refused rows that a report shows; the download has all.
const REPORT_REJECTS: usize = 50;

/// Progress and result with the first refused rows.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn report(app: &App, scope: &Scope, id: KeywordImportId) -> Result<ImportReport> {
    let import = find(app, scope, id).await?;
    let rejects = if import.rejected == 0 {
        Vec::new()
    } else {
        let path = app.storage.path(&rejects_key(&import))?;
        tokio::task::spawn_blocking(move || first_rejects(&path))
            .await
            .map_err(Error::internal)?
    };
    Ok(ImportReport { import, rejects })
}

fn first_rejects(path: &std::path::Path) -> Vec<RejectedRow> {
    let Ok(reader) = csv::Reader::from_path(path) else {
        return Vec::new();
    };
    reader
        .into_records()
        .filter_map(|record| {
            let record = record.ok()?;
            Some(RejectedRow {
                line: record.get(0)?.parse().ok()?,
                reason: record.get(1)?.to_owned(),
                raw: record.get(2)?.to_owned(),
            })
        })
        .take(REPORT_REJECTS)
        .collect()
}

/// All refused rows as CSV: line, reason, row.
///
/// # Errors
/// [`Error::NotFound`] when the import is not there for the caller or nothing was refused.
pub async fn rejects_csv(app: &App, scope: &Scope, id: KeywordImportId) -> Result<Vec<u8>> {
    let import = find(app, scope, id).await?;
    app.storage.get(&rejects_key(&import)).await
}

/// Imports of a site, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(
    app: &App,
    scope: &Scope,
    site: Option<SiteId>,
    query: &ListQuery,
) -> Result<Page<keyword_import::Model>> {
    let mut rows = keyword_import::Entity::find_in(scope).order_by_desc(keyword_import::Column::Id);
    if let Some(site) = site {
        rows = rows.filter(keyword_import::Column::SiteId.eq(site));
    }
    let pages = rows.paginate(&app.db, u64::from(query.page_size()));
    Ok(Page {
        count: pages.num_items().await?,
        count_exact: true,
        page: query.page(),
        page_size: query.page_size(),
        results: pages.fetch_page(u64::from(query.page() - 1)).await?,
    })
}
