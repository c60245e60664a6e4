//! Random interleavings: many AI tasks at once, a model of many moods, people who change their minds, workers that come,
//! go and are taken for dead. Whatever happens, a unit is done and paid once at most, and the books are right.
//!
//! `IGNY8_CRASH_CASES` sets how many interleavings are tried, `IGNY8_CRASH_SEED` repeats those of an earlier run as far
//! as the scheduler lets it.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use domain::{
    App, Error, ai,
    billing::ledger,
    jobs::worker::{self, Worker},
};
use entity::{
    AccountId, TaskId, account, ai_task,
    ai_task::{AiTaskStatus, Start, Started},
    ai_task_item,
    ai_task_item::ItemStatus,
    content, credit_transaction,
    credit_transaction::TransactionType,
    credit_usage_log, task,
    task::TaskStatus,
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestError, TestRunner},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::{Answer, Ground, Model, Tenant, on_postgres, written};

const ACCOUNTS: usize = 3;
const WISHES: usize = 50;
const WORKERS: usize = 3;
/// Milliseconds in which everything begins; what it leads to takes longer.
const SPAN: u64 = 3_000;

/// How the model takes a question.
#[derive(Clone, Copy, Debug)]
enum Mood {
    Well,
    /// Words instead of JSON; it is asked once more.
    Talk,
    /// JSON of another shape, which fails at once.
    Shape,
    Refused,
    Busy,
    Broken,
    HangUp,
}

/// One AI task, and what its person does about it.
#[derive(Clone, Debug)]
struct Wish {
    account: usize,
    after: u64,
    /// For each article how the model takes one question after the other, with milliseconds; well once that is used up.
    articles: Vec<Vec<(Mood, u64)>>,
    again: Again,
    cancelled_after: Option<u64>,
    retried: bool,
}

/// The same wish a second time.
#[derive(Clone, Copy, Debug)]
enum Again {
    Never,
    /// Two calls at once with one key.
    SameKey,
    /// Somebody else wants the same articles, so many milliseconds later.
    Rival(u64),
}

/// Something that happens to an account at a moment.
type At<T> = (usize, u64, T);

/// One interleaving, as far as it can be planned.
#[derive(Clone, Debug)]
struct Plan {
    opening: Vec<i64>,
    wishes: Vec<Wish>,
    adjustments: Vec<At<i64>>,
    /// Everything that is in hand is taken for a dead worker's.
    doubts: Vec<At<()>>,
    /// A worker is stopped and another one takes its place.
    replaced: Vec<At<()>>,
}

fn mood() -> impl Strategy<Value = (Mood, u64)> {
    let mood = prop_oneof![
        6 => Just(Mood::Well),
        1 => Just(Mood::Talk),
        1 => Just(Mood::Shape),
        1 => Just(Mood::Refused),
        1 => Just(Mood::Busy),
        1 => Just(Mood::Broken),
        1 => Just(Mood::HangUp),
    ];
    (mood, 0..300_u64)
}

fn wish() -> impl Strategy<Value = Wish> {
    let again = prop_oneof![
        4 => Just(Again::Never),
        1 => Just(Again::SameKey),
        2 => (0..400_u64).prop_map(Again::Rival),
    ];
    (
        0..ACCOUNTS,
        0..SPAN,
        prop::collection::vec(prop::collection::vec(mood(), 0..4), 1..5),
        again,
        prop::option::weighted(0.2, 0..800_u64),
        prop::bool::weighted(0.4),
    )
        .prop_map(|(account, after, articles, again, cancelled_after, retried)| Wish {
            account,
            after,
            articles,
            again,
            cancelled_after,
            retried,
        })
}

fn at<T: Clone + std::fmt::Debug>(
    what: impl Strategy<Value = T>,
    span: u64,
    most: usize,
) -> impl Strategy<Value = Vec<At<T>>> {
    prop::collection::vec((0..ACCOUNTS, 0..span, what), 0..=most)
}

fn plan() -> impl Strategy<Value = Plan> {
    (
        // An article holds three credits: some have too few for all their wishes.
        prop::collection::vec(30..250_i64, ACCOUNTS),
        prop::collection::vec(wish(), WISHES),
        at(-60..60_i64, SPAN, 20),
        at(Just(()), SPAN * 2, 8),
        at(Just(()), SPAN * 2, 3),
    )
        .prop_map(|(opening, wishes, adjustments, doubts, replaced)| Plan {
            opening,
            wishes,
            adjustments,
            doubts,
            replaced,
        })
}

