//! The clients of AI providers against a real server that fails on demand and judges how they took it;
//! scripts/llm.sh starts it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use domain::{
    ai::providers::{self, Connection, Provider, TextRequest},
    http::Http,
};
use entity::provider_setting::Provider as Kind;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use crate::{
    http::upstream,
    stage::{cake, torn},
    support::serve,
};

/// The faces of the server that we have clients for: the kind, the path and a model it lists.
const FACES: [(Kind, &str, &str); 2] = [
    (Kind::OpenaiCompatible, "/v1", "gpt-4o"),
    (Kind::Anthropic, "/anthropic", "claude-opus-4-6"),
];

/// The server, for one test at a time: what is asked of it goes to whoever comes next.
struct Llm {
    base: String,
    client: reqwest::Client,
    _turn: MutexGuard<'static, ()>,
}

static TURN: Mutex<()> = Mutex::const_new(());

impl Llm {
    async fn start() -> Self {
        let turn = TURN.lock().await;
        let llm = Self {
            base: std::env::var("TEST_LLM").expect("scripts/llm.sh run"),
            client: Http::new(true).expect("a client").client().clone(),
            _turn: turn,
        };
        llm.control(Method::POST, "reset", None).await;
        llm
    }

    async fn control(&self, method: Method, route: &str, body: Option<Value>) -> Value {
        let request = self.client.request(method, format!("{}/_llmock/{route}", self.base));
        let answer = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = answer.send().await.expect("an answer");
        let status = answer.status();
        let json: Value = answer.json().await.expect("JSON");
        assert!(status.is_success(), "{json}");
        json
    }

    /// What happens to the next requests.
    async fn behave(&self, behaviors: Value) {
        self.control(Method::POST, "scenario", Some(json!({ "behaviors": behaviors })))
            .await;
    }

    /// The bodies of what it was asked since the start of the test.
    async fn asked(&self) -> Vec<Value> {
        let told = self.control(Method::GET, "requests", None).await;
        let requests = told["requests"].as_array().expect("requests");
        requests.iter().map(|request| request["body"].clone()).collect()
    }

    /// It has nothing to say against the way it was asked, and all that was planned has happened.
    async fn finds_no_fault(self) {
        let verdict = self.control(Method::GET, "verdict", None).await;
        assert!(verdict["passed"] == true && verdict["warnings"] == 0, "{verdict:#}");
        let left = self.control(Method::GET, "scenario", None).await;
        assert_eq!(left, json!({ "pending": [] }));
    }

    fn provider(&self, (kind, path, model): (Kind, &str, &str)) -> Box<dyn Provider> {
        connect(kind, &format!("{}{path}", self.base), model)
    }
}

fn connect(kind: Kind, base_url: &str, model: &str) -> Box<dyn Provider> {
    let to = Connection {
        kind,
        base_url: base_url.to_owned(),
        key: "sk-any".to_owned(),
        model: model.to_owned(),
        image_model: String::new(),
    };
    providers::connect(Http::new(true).expect("a client"), &to).expect("settings in order")
}

/// As the functions ask: nested, with an enumeration and a least number of items.
fn ideas() -> TextRequest {
    TextRequest {
        system: "You plan articles.".to_owned(),
        user: "Two ideas about coffee.".to_owned(),
        schema_name: "ideas",
        schema: json!({
            "type": "object", "additionalProperties": false, "required": ["ideas"],
            "properties": { "ideas": { "type": "array", "minItems": 2, "items": {
                "type": "object", "additionalProperties": false, "required": ["title", "kind", "words"],
                "properties": { "title": { "type": "string" }, "kind": { "type": "string", "enum": ["page", "post"] },
                    "words": { "type": "integer", "minimum": 300 } } } } }
        }),
        max_tokens: 2_000,
        temperature: Some(0.4),
    }
}

