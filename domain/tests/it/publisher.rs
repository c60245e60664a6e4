//! Publishing: one post however often it is sent, and passwords that stay here.

use domain::{
    Error,
    jobs::{Job, worker, worker::Worker},
    publisher,
    writer::content,
};
use entity::{
    ContentId, IntegrationId,
    ai_task::Start,
    content::{ContentStatus, Patch},
    integration,
    integration::{ConnectionStatus, New},
    publishing_record,
    publishing_record::{Filter, PublishRequest, PublishStatus, Row},
    task,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use tokio_util::sync::CancellationToken;

use crate::support::{FakeWordPress, Ground, Tenant, eventually, fields, page};

const PASSWORD: &str = "abcd efgh ijkl mnop";
/// As it is sent: spaces are for people.
const SENT: &str = "abcdefghijklmnop";

fn connection(tenant: &Tenant, base: &str, password: &str) -> New {
    New {
        site_id: tenant.site,
        name: String::new(),
        base_url: base.to_owned(),
        username: " ada ".to_owned(),
        password: password.to_owned(),
    }
}

async fn connect(ground: &Ground, tenant: &Tenant, wordpress: &FakeWordPress, password: &str) -> integration::Model {
    let input = connection(tenant, &wordpress.base, password);
    publisher::save_integration(&ground.app, &tenant.scope, None, input)
        .await
        .expect("a connection")
}

fn request(content: ContentId, integration: IntegrationId) -> PublishRequest {
    PublishRequest {
        content_ids: vec![content],
        integration_id: integration,
        target_status: "publish".to_owned(),
    }
}

/// Publishes and lets a worker do it.
async fn publish(ground: &Ground, tenant: &Tenant, content: ContentId, integration: IntegrationId) -> Row {
    let rows = publisher::publish(&ground.app, &tenant.scope, request(content, integration))
        .await
        .expect("takes it");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].record.status, PublishStatus::Pending);
    worker::run_job(&ground.worker(), Job::Publish(rows[0].record.id)).await;
    record(ground, tenant, content).await
}

async fn record(ground: &Ground, tenant: &Tenant, content: ContentId) -> Row {
    let filter = Filter {
        content_id: Some(content),
        ..Default::default()
    };
    let found = publisher::records(&ground.app, &tenant.scope, &filter, &page(10))
        .await
        .expect("records");
    assert_eq!(found.count, 1);
    found.results[0].clone()
}

#[tokio::test]
async fn an_address_that_would_run_a_script_is_never_kept_and_makes_no_second_post() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let wordpress = FakeWordPress::start(SENT).await;
    let made = connect(&ground, &tenant, &wordpress, PASSWORD).await;
    let article = ground.article(&tenant, "How to Brew").await;
    wordpress.say_link("javascript:alert(1)");
    for _ in 0..2 {
        let sent = publish(&ground, &tenant, article.id, made.id).await;
        assert_ne!(sent.record.status, PublishStatus::Published);
        assert_eq!(sent.record.external_url, None);
    }
    assert_eq!(ground.content(article.id).await.external_url, None);
    assert_eq!(wordpress.counts().0, 1);
}

