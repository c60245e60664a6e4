//! One imported keyword file: its progress and its result.
use crate::{AccountId, KeywordImportId, SectorId, SiteId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What happens to keywords that exist.
    ImportMode {
        /// Existing keywords stay as they are.
        Skip = "skip" / "Keep what is there",
        /// Existing keywords take the file's figures.
        Update = "update" / "Update figures",
    }
}

text_enum! {
    /// What a file holds.
    ImportKind {
        /// Keywords to work on.
        Keywords = "keywords" / "My keywords",
        /// Keywords that a competitor is found for.
        Competitor = "competitor" / "A competitor's keywords",
        /// What search engines show: keyword, address, position.
        Serp = "serp" / "Search results",
    }
}

text_enum! {
    /// How far an import is.
    ImportStatus {
        /// The file is arriving.
        Uploading = "uploading" / "Uploading",
        /// Waiting for a worker.
        Queued = "queued" / "Waiting",
        /// Rows are being read.
        Running = "running" / "Importing",
        /// All rows were read.
        Completed = "completed" / "Completed",
        /// The file could not be read.
        Failed = "failed" / "Failed",
        /// Stopped by a person.
        Cancelled = "cancelled" / "Cancelled",
    }
}

/// One imported keyword file: its progress and its result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "keyword_imports")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = KeywordImport))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: KeywordImportId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// The sector it belongs to.
    pub sector_id: SectorId,
    /// Who imported it.
    pub user_id: Option<UserId>,
    /// What the file holds.
    pub kind: ImportKind,
    /// Domain of the competitor whose keywords these are.
    pub competitor: Option<String>,
    /// The file's name.
    pub file_name: String,
    /// Announced size of the file.
    pub size_bytes: i64,
    /// Bytes that have arrived.
    pub received_bytes: i64,
    /// Column mapping as JSON (`engine::import::Mapping`); empty lets the reader guess.
    pub mapping: Option<String>,
    /// What happens to keywords that exist.
    pub mode: ImportMode,
    /// How far it is.
    pub status: ImportStatus,
    /// The tool the file came from, as recognised.
    pub dialect: String,
    /// Records read so far; where a restarted import goes on.
    pub records_done: i64,
    /// Keywords added.
    pub added: i64,
    /// Keywords that existed or came twice.
    pub duplicates: i64,
    /// Keywords that got new figures.
    pub updated: i64,
    /// Rows refused.
    pub rejected: i64,
    /// Rows that hold no keyword by their nature, such as summaries.
    pub skipped: i64,
    /// Bytes read of the file.
    pub bytes_done: i64,
    /// Why the whole file failed.
    pub error: Option<String>,
    /// Somebody asked to stop.
    pub cancel_requested: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

impl ImportStatus {
    /// Nothing more will happen.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// The announcement of a file to import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewImport {
    /// The sector that takes the keywords.
    pub sector_id: SectorId,
    /// What the file holds.
    pub kind: ImportKind,
    /// Domain of the competitor, for a competitor's keywords.
    pub competitor: Option<String>,
    /// The file's name.
    pub file_name: String,
    /// The file's size.
    pub size_bytes: i64,
    /// Column mapping as JSON; absent lets the reader guess.
    pub mapping: Option<String>,
    /// What happens to keywords that exist.
    pub mode: ImportMode,
}

/// One refused row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RejectedRow {
    /// 1-based line of the file.
    pub line: u64,
    /// The row as it stood, cut at 200 characters.
    pub raw: String,
    /// Why it was refused.
    pub reason: String,
}

/// An import with the first of its refused rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Progress and result.
    pub import: Model,
    /// The first refused rows, at most 50; the download has all.
    pub rejects: Vec<RejectedRow>,
}
