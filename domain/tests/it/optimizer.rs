//! Improvements of articles: proposed, applied when a person says so, taken back.

use domain::{Error, ai, optimizer, writer::content as articles};
use entity::{
    ContentId,
    ai_task::{Progress, Start},
    content::Patch,
    content_version,
    content_version::VersionReason,
    optimization_task::{Filter, OptimizationStatus, Row},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use crate::support::{Answer, Ground, Model, Tenant, page};

const TEXT: &str = "<p>Good coffee at home takes a grinder, clean water and beans that are not old.</p>\
                    <h2>Beans</h2><h4>Where to buy them</h4><p>At a roaster.  See <a href=\"https://roaster.example/\" rel=\"noopener\">ours</a>.</p>\
                    <p></p><img src=\"https://e.example/a.png\"><p>And drink it while it is hot.</p>";

async fn improve(ground: &Ground, tenant: &Tenant, id: ContentId) -> Progress {
    let start = Start::OptimizeContent { content_ids: vec![id] };
    ground.run(tenant, start).await
}

async fn proposals(ground: &Ground, tenant: &Tenant, id: ContentId) -> Vec<Row> {
    let filter = Filter {
        content_id: Some(id),
        ..Default::default()
    };
    optimizer::list(&ground.app, &tenant.scope, &filter, &page(50))
        .await
        .expect("proposals")
        .results
}

fn conflict<T: std::fmt::Debug>(outcome: domain::Result<T>) -> String {
    match outcome {
        Err(Error::Conflict(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_built_in_engine_repairs_what_is_safe_and_a_person_applies_it() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let article = ground.text(&tenant, "Coffee at home", "coffee at home", TEXT).await;
    let before = ground.balance(scope).await.credits;
    let done = improve(&ground, &tenant, article.id).await;
    assert_eq!((done.items_done, done.credits_settled), (1, 1), "{done:?}");
    assert_eq!(
        done.summary.as_deref(),
        Some("1 improvement proposed. Nothing changes until you apply it.")
    );
    assert_eq!(ground.balance(scope).await.credits, before - 1);
    let stored = ground.content(article.id).await;
    assert_eq!((stored.revision, &stored.html_content), (1, &article.html_content));
    let proposal = proposals(&ground, &tenant, article.id).await.remove(0);
    assert!(proposal.differs && proposal.status == OptimizationStatus::Proposed);
    assert!(
        proposal
            .html_after
            .contains("<h3>Where to buy them</h3><p>At a roaster. See")
    );
    assert!(
        proposal
            .html_after
            .contains("<img alt=\"Where to buy them\" src=\"https://e.example/a.png\"")
    );
    assert!(!proposal.html_after.contains("<p></p>"));
    assert_eq!(proposal.meta_before.meta_title, "");
    assert_eq!(proposal.meta_after.meta_title, "Coffee at home");
    assert!(proposal.changes.len() >= 6, "{:?}", proposal.changes);
    for _ in 0..2 {
        let applied = optimizer::apply(app, scope, proposal.id).await.expect("applies");
        assert_eq!(
            (applied.status, applied.applied_revision),
            (OptimizationStatus::Applied, Some(2))
        );
        let now = ground.content(article.id).await;
        assert_eq!((now.revision, &now.html_content), (2, &proposal.html_after));
        assert_eq!(now.meta_title, "Coffee at home");
        assert!(!now.excerpt.is_empty());
    }
    assert!(conflict(optimizer::dismiss(app, scope, proposal.id).await).contains("Undo"));
    for _ in 0..2 {
        let undone = optimizer::undo(app, scope, proposal.id).await.expect("takes it back");
        assert_eq!(undone.status, OptimizationStatus::Undone);
        let now = ground.content(article.id).await;
        assert_eq!(
            (
                now.revision,
                &now.html_content,
                now.meta_title.as_str(),
                now.excerpt.as_str()
            ),
            (3, &domain::html::sanitize_article(TEXT), "", "")
        );
    }
    conflict(optimizer::apply(app, scope, proposal.id).await);
    let versions: Vec<VersionReason> = content_version::Entity::find()
        .filter(content_version::Column::ContentId.eq(article.id))
        .order_by_asc(content_version::Column::Revision)
        .all(&app.db)
        .await
        .expect("versions")
        .into_iter()
        .map(|version| version.reason)
        .collect();
    assert_eq!(versions, [VersionReason::Improved, VersionReason::Restored]);
    ground.assert_books().await;
}

#[tokio::test]
async fn nothing_to_change_costs_nothing_and_notes_cannot_be_applied() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let article = ground.text(&tenant, "Coffee at home", "home espresso", TEXT).await;
    improve(&ground, &tenant, article.id).await;
    let proposal = proposals(&ground, &tenant, article.id).await.remove(0);
    optimizer::apply(app, scope, proposal.id).await.expect("applies");
    // What is left is what a person has to do.
    let before = ground.balance(scope).await;
    let done = improve(&ground, &tenant, article.id).await;
    assert_eq!((done.items_done, done.credits_settled), (1, 0), "{done:?}");
    assert_eq!(
        done.summary.as_deref(),
        Some("Nothing to change was found, so nothing was charged.")
    );
    assert_eq!(ground.balance(scope).await, before);
    let notes = proposals(&ground, &tenant, article.id).await.remove(0);
    assert_ne!(notes.id, proposal.id);
    assert!(
        !notes.differs && notes.changes.iter().any(|note| note.contains("first paragraph")),
        "{notes:?}"
    );
    conflict(optimizer::apply(app, scope, notes.id).await);
    optimizer::dismiss(app, scope, notes.id).await.expect("puts it aside");
    // An article without text has nothing to improve.
    let empty = ground.text(&tenant, "Empty", "empty", "").await;
    let start = Start::OptimizeContent {
        content_ids: vec![empty.id],
    };
    assert!(matches!(
        ai::start(app, scope, start, None).await,
        Err(Error::Invalid { .. })
    ));
}

#[tokio::test]
async fn a_changed_article_is_never_overwritten() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let article = ground.text(&tenant, "Coffee at home", "coffee at home", TEXT).await;
    let edit = async |revision: i32, text: &str| {
        let patch = Patch {
            revision,
            html_content: Some(format!("{TEXT}<p>{text}</p>")),
            ..Default::default()
        };
        articles::save(app, scope, article.id, patch).await.expect("saves")
    };
    improve(&ground, &tenant, article.id).await;
    edit(1, "Mine.").await;
    let first = proposals(&ground, &tenant, article.id).await.remove(0);
    assert!(conflict(optimizer::apply(app, scope, first.id).await).contains("changed since"));
    assert!(ground.content(article.id).await.html_content.contains("Mine."));
    // A new proposal takes the place of the one before it.
    improve(&ground, &tenant, article.id).await;
    let all = proposals(&ground, &tenant, article.id).await;
    let states: Vec<OptimizationStatus> = all.iter().map(|row| row.status).collect();
    assert_eq!(states, [OptimizationStatus::Proposed, OptimizationStatus::Dismissed]);
    optimizer::apply(app, scope, all[0].id).await.expect("applies");
    // Neither does undoing throw a later edit away.
    edit(3, "Mine, too.").await;
    conflict(optimizer::undo(app, scope, all[0].id).await);
    assert!(ground.content(article.id).await.html_content.contains("Mine, too."));
}

/// What a model answers about [`TEXT`].
fn answer(html: &str) -> Value {
    json!({
        "html": html, "meta_title": "Coffee at home, made well", "meta_description": "A description.", "excerpt": "<b>Short.</b>",
        "changes": ["The order is clearer now, so that readers find the beans first."],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_models_links_and_pictures_are_checked_against_the_article() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let article = ground.text(&tenant, "Coffee at home", "coffee at home", TEXT).await;
    // It invents a link and a picture, loses the link that was there, and sends a script.
    let model = Model::start(|_| {
        Answer::Text(
            answer(
                "<h2>Coffee at home</h2><p>Good coffee at home takes a grinder, clean water and fresh beans.</p>\
                 <h4>Beans</h4><p>Buy at a roaster. See ours. <a href=\"https://spam.example/\">More here</a>.</p>\
                 <img src=\"https://e.example/a.png\" alt=\"Beans\"><img src=\"https://spam.example/b.png\" alt=\"x\">\
                 <p onclick=\"x()\">Drink it while it is hot.<script>alert(1)</script></p>",
            )
            .to_string(),
        )
    })
    .await;
    ground.use_model(&tenant, &model).await;
    let done = improve(&ground, &tenant, article.id).await;
    assert_eq!((done.items_done, done.credits_settled), (1, 1), "{done:?}");
    let proposal = proposals(&ground, &tenant, article.id).await.remove(0);
    let html = &proposal.html_after;
    assert!(
        !html.contains("spam") && !html.contains("script") && !html.contains("onclick"),
        "{html}"
    );
    assert!(
        html.contains("See <a href=\"https://roaster.example/\" rel=\"noopener\">ours</a>. More here."),
        "{html}"
    );
    assert!(
        html.contains("<h3>Beans</h3>") && html.contains("https://e.example/a.png"),
        "{html}"
    );
    assert_eq!(proposal.meta_after.meta_title, "Coffee at home, made well");
    assert_eq!(proposal.meta_after.excerpt, "Short.");
    assert!(proposal.changes[0].starts_with("The order is clearer"));
    assert!(
        proposal.changes[1].starts_with("2 links or pictures"),
        "{:?}",
        proposal.changes
    );
    let question = model.asked().pop().expect("a question");
    assert!(
        question.contains("https://roaster.example/") && question.contains("skipped a level"),
        "{question}"
    );
    optimizer::apply(&ground.app, &tenant.scope, proposal.id)
        .await
        .expect("applies");
    assert_eq!(&ground.content(article.id).await.html_content, html);
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_loses_something_fails_without_a_charge() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let words = "Good coffee at home takes a grinder and clean water. ".repeat(3);
    for (lost, html) in [
        ("too much", "<p>Short.</p>".to_owned()),
        (
            "the link",
            format!("<p>{words}</p><img src=\"https://e.example/a.png\">"),
        ),
        (
            "a picture",
            format!("<p>{words} <a href=\"https://roaster.example/\">ours</a></p>"),
        ),
    ] {
        let article = ground.text(&tenant, "Coffee at home", "coffee at home", TEXT).await;
        let model = Model::start(move |_| Answer::Text(answer(&html).to_string())).await;
        ground.use_model(&tenant, &model).await;
        let before = ground.balance(&tenant.scope).await;
        let done = improve(&ground, &tenant, article.id).await;
        assert_eq!((done.items_failed, done.credits_settled), (1, 0), "{lost}: {done:?}");
        let error = done.error.expect("a reason");
        assert!(error.contains(lost) && error.contains("Nothing was charged"), "{error}");
        assert_eq!(ground.balance(&tenant.scope).await, before);
        assert!(proposals(&ground, &tenant, article.id).await.is_empty());
    }
    ground.assert_books().await;
}
