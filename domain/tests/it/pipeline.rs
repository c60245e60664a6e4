//! From a keyword file to pictures with the built-in engine, and what it costs.

use std::collections::{BTreeMap, HashMap};

use domain::{
    Error, ai, billing,
    planner::{clusters, ideas, keywords},
    writer::{content, images, tasks},
};
use entity::{
    account,
    ai_task::{AiTaskStatus, Phase, Start},
    cluster, cluster_keyword, content as article,
    credit_usage_log::Operation,
    idea, image, keyword,
    keyword_import::ImportMode,
    plan, task,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, sea_query::Expr};
use serde_json::json;

use crate::support::{Answer, Ground, Model, Tenant, fixture, page, written};

/// The count and volume of each cluster are those of its members.
async fn assert_counts(ground: &Ground, tenant: &Tenant) {
    let db = &ground.app.db;
    let volumes: HashMap<_, _> = keyword::Entity::find()
        .all(db)
        .await
        .expect("keywords")
        .into_iter()
        .map(|row| (row.id, row.volume.unwrap_or(0)))
        .collect();
    for row in cluster::Entity::find()
        .filter(cluster::Column::SiteId.eq(tenant.site))
        .all(db)
        .await
        .expect("clusters")
    {
        let members = cluster_keyword::Entity::find()
            .filter(cluster_keyword::Column::ClusterId.eq(row.id))
            .all(db)
            .await
            .expect("members");
        let volume: i64 = members.iter().map(|member| volumes[&member.keyword_id]).sum();
        let count = i64::try_from(members.len()).expect("fits");
        assert_eq!((row.keywords_count, row.volume), (count, volume), "{}", row.name);
    }
}

/// Clusters with their members, by name: what a run made, whatever the ids.
async fn grouping(ground: &Ground, tenant: &Tenant) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    let list = clusters::list(
        &ground.app,
        &tenant.scope,
        &cluster::Filter {
            site_id: Some(tenant.site),
            ..Default::default()
        },
        &page(200),
    )
    .await
    .expect("clusters");
    for row in list.results {
        let filter = keyword::Filter {
            cluster_id: Some(row.id),
            ..Default::default()
        };
        let members = keywords::list(&ground.app, &tenant.scope, &filter, &page(200))
            .await
            .expect("members");
        let mut names: Vec<String> = members.results.into_iter().map(|row| row.keyword.keyword).collect();
        names.sort();
        found.insert(row.name, names);
    }
    found
}

async fn used(ground: &Ground, tenant: &Tenant) -> HashMap<Operation, i64> {
    let mut sums = HashMap::new();
    let mut number = 1;
    loop {
        let list = entity::ListQuery {
            page: Some(number),
            ..page(200)
        };
        let found = billing::usage(&ground.app, &tenant.scope, &list).await.expect("usage");
        for row in &found.results {
            *sums.entry(row.operation).or_insert(0) += row.credits_used;
            assert_eq!(row.provider, "builtin");
            assert_eq!(row.site_id, Some(tenant.site));
        }
        if number >= found.pages() {
            return sums;
        }
        number += 1;
    }
}

fn cluster_all(tenant: &Tenant) -> Start {
    Start::auto_cluster(tenant.sector)
}

