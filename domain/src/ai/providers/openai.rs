//! Any server that speaks OpenAI's protocol: OpenAI itself, proxies, servers on one's own machine.
//!
//! They agree on the shape of a question and on little else. Some refuse a JSON schema, some name
//! the limit of tokens differently, some answer in Markdown; the differences are learnt from their
//! refusals and remembered for as long as this value lives.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde_json::{Map, Value, json};
use url::Url;

use super::{ImageAnswer, ImageRequest, Provider, TextAnswer, TextRequest, Usage};
use crate::error::{Error, Result};
use crate::http::{self, Backoff, BodyFault, Cause, Fault, Http};

const BACKOFF_UNIT: Duration = Duration::from_millis(800);
/// Tries that fail for a passing reason, in all calls that one question takes.
const TRIES: u32 = 4;
/// Longest wait in all, between the tries of one question.
const PATIENCE: Duration = Duration::from_secs(60);
const TEXT_TIMEOUT: Duration = Duration::from_secs(120);
const IMAGE_TIMEOUT: Duration = Duration::from_secs(180);
const TEST_TIMEOUT: Duration = Duration::from_secs(20);
const MAX_TEXT: usize = 8 * 1024 * 1024;
const MAX_IMAGE: usize = 20 * 1024 * 1024;
/// Base64 takes four bytes for three, and a little is around it.
const MAX_IMAGE_ANSWER: usize = MAX_IMAGE / 3 * 4 + 1024 * 1024;

/// A server that speaks OpenAI's protocol.
pub struct OpenAi {
    http: Http,
    base: Url,
    key: String,
    authorization: Option<HeaderValue>,
    model: String,
    image_model: String,
    backoff: Backoff,
    /// For tests only: replaces the time-outs of all requests.
    timeout: Option<Duration>,
    /// The best [`Format`] that has not been refused.
    format: AtomicU8,
    /// The server wants the limit of tokens under its newer name.
    completion_tokens: AtomicBool,
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

/// What is left for the passing faults of one question.
struct Budget {
    tries: u32,
    wait: Duration,
    attempt: u32,
}

impl Budget {
    fn new() -> Self {
        Self {
            tries: TRIES,
            wait: PATIENCE,
            attempt: 0,
        }
    }
}

/// A call that was not answered as it should be.
#[derive(Debug)]
struct Failure {
    error: Error,
    status: u16,
    /// What the server says about it, without the key, for telling refusals apart.
    said: String,
    retry_after: Option<Duration>,
    /// The server took as long as it was given; another try will cost as much.
    slow: bool,
}

impl Failure {
    fn retryable(&self) -> bool {
        matches!(self.error, Error::Upstream { retryable: true, .. })
    }

    fn code(&self) -> &'static str {
        match self.error {
            Error::Upstream { code, .. } => code,
            _ => "internal",
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            error,
            status: 0,
            said: String::new(),
            retry_after: None,
            slow: false,
        }
    }
}

impl OpenAi {
    /// `base_url` is what comes before `/chat/completions`, such as `https://api.openai.com/v1`. An
    /// empty key is not sent: servers on one's own machine want none.
    ///
    /// # Errors
    /// [`Error::Upstream`] with `bad_request`, `private_address` or `auth` for settings that cannot
    /// work.
    pub fn new(http: Http, base_url: &str, api_key: &str, model: &str, image_model: &str) -> Result<Self> {
        let fault = |code, message: &str| Error::Upstream {
            provider: "OpenAI".to_owned(),
            code,
            message: message.to_owned(),
            retryable: false,
        };
        let mut base = Url::parse(base_url.trim())
            .ok()
            .filter(|url| !url.cannot_be_a_base())
            .ok_or_else(|| {
                fault(
                    "bad_request",
                    "Enter the address of the AI server, such as https://api.openai.com/v1.",
                )
            })?;
        // People copy the address of a call.
        for tail in ["chat/completions", "images/generations", "models"] {
            let path = base.path().trim_end_matches('/');
            if let Some(start) = path.strip_suffix(tail) {
                let start = start.to_owned();
                base.set_path(&start);
            }
        }
        http.check_url(&base)?;
        let key = api_key.trim();
        let authorization = if key.is_empty() {
            None
        } else {
            let mut value = HeaderValue::try_from(format!("Bearer {key}")).map_err(|_| {
                fault(
                    "auth",
                    "The API key contains characters that no key has. Copy it again.",
                )
            })?;
            value.set_sensitive(true);
            Some(value)
        };
        Ok(Self {
            http,
            base,
            key: key.to_owned(),
            authorization,
            model: model.trim().to_owned(),
            image_model: image_model.trim().to_owned(),
            backoff: Backoff::new(BACKOFF_UNIT),
            timeout: None,
            format: AtomicU8::new(Format::Schema as u8),
            completion_tokens: AtomicBool::new(false),
        })
    }

