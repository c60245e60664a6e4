//! A connection of a site to a platform.
use crate::{AccountId, IntegrationId, SiteId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Where content can be published.
    Platform {
        /// WordPress by its REST interface.
        Wordpress = "wordpress" / "WordPress",
    }
}

text_enum! {
    /// What the last test of a connection said.
    ConnectionStatus {
        /// Never tested.
        Untested = "untested" / "Not tested",
        /// Works.
        Connected = "connected" / "Connected",
        /// Does not work.
        Failed = "failed" / "Not working",
    }
}

/// A connection of a site to a platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "integrations")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Integration))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: IntegrationId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// The platform.
    pub platform: Platform,
    /// Name as people see it.
    pub name: String,
    /// Address of the platform.
    pub base_url: String,
    /// Who signs in there.
    pub username: String,
    /// Encrypted; never leaves the server.
    #[serde(skip)]
    pub credentials: String,
    /// False once switched off.
    pub is_active: bool,
    /// What the last test said.
    pub status: ConnectionStatus,
    /// What was wrong at the last test.
    pub last_error: Option<String>,
    /// When it was last tested.
    pub last_tested_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// A WordPress connection to make or change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NewIntegration))]
pub struct New {
    /// The site.
    pub site_id: SiteId,
    /// Name as people see it; the host when empty.
    #[serde(default)]
    pub name: String,
    /// Address of the WordPress site.
    pub base_url: String,
    /// User name there.
    pub username: String,
    /// Application password; an empty one keeps what is stored.
    #[serde(default)]
    pub password: String,
}

/// What a test of a connection found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestResult {
    /// It works.
    pub ok: bool,
    /// What is so, in a sentence.
    pub message: String,
    /// What to do about it, when it does not work.
    pub advice: Option<String>,
}
