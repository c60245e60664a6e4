//! Clients of OpenAI's protocol against a server that plays recorded answers.

use std::time::{Duration, Instant};

use base64::Engine;
use domain::{
    Error,
    ai::providers::{self, Connection, ImageRequest, Provider, TextRequest, Usage},
    http::Http,
};
use entity::provider_setting::Provider as Kind;
use serde_json::{Value, json};

use crate::{
    http::upstream,
    stage::{self, KEY, PNG, Play, Stage, cake, encoded, request},
};

async fn stage(plays: Vec<Play>) -> (Stage, Box<dyn Provider>, String) {
    let stage = Stage::open(plays).await;
    let client = stage.provider(Kind::OpenaiCompatible, "/v1");
    let base = stage.base.clone();
    (stage, client, base)
}

fn chat(content: &str) -> Play {
    finished(content, "stop")
}

fn finished(content: &str, reason: &str) -> Play {
    Play::Json(
        200,
        json!({
            "id": "chatcmpl-1", "object": "chat.completion", "model": "small-model-2026",
            "choices": [{ "index": 0, "message": { "role": "assistant", "content": content, "refusal": null }, "finish_reason": reason }],
            "usage": { "prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15 }
        }),
    )
}

fn fault(status: u16, code: &str, message: &str) -> Play {
    Play::Json(
        status,
        json!({ "error": { "message": message, "type": "invalid_request_error", "param": null, "code": code } }),
    )
}

async fn refused(plays: Vec<Play>) -> (Error, usize) {
    let (stage, client, _) = stage(plays).await;
    let error = client.text(&request()).await.expect_err("a refusal");
    let told = format!("{error} {error:?}");
    assert!(!told.contains(KEY) && !told.contains("sk-"), "{told}");
    (error, stage.calls())
}

#[tokio::test]
async fn an_answer_is_asked_for_by_schema() {
    let (stage, client, _) = stage(vec![chat("{\"name\":\"Ada\"}")]).await;
    let answer = client.text(&request()).await.expect("an answer");
    assert_eq!(answer.json, json!({ "name": "Ada" }));
    assert_eq!(answer.model, "small-model-2026");
    assert_eq!(
        answer.usage,
        Usage {
            tokens_in: 10,
            tokens_out: 5,
            cost_usd_micros: None,
        }
    );
    let seen = &stage.seen()[0];
    assert_eq!(
        (seen.method.as_str(), seen.path.as_str()),
        ("POST", "/v1/chat/completions")
    );
    assert_eq!(seen.header("authorization"), Some(&*format!("Bearer {KEY}")));
    assert_eq!(seen.body.get("temperature"), None);
    let format = &seen.body["response_format"];
    assert_eq!(format["type"], "json_schema");
    assert_eq!(format["json_schema"]["name"], "names");
    assert_eq!(format["json_schema"]["strict"], true);
    assert_eq!(format["json_schema"]["schema"], request().schema);
    assert_eq!(seen.body["max_tokens"], 500);
}

#[tokio::test]
async fn a_refused_form_is_asked_for_in_the_next_simpler_way_and_remembered() {
    let (stage, client, _) = stage(vec![
        fault(400, "", "Unknown parameter: 'response_format.json_schema'"),
        Play::Json(
            422,
            json!({ "detail": [{ "loc": ["body", "response_format"], "msg": "extra fields not permitted" }] }),
        ),
        chat("Sure!\n```json\n{\"name\":\"Ada\"}\n```"),
        chat("{\"name\":\"Bob\"}"),
    ])
    .await;
    let answer = client.text(&request()).await.expect("an answer");
    assert_eq!(answer.json["name"], "Ada");
    let answer = client.text(&request()).await.expect("an answer");
    assert_eq!(answer.json["name"], "Bob");
    let kinds: Vec<Value> = stage
        .seen()
        .iter()
        .map(|seen| seen.body["response_format"]["type"].clone())
        .collect();
    assert_eq!(
        kinds,
        [json!("json_schema"), json!("json_object"), Value::Null, Value::Null]
    );
    for (number, seen) in stage.seen().iter().enumerate() {
        let system = seen.body["messages"][0]["content"].as_str().expect("rules");
        assert_eq!(system.contains("additionalProperties"), number > 0, "{number}");
    }
}

#[tokio::test]
async fn a_server_that_refuses_without_a_word_is_asked_in_simpler_ways_too() {
    let (stage, client, _) = stage(vec![Play::Text(400, ""), chat("{\"name\":\"Ada\"}")]).await;
    assert!(client.text(&request()).await.is_ok());
    assert_eq!(stage.calls(), 2);
}

#[tokio::test]
async fn the_newer_name_of_the_limit_is_learnt() {
    let refusal = || {
        fault(
            400,
            "unsupported_parameter",
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        )
    };
    let (stage, client, _) = stage(vec![refusal(), chat("{\"name\":\"Ada\"}"), chat("{\"name\":\"Bob\"}")]).await;
    assert!(client.text(&request()).await.is_ok());
    assert!(client.text(&request()).await.is_ok());
    let seen = stage.seen();
    assert_eq!(seen.len(), 3);
    for body in [&seen[1].body, &seen[2].body] {
        assert_eq!(body["max_completion_tokens"], 500);
        assert!(body.get("max_tokens").is_none());
        assert_eq!(body["response_format"]["type"], "json_schema");
    }
}

#[tokio::test]
async fn a_temperature_is_sent_unless_the_model_refuses_it() {
    let warm = || TextRequest {
        temperature: Some(0.7),
        ..request()
    };
    let refusal = fault(
        400,
        "unsupported_value",
        "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is supported.",
    );
    let (stage, client, _) = stage(vec![
        chat("{\"name\":\"Ada\"}"),
        refusal,
        chat("{\"name\":\"Bob\"}"),
        chat("{\"name\":\"Cy\"}"),
    ])
    .await;
    for name in ["Ada", "Bob", "Cy"] {
        assert_eq!(client.text(&warm()).await.expect("an answer").json["name"], name);
    }
    let sent: Vec<Value> = stage
        .seen()
        .iter()
        .map(|seen| seen.body["temperature"].clone())
        .collect();
    assert_eq!(sent, [json!(0.7), json!(0.7), Value::Null, Value::Null]);
    assert!(
        stage
            .seen()
            .iter()
            .all(|seen| seen.body["response_format"]["type"] == "json_schema")
    );
}

#[tokio::test]
async fn an_unusable_answer_is_asked_for_again_once_with_its_fault() {
    let refusal = || {
        Play::Json(
            200,
            json!({ "choices": [{ "message": { "content": null, "refusal": "I cannot." }, "finish_reason": "stop" }],
                    "usage": { "prompt_tokens": 10, "completion_tokens": 5 } }),
        )
    };
    for (first, told) in [
        (chat("I would rather talk."), "not valid JSON"),
        (chat(""), "empty"),
        (chat("[1]"), "the answer: value is not of type \"object\""),
        (chat("{\"name\":\"Ada\",\"age\":36}"), "'age' was unexpected"),
        (chat("{\"name\":[\"Ada\"]}"), "name: value is not of type \"string\""),
        (
            chat("```json\n{\"title\":\"Ada\"}\n```"),
            "\"name\" is a required property",
        ),
        (finished("{\"name\":\"Ad", "length"), "cut off"),
        (finished("", "content_filter"), "did not answer"),
        (refusal(), "did not answer"),
    ] {
        let (stage, client, _) = stage(vec![first, chat("{\"name\":\"Ada\"}")]).await;
        let answer = client.text(&request()).await.expect("a repaired answer");
        assert_eq!(
            answer.usage,
            Usage {
                tokens_in: 20,
                tokens_out: 10,
                cost_usd_micros: None,
            },
            "{told}"
        );
        let messages = stage.seen()[1].body["messages"].clone();
        let last = messages.as_array().and_then(|all| all.last()).expect("turns");
        assert!(
            last["content"].as_str().is_some_and(|text| text.contains(told)),
            "{last}"
        );
    }
    for (last, told) in [
        (chat("still no"), "not the JSON that was asked for"),
        (chat("{\"name\":1}"), "name: value is not of type \"string\""),
        (chat(""), "empty"),
        (refusal(), "it refused (“I cannot.”)"),
        (finished("{\"name\":\"Ad", "length"), "limit of tokens"),
    ] {
        let (error, calls) = refused(vec![chat("no"), last]).await;
        let (code, message, _) = upstream(&error);
        assert_eq!((code, calls), ("bad_answer", 2));
        assert!(
            message.contains(told) && message.contains("Nothing was charged"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn passing_faults_are_tried_again() {
    for passing in [
        fault(408, "", "Request timed out"),
        fault(409, "", "Conflict"),
        fault(429, "rate_limit_exceeded", "Rate limit reached for requests"),
        Play::Text(500, "Internal Server Error"),
        Play::Text(502, "<html><h1>Bad gateway</h1></html>"),
        fault(503, "", "The engine is currently overloaded"),
        fault(529, "", "Overloaded"),
        Play::Torn("{\"choices\":[{\"message\":{\"content\":\"{"),
        Play::Torn(""),
        Play::Text(200, "{\"choices\":[{\"mess"),
        Play::Json(
            200,
            json!({ "error": { "code": 502, "message": "Provider returned error" } }),
        ),
        Play::Cut,
    ] {
        let (stage, client, _) = stage(vec![passing, chat("{\"name\":\"Ada\"}")]).await;
        let answer = client.text(&request()).await;
        assert!(answer.is_ok(), "{answer:?}");
        assert_eq!(stage.calls(), 2);
    }
}

#[tokio::test]
async fn four_tries_are_all() {
    let plays = || (0..9).map(|_| Play::Text(500, "no")).collect();
    let (error, calls) = refused(plays()).await;
    assert_eq!(
        (upstream(&error).0, upstream(&error).2, calls),
        ("server_error", true, 4)
    );
    let plays = (0..9).map(|_| Play::Cut).collect();
    let (error, calls) = refused(plays).await;
    assert_eq!((upstream(&error).0, upstream(&error).2, calls), ("network", true, 4));
    // A repair shares what the first question left over.
    let (error, calls) = refused(vec![
        Play::Text(500, "no"),
        Play::Text(500, "no"),
        chat("no"),
        Play::Text(500, "no"),
        Play::Text(500, "no"),
    ])
    .await;
    assert_eq!((upstream(&error).0, calls), ("server_error", 5));
}

#[tokio::test]
async fn a_slow_server_is_asked_twice() {
    let (stage, _, _) = stage(vec![
        Play::Late(Duration::from_secs(5)),
        Play::Late(Duration::from_secs(5)),
        Play::Late(Duration::from_secs(5)),
    ])
    .await;
    let client = stage.provider_at(Kind::OpenaiCompatible, "/v1", Some(Duration::from_millis(150)));
    let error = client.text(&request()).await.expect_err("too late");
    assert_eq!((upstream(&error).0, stage.calls()), ("timeout", 2));
}

#[tokio::test]
async fn the_server_says_how_long_to_wait() {
    let limited = |extra| {
        Play::With(
            429,
            json!({ "error": { "message": "slow down", "code": "rate_limit_exceeded" } }),
            extra,
        )
    };
    let (_, client, _) = stage(vec![
        limited(vec![("retry-after-ms", "300".to_owned())]),
        chat("{\"name\":\"Ada\"}"),
    ])
    .await;
    let started = Instant::now();
    assert!(client.text(&request()).await.is_ok());
    assert!(started.elapsed() >= Duration::from_millis(300));

    let (_, client, _) = stage(vec![
        limited(vec![("retry-after", "1".to_owned())]),
        chat("{\"name\":\"Ada\"}"),
    ])
    .await;
    let started = Instant::now();
    assert!(client.text(&request()).await.is_ok());
    assert!(started.elapsed() >= Duration::from_secs(1));

    // A date has no fractions: the request is not sent again before that second begins.
    let later = chrono::Utc::now() + chrono::Duration::seconds(2);
    let date = later.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let (_, client, _) = stage(vec![limited(vec![("retry-after", date)]), chat("{\"name\":\"Ada\"}")]).await;
    assert!(client.text(&request()).await.is_ok());
    assert!(chrono::Utc::now().timestamp() >= later.timestamp());

    // Longer than we have patience: back at once, for later.
    let (error, calls) = refused(vec![limited(vec![("retry-after", "3600".to_owned())])]).await;
    assert_eq!(
        (upstream(&error).0, upstream(&error).2, calls),
        ("rate_limited", true, 1)
    );
}

#[tokio::test]
async fn what_no_retry_mends_is_told_at_once() {
    let cases = [
        (
            fault(
                401,
                "invalid_api_key",
                "Incorrect API key provided: sk-test-****cdef. You can find your API key at …",
            ),
            "auth",
        ),
        (
            fault(403, "unsupported_country", "Country of sk-proj-****cdef not supported"),
            "auth",
        ),
        (
            fault(404, "model_not_found", "The model `small-model` does not exist"),
            "model",
        ),
        (
            Play::Json(
                404,
                json!({ "error": "model \"small-model\" not found, try pulling it first" }),
            ),
            "model",
        ),
        (Play::Text(404, "404 page not found"), "model"),
        (fault(400, "", "The model `x` does not exist"), "model"),
        (
            fault(429, "insufficient_quota", "You exceeded your current quota"),
            "quota",
        ),
        (fault(402, "", "Insufficient credits"), "quota"),
        (
            fault(400, "billing_hard_limit_reached", "Billing hard limit has been reached"),
            "quota",
        ),
        (fault(413, "", "Request too large"), "context_length"),
        (
            fault(
                400,
                "context_length_exceeded",
                "This model's maximum context length is 8192 tokens",
            ),
            "context_length",
        ),
        (
            Play::Json(
                400,
                json!({ "object": "error", "message": "This model's maximum context length is 4096 tokens. However, you requested 5000", "code": 400 }),
            ),
            "context_length",
        ),
        (
            fault(400, "invalid_value", &format!("bad temperature for {KEY}")),
            "bad_request",
        ),
        (Play::Text(200, "<!doctype html><title>Welcome</title>"), "bad_request"),
        (Play::Text(307, ""), "bad_request"),
    ];
    for (play, expected) in cases {
        let (error, calls) = refused(vec![play]).await;
        let (code, message, retryable) = upstream(&error);
        assert_eq!((code, retryable, calls), (expected, false, 1), "{message}");
    }
}

#[tokio::test]
async fn nobody_there_and_addresses_inside_are_told_apart() {
    let connect = |allow_private, base_url: &str, key: &str| {
        let to = Connection {
            key: key.to_owned(),
            ..stage::to(Kind::OpenaiCompatible, base_url)
        };
        let pace = providers::Pace {
            backoff_unit: Some(Duration::from_millis(1)),
            timeout: None,
        };
        providers::connect_at(Http::new(allow_private).expect("a client"), &to, pace)
    };
    let nobody = connect(true, "http://127.0.0.1:9/v1", "").expect("settings in order");
    let error = nobody.text(&request()).await.expect_err("nobody there");
    assert_eq!(upstream(&error).0, "network");

    let error = connect(false, "http://127.0.0.1:9/v1", KEY).err();
    assert_eq!(upstream(&error.expect("an address inside")).0, "private_address");
    let named = connect(false, "http://localhost:9/v1", KEY).expect("a name");
    let error = named.text(&request()).await.expect_err("an address inside");
    assert_eq!(upstream(&error).0, "private_address");

    for (address, key) in [("not an address", KEY), ("", KEY), ("http://127.0.0.1/v1", "a\nb")] {
        assert!(connect(true, address, key).is_err(), "{address}");
    }
}

#[test]
fn a_provider_is_what_its_connection_says() {
    let http = || Http::new(true).expect("a client");
    for (kind, base_url, name) in [
        (Kind::Openai, "", "OpenAI"),
        (Kind::Openai, "https://api.openai.com/v1/chat/completions", "OpenAI"),
        (Kind::Openai, "https://proxy.example/v1", "proxy.example"),
        (Kind::OpenaiCompatible, "https://api.openai.com/v1", "api.openai.com"),
        (Kind::OpenaiCompatible, "http://127.0.0.1:1234/v1", "127.0.0.1"),
        (Kind::Anthropic, "", "Anthropic"),
        (Kind::Runware, "", "Runware"),
    ] {
        let provider = providers::connect(http(), &stage::to(kind, base_url)).expect("settings in order");
        assert_eq!((provider.kind(), provider.name().as_str()), (kind, name), "{base_url}");
    }
    assert!(providers::connect(http(), &stage::to(Kind::Builtin, "")).is_err());
    assert!(!format!("{:?}", stage::to(Kind::Openai, "")).contains(KEY));
}

fn picture(item: Value) -> Play {
    Play::Json(
        200,
        json!({ "created": 1, "data": [item], "usage": { "input_tokens": 7, "output_tokens": 9 } }),
    )
}

#[tokio::test]
async fn pictures_come_in_all_forms() {
    for item in [
        json!({ "b64_json": encoded() }),
        json!({ "b64_json": format!("data:image/jpeg;base64,{}", encoded()) }),
        json!({ "url": format!("data:image/png;base64,{}", encoded()) }),
    ] {
        let (stage, client, _) = stage(vec![picture(item)]).await;
        let image = client.image(&cake()).await.expect("a picture");
        assert_eq!((image.bytes.as_slice(), image.mime_type), (PNG, "image/png"));
        assert_eq!(
            image.usage,
            Usage {
                tokens_in: 7,
                tokens_out: 9,
                cost_usd_micros: None,
            }
        );
        let seen = &stage.seen()[0];
        assert_eq!(seen.path, "/v1/images/generations");
        assert_eq!(seen.body["model"], "picture-model");
        assert_eq!(seen.body["size"], "1536x1024");
    }
}

#[tokio::test]
async fn a_linked_picture_is_fetched_without_the_key() {
    let (stage, client, base) = stage(vec![]).await;
    let link = format!("{base}/files/1.png?signature=x");
    stage.play(vec![
        picture(json!({ "url": link })),
        Play::Text(503, "busy"),
        Play::Bytes(PNG.to_vec()),
    ]);
    let image = client.image(&cake()).await.expect("a picture");
    assert_eq!(image.bytes, PNG);
    let seen = stage.seen();
    assert_eq!(seen.len(), 3);
    assert_eq!(seen[2].path, "/files/1.png?signature=x");
    assert_eq!(seen[2].header("authorization"), None);

    for (link, code) in [("file:///etc/passwd", "bad_request"), ("not an address", "bad_answer")] {
        stage.play(vec![picture(json!({ "url": link }))]);
        let error = client.image(&cake()).await.expect_err(link);
        assert_eq!(upstream(&error).0, code, "{link}");
    }
}

#[tokio::test]
async fn what_is_no_picture_is_refused() {
    let svg = base64::engine::general_purpose::STANDARD.encode("<svg xmlns='x'/>");
    for item in [
        json!({ "url": format!("data:image/svg+xml;base64,{svg}") }),
        json!({ "url": "data:image/svg+xml,%3Csvg/%3E" }),
        json!({ "b64_json": svg }),
        json!({ "b64_json": "%%%" }),
        json!({}),
    ] {
        let (stage, client, _) = stage(vec![picture(item.clone())]).await;
        let error = client.image(&cake()).await.expect_err("no picture");
        assert_eq!((upstream(&error).0, stage.calls()), ("bad_answer", 1), "{item}");
    }
}

#[tokio::test]
async fn an_unknown_size_is_asked_for_in_others() {
    let refusal = || {
        fault(
            400,
            "invalid_value",
            "Invalid value: '1536x1024'. Supported values for size are …",
        )
    };
    let (stage, client, _) = stage(vec![refusal(), refusal(), picture(json!({ "b64_json": encoded() }))]).await;
    assert!(client.image(&cake()).await.is_ok());
    let sizes: Vec<Value> = stage.seen().iter().map(|seen| seen.body["size"].clone()).collect();
    assert_eq!(sizes, [json!("1536x1024"), json!("1024x1024"), Value::Null]);
}

#[tokio::test]
async fn the_nearest_size_is_asked_for() {
    let (stage, client, _) = stage(vec![picture(json!({ "b64_json": encoded() }))]).await;
    let tall = ImageRequest {
        width: 600,
        height: 800,
        ..cake()
    };
    assert!(client.image(&tall).await.is_ok());
    assert_eq!(stage.seen()[0].body["size"], "1024x1536");
}

#[tokio::test]
async fn a_test_names_what_is_wrong() {
    let models = |names: &[&str]| {
        let data: Vec<Value> = names.iter().map(|name| json!({ "id": name })).collect();
        Play::Json(200, json!({ "object": "list", "data": data }))
    };
    let (stage_, client, _) = stage(vec![models(&["small-model", "picture-model:latest"])]).await;
    let told = client.test().await.expect("in order");
    assert!(told.contains("has the chosen model"), "{told}");
    assert_eq!(stage_.seen()[0].path, "/v1/models");

    let (_, client, _) = stage(vec![models(&["other", "picture-model"])]).await;
    let told = client.test().await.expect("an answer");
    assert!(
        told.contains("“small-model” is not in its list of 2 models (other, picture-model)"),
        "{told}"
    );

    let (stage_, client, _) = stage(vec![Play::Text(404, "no"), chat("ok")]).await;
    assert!(client.test().await.is_ok());
    assert_eq!(stage_.seen()[1].body["max_tokens"], 1);

    for (play, code) in [
        (fault(401, "invalid_api_key", "Incorrect API key"), "auth"),
        (Play::Text(200, "<html>"), "bad_request"),
        (Play::Text(500, "no"), "server_error"),
        (Play::Cut, "network"),
    ] {
        let (stage_, client, _) = stage(vec![play]).await;
        let error = client.test().await.expect_err("a fault");
        assert_eq!((upstream(&error).0, stage_.calls()), (code, 1));
    }
}
