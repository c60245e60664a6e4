//! Runs of the clusterer whatever dies on the way: started twice, taken over from a dead worker, stopped after its death.

use domain::{
    Error, ai,
    jobs::{Job, worker, worker::Worker},
    planner::clusters::runs,
};
use entity::{
    AiTaskId, ai_task,
    ai_task::{AiTaskStatus, Start},
    ai_task_item::ItemStatus,
    cluster, cluster_keyword, cluster_run,
    keyword_import::ImportMode,
    worker_beat,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};

use crate::support::{Answer, Ground, Model, Tenant, eventually};

const FILE: &[u8] = b"keyword,volume\n\
espresso machine,900\nbest espresso machine,500\nespresso machines,300\n\
moka pot,200\nbest moka pot,150\nmoka pots,90\n\
zanzibar weather,10\n";

async fn start_ground() -> (Ground, Tenant, Model) {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    ground.import(&tenant, "a.csv", FILE, ImportMode::Skip).await;
    // It changes nothing but a name of what the engine made, and can be held in the middle.
    let model = Model::start(|_| {
        Answer::Text(
            r#"{"clusters":[{"number":0,"name":"Machines and pots","merge_into":null}],"moves":[]}"#.to_owned(),
        )
    })
    .await;
    ground.use_model(&tenant, &model).await;
    (ground, tenant, model)
}

/// A worker that dies in the middle of the run, and has been silent for long.
async fn lost(ground: &Ground, model: &Model, task: AiTaskId) {
    let dead = Worker::new(ground.another_app().await);
    let name = dead.name.to_string();
    model.hold();
    let asked = model.calls();
    let working = tokio::spawn(async move { worker::run_job(&dead, Job::AiTask(task)).await });
    eventually("the question", async || (model.calls() > asked).then_some(())).await;
    working.abort();
    let _ = working.await;
    model.release();
    let minute_ago = domain::now() - chrono::Duration::minutes(1);
    worker_beat::Entity::delete_by_id(name.clone())
        .exec(&ground.app.db)
        .await
        .expect("forgets");
    worker_beat::Entity::insert(worker_beat::ActiveModel {
        id: Set(name),
        seen_at: Set(minute_ago),
    })
    .exec_without_returning(&ground.app.db)
    .await
    .expect("a last sign of life");
    ai_task::Entity::update_many()
        .col_expr(ai_task::Column::UpdatedAt, Expr::value(minute_ago))
        .filter(ai_task::Column::Id.eq(task))
        .exec(&ground.app.db)
        .await
        .expect("ages");
}

async fn clusters(ground: &Ground) -> u64 {
    cluster::Entity::find().count(&ground.app.db).await.expect("a count")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_started_twice_and_loses_its_worker_groups_once() {
    let (ground, tenant, model) = start_ground().await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let wish = || Start::auto_cluster(tenant.sector);
    let before = ground.balance(scope).await.credits;
    let started = ai::start(app, scope, wish(), Some("once".to_owned()))
        .await
        .expect("starts");
    // The same wish again is the same run; another one has to wait.
    let again = ai::start(app, scope, wish(), Some("once".to_owned()))
        .await
        .expect("the same");
    assert_eq!(again.task_id, started.task_id);
    let other = ai::start(app, scope, wish(), Some("another".to_owned())).await;
    assert!(
        matches!(&other, Err(Error::Conflict(why)) if why.contains(&started.task_id)),
        "{other:?}"
    );
    let task = ground.ai_task(&started.task_id).await.id;
    lost(&ground, &model, task).await;
    assert_eq!(clusters(&ground).await, 0, "what was not finished is not there");
    worker::sweep(app).await.expect("sweeps");
    assert_eq!(ground.items(&started.task_id).await[0].status, ItemStatus::Pending);
    // Two take it up at once.
    let (one, two) = (Worker::new(ground.another_app().await), ground.worker());
    tokio::join!(
        worker::run_job(&one, Job::AiTask(task)),
        worker::run_job(&two, Job::AiTask(task))
    );
    let done = eventually("the end", async || {
        let now = ai::progress(app, scope, &started.task_id).await.expect("progress");
        (now.status == AiTaskStatus::Completed).then_some(now)
    })
    .await;
    assert_eq!(done.items_done, 1);
    let run = runs::of_task(app, scope, &started.task_id).await.expect("a run");
    assert_eq!((run.created, run.placed, run.leftover), (2, 6, 1));
    let known = cluster_run::Entity::find().count(&app.db).await.expect("a count");
    assert_eq!((clusters(&ground).await, known), (2, 1));
    let places = cluster_keyword::Entity::find().all(&app.db).await.expect("places");
    let mut keywords: Vec<_> = places.iter().map(|place| place.keyword_id).collect();
    keywords.sort_unstable();
    keywords.dedup();
    assert_eq!((places.len(), keywords.len()), (6, 6), "each keyword in one cluster");
    // Charged once; a message that comes late changes nothing.
    assert_eq!(ground.balance(scope).await.credits, before - done.credits_settled);
    worker::run_job(&two, Job::AiTask(task)).await;
    assert_eq!(clusters(&ground).await, 2);
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_stopped_after_its_worker_died_ends_and_lets_the_next_one_begin() {
    let (ground, tenant, model) = start_ground().await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let before = ground.balance(scope).await.credits;
    let started = ai::start(app, scope, Start::auto_cluster(tenant.sector), None)
        .await
        .expect("starts");
    let task = ground.ai_task(&started.task_id).await.id;
    lost(&ground, &model, task).await;
    ai::cancel(app, scope, &started.task_id).await.expect("asks");
    ai::cancel(app, scope, &started.task_id).await.expect("asks twice");
    worker::sweep(app).await.expect("sweeps");
    worker::run_job(&ground.worker(), Job::AiTask(task)).await;
    let stopped = ai::progress(app, scope, &started.task_id).await.expect("progress");
    assert_eq!(
        (stopped.status, stopped.credits_settled, clusters(&ground).await),
        (AiTaskStatus::Cancelled, 0, 0),
        "{stopped:?}"
    );
    let now = ground.balance(scope).await;
    assert_eq!((now.credits, now.reserved), (before, 0));
    let done = ground.run(&tenant, Start::auto_cluster(tenant.sector)).await;
    assert_eq!((done.status, clusters(&ground).await), (AiTaskStatus::Completed, 2));
    ground.assert_books().await;
}
