//! The error that crosses the wire, the same through both doors.

use serde::{Deserialize, Serialize};
use server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};

/// What is wrong with one field of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field's name as in the API.
    pub field: String,
    /// A sentence for the person who filled it in.
    pub message: String,
}

/// A failed request as its sender sees it. Internals never reach it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[error("{message}")]
pub struct ApiError {
    /// Stable snake_case name of the kind of failure, for programs.
    pub code: String,
    /// A sentence for a person.
    pub message: String,
    /// Faults by field; empty unless the input was invalid.
    #[serde(default)]
    pub fields: Vec<FieldError>,
    /// Names the request in the server's log.
    #[serde(default)]
    pub request_id: String,
    /// Credits needed, when there were too few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<i64>,
    /// Credits there are, when there were too few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub have: Option<i64>,
    /// What is about the same thing, when a topic is there already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<crate::topic::Near>,
}

impl ApiError {
    /// An error with a code and a message and nothing else.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            fields: Vec::new(),
            request_id: String::new(),
            need: None,
            have: None,
            near: Vec::new(),
        }
    }

    /// The message for `field`, if that field was at fault.
    pub fn field(&self, field: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|fault| fault.field == field)
            .map(|fault| fault.message.as_str())
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(value: ServerFnErrorErr) -> Self {
        match value {
            ServerFnErrorErr::Request(_) => Self::new(
                "network",
                "The server could not be reached. Check your connection and try again.",
            ),
            ServerFnErrorErr::Args(text) | ServerFnErrorErr::MissingArg(text) => {
                Self::new("bad_request", format!("The request could not be read: {text}"))
            }
            _ => Self::new("internal", "Something went wrong. Try again in a moment."),
        }
    }
}
