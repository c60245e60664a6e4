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
    /// When the person proved that the address is theirs.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// Sessions and tokens from before this moment are of no use any more.
    #[serde(skip)]
    pub signed_out_at: Option<DateTime<Utc>>,
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

/// A person with the sites that were granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// The person.
    #[serde(flatten)]
    pub user: Model,
    /// Sites that an editor or viewer may reach; empty for owners and admins, who reach all.
    pub sites: Vec<crate::SiteId>,
}

/// What changes of a person; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct PersonPatch {
    /// Name as people see it.
    pub name: Option<String>,
    /// owner, admin, editor or viewer.
    pub role: Option<Role>,
    /// Switched on or off.
    pub is_active: Option<bool>,
    /// Sites that an editor or viewer may reach: the whole list.
    pub sites: Option<Vec<crate::SiteId>>,
}

/// A person to make without an invitation: whoever makes it passes the password on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPerson {
    /// Address to sign in with.
    #[cfg_attr(feature = "openapi", schema(example = "ann@example.com"))]
    pub email: String,
    /// Name as people see it; may be empty.
    #[serde(default)]
    pub name: String,
    /// At least 10 characters.
    pub password: String,
    /// owner, admin, editor or viewer.
    pub role: Role,
    /// Sites that an editor or viewer may reach.
    #[serde(default)]
    pub sites: Vec<crate::SiteId>,
}

/// One place where somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedIn {
    /// Names it for ending it.
    pub id: String,
    /// A browser, otherwise a program with a token pair.
    pub is_browser: bool,
    /// The one that asks.
    pub is_current: bool,
    /// Where it was last seen.
    pub ip_address: String,
    /// What it calls itself.
    pub user_agent: String,
    /// When it began.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last seen.
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// Who is signed in, with all that the shell shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The person.
    pub user: Model,
    /// The person's account.
    pub account: crate::account::Model,
    /// Name of the plan in force.
    pub plan_name: String,
    /// Less than a tenth of the plan's monthly credits can be used.
    pub credits_low: bool,
    /// Sites the person may see, by name, each with its sectors.
    pub sites: Vec<crate::site::WithSectors>,
    /// The address must be confirmed before anything is published, and is not.
    pub must_confirm: bool,
    /// An operator who looks into somebody else's account.
    pub is_visiting: bool,
    /// The person operates the installation.
    pub is_operator: bool,
}
