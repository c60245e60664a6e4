//! Claude, as far as recorded answers of its Messages interface can tell.

use domain::{
    Error,
    ai::providers::{Provider, TextRequest, Usage},
};
use entity::provider_setting::Provider as Kind;
use serde_json::{Value, json};

use crate::{
    http::upstream,
    stage::{KEY, Play, Stage, cake, request},
};

async fn stage(plays: Vec<Play>) -> (Stage, Box<dyn Provider>) {
    let stage = Stage::open(plays).await;
    let client = stage.provider(Kind::Anthropic, "");
    (stage, client)
}

fn message(content: Value, stop: &str) -> Play {
    Play::Json(
        200,
        json!({
            "id": "msg_01XFDUDYJgAACzvnptvVoYEL", "type": "message", "role": "assistant", "model": "small-model-20251001",
            "content": content, "stop_reason": stop, "stop_sequence": null,
            "usage": { "input_tokens": 10, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
                "output_tokens": 5, "service_tier": "standard" }
        }),
    )
}

fn tool(input: Value) -> Play {
    let block = json!({ "type": "tool_use", "id": "toolu_01A09q90qw90lq917835lq9", "name": "names", "input": input });
    message(json!([block]), "tool_use")
}

fn words(text: &str, stop: &str) -> Play {
    message(json!([{ "type": "text", "text": text }]), stop)
}

fn fault(status: u16, kind: &str, message: &str) -> Play {
    Play::Json(
        status,
        json!({ "type": "error", "error": { "type": kind, "message": message }, "request_id": "req_011CSHoEeqs5C35K2UUqR7Fy" }),
    )
}

async fn refused(plays: Vec<Play>) -> (Error, usize) {
    let (stage, client) = stage(plays).await;
    let error = client.text(&request()).await.expect_err("a refusal");
    let told = format!("{error} {error:?}");
    assert!(!told.contains(KEY) && !told.contains("sk-"), "{told}");
    (error, stage.calls())
}

#[tokio::test]
async fn an_answer_is_the_input_of_a_forced_tool() {
    for path in ["", "/", "/v1", "/v1/", "/v1/messages"] {
        let stage = Stage::open(vec![tool(json!({ "name": "Ada" }))]).await;
        let client = stage.provider(Kind::Anthropic, path);
        let answer = client.text(&request()).await.expect("an answer");
        assert_eq!(answer.json, json!({ "name": "Ada" }));
        assert_eq!(answer.model, "small-model-20251001");
        let expected = Usage {
            tokens_in: 10,
            tokens_out: 5,
            cost_usd_micros: None,
        };
        assert_eq!(answer.usage, expected);
        let seen = &stage.seen()[0];
        assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/v1/messages"));
        assert_eq!(seen.header("x-api-key"), Some(KEY));
        assert_eq!(seen.header("anthropic-version"), Some("2023-06-01"));
        assert_eq!(seen.header("authorization"), None);
        assert_eq!(
            seen.body,
            json!({
                "model": "small-model", "max_tokens": 500, "system": "You name things.",
                "messages": [{ "role": "user", "content": "Name one." }],
                "tools": [{ "name": "names", "description": "Takes the answer.", "input_schema": request().schema }],
                "tool_choice": { "type": "tool", "name": "names" },
            })
        );
    }
}

#[tokio::test]
async fn a_temperature_is_sent_unless_the_model_refuses_it() {
    let hot = || TextRequest {
        temperature: Some(1.3),
        ..request()
    };
    let (stage, client) = stage(vec![
        fault(
            400,
            "invalid_request_error",
            "`temperature` is deprecated for this model.",
        ),
        tool(json!({ "name": "Ada" })),
        tool(json!({ "name": "Bob" })),
    ])
    .await;
    assert!(client.text(&hot()).await.is_ok());
    assert!(client.text(&hot()).await.is_ok());
    let sent: Vec<Value> = stage
        .seen()
        .iter()
        .map(|seen| seen.body["temperature"].clone())
        .collect();
    // Its scale ends at 1.
    assert_eq!(sent, [json!(1.0), Value::Null, Value::Null]);
}

#[tokio::test]
async fn a_model_that_cannot_be_made_to_use_a_tool_is_asked_to() {
    let (stage, client) = stage(vec![
        fault(
            400,
            "invalid_request_error",
            "tool_choice: forced tool use (`any` or `tool`) is not supported for this model.",
        ),
        words("Here it is:\n```json\n{\"name\":\"Ada\"}\n```", "end_turn"),
        message(
            json!([{ "type": "thinking", "thinking": "A name …", "signature": "x" },
                { "type": "text", "text": "One moment." },
                { "type": "tool_use", "id": "toolu_02", "name": "names", "input": { "name": "Bob" } }]),
            "tool_use",
        ),
    ])
    .await;
    assert_eq!(client.text(&request()).await.expect("an answer").json["name"], "Ada");
    assert_eq!(client.text(&request()).await.expect("an answer").json["name"], "Bob");
    for seen in &stage.seen()[1..] {
        assert_eq!(seen.body["tool_choice"], json!({ "type": "auto" }));
        assert!(
            seen.body["system"]
                .as_str()
                .is_some_and(|text| text.contains("with the tool “names”"))
        );
    }
}

