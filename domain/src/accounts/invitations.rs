//! Invitations: a link by mail that lets somebody join an account.

use chrono::Duration;
use entity::{
    InvitationId, Page, SiteId, account,
    audit_event::{self, AuditAction},
    invitation::{self, Acceptance, Invited, Made, NewInvitation, Row},
    page::ListQuery,
    user,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Select, sea_query::Expr,
};

use super::{MAX_NAME, clean_email, is_email, passwords, people};
use crate::{
    App, Error, Faults, Result, audit, db, mail,
    scope::{Origin, Scope, Scoped},
    secrets,
};

/// Life of an invitation, in days.
const DAYS: i64 = 7;
/// Invitations that an account may send in a day.
const PER_DAY: u64 = 100;

fn row(invitation: invitation::Model) -> Row {
    Row {
        // Written by us; what cannot be read grants nothing.
        sites: serde_json::from_str(&invitation.site_ids).unwrap_or_default(),
        is_expired: invitation.expires_at <= crate::now(),
        invitation,
    }
}

/// Invitations that can still be accepted.
pub(super) fn open(scope: &Scope) -> Select<invitation::Entity> {
    undecided(scope).filter(invitation::Column::ExpiresAt.gt(crate::now()))
}

/// Neither accepted nor taken back; too old perhaps.
fn undecided(scope: &Scope) -> Select<invitation::Entity> {
    invitation::Entity::find_in(scope)
        .filter(invitation::Column::AcceptedAt.is_null())
        .filter(invitation::Column::RevokedAt.is_null())
}

/// Invitations that were neither accepted nor taken back, the youngest first.
///
/// # Errors
/// [`Error::Forbidden`] for editors and viewers.
pub async fn list(app: &App, scope: &Scope, query: &ListQuery) -> Result<Page<Row>> {
    scope.admin_even_if_read_only()?;
    let found = db::page_of(&app.db, undecided(scope).order_by_desc(invitation::Column::Id), query).await?;
    Ok(Page {
        count: found.count,
        count_exact: true,
        page: found.page,
        page_size: found.page_size,
        results: found.results.into_iter().map(row).collect(),
    })
}

