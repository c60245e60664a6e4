//! Lock-out with back-off: whoever guesses waits, longer each time.
//!
//! Counted by address of the account, known or not, and by address of the caller. A lock ends by itself within a quarter
//! of an hour, so that nobody can keep somebody else out for long; a new password by mail lifts it.

use chrono::Duration;
use entity::sign_in_attempt;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};

use crate::{App, Error, Result, db};

/// Failures that a person may make before waiting begins.
pub(super) const PERSON: i32 = 5;
/// The same for one caller's address: an office shares one.
pub(super) const ADDRESS: i32 = 30;
/// Longest wait.
const LONGEST: Duration = Duration::minutes(15);
/// A subject that was quiet this long starts anew.
const FORGOTTEN: Duration = Duration::hours(24);

/// Counts failures of an account's address.
pub(super) fn of_email(email: &str) -> String {
    format!("email:{email}")
}

/// Counts failures of a caller's address.
pub(super) fn of_address(address: &str) -> String {
    format!("address:{}", crate::throttle::network(address))
}

/// How long to wait after this many failures.
fn wait(failures: i32, free: i32) -> Option<Duration> {
    let over = failures - free;
    if over < 0 {
        return None;
    }
    let seconds = 30_i64
        .checked_shl(u32::try_from(Ord::min(over, 10)).unwrap_or(10))
        .unwrap_or(i64::MAX);
    Some(Duration::seconds(seconds).min(LONGEST))
}

/// Refuses while one of the subjects is locked.
///
/// # Errors
/// [`Error::TooMany`] with the time to wait.
pub(super) async fn refuse_locked(db: &impl ConnectionTrait, subjects: &[&str]) -> Result<()> {
    let now = crate::now();
    let until = sign_in_attempt::Entity::find()
        .filter(sign_in_attempt::Column::Subject.is_in(subjects.iter().copied()))
        .filter(sign_in_attempt::Column::LockedUntil.gt(now))
        .all(db)
        .await?
        .into_iter()
        .filter_map(|row| row.locked_until)
        .max();
    match until {
        None => Ok(()),
        Some(until) => Err(locked(until - now)),
    }
}

fn locked(wait: Duration) -> Error {
    let seconds = u64::try_from(wait.num_seconds() + 1).unwrap_or(1);
    let time = if seconds < 90 {
        format!("{seconds} seconds")
    } else {
        format!("{} minutes", seconds.div_ceil(60))
    };
    Error::TooMany {
        message: format!("Too many wrong attempts. Wait {time} and try again, or set a new password by mail."),
        retry_after: seconds,
    }
}

/// Counts a failure; says whether it locked the subject.
pub(super) async fn failed(app: &App, subject: &str, free: i32) -> Result<bool> {
    use sign_in_attempt::Column as C;
    let now = crate::now();
    let txn = db::begin_write(&app.db).await?;
    let mut again = OnConflict::column(C::Subject);
    again.value(
        C::Failures,
        Expr::case(
            Expr::col((sign_in_attempt::Entity, C::UpdatedAt)).lt(now - FORGOTTEN),
            Expr::value(1),
        )
        .finally(Expr::col((sign_in_attempt::Entity, C::Failures)).add(1)),
    );
    again.update_column(C::UpdatedAt);
    sign_in_attempt::Entity::insert(sign_in_attempt::ActiveModel {
        subject: sea_orm::ActiveValue::Set(subject.to_owned()),
        failures: sea_orm::ActiveValue::Set(1),
        locked_until: sea_orm::ActiveValue::Set(None),
        updated_at: sea_orm::ActiveValue::Set(now),
    })
    .on_conflict(again.to_owned())
    .exec_without_returning(&txn)
    .await?;
    let row = sign_in_attempt::Entity::find_by_id(subject.to_owned())
        .one(&txn)
        .await?
        .ok_or_else(|| Error::Internal("a failed attempt was written and is not there".to_owned()))?;
    let wait = wait(row.failures, free);
    if let Some(wait) = wait {
        sign_in_attempt::Entity::update_many()
            .col_expr(C::LockedUntil, Expr::value(now + wait))
            .filter(C::Subject.eq(subject))
            .exec(&txn)
            .await?;
    }
    txn.commit().await?;
    Ok(wait.is_some())
}

/// Starts anew: after a success, or a new password.
pub(super) async fn forget(db: &impl ConnectionTrait, subject: &str) -> Result<()> {
    sign_in_attempt::Entity::delete_by_id(subject.to_owned())
        .exec(db)
        .await?;
    Ok(())
}

/// Removes what is forgotten anyway.
pub(super) async fn sweep(db: &impl ConnectionTrait) -> Result<()> {
    sign_in_attempt::Entity::delete_many()
        .filter(sign_in_attempt::Column::UpdatedAt.lt(crate::now() - FORGOTTEN))
        .exec(db)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_begin_after_the_free_ones_and_grow_to_a_bound() {
        assert_eq!(wait(4, 5), None);
        assert_eq!(wait(5, 5), Some(Duration::seconds(30)));
        assert_eq!(wait(6, 5), Some(Duration::seconds(60)));
        assert_eq!(wait(8, 5), Some(Duration::seconds(240)));
        assert_eq!(wait(1_000, 5), Some(LONGEST));
    }
}