#[tokio::test]
async fn from_a_file_to_pictures() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let report = ground
        .import(
            &tenant,
            "keywords.csv",
            &fixture("public/samples/keywords.csv"),
            ImportMode::Skip,
        )
        .await;
    let imported = report.import.added;
    assert!(imported > 300 && report.import.rejected == 0, "{:?}", report.import);

    // Keywords to clusters: one credit for thirty.
    let price = (imported + 29) / 30;
    let estimate = ai::estimate(app, scope, &cluster_all(&tenant))
        .await
        .expect("an estimate");
    assert_eq!(
        (estimate.items, estimate.credits, estimate.available),
        (1, price, 1_000)
    );
    let done = ground.run(&tenant, cluster_all(&tenant)).await;
    assert_eq!(
        (done.status, done.phase, done.percent),
        (AiTaskStatus::Completed, Phase::Done, 100),
        "{done:?}"
    );
    assert_eq!(
        (done.credits_reserved, done.credits_settled, done.credits_released),
        (price, price, 0)
    );
    assert!(
        done.summary.as_deref().is_some_and(|text| text.contains("new cluster")),
        "{done:?}"
    );
    assert_counts(&ground, &tenant).await;
    let groups = grouping(&ground, &tenant).await;
    assert!(groups.len() > 10, "{groups:?}");
    assert!(groups.values().all(|members| members.len() >= 2), "{groups:?}");
    ground.assert_books().await;

    // Clusters to ideas: one credit each, held for more than come.
    let all = cluster::Entity::find()
        .order_by_desc(cluster::Column::Volume)
        .all(&app.db)
        .await
        .expect("clusters");
    let some: Vec<_> = all.iter().take(6).map(|row| row.id).collect();
    let done = ground
        .run(
            &tenant,
            Start::GenerateIdeas {
                cluster_ids: some.clone(),
            },
        )
        .await;
    assert_eq!((done.status, done.items_done), (AiTaskStatus::Completed, 6), "{done:?}");
    let made = ideas::list(
        app,
        scope,
        &idea::Filter {
            site_id: Some(tenant.site),
            ..Default::default()
        },
        &page(200),
    )
    .await
    .expect("ideas");
    let number = i64::try_from(made.count).expect("fits");
    assert!(number >= 6);
    assert_eq!((done.credits_reserved, done.credits_settled), (24, number));
    assert_eq!(done.credits_released, 24 - number);
    assert!(
        made.results
            .iter()
            .all(|row| row.idea.status == idea::IdeaStatus::New && row.cluster_name.is_some())
    );
    for id in &some {
        assert_eq!(
            clusters::get(app, scope, *id).await.expect("a cluster").status,
            cluster::ClusterStatus::Mapped
        );
    }
    // Asked again, what is there is not proposed again.
    ground.run(&tenant, Start::GenerateIdeas { cluster_ids: some }).await;
    let titles: Vec<String> = idea::Entity::find()
        .all(&app.db)
        .await
        .expect("ideas")
        .into_iter()
        .map(|row| row.idea_title.to_lowercase())
        .collect();
    let distinct: std::collections::HashSet<_> = titles.iter().collect();
    assert_eq!(distinct.len(), titles.len(), "{titles:?}");
    let ideas_made = i64::try_from(titles.len()).expect("fits");

    // Ideas to tasks, each once.
    let chosen = idea::Queue {
        ids: made.results.iter().take(3).map(|row| row.idea.id).collect(),
        ..Default::default()
    };
    let queued = ideas::queue_to_writer(app, scope, &chosen).await.expect("queues");
    assert_eq!((queued.created.len(), queued.already_queued), (3, 0));
    let again = ideas::queue_to_writer(app, scope, &chosen).await.expect("queues");
    assert_eq!((again.created.len(), again.already_queued), (0, 3));
    assert_eq!(task::Entity::find().count(&app.db).await.expect("counts"), 3);
    let listed = tasks::list(app, scope, &task::Filter::default(), &page(50))
        .await
        .expect("tasks");
    assert!(
        listed
            .results
            .iter()
            .all(|row| row.task.status == task::TaskStatus::Draft && row.content_id.is_none())
    );

    // Tasks to articles: three credits a piece.
    let done = ground
        .run(
            &tenant,
            Start::GenerateContent {
                task_ids: queued.created.clone(),
            },
        )
        .await;
    assert_eq!(
        (done.status, done.items_done, done.credits_settled),
        (AiTaskStatus::Completed, 3, 9),
        "{done:?}"
    );
    let listed = tasks::list(app, scope, &task::Filter::default(), &page(50))
        .await
        .expect("tasks");
    assert!(
        listed
            .results
            .iter()
            .all(|row| row.task.status == task::TaskStatus::Review && row.content_id.is_some())
    );
    for id in &chosen.ids {
        assert_eq!(
            ideas::get(app, scope, *id).await.expect("an idea").status,
            idea::IdeaStatus::Completed
        );
    }
    let articles = article::Entity::find()
        .order_by_asc(article::Column::Id)
        .all(&app.db)
        .await
        .expect("articles");
    for one in &articles {
        assert!(
            one.is_outline && one.html_content.contains("igny8-draft-note"),
            "{}",
            one.html_content
        );
        assert!(one.word_count > 100 && !one.meta_title.is_empty() && !one.meta_description.is_empty());
        assert!(!one.slug.is_empty() && !one.primary_keyword.is_empty() && one.revision == 1);
    }
    // A task has one article.
    let start = Start::GenerateContent {
        task_ids: queued.created,
    };
    assert!(matches!(
        ai::start(app, scope, start, None).await,
        Err(Error::Conflict(_))
    ));

    // Articles to pictures: planning is free, a picture is a credit.
    let ids: Vec<_> = articles.iter().map(|one| one.id).collect();
    let done = ground
        .run(
            &tenant,
            Start::GenerateImagePrompts {
                content_ids: ids.clone(),
            },
        )
        .await;
    assert_eq!((done.items_done, done.credits_settled), (3, 0), "{done:?}");
    // Planned again: replaced, not doubled.
    let planned = image::Entity::find().count(&app.db).await.expect("counts");
    ground
        .run(&tenant, Start::GenerateImagePrompts { content_ids: ids })
        .await;
    assert_eq!(image::Entity::find().count(&app.db).await.expect("counts"), planned);
    let detail = content::get(app, scope, articles[0].id).await.expect("an article");
    assert_eq!(detail.images[0].image_type, image::ImageType::Featured);
    assert!(detail.images.len() >= 2 && detail.images[1..].iter().all(|one| one.heading.is_some()));
    let pictures: Vec<_> = detail.images.iter().map(|one| one.id).collect();
    let number_of_pictures = i64::try_from(pictures.len()).expect("fits");
    let done = ground
        .run(
            &tenant,
            Start::GenerateImages {
                image_ids: pictures.clone(),
            },
        )
        .await;
    assert_eq!(
        (done.status, done.credits_settled),
        (AiTaskStatus::Completed, number_of_pictures),
        "{done:?}"
    );
    for id in pictures {
        let (bytes, kind) = images::file(app, scope, id).await.expect("a file");
        assert_eq!((kind.as_str(), &bytes[..4]), ("image/png", &b"\x89PNG"[..]));
        let row = images::get(app, scope, id).await.expect("a picture");
        assert_eq!(
            (row.status, row.width, row.height),
            (image::ImageStatus::Generated, Some(1200), Some(630))
        );
        assert_eq!(row.size_bytes, i64::try_from(bytes.len()).ok());
    }

    let in_site = article::Filter {
        site_id: Some(tenant.site),
        ..Default::default()
    };
    let rows = content::list(app, scope, &in_site, &page(50))
        .await
        .expect("a page")
        .results;
    let first = rows.iter().find(|row| row.id == articles[0].id).expect("a row");
    assert_eq!(
        (first.images_total, first.images_done),
        (number_of_pictures, number_of_pictures)
    );
    assert!(rows.iter().all(|row| row.images_total >= 1 && row.is_outline));

    // What it cost, to the credit.
    let spent = used(&ground, &tenant).await;
    assert_eq!(spent.get(&Operation::Clustering), Some(&price));
    assert_eq!(spent.get(&Operation::Ideas), Some(&ideas_made));
    assert_eq!(spent.get(&Operation::Content), Some(&9));
    assert_eq!(spent.get(&Operation::ImagePrompts), Some(&0));
    assert_eq!(spent.get(&Operation::Images), Some(&number_of_pictures));
    let balance = ground.balance(scope).await;
    let total: i64 = spent.values().sum();
    assert_eq!(
        (balance.credits, balance.reserved, balance.credits_used_this_month),
        (1_000 - total, 0, total)
    );
    ground.assert_books().await;
}

