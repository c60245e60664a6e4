//! The worker: takes messages, gives signs of life, finds what crashes left behind.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use apalis::{layers::WorkerBuilderExt as _, prelude::*};
use entity::{
    AiTaskItemId, ImageTestId, PublishingRecordId, SiteId, ai_task, ai_task_item, ai_task_item::ItemStatus,
    keyword_import, publishing_record, worker_beat,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, OnConflict, Query},
};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::{Job, Queue, key};
use crate::{App, Error, Result};

/// Time between signs of life.
pub(crate) const BEAT: Duration = Duration::from_secs(2);
/// Time between two looks into the queue.
const LOOK: Duration = Duration::from_millis(150);
/// A worker that was silent this long is dead; several beats, so that a busy disk does not kill it.
pub(crate) const DEAD_AFTER: Duration = Duration::from_secs(12);
/// Time between two removals of what has ended.
const SPRING_CLEAN: Duration = Duration::from_mins(10);
/// Time between two looks for regular work that is due.
const SCHEDULE: Duration = Duration::from_secs(15);
/// A row that waited this long without a worker has lost its message.
const LOST_AFTER: Duration = Duration::from_secs(5);

/// One running worker process.
#[derive(Clone)]
pub struct Worker {
    /// What services need.
    pub app: App,
    /// Its name: rows say who works on them.
    pub name: Arc<str>,
    sites: Arc<Mutex<HashMap<SiteId, Arc<Semaphore>>>>,
    hands: Arc<Mutex<HashMap<Work, usize>>>,
    /// [`Worker::run`] gives the signs of life.
    served: Arc<AtomicBool>,
}

/// A row that is marked with its worker's name while it is worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Work {
    /// A unit of an AI task.
    Unit(AiTaskItemId),
    /// An article on its way to a destination.
    Record(PublishingRecordId),
    /// A picture that is tried out.
    ImageTest(ImageTestId),
}

/// Says that a row is really being worked on, until it is dropped.
pub(crate) struct InHand {
    work: Work,
    hands: Arc<Mutex<HashMap<Work, usize>>>,
}

impl Drop for InHand {
    fn drop(&mut self) {
        let mut hands = self.hands.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(count) = hands.get_mut(&self.work) {
            *count -= 1;
            if *count == 0 {
                hands.remove(&self.work);
            }
        }
    }
}

impl Worker {
    /// A worker with a name of its own.
    pub fn new(app: App) -> Self {
        Self {
            app,
            // A random part per start: a restarted process must not pass for the one that died.
            name: format!("worker-{}", uuid::Uuid::new_v4().simple()).into(),
            sites: Arc::default(),
            hands: Arc::default(),
            served: Arc::default(),
        }
    }

    /// Notes that a row is worked on. To be called before the row is marked with the worker's name, so that a marked row
    /// that is in no hand is known to be lost.
    pub(crate) fn take_in_hand(&self, work: Work) -> InHand {
        let mut hands = self.hands.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *hands.entry(work).or_default() += 1;
        InHand {
            work,
            hands: self.hands.clone(),
        }
    }

    pub(crate) fn has_in_hand(&self, work: Work) -> bool {
        self.hands
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .contains_key(&work)
    }

