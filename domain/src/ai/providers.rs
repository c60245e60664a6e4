//! Who answers AI functions: the common face of all providers.

use crate::Result;

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
}

/// Tokens that a call used; 0 when the provider does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens sent.
    pub tokens_in: i64,
    /// Tokens received.
    pub tokens_out: i64,
}

/// A text model's answer, already JSON.
#[derive(Clone, Debug)]
pub struct TextAnswer {
    /// The answer; its shape has been checked by nobody but the provider.
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
    /// Name in the usage log.
    fn name(&self) -> &'static str;
    /// Asks for JSON that follows the request's schema.
    ///
    /// # Errors
    /// [`crate::Error::Upstream`] once retries are used up, or at once for what no retry mends.
    async fn text(&self, request: &TextRequest) -> Result<TextAnswer>;
    /// Asks for a picture of 1536 x 1024 pixels or what comes nearest.
    ///
    /// # Errors
    /// As [`Provider::text`].
    async fn image(&self, prompt: &str) -> Result<ImageAnswer>;
}
