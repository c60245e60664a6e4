//! The WordPress client against a real WordPress.
//!
//! `scripts/wordpress.sh run -- cargo test --test it wordpress_real -- --ignored`, which `make test` does.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use domain::http::Http;
use domain::publisher::wordpress::{Media, Post, WordPress, without_marker};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use crate::http::{Cut, serve, upstream};

/// One test at a time: some of them put the whole site into another state.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

struct Real {
    url: String,
    _turn: MutexGuard<'static, ()>,
}

/// The site that `scripts/wordpress.sh` started.
async fn real() -> Real {
    let _turn = ONE_AT_A_TIME.lock().await;
    Real {
        url: env("WP_URL"),
        _turn,
    }
}

fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run it by scripts/wordpress.sh run -- …"))
}

fn credentials(role: &str) -> (String, String) {
    let prefix = match role {
        "administrator" => "WP".to_owned(),
        role => format!("WP_{}", role.to_ascii_uppercase()),
    };
    (env(&format!("{prefix}_USER")), env(&format!("{prefix}_PASSWORD")))
}

impl Real {
    fn client(&self, role: &str) -> WordPress {
        self.client_at(&self.url, role)
    }

    fn client_at(&self, base: &str, role: &str) -> WordPress {
        let (user, password) = credentials(role);
        WordPress::new(Http::new(true).expect("a client"), base, &user, &password)
            .expect("settings in order")
            .with_backoff_unit(Duration::from_millis(50))
    }

    async fn ask(&self, method: Method, route: &str, query: &[(&str, &str)], body: Option<Value>) -> Value {
        let (user, password) = credentials("administrator");
        let mut request = reqwest::Client::new()
            .request(method, format!("{}/wp-json/wp/v2/{route}", self.url))
            .query(query)
            .basic_auth(user, Some(password));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.expect("an answer");
        answer.json().await.expect("JSON")
    }

    /// How many posts with this title there are, whoever wrote them.
    async fn count(&self, title: &str) -> usize {
        let found = self
            .ask(
                Method::GET,
                "posts",
                &[
                    ("search", title),
                    ("status", "any"),
                    ("per_page", "100"),
                    ("context", "edit"),
                ],
                None,
            )
            .await;
        let all = found.as_array().expect("a list");
        all.iter().filter(|post| post["title"]["raw"] == title).count()
    }
}

/// A name that no other run has used.
fn unique(name: &str) -> String {
    format!("{name}-{:08x}", rand::random::<u32>())
}

fn post(name: &str) -> Post {
    let unique = unique(name);
    Post {
        title: format!("Post {unique}"),
        html:
            "<h2>Cake</h2>\n<p class=\"lead\">Bake it, “slowly”.</p>\n<table><tbody><tr><td>1</td></tr></tbody></table>"
                .to_owned(),
        excerpt: "How to bake.".to_owned(),
        slug: unique.to_ascii_lowercase(),
        status: "draft".to_owned(),
        marker: unique,
        ..Post::default()
    }
}

/// A picture of one pixel whose bytes nobody else has.
fn media(name: &str) -> Media {
    const PIXEL: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let mut bytes = base64::engine::general_purpose::STANDARD
        .decode(PIXEL)
        .expect("a picture");
    let marker = unique(name);
    bytes.extend_from_slice(marker.as_bytes());
    Media {
        marker,
        file_name: "pixel.png".to_owned(),
        mime_type: "image/png".to_owned(),
        bytes,
        alt_text: "One pixel & no more".to_owned(),
        title: "A pixel".to_owned(),
    }
}

#[tokio::test]
#[ignore = "needs the WordPress of scripts/wordpress.sh"]
async fn roles_are_read() {
    let real = real().await;
    for (role, publish, upload, unfiltered) in [
        ("administrator", true, true, true),
        ("editor", true, true, true),
        ("author", true, true, false),
        ("contributor", false, false, false),
    ] {
        let connection = real.client(role).test().await.expect(role);
        assert_eq!(connection.roles, [role]);
        assert_eq!(
            (
                connection.can_publish,
                connection.can_upload,
                connection.unfiltered_html
            ),
            (publish, upload, unfiltered),
            "{role}"
        );
        assert_eq!(connection.site_name, "Test Kitchen");
        assert_eq!(connection.root.as_str(), format!("{}/wp-json/", real.url));
    }
}

