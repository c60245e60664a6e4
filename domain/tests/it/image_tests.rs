//! Trying out pictures: made once, never charged, so many a day, seen by nobody else.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Json, Router, http::StatusCode, response::IntoResponse};
use base64::Engine as _;
use chrono::Duration;
use domain::{
    Error,
    ai::settings,
    jobs::{Job, worker, worker::run_job},
    thinker::image_tests::{self, PER_DAY},
};
use entity::{
    credit_transaction, credit_usage_log,
    image_test::{self, ImageTestStatus, Input, Model},
    model_price,
    provider_setting::{self, Provider},
    user::Role,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::support::{Ground, Tenant, eventually, fields, page, serve};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot much of a picture";

/// A server that draws, and counts how often it is asked.
struct Painter {
    asked: Arc<AtomicUsize>,
    gate: Arc<Semaphore>,
}

impl Painter {
    async fn start(ground: &Ground, tenant: &Tenant, status: u16) -> Self {
        let asked: Arc<AtomicUsize> = Arc::default();
        let gate = Arc::new(Semaphore::new(1_000));
        let router = Router::new().fallback({
            let (asked, gate) = (asked.clone(), gate.clone());
            move || {
                let (asked, gate) = (asked.clone(), gate.clone());
                async move {
                    asked.fetch_add(1, Ordering::SeqCst);
                    let _turn = gate.acquire().await.expect("open");
                    let picture = base64::engine::general_purpose::STANDARD.encode(PNG);
                    let body = match status {
                        200 => json!({"data": [{"b64_json": picture}], "model": "paints-2026"}),
                        _ => json!({"error": {"message": "This prompt is not allowed.", "code": "content_policy_violation"}}),
                    };
                    (StatusCode::from_u16(status).expect("a status"), Json(body)).into_response()
                }
            }
        });
        let input = provider_setting::Input {
            provider: Provider::OpenaiCompatible,
            base_url: format!("{}/v1", serve(router).await),
            model: "small-model".to_owned(),
            image_model: "paints".to_owned(),
            api_key: "sk-secret-0123456789".to_owned(),
        };
        settings::save_connection(&ground.app, &tenant.scope, input)
            .await
            .expect("connects");
        Self { asked, gate }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn input(provider: Provider) -> Input {
    Input {
        provider,
        model: String::new(),
        width: 512,
        height: 256,
        prompt: " A moka pot ".to_owned(),
    }
}

async fn start(ground: &Ground, tenant: &Tenant, provider: Provider) -> Model {
    image_tests::start(&ground.app, &tenant.scope, input(provider))
        .await
        .expect("starts")
}

async fn run(ground: &Ground, tenant: &Tenant, provider: Provider) -> Model {
    let test = start(ground, tenant, provider).await;
    run_job(&ground.worker(), Job::ImageTest(test.id)).await;
    now(ground, tenant, &test).await
}

async fn now(ground: &Ground, tenant: &Tenant, test: &Model) -> Model {
    image_tests::get(&ground.app, &tenant.scope, test.id)
        .await
        .expect("is there")
}

async fn price(ground: &Ground, model: &str, image_micros: i64) {
    model_price::Entity::insert(model_price::ActiveModel {
        provider: Set(Provider::OpenaiCompatible),
        model: Set(model.to_owned()),
        tokens_in_micros: Set(0),
        tokens_out_micros: Set(0),
        image_micros: Set(image_micros),
        effective_from: Set(domain::now()),
        ..Default::default()
    })
    .exec_without_returning(&ground.app.db)
    .await
    .expect("a price");
}

#[tokio::test]
async fn the_built_in_engine_draws_for_nothing() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let before = ground.balance(&tenant.scope).await;
    let done = run(&ground, &tenant, Provider::Builtin).await;
    assert_eq!(
        (done.status, done.prompt.as_str(), done.cost_usd_micros),
        (ImageTestStatus::Done, "A moka pot", Some(0)),
        "{done:?}"
    );
    assert!(done.duration_ms.is_some() && done.error.is_none());
    let (bytes, mime) = image_tests::file(&ground.app, &tenant.scope, done.id)
        .await
        .expect("a file");
    assert_eq!(mime, "image/png");
    // Width and height stand in the head of the file.
    assert_eq!(bytes[16..24], [0, 0, 2, 0, 0, 0, 1, 0]);
    assert_eq!(ground.balance(&tenant.scope).await, before);
}

#[tokio::test]
async fn a_provider_s_picture_is_priced_and_never_charged() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let painter = Painter::start(&ground, &tenant, 200).await;
    let ledger = credit_transaction::Entity::find().count(&app.db).await.expect("counts");
    let unknown = run(&ground, &tenant, Provider::OpenaiCompatible).await;
    assert_eq!(
        (unknown.status, unknown.model.as_str(), unknown.cost_usd_micros),
        (ImageTestStatus::Done, "paints-2026", None),
        "{unknown:?}"
    );
    assert_eq!(
        image_tests::file(app, scope, unknown.id).await.expect("a file"),
        (PNG.to_vec(), "image/png".to_owned())
    );
    price(&ground, "paints", 40_000).await;
    let known = run(&ground, &tenant, Provider::OpenaiCompatible).await;
    assert_eq!(known.cost_usd_micros, Some(40_000));
    price(&ground, "paints-2026", 50_000).await;
    let longer = run(&ground, &tenant, Provider::OpenaiCompatible).await;
    assert_eq!(longer.cost_usd_micros, Some(50_000), "the longest name that fits");
    assert_eq!(painter.asked(), 3);
    // A message that comes again finds nothing to do.
    run_job(&ground.worker(), Job::ImageTest(longer.id)).await;
    assert_eq!(painter.asked(), 3);
    assert_eq!(
        credit_transaction::Entity::find().count(&app.db).await.expect("counts"),
        ledger
    );
    assert_eq!(
        credit_usage_log::Entity::find().count(&app.db).await.expect("counts"),
        0
    );
    let history = image_tests::history(app, scope).await.expect("a history");
    assert_eq!(
        (history.used_today, history.limit, history.tests.len()),
        (3, PER_DAY, 3)
    );
    assert_eq!(history.tests[0].id, longer.id, "the youngest first");
    let makers: Vec<_> = history
        .makers
        .iter()
        .map(|maker| (maker.provider, maker.model.as_str()))
        .collect();
    assert_eq!(
        makers,
        [(Provider::Builtin, ""), (Provider::OpenaiCompatible, "paints")]
    );
    ground.assert_books().await;
}

#[tokio::test]
async fn what_a_provider_says_stands_on_the_test() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    Painter::start(&ground, &tenant, 400).await;
    let failed = run(&ground, &tenant, Provider::OpenaiCompatible).await;
    assert_eq!(failed.status, ImageTestStatus::Failed);
    let error = failed.error.clone().expect("a reason");
    assert!(error.contains("not allowed") && !error.contains("sk-secret"), "{error}");
    assert!(matches!(
        image_tests::file(&ground.app, &tenant.scope, failed.id).await,
        Err(Error::NotFound(_))
    ));
}

