//! The end of an account: asked for by an owner, carried out after a time in which it can be called off.

use chrono::Duration;
use entity::{
    account::{self, AccountStatus},
    ai_task,
    audit_event::AuditAction,
    site, user,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use super::passwords;
use crate::{
    App, Error, Result, audit, db, mail,
    scope::{Scope, Scoped},
};

/// Marks the account for deletion: from now on it can only be read, by its owners, and its jobs stop.
///
/// # Errors
/// [`Error::Invalid`] at `password`, [`Error::Conflict`] when it is marked already, [`Error::Forbidden`] for all but
/// owners.
pub async fn request(app: &App, scope: &Scope, password: &str) -> Result<account::Model> {
    scope.owner()?;
    let user = passwords::confirm(app, scope, "password", password).await?;
    let days = i64::from(app.config.limits.deletion_grace_days);
    let end = crate::now() + Duration::days(days);
    let txn = db::begin_write(&app.db).await?;
    let found = crate::scope::lock_account(&txn, scope).await?;
    if found.status == AccountStatus::Cancelled {
        return Err(Error::Conflict(
            "The account is marked for deletion already.".to_owned(),
        ));
    }
    account::Entity::update_many()
        .col_expr(account::Column::Status, Expr::value(AccountStatus::Cancelled.as_str()))
        .col_expr(account::Column::DeleteAfter, Expr::value(end))
        .col_expr(account::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(account::Column::Id.eq(scope.account))
        .exec(&txn)
        .await?;
    audit::record(
        &txn,
        scope,
        AuditAction::DeletionRequested,
        "account",
        Some(found.id.0),
        "",
    )
    .await?;
    let note = mail::queue(
        app,
        &txn,
        Some(found.id),
        &user.email,
        "Your account will be deleted",
        &format!(
            "The IGNY8 account {} will be deleted with everything in it on {}. Until then you can sign in, take your data along \
             and call the deletion off:\n\n",
            found.name,
            end.format("%-d %B %Y")
        ),
        Some(&format!("{}/settings/account", app.config.server.base_url())),
    )
    .await?;
    txn.commit().await?;
    mail::push(app, note).await;
    super::account(app, scope).await
}

/// Calls the deletion off.
///
/// # Errors
/// [`Error::Conflict`] when there is nothing to call off, [`Error::Forbidden`] for all but owners.
pub async fn cancel(app: &App, scope: &Scope) -> Result<account::Model> {
    scope.owner()?;
    let txn = db::begin_write(&app.db).await?;
    let found = crate::scope::lock_account(&txn, scope).await?;
    if found.status != AccountStatus::Cancelled || found.delete_after.is_none() {
        return Err(Error::Conflict("The account is not marked for deletion.".to_owned()));
    }
    // A trial goes on where it was.
    let status = if found.trial_ends_at.is_some() {
        AccountStatus::Trial
    } else {
        AccountStatus::Active
    };
    account::Entity::update_many()
        .col_expr(account::Column::Status, Expr::value(status.as_str()))
        .col_expr(account::Column::DeleteAfter, Expr::value(None::<entity::Timestamp>))
        .col_expr(account::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(account::Column::Id.eq(scope.account))
        .exec(&txn)
        .await?;
    audit::record(
        &txn,
        scope,
        AuditAction::DeletionCancelled,
        "account",
        Some(found.id.0),
        "",
    )
    .await?;
    txn.commit().await?;
    super::account(app, scope).await
}

/// Deletes the accounts whose time has come.
pub(super) async fn sweep(app: &App) -> Result<()> {
    let due = account::Entity::find()
        .filter(account::Column::Status.eq(AccountStatus::Cancelled))
        .filter(account::Column::DeleteAfter.lt(crate::now()))
        .order_by_asc(account::Column::Id)
        .limit(20)
        .all(&app.db)
        .await?;
    for account in due {
        erase(app, &account).await?;
    }
    Ok(())
}

async fn erase(app: &App, account: &account::Model) -> Result<()> {
    let scope = Scope::system(account.id);
    let busy = ai_task::Entity::find_in(&scope)
        .filter(ai_task::Column::Status.is_in([ai_task::AiTaskStatus::Queued, ai_task::AiTaskStatus::Running]))
        .count(&app.db)
        .await?;
    if busy > 0 {
        // Its units fail one after the other, for the account may not work; the next round finds them ended.
        return Ok(());
    }
    // Site by site, so that no transaction grows with the whole account, and a crash in between goes on where it was.
    let sites = site::Entity::find_in(&scope).all(&app.db).await?;
    for site in sites {
        crate::sites::erase(app, &scope, site.id).await?;
    }
    let txn = db::begin_write(&app.db).await?;
    let still = crate::scope::lock_account(&txn, &scope).await?;
    if still.status != AccountStatus::Cancelled || still.delete_after.is_none_or(|end| end > crate::now()) {
        return Ok(());
    }
    let people = user::Entity::find_in(&scope).all(&txn).await?;
    for user in people {
        super::sessions::end_all_of(&txn, user.id, None).await?;
    }
    // Files first: once the row is gone nobody knows of them.
    app.storage
        .delete_folder(&crate::thinker::image_tests::account_folder(account.id))
        .await?;
    // Everything that is left refers to the account and goes with it.
    account::Entity::delete_many()
        .filter(account::Column::Id.eq(account.id))
        .exec(&txn)
        .await?;
    txn.commit().await?;
    tracing::info!(
        account = account.id.0,
        "an account was deleted at the wish of its owner"
    );
    Ok(())
}
