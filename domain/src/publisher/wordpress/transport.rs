//! One request, what came of it, and whether to try again.

use std::time::{Duration, Instant};

use reqwest::header::{AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use url::Url;

use super::{WordPress, text, upstream};
use crate::error::{Error, Result};
use crate::http::{self, BodyFault, Cause, Fault};

/// Tries after the first.
const RETRIES: u32 = 3;
/// No further try begins after this.
const PATIENCE: Duration = Duration::from_secs(90);
/// A site that wants to be left alone for longer is left alone altogether.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const READ_TIMEOUT: Duration = Duration::from_secs(30);
const WRITE_TIMEOUT: Duration = Duration::from_secs(60);
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(120);
const MAX_BODY: usize = 32 * 1024 * 1024;

/// A request.
pub(super) enum Ask<'a> {
    /// GET without credentials; the answer may be anything.
    Look,
    /// GET.
    Read,
    /// POST of JSON.
    Write(&'a Value),
    /// POST of a file.
    Upload {
        file_name: &'a str,
        mime_type: &'a str,
        bytes: &'a [u8],
    },
}

/// An answer of any kind.
pub(super) struct Raw {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Where the answer came from, after redirects.
    pub url: Url,
    pub body: Vec<u8>,
}

/// An answer of WordPress.
#[derive(Debug)]
pub(super) struct Reply {
    pub json: Value,
    /// Where it came from, after redirects.
    pub url: Url,
}

/// What became of a request that was not answered as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It never reached the site, or the site said no: nothing has changed.
    Undone,
    /// The site has finished with it, and nobody knows how.
    Unknown,
    /// The site may still be at work on it.
    Pending,
}

/// A request that was not answered as it should be.
#[derive(Debug)]
pub(super) struct Failure {
    pub error: Error,
    pub fate: Fate,
    pub status: u16,
    /// WordPress's name for it; empty when WordPress did not speak.
    pub code: String,
    pub data: Value,
    pub retry_after: Option<Duration>,
}

impl Failure {
    fn new(error: Error, fate: Fate) -> Self {
        Self {
            error,
            fate,
            status: 0,
            code: String::new(),
            data: Value::Null,
            retry_after: None,
        }
    }

    /// WordPress took the request and answered something that tells nothing.
    pub fn unclear(error: Error) -> Self {
        Self::new(error, Fate::Unknown)
    }

    pub fn retryable(&self) -> bool {
        matches!(self.error, Error::Upstream { retryable: true, .. })
    }

    /// The post, picture or term that was asked for is not there.
    pub fn is_gone(&self) -> bool {
        matches!(self.status, 404 | 410) && self.code.ends_with("_invalid_id")
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(error, Fate::Undone)
    }
}

impl WordPress {
    /// GET of a route of the API, tried again where that may help.
    pub(super) async fn read(&self, route: &str, query: &[(&str, &str)]) -> Result<Reply, Failure> {
        let url = self.route(route, query).await?;
        self.persist(&url, &Ask::Read).await
    }

    /// POST that may be repeated, tried again where that may help.
    pub(super) async fn write(&self, route: &str, body: &Value) -> Result<Reply, Failure> {
        let url = self.route(route, &[]).await?;
        self.persist(&url, &Ask::Write(body)).await
    }

    /// One POST, whatever comes of it.
    pub(super) async fn create(&self, route: &str, ask: &Ask<'_>) -> Result<Reply, Failure> {
        let url = self.route(route, &[]).await?;
        self.once(&url, ask).await
    }

