//! Importing a keyword file: it arrives in parts, is kept on disk, and a worker reads it as a stream.
//!
//! Progress is a row. Each batch of rows is written together with the number of records read so far, so that a
//! restarted import goes on where the last batch ended and adds nothing twice. Memory does not grow with the file.
//! Tables inside workbooks and archives are taken out to a text file first. What an import changed is written down, so
//! that it can be taken back.

mod aimed;
mod check;
mod competitors;
mod mappings;
mod packed;
mod undo;
mod update;
mod work;
mod workbook;
mod write;

use std::io::{BufReader, Write};

use engine::import::{Mapping, Preview, Reader};
use entity::{
    KeywordImportId, ListQuery, Page, SiteId, keyword_import,
    keyword_import::{ImportKind, ImportReport, ImportStatus, NewImport, RejectedRow, Unpacked},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

pub use self::{
    mappings::{forget, remembered},
    undo::undo,
    work::run,
};
use super::serp;
use crate::{
    App, Error, Result,
    billing::limits::{self, Thing},
    db,
    jobs::{self, Job, worker::Worker},
    scope::{Scope, Scoped},
};

/// Files of one account that may be on their way at once.
const MOST_UPLOADS: u64 = 20;
/// Refused rows that a report shows; the download has all.
const REPORT_REJECTS: usize = 50;
/// Largest part of a file in one request, in bytes.
pub const MAX_CHUNK: usize = 8 * 1024 * 1024;

fn file_key(import: &keyword_import::Model) -> String {
    format!("{}/imports/{}.upload", import.site_id, import.id)
}

/// The table that was taken out of a workbook or an archive.
fn table_key(import: &keyword_import::Model) -> String {
    format!("{}/imports/{}.table", import.site_id, import.id)
}

fn rejects_key(import: &keyword_import::Model) -> String {
    format!("{}/imports/{}-rejects.csv", import.site_id, import.id)
}

/// Brings what a caller chose into form: mapping, kind, competitor, market.
fn checked(mut input: NewImport) -> Result<NewImport> {
    if let Some(mapping) = &input.mapping {
        serde_json::from_str::<Mapping>(mapping)
            .map_err(|_| Error::field("mapping", "The choice of columns could not be read. Choose them again."))?;
    }
    let filled = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    input.competitor = filled(input.competitor).filter(|_| input.kind == ImportKind::Competitor);
    input.competitor = match input.competitor {
        Some(text) => Some(
            engine::import::domain_of(&text)
                .ok_or_else(|| Error::field("competitor", "Enter the competitor's domain, such as example.com."))?,
        ),
        None => None,
    };
    input.country = match filled(input.country) {
        Some(text) => Some(
            engine::import::market_of(&text)
                .ok_or_else(|| Error::field("country", "Enter a country by its two letters, such as us or de."))?,
        ),
        None => None,
    };
    input.sheet = filled(input.sheet).map(|text| text.chars().take(400).collect());
    Ok(input)
}

/// Announces a file.
///
/// # Errors
/// [`Error::Invalid`] for a file that is empty or too large or a mapping that cannot be read, [`Error::NotFound`],
/// [`Error::Forbidden`], [`Error::LimitReached`].
pub async fn begin(app: &App, scope: &Scope, input: NewImport) -> Result<keyword_import::Model> {
    let (editor, sector) = scope.editor_of_sector(&app.db, input.sector_id).await?;
    let input = checked(input)?;
    let limit = app.config.limits.import_bytes;
    if input.size_bytes == 0 {
        return Err(Error::field(
            "file",
            "The file is empty. Export it again and check that it holds keywords.",
        ));
    }
    if input.size_bytes < 0 || input.size_bytes > limit {
        return Err(Error::field(
            "file",
            format!("The file is larger than {} MB.", limit / 1024 / 1024),
        ));
    }
    let txn = db::begin_write(&app.db).await?;
    if input.kind == ImportKind::Keywords {
        limits::refuse_more(&txn, scope, Thing::Keywords, 1).await?;
    }
    // So that uploads announced at one moment are counted one after the other.
    crate::scope::lock_account(&txn, scope).await?;
    let open = keyword_import::Entity::find_in(scope)
        .filter(keyword_import::Column::Status.eq(ImportStatus::Uploading))
        .count(&txn)
        .await?;
    if open >= MOST_UPLOADS {
        return Err(Error::LimitReached(format!(
            "{open} uploads of your account are not finished. Wait for them, or cancel those that nobody goes on with."
        )));
    }
    let now = crate::now();
    let import = keyword_import::Entity::insert(keyword_import::ActiveModel {
        account_id: Set(scope.account),
        site_id: Set(editor.site()),
        sector_id: Set(sector.id),
        user_id: Set(scope.user),
        kind: Set(input.kind),
        competitor: Set(input.competitor),
        country: Set(input.country),
        sheet: Set(input.sheet),
        file_name: Set(input.file_name.chars().filter(|c| !c.is_control()).take(200).collect()),
        size_bytes: Set(input.size_bytes),
        received_bytes: Set(0),
        mapping: Set(input.mapping),
        mode: Set(input.mode),
        status: Set(ImportStatus::Uploading),
        dialect: Set(String::new()),
        records_done: Set(0),
        added: Set(0),
        duplicates: Set(0),
        updated: Set(0),
        rejected: Set(0),
        skipped: Set(0),
        bytes_done: Set(0),
        cancel_requested: Set(false),
        checked: Set(false),
        removed: Set(0),
        restored: Set(0),
        kept: Set(0),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(&txn)
    .await?;
    txn.commit().await?;
    Ok(import)
}

/// Chooses anew for a file that has arrived but was not handed to a worker: kind, mode, columns, market, sheet. Sector,
/// name and size stay as announced.
///
/// # Errors
/// [`Error::Conflict`] when it is being read already, [`Error::Invalid`], [`Error::NotFound`], [`Error::Forbidden`].
pub async fn choose(app: &App, scope: &Scope, id: KeywordImportId, input: NewImport) -> Result<keyword_import::Model> {
    use keyword_import::Column as C;
    let import = to_change(app, scope, id).await?;
    let (_, sector) = scope.editor_of_sector(&app.db, input.sector_id).await?;
    if sector.site_id != import.site_id {
        return Err(Error::field("sector_id", "The file was sent for another site."));
    }
    let input = checked(input)?;
    let changed = keyword_import::Entity::update_in(scope)
        .col_expr(C::SectorId, Expr::value(sector.id))
        .col_expr(C::Kind, Expr::value(input.kind.as_str()))
        .col_expr(C::Competitor, Expr::value(input.competitor))
        .col_expr(C::Country, Expr::value(input.country))
        .col_expr(C::Sheet, Expr::value(input.sheet))
        .col_expr(C::Mapping, Expr::value(input.mapping))
        .col_expr(C::Mode, Expr::value(input.mode.as_str()))
        .col_expr(C::UpdatedAt, Expr::value(crate::now()))
        .filter(C::Id.eq(id))
        .filter(C::Status.eq(ImportStatus::Uploading))
        .exec(&app.db)
        .await?;
    if changed.rows_affected == 0 {
        return Err(Error::Conflict("The file is being read already.".to_owned()));
    }
    find(app, scope, id).await
}

/// Looks into a workbook or an archive that has arrived: its tables, and the beginning of the one with the keywords or of
/// the one asked for.
///
/// # Errors
/// [`Error::Invalid`] in words for an editor, [`Error::Conflict`] when it is being read already, [`Error::NotFound`].
pub async fn look(app: &App, scope: &Scope, id: KeywordImportId, sheet: Option<String>) -> Result<Unpacked> {
    let import = to_change(app, scope, id).await?;
    if import.status != ImportStatus::Uploading {
        return Err(Error::Conflict("The file is being read already.".to_owned()));
    }
    arrived(&import)?;
    let path = app.storage.path(&file_key(&import))?;
    tokio::task::spawn_blocking(move || {
        if !packed::is_packed(&path)? {
            return Err(Error::field("file", "This file need not be unpacked."));
        }
        packed::look(&path, &import.file_name, sheet.as_deref())
    })
    .await
    .map_err(|_| packed::fault("The file is damaged and cannot be read."))?
}

fn arrived(import: &keyword_import::Model) -> Result<()> {
    if import.received_bytes == import.size_bytes {
        return Ok(());
    }
    Err(Error::field(
        "file",
        format!(
            "Only {} of {} bytes have arrived. Upload the rest.",
            import.received_bytes, import.size_bytes
        ),
    ))
}

/// Ends uploads that nobody has gone on with for a day; their files go.
///
/// # Errors
/// When the database or the disk fails.
pub async fn tidy(app: &App) -> Result<()> {
    let abandoned = keyword_import::Entity::find()
        .filter(keyword_import::Column::Status.eq(ImportStatus::Uploading))
        .filter(keyword_import::Column::UpdatedAt.lt(crate::now() - chrono::Duration::days(1)))
        .limit(100)
        .all(&app.db)
        .await?;
    for import in abandoned {
        let why = Some("The file never arrived as a whole. Import it again.".to_owned());
        close(app, &import, &[ImportStatus::Uploading], ImportStatus::Failed, why).await?;
    }
    Ok(())
}

/// Progress of an import.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(app: &App, scope: &Scope, id: KeywordImportId) -> Result<keyword_import::Model> {
    keyword_import::Entity::find_in(scope)
        .filter(keyword_import::Column::Id.eq(id))
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The import"))
}

async fn to_change(app: &App, scope: &Scope, id: KeywordImportId) -> Result<keyword_import::Model> {
    let import = find(app, scope, id).await?;
    scope.editor_of(import.site_id)?;
    Ok(import)
}

/// Takes a part of the file. A part that was taken before (its answer was lost) is taken as said again.
///
/// # Errors
/// [`Error::Conflict`] when a part is missing before it, [`Error::Invalid`] when the file grows beyond its announcement.
pub async fn append(
    app: &App,
    scope: &Scope,
    id: KeywordImportId,
    offset: i64,
    bytes: &[u8],
) -> Result<keyword_import::Model> {
    let import = to_change(app, scope, id).await?;
    if import.status != ImportStatus::Uploading {
        return Err(Error::Conflict("The upload has ended already.".to_owned()));
    }
    if offset > import.received_bytes || offset < 0 {
        return Err(Error::Conflict(format!(
            "A part of the file is missing: {} bytes have arrived.",
            import.received_bytes
        )));
    }
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let received = offset.saturating_add(length);
    if received > import.size_bytes || bytes.len() > MAX_CHUNK {
        return Err(Error::field(
            "file",
            "The file is larger than announced. Start the import again.",
        ));
    }
    let path = app.storage.path(&file_key(&import))?;
    let owned = bytes.to_vec();
    tokio::task::spawn_blocking(move || -> std::io::Result<()> {
        use std::io::{Seek, SeekFrom};
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)?;
        file.seek(SeekFrom::Start(u64::try_from(offset).unwrap_or(0)))?;
        file.write_all(&owned)
    })
    .await
    .map_err(Error::internal)??;
    let received = received.max(import.received_bytes);
    keyword_import::Entity::update_in(scope)
        .col_expr(keyword_import::Column::ReceivedBytes, Expr::value(received))
        .col_expr(keyword_import::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(keyword_import::Column::Id.eq(id))
        .filter(keyword_import::Column::Status.eq(ImportStatus::Uploading))
        // A part that was sent twice may arrive after its successor.
        .filter(keyword_import::Column::ReceivedBytes.lte(received))
        .exec(&app.db)
        .await?;
    Ok(keyword_import::Model {
        received_bytes: received,
        ..import
    })
}

/// The file is complete: looks into it and hands it to a worker.
///
/// # Errors
/// [`Error::Invalid`] when it is incomplete, or no keyword file: the reason is in the message, and on the import.
pub async fn finish(app: &App, scope: &Scope, id: KeywordImportId) -> Result<keyword_import::Model> {
    let import = to_change(app, scope, id).await?;
    if import.status != ImportStatus::Uploading {
        return Ok(import);
    }
    let import = accept(app, scope, import).await?;
    app.queue
        .push_or_leave(Job::Import(id), &jobs::key("import", id.0, import.updated_at))
        .await;
    Ok(import)
}

/// As [`accept`], for search results: they have a reader of their own.
async fn accept_results(app: &App, scope: &Scope, import: keyword_import::Model) -> Result<keyword_import::Model> {
    let path = app.storage.path(&file_key(&import))?;
    let target = app.storage.path(&table_key(&import))?;
    let (name, sheet, columns) = (import.file_name.clone(), import.sheet.clone(), columns_of(&import));
    let looked = tokio::task::spawn_blocking(move || {
        if !packed::is_packed(&path)? {
            return Ok((serp::look(&path, &columns)?, None));
        }
        let found = packed::look(&path, &name, sheet.as_deref())?;
        packed::unpack(&path, &name, &found, columns.mapping.as_ref(), &target)?;
        Ok((serp::look(&target, &columns)?, Some(found.sheet)))
    })
    .await
    .map_err(|_| packed::fault("The file is damaged and cannot be read."))?;
    let (dialect, sheet) = match looked {
        Ok(found) => found,
        Err(fault) => {
            close(app, &import, OPEN, ImportStatus::Failed, Some(fault.public_message())).await?;
            return Err(fault);
        }
    };
    use keyword_import::Column as C;
    keyword_import::Entity::update_in(scope)
        .col_expr(C::Status, Expr::value(ImportStatus::Queued.as_str()))
        .col_expr(C::Dialect, Expr::value(dialect))
        .col_expr(C::Sheet, Expr::value(sheet))
        .col_expr(C::UpdatedAt, Expr::value(crate::now()))
        .filter(C::Id.eq(import.id))
        .filter(C::Status.eq(ImportStatus::Uploading))
        .exec(&app.db)
        .await?;
    find(app, scope, import.id).await
}

/// Looks into a complete file and queues its import; the message is the caller's.
async fn accept(app: &App, scope: &Scope, import: keyword_import::Model) -> Result<keyword_import::Model> {
    arrived(&import)?;
    if import.kind == ImportKind::Serp {
        return accept_results(app, scope, import).await;
    }
    let chosen = mapping_of(&import);
    let opened = open(app, &import, chosen.clone()).await;
    let refuse = async |fault: Error| -> Result<keyword_import::Model> {
        close(app, &import, OPEN, ImportStatus::Failed, Some(fault.public_message())).await?;
        Err(fault)
    };
    let (mut info, unpacked) = match opened {
        Ok(opened) => opened,
        Err(fault) => return refuse(fault).await,
    };
    let mut mapping = chosen;
    if mapping.is_none()
        && info.header_line > 0
        && let Some(known) = remembered(app, scope, &info.headers).await?
    {
        info.mapping = known.clone();
        mapping = Some(known);
    }
    let competitor = match import.kind {
        ImportKind::Competitor => import.competitor.clone().or(info.domain.clone()),
        _ => None,
    };
    if import.kind == ImportKind::Competitor && competitor.is_none() {
        return refuse(Error::field(
            "competitor",
            "The file does not say whose keywords these are. Enter the competitor's domain.",
        ))
        .await;
    }
    let (sheet, country) = match unpacked {
        Some(found) => (Some(found.sheet), import.country.clone().or(found.country)),
        None => (None, import.country.clone()),
    };
    use keyword_import::Column as C;
    let text = mapping.as_ref().map(serde_json::to_string).transpose()?;
    keyword_import::Entity::update_in(scope)
        .col_expr(C::Status, Expr::value(ImportStatus::Queued.as_str()))
        .col_expr(C::Dialect, Expr::value(info.dialect))
        .col_expr(C::Competitor, Expr::value(competitor))
        .col_expr(C::Sheet, Expr::value(sheet))
        .col_expr(C::Country, Expr::value(country))
        .col_expr(C::Mapping, Expr::value(text))
        .col_expr(C::UpdatedAt, Expr::value(crate::now()))
        .filter(C::Id.eq(import.id))
        .filter(C::Status.eq(ImportStatus::Uploading))
        .exec(&app.db)
        .await?;
    find(app, scope, import.id).await
}

/// Reads the beginning, with the columns chosen; a table is taken out of a workbook or an archive. A person's choice of
/// columns is remembered.
async fn open(
    app: &App,
    import: &keyword_import::Model,
    chosen: Option<Mapping>,
) -> Result<(Preview, Option<Unpacked>)> {
    let path = app.storage.path(&file_key(import))?;
    let target = app.storage.path(&table_key(import))?;
    let (name, sheet, mapping) = (import.file_name.clone(), import.sheet.clone(), chosen.clone());
    let (info, recognised, unpacked) = tokio::task::spawn_blocking(move || {
        let mut source = path.clone();
        let mut unpacked = None;
        if packed::is_packed(&path)? {
            let found = packed::look(&path, &name, sheet.as_deref())?;
            packed::unpack(&path, &name, &found, mapping.as_ref(), &target)?;
            unpacked = Some(found);
            source = target;
        }
        let read = |mapping: Option<&Mapping>| {
            let file = std::fs::File::open(&source).map_err(Error::from)?;
            Reader::open(BufReader::new(file), &name, mapping)
                .map(|reader| reader.preview_info().clone())
                .map_err(|fault| Error::field("file", fault.to_string()))
        };
        let info = read(mapping.as_ref())?;
        let recognised = mapping.and_then(|_| read(None).ok());
        Ok::<_, Error>((info, recognised, unpacked))
    })
    .await
    // A reader of workbooks that stumbles must not be the end of anything else.
    .map_err(|_| packed::fault("The file is damaged and cannot be read."))??;
    if let Some(chosen) = &chosen
        && info.header_line > 0
    {
        let recognised = recognised.as_ref().map(|info| &info.mapping);
        mappings::remember(&app.db, import.account_id, &info.headers, chosen, recognised).await?;
    }
    Ok((info, unpacked))
}

/// What was chosen for a file of search results.
fn columns_of(import: &keyword_import::Model) -> serp::Columns {
    serp::Columns {
        mapping: mapping_of(import),
        country: import.country.clone(),
    }
}

fn mapping_of(import: &keyword_import::Model) -> Option<Mapping> {
    import
        .mapping
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok())
}

/// Asks an import to stop. What is imported stays.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn cancel(app: &App, scope: &Scope, id: KeywordImportId) -> Result<keyword_import::Model> {
    let import = to_change(app, scope, id).await?;
    if !import.status.is_final() {
        // A worker may take it at this very moment: then the wish stops it.
        keyword_import::Entity::update_in(scope)
            .col_expr(keyword_import::Column::CancelRequested, Expr::value(true))
            .filter(keyword_import::Column::Id.eq(id))
            .exec(&app.db)
            .await?;
        close(
            app,
            &import,
            &[ImportStatus::Uploading, ImportStatus::Queued],
            ImportStatus::Cancelled,
            None,
        )
        .await?;
    }
    find(app, scope, id).await
}

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