#[tokio::test]
async fn an_article_is_published_and_published_again() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let wordpress = FakeWordPress::start(SENT).await;
    let made = connect(&ground, &tenant, &wordpress, PASSWORD).await;
    assert_eq!(
        (made.name.as_str(), made.username.as_str(), made.status),
        ("127.0.0.1", "ada", ConnectionStatus::Untested)
    );
    let result = publisher::test_integration(app, scope, made.id)
        .await
        .expect("a result");
    assert!(
        result.ok && result.message.contains("Tom's beans") && result.message.contains("Ada"),
        "{result:?}"
    );
    let article = ground.article(&tenant, "How to Brew").await;
    let patch = Patch {
        revision: 1,
        categories: Some("Coffee".to_owned()),
        tags: Some("beans, water".to_owned()),
        ..Default::default()
    };
    content::save(app, scope, article.id, patch).await.expect("saves");
    ground
        .run(
            &tenant,
            Start::GenerateImagePrompts {
                content_ids: vec![article.id],
            },
        )
        .await;
    let images: Vec<_> = content::get(app, scope, article.id)
        .await
        .expect("an article")
        .images
        .iter()
        .map(|one| one.id)
        .collect();
    ground
        .run(
            &tenant,
            Start::GenerateImages {
                image_ids: images.clone(),
            },
        )
        .await;

    let sent = publish(&ground, &tenant, article.id, made.id).await;
    assert_eq!(
        (sent.record.status, sent.record.error.as_deref()),
        (PublishStatus::Published, None),
        "{sent:?}"
    );
    assert_eq!(sent.record.external_url.as_deref(), Some("http://blog.example/?p=100"));
    assert_eq!(
        (sent.record.external_id.as_deref(), sent.record.published_revision),
        (Some("100"), Some(2))
    );
    assert_eq!(
        (
            sent.content_title.as_str(),
            sent.content_revision,
            sent.integration_name.as_str()
        ),
        ("How to Brew", 2, "127.0.0.1")
    );
    assert!(sent.record.published_at.is_some());
    assert_eq!(wordpress.counts(), (1, 1, images.len()));
    let post = wordpress.post();
    assert_eq!(
        (&post["sent"]["title"], &post["sent"]["status"]),
        (&"How to Brew".into(), &"publish".into())
    );
    let raw = post["content"]["raw"].as_str().expect("text");
    assert!(
        raw.contains("blog.example/up/") && raw.contains(&article.public_id),
        "{raw}"
    );
    assert_eq!(post["sent"]["featured_media"], 900);
    assert_eq!(
        (
            post["sent"]["categories"].as_array().map(Vec::len),
            post["sent"]["tags"].as_array().map(Vec::len)
        ),
        (Some(1), Some(2))
    );
    let now = ground.content(article.id).await;
    assert_eq!(
        (now.status, now.external_url.as_deref(), now.revision),
        (ContentStatus::Published, Some("http://blog.example/?p=100"), 2)
    );
    let first_published = now.published_at.expect("a time");
    let done = task::Entity::find_by_id(article.task_id.expect("a task"))
        .one(&app.db)
        .await
        .expect("a query")
        .expect("a task");
    assert_eq!(done.status, task::TaskStatus::Completed);

    // An edit, sent again: the same post, the same pictures, the same record.
    let patch = Patch {
        revision: 2,
        title: Some("How to Brew Well".to_owned()),
        ..Default::default()
    };
    content::save(app, scope, article.id, patch).await.expect("saves");
    assert_eq!(record(&ground, &tenant, article.id).await.content_revision, 3);
    let again = publish(&ground, &tenant, article.id, made.id).await;
    assert_eq!(
        (again.record.id, again.record.published_revision),
        (sent.record.id, Some(3))
    );
    assert_eq!(wordpress.counts(), (1, 1, images.len()));
    assert_eq!(wordpress.post()["sent"]["title"], "How to Brew Well");
    assert_eq!(ground.content(article.id).await.published_at, Some(first_published));
    // Even when our own record of it is gone.
    publishing_record::Entity::delete_many()
        .exec(&app.db)
        .await
        .expect("forgets");
    publish(&ground, &tenant, article.id, made.id).await;
    assert_eq!(wordpress.counts(), (1, 1, images.len()));
    // A message that comes twice sends nothing twice.
    let writes = wordpress.writes();
    worker::run_job(
        &ground.worker(),
        Job::Publish(record(&ground, &tenant, article.id).await.record.id),
    )
    .await;
    assert_eq!(wordpress.writes(), writes);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_carries_a_publication() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let wordpress = FakeWordPress::start(SENT).await;
    let made = connect(&ground, &tenant, &wordpress, PASSWORD).await;
    let article = ground.article(&tenant, "How to Brew").await;
    let stop = CancellationToken::new();
    let serving = tokio::spawn(Worker::new(ground.another_app().await).run(stop.clone()));
    publisher::publish(&ground.app, &tenant.scope, request(article.id, made.id))
        .await
        .expect("takes it");
    eventually("it is published", async || {
        (record(&ground, &tenant, article.id).await.record.status == PublishStatus::Published).then_some(())
    })
    .await;
    stop.cancel();
    serving.await.expect("no panic").expect("ends well");
    assert_eq!(wordpress.counts(), (1, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_while_it_is_being_sent_is_sent_afterwards() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let wordpress = FakeWordPress::start(SENT).await;
    let made = connect(&ground, &tenant, &wordpress, PASSWORD).await;
    let article = ground.article(&tenant, "How to Brew").await;
    wordpress.hold();
    let rows = publisher::publish(app, scope, request(article.id, made.id))
        .await
        .expect("takes it");
    let id = rows[0].record.id;
    let sender = ground.worker();
    let sending = tokio::spawn(async move { worker::run_job(&sender, Job::Publish(id)).await });
    eventually("it is being sent", async || {
        (record(&ground, &tenant, article.id).await.record.status == PublishStatus::Publishing).then_some(())
    })
    .await;
    // Long enough for the article to have been read: the next save is not in it.
    let patch = Patch {
        revision: 1,
        title: Some("Newer".to_owned()),
        ..Default::default()
    };
    content::save(app, scope, article.id, patch).await.expect("saves");
    publisher::publish(app, scope, request(article.id, made.id))
        .await
        .expect("takes it");
    // Its message finds the record taken.
    worker::run_job(&ground.worker(), Job::Publish(id)).await;
    wordpress.release();
    sending.await.expect("no panic");
    let now = record(&ground, &tenant, article.id).await;
    assert_eq!(
        (now.record.status, now.record.published_revision),
        (PublishStatus::Published, Some(2)),
        "{now:?}"
    );
    assert_eq!(wordpress.post()["sent"]["title"], "Newer");
    assert_eq!(wordpress.counts(), (1, 1, 0));
}

#[tokio::test]
async fn a_wrong_password_is_told_and_mended() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let wordpress = FakeWordPress::start(SENT).await;
    let made = connect(&ground, &tenant, &wordpress, "not the one").await;
    let result = publisher::test_integration(app, scope, made.id)
        .await
        .expect("a result");
    assert!(
        !result.ok
            && result
                .advice
                .as_deref()
                .is_some_and(|text| text.contains("Application Passwords")),
        "{result:?}"
    );
    let listed = publisher::integrations(app, scope, Some(tenant.site))
        .await
        .expect("connections");
    assert_eq!(
        (listed[0].status, listed[0].last_error.as_ref()),
        (ConnectionStatus::Failed, Some(&result.message))
    );
    let article = ground.article(&tenant, "How to Brew").await;
    let failed = publish(&ground, &tenant, article.id, made.id).await;
    assert_eq!(failed.record.status, PublishStatus::Failed);
    let told = failed.record.error.clone().expect("a reason").to_lowercase();
    assert!(told.contains("password") && !told.contains("notthe"), "{told}");
    assert_eq!(wordpress.counts(), (0, 0, 0));
    assert_eq!(ground.content(article.id).await.status, ContentStatus::Draft);
    // The right one, and once more.
    let input = connection(&tenant, &wordpress.base, PASSWORD);
    let mended = publisher::save_integration(app, scope, Some(made.id), input)
        .await
        .expect("saves");
    assert_eq!((mended.id, mended.status), (made.id, ConnectionStatus::Untested));
    assert!(
        publisher::test_integration(app, scope, made.id)
            .await
            .expect("a result")
            .ok
    );
    let sent = publish(&ground, &tenant, article.id, made.id).await;
    assert_eq!(
        (sent.record.status, sent.record.error, sent.record.id),
        (PublishStatus::Published, None, failed.record.id)
    );
    assert_eq!(wordpress.counts(), (1, 1, 0));
    // The site changed its password afterwards: what was published stays known.
    wordpress.set_password("another");
    let failed = publish(&ground, &tenant, article.id, made.id).await;
    assert_eq!(
        (failed.record.status, failed.record.external_id.as_deref()),
        (PublishStatus::Failed, Some("100"))
    );
}