    /// Gives signs of life as long as `work` takes, unless [`Worker::run`] does that anyway: nobody may take a row away
    /// from a command line that works on it.
    ///
    /// # Errors
    /// When the database fails, and those of the work.
    pub(crate) async fn alive_while<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        if self.served.load(Ordering::SeqCst) {
            return work.await;
        }
        beat(self).await?;
        // Side by side: work that is not polled gives back none of the connections that a beat may wait for.
        let (work, beats) = (std::pin::pin!(work), std::pin::pin!(beat_for_ever(self)));
        let done = match futures::future::select(work, beats).await {
            futures::future::Either::Left((done, _)) => done,
            futures::future::Either::Right((never, _)) => match never {},
        };
        worker_beat::Entity::delete_by_id(self.name.to_string())
            .exec(&self.app.db)
            .await?;
        done
    }

    /// The turnstile of a site: one site's flood must not starve another's.
    pub fn site_limit(&self, site: SiteId) -> Arc<Semaphore> {
        let width = usize::try_from(Ord::max(self.app.config.jobs.site_concurrency, 1)).unwrap_or(1);
        let mut sites = self.sites.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        sites
            .entry(site)
            .or_insert_with(|| Arc::new(Semaphore::new(width)))
            .clone()
    }

    /// Works until `stop`. Units in hand are finished first, for at most ten seconds; what is cut off then is taken up by
    /// another worker, or by this one after its restart.
    ///
    /// # Errors
    /// When the queue cannot be served at all.
    pub async fn run(self, stop: CancellationToken) -> Result<()> {
        beat(&self).await?;
        self.served.store(true, Ordering::SeqCst);
        let keeper = tokio::spawn(keep_house(self.clone(), stop.clone()));
        let concurrency = usize::try_from(Ord::max(self.app.config.jobs.workers, 1)).unwrap_or(1);
        let stopped = {
            let stop = stop.clone();
            async move {
                stop.cancelled().await;
                Ok(())
            }
        };
        // The queue's own worker name differs per restart: it refuses a name it has seen alive recently.
        let name = format!("igny8-{}", uuid::Uuid::new_v4().simple());
        let monitor = match self.app.queue.clone() {
            Queue::Sqlite(storage) => {
                let worker = self.clone();
                Monitor::new().register(move |restarts| {
                    WorkerBuilder::new(format!("{name}-{restarts}"))
                        .backend(storage.clone().poll_with_strategy(Tick::new()))
                        .concurrency(concurrency)
                        .data(worker.clone())
                        .catch_panic()
                        .build(handle)
                })
            }
            Queue::Postgres(storage) => {
                let worker = self.clone();
                Monitor::new().register(move |restarts| {
                    WorkerBuilder::new(format!("{name}-{restarts}"))
                        .backend(storage.clone().poll_with_strategy(Tick::new()))
                        .concurrency(concurrency)
                        .data(worker.clone())
                        .catch_panic()
                        .build(handle)
                })
            }
        };
        let served = monitor
            // A database that was away for a moment ends the queue's worker; it must come back by itself.
            .should_restart(|_, _| true)
            .shutdown_timeout(Duration::from_secs(10))
            .run_with_signal(stopped)
            .await
            .map_err(Error::internal);
        keeper.abort();
        worker_beat::Entity::delete_by_id(self.name.to_string())
            .exec(&self.app.db)
            .await?;
        served
    }
}

/// Wakes the queue's worker regularly. The library's own interval forgets to ask to be woken once it has fired, and the
/// worker then sleeps until its heartbeat.
struct Tick(tokio::time::Interval);

impl Tick {
    fn new() -> Self {
        let mut interval = tokio::time::interval(LOOK);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        Self(interval)
    }
}

impl PollStrategy for Tick {
    fn poll_drive(&mut self, cx: &mut std::task::Context<'_>, _: &PollSnapshot) -> std::task::Poll<Option<()>> {
        let mut fired = false;
        while self.0.poll_tick(cx).is_ready() {
            fired = true;
        }
        if fired {
            std::task::Poll::Ready(Some(()))
        } else {
            std::task::Poll::Pending
        }
    }
}

async fn handle(job: Job, worker: Data<Worker>) -> Result<(), BoxDynError> {
    run_job(&worker, job).await;
    // The rows say what became of it; the queue is not asked to repeat anything.
    Ok(())
}

/// Runs one message to its end.
pub async fn run_job(worker: &Worker, job: Job) {
    let result = match job {
        Job::AiTask(id) => crate::ai::run::run(worker, id).await,
        Job::Import(id) => crate::planner::import::run(worker, id).await,
        Job::Publish(id) => crate::publisher::run(worker, id).await,
        Job::Mail(id) => crate::mail::run(&worker.app, id).await,
        Job::ImageTest(id) => crate::thinker::image_tests::run(worker, id).await,
        Job::ScoreKeywords(id) => crate::planner::opportunities::scores::run(&worker.app, id).await,
    };
    if let Err(error) = result {
        tracing::error!(?job, %error, "a job stopped; the sweeper takes it up again");
    }
}

