//! The WordPress client against a site that fails on command. What a real site does is in
//! `wordpress_real`.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use domain::http::Http;
use domain::publisher::wordpress::{Media, Post, WordPress, without_marker};
use serde_json::{Value, json};

use crate::http::{Cut, serve, upstream};

mod wordpress_real;

/// What goes wrong with the next request.
#[derive(Clone)]
enum Play {
    /// This instead of an answer; nothing is done.
    Instead(u16, &'static str, &'static str),
    /// Done, but the connection breaks under the answer.
    Lost,
    /// Done, but this is answered.
    Done(u16, &'static str),
    /// Done only after the connection has broken.
    Late(Duration),
    /// Done, and the answer takes longer than anybody waits.
    Slow,
    /// Not done, and the connection breaks.
    Broken,
}

#[derive(Default)]
struct Inner {
    posts: Vec<Value>,
    media: Vec<Value>,
    terms: Vec<Value>,
    /// For requests that create a post or a picture.
    creating: VecDeque<Play>,
    /// For requests of any kind below the API's root.
    any: VecDeque<Play>,
    creates: usize,
    requests: Vec<String>,
    /// The home page names the API.
    announced: bool,
    /// What the home page is instead of itself.
    home: Option<(u16, &'static str, Option<String>)>,
    terms_forbidden: bool,
}

#[derive(Clone, Default)]
struct Site {
    inner: Arc<Mutex<Inner>>,
    cut: Cut,
}

impl Site {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no panic before")
    }

    /// Requests that create, and the posts there are.
    fn counts(&self) -> (usize, usize) {
        let inner = self.lock();
        (inner.creates, inner.posts.len())
    }
}

fn refusal(status: u16, code: &str) -> Response {
    let body = json!({ "code": code, "message": "Sorry, &#8220;no&#8221;.", "data": { "status": status } });
    (StatusCode::from_u16(status).expect("a status"), axum::Json(body)).into_response()
}

fn instead(status: u16, kind: &'static str, body: &'static str) -> Response {
    (
        StatusCode::from_u16(status).expect("a status"),
        [(header::CONTENT_TYPE, kind)],
        body,
    )
        .into_response()
}

impl Site {
    /// Stores a post or a picture.
    fn create(&self, path: &str, headers: &HeaderMap, body: &Bytes) -> Value {
        let mut inner = self.lock();
        let id = 100 + inner.posts.len() + inner.media.len();
        if path == "posts" {
            let sent: Value = serde_json::from_slice(body).expect("JSON");
            let post = json!({
                "id": id, "link": format!("http://example.com/?p={id}"), "status": sent["status"], "slug": sent["slug"],
                "content": { "raw": sent["content"] }, "sent": sent,
            });
            inner.posts.push(post.clone());
            post
        } else {
            let name = headers["content-disposition"]
                .to_str()
                .expect("text")
                .split('"')
                .nth(1)
                .expect("a name")
                .to_owned();
            let slug = name.split('.').next().expect("a stem");
            let item = json!({
                "id": id, "slug": slug, "source_url": format!("http://example.com/up/{name}"), "alt_text": "",
                "title": { "rendered": slug }, "type": headers["content-type"].to_str().expect("text"), "size": body.len(),
            });
            inner.media.push(item.clone());
            item
        }
    }

    fn list(&self, path: &str, query: &[(String, String)]) -> Response {
        let inner = self.lock();
        let get = |name: &str| {
            query
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
        };
        let all = match path {
            "posts" => &inner.posts,
            "media" => &inner.media,
            _ => &inner.terms,
        };
        let found: Vec<&Value> = all
            .iter()
            .filter(|item| item["status"] != "trash")
            .filter(|item| {
                get("slug").is_none_or(|slug| item["slug"] == slug)
                    && get("search").is_none_or(|text| {
                        item["content"]["raw"]
                            .as_str()
                            .or(item["name"].as_str())
                            .is_some_and(|own| own.contains(text))
                    })
            })
            .collect();
        axum::Json(json!(found)).into_response()
    }

