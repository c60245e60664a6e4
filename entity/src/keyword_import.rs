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
        /// All keywords are new and every row is good, or nothing is imported.
        Fail = "fail" / "All or nothing",
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
        /// What it did is being taken back.
        Undoing = "undoing" / "Being undone",
        /// What it did was taken back.
        Undone = "undone" / "Undone",
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
    /// Market of rows that name none, ISO code in lower case.
    pub country: Option<String>,
    /// The sheet of a workbook, or the file of an archive, that is read.
    pub sheet: Option<String>,
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
    /// Nothing speaks against importing all of it (all or nothing).
    pub checked: bool,
    /// When it was undone.
    pub undone_at: Option<DateTime<Utc>>,
    /// Keywords that the undo took away.
    pub removed: i64,
    /// Keywords that have their former figures again.
    pub restored: i64,
    /// Keywords that the undo left because somebody works with them.
    pub kept: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

impl ImportStatus {
    /// Nothing more will happen.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled | Self::Undone)
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
    /// Market of rows that name none, ISO code in lower case.
    #[serde(default)]
    pub country: Option<String>,
    /// The sheet of a workbook, or the file of an archive; absent finds the one with the keywords.
    #[serde(default)]
    pub sheet: Option<String>,
    /// The file's name.
    pub file_name: String,
    /// The file's size.
    pub size_bytes: i64,
    /// Column mapping as JSON; absent lets the reader guess.
    pub mapping: Option<String>,
    /// What happens to keywords that exist.
    pub mode: ImportMode,
}

impl Model {
    /// Whether there is anything that could be undone.
    pub fn can_be_undone(&self) -> bool {
        let ended = matches!(
            self.status,
            ImportStatus::Completed | ImportStatus::Failed | ImportStatus::Cancelled
        );
        ended && self.undone_at.is_none() && self.added + self.updated > 0
    }
}

/// A table inside a workbook or an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unpacked {
    /// Its sheets or files that can be read, in their order.
    pub sheets: Vec<String>,
    /// The one that was taken.
    pub sheet: String,
    /// Its beginning as text.
    pub head: String,
    /// The beginning is all of it.
    pub complete: bool,
    /// Market that the archive tells, ISO code in lower case.
    pub country: Option<String>,
    /// The days that the archive is about, in its own words.
    pub period: Option<String>,
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
