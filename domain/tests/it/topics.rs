//! The same topic is not planned, queued or paid for twice without somebody knowing.

use std::sync::Arc;

use domain::{Error, ai, planner::ideas, planner::topics, writer::content};
use entity::{
    ClusterId, IdeaId, TaskId,
    ai_task::{AiTaskStatus, Start},
    cluster, content as article, idea,
    idea::{IdeaStatus, Queue},
    task,
    topic::{Ask, TopicKind},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use crate::support::{Answer, Ground, Model, Tenant, fields, page};

fn idea_of(tenant: &Tenant, title: &str, keywords: &str) -> idea::New {
    idea::New {
        sector_id: tenant.sector,
        idea_title: title.to_owned(),
        target_keywords: keywords.to_owned(),
        ..Default::default()
    }
}

async fn made(ground: &Ground, tenant: &Tenant, title: &str, keywords: &str) -> idea::Model {
    ideas::create(&ground.app, &tenant.scope, idea_of(tenant, title, keywords))
        .await
        .expect("an idea")
}

fn queue(ids: &[IdeaId]) -> Queue {
    Queue {
        ids: ids.to_vec(),
        allow_duplicate: false,
    }
}

/// The titles that a refusal names.
fn near(error: Error) -> Vec<String> {
    match error {
        Error::Duplicate(near) => near.into_iter().map(|near| near.title).collect(),
        other => panic!("not about duplicates: {other:?}"),
    }
}

#[tokio::test]
async fn an_idea_that_is_there_already_wants_to_be_insisted_on() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let first = made(&ground, &tenant, "How to Clean a Kettle", "how to clean a kettle").await;
    let again = || idea_of(&tenant, "Cleaning kettles: a tutorial", "clean kettle");
    assert_eq!(
        near(ideas::create(app, scope, again()).await.expect_err("a duplicate")),
        ["How to Clean a Kettle"]
    );
    let insisted = idea::New {
        allow_duplicate: true,
        ..again()
    };
    let second = ideas::create(app, scope, insisted).await.expect("insisted");
    // What is not about the same is no duplicate, and an archived idea stands in nobody's way.
    made(&ground, &tenant, "Kettle Repair", "kettle repair").await;
    for id in [first.id, second.id] {
        let archived = idea::Patch {
            status: Some(IdeaStatus::Archived),
            ..Default::default()
        };
        ideas::update(app, scope, id, archived).await.expect("archives");
    }
    let third = ideas::create(app, scope, again()).await.expect("free again");

    // An idea is not a duplicate of itself, but may become one of another.
    let patch = |title: &str| idea::Patch {
        idea_title: Some(title.to_owned()),
        ..Default::default()
    };
    ideas::update(app, scope, third.id, patch("Cleaning your kettle: a tutorial"))
        .await
        .expect("its own topic");
    let error = ideas::update(app, scope, third.id, patch("Kettle repair")).await;
    assert_eq!(near(error.expect_err("a duplicate")), ["Kettle Repair"]);

    // Another site knows nothing of it.
    let other = ground.tenant("bob@example.com").await;
    made(&ground, &other, "Kettle Repair", "kettle repair").await;
}

