//! Where somebody is signed in: browsers and programs.

use entity::{UserId, audit_event::AuditAction, refresh_token, session, user, user::SignedIn};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use crate::{App, Error, Result, audit, db, scope::Scope};

/// Sessions shown at most; who has more ends them all.
const SHOWN: u64 = 100;

/// Where the caller is signed in, the most recent first. `current` names the session that asks.
///
/// # Errors
/// [`Error::Forbidden`] for API keys.
pub async fn list(app: &App, scope: &Scope, current: Option<&str>) -> Result<Vec<SignedIn>> {
    let user = scope.in_person()?;
    let now = crate::now();
    let browsers = session::Entity::find()
        .filter(session::Column::UserId.eq(user))
        .filter(session::Column::ExpiresAt.gt(now))
        .order_by_desc(session::Column::LastSeenAt)
        .limit(SHOWN)
        .all(&app.db)
        .await?;
    // Each exchange makes a new row of the family; the one that was not used yet stands for it.
    let programs = refresh_token::Entity::find()
        .filter(refresh_token::Column::UserId.eq(user))
        .filter(refresh_token::Column::ExpiresAt.gt(now))
        .filter(refresh_token::Column::UsedAt.is_null())
        .filter(refresh_token::Column::Revoked.eq(false))
        .order_by_desc(refresh_token::Column::CreatedAt)
        .limit(SHOWN)
        .all(&app.db)
        .await?;
    let mut all: Vec<SignedIn> = browsers
        .into_iter()
        .map(|row| SignedIn {
            is_current: current == Some(row.id.as_str()),
            id: row.id,
            is_browser: true,
            ip_address: row.ip_address,
            user_agent: row.user_agent,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
        })
        .chain(programs.into_iter().map(|row| SignedIn {
            id: row.family,
            is_browser: false,
            is_current: false,
            ip_address: row.ip_address,
            user_agent: row.user_agent,
            created_at: Some(row.created_at),
            last_seen_at: Some(row.created_at),
        }))
        .collect();
    all.sort_by_key(|entry| (!entry.is_current, std::cmp::Reverse(entry.last_seen_at)));
    Ok(all)
}

/// Ends one session of the caller, a browser's or a program's.
///
/// # Errors
/// [`Error::NotFound`] for one that is not the caller's, [`Error::Forbidden`] for API keys.
pub async fn end(app: &App, scope: &Scope, id: &str) -> Result<()> {
    let user = scope.in_person()?;
    let browser = session::Entity::delete_many()
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::UserId.eq(user))
        .exec(&app.db)
        .await?;
    if browser.rows_affected > 0 {
        return Ok(());
    }
    let program = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::Revoked, Expr::value(true))
        .filter(refresh_token::Column::Family.eq(id))
        .filter(refresh_token::Column::UserId.eq(user))
        .filter(refresh_token::Column::Revoked.eq(false))
        .exec(&app.db)
        .await?;
    if program.rows_affected > 0 {
        return Ok(());
    }
    Err(Error::NotFound("The session"))
}

/// Signs the caller out everywhere but in the session named by `keep`; says how many sessions ended.
///
/// # Errors
/// [`Error::Forbidden`] for API keys.
pub async fn end_all(app: &App, scope: &Scope, keep: Option<&str>) -> Result<u64> {
    let user = scope.in_person()?;
    let txn = db::begin_write(&app.db).await?;
    let ended = end_all_of(&txn, user, keep).await?;
    audit::record(&txn, scope, AuditAction::SignedOutEverywhere, "user", Some(user.0), "").await?;
    txn.commit().await?;
    Ok(ended)
}

/// As [`end_all`], for anybody: after a new password, when somebody is switched off.
pub(super) async fn end_all_of(db: &impl ConnectionTrait, user: UserId, keep: Option<&str>) -> Result<u64> {
    let mut browsers = session::Entity::delete_many().filter(session::Column::UserId.eq(user));
    if let Some(keep) = keep {
        browsers = browsers.filter(session::Column::Id.ne(keep));
    }
    let browsers = browsers.exec(db).await?.rows_affected;
    let programs = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::Revoked, Expr::value(true))
        .filter(refresh_token::Column::UserId.eq(user))
        .filter(refresh_token::Column::Revoked.eq(false))
        .exec(db)
        .await?
        .rows_affected;
    // Access tokens carry the time of their making.
    user::Entity::update_many()
        .col_expr(user::Column::SignedOutAt, Expr::value(crate::now()))
        .filter(user::Column::Id.eq(user))
        .exec(db)
        .await?;
    Ok(browsers + programs)
}
