//! Articles: versions, conflicts, what is let through.

use chrono::Duration;
use domain::{Error, writer::content};
use entity::{
    ContentId,
    content::{ContentStatus, Model, Patch},
    content_version,
    content_version::VersionReason,
    user::Role,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use crate::support::{Ground, Tenant, fields};

async fn versions(ground: &Ground, tenant: &Tenant, id: ContentId) -> Vec<(i32, VersionReason)> {
    let detail = content::get(&ground.app, &tenant.scope, id).await.expect("an article");
    detail
        .versions
        .iter()
        .map(|version| (version.revision, version.reason))
        .collect()
}

fn html(revision: i32, html: &str) -> Patch {
    Patch {
        revision,
        html_content: Some(html.to_owned()),
        ..Default::default()
    }
}

/// As if every version were older.
async fn age(ground: &Ground, id: ContentId, by: Duration) {
    for version in content_version::Entity::find()
        .filter(content_version::Column::ContentId.eq(id))
        .all(&ground.app.db)
        .await
        .expect("versions")
    {
        content_version::Entity::update_many()
            .col_expr(content_version::Column::CreatedAt, Expr::value(version.created_at - by))
            .filter(content_version::Column::Id.eq(version.id))
            .exec(&ground.app.db)
            .await
            .expect("ages");
    }
}

#[tokio::test]
async fn a_save_makes_a_revision_and_a_version() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let article = ground.article(&tenant, "How to Brew").await;
    assert_eq!(
        (article.revision, article.is_outline, article.status),
        (1, true, ContentStatus::Draft)
    );
    assert_eq!(
        versions(&ground, &tenant, article.id).await,
        [(1, VersionReason::Generated)]
    );
    let patch = Patch {
        revision: 1,
        title: Some("  How to brew well ".to_owned()),
        html_content: Some("<p>one two three</p>".to_owned()),
        meta_title: Some("Brew".to_owned()),
        tags: Some("beans, water".to_owned()),
        status: Some(ContentStatus::Review),
        ..Default::default()
    };
    let saved = content::save(app, scope, article.id, patch).await.expect("saves");
    assert_eq!((saved.revision, saved.word_count, saved.is_outline), (2, 3, false));
    assert_eq!(
        saved,
        ground.content(article.id).await,
        "what is answered is what is stored"
    );
    assert_eq!(saved.title, "How to brew well");
    assert_eq!(
        (saved.status, &saved.excerpt),
        (ContentStatus::Review, &article.excerpt)
    );
    assert_eq!(
        versions(&ground, &tenant, article.id).await,
        [(2, VersionReason::Edited), (1, VersionReason::Generated)]
    );
    // Nothing changed, nothing made.
    let same = content::save(app, scope, article.id, html(2, "<p>one two three</p>"))
        .await
        .expect("the same");
    assert_eq!(same.revision, 2);
    // Faults name their field and change nothing.
    for (patch, field) in [
        (
            Patch {
                revision: 2,
                title: Some(" ".to_owned()),
                ..Default::default()
            },
            "title",
        ),
        (
            Patch {
                revision: 2,
                title: Some("x".repeat(201)),
                ..Default::default()
            },
            "title",
        ),
        (
            Patch {
                revision: 2,
                meta_title: Some("x".repeat(201)),
                ..Default::default()
            },
            "meta_title",
        ),
        (
            Patch {
                revision: 2,
                meta_description: Some("x".repeat(501)),
                ..Default::default()
            },
            "meta_description",
        ),
        (html(2, &"x".repeat(4 * 1024 * 1024 + 1)), "html_content"),
    ] {
        assert_eq!(
            fields(&content::save(app, scope, article.id, patch).await.expect_err(field)),
            [field]
        );
    }
    assert_eq!(ground.content(article.id).await, saved);
}