#[tokio::test]
#[ignore = "needs the WordPress of scripts/wordpress.sh"]
async fn only_application_passwords_open_the_site() {
    let real = real().await;
    let (user, password) = credentials("administrator");
    let login = env("WP_LOGIN_PASSWORD");
    for (user, password) in [(&*user, "wrong"), ("nobody", &*password), (&*user, &*login)] {
        let client =
            WordPress::new(Http::new(true).expect("a client"), &real.url, user, password).expect("settings in order");
        let error = client.test().await.expect_err("refused");
        assert_eq!(upstream(&error).0, "auth", "{error}");
        let error = client.upsert_post(&post("nobody"), None).await.expect_err("refused");
        assert_eq!(upstream(&error).0, "auth", "{error}");
        let error = client.ensure_media(&media("nobody"), None).await.expect_err("refused");
        assert_eq!(upstream(&error).0, "auth", "{error}");
    }
}

#[tokio::test]
#[ignore = "needs the WordPress of scripts/wordpress.sh"]
async fn the_marker_outlives_the_filters_of_every_role() {
    let real = real().await;
    for role in ["administrator", "editor", "author", "contributor"] {
        let client = real.client(role);
        let mut article = post(role);
        let first = client.upsert_post(&article, None).await.expect(role);
        let comment = format!("<!-- igny8:{} -->", article.marker);
        assert!(first.content_raw.ends_with(&comment), "{role}: {}", first.content_raw);
        assert_eq!(without_marker(&first.content_raw), article.html, "{role}");
        article.html.push_str("\n<p>More.</p>");
        let second = client.upsert_post(&article, None).await.expect(role);
        assert_eq!(second.id, first.id, "{role}");
        assert_eq!(without_marker(&second.content_raw), article.html, "{role}");
        let third = client.upsert_post(&article, Some(first.id)).await.expect(role);
        assert_eq!((third.id, third.content_raw), (first.id, second.content_raw), "{role}");
        assert_eq!(real.count(&article.title).await, 1, "{role}");
    }
}

#[tokio::test]
#[ignore = "needs the WordPress of scripts/wordpress.sh"]
async fn what_a_role_may_not_do_is_named() {
    let real = real().await;
    let contributor = real.client("contributor");
    let mut article = post("contributor");
    article.status = "publish".to_owned();
    let error = contributor.upsert_post(&article, None).await.expect_err("forbidden");
    let (code, message, retryable) = upstream(&error);
    assert_eq!((code, retryable), ("forbidden", false), "{message}");
    assert!(message.contains("draft"), "{message}");
    let error = contributor
        .ensure_media(&media("contributor"), None)
        .await
        .expect_err("forbidden");
    assert_eq!(upstream(&error).0, "forbidden", "{error}");

    let own = real
        .client("administrator")
        .upsert_post(&post("own"), None)
        .await
        .expect("created");
    let error = real
        .client("author")
        .upsert_post(&post("own"), Some(own.id))
        .await
        .expect_err("somebody else's");
    assert_eq!(upstream(&error).0, "forbidden", "{error}");
}

#[tokio::test]
#[ignore = "needs the WordPress of scripts/wordpress.sh"]
async fn trashed_and_deleted_posts_are_made_anew() {
    let real = real().await;
    let client = real.client("editor");
    let article = post("gone");
    let first = client.upsert_post(&article, None).await.expect("created");
    real.ask(Method::DELETE, &format!("posts/{}", first.id), &[], None)
        .await;
    let second = client.upsert_post(&article, Some(first.id)).await.expect("created");
    assert_ne!(second.id, first.id);
    real.ask(
        Method::DELETE,
        &format!("posts/{}", second.id),
        &[("force", "true")],
        None,
    )
    .await;
    let third = client.upsert_post(&article, Some(second.id)).await.expect("created");
    assert_ne!(third.id, second.id);
    let found = client.upsert_post(&article, Some(second.id)).await.expect("found");
    assert_eq!(found.id, third.id);
    assert_eq!(real.count(&article.title).await, 1);
}

#[tokio::test]
#[ignore = "needs the WordPress of scripts/wordpress.sh"]
async fn a_slug_of_somebody_else_is_left_alone() {
    let real = real().await;
    let article = Post {
        status: "publish".to_owned(),
        ..post("slug")
    };
    let other = real
        .ask(
            Method::POST,
            "posts",
            &[],
            Some(json!({ "title": "Theirs", "slug": article.slug, "status": "publish", "content": "x" })),
        )
        .await;
    let published = real
        .client("author")
        .upsert_post(&article, None)
        .await
        .expect("created");
    assert_ne!(other["id"], published.id);
    assert!(
        published.url.ends_with(&format!("{}-2/", article.slug)),
        "{}",
        published.url
    );
    let again = real.client("author").upsert_post(&article, None).await.expect("found");
    assert_eq!((again.id, again.url), (published.id, published.url));
}