    /// The unit of the waits between tries.
    #[must_use]
    pub fn with_backoff_unit(mut self, unit: Duration) -> Self {
        self.backoff = Backoff::new(unit);
        self
    }

    /// One time-out for calls of every kind.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Whether a model for pictures was chosen; without one the built-in renderer makes them.
    pub fn has_image_model(&self) -> bool {
        !self.image_model.is_empty()
    }

    /// Whether the server answers, takes the key and has the models. Costs nothing, or a token where
    /// the server does not list its models. Returns a sentence for the person who asked.
    ///
    /// # Errors
    /// [`Error::Upstream`] that names what is in the way.
    pub async fn test(&self) -> Result<String> {
        let listed = self.call(Method::GET, "models", None, MAX_TEXT, TEST_TIMEOUT).await;
        let list = match listed {
            Ok(list) => list,
            Err(failure) if matches!(failure.status, 404 | 405 | 501) => {
                return self.test_by_chat().await;
            }
            Err(failure) => return Err(failure.error),
        };
        let Some(items) = list["data"].as_array().or(list.as_array()) else {
            return self.test_by_chat().await;
        };
        let names: Vec<&str> = items
            .iter()
            .filter_map(|item| item["id"].as_str().or(item["name"].as_str()))
            .collect();
        // Ollama lists `llama3:latest` for what it also knows as `llama3`.
        let has = |model: &str| {
            names
                .iter()
                .any(|name| *name == model || name.strip_suffix(":latest").is_some_and(|name| name == model))
        };
        let missing: Vec<String> = [&self.model, &self.image_model]
            .into_iter()
            .filter(|model| !model.is_empty() && !has(model))
            .map(|model| format!("“{model}”"))
            .collect();
        let host = self.host();
        if missing.is_empty() {
            return Ok(format!("{host} answers and has the chosen model."));
        }
        let mut shown = names.iter().take(5).copied().collect::<Vec<_>>().join(", ");
        if names.len() > 5 {
            shown.push_str(", …");
        }
        Ok(format!(
            "{host} answers, but {} is not in its list of {} models{}. Check the name if texts or pictures fail.",
            missing.join(" and "),
            names.len(),
            if shown.is_empty() {
                String::new()
            } else {
                format!(" ({shown})")
            }
        ))
    }

    async fn test_by_chat(&self) -> Result<String> {
        let messages = json!([{ "role": "user", "content": "Say ok." }]);
        let mut body = json!({ "model": self.model, "messages": messages });
        self.limit(&mut body, 1);
        let mut answer = self
            .call(Method::POST, "chat/completions", Some(&body), MAX_TEXT, TEST_TIMEOUT)
            .await;
        if let Err(failure) = &answer
            && self.learn_limit(failure, &body)
        {
            self.limit(&mut body, 1);
            answer = self
                .call(Method::POST, "chat/completions", Some(&body), MAX_TEXT, TEST_TIMEOUT)
                .await;
        }
        let answer = answer.map_err(|failure| failure.error)?;
        if answer["choices"].is_array() {
            Ok(format!(
                "{} answers with the model “{}”. It does not list its models.",
                self.host(),
                self.model
            ))
        } else {
            Err(self.other_protocol())
        }
    }

