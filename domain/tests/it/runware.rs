//! Runware, as far as recorded answers of its task interface can tell.

use domain::{
    Error,
    ai::providers::{ImageRequest, Provider, Usage},
};
use entity::provider_setting::Provider as Kind;
use serde_json::{Value, json};

use crate::{
    http::upstream,
    stage::{KEY, PNG, Play, Stage, cake, encoded, request},
};

async fn stage(plays: Vec<Play>) -> (Stage, Box<dyn Provider>) {
    let stage = Stage::open(plays).await;
    let client = stage.provider(Kind::Runware, "/v1");
    (stage, client)
}

fn made(name: &str, value: String) -> Play {
    Play::Json(
        200,
        json!({ "data": [{ "taskType": "imageInference", "taskUUID": "a770f077-f413-47de-9dac-be0b26a35da6",
            "imageUUID": "77da2d99-a6d3-44d9-b8c0-ae9fb06b6200", name: value, "cost": 0.0013, "seed": 42 }] }),
    )
}

fn fault(status: u16, code: &str, parameter: &str, message: &str) -> Play {
    Play::Json(
        status,
        json!({ "errors": [{ "code": code, "message": message, "parameter": parameter, "type": "string",
            "taskType": "imageInference", "taskUUID": "a770f077-f413-47de-9dac-be0b26a35da6",
            "documentation": "https://runware.ai/docs/en/image-inference/api-reference" }] }),
    )
}

async fn refused(plays: Vec<Play>) -> (Error, usize) {
    let (stage, client) = stage(plays).await;
    let error = client.image(&cake()).await.expect_err("a refusal");
    let told = format!("{error} {error:?}");
    assert!(!told.contains(KEY) && !told.contains("sk-"), "{told}");
    (error, stage.calls())
}

#[tokio::test]
async fn a_picture_is_a_task_with_its_price() {
    let (stage, client) = stage(vec![made("imageBase64Data", encoded())]).await;
    let image = client
        .image(&ImageRequest {
            prompt: "a cake".to_owned(),
            width: 1200,
            height: 630,
        })
        .await
        .expect("a picture");
    assert_eq!((image.bytes.as_slice(), image.mime_type), (PNG, "image/png"));
    assert_eq!(image.model, "picture-model");
    let expected = Usage {
        tokens_in: 0,
        tokens_out: 0,
        cost_usd_micros: Some(1300),
    };
    assert_eq!(image.usage, expected);
    let seen = &stage.seen()[0];
    assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/v1"));
    assert_eq!(seen.header("authorization"), Some(&*format!("Bearer {KEY}")));
    let name = seen.body[0]["taskUUID"].as_str().expect("a name");
    let name = uuid::Uuid::parse_str(name).expect("a UUID");
    assert_eq!(name.get_version_num(), 4);
    assert_eq!(
        seen.body,
        json!([{
            "taskType": "imageInference", "taskUUID": name.to_string(), "model": "picture-model", "positivePrompt": "a cake",
            "width": 1216, "height": 640, "numberResults": 1, "outputType": "base64Data", "outputFormat": "PNG",
            "includeCost": true,
        }])
    );
}

#[tokio::test]
async fn a_linked_picture_is_fetched_without_the_key() {
    let (stage, client) = stage(vec![]).await;
    let link = format!("{}/image/ws/0.5/ii/1.png", stage.base);
    stage.play(vec![made("imageURL", link), Play::Bytes(PNG.to_vec())]);
    let image = client.image(&cake()).await.expect("a picture");
    assert_eq!(image.bytes, PNG);
    assert_eq!(stage.seen()[1].header("authorization"), None);
}

#[tokio::test]
async fn passing_faults_are_tried_again_under_another_name() {
    for passing in [
        fault(409, "conflictTaskUUID", "taskUUID", "A task with this UUID exists."),
        fault(429, "rateLimitExceeded", "", "Too many concurrent requests."),
        fault(500, "internalServerError", "", "Something went wrong."),
        fault(
            504,
            "timeoutProvider",
            "",
            "The external provider did not respond in time.",
        ),
        fault(
            200,
            "timeoutProvider",
            "",
            "The external provider did not respond in time.",
        ),
        Play::Torn("{\"data\":[{\"imageBase64Data\":\"iVBORw0"),
        Play::Cut,
    ] {
        let (stage, client) = stage(vec![passing, made("imageBase64Data", encoded())]).await;
        let image = client.image(&cake()).await;
        assert!(image.is_ok(), "{image:?}");
        let names: Vec<Value> = stage
            .seen()
            .iter()
            .map(|seen| seen.body[0]["taskUUID"].clone())
            .collect();
        assert!(names.len() == 2 && names[0] != names[1], "{names:?}");
    }
    let (error, calls) = refused((0..9).map(|_| Play::Cut).collect()).await;
    assert_eq!((upstream(&error).0, calls), ("network", 4));
}

