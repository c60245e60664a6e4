//! Keys that let a program act for a person, never with more rights than the person has.

use chrono::Duration;
use entity::{
    ApiKeyId, Page,
    api_key::{self, KeyScope, Made, NewApiKey},
    audit_event::AuditAction,
    page::ListQuery,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, sea_query::Expr,
};

use super::MAX_NAME;
use crate::{
    App, Error, Faults, Result, audit, db,
    scope::{Origin, Scope, Scoped},
    secrets,
};

/// What every key begins with, so that leaked ones can be found by a search.
pub(super) const PREFIX: &str = "igny8_";
/// Characters that are shown of a key.
const SHOWN: usize = 12;
/// Keys that one person may have.
const MOST: u64 = 50;

/// Keys of the caller, the youngest first; owners and admins see everybody's.
///
/// # Errors
/// When the database fails.
pub async fn list(app: &App, scope: &Scope, query: &ListQuery) -> Result<Page<api_key::Model>> {
    db::page_of(&app.db, visible(scope)?.order_by_desc(api_key::Column::Id), query).await
}

fn visible(scope: &Scope) -> Result<sea_orm::Select<api_key::Entity>> {
    let rows = api_key::Entity::find_in(scope).filter(api_key::Column::RevokedAt.is_null());
    if scope.admin_even_if_read_only().is_ok() {
        return Ok(rows);
    }
    Ok(rows.filter(api_key::Column::UserId.eq(scope.in_person()?)))
}

/// Makes a key for the caller.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::LimitReached`], [`Error::Forbidden`] for API keys, and for viewers who ask for
/// more than reading.
pub async fn create(app: &App, scope: &Scope, input: NewApiKey) -> Result<Made> {
    let user = scope.in_person()?;
    if scope.home.is_some() {
        return Err(Error::Forbidden("Operators make keys in their own account.".to_owned()));
    }
    let name = input.name.trim().to_owned();
    let mut faults = Faults::new();
    faults
        .check(!name.is_empty(), "name", "Say what the key is for.")
        .check(
            name.chars().count() <= MAX_NAME,
            "name",
            format!("Use at most {MAX_NAME} characters."),
        )
        .check(
            !input.scopes.is_empty(),
            "scopes",
            "Choose at least one thing that the key opens.",
        )
        .check(
            input.expires_in_days.is_none_or(|days| (1..=3_650).contains(&days)),
            "expires_in_days",
            "Choose 1 to 3,650 days, or none.",
        );
    faults.finish()?;
    let scopes = widen(&input.scopes);
    if scopes.contains(&KeyScope::Admin) {
        scope.admin_even_if_read_only()?;
    }
    let txn = db::begin_write(&app.db).await?;
    crate::scope::lock_account(&txn, scope).await?;
    let have = api_key::Entity::find_in(scope)
        .filter(api_key::Column::UserId.eq(user))
        .filter(api_key::Column::RevokedAt.is_null())
        .count(&txn)
        .await?;
    if have >= MOST {
        return Err(Error::LimitReached(format!(
            "You have {have} keys already. Revoke those that nobody uses."
        )));
    }
    let now = crate::now();
    let key = format!("{PREFIX}{}", secrets::random_token());
    let made = api_key::Entity::insert(api_key::ActiveModel {
        account_id: Set(scope.account),
        user_id: Set(user),
        name: Set(name.clone()),
        prefix: Set(key.chars().take(SHOWN).collect()),
        key_hash: Set(secrets::hash_token(&key)),
        scopes: Set(scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")),
        expires_at: Set(input.expires_in_days.map(|days| now + Duration::days(i64::from(days)))),
        created_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(&txn)
    .await?;
    let detail = format!("{name}: {}", made.scopes);
    audit::record(&txn, scope, AuditAction::ApiKeyMade, "api_key", Some(made.id.0), detail).await?;
    txn.commit().await?;
    Ok(Made { api_key: made, key })
}

/// Adds what a scope cannot do without: every key reads, and whoever spends, publishes or manages also writes.
fn widen(wanted: &[KeyScope]) -> Vec<KeyScope> {
    KeyScope::ALL
        .iter()
        .copied()
        .filter(|scope| match scope {
            KeyScope::Read => true,
            KeyScope::Write => wanted.iter().any(|wanted| *wanted != KeyScope::Read),
            other => wanted.contains(other),
        })
        .collect()
}

/// Revokes a key: one's own, or anybody's for owners and admins.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn revoke(app: &App, scope: &Scope, id: ApiKeyId) -> Result<()> {
    let txn = db::begin_write(&app.db).await?;
    let found = visible(scope)?
        .filter(api_key::Column::Id.eq(id))
        .one(&txn)
        .await?
        .ok_or(Error::NotFound("The API key"))?;
    api_key::Entity::update_in(scope)
        .col_expr(api_key::Column::RevokedAt, Expr::value(crate::now()))
        .filter(api_key::Column::Id.eq(id))
        .exec(&txn)
        .await?;
    audit::record(
        &txn,
        scope,
        AuditAction::ApiKeyRevoked,
        "api_key",
        Some(id.0),
        found.name,
    )
    .await?;
    txn.commit().await?;
    Ok(())
}

/// The scope of whoever holds a key.
pub(super) async fn scope(app: &App, key: &str, origin: &Origin) -> Result<Scope> {
    use api_key::Column as C;
    let now = crate::now();
    let found = api_key::Entity::find()
        .filter(C::KeyHash.eq(secrets::hash_token(key)))
        .one(&app.db)
        .await?
        .filter(|row| row.revoked_at.is_none() && row.expires_at.is_none_or(|end| end > now))
        .ok_or_else(|| Error::Unauthenticated("The API key is not valid: it was revoked or has ended.".to_owned()))?;
    let mut scope = super::scope_of(app, found.user_id, origin).await?;
    scope.keys = Some(found.key_scopes());
    scope.key_id = Some(found.id);
    // To the minute: a row written for each request would make reading as dear as writing.
    if found.last_used_at.is_none_or(|last| last < now - Duration::minutes(1)) {
        api_key::Entity::update_many()
            .col_expr(C::LastUsedAt, Expr::value(now))
            .filter(C::Id.eq(found.id))
            .filter(
                Expr::col(C::LastUsedAt)
                    .is_null()
                    .or(Expr::col(C::LastUsedAt).lt(now - Duration::minutes(1))),
            )
            .exec(&app.db)
            .await?;
    }
    Ok(scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_bring_what_they_need() {
        assert_eq!(widen(&[KeyScope::Read]), [KeyScope::Read]);
        assert_eq!(
            widen(&[KeyScope::Publish]),
            [KeyScope::Read, KeyScope::Write, KeyScope::Publish]
        );
    }
}
