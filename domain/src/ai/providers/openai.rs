//! Any server that speaks OpenAI's protocol: OpenAI itself, proxies, servers on one's own machine.
//!
//! They agree on the shape of a question and on little else. Some refuse a JSON schema, some name the limit of tokens
//! differently, some let nobody choose a temperature; the differences are learnt from their refusals and remembered for
//! as long as this value lives.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use entity::provider_setting::Provider as Kind;
use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};

use super::{
    Connection, ImageAnswer, ImageRequest, Pace, Provider, TextAnswer, TextRequest,
    answer::{self, End, Reply, Writer},
    transport::{Budget, Call, Dialect, Failure, Transport},
};
use crate::{error::Result, http::Http};

static DIALECT: Dialect = Dialect {
    speaks: "an OpenAI-compatible server",
    example: "https://api.openai.com/v1",
    tails: &["chat/completions", "images/generations", "models"],
    key_header: AUTHORIZATION,
    key_prefix: "Bearer ",
    headers: &[],
};

const CHAT: &str = "chat/completions";

/// A server that speaks OpenAI's protocol.
pub(super) struct OpenAi {
    transport: Transport,
    model: String,
    image_model: String,
    /// The best [`Format`] that has not been refused.
    format: AtomicU8,
    /// The server wants the limit of tokens under its newer name.
    completion_tokens: AtomicBool,
    /// The model lets nobody choose a temperature.
    no_temperature: AtomicBool,
}

/// How the answer is made to be JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Format {
    Schema,
    Object,
    Plain,
}

impl Format {
    fn of(number: u8) -> Self {
        match number {
            0 => Self::Schema,
            1 => Self::Object,
            _ => Self::Plain,
        }
    }

    fn next(self) -> Option<Self> {
        match self {
            Self::Schema => Some(Self::Object),
            Self::Object => Some(Self::Plain),
            Self::Plain => None,
        }
    }
}

impl OpenAi {
    /// Makes ready; the address is what comes before `/chat/completions`.
    ///
    /// # Errors
    /// As [`Transport::new`].
    pub fn new(http: Http, to: &Connection, pace: Pace) -> Result<Self> {
        Ok(Self {
            transport: Transport::new(http, to, pace, &DIALECT)?,
            model: to.model.trim().to_owned(),
            image_model: to.image_model.trim().to_owned(),
            format: AtomicU8::new(Format::Schema as u8),
            completion_tokens: AtomicBool::new(false),
            no_temperature: AtomicBool::new(false),
        })
    }

    async fn test_by_chat(&self) -> Result<String> {
        let messages = json!([{ "role": "user", "content": "Say ok." }]);
        let mut body = json!({ "model": self.model, "messages": messages });
        let answer = loop {
            self.limit(&mut body, 1);
            match self.transport.call(Call::probe(CHAT, &body)).await {
                Ok(answer) => break answer,
                Err(failure) if self.learn_limit(&failure, &body) => {}
                Err(failure) => return Err(failure.error),
            }
        };
        if answer["choices"].is_array() {
            Ok(format!(
                "{} answers with the model “{}”. It does not list its models.",
                self.transport.name(),
                self.model
            ))
        } else {
            Err(self.transport.other_protocol())
        }
    }

    /// Puts the limit of tokens into a body, under the name the server wants.
    fn limit(&self, body: &mut Value, tokens: u32) {
        let (name, other) = if self.completion_tokens.load(Ordering::Relaxed) {
            ("max_completion_tokens", "max_tokens")
        } else {
            ("max_tokens", "max_completion_tokens")
        };
        if let Some(body) = body.as_object_mut() {
            body.remove(other);
            body.insert(name.to_owned(), json!(tokens));
        }
    }

    /// OpenAI's newer models refuse the old name, and old servers do not know the new one.
    fn learn_limit(&self, failure: &Failure, sent: &Value) -> bool {
        let learnt = failure.refuses(&["max_completion_tokens"]) && sent.get("max_tokens").is_some();
        if learnt {
            self.completion_tokens.store(true, Ordering::Relaxed);
        }
        learnt
    }