async fn keep_house(worker: Worker, stop: CancellationToken) {
    let mut tick = tokio::time::interval(BEAT);
    let mut swept = None;
    let mut looked = None;
    let mut regular: Option<tokio::task::JoinHandle<()>> = None;
    let mut settling: Option<tokio::task::JoinHandle<()>> = None;
    while !stop.is_cancelled() {
        tick.tick().await;
        if let Err(error) = beat(&worker).await {
            tracing::warn!(%error, "no sign of life could be given");
            continue;
        }
        if let Err(error) = free_lost(&worker).await {
            tracing::warn!(%error, "lost work could not be freed");
        }
        if let Err(error) = sweep(&worker.app).await {
            tracing::warn!(%error, "the sweeper failed");
        }
        // Beside the signs of life, which must not wait for it.
        if regular.as_ref().is_none_or(tokio::task::JoinHandle::is_finished)
            && looked.is_none_or(|last: tokio::time::Instant| last.elapsed() > SCHEDULE)
        {
            looked = Some(tokio::time::Instant::now());
            let worker = worker.clone();
            regular = Some(tokio::spawn(async move {
                if let Err(error) = super::schedule::run_due(&worker.app, &worker.name).await {
                    tracing::warn!(%error, "regular work failed; it is tried again");
                }
            }));
        }
        if settling.as_ref().is_none_or(tokio::task::JoinHandle::is_finished) {
            let app = worker.app.clone();
            settling = Some(tokio::spawn(async move {
                if let Err(error) = crate::planner::keywords::settle::due(&app).await {
                    tracing::warn!(%error, "new keywords could not be settled; it is tried again");
                }
            }));
        }
        if swept.is_none_or(|last: tokio::time::Instant| last.elapsed() > SPRING_CLEAN) {
            swept = Some(tokio::time::Instant::now());
            let tidied = async {
                super::schedule::tidy(&worker.app).await?;
                crate::accounts::tidy(&worker.app).await?;
                crate::planner::import::tidy(&worker.app).await
            };
            if let Err(error) = tidied.await {
                tracing::warn!(%error, "what has ended could not be removed");
            }
        }
    }
}

/// Frees what carries this worker's name and is in none of its hands: a failing database or a panic left it behind, and
/// as long as this worker lives no other one may take it.
async fn free_lost(worker: &Worker) -> Result<()> {
    let db = &worker.app.db;
    let name = worker.name.to_string();
    let units = ai_task_item::Entity::find()
        .filter(ai_task_item::Column::Status.eq(ItemStatus::Running))
        .filter(ai_task_item::Column::Worker.eq(&name))
        .all(db)
        .await?;
    for unit in units
        .into_iter()
        .filter(|unit| !worker.has_in_hand(Work::Unit(unit.id)))
    {
        ai_task_item::Entity::update_many()
            .col_expr(ai_task_item::Column::Status, Expr::value(ItemStatus::Pending.as_str()))
            .filter(ai_task_item::Column::Id.eq(unit.id))
            .filter(ai_task_item::Column::Status.eq(ItemStatus::Running))
            .filter(ai_task_item::Column::Worker.eq(&name))
            // Taken again in the meantime it is another attempt.
            .filter(ai_task_item::Column::Attempts.eq(unit.attempts))
            .exec(db)
            .await?;
    }
    use publishing_record::{Column as C, PublishStatus};
    let records = publishing_record::Entity::find()
        .filter(C::Status.eq(PublishStatus::Publishing))
        .filter(C::Worker.eq(&name))
        .all(db)
        .await?;
    for record in records
        .into_iter()
        .filter(|record| !worker.has_in_hand(Work::Record(record.id)))
    {
        publishing_record::Entity::update_many()
            .col_expr(C::Status, Expr::value(PublishStatus::Pending.as_str()))
            .filter(C::Id.eq(record.id))
            .filter(C::Status.eq(PublishStatus::Publishing))
            .filter(C::Worker.eq(&name))
            .filter(C::UpdatedAt.eq(record.updated_at))
            .exec(db)
            .await?;
    }
    crate::thinker::image_tests::free_lost(worker).await
}

async fn beat_for_ever(worker: &Worker) -> std::convert::Infallible {
    loop {
        tokio::time::sleep(BEAT).await;
        if let Err(error) = beat(worker).await {
            tracing::warn!(%error, "no sign of life could be given");
        }
    }
}

