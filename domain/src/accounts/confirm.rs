//! That an address belongs to its person: confirming it, changing it.

use entity::{audit_event::AuditAction, one_time_token::Purpose, user};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};

use super::{clean_email, is_email, links, passwords};
use crate::{
    App, Error, Result, audit, db, mail,
    scope::{Origin, Scope},
};

/// Life of a link that confirms an address, in minutes: three days.
const CONFIRM_MINUTES: i64 = 3 * 24 * 60;

/// Queues the mail that asks a person to confirm the address; the caller pushes it after the commit.
pub(super) async fn ask(app: &App, db: &impl ConnectionTrait, user: &user::Model) -> Result<Option<entity::MailId>> {
    let Some(token) = links::make(db, user.id, Purpose::ConfirmEmail, None, CONFIRM_MINUTES).await? else {
        return Ok(None);
    };
    mail::queue(
        app,
        db,
        Some(user.account_id),
        &user.email,
        "Confirm your e-mail address",
        "Welcome to IGNY8. Please confirm that this address is yours; the link works for three days.\n\n",
        Some(&format!("{}/confirm?token={token}", app.config.server.base_url())),
    )
    .await
    .map(Some)
}

/// Sends the mail that confirms one's address once more.
///
/// # Errors
/// [`Error::Conflict`] when the address is confirmed, [`Error::TooMany`] after five mails in an hour,
/// [`Error::Forbidden`] for API keys.
pub async fn send(app: &App, scope: &Scope) -> Result<()> {
    scope.in_person()?;
    let user = super::own(app, scope).await?;
    if user.email_verified_at.is_some() {
        return Err(Error::Conflict("Your address is confirmed already.".to_owned()));
    }
    let txn = db::begin_write(&app.db).await?;
    let Some(note) = ask(app, &txn, &user).await? else {
        return Err(too_many());
    };
    txn.commit().await?;
    mail::push(app, note).await;
    Ok(())
}

fn too_many() -> Error {
    Error::TooMany {
        message: "We have sent you several mails in the last hour. Look into your spam folder, or try again later."
            .to_owned(),
        retry_after: 3600,
    }
}

/// Marks the address as confirmed.
pub(super) async fn mark(db: &impl ConnectionTrait, user: &user::Model) -> Result<()> {
    user::Entity::update_many()
        .col_expr(user::Column::EmailVerifiedAt, Expr::value(crate::now()))
        .filter(user::Column::Id.eq(user.id))
        .filter(user::Column::EmailVerifiedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Follows a link that confirms an address, a newcomer's or a changed one.
///
/// # Errors
/// [`Error::Invalid`] at `token` when the link does not work any more, or somebody else has taken the address meanwhile.
pub async fn confirm(app: &App, token: &str, origin: &Origin) -> Result<user::Model> {
    let txn = db::begin_write(&app.db).await?;
    let (mut user, payload) = match links::take(&txn, token, Purpose::ConfirmEmail).await {
        Ok((user, _)) => (user, None),
        Err(Error::Invalid { .. }) => {
            let (user, row) = links::take(&txn, token, Purpose::ChangeEmail).await?;
            (user, row.payload)
        }
        Err(other) => return Err(other),
    };
    match payload {
        None => {
            mark(&txn, &user).await?;
            audit::by(&txn, &user, origin, AuditAction::EmailConfirmed, "").await?;
        }
        Some(email) => {
            let changed = user::Entity::update_many()
                .col_expr(user::Column::Email, Expr::value(&email))
                .col_expr(user::Column::EmailVerifiedAt, Expr::value(crate::now()))
                .col_expr(user::Column::UpdatedAt, Expr::value(crate::now()))
                .filter(user::Column::Id.eq(user.id))
                .exec(&txn)
                .await;
            match changed {
                Err(error) if Error::is_unique_violation(&error) => {
                    return Err(Error::field("token", "Somebody uses this address already."));
                }
                other => other?,
            };
            let detail = format!("{} to {email}", user.email);
            audit::by(&txn, &user, origin, AuditAction::EmailChanged, &detail).await?;
            let note = mail::queue(
                app,
                &txn,
                Some(user.account_id),
                &user.email,
                "Your e-mail address was changed",
                &format!(
                    "The address of your IGNY8 account is now {email}. If that was not you, write to the operator of this \
                     installation."
                ),
                None,
            )
            .await?;
            user.email = email;
            txn.commit().await?;
            mail::push(app, note).await;
            return Ok(user);
        }
    }
    txn.commit().await?;
    Ok(user)
}

/// Asks for another address: it counts once the link that goes there was followed.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::TooMany`] after too many guesses or mails.
pub async fn change_email(app: &App, scope: &Scope, email: &str, password: &str) -> Result<()> {
    let email = clean_email(email);
    if !is_email(&email) {
        return Err(Error::field(
            "email",
            "Enter an e-mail address such as name@example.com.",
        ));
    }
    let user = passwords::confirm(app, scope, "password", password).await?;
    if user.email == email {
        return Err(Error::field("email", "This is your address already."));
    }
    let txn = db::begin_write(&app.db).await?;
    // Whether somebody has it is told to whoever reads its mail, not to whoever asks here.
    let taken = user::Entity::find()
        .filter(user::Column::Email.eq(&email))
        .count(&txn)
        .await?
        > 0;
    let Some(token) = links::make(
        &txn,
        user.id,
        Purpose::ChangeEmail,
        Some(email.clone()),
        CONFIRM_MINUTES,
    )
    .await?
    else {
        return Err(too_many());
    };
    let base = app.config.server.base_url();
    let (text, link) = if taken {
        (
            "Somebody asked to use this address for an IGNY8 account, and it belongs to one already: yours. There is nothing \
             to do.",
            None,
        )
    } else {
        (
            "Please confirm that this address is yours; from then on you sign in to IGNY8 with it.\n\n",
            Some(format!("{base}/confirm?token={token}")),
        )
    };
    let note = mail::queue(
        app,
        &txn,
        Some(user.account_id),
        &email,
        "Confirm your new e-mail address",
        text,
        link.as_deref(),
    )
    .await?;
    txn.commit().await?;
    mail::push(app, note).await;
    Ok(())
}
