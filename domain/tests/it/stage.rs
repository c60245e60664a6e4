//! A server that plays recorded answers of AI providers, one after the other, and remembers what it was asked.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use domain::{
    ai::providers::{self, Connection, ImageRequest, Pace, Provider, TextRequest},
    http::Http,
};
use entity::provider_setting::Provider as Kind;
use futures::StreamExt;
use serde_json::{Value, json};

use crate::http::{Cut, serve};

pub const KEY: &str = "test-key-0123456789abcdef";
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and so on";

/// One answer of the server.
pub enum Play {
    Json(u16, Value),
    With(u16, Value, Vec<(&'static str, String)>),
    Text(u16, &'static str),
    Bytes(Vec<u8>),
    /// The connection breaks instead.
    Cut,
    /// The connection breaks after these bytes of a success.
    Torn(&'static str),
    /// Nothing for this long.
    Late(Duration),
}

#[derive(Clone)]
pub struct Seen {
    pub method: Method,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

#[derive(Clone, Default)]
pub struct Stage {
    plays: Arc<Mutex<VecDeque<Play>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    cut: Cut,
    /// Its address, without a slash.
    pub base: String,
}

impl Stage {
    /// Opens with these plays; what is asked after the last of them is refused.
    pub async fn open(plays: Vec<Play>) -> Self {
        let mut stage = Self::default();
        stage.play(plays);
        let router = Router::new().fallback(answer).with_state(stage.clone());
        stage.base = serve(router, &stage.cut).await;
        stage
    }

    /// Adds plays at the end.
    pub fn play(&self, plays: Vec<Play>) {
        self.plays.lock().expect("no panic before").extend(plays);
    }

    /// What it was asked so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no panic before").clone()
    }

    pub fn calls(&self) -> usize {
        self.seen().len()
    }

    /// A provider that asks here, under a path.
    pub fn provider(&self, kind: Kind, path: &str) -> Box<dyn Provider> {
        self.provider_at(kind, path, None)
    }

    /// As [`Stage::provider`], with a time-out for all calls.
    pub fn provider_at(&self, kind: Kind, path: &str, timeout: Option<Duration>) -> Box<dyn Provider> {
        let pace = Pace {
            backoff_unit: Some(Duration::from_millis(4)),
            timeout,
        };
        let to = to(kind, &format!("{}{path}", self.base));
        providers::connect_at(Http::new(true).expect("a client"), &to, pace).expect("settings in order")
    }
}

/// A connection to an address, with names for all else.
pub fn to(kind: Kind, base_url: &str) -> Connection {
    Connection {
        kind,
        base_url: base_url.to_owned(),
        key: KEY.to_owned(),
        model: "small-model".to_owned(),
        image_model: "picture-model".to_owned(),
    }
}

async fn answer(State(stage): State<Stage>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    stage.seen.lock().expect("no panic before").push(Seen {
        method,
        path: uri.to_string(),
        headers,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    });
    let play = stage.plays.lock().expect("no panic before").pop_front();
    let status = |code| StatusCode::from_u16(code).expect("a status");
    match play {
        None => (StatusCode::IM_A_TEAPOT, "more calls than were expected").into_response(),
        Some(Play::Json(code, json)) => (status(code), axum::Json(json)).into_response(),
        Some(Play::With(code, json, extra)) => {
            let mut response = (status(code), axum::Json(json)).into_response();
            for (name, value) in extra {
                response.headers_mut().insert(name, value.parse().expect("a header"));
            }
            response
        }
        Some(Play::Text(code, text)) => (status(code), text).into_response(),
        Some(Play::Bytes(bytes)) => bytes.into_response(),
        Some(Play::Cut) => {
            stage.cut.next();
            StatusCode::OK.into_response()
        }
        Some(Play::Torn(start)) => ([("content-type", "application/json")], torn(Bytes::from(start))).into_response(),
        Some(Play::Late(time)) => {
            tokio::time::sleep(time).await;
            StatusCode::OK.into_response()
        }
    }
}

/// A body that breaks after its first bytes have gone out.
pub fn torn(start: Bytes) -> Body {
    let breaks = async {
        // Or the error would overtake the bytes.
        tokio::time::sleep(Duration::from_millis(100)).await;
        Err(std::io::Error::other("torn"))
    };
    let start = futures::stream::iter([Ok(start)]);
    Body::from_stream(start.chain(futures::stream::once(breaks)))
}

pub fn cake() -> ImageRequest {
    ImageRequest {
        prompt: "a cake".to_owned(),
        width: 1536,
        height: 1024,
    }
}

pub fn request() -> TextRequest {
    TextRequest {
        system: "You name things.".to_owned(),
        user: "Name one.".to_owned(),
        schema_name: "names",
        schema: json!({ "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"], "additionalProperties": false }),
        max_tokens: 500,
        temperature: None,
    }
}

pub fn encoded() -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(PNG)
}
