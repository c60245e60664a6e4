//! Who answers AI functions: the common face of all providers.

use std::{fmt, time::Duration};

use entity::provider_setting::Provider as Kind;

use crate::{Error, Result, http::Http};

mod answer;
mod anthropic;
mod openai;
mod runware;
mod transport;

/// A question to a text model.
#[derive(Clone, Debug)]
pub struct TextRequest {
    /// Rules of the answer.
    pub system: String,
    /// The question.
    pub user: String,
    /// Name of the schema.
    pub schema_name: &'static str,
    /// JSON schema that the answer must follow.
    pub schema: serde_json::Value,
    /// Most tokens of the answer.
    pub max_tokens: u32,
    /// How freely the model chooses its words, 0 to 2; empty leaves it to the provider.
    pub temperature: Option<f32>,
}

/// A picture to make.
#[derive(Clone, Debug)]
pub struct ImageRequest {
    /// What it shows.
    pub prompt: String,
    /// Width in pixels; a provider takes what it knows that comes nearest.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// Tokens that a call used; 0 when the provider does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens sent.
    pub tokens_in: i64,
    /// Tokens received.
    pub tokens_out: i64,
    /// What the provider says it takes, in millionths of a US dollar; most do not say.
    pub cost_usd_micros: Option<i64>,
}

/// A text model's answer, already JSON.
#[derive(Clone, Debug)]
pub struct TextAnswer {
    /// The answer; it follows the request's schema.
    pub json: serde_json::Value,
    /// Tokens used.
    pub usage: Usage,
    /// The model that answered.
    pub model: String,
}

/// A picture.
#[derive(Clone, Debug)]
pub struct ImageAnswer {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its type by its own first bytes, such as `image/png`.
    pub mime_type: &'static str,
    /// Tokens used.
    pub usage: Usage,
    /// The model that answered.
    pub model: String,
}

/// A server that answers.
#[async_trait::async_trait]
pub trait Provider: Send + Sync {
    /// Which kind it is, for the usage log.
    fn kind(&self) -> Kind;
    /// What a person calls it: the provider's name, or the host of a server of one's own.
    fn name(&self) -> String;
    /// Asks for JSON that follows the request's schema.
    ///
    /// # Errors
    /// [`crate::Error::Upstream`] once retries are used up, or at once for what no retry mends.
    async fn text(&self, request: &TextRequest) -> Result<TextAnswer>;
    /// Asks for a picture.
    ///
    /// # Errors
    /// As [`Provider::text`].
    async fn image(&self, request: &ImageRequest) -> Result<ImageAnswer>;
    /// Whether the server answers, takes the key and has the models; a sentence for the person who asked.
    ///
    /// # Errors
    /// [`crate::Error::Upstream`] that names what is in the way.
    async fn test(&self) -> Result<String>;
}

/// What a connection needs.
#[derive(Clone)]
pub struct Connection {
    /// To whom.
    pub kind: Kind,
    /// Address of the interface; empty is the provider's own.
    pub base_url: String,
    /// The key; empty is not sent.
    pub key: String,
    /// Model for text.
    pub model: String,
    /// Model for pictures.
    pub image_model: String,
}

impl fmt::Debug for Connection {
    /// Without the key: what is shown for debugging ends up in logs.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Connection")
            .field("kind", &self.kind)
            .field("base_url", &self.base_url)
            .field("model", &self.model)
            .field("image_model", &self.image_model)
            .finish_non_exhaustive()
    }
}

/// How patiently a provider is asked, for those who cannot wait as long as usual.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// Unit of the waits between tries.
    pub backoff_unit: Option<Duration>,
    /// One time-out for calls of every kind.
    pub timeout: Option<Duration>,
}

/// Makes ready to ask a provider. Nothing is sent yet.
///
/// # Errors
/// [`Error::Upstream`] for settings that cannot work, [`Error::Internal`] for the built-in engine, which is nobody to
/// connect to.
pub fn connect(http: Http, to: &Connection) -> Result<Box<dyn Provider>> {
    connect_at(http, to, Pace::default())
}

/// As [`connect`], at another pace.
///
/// # Errors
/// As [`connect`].
pub fn connect_at(http: Http, to: &Connection, pace: Pace) -> Result<Box<dyn Provider>> {
    Ok(match to.kind {
        Kind::Openai | Kind::OpenaiCompatible => Box::new(openai::OpenAi::new(http, to, pace)?),
        Kind::Anthropic => Box::new(anthropic::Anthropic::new(http, to, pace)?),
        Kind::Runware => Box::new(runware::Runware::new(http, to, pace)?),
        Kind::Builtin => return Err(Error::Internal(format!("there is no connection to {}", to.kind))),
    })
}

/// The tokens of an answer, under whichever names it counts them.
fn usage(answer: &serde_json::Value) -> Usage {
    let count = |names: [&str; 2]| {
        let told = names.iter().find_map(|name| answer["usage"][*name].as_i64());
        told.unwrap_or(0).max(0)
    };
    Usage {
        tokens_in: count(["prompt_tokens", "input_tokens"]),
        tokens_out: count(["completion_tokens", "output_tokens"]),
        cost_usd_micros: None,
    }
}

/// A number as a person would write it: 0.7, where the nearest `f32` is 0.699999988079071.
fn plain_number(number: f32) -> serde_json::Value {
    serde_json::json!((f64::from(number) * 100.0).round() / 100.0)
}
