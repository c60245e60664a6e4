//! Who answers AI functions: the common face of all providers.

use entity::provider_setting::Provider as Kind;

use crate::{Error, Result, http::Http};

pub mod openai;

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
#[derive(Clone, Debug)]
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

/// Makes ready to ask a provider. Nothing is sent yet.
///
/// # Errors
/// [`Error::Upstream`] for settings that cannot work, [`Error::Internal`] for the built-in engine, which is nobody to
/// connect to.
pub fn connect(http: Http, to: &Connection) -> Result<Box<dyn Provider>> {
    let base = if to.base_url.is_empty() {
        to.kind.home().unwrap_or_default()
    } else {
        &to.base_url
    };
    match to.kind {
        Kind::Openai | Kind::OpenaiCompatible => {
            let made = openai::OpenAi::new(http, base, &to.key, &to.model, &to.image_model)?;
            Ok(Box::new(made))
        }
        Kind::Anthropic | Kind::Runware | Kind::Builtin => {
            Err(Error::Internal(format!("there is no connection to {}", to.kind)))
        }
    }
}
