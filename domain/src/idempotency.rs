//! Calls that must not happen twice: the answer to a key is kept for a day and given again.
//!
//! Work that spends credits is guarded a second time, in the transaction that starts it (`ai::start`), so that even a
//! crash between the work and the keeping of its answer starts nothing twice.

use chrono::Duration;
use entity::{IdempotencyKeyId, UserId, idempotency_key};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};

use crate::{
    App, Error, Result,
    scope::{Scope, Scoped},
};

/// How long an answer is kept.
const KEPT: Duration = Duration::hours(24);
/// A call without an answer after this time was cut short by a crash; the next one with its key may go ahead.
const LOST_AFTER: Duration = Duration::minutes(2);

/// What is to be done with a call.
#[derive(Debug)]
pub enum Turn {
    /// It is the first with its key: do it, then [`keep`] the answer or [`forget`] the key.
    Mine(IdempotencyKeyId),
    /// It was done before: this was the answer.
    Done {
        /// HTTP status.
        status: u16,
        /// JSON.
        body: String,
    },
    /// The first one is under way: ask again in a moment.
    Busy,
}

/// What an answer is sealed for: some hold what is shown once, such as a new API key.
fn context(id: IdempotencyKeyId) -> String {
    format!("idempotency:{id}")
}

/// Takes a key for a call. `fingerprint` tells calls apart.
///
/// # Errors
/// [`Error::Invalid`] when the key was used for another call.
pub async fn begin(app: &App, scope: &Scope, key: &str, fingerprint: &str) -> Result<Turn> {
    use idempotency_key::Column as C;
    let user = scope.user.unwrap_or(UserId(0));
    // What one credential was answered is not for another one, which may open less.
    let credential = scope.key_id.map_or_else(String::new, |id| id.to_string());
    let fingerprint = &crate::secrets::hash_token(&format!("{fingerprint} {credential}"));
    for _ in 0..3 {
        let now = crate::now();
        let inserted = idempotency_key::Entity::insert(idempotency_key::ActiveModel {
            account_id: Set(scope.account),
            user_id: Set(user),
            key: Set(key.to_owned()),
            fingerprint: Set(fingerprint.clone()),
            status: Set(None),
            body: Set(String::new()),
            created_at: Set(now),
            ..Default::default()
        })
        .exec_with_returning(&app.db)
        .await;
        match inserted {
            Ok(row) => return Ok(Turn::Mine(row.id)),
            Err(error) if Error::is_unique_violation(&error) => {}
            Err(error) => return Err(error.into()),
        }
        let Some(known) = idempotency_key::Entity::find_in(scope)
            .filter(C::UserId.eq(user))
            .filter(C::Key.eq(key))
            .one(&app.db)
            .await?
        else {
            // Forgotten a moment ago: the first call failed, so this one may try.
            continue;
        };
        if known.fingerprint != *fingerprint {
            return Err(Error::field(
                "Idempotency-Key",
                "This key was used for another request. Use a new one.",
            ));
        }
        if let Some(status) = known.status {
            return Ok(Turn::Done {
                status: u16::try_from(status).unwrap_or(200),
                body: app.secrets.unseal(&context(known.id), &known.body)?,
            });
        }
        let taken_over = idempotency_key::Entity::update_in(scope)
            .col_expr(C::CreatedAt, Expr::value(now))
            .filter(C::Id.eq(known.id))
            .filter(C::CreatedAt.lt(now - LOST_AFTER))
            .exec(&app.db)
            .await?;
        if taken_over.rows_affected == 1 {
            return Ok(Turn::Mine(known.id));
        }
        return Ok(Turn::Busy);
    }
    Ok(Turn::Busy)
}

/// Keeps the answer for those who ask again.
///
/// # Errors
/// When the database fails.
pub async fn keep(app: &App, scope: &Scope, id: IdempotencyKeyId, status: u16, body: &str) -> Result<()> {
    idempotency_key::Entity::update_in(scope)
        .col_expr(idempotency_key::Column::Status, Expr::value(i32::from(status)))
        .col_expr(
            idempotency_key::Column::Body,
            Expr::value(app.secrets.seal(&context(id), body)?),
        )
        .filter(idempotency_key::Column::Id.eq(id))
        .exec(&app.db)
        .await?;
    Ok(())
}

/// Gives the key back: the call failed, so nothing happened that must not happen again.
///
/// # Errors
/// When the database fails.
pub async fn forget(app: &App, scope: &Scope, id: IdempotencyKeyId) -> Result<()> {
    idempotency_key::Entity::delete_in(scope)
        .filter(idempotency_key::Column::Id.eq(id))
        .exec(&app.db)
        .await?;
    Ok(())
}

/// Removes answers that are kept no longer.
pub(crate) async fn sweep(db: &impl ConnectionTrait) -> Result<()> {
    idempotency_key::Entity::delete_many()
        .filter(idempotency_key::Column::CreatedAt.lt(crate::now() - KEPT))
        .exec(db)
        .await?;
    Ok(())
}