#[tokio::test]
#[ignore = "needs scripts/llm.sh"]
async fn answers_follow_their_schema() {
    let llm = Llm::start().await;
    for face in FACES {
        let answer = llm.provider(face).text(&ideas()).await.expect("an answer");
        let ideas = answer.json["ideas"].as_array().expect("ideas");
        assert!(ideas.len() >= 2 && ideas[0]["words"].as_i64() >= Some(300), "{ideas:?}");
        assert_eq!(answer.model, face.2);
        assert!(answer.usage.tokens_in > 0 && answer.usage.tokens_out > 0);
    }
    let asked = llm.asked().await;
    assert!(
        asked.len() == 2
            && asked
                .iter()
                .all(|body| body["temperature"] == 0.4 && body["max_tokens"] == 2_000)
    );
    llm.finds_no_fault().await;
}

#[tokio::test]
#[ignore = "needs scripts/llm.sh"]
async fn a_connection_is_tested_by_the_list_of_models() {
    let llm = Llm::start().await;
    for face in FACES {
        let told = llm.provider(face).test().await.expect("in order");
        assert!(told.contains("has the chosen model"), "{told}");
        let told = llm.provider((face.0, face.1, "no-such-model")).test().await;
        let told = told.expect("an answer");
        assert!(told.contains("“no-such-model” is not in its list"), "{told}");
    }
    llm.finds_no_fault().await;
}

#[tokio::test]
#[ignore = "needs scripts/llm.sh"]
async fn the_server_says_how_long_to_wait() {
    let llm = Llm::start().await;
    for face in FACES {
        llm.behave(json!([{ "type": "fail", "status": 429, "retry_after": 1.5, "times": 2 }]))
            .await;
        let started = Instant::now();
        assert!(llm.provider(face).text(&ideas()).await.is_ok());
        assert!(started.elapsed() >= Duration::from_secs(3), "{:?}", started.elapsed());
    }
    assert_eq!(llm.asked().await.len(), 6);
    llm.finds_no_fault().await;
}

#[tokio::test]
#[ignore = "needs scripts/llm.sh"]
async fn passing_faults_are_tried_again() {
    let llm = Llm::start().await;
    for face in FACES {
        for (status, times) in [(408, 1), (409, 1), (500, 3), (503, 1), (529, 1)] {
            llm.behave(json!([{ "type": "fail", "status": status, "times": times }]))
                .await;
            let answer = llm.provider(face).text(&ideas()).await;
            assert!(answer.is_ok(), "{status}: {answer:?}");
        }
    }
    llm.finds_no_fault().await;
}

#[tokio::test]
#[ignore = "needs scripts/llm.sh"]
async fn what_no_retry_mends_is_asked_once() {
    let llm = Llm::start().await;
    for face in FACES {
        for (status, code) in [
            (400, "bad_request"),
            (401, "auth"),
            (403, "auth"),
            (404, "model"),
            (422, "bad_request"),
        ] {
            let before = llm.asked().await.len();
            llm.behave(json!([{ "type": "fail", "status": status }])).await;
            // A question of its own: the same one again would be taken for another try.
            let request = TextRequest {
                user: format!("Two ideas about {status}."),
                ..ideas()
            };
            let error = llm.provider(face).text(&request).await.expect_err("a refusal");
            assert_eq!(upstream(&error).0, code, "{status}: {error}");
            assert_eq!(llm.asked().await.len(), before + 1);
        }
    }
    llm.finds_no_fault().await;
}

#[tokio::test]
#[ignore = "needs scripts/llm.sh"]
async fn a_refused_temperature_is_left_out() {
    let llm = Llm::start().await;
    for face in FACES {
        llm.behave(
            json!([{ "type": "fail", "status": 400, "message": "`temperature` is deprecated for this model." }]),
        )
        .await;
        assert!(llm.provider(face).text(&ideas()).await.is_ok());
    }
    let sent: Vec<bool> = llm
        .asked()
        .await
        .iter()
        .map(|body| body.get("temperature").is_some())
        .collect();
    assert_eq!(sent, [true, false, true, false]);
    llm.finds_no_fault().await;
}