/// Imports a whole file that is at hand: the command line's and the REST interface's way. Waits for the end.
///
/// # Errors
/// As [`begin`] and [`finish`].
pub async fn import_file(app: &App, scope: &Scope, input: NewImport, path: &std::path::Path) -> Result<ImportReport> {
    let import = begin(app, scope, input).await?;
    let target = app.storage.path(&file_key(&import))?;
    if let Some(folder) = target.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    tokio::fs::copy(path, target).await?;
    keyword_import::Entity::update_in(scope)
        .col_expr(keyword_import::Column::ReceivedBytes, Expr::value(import.size_bytes))
        .filter(keyword_import::Column::Id.eq(import.id))
        .exec(&app.db)
        .await?;
    // No message: a worker of another process would read it, and this one would not wait for its end.
    let import = accept(
        app,
        scope,
        keyword_import::Model {
            received_bytes: import.size_bytes,
            ..import
        },
    )
    .await?;
    run(&Worker::new(app.clone()), import.id).await?;
    report(app, scope, import.id).await
}

/// States of an import that has not ended.
const OPEN: &[ImportStatus] = &[ImportStatus::Uploading, ImportStatus::Queued, ImportStatus::Running];

/// Ends an import that is in one of the states `from`; its file is not needed any more then.
async fn close(
    app: &App,
    import: &keyword_import::Model,
    from: &[ImportStatus],
    status: ImportStatus,
    error: Option<String>,
) -> Result<()> {
    let closed = keyword_import::Entity::update_in(&Scope::system(import.account_id))
        .col_expr(keyword_import::Column::Status, Expr::value(status.as_str()))
        .col_expr(keyword_import::Column::Error, Expr::value(error))
        .col_expr(keyword_import::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(keyword_import::Column::Id.eq(import.id))
        .filter(keyword_import::Column::Status.is_in(from.iter().copied()))
        .exec(&app.db)
        .await?;
    if closed.rows_affected == 0 {
        return Ok(());
    }
    app.storage.delete(&table_key(import)).await?;
    app.storage.delete(&file_key(import)).await
}