#[tokio::test]
async fn a_second_run_extends_what_is_there() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let first = "keyword,volume\nespresso machine,90\nbest espresso machine,50\npour over coffee,30\npour over coffee maker,20\n";
    ground
        .import(&tenant, "a.csv", first.as_bytes(), ImportMode::Skip)
        .await;
    ground.run(&tenant, cluster_all(&tenant)).await;
    let before = grouping(&ground, &tenant).await;
    assert_eq!(before.len(), 2, "{before:?}");
    // Nothing new: nothing to do, nothing to pay.
    assert!(matches!(
        ai::start(app, scope, cluster_all(&tenant), None).await,
        Err(Error::Invalid { .. })
    ));
    let second = "keyword,volume\ntop rated espresso machine,8\nfrench press,60\nbest french press,9\n";
    ground
        .import(&tenant, "b.csv", second.as_bytes(), ImportMode::Skip)
        .await;
    let done = ground.run(&tenant, cluster_all(&tenant)).await;
    assert!(
        done.summary
            .as_deref()
            .is_some_and(|text| text.contains("1 new cluster and 1 existing one")),
        "{done:?}"
    );
    let after = grouping(&ground, &tenant).await;
    assert_eq!(after.len(), 3, "{after:?}");
    for (name, members) in &before {
        let now = &after[name];
        assert!(
            members.iter().all(|member| now.contains(member))
                && now.len() == members.len() + usize::from(name == "Espresso Machine"),
            "{name}: {now:?}"
        );
    }
    assert_counts(&ground, &tenant).await;
    // Counts follow whatever is done by hand.
    let rows = ground.keywords(&tenant).await;
    let patch = keyword::Patch {
        volume: Some(Some(1_000)),
        ..Default::default()
    };
    keywords::update(app, scope, rows["espresso machine"].id, patch)
        .await
        .expect("changes");
    assert_counts(&ground, &tenant).await;
    keywords::delete(app, scope, &[rows["best espresso machine"].id, rows["french press"].id])
        .await
        .expect("deletes");
    assert_counts(&ground, &tenant).await;
    // A cluster goes, its keywords stay and can be grouped again.
    let gone = cluster::Entity::find()
        .order_by_asc(cluster::Column::Id)
        .one(&app.db)
        .await
        .expect("a query")
        .expect("a cluster");
    clusters::delete(app, scope, &[gone.id]).await.expect("deletes");
    assert_eq!(ground.keywords(&tenant).await.len(), rows.len() - 2);
    let open = keywords::list(
        app,
        scope,
        &keyword::Filter {
            clustered: Some(false),
            ..Default::default()
        },
        &page(50),
    )
    .await
    .expect("a page");
    assert_eq!(i64::try_from(open.count).expect("fits"), gone.keywords_count);
    ground.assert_books().await;
}