#[tokio::test]
async fn what_is_published_is_told_as_such_and_once() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let idea = made(&ground, &tenant, "Best Moka Pots", "best moka pot").await;
    let queued = ideas::queue_to_writer(app, scope, &queue(&[idea.id]))
        .await
        .expect("queues");
    ground
        .run(
            &tenant,
            Start::GenerateContent {
                task_ids: queued.created.clone(),
            },
        )
        .await;
    let written = ground.article_of(queued.created[0]).await;
    article::Entity::update(article::ActiveModel {
        id: Set(written.id),
        status: Set(article::ContentStatus::Published),
        external_url: Set(Some("https://example.com/moka".to_owned())),
        ..Default::default()
    })
    .exec(&app.db)
    .await
    .expect("publishes");
    let ask = Ask {
        site_id: tenant.site,
        title: "The best moka pot".to_owned(),
        keywords: String::new(),
        ..Default::default()
    };
    let found = topics::near(app, scope, &ask).await.expect("looks");
    assert_eq!(found.len(), 1, "idea, task and article are one: {found:?}");
    assert_eq!((found[0].kind, found[0].id), (TopicKind::Content, written.id.0));
    assert!(found[0].is_published);
    assert_eq!(found[0].url.as_deref(), Some("https://example.com/moka"));
    let of_itself = Ask {
        idea_id: Some(idea.id),
        ..ask
    };
    assert_eq!(topics::near(app, scope, &of_itself).await.expect("looks"), []);
    let listed = ideas::list(app, scope, &idea::Filter::default(), &page(10))
        .await
        .expect("ideas");
    assert_eq!(listed.results[0].task_id, Some(queued.created[0]));
    assert_eq!(listed.results[0].content_id, Some(written.id));
    let _ = content::get(app, scope, written.id).await.expect("an article");
}

#[tokio::test]
async fn queueing_leaves_out_what_is_archived_and_what_is_being_written() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    ground.task(&tenant, "Best moka pots").await;
    let mut ids = Vec::new();
    for (title, keywords) in [
        ("The best moka pots", "best moka pot"),
        ("Kettle Repair", "kettle repair"),
        ("How to repair a kettle", "kettle repair"),
        ("Old News", "old news"),
    ] {
        let input = idea::New {
            allow_duplicate: true,
            ..idea_of(&tenant, title, keywords)
        };
        ids.push(ideas::create(app, scope, input).await.expect("an idea").id);
    }
    ideas::set_status(app, scope, &ids[3..], IdeaStatus::Archived)
        .await
        .expect("archives");
    let listed = ideas::list(app, scope, &idea::Filter::default(), &page(10))
        .await
        .expect("ideas");
    let flagged: Vec<&str> = listed
        .results
        .iter()
        .filter(|row| row.duplicate.is_some())
        .map(|row| row.idea.idea_title.as_str())
        .collect();
    assert_eq!(flagged.len(), 3, "{flagged:?}");

    let result = ideas::queue_to_writer(app, scope, &queue(&ids)).await.expect("queues");
    assert_eq!(result.created.len(), 1);
    assert_eq!(result.archived, ["Old News"]);
    let left_out: Vec<&str> = result.duplicates.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(left_out, ["The best moka pots", "How to repair a kettle"]);
    assert_eq!(result.duplicates[0].near[0].title, "Best moka pots");
    assert_eq!(result.duplicates[1].near[0].title, "Kettle Repair");

    let insisted = Queue {
        ids: ids.clone(),
        allow_duplicate: true,
    };
    let result = ideas::queue_to_writer(app, scope, &insisted).await.expect("queues");
    assert_eq!((result.created.len(), result.already_queued), (2, 1));
    assert_eq!(result.archived, ["Old News"], "nobody insists on what is archived");
    assert!(result.duplicates.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idea_is_queued_once_however_many_ask_at_once() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let mut ids = Vec::new();
    for title in ["Kettle Repair", "Best Moka Pots", "Cold Brew at Home"] {
        ids.push(made(&ground, &tenant, title, &title.to_lowercase()).await.id);
    }
    let apps = [ground.app.clone(), ground.another_app().await];
    let ids = Arc::new(ids);
    let asking = (0..8).map(|number| {
        let (app, scope, ids) = (apps[number % 2].clone(), tenant.scope.clone(), Arc::clone(&ids));
        tokio::spawn(async move {
            // Each in another order, which must not make them wait for each other for ever.
            let mut mine = ids.as_ref().clone();
            mine.rotate_left(number % 3);
            ideas::queue_to_writer(&app, &scope, &queue(&mine)).await
        })
    });
    let mut created = 0;
    for answer in futures::future::join_all(asking).await {
        let result = answer.expect("no panic").expect("queues");
        assert_eq!(result.created.len() + result.already_queued as usize, 3, "{result:?}");
        created += result.created.len();
    }
    assert_eq!(created, 3);
    assert_eq!(task::Entity::find().count(&ground.app.db).await.expect("counts"), 3);
}