#[tokio::test]
async fn an_edit_of_an_old_revision_is_a_conflict_and_loses_nothing() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let article = ground.article(&tenant, "How to Brew").await;
    let theirs = content::save(app, scope, article.id, html(1, "<p>theirs</p>"))
        .await
        .expect("saves");
    let before = versions(&ground, &tenant, article.id).await;
    for stale in [1, 0, 3] {
        let error = content::save(app, scope, article.id, html(stale, "<p>mine</p>"))
            .await
            .expect_err("a conflict");
        assert!(matches!(error, Error::Conflict(_)), "{error:?}");
        assert_eq!(error.status(), 409);
    }
    // Not even an edit that says the same as what is stored passes for the newest.
    assert!(matches!(
        content::save(app, scope, article.id, html(1, "<p>theirs</p>")).await,
        Err(Error::Conflict(_))
    ));
    assert_eq!(ground.content(article.id).await, theirs);
    assert_eq!(versions(&ground, &tenant, article.id).await, before);
    let mine = content::save(app, scope, article.id, html(2, "<p>mine</p>"))
        .await
        .expect("as the newest");
    assert_eq!(mine.revision, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_saves_at_once_one_is_the_newest() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let article = ground.article(&tenant, "How to Brew").await;
    let texts: Vec<String> = (0..6).map(|number| format!("<p>edit {number}</p>")).collect();
    let outcomes = futures::future::join_all(
        texts
            .iter()
            .map(|text| content::save(app, scope, article.id, html(1, text))),
    )
    .await;
    let won: Vec<&Model> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!(won.len(), 1);
    assert!(
        outcomes
            .iter()
            .filter_map(|one| one.as_ref().err())
            .all(|error| matches!(error, Error::Conflict(_)))
    );
    assert_eq!(ground.content(article.id).await, *won[0]);
}

#[tokio::test]
async fn html_is_cleaned_before_it_is_stored() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let article = ground.article(&tenant, "How to Brew").await;
    let dirty = "<h1>Top</h1><script>alert(1)</script><p onclick=\"x()\" style=\"color:red\">Text <a href=\"javascript:x\">a</a> \
                 <a href=\"https://example.com\">b</a></p><iframe src=\"https://x\"></iframe><svg onload=x><img src=x onerror=y>\
                 <form action=/x><input></form><table><tbody><tr><td>1</td></tr></tbody></table>";
    let saved = content::save(app, scope, article.id, html(1, dirty))
        .await
        .expect("saves");
    for bad in [
        "script",
        "onclick",
        "style",
        "javascript",
        "iframe",
        "svg",
        "onerror",
        "onload",
        "form",
        "input",
        "h1",
    ] {
        assert!(!saved.html_content.contains(bad), "{bad}: {}", saved.html_content);
    }
    for good in ["<h2>Top</h2>", "https://example.com", "<td>1</td>"] {
        assert!(saved.html_content.contains(good), "{good}: {}", saved.html_content);
    }
    let version = content::get(app, scope, article.id).await.expect("an article").versions[0].id;
    let kept = content::version(app, scope, version).await.expect("a version");
    assert_eq!(kept.html_content, saved.html_content);
}

#[tokio::test]
async fn html_that_reached_the_table_by_another_way_is_cleaned_before_it_is_shown() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let article = ground.article(&tenant, "Moka pots").await;
    // The clean text stays as it is, letter by letter.
    let shown = content::find(&ground.app, &tenant.scope, article.id)
        .await
        .expect("an article");
    assert_eq!(shown.html_content, article.html_content);
    let bad = "<p onclick=\"x()\">Fine</p><script>x()</script><img src=\"javascript:x()\">";
    entity::content::Entity::update_many()
        .col_expr(entity::content::Column::HtmlContent, Expr::value(bad))
        .exec(&ground.app.db)
        .await
        .expect("a change");
    content_version::Entity::update_many()
        .col_expr(content_version::Column::HtmlContent, Expr::value(bad))
        .exec(&ground.app.db)
        .await
        .expect("a change");
    let detail = content::get(&ground.app, &tenant.scope, article.id)
        .await
        .expect("an article");
    let version = content::version(&ground.app, &tenant.scope, detail.versions[0].id)
        .await
        .expect("a version");
    for html in [&detail.content.html_content, &version.html_content] {
        assert!(html.contains("Fine"), "{html}");
        assert!(!html.contains("script") && !html.contains("onclick"), "{html}");
    }
}