#[tokio::test]
async fn what_no_retry_mends_is_told_at_once() {
    for (play, expected) in [
        (
            fault(
                401,
                "invalidApiKey",
                "apiKey",
                &format!("Invalid API key {KEY}. Get one at https://my.runware.ai/signup"),
            ),
            "auth",
        ),
        (fault(400, "missingApiKey", "apiKey", "No API key was given."), "auth"),
        (
            fault(
                200,
                "invalidApiKey",
                "apiKey",
                "Invalid API key. Get one at https://my.runware.ai/signup",
            ),
            "auth",
        ),
        (
            fault(
                402,
                "insufficientCredits",
                "",
                "Insufficient credits. Add more to proceed.",
            ),
            "quota",
        ),
        (
            fault(
                400,
                "insufficientCredits",
                "",
                "Insufficient credits. Add more to proceed.",
            ),
            "quota",
        ),
        (
            fault(
                400,
                "invalidModel",
                "model",
                "Invalid value for 'model' parameter. It must be an AIR identifier.",
            ),
            "model",
        ),
        (
            fault(
                400,
                "invalidPositivePrompt",
                "positivePrompt",
                &format!("The prompt of {KEY} must have 2 to 3000 characters."),
            ),
            "bad_request",
        ),
        (Play::Text(200, "<html>"), "bad_request"),
        (Play::Json(200, json!({ "data": [] })), "bad_request"),
    ] {
        let (error, calls) = refused(vec![play]).await;
        let (code, message, retryable) = upstream(&error);
        assert_eq!((code, retryable, calls), (expected, false, 1), "{message}");
    }
    // What is no picture is not asked for again either: it would cost again.
    let (error, calls) = refused(vec![made("imageBase64Data", "PHN2Zy8+".to_owned())]).await;
    assert_eq!((upstream(&error).0, calls), ("bad_answer", 1));
}

#[tokio::test]
async fn a_refused_size_is_asked_for_as_a_square() {
    let refusal = || {
        fault(
            400,
            "invalidDimensions",
            "width/height",
            "This model supports 1024x1024, 1344x768 and 768x1344 only.",
        )
    };
    let (stage, client) = stage(vec![refusal(), made("imageBase64Data", encoded())]).await;
    assert!(client.image(&cake()).await.is_ok());
    let second = &stage.seen()[1].body[0];
    assert_eq!((&second["width"], &second["height"]), (&json!(1024), &json!(1024)));
    let (error, calls) = refused(vec![refusal(), refusal()]).await;
    assert_eq!((upstream(&error).0, calls), ("bad_request", 2));
}

#[tokio::test]
async fn a_test_shows_the_key_and_makes_nothing() {
    let shown = Play::Json(
        200,
        json!({ "data": [{ "taskType": "authentication", "connectionSessionUUID": "f40c2aeb-f8a7-4af7-a1ab-7594c9bf778f" }] }),
    );
    let (stage_, client) = stage(vec![shown]).await;
    let told = client.test().await.expect("in order");
    assert!(told.contains("takes the key"), "{told}");
    assert_eq!(
        stage_.seen()[0].body,
        json!([{ "taskType": "authentication", "apiKey": KEY }])
    );
    for (play, code) in [
        (fault(401, "invalidApiKey", "apiKey", "Invalid API key."), "auth"),
        (Play::Text(200, "<html>"), "bad_request"),
        (Play::Text(500, "no"), "server_error"),
    ] {
        let (stage_, client) = stage(vec![play]).await;
        let error = client.test().await.expect_err("a fault");
        assert_eq!((upstream(&error).0, stage_.calls()), (code, 1));
    }
}

#[tokio::test]
async fn it_writes_no_texts() {
    let (stage, client) = stage(vec![]).await;
    let error = client.text(&request()).await.expect_err("no texts");
    let (code, message, retryable) = upstream(&error);
    assert_eq!((code, retryable, stage.calls()), ("bad_request", false, 0));
    assert!(message.contains("writes no texts"), "{message}");
}