    fn body(&self, request: &TextRequest, format: Format, turns: &[Value]) -> Value {
        let mut system = request.system.clone();
        if format != Format::Schema {
            system.push_str(&format!(
                "\n\nAnswer with nothing but one JSON value that follows this JSON schema:\n{}",
                request.schema
            ));
        }
        let mut messages = vec![
            json!({ "role": "system", "content": system }),
            json!({ "role": "user", "content": request.user }),
        ];
        messages.extend_from_slice(turns);
        let mut body = json!({ "model": self.model, "messages": messages });
        match format {
            Format::Schema => {
                body["response_format"] = json!({
                    "type": "json_schema",
                    "json_schema": { "name": request.schema_name, "schema": request.schema, "strict": true }
                });
            }
            Format::Object => body["response_format"] = json!({ "type": "json_object" }),
            Format::Plain => {}
        }
        if let Some(temperature) = request.temperature
            && !self.no_temperature.load(Ordering::Relaxed)
        {
            body["temperature"] = super::plain_number(temperature);
        }
        self.limit(&mut body, request.max_tokens);
        body
    }
}

/// Whether a refusal is about the form of the answer. Servers that say nothing at all are asked in the simpler way too:
/// it costs one call.
fn refuses_format(failure: &Failure) -> bool {
    failure.refuses(&[
        "response_format",
        "json_schema",
        "json_object",
        "schema",
        "structured",
        "guided",
        "grammar",
    ]) || failure.refuses_in_silence()
}

#[async_trait::async_trait]
impl Writer for OpenAi {
    fn transport(&self) -> &Transport {
        &self.transport
    }

    fn model(&self) -> &str {
        &self.model
    }

    /// Where the server refuses the way of asking, asks in the next simpler way.
    async fn ask(&self, request: &TextRequest, turns: &[Value], budget: &mut Budget) -> Result<Value> {
        loop {
            let format = Format::of(self.format.load(Ordering::Relaxed));
            let body = self.body(request, format, turns);
            let call = Call::text(CHAT, &body, request.max_tokens);
            let failure = match self.transport.persist(call, budget).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if self.learn_limit(&failure, &body) {
                continue;
            }
            if failure.refuses(&["temperature"]) && body.get("temperature").is_some() {
                self.no_temperature.store(true, Ordering::Relaxed);
                continue;
            }
            match format.next() {
                Some(next) if refuses_format(&failure) => {
                    // Another call may have learnt more in the meantime.
                    self.format.fetch_max(next as u8, Ordering::Relaxed);
                }
                _ => return Err(failure.error),
            }
        }
    }

    fn read(&self, answer: &Value) -> Reply {
        let choice = &answer["choices"][0];
        let message = &choice["message"];
        let refusal = message["refusal"].as_str().unwrap_or_default();
        let text = match &message["content"] {
            _ if !refusal.is_empty() => refusal.to_owned(),
            Value::String(text) => text.clone(),
            // In parts, as the newer interfaces have it.
            Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
            _ => String::new(),
        };
        Reply {
            text,
            json: None,
            end: match choice["finish_reason"].as_str() {
                _ if !refusal.is_empty() => End::Refused,
                Some("content_filter") => End::Refused,
                Some("length") => End::CutOff,
                _ => End::Whole,
            },
            usage: super::usage(answer),
            model: answer["model"].as_str().map(str::to_owned),
        }
    }
}

#[async_trait::async_trait]
impl Provider for OpenAi {
    fn kind(&self) -> Kind {
        self.transport.kind()
    }

    fn name(&self) -> String {
        self.transport.name().to_owned()
    }

    async fn text(&self, request: &TextRequest) -> Result<TextAnswer> {
        answer::converse(self, request).await
    }