#[tokio::test]
#[ignore = "needs the WordPress of scripts/wordpress.sh"]
async fn terms_are_found_by_name_or_made() {
    let real = real().await;
    let (name, missing, tag) = (
        unique("Salt & Pepper"),
        unique("Missing"),
        unique("Tag \"one\" & <two>"),
    );
    let made = real
        .ask(Method::POST, "categories", &[], Some(json!({ "name": name })))
        .await;
    let mut article = post("terms");
    article.categories = vec![name.to_uppercase(), missing.clone()];
    article.tags = vec![tag.clone()];
    let published = real
        .client("author")
        .upsert_post(&article, None)
        .await
        .expect("created");
    assert_eq!(published.notes.len(), 1, "{:?}", published.notes);
    assert!(published.notes[0].contains(&missing), "{:?}", published.notes);
    let stored = real
        .ask(
            Method::GET,
            &format!("posts/{}", published.id),
            &[("context", "edit")],
            None,
        )
        .await;
    assert_eq!(stored["categories"], json!([made["id"]]));
    assert_eq!(stored["tags"].as_array().map(Vec::len), Some(1));

    let published = real
        .client("editor")
        .upsert_post(&article, Some(published.id))
        .await
        .expect("changed");
    assert_eq!(published.notes, Vec::<String>::new());
    let changed = real
        .ask(
            Method::GET,
            &format!("posts/{}", published.id),
            &[("context", "edit")],
            None,
        )
        .await;
    assert_eq!(changed["categories"].as_array().map(Vec::len), Some(2));
    assert_eq!(changed["tags"], stored["tags"], "found again");
}

#[tokio::test]
#[ignore = "needs the WordPress of scripts/wordpress.sh"]
async fn a_picture_is_uploaded_once_and_described() {
    let real = real().await;
    for role in ["administrator", "author"] {
        let client = real.client(role);
        let mut file = media(role);
        let first = client.ensure_media(&file, None).await.expect(role);
        let found = client.ensure_media(&file, None).await.expect(role);
        let known = client.ensure_media(&file, Some(first.id)).await.expect(role);
        assert_eq!((&found, &known), (&first, &first), "{role}");
        let stored = real
            .ask(
                Method::GET,
                &format!("media/{}", first.id),
                &[("context", "edit")],
                None,
            )
            .await;
        assert_eq!(stored["alt_text"], file.alt_text, "{role}");
        assert_eq!(stored["title"]["raw"], file.title, "{role}");
        let served = reqwest::get(&first.url).await.expect("an answer").bytes().await;
        assert_eq!(served.expect("a file"), file.bytes);
        let mut article = post(role);
        article.featured_media = Some(first.id);
        let published = client.upsert_post(&article, None).await.expect(role);
        let stored = real
            .ask(Method::GET, &format!("posts/{}", published.id), &[], None)
            .await;
        assert_eq!(stored["featured_media"], first.id, "{role}");

        file.bytes = b"this is no picture".to_vec();
        let error = client.ensure_media(&file, None).await.expect_err("no picture");
        assert_eq!(
            (upstream(&error).0, upstream(&error).2),
            ("bad_request", false),
            "{error}"
        );
        real.ask(
            Method::DELETE,
            &format!("media/{}", first.id),
            &[("force", "true")],
            None,
        )
        .await;
        let anew = client.ensure_media(&media(role), Some(first.id)).await.expect(role);
        assert_ne!(anew.id, first.id);
    }
}

#[tokio::test]
#[ignore = "needs the WordPress of scripts/wordpress.sh"]
async fn maintenance_is_called_by_its_name() {
    let real = real().await;
    let client = real.client("editor");
    client.test().await.expect("in order");
    let file = PathBuf::from(env("WP_DIR")).join("site/.maintenance");
    std::fs::write(&file, "<?php $upgrading = time();").expect("the site's folder");
    let told = client.upsert_post(&post("maintenance"), None).await;
    let fresh = real.client("editor").test().await;
    std::fs::remove_file(&file).expect("the site's folder");
    for error in [told.err(), fresh.err()] {
        let error = error.expect("not possible now");
        assert_eq!(
            (upstream(&error).0, upstream(&error).2),
            ("maintenance", true),
            "{error}"
        );
    }
}