    fn host(&self) -> String {
        http::host_of(&self.base)
    }

    fn provider(&self) -> String {
        let host = self.host();
        if host == "openai.com" || host.ends_with(".openai.com") {
            "OpenAI".to_owned()
        } else {
            host
        }
    }

    fn error(&self, code: &'static str, message: String, retryable: bool) -> Error {
        Error::Upstream {
            provider: self.provider(),
            code,
            message: self.redact(&message),
            retryable,
        }
    }

    /// Servers repeat the key, whole or in part, in what they complain about.
    fn redact(&self, text: &str) -> String {
        let text = if self.key.is_empty() {
            text.to_owned()
        } else {
            text.replace(&self.key, "…")
        };
        text.split(' ')
            .map(|word| {
                let bare = word.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
                if bare.starts_with("sk-") && bare.len() > 6 {
                    "…"
                } else {
                    word
                }
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn url(&self, route: &str) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(route.split('/'));
        }
        url
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
        let learnt =
            failure.status == 400 && failure.said.contains("max_completion_tokens") && sent.get("max_tokens").is_some();
        if learnt {
            self.completion_tokens.store(true, Ordering::Relaxed);
        }
        learnt
    }

    /// One call with tries as long as the budget lasts.
    async fn persist(
        &self,
        method: Method,
        route: &str,
        body: Option<&Value>,
        max: usize,
        timeout: Duration,
        budget: &mut Budget,
    ) -> Result<Value, Failure> {
        loop {
            let failure = match self.call(method.clone(), route, body, max, timeout).await {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            self.rest(failure, budget).await?;
        }
    }

    /// Waits before another try, or gives the failure back.
    async fn rest(&self, failure: Failure, budget: &mut Budget) -> Result<(), Failure> {
        if !failure.retryable() {
            return Err(failure);
        }
        // A timed-out try has cost minutes; one more is all.
        budget.tries = budget.tries.saturating_sub(if failure.slow { 2 } else { 1 });
        if budget.tries == 0 {
            return Err(failure);
        }
        let wait = match failure.retry_after {
            // On top of the wish, so that many who were told the same do not come together.
            Some(asked) => asked + self.backoff.wait(0).min(Duration::from_secs(1)),
            None => self.backoff.wait(budget.attempt),
        };
        // What the server asks for may be all that is left, less the extra.
        let least = failure.retry_after.unwrap_or(wait);
        if least > budget.wait {
            return Err(failure);
        }
        let wait = wait.min(budget.wait);
        budget.wait -= wait;
        budget.attempt += 1;
        tracing::debug!(
            code = failure.code(),
            status = failure.status,
            wait_ms = wait.as_millis() as u64,
            "another try"
        );
        tokio::time::sleep(wait).await;
        Ok(())
    }

    /// One request.
    async fn call(
        &self,
        method: Method,
        route: &str,
        body: Option<&Value>,
        max: usize,
        timeout: Duration,
    ) -> Result<Value, Failure> {
        let url = self.url(route);
        let mut request = self
            .http
            .request(method, &url)?
            .timeout(self.timeout.unwrap_or(timeout));
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let started = Instant::now();
        let answered = request.send().await;
        let response = answered.map_err(|error| self.silence(&error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = match http::read_body(response, max).await {
            Ok(bytes) => bytes,
            Err(BodyFault::TooLarge) => {
                return Err(self
                    .error(
                        "bad_answer",
                        format!("The answer of {} is too large.", self.host()),
                        false,
                    )
                    .into());
            }
            Err(BodyFault::Broken(error)) => return Err(self.silence(&error)),
        };
        tracing::debug!(route, status, ms = started.elapsed().as_millis() as u64, "answered");
        let json: Option<Value> = serde_json::from_slice(&bytes).ok();
        match json {
            // Some proxies put their provider's error into a success.
            Some(json) if (200..300).contains(&status) && !is_error(&json) => Ok(json),
            Some(json) if (200..300).contains(&status) => {
                let inner = json["error"]["code"]
                    .as_u64()
                    .or(json["error"]["status"].as_u64())
                    .and_then(|code| u16::try_from(code).ok())
                    .filter(|code| (400..600).contains(code))
                    .unwrap_or(500);
                Err(self.refusal(inner, &headers, Some(&json), &bytes))
            }
            None if (200..300).contains(&status) => {
                let text = String::from_utf8_lossy(&bytes);
                Err(if text.trim_start().starts_with('<') {
                    self.other_protocol().into()
                } else {
                    // Cut on the way.
                    self.error(
                        "network",
                        format!("The answer of {} arrived incomplete.", self.host()),
                        true,
                    )
                    .into()
                })
            }
            json => Err(self.refusal(status, &headers, json.as_ref(), &bytes)),
        }
    }

    fn other_protocol(&self) -> Error {
        self.error(
            "bad_request",
            format!(
                "{} does not answer like an OpenAI-compatible server. Check the address; most end in /v1.",
                self.base
            ),
            false,
        )
    }

    /// No answer at all.
    fn silence(&self, error: &reqwest::Error) -> Failure {
        let fault = Fault::of(error);
        let code = match fault.cause {
            Cause::PrivateAddress(_) => "private_address",
            Cause::Timeout => "timeout",
            Cause::Redirect(_) | Cause::Request => "bad_request",
            _ => "network",
        };
        Failure {
            slow: fault.cause == Cause::Timeout && fault.sent,
            ..self.error(code, fault.sentence(&self.host()), fault.retryable()).into()
        }
    }

    /// An answer that is not a success.
    fn refusal(&self, status: u16, headers: &HeaderMap, json: Option<&Value>, body: &[u8]) -> Failure {
        let complaint = Complaint::read(json, body);
        let (code, message, retryable) = self.explain(status, &complaint);
        Failure {
            error: self.error(code, message, retryable),
            status,
            said: complaint.all.to_ascii_lowercase(),
            retry_after: http::retry_after(headers, crate::now()),
            slow: false,
        }
    }

    fn explain(&self, status: u16, complaint: &Complaint) -> (&'static str, String, bool) {
        let host = self.host();
        let names = complaint.names.as_str();
        let all = complaint.all.to_ascii_lowercase();
        let says = if complaint.message.is_empty() {
            String::new()
        } else {
            format!(" It says: {}", complaint.message)
        };
        let quota = names.contains("insufficient_quota")
            || names.contains("billing")
            || status == 402
            || all.contains("exceeded your current quota");
        match status {
            401 => (
                "auth",
                format!("{host} does not accept the API key. Check it, or make a new one there."),
                false,
            ),
            403 => (
                "auth",
                format!(
                    "{host} does not let this API key do that. Its project may lack the right, or the server may not serve this region.{says}"
                ),
                false,
            ),
            300..=399 => (
                "bad_request",
                format!("{host} sends calls on to another address. Enter that address instead."),
                false,
            ),
            402 | 429 if quota => (
                "quota",
                format!(
                    "The account at {host} has no credit left. Add credit there or raise its limit; waiting does not help."
                ),
                false,
            ),
            429 => (
                "rate_limited",
                format!("{host} gets too many requests at the moment. Try again in a minute."),
                true,
            ),
            _ if (400..500).contains(&status)
                && (names.contains("context_length")
                    || all.contains("maximum context length")
                    || all.contains("context window")) =>
            {
                (
                    "context_length",
                    format!("The text is longer than the model “{}” can read.", self.model),
                    false,
                )
            }
            _ if (400..500).contains(&status)
                && (names.contains("model_not_found")
                    || (all.contains("model") && (all.contains("not found") || all.contains("does not exist")))) =>
            {
                (
                    "model",
                    format!("{host} has no model of the chosen name, or the key may not use it.{says}"),
                    false,
                )
            }
            404 | 405 => (
                "model",
                format!(
                    "{host} knows neither this call nor this model. Check the address (most end in /v1) and the name of the model.{says}"
                ),
                false,
            ),
            408 => ("timeout", format!("{host} did not answer in time."), true),
            // Conflicts pass; OpenAI's own clients try again too.
            409 => ("server_error", format!("{host} is busy with another call.{says}"), true),
            500.. => (
                "server_error",
                format!("{host} failed (status {status}). This usually passes."),
                true,
            ),
            _ => (
                "bad_request",
                format!("{host} did not accept the request (status {status}).{says}"),
                false,
            ),
        }
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
        self.limit(&mut body, request.max_tokens);
        body
    }

    /// Asks, and where the server refuses the way of asking, asks in the next simpler way.
    async fn ask(&self, request: &TextRequest, turns: &[Value], budget: &mut Budget) -> Result<Value> {
        loop {
            let format = Format::of(self.format.load(Ordering::Relaxed));
            let body = self.body(request, format, turns);
            let asked = self
                .persist(
                    Method::POST,
                    "chat/completions",
                    Some(&body),
                    MAX_TEXT,
                    TEXT_TIMEOUT,
                    budget,
                )
                .await;
            let failure = match asked {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if self.learn_limit(&failure, &body) {
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

    /// The picture of an answer.
    async fn picture(&self, answer: &Value, budget: &mut Budget) -> Result<Vec<u8>> {
        let bad = |why: &str| self.error("bad_answer", format!("{} {why}", self.host()), false);
        let item = &answer["data"][0];
        let encoded = match (item["b64_json"].as_str(), item["url"].as_str()) {
            (Some(encoded), _) if !encoded.is_empty() => encoded,
            (_, Some(url)) if url.starts_with("data:") => url,
            (_, Some(url)) => return self.download(url, budget).await,
            _ => return Err(bad("answered without a picture.")),
        };
        // The part in front of the comma says nothing that the bytes do not say better.
        let encoded = match encoded.strip_prefix("data:") {
            Some(rest) => match rest.split_once(',') {
                Some((head, data)) if head.ends_with(";base64") => data,
                _ => return Err(bad("answered with something that is no picture.")),
            },
            None => encoded,
        };
        let clean: String = encoded
            .chars()
            .filter(|character| !character.is_ascii_whitespace())
            .collect();
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(&clean)
            .or_else(|_| base64::engine::general_purpose::STANDARD_NO_PAD.decode(&clean))
            .map_err(|_| bad("answered with a picture that cannot be read."))?;
        if bytes.len() > MAX_IMAGE {
            return Err(bad("answered with a picture that is too large."));
        }
        Ok(bytes)
    }

    /// Fetches a picture from wherever the server put it. The key stays here: it is the server's
    /// business, not that of its storage.
    async fn download(&self, url: &str, budget: &mut Budget) -> Result<Vec<u8>> {
        let url = Url::parse(url).map_err(|_| {
            self.error(
                "bad_answer",
                format!("{} answered with an address that is none.", self.host()),
                false,
            )
        })?;
        let host = http::host_of(&url);
        loop {
            let sent = self
                .http
                .get(&url)?
                .timeout(self.timeout.unwrap_or(TEXT_TIMEOUT))
                .send()
                .await;
            let failure = match sent {
                Ok(response) if response.status().is_success() => match http::read_body(response, MAX_IMAGE).await {
                    Ok(bytes) => return Ok(bytes),
                    Err(BodyFault::TooLarge) => {
                        return Err(self.error("bad_answer", format!("The picture at {host} is too large."), false));
                    }
                    Err(BodyFault::Broken(error)) => self.silence(&error),
                },
                Ok(response) => {
                    let status = response.status();
                    let passing = status.is_server_error() || matches!(status.as_u16(), 408 | 429);
                    Failure {
                        status: status.as_u16(),
                        retry_after: http::retry_after(response.headers(), crate::now()),
                        ..self
                            .error(
                                if passing { "server_error" } else { "bad_answer" },
                                format!(
                                    "The picture could not be fetched from {host} (status {}).",
                                    status.as_u16()
                                ),
                                passing,
                            )
                            .into()
                    }
                }
                Err(error) => self.silence(&error),
            };
            self.rest(failure, budget).await.map_err(|failure| failure.error)?;
        }
    }

    /// The wide size of a model whose sizes are known; what most others know.
    fn size(&self) -> &'static str {
        match self.image_model.as_str() {
            name if name.contains("dall-e-3") => "1792x1024",
            name if name.contains("dall-e-2") => "1024x1024",
            _ => "1536x1024",
        }
    }
}

#[async_trait::async_trait]
impl Provider for OpenAi {
    fn kind(&self) -> entity::provider_setting::Provider {
        // A server of one's own has no such name.
        if self.provider() == "OpenAI" {
            entity::provider_setting::Provider::Openai
        } else {
            entity::provider_setting::Provider::OpenaiCompatible
        }
    }

    fn name(&self) -> String {
        self.provider()
    }

    async fn text(&self, request: &TextRequest) -> Result<TextAnswer> {
        let mut budget = Budget::new();
        let mut usage = Usage::default();
        let mut turns = Vec::new();
        let mut repaired = false;
        loop {
            let answer = self.ask(request, &turns, &mut budget).await?;
            add_usage(&mut usage, &answer);
            let model = answer["model"].as_str().filter(|model| !model.is_empty());
            let model = model.unwrap_or(&self.model).to_owned();
            let (text, fault) = match read_answer(&answer, &request.schema) {
                Ok(json) => return Ok(TextAnswer { json, usage, model }),
                Err(read) => read,
            };
            if repaired {
                return Err(self.error(
                    "bad_answer",
                    format!("The model “{model}” gave no usable answer twice: {}", fault.told),
                    // Models answer differently every time.
                    true,
                ));
            }
            repaired = true;
            if !text.is_empty() {
                turns.push(json!({ "role": "assistant", "content": head(&text, 4000) }));
            }
            turns.push(json!({ "role": "user", "content": fault.asked }));
        }
    }

    async fn test(&self) -> Result<String> {
        Self::test(self).await
    }

    async fn image(&self, request: &ImageRequest) -> Result<ImageAnswer> {
        let prompt = request.prompt.as_str();
        let mut budget = Budget::new();
        let mut body = Map::new();
        body.insert("model".to_owned(), json!(self.image_model));
        body.insert("prompt".to_owned(), json!(prompt));
        body.insert("n".to_owned(), json!(1));
        // The form of the answer is not asked for: some refuse the parameter, and all forms are read.
        let mut sizes = vec![Some(self.size()), Some("1024x1024"), None].into_iter();
        body.insert("size".to_owned(), json!(sizes.next().flatten()));
        let answer = loop {
            let asked = self
                .persist(
                    Method::POST,
                    "images/generations",
                    Some(&Value::Object(body.clone())),
                    MAX_IMAGE_ANSWER,
                    IMAGE_TIMEOUT,
                    &mut budget,
                )
                .await;
            let failure = match asked {
                Ok(answer) => break answer,
                Err(failure) => failure,
            };
            let next = (matches!(failure.status, 400 | 422) && failure.said.contains("size"))
                .then(|| sizes.next())
                .flatten();
            match next {
                Some(Some(size)) => body.insert("size".to_owned(), json!(size)),
                Some(None) => body.remove("size"),
                None => return Err(failure.error),
            };
        };
        let bytes = self.picture(&answer, &mut budget).await?;
        let Some(mime_type) = picture_type(&bytes) else {
            return Err(self.error(
                "bad_answer",
                format!(
                    "{} answered with a file that is no PNG, JPEG, WebP or GIF.",
                    self.host()
                ),
                false,
            ));
        };
        let mut usage = Usage::default();
        add_usage(&mut usage, &answer);
        Ok(ImageAnswer {
            bytes,
            mime_type,
            usage,
            model: answer["model"].as_str().unwrap_or(&self.image_model).to_owned(),
        })
    }
}

/// What a server complains about, in whichever shape it does.
struct Complaint {
    /// For a person, short.
    message: String,
    /// Its names for it: code and type.
    names: String,
    /// All that it says.
    all: String,
}

impl Complaint {
    fn read(json: Option<&Value>, body: &[u8]) -> Self {
        let Some(json) = json else {
            // Pages of proxies say nothing to a person.
            let text = String::from_utf8_lossy(body);
            let text = head(text.trim(), 2000);
            let markup = text.starts_with('<');
            return Self {
                message: if markup { String::new() } else { head(&text, 300) },
                names: String::new(),
                all: text,
            };
        };
        // {"error":{...}}, {"error":"..."}, {"message":...}, {"detail":...}
        let inner = match &json["error"] {
            Value::Null => json,
            error => error,
        };
        let message = [inner, &inner["message"], &inner["detail"], &json["message"]]
            .into_iter()
            .find_map(Value::as_str)
            .unwrap_or_default();
        let names = ["code", "type", "param"]
            .iter()
            .filter_map(|name| inner[*name].as_str())
            .collect::<Vec<_>>()
            .join(" ");
        Self {
            message: head(message, 300),
            names: names.to_ascii_lowercase(),
            all: head(&json.to_string(), 4000),
        }
    }
}

fn is_error(json: &Value) -> bool {
    json.get("error").is_some_and(|error| !error.is_null())
        && json.get("choices").is_none()
        && json.get("data").is_none()
}

/// Whether a refusal is about the form of the answer. Servers that say nothing at all are asked in
/// the simpler way too: it costs one call.
fn refuses_format(failure: &Failure) -> bool {
    if !matches!(failure.status, 400 | 422) || failure.code() != "bad_request" {
        return false;
    }
    let said = failure.said.trim();
    [
        "response_format",
        "json_schema",
        "json_object",
        "schema",
        "structured",
        "guided",
        "grammar",
    ]
    .iter()
    .any(|word| said.contains(word))
        || said.is_empty()
        || said == "{}"
}

fn add_usage(usage: &mut Usage, answer: &Value) {
    let count = |names: [&str; 2]| {
        names
            .iter()
            .find_map(|name| answer["usage"][*name].as_i64())
            .unwrap_or(0)
            .max(0)
    };
    // Pictures are counted under the second names.
    usage.tokens_in = usage.tokens_in.saturating_add(count(["prompt_tokens", "input_tokens"]));
    usage.tokens_out = usage
        .tokens_out
        .saturating_add(count(["completion_tokens", "output_tokens"]));
}

/// Why an answer cannot be used.
struct BadAnswer {
    /// To the person.
    told: &'static str,
    /// To the model.
    asked: &'static str,
}

/// The JSON of an answer, or its text and what is wrong with it.
fn read_answer(answer: &Value, schema: &Value) -> Result<Value, (String, BadAnswer)> {
    let choice = &answer["choices"][0];
    let message = &choice["message"];
    let text = match &message["content"] {
        Value::String(text) => text.clone(),
        // In parts, as the newer interfaces have it.
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    };
    let refused = message["refusal"].as_str().is_some_and(|refusal| !refusal.is_empty())
        || choice["finish_reason"] == "content_filter";
    let fault = if refused {
        BadAnswer {
            told: "it refused.",
            asked: "You did not answer. Answer the task as far as you can, as JSON that follows the schema.",
        }
    } else if choice["finish_reason"] == "length" {
        BadAnswer {
            told: "it was cut off at the limit of tokens.",
            asked: "Your answer was cut off because it was too long. Answer again from the start, complete but shorter, as JSON that follows the schema.",
        }
    } else if text.trim().is_empty() {
        BadAnswer {
            told: "it was empty.",
            asked: "Your answer was empty. Answer with JSON that follows the schema.",
        }
    } else if let Some(json) = extract(&text).filter(|json| fits(json, schema)) {
        return Ok(json);
    } else {
        BadAnswer {
            told: "it was not the JSON that was asked for.",
            asked: "Your answer was not valid JSON that follows the schema. Answer again with nothing but that JSON.",
        }
    };
    Err((text, fault))
}

/// Whether the outermost kind is the schema's: the least that tells an answer from a piece of one.
fn fits(json: &Value, schema: &Value) -> bool {
    match schema["type"].as_str() {
        Some("array") => json.is_array(),
        Some("object") => json.is_object(),
        _ => json.is_array() || json.is_object(),
    }
}

/// JSON in a text: alone, after a model's thoughts, in a Markdown fence, or amid prose.
fn extract(text: &str) -> Option<Value> {
    let parse = |text: &str| {
        serde_json::from_str::<Value>(text.trim())
            .ok()
            .filter(|json| json.is_array() || json.is_object())
    };
    let text = text.trim().trim_start_matches('\u{feff}');
    let text = match text.strip_prefix("<think>") {
        Some(thoughts) => thoughts.split_once("</think>").map_or("", |(_, rest)| rest),
        None => text,
    };
    if let Some(json) = parse(text) {
        return Some(json);
    }
    // The last fence: earlier ones are examples. The language stands on the fence's own line.
    if let Some(fenced) = text
        .split("```")
        .skip(1)
        .step_by(2)
        .filter_map(|block| {
            let body = block.split_once('\n').map_or(block, |(_, body)| body);
            parse(block).or_else(|| parse(body))
        })
        .last()
    {
        return Some(fenced);
    }
    // From the first bracket to the last of its kind, and nothing smaller: a piece out of the middle
    // of a broken answer is worse than none.
    let mut kinds = [('{', '}'), ('[', ']')];
    kinds.sort_by_key(|(open, _)| text.find(*open).unwrap_or(usize::MAX));
    kinds.into_iter().find_map(|(open, close)| {
        let (start, end) = (text.find(open)?, text.rfind(close)?);
        text.get(start..=end).and_then(parse)
    })
}

/// The type of a picture by its first bytes.
fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        Some("image/gif")
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else {
        None
    }
}

/// The first characters of a text.
fn head(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_found_where_models_put_it() {
        let expected = Some(json!({ "a": [1, { "b": "}" }] }));
        for text in [
            r#"{"a":[1,{"b":"}"}]}"#,
            "```json\n{\"a\":[1,{\"b\":\"}\"}]}\n```",
            "```{\"a\":[1,{\"b\":\"}\"}]}```",
            "Here is [the] answer:\n{\"a\":[1,{\"b\":\"}\"}]}\nGood luck!",
            "<think>{\"x\":1} no</think>\n\n{\"a\":[1,{\"b\":\"}\"}]}",
            "For example:\n```json\n{\"a\":0}\n```\nand so:\n```json\n{\"a\":[1,{\"b\":\"}\"}]}\n```",
        ] {
            assert_eq!(extract(text), expected, "{text}");
        }
        for text in [
            "",
            "no",
            "\"text\"",
            "12",
            "{\"items\":[{\"a\":1},{\"b",
            "<think>{\"a\":1}",
        ] {
            assert_eq!(extract(text), None, "{text}");
        }
    }

    #[test]
    fn a_piece_of_an_answer_is_no_answer() {
        let schema = json!({ "type": "object" });
        let answer = |text: &str| json!({ "choices": [{ "message": { "content": text } }] });
        assert!(read_answer(&answer("{\"a\" 1, \"items\": [1, 2]}"), &schema).is_err());
        assert!(read_answer(&answer("[{\"a\":1}]"), &schema).is_err());
        assert!(read_answer(&answer("{\"a\":1}"), &schema).is_ok());
    }

    #[test]
    fn pictures_are_told_by_their_bytes() {
        assert_eq!(picture_type(b"\x89PNG\r\n\x1a\n..."), Some("image/png"));
        assert_eq!(picture_type(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        assert_eq!(picture_type(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(picture_type(b"GIF89a"), Some("image/gif"));
        assert_eq!(picture_type(b"<svg xmlns="), None);
        assert_eq!(picture_type(b""), None);
    }
}
