//! Many at once: correct answers, whatever the time they take.

use futures::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{Caller, Server, client};

/// Requests in flight.
const MANY: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_and_every_list_answer_two_hundred_at_once() {
    let server = Server::start_with(|config| {
        config.limits.requests_per_minute = 0;
        config.limits.anonymous_requests_per_minute = 0;
    })
    .await;
    let ann = Caller::sign_up(&server.base, "ann@example.com").await;
    let (site, sector) = ann.make_site().await;
    for number in 0..30 {
        let keyword = json!({"sector_id": sector, "keyword": format!("keyword {number}")});
        ann.post("/api/v1/planner/keywords/", keyword).await;
    }
    let document = server::api::document();
    let mut lists = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let schema = methods["get"]["responses"]["200"]["content"]["application/json"]["schema"].to_string();
        let for_operators = ["/api/v1/auth/accounts/", "/api/v1/billing/model-prices/"].contains(&path.as_str());
        // Lists of one thing's parts need the thing. Every other list may be asked for one site; opportunities must be.
        if schema.contains("/List_") && !for_operators && !path.contains('{') {
            lists.push(format!("{path}?site_id={site}"));
        }
    }
    assert!(lists.len() >= 14, "only {lists:?}");
    for path in &lists {
        let answers = join_all((0..MANY).map(|_| ann.call(Method::GET, path, None))).await;
        let first = &answers[0].1;
        for (status, body) in &answers {
            assert_eq!(*status, StatusCode::OK, "{path}: {body}");
            assert_eq!(body["results"], first["results"], "{path}");
        }
    }
    assert_eq!(ann.get("/api/v1/planner/keywords/").await["count"], 30);
    let client = client();
    let sign_ins = (0..MANY).map(|_| async {
        let answer = client
            .post(format!("{}/api/v1/auth/login/", server.base))
            .json(&json!({"email": "ann@example.com", "password": "correct horse battery"}))
            .send()
            .await
            .unwrap();
        answer.status()
    });
    let outcomes = join_all(sign_ins).await;
    assert!(outcomes.iter().all(|status| *status == StatusCode::OK), "{outcomes:?}");
}
