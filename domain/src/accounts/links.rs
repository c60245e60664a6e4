//! Links that work once: to confirm an address, to set a password. Only their hash is kept.

use chrono::Duration;
use entity::{UserId, one_time_token, one_time_token::Purpose, user};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr,
};

use crate::{Error, Result, secrets};

/// Links of one purpose that a person may ask for in an hour.
const PER_HOUR: u64 = 5;

fn refused() -> Error {
    Error::field(
        "token",
        "This link does not work any more: it was used already or is too old. Ask for a new one.",
    )
}

/// Makes a link's token; the older ones of the same purpose end. Nothing when too many were asked for in the last hour.
pub(super) async fn make(
    db: &impl ConnectionTrait,
    user: UserId,
    purpose: Purpose,
    payload: Option<String>,
    minutes: i64,
) -> Result<Option<String>> {
    use one_time_token::Column as C;
    let now = crate::now();
    let recent = one_time_token::Entity::find()
        .filter(C::UserId.eq(user))
        .filter(C::Purpose.eq(purpose))
        .filter(C::CreatedAt.gt(now - Duration::hours(1)))
        .count(db)
        .await?;
    if recent >= PER_HOUR {
        return Ok(None);
    }
    one_time_token::Entity::update_many()
        .col_expr(C::UsedAt, Expr::value(now))
        .filter(C::UserId.eq(user))
        .filter(C::Purpose.eq(purpose))
        .filter(C::UsedAt.is_null())
        .exec(db)
        .await?;
    let token = secrets::random_token();
    one_time_token::Entity::insert(one_time_token::ActiveModel {
        user_id: Set(user),
        purpose: Set(purpose),
        token_hash: Set(secrets::hash_token(&token)),
        payload: Set(payload),
        expires_at: Set(now + Duration::minutes(minutes)),
        created_at: Set(now),
        ..Default::default()
    })
    .exec_without_returning(db)
    .await?;
    Ok(Some(token))
}

/// Whose link it is, without using it.
///
/// # Errors
/// [`Error::Invalid`] at `token` when it is unknown, used or too old.
pub(super) async fn owner(
    db: &impl ConnectionTrait,
    token: &str,
    purpose: Purpose,
) -> Result<(user::Model, one_time_token::Model)> {
    let row = one_time_token::Entity::find()
        .filter(one_time_token::Column::TokenHash.eq(secrets::hash_token(token)))
        .one(db)
        .await?
        .filter(|row| row.purpose == purpose && row.used_at.is_none() && row.expires_at > crate::now())
        .ok_or_else(refused)?;
    let user = user::Entity::find_by_id(row.user_id)
        .one(db)
        .await?
        .filter(|user| user.is_active)
        .ok_or_else(refused)?;
    Ok((user, row))
}

/// Uses a link up. Of two who do so at once, one is refused.
///
/// # Errors
/// As [`owner`].
pub(super) async fn take(
    db: &impl ConnectionTrait,
    token: &str,
    purpose: Purpose,
) -> Result<(user::Model, one_time_token::Model)> {
    let found = owner(db, token, purpose).await?;
    let taken = one_time_token::Entity::update_many()
        .col_expr(one_time_token::Column::UsedAt, Expr::value(crate::now()))
        .filter(one_time_token::Column::Id.eq(found.1.id))
        .filter(one_time_token::Column::UsedAt.is_null())
        .exec(db)
        .await?;
    if taken.rows_affected == 1 {
        Ok(found)
    } else {
        Err(refused())
    }
}

/// Ends the open links of a person that change an address: whoever set them up knew the password of before.
pub(super) async fn end_changes_of_address(db: &impl ConnectionTrait, user: UserId) -> Result<()> {
    one_time_token::Entity::update_many()
        .col_expr(one_time_token::Column::UsedAt, Expr::value(crate::now()))
        .filter(one_time_token::Column::UserId.eq(user))
        .filter(one_time_token::Column::Purpose.eq(Purpose::ChangeEmail))
        .filter(one_time_token::Column::UsedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Removes links that nobody can use any more.
pub(super) async fn sweep(db: &impl ConnectionTrait) -> Result<()> {
    one_time_token::Entity::delete_many()
        .filter(one_time_token::Column::ExpiresAt.lt(crate::now() - Duration::days(1)))
        .exec(db)
        .await?;
    Ok(())
}