async fn cluster_of(ground: &Ground, tenant: &Tenant, keywords: &[&str]) -> ClusterId {
    let mut ids = Vec::new();
    for keyword in keywords {
        ids.push(ground.keyword(tenant, keyword).await);
    }
    let done = ground.run(tenant, Start::auto_cluster_of(tenant.sector, ids)).await;
    assert_eq!(done.status, AiTaskStatus::Completed);
    let newest = cluster::Entity::find()
        .filter(cluster::Column::SiteId.eq(tenant.site))
        .all(&ground.app.db)
        .await
        .expect("clusters")
        .into_iter()
        .map(|row| row.id)
        .max();
    newest.expect("a cluster")
}

#[tokio::test]
async fn a_covered_cluster_is_named_before_it_costs_anything() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let moka = cluster_of(&ground, &tenant, &["best moka pot", "top moka pots"]).await;
    let kettle = cluster_of(&ground, &tenant, &["kettle repair", "fix kettle"]).await;
    ground
        .text(&tenant, "Best Moka Pots", "best moka pot", "<p>x</p>")
        .await;
    let start = |ids: &[ClusterId]| Start::GenerateIdeas {
        cluster_ids: ids.to_vec(),
    };
    let told = ai::estimate(app, scope, &start(&[moka, kettle]))
        .await
        .expect("estimates");
    let names: Vec<i64> = told.covered.iter().map(|one| one.id).collect();
    assert_eq!(names, [moka.0], "{:?}", told.covered);
    assert_eq!(told.covered[0].near[0].title, "Best Moka Pots");

    let begun = ai::start_new(app, scope, start(&[moka, kettle]), None)
        .await
        .expect("starts");
    assert_eq!(begun.items_total, 1);
    assert_eq!(begun.left_out.len(), 1);
    ai::run_here(app, scope, &begun.task_id).await.expect("runs");
    let before = ground.balance(scope).await.credits;
    let refused = ai::start_new(app, scope, start(&[moka]), None)
        .await
        .expect_err("all covered");
    assert_eq!(near(refused), ["Best Moka Pots"]);
    assert_eq!(ground.balance(scope).await.credits, before);
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ideas_that_repeat_are_dropped_told_and_not_charged() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let idea = |title: &str, keywords: &[&str]| {
        json!({"title": title, "description": "d", "content_type": "blog_post", "content_structure": "guide",
               "target_keywords": keywords, "estimated_word_count": 900})
    };
    let answer = json!({"ideas": [
        idea("The best moka pots", &["best moka pot"]),
        idea("Moka pot repair", &["moka pot repair"]),
        idea("How to repair a moka pot", &["moka pot repair"]),
    ]});
    let model = Model::start(move |question| {
        Answer::Text(if question.starts_with("Propose") {
            answer.to_string()
        } else {
            r#"{"clusters":[]}"#.to_owned()
        })
    })
    .await;
    let moka = cluster_of(&ground, &tenant, &["moka pot", "moka pots"]).await;
    ground.use_model(&tenant, &model).await;
    ground
        .text(&tenant, "Best Moka Pots", "best moka pot", "<p>x</p>")
        .await;
    let before = ground.balance(scope).await.credits;
    let done = ground
        .run(
            &tenant,
            Start::GenerateIdeas {
                cluster_ids: vec![moka],
            },
        )
        .await;
    assert_eq!(done.items_done, 1, "{:?}", ground.items(&done.task_id).await);
    let titles: Vec<String> = ideas::list(app, scope, &idea::Filter::default(), &page(10))
        .await
        .expect("ideas")
        .results
        .into_iter()
        .map(|row| row.idea.idea_title)
        .collect();
    assert_eq!(titles, ["Moka pot repair"]);
    assert_eq!(done.credits_settled, 1);
    assert_eq!(ground.balance(scope).await.credits, before - 1);
    let summary = done.summary.expect("a summary");
    assert!(
        summary.contains("2 ideas about topics that you have already were left out"),
        "{summary}"
    );
    let result = ground.items(&done.task_id).await[0].result.clone().expect("a result");
    assert!(
        result.contains("Best Moka Pots"),
        "the receipt names what was there: {result}"
    );
    ground.assert_books().await;
}

