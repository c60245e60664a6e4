//! All data of an account as one archive: a file of JSON lines for each kind of row, and the files of its sites.
//!
//! The archive is made while it is sent: neither memory nor disk grows with the account. Rows are read in batches, so
//! rows that change meanwhile are in it as they were when their batch was read. Secrets (password hashes, credentials,
//! hashes of keys) never leave the server.

use std::io::{self, Write};

use bytes::Bytes;
use entity::{SiteId, audit_event::AuditAction};
use futures::Stream;
use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, FromQueryResult, ModelTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::Serialize;
use tokio::sync::mpsc;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions, write::StreamWriter};

use crate::{
    App, Error, Result, audit,
    scope::{Scope, Scoped},
    storage::Storage,
};

/// Rows read at once.
const BATCH: u64 = 1_000;
/// Bytes sent at once.
const PIECE: usize = 64 * 1024;
/// Pieces that wait for a slow receiver.
const AHEAD: usize = 8;

const README: &str = "\
All data of an IGNY8 account.

rows/NAME.jsonl    one JSON object a line, as the REST interface names its fields; times are UTC (RFC 3339)
files/SITE/...     the files of each site, by the site's id: pictures and imported keyword files
files/accounts/... pictures that were tried out

Passwords, credentials of connections and API keys are not in here.
";

/// The archive (ZIP), piece by piece. A failure in the middle ends the stream with an error, so that half an archive is
/// never taken for a whole one.
///
/// # Errors
/// [`Error::Forbidden`] for editors and viewers.
pub async fn archive(app: &App, scope: &Scope) -> Result<impl Stream<Item = io::Result<Bytes>> + use<>> {
    scope.admin_even_if_read_only()?;
    audit::record(&app.db, scope, AuditAction::DataExported, "", None, "").await?;
    // Whatever role asks, the archive holds the whole account.
    let everything = Scope::system(scope.account);
    let sites: Vec<SiteId> = entity::site::Entity::find_in(&everything)
        .select_only()
        .column(entity::site::Column::Id)
        .order_by_asc(entity::site::Column::Id)
        .into_tuple()
        .all(&app.db)
        .await?;
    let (sender, mut receiver) = mpsc::channel(AHEAD);
    let (db, storage) = (app.db.clone(), app.storage.clone());
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        let failed = sender.clone();
        let archive = Archive {
            zip: ZipWriter::new_stream(io::BufWriter::with_capacity(PIECE, Pipe(sender))),
            runtime,
            db,
            scope: everything,
        };
        if let Err(error) = archive.write(&storage, &sites)
            && failed.blocking_send(Err(io::Error::other(error.to_string()))).is_ok()
        {
            tracing::error!(%error, "an export stopped");
        }
    });
    Ok(futures::stream::poll_fn(move |context| receiver.poll_recv(context)))
}

/// Where the archive's bytes go: to whoever reads the response.
struct Pipe(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .blocking_send(Ok(Bytes::copy_from_slice(bytes)))
            .map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "the receiver is gone"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Archive {
    zip: ZipWriter<StreamWriter<io::BufWriter<Pipe>>>,
    runtime: tokio::runtime::Handle,
    db: DatabaseConnection,
    scope: Scope,
}

fn packed() -> SimpleFileOptions {
    // How long a file of rows will be is not known beforehand.
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .large_file(true)
}

impl Archive {
    fn write(mut self, storage: &Storage, sites: &[SiteId]) -> Result<()> {
        self.zip.start_file("README.txt", packed()).map_err(Error::internal)?;
        self.zip.write_all(README.as_bytes())?;
        let account = self.runtime.block_on(crate::scope::account(&self.db, &self.scope))?;
        self.begin("account")?;
        self.line(&account)?;
        macro_rules! rows {
            ($($module:ident by $($column:ident),+;)+) => {$(
                self.rows::<entity::$module::Entity>(
                    stringify!($module),
                    &[$(entity::$module::Column::$column),+],
                )?;
            )+};
        }
        rows! {
            user by Id;
            site_user_access by SiteId, UserId;
            invitation by Id;
            api_key by Id;
            audit_event by Id;
            subscription by Id;
            site by Id;
            sector by Id;
            saved_view by Id;
            keyword by Id;
            keyword_import by Id;
            cluster by Id;
            cluster_keyword by ClusterId, KeywordId;
            cluster_run by Id;
            idea by Id;
            task by Id;
            content by Id;
            content_version by Id;
            image by Id;
            internal_link by Id;
            optimization_task by Id;
            site_blueprint by Id;
            page_blueprint by Id;
            ai_task by Id;
            ai_task_item by Id;
            integration by Id;
            publishing_record by Id;
            provider_setting by Id;
            ai_choice by Id;
            image_test by Id;
            ai_prompt by Id;
            ai_prompt_version by Id;
            author_profile by Id;
            strategy by Id;
            credit_transaction by Id;
            credit_usage_log by Id;
        }
        let own = crate::thinker::image_tests::account_folder(self.scope.account);
        for folder in sites.iter().map(SiteId::to_string).chain([own]) {
            for key in storage.list(&folder)? {
                // Removed a moment ago: not there any more, so not in the archive.
                let Ok(mut file) = storage.open(&key) else { continue };
                let large = file.metadata()?.len() >= u64::from(u32::MAX);
                let options = SimpleFileOptions::default()
                    .compression_method(CompressionMethod::Stored)
                    .large_file(large);
                self.zip
                    .start_file(format!("files/{key}"), options)
                    .map_err(Error::internal)?;
                io::copy(&mut file, &mut self.zip)?;
            }
        }
        let inner = self.zip.finish().map_err(Error::internal)?;
        inner.into_inner().flush()?;
        Ok(())
    }

    fn begin(&mut self, name: &str) -> Result<()> {
        self.zip
            .start_file(format!("rows/{name}.jsonl"), packed())
            .map_err(Error::internal)
    }

    fn line(&mut self, row: &impl Serialize) -> Result<()> {
        let mut line = serde_json::to_vec(row)?;
        line.push(b'\n');
        self.zip.write_all(&line)?;
        Ok(())
    }

    /// Every row of a table that belongs to the account, in the order of `keys`, which name a row.
    fn rows<E>(&mut self, name: &str, keys: &[E::Column]) -> Result<()>
    where
        E: Scoped,
        E::Model: ModelTrait<Entity = E> + FromQueryResult + Serialize,
    {
        self.begin(name)?;
        let mut last: Option<Vec<sea_orm::Value>> = None;
        loop {
            let mut found = E::find_in(&self.scope).limit(BATCH);
            if let Some(last) = &last {
                found = found.filter(after(keys, last));
            }
            for key in keys {
                found = found.order_by_asc(*key);
            }
            let batch = self.runtime.block_on(found.all(&self.db))?;
            for row in &batch {
                self.line(row)?;
            }
            match batch.last() {
                Some(row) if batch.len() as u64 == BATCH => {
                    last = Some(keys.iter().map(|key| row.get(*key)).collect());
                }
                _ => return Ok(()),
            }
        }
    }
}

/// Rows that come after the one with these values, in the order of the keys.
fn after<C: ColumnTrait>(keys: &[C], values: &[sea_orm::Value]) -> Condition {
    let mut any = Condition::any();
    for (index, (key, value)) in keys.iter().zip(values).enumerate() {
        let mut all = Condition::all();
        for (earlier, value) in keys.iter().zip(values).take(index) {
            all = all.add(earlier.eq(value.clone()));
        }
        any = any.add(all.add(key.gt(value.clone())));
    }
    any
}
