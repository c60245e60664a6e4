//! Importing a keyword file: it arrives in parts, is kept on disk, and a worker reads it as a stream.
//!
//! Progress is a row. Each batch of rows is written together with the number of records read so far, so that a
//! restarted import goes on where the last batch ended and adds nothing twice. Memory does not grow with the file.

mod write;

use std::io::{BufReader, Write};

use engine::import::{Mapping, Outcome, Reader};
use entity::{
    KeywordImportId, SiteId, keyword_import,
    keyword_import::{ImportKind, ImportReport, ImportStatus, NewImport, RejectedRow},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use tokio::sync::mpsc;

use super::serp;
use crate::{
    App, Error, Result,
    billing::limits::{self, Thing},
    db,
    jobs::{
        self, Job,
        worker::{DEAD_AFTER, Worker},
    },
    scope::{Scope, Scoped},
};

/// Files of one account that may be on their way at once.
const MOST_UPLOADS: u64 = 20;
/// Records written in one transaction: large enough to be fast, small enough that others get their turn.
const BATCH: usize = 5_000;
/// Refused rows that a report shows; the download has all.
const REPORT_REJECTS: usize = 50;
/// Largest part of a file in one request, in bytes.
pub const MAX_CHUNK: usize = 8 * 1024 * 1024;

fn file_key(import: &keyword_import::Model) -> String {
    format!("{}/imports/{}.upload", import.site_id, import.id)
}

fn rejects_key(import: &keyword_import::Model) -> String {
    format!("{}/imports/{}-rejects.csv", import.site_id, import.id)
}

/// Announces a file.
///
/// # Errors
/// [`Error::Invalid`] for a file that is empty or too large or a mapping that cannot be read, [`Error::NotFound`],
/// [`Error::Forbidden`], [`Error::LimitReached`].
pub async fn begin(app: &App, scope: &Scope, input: NewImport) -> Result<keyword_import::Model> {
    let (editor, sector) = scope.editor_of_sector(&app.db, input.sector_id).await?;
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
    if let Some(mapping) = &input.mapping {
        serde_json::from_str::<Mapping>(mapping)
            .map_err(|_| Error::field("mapping", "The choice of columns could not be read. Choose them again."))?;
    }
    let txn = db::begin_write(&app.db).await?;
    if input.kind != ImportKind::Serp {
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
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(&txn)
    .await?;
    txn.commit().await?;
    Ok(import)
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

/// Looks into a complete file and queues its import; the message is the caller's.
async fn accept(app: &App, scope: &Scope, import: keyword_import::Model) -> Result<keyword_import::Model> {
    if import.received_bytes != import.size_bytes {
        return Err(Error::field(
            "file",
            format!(
                "Only {} of {} bytes have arrived. Upload the rest.",
                import.received_bytes, import.size_bytes
            ),
        ));
    }
    let path = app.storage.path(&file_key(&import))?;
    let name = import.file_name.clone();
    let mapping = mapping_of(&import);
    let kind = import.kind;
    let opened = tokio::task::spawn_blocking(move || {
        if kind == ImportKind::Serp {
            return serp::look(&path);
        }
        let file = std::fs::File::open(path).map_err(Error::from)?;
        Reader::open(BufReader::new(file), &name, mapping.as_ref())
            .map(|reader| reader.preview_info().dialect.clone())
            .map_err(|fault| Error::field("file", fault.to_string()))
    })
    .await
    .map_err(Error::internal)?;
    let dialect = match opened {
        Ok(dialect) => dialect,
        Err(fault) => {
            close(app, &import, OPEN, ImportStatus::Failed, Some(fault.public_message())).await?;
            return Err(fault);
        }
    };
    keyword_import::Entity::update_in(scope)
        .col_expr(
            keyword_import::Column::Status,
            Expr::value(ImportStatus::Queued.as_str()),
        )
        .col_expr(keyword_import::Column::Dialect, Expr::value(dialect))
        .col_expr(keyword_import::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(keyword_import::Column::Id.eq(import.id))
        .filter(keyword_import::Column::Status.eq(ImportStatus::Uploading))
        .exec(&app.db)
        .await?;
    find(app, scope, import.id).await
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

/// The latest imports of a site, newest first.
///
/// # Errors
/// When the database fails.
pub async fn recent(app: &App, scope: &Scope, site: SiteId) -> Result<Vec<keyword_import::Model>> {
    Ok(keyword_import::Entity::find_in(scope)
        .filter(keyword_import::Column::SiteId.eq(site))
        .order_by_desc(keyword_import::Column::Id)
        .limit(10)
        .all(&app.db)
        .await?)
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
    app.storage.delete(&file_key(import)).await
}

/// What the reading thread hands over.
struct Batch {
    outcomes: Vec<Outcome>,
    /// Rows refused among the records that an earlier worker wrote: the list of refused rows is made anew.
    refused_before: Vec<Outcome>,
    bytes: u64,
    /// Nothing comes after it.
    last: bool,
}

/// Reads a file to its end: a worker's job.
///
/// # Errors
/// When the database or the disk fails; faults of the file are on the import.
pub async fn run(worker: &Worker, id: KeywordImportId) -> Result<()> {
    let app = &worker.app;
    let Some(import) = keyword_import::Entity::find_by_id(id).one(&app.db).await? else {
        return Ok(());
    };
    if !matches!(import.status, ImportStatus::Queued | ImportStatus::Running) {
        return Ok(());
    }
    // Each batch moves `updated_at`: as long as it is young, another worker reads the file.
    if import.status == ImportStatus::Running && import.updated_at > crate::now() - DEAD_AFTER {
        return Ok(());
    }
    if import.cancel_requested {
        return close(app, &import, OPEN, ImportStatus::Cancelled, None).await;
    }
    // Whoever changes `updated_at` first has it; a message that comes twice finds it changed.
    let taken = keyword_import::Entity::update_many()
        .col_expr(
            keyword_import::Column::Status,
            Expr::value(ImportStatus::Running.as_str()),
        )
        .col_expr(keyword_import::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(keyword_import::Column::Id.eq(id))
        .filter(keyword_import::Column::Status.eq(import.status))
        .filter(keyword_import::Column::UpdatedAt.eq(import.updated_at))
        .exec(&app.db)
        .await?;
    if taken.rows_affected != 1 {
        return Ok(());
    }
    let account = crate::scope::account(&app.db, &Scope::system(import.account_id)).await?;
    if let Err(stopped) = crate::accounts::may_work(&account) {
        return close(app, &import, OPEN, ImportStatus::Failed, Some(stopped.public_message())).await;
    }
    let path = app.storage.path(&file_key(&import))?;
    if import.kind == ImportKind::Serp {
        let mut rejects = Rejects::open(app, &import)?;
        let (status, error) = match serp::read_file(app, &import, path, &mut |refused| rejects.add(refused)).await {
            Ok(serp::Ended::Completed) => (ImportStatus::Completed, None),
            Ok(serp::Ended::Cancelled) => (ImportStatus::Cancelled, None),
            Ok(serp::Ended::Lost) => return Ok(()),
            Err(fault @ Error::Invalid { .. }) => (ImportStatus::Failed, Some(fault.public_message())),
            Err(error) => return Err(error),
        };
        return close(app, &import, OPEN, status, error).await;
    }
    let (sender, mut batches) = mpsc::channel::<Result<Batch>>(2);
    let name = import.file_name.clone();
    let mapping = mapping_of(&import);
    let done_before = import.records_done;
    let reading = tokio::task::spawn_blocking(move || read(&path, &name, mapping.as_ref(), done_before, &sender));
    let mut rejects = Rejects::open(app, &import)?;
    let mut row = import.clone();
    while let Some(batch) = batches.recv().await {
        let batch = match batch {
            Ok(batch) => batch,
            Err(fault) => return close(app, &import, OPEN, ImportStatus::Failed, Some(fault.public_message())).await,
        };
        rejects.add(&batch.refused_before)?;
        rejects.add(&batch.outcomes)?;
        let last = batch.last;
        match write::batch(app, &mut row, batch.outcomes, batch.bytes).await {
            Ok(true) => {}
            // Another worker goes on with it.
            Ok(false) => return Ok(()),
            Err(full @ Error::LimitReached(_)) => {
                drop(batches);
                let why = format!("{} What was read before stays.", full.public_message());
                return close(app, &import, OPEN, ImportStatus::Failed, Some(why)).await;
            }
            Err(error) => return Err(error),
        }
        if last {
            // There is nothing left to cancel, and a file that is in as a whole is not called cancelled.
            break;
        }
        let asked = keyword_import::Entity::find_by_id(id).one(&app.db).await?;
        if asked.is_none_or(|row| row.cancel_requested) {
            drop(batches);
            return close(app, &import, OPEN, ImportStatus::Cancelled, None).await;
        }
    }
    reading.await.map_err(Error::internal)?;
    close(app, &import, OPEN, ImportStatus::Completed, None).await
}

/// Reads on a thread of its own and hands over batches; the channel's bound keeps memory flat.
fn read(
    path: &std::path::Path,
    name: &str,
    mapping: Option<&Mapping>,
    done_before: i64,
    sender: &mpsc::Sender<Result<Batch>>,
) {
    let reader = std::fs::File::open(path).map_err(Error::from).and_then(|file| {
        Reader::open(BufReader::with_capacity(1 << 20, file), name, mapping)
            .map_err(|fault| Error::field("file", fault.to_string()))
    });
    let mut reader = match reader {
        Ok(reader) => reader,
        Err(fault) => {
            let _ = sender.blocking_send(Err(fault));
            return;
        }
    };
    let mut outcomes = Vec::with_capacity(BATCH);
    let mut refused_before = Vec::new();
    let mut number = 0_i64;
    loop {
        match reader.next() {
            Some(Ok(outcome)) => {
                number += 1;
                if number > done_before {
                    outcomes.push(outcome);
                } else if matches!(outcome, Outcome::Rejected(_)) {
                    refused_before.push(outcome);
                }
            }
            Some(Err(fault)) => {
                let _ = sender.blocking_send(Err(Error::field("file", fault.to_string())));
                return;
            }
            None => break,
        }
        if outcomes.len() + refused_before.len() >= BATCH {
            let batch = Batch {
                outcomes: std::mem::replace(&mut outcomes, Vec::with_capacity(BATCH)),
                refused_before: std::mem::take(&mut refused_before),
                bytes: reader.bytes_read(),
                last: false,
            };
            if sender.blocking_send(Ok(batch)).is_err() {
                return;
            }
        }
    }
    let bytes = reader.bytes_read();
    let _ = sender.blocking_send(Ok(Batch {
        outcomes,
        refused_before,
        bytes,
        last: true,
    }));
}

/// The file of refused rows, appended to as they come.
struct Rejects {
    path: std::path::PathBuf,
    writer: Option<csv::Writer<std::fs::File>>,
}

impl Rejects {
    fn open(app: &App, import: &keyword_import::Model) -> Result<Self> {
        let path = app.storage.path(&rejects_key(import))?;
        if path.exists() {
            std::fs::remove_file(&path)?;
        }
        Ok(Self { path, writer: None })
    }

    fn add(&mut self, outcomes: &[Outcome]) -> Result<()> {
        for outcome in outcomes {
            let Outcome::Rejected(reject) = outcome else { continue };
            if self.writer.is_none() {
                let new = !self.path.exists();
                let file = std::fs::OpenOptions::new().create(true).append(true).open(&self.path)?;
                let mut writer = csv::Writer::from_writer(file);
                if new {
                    writer
                        .write_record(["line", "reason", "row"])
                        .map_err(Error::internal)?;
                }
                self.writer = Some(writer);
            }
            if let Some(writer) = &mut self.writer {
                // The row is opened in a spreadsheet: a cell that begins like a formula must stay text.
                let raw = engine::import::escape_csv_cell(&reject.raw);
                writer
                    .write_record([reject.line.to_string().as_str(), reject.reason.as_str(), raw.as_str()])
                    .map_err(Error::internal)?;
            }
        }
        if let Some(writer) = &mut self.writer {
            writer.flush()?;
        }
        Ok(())
    }
}