#[tokio::test]
async fn a_task_whose_article_is_there_is_named_before_it_is_written_again() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    ground.text(&tenant, "Kettle repair", "kettle repair", "<p>x</p>").await;
    let again = ground.task(&tenant, "Kettle Repair").await;
    let new = ground.task(&tenant, "Best Moka Pots").await;
    let twin = ground.task(&tenant, "The best moka pots").await;
    let start = |ids: &[TaskId]| Start::GenerateContent { task_ids: ids.to_vec() };
    let told = ai::estimate(app, scope, &start(&[again, new, twin]))
        .await
        .expect("estimates");
    let ids: Vec<i64> = told.covered.iter().map(|one| one.id).collect();
    assert_eq!(
        ids,
        [again.0, twin.0],
        "of two that wait the first is written: {:?}",
        told.covered
    );
    let begun = ai::start_new(app, scope, start(&[again, new, twin]), Some("once".to_owned()))
        .await
        .expect("starts");
    assert_eq!(begun.items_total, 1);
    // The same key is the same work, whatever is there by now.
    let same = ai::start_new(app, scope, start(&[again, new, twin]), Some("once".to_owned()))
        .await
        .expect("answers");
    assert_eq!(same.task_id, begun.task_id);
    // Somebody who was told may insist.
    ai::start(app, scope, start(&[again]), None).await.expect("insisted");
}

#[tokio::test]
async fn types_and_clusters_of_ideas_can_be_changed_and_filtered_by() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let moka = cluster_of(&ground, &tenant, &["moka pot", "moka pots"]).await;
    let one = made(&ground, &tenant, "Kettle Repair", "kettle repair").await;
    made(&ground, &tenant, "Moka Pots", "moka pot").await;
    let patch = idea::Patch {
        content_type: Some("service".to_owned()),
        cluster_id: Some(moka),
        estimated_word_count: Some(3_000),
        ..Default::default()
    };
    let changed = ideas::update(app, scope, one.id, patch).await.expect("changes");
    assert_eq!(
        (changed.content_type.as_str(), changed.cluster_id),
        ("service", Some(moka))
    );
    let found = async |filter: idea::Filter| {
        let page = ideas::list(app, scope, &filter, &page(10)).await.expect("ideas");
        page.results.into_iter().map(|row| row.idea.id).collect::<Vec<_>>()
    };
    let filters = [
        idea::Filter {
            content_type: Some("service".to_owned()),
            ..Default::default()
        },
        idea::Filter {
            words_min: Some(2_000),
            words_max: Some(3_000),
            ..Default::default()
        },
        idea::Filter {
            cluster_id: Some(moka),
            ..Default::default()
        },
    ];
    for filter in filters {
        assert_eq!(found(filter.clone()).await, [one.id], "{filter:?}");
    }
    let unknown = idea::Patch {
        content_type: Some("poem".to_owned()),
        ..Default::default()
    };
    assert_eq!(
        fields(&ideas::update(app, scope, one.id, unknown).await.expect_err("a type")),
        ["content_type"]
    );
    let out = idea::Patch {
        cluster_id: Some(ClusterId(0)),
        ..Default::default()
    };
    assert_eq!(
        ideas::update(app, scope, one.id, out)
            .await
            .expect("changes")
            .cluster_id,
        None
    );
    // The task of a service becomes a service page.
    let queued = ideas::queue_to_writer(app, scope, &queue(&[one.id]))
        .await
        .expect("queues");
    let made = task::Entity::find_by_id(queued.created[0])
        .one(&app.db)
        .await
        .expect("a query")
        .expect("a task");
    assert_eq!(made.entity_type, task::EntityType::Service);
}
