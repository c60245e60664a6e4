//! A mail on its way out. Server only.
use crate::{AccountId, MailId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far a mail is.
    MailStatus {
        /// To be sent.
        Queued = "queued" / "Queued",
        /// Taken by the mail server.
        Sent = "sent" / "Sent",
        /// Given up.
        Failed = "failed" / "Failed",
    }
}

/// A mail on its way out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveEntityModel), sea_orm(table_name = "mails"))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Mail))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: MailId,
    /// The account it is about.
    pub account_id: Option<AccountId>,
    /// Where it goes.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// Its text, sealed; empty once it was sent.
    pub body: String,
    /// How far it is.
    pub status: MailStatus,
    /// Times it was tried.
    pub attempts: i32,
    /// Why the last try failed.
    pub error: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last tried.
    pub updated_at: DateTime<Utc>,
}

orm_model!();