#[tokio::test]
async fn an_old_version_comes_back_as_the_newest() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let article = ground.article(&tenant, "How to Brew").await;
    let patch = Patch {
        title: Some("Other".to_owned()),
        meta_title: Some("M".to_owned()),
        ..html(1, "<p>edited</p>")
    };
    let edited = content::save(app, scope, article.id, patch).await.expect("saves");
    let first = content::get(app, scope, article.id)
        .await
        .expect("an article")
        .versions
        .last()
        .expect("the first")
        .id;
    let back = content::restore(app, scope, first).await.expect("restores");
    assert_eq!(back.revision, 3);
    assert_eq!(
        (&back.title, &back.html_content, &back.meta_title),
        (&article.title, &article.html_content, &article.meta_title)
    );
    assert_eq!((back.is_outline, back.word_count), (true, article.word_count));
    assert_eq!(back.slug, edited.slug);
    assert_eq!(ground.content(article.id).await, back);
    assert_eq!(
        versions(&ground, &tenant, article.id).await,
        [
            (3, VersionReason::Restored),
            (2, VersionReason::Edited),
            (1, VersionReason::Generated)
        ]
    );
    // Whoever edited the revision before is told.
    let error = content::save(app, scope, article.id, html(2, "<p>late</p>"))
        .await
        .expect_err("a conflict");
    assert!(matches!(error, Error::Conflict(_)));
}

#[tokio::test]
async fn autosaves_share_a_version_for_a_while() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let article = ground.article(&tenant, "How to Brew").await;
    let mut revision = 1;
    let mut save = async |scope: &domain::scope::Scope| {
        let text = format!("<p>text {revision}</p>");
        revision = content::save(app, scope, article.id, html(revision, &text))
            .await
            .expect("saves")
            .revision;
    };
    use VersionReason::{Edited, Generated};
    for _ in 0..4 {
        save(scope).await;
    }
    // What was generated is never written over.
    assert_eq!(
        versions(&ground, &tenant, article.id).await,
        [(5, Edited), (1, Generated)]
    );
    // Somebody who never stops typing still gets a version every ten minutes.
    age(&ground, article.id, Duration::minutes(6)).await;
    save(scope).await;
    assert_eq!(
        versions(&ground, &tenant, article.id).await,
        [(6, Edited), (1, Generated)]
    );
    age(&ground, article.id, Duration::minutes(6)).await;
    save(scope).await;
    assert_eq!(
        versions(&ground, &tenant, article.id).await,
        [(7, Edited), (6, Edited), (1, Generated)]
    );
    // Another person's work is another version.
    let editor = ground.member(&tenant, Role::Editor, &[tenant.site]).await;
    save(&editor).await;
    save(scope).await;
    let now = versions(&ground, &tenant, article.id).await;
    assert_eq!(
        now,
        [(9, Edited), (8, Edited), (7, Edited), (6, Edited), (1, Generated)]
    );
    let newest = content::get(app, scope, article.id).await.expect("an article").versions[0].id;
    assert_eq!(
        content::version(app, scope, newest)
            .await
            .expect("a version")
            .html_content,
        "<p>text 8</p>"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_belongs_to_one_article_of_a_site() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let first = ground.article(&tenant, "Moka pot").await;
    let second = ground.article(&tenant, "Moka pot").await;
    assert_ne!(first.slug, second.slug);
    let slug = |revision: i32, text: &str| Patch {
        revision,
        slug: Some(text.to_owned()),
        ..Default::default()
    };
    let moved = content::save(app, scope, second.id, slug(1, &first.slug))
        .await
        .expect("saves");
    assert_ne!(moved.slug, first.slug);
    assert!(moved.slug.starts_with(&first.slug));
    let own = content::save(app, scope, second.id, slug(moved.revision, "My Own Ádress!"))
        .await
        .expect("saves");
    assert_eq!(own.slug, "my-own-adress");
    // At the same moment.
    let mut articles = Vec::new();
    for title in ["A one", "B two", "C three", "D four"] {
        articles.push(ground.article(&tenant, title).await);
    }
    let saves = articles
        .iter()
        .map(|article| content::save(app, scope, article.id, slug(1, "the-same")));
    let mut slugs: Vec<String> = futures::future::join_all(saves)
        .await
        .into_iter()
        .map(|saved| saved.expect("saves").slug)
        .collect();
    slugs.sort();
    assert_eq!(slugs, ["the-same", "the-same-2", "the-same-3", "the-same-4"]);
    // Another site may use the same address.
    let other = ground.tenant("bob@example.com").await;
    assert_eq!(ground.article(&other, "Moka pot").await.slug, first.slug);
}