#[tokio::test]
async fn a_test_is_checked_before_it_starts() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let builtin = || input(Provider::Builtin);
    for (input, field) in [
        (
            Input {
                prompt: " ".to_owned(),
                ..builtin()
            },
            "prompt",
        ),
        (
            Input {
                prompt: "x".repeat(4_001),
                ..builtin()
            },
            "prompt",
        ),
        (
            Input {
                width: 255,
                ..builtin()
            },
            "width",
        ),
        (
            Input {
                height: 2_049,
                ..builtin()
            },
            "height",
        ),
        (input(Provider::Openai), "provider"),
        (input(Provider::Anthropic), "provider"),
    ] {
        let error = image_tests::start(app, scope, input).await.expect_err(field);
        assert_eq!(fields(&error), [field]);
    }
    let wordy = provider_setting::Input {
        provider: Provider::Openai,
        base_url: String::new(),
        model: "gpt-5".to_owned(),
        image_model: String::new(),
        api_key: "sk-x".to_owned(),
    };
    settings::save_connection(app, scope, wordy).await.expect("connects");
    let error = image_tests::start(app, scope, input(Provider::Openai))
        .await
        .expect_err("no model");
    assert_eq!(fields(&error), ["model"]);
    assert_eq!(image_test::Entity::find().count(&app.db).await.expect("counts"), 0);
}