#[tokio::test]
async fn an_unusable_answer_is_asked_for_again_once_with_its_fault() {
    for (first, told) in [
        (tool(json!({ "name": 1 })), "name: value is not of type \"string\""),
        (tool(json!({})), "\"name\" is a required property"),
        (tool(json!({ "name": "Ada", "age": 36 })), "'age' was unexpected"),
        (words("I would rather talk.", "end_turn"), "not valid JSON"),
        (message(json!([]), "end_turn"), "empty"),
        (words("I cannot help with that.", "refusal"), "did not answer"),
        (
            message(
                json!([{ "type": "tool_use", "id": "toolu_03", "name": "names", "input": {} }]),
                "max_tokens",
            ),
            "cut off",
        ),
    ] {
        let (stage, client) = stage(vec![first, tool(json!({ "name": "Ada" }))]).await;
        let answer = client.text(&request()).await.expect("a repaired answer");
        assert_eq!((answer.usage.tokens_in, answer.usage.tokens_out), (20, 10), "{told}");
        let messages = stage.seen()[1].body["messages"].clone();
        let last = messages.as_array().and_then(|all| all.last()).expect("turns");
        assert_eq!(last["role"], "user");
        assert!(
            last["content"].as_str().is_some_and(|text| text.contains(told)),
            "{last}"
        );
    }
    let (error, calls) = refused(vec![
        words("no", "end_turn"),
        words("I cannot help with that.", "refusal"),
    ])
    .await;
    let (code, message, _) = upstream(&error);
    assert_eq!((code, calls), ("bad_answer", 2));
    assert!(message.contains("it refused (“I cannot help with that.”)"), "{message}");
}

#[tokio::test]
async fn passing_faults_are_tried_again() {
    for passing in [
        Play::With(
            429,
            json!({ "type": "error", "error": { "type": "rate_limit_error", "message": "This request would exceed your organization's rate limit" } }),
            vec![("retry-after", "0".to_owned())],
        ),
        fault(500, "api_error", "Internal server error"),
        fault(529, "overloaded_error", "Overloaded"),
        fault(504, "timeout_error", "The request timed out"),
        Play::Torn("{\"type\":\"message\",\"content\":[{\"ty"),
        Play::Cut,
    ] {
        let (stage, client) = stage(vec![passing, tool(json!({ "name": "Ada" }))]).await;
        let answer = client.text(&request()).await;
        assert!(answer.is_ok(), "{answer:?}");
        assert_eq!(stage.calls(), 2);
    }
    let overloaded = || fault(529, "overloaded_error", "Overloaded");
    let (error, calls) = refused((0..9).map(|_| overloaded()).collect()).await;
    assert_eq!(
        (upstream(&error).0, upstream(&error).2, calls),
        ("server_error", true, 4)
    );
}

#[tokio::test]
async fn what_no_retry_mends_is_told_at_once() {
    for (play, expected) in [
        (
            fault(401, "authentication_error", &format!("invalid x-api-key {KEY}")),
            "auth",
        ),
        (
            fault(
                403,
                "permission_error",
                "Your API key does not have permission to use the specified resource",
            ),
            "auth",
        ),
        (fault(404, "not_found_error", "model: small-model"), "model"),
        (
            fault(
                400,
                "invalid_request_error",
                "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
            ),
            "quota",
        ),
        (
            fault(
                400,
                "invalid_request_error",
                "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.",
            ),
            "quota",
        ),
        (
            fault(402, "billing_error", "There is an issue with your billing"),
            "quota",
        ),
        (
            fault(
                400,
                "invalid_request_error",
                "prompt is too long: 210000 tokens > 200000 maximum",
            ),
            "context_length",
        ),
        (
            fault(413, "request_too_large", "Request exceeds the maximum size"),
            "context_length",
        ),
        (
            fault(
                400,
                "invalid_request_error",
                &format!("max_tokens: 128000 > 64000, which is the maximum allowed number of output tokens for {KEY}"),
            ),
            "bad_request",
        ),
        (Play::Text(200, "<!doctype html><title>Welcome</title>"), "bad_request"),
    ] {
        let (error, calls) = refused(vec![play]).await;
        let (code, message, retryable) = upstream(&error);
        assert_eq!((code, retryable, calls), (expected, false, 1), "{message}");
    }
}

#[tokio::test]
async fn a_test_costs_nothing_where_models_are_listed() {
    let models = Play::Json(
        200,
        json!({ "data": [{ "type": "model", "id": "small-model-20251001", "display_name": "Small", "created_at": "2025-10-01T00:00:00Z" }],
            "has_more": false, "first_id": "small-model-20251001", "last_id": "small-model-20251001" }),
    );
    let (stage_, client) = stage(vec![models]).await;
    let told = client.test().await.expect("in order");
    assert!(told.contains("has the chosen model"), "{told}");
    let seen = &stage_.seen()[0];
    assert_eq!(
        (seen.method.as_str(), seen.path.as_str()),
        ("GET", "/v1/models?limit=1000")
    );
    assert_eq!(seen.header("x-api-key"), Some(KEY));

    let (stage_, client) = stage(vec![Play::Text(404, "no"), words("ok", "max_tokens")]).await;
    let told = client.test().await.expect("in order");
    assert!(told.contains("“small-model”"), "{told}");
    assert_eq!(stage_.seen()[1].body["max_tokens"], 1);

    for (play, code) in [
        (fault(401, "authentication_error", "invalid x-api-key"), "auth"),
        (Play::Text(200, "<html>"), "bad_request"),
        (fault(529, "overloaded_error", "Overloaded"), "server_error"),
    ] {
        let (stage_, client) = stage(vec![play]).await;
        let error = client.test().await.expect_err("a fault");
        assert_eq!((upstream(&error).0, stage_.calls()), (code, 1));
    }
}

#[tokio::test]
async fn it_makes_no_pictures() {
    let (stage, client) = stage(vec![]).await;
    let error = client.image(&cake()).await.expect_err("no pictures");
    let (code, message, retryable) = upstream(&error);
    assert_eq!((code, retryable, stage.calls()), ("bad_request", false, 0));
    assert!(message.contains("makes no pictures"), "{message}");
}
