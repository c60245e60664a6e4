//! A picture that somebody tried out; never charged.
use crate::{AccountId, ImageTestId, UserId, provider_setting::Provider};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far a tried-out picture is.
    ImageTestStatus {
        /// Waiting for a worker.
        Queued = "queued" / "Waiting",
        /// Being made.
        Running = "running" / "Being made",
        /// Made.
        Done = "done" / "Made",
        /// Not made.
        Failed = "failed" / "Failed",
    }
}

/// A picture that somebody tried out; never charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "image_tests")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ImageTest))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: ImageTestId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Who tried it.
    pub user_id: Option<UserId>,
    /// Who makes it.
    pub provider: Provider,
    /// With which model.
    pub model: String,
    /// Width that was asked for, in pixels.
    pub width: i32,
    /// Height that was asked for, in pixels.
    pub height: i32,
    /// What it shows.
    pub prompt: String,
    /// How far it is.
    pub status: ImageTestStatus,
    /// The worker that has it.
    #[serde(skip)]
    pub worker: Option<String>,
    /// Its file in the storage.
    #[serde(skip)]
    pub storage_key: Option<String>,
    /// Its type, such as `image/png`.
    pub mime_type: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<i64>,
    /// What the provider takes, in millionths of a US dollar; empty when unknown.
    pub cost_usd_micros: Option<i64>,
    /// Why it failed.
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Deleted by a person; the row is kept while it counts for its day.
    #[serde(skip)]
    pub deleted_at: Option<DateTime<Utc>>,
}

orm_model!();

impl ImageTestStatus {
    /// Nothing more will happen.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

/// A picture to try out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ImageTestInput))]
pub struct Input {
    /// Who makes it.
    pub provider: Provider,
    /// With which model; empty takes the connection's.
    #[serde(default)]
    pub model: String,
    /// Width in pixels, 256 to 2,048.
    pub width: i32,
    /// Height in pixels, 256 to 2,048.
    pub height: i32,
    /// What it shows.
    pub prompt: String,
}

/// Somebody who can make pictures for the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ImageMaker))]
pub struct Maker {
    /// Who.
    pub provider: Provider,
    /// With which model unless told; empty when one must be named.
    pub model: String,
}

/// What was tried out lately, and what can still be tried today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ImageTests))]
pub struct History {
    /// The latest, newest first.
    pub tests: Vec<Model>,
    /// Who can be asked.
    pub makers: Vec<Maker>,
    /// Pictures tried out today.
    pub used_today: i64,
    /// Pictures a day.
    pub limit: i64,
    /// When the day's count starts again.
    pub resets_at: DateTime<Utc>,
}