    async fn image(&self, request: &ImageRequest) -> Result<ImageAnswer> {
        let mut budget = Budget::new();
        // The form of the answer is not asked for: some refuse the parameter, and all forms are read.
        let mut body = json!({ "model": self.image_model, "prompt": request.prompt, "n": 1 });
        let mut sizes = [Some(size(&self.image_model, request)), Some("1024x1024"), None].into_iter();
        body["size"] = json!(sizes.next().flatten());
        let answer = loop {
            let call = Call::picture("images/generations", &body);
            let failure = match self.transport.persist(call, &mut budget).await {
                Ok(answer) => break answer,
                Err(failure) => failure,
            };
            match failure.refuses(&["size"]).then(|| sizes.next()).flatten() {
                Some(Some(size)) => body["size"] = json!(size),
                Some(None) => {
                    if let Some(body) = body.as_object_mut() {
                        body.remove("size");
                    }
                }
                None => return Err(failure.error),
            }
        };
        let item = &answer["data"][0];
        let (encoded, url) = (item["b64_json"].as_str(), item["url"].as_str());
        let (bytes, mime_type) = answer::picture(&self.transport, encoded, url, &mut budget).await?;
        Ok(ImageAnswer {
            bytes,
            mime_type,
            usage: super::usage(&answer),
            model: answer["model"].as_str().unwrap_or(&self.image_model).to_owned(),
        })
    }

    async fn test(&self) -> Result<String> {
        match self.transport.call(Call::look("models")).await {
            Ok(list) => match self.transport.compare_models(&list, &[&self.model, &self.image_model]) {
                Some(told) => Ok(told),
                None => self.test_by_chat().await,
            },
            Err(failure) if failure.knows_no_such_call() => self.test_by_chat().await,
            Err(failure) => Err(failure.error),
        }
    }
}

/// The size that a model knows and that comes nearest to what is wanted. The shape counts more than the number of
/// pixels: a picture can be made smaller, but not wider.
fn size(model: &str, wanted: &ImageRequest) -> &'static str {
    let known: &[(u32, u32, &str)] = if model.contains("dall-e-3") {
        &[
            (1024, 1024, "1024x1024"),
            (1792, 1024, "1792x1024"),
            (1024, 1792, "1024x1792"),
        ]
    } else if model.contains("dall-e-2") {
        &[(1024, 1024, "1024x1024"), (512, 512, "512x512"), (256, 256, "256x256")]
    } else {
        &[
            (1024, 1024, "1024x1024"),
            (1536, 1024, "1536x1024"),
            (1024, 1536, "1024x1536"),
        ]
    };
    let (width, height) = (f64::from(wanted.width.max(1)), f64::from(wanted.height.max(1)));
    let distance = |&(w, h, _): &(u32, u32, &str)| {
        let (w, h) = (f64::from(w), f64::from(h));
        4.0 * ((width / height) / (w / h)).ln().abs() + ((width * height) / (w * h)).ln().abs()
    };
    known
        .iter()
        .min_by(|one, other| distance(one).total_cmp(&distance(other)))
        .map_or("1024x1024", |(_, _, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_size_that_the_model_knows_is_taken() {
        for (model, width, height, expected) in [
            ("gpt-image-1", 1536, 1024, "1536x1024"),
            ("gpt-image-1", 1200, 630, "1536x1024"),
            ("gpt-image-1", 800, 800, "1024x1024"),
            ("gpt-image-1", 600, 900, "1024x1536"),
            ("dall-e-3", 1200, 630, "1792x1024"),
            ("dall-e-3", 1000, 2000, "1024x1792"),
            ("dall-e-3", 1536, 1024, "1792x1024"),
            ("dall-e-2", 1536, 1024, "1024x1024"),
            ("dall-e-2", 500, 500, "512x512"),
            ("flux", 0, 0, "1024x1024"),
        ] {
            let wanted = ImageRequest {
                prompt: String::new(),
                width,
                height,
            };
            assert_eq!(size(model, &wanted), expected, "{model} {width}x{height}");
        }
    }
}
