//! Limits of a plan: checked where work starts, exact when many start at once.

use domain::{
    Error, ai,
    planner::{clusters, ideas, keywords},
    sites,
};
use entity::{AccountId, ai_task::Start, ai_task_item, cluster, idea, keyword, keyword_import::ImportMode, plan};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use crate::support::{Answer, Ground, Model, Tenant, new_site};

async fn limit(ground: &Ground, column: plan::Column, value: i32) {
    plan::Entity::update_many()
        .col_expr(column, Expr::value(value))
        .exec(&ground.app.db)
        .await
        .expect("a limit");
}

fn write(ids: &[entity::TaskId]) -> Start {
    Start::GenerateContent { task_ids: ids.to_vec() }
}

fn told(error: &Error) -> String {
    match error {
        Error::LimitReached(text) => text.clone(),
        other => panic!("{other:?}"),
    }
}

async fn tasks(ground: &Ground, tenant: &Tenant, count: usize) -> Vec<entity::TaskId> {
    let mut made = Vec::new();
    for number in 0..count {
        made.push(ground.task(tenant, &format!("Coffee {number}")).await);
    }
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn articles_of_a_day_are_counted_and_failures_are_not() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    limit(&ground, plan::Column::MaxContentTasksPerDay, 3).await;
    let ids = tasks(&ground, &tenant, 6).await;
    let error = ai::start(app, scope, write(&ids[..4]), None)
        .await
        .expect_err("too many");
    let text = told(&error);
    for part in ["Free plan", "3 articles a day", "0 are used", "needs 4", "00:00 UTC"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(ground.balance(scope).await.reserved, 0, "a refused start holds nothing");

    // A model that talks nonsense fails the unit; the day's count is as it was.
    let nonsense = Model::start(|_| Answer::Text("No.".to_owned())).await;
    ground.use_model(&tenant, &nonsense).await;
    let failed = ground.run(&tenant, write(&ids[..3])).await;
    assert_eq!(failed.items_failed, 3);
    let writer = Model::writer().await;
    ground.use_model(&tenant, &writer).await;
    let done = ground.run(&tenant, write(&ids[..3])).await;
    assert_eq!(done.items_done, 3, "{done:?}");
    let text = told(
        &ai::start(app, scope, write(&ids[3..4]), None)
            .await
            .expect_err("the fourth"),
    );
    assert!(text.contains("3 are used and this needs 1"), "{text}");
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_starts_at_once_do_not_pass_a_limit_together() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    limit(&ground, plan::Column::MaxAiRequestsPerDay, 5).await;
    let ids = tasks(&ground, &tenant, 12).await;
    let starts = ids.iter().map(|id| {
        let (app, scope, start) = (ground.app.clone(), tenant.scope.clone(), write(&[*id]));
        tokio::spawn(async move { ai::start(&app, &scope, start, None).await })
    });
    let mut started = 0;
    for outcome in futures::future::join_all(starts.collect::<Vec<_>>()).await {
        match outcome.expect("no panic") {
            Ok(_) => started += 1,
            Err(Error::LimitReached(_)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(started, 5);
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_a_month_are_held_and_then_counted_as_they_came_out() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    limit(&ground, plan::Column::MaxWordsPerMonth, 1_000).await;
    let writer = Model::writer().await;
    ground.use_model(&tenant, &writer).await;
    // Each task asks for 600 words.
    let ids = tasks(&ground, &tenant, 3).await;
    let text = told(&ai::start(app, scope, write(&ids[..2]), None).await.expect_err("1,200"));
    assert!(
        text.contains("1000 words a month") && text.contains("needs 1200"),
        "{text}"
    );
    let started = ai::start(app, scope, write(&ids[..1]), None).await.expect("600");
    let text = told(
        &ai::start(app, scope, write(&ids[1..2]), None)
            .await
            .expect_err("600 are held"),
    );
    assert!(text.contains("600 are used"), "{text}");
    let done = ai::run_here(app, scope, &started.task_id).await.expect("runs");
    assert_eq!(done.items_done, 1);
    let words = ground.article_of(ids[0]).await.word_count;
    assert!(words < 400, "the article is shorter than was asked for: {words}");
    assert_eq!(ground.items(&done.task_id).await[0].words, words);
    ai::start(app, scope, write(&ids[1..2]), None)
        .await
        .expect("there is room again");
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_at_once_and_pictures_are_limited() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    limit(&ground, plan::Column::MaxConcurrentTasks, 1).await;
    let ids = tasks(&ground, &tenant, 2).await;
    let first = ai::start(app, scope, write(&ids[..1]), None).await.expect("the first");
    let text = told(
        &ai::start(app, scope, write(&ids[1..]), None)
            .await
            .expect_err("a second"),
    );
    assert!(
        text.contains("1 jobs at once") && text.contains("1 are under way"),
        "{text}"
    );
    ai::run_here(app, scope, &first.task_id).await.expect("runs");
    let second = ai::start(app, scope, write(&ids[1..]), None)
        .await
        .expect("after it ended");
    ai::run_here(app, scope, &second.task_id).await.expect("runs");
    limit(&ground, plan::Column::MaxImagesPerDay, 1).await;
    let article = ground.article_of(ids[0]).await;
    let planned = ground
        .run(
            &tenant,
            Start::GenerateImagePrompts {
                content_ids: vec![article.id],
            },
        )
        .await;
    assert_eq!(planned.items_done, 1);
    let images: Vec<_> = entity::image::Entity::find()
        .all(&app.db)
        .await
        .expect("images")
        .iter()
        .map(|image| image.id)
        .collect();
    assert!(images.len() > 1);
    let start = Start::GenerateImages { image_ids: images };
    let text = told(&ai::start(app, scope, start, None).await.expect_err("several"));
    assert!(text.contains("1 pictures a day"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_holds_what_its_plan_holds() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    for (column, value) in [
        (plan::Column::MaxKeywords, 3),
        (plan::Column::MaxClusters, 1),
        (plan::Column::MaxIdeas, 1),
        (plan::Column::MaxSites, 1),
        (plan::Column::MaxSectors, 1),
    ] {
        limit(&ground, column, value).await;
    }
    told(
        &sites::create(app, scope, new_site("Tea", &["Green tea"]))
            .await
            .expect_err("a second site"),
    );
    limit(&ground, plan::Column::MaxSites, 9).await;
    let text = told(
        &sites::create(app, scope, new_site("Tea", &["Green tea"]))
            .await
            .expect_err("a second sector"),
    );
    assert!(text.contains("holds 1 sectors"), "{text}");
    let new_cluster = |name: &str| cluster::New {
        sector_id: tenant.sector,
        name: name.to_owned(),
        description: String::new(),
    };
    clusters::create(app, scope, new_cluster("One"))
        .await
        .expect("the first");
    told(
        &clusters::create(app, scope, new_cluster("Two"))
            .await
            .expect_err("the second"),
    );
    let new_idea = |title: &str| idea::New {
        sector_id: tenant.sector,
        idea_title: title.to_owned(),
        description: String::new(),
        cluster_id: None,
        content_structure: None,
        target_keywords: String::new(),
        estimated_word_count: None,
        ..Default::default()
    };
    ideas::create(app, scope, new_idea("One")).await.expect("the first");
    told(
        &ideas::create(app, scope, new_idea("Two"))
            .await
            .expect_err("the second"),
    );

    // Twenty people add a keyword at the same moment; three fit.
    let adding = (0..20).map(|number| {
        let (app, scope, sector) = (app.clone(), scope.clone(), tenant.sector);
        tokio::spawn(async move {
            let input = keyword::New {
                sector_id: sector,
                keyword: format!("coffee {number}"),
                volume: None,
                difficulty: None,
                intent: None,
            };
            keywords::create(&app, &scope, input).await
        })
    });
    let outcomes = futures::future::join_all(adding.collect::<Vec<_>>()).await;
    let added = outcomes.into_iter().filter(|done| matches!(done, Ok(Ok(_)))).count();
    assert_eq!(added, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_stops_at_the_limit_and_says_so() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    limit(&ground, plan::Column::MaxKeywords, 10).await;
    let mut file = "keyword,volume\n".to_owned();
    for number in 0..20 {
        file.push_str(&format!("coffee {number},{number}\n"));
    }
    let report = ground
        .import(&tenant, "many.csv", file.as_bytes(), ImportMode::Skip)
        .await;
    assert_eq!(report.import.status, entity::keyword_import::ImportStatus::Failed);
    let text = report.import.error.expect("a reason");
    assert!(
        text.contains("holds 10 keywords") && text.contains("20 more did not fit"),
        "{text}"
    );
    assert!(
        ground.keywords(&tenant).await.is_empty(),
        "a batch is in as a whole or not at all"
    );
    // What is there already takes no room.
    let few = ground
        .import(&tenant, "few.csv", b"keyword\na b\nc d\n", ImportMode::Skip)
        .await;
    assert_eq!(few.import.added, 2);
    limit(&ground, plan::Column::MaxKeywords, 2).await;
    let again = ground
        .upload(&tenant, "few.csv", b"keyword\na b\n", ImportMode::Skip)
        .await;
    told(&again.expect_err("no room for one more"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ideas_that_do_not_fit_cost_nothing() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    ground
        .import(
            &tenant,
            "a.csv",
            b"keyword,volume\nespresso machine,900\nbest espresso machine,500\nespresso machine cleaning,300\n",
            ImportMode::Skip,
        )
        .await;
    let start = Start::auto_cluster(tenant.sector);
    let grouped = ground.run(&tenant, start).await;
    assert_eq!(grouped.items_done, 1, "{grouped:?}");
    let clusters: Vec<_> = cluster::Entity::find()
        .filter(cluster::Column::AccountId.eq(AccountId(scope.account.0)))
        .all(&app.db)
        .await
        .expect("clusters")
        .iter()
        .map(|cluster| cluster.id)
        .collect();
    limit(&ground, plan::Column::MaxIdeas, 1).await;
    let before = ground.balance(scope).await.credits;
    let start = Start::GenerateIdeas {
        cluster_ids: clusters[..1].to_vec(),
    };
    let done = ground.run(&tenant, start).await;
    assert_eq!((done.items_done, done.items_failed), (0, 1), "{done:?}");
    let item: &ai_task_item::Model = &ground.items(&done.task_id).await[0];
    assert_eq!(item.error_code.as_deref(), Some("limit_reached"));
    assert_eq!(ground.balance(scope).await.credits, before);
    assert!(idea::Entity::find().all(&app.db).await.expect("ideas").is_empty());
}