#[tokio::test]
#[ignore = "needs the WordPress of scripts/wordpress.sh"]
async fn a_site_slower_than_our_patience_makes_one_post() {
    let real = real().await;
    let client = real.client("author").with_timeout(Duration::from_secs(2));
    client.test().await.expect("in order");
    let plugin = PathBuf::from(env("WP_DIR")).join("site/wp-content/mu-plugins/slow.php");
    let slow = "<?php add_filter('rest_pre_insert_post', function ($post) { sleep(5); return $post; });";
    std::fs::write(&plugin, slow).expect("the site's folder");
    let article = post("slow");
    let told = client.upsert_post(&article, None).await;
    std::fs::remove_file(&plugin).expect("the site's folder");
    let error = told.expect_err("too slow");
    assert_eq!(
        (upstream(&error).0, upstream(&error).2),
        ("unreachable", true),
        "{error}"
    );
    for _ in 0..100 {
        if real.count(&article.title).await > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    client.upsert_post(&article, None).await.expect("found");
    assert_eq!(real.count(&article.title).await, 1);
}

/// Stands between the client and the site.
#[derive(Clone)]
struct Between {
    target: String,
    cut: Cut,
    /// The path whose next POST is done but not answered.
    lose: Arc<std::sync::Mutex<Option<&'static str>>>,
    /// What the home page says about the API.
    link: Option<&'static str>,
}

async fn pass_on(
    State(between): State<Between>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut request = reqwest::Client::new()
        .request(method.clone(), format!("{}{uri}", between.target))
        .body(body);
    for name in ["authorization", "content-type", "content-disposition"] {
        if let Some(value) = headers.get(name) {
            request = request.header(name, value);
        }
    }
    let answer = request.send().await.expect("an answer");
    let status = StatusCode::from_u16(answer.status().as_u16()).expect("a status");
    let kind = answer.headers().get("content-type").cloned();
    let mut response = (status, answer.bytes().await.expect("a body")).into_response();
    if let Some(kind) = kind {
        response.headers_mut().insert("content-type", kind);
    }
    if uri.path() == "/"
        && uri.query().is_none()
        && let Some(link) = between.link
    {
        let link = format!("<{link}>; rel=\"https://api.w.org/\"");
        response.headers_mut().insert("link", link.parse().expect("a header"));
    }
    let mut lose = between.lose.lock().expect("no panic before");
    if method == Method::POST && lose.is_some_and(|path| uri.path().ends_with(path)) {
        *lose = None;
        between.cut.next();
    }
    response
}

/// The address of the one in between, and what it has yet to lose.
async fn between(
    real: &Real,
    lose: Option<&'static str>,
    link: Option<&'static str>,
) -> (String, Arc<std::sync::Mutex<Option<&'static str>>>) {
    let lose = Arc::new(std::sync::Mutex::new(lose));
    let between = Between {
        target: real.url.clone(),
        cut: Cut::default(),
        lose: lose.clone(),
        link,
    };
    let cut = between.cut.clone();
    let base = serve(Router::new().fallback(pass_on).with_state(between), &cut).await;
    (base, lose)
}

#[tokio::test]
#[ignore = "needs the WordPress of scripts/wordpress.sh"]
async fn a_lost_answer_makes_no_second_post_or_picture() {
    let real = real().await;
    for role in ["administrator", "author", "contributor"] {
        let (base, lose) = between(&real, Some("/wp/v2/posts"), Some("/wp-json/")).await;
        let article = post(role);
        let published = real
            .client_at(&base, role)
            .upsert_post(&article, None)
            .await
            .expect(role);
        assert_eq!(*lose.lock().expect("no panic before"), None, "nothing was lost");
        assert_eq!(real.count(&article.title).await, 1, "{role}");
        let again = real.client(role).upsert_post(&article, None).await.expect(role);
        assert_eq!(again.id, published.id, "{role}");
    }
    let (base, lose) = between(&real, Some("/wp/v2/media"), Some("/wp-json/")).await;
    let file = media("lost");
    let first = real
        .client_at(&base, "author")
        .ensure_media(&file, None)
        .await
        .expect("uploaded");
    assert_eq!(*lose.lock().expect("no panic before"), None, "nothing was lost");
    let again = real.client("author").ensure_media(&file, None).await.expect("found");
    assert_eq!(first.id, again.id);
    let stored = real
        .ask(
            Method::GET,
            "media",
            &[("search", "A pixel"), ("per_page", "100"), ("context", "edit")],
            None,
        )
        .await;
    let name = format!("igny8-{}-", file.marker.to_ascii_lowercase());
    let copies = stored
        .as_array()
        .expect("a list")
        .iter()
        .filter(|item| item["source_url"].as_str().is_some_and(|url| url.contains(&name)));
    assert_eq!(copies.count(), 1);
}

#[tokio::test]
#[ignore = "needs the WordPress of scripts/wordpress.sh"]
async fn plain_permalinks_and_a_missing_header_do_no_harm() {
    let real = real().await;
    for (link, root) in [
        (Some("/index.php?rest_route=/"), "/index.php?rest_route=/"),
        (None, "/wp-json/"),
    ] {
        let (base, _) = between(&real, None, link).await;
        let client = real.client_at(&base, "editor");
        let connection = client.test().await.expect("in order");
        assert_eq!(connection.root.as_str(), format!("{base}{root}"));
        let mut article = post("plain");
        article.tags = vec![unique("tag")];
        let first = client.upsert_post(&article, None).await.expect("created");
        let again = client.upsert_post(&article, None).await.expect("found");
        assert_eq!(first.id, again.id);
        client.ensure_media(&media("plain"), None).await.expect("uploaded");
    }
}
