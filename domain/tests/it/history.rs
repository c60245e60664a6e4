//! What AI functions did: the list of jobs, and receipts that add up.

use domain::{
    Error,
    ai::{self, history},
    jobs::Job,
};
use entity::{
    SiteId,
    ai_task::{AiFunction, AiTaskStatus, Filter, JobState, Start},
    ai_task_item::{self, ItemStatus},
    model_price, provider_setting,
    user::Role,
};
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::Expr};

use crate::support::{Answer, Ground, Model, Tenant, fields, new_site, page, written};

fn of(status: JobState) -> Filter {
    Filter {
        status: Some(status),
        ..Default::default()
    }
}

async fn listed(ground: &Ground, scope: &domain::scope::Scope, filter: &Filter) -> Vec<String> {
    let found = history::list(&ground.app, scope, filter, &page(50))
        .await
        .expect("jobs");
    assert_eq!(usize::try_from(found.count), Ok(found.results.len()));
    found.results.into_iter().map(|row| row.task_id).collect()
}

/// A job one unit of which fails while the other succeeds.
async fn partly_failed(ground: &Ground, tenant: &Tenant) -> (String, Model) {
    let model = Model::start(|question| match question.contains("Bad") {
        true => Answer::Text("I would rather talk about the weather.".to_owned()),
        false => Answer::Text(written(question)),
    })
    .await;
    ground.use_model(tenant, &model).await;
    let task_ids = vec![ground.task(tenant, "Good").await, ground.task(tenant, "Bad").await];
    let done = ground.run(tenant, Start::GenerateContent { task_ids }).await;
    assert_eq!((done.items_done, done.items_failed), (1, 1), "{done:?}");
    (done.task_id, model)
}

#[tokio::test]
async fn jobs_are_listed_by_state_function_and_site() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let (partly, _) = partly_failed(&ground, &tenant).await;
    let article = ground.article(&tenant, "Whole").await;
    let whole = listed(&ground, scope, &Filter::default()).await[0].clone();
    let prompts = ai::start(
        app,
        scope,
        Start::GenerateImagePrompts {
            content_ids: vec![article.id],
        },
        None,
    )
    .await
    .expect("starts")
    .task_id;
    let open = ground.task(&tenant, "Open").await;
    let cancelled = ai::start(app, scope, Start::GenerateContent { task_ids: vec![open] }, None)
        .await
        .expect("starts")
        .task_id;
    ai::cancel(app, scope, &cancelled).await.expect("cancels");

    let all = listed(&ground, scope, &Filter::default()).await;
    assert_eq!(
        all,
        [cancelled.clone(), prompts.clone(), whole.clone(), partly.clone()],
        "the youngest first"
    );
    assert_eq!(
        listed(&ground, scope, &of(JobState::Running)).await,
        std::slice::from_ref(&prompts)
    );
    assert_eq!(listed(&ground, scope, &of(JobState::Finished)).await, [whole]);
    assert_eq!(listed(&ground, scope, &of(JobState::Failed)).await, [partly]);
    assert_eq!(listed(&ground, scope, &of(JobState::Cancelled)).await, [cancelled]);
    let by_function = Filter {
        function: Some(AiFunction::GenerateImagePrompts),
        ..Default::default()
    };
    assert_eq!(listed(&ground, scope, &by_function).await, [prompts]);
    let of_site = |site: SiteId| Filter {
        site_id: Some(site),
        ..Default::default()
    };
    assert_eq!(listed(&ground, scope, &of_site(tenant.site)).await.len(), 4);
    assert!(listed(&ground, scope, &of_site(SiteId(987_654))).await.is_empty());

    let mut second = page(1);
    second.page = Some(2);
    let found = history::list(app, scope, &Filter::default(), &second)
        .await
        .expect("jobs");
    assert_eq!((found.count, found.results.len()), (4, 1));
    let row = &found.results[0];
    assert_eq!(
        (row.site_name.as_str(), row.user_name.as_str(), row.percent),
        ("Coffee", "ann@example.com", 0)
    );
    let sorted = entity::ListQuery {
        ordering: Some("status".to_owned()),
        ..page(5)
    };
    let error = history::list(app, scope, &Filter::default(), &sorted)
        .await
        .expect_err("one order only");
    assert_eq!(fields(&error), ["ordering"]);
}

