//! Signing up and in through both doors.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Caller, Server, client};

#[tokio::test]
async fn faults_of_a_sign_up_are_named_by_field() {
    let server = Server::start().await;
    let answer = client()
        .post(format!("{}/api/v1/auth/register/", server.base))
        .json(&json!({"email": "nobody", "password": "short"}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let request_id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["success"], false);
    assert_eq!(body["request_id"], request_id.as_str());
    let fields: Vec<_> = body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["field"].as_str().unwrap())
        .collect();
    assert!(fields.contains(&"email") && fields.contains(&"password"), "{body}");
}

#[tokio::test]
async fn the_api_wants_a_token_of_ours() {
    let server = Server::start().await;
    let mut caller = Caller::sign_up(&server.base, "ann@example.com").await;
    assert_eq!(
        caller.get("/api/v1/billing/credits/balance/").await["data"]["available"],
        1000
    );
    for token in ["", "nonsense", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."] {
        caller.token = token.to_owned();
        let (status, body) = caller.call(Method::GET, "/api/v1/billing/credits/balance/", None).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{token:?}: {body}");
        assert_eq!(body["code"], "unauthenticated");
    }
}

#[tokio::test]
async fn a_refresh_token_works_once_and_its_reuse_ends_the_family() {
    let server = Server::start().await;
    Caller::sign_up(&server.base, "ann@example.com").await;
    let client = client();
    let login: Value = client
        .post(format!("{}/api/v1/auth/login/", server.base))
        .json(&json!({"email": "Ann@Example.com", "password": "correct horse battery"}))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let refresh = async |token: &Value| {
        let answer = client
            .post(format!("{}/api/v1/auth/refresh/", server.base))
            .json(&json!({"refresh": token}))
            .send()
            .await
            .unwrap();
        (answer.status(), answer.json::<Value>().await.unwrap())
    };
    let first = &login["data"]["refresh"];
    let (status, second) = refresh(first).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(refresh(first).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(
        refresh(&second["data"]["refresh"]).await.0,
        StatusCode::UNAUTHORIZED,
        "the family must be revoked"
    );
}

#[tokio::test]
async fn unknown_addresses_and_broken_bodies_are_answered_in_the_envelope() {
    let server = Server::start().await;
    let caller = Caller::sign_up(&server.base, "ann@example.com").await;
    let (status, body) = caller.call(Method::GET, "/api/v1/nothing/here/", None).await;
    assert_eq!(
        (status, body["code"].as_str()),
        (StatusCode::NOT_FOUND, Some("not_found"))
    );
    let answer = caller
        .client
        .post(format!("{}/api/v1/planner/keywords/", server.base))
        .bearer_auth(&caller.token)
        .header("content-type", "application/json")
        .body("{\"keyword\": ")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.json::<Value>().await.unwrap()["errors"][0]["field"], "body");
}
