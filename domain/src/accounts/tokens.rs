//! Tokens for API clients: a short access token (JWT) and a refresh token that works once.

use chrono::Duration;
use entity::{UserId, audit_event::AuditAction, refresh_token, user};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde::{Deserialize, Serialize};

use crate::{App, Error, Result, audit, db, scope::Origin, secrets};

/// Life of an access token, in minutes.
pub const ACCESS_MINUTES: i64 = 15;
/// Life of a refresh token, in days.
pub const REFRESH_DAYS: i64 = 30;

/// What an API client gets for signing in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TokenPair {
    /// Access token.
    pub access: String,
    /// Refresh token.
    pub refresh: String,
    /// Seconds until the access token ends.
    pub expires_in: i64,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    iat: i64,
    /// Milliseconds of `iat`: whoever signs out everywhere and in again does so within a second.
    ims: i64,
    exp: i64,
    iss: String,
}

/// Gives a person a new pair, the first of a family.
///
/// # Errors
/// When the database fails.
pub async fn issue(app: &App, user: UserId, origin: &Origin) -> Result<TokenPair> {
    pair(app, &app.db, user, uuid::Uuid::new_v4().to_string(), origin).await
}

async fn pair(
    app: &App,
    db: &impl ConnectionTrait,
    user: UserId,
    family: String,
    origin: &Origin,
) -> Result<TokenPair> {
    let now = crate::now();
    let refresh = secrets::random_token();
    refresh_token::Entity::insert(refresh_token::ActiveModel {
        user_id: Set(user),
        family: Set(family),
        token_hash: Set(secrets::hash_token(&refresh)),
        expires_at: Set(now + Duration::days(REFRESH_DAYS)),
        revoked: Set(false),
        ip_address: Set(origin.ip_address.clone()),
        user_agent: Set(origin.user_agent.clone()),
        created_at: Set(now),
        ..Default::default()
    })
    .exec_without_returning(db)
    .await?;
    let claims = Claims {
        sub: user.to_string(),
        iat: now.timestamp(),
        ims: now.timestamp_millis(),
        exp: (now + Duration::minutes(ACCESS_MINUTES)).timestamp(),
        iss: "igny8".to_owned(),
    };
    let access = jsonwebtoken::encode(
        &Header::new(Algorithm::HS256),
        &claims,
        &EncodingKey::from_secret(app.secrets.signing_key()),
    )
    .map_err(Error::internal)?;
    Ok(TokenPair {
        access,
        refresh,
        expires_in: ACCESS_MINUTES * 60,
    })
}

/// The person that an access token names, and when it was made.
///
/// # Errors
/// [`Error::Unauthenticated`] when it is not ours, was changed or has ended.
pub(super) fn verify(app: &App, access: &str) -> Result<(UserId, entity::Timestamp)> {
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_issuer(&["igny8"]);
    rules.leeway = 5;
    let read = || {
        let claims =
            jsonwebtoken::decode::<Claims>(access, &DecodingKey::from_secret(app.secrets.signing_key()), &rules)
                .ok()?
                .claims;
        Some((
            claims.sub.parse().ok()?,
            chrono::DateTime::from_timestamp_millis(claims.ims)?,
        ))
    };
    read().ok_or_else(|| Error::Unauthenticated("The access token is not valid or has ended.".to_owned()))
}

/// Ends the family of a refresh token: a program signs out. An unknown token is as good as an ended one.
///
/// # Errors
/// When the database fails.
pub async fn sign_out(app: &App, token: &str) -> Result<()> {
    let row = refresh_token::Entity::find()
        .filter(refresh_token::Column::TokenHash.eq(secrets::hash_token(token)))
        .one(&app.db)
        .await?;
    if let Some(row) = row {
        revoke_family(&app.db, &row.family).await?;
    }
    Ok(())
}

async fn revoke_family(db: &impl ConnectionTrait, family: &str) -> Result<()> {
    refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::Revoked, Expr::value(true))
        .filter(refresh_token::Column::Family.eq(family))
        .exec(db)
        .await?;
    Ok(())
}

/// Removes tokens that nobody can use any more.
pub(super) async fn sweep(db: &impl ConnectionTrait) -> Result<()> {
    refresh_token::Entity::delete_many()
        .filter(refresh_token::Column::ExpiresAt.lt(crate::now()))
        .exec(db)
        .await?;
    Ok(())
}

/// Exchanges a refresh token for a new pair. A token that was exchanged before is stolen or copied: its whole
/// family is revoked, so that neither holder can go on.
///
/// # Errors
/// [`Error::Unauthenticated`] when it is unknown, used, revoked or has ended.
pub async fn refresh(app: &App, token: &str, origin: &Origin) -> Result<(TokenPair, user::Model)> {
    let refused = || Error::Unauthenticated("The refresh token is not valid. Sign in again.".to_owned());
    let now = crate::now();
    let txn = db::begin_write(&app.db).await?;
    let row = refresh_token::Entity::find()
        .filter(refresh_token::Column::TokenHash.eq(secrets::hash_token(token)))
        .one(&txn)
        .await?
        .ok_or_else(refused)?;
    let taken = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::UsedAt, Expr::value(now))
        .filter(refresh_token::Column::Id.eq(row.id))
        .filter(refresh_token::Column::UsedAt.is_null())
        .filter(refresh_token::Column::Revoked.eq(false))
        .exec(&txn)
        .await?;
    if taken.rows_affected != 1 {
        revoke_family(&txn, &row.family).await?;
        // A token that was revoked is no theft: the person signed out.
        if !row.revoked
            && let Some(user) = user::Entity::find_by_id(row.user_id).one(&txn).await?
        {
            audit::by(&txn, &user, origin, AuditAction::TokenReused, "").await?;
        }
        txn.commit().await?;
        return Err(refused());
    }
    let user = user::Entity::find_by_id(row.user_id)
        .one(&txn)
        .await?
        .filter(|user| user.is_active && row.expires_at > now)
        .ok_or_else(refused)?;
    let pair = pair(app, &txn, user.id, row.family, origin).await?;
    txn.commit().await?;
    Ok((pair, user))
}