/// So many tests that have ended, made at a moment.
async fn earlier(ground: &Ground, tenant: &Tenant, number: i64, made: entity::Timestamp) {
    let rows = (0..number).map(|_| image_test::ActiveModel {
        account_id: Set(tenant.scope.account),
        user_id: Set(tenant.scope.user),
        provider: Set(Provider::Builtin),
        model: Set(String::new()),
        width: Set(256),
        height: Set(256),
        prompt: Set("Earlier".to_owned()),
        status: Set(ImageTestStatus::Failed),
        created_at: Set(made),
        updated_at: Set(made),
        ..Default::default()
    });
    image_test::Entity::insert_many(rows)
        .exec_without_returning(&ground.app.db)
        .await
        .expect("tests");
}

#[tokio::test]
async fn a_day_has_so_many_tests_and_the_latest_are_kept() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    earlier(&ground, &tenant, 60, domain::now() - Duration::days(1)).await;
    earlier(&ground, &tenant, PER_DAY - 1, domain::now()).await;
    let other = ground.tenant("bob@example.com").await;
    earlier(&ground, &other, 7, domain::now()).await;
    let last = run(&ground, &tenant, Provider::Builtin).await;
    let refused = async || {
        let error = image_tests::start(app, scope, input(Provider::Builtin))
            .await
            .expect_err("used up");
        assert!(matches!(error, Error::LimitReached(_)), "{error:?}");
        error.to_string()
    };
    let told = refused().await;
    assert!(told.contains("50 of 50") && told.contains("00:00 UTC"), "{told}");
    let history = image_tests::history(app, scope).await.expect("a history");
    assert_eq!((history.used_today, history.tests.len()), (50, 50));
    assert_eq!(
        image_test::Entity::find()
            .filter(image_test::Column::AccountId.eq(scope.account))
            .count(&app.db)
            .await
            .expect("counts"),
        50,
        "older ones are gone"
    );
    // Deleting makes no room.
    let key = format!("accounts/{}/image-tests/{}.png", scope.account, last.id);
    assert!(app.storage.get(&key).await.is_ok());
    image_tests::delete(app, scope, last.id).await.expect("deletes");
    assert!(app.storage.get(&key).await.is_err());
    refused().await;
    let history = image_tests::history(app, scope).await.expect("a history");
    assert_eq!((history.used_today, history.tests.len()), (50, 49));
    assert!(matches!(
        image_tests::get(app, scope, last.id).await,
        Err(Error::NotFound(_))
    ));
    // Another account has a day of its own, and tomorrow is another one.
    assert_eq!(
        image_tests::history(app, &other.scope)
            .await
            .expect("a history")
            .used_today,
        7
    );
    image_test::Entity::update_many()
        .col_expr(
            image_test::Column::CreatedAt,
            Expr::value(domain::now() - Duration::days(1)),
        )
        .exec(&app.db)
        .await
        .expect("a day passes");
    start(&ground, &tenant, Provider::Builtin).await;
}