#[tokio::test]
async fn a_receipt_adds_up() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    model_price::Entity::insert(model_price::ActiveModel {
        provider: Set(provider_setting::Provider::OpenaiCompatible),
        model: Set("small-model".to_owned()),
        tokens_in_micros: Set(1_000_000),
        tokens_out_micros: Set(4_000_000),
        image_micros: Set(0),
        effective_from: Set(domain::now()),
        ..Default::default()
    })
    .exec_without_returning(&app.db)
    .await
    .expect("a price");
    let (task_id, _) = partly_failed(&ground, &tenant).await;
    let receipt = history::receipt(app, scope, &task_id).await.expect("a receipt");
    let row = &receipt.task;
    assert_eq!(
        (row.credits_reserved, row.credits_settled, row.credits_released),
        (6, 3, 3)
    );
    assert_eq!(receipt.price_text, "3 credits per piece, list standard");
    assert_eq!(receipt.price.as_ref().map(|price| price.credits), Some(3));
    assert_eq!(
        (receipt.counts.done, receipt.counts.failed, receipt.counts.pending),
        (1, 1, 0)
    );
    assert_eq!((receipt.ledger_count, receipt.ledger_sum), (1, -3));
    assert_eq!((receipt.tokens_in, receipt.tokens_out), (10, 5));
    assert_eq!(
        receipt.cost_usd_micros, 30,
        "10 tokens in and 5 out at the model's price"
    );

    let none = ai_task_item::Filter::default();
    let items = history::items(app, scope, &task_id, &none, &page(50))
        .await
        .expect("units");
    assert_eq!(items.count, 2);
    let (good, bad) = (&items.results[0], &items.results[1]);
    assert_eq!((good.title.as_deref(), good.status), (Some("Good"), ItemStatus::Done));
    assert!(good.content_id.is_some() && good.duration_ms.is_some_and(|ms| ms >= 0));
    assert_eq!(
        (good.credits_reserved, good.credits_settled, good.credits_released),
        (3, 3, 0)
    );
    assert_eq!(
        (good.provider.as_str(), good.model.as_str(), good.cost_usd_micros),
        ("openai_compatible", "small-model-2026", 30)
    );
    assert_eq!(receipt.ledger[0].ai_task_item_id, Some(good.id));
    assert_eq!(
        (bad.title.as_deref(), bad.status, bad.content_id),
        (Some("Bad"), ItemStatus::Failed, None)
    );
    assert_eq!(
        (bad.credits_reserved, bad.credits_settled, bad.credits_released),
        (3, 0, 3)
    );
    assert_eq!(bad.error_code.as_deref(), Some("bad_answer"));
    assert!(bad.error.is_some() && bad.provider.is_empty());
    // The sums of the units are those of the job.
    let sum = |pick: fn(&ai_task_item::Row) -> i64| items.results.iter().map(pick).sum::<i64>();
    assert_eq!(sum(|item| item.credits_reserved), row.credits_reserved);
    assert_eq!(sum(|item| item.credits_settled), row.credits_settled);
    assert_eq!(sum(|item| item.credits_released), row.credits_released);
    assert_eq!(sum(|item| item.cost_usd_micros), receipt.cost_usd_micros);

    let failed = ai_task_item::Filter {
        status: Some(ItemStatus::Failed),
    };
    let items = history::items(app, scope, &task_id, &failed, &page(1))
        .await
        .expect("units");
    assert_eq!((items.count, items.results[0].title.as_deref()), (1, Some("Bad")));
    ground.assert_books().await;
}

