//! The front door: what every answer carries, requests that must not count twice, limits, other origins, the archive.

use std::{collections::BTreeMap, io::Read};

use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::support::{Caller, Server, client};

fn text(answer: &Response, name: &str) -> String {
    answer
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

impl Caller {
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(&self.token)
    }
}

#[tokio::test]
async fn pages_load_only_what_they_name_and_no_other_site_frames_them() {
    let server = Server::start().await;
    let page = client()
        .get(format!("{}/signin", server.base))
        .header(header::ACCEPT, "text/html")
        .send()
        .await
        .unwrap();
    let policy = text(&page, "content-security-policy");
    for part in [
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ] {
        assert!(policy.contains(part), "{part} in {policy}");
    }
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
        "{policy}"
    );
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .and_then(|rest| rest.split('\'').next())
        .unwrap()
        .to_owned();
    assert!(nonce.len() >= 20, "{nonce}");
    let html = page.text().await.unwrap();
    let scripts: Vec<&str> = html
        .split("<script")
        .skip(1)
        .filter_map(|rest| rest.split('>').next())
        .collect();
    assert!(!scripts.is_empty());
    for script in scripts {
        assert!(
            script.contains(&format!("nonce=\"{nonce}\"")),
            "a script without the nonce: {script}"
        );
    }
    assert!(
        !html.contains(" style=\"") && !html.contains(" onclick="),
        "the policy forbids these"
    );
    let again = client().get(format!("{}/signin", server.base)).send().await.unwrap();
    assert!(
        !text(&again, "content-security-policy").contains(&nonce),
        "a nonce is used once"
    );
    // What every answer carries, the interface's too.
    for path in ["/signin", "/health", "/api/v1/openapi.json", "/api/v1/auth/me/"] {
        let answer = client().get(format!("{}{path}", server.base)).send().await.unwrap();
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "private, no-store"),
        ] {
            assert_eq!(text(&answer, name), value, "{path}");
        }
        assert!(
            text(&answer, "content-security-policy").contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(text(&answer, "x-request-id").len(), 32, "{path}");
        assert!(
            text(&answer, "strict-transport-security").is_empty(),
            "{path}: not over TLS"
        );
    }
}

#[tokio::test]
async fn behind_tls_cookies_are_secure_and_the_caller_is_who_the_proxy_names() {
    let server = Server::start_with(|config| {
        config.server.public_url = "https://plan.example.com".to_owned();
        config.server.trust_proxy = true;
    })
    .await;
    let function = leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| path)
        .find(|path| path.starts_with("/fn/sign_up"))
        .unwrap();
    let answer = client()
        .post(format!("{}{function}", server.base))
        .header("x-forwarded-for", "1.1.1.1, 203.0.113.7")
        .form(&[("email", "ann@example.com"), ("password", "correct horse battery")])
        .send()
        .await
        .unwrap();
    let cookie = text(&answer, "set-cookie");
    for part in ["__Host-igny8_session=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(text(&answer, "strict-transport-security").contains("max-age=31536000"));
    let scope = domain::scope::Scope::system(entity::AccountId(1));
    let log = domain::audit::list(&server.app, &scope, &Default::default(), &Default::default())
        .await
        .unwrap();
    assert_eq!(log.results[0].ip_address, "203.0.113.7");
}

