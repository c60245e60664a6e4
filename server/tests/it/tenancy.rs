//! Another account's ids answer as missing ones do.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{Caller, Server};

#[tokio::test]
async fn foreign_ids_answer_as_missing_ones() {
    let server = Server::start().await;
    let ann = Caller::sign_up(&server.base, "ann@example.com").await;
    let bob = Caller::sign_up(&server.base, "bob@example.com").await;
    let (site, sector) = ann.make_site().await;
    let made = async |path: &str, body| ann.post(path, body).await["data"]["id"].as_i64().unwrap();
    let keyword = made(
        "/api/v1/planner/keywords/",
        json!({"sector_id": sector, "keyword": "moka pot"}),
    )
    .await;
    let cluster = made(
        "/api/v1/planner/clusters/",
        json!({"sector_id": sector, "name": "Moka"}),
    )
    .await;
    let idea = made(
        "/api/v1/planner/ideas/",
        json!({"sector_id": sector, "idea_title": "Moka pots"}),
    )
    .await;
    let task = made(
        "/api/v1/writer/tasks/",
        json!({"sector_id": sector, "title": "Moka pots"}),
    )
    .await;
    let connection = json!({"site_id": site, "base_url": "http://127.0.0.1:1", "username": "u", "password": "p"});
    let integration = made("/api/v1/integration/integrations/", connection.clone()).await;

    let calls = |keyword: i64, cluster: i64, idea: i64, task: i64, sector: i64, site: i64, integration: i64| {
        vec![
            (Method::GET, format!("/api/v1/planner/keywords/{keyword}/"), None),
            (
                Method::PUT,
                format!("/api/v1/planner/keywords/{keyword}/"),
                Some(json!({"keyword": "stolen"})),
            ),
            (Method::DELETE, format!("/api/v1/planner/keywords/{keyword}/"), None),
            (
                Method::POST,
                "/api/v1/planner/keywords/".to_owned(),
                Some(json!({"sector_id": sector, "keyword": "x"})),
            ),
            (
                Method::POST,
                "/api/v1/planner/keywords/auto_cluster/".to_owned(),
                Some(json!({"sector_id": sector})),
            ),
            (
                Method::POST,
                "/api/v1/planner/keywords/bulk_delete/".to_owned(),
                Some(json!({"ids": [keyword]})),
            ),
            (
                Method::POST,
                "/api/v1/planner/keywords/bulk_update_status/".to_owned(),
                Some(json!({"ids": [keyword], "status": "archived"})),
            ),
            (Method::GET, format!("/api/v1/planner/clusters/{cluster}/"), None),
            (
                Method::PUT,
                format!("/api/v1/planner/clusters/{cluster}/"),
                Some(json!({"name": "stolen"})),
            ),
            (Method::DELETE, format!("/api/v1/planner/clusters/{cluster}/"), None),
            (
                Method::POST,
                "/api/v1/planner/clusters/auto_generate_ideas/".to_owned(),
                Some(json!({"ids": [cluster]})),
            ),
            (Method::GET, format!("/api/v1/planner/ideas/{idea}/"), None),
            (Method::DELETE, format!("/api/v1/planner/ideas/{idea}/"), None),
            (
                Method::POST,
                "/api/v1/planner/ideas/bulk_queue_to_writer/".to_owned(),
                Some(json!({"ids": [idea]})),
            ),
            (Method::GET, format!("/api/v1/writer/tasks/{task}/"), None),
            (Method::DELETE, format!("/api/v1/writer/tasks/{task}/"), None),
            (
                Method::POST,
                "/api/v1/writer/tasks/auto_generate_content/".to_owned(),
                Some(json!({"ids": [task]})),
            ),
            (
                Method::POST,
                "/api/v1/auth/sectors/".to_owned(),
                Some(json!({"site_id": site, "name": "x"})),
            ),
            (
                Method::POST,
                format!("/api/v1/integration/integrations/{integration}/test_connection/"),
                None,
            ),
        ]
    };
    let foreign = calls(keyword, cluster, idea, task, sector, site, integration);
    let none = 987_654;
    let missing = calls(none, none, none, none, none, none, none);
    for ((method, path, body), (_, other_path, other_body)) in foreign.into_iter().zip(missing) {
        let mut answers = Vec::new();
        for (path, body) in [(&path, body), (&other_path, other_body)] {
            let (status, mut body) = bob.call(method.clone(), path, body).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{method} {path}: {body}");
            body["request_id"] = json!(null);
            answers.push(body);
        }
        assert_eq!(
            answers[0], answers[1],
            "{method} {path} tells a foreign id from a missing one"
        );
    }
    for path in [
        "planner/keywords",
        "planner/clusters",
        "planner/ideas",
        "writer/tasks",
        "writer/content",
        "writer/images",
    ] {
        assert_eq!(bob.get(&format!("/api/v1/{path}/")).await["count"], 0, "{path}");
        assert_eq!(
            bob.get(&format!("/api/v1/{path}/?site_id={site}")).await["count"],
            0,
            "{path}"
        );
    }
    let kept = ann.get(&format!("/api/v1/planner/keywords/{keyword}/")).await;
    assert_eq!(
        (kept["data"]["keyword"].as_str(), kept["data"]["status"].as_str()),
        (Some("moka pot"), Some("active"))
    );
}
