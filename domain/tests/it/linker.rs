//! Links between articles: found, decided on, written once.

use domain::{Error, ai, linker, writer::content as articles};
use entity::{
    ContentId, InternalLinkId, ListQuery,
    ai_task::{Progress, Start},
    content::{self, ContentStatus, Patch},
    content_version,
    content_version::VersionReason,
    internal_link::{Filter, LinkStatus, LinkType, Row},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use crate::support::{Answer, FakeWordPress, Ground, Model, Tenant, eventually, page};

const TEXT: &str = "<h2>The moka pot</h2><p>A moka pot is cheap. A burr grinder makes any cup better. \
                    So does clean water. The french press needs no filter.</p>";

/// An article, and three others that it could link to.
async fn shelf(ground: &Ground, tenant: &Tenant) -> (content::Model, [content::Model; 3]) {
    // Long enough for several links.
    let text = format!("{TEXT}<p>{}</p>", "Good coffee takes time and a calm hand. ".repeat(75));
    let main = ground.text(tenant, "Coffee at home", "home coffee", &text).await;
    let others = [
        ground.text(tenant, "Cleaning the pot", "moka pot", "<p>x</p>").await,
        ground
            .text(tenant, "Choosing a grinder", "burr grinder", "<p>x</p>")
            .await,
        ground.text(tenant, "Pressing coffee", "french press", "<p>x</p>").await,
    ];
    (main, others)
}

async fn find(ground: &Ground, tenant: &Tenant, id: ContentId) -> Progress {
    let start = Start::SuggestLinks { content_ids: vec![id] };
    ground.run(tenant, start).await
}

async fn rows(ground: &Ground, tenant: &Tenant, id: ContentId) -> Vec<Row> {
    linker::suggestions(&ground.app, &tenant.scope, id, &Filter::default(), &page(50))
        .await
        .expect("suggestions")
        .results
}

fn to(rows: &[Row], target: &content::Model) -> Row {
    let found = rows.iter().find(|row| row.link.target_content_id == target.id);
    found.cloned().expect("a suggestion")
}

fn count(html: &str, what: &str) -> usize {
    html.matches(what).count()
}

async fn publish_at(ground: &Ground, id: ContentId, url: &str) {
    content::Entity::update_many()
        .col_expr(content::Column::Status, Expr::value(ContentStatus::Published.as_str()))
        .col_expr(content::Column::ExternalUrl, Expr::value(url))
        .filter(content::Column::Id.eq(id))
        .exec(&ground.app.db)
        .await
        .expect("publishes");
}

#[tokio::test]
async fn links_are_found_charged_once_for_the_article_and_change_nothing_by_themselves() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (main, [pot, grinder, press]) = shelf(&ground, &tenant).await;
    let before = ground.balance(&tenant.scope).await.credits;
    let done = find(&ground, &tenant, main.id).await;
    assert_eq!(
        (done.items_done, done.credits_reserved, done.credits_settled),
        (1, 8, 8)
    );
    assert_eq!(done.summary.as_deref(), Some("3 links suggested."));
    assert_eq!(ground.balance(&tenant.scope).await.credits, before - 8);
    let found = rows(&ground, &tenant, main.id).await;
    let order: Vec<_> = found.iter().map(|row| row.link.target_content_id).collect();
    assert_eq!(order, [pot.id, grinder.id, press.id], "in the order of the text");
    assert_eq!(found[0].link.sentence, "A moka pot is cheap.");
    assert_eq!(found[0].link.link_type, LinkType::Semantic);
    assert_eq!(found[0].address, format!("/content/{}", pot.public_id));
    assert!(
        found
            .iter()
            .all(|row| row.link.status == LinkStatus::Suggested && !row.link.reason.is_empty())
    );
    assert_eq!(ground.content(main.id).await.html_content, main.html_content);
    ground.assert_books().await;
}

