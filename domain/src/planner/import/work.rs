//! The worker's side: a file is read as a stream on a thread of its own and written batch by batch.

use std::{io::BufReader, time::Instant};

use engine::import::{Outcome, Reader, Reject};
use entity::{
    KeywordImportId, keyword_import,
    keyword_import::{ImportKind, ImportMode, ImportStatus},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use tokio::sync::mpsc;

use super::{OPEN, check, close, columns_of, file_key, mapping_of, rejects_key, table_key, undo, write};
use crate::{
    App, Error, Result,
    jobs::worker::{BEAT, DEAD_AFTER, Worker},
    planner::{pace::Pace, serp},
    scope::Scope,
};

/// What the reading thread hands over.
pub(super) struct Batch<T> {
    pub(super) content: T,
    /// Rows refused among the records that an earlier worker wrote: the list of refused rows is made anew.
    refused_before: Vec<Reject>,
    pub(super) bytes: u64,
    /// Nothing comes after it.
    last: bool,
}

/// Reads a file to its end, or takes back what it did: a worker's job.
///
/// # Errors
/// When the database or the disk fails; faults of the file are on the import.
pub async fn run(worker: &Worker, id: KeywordImportId) -> Result<()> {
    let app = &worker.app;
    let Some(import) = keyword_import::Entity::find_by_id(id).one(&app.db).await? else {
        return Ok(());
    };
    if !matches!(
        import.status,
        ImportStatus::Queued | ImportStatus::Running | ImportStatus::Undoing
    ) {
        return Ok(());
    }
    // Whoever reads the file keeps `updated_at` young. An undo that was just asked
    // for has nobody yet; two workers at one do the same twice, which does no harm.
    if import.status == ImportStatus::Running && import.updated_at > crate::now() - DEAD_AFTER {
        return Ok(());
    }
    if import.status == ImportStatus::Undoing {
        return undo::work(app, import).await;
    }
    if import.cancel_requested && import.records_done == 0 {
        return close(app, &import, OPEN, ImportStatus::Cancelled, None).await;
    }
    if import.cancel_requested {
        return stop(app, &import, ImportStatus::Cancelled, None).await;
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
    // Side by side: work that is not polled gives back none of the connections that a beat may wait for.
    let (work, beats) = (std::pin::pin!(read_all(app, import)), std::pin::pin!(beat(app, id)));
    match futures::future::select(work, beats).await {
        futures::future::Either::Left((done, _)) => done,
        futures::future::Either::Right((never, _)) => match never {},
    }
}

/// Keeps `updated_at` young while a batch takes its time or waits for another import of the account.
async fn beat(app: &App, id: KeywordImportId) -> std::convert::Infallible {
    loop {
        tokio::time::sleep(BEAT).await;
        let beaten = keyword_import::Entity::update_many()
            .col_expr(keyword_import::Column::UpdatedAt, Expr::value(crate::now()))
            .filter(keyword_import::Column::Id.eq(id))
            .filter(keyword_import::Column::Status.eq(ImportStatus::Running))
            .exec(&app.db)
            .await;
        if let Err(error) = beaten {
            tracing::warn!(%error, "no sign of life could be given for an import");
        }
    }
}

async fn read_all(app: &App, import: keyword_import::Model) -> Result<()> {
    let id = import.id;
    let account = crate::scope::account(&app.db, &Scope::system(import.account_id)).await?;
    if let Err(stopped) = crate::accounts::may_work(&account) {
        return stop(app, &import, ImportStatus::Failed, Some(stopped.public_message())).await;
    }
    if import.kind == ImportKind::Serp {
        let mut rejects = Rejects::open(app, &import)?;
        let table = app.storage.path(&table_key(&import))?;
        let path = if table.exists() {
            table
        } else {
            app.storage.path(&file_key(&import))?
        };
        let columns = columns_of(&import);
        let mut refused = |refused: &[Outcome]| rejects.add(refused);
        let (status, error) = match serp::read_file(app, &import, path, columns, &mut refused).await {
            Ok(serp::Ended::Completed) => (ImportStatus::Completed, None),
            Ok(serp::Ended::Cancelled) => (ImportStatus::Cancelled, None),
            Ok(serp::Ended::Lost) => return Ok(()),
            Err(fault @ Error::Invalid { .. }) => (ImportStatus::Failed, Some(fault.public_message())),
            Err(error) => return Err(error),
        };
        return close(app, &import, OPEN, status, error).await;
    }
    if import.mode == ImportMode::Fail && !import.checked {
        let mut rejects = Rejects::open(app, &import)?;
        match check::all(app, &import, &mut rejects).await? {
            check::Verdict::Good => {}
            check::Verdict::Bad(why) => return close(app, &import, OPEN, ImportStatus::Failed, Some(why)).await,
            check::Verdict::Stopped => return close(app, &import, OPEN, ImportStatus::Cancelled, None).await,
        }
    }
    let mut rejects = Rejects::open(app, &import)?;
    let pace = Pace::default();
    let country = import.country.clone();
    let pack = move |outcomes| write::pack(outcomes, country.as_deref());
    let (reading, mut batches) = start_reading(app, &import, import.records_done, pace.clone(), pack)?;
    let mut row = import.clone();
    while let Some(batch) = batches.recv().await {
        let batch = match batch {
            Ok(batch) => batch,
            Err(fault) => return stop(app, &row, ImportStatus::Failed, Some(fault.public_message())).await,
        };
        rejects.add_rows(batch.refused_before.iter())?;
        rejects.add_rows(batch.content.refused.iter())?;
        let (last, records) = (batch.last, batch.content.records);
        let begun = Instant::now();
        match write::batch(app, &mut row, batch.content, batch.bytes).await {
            Ok(true) => pace.took(begun.elapsed(), records),
            // Another worker goes on with it.
            Ok(false) => return Ok(()),
            Err(full @ Error::LimitReached(_)) => {
                drop(batches);
                let why = if row.mode == ImportMode::Fail {
                    format!("{} Nothing was imported.", full.public_message())
                } else {
                    format!("{} What was read before stays.", full.public_message())
                };
                return stop(app, &row, ImportStatus::Failed, Some(why)).await;
            }
            Err(error) => return Err(error),
        }
        let asked = keyword_import::Entity::find_by_id(id).one(&app.db).await?;
        if row.mode == ImportMode::Fail && asked.as_ref().is_some_and(|now| now.duplicates > 0) {
            drop(batches);
            let why =
                "Somebody added some of these keywords while the file was read, so nothing was imported. Try again.";
            return stop(app, &row, ImportStatus::Failed, Some(why.to_owned())).await;
        }
        if last {
            // There is nothing left to cancel, and a file that is in as a whole is not called cancelled.
            break;
        }
        if asked.is_none_or(|row| row.cancel_requested) {
            drop(batches);
            return stop(app, &row, ImportStatus::Cancelled, None).await;
        }
    }
    reading.await.map_err(Error::internal)?;
    close(app, &import, OPEN, ImportStatus::Completed, None).await
}

/// Ends an import before its end. All or nothing means nothing then.
async fn stop(app: &App, import: &keyword_import::Model, status: ImportStatus, error: Option<String>) -> Result<()> {
    if import.mode != ImportMode::Fail || import.records_done == 0 {
        return close(app, import, OPEN, status, error).await;
    }
    let why = error.unwrap_or_else(|| "Stopped before its end, so nothing was imported.".to_owned());
    close(app, import, OPEN, ImportStatus::Undoing, Some(why)).await?;
    match keyword_import::Entity::find_by_id(import.id).one(&app.db).await? {
        Some(now) if now.status == ImportStatus::Undoing => undo::work(app, now).await,
        _ => Ok(()),
    }
}

type Reading<T> = (tokio::task::JoinHandle<()>, mpsc::Receiver<Result<Batch<T>>>);

/// Reads on a thread of its own from the record after `done_before`, and makes of the records what their reader needs; the
/// channel's bound keeps memory flat.
pub(super) fn start_reading<T: Send + 'static>(
    app: &App,
    import: &keyword_import::Model,
    done_before: i64,
    pace: Pace,
    pack: impl Fn(Vec<Outcome>) -> T + Send + 'static,
) -> Result<Reading<T>> {
    let (sender, batches) = mpsc::channel::<Result<Batch<T>>>(1);
    let unpacked = app.storage.path(&table_key(import))?;
    let packed = unpacked.exists();
    let path = if packed {
        unpacked
    } else {
        app.storage.path(&file_key(import))?
    };
    let name = import.file_name.clone();
    let mapping = mapping_of(import);
    let size = u64::try_from(import.size_bytes).unwrap_or(0);
    let reading = tokio::task::spawn_blocking(move || {
        // Progress is told in bytes of the file that was sent, also when a table was taken out of it.
        let whole = packed.then(|| std::fs::metadata(&path).map_or(1, |data| data.len().max(1)));
        let scale = move |bytes: u64| match whole {
            Some(whole) => u64::try_from(u128::from(bytes) * u128::from(size) / u128::from(whole)).unwrap_or(size),
            None => bytes,
        };
        let opened = std::fs::File::open(&path).map_err(Error::from).and_then(|file| {
            Reader::open(BufReader::with_capacity(1 << 20, file), &name, mapping.as_ref())
                .map_err(|fault| Error::field("file", fault.to_string()))
        });
        match opened {
            Ok(reader) => read(reader, done_before, &pace, &sender, scale, pack),
            Err(fault) => {
                let _ = sender.blocking_send(Err(fault));
            }
        }
    });
    Ok((reading, batches))
}

fn read<T>(
    mut reader: Reader<BufReader<std::fs::File>>,
    done_before: i64,
    pace: &Pace,
    sender: &mpsc::Sender<Result<Batch<T>>>,
    scale: impl Fn(u64) -> u64,
    pack: impl Fn(Vec<Outcome>) -> T,
) {
    let mut outcomes = Vec::with_capacity(pace.rows());
    let mut refused_before = Vec::new();
    let mut number = 0_i64;
    let mut size = pace.rows();
    loop {
        match reader.next() {
            Some(Ok(outcome)) => {
                number += 1;
                if number > done_before {
                    outcomes.push(outcome);
                } else if let Outcome::Rejected(reject) = outcome {
                    refused_before.push(reject);
                }
            }
            Some(Err(fault)) => {
                let _ = sender.blocking_send(Err(Error::field("file", fault.to_string())));
                return;
            }
            None => break,
        }
        if outcomes.len() + refused_before.len() >= size {
            let batch = Batch {
                content: pack(std::mem::take(&mut outcomes)),
                refused_before: std::mem::take(&mut refused_before),
                bytes: scale(reader.bytes_read()),
                last: false,
            };
            if sender.blocking_send(Ok(batch)).is_err() {
                return;
            }
            size = pace.rows();
            outcomes.reserve(size);
        }
    }
    let bytes = scale(reader.bytes_read());
    let _ = sender.blocking_send(Ok(Batch {
        content: pack(outcomes),
        refused_before,
        bytes,
        last: true,
    }));
}

/// The file of refused rows, appended to as they come.
pub(super) struct Rejects {
    path: std::path::PathBuf,
    writer: Option<csv::Writer<std::fs::File>>,
}

impl Rejects {
    pub(super) fn open(app: &App, import: &keyword_import::Model) -> Result<Self> {
        let path = app.storage.path(&rejects_key(import))?;
        if path.exists() {
            std::fs::remove_file(&path)?;
        }
        Ok(Self { path, writer: None })
    }

    fn add(&mut self, outcomes: &[Outcome]) -> Result<()> {
        self.add_rows(outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Rejected(reject) => Some(reject),
            _ => None,
        }))
    }

    pub(super) fn add_rows<'a>(&mut self, rejects: impl Iterator<Item = &'a Reject>) -> Result<()> {
        for reject in rejects {
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
                let reason = engine::import::escape_csv_cell(&reject.reason);
                writer
                    .write_record([reject.line.to_string().as_str(), reason.as_str(), raw.as_str()])
                    .map_err(Error::internal)?;
            }
        }
        if let Some(writer) = &mut self.writer {
            writer.flush()?;
        }
        Ok(())
    }
}
