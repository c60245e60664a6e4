//! Posts and pictures on a WordPress site, over its REST API.
//!
//! WordPress knows no idempotency keys: two equal requests make two posts. So everything sent
//! carries a marker of ours, whatever may be there already is looked up by it before anything is
//! created, and a creation whose answer got lost is never repeated blindly. See `posts` for how.

use std::time::Duration;

use base64::Engine;
use reqwest::header::HeaderValue;
use serde_json::Value;
use tokio::sync::OnceCell;
use url::Url;

use crate::error::{Error, Result};
use crate::http::{Backoff, Http};

mod discovery;
mod media;
mod posts;
mod terms;
mod text;
mod transport;

pub use posts::without_marker;

/// Name of this publisher in errors.
pub const PROVIDER: &str = "WordPress";

const BACKOFF_UNIT: Duration = Duration::from_millis(500);

/// A WordPress site and the user we are on it.
pub struct WordPress {
    http: Http,
    base: Url,
    authorization: HeaderValue,
    backoff: Backoff,
    /// For tests only: replaces the time-outs of all requests.
    timeout: Option<Duration>,
    root: OnceCell<Url>,
}

/// What a connection test finds out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Where the REST API lives.
    pub root: Url,
    /// Name of the user as the site shows it.
    pub user_name: String,
    /// The user's roles, such as `editor`.
    pub roles: Vec<String>,
    /// May publish; without it only drafts can be made.
    pub can_publish: bool,
    /// May upload pictures.
    pub can_upload: bool,
    /// WordPress stores this user's HTML as it is; without it scripts, styles, frames and forms are
    /// taken out while the text inside them stays.
    pub unfiltered_html: bool,
    /// Name of the site.
    pub site_name: String,
}

/// A post as it should be.
#[derive(Clone, Debug, Default)]
pub struct Post {
    /// Our stable public id: ASCII letters, digits, `_` and single `-`.
    pub marker: String,
    /// Title, plain text.
    pub title: String,
    /// Content.
    pub html: String,
    /// Excerpt; empty lets WordPress make one.
    pub excerpt: String,
    /// Last part of the address; empty lets WordPress make one.
    pub slug: String,
    /// `publish` or `draft`.
    pub status: String,
    /// Categories by name.
    pub categories: Vec<String>,
    /// Tags by name.
    pub tags: Vec<String>,
    /// The picture above the post, by its id on the site; `None` leaves what is there.
    pub featured_media: Option<i64>,
}

/// A post as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Id on the site.
    pub id: i64,
    /// Address.
    pub url: String,
    /// Status that WordPress gave it.
    pub status: String,
    /// Content as stored, with our marker; see [`without_marker`].
    pub content_raw: String,
    /// What was left out or turned out otherwise, in sentences for an editor.
    pub notes: Vec<String>,
}

/// A picture for the site's library.
#[derive(Clone, Debug, Default)]
pub struct Media {
    /// Our stable public id, as in [`Post::marker`].
    pub marker: String,
    /// Its name here; only its ending is used, and only when the type is unknown.
    pub file_name: String,
    /// Such as `image/png`.
    pub mime_type: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// Text for those who cannot see it.
    pub alt_text: String,
    /// Title in the library.
    pub title: String,
}

/// A picture in the site's library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteMedia {
    /// Id on the site.
    pub id: i64,
    /// Address of the file.
    pub url: String,
}

impl WordPress {
    /// `base_url` is the address of the site as a person types it; `password` is an application
    /// password, with or without its spaces.
    ///
    /// # Errors
    /// [`Error::Upstream`] with `bad_request` for an address that is none, `private_address`, or
    /// `auth` for empty credentials.
    pub fn new(http: Http, base_url: &str, username: &str, password: &str) -> Result<Self> {
        let base = discovery::base_of(base_url)?;
        http.check_url(&base)?;
        let (username, password) = (username.trim(), password.trim());
        if username.is_empty() || password.is_empty() {
            return Err(upstream(
                "auth",
                "Enter a WordPress user name and an application password of that user.",
                false,
            ));
        }
        let token = base64::engine::general_purpose::STANDARD.encode(format!("{username}:{password}"));
        let mut authorization = HeaderValue::try_from(format!("Basic {token}")).map_err(Error::internal)?;
        authorization.set_sensitive(true);
        Ok(Self {
            http,
            base,
            authorization,
            backoff: Backoff::new(BACKOFF_UNIT),
            timeout: None,
            root: OnceCell::new(),
        })
    }

    /// The unit of the waits between tries; half a second unless told otherwise.
    #[must_use]
    pub fn with_backoff_unit(mut self, unit: Duration) -> Self {
        self.backoff = Backoff::new(unit);
        self
    }

    /// One time-out for requests of every kind.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Finds the API, signs in and reads what the user may do. Changes nothing on the site.
    ///
    /// # Errors
    /// [`Error::Upstream`] that names what is in the way.
    pub async fn test(&self) -> Result<Connection> {
        let root = self.root().await?.clone();
        // The one question that only a signed-in user gets answered: public ones are answered
        // whatever the credentials.
        let me = self.read("wp/v2/users/me", &[("context", "edit")]).await?.json;
        if me["id"].as_i64().is_none() {
            return Err(self.not_wordpress());
        }
        let can = |name: &str| truthy(&me["capabilities"][name]);
        let connection = Connection {
            user_name: text::plain(me["name"].as_str().unwrap_or_default(), 200),
            roles: strings(&me["roles"]),
            can_publish: can("publish_posts"),
            can_upload: can("upload_files"),
            unfiltered_html: can("unfiltered_html"),
            site_name: String::new(),
            root,
        };
        // Only for show, so a site that hides its index is still connected.
        let index = self.read("", &[("_fields", "name")]).await;
        let name = index
            .ok()
            .and_then(|reply| reply.json["name"].as_str().map(|name| text::plain(name, 200)));
        Ok(Connection {
            site_name: name.unwrap_or_default(),
            ..connection
        })
    }
}

fn upstream(code: &'static str, message: impl Into<String>, retryable: bool) -> Error {
    Error::Upstream {
        provider: PROVIDER.to_owned(),
        code,
        message: message.into(),
        retryable,
    }
}

/// A marker travels in comments, searches and file names, and must come back from each unchanged:
/// WordPress folds double hyphens in comments and file names and cuts hyphens off their ends.
fn check_marker(marker: &str) -> Result<()> {
    let fine = !marker.is_empty()
        && marker.len() <= 100
        && marker
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && !marker.contains("--")
        && !marker.starts_with('-')
        && !marker.ends_with('-');
    if fine {
        Ok(())
    } else {
        Err(Error::Internal(format!("unfit as a marker: {marker:?}")))
    }
}

fn truthy(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::Number(value) => value.as_i64() != Some(0),
        Value::String(value) => !matches!(value.as_str(), "" | "0"),
        _ => false,
    }
}

/// The strings of a list; PHP turns a list with gaps into an object.
fn strings(value: &Value) -> Vec<String> {
    let own = |value: &Value| value.as_str().map(str::to_owned);
    match value {
        Value::Array(items) => items.iter().filter_map(own).collect(),
        Value::Object(items) => items.values().filter_map(own).collect(),
        _ => Vec::new(),
    }
}