#[tokio::test]
async fn an_article_without_anything_to_link_costs_nothing() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let alone = ground.text(&tenant, "Alone", "alone", TEXT).await;
    let before = ground.balance(&tenant.scope).await;
    let done = find(&ground, &tenant, alone.id).await;
    assert_eq!(
        (done.items_done, done.credits_settled, done.credits_released),
        (1, 0, 8)
    );
    assert_eq!(
        done.summary.as_deref(),
        Some("No new link was found, so nothing was charged.")
    );
    assert_eq!(ground.balance(&tenant.scope).await, before);
    // An archived article is no target, and neither is one of another site.
    let pot = ground.text(&tenant, "Pot", "moka pot", "<p>x</p>").await;
    content::Entity::update_many()
        .col_expr(content::Column::Status, Expr::value("archived"))
        .filter(content::Column::Id.eq(pot.id))
        .exec(&ground.app.db)
        .await
        .expect("archives");
    find(&ground, &tenant, alone.id).await;
    assert!(rows(&ground, &tenant, alone.id).await.is_empty());
}

#[tokio::test]
async fn accepting_writes_one_link_as_a_new_version_and_only_once() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let (main, [pot, grinder, press]) = shelf(&ground, &tenant).await;
    publish_at(&ground, press.id, "https://example.com/press?a=1&b=2").await;
    find(&ground, &tenant, main.id).await;
    let found = rows(&ground, &tenant, main.id).await;
    for _ in 0..2 {
        let row = linker::accept(app, scope, to(&found, &pot).link.id)
            .await
            .expect("sets it");
        assert_eq!(row.link.status, LinkStatus::Accepted);
        let now = ground.content(main.id).await;
        let link = format!(
            "A <a href=\"/content/{}\" rel=\"noopener\">moka pot</a> is cheap.",
            pot.public_id
        );
        assert_eq!(count(&now.html_content, &link), 1, "{}", now.html_content);
        assert_eq!(count(&now.html_content, "<a "), 1);
        assert_eq!((now.revision, now.word_count), (2, main.word_count));
    }
    // What is stored is what the sanitiser leaves as it is.
    let stored = ground.content(main.id).await.html_content;
    assert_eq!(domain::html::sanitize_article(&stored), stored);
    // A public target gets its public address.
    linker::accept(app, scope, to(&found, &press).link.id)
        .await
        .expect("sets it");
    let now = ground.content(main.id).await;
    assert!(
        now.html_content
            .contains("<a href=\"https://example.com/press?a=1&amp;b=2\"")
    );
    let versions: Vec<VersionReason> = content_version::Entity::find()
        .filter(content_version::Column::ContentId.eq(main.id))
        .all(&app.db)
        .await
        .expect("versions")
        .into_iter()
        .map(|version| version.reason)
        .collect();
    assert_eq!(versions, [VersionReason::Linked, VersionReason::Linked]);
    // A link that stands in the text cannot be rejected; one that does not can, twice.
    assert!(matches!(
        linker::reject(app, scope, to(&found, &pot).link.id).await,
        Err(Error::Conflict(_))
    ));
    for _ in 0..2 {
        let row = linker::reject(app, scope, to(&found, &grinder).link.id)
            .await
            .expect("rejects");
        assert_eq!(row.link.status, LinkStatus::Rejected);
    }
    assert_eq!(ground.content(main.id).await.revision, 3);
}

#[tokio::test]
async fn searching_again_replaces_what_nobody_decided_on() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let (main, [pot, grinder, press]) = shelf(&ground, &tenant).await;
    find(&ground, &tenant, main.id).await;
    let first = rows(&ground, &tenant, main.id).await;
    linker::accept(app, scope, to(&first, &pot).link.id)
        .await
        .expect("sets it");
    linker::reject(app, scope, to(&first, &grinder).link.id)
        .await
        .expect("rejects");
    find(&ground, &tenant, main.id).await;
    let second = rows(&ground, &tenant, main.id).await;
    assert_eq!(second.len(), 3);
    assert_eq!(
        to(&second, &pot).link,
        linker_row(&first, &pot, LinkStatus::Accepted, &second)
    );
    assert_eq!(to(&second, &grinder).link.status, LinkStatus::Rejected);
    assert_eq!(to(&second, &press).link.status, LinkStatus::Suggested);
    assert_ne!(to(&second, &press).link.id, to(&first, &press).link.id, "found anew");
    // Taken out of the text by hand, it may be proposed again.
    let patch = Patch {
        revision: 2,
        html_content: Some(main.html_content.clone()),
        ..Default::default()
    };
    articles::save(app, scope, main.id, patch).await.expect("saves");
    find(&ground, &tenant, main.id).await;
    let third = rows(&ground, &tenant, main.id).await;
    assert_eq!(to(&third, &pot).link.status, LinkStatus::Suggested);
    assert_eq!(to(&third, &grinder).link.status, LinkStatus::Rejected);
}

