//! A person (or a bot) of one account.
use crate::{AccountId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a person may do.
    Role {
        /// Operates the installation.
        Developer = "developer" / "Developer",
        /// Owns the account.
        Owner = "owner" / "Owner",
        /// Manages people, sites and billing.
        Admin = "admin" / "Admin",
        /// Works on the sites granted.
        Editor = "editor" / "Editor",
        /// Reads the sites granted.
        Viewer = "viewer" / "Viewer",
        /// Acts for the system.
        SystemBot = "system_bot" / "System",
    }
}

/// A person (or a bot) of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveEntityModel), sea_orm(table_name = "users"))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = User))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: UserId,
    /// Address, unique in the installation, lower case.
    pub email: String,
    /// The account the person belongs to.
    pub account_id: AccountId,
    /// What the person may do.
    pub role: Role,
    /// Name as people see it; may be empty.
    pub name: String,
    /// Argon2id, PHC format. Never leaves the server.
    #[serde(skip)]
    pub password_hash: String,
    /// False once deactivated: cannot sign in.
    pub is_active: bool,
    /// Last successful sign-in.
    pub last_login_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// What a newcomer fills in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignUp {
    /// Address to sign in with.
    pub email: String,
    /// At least 10 characters.
    pub password: String,
    /// Name of the account; made from the address when empty.
    #[serde(default)]
    pub account_name: Option<String>,
}

/// Who is signed in, with all that the shell shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// The person.
    pub user: Model,
    /// The person's account.
    pub account: crate::account::Model,
    /// Name of the plan in force.
    pub plan_name: String,
    /// Sites the person may see, by name, each with its sectors.
    pub sites: Vec<crate::site::WithSectors>,
}