#[tokio::test]
async fn a_password_is_sealed_and_goes_nowhere_else() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let wordpress = FakeWordPress::start(SENT).await;
    let made = connect(&ground, &tenant, &wordpress, PASSWORD).await;
    let row = integration::Entity::find()
        .one(&app.db)
        .await
        .expect("a query")
        .expect("a row");
    assert!(
        row.credentials.len() > 30 && !row.credentials.contains("abcd"),
        "{}",
        row.credentials
    );
    let wire = serde_json::to_string(&made).expect("JSON");
    assert!(
        !wire.contains("credentials") && !wire.contains(&row.credentials) && !wire.contains("abcd"),
        "{wire}"
    );
    // Without a password: kept, unless it would go to another host or another user.
    let renamed = New {
        name: "Blog".to_owned(),
        ..connection(&tenant, &wordpress.base, "")
    };
    let kept = publisher::save_integration(app, scope, Some(made.id), renamed)
        .await
        .expect("saves");
    assert_eq!((kept.name.as_str(), &kept.credentials), ("Blog", &row.credentials));
    for moved in [
        connection(&tenant, "https://evil.example", ""),
        New {
            username: "root".to_owned(),
            ..connection(&tenant, &wordpress.base, " ")
        },
    ] {
        let error = publisher::save_integration(app, scope, Some(made.id), moved)
            .await
            .expect_err("a refusal");
        assert_eq!(fields(&error), ["password"]);
    }
    let now = publisher::integrations(app, scope, None)
        .await
        .expect("connections")
        .remove(0);
    assert_eq!(now, kept);
    // A sealed text copied to another row does not open there.
    let second = connect(&ground, &tenant, &wordpress, "other").await;
    integration::Entity::update_many()
        .col_expr(integration::Column::Credentials, Expr::value(row.credentials.clone()))
        .filter(integration::Column::Id.eq(second.id))
        .exec(&app.db)
        .await
        .expect("copies");
    assert!(
        !publisher::test_integration(app, scope, second.id)
            .await
            .expect("a result")
            .ok
    );
    assert!(
        publisher::test_integration(app, scope, made.id)
            .await
            .expect("a result")
            .ok
    );
}