/// Invites somebody by mail. An older open invitation to the same address is replaced.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::LimitReached`], [`Error::Forbidden`] for editors and viewers.
pub async fn create(app: &App, scope: &Scope, input: NewInvitation) -> Result<Made> {
    scope.admin()?;
    let email = clean_email(&input.email);
    if !is_email(&email) {
        return Err(Error::field(
            "email",
            "Enter an e-mail address such as name@example.com.",
        ));
    }
    let txn = db::begin_write(&app.db).await?;
    let account = crate::scope::lock_account(&txn, scope).await?;
    let sites = people::check_grants(&txn, scope, input.role, &input.sites).await?;
    // Addresses of other accounts are not told apart here: that would tell whose they are.
    let there = user::Entity::find_in(scope)
        .filter(user::Column::Email.eq(&email))
        .count(&txn)
        .await?;
    if there > 0 {
        return Err(people::email_taken());
    }
    let now = crate::now();
    invitation::Entity::update_in(scope)
        .col_expr(invitation::Column::RevokedAt, Expr::value(now))
        .filter(invitation::Column::Email.eq(&email))
        .filter(invitation::Column::AcceptedAt.is_null())
        .filter(invitation::Column::RevokedAt.is_null())
        .exec(&txn)
        .await?;
    people::refuse_one_more(&txn, scope, None).await?;
    refuse_flood(&txn, scope).await?;
    let token = secrets::random_token();
    let made = invitation::Entity::insert(invitation::ActiveModel {
        account_id: Set(scope.account),
        email: Set(email.clone()),
        role: Set(input.role),
        site_ids: Set(serde_json::to_string(&sites)?),
        token_hash: Set(secrets::hash_token(&token)),
        invited_by: Set(scope.user),
        expires_at: Set(now + Duration::days(DAYS)),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(&txn)
    .await?;
    let detail = format!("{email} as {}", input.role.label());
    audit::record(
        &txn,
        scope,
        AuditAction::PersonInvited,
        "invitation",
        Some(made.id.0),
        detail,
    )
    .await?;
    let (note, link) = write(app, &txn, scope, &account, &made, &token).await?;
    txn.commit().await?;
    mail::push(app, note).await;
    Ok(Made {
        invitation: row(made),
        link,
    })
}

async fn write(
    app: &App,
    db: &impl ConnectionTrait,
    scope: &Scope,
    account: &account::Model,
    invitation: &invitation::Model,
    token: &str,
) -> Result<(entity::MailId, String)> {
    let link = format!("{}/invite?token={token}", app.config.server.base_url());
    let from = inviter(db, scope, invitation).await?;
    let note = mail::queue(
        app,
        db,
        Some(scope.account),
        &invitation.email,
        &format!("Join {} on IGNY8", account.name),
        &format!(
            "{from} invites you to join {} on IGNY8 as {}. The link works once, for {DAYS} days.\n\n",
            account.name,
            invitation.role.label().to_lowercase()
        ),
        Some(&link),
    )
    .await?;
    Ok((note, link))
}

async fn inviter(db: &impl ConnectionTrait, scope: &Scope, invitation: &invitation::Model) -> Result<String> {
    let found = match invitation.invited_by {
        None => None,
        Some(id) => {
            user::Entity::find_in(scope)
                .filter(user::Column::Id.eq(id))
                .one(db)
                .await?
        }
    };
    Ok(match found {
        None => "Somebody".to_owned(),
        Some(user) if user.name.is_empty() => user.email,
        Some(user) => user.name,
    })
}

async fn load(db: &impl ConnectionTrait, scope: &Scope, id: InvitationId) -> Result<invitation::Model> {
    undecided(scope)
        .filter(invitation::Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The invitation"))
}

/// Sends an invitation once more, with a new link; the old one ends.
///
/// # Errors
/// [`Error::NotFound`], [`Error::LimitReached`], [`Error::Forbidden`] for editors and viewers.
pub async fn resend(app: &App, scope: &Scope, id: InvitationId) -> Result<Made> {
    scope.admin()?;
    let txn = db::begin_write(&app.db).await?;
    let account = crate::scope::lock_account(&txn, scope).await?;
    let found = load(&txn, scope, id).await?;
    // Whoever may not invite such a person may not do so again either.
    let sites: Vec<SiteId> = serde_json::from_str(&found.site_ids).unwrap_or_default();
    people::check_grants(&txn, scope, found.role, &still_there(&txn, scope, &sites).await?).await?;
    people::refuse_one_more(&txn, scope, Some(id)).await?;
    refuse_flood(&txn, scope).await?;
    let now = crate::now();
    let token = secrets::random_token();
    invitation::Entity::update_in(scope)
        .col_expr(invitation::Column::TokenHash, Expr::value(secrets::hash_token(&token)))
        .col_expr(invitation::Column::ExpiresAt, Expr::value(now + Duration::days(DAYS)))
        .col_expr(invitation::Column::UpdatedAt, Expr::value(now))
        .filter(invitation::Column::Id.eq(id))
        .exec(&txn)
        .await?;
    let made = load(&txn, scope, id).await?;
    let detail = format!("{} once more", made.email);
    audit::record(
        &txn,
        scope,
        AuditAction::PersonInvited,
        "invitation",
        Some(id.0),
        detail,
    )
    .await?;
    let (note, link) = write(app, &txn, scope, &account, &made, &token).await?;
    txn.commit().await?;
    mail::push(app, note).await;
    Ok(Made {
        invitation: row(made),
        link,
    })
}

async fn still_there(db: &impl ConnectionTrait, scope: &Scope, sites: &[SiteId]) -> Result<Vec<SiteId>> {
    Ok(entity::site::Entity::find_in(scope)
        .filter(entity::site::Column::Id.is_in(sites.iter().copied()))
        .select_only()
        .column(entity::site::Column::Id)
        .into_tuple()
        .all(db)
        .await?)
}

/// Takes back what somebody invited who could not invite so any more: its maker has seen the links.
pub(super) async fn revoke_made_by(db: &impl ConnectionTrait, scope: &Scope, user: entity::UserId) -> Result<()> {
    invitation::Entity::update_in(scope)
        .col_expr(invitation::Column::RevokedAt, Expr::value(crate::now()))
        .filter(invitation::Column::InvitedBy.eq(user))
        .filter(invitation::Column::AcceptedAt.is_null())
        .filter(invitation::Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// An account sends so many invitations a day and no more: it is no way to write to strangers.
async fn refuse_flood(db: &impl ConnectionTrait, scope: &Scope) -> Result<()> {
    // The log has a line for each mail; the invitation itself has one row however often it is sent.
    let sent = audit_event::Entity::find_in(scope)
        .filter(audit_event::Column::Action.eq(AuditAction::PersonInvited))
        .filter(audit_event::Column::CreatedAt.gt(crate::now() - Duration::days(1)))
        .count(db)
        .await?;
    if sent >= PER_DAY {
        return Err(Error::TooMany {
            message: format!("Your account has sent {sent} invitations in a day. Go on tomorrow."),
            retry_after: 3_600,
        });
    }
    Ok(())
}

/// Takes an invitation back.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for editors and viewers.
pub async fn revoke(app: &App, scope: &Scope, id: InvitationId) -> Result<()> {
    scope.admin()?;
    let txn = db::begin_write(&app.db).await?;
    let found = load(&txn, scope, id).await?;
    invitation::Entity::update_in(scope)
        .col_expr(invitation::Column::RevokedAt, Expr::value(crate::now()))
        .filter(invitation::Column::Id.eq(id))
        .exec(&txn)
        .await?;
    audit::record(
        &txn,
        scope,
        AuditAction::InvitationRevoked,
        "invitation",
        Some(id.0),
        found.email,
    )
    .await?;
    txn.commit().await?;
    Ok(())
}

async fn by_token(db: &impl ConnectionTrait, token: &str) -> Result<(invitation::Model, account::Model)> {
    let refused = || {
        Error::field(
            "token",
            "This invitation does not work any more: it was used, taken back or is too old. Ask for a new one.",
        )
    };
    let found = invitation::Entity::find()
        .filter(invitation::Column::TokenHash.eq(secrets::hash_token(token)))
        .one(db)
        .await?
        .filter(|row| row.accepted_at.is_none() && row.revoked_at.is_none() && row.expires_at > crate::now())
        .ok_or_else(refused)?;
    let account = account::Entity::find_by_id(found.account_id)
        .one(db)
        .await?
        .filter(|account| super::may_work(account).is_ok())
        .ok_or_else(refused)?;
    Ok((found, account))
}

/// What an invitation is for, before it is accepted.
///
/// # Errors
/// [`Error::Invalid`] at `token` when it does not work any more.
pub async fn look(app: &App, token: &str) -> Result<Invited> {
    let (found, account) = by_token(&app.db, token).await?;
    let invited_by = inviter(&app.db, &Scope::system(account.id), &found).await?;
    Ok(Invited {
        account_name: account.name,
        email: found.email,
        role: found.role,
        invited_by,
    })
}

/// Joins an account.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::Conflict`] when the address has an account already.
pub async fn accept(app: &App, input: Acceptance, origin: &Origin) -> Result<user::Model> {
    // Looked at first, so that a weak password does not use up the link.
    let (found, _) = by_token(&app.db, &input.token).await?;
    let name = input.name.trim().to_owned();
    let mut faults = Faults::new();
    faults.check(
        name.chars().count() <= MAX_NAME,
        "name",
        format!("Use at most {MAX_NAME} characters."),
    );
    passwords::check(&mut faults, "password", &input.password, &[&found.email, &name]);
    faults.finish()?;
    let hash = passwords::hash(input.password).await?;
    let txn = db::begin_write(&app.db).await?;
    let (found, account) = by_token(&txn, &input.token).await?;
    let scope = Scope {
        request_id: origin.request_id.clone(),
        ip_address: origin.ip_address.clone(),
        ..Scope::system(account.id)
    };
    crate::scope::lock_account(&txn, &scope).await?;
    people::refuse_one_more(&txn, &scope, Some(found.id)).await?;
    let taken = invitation::Entity::update_in(&scope)
        .col_expr(invitation::Column::AcceptedAt, Expr::value(crate::now()))
        .filter(invitation::Column::Id.eq(found.id))
        .filter(invitation::Column::AcceptedAt.is_null())
        .filter(invitation::Column::RevokedAt.is_null())
        .exec(&txn)
        .await?;
    if taken.rows_affected != 1 {
        return Err(Error::Conflict("This invitation was used a moment ago.".to_owned()));
    }
    let user = match people::insert(&txn, &scope, &found.email, &name, found.role, hash).await {
        Err(Error::Invalid { .. }) => {
            return Err(Error::Conflict(format!(
                "{} has an IGNY8 account already. Ask to be invited with another address.",
                found.email
            )));
        }
        other => other?,
    };
    let sites: Vec<SiteId> = serde_json::from_str(&found.site_ids).unwrap_or_default();
    people::grant(&txn, &scope, user.id, &still_there(&txn, &scope, &sites).await?).await?;
    let detail = format!("as {}", found.role.label());
    audit::by(&txn, &user, origin, AuditAction::PersonJoined, &detail).await?;
    // The link may have been passed on by hand, so it does not prove whose the address is.
    let note = super::confirm::ask(app, &txn, &user).await?;
    txn.commit().await?;
    if let Some(note) = note {
        mail::push(app, note).await;
    }
    Ok(user)
}