#[test]
fn every_unit_is_done_and_paid_once_at_most_after_any_interleaving() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seed = number("IGNY8_CRASH_SEED").unwrap_or_else(rand::random);
    let config = Config {
        cases: number("IGNY8_CRASH_CASES").map_or(2, |cases| u32::try_from(cases).unwrap_or(u32::MAX)),
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        // Each try takes seconds and another scheduler's whim; a smaller plan is worth a few.
        max_shrink_iters: 6,
        ..Config::default()
    };
    let cases = config.cases;
    let begun = Instant::now();
    let outcome = TestRunner::new(config).run(&plan(), |plan| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(play(&plan));
        Ok(())
    });
    match outcome {
        Ok(()) => eprintln!(
            "interleavings on {}: {cases} of {WISHES} tasks each, {} seconds, IGNY8_CRASH_SEED={seed}",
            if on_postgres() { "PostgreSQL" } else { "SQLite" },
            begun.elapsed().as_secs()
        ),
        Err(TestError::Fail(why, plan)) => panic!("{why}\nIGNY8_CRASH_SEED={seed}\n{plan:#?}"),
        Err(TestError::Abort(why)) => panic!("{why}\nIGNY8_CRASH_SEED={seed}"),
    }
}

/// What the model is to do with the questions about each title.
type Script = Arc<Mutex<HashMap<String, VecDeque<(Mood, u64)>>>>;

async fn moody(script: Script) -> Model {
    Model::start(move |question| {
        let title = question.split('"').nth(1).unwrap_or_default();
        let next = script
            .lock()
            .expect("no panic before")
            .get_mut(title)
            .and_then(VecDeque::pop_front);
        let (mood, wait) = next.unwrap_or((Mood::Well, 5));
        let answer = match mood {
            Mood::Well => Answer::Text(written(question)),
            Mood::Talk => Answer::Text("I would rather talk about the weather.".to_owned()),
            Mood::Shape => Answer::Text("{\"html\": 7}".to_owned()),
            Mood::Refused => Answer::Fault(400),
            Mood::Busy => Answer::Fault(429),
            Mood::Broken => Answer::Fault(500),
            Mood::HangUp => Answer::HangUp,
        };
        Answer::Late(Duration::from_millis(wait), Box::new(answer))
    })
    .await
}

fn title(wish: usize, article: usize) -> String {
    format!("Article {article} of wish {wish}")
}

