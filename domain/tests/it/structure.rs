//! Plans of a site's pages: made from its clusters, changed by a person, the older ones kept.

use std::collections::HashSet;

use domain::{Error, ai, planner::clusters, site_builder};
use entity::{
    SiteBlueprintId,
    ai_task::{Progress, Start},
    keyword_import::ImportMode,
    page_blueprint::{Move, PageType, Patch, Row},
    site_blueprint::{Detail, Filter},
};
use serde_json::json;

use crate::support::{Answer, Ground, Model, Tenant, fields, page};

const FILE: &str = "keyword,volume\nespresso machine,900\nbest espresso machine,500\ncheap espresso machine,300\n\
                    espresso machine cleaning,100\nmoka pot,400\nbest moka pot,200\nclean a moka pot,90\nmoka pot sizes,50\n";

/// A site with clusters.
async fn site(ground: &Ground) -> Tenant {
    let tenant = ground.tenant("ann@example.com").await;
    ground.import(&tenant, "a.csv", FILE.as_bytes(), ImportMode::Skip).await;
    let start = Start::auto_cluster(tenant.sector);
    ground.run(&tenant, start).await;
    tenant
}

async fn propose(ground: &Ground, tenant: &Tenant) -> Progress {
    let start = Start::GenerateSiteStructure { site_id: tenant.site };
    ground.run(tenant, start).await
}

async fn plans(ground: &Ground, tenant: &Tenant) -> Vec<SiteBlueprintId> {
    let filter = Filter {
        site_id: Some(tenant.site),
    };
    let found = site_builder::list(&ground.app, &tenant.scope, &filter, &page(50))
        .await
        .expect("plans");
    found.results.iter().map(|row| row.blueprint.id).collect()
}

async fn newest(ground: &Ground, tenant: &Tenant) -> Detail {
    let id = plans(ground, tenant).await[0];
    site_builder::get(&ground.app, &tenant.scope, id).await.expect("a plan")
}

fn assert_tree(pages: &[Row]) {
    assert_eq!((pages[0].page.page_type, pages[0].depth), (PageType::Home, 0));
    let mut seen = HashSet::new();
    let mut slugs = HashSet::new();
    for row in pages {
        assert!(
            row.page.parent_id.is_none_or(|parent| seen.contains(&parent)),
            "{row:?}"
        );
        seen.insert(row.page.id);
        assert!(slugs.insert(row.page.slug.clone()), "{} twice", row.page.slug);
    }
}

fn titles(pages: &[Row]) -> Vec<String> {
    pages.iter().map(|row| row.page.title.clone()).collect()
}

#[tokio::test]
async fn a_plan_is_made_from_the_clusters_and_charged_once() {
    let ground = Ground::new().await;
    let tenant = site(&ground).await;
    let before = ground.balance(&tenant.scope).await.credits;
    let done = propose(&ground, &tenant).await;
    assert_eq!((done.items_done, done.credits_settled), (1, 50), "{done:?}");
    assert_eq!(ground.balance(&tenant.scope).await.credits, before - 50);
    let plan = newest(&ground, &tenant).await;
    assert_eq!(done.summary, Some(format!("{} pages proposed.", plan.pages.len())));
    assert_tree(&plan.pages);
    let pillar = plan
        .pages
        .iter()
        .find(|row| row.page.page_type == PageType::Pillar)
        .expect("a pillar");
    assert!(
        pillar.cluster_name.is_some() && pillar.volume.is_some_and(|volume| volume > 0),
        "{pillar:?}"
    );
    assert!(!pillar.page.target_keywords.is_empty());
    assert!(
        plan.pages
            .iter()
            .any(|row| row.page.page_type == PageType::Article && row.depth == 2)
    );
    for kind in [PageType::About, PageType::Contact, PageType::Legal] {
        let row = plan
            .pages
            .iter()
            .find(|row| row.page.page_type == kind)
            .expect("every site has it");
        assert!(row.page.purpose.starts_with("Placeholder"), "{row:?}");
    }
    // Again: a new plan, equal to the first one, which stays.
    propose(&ground, &tenant).await;
    let all = plans(&ground, &tenant).await;
    assert_eq!(all.len(), 2);
    let again = newest(&ground, &tenant).await;
    assert_eq!(again.blueprint.name, "Plan 2");
    assert_eq!(titles(&again.pages), titles(&plan.pages));
    let old = site_builder::get(&ground.app, &tenant.scope, all[1])
        .await
        .expect("still there");
    assert_eq!(old.pages, plan.pages);
    ground.assert_books().await;
}

