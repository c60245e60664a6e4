//! Receipts, tried-out pictures and AI settings through the REST interface.

use reqwest::{Method, StatusCode};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::support::{Caller, Server};

/// Starts writing a task with a key; the name of the job.
async fn write(caller: &Caller, task: i64) -> String {
    let answer = caller
        .client
        .post(format!("{}/api/v1/writer/tasks/auto_generate_content/", caller.base))
        .bearer_auth(&caller.token)
        .header("Idempotency-Key", "article-7")
        .json(&json!({"ids": [task]}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let body: Value = answer.json().await.unwrap();
    body["data"]["task_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_job_is_started_once_and_has_a_receipt() {
    let server = Server::start().await;
    let caller = Caller::sign_up(&server.base, "ann@example.com").await;
    let (site, sector) = caller.make_site().await;
    let task = caller
        .post(
            "/api/v1/writer/tasks/",
            json!({"sector_id": sector, "title": "Espresso", "target_word_count": 600}),
        )
        .await["data"]["id"]
        .as_i64()
        .unwrap();
    let job = write(&caller, task).await;
    caller.wait(&job).await;
    assert_eq!(write(&caller, task).await, job, "the kept answer");
    // Long after the answer was forgotten the key names the job still.
    entity::idempotency_key::Entity::delete_many()
        .exec(&server.app.db)
        .await
        .unwrap();
    assert_eq!(write(&caller, task).await, job);

    let list = caller
        .get(&format!(
            "/api/v1/system/ai_tasks/?site_id={site}&status=finished&function=generate_content"
        ))
        .await;
    assert_eq!(
        (&list["count"], &list["results"][0]["task_id"]),
        (&json!(1), &json!(job))
    );
    let failed = caller.get("/api/v1/system/ai_tasks/?status=failed").await;
    assert_eq!(failed["count"], 0);
    let receipt = caller.get(&format!("/api/v1/system/ai_tasks/{job}/")).await["data"].clone();
    let settled = receipt["task"]["credits_settled"].as_i64().unwrap();
    assert!(settled > 0);
    assert_eq!(receipt["ledger_sum"], -settled);
    assert!(
        receipt["price_text"].as_str().unwrap().contains("list standard"),
        "{receipt}"
    );
    let items = caller.get(&format!("/api/v1/system/ai_tasks/{job}/items/")).await;
    assert_eq!(
        (
            &items["count"],
            &items["results"][0]["title"],
            &items["results"][0]["provider"]
        ),
        (&json!(1), &json!("Espresso"), &json!("builtin"))
    );
    let progress = caller
        .get(&format!("/api/v1/system/settings/task_progress/{job}/"))
        .await;
    assert_eq!(progress["data"]["status"], "completed");
}

#[tokio::test]
async fn a_picture_is_tried_out() {
    let server = Server::start().await;
    let caller = Caller::sign_up(&server.base, "ann@example.com").await;
    let started = caller
        .post(
            "/api/v1/system/settings/integrations/builtin/generate_image/",
            json!({"prompt": "Moka pots", "width": 300, "height": 256}),
        )
        .await;
    let id = started["data"]["id"].as_i64().unwrap();
    let mut test = Value::Null;
    for _ in 0..600 {
        test = caller.get(&format!("/api/v1/system/image-tests/{id}/")).await["data"].clone();
        if matches!(test["status"].as_str(), Some("done" | "failed")) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(
        (&test["status"], &test["cost_usd_micros"]),
        (&json!("done"), &json!(0)),
        "{test}"
    );
    assert!(
        test.get("storage_key").is_none() && test.get("worker").is_none(),
        "{test}"
    );
    let rows = caller.get("/api/v1/billing/credits/transactions/").await;
    assert_eq!(rows["count"], 1, "the opening credits alone: {rows}");
    let (status, _) = caller
        .call(Method::DELETE, &format!("/api/v1/system/image-tests/{id}/"), None)
        .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(caller.get("/api/v1/system/image-tests/").await["count"], 0);
}

#[tokio::test]
async fn providers_are_connected_and_chosen() {
    let server = Server::start().await;
    let caller = Caller::sign_up(&server.base, "ann@example.com").await;
    let openai = "/api/v1/system/settings/integrations/openai/";
    let (status, _) = caller.call(Method::GET, openai, None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let key = "sk-live-abcdef123456WXYZ";
    let (status, saved) = caller
        .call(Method::PUT, openai, Some(json!({"model": "gpt-5", "api_key": key})))
        .await;
    assert_eq!(status, StatusCode::OK, "{saved}");
    let list = caller.get("/api/v1/system/settings/integrations/").await;
    assert_eq!(list["data"][0]["key_hint"], "…WXYZ");
    assert!(!list.to_string().contains("abcdef"), "{list}");
    let ai = "/api/v1/system/settings/ai/";
    let choose = |provider: &str| Some(json!([{"function": "generate_content", "provider": provider}]));
    let (status, refused) = caller.call(Method::PUT, ai, choose("anthropic")).await;
    assert_eq!(
        (status, &refused["errors"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("generate_content"))
    );
    let (status, _) = caller.call(Method::PUT, ai, choose("openai")).await;
    assert_eq!(status, StatusCode::OK);
    let chosen = async || {
        let all = caller.get(ai).await["data"].clone();
        let all = all.as_array().unwrap().clone();
        assert_eq!(all.len(), 8);
        let row = all.into_iter().find(|row| row["function"] == "generate_content");
        row.unwrap()["provider"].clone()
    };
    assert_eq!(chosen().await, "openai");
    let (status, _) = caller
        .call(
            Method::POST,
            "/api/v1/system/settings/integrations/runware/test_openai/",
            None,
        )
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND, "another provider's test");
    let (status, _) = caller
        .call(Method::GET, "/api/v1/system/settings/integrations/nobody/", None)
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = caller.call(Method::DELETE, openai, None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(chosen().await, "builtin");
}