async fn moment(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

async fn play(plan: &Plan) {
    let ground = Ground::with(|config| {
        config.database.max_connections = 6;
        config.jobs.workers = 4;
    })
    .await;
    let script = Script::default();
    let model = moody(script.clone()).await;
    let mut tenants = Vec::new();
    for (number, opening) in plan.opening.iter().enumerate() {
        let tenant = ground.tenant(&format!("owner{number}@example.com")).await;
        ground.use_model(&tenant, &model).await;
        ground.leave_credits(&tenant.scope, *opening).await;
        tenants.push(tenant);
    }
    let mut wanted = Vec::new();
    for (number, wish) in plan.wishes.iter().enumerate() {
        let mut ids = Vec::new();
        for (article, moods) in wish.articles.iter().enumerate() {
            let title = title(number, article);
            ids.push(ground.task(&tenants[wish.account], &title).await);
            script
                .lock()
                .expect("no panic before")
                .insert(title, moods.iter().copied().collect());
        }
        wanted.push(ids);
    }

    let mut crew = Vec::new();
    for _ in 0..WORKERS {
        crew.push(serve(ground.another_app().await));
    }
    let crew = tokio::sync::Mutex::new(crew);
    let (app, tenants) = (&ground.app, tenants.as_slice());
    let wishes = plan
        .wishes
        .iter()
        .zip(&wanted)
        .enumerate()
        .map(|(number, (wish, ids))| want(app, &tenants[wish.account], number, wish, ids));
    let adjustments = plan
        .adjustments
        .iter()
        .enumerate()
        .map(|(number, (account, after, amount))| adjust(app, &tenants[*account], number, *after, *amount));
    let doubts = plan
        .doubts
        .iter()
        .map(|(account, after, ())| doubt(app, tenants[*account].scope.account, *after));
    let replaced = plan.replaced.iter().map(|(place, after, ())| {
        let (ground, crew) = (&ground, &crew);
        async move {
            moment(*after).await;
            let fresh = serve(ground.another_app().await);
            let mut crew = crew.lock().await;
            let leaving = std::mem::replace(&mut crew[*place], fresh);
            dismiss(leaving).await;
        }
    });
    let everything = async {
        let (_, granted, _, _) = futures::join!(
            futures::future::join_all(wishes),
            futures::future::join_all(adjustments),
            futures::future::join_all(doubts),
            futures::future::join_all(replaced),
        );
        granted
    };
    // Whoever looks while others write sees books that are right at that moment.
    let onlooker = async {
        loop {
            ground.assert_books().await;
            moment(200).await;
        }
    };
    let granted = {
        let (everything, onlooker) = (std::pin::pin!(everything), std::pin::pin!(onlooker));
        match futures::future::select(everything, onlooker).await {
            futures::future::Either::Left((granted, _)) => granted,
            futures::future::Either::Right(((), _)) => unreachable!("it looks for ever"),
        }
    };
    let begun = Instant::now();
    while ai_task::Entity::find()
        .filter(ai_task::Column::Status.is_in([AiTaskStatus::Queued, AiTaskStatus::Running]))
        .count(&app.db)
        .await
        .expect("counts")
        > 0
    {
        assert!(begun.elapsed() < PATIENCE, "tasks that do not end");
        moment(50).await;
    }
    for serving in crew.into_inner() {
        dismiss(serving).await;
    }
    for (number, tenant) in tenants.iter().enumerate() {
        let moved: i64 = granted
            .iter()
            .zip(&plan.adjustments)
            .filter(|(_, (account, _, _))| *account == number)
            .map(|(granted, _)| granted)
            .sum();
        settle_up(&ground, tenant, plan.opening[number] + moved).await;
    }
    ground.assert_books().await;
}

/// Bound for what waits for others; a machine that is busy with other things needs a part of it.
const PATIENCE: Duration = Duration::from_mins(3);

type Serving = (CancellationToken, JoinHandle<domain::Result<()>>);

fn serve(app: App) -> Serving {
    let stop = CancellationToken::new();
    (stop.clone(), tokio::spawn(Worker::new(app).run(stop)))
}

async fn dismiss((stop, serving): Serving) {
    stop.cancel();
    tokio::time::timeout(PATIENCE, serving)
        .await
        .expect("stops")
        .expect("no panic")
        .expect("ends well");
}

/// Refusals are answers too; anything else is none.
fn refused(outcome: domain::Result<Started>) -> Option<Started> {
    match outcome {
        Ok(started) => Some(started),
        Err(Error::InsufficientCredits { .. } | Error::Conflict(_)) => None,
        Err(other) => panic!("{other:?}"),
    }
}

async fn want(app: &App, tenant: &Tenant, number: usize, wish: &Wish, ids: &[TaskId]) {
    let scope = &tenant.scope;
    let begin = async |key: Option<String>| {
        let start = Start::GenerateContent { task_ids: ids.to_vec() };
        refused(ai::start(app, scope, start, key).await)
    };
    moment(wish.after).await;
    let started = match wish.again {
        Again::Never => begin(None).await,
        Again::SameKey => {
            let key = Some(format!("wish:{number}"));
            match futures::join!(begin(key.clone()), begin(key)) {
                (Some(first), Some(second)) => {
                    assert_eq!(first, second, "one key, one task");
                    Some(first)
                }
                (first, second) => first.or(second),
            }
        }
        Again::Rival(after) => {
            let rival = async {
                moment(after).await;
                begin(None).await
            };
            let (first, second) = futures::join!(begin(None), rival);
            first.or(second)
        }
    };
    let Some(started) = started else { return };
    if let Some(after) = wish.cancelled_after {
        moment(after).await;
        ai::cancel(app, scope, &started.task_id).await.expect("cancels");
    }
    if wish.retried {
        let begun = Instant::now();
        while !ai::progress(app, scope, &started.task_id)
            .await
            .expect("progress")
            .status
            .is_final()
        {
            assert!(begun.elapsed() < PATIENCE, "a task that does not end");
            moment(30).await;
        }
        let retry = || ai::retry_failed(app, scope, &started.task_id);
        let (first, second) = futures::join!(retry(), retry());
        if let (Some(first), Some(second)) = (refused(first), refused(second)) {
            assert_eq!(first, second, "two clicks are one");
        }
    }
}

/// An operator's correction; what it moved.
async fn adjust(app: &App, tenant: &Tenant, number: usize, after: u64, amount: i64) -> i64 {
    moment(after).await;
    let txn = domain::db::begin_write(&app.db).await.expect("begins");
    let key = format!("adjustment:{number}");
    let kind = TransactionType::Adjustment;
    match ledger::grant(&txn, tenant.scope.account, kind, amount, key, "by hand", None).await {
        Ok(()) => {
            txn.commit().await.expect("commits");
            amount
        }
        Err(Error::Conflict(_)) => 0,
        Err(other) => panic!("{other:?}"),
    }
}

/// What the sweeper does with the units of a worker that was silent for too long, while that worker goes on.
async fn doubt(app: &App, account: AccountId, after: u64) {
    moment(after).await;
    ai_task_item::Entity::update_many()
        .col_expr(ai_task_item::Column::Status, Expr::value(ItemStatus::Pending.as_str()))
        .filter(ai_task_item::Column::AccountId.eq(account))
        .filter(ai_task_item::Column::Status.eq(ItemStatus::Running))
        .exec(&app.db)
        .await
        .expect("frees");
    worker::sweep(app).await.expect("sweeps");
}

/// Holds what an account has against what was done for it.
async fn settle_up(ground: &Ground, tenant: &Tenant, came_in: i64) {
    let (db, id) = (&ground.app.db, tenant.scope.account);
    let items = ai_task_item::Entity::find()
        .filter(ai_task_item::Column::AccountId.eq(id))
        .all(db)
        .await
        .expect("units");
    let tasks = ai_task::Entity::find()
        .filter(ai_task::Column::AccountId.eq(id))
        .all(db)
        .await
        .expect("tasks");
    for task in &tasks {
        let own = || items.iter().filter(|item| item.ai_task_id == task.id);
        let count = |status| own().filter(|item| item.status == status).count();
        let (done, failed) = (count(ItemStatus::Done), count(ItemStatus::Failed));
        assert_eq!(
            done + failed + count(ItemStatus::Cancelled),
            usize::try_from(task.items_total).expect("a number"),
            "open units of an ended task: {task:?}"
        );
        assert_eq!(
            (i64::from(task.items_done), i64::from(task.items_failed)),
            (
                i64::try_from(done).expect("a number"),
                i64::try_from(failed).expect("a number")
            ),
            "{task:?}"
        );
        assert_eq!(
            task.credits_settled,
            own().map(|item| item.credits_settled).sum::<i64>(),
            "{task:?}"
        );
        assert_eq!(
            task.credits_reserved,
            task.credits_settled + task.credits_released,
            "what was held was paid or given back: {task:?}"
        );
    }

    let mut paid: HashMap<_, Vec<i64>> = HashMap::new();
    let ledger = credit_transaction::Entity::find()
        .filter(credit_transaction::Column::AccountId.eq(id))
        .filter(credit_transaction::Column::TransactionType.eq(TransactionType::Deduction))
        .all(db)
        .await
        .expect("ledger rows");
    for row in &ledger {
        paid.entry(row.ai_task_item_id.expect("a unit"))
            .or_default()
            .push(row.amount);
    }
    let mut results: HashMap<i64, usize> = HashMap::new();
    for item in &items {
        let rows = paid.remove(&item.id).unwrap_or_default();
        if item.status == ItemStatus::Done {
            assert_eq!(rows, [-item.credits_settled], "{item:?}");
            *results.entry(item.object_id).or_default() += 1;
        } else {
            assert!(rows.is_empty() && item.credits_settled == 0, "{item:?}: {rows:?}");
        }
    }
    assert!(paid.is_empty(), "paid for nothing: {paid:?}");

    let articles = content::Entity::find()
        .filter(content::Column::AccountId.eq(id))
        .all(db)
        .await
        .expect("articles");
    let mut written: HashMap<i64, usize> = HashMap::new();
    for article in &articles {
        *written.entry(article.task_id.expect("a task").0).or_default() += 1;
    }
    assert_eq!(written, results, "an article for each unit done, and no other");
    assert!(written.values().all(|count| *count == 1), "{written:?}");
    let used = credit_usage_log::Entity::find().filter(credit_usage_log::Column::AccountId.eq(id));
    assert_eq!(
        used.count(db).await.expect("counts"),
        u64::try_from(ledger.len()).expect("a number")
    );
    let to_write = task::Entity::find()
        .filter(task::Column::AccountId.eq(id))
        .all(db)
        .await
        .expect("writing tasks");
    for task in &to_write {
        let expected = match written.contains_key(&task.id.0) {
            true => TaskStatus::Review,
            false => TaskStatus::Draft,
        };
        assert_eq!(task.status, expected, "{task:?}");
    }

    let now = account::Entity::find_by_id(id)
        .one(db)
        .await
        .expect("a query")
        .expect("an account");
    let went_out: i64 = items.iter().map(|item| item.credits_settled).sum();
    assert_eq!((now.credits, now.reserved), (came_in - went_out, 0));
}
