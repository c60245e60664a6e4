//! The way to a provider: one request, its further tries, and what a refusal means.
//!
//! All providers fail in the same ways and say so differently. Their words are read here once, and become sentences
//! for the person whose work stopped.

use std::time::{Duration, Instant};

use entity::provider_setting::Provider as Kind;
use reqwest::{
    Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value;
use url::Url;

use super::{Connection, Pace};
use crate::{
    error::{Error, Result},
    http::{self, Backoff, BodyFault, Cause, Fault, Http},
};

const BACKOFF_UNIT: Duration = Duration::from_millis(800);
/// Tries that fail for a passing reason, in all calls that one question takes.
const TRIES: u32 = 4;
/// Longest wait in all, between the tries of one question.
const PATIENCE: Duration = Duration::from_secs(60);
const TEST_TIMEOUT: Duration = Duration::from_secs(20);
const IMAGE_TIMEOUT: Duration = Duration::from_secs(180);
const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(120);
const MAX_TEXT: usize = 8 * 1024 * 1024;
/// Largest picture that is taken.
pub(super) const MAX_IMAGE: usize = 20 * 1024 * 1024;
/// Base64 takes four bytes for three, and a little is around it.
const MAX_IMAGE_ANSWER: usize = MAX_IMAGE / 3 * 4 + 1024 * 1024;

/// In what the ways to the providers differ.
pub(super) struct Dialect {
    /// What speaks it, such as "an OpenAI-compatible server".
    pub speaks: &'static str,
    /// An address that works, for people who entered none.
    pub example: &'static str,
    /// Ends of an address that belong to a call: people copy the address of a call.
    pub tails: &'static [&'static str],
    /// The header that carries the key.
    pub key_header: HeaderName,
    /// What stands in front of the key.
    pub key_prefix: &'static str,
    /// Headers of every request.
    pub headers: &'static [(&'static str, &'static str)],
}

/// A server, how it is reached and what it is called.
pub(super) struct Transport {
    http: Http,
    dialect: &'static Dialect,
    kind: Kind,
    base: Url,
    key: String,
    headers: HeaderMap,
    name: String,
    backoff: Backoff,
    timeout: Option<Duration>,
}

/// One request.
#[derive(Clone)]
pub(super) struct Call<'a> {
    method: Method,
    route: &'a str,
    body: Option<&'a Value>,
    most: usize,
    within: Duration,
}

impl<'a> Call<'a> {
    /// Asks for a list or a sign of life.
    pub fn look(route: &'a str) -> Self {
        Self {
            method: Method::GET,
            route,
            body: None,
            most: MAX_TEXT,
            within: TEST_TIMEOUT,
        }
    }

    /// Asks for a sign of life with a body.
    pub fn probe(route: &'a str, body: &'a Value) -> Self {
        Self {
            method: Method::POST,
            body: Some(body),
            ..Self::look(route)
        }
    }

    /// Asks for a text of at most `tokens`.
    pub fn text(route: &'a str, body: &'a Value, tokens: u32) -> Self {
        // Twenty milliseconds for each are slow for a model, and a long article takes its minutes.
        let within = Duration::from_millis(60_000 + u64::from(tokens) * 20);
        Self {
            within: within.clamp(Duration::from_secs(120), Duration::from_secs(600)),
            ..Self::probe(route, body)
        }
    }

    /// Asks for a picture.
    pub fn picture(route: &'a str, body: &'a Value) -> Self {
        Self {
            most: MAX_IMAGE_ANSWER,
            within: IMAGE_TIMEOUT,
            ..Self::probe(route, body)
        }
    }

    /// The model that is asked, as the body says.
    fn model(&self) -> &'a str {
        let named = |body: &'a Value| body["model"].as_str().or(body[0]["model"].as_str());
        self.body.and_then(named).unwrap_or_default()
    }
}

/// What is left for the passing faults of one question.
pub(super) struct Budget {
    tries: u32,
    wait: Duration,
    attempt: u32,
}

impl Budget {
    /// That of a question nobody has asked yet.
    pub fn new() -> Self {
        Self {
            tries: TRIES,
            wait: PATIENCE,
            attempt: 0,
        }
    }
}