#[tokio::test]
async fn a_selection_is_grouped_alone_and_archived_keywords_never() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let file = "keyword\nespresso machine\nbest espresso machine\ncheap espresso machine\nmoka pot\nbest moka pot\n";
    ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    let rows = ground.keywords(&tenant).await;
    keywords::set_status(
        app,
        scope,
        &[rows["cheap espresso machine"].id],
        keyword::KeywordStatus::Archived,
    )
    .await
    .expect("archives");
    let selected = vec![
        rows["espresso machine"].id,
        rows["best espresso machine"].id,
        rows["cheap espresso machine"].id,
    ];
    ground
        .run(&tenant, Start::auto_cluster_of(tenant.sector, selected))
        .await;
    let groups = grouping(&ground, &tenant).await;
    let members: Vec<&Vec<String>> = groups.values().collect();
    assert_eq!(
        members,
        [&["best espresso machine".to_owned(), "espresso machine".to_owned()]]
    );
}

#[tokio::test]
async fn the_same_input_gives_the_same_output() {
    let ground = Ground::new().await;
    let sample = fixture("public/samples/keywords.csv");
    let mut results = Vec::new();
    for email in ["ann@example.com", "bob@example.com"] {
        let tenant = ground.tenant(email).await;
        ground.import(&tenant, "keywords.csv", &sample, ImportMode::Skip).await;
        ground.run(&tenant, cluster_all(&tenant)).await;
        let own = cluster::Entity::find().filter(cluster::Column::SiteId.eq(tenant.site));
        let ids = own
            .order_by_asc(cluster::Column::Id)
            .all(&ground.app.db)
            .await
            .expect("clusters");
        let names: Vec<String> = ids.iter().map(|row| row.name.clone()).collect();
        let ids: Vec<_> = ids.iter().take(4).map(|row| row.id).collect();
        ground.run(&tenant, Start::GenerateIdeas { cluster_ids: ids }).await;
        let ideas: Vec<_> = idea::Entity::find()
            .filter(idea::Column::SiteId.eq(tenant.site))
            .order_by_asc(idea::Column::IdeaTitle)
            .all(&ground.app.db)
            .await
            .expect("ideas")
            .into_iter()
            .map(|row| {
                (
                    row.idea_title,
                    row.description,
                    row.target_keywords,
                    row.estimated_word_count,
                )
            })
            .collect();
        let written = ground.article(&tenant, "How to Clean an Espresso Machine").await;
        results.push((
            names,
            grouping(&ground, &tenant).await,
            ideas,
            written.html_content,
            written.meta_description,
        ));
    }
    assert_eq!(results[0], results[1]);
}

