//! An invitation to join an account.
use crate::{AccountId, InvitationId, SiteId, UserId, user::Role};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An invitation to join an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "invitations")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Invitation))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: InvitationId,
    /// The account that invites.
    pub account_id: AccountId,
    /// Who is invited, lower case.
    pub email: String,
    /// What the person may do once in.
    pub role: Role,
    /// Ids of the sites that an editor or viewer will reach, as a JSON list.
    #[serde(skip)]
    pub site_ids: String,
    /// Hash of the link's token. Never leaves the server.
    #[serde(skip)]
    pub token_hash: String,
    /// Who invited.
    pub invited_by: Option<UserId>,
    /// The link works until then.
    pub expires_at: DateTime<Utc>,
    /// When it was accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed or was sent again.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// An invitation that is still open, with what it gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InvitationRow))]
pub struct Row {
    /// The invitation.
    #[serde(flatten)]
    pub invitation: Model,
    /// Sites that an editor or viewer will reach.
    pub sites: Vec<SiteId>,
    /// The link was not used in time.
    pub is_expired: bool,
}

/// An invitation just made. The link is in the mail, and here for those who would rather pass it on themselves; it is
/// shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InvitationMade))]
pub struct Made {
    /// The invitation.
    pub invitation: Row,
    /// The address that accepts it.
    pub link: String,
}

/// Somebody to invite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewInvitation {
    /// Address.
    #[cfg_attr(feature = "openapi", schema(example = "ann@example.com"))]
    pub email: String,
    /// owner, admin, editor or viewer.
    pub role: Role,
    /// Sites that an editor or viewer will reach.
    #[serde(default)]
    pub sites: Vec<SiteId>,
}

/// What the invited person sees before accepting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invited {
    /// The account's name.
    pub account_name: String,
    /// Who is invited.
    pub email: String,
    /// What the person may do once in.
    pub role: Role,
    /// Name or address of the person who invited.
    pub invited_by: String,
}

/// What the invited person fills in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Acceptance {
    /// The token of the link.
    pub token: String,
    /// Name as people see it; may be empty.
    #[serde(default)]
    pub name: String,
    /// At least 10 characters.
    pub password: String,
}
