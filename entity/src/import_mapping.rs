//! Columns that a person chose for files of one header, taken again for the next such file.
use crate::{AccountId, ImportMappingId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Columns that a person chose for files of one header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "import_mappings")
)]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: ImportMappingId,
    /// Whose choice it is.
    pub account_id: AccountId,
    /// Hash of the header's names: see `engine::import::header_key`.
    pub header_hash: String,
    /// The columns as JSON (`engine::import::Mapping`).
    pub mapping: String,
    /// When it was chosen.
    pub updated_at: DateTime<Utc>,
}

orm_model!();
