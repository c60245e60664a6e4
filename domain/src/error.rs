//! What can go wrong, as the rules see it.
//!
//! Services return these; the doors turn them into [`entity::ApiError`] and a status. Texts are
//! sentences for the person at the other end. What they must not see stays in [`Error::Internal`]
//! and [`Error::Db`], which are logged at the door and answered in general terms.

use entity::{ApiError, FieldError};

/// Result of a service.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a service refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 422: the input is at fault, field by field.
    #[error("{message}")]
    Invalid {
        /// What is wrong as a whole.
        message: String,
        /// What is wrong field by field.
        fields: Vec<FieldError>,
    },
    /// 401: nobody is signed in, or not with these credentials.
    #[error("{0}")]
    Unauthenticated(String),
    /// 404: there is no such thing, or none that the caller may know of.
    #[error("{0} was not found.")]
    NotFound(&'static str),
    /// 403: known, but not allowed.
    #[error("{0}")]
    Forbidden(String),
    /// 409: the state of things has moved on.
    #[error("{0}")]
    Conflict(String),
    /// 409: the site has this topic already; the caller may insist.
    #[error("You have this topic already: {}.", .0.first().map_or("", |near| near.title.as_str()))]
    Duplicate(Vec<entity::topic::Near>),
    /// 409: somebody stopped the work.
    #[error("The work was stopped.")]
    Cancelled,
    /// 403: a limit of the plan.
    #[error("{0}")]
    LimitReached(String),
    /// 413: the body is longer than we take.
    #[error("{0}")]
    TooLarge(String),
    /// 412: the thing is no longer what the caller took it for.
    #[error("{0}")]
    Changed(String),
    /// 429: too many requests or too many wrong guesses.
    #[error("{message}")]
    TooMany {
        /// What is wrong, for a person.
        message: String,
        /// Seconds to wait.
        retry_after: u64,
    },
    /// 402: not enough credits; nothing was started.
    #[error("This needs {need} credits and {have} are available. Nothing was started.")]
    InsufficientCredits {
        /// Credits needed.
        need: i64,
        /// Credits available.
        have: i64,
    },
    /// 502: another server failed.
    #[error("{message}")]
    Upstream {
        /// Who failed.
        provider: String,
        /// Stable name of the failure, such as `auth`, `quota`, `network`, `model`, `bad_answer`.
        code: &'static str,
        /// What is wrong, for a person.
        message: String,
        /// Trying again later may help.
        retryable: bool,
    },
    /// 500: the database.
    #[error("the database failed: {0}")]
    Db(#[from] sea_orm::DbErr),
    /// 500: a fault of ours.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// One field is at fault.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::Invalid {
            message: message.clone(),
            fields: vec![FieldError {
                field: field.to_owned(),
                message,
            }],
        }
    }

    /// A fault of ours or of the machine's, told to the log only.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }

    /// HTTP status of this failure.
    pub fn status(&self) -> u16 {
        match self {
            Self::Invalid { .. } => 422,
            Self::Unauthenticated(_) => 401,
            Self::NotFound(_) => 404,
            Self::Forbidden(_) | Self::LimitReached(_) => 403,
            Self::Conflict(_) | Self::Duplicate(_) | Self::Cancelled => 409,
            Self::InsufficientCredits { .. } => 402,
            Self::Changed(_) => 412,
            Self::TooLarge(_) => 413,
            Self::TooMany { .. } => 429,
            Self::Upstream { .. } => 502,
            Self::Db(_) | Self::Internal(_) => 500,
        }
    }

    /// Stable snake_case name of this failure.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "invalid",
            Self::Unauthenticated(_) => "unauthenticated",
            Self::NotFound(_) => "not_found",
            Self::Forbidden(_) => "forbidden",
            Self::Conflict(_) => "conflict",
            Self::Duplicate(_) => "duplicate_topic",
            Self::Cancelled => "cancelled",
            Self::LimitReached(_) => "limit_reached",
            Self::InsufficientCredits { .. } => "insufficient_credits",
            Self::Changed(_) => "precondition_failed",
            Self::TooLarge(_) => "too_large",
            Self::TooMany { .. } => "too_many_requests",
            Self::Upstream { code, .. } => code,
            Self::Db(_) | Self::Internal(_) => "internal",
        }
    }

    /// What a person may read of it.
    pub fn public_message(&self) -> String {
        match self {
            Self::Db(_) | Self::Internal(_) => "Something went wrong on our side. Try again in a moment.".to_owned(),
            other => other.to_string(),
        }
    }

    /// The wire form; logs what the wire does not tell.
    pub fn into_api(self, request_id: &str) -> ApiError {
        if let Self::Db(_) | Self::Internal(_) = &self {
            tracing::error!(request_id, error = %self, "request failed");
        }
        let mut api = ApiError::new(self.code(), self.public_message());
        api.request_id = request_id.to_owned();
        match self {
            Self::Invalid { fields, .. } => api.fields = fields,
            Self::InsufficientCredits { need, have } => {
                api.need = Some(need);
                api.have = Some(have);
            }
            Self::Duplicate(near) => api.near = near,
            _ => {}
        }
        api
    }

    /// The database refused a row because another one has its key.
    pub fn is_unique_violation(error: &sea_orm::DbErr) -> bool {
        matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::internal(error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

/// Collects faults by field, so that a person sees all of them at once.
#[derive(Default)]
pub struct Faults(Vec<FieldError>);

impl Faults {
    /// Nothing wrong yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a fault unless `fine`.
    pub fn check(&mut self, fine: bool, field: &str, message: impl Into<String>) -> &mut Self {
        if !fine {
            self.0.push(FieldError {
                field: field.to_owned(),
                message: message.into(),
            });
        }
        self
    }

    /// `Ok` when nothing was wrong.
    pub fn finish(self) -> Result<()> {
        match self.0.first() {
            None => Ok(()),
            Some(first) => Err(Error::Invalid {
                message: first.message.clone(),
                fields: self.0,
            }),
        }
    }
}