async fn beat(worker: &Worker) -> Result<()> {
    let now = crate::now();
    worker_beat::Entity::insert(worker_beat::ActiveModel {
        id: Set(worker.name.to_string()),
        seen_at: Set(now),
    })
    .on_conflict(
        OnConflict::column(worker_beat::Column::Id)
            .update_column(worker_beat::Column::SeenAt)
            .to_owned(),
    )
    .exec_without_returning(&worker.app.db)
    .await?;
    Ok(())
}

/// Frees what dead workers held and pushes the messages of rows that nobody works on.
///
/// # Errors
/// When the database or the queue fails.
pub async fn sweep(app: &App) -> Result<()> {
    let now = crate::now();
    let dead_line = now - DEAD_AFTER;
    worker_beat::Entity::delete_many()
        .filter(worker_beat::Column::SeenAt.lt(now - DEAD_AFTER * 10))
        .exec(&app.db)
        .await?;
    let alive = || {
        Query::select()
            .column(worker_beat::Column::Id)
            .from(worker_beat::Entity)
            .and_where(worker_beat::Column::SeenAt.gte(dead_line))
            .to_owned()
    };
    ai_task_item::Entity::update_many()
        .col_expr(ai_task_item::Column::Status, Expr::value(ItemStatus::Pending.as_str()))
        .filter(ai_task_item::Column::Status.eq(ItemStatus::Running))
        .filter(ai_task_item::Column::Worker.not_in_subquery(alive()))
        .exec(&app.db)
        .await?;
    publishing_record::Entity::update_many()
        .col_expr(
            publishing_record::Column::Status,
            Expr::value(publishing_record::PublishStatus::Pending.as_str()),
        )
        .filter(publishing_record::Column::Status.eq(publishing_record::PublishStatus::Publishing))
        .filter(publishing_record::Column::Worker.not_in_subquery(alive()))
        .exec(&app.db)
        .await?;

    let waited = now - LOST_AFTER;
    let busy = Query::select()
        .column(ai_task_item::Column::AiTaskId)
        .from(ai_task_item::Entity)
        .and_where(ai_task_item::Column::Status.eq(ItemStatus::Running))
        .to_owned();
    let tasks = ai_task::Entity::find()
        .filter(ai_task::Column::Status.is_in([ai_task::AiTaskStatus::Queued, ai_task::AiTaskStatus::Running]))
        .filter(ai_task::Column::UpdatedAt.lt(waited))
        .filter(Expr::col(ai_task::Column::Id).not_in_subquery(busy))
        .limit(200)
        .all(&app.db)
        .await?;
    for task in tasks {
        // The minute makes a new key now and then: a message can also be lost after it was taken.
        let key = format!("{}:{}", key("ai", task.id.0, task.updated_at), now.timestamp() / 30);
        app.queue.push(Job::AiTask(task.id), &key).await?;
    }
    let imports = keyword_import::Entity::find()
        .filter(keyword_import::Column::Status.is_in([
            keyword_import::ImportStatus::Queued,
            keyword_import::ImportStatus::Running,
            keyword_import::ImportStatus::Undoing,
        ]))
        .filter(keyword_import::Column::UpdatedAt.lt(now - DEAD_AFTER))
        .limit(50)
        .all(&app.db)
        .await?;
    for import in imports {
        let key = format!(
            "{}:{}",
            key("import", import.id.0, import.updated_at),
            now.timestamp() / 30
        );
        app.queue.push(Job::Import(import.id), &key).await?;
    }
    let records = publishing_record::Entity::find()
        .filter(publishing_record::Column::Status.eq(publishing_record::PublishStatus::Pending))
        .filter(publishing_record::Column::UpdatedAt.lt(waited))
        .limit(200)
        .all(&app.db)
        .await?;
    for record in records {
        let key = format!(
            "{}:{}",
            key("publish", record.id.0, record.updated_at),
            now.timestamp() / 30
        );
        app.queue.push(Job::Publish(record.id), &key).await?;
    }
    crate::thinker::image_tests::sweep(app, alive(), waited).await?;
    crate::mail::sweep(app).await?;
    Ok(())
}