    fn dispatch(
        &self,
        method: &Method,
        path: &str,
        query: &[(String, String)],
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Response {
        // name:word word
        let signed_in = headers
            .get("authorization")
            .is_some_and(|value| value == "Basic bmFtZTp3b3JkIHdvcmQ=");
        if path.is_empty() {
            return axum::Json(json!({ "name": "Tom &amp; Co", "namespaces": ["oembed/1.0", "wp/v2"] }))
                .into_response();
        }
        let path = path.strip_prefix("wp/v2/").unwrap_or(path);
        let parts: Vec<&str> = path.split('/').collect();
        match (method.as_str(), parts.as_slice()) {
            _ if !signed_in && parts == ["users", "me"] => refusal(401, "rest_not_logged_in"),
            _ if !signed_in && method == Method::POST => refusal(401, "rest_cannot_create"),
            // As the real one: the reason is inside.
            _ if !signed_in && query.iter().any(|(key, _)| key == "status") => (
                StatusCode::BAD_REQUEST,
                axum::Json(json!({ "code": "rest_invalid_param", "message": "Invalid parameter(s): status", "data": { "status": 400,
                    "params": { "status": "Status is forbidden." },
                    "details": { "status": { "code": "rest_forbidden_status", "message": "Status is forbidden.", "data": { "status": 401 } } } } })),
            )
                .into_response(),
            ("GET", ["users", "me"]) => axum::Json(json!({
                "id": 1, "name": "Ada &amp; Co", "roles": ["editor"],
                "capabilities": { "publish_posts": true, "upload_files": true, "unfiltered_html": false }
            }))
            .into_response(),
            ("GET", [kind]) => self.list(kind, query),
            ("POST", [kind @ ("posts" | "media")]) => {
                axum::Json(self.create(kind, headers, body)).into_response()
            }
            ("POST", [_]) => {
                let mut inner = self.lock();
                if inner.terms_forbidden {
                    return refusal(403, "rest_cannot_create");
                }
                let sent: Value = serde_json::from_slice(body).expect("JSON");
                let id = 500 + inner.terms.len();
                let term = json!({ "id": id, "name": sent["name"] });
                inner.terms.push(term.clone());
                axum::Json(term).into_response()
            }
            (verb, [kind, id]) => {
                let mut inner = self.lock();
                let all = if *kind == "posts" {
                    &mut inner.posts
                } else {
                    &mut inner.media
                };
                let Some(item) = all.iter_mut().find(|item| item["id"].as_u64() == id.parse().ok()) else {
                    return refusal(404, "rest_post_invalid_id");
                };
                if verb == "POST" {
                    let sent: Value = serde_json::from_slice(body).expect("JSON");
                    item["status"] = sent["status"].clone();
                    item["content"]["raw"] = sent["content"].clone();
                    item["alt_text"] = sent["alt_text"].clone();
                    item["sent"] = sent;
                }
                axum::Json(item.clone()).into_response()
            }
            _ => refusal(404, "rest_no_route"),
        }
    }
}

async fn answer(
    State(site): State<Site>,
    method: Method,
    uri: Uri,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    site.lock().requests.push(format!("{method} {uri}"));
    if uri.path() == "/" && uri.query().is_none() {
        let (home, announced) = {
            let inner = site.lock();
            (inner.home.clone(), inner.announced)
        };
        let host = headers["host"].to_str().expect("text");
        let mut response = match home {
            Some((status, kind, None)) => instead(status, "text/html", kind),
            Some((status, kind, Some(location))) => {
                let mut response = instead(status, "text/html", kind);
                response
                    .headers_mut()
                    .insert("location", location.parse().expect("a header"));
                return response;
            }
            None => Html("<h1>Hello</h1>").into_response(),
        };
        if announced {
            let link = format!("<http://{host}/wp-json/>; rel=\"https://api.w.org/\"");
            response.headers_mut().insert("link", link.parse().expect("a header"));
        }
        return response;
    }
    let path = match uri.path().strip_prefix("/wp-json/") {
        Some(path) => path.to_owned(),
        None => match query.iter().find(|(name, _)| name == "rest_route") {
            Some((_, route)) if site.lock().home.is_none() => route.trim_start_matches('/').to_owned(),
            _ => return instead(404, "text/html", "<h1>404 Not Found</h1>"),
        },
    };
    let creating = method == Method::POST && (path.ends_with("/posts") || path.ends_with("/media"));
    let play = {
        let mut inner = site.lock();
        if creating {
            inner.creates += 1;
            inner.creating.pop_front()
        } else {
            inner.any.pop_front()
        }
    };
    let act = || site.dispatch(&method, &path, &query, &headers, &body);
    match play {
        None => act(),
        Some(Play::Instead(status, kind, body)) => instead(status, kind, body),
        Some(Play::Done(status, body)) => {
            act();
            instead(status, "text/html", body)
        }
        Some(Play::Lost) => {
            let response = act();
            site.cut.next();
            response
        }
        Some(Play::Broken) => {
            site.cut.next();
            StatusCode::OK.into_response()
        }
        Some(Play::Slow) => {
            let response = act();
            tokio::time::sleep(Duration::from_secs(20)).await;
            response
        }
        Some(Play::Late(time)) => {
            let (site, path) = (site.clone(), path.clone());
            site.cut.next();
            tokio::spawn(async move {
                tokio::time::sleep(time).await;
                site.dispatch(&method, &path, &query, &headers, &body);
            });
            StatusCode::OK.into_response()
        }
    }
}

const UNIT: Duration = Duration::from_millis(4);

async fn site() -> (Site, WordPress, String) {
    let site = Site::default();
    site.lock().announced = true;
    let router = Router::new().fallback(answer).with_state(site.clone());
    let base = serve(router, &site.cut).await;
    let client = client(&base);
    (site, client, base)
}

fn client(base: &str) -> WordPress {
    WordPress::new(Http::new(true).expect("a client"), base, "name", "word word")
        .expect("settings in order")
        .with_backoff_unit(UNIT)
}

fn post() -> Post {
    Post {
        marker: "cnt_1".to_owned(),
        title: "A cake".to_owned(),
        html: "<p>Bake.</p>".to_owned(),
        slug: "a-cake".to_owned(),
        status: "publish".to_owned(),
        ..Post::default()
    }
}

fn media() -> Media {
    Media {
        marker: "img_1".to_owned(),
        file_name: "cake.png".to_owned(),
        mime_type: "image/png".to_owned(),
        bytes: b"\x89PNG\r\n\x1a\n".to_vec(),
        alt_text: "A cake".to_owned(),
        title: "Cake".to_owned(),
    }
}

#[tokio::test]
async fn a_test_tells_who_and_what() {
    let (_, client, base) = site().await;
    let connection = client.test().await.expect("in order");
    assert_eq!(connection.user_name, "Ada & Co");
    assert_eq!(connection.roles, ["editor"]);
    assert_eq!(
        (
            connection.can_publish,
            connection.can_upload,
            connection.unfiltered_html
        ),
        (true, true, false)
    );
    assert_eq!(connection.site_name, "Tom & Co");
    assert_eq!(connection.root.as_str(), format!("{base}/wp-json/"));
}

#[tokio::test]
async fn the_api_is_found_without_the_header_too() {
    let (site, client, base) = site().await;
    site.lock().announced = false;
    let connection = client.test().await.expect("in order");
    assert_eq!(connection.root.as_str(), format!("{base}/wp-json/"));
    // Plain permalinks: below the path there is nothing.
    let plain = self::client(&base);
    site.lock()
        .any
        .push_back(Play::Instead(404, "text/html", "<h1>404</h1>"));
    let connection = plain.test().await.expect("in order");
    assert_eq!(connection.root.as_str(), format!("{base}/?rest_route=/"));
    let published = plain.upsert_post(&post(), None).await.expect("published");
    assert_eq!(published.status, "publish");
    assert_eq!(site.counts(), (1, 1));
    let below = site
        .lock()
        .requests
        .iter()
        .filter(|line| line.contains("/wp-json/"))
        .count();
    assert_eq!(
        below, 4,
        "three of the first client, and the one that the second one missed"
    );
}

#[tokio::test]
async fn wrong_credentials_are_named() {
    let (site, _, base) = site().await;
    let wrong = WordPress::new(Http::new(true).expect("a client"), &base, "name", "wrong")
        .expect("settings in order")
        .with_backoff_unit(UNIT);
    let error = wrong.test().await.expect_err("401");
    let (code, message, retryable) = upstream(&error);
    assert_eq!((code, retryable), ("auth", false));
    assert!(message.contains("application password"), "{message}");
    // Public reads would go through; ours ask for more.
    let error = wrong.upsert_post(&post(), None).await.expect_err("401");
    assert_eq!(upstream(&error).0, "auth");
    assert_eq!(site.lock().creates, 0);
}

#[tokio::test]
async fn answers_that_are_not_wordpress_are_told_apart() {
    const PAGE: &str = "<!doctype html><title>Hi</title>";
    let cases = [
        (Play::Instead(200, "text/html", PAGE), "not_wordpress", false, 1),
        (Play::Instead(404, "text/html", PAGE), "not_wordpress", false, 1),
        (Play::Instead(401, "text/html", PAGE), "auth", false, 1),
        (Play::Instead(403, "text/html", PAGE), "forbidden", false, 1),
        (
            Play::Instead(
                403,
                "application/json",
                "{\"code\":\"rest_forbidden\",\"message\":\"No\"}",
            ),
            "forbidden",
            false,
            1,
        ),
        (
            Play::Instead(503, "text/html", "<p>Briefly unavailable for scheduled maintenance."),
            "maintenance",
            true,
            4,
        ),
        (
            Play::Instead(500, "text/html", "<p>Error establishing a database connection"),
            "server_error",
            true,
            4,
        ),
        (Play::Instead(429, "text/html", PAGE), "rate_limited", true, 4),
        (Play::Instead(307, "text/html", ""), "bad_request", false, 1),
        (Play::Broken, "unreachable", true, 4),
    ];
    for (play, expected, may_retry, tries) in cases {
        let (site, client, _) = site().await;
        site.lock().any.extend((0..9).map(|_| play.clone()));
        let error = client.test().await.expect_err(expected);
        let (code, message, retryable) = upstream(&error);
        assert_eq!((code, retryable), (expected, may_retry), "{message}");
        assert!(message.contains("127.0.0.1") || expected == "forbidden", "{message}");
        // Without the home page.
        assert_eq!(site.lock().requests.len() - 1, tries, "{expected}");
    }
}

#[tokio::test]
async fn other_sites_are_not_given_the_password() {
    let (site, client, base) = site().await;
    site.lock().home = Some((200, "<h1>A shop</h1>", None));
    site.lock().announced = false;
    site.lock()
        .any
        .extend((0..9).map(|_| Play::Instead(404, "text/html", "no")));
    let error = client.test().await.expect_err("no API");
    assert_eq!(upstream(&error).0, "not_wordpress");

    let elsewhere = base.replace("127.0.0.1", "localhost");
    let target = format!("{elsewhere}/elsewhere");
    site.lock().home = Some((302, "", Some(target)));
    let error = self::client(&base).test().await.expect_err("elsewhere");
    let (code, message, _) = upstream(&error);
    assert_eq!(code, "bad_request");
    assert!(message.contains("localhost"), "{message}");

    site.lock().home = Some((503, "<p>maintenance", None));
    let error = self::client(&base).test().await.expect_err("maintenance");
    assert_eq!(upstream(&error).0, "maintenance");
}

#[tokio::test]
async fn nobody_there_and_addresses_inside_are_told_apart() {
    let error = client("http://127.0.0.1:9").test().await.expect_err("nobody");
    assert_eq!((upstream(&error).0, upstream(&error).2), ("unreachable", true));
    let error = client("http://no-such-name.invalid").test().await.expect_err("nobody");
    assert_eq!(upstream(&error).0, "unreachable");
    let closed = || Http::new(false).expect("a client");
    let error = WordPress::new(closed(), "http://10.0.0.1/", "name", "word").err();
    assert_eq!(upstream(&error.expect("inside")).0, "private_address");
    let named = WordPress::new(closed(), "http://localhost:9", "name", "word").expect("a name");
    let error = named.test().await.expect_err("inside");
    assert_eq!((upstream(&error).0, upstream(&error).2), ("private_address", false));
    for (base, user, word) in [
        ("", "n", "w"),
        ("https://a:b@example.com", "n", "w"),
        ("example.com", " ", "w"),
        ("example.com", "n", ""),
    ] {
        let made = WordPress::new(closed(), base, user, word);
        assert!(made.is_err(), "{base}");
    }
}

#[tokio::test]
async fn a_post_is_created_once_and_changed_from_then_on() {
    let (site, client, _) = site().await;
    let first = client.upsert_post(&post(), None).await.expect("created");
    assert_eq!(first.content_raw, "<p>Bake.</p>\n<!-- igny8:cnt_1 -->");
    assert_eq!(without_marker(&first.content_raw), "<p>Bake.</p>");
    let mut changed = post();
    changed.html = "<p>Bake well.</p>".to_owned();
    let known = client.upsert_post(&changed, Some(first.id)).await.expect("changed");
    // The id was not kept: a crash between publishing and noting it.
    let found = client.upsert_post(&changed, None).await.expect("found");
    assert_eq!((known.id, found.id), (first.id, first.id));
    assert_eq!(without_marker(&found.content_raw), "<p>Bake well.</p>");
    assert_eq!(site.counts(), (1, 1));

    let mut other = post();
    other.marker = "cnt_2".to_owned();
    let second = client.upsert_post(&other, None).await.expect("created");
    assert_ne!(second.id, first.id, "of the same slug, but somebody else's");

    // In the trash, and gone altogether.
    site.lock().posts[0]["status"] = json!("trash");
    let again = client.upsert_post(&post(), Some(first.id)).await.expect("created");
    assert_ne!(again.id, first.id);
    let gone = client.upsert_post(&post(), Some(99_999)).await.expect("found");
    assert_eq!(gone.id, again.id);
    assert!(
        client
            .upsert_post(
                &Post {
                    marker: "a--b".to_owned(),
                    ..post()
                },
                None
            )
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_makes_one_post() {
    for (play, creates) in [
        (Play::Lost, 1),
        (
            Play::Done(500, "<p>There has been a critical error on this website."),
            1,
        ),
        (Play::Done(502, "<h1>Bad gateway</h1>"), 1),
        (Play::Done(504, "<h1>Gateway timeout</h1>"), 1),
        (Play::Done(200, "<!doctype html><p>cached"), 1),
        (Play::Done(201, "{\"id\":"), 1),
        (Play::Late(UNIT * 4), 1),
        // Certainly nothing happened, so it is sent again.
        (
            Play::Instead(500, "text/html", "<p>Error establishing a database connection"),
            2,
        ),
        (
            Play::Instead(503, "text/html", "<p>Briefly unavailable for scheduled maintenance."),
            2,
        ),
        (Play::Instead(429, "text/html", "slow down"), 2),
    ] {
        let (site, client, _) = site().await;
        site.lock().creating.push_back(play.clone());
        let published = client.upsert_post(&post(), None).await.expect("published");
        assert_eq!(published.status, "publish");
        let inner = site.lock();
        assert_eq!((inner.posts.len(), inner.creates), (1, creates));
        assert_eq!(inner.posts[0]["id"], published.id);
    }
}

#[tokio::test]
async fn a_site_that_may_still_be_at_work_is_not_asked_twice() {
    // Done long after we have given up.
    let (site_, client_, base) = site().await;
    site_.lock().creating.push_back(Play::Late(Duration::from_millis(700)));
    let error = client_.upsert_post(&post(), None).await.expect_err("unknown");
    let (code, message, retryable) = upstream(&error);
    assert_eq!((code, retryable), ("unreachable", true));
    assert!(message.contains("not known"), "{message}");
    assert_eq!(site_.lock().creates, 1);
    tokio::time::sleep(Duration::from_millis(900)).await;
    assert_eq!(site_.lock().posts.len(), 1);
    client_.upsert_post(&post(), None).await.expect("found");
    assert_eq!(site_.counts(), (1, 1));

    // Done, and answered too late.
    site_.lock().posts.clear();
    site_.lock().creating.push_back(Play::Slow);
    let hasty = client(&base).with_timeout(Duration::from_millis(300));
    hasty.upsert_post(&post(), None).await.expect("found");
    assert_eq!(site_.counts(), (2, 1));

    // Done, and then the site goes down: nothing can be looked up.
    let (site, client, _) = site().await;
    client.test().await.expect("in order");
    {
        let mut inner = site.lock();
        inner.creating.push_back(Play::Lost);
        // The searches before go through.
        inner.any.extend([
            Play::Instead(200, "application/json", "[]"),
            Play::Instead(200, "application/json", "[]"),
            Play::Instead(200, "application/json", "[]"),
        ]);
        inner
            .any
            .extend((0..4).map(|_| Play::Instead(500, "text/html", "down")));
    }
    let error = client.upsert_post(&post(), None).await.expect_err("unknown");
    assert!(upstream(&error).2);
    client.upsert_post(&post(), None).await.expect("found");
    assert_eq!(site.counts(), (1, 1));
}

#[tokio::test]
async fn reads_and_changes_are_tried_again() {
    let (site, client, _) = site().await;
    let first = client.upsert_post(&post(), None).await.expect("created");
    site.lock().any.extend([
        Play::Broken,
        Play::Instead(500, "text/html", "no"),
        Play::Instead(503, "text/html", "no"),
    ]);
    client.upsert_post(&post(), Some(first.id)).await.expect("changed");
    // The look at it goes through, the change gets lost.
    site.lock().any.extend([
        Play::Instead(200, "application/json", "{\"id\":100,\"status\":\"publish\"}"),
        Play::Lost,
    ]);
    client.upsert_post(&post(), Some(first.id)).await.expect("changed");
    assert_eq!(site.counts(), (1, 1));
}

#[tokio::test]
async fn terms_that_cannot_be_had_are_left_out_with_a_note() {
    let (site, client, _) = site().await;
    let mut article = post();
    article.categories = vec!["Cakes".to_owned(), "cakes ".to_owned(), String::new()];
    article.tags = vec!["Quick".to_owned()];
    let published = client.upsert_post(&article, None).await.expect("created");
    assert_eq!(published.notes, Vec::<String>::new());
    assert_eq!(site.lock().posts[0]["sent"]["categories"], json!([500]));
    assert_eq!(site.lock().posts[0]["sent"]["tags"], json!([501]));

    site.lock().terms_forbidden = true;
    article.categories.push("Pies".to_owned());
    article.tags = vec!["Slow".to_owned()];
    let published = client.upsert_post(&article, None).await.expect("changed");
    assert_eq!(published.notes.len(), 2, "{:?}", published.notes);
    assert!(published.notes[0].contains("Pies"), "{:?}", published.notes);
    assert_eq!(site.lock().posts[0]["sent"]["categories"], json!([500]));
    assert_eq!(site.lock().posts[0]["sent"]["tags"], Value::Null);
}

#[tokio::test]
async fn a_picture_is_uploaded_once() {
    for (play, creates) in [
        (None, 1),
        (Some(Play::Lost), 1),
        (Some(Play::Done(500, "<p>critical error")), 1),
        (Some(Play::Late(UNIT * 4)), 1),
        (Some(Play::Instead(500, "text/html", "down")), 2),
    ] {
        let (site, client, _) = site().await;
        site.lock().creating.extend(play);
        let first = client.ensure_media(&media(), None).await.expect("uploaded");
        assert!(first.url.contains("/igny8-img_1-"), "{}", first.url);
        let again = client.ensure_media(&media(), None).await.expect("found");
        let known = client.ensure_media(&media(), Some(first.id)).await.expect("known");
        assert_eq!((again.id, known.id), (first.id, first.id));
        let inner = site.lock();
        assert_eq!((inner.media.len(), inner.creates), (1, creates));
        assert_eq!(inner.media[0]["alt_text"], "A cake");
        assert_eq!(inner.media[0]["type"], "image/png");
        assert_eq!(inner.media[0]["size"], 8);
    }
    // Another picture under the same id is another file.
    let (site, client, _) = site().await;
    let first = client.ensure_media(&media(), None).await.expect("uploaded");
    let mut other = media();
    other.bytes.push(0);
    let second = client.ensure_media(&other, Some(first.id)).await.expect("uploaded");
    assert_ne!(second.id, first.id);
    // A refusal for good, though the status says otherwise.
    site.lock().creating.push_back(Play::Instead(
        500,
        "application/json",
        "{\"code\":\"rest_upload_sideload_error\",\"message\":\"Sorry, you are not allowed to upload this file type.\",\"data\":{\"status\":500}}",
    ));
    other.bytes.push(0);
    let error = client.ensure_media(&other, None).await.expect_err("refused");
    assert_eq!((upstream(&error).0, upstream(&error).2), ("bad_request", false));
    assert_eq!(site.lock().creates, 3);
}