    /// Asks until there is an answer or no more point in asking.
    pub(super) async fn persist(&self, url: &Url, ask: &Ask<'_>) -> Result<Reply, Failure> {
        let started = Instant::now();
        let mut attempt = 0;
        loop {
            let failure = match self.once(url, ask).await {
                Ok(reply) => return Ok(reply),
                Err(failure) => failure,
            };
            let Some(wait) = self.wait(&failure, attempt, started) else {
                return Err(failure);
            };
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// As [`Self::persist`], for what need not be WordPress's answer. A failing server is a failure.
    pub(super) async fn persist_look(&self, url: &Url) -> Result<Raw, Failure> {
        let started = Instant::now();
        let mut attempt = 0;
        loop {
            let failure = match self.exchange(url, &Ask::Look).await {
                Ok(raw) if raw.status.is_server_error() || raw.status.as_u16() == 429 => self.refusal(&raw, None),
                other => return other,
            };
            let Some(wait) = self.wait(&failure, attempt, started) else {
                return Err(failure);
            };
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// How long to wait before the next try; `None` when there should be none.
    pub(super) fn wait(&self, failure: &Failure, attempt: u32, started: Instant) -> Option<Duration> {
        if attempt >= RETRIES || !failure.retryable() || started.elapsed() > PATIENCE {
            return None;
        }
        match failure.retry_after {
            Some(asked) if asked > LONGEST_WAIT => None,
            // On top of the wish, for the same reason that waits are random.
            Some(asked) => Some(asked + self.backoff.wait(0)),
            None => Some(self.backoff.wait(attempt)),
        }
    }

    /// The wait that grows with every look for something lost.
    pub(super) async fn pause(&self, attempt: u32) {
        tokio::time::sleep(self.backoff.wait(attempt)).await;
    }

    async fn once(&self, url: &Url, ask: &Ask<'_>) -> Result<Reply, Failure> {
        let raw = self.exchange(url, ask).await?;
        let json = json_in(&raw.body);
        if !raw.status.is_success() {
            return Err(self.refusal(&raw, json));
        }
        match json {
            Some(json) => Ok(Reply { json, url: raw.url }),
            // For a write this is an answer that got lost on its way through a cache or a plugin.
            None => Err(Failure {
                status: raw.status.as_u16(),
                ..Failure::new(self.not_wordpress(), Fate::Unknown)
            }),
        }
    }

    async fn exchange(&self, url: &Url, ask: &Ask<'_>) -> Result<Raw, Failure> {
        let (request, timeout) = match ask {
            Ask::Look => (self.http.get(url)?, READ_TIMEOUT),
            Ask::Read => (
                self.http.get(url)?.header(AUTHORIZATION, self.authorization.clone()),
                READ_TIMEOUT,
            ),
            Ask::Write(body) => (
                self.http
                    .request(Method::POST, url)?
                    .header(AUTHORIZATION, self.authorization.clone())
                    .json(body),
                WRITE_TIMEOUT,
            ),
            Ask::Upload {
                file_name,
                mime_type,
                bytes,
            } => (
                self.http
                    .request(Method::POST, url)?
                    .header(AUTHORIZATION, self.authorization.clone())
                    .header(CONTENT_TYPE, *mime_type)
                    .header(CONTENT_DISPOSITION, format!("attachment; filename=\"{file_name}\""))
                    .body(bytes.to_vec()),
                UPLOAD_TIMEOUT,
            ),
        };
        let response = request
            .timeout(self.timeout.unwrap_or(timeout))
            .send()
            .await
            .map_err(|error| self.silence(&error))?;
        let (status, headers, url) = (response.status(), response.headers().clone(), response.url().clone());
        let body = match http::read_body(response, MAX_BODY).await {
            Ok(body) => body,
            // What is that long is no answer of the API; of other pages only the head matters.
            Err(BodyFault::TooLarge) => Vec::new(),
            Err(BodyFault::Broken(error)) => return Err(self.silence(&error)),
        };
        Ok(Raw {
            status,
            headers,
            url,
            body,
        })
    }

    /// No answer at all.
    fn silence(&self, error: &reqwest::Error) -> Failure {
        let fault = Fault::of(error);
        let host = http::host_of(&self.base);
        let code = match fault.cause {
            Cause::PrivateAddress(_) => "private_address",
            Cause::Redirect(_) | Cause::Request => "bad_request",
            _ => "unreachable",
        };
        let fate = if fault.sent { Fate::Pending } else { Fate::Undone };
        Failure::new(upstream(code, fault.sentence(&host), fault.retryable()), fate)
    }

    /// An answer that is not a success.
    fn refusal(&self, raw: &Raw, json: Option<Value>) -> Failure {
        let mut status = raw.status.as_u16();
        let json = json.filter(|json| json["code"].is_string());
        let code = json
            .as_ref()
            .and_then(|json| json["code"].as_str())
            .unwrap_or_default()
            .to_owned();
        let data = json.as_ref().map_or(Value::Null, |json| json["data"].clone());
        // A visitor who asks for drafts is told about a wrong parameter; the true reason is inside.
        if code == "rest_invalid_param"
            && let Some(details) = data["details"].as_object()
        {
            for detail in details.values() {
                if let Some(inner @ (401 | 403)) = detail["data"]["status"].as_u64() {
                    status = if inner == 401 { 401 } else { 403 };
                }
            }
        }
        let said = json.as_ref().map(|json| {
            let mut said = text::plain(json["message"].as_str().unwrap_or_default(), 300);
            let params: Vec<String> = json["data"]["params"]
                .as_object()
                .into_iter()
                .flatten()
                .filter_map(|(_, why)| why.as_str().map(|why| text::plain(why, 200)))
                .collect();
            if !params.is_empty() {
                said = format!("{said} {}", params.join(" "));
            }
            said
        });
        let (error, fate) = self.explain(status, &code, said.as_deref(), raw);
        Failure {
            error,
            fate,
            status,
            code,
            data,
            retry_after: http::retry_after(&raw.headers, crate::now()),
        }
    }

    fn explain(&self, status: u16, code: &str, said: Option<&str>, raw: &Raw) -> (Error, Fate) {
        let host = http::host_of(&self.base);
        let refused = |code: &'static str, message: String| (upstream(code, message, false), Fate::Undone);
        let says = said.map_or_else(String::new, |said| format!(" WordPress says: {said}"));
        match (status, said) {
            (300..=399, _) => {
                let target = raw
                    .headers
                    .get(LOCATION)
                    .and_then(|value| value.to_str().ok())
                    .unwrap_or("another address");
                refused(
                    "bad_request",
                    format!(
                        "{host} sends requests on to {}. Enter the address that the site really uses.",
                        text::plain(target, 200)
                    ),
                )
            }
            (401, Some(_)) => refused(
                "auth",
                format!(
                    "{host} did not accept the user name and application password. Make an application password in WordPress \
                     under Users, Profile (the password for signing in does not work here) and enter it with the name of that \
                     user. If both are right, the web server or a security plugin drops the Authorization header or has \
                     switched application passwords off; they also need https."
                ),
            ),
            (401 | 407, None) => refused(
                "auth",
                format!(
                    "The web server of {host} asks for a password of its own before WordPress is reached. Ask your host to \
                     leave the REST API (/wp-json/) out of that protection."
                ),
            ),
            (403, Some(_)) => refused("forbidden", forbidden(code, &says)),
            (403, None) => refused(
                "forbidden",
                format!(
                    "A firewall or security plugin of {host} turned the request away before WordPress saw it. Allow the REST \
                     API (/wp-json/) for this service."
                ),
            ),
            (404, Some(_)) if code == "rest_no_route" => refused(
                "not_wordpress",
                format!(
                    "The REST API of {host} does not offer what is needed; a plugin may have switched parts of it off."
                ),
            ),
            (404 | 410, Some(_)) => refused(
                "bad_request",
                format!("What was to be changed is no longer there.{says}"),
            ),
            (404 | 405 | 410, None) => (self.not_wordpress(), Fate::Undone),
            (413, _) => refused(
                "bad_request",
                format!("The article or picture is larger than the server of {host} accepts."),
            ),
            (408 | 425, _) => (
                upstream("unreachable", format!("{host} did not answer in time."), true),
                Fate::Unknown,
            ),
            (429, _) => (
                upstream(
                    "rate_limited",
                    format!("{host} gets too many requests at the moment and asks to wait."),
                    true,
                ),
                Fate::Undone,
            ),
            // WordPress answers 500 for a file whose type it does not allow, and for one it cannot
            // store; no retry mends that.
            (500.., Some(said)) if code.starts_with("rest_upload_") || said.contains("max_allowed_packet") => refused(
                "bad_request",
                format!("{host} cannot store this article or picture.{says}"),
            ),
            (503, _) if is_maintenance(raw) => (
                upstream(
                    "maintenance",
                    format!("{host} is being maintained at the moment. Try again in a few minutes."),
                    true,
                ),
                // WordPress says so before it looks at the request; a proxy that asks for patience
                // may have passed it on.
                if mentions_maintenance(raw) {
                    Fate::Undone
                } else {
                    Fate::Unknown
                },
            ),
            (500.., _) => {
                let body = String::from_utf8_lossy(&raw.body);
                let why = if body.contains("database connection") {
                    "it cannot reach its database"
                } else if matches!(status, 502 | 504 | 520..=527) {
                    "the server in front of WordPress got no answer from it"
                } else {
                    "WordPress or one of its plugins failed"
                };
                // Whoever stands in front does not know what those behind are still doing.
                let fate = if matches!(status, 502 | 504 | 520..=527) {
                    Fate::Pending
                } else {
                    Fate::Unknown
                };
                (
                    upstream(
                        "server_error",
                        format!("{host} answered with an error (status {status}): {why}.{says}"),
                        true,
                    ),
                    fate,
                )
            }
            _ => refused(
                "bad_request",
                format!("{host} did not accept the request (status {status}).{says}"),
            ),
        }
    }

    pub(super) fn not_wordpress(&self) -> Error {
        upstream(
            "not_wordpress",
            format!(
                "No WordPress REST API answers at {}. Check the address of the site; a security plugin may also have switched \
                 the REST API off.",
                self.base
            ),
            false,
        )
    }
}

fn forbidden(code: &str, says: &str) -> String {
    match code {
        "rest_cannot_publish" => {
            "The WordPress user may write drafts but not publish them. Publish as a draft, or give the user the role \
             Author or Editor."
                .to_owned()
        }
        "rest_cannot_edit" => {
            "The WordPress user may not change this, because it belongs to somebody else or is published. Give the user \
             the role Editor."
                .to_owned()
        }
        _ => format!("The WordPress user may not do this.{says}"),
    }
}

fn is_maintenance(raw: &Raw) -> bool {
    raw.headers.contains_key(RETRY_AFTER) || mentions_maintenance(raw)
}

fn mentions_maintenance(raw: &Raw) -> bool {
    String::from_utf8_lossy(&raw.body)
        .to_ascii_lowercase()
        .contains("maintenance")
}

/// The JSON of an answer. Plugins and PHP itself print warnings in front of it.
fn json_in(body: &[u8]) -> Option<Value> {
    /// Places where JSON may begin; enough for many warnings, few enough for a long page.
    const PLACES: usize = 50;
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    let fit = |text: &str| {
        serde_json::from_str::<Value>(text)
            .ok()
            .filter(|json| json.is_object() || json.is_array())
    };
    fit(text).or_else(|| {
        text.match_indices(['{', '['])
            .take(PLACES)
            .find_map(|(at, _)| fit(&text[at..]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_found_behind_warnings() {
        let noisy = b"\xEF\xBB\xBF<br />\n<b>Warning</b>: Undefined array key [x] in /a.php\n{\"id\":7}";
        assert_eq!(json_in(noisy), Some(serde_json::json!({"id": 7})));
        assert_eq!(json_in(b"<!doctype html><p>{not json}</p>"), None);
        assert_eq!(json_in(b"\"text\""), None);
        assert_eq!(json_in(b""), None);
    }
}