#[tokio::test]
async fn a_connection_is_checked() {
    let ground = Ground::with(|config| config.security.allow_private_addresses = false).await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    for inside in [
        "http://127.0.0.1:8080",
        "http://192.168.0.10",
        "http://[::1]",
        "http://169.254.169.254",
        "http://2130706433",
    ] {
        let error = publisher::save_integration(app, scope, None, connection(&tenant, inside, PASSWORD))
            .await
            .expect_err(inside);
        assert_eq!(fields(&error), ["base_url"], "{inside}");
    }
    let nothing = New {
        site_id: tenant.site,
        ..Default::default()
    };
    let error = publisher::save_integration(app, scope, None, nothing)
        .await
        .expect_err("a refusal");
    assert_eq!(fields(&error), ["base_url", "username", "password"]);
    assert_eq!(integration::Entity::find().count(&app.db).await.expect("counts"), 0);
    // One that was made while it was allowed is not called once it is not.
    let open = Ground::new().await;
    let tenant = open.tenant("ann@example.com").await;
    let wordpress = FakeWordPress::start(SENT).await;
    let made = connect(&open, &tenant, &wordpress, PASSWORD).await;
    let strict = domain::App {
        http: domain::http::Http::new(false).expect("a client"),
        ..open.app.clone()
    };
    let result = publisher::test_integration(&strict, &tenant.scope, made.id)
        .await
        .expect("a result");
    assert!(
        !result.ok
            && result
                .advice
                .as_deref()
                .is_some_and(|text| text.contains("allow_private_addresses")),
        "{result:?}"
    );
}

