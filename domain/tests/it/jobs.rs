//! Work in the background: each unit once, each charged once, whatever dies on the way.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use domain::{
    App, Error, ai,
    billing::ledger,
    jobs::{self, Job, worker, worker::Worker},
    writer::tasks,
};
use entity::{
    TaskId, ai_task,
    ai_task::{AiTaskStatus, Start},
    ai_task_item,
    ai_task_item::ItemStatus,
    content,
    credit_transaction::TransactionType,
    credit_usage_log, task,
    task::TaskStatus,
    worker_beat,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    sea_query::Expr,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::{Answer, Ground, Model, Tenant, eventually, page, written};

async fn tasks_named(ground: &Ground, tenant: &Tenant, titles: &[&str]) -> Vec<TaskId> {
    let mut made = Vec::new();
    for title in titles {
        made.push(ground.task(tenant, title).await);
    }
    made
}

fn write(task_ids: &[TaskId]) -> Start {
    Start::GenerateContent {
        task_ids: task_ids.to_vec(),
    }
}

async fn start(ground: &Ground, tenant: &Tenant, start: Start) -> ai_task::Model {
    let started = ai::start(&ground.app, &tenant.scope, start, None)
        .await
        .expect("starts");
    ground.ai_task(&started.task_id).await
}

fn statuses(items: &[ai_task_item::Model]) -> Vec<ItemStatus> {
    items.iter().map(|item| item.status).collect()
}

/// A worker that takes messages until it is told to stop.
fn serve(app: App) -> (CancellationToken, JoinHandle<domain::Result<()>>) {
    let stop = CancellationToken::new();
    let worker = Worker::new(app);
    (stop.clone(), tokio::spawn(worker.run(stop)))
}

async fn stop(serving: (CancellationToken, JoinHandle<domain::Result<()>>)) {
    serving.0.cancel();
    let bound = std::time::Duration::from_secs(60);
    tokio::time::timeout(bound, serving.1)
        .await
        .expect("stops")
        .expect("no panic")
        .expect("ends well");
}

async fn ended(ground: &Ground, tenant: &Tenant, task_id: &str) -> ai_task::Progress {
    eventually("the task ends", async || {
        let now = ai::progress(&ground.app, &tenant.scope, task_id)
            .await
            .expect("progress");
        now.status.is_final().then_some(now)
    })
    .await
}

/// As if the task had not been touched for a minute.
async fn age(ground: &Ground, id: entity::AiTaskId) {
    ai_task::Entity::update_many()
        .col_expr(
            ai_task::Column::UpdatedAt,
            Expr::value(domain::now() - chrono::Duration::minutes(1)),
        )
        .filter(ai_task::Column::Id.eq(id))
        .exec(&ground.app.db)
        .await
        .expect("ages");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nonsensical_answer_costs_nothing_and_leaves_the_others_alone() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let mended = Arc::new(AtomicBool::new(false));
    let model = Model::start({
        let mended = mended.clone();
        move |question| match question.contains("Bad") && !mended.load(Ordering::SeqCst) {
            true if question.contains("Bad short") => Answer::Text(written(question).replace(
                "Good coffee needs fresh beans, clean water and a little patience at the grinder. ",
                "",
            )),
            true if question.contains("Bad shape") => Answer::Text("{\"html\": 7}".to_owned()),
            true => Answer::Text("I would rather talk about the weather.".to_owned()),
            false => Answer::Text(written(question)),
        }
    })
    .await;
    ground.use_model(&tenant, &model).await;
    let ids = tasks_named(
        &ground,
        &tenant,
        &["Good one", "Bad talk", "Good two", "Bad short", "Bad shape"],
    )
    .await;
    let done = ground.run(&tenant, write(&ids)).await;
    assert_eq!(
        (done.status, done.items_done, done.items_failed),
        (AiTaskStatus::Completed, 2, 3),
        "{done:?}"
    );
    assert_eq!(
        (done.credits_reserved, done.credits_settled, done.credits_released),
        (15, 6, 9)
    );
    assert!(
        done.summary
            .as_deref()
            .is_some_and(|text| text.contains("2 articles") && text.contains("3 failed")),
        "{done:?}"
    );
    let items = ground.items(&done.task_id).await;
    use ItemStatus::{Done, Failed};
    assert_eq!(statuses(&items), [Done, Failed, Done, Failed, Failed]);
    for item in items.iter().filter(|item| item.status == Failed) {
        assert_eq!(
            (item.credits_settled, item.error_code.as_deref()),
            (0, Some("bad_answer"))
        );
        assert!(item.error.as_deref().is_some_and(|text| !text.is_empty()));
    }
    let balance = ground.balance(scope).await;
    assert_eq!((balance.credits, balance.reserved), (994, 0));
    ground.assert_books().await;
    // The failed ones wait to be written, and say why they are not.
    let listed = tasks::list(app, scope, &task::Filter::default(), &page(50))
        .await
        .expect("tasks")
        .results;
    for row in &listed {
        let bad = row.task.title.starts_with("Bad");
        assert_eq!(
            row.task.status,
            if bad { TaskStatus::Draft } else { TaskStatus::Review },
            "{}",
            row.task.title
        );
        assert_eq!(row.last_error.is_some(), bad);
    }
    let article = ground.article_of(ids[0]).await;
    assert!(!article.is_outline && article.title == "Good one" && !article.html_content.contains("draft-note"));
    let log = credit_usage_log::Entity::find().all(&app.db).await.expect("usage");
    assert_eq!(log.len(), 2);
    assert!(log.iter().all(|row| row.provider == "openai_compatible"
        && row.model == "small-model-2026"
        && row.tokens_in == 10
        && row.tokens_out == 5));

    // A second try is about the failed ones only, and two clicks are one.
    mended.store(true, Ordering::SeqCst);
    let before = model.calls();
    let again = ai::retry_failed(app, scope, &done.task_id).await.expect("a new task");
    assert_ne!(again.task_id, done.task_id);
    assert_eq!(
        ai::retry_failed(app, scope, &done.task_id).await.expect("the same"),
        again
    );
    assert_eq!((again.items_total, again.credits_reserved), (3, 9));
    let done = ai::run_here(app, scope, &again.task_id).await.expect("runs");
    assert_eq!(
        (done.items_done, done.credits_settled, model.calls() - before),
        (3, 9, 3)
    );
    assert!(matches!(
        ai::retry_failed(app, scope, &again.task_id).await,
        Err(Error::Conflict(_))
    ));
    assert_eq!(ground.balance(scope).await.credits, 985);
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_down_costs_nothing() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let model = Model::writer().await;
    // Nobody listens at this address.
    let mut dead = model.clone();
    dead.base = "http://127.0.0.1:9".to_owned();
    ground.use_model(&tenant, &dead).await;
    let ids = tasks_named(&ground, &tenant, &["One", "Two"]).await;
    let done = ground.run(&tenant, write(&ids)).await;
    assert_eq!(
        (done.status, done.items_done, done.items_failed),
        (AiTaskStatus::Failed, 0, 2),
        "{done:?}"
    );
    assert_eq!((done.credits_settled, done.credits_released), (0, 6));
    assert!(
        done.error.as_deref().is_some_and(|text| text.contains("127.0.0.1")),
        "{done:?}"
    );
    // And one whose key is no good is not asked again and again.
    let refusing = Model::start(|_| Answer::Fault(401)).await;
    ground.use_model(&tenant, &refusing).await;
    let again = ai::retry_failed(app, scope, &done.task_id).await.expect("a new task");
    let done = ai::run_here(app, scope, &again.task_id).await.expect("runs");
    assert_eq!(
        (done.status, done.items_failed, refusing.calls()),
        (AiTaskStatus::Failed, 2, 2)
    );
    assert_eq!(ground.balance(scope).await.credits, 1_000);
    assert_eq!(content::Entity::find().count(&app.db).await.expect("counts"), 0);
    assert_eq!(
        credit_usage_log::Entity::find().count(&app.db).await.expect("counts"),
        0
    );
    ground.assert_books().await;
    ground.use_model(&tenant, &model).await;
    let last = ai::retry_failed(app, scope, &done.task_id).await.expect("a new task");
    assert_eq!(
        ai::run_here(app, scope, &last.task_id).await.expect("runs").items_done,
        2
    );
    assert_eq!(ground.balance(scope).await.credits, 994);
}

#[tokio::test]
async fn too_few_credits_are_told_before_anything_is_asked() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let model = Model::writer().await;
    ground.use_model(&tenant, &model).await;
    ground.leave_credits(scope, 5).await;
    let ids = tasks_named(&ground, &tenant, &["One", "Two"]).await;
    let estimate = ai::estimate(app, scope, &write(&ids)).await.expect("an estimate");
    assert_eq!((estimate.items, estimate.credits, estimate.available), (2, 6, 5));
    let error = ai::start(app, scope, write(&ids), Some("k".to_owned()))
        .await
        .expect_err("a refusal");
    assert!(
        matches!(error, Error::InsufficientCredits { need: 6, have: 5 }),
        "{error:?}"
    );
    assert_eq!(model.calls(), 0);
    assert_eq!(ai_task::Entity::find().count(&app.db).await.expect("counts"), 0);
    assert_eq!(ai_task_item::Entity::find().count(&app.db).await.expect("counts"), 0);
    for id in &ids {
        assert_eq!(
            tasks::get(app, scope, *id).await.expect("a task").status,
            TaskStatus::Draft
        );
    }
    assert_eq!(ground.balance(scope).await.reserved, 0);
    // The key was not used up by the refusal.
    let started = ai::start(app, scope, write(&ids[..1]), Some("k".to_owned()))
        .await
        .expect("starts");
    assert_eq!(started.credits_reserved, 3);
    ground.assert_books().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_before_anything_is_held() {
    let ground = Ground::with(|config| config.limits.content_tasks_per_request = 3).await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    for empty in [
        write(&[]),
        Start::GenerateIdeas {
            cluster_ids: Vec::new(),
        },
        Start::GenerateImages { image_ids: Vec::new() },
        Start::GenerateImagePrompts {
            content_ids: Vec::new(),
        },
        Start::auto_cluster(tenant.sector),
    ] {
        let error = ai::start(app, scope, empty.clone(), None)
            .await
            .expect_err("nothing to do");
        assert!(matches!(error, Error::Invalid { .. }), "{empty:?}: {error:?}");
    }
    let ids = tasks_named(&ground, &tenant, &["One", "Two", "Three", "Four"]).await;
    let error = ai::start(app, scope, write(&ids), None).await.expect_err("too many");
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    let twice = ai::start(app, scope, write(&[ids[0], ids[0]]), None)
        .await
        .expect("starts");
    assert_eq!(twice.items_total, 1);
    // What is being worked on is not begun again, nor deleted.
    let error = ai::start(app, scope, write(&ids[..2]), None).await.expect_err("busy");
    assert!(matches!(error, Error::Conflict(_)), "{error:?}");
    assert!(matches!(
        tasks::delete(app, scope, &ids[..1]).await,
        Err(Error::Conflict(_))
    ));
    assert_eq!(ground.balance(scope).await.reserved, 3);
    // A running task is not retried.
    assert!(matches!(
        ai::retry_failed(app, scope, &twice.task_id).await,
        Err(Error::Conflict(_))
    ));
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_article_that_arrives_while_a_second_one_is_begun_stops_it() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let app = &ground.app;
    let sample = ground.article(&tenant, "Sample").await;
    let ids = tasks_named(&ground, &tenant, &["One"]).await;
    let before = ground.balance(&tenant.scope).await;
    // Stands for the saving of the first one: it holds the account, and its article is not to be seen yet.
    let saving = domain::db::begin_write(&app.db).await.expect("begins");
    let kind = TransactionType::Adjustment;
    ledger::grant(&saving, tenant.scope.account, kind, 1, "k".to_owned(), "x", None)
        .await
        .expect("holds the account");
    let (rival, scope, start) = (ground.another_app().await, tenant.scope.clone(), write(&ids));
    let second = tokio::spawn(async move { ai::start(&rival, &scope, start, None).await });
    // Long enough to have planned; if it was not, it finds the article a little earlier.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let mut article = sample.into_active_model();
    article.id = NotSet;
    article.task_id = Set(Some(ids[0]));
    article.slug = Set("one".to_owned());
    article.public_id = Set("one".to_owned());
    content::Entity::insert(article)
        .exec_without_returning(&saving)
        .await
        .expect("an article");
    saving.commit().await.expect("commits");
    let error = second.await.expect("no panic").expect_err("a refusal");
    assert!(
        matches!(&error, Error::Conflict(why) if why.contains("has its article already")),
        "{error:?}"
    );
    let after = ground.balance(&tenant.scope).await;
    assert_eq!((after.credits, after.reserved), (before.credits + 1, 0));
    assert_eq!(
        tasks::get(app, &tenant.scope, ids[0]).await.expect("a task").status,
        TaskStatus::Draft,
        "untouched"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_starts_one_task() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let ids = tasks_named(&ground, &tenant, &["One", "Two"]).await;
    let key = || Some("order-7".to_owned());
    let first = ai::start(app, scope, write(&ids[..1]), key()).await.expect("starts");
    assert_eq!(
        ai::start(app, scope, write(&ids[..1]), key()).await.expect("the same"),
        first
    );
    assert_eq!(ground.balance(scope).await.reserved, 3);
    ai::run_here(app, scope, &first.task_id).await.expect("runs");
    assert_eq!(
        ai::start(app, scope, write(&ids[..1]), key()).await.expect("the same"),
        first,
        "after its end as well"
    );
    // Many at once, with credits for one.
    ground.leave_credits(scope, 3).await;
    let other = ground.another_app().await;
    let tries = (0..8).map(|number| {
        let app = if number % 2 == 0 { app } else { &other };
        ai::start(app, scope, write(&ids[1..]), Some("order-8".to_owned()))
    });
    let outcomes: Vec<_> = futures::future::join_all(tries)
        .await
        .into_iter()
        .map(|one| one.expect("the same"))
        .collect();
    assert!(outcomes.iter().all(|one| *one == outcomes[0]), "{outcomes:?}");
    assert_eq!(ai_task::Entity::find().count(&app.db).await.expect("counts"), 2);
    assert_eq!(ground.balance(scope).await.reserved, 3);
    // A key belongs to its account.
    let bob = ground.tenant("bob@example.com").await;
    let theirs = tasks_named(&ground, &bob, &["Three"]).await;
    let started = ai::start(app, &bob.scope, write(&theirs), Some("order-8".to_owned()))
        .await
        .expect("starts");
    assert_ne!(started.task_id, outcomes[0].task_id);
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn starts_at_once_without_a_key_begin_a_row_once() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let ids = tasks_named(&ground, &tenant, &["One"]).await;
    let other = ground.another_app().await;
    let tries = (0..8).map(|number| {
        let app = if number % 2 == 0 { &ground.app } else { &other };
        ai::start(app, &tenant.scope, write(&ids), None)
    });
    let outcomes = futures::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|one| one.is_ok()).count(), 1);
    assert!(
        outcomes
            .iter()
            .filter_map(|one| one.as_ref().err())
            .all(|error| matches!(error, Error::Conflict(_))),
        "{outcomes:?}"
    );
    assert_eq!(ground.balance(&tenant.scope).await.reserved, 3);
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_task_stops_between_two_units() {
    let ground = Ground::with(|config| config.jobs.site_concurrency = 1).await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let model = Model::writer().await;
    ground.use_model(&tenant, &model).await;
    let ids = tasks_named(&ground, &tenant, &["One", "Two", "Three"]).await;
    // Before anybody took it: all of it is given back.
    let idle = start(&ground, &tenant, write(&ids)).await;
    let over = ai::cancel(app, scope, &idle.public_id).await.expect("cancels");
    assert_eq!(
        (over.status, over.credits_released, over.items_done),
        (AiTaskStatus::Cancelled, 9, 0),
        "{over:?}"
    );
    for id in &ids {
        assert_eq!(
            tasks::get(app, scope, *id).await.expect("a task").status,
            TaskStatus::Draft
        );
    }
    ai::run_here(app, scope, &idle.public_id).await.expect("nothing to do");
    assert_eq!(model.calls(), 0);
    ground.assert_books().await;
    // In the middle of the first unit.
    model.hold();
    let running = start(&ground, &tenant, write(&ids)).await;
    let worker = ground.worker();
    let id = running.id;
    let working = tokio::spawn(async move { worker::run_job(&worker, Job::AiTask(id)).await });
    eventually("the first question", async || (model.calls() == 1).then_some(())).await;
    let asked = ai::cancel(app, scope, &running.public_id).await.expect("cancels");
    assert!(
        !asked.status.is_final(),
        "the unit in hand is finished first: {asked:?}"
    );
    assert_eq!(asked.credits_released, 6);
    model.release();
    working.await.expect("no panic");
    let over = ai::progress(app, scope, &running.public_id).await.expect("progress");
    assert_eq!(
        (
            over.status,
            over.items_done,
            over.credits_settled,
            over.credits_released
        ),
        (AiTaskStatus::Cancelled, 1, 3, 6),
        "{over:?}"
    );
    use ItemStatus::{Cancelled, Done};
    assert_eq!(
        statuses(&ground.items(&running.public_id).await),
        [Done, Cancelled, Cancelled]
    );
    assert_eq!(model.calls(), 1);
    assert_eq!(
        tasks::get(app, scope, ids[0]).await.expect("a task").status,
        TaskStatus::Review
    );
    assert_eq!(
        tasks::get(app, scope, ids[1]).await.expect("a task").status,
        TaskStatus::Draft
    );
    assert_eq!(ai::cancel(app, scope, &running.public_id).await.expect("over"), over);
    assert_eq!(ground.balance(scope).await.credits, 997);
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_never_do_a_unit_twice() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let model = Model::writer().await;
    ground.use_model(&tenant, &model).await;
    let titles: Vec<String> = (0..14).map(|number| format!("Title {number:02}")).collect();
    let ids = tasks_named(&ground, &tenant, &titles.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let task = start(&ground, &tenant, write(&ids)).await;
    let mut working = Vec::new();
    for _ in 0..3 {
        let worker = Worker::new(ground.another_app().await);
        working.push(tokio::spawn(async move {
            worker::run_job(&worker, Job::AiTask(task.id)).await
        }));
    }
    for one in working {
        one.await.expect("no panic");
    }
    let done = ai::progress(&ground.app, &tenant.scope, &task.public_id)
        .await
        .expect("progress");
    assert_eq!(
        (done.status, done.items_done, done.credits_settled),
        (AiTaskStatus::Completed, 14, 42),
        "{done:?}"
    );
    let asked = model.asked();
    for title in &titles {
        assert_eq!(
            asked.iter().filter(|question| question.contains(title)).count(),
            1,
            "{title}"
        );
    }
    assert_eq!(asked.len(), 14);
    assert!(
        ground
            .items(&task.public_id)
            .await
            .iter()
            .all(|item| item.attempts == 1)
    );
    let slugs: std::collections::HashSet<String> = content::Entity::find()
        .all(&ground.app.db)
        .await
        .expect("articles")
        .into_iter()
        .map(|row| row.slug)
        .collect();
    assert_eq!(slugs.len(), 14);
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn articles_written_side_by_side_get_addresses_of_their_own() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let ids = tasks_named(&ground, &tenant, &["Moka pot"; 10]).await;
    let done = ground.run(&tenant, write(&ids)).await;
    assert_eq!(done.items_done, 10, "{:?}", ground.items(&done.task_id).await);
    let slugs: std::collections::HashSet<String> = content::Entity::find()
        .all(&ground.app.db)
        .await
        .expect("articles")
        .into_iter()
        .map(|row| row.slug)
        .collect();
    assert_eq!(slugs.len(), 10, "{slugs:?}");
}

/// A unit in the hands of a worker that will not come back.
async fn cut_off(ground: &Ground, model: &Model, task: entity::AiTaskId) -> String {
    let worker = Worker::new(ground.another_app().await);
    let name = worker.name.to_string();
    model.hold();
    let working = tokio::spawn(async move { worker::run_job(&worker, Job::AiTask(task)).await });
    eventually("the question", async || (model.calls() == 1).then_some(())).await;
    working.abort();
    let _ = working.await;
    model.release();
    name
}

async fn beat(ground: &Ground, name: &str, ago: chrono::Duration) {
    worker_beat::Entity::delete_by_id(name.to_owned())
        .exec(&ground.app.db)
        .await
        .expect("forgets");
    let row = worker_beat::ActiveModel {
        id: Set(name.to_owned()),
        seen_at: Set(domain::now() - ago),
    };
    worker_beat::Entity::insert(row)
        .exec_without_returning(&ground.app.db)
        .await
        .expect("a sign of life");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_unit_of_a_dead_worker_is_freed_and_done_once() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let model = Model::writer().await;
    ground.use_model(&tenant, &model).await;
    let ids = tasks_named(&ground, &tenant, &["One"]).await;
    let task = start(&ground, &tenant, write(&ids)).await;
    let name = cut_off(&ground, &model, task.id).await;
    let item = &ground.items(&task.public_id).await[0];
    assert_eq!(
        (item.status, item.worker.as_deref()),
        (ItemStatus::Running, Some(name.as_str()))
    );
    // While it gives signs of life nobody takes it away.
    age(&ground, task.id).await;
    beat(&ground, &name, chrono::Duration::zero()).await;
    worker::sweep(app).await.expect("sweeps");
    assert_eq!(ground.items(&task.public_id).await[0].status, ItemStatus::Running);
    // Silent for long enough: freed, and its message is pushed again for whoever serves the queue.
    beat(&ground, &name, chrono::Duration::minutes(1)).await;
    worker::sweep(app).await.expect("sweeps");
    worker::sweep(app).await.expect("sweeps again, with the same message");
    assert_eq!(ground.items(&task.public_id).await[0].status, ItemStatus::Pending);
    ground.assert_books().await;
    let serving = serve(ground.another_app().await);
    let done = ended(&ground, &tenant, &task.public_id).await;
    stop(serving).await;
    assert_eq!(
        (done.status, done.items_done, done.credits_settled),
        (AiTaskStatus::Completed, 1, 3),
        "{done:?}"
    );
    assert_eq!(model.calls(), 2, "once by the dead, once by the living");
    assert_eq!(content::Entity::find().count(&app.db).await.expect("counts"), 1);
    let item = &ground.items(&task.public_id).await[0];
    assert_eq!((item.attempts, item.credits_settled), (2, 3));
    assert_eq!(ground.balance(scope).await.credits, 997);
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_was_taken_for_dead_changes_nothing_any_more() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let model = Model::writer().await;
    ground.use_model(&tenant, &model).await;
    let ids = tasks_named(&ground, &tenant, &["One"]).await;
    let task = start(&ground, &tenant, write(&ids)).await;
    model.hold();
    let slow = Worker::new(ground.another_app().await);
    let id = task.id;
    let working = tokio::spawn(async move { worker::run_job(&slow, Job::AiTask(id)).await });
    eventually("the question", async || (model.calls() == 1).then_some(())).await;
    // It was silent for too long and the sweeper freed its unit; another one takes over while it waits for its answer.
    ai_task_item::Entity::update_many()
        .col_expr(ai_task_item::Column::Status, Expr::value(ItemStatus::Pending.as_str()))
        .filter(ai_task_item::Column::AiTaskId.eq(task.id))
        .exec(&ground.app.db)
        .await
        .expect("frees");
    let heir = ground.worker();
    let taking_over = tokio::spawn(async move { worker::run_job(&heir, Job::AiTask(id)).await });
    eventually("the second question", async || (model.calls() == 2).then_some(())).await;
    model.release();
    working.await.expect("no panic");
    taking_over.await.expect("no panic");
    let done = ai::progress(&ground.app, &tenant.scope, &task.public_id)
        .await
        .expect("progress");
    assert_eq!(
        (done.status, done.items_done, done.credits_settled),
        (AiTaskStatus::Completed, 1, 3),
        "{done:?}"
    );
    assert_eq!(content::Entity::find().count(&ground.app.db).await.expect("counts"), 1);
    assert_eq!(
        credit_usage_log::Entity::find()
            .count(&ground.app.db)
            .await
            .expect("counts"),
        1
    );
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_brings_workers_down_is_given_up() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let model = Model::writer().await;
    ground.use_model(&tenant, &model).await;
    let ids = tasks_named(&ground, &tenant, &["One"]).await;
    let task = start(&ground, &tenant, write(&ids)).await;
    ai_task_item::Entity::update_many()
        .col_expr(ai_task_item::Column::Attempts, Expr::value(3))
        .filter(ai_task_item::Column::AiTaskId.eq(task.id))
        .exec(&ground.app.db)
        .await
        .expect("three times before");
    worker::run_job(&ground.worker(), Job::AiTask(task.id)).await;
    let done = ai::progress(&ground.app, &tenant.scope, &task.public_id)
        .await
        .expect("progress");
    assert_eq!(
        (done.status, done.items_failed, done.credits_released),
        (AiTaskStatus::Failed, 1, 3),
        "{done:?}"
    );
    assert_eq!(model.calls(), 0);
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_living_worker_does_not_sit_on_a_unit_it_lost_sight_of() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let ids = tasks_named(&ground, &tenant, &["One"]).await;
    let task = start(&ground, &tenant, write(&ids)).await;
    let worker = ground.worker();
    // What a failing database or a panic leaves behind: taken by a worker that lives, and nobody works on it.
    ai_task_item::Entity::update_many()
        .col_expr(ai_task_item::Column::Status, Expr::value(ItemStatus::Running.as_str()))
        .col_expr(ai_task_item::Column::Worker, Expr::value(worker.name.to_string()))
        .filter(ai_task_item::Column::AiTaskId.eq(task.id))
        .exec(&ground.app.db)
        .await
        .expect("writes");
    age(&ground, task.id).await;
    let stopping = CancellationToken::new();
    let serving = tokio::spawn(worker.run(stopping.clone()));
    let done = ended(&ground, &tenant, &task.public_id).await;
    assert_eq!(done.items_done, 1, "{done:?}");
    stop((stopping, serving)).await;
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_carries_a_task_to_a_worker_and_the_worker_stops_when_told() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let ids = tasks_named(&ground, &tenant, &["One", "Two", "Three", "Four"]).await;
    // One that was pushed before there was a worker, one that is pushed while it waits.
    let early = start(&ground, &tenant, write(&ids[..1])).await;
    let serving = serve(ground.another_app().await);
    assert_eq!(ended(&ground, &tenant, &early.public_id).await.items_done, 1);
    let beats = worker_beat::Entity::find().count(&app.db).await.expect("counts");
    assert_eq!(beats, 1);
    let late = start(&ground, &tenant, write(&ids[1..3])).await;
    assert_eq!(ended(&ground, &tenant, &late.public_id).await.items_done, 2);
    stop(serving).await;
    assert_eq!(
        worker_beat::Entity::find().count(&app.db).await.expect("counts"),
        0,
        "it took its leave"
    );
    // Nobody is there: the task waits, and is done by the next one.
    let waiting = start(&ground, &tenant, write(&ids[3..])).await;
    let now = ai::progress(app, scope, &waiting.public_id).await.expect("progress");
    assert_eq!((now.status, now.items_done, now.percent), (AiTaskStatus::Queued, 0, 0));
    let serving = serve(ground.another_app().await);
    assert_eq!(ended(&ground, &tenant, &waiting.public_id).await.items_done, 1);
    stop(serving).await;
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_whose_message_was_lost_is_found() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    // A crash between the commit and the push: here the queue is another one than the worker's.
    let elsewhere = Ground::new().await;
    let severed = App {
        queue: elsewhere.app.queue.clone(),
        ..ground.app.clone()
    };
    let ids = tasks_named(&ground, &tenant, &["One"]).await;
    let started = ai::start(&severed, &tenant.scope, write(&ids), None)
        .await
        .expect("starts");
    let task = ground.ai_task(&started.task_id).await;
    let serving = serve(ground.another_app().await);
    age(&ground, task.id).await;
    assert_eq!(ended(&ground, &tenant, &task.public_id).await.items_done, 1);
    stop(serving).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_with_the_same_key_is_pushed_once_and_disturbs_no_other() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let ids = tasks_named(&ground, &tenant, &["One", "Two"]).await;
    let first = start(&ground, &tenant, write(&ids[..1])).await;
    let key = jobs::key("ai", first.id.0, first.updated_at);
    for _ in 0..3 {
        ground
            .app
            .queue
            .push(Job::AiTask(first.id), &key)
            .await
            .expect("said again");
    }
    let second = start(&ground, &tenant, write(&ids[1..])).await;
    let serving = serve(ground.another_app().await);
    for task in [first, second] {
        assert_eq!(ended(&ground, &tenant, &task.public_id).await.items_done, 1);
    }
    stop(serving).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_done_here_and_now_is_not_taken_away_by_a_sweeper() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let model = Model::writer().await;
    ground.use_model(&tenant, &model).await;
    let ids = tasks_named(&ground, &tenant, &["One"]).await;
    let started = ai::start(&ground.app, &tenant.scope, write(&ids), None)
        .await
        .expect("starts");
    model.hold();
    let (app, scope, id) = (ground.app.clone(), tenant.scope.clone(), started.task_id.clone());
    let running = tokio::spawn(async move { ai::run_here(&app, &scope, &id).await });
    eventually("the question", async || (model.calls() == 1).then_some(())).await;
    worker::sweep(&ground.app).await.expect("sweeps");
    assert_eq!(ground.items(&started.task_id).await[0].status, ItemStatus::Running);
    model.release();
    assert_eq!(running.await.expect("no panic").expect("runs").items_done, 1);
    assert_eq!(model.calls(), 1);
    assert_eq!(
        worker_beat::Entity::find().count(&ground.app.db).await.expect("counts"),
        0
    );
}