#[tokio::test]
#[ignore = "needs scripts/llm.sh"]
async fn unusable_answers_are_mended_by_a_second_question() {
    let llm = Llm::start().await;
    let one_idea = json!({ "ideas": [{ "title": "Beans", "kind": "page", "words": 900 }] });
    for face in FACES {
        for first in [
            json!({ "type": "reply", "text": "I would rather talk about tea." }),
            json!({ "type": "reply", "text": one_idea.to_string() }),
            json!({ "type": "reply", "text": "{\"ideas\": [{\"title\": \"Be", "finish_reason": "length" }),
            json!({ "type": "reply", "text": "I cannot help with that.", "finish_reason": "content_filter" }),
            json!({ "type": "reply", "tool_calls": [{ "name": "ideas", "arguments": one_idea }] }),
        ] {
            let before = llm.asked().await.len();
            llm.behave(json!([first])).await;
            let answer = llm.provider(face).text(&ideas()).await;
            let answer = answer.unwrap_or_else(|error| panic!("{first}: {error}"));
            assert!(answer.json["ideas"].as_array().is_some_and(|ideas| ideas.len() >= 2));
            assert_eq!(llm.asked().await.len(), before + 2, "{first}");
        }
        // One that is right needs no second, fence or not.
        let two = json!({ "ideas": [one_idea["ideas"][0], { "title": "Water", "kind": "post", "words": 700 }] });
        let before = llm.asked().await.len();
        llm.behave(json!([{ "type": "reply", "text": format!("Here you are:\n```json\n{two:#}\n```\nGood luck!") }]))
            .await;
        let answer = llm.provider(face).text(&ideas()).await.expect("an answer");
        assert_eq!(answer.json, two);
        assert_eq!(llm.asked().await.len(), before + 1);
    }
    llm.finds_no_fault().await;
}

#[tokio::test]
#[ignore = "needs scripts/llm.sh"]
async fn a_drawing_in_place_of_a_picture_is_refused() {
    let llm = Llm::start().await;
    // It draws SVG, whatever it is asked.
    let error = llm.provider(FACES[0]).image(&cake()).await.expect_err("no picture");
    assert_eq!(upstream(&error).0, "bad_answer", "{error}");
    llm.finds_no_fault().await;
}

/// Half of what comes back gets through the first time; afterwards everything does.
#[derive(Clone)]
struct Relay {
    to: String,
    client: reqwest::Client,
    /// The connection breaks after the first half; else the answer ends there as if it were whole.
    breaks: bool,
    done: Arc<AtomicBool>,
}

async fn relay(State(relay): State<Relay>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let mut request = relay.client.request(method, format!("{}{uri}", relay.to)).body(body);
    for name in ["content-type", "authorization", "x-api-key", "anthropic-version"] {
        if let Some(value) = headers.get(name) {
            request = request.header(name, value);
        }
    }
    let answer = request.send().await.expect("an answer");
    let status = StatusCode::from_u16(answer.status().as_u16()).expect("a status");
    let whole = answer.bytes().await.expect("a body");
    let half = whole.slice(..whole.len() / 2);
    let body = match relay.done.swap(true, Ordering::SeqCst) {
        true => Body::from(whole),
        false if relay.breaks => torn(half),
        false => Body::from(half),
    };
    (status, [("content-type", "application/json")], body).into_response()
}

#[tokio::test]
#[ignore = "needs scripts/llm.sh"]
async fn half_an_answer_is_none() {
    let llm = Llm::start().await;
    for (kind, path, model) in FACES {
        for breaks in [true, false] {
            let before = llm.asked().await.len();
            let between = Relay {
                to: llm.base.clone(),
                client: llm.client.clone(),
                breaks,
                done: Arc::default(),
            };
            let base = serve(Router::new().fallback(relay).with_state(between)).await;
            let provider = connect(kind, &format!("{base}{path}"), model);
            let answer = provider.text(&ideas()).await;
            assert!(answer.is_ok(), "{kind} {breaks}: {answer:?}");
            // The same question again, not a second one about a fault of the model.
            let asked = llm.asked().await;
            assert_eq!(asked.len(), before + 2);
            assert_eq!(asked[before], asked[before + 1]);
        }
    }
    llm.finds_no_fault().await;
}