#[tokio::test]
async fn a_price_by_words_settles_what_was_written() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let starter = plan::Entity::find()
        .filter(plan::Column::Slug.eq("starter"))
        .one(&app.db)
        .await
        .expect("a query")
        .expect("a plan");
    account::Entity::update_many()
        .col_expr(account::Column::PlanId, Expr::value(starter.id))
        .filter(account::Column::Id.eq(scope.account))
        .exec(&app.db)
        .await
        .expect("another plan");
    assert_eq!(billing::costs(app, scope).await.expect("prices").len(), 10);
    let task = ground.task(&tenant, "How to Brew").await;
    let done = ground
        .run(&tenant, Start::GenerateContent { task_ids: vec![task] })
        .await;
    let words = i64::from(ground.article_of(task).await.word_count);
    let price = (words + 99) / 100;
    assert!(price < 9, "the outline is shorter than what was held for: {words}");
    // 600 words were wanted: half as much again is held, one credit for a hundred.
    assert_eq!(
        (done.credits_reserved, done.credits_settled, done.credits_released),
        (9, price, 9 - price)
    );
    assert_eq!(ground.balance(scope).await.credits, 1_000 - price);
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_names_proposes_and_describes() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let model = Model::start(|question| {
        Answer::Text(match question {
            naming if naming.starts_with("Name each") => r#"{"clusters":[{"number":0,"name":" Named  by a model ","merge_into":null},{"number":99,"name":"nobody's","merge_into":null}],"moves":[]}"#.to_owned(),
            proposing if proposing.starts_with("Propose") => json!({"ideas": [
                {"title": "First", "description": "d", "content_type": "blog_post", "content_structure": "how_to", "target_keywords": ["a", "b"], "estimated_word_count": 900},
                {"title": "first ", "description": "the same again", "content_type": "blog_post", "content_structure": "guide", "target_keywords": [], "estimated_word_count": 900},
                {"title": "Second", "description": "d", "content_type": "page", "content_structure": "guide", "target_keywords": [], "estimated_word_count": 5},
            ]})
            .to_string(),
            describing if describing.contains("featured picture") => json!({"images": [
                {"featured": false, "heading": "More", "prompt": "beans", "alt": "Beans"},
                {"featured": true, "heading": null, "prompt": "a cup", "alt": "A cup"},
                {"featured": true, "heading": null, "prompt": "another cup", "alt": "A cup"},
                {"featured": false, "heading": null, "prompt": " ", "alt": ""},
            ]})
            .to_string(),
            writing => written(writing),
        })
    })
    .await;
    ground.use_model(&tenant, &model).await;
    let file = "keyword,volume\nespresso machine,10\nbest espresso machine,20\n";
    ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    let done = ground.run(&tenant, cluster_all(&tenant)).await;
    assert_eq!(
        (done.items_done, done.credits_settled),
        (1, 1),
        "{:?}",
        ground.items(&done.task_id).await
    );
    let groups: Vec<String> = grouping(&ground, &tenant).await.into_keys().collect();
    assert_eq!(groups, ["Named by a model"]);
    let cluster = cluster::Entity::find()
        .one(&app.db)
        .await
        .expect("a query")
        .expect("a cluster");

    let done = ground
        .run(
            &tenant,
            Start::GenerateIdeas {
                cluster_ids: vec![cluster.id],
            },
        )
        .await;
    assert_eq!(
        (done.items_done, done.credits_settled),
        (1, 2),
        "{:?}",
        ground.items(&done.task_id).await
    );
    let made = idea::Entity::find()
        .order_by_asc(idea::Column::Id)
        .all(&app.db)
        .await
        .expect("ideas");
    let told: Vec<_> = made
        .iter()
        .map(|row| {
            (
                row.idea_title.as_str(),
                row.content_structure.as_str(),
                row.estimated_word_count,
            )
        })
        .collect();
    assert_eq!(told, [("First", "how_to", 900), ("Second", "guide", 100)]);
    assert_eq!(made[0].target_keywords, "a, b");
    // Asked again, a model that repeats itself has done nothing: nothing is made, nothing is charged.
    let again = ground
        .run(
            &tenant,
            Start::GenerateIdeas {
                cluster_ids: vec![cluster.id],
            },
        )
        .await;
    assert_eq!(again.credits_settled, 0, "{again:?}");
    assert_eq!(idea::Entity::find().count(&app.db).await.expect("counts"), 2);

    let article = ground.article(&tenant, "How to Brew").await;
    let done = ground
        .run(
            &tenant,
            Start::GenerateImagePrompts {
                content_ids: vec![article.id],
            },
        )
        .await;
    assert_eq!(done.items_done, 1, "{:?}", ground.items(&done.task_id).await);
    let images = content::get(app, scope, article.id).await.expect("an article").images;
    let told: Vec<_> = images
        .iter()
        .map(|one| (one.image_type, one.heading.as_deref(), one.prompt.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (image::ImageType::Featured, None, "a cup"),
            (image::ImageType::InArticle, Some("More"), "beans")
        ]
    );
    // Without an image model pictures are made here, whoever writes the texts.
    let before = model.calls();
    let done = ground
        .run(
            &tenant,
            Start::GenerateImages {
                image_ids: vec![images[0].id],
            },
        )
        .await;
    assert_eq!((done.items_done, model.calls()), (1, before));
    assert_eq!(
        images::get(app, scope, images[0].id)
            .await
            .expect("a picture")
            .provider
            .as_deref(),
        Some("builtin")
    );
    ground.assert_books().await;
}