#[tokio::test]
async fn without_clusters_there_is_nothing_to_plan() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let start = Start::GenerateSiteStructure { site_id: tenant.site };
    let before = ground.balance(&tenant.scope).await;
    assert!(matches!(
        ai::start(&ground.app, &tenant.scope, start, None).await,
        Err(Error::Invalid { .. })
    ));
    assert_eq!(ground.balance(&tenant.scope).await, before);
}

#[tokio::test]
async fn pages_are_renamed_moved_and_removed() {
    let ground = Ground::new().await;
    let tenant = site(&ground).await;
    let (app, scope) = (&ground.app, &tenant.scope);
    propose(&ground, &tenant).await;
    let plan = newest(&ground, &tenant).await;
    let home = plan.pages[0].page.clone();
    let tops = |plan: &Detail| -> Vec<_> {
        let under = plan.pages.iter().filter(|row| row.page.parent_id == Some(home.id));
        under.map(|row| row.page.id).collect()
    };
    let order = tops(&plan);
    let about = plan
        .pages
        .iter()
        .find(|row| row.page.page_type == PageType::About)
        .expect("about")
        .page
        .id;
    let patch = Patch {
        title: Some("  Who we are ".to_owned()),
        slug: Some("Who we are!".to_owned()),
        ..Default::default()
    };
    let changed = site_builder::update_page(app, scope, about, patch)
        .await
        .expect("changes");
    assert_eq!(
        (changed.title.as_str(), changed.slug.as_str()),
        ("Who we are", "who-we-are")
    );
    for (patch, field) in [
        (
            Patch {
                slug: Some(home.slug.clone()),
                ..Default::default()
            },
            "slug",
        ),
        (
            Patch {
                title: Some(" ".to_owned()),
                ..Default::default()
            },
            "title",
        ),
    ] {
        let refused = site_builder::update_page(app, scope, about, patch)
            .await
            .expect_err(field);
        assert_eq!(fields(&refused), [field]);
    }
    // One step at a time, and at the ends nothing happens.
    let go = async |id, to| {
        let patch = Patch {
            to: Some(to),
            ..Default::default()
        };
        site_builder::update_page(app, scope, id, patch).await.expect("moves");
        tops(&newest(&ground, &tenant).await)
    };
    assert_eq!(go(order[0], Move::Up).await, order);
    let moved = go(order[0], Move::Down).await;
    assert_eq!((moved[0], moved[1], &moved[2..]), (order[1], order[0], &order[2..]));
    assert_eq!(go(order[0], Move::Up).await, order);
    let last = *order.last().expect("pages");
    assert_eq!(go(last, Move::Down).await, order);
    // What was under a removed page takes its place.
    let pillar = order[0];
    let under: Vec<_> = plan
        .pages
        .iter()
        .filter(|row| row.page.parent_id == Some(pillar))
        .map(|row| row.page.id)
        .collect();
    assert!(!under.is_empty());
    site_builder::delete_page(app, scope, pillar).await.expect("removes");
    let left = newest(&ground, &tenant).await;
    assert_tree(&left.pages);
    assert_eq!(tops(&left), [under.as_slice(), &order[1..]].concat());
    assert_eq!(left.pages.len(), plan.pages.len() - 1);
    assert!(matches!(
        site_builder::delete_page(app, scope, home.id).await,
        Err(Error::Conflict(_))
    ));
    assert!(matches!(
        site_builder::delete_page(app, scope, pillar).await,
        Err(Error::NotFound(_))
    ));
    // A cluster that goes leaves its page behind.
    let with = left
        .pages
        .iter()
        .find_map(|row| row.page.cluster_id)
        .expect("a cluster");
    clusters::delete(app, scope, &[with]).await.expect("deletes");
    let after = newest(&ground, &tenant).await;
    assert_eq!(after.pages.len(), left.pages.len());
    assert!(after.pages.iter().all(|row| row.page.cluster_id != Some(with)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_plans_with_what_is_there_and_nothing_else() {
    let ground = Ground::new().await;
    let tenant = site(&ground).await;
    let model = Model::start(|question| {
        assert!(
            question.contains("0: ") && question.contains("searches a month"),
            "{question}"
        );
        let page =
            |number: i64, parent: Option<i64>, title: &str, kind: &str, cluster: Option<i64>, keywords: &[&str]| {
                json!({"number": number, "parent": parent, "title": title, "page_type": kind, "cluster": cluster,
                   "purpose": "It helps <script>x</script>readers.", "keywords": keywords})
            };
        let pages = [
            // The child before its parent, a page above itself, a parent that is nowhere, a topic that is nowhere.
            page(
                4,
                Some(2),
                "Machines compared",
                "article",
                Some(0),
                &["best espresso machine", "invented keyword"],
            ),
            page(1, None, "Welcome", "home", None, &[]),
            page(
                2,
                Some(1),
                "Espresso Machines",
                "pillar",
                Some(0),
                &["espresso machine"],
            ),
            page(5, Some(5), "Loop", "article", Some(0), &[]),
            page(6, Some(77), "Lost", "article", Some(0), &[]),
            page(7, Some(1), "Invented topic", "pillar", Some(99), &["x"]),
            page(8, Some(1), "About Ann, barista since 1990", "about", None, &[]),
            page(9, Some(1), "Another home", "home", None, &[]),
            page(10, Some(1), "Machines compared", "article", Some(0), &[]),
        ];
        Answer::Text(json!({ "pages": pages }).to_string())
    })
    .await;
    ground.use_model(&tenant, &model).await;
    let done = propose(&ground, &tenant).await;
    assert_eq!((done.items_done, done.credits_settled), (1, 50), "{done:?}");
    let plan = newest(&ground, &tenant).await;
    assert_tree(&plan.pages);
    let named = |title: &str| {
        plan.pages
            .iter()
            .filter(|row| row.page.title == title)
            .collect::<Vec<_>>()
    };
    let article = named("Machines compared")[0];
    assert_eq!(
        (article.depth, article.page.target_keywords.as_str()),
        (2, "best espresso machine")
    );
    assert_eq!(article.page.purpose, "It helps readers.");
    assert_eq!(named("Machines compared").len(), 2);
    assert_eq!((named("Loop")[0].depth, named("Lost")[0].depth), (1, 1));
    assert!(named("Invented topic").is_empty() && named("Another home").is_empty());
    let about = plan
        .pages
        .iter()
        .find(|row| row.page.page_type == PageType::About)
        .expect("about");
    assert!(about.page.purpose.starts_with("Placeholder"));
    assert!(
        plan.pages.iter().any(|row| row.page.page_type == PageType::Legal),
        "added"
    );
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_without_a_home_or_without_clusters_fails_without_a_charge() {
    let ground = Ground::new().await;
    let tenant = site(&ground).await;
    let one = |kind: &str, cluster: Option<i64>| json!({"number": 1, "parent": null, "title": "X", "page_type": kind, "cluster": cluster, "purpose": "x", "keywords": []});
    for answer in [
        json!({"pages": [one("pillar", Some(0))]}),
        json!({"pages": [one("home", None)]}),
    ] {
        let model = Model::start(move |_| Answer::Text(answer.to_string())).await;
        ground.use_model(&tenant, &model).await;
        let before = ground.balance(&tenant.scope).await;
        let done = propose(&ground, &tenant).await;
        assert_eq!(
            (done.items_failed, done.credits_settled, done.credits_released),
            (1, 0, 50),
            "{done:?}"
        );
        assert_eq!(ground.balance(&tenant.scope).await, before);
        assert!(plans(&ground, &tenant).await.is_empty());
    }
    ground.assert_books().await;
}

#[tokio::test]
async fn plans_links_and_improvements_go_with_their_site() {
    let ground = Ground::new().await;
    let tenant = site(&ground).await;
    propose(&ground, &tenant).await;
    let text = "<p>A moka pot helps.  It is small.</p>";
    let main = ground.text(&tenant, "Coffee", "coffee", text).await;
    ground.text(&tenant, "Pots", "moka pot", "<p>x</p>").await;
    for start in [
        Start::SuggestLinks {
            content_ids: vec![main.id],
        },
        Start::OptimizeContent {
            content_ids: vec![main.id],
        },
    ] {
        ground.run(&tenant, start).await;
    }
    let tables = [
        "internal_links",
        "optimization_tasks",
        "site_blueprints",
        "page_blueprints",
    ];
    let held = ground.rows_of(tenant.scope.account).await;
    assert!(
        tables.iter().all(|table| held.iter().any(|held| held == table)),
        "{held:?}"
    );
    domain::sites::delete(&ground.app, &tenant.scope, tenant.site)
        .await
        .expect("deletes");
    let left = ground.rows_of(tenant.scope.account).await;
    assert!(
        tables.iter().all(|table| left.iter().all(|left| left != table)),
        "{left:?}"
    );
}