#[tokio::test]
async fn a_request_to_publish_is_checked() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let wordpress = FakeWordPress::start(SENT).await;
    let made = connect(&ground, &tenant, &wordpress, PASSWORD).await;
    let article = ground.article(&tenant, "How to Brew").await;
    let nothing = PublishRequest {
        content_ids: Vec::new(),
        ..request(article.id, made.id)
    };
    assert_eq!(
        fields(&publisher::publish(app, scope, nothing).await.expect_err("a refusal")),
        ["content_ids"]
    );
    let odd = PublishRequest {
        target_status: "private".to_owned(),
        ..request(article.id, made.id)
    };
    assert_eq!(
        fields(&publisher::publish(app, scope, odd).await.expect_err("a refusal")),
        ["target_status"]
    );
    assert!(matches!(
        publisher::publish(app, scope, request(ContentId(99), made.id)).await,
        Err(Error::NotFound(_))
    ));
    assert!(matches!(
        publisher::publish(app, scope, request(article.id, IntegrationId(99))).await,
        Err(Error::NotFound(_))
    ));
    // Articles go to destinations of their own site.
    let second = domain::sites::create(app, scope, crate::support::new_site("Second", &["A"]))
        .await
        .expect("a site");
    let input = New {
        site_id: second.site.id,
        ..connection(&tenant, &wordpress.base, PASSWORD)
    };
    let other = publisher::save_integration(app, scope, None, input)
        .await
        .expect("a connection");
    assert_eq!(
        fields(
            &publisher::publish(app, scope, request(article.id, other.id))
                .await
                .expect_err("a refusal")
        ),
        ["integration_id"]
    );
    let empty = Patch {
        revision: 1,
        html_content: Some(" ".to_owned()),
        ..Default::default()
    };
    content::save(app, scope, article.id, empty).await.expect("saves");
    assert_eq!(
        fields(
            &publisher::publish(app, scope, request(article.id, made.id))
                .await
                .expect_err("a refusal")
        ),
        ["content_ids"]
    );
    assert_eq!(
        publishing_record::Entity::find().count(&app.db).await.expect("counts"),
        0
    );
    // As a draft: there, and not published here.
    let filled = Patch {
        revision: 2,
        html_content: Some("<p>text</p>".to_owned()),
        ..Default::default()
    };
    content::save(app, scope, article.id, filled).await.expect("saves");
    let draft = PublishRequest {
        target_status: "draft".to_owned(),
        ..request(article.id, made.id)
    };
    let rows = publisher::publish(app, scope, draft).await.expect("takes it");
    worker::run_job(&ground.worker(), Job::Publish(rows[0].record.id)).await;
    assert_eq!(wordpress.post()["sent"]["status"], "draft");
    assert_eq!(ground.content(article.id).await.status, ContentStatus::Draft);
    publisher::delete_integration(app, scope, made.id)
        .await
        .expect("removes");
    assert_eq!(
        publishing_record::Entity::find().count(&app.db).await.expect("counts"),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_nobody_sends_any_more_is_sent() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let wordpress = FakeWordPress::start(SENT).await;
    let made = connect(&ground, &tenant, &wordpress, PASSWORD).await;
    let worker = ground.worker();
    // Held by a worker that died, and held by one that lives and lost sight of it.
    for holder in ["worker-gone".to_owned(), worker.name.to_string()] {
        let article = ground.article(&tenant, &holder).await;
        let rows = publisher::publish(app, scope, request(article.id, made.id))
            .await
            .expect("takes it");
        use publishing_record::Column as C;
        publishing_record::Entity::update_many()
            .col_expr(C::Status, Expr::value(PublishStatus::Publishing.as_str()))
            .col_expr(C::Worker, Expr::value(holder))
            .col_expr(C::UpdatedAt, Expr::value(domain::now() - chrono::Duration::minutes(1)))
            .filter(C::Id.eq(rows[0].record.id))
            .exec(&app.db)
            .await
            .expect("writes");
    }
    let stop = CancellationToken::new();
    let serving = tokio::spawn(worker.run(stop.clone()));
    eventually("both are published", async || {
        let filter = Filter {
            status: Some(PublishStatus::Published),
            ..Default::default()
        };
        let found = publisher::records(app, scope, &filter, &page(10))
            .await
            .expect("records");
        (found.count == 2).then_some(())
    })
    .await;
    stop.cancel();
    serving.await.expect("no panic").expect("ends well");
    assert_eq!(wordpress.counts(), (2, 2, 0));
}
