//! Who did what that matters.
use crate::{AccountId, AuditEventId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What was done.
    AuditAction {
        /// An account was opened.
        SignedUp = "signed_up" / "Signed up",
        /// Somebody signed in.
        SignedIn = "signed_in" / "Signed in",
        /// Somebody could not sign in.
        SignInFailed = "sign_in_failed" / "Sign-in failed",
        /// Signing in was locked for a while.
        SignInLocked = "sign_in_locked" / "Sign-in locked",
        /// Somebody ended all sessions.
        SignedOutEverywhere = "signed_out_everywhere" / "Signed out everywhere",
        /// A used refresh token came again: its family was ended.
        TokenReused = "token_reused" / "Stolen token stopped",
        /// A password was changed.
        PasswordChanged = "password_changed" / "Password changed",
        /// A password was set by mail.
        PasswordReset = "password_reset" / "Password reset",
        /// An address was confirmed.
        EmailConfirmed = "email_confirmed" / "E-mail confirmed",
        /// An address was changed.
        EmailChanged = "email_changed" / "E-mail changed",
        /// Somebody was invited.
        PersonInvited = "person_invited" / "Person invited",
        /// An invitation was taken back.
        InvitationRevoked = "invitation_revoked" / "Invitation taken back",
        /// Somebody joined.
        PersonJoined = "person_joined" / "Person joined",
        /// A role was changed.
        RoleChanged = "role_changed" / "Role changed",
        /// Sites were granted or taken away.
        SitesGranted = "sites_granted" / "Site access changed",
        /// Somebody was switched off.
        PersonDeactivated = "person_deactivated" / "Person deactivated",
        /// Somebody was switched on again.
        PersonActivated = "person_activated" / "Person activated",
        /// Somebody was removed.
        PersonRemoved = "person_removed" / "Person removed",
        /// A key was made.
        ApiKeyMade = "api_key_made" / "API key made",
        /// A key was revoked.
        ApiKeyRevoked = "api_key_revoked" / "API key revoked",
        /// A site was made.
        SiteMade = "site_made" / "Site made",
        /// A site was changed.
        SiteChanged = "site_changed" / "Site changed",
        /// A site was deleted.
        SiteDeleted = "site_deleted" / "Site deleted",
        /// A sector was deleted.
        SectorDeleted = "sector_deleted" / "Sector deleted",
        /// Rows were deleted.
        RowsDeleted = "rows_deleted" / "Rows deleted",
        /// An import was taken back.
        ImportUndone = "import_undone" / "Import undone",
        /// An article was sent to a site.
        Published = "published" / "Published",
        /// A provider's settings were changed.
        ProviderChanged = "provider_changed" / "AI provider changed",
        /// A prompt was changed.
        PromptChanged = "prompt_changed" / "Prompt changed",
        /// An author profile was made, changed or removed.
        AuthorProfileChanged = "author_profile_changed" / "Author profile changed",
        /// A strategy was made, changed or removed.
        StrategyChanged = "strategy_changed" / "Strategy changed",
        /// A connection was made, changed or removed.
        ConnectionChanged = "connection_changed" / "Connection changed",
        /// The account's name was changed.
        AccountChanged = "account_changed" / "Account changed",
        /// All data was downloaded.
        DataExported = "data_exported" / "Data exported",
        /// The account was marked for deletion.
        DeletionRequested = "deletion_requested" / "Deletion requested",
        /// The deletion was called off.
        DeletionCancelled = "deletion_cancelled" / "Deletion called off",
        /// The operator changed the account's status.
        StatusChanged = "status_changed" / "Account status changed",
        /// The operator gave or took credits.
        CreditsAdjusted = "credits_adjusted" / "Credits adjusted",
        /// The operator set a price.
        PriceChanged = "price_changed" / "Price changed",
        /// The operator changed a plan.
        PlanChanged = "plan_changed" / "Plan changed",
        /// The operator looked into the account.
        OperatorEntered = "operator_entered" / "Operator entered",
        /// The operator left the account.
        OperatorLeft = "operator_left" / "Operator left",
    }
}

/// Who did what that matters. Never changed, never deleted but with the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "audit_events")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AuditEvent))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: AuditEventId,
    /// The account it is about.
    pub account_id: AccountId,
    /// Who did it; none for the system and for people who are gone.
    pub user_id: Option<UserId>,
    /// Address of who did it, or what the system calls itself.
    pub actor: String,
    /// What was done.
    pub action: AuditAction,
    /// Kind of thing it was done to, such as `user`; empty for the account as a whole.
    pub object_type: String,
    /// Identity of the thing.
    pub object_id: Option<i64>,
    /// What a person wants to know of it.
    pub detail: String,
    /// Where the request came from.
    pub ip_address: String,
    /// Names the request in the server's log.
    pub request_id: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

orm_model!();

/// Which events a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query), schema(as = AuditEventFilter))]
#[serde(default)]
pub struct Filter {
    /// Only this action.
    pub action: Option<AuditAction>,
    /// Only what this person did.
    pub user_id: Option<UserId>,
}
