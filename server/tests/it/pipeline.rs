//! The main job through the REST interface, and twice the same call.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, Server};

async fn add_keywords(caller: &Caller, sector: i64) {
    for keyword in [
        "espresso machine",
        "best espresso machine",
        "cheap espresso machine",
        "espresso machine for beginners",
    ] {
        caller
            .post(
                "/api/v1/planner/keywords/",
                json!({"sector_id": sector, "keyword": keyword, "volume": 100}),
            )
            .await;
    }
}

async fn ids(caller: &Caller, path: &str) -> Vec<Value> {
    let list = caller.get(path).await;
    list["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].clone())
        .collect()
}

#[tokio::test]
async fn keywords_become_an_article_with_pictures_and_the_books_are_right() {
    let server = Server::start().await;
    let caller = Caller::sign_up(&server.base, "ann@example.com").await;
    let (_, sector) = caller.make_site().await;
    add_keywords(&caller, sector).await;
    let run = async |path: &str, body: Value| {
        let started = caller.post(path, body).await;
        let done = caller.wait(started["data"]["task_id"].as_str().unwrap()).await;
        assert_eq!(done["status"], "completed", "{path}: {done}");
        assert_eq!(done["items_failed"], 0, "{path}: {done}");
        done["credits_settled"].as_i64().unwrap()
    };
    let mut spent = run("/api/v1/planner/keywords/auto_cluster/", json!({"sector_id": sector})).await;
    let clusters = ids(&caller, "/api/v1/planner/clusters/").await;
    assert_eq!(clusters.len(), 1, "four keywords of one topic are one cluster");
    spent += run(
        "/api/v1/planner/clusters/auto_generate_ideas/",
        json!({"ids": clusters}),
    )
    .await;
    let ideas = ids(&caller, "/api/v1/planner/ideas/").await;
    let first = json!({"ids": [ideas[0]]});
    let queued = caller
        .post("/api/v1/planner/ideas/bulk_queue_to_writer/", first.clone())
        .await;
    assert_eq!(queued["data"]["created"].as_array().unwrap().len(), 1);
    let again = caller.post("/api/v1/planner/ideas/bulk_queue_to_writer/", first).await;
    assert_eq!(
        (
            again["data"]["created"].as_array().unwrap().len(),
            again["data"]["already_queued"].as_i64()
        ),
        (0, Some(1))
    );
    let tasks = ids(&caller, "/api/v1/writer/tasks/").await;
    let content_cost = run("/api/v1/writer/tasks/auto_generate_content/", json!({"ids": tasks})).await;
    assert_eq!(content_cost, 3);
    spent += content_cost;
    let content = ids(&caller, "/api/v1/writer/content/").await;
    spent += run(
        "/api/v1/writer/content/generate_image_prompts/",
        json!({"ids": content}),
    )
    .await;
    let images = ids(&caller, "/api/v1/writer/images/").await;
    assert!(!images.is_empty());
    let image_cost = run("/api/v1/writer/images/generate_images/", json!({"ids": images})).await;
    assert_eq!(usize::try_from(image_cost).unwrap(), images.len());
    spent += image_cost;
    let article = caller.get(&format!("/api/v1/writer/content/{}/", content[0])).await;
    assert!(article["data"]["word_count"].as_i64().unwrap() > 100);
    assert_eq!(article["data"]["is_outline"], true);
    let balance = caller.get("/api/v1/billing/credits/balance/").await;
    assert_eq!(balance["data"]["available"].as_i64().unwrap(), 1000 - spent);
    assert_eq!(balance["data"]["reserved"], 0);
    assert_eq!(
        domain::billing::books::reconcile_all(&server.app.db).await.unwrap(),
        Vec::new()
    );
}

#[tokio::test]
async fn the_same_key_starts_the_same_task_once() {
    let server = Server::start().await;
    let caller = Caller::sign_up(&server.base, "ann@example.com").await;
    let (_, sector) = caller.make_site().await;
    add_keywords(&caller, sector).await;
    let call = async || {
        let answer = caller
            .client
            .post(format!("{}/api/v1/planner/keywords/auto_cluster/", caller.base))
            .bearer_auth(&caller.token)
            .header("Idempotency-Key", "spring-plan")
            .json(&json!({"sector_id": sector}))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json::<Value>().await.unwrap()["data"]["task_id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (one, two) = tokio::join!(call(), call());
    assert_eq!(one, two);
    caller.wait(&one).await;
    assert_eq!(call().await, one);
    let rows = caller.get("/api/v1/billing/credits/transactions/").await;
    assert_eq!(rows["count"], 2, "opening credits and one deduction: {rows}");
}

#[tokio::test]
async fn too_few_credits_are_refused_with_need_and_have() {
    let server = Server::start().await;
    let caller = Caller::sign_up(&server.base, "ann@example.com").await;
    let (_, sector) = caller.make_site().await;
    let mut tasks = Vec::new();
    for number in 0..40 {
        let made = caller
            .post(
                "/api/v1/writer/tasks/",
                json!({"sector_id": sector, "title": format!("Task {number}")}),
            )
            .await;
        tasks.push(made["data"]["id"].clone());
    }
    // 1,000 credits are enough for 40 articles at 3; take most of them away first, as an operator may.
    let user = domain::accounts::find_by_email(&server.app, "ann@example.com")
        .await
        .unwrap()
        .unwrap();
    domain::billing::ledger::grant(
        &server.app.db,
        user.account_id,
        entity::credit_transaction::TransactionType::Adjustment,
        -950,
        "test".to_owned(),
        "test",
        None,
    )
    .await
    .unwrap();
    let (status, body) = caller
        .call(
            reqwest::Method::POST,
            "/api/v1/writer/tasks/auto_generate_content/",
            Some(json!({"ids": tasks})),
        )
        .await;
    assert_eq!(status, StatusCode::PAYMENT_REQUIRED);
    assert_eq!((body["need"].as_i64(), body["have"].as_i64()), (Some(120), Some(50)));
    assert_eq!(
        caller.get("/api/v1/billing/credits/balance/").await["data"]["reserved"],
        0
    );
}
