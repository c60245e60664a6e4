//! Credits that the operator books by hand: a purchase, a refund, an adjustment.

use entity::{
    AccountId, ai_task_item,
    audit_event::AuditAction,
    credit_transaction::{self, Booking, Refund, TransactionType},
};
use sea_orm::{ColumnTrait, QueryFilter};

use super::ledger;
use crate::{
    App, Error, Faults, Result,
    accounts::operator::visiting,
    audit, db,
    scope::{Scope, Scoped},
};

/// Most credits in one booking.
const MOST: i64 = 100_000_000;
/// Longest text and reference, in characters.
const LONGEST: usize = 200;

/// Books credits into an account, once for each reference.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::NotFound`], [`Error::Conflict`] for a reference that was booked already and when
/// the balance would fall below what running work holds, [`Error::Forbidden`] for all but operators.
pub async fn book(app: &App, scope: &Scope, account: AccountId, input: Booking) -> Result<credit_transaction::Model> {
    scope.operator()?;
    let description = input.description.trim();
    let reference = input.reference.trim();
    let kind = input.transaction_type;
    let mut faults = Faults::new();
    faults
        .check(
            matches!(
                kind,
                TransactionType::Purchase | TransactionType::Refund | TransactionType::Adjustment
            ),
            "transaction_type",
            "Book a purchase, a refund or an adjustment.",
        )
        .check(
            input.amount != 0 && input.amount.abs() <= MOST,
            "amount",
            "Enter 1 to 100,000,000 credits.",
        )
        .check(
            input.amount > 0 || kind == TransactionType::Adjustment,
            "amount",
            "Only an adjustment takes credits away.",
        )
        .check(
            !description.is_empty() && description.chars().count() <= LONGEST,
            "description",
            "Say why, in at most 200 characters: the people of the account read it.",
        )
        .check(
            !reference.is_empty() && reference.chars().count() <= LONGEST,
            "reference",
            "Enter a reference, such as the number of the payment: it keeps the booking from happening twice.",
        );
    faults.finish()?;
    let inside = visiting(scope, account);
    let txn = db::begin_write(&app.db).await?;
    crate::scope::lock_account(&txn, &inside).await?;
    let key = format!("{kind}:{account}:{reference}");
    let known = credit_transaction::Entity::find_in(&inside)
        .filter(credit_transaction::Column::IdempotencyKey.eq(&key))
        .one(&txn)
        .await?;
    if known.is_some() {
        return Err(Error::Conflict(format!(
            "{} “{reference}” was booked already.",
            kind.label()
        )));
    }
    ledger::grant(&txn, account, kind, input.amount, key.clone(), description, scope.user).await?;
    let detail = format!(
        "{}: {:+} credits, {description} ({reference})",
        kind.label(),
        input.amount
    );
    audit::record(
        &txn,
        &inside,
        AuditAction::CreditsAdjusted,
        "account",
        Some(account.0),
        detail,
    )
    .await?;
    let made = find(&txn, &inside, &key).await?;
    txn.commit().await?;
    Ok(made)
}

/// Gives back the credits of a settled unit, once.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::NotFound`] for no such unit, [`Error::Conflict`] for one that was not charged or
/// was refunded already, [`Error::Forbidden`] for all but operators.
pub async fn refund(app: &App, scope: &Scope, account: AccountId, input: Refund) -> Result<credit_transaction::Model> {
    scope.operator()?;
    let description = input.description.trim();
    if description.is_empty() || description.chars().count() > LONGEST {
        return Err(Error::field(
            "description",
            "Say why, in at most 200 characters: the people of the account read it.",
        ));
    }
    let inside = visiting(scope, account);
    let txn = db::begin_write(&app.db).await?;
    crate::scope::lock_account(&txn, &inside).await?;
    let item = ai_task_item::Entity::find_in(&inside)
        .filter(ai_task_item::Column::Id.eq(input.ai_task_item_id))
        .one(&txn)
        .await?
        .ok_or(Error::NotFound("The unit of work"))?;
    if item.credits_settled == 0 {
        return Err(Error::Conflict(
            "Nothing was charged for this, so there is nothing to give back.".to_owned(),
        ));
    }
    let key = format!("refund:item:{}", item.id);
    let known = credit_transaction::Entity::find_in(&inside)
        .filter(credit_transaction::Column::IdempotencyKey.eq(&key))
        .one(&txn)
        .await?;
    if known.is_some() {
        return Err(Error::Conflict("This was given back already.".to_owned()));
    }
    ledger::grant(
        &txn,
        account,
        TransactionType::Refund,
        item.credits_settled,
        key.clone(),
        description,
        scope.user,
    )
    .await?;
    let detail = format!("Refund: {:+} credits, {description}", item.credits_settled);
    audit::record(
        &txn,
        &inside,
        AuditAction::CreditsAdjusted,
        "ai_task_item",
        Some(item.id.0),
        detail,
    )
    .await?;
    let made = find(&txn, &inside, &key).await?;
    txn.commit().await?;
    Ok(made)
}

async fn find(db: &impl sea_orm::ConnectionTrait, inside: &Scope, key: &str) -> Result<credit_transaction::Model> {
    credit_transaction::Entity::find_in(inside)
        .filter(credit_transaction::Column::IdempotencyKey.eq(key))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The booking"))
}
