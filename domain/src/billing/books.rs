//! The proof that nobody's credits drift.
//!
//! Read as of one moment, so that it can be asked for while work goes on, and in pieces, so that it takes no more memory
//! for an account of ten years than for one of a day.

use std::collections::HashMap;

use entity::{
    AccountId, AiTaskId, AiTaskItemId, account,
    ai_task::{self, AiTaskStatus},
    ai_task_item::{self, ItemStatus},
    credit_transaction::{self, TransactionType},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Query},
};

use crate::{Error, Result, db};

/// Rows that are read at once.
const PIECE: u64 = 5_000;
/// Faults of one kind that are told; the first one is what a person looks for.
const TOLD: u64 = 20;

/// Proves an account's books; an empty list means that they are right, else the first fault of each kind comes first.
///
/// Checked: each ledger row's `balance_after` follows from the one before; opening plus what came in less what went out is
/// the balance; what is held is what open units hold; no unit is open under a task that ended; what an ended task held was
/// charged or given back; no unit was paid twice, or without being done, or otherwise than the ledger says.
///
/// # Errors
/// [`Error::NotFound`] for no such account; when the database fails.
pub async fn reconcile(db: &DatabaseConnection, account: AccountId) -> Result<Vec<String>> {
    let moment = db::begin_read(db).await?;
    let found = account::Entity::find_by_id(account)
        .one(&moment)
        .await?
        .ok_or(Error::NotFound("The account"))?;
    let mut faults = Vec::new();
    ledger(&moment, &found, &mut faults).await?;
    held(&moment, &found, &mut faults).await?;
    paid(&moment, account, &mut faults).await?;
    moment.commit().await?;
    Ok(faults)
}

/// Row by row: each balance follows from the one before, and the last one is the account's.
async fn ledger(db: &impl ConnectionTrait, account: &account::Model, faults: &mut Vec<String>) -> Result<()> {
    use credit_transaction::Column as C;
    let (mut balance, mut came_in, mut went_out, mut last) = (0_i64, 0_i64, 0_i64, 0_i64);
    let mut told = false;
    loop {
        let rows = credit_transaction::Entity::find()
            .filter(C::AccountId.eq(account.id))
            .filter(C::Id.gt(last))
            .order_by_asc(C::Id)
            .limit(PIECE)
            .all(db)
            .await?;
        let Some(end) = rows.last() else { break };
        last = end.id.0;
        for row in &rows {
            balance += row.amount;
            if row.amount > 0 {
                came_in += row.amount;
            } else {
                went_out -= row.amount;
            }
            // The rows behind a wrong one are wrong with it.
            if row.balance_after != balance && !told {
                told = true;
                faults.push(format!(
                    "ledger row {} ({}) says balance {} where the sum is {balance}",
                    row.id, row.idempotency_key, row.balance_after
                ));
            }
            if row.transaction_type == TransactionType::Deduction && row.amount > 0 {
                faults.push(format!("ledger row {} takes and adds {}", row.id, row.amount));
            }
        }
    }
    if account.credits != came_in - went_out {
        faults.push(format!(
            "the balance is {} and the ledger sums to {balance}: {came_in} in, {went_out} out",
            account.credits
        ));
    }
    if account.credits < 0 || account.reserved < 0 || account.reserved > account.credits {
        faults.push(format!(
            "{} credits with {} held is impossible",
            account.credits, account.reserved
        ));
    }
    Ok(())
}