/// The row of before with its new state: nothing else of it changed.
fn linker_row(
    first: &[Row],
    target: &content::Model,
    status: LinkStatus,
    second: &[Row],
) -> entity::internal_link::Model {
    let mut row = to(first, target).link;
    row.status = status;
    row.updated_at = to(second, target).link.updated_at;
    row
}

#[tokio::test]
async fn all_links_make_one_version_and_what_has_lost_its_sentence_is_left() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let (main, [pot, grinder, _]) = shelf(&ground, &tenant).await;
    find(&ground, &tenant, main.id).await;
    let patch = Patch {
        revision: 1,
        html_content: Some(
            main.html_content
                .replace("A moka pot is cheap.", "Moka pots are cheap."),
        ),
        ..Default::default()
    };
    articles::save(app, scope, main.id, patch).await.expect("saves");
    let found = rows(&ground, &tenant, main.id).await;
    let lost = to(&found, &pot).link.id;
    assert!(matches!(
        linker::accept(app, scope, lost).await,
        Err(Error::Conflict(_))
    ));
    let all = linker::accept_all(app, scope, main.id).await.expect("sets them");
    assert_eq!((all.accepted, all.skipped), (2, 1));
    let now = ground.content(main.id).await;
    assert_eq!((now.revision, count(&now.html_content, "<a ")), (3, 2));
    let again = linker::accept_all(app, scope, main.id).await.expect("nothing");
    assert_eq!((again.accepted, again.skipped), (0, 1));
    assert_eq!(ground.content(main.id).await.revision, 3);
    // Linked by hand meanwhile: it counts as set, and no second link is written.
    let by_hand = format!(
        "{}<p><a href=\"/content/{}\">Pots</a></p>",
        now.html_content, pot.public_id
    );
    let patch = Patch {
        revision: 3,
        html_content: Some(by_hand),
        ..Default::default()
    };
    articles::save(app, scope, main.id, patch).await.expect("saves");
    linker::accept(app, scope, lost).await.expect("is there");
    let now = ground.content(main.id).await;
    assert_eq!((now.revision, count(&now.html_content, "<a ")), (4, 3));
    assert_eq!(count(&now.html_content, &grinder.public_id), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_who_accept_at_once_lose_nothing() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let (main, _) = shelf(&ground, &tenant).await;
    find(&ground, &tenant, main.id).await;
    let ids: Vec<InternalLinkId> = rows(&ground, &tenant, main.id)
        .await
        .iter()
        .map(|row| row.link.id)
        .collect();
    // The same link twice and two others, all at once: who loses the race is told so and tries again.
    let accept = async |id| {
        eventually("it is set", async || match linker::accept(app, scope, id).await {
            Ok(row) => Some(row),
            Err(Error::Conflict(_)) => None,
            Err(error) => panic!("{error:?}"),
        })
        .await
    };
    futures::join!(accept(ids[0]), accept(ids[0]), accept(ids[1]), accept(ids[2]));
    let now = ground.content(main.id).await;
    assert_eq!((now.revision, count(&now.html_content, "<a ")), (4, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_chooses_and_invents_nothing() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (main, [pot, grinder, press]) = shelf(&ground, &tenant).await;
    let model = Model::start(|question| {
        let number = |anchor: &str| {
            let line = question
                .lines()
                .find(|line| line.contains(&format!("anchor \"{anchor}\"")));
            let number = line.and_then(|line| line.split(':').next()).expect("offered");
            number.parse::<i64>().expect("a number")
        };
        let links = json!({"links": [
            {"number": number("french press"), "anchor": "French Press", "reason": "<b>It</b> says how to press."},
            {"number": 99, "anchor": "moka pot", "reason": "invented target"},
            {"number": number("moka pot"), "anchor": "the espresso bar", "reason": "invented anchor"},
            {"number": number("burr grinder"), "anchor": "burr grinder", "reason": ""},
            {"number": number("french press"), "anchor": "french press", "reason": "twice"},
        ]});
        Answer::Text(links.to_string())
    })
    .await;
    ground.use_model(&tenant, &model).await;
    let done = find(&ground, &tenant, main.id).await;
    assert_eq!((done.items_done, done.credits_settled), (1, 8), "{done:?}");
    let found = rows(&ground, &tenant, main.id).await;
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(
        to(&found, &press).link.anchor,
        "french press",
        "as it stands in the text"
    );
    assert_eq!(to(&found, &press).link.reason, "It says how to press.");
    assert!(to(&found, &grinder).link.reason.starts_with("Shares the terms"));
    let question = model.asked().pop().expect("a question");
    assert!(
        question.contains("Coffee at home") && question.contains(&pot.title),
        "{question}"
    );
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_nothing_but_inventions_fails_without_a_charge() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (main, _) = shelf(&ground, &tenant).await;
    find(&ground, &tenant, main.id).await;
    let kept = rows(&ground, &tenant, main.id).await;
    let model = Model::start(|_| {
        let links = json!({"links": [{"number": 7, "anchor": "moka pot", "reason": "https://spam.example"}]});
        Answer::Text(links.to_string())
    })
    .await;
    ground.use_model(&tenant, &model).await;
    let before = ground.balance(&tenant.scope).await;
    let done = find(&ground, &tenant, main.id).await;
    assert_eq!(
        (done.items_failed, done.credits_settled, done.credits_released),
        (1, 0, 8)
    );
    assert!(done.error.expect("a reason").contains("Nothing was charged"));
    assert_eq!(ground.balance(&tenant.scope).await, before);
    assert_eq!(rows(&ground, &tenant, main.id).await, kept, "what was there stays");
    ground.assert_books().await;
}

#[tokio::test]
async fn too_few_credits_start_nothing() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (main, _) = shelf(&ground, &tenant).await;
    ground.leave_credits(&tenant.scope, 7).await;
    let start = Start::SuggestLinks {
        content_ids: vec![main.id],
    };
    assert!(matches!(
        ai::start(&ground.app, &tenant.scope, start, None).await,
        Err(Error::InsufficientCredits { .. })
    ));
    let rows = entity::internal_link::Entity::find().count(&ground.app.db).await;
    assert_eq!(rows.expect("counts"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_get_public_addresses_or_plain_words() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let (main, [pot, grinder, _]) = shelf(&ground, &tenant).await;
    find(&ground, &tenant, main.id).await;
    linker::accept_all(app, scope, main.id).await.expect("sets them");
    publish_at(&ground, pot.id, "https://blog.example/pot").await;
    let wordpress = FakeWordPress::start("good").await;
    let input = entity::integration::New {
        site_id: tenant.site,
        base_url: wordpress.base.clone(),
        username: "ada".to_owned(),
        password: "good".to_owned(),
        ..Default::default()
    };
    let integration = domain::publisher::save_integration(app, scope, None, input)
        .await
        .expect("a connection");
    let request = entity::publishing_record::PublishRequest {
        content_ids: vec![main.id],
        integration_id: integration.id,
        target_status: "publish".to_owned(),
    };
    let sent = domain::publisher::publish(app, scope, request).await.expect("takes it");
    domain::jobs::worker::run_job(&ground.worker(), domain::jobs::Job::Publish(sent[0].record.id)).await;
    let html = wordpress.post()["sent"]["content"].as_str().expect("a text").to_owned();
    assert!(
        html.contains("<a href=\"https://blog.example/pot\">moka pot</a>"),
        "{html}"
    );
    assert!(html.contains("A burr grinder makes"), "{html}");
    assert!(
        !html.contains(&grinder.public_id) && !html.contains("/content/"),
        "{html}"
    );
    let query = ListQuery {
        ordering: Some("-score".to_owned()),
        ..Default::default()
    };
    let only = Filter {
        status: Some(LinkStatus::Accepted),
    };
    let listed = linker::suggestions(app, scope, main.id, &only, &query)
        .await
        .expect("a list");
    assert_eq!(listed.count, 3);
}
