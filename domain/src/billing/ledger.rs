//! The ledger: the only code that changes `accounts.credits` and `accounts.reserved`.
//!
//! `credits` is always the sum of the account's ledger rows; `reserved` the part of it that running work
//! holds. Work reserves its most, settles what each unit really cost, and gives back the rest. All functions
//! run inside the caller's transaction, so that money and what it paid for are written together or not at all.

use entity::{
    AccountId, AiTaskId, AiTaskItemId, UserId, account,
    credit_transaction::{self, TransactionType},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};

use crate::{Error, Result};

/// Holds `amount` credits for work about to start.
///
/// # Errors
/// [`Error::InsufficientCredits`] when fewer are available; nothing is held then.
pub async fn reserve(db: &impl ConnectionTrait, account: AccountId, amount: i64) -> Result<()> {
    if amount < 0 {
        return Err(Error::Internal(format!("cannot reserve {amount} credits")));
    }
    let done = account::Entity::update_many()
        .col_expr(
            account::Column::Reserved,
            Expr::col(account::Column::Reserved).add(amount),
        )
        .filter(account::Column::Id.eq(account))
        .filter(
            Expr::col(account::Column::Credits)
                .sub(Expr::col(account::Column::Reserved))
                .gte(amount),
        )
        .exec(db)
        .await?;
    if done.rows_affected == 1 {
        return Ok(());
    }
    let found = account::Entity::find_by_id(account)
        .one(db)
        .await?
        .ok_or(Error::NotFound("The account"))?;
    Err(Error::InsufficientCredits {
        need: amount,
        have: found.available(),
    })
}

/// Gives back `amount` credits that were held and are not needed.
///
/// # Errors
/// [`Error::Internal`] when fewer are held: then the books are wrong and the transaction must not commit.
pub async fn release(db: &impl ConnectionTrait, account: AccountId, amount: i64) -> Result<()> {
    if amount == 0 {
        return Ok(());
    }
    let done = account::Entity::update_many()
        .col_expr(
            account::Column::Reserved,
            Expr::col(account::Column::Reserved).sub(amount),
        )
        .filter(account::Column::Id.eq(account))
        .filter(account::Column::Reserved.gte(amount))
        .exec(db)
        .await?;
    if done.rows_affected == 1 {
        Ok(())
    } else {
        Err(Error::Internal(format!(
            "account {account} does not hold {amount} credits to release"
        )))
    }
}

/// A finished unit of work to be paid.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// Who pays.
    pub account: AccountId,
    /// The task.
    pub task: AiTaskId,
    /// The unit; paid at most once, for its id is the row's idempotency key.
    pub item: AiTaskItemId,
    /// Credits held for it.
    pub reserved: i64,
    /// Credits it costs, 0 to `reserved`.
    pub amount: i64,
    /// Who started it.
    pub user: Option<UserId>,
    /// What for, in words.
    pub description: String,
}

/// Charges a finished unit and gives back what was held beyond its price.
///
/// # Errors
/// [`Error::Conflict`] when the unit was paid already; [`Error::Internal`] when the books do not allow it.
pub async fn settle(db: &impl ConnectionTrait, paid: &Settlement) -> Result<()> {
    if paid.amount < 0 || paid.amount > paid.reserved {
        return Err(Error::Internal(format!(
            "unit {} costs {} of {} credits held",
            paid.item, paid.amount, paid.reserved
        )));
    }
    if paid.amount == 0 {
        return release(db, paid.account, paid.reserved).await;
    }
    let done = account::Entity::update_many()
        .col_expr(
            account::Column::Credits,
            Expr::col(account::Column::Credits).sub(paid.amount),
        )
        .col_expr(
            account::Column::Reserved,
            Expr::col(account::Column::Reserved).sub(paid.reserved),
        )
        .filter(account::Column::Id.eq(paid.account))
        .filter(account::Column::Reserved.gte(paid.reserved))
        .filter(account::Column::Credits.gte(paid.amount))
        .exec(db)
        .await?;
    if done.rows_affected != 1 {
        return Err(Error::Internal(format!(
            "account {} does not hold {} credits to settle",
            paid.account, paid.reserved
        )));
    }
    write(
        db,
        Row {
            account: paid.account,
            kind: TransactionType::Deduction,
            amount: -paid.amount,
            description: paid.description.clone(),
            key: format!("settle:item:{}", paid.item),
            task: Some(paid.task),
            item: Some(paid.item),
            user: paid.user,
        },
    )
    .await
}

/// Adds credits: opening, monthly, bought, refunded or adjusted.
///
/// # Errors
/// [`Error::Conflict`] when `key` was used already: the credits have arrived before.
pub async fn grant(
    db: &impl ConnectionTrait,
    account: AccountId,
    kind: TransactionType,
    amount: i64,
    key: String,
    description: &str,
    user: Option<UserId>,
) -> Result<()> {
    let done = account::Entity::update_many()
        .col_expr(
            account::Column::Credits,
            Expr::col(account::Column::Credits).add(amount),
        )
        .filter(account::Column::Id.eq(account))
        // An adjustment downwards may take what is free, never what running work holds.
        .filter(
            Expr::col(account::Column::Credits)
                .add(amount)
                .gte(Expr::col(account::Column::Reserved)),
        )
        .exec(db)
        .await?;
    if done.rows_affected != 1 {
        return Err(Error::Conflict(
            "The balance cannot go below what running work holds.".to_owned(),
        ));
    }
    write(
        db,
        Row {
            account,
            kind,
            amount,
            description: description.to_owned(),
            key,
            task: None,
            item: None,
            user,
        },
    )
    .await
}

struct Row {
    account: AccountId,
    kind: TransactionType,
    amount: i64,
    description: String,
    key: String,
    task: Option<AiTaskId>,
    item: Option<AiTaskItemId>,
    user: Option<UserId>,
}

async fn write(db: &impl ConnectionTrait, row: Row) -> Result<()> {
    // The account's row was changed by this transaction just before, so nobody else's row can come between.
    let after = account::Entity::find_by_id(row.account)
        .one(db)
        .await?
        .ok_or(Error::NotFound("The account"))?;
    let inserted = credit_transaction::Entity::insert(credit_transaction::ActiveModel {
        account_id: Set(row.account),
        transaction_type: Set(row.kind),
        amount: Set(row.amount),
        balance_after: Set(after.credits),
        description: Set(row.description),
        idempotency_key: Set(row.key.clone()),
        ai_task_id: Set(row.task),
        ai_task_item_id: Set(row.item),
        user_id: Set(row.user),
        created_at: Set(crate::now()),
        ..Default::default()
    })
    .exec_without_returning(db)
    .await;
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if Error::is_unique_violation(&error) => {
            Err(Error::Conflict(format!("{} was booked already", row.key)))
        }
        Err(error) => Err(error.into()),
    }
}
