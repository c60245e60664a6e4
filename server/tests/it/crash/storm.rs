//! Hundreds of articles while servers and workers are killed again and again.
//!
//! `IGNY8_CRASH_ITEMS` articles, `IGNY8_CRASH_KILLS` kills; `IGNY8_CRASH_SEED` repeats an earlier run as far as the machine
//! lets it.

use std::{
    collections::{HashMap, HashSet},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use domain::{App, billing::ledger, scope::Scope};
use entity::{
    account, ai_task, ai_task::AiTaskStatus, ai_task_item, ai_task_item::ItemStatus, content, credit_transaction,
    credit_transaction::TransactionType, credit_usage_log, task,
};
use futures::StreamExt;
use rand::{Rng, SeedableRng, rngs::StdRng};
use reqwest::{Method, StatusCode};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{
    processes::{Binary, books_are_right, choose_provider, free_port, owner},
    provider::Provider,
};
use crate::support::{Caller, Place};

const EMAIL: &str = "ann@example.com";
/// Writing tasks in one request; the settings allow twice as many.
const BATCH: usize = 25;
/// Articles that are asked for ahead of the work.
const AHEAD: usize = 4 * BATCH;
/// One start in so many is answered by a kill of the server.
const START_KILLED: usize = 8;
/// Units of one site at once in one process: the default of `jobs.site_concurrency`.
const IN_HAND: usize = 5;
/// A unit is asked for so often at most; then it is given up and its person may begin it again.
const MAX_ATTEMPTS: usize = 3;
/// Credits that an article costs.
const PRICE: i64 = 3;
const OPENING: i64 = 1_000;
/// Nothing at all happened for so long: longer than a lost worker and a lost key are waited for.
const PATIENCE: Duration = Duration::from_mins(5);

#[tokio::test(flavor = "multi_thread")]
async fn every_article_is_written_and_paid_once_whoever_is_killed() {
    let items = setting("IGNY8_CRASH_ITEMS", 60);
    let kills = setting("IGNY8_CRASH_KILLS", 3);
    let seed = setting("IGNY8_CRASH_SEED", rand::random_range(0..1_000_000));
    eprintln!("IGNY8_CRASH_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed as u64);
    let provider = Provider::start(20..=400).await;
    let place = Place::new().await;
    let fleet = Fleet::start(place).await;

    let mut caller = Caller::sign_up(&fleet.base(), EMAIL).await;
    let key = json!({"name": "storm", "scopes": ["read", "write", "generate", "admin"]});
    let key = caller.post("/api/v1/auth/api_keys/", key).await;
    let (_, sector) = caller.make_site().await;
    // An access token does not live as long as the storm may last.
    caller.token = key["data"]["key"].as_str().unwrap().to_owned();
    let (app, scope) = owner(&fleet.place, EMAIL).await;
    choose_provider(&app, &scope, &provider).await;
    let granted = PRICE * i64::try_from(items).unwrap();
    grant(&app, &scope, granted).await;
    let ids: Vec<Value> = futures::stream::iter(0..items)
        .map(|number| {
            let body = json!({"sector_id": sector, "title": format!("Coffee {number}")});
            let caller = &caller;
            async move { caller.post("/api/v1/writer/tasks/", body).await["data"]["id"].clone() }
        })
        .buffered(4)
        .collect()
        .await;

    let begun = Instant::now();
    let batches: Vec<&[Value]> = ids.chunks(BATCH).collect();
    let starts_killed = batches.len() / START_KILLED;
    let mut moments: Vec<(usize, u64, u64)> = (starts_killed..kills)
        .map(|_| {
            (
                random.random_range(0..items * 9 / 10),
                random.random_range(0..600),
                random.random_range(0..1_000),
            )
        })
        .collect();
    moments.sort_unstable();
    let victims: Vec<usize> = moments
        .iter()
        .map(|_| random.random_range(0..fleet.processes.len()))
        .collect();
    let delays: Vec<u64> = batches.iter().map(|_| random.random_range(0..40)).collect();
    let starts = batches.iter().enumerate().map(|(number, ids)| {
        let (caller, provider, fleet, delay) = (&caller, &provider, &fleet, delays[number]);
        async move {
            let key = format!("storm-{number}");
            reaches(provider, (number * BATCH).saturating_sub(AHEAD)).await;
            let start = insist(
                caller,
                Method::POST,
                "/api/v1/writer/tasks/auto_generate_content/",
                Some(json!({"ids": ids})),
                &key,
            );
            let kill = async {
                if number % START_KILLED == START_KILLED - 1 && number / START_KILLED < kills {
                    tokio::time::sleep(Duration::from_millis(delay)).await;
                    fleet.kill(SERVER, 200).await;
                }
            };
            let (started, ()) = futures::join!(start, kill);
            finish(caller, started["data"]["task_id"].as_str().unwrap().to_owned()).await
        }
    });
    let killer = async {
        for ((articles, after, pause), victim) in moments.iter().zip(&victims) {
            reaches(&provider, *articles).await;
            tokio::time::sleep(Duration::from_millis(*after)).await;
            fleet.kill(*victim, *pause).await;
        }
    };
    let (retried, ()) = futures::join!(futures::future::join_all(starts), killer);
    let seconds = begun.elapsed().as_secs();
    let retried: usize = retried.into_iter().sum();
    let figures = fleet.stop().await;

    let most = IN_HAND * figures.with_worker;
    let asked = compare(&app, &scope, &provider, items, granted, batches.len() + retried, most).await;
    books_are_right(&figures.place);
    eprintln!(
        "crash on {}: {items} items, {} kills ({} of the server, {} of a process with a worker), {} calls, {} repeated \
         (bound: {IN_HAND} for each kill of a process with a worker, {most}), at most {} for one article, \
         {retried} jobs begun again by hand, {seconds} seconds",
        if figures.place.database_url.starts_with("sqlite") {
            "SQLite"
        } else {
            "PostgreSQL"
        },
        figures.kills,
        figures.servers,
        figures.with_worker,
        asked.calls,
        asked.calls - items,
        asked.most,
    );
    assert_eq!(figures.kills, kills);
}

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// Waits until so many articles were asked for.
async fn reaches(provider: &Provider, articles: usize) {
    while provider.begun() < articles {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn grant(app: &App, scope: &Scope, credits: i64) {
    let txn = domain::db::begin_write(&app.db).await.unwrap();
    let (account, kind) = (scope.account, TransactionType::Adjustment);
    ledger::grant(&txn, account, kind, credits, "storm".to_owned(), "storm", None)
        .await
        .unwrap();
    txn.commit().await.unwrap();
}

/// Says the same until it is answered, as a caller must whose server may be gone at any moment.
async fn insist(caller: &Caller, method: Method, path: &str, body: Option<Value>, key: &str) -> Value {
    let begun = Instant::now();
    loop {
        let mut request = caller
            .client
            .request(method.clone(), format!("{}{path}", caller.base))
            .header("idempotency-key", key)
            .bearer_auth(&caller.token);
        if let Some(body) = &body {
            request = request.json(body);
        }
        if let Ok(answer) = request.send().await {
            let status = answer.status();
            let text = answer.text().await.unwrap_or_default();
            match serde_json::from_str(&text) {
                Ok(body) if status == StatusCode::OK => return body,
                // Under way, says a key whose server was killed.
                _ if status == StatusCode::CONFLICT || status.is_server_error() || status.is_success() => {}
                _ => panic!("{path}: {status} {text}"),
            }
        }
        assert!(begun.elapsed() < PATIENCE, "{path} is not answered");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Waits for a job to end, and begins what failed again as its person would; how often that was needed.
async fn finish(caller: &Caller, mut job: String) -> usize {
    let mut retried = 0;
    let (mut changed, mut last) = (Instant::now(), Value::Null);
    loop {
        let path = format!("/api/v1/system/settings/task_progress/{job}/");
        let progress = insist(caller, Method::GET, &path, None, "none").await["data"].clone();
        let status = progress["status"].as_str().unwrap().to_owned();
        if matches!(status.as_str(), "completed" | "failed") {
            if progress["items_failed"] == 0 {
                return retried;
            }
            let path = format!("{path}retry/");
            let again = insist(caller, Method::POST, &path, None, &format!("retry-{job}")).await;
            again["data"]["task_id"].as_str().unwrap().clone_into(&mut job);
            retried += 1;
            changed = Instant::now();
        }
        if progress != last {
            (changed, last) = (Instant::now(), progress);
        }
        assert!(changed.elapsed() < PATIENCE, "a job stands still: {last}");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

const SERVER: usize = 0;

/// A server and workers beside it: what a small installation runs.
struct Fleet {
    place: Place,
    port: u16,
    /// The server first.
    processes: Vec<Mutex<Option<Binary>>>,
    servers: AtomicUsize,
    workers: AtomicUsize,
}

struct Figures {
    place: Place,
    kills: usize,
    servers: usize,
    /// Kills of processes that had units in hand, or may have had.
    with_worker: usize,
}

impl Fleet {
    async fn start(place: Place) -> Self {
        let mut fleet = Self {
            port: free_port(),
            processes: Vec::new(),
            servers: AtomicUsize::new(0),
            workers: AtomicUsize::new(0),
            place,
        };
        // The server brings the schema up to date; nobody else is there yet.
        let workers = if fleet.server_works() { 1 } else { 2 };
        for process in SERVER..=workers {
            fleet.processes.push(Mutex::new(Some(fleet.begin(process).await)));
        }
        fleet
    }

    fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// One machine with a file works in the server; on PostgreSQL the work is left to the workers, as in `compose.yaml`.
    fn server_works(&self) -> bool {
        self.place.database_url.starts_with("sqlite")
    }

    async fn begin(&self, process: usize) -> Binary {
        if process != SERVER {
            return Binary::work(&self.place);
        }
        let mut settings = vec![("IGNY8_LIMITS__REQUESTS_PER_MINUTE", "0")];
        if !self.server_works() {
            settings.push(("IGNY8_JOBS__WORKERS", "0"));
        }
        Binary::serve(&self.place, self.port, &settings).await
    }

    /// Kills a process, and starts another one in its place some milliseconds later.
    async fn kill(&self, process: usize, pause: u64) {
        let mut slot = self.processes[process].lock().await;
        slot.take().unwrap().kill();
        let counted = if process == SERVER {
            &self.servers
        } else {
            &self.workers
        };
        counted.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        *slot = Some(self.begin(process).await);
    }

    /// The last end, which is not counted: nothing is in hand any more.
    async fn stop(self) -> Figures {
        for process in &self.processes {
            process.lock().await.take().unwrap().kill();
        }
        let (servers, workers) = (self.servers.into_inner(), self.workers.into_inner());
        let server_works = self.place.database_url.starts_with("sqlite");
        Figures {
            place: self.place,
            kills: servers + workers,
            servers,
            with_worker: workers + if server_works { servers } else { 0 },
        }
    }
}

struct Asked {
    calls: usize,
    /// For the article that was asked for most often.
    most: usize,
}

/// Holds what is there against what was asked for; at most so many units may have been lost with their process.
async fn compare(
    app: &App,
    scope: &Scope,
    provider: &Provider,
    items: usize,
    granted: i64,
    jobs: usize,
    lost: usize,
) -> Asked {
    let db = &app.db;
    let units = ai_task_item::Entity::find().all(db).await.unwrap();
    let to_write = task::Entity::find().all(db).await.unwrap();
    assert_eq!(to_write.len(), items);
    let begun = ai_task::Entity::find().all(db).await.unwrap();
    assert_eq!(begun.len(), jobs, "one key, one job");
    assert!(
        begun
            .iter()
            .all(|job| matches!(job.status, AiTaskStatus::Completed | AiTaskStatus::Failed)),
        "{begun:?}"
    );

    let done: Vec<_> = units.iter().filter(|unit| unit.status == ItemStatus::Done).collect();
    let written: HashSet<i64> = done.iter().map(|unit| unit.object_id).collect();
    assert_eq!((done.len(), written.len()), (items, items), "each item is done once");
    let articles = content::Entity::find().all(db).await.unwrap();
    assert_eq!(articles.len(), items);
    let of_tasks: HashSet<i64> = articles.iter().map(|article| article.task_id.unwrap().0).collect();
    assert_eq!(of_tasks, written, "one article for each");

    let ledger = credit_transaction::Entity::find().all(db).await.unwrap();
    let paid: Vec<_> = ledger
        .iter()
        .filter(|row| row.transaction_type == TransactionType::Deduction)
        .collect();
    assert_eq!(ledger.len(), paid.len() + 2, "besides the opening and what was granted");
    assert!(paid.iter().all(|row| row.amount == -PRICE), "{paid:?}");
    let paid_units: HashSet<_> = paid.iter().map(|row| row.ai_task_item_id.unwrap()).collect();
    assert_eq!((paid.len(), paid_units.len()), (items, items), "each item is paid once");
    assert!(done.iter().all(|unit| paid_units.contains(&unit.id)));
    assert_eq!(credit_usage_log::Entity::find().all(db).await.unwrap().len(), items);
    let account = account::Entity::find_by_id(scope.account)
        .one(db)
        .await
        .unwrap()
        .unwrap();
    let left = OPENING + granted - PRICE * i64::try_from(items).unwrap();
    assert_eq!((account.credits, account.reserved), (left, 0));

    // Only what was in hand when its process died is taken, and asked for, a second time.
    let taken: usize = units.iter().map(|unit| usize::try_from(unit.attempts).unwrap()).sum();
    assert!(
        taken <= units.len() + lost,
        "{taken} times {} units were taken and at most {lost} lost",
        units.len()
    );
    let mut attempts: HashMap<i64, usize> = HashMap::new();
    for unit in &units {
        *attempts.entry(unit.object_id).or_default() += usize::try_from(unit.attempts).unwrap().min(MAX_ATTEMPTS);
    }
    let titles = provider.titles();
    for task in &to_write {
        let (calls, attempts) = (titles[&task.title], attempts[&task.id.0]);
        assert!(
            (1..=attempts).contains(&calls),
            "{:?} was asked for {calls} times in {attempts} attempts",
            task.title
        );
    }
    let calls = provider.calls();
    assert!(
        (items..=items + lost).contains(&calls),
        "{calls} calls for {items} articles, {lost} lost at most"
    );
    Asked {
        calls,
        most: titles.into_values().max().unwrap(),
    }
}