#[tokio::test]
async fn three_are_made_at_once() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    for _ in 0..3 {
        start(&ground, &tenant, Provider::Builtin).await;
    }
    let error = image_tests::start(&ground.app, &tenant.scope, input(Provider::Builtin))
        .await
        .expect_err("a fourth");
    assert!(matches!(error, Error::Conflict(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_worker_s_test_has_failed_and_is_not_made_again() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let app = &ground.app;
    let painter = Painter::start(&ground, &tenant, 200).await;
    painter.gate.forget_permits(1_000);
    let test = start(&ground, &tenant, Provider::OpenaiCompatible).await;
    let dying = ground.worker();
    let name = dying.name.to_string();
    let work = tokio::spawn(async move { run_job(&dying, Job::ImageTest(test.id)).await });
    eventually("the painter is asked", async || (painter.asked() == 1).then_some(())).await;
    worker::sweep(app).await.expect("sweeps");
    assert_eq!(
        now(&ground, &tenant, &test).await.status,
        ImageTestStatus::Running,
        "its worker lives"
    );
    work.abort();
    let _ = work.await;
    entity::worker_beat::Entity::delete_by_id(name)
        .exec(&app.db)
        .await
        .expect("silence");
    worker::sweep(app).await.expect("sweeps");
    let lost = now(&ground, &tenant, &test).await;
    assert_eq!(lost.status, ImageTestStatus::Failed);
    assert!(lost.error.as_deref().is_some_and(|why| why.contains("not tried again")));
    painter.gate.add_permits(1_000);
    run_job(&ground.worker(), Job::ImageTest(test.id)).await;
    assert_eq!(painter.asked(), 1, "nobody pays twice without asking");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_deleted_while_it_is_made_leaves_nothing() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let painter = Painter::start(&ground, &tenant, 200).await;
    painter.gate.forget_permits(1_000);
    let test = start(&ground, &tenant, Provider::OpenaiCompatible).await;
    let worker = ground.worker();
    let work = tokio::spawn(async move { run_job(&worker, Job::ImageTest(test.id)).await });
    eventually("the painter is asked", async || (painter.asked() == 1).then_some(())).await;
    image_tests::delete(app, scope, test.id).await.expect("deletes");
    painter.gate.add_permits(1_000);
    work.await.expect("ends");
    let files = app
        .storage
        .list(&format!("accounts/{}", scope.account))
        .expect("a list");
    assert!(files.is_empty(), "{files:?}");
    let row = image_test::Entity::find_by_id(test.id)
        .one(&app.db)
        .await
        .expect("a query")
        .expect("kept for its day");
    assert!(row.status.is_final() && row.prompt.is_empty());
}

#[tokio::test]
async fn a_lost_message_is_pushed_again() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let test = start(&ground, &tenant, Provider::Builtin).await;
    image_test::Entity::update_many()
        .col_expr(
            image_test::Column::UpdatedAt,
            Expr::value(domain::now() - Duration::minutes(1)),
        )
        .exec(&ground.app.db)
        .await
        .expect("ages");
    worker::sweep(&ground.app).await.expect("sweeps");
    let stop = tokio_util::sync::CancellationToken::new();
    let serving = tokio::spawn(ground.worker().run(stop.clone()));
    eventually("the picture is made", async || {
        let now = now(&ground, &tenant, &test).await;
        (now.status == ImageTestStatus::Done).then_some(())
    })
    .await;
    stop.cancel();
    serving.await.expect("no panic").expect("ends well");
}

#[tokio::test]
async fn tests_are_seen_by_who_made_them_and_by_who_manages() {
    let ground = Ground::new().await;
    let owner = ground.tenant("ann@example.com").await;
    let app = &ground.app;
    let editor = ground.member(&owner, Role::Editor, &[owner.site]).await;
    let viewer = ground.member(&owner, Role::Viewer, &[owner.site]).await;
    let admin = ground.member(&owner, Role::Admin, &[]).await;
    let stranger = ground.tenant("bob@example.com").await;
    let of_owner = run(&ground, &owner, Provider::Builtin).await;
    let of_editor = image_tests::start(app, &editor, input(Provider::Builtin))
        .await
        .expect("an editor may");
    assert!(matches!(
        image_tests::start(app, &viewer, input(Provider::Builtin)).await,
        Err(Error::Forbidden(_))
    ));
    let seen = async |scope: &domain::scope::Scope| {
        let list = image_tests::list(app, scope, &page(10)).await.expect("a page");
        let history = image_tests::history(app, scope).await.expect("a history");
        let ids: Vec<_> = list.results.iter().map(|test| test.id).collect();
        assert_eq!(ids, history.tests.iter().map(|test| test.id).collect::<Vec<_>>());
        ids
    };
    assert_eq!(seen(&admin).await, [of_editor.id, of_owner.id]);
    assert_eq!(seen(&editor).await, [of_editor.id]);
    assert!(seen(&viewer).await.is_empty());
    assert!(seen(&stranger.scope).await.is_empty());
    for scope in [&editor, &viewer, &stranger.scope] {
        for refused in [
            image_tests::get(app, scope, of_owner.id).await.map(|_| ()),
            image_tests::file(app, scope, of_owner.id).await.map(|_| ()),
            image_tests::delete(app, scope, of_owner.id).await,
        ] {
            assert!(matches!(refused, Err(Error::NotFound(_))));
        }
    }
    assert!(image_tests::file(app, &admin, of_owner.id).await.is_ok());
    // A wire never tells where the file lies.
    let wire = serde_json::to_string(&of_owner).expect("JSON");
    assert!(!wire.contains("accounts/") && !wire.contains("worker"), "{wire}");
}
