//! Importing a keyword file: it arrives in parts, is kept on disk, and a worker reads it as a stream.
//!
//! Progress is a row. Each batch of rows is written together with the number of records read so far, so that a
//! restarted import goes on where the last batch ended and adds nothing twice. Memory does not grow with the file.
//! Tables inside workbooks and archives are taken out to a text file first. What an import changed is written down, so
//! that it can be taken back.

mod accept;
mod aimed;
mod check;
mod competitors;
mod mappings;
mod packed;
mod report;
mod undo;
mod update;
mod work;
mod workbook;
mod write;

use std::io::Write;

use engine::import::Mapping;
use entity::{
    KeywordImportId, keyword_import,
    keyword_import::{ImportKind, ImportReport, ImportStatus, NewImport},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, sea_query::Expr};

use self::accept::{accept, columns_of, mapping_of};
pub use self::{
    accept::look,
    mappings::{forget, remembered},
    report::{list, rejects_csv, report},
    undo::undo,
    work::run,
};
use crate::{
    App, Error, Result,
    billing::limits::{self, Thing},
    db,
    jobs::{self, Job, worker::Worker},
    scope::{Scope, Scoped},
};

/// Files of one account that may be on their way at once.
const MOST_UPLOADS: u64 = 20;
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
