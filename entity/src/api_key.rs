//! A key that lets a program act for a person.
use crate::{AccountId, ApiKeyId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a key opens, never more than its person may do.
    KeyScope {
        /// Read everything that the person may read.
        Read = "read" / "Read",
        /// Change plans and texts; nothing that spends credits or publishes.
        Write = "write" / "Write",
        /// Start work that spends credits.
        Generate = "generate" / "Spend credits",
        /// Send articles to the sites.
        Publish = "publish" / "Publish",
        /// Manage people, sites and settings, as far as the person may.
        Admin = "admin" / "Manage the account",
    }
}

/// A key that lets a program act for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "api_keys")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ApiKey))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: ApiKeyId,
    /// The account it opens.
    pub account_id: AccountId,
    /// The person it acts for.
    pub user_id: UserId,
    /// What it is for.
    pub name: String,
    /// Its first characters, to tell keys apart.
    pub prefix: String,
    /// Hash of the whole key. Never leaves the server.
    #[serde(skip)]
    pub key_hash: String,
    /// Names of its scopes, with blanks between them.
    pub scopes: String,
    /// It works until then; without it, until it is revoked.
    pub expires_at: Option<DateTime<Utc>>,
    /// When a program last used it, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

orm_model!();

impl Model {
    /// What it opens.
    pub fn key_scopes(&self) -> Vec<KeyScope> {
        self.scopes
            .split_whitespace()
            .filter_map(|name| name.parse().ok())
            .collect()
    }
}

/// A key to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewApiKey {
    /// What it is for.
    pub name: String,
    /// What it opens; at least one.
    pub scopes: Vec<KeyScope>,
    /// Days until it ends, 1 to 3,650; without it the key does not end.
    #[serde(default)]
    pub expires_in_days: Option<i32>,
}

/// A key just made: the only time that it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ApiKeyMade))]
pub struct Made {
    /// The key's row.
    pub api_key: Model,
    /// The key itself.
    pub key: String,
}
