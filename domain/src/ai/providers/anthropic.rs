//! Claude, over Anthropic's Messages interface.
//!
//! JSON comes as the input of a tool that the model is made to use. Some models refuse to be made to; they are asked to
//! use it, and an answer in words is read as one.

use std::sync::atomic::{AtomicBool, Ordering};

use entity::provider_setting::Provider as Kind;
use reqwest::header::HeaderName;
use serde_json::{Value, json};

use super::{
    Connection, ImageAnswer, ImageRequest, Pace, Provider, TextAnswer, TextRequest,
    answer::{self, End, Reply, Writer},
    transport::{Budget, Call, Dialect, Transport},
};
use crate::{error::Result, http::Http};

static DIALECT: Dialect = Dialect {
    speaks: "Anthropic's interface",
    example: "https://api.anthropic.com",
    tails: &["messages", "models", "v1"],
    key_header: HeaderName::from_static("x-api-key"),
    key_prefix: "",
    headers: &[("anthropic-version", "2023-06-01")],
};

const MESSAGES: &str = "v1/messages";
/// All at once: a page has twenty unless told otherwise.
const MODELS: &str = "v1/models?limit=1000";

/// Claude.
pub(super) struct Anthropic {
    transport: Transport,
    model: String,
    /// The model cannot be made to use a tool.
    unforced: AtomicBool,
    /// The model lets nobody choose a temperature.
    no_temperature: AtomicBool,
}

impl Anthropic {
    /// Makes ready; the address is what comes before `/v1/messages`, with or without the `/v1`.
    ///
    /// # Errors
    /// As [`Transport::new`].
    pub fn new(http: Http, to: &Connection, pace: Pace) -> Result<Self> {
        Ok(Self {
            transport: Transport::new(http, to, pace, &DIALECT)?,
            model: to.model.trim().to_owned(),
            unforced: AtomicBool::new(false),
            no_temperature: AtomicBool::new(false),
        })
    }

    async fn test_by_message(&self) -> Result<String> {
        let messages = json!([{ "role": "user", "content": "Say ok." }]);
        let body = json!({ "model": self.model, "max_tokens": 1, "messages": messages });
        let answer = self.transport.call(Call::probe(MESSAGES, &body)).await;
        let answer = answer.map_err(|failure| failure.error)?;
        if answer["content"].is_array() {
            Ok(format!(
                "{} answers with the model “{}”. It does not list its models.",
                self.transport.name(),
                self.model
            ))
        } else {
            Err(self.transport.other_protocol())
        }
    }

    fn body(&self, request: &TextRequest, turns: &[Value]) -> Value {
        let tool = request.schema_name;
        let mut messages = vec![json!({ "role": "user", "content": request.user })];
        messages.extend_from_slice(turns);
        let mut body = json!({
            "model": self.model, "max_tokens": request.max_tokens, "system": request.system, "messages": messages,
            "tools": [{ "name": tool, "description": "Takes the answer.", "input_schema": request.schema }],
            "tool_choice": { "type": "tool", "name": tool },
        });
        if self.unforced.load(Ordering::Relaxed) {
            body["tool_choice"] = json!({ "type": "auto" });
            body["system"] = json!(format!(
                "{}\n\nGive your answer with the tool “{tool}”, once, and in no other way.",
                request.system
            ));
        }
        if let Some(temperature) = request.temperature
            && !self.no_temperature.load(Ordering::Relaxed)
        {
            // Its scale ends where others have their middle.
            body["temperature"] = super::plain_number(temperature.clamp(0.0, 1.0));
        }
        body
    }
}

#[async_trait::async_trait]
impl Writer for Anthropic {
    fn transport(&self) -> &Transport {
        &self.transport
    }

    fn model(&self) -> &str {
        &self.model
    }

    async fn ask(&self, request: &TextRequest, turns: &[Value], budget: &mut Budget) -> Result<Value> {
        loop {
            let body = self.body(request, turns);
            let call = Call::text(MESSAGES, &body, request.max_tokens);
            let failure = match self.transport.persist(call, budget).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if failure.refuses(&["temperature"]) && body.get("temperature").is_some() {
                self.no_temperature.store(true, Ordering::Relaxed);
            } else if failure.refuses(&["tool_choice"]) && body["tool_choice"]["type"] == "tool" {
                self.unforced.store(true, Ordering::Relaxed);
            } else {
                return Err(failure.error);
            }
        }
    }

    fn read(&self, answer: &Value) -> Reply {
        let blocks = answer["content"].as_array().map(Vec::as_slice).unwrap_or_default();
        Reply {
            text: blocks.iter().filter_map(|block| block["text"].as_str()).collect(),
            json: blocks
                .iter()
                .find(|block| block["type"] == "tool_use")
                .map(|block| block["input"].clone()),
            end: match answer["stop_reason"].as_str() {
                Some("refusal") => End::Refused,
                Some("max_tokens" | "model_context_window_exceeded") => End::CutOff,
                _ => End::Whole,
            },
            usage: super::usage(answer),
            model: answer["model"].as_str().map(str::to_owned),
        }
    }
}

#[async_trait::async_trait]
impl Provider for Anthropic {
    fn kind(&self) -> Kind {
        self.transport.kind()
    }

    fn name(&self) -> String {
        self.transport.name().to_owned()
    }

    async fn text(&self, request: &TextRequest) -> Result<TextAnswer> {
        answer::converse(self, request).await
    }

    async fn image(&self, _: &ImageRequest) -> Result<ImageAnswer> {
        let sentence = "Anthropic makes no pictures. Choose another provider for them in the AI settings.";
        Err(self.transport.error("bad_request", sentence.to_owned(), false))
    }

    async fn test(&self) -> Result<String> {
        match self.transport.call(Call::look(MODELS)).await {
            Ok(list) => match self.transport.compare_models(&list, &[&self.model]) {
                Some(told) => Ok(told),
                None => self.test_by_message().await,
            },
            Err(failure) if failure.knows_no_such_call() => self.test_by_message().await,
            Err(failure) => Err(failure.error),
        }
    }
}