/// What is held is what open units of living tasks hold.
async fn held(db: &impl ConnectionTrait, account: &account::Model, faults: &mut Vec<String>) -> Result<()> {
    use ai_task_item::Column as C;
    let open = [ItemStatus::Pending, ItemStatus::Running];
    let sum: Option<Option<i64>> = ai_task_item::Entity::find()
        .filter(C::AccountId.eq(account.id))
        .filter(C::Status.is_in(open))
        .select_only()
        .column_as(Expr::expr(C::CreditsReserved.sum()).cast_as("bigint"), "held")
        .into_tuple()
        .one(db)
        .await?;
    let held = sum.flatten().unwrap_or(0);
    if held != account.reserved {
        faults.push(format!(
            "{} credits are held and open units hold {held}",
            account.reserved
        ));
    }
    let ended = Query::select()
        .column(ai_task::Column::Id)
        .from(ai_task::Entity)
        .and_where(ai_task::Column::AccountId.eq(account.id))
        .and_where(ai_task::Column::Status.is_in([
            AiTaskStatus::Completed,
            AiTaskStatus::Failed,
            AiTaskStatus::Cancelled,
        ]))
        .to_owned();
    let orphans: Vec<(AiTaskItemId, AiTaskId)> = ai_task_item::Entity::find()
        .filter(C::AccountId.eq(account.id))
        .filter(C::Status.is_in(open))
        .filter(C::AiTaskId.in_subquery(ended))
        .order_by_asc(C::Id)
        .limit(TOLD)
        .select_only()
        .columns([C::Id, C::AiTaskId])
        .into_tuple()
        .all(db)
        .await?;
    for (item, task) in orphans {
        faults.push(format!("unit {item} is open and its task {task} has ended"));
    }
    use ai_task::Column as T;
    let unbalanced: Vec<(AiTaskId, i64, i64, i64)> = ai_task::Entity::find()
        .filter(T::AccountId.eq(account.id))
        .filter(T::FinishedAt.is_not_null())
        .filter(Expr::col(T::CreditsReserved).ne(Expr::col(T::CreditsSettled).add(Expr::col(T::CreditsReleased))))
        .order_by_asc(T::Id)
        .limit(TOLD)
        .select_only()
        .columns([T::Id, T::CreditsReserved, T::CreditsSettled, T::CreditsReleased])
        .into_tuple()
        .all(db)
        .await?;
    for (task, reserved, settled, released) in unbalanced {
        faults.push(format!(
            "task {task} held {reserved}, was charged {settled} and gave back {released}"
        ));
    }
    Ok(())
}

/// Units and ledger say the same. Units that went with their site have nobody to disagree with.
async fn paid(db: &impl ConnectionTrait, account: AccountId, faults: &mut Vec<String>) -> Result<()> {
    use ai_task_item::Column as C;
    use credit_transaction::Column as T;
    let wrong: Vec<(AiTaskItemId, ItemStatus, i64)> = ai_task_item::Entity::find()
        .filter(C::AccountId.eq(account))
        .filter(C::CreditsSettled.gt(0))
        .filter(C::Status.ne(ItemStatus::Done))
        .order_by_asc(C::Id)
        .limit(TOLD)
        .select_only()
        .columns([C::Id, C::Status, C::CreditsSettled])
        .into_tuple()
        .all(db)
        .await?;
    for (item, status, amount) in wrong {
        faults.push(format!("unit {item} is {status} and was charged {amount}"));
    }
    let (mut last, mut told) = (0_i64, 0);
    loop {
        let units: Vec<(AiTaskItemId, i64)> = ai_task_item::Entity::find()
            .filter(C::AccountId.eq(account))
            .filter(C::Id.gt(last))
            .order_by_asc(C::Id)
            .limit(PIECE)
            .select_only()
            .columns([C::Id, C::CreditsSettled])
            .into_tuple()
            .all(db)
            .await?;
        let Some((end, _)) = units.last() else { break };
        let rows: Vec<(AiTaskItemId, i64)> = credit_transaction::Entity::find()
            .filter(T::AccountId.eq(account))
            .filter(T::TransactionType.eq(TransactionType::Deduction))
            .filter(T::AiTaskItemId.gt(last))
            .filter(T::AiTaskItemId.lte(*end))
            .select_only()
            .columns([T::AiTaskItemId, T::Amount])
            .into_tuple()
            .all(db)
            .await?;
        last = end.0;
        let mut charged: HashMap<AiTaskItemId, (i64, u32)> = HashMap::new();
        for (item, amount) in rows {
            let (sum, times) = charged.entry(item).or_default();
            *sum -= amount;
            *times += 1;
        }
        for (item, settled) in units {
            let (sum, times) = charged.get(&item).copied().unwrap_or_default();
            if (sum != settled || times > 1) && told < TOLD {
                told += 1;
                faults.push(format!(
                    "unit {item} says it was charged {settled} and the ledger charges {sum} in {times} rows"
                ));
            }
        }
    }
    Ok(())
}

/// Proves the books of every account; the faults found, each with its account.
///
/// # Errors
/// When the database fails.
pub async fn reconcile_all(db: &DatabaseConnection) -> Result<Vec<(AccountId, String)>> {
    let accounts: Vec<AccountId> = account::Entity::find()
        .order_by_asc(account::Column::Id)
        .select_only()
        .column(account::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let mut faults = Vec::new();
    for id in accounts {
        match reconcile(db, id).await {
            Ok(found) => faults.extend(found.into_iter().map(|fault| (id, fault))),
            // Deleted in the meantime.
            Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(faults)
}