/// A call that was not answered as it should be.
#[derive(Debug)]
pub(super) struct Failure {
    /// What the caller of the provider gets to see.
    pub error: Error,
    /// Status of the answer, 0 without one.
    pub status: u16,
    /// What the server says about it, in small letters, for telling refusals apart; shown to nobody.
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

    /// The form of the request was refused, in words among which is one of these.
    pub fn refuses(&self, words: &[&str]) -> bool {
        self.refuses_form() && words.iter().any(|word| self.said.contains(word))
    }

    /// The form of the request was refused without a word why.
    pub fn refuses_in_silence(&self) -> bool {
        self.refuses_form() && matches!(self.said.trim(), "" | "{}")
    }

    /// The server does not know this call.
    pub fn knows_no_such_call(&self) -> bool {
        matches!(self.status, 404 | 405 | 501)
    }

    fn refuses_form(&self) -> bool {
        matches!(self.status, 400 | 422) && self.code() == "bad_request"
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

impl Transport {
    /// Makes ready; nothing is sent. An empty key is not sent ever: servers on one's own machine want none.
    ///
    /// # Errors
    /// [`Error::Upstream`] with `bad_request`, `private_address` or `auth` for settings that cannot work.
    pub fn new(http: Http, to: &Connection, pace: Pace, dialect: &'static Dialect) -> Result<Self> {
        let fault = |code, message: String| Error::Upstream {
            provider: to.kind.label().to_owned(),
            code,
            message,
            retryable: false,
        };
        let home = to.kind.home();
        let given = match to.base_url.trim() {
            "" => home.unwrap_or_default(),
            given => given,
        };
        let mut base = Url::parse(given)
            .ok()
            .filter(|url| !url.cannot_be_a_base())
            .ok_or_else(|| {
                let sentence = format!("Enter the address of the AI server, such as {}.", dialect.example);
                fault("bad_request", sentence)
            })?;
        for tail in dialect.tails {
            let path = base.path().trim_end_matches('/').to_owned();
            if let Some(start) = path.strip_suffix(tail).filter(|start| start.ends_with('/')) {
                base.set_path(start);
            }
        }
        http.check_url(&base)?;
        let mut headers = HeaderMap::new();
        for (name, value) in dialect.headers {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let key = to.key.trim();
        if !key.is_empty() {
            let mut value = HeaderValue::try_from(format!("{}{key}", dialect.key_prefix)).map_err(|_| {
                let sentence = "The API key contains characters that no key has. Copy it again.";
                fault("auth", sentence.to_owned())
            })?;
            value.set_sensitive(true);
            headers.insert(dialect.key_header.clone(), value);
        }
        let host = http::host_of(&base);
        let at_home = home
            .and_then(|home| Url::parse(home).ok())
            .is_some_and(|home| http::host_of(&home) == host);
        Ok(Self {
            http,
            dialect,
            kind: to.kind,
            base,
            key: key.to_owned(),
            headers,
            name: if at_home { to.kind.label().to_owned() } else { host },
            backoff: Backoff::new(pace.backoff_unit.unwrap_or(BACKOFF_UNIT)),
            timeout: pace.timeout,
        })
    }

    /// Which kind of provider the account says it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What a person calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key, for protocols that want it in the body.
    pub fn key(&self) -> &str {
        &self.key
    }

    fn host(&self) -> String {
        http::host_of(&self.base)
    }

    /// A failure of this provider.
    pub fn error(&self, code: &'static str, message: String, retryable: bool) -> Error {
        Error::Upstream {
            provider: self.name.clone(),
            code,
            message: self.redact(&message),
            retryable,
        }
    }

    /// An answer that is of no use; `why` follows the provider's name. A second question would cost as much and bring
    /// the same.
    pub fn bad_answer(&self, why: &str) -> Error {
        self.error("bad_answer", format!("{} {why}", self.name), false)
    }

    /// It answers, but nothing that its protocol knows.
    pub fn other_protocol(&self) -> Error {
        self.error(
            "bad_request",
            format!(
                "{} does not answer like {}. Check the address; a usual one is {}.",
                self.base, self.dialect.speaks, self.dialect.example
            ),
            false,
        )
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
        let (path, query) = route.split_once('?').unwrap_or((route, ""));
        if !path.is_empty()
            && let Ok(mut segments) = url.path_segments_mut()
        {
            segments.pop_if_empty().extend(path.split('/'));
        }
        if !query.is_empty() {
            url.set_query(Some(query));
        }
        url
    }

    /// One call with tries as long as the budget lasts.
    ///
    /// # Errors
    /// The last [`Failure`], or the first that no retry mends.
    pub async fn persist(&self, call: Call<'_>, budget: &mut Budget) -> Result<Value, Failure> {
        loop {
            match self.call(call.clone()).await {
                Ok(value) => return Ok(value),
                Err(failure) => self.rest(failure, budget).await?,
            }
        }
    }

    /// Waits before another try.
    ///
    /// # Errors
    /// The failure itself, when no retry mends it or the budget is used up.
    pub async fn rest(&self, failure: Failure, budget: &mut Budget) -> Result<(), Failure> {
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

    /// One request, once.
    ///
    /// # Errors
    /// [`Failure`], which says whether another try may help.
    pub async fn call(&self, call: Call<'_>) -> Result<Value, Failure> {
        let mut request = self
            .http
            .request(call.method.clone(), &self.url(call.route))?
            .timeout(self.timeout.unwrap_or(call.within))
            .headers(self.headers.clone());
        if let Some(body) = call.body {
            request = request.json(body);
        }
        let started = Instant::now();
        let response = request.send().await.map_err(|error| self.silence(&error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = match http::read_body(response, call.most).await {
            Ok(bytes) => bytes,
            Err(BodyFault::TooLarge) => return Err(self.bad_answer("sent an answer that is too large.").into()),
            Err(BodyFault::Broken(error)) => return Err(self.silence(&error)),
        };
        tracing::debug!(
            route = call.route,
            status,
            ms = started.elapsed().as_millis() as u64,
            "answered"
        );
        let json: Option<Value> = serde_json::from_slice(&bytes).ok();
        let model = call.model();
        match json {
            // Some put an error into a success.
            Some(json) if (200..300).contains(&status) => match status_inside(&json) {
                None => Ok(json),
                Some(inner) => Err(self.refusal(inner, &headers, Some(&json), &bytes, model)),
            },
            None if (200..300).contains(&status) => {
                let text = String::from_utf8_lossy(&bytes);
                Err(if text.trim_start().starts_with('<') {
                    self.other_protocol().into()
                } else {
                    // Cut on the way.
                    let sentence = format!("The answer of {} arrived incomplete.", self.name);
                    self.error("network", sentence, true).into()
                })
            }
            json => Err(self.refusal(status, &headers, json.as_ref(), &bytes, model)),
        }
    }

    /// Fetches a file from wherever the server put it. The key stays here: it is the server's business, not that of
    /// its storage.
    ///
    /// # Errors
    /// [`Error::Upstream`] when it cannot be had.
    pub async fn download(&self, url: &str, budget: &mut Budget) -> Result<Vec<u8>> {
        let url = Url::parse(url).map_err(|_| self.bad_answer("answered with an address that is none."))?;
        let host = http::host_of(&url);
        loop {
            let sent = self
                .http
                .get(&url)?
                .timeout(self.timeout.unwrap_or(DOWNLOAD_TIMEOUT))
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
                    let status = response.status().as_u16();
                    let passing = status >= 500 || matches!(status, 408 | 429);
                    let code = if passing { "server_error" } else { "bad_answer" };
                    let sentence = format!("The picture could not be fetched from {host} (status {status}).");
                    Failure {
                        status,
                        retry_after: http::retry_after(response.headers(), crate::now()),
                        ..self.error(code, sentence, passing).into()
                    }
                }
                Err(error) => self.silence(&error),
            };
            self.rest(failure, budget).await.map_err(|failure| failure.error)?;
        }
    }

    /// What a list of models says about those that were chosen, as a sentence; none when it is no list.
    pub fn compare_models(&self, list: &Value, chosen: &[&str]) -> Option<String> {
        let items = list["data"].as_array().or(list.as_array())?;
        let names: Vec<&str> = items
            .iter()
            .filter_map(|item| item["id"].as_str().or(item["name"].as_str()))
            .collect();
        let missing: Vec<String> = chosen
            .iter()
            .filter(|model| !model.is_empty() && !names.iter().any(|name| is_called(name, model)))
            .map(|model| format!("“{model}”"))
            .collect();
        if missing.is_empty() {
            return Some(format!("{} answers and has the chosen model.", self.name));
        }
        let mut shown = names.iter().take(5).copied().collect::<Vec<_>>().join(", ");
        if names.len() > 5 {
            shown.push_str(", …");
        }
        if !shown.is_empty() {
            shown = format!(" ({shown})");
        }
        Some(format!(
            "{} answers, but {} is not in its list of {} models{shown}. Check the name if texts or pictures fail.",
            self.name,
            missing.join(" and "),
            names.len(),
        ))
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
    fn refusal(&self, status: u16, headers: &HeaderMap, json: Option<&Value>, body: &[u8], model: &str) -> Failure {
        let complaint = Complaint::read(json, body);
        let (code, message, retryable) = self.explain(status, &complaint, model);
        Failure {
            error: self.error(code, message, retryable),
            status,
            said: complaint.all,
            retry_after: http::retry_after(headers, crate::now()),
            slow: false,
        }
    }

    /// Code, sentence, and whether another try may help. What the server calls its complaint says more than the status.
    fn explain(&self, status: u16, complaint: &Complaint, model: &str) -> (&'static str, String, bool) {
        let name = &self.name;
        let says = match complaint.message.as_str() {
            "" => String::new(),
            message => format!(" It says: {message}"),
        };
        let ours = (400..500).contains(&status);
        let named = |words: &[&str]| ours && words.iter().any(|word| complaint.names.contains(word));
        let message = complaint.message.to_lowercase();
        let told = |words: &[&str]| ours && words.iter().any(|word| message.contains(word));
        let about_model = ours && complaint.all.contains("model");
        if (300..400).contains(&status) {
            let sentence = format!("{name} sends calls on to another address. Enter that address instead.");
            ("bad_request", sentence, false)
        } else if status == 401 || named(&["apikey", "invalid_api_key", "authentication_error"]) {
            let sentence = format!("{name} does not accept the API key. Check it, or make a new one there.");
            ("auth", sentence, false)
        } else if status == 402
            || named(&["insufficient_quota", "insufficientcredits", "billing"])
            || told(&["exceeded your current quota", "credit balance", "api usage limits"])
        {
            let sentence = format!(
                "The account at {name} has no credit left. Add credit there or raise its limit; waiting does not help."
            );
            ("quota", sentence, false)
        } else if status == 403 {
            let sentence = format!(
                "{name} does not let this API key do that. Its project may lack the right, or the server may not serve this region.{says}"
            );
            ("auth", sentence, false)
        } else if status == 429 {
            let sentence = format!("{name} gets too many requests at the moment. Try again in a minute.");
            ("rate_limited", sentence, true)
        } else if status == 413
            || named(&["context_length", "request_too_large"])
            || ours
                && ["maximum context length", "context window", "prompt is too long"]
                    .iter()
                    .any(|words| complaint.all.contains(words))
        {
            let sentence = format!("The text is longer than the model “{model}” can read.");
            ("context_length", sentence, false)
        } else if named(&["model_not_found", "invalidmodel"])
            || about_model && (complaint.all.contains("not found") || complaint.all.contains("does not exist"))
            || about_model && named(&["not_found_error"])
        {
            let sentence = format!("{name} has no model “{model}”, or the key may not use it.{says}");
            ("model", sentence, false)
        } else if matches!(status, 404 | 405) {
            let sentence = format!(
                "{name} knows neither this call nor this model. Check the address (a usual one is {}) and the name of the model.{says}",
                self.dialect.example
            );
            ("model", sentence, false)
        } else if status == 408 {
            ("timeout", format!("{name} did not answer in time."), true)
        } else if status == 409 {
            // Conflicts pass; the providers' own clients try again too.
            let sentence = format!("{name} is busy with another call.{says}");
            ("server_error", sentence, true)
        } else if status == 529 || status == 503 && complaint.all.contains("overloaded") {
            let sentence = format!("{name} has more work than it can do at the moment. Try again in some minutes.");
            ("server_error", sentence, true)
        } else if status >= 500 {
            let sentence = format!("{name} failed (status {status}). This usually passes.");
            ("server_error", sentence, true)
        } else {
            let sentence = format!("{name} did not accept the request (status {status}).{says}");
            ("bad_request", sentence, false)
        }
    }
}

/// What a server complains about, in whichever shape it does.
struct Complaint {
    /// For a person, short.
    message: String,
    /// Its names for it, such as code and type, in small letters.
    names: String,
    /// All that it says, in small letters.
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
                all: text.to_lowercase(),
            };
        };
        // {"error":{...}}, {"error":"..."}, {"errors":[{...}]}, {"message":...}, {"detail":...}
        let inner = [&json["error"], &json["errors"][0]]
            .into_iter()
            .find(|inner| !inner.is_null())
            .unwrap_or(json);
        let message = [inner, &inner["message"], &inner["detail"], &json["message"]]
            .into_iter()
            .find_map(Value::as_str)
            .unwrap_or_default();
        let names = ["code", "type", "param", "parameter"]
            .iter()
            .filter_map(|name| inner[*name].as_str())
            .collect::<Vec<_>>()
            .join(" ");
        Self {
            message: head(message, 300),
            names: names.to_lowercase(),
            all: head(&json.to_string(), 4000).to_lowercase(),
        }
    }
}

/// The status that an error inside a success should have had; none when there is no error.
fn status_inside(json: &Value) -> Option<u16> {
    let has = |name: &str| match json.get(name) {
        None | Some(Value::Null) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(_) => true,
    };
    if has("choices") || has("data") || has("content") || !(has("error") || has("errors")) {
        return None;
    }
    let error = &json["error"];
    let told = error["code"]
        .as_u64()
        .or(error["status"].as_u64())
        .and_then(|code| u16::try_from(code).ok())
        .filter(|code| (400..600).contains(code));
    // A list of errors is about what we asked for, unless it says otherwise; a single one comes from behind a proxy.
    let passing = ["timeout", "internal", "unavailable", "overload"];
    let code = json["errors"][0]["code"].as_str().unwrap_or_default().to_lowercase();
    let listed = has("errors") && !passing.iter().any(|word| code.contains(word));
    Some(told.unwrap_or(if listed { 400 } else { 500 }))
}

/// Whether a listed name means the model: Ollama lists `llama3:latest` for what it also knows as `llama3`, Anthropic
/// lists `claude-x-20251001` for `claude-x`.
fn is_called(listed: &str, model: &str) -> bool {
    let dated = |rest: &str| {
        rest.strip_prefix('-')
            .is_some_and(|date| date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()))
    };
    listed
        .strip_prefix(model)
        .is_some_and(|rest| matches!(rest, "" | ":latest") || dated(rest))
}

/// The first characters of a text.
pub(super) fn head(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn models_are_known_by_their_other_names() {
        assert!(is_called("llama3:latest", "llama3") && is_called("gpt-5", "gpt-5"));
        assert!(is_called("claude-haiku-4-5-20251001", "claude-haiku-4-5"));
        assert!(!is_called("gpt-5-mini", "gpt-5") && !is_called("llama3", "llama3:latest"));
    }

    #[test]
    fn errors_inside_a_success_have_a_status() {
        assert_eq!(status_inside(&json!({ "choices": [], "data": [] })), None);
        assert_eq!(
            status_inside(&json!({ "data": [{}], "errors": [{ "code": "x" }] })),
            None
        );
        assert_eq!(status_inside(&json!({ "error": { "code": 429 } })), Some(429));
        assert_eq!(status_inside(&json!({ "error": "no" })), Some(500));
        assert_eq!(
            status_inside(&json!({ "data": [], "errors": [{ "code": "invalidModel" }] })),
            Some(400)
        );
        assert_eq!(
            status_inside(&json!({ "errors": [{ "code": "timeoutProvider" }] })),
            Some(500)
        );
    }
}
