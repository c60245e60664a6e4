//! When the keywords of a site were last scored.
use crate::{AccountId, SiteId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// When the keywords of a site were last scored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "score_runs")
)]
pub struct Model {
    /// The site.
    #[cfg_attr(feature = "orm", sea_orm(primary_key, auto_increment = false))]
    pub site_id: SiteId,
    /// Whose it is.
    pub account_id: AccountId,
    /// When somebody last asked for it.
    pub asked_at: Option<DateTime<Utc>>,
    /// When it was last done.
    pub finished_at: Option<DateTime<Utc>>,
}

orm_model!();