#[tokio::test]
async fn notes_of_a_result_and_what_is_gone_are_told() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let task = ground.task(&tenant, "Espresso").await;
    let task_id = ground
        .run(&tenant, Start::GenerateContent { task_ids: vec![task] })
        .await
        .task_id;
    ai_task_item::Entity::update_many()
        .col_expr(
            ai_task_item::Column::Result,
            Expr::value(r#"{"articles":1,"notes":["Shorter than asked for."]}"#),
        )
        .exec(&app.db)
        .await
        .expect("notes");
    let none = ai_task_item::Filter::default();
    let items = history::items(app, scope, &task_id, &none, &page(5))
        .await
        .expect("units");
    assert_eq!(items.results[0].notes, ["Shorter than asked for."]);
    assert_eq!(items.results[0].title.as_deref(), Some("Espresso"));
    domain::writer::tasks::delete(app, scope, &[task])
        .await
        .expect("deletes");
    let items = history::items(app, scope, &task_id, &none, &page(5))
        .await
        .expect("units");
    assert_eq!(items.results[0].title, None);
    assert_eq!(items.results[0].notes.len(), 1, "the receipt stays");
}

#[tokio::test]
async fn a_running_job_shows_what_is_still_held() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let task = ground.task(&tenant, "Espresso").await;
    let started = ai::start(app, scope, Start::GenerateContent { task_ids: vec![task] }, None)
        .await
        .expect("starts");
    let receipt = history::receipt(app, scope, &started.task_id).await.expect("a receipt");
    assert_eq!(receipt.task.status, AiTaskStatus::Queued);
    assert_eq!((receipt.task.credits_reserved, receipt.task.credits_released), (3, 0));
    assert_eq!(
        (receipt.counts.pending, receipt.ledger_count, receipt.ledger_sum),
        (1, 0, 0)
    );
    let none = ai_task_item::Filter::default();
    let items = history::items(app, scope, &started.task_id, &none, &page(5))
        .await
        .expect("units");
    let item = &items.results[0];
    assert_eq!((item.credits_released, item.duration_ms), (0, None));
    let id = ground.ai_task(&started.task_id).await.id;
    domain::jobs::worker::run_job(&ground.worker(), Job::AiTask(id)).await;
    let receipt = history::receipt(app, scope, &started.task_id).await.expect("a receipt");
    assert_eq!(receipt.task.credits_settled, 3);
}

#[tokio::test]
async fn jobs_of_other_sites_are_not_there() {
    let ground = Ground::new().await;
    let owner = ground.tenant("ann@example.com").await;
    let app = &ground.app;
    let other = domain::sites::create(app, &owner.scope, new_site("Tea", &["Green"]))
        .await
        .expect("a site");
    let second = Tenant {
        user: owner.user.clone(),
        scope: owner.scope.clone(),
        site: other.site.id,
        sector: other.sectors[0].id,
    };
    ground.article(&owner, "Espresso").await;
    ground.article(&second, "Sencha").await;
    let both = listed(&ground, &owner.scope, &Filter::default()).await;
    let [hidden, granted] = both.as_slice() else {
        panic!("two jobs: {both:?}")
    };
    let editor = ground.member(&owner, Role::Editor, &[owner.site]).await;
    assert_eq!(
        listed(&ground, &editor, &Filter::default()).await,
        std::slice::from_ref(granted)
    );
    let asked = Filter {
        site_id: Some(second.site),
        ..Default::default()
    };
    assert!(listed(&ground, &editor, &asked).await.is_empty());
    let stranger = ground.tenant("bob@example.com").await;
    assert!(listed(&ground, &stranger.scope, &Filter::default()).await.is_empty());
    let none = ai_task_item::Filter::default();
    for scope in [&editor, &stranger.scope] {
        assert!(matches!(
            history::receipt(app, scope, hidden).await,
            Err(Error::NotFound(_))
        ));
        assert!(matches!(
            history::items(app, scope, hidden, &none, &page(5)).await,
            Err(Error::NotFound(_))
        ));
    }
    let items = history::items(app, &editor, granted, &none, &page(5))
        .await
        .expect("units");
    assert_eq!(items.results[0].title.as_deref(), Some("Espresso"));
}