#[tokio::test]
async fn a_session_set_before_signing_in_is_worth_nothing_after_it() {
    let server = Server::start().await;
    let path = |name: &str| {
        leptos::server_fn::axum::server_fn_paths()
            .map(|(path, _)| path.to_owned())
            .find(|path| path.trim_end_matches(|c: char| c.is_ascii_digit()) == format!("/fn/{name}"))
            .unwrap()
    };
    let post = async |name: &str, cookie: &str, fields: &[(&str, &str)]| {
        client()
            .post(format!("{}{}", server.base, path(name)))
            .header(header::COOKIE, cookie)
            .form(fields)
            .send()
            .await
            .unwrap()
    };
    let fields = [("email", "ann@example.com"), ("password", "correct horse battery")];
    let forced = "igny8_session=AAAAAAAAAAAAAAAAAAAAAA";
    let signed_up = post("sign_up", forced, &fields).await;
    let first = text(&signed_up, "set-cookie").split(';').next().unwrap().to_owned();
    assert_ne!(first, forced);
    let second = text(&post("sign_in", &first, &fields).await, "set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    assert_ne!(first, second, "signing in again gives another name");
    let me = async |cookie: &str| {
        client()
            .get(format!("{}/settings/you", server.base))
            .header(header::COOKIE, cookie)
            .header(header::ACCEPT, "text/html")
            .send()
            .await
            .unwrap()
            .status()
    };
    assert_eq!(me(&second).await, StatusCode::OK);
    for dead in [forced, &first] {
        assert_eq!(me(dead).await, StatusCode::FOUND, "{dead}");
    }
    // Signing out ends it on the server, whatever the browser keeps.
    post("sign_out", &second, &[]).await;
    assert_eq!(me(&second).await, StatusCode::FOUND);
}

#[tokio::test]
async fn single_things_are_read_and_changed_conditionally() {
    let server = Server::start().await;
    let ann = Caller::sign_up(&server.base, "ann@example.com").await;
    let (_, sector) = ann.make_site().await;
    let made = ann
        .post(
            "/api/v1/planner/keywords/",
            json!({"sector_id": sector, "keyword": "moka pot"}),
        )
        .await;
    let path = format!("/api/v1/planner/keywords/{}/", made["data"]["id"]);
    let read = async |tag: Option<&str>| {
        let mut request = ann.request(Method::GET, &path);
        if let Some(tag) = tag {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        request.send().await.unwrap()
    };
    let first = read(None).await;
    let tag = text(&first, "etag");
    assert!(tag.starts_with('"') && tag.len() > 20, "{tag}");
    for known in [
        tag.clone(),
        format!("W/{tag}"),
        format!("\"other\", {tag}"),
        "*".to_owned(),
    ] {
        let same = read(Some(&known)).await;
        assert_eq!(same.status(), StatusCode::NOT_MODIFIED, "{known}");
        assert_eq!(text(&same, "etag"), tag);
        assert!(same.bytes().await.unwrap().is_empty());
    }
    let change = async |tag: &str, volume: i64| {
        ann.request(Method::PUT, &path)
            .header(header::IF_MATCH, tag)
            .json(&json!({"volume": volume}))
            .send()
            .await
            .unwrap()
    };
    assert_eq!(change(&tag, 5).await.status(), StatusCode::OK);
    assert_eq!(read(Some(&tag)).await.status(), StatusCode::OK, "it has changed");
    let late = change(&tag, 9).await;
    assert_eq!(late.status(), StatusCode::PRECONDITION_FAILED);
    assert_eq!(late.json::<Value>().await.unwrap()["code"], "precondition_failed");
    assert_eq!(ann.get(&path).await["data"]["volume"], 5);
    let gone = ann
        .request(Method::DELETE, &path)
        .header(header::IF_MATCH, &tag)
        .send()
        .await
        .unwrap();
    assert_eq!(gone.status(), StatusCode::PRECONDITION_FAILED);
    let now = text(&read(None).await, "etag");
    let gone = ann
        .request(Method::DELETE, &path)
        .header(header::IF_MATCH, now)
        .send()
        .await
        .unwrap();
    assert_eq!(gone.status(), StatusCode::OK);
    // What is not there for the caller stays so, condition or not.
    assert_eq!(change("*", 1).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_does_a_call_once_and_gives_its_answer_again() {
    let server = Server::start().await;
    let ann = Caller::sign_up(&server.base, "ann@example.com").await;
    let bob = Caller::sign_up(&server.base, "bob@example.com").await;
    let (_, sector) = ann.make_site().await;
    let make = async |caller: &Caller, key: &str, body: Value| {
        caller
            .request(Method::POST, "/api/v1/planner/keywords/")
            .header("idempotency-key", key)
            .json(&body)
            .send()
            .await
            .unwrap()
    };
    let body = json!({"sector_id": sector, "keyword": "moka pot"});
    // Many at once: one makes it, all get its answer.
    let answers = futures::future::join_all((0..8).map(|_| make(&ann, "one", body.clone()))).await;
    let mut ids = Vec::new();
    let mut replayed = 0;
    for answer in answers {
        assert_eq!(answer.status(), StatusCode::OK);
        replayed += usize::from(text(&answer, "idempotent-replayed") == "true");
        ids.push(answer.json::<Value>().await.unwrap()["data"]["id"].clone());
    }
    ids.dedup();
    assert_eq!((ids.len(), replayed), (1, 7));
    assert_eq!(ann.get("/api/v1/planner/keywords/").await["count"], 1);
    // The same key with another question is a mistake; another caller's key is another key.
    let other = make(&ann, "one", json!({"sector_id": sector, "keyword": "french press"})).await;
    assert_eq!(other.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        other.json::<Value>().await.unwrap()["errors"][0]["field"],
        "Idempotency-Key"
    );
    assert_eq!(make(&bob, "one", body.clone()).await.status(), StatusCode::NOT_FOUND);
    // A key that is shown once stays shown once: the answer is kept sealed, and for the credential that made it.
    let new_key = async |token: &str| {
        ann.client
            .post(format!("{}/api/v1/auth/api_keys/", server.base))
            .bearer_auth(token)
            .header("idempotency-key", "key")
            .json(&json!({"name": "X", "scopes": ["read"]}))
            .send()
            .await
            .unwrap()
    };
    let made: Value = new_key(&ann.token).await.json().await.unwrap();
    let secret = made["data"]["key"].as_str().unwrap();
    assert_eq!(new_key(&ann.token).await.json::<Value>().await.unwrap(), made);
    assert_ne!(new_key(secret).await.status(), StatusCode::OK);
    let kept = entity::idempotency_key::Entity::find()
        .all(&server.app.db)
        .await
        .unwrap();
    assert!(
        kept.iter()
            .all(|row| !row.body.contains("igny8_") && !row.body.contains("moka"))
    );
    // A failure is not kept: what was wrong can be put right under the same key.
    let wrong = make(&ann, "two", json!({"sector_id": sector, "keyword": ""})).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let right = make(&ann, "two", json!({"sector_id": sector, "keyword": "french press"})).await;
    assert_eq!(right.status(), StatusCode::OK);
    for bad in ["", &"k".repeat(201)] {
        assert_eq!(
            make(&ann, bad, body.clone()).await.status(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "{bad:?}"
        );
    }
    // Without a valid token there is nobody to keep an answer for.
    let nobody = Caller {
        token: "x".to_owned(),
        base: ann.base.clone(),
        client: client(),
    };
    assert_eq!(make(&nobody, "one", body).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn callers_who_are_too_quick_are_told_how_long_to_wait() {
    let server = Server::start_with(|config| {
        config.limits.requests_per_minute = 5;
        config.limits.anonymous_requests_per_minute = 4;
    })
    .await;
    let ann = Caller::sign_up(&server.base, "ann@example.com").await;
    let bob = Caller::sign_up(&server.base, "bob@example.com").await;
    let ask = async |caller: &Caller| caller.request(Method::GET, "/api/v1/auth/me/").send().await.unwrap();
    for _ in 0..5 {
        assert_eq!(ask(&ann).await.status(), StatusCode::OK);
    }
    let refused = ask(&ann).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = text(&refused, "retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    let body: Value = refused.json().await.unwrap();
    assert_eq!(
        (body["success"].as_bool(), body["code"].as_str()),
        (Some(false), Some("too_many_requests"))
    );
    assert_eq!(
        ask(&bob).await.status(),
        StatusCode::OK,
        "another caller has another budget"
    );
    // Made-up tokens count against the address, and so do the pages' own sign-in forms.
    let nobody = Caller {
        token: "made up".to_owned(),
        base: server.base.clone(),
        client: client(),
    };
    assert_eq!(ask(&nobody).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&nobody).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&nobody).await.status(), StatusCode::TOO_MANY_REQUESTS);
    let function = leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| path)
        .find(|path| path.starts_with("/fn/sign_in"))
        .unwrap();
    let form = client()
        .post(format!("{}{function}", server.base))
        .form(&[("email", "ann@example.com"), ("password", "correct horse battery")])
        .send()
        .await
        .unwrap();
    assert_eq!(form.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(!text(&form, "retry-after").is_empty());
    // Who is known goes on.
    assert_eq!(ask(&bob).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn pages_of_other_origins_may_call_only_where_the_operator_says_so() {
    let ask = async |server: &Server, origin: &str| {
        client()
            .request(Method::OPTIONS, format!("{}/api/v1/auth/me/", server.base))
            .header(header::ORIGIN, origin)
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "authorization")
            .send()
            .await
            .unwrap()
    };
    let closed = Server::start().await;
    assert!(
        text(
            &ask(&closed, "https://app.example.com").await,
            "access-control-allow-origin"
        )
        .is_empty()
    );
    let open = Server::start_with(|config| {
        config.security.cors_origins = vec!["https://app.example.com".to_owned()];
    })
    .await;
    let allowed = ask(&open, "https://app.example.com").await;
    assert_eq!(text(&allowed, "access-control-allow-origin"), "https://app.example.com");
    assert!(text(&allowed, "access-control-allow-credentials").is_empty());
    assert!(text(&ask(&open, "https://evil.example").await, "access-control-allow-origin").is_empty());
}

#[tokio::test]
async fn what_is_too_long_or_of_the_wrong_method_is_answered_in_the_envelope() {
    let server = Server::start().await;
    let ann = Caller::sign_up(&server.base, "ann@example.com").await;
    let long = format!("{{\"name\": \"{}\"}}", "x".repeat(9 * 1024 * 1024));
    let answer = ann
        .request(Method::PUT, "/api/v1/auth/me/")
        .header(header::CONTENT_TYPE, "application/json")
        .body(long)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], "too_large");
    let (status, body) = ann.call(Method::PATCH, "/api/v1/auth/me/", None).await;
    assert_eq!(
        (status, body["code"].as_str()),
        (StatusCode::METHOD_NOT_ALLOWED, Some("method_not_allowed"))
    );
    let page = ann.get("/api/v1/auth/seed_keywords/?page_size=100000").await;
    assert_eq!(page["results"].as_array().unwrap().len(), 200, "pages are capped");
    assert_eq!(page["count"], 4000);
    let last = ann.get("/api/v1/auth/seed_keywords/?page_size=200&page=20").await;
    assert_eq!(last["next"], Value::Null);
    assert_eq!(last["previous"], "/api/v1/auth/seed_keywords/?page_size=200&page=19");
    let (status, body) = ann
        .call(Method::GET, "/api/v1/auth/seed_keywords/?ordering=secret", None)
        .await;
    assert_eq!(
        (status, body["errors"][0]["field"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("ordering"))
    );
}

#[tokio::test]
async fn an_operator_calls_into_an_account_and_its_log_says_so() {
    let server = Server::start().await;
    let ann = Caller::sign_up(&server.base, "ann@example.com").await;
    let boss = Caller::sign_up(&server.base, "boss@example.com").await;
    ann.make_site().await;
    let account = ann.get("/api/v1/auth/account/").await["data"]["id"].clone();
    let into = async |caller: &Caller, path: &str, account: &Value| {
        let answer = caller
            .request(Method::GET, path)
            .header("x-igny8-account", account.to_string())
            .send()
            .await
            .unwrap();
        (answer.status(), answer.json::<Value>().await.unwrap())
    };
    assert_eq!(
        into(&boss, "/api/v1/auth/sites/", &account).await.0,
        StatusCode::FORBIDDEN
    );
    domain::accounts::operator::appoint(&server.app, "boss@example.com", false)
        .await
        .unwrap();
    assert_eq!(
        boss.get("/api/v1/auth/sites/").await["count"],
        0,
        "without the header nothing is crossed"
    );
    let (status, sites) = into(&boss, "/api/v1/auth/sites/", &account).await;
    assert_eq!((status, sites["count"].as_i64()), (StatusCode::OK, Some(1)));
    assert_eq!(
        into(&boss, "/api/v1/auth/sites/", &json!(987_654)).await.0,
        StatusCode::NOT_FOUND
    );
    let log = ann.get("/api/v1/system/audit_log/?action=operator_entered").await;
    assert_eq!(log["count"], 1);
    assert_eq!(log["results"][0]["actor"], "boss@example.com");
    assert_eq!(log["results"][0]["detail"], "GET /api/v1/auth/sites/");
}

#[tokio::test]
async fn the_archive_holds_everything_but_secrets() {
    let server = Server::start().await;
    let ann = Caller::sign_up(&server.base, "ann@example.com").await;
    let (site, sector) = ann.make_site().await;
    for number in 0..1_100 {
        // More than one batch.
        let scope = domain::scope::Scope::system(entity::AccountId(1));
        let input = entity::keyword::New {
            sector_id: entity::SectorId(sector),
            keyword: format!("keyword {number}"),
            volume: None,
            difficulty: None,
            intent: None,
        };
        domain::planner::keywords::create(&server.app, &scope, input)
            .await
            .unwrap();
    }
    let connection =
        json!({"site_id": site, "base_url": "http://127.0.0.1:1", "username": "u", "password": "s3cret-pass"});
    ann.post("/api/v1/integration/integrations/", connection).await;
    let key = ann
        .post("/api/v1/auth/api_keys/", json!({"name": "X", "scopes": ["read"]}))
        .await["data"]["key"]
        .clone();
    server
        .app
        .storage
        .put(&format!("{site}/images/1-1.png"), b"a picture")
        .await
        .unwrap();
    server
        .app
        .storage
        .put("999/images/1.png", b"of another account")
        .await
        .unwrap();
    let answer = ann
        .request(Method::GET, "/api/v1/auth/account/export/")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(text(&answer, "content-type"), "application/zip");
    let bytes = answer.bytes().await.unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut content = String::new();
        file.read_to_string(&mut content).unwrap();
        files.insert(file.name().to_owned(), content);
    }
    let rows = |name: &str| -> Vec<Value> {
        files[&format!("rows/{name}.jsonl")]
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    assert_eq!(rows("keyword").len(), 1_100);
    let mut ids: Vec<i64> = rows("keyword").iter().map(|row| row["id"].as_i64().unwrap()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 1_100);
    assert_eq!(rows("site")[0]["id"], site);
    assert_eq!(rows("user")[0]["email"], "ann@example.com");
    assert_eq!(rows("credit_transaction").len(), 1);
    assert_eq!(files[&format!("files/{site}/images/1-1.png")], "a picture");
    assert!(!files.keys().any(|name| name.contains("999")));
    let all: String = files.values().cloned().collect();
    for secret in [
        "$argon2",
        "s3cret-pass",
        key.as_str().unwrap(),
        "password_hash",
        "\"credentials\"",
        "key_hash",
    ] {
        assert!(!all.contains(secret), "{secret} is in the archive");
    }
    let log = ann.get("/api/v1/system/audit_log/?action=data_exported").await;
    assert_eq!(log["count"], 1);
}

#[tokio::test]
async fn the_reference_page_is_there_and_shows_the_document() {
    let server = Server::start().await;
    let page = client().get(format!("{}/api/docs/", server.base)).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(text(&page, "content-security-policy").contains("script-src 'self'"));
    let document: Value = client()
        .get(format!("{}/api/v1/openapi.json", server.base))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(document["openapi"], "3.1.0");
}
