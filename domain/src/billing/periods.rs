//! What happens to every account again and again: the plan's monthly credits, and a word when few are left.
//!
//! Both are safe to run any number of times, by any number of servers at once: the ledger's key and the guarded update of
//! the subscription let each happen once for a period.

use chrono::Months;
use entity::{
    AccountId, Timestamp,
    account::AccountStatus,
    credit_transaction::TransactionType,
    subscription::{self, SubscriptionStatus},
    user::{self, Role},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use super::{ledger, limits};
use crate::{
    App, Error, Result, db, mail,
    scope::{Scope, Scoped},
};

/// Subscriptions that are looked at in one go.
const PIECE: u64 = 200;
/// Share of the plan's monthly credits below which few are left, in percent.
pub const LOW_PERCENT: i64 = 10;

/// Whether so few credits are left that somebody should be told.
pub fn is_low(available: i64, per_month: i64) -> bool {
    per_month > 0 && available * 100 < per_month * LOW_PERCENT
}

/// The first moment after `end` that lies whole months after `anchor`: a subscription of the 31st ends on the last day of
/// shorter months and on the 31st of the others.
fn next_end(anchor: Timestamp, end: Timestamp) -> Timestamp {
    (1..)
        .map_while(|months| anchor.checked_add_months(Months::new(months)))
        .find(|moment| *moment > end)
        .unwrap_or(end + chrono::Duration::days(30))
}

/// Gives each account the credits of the periods that began since the last time; says how many periods that were.
///
/// # Errors
/// When the database fails.
pub async fn replenish(app: &App) -> Result<u64> {
    let mut periods = 0;
    let mut last = 0;
    loop {
        let due = subscription::Entity::find()
            .filter(subscription::Column::Status.eq(SubscriptionStatus::Active))
            .filter(subscription::Column::CurrentPeriodEnd.lte(crate::now()))
            .filter(subscription::Column::Id.gt(last))
            .order_by_asc(subscription::Column::Id)
            .limit(PIECE)
            .all(&app.db)
            .await?;
        let Some(end) = due.last() else {
            return Ok(periods);
        };
        last = end.id.0;
        for subscription in due {
            periods += begin_periods(app, subscription).await?;
        }
    }
}

/// Begins the periods of one subscription that are due, each in a transaction of its own.
async fn begin_periods(app: &App, mut subscription: subscription::Model) -> Result<u64> {
    use subscription::Column as C;
    let mut begun = 0;
    while subscription.current_period_end <= crate::now() {
        let scope = Scope::system(subscription.account_id);
        let txn = db::begin_write(&app.db).await?;
        let account = crate::scope::lock_account(&txn, &scope).await?;
        let (start, end) = (
            subscription.current_period_end,
            next_end(subscription.created_at, subscription.current_period_end),
        );
        let moved = subscription::Entity::update_in(&scope)
            .col_expr(C::CurrentPeriodStart, Expr::value(start))
            .col_expr(C::CurrentPeriodEnd, Expr::value(end))
            .col_expr(C::UpdatedAt, Expr::value(crate::now()))
            .filter(C::Id.eq(subscription.id))
            .filter(C::Status.eq(SubscriptionStatus::Active))
            .filter(C::CurrentPeriodEnd.eq(start))
            .exec(&txn)
            .await?;
        if moved.rows_affected != 1 {
            // Another server was quicker, or it was cancelled just now.
            return Ok(begun);
        }
        let plan = limits::plan_of(&txn, &scope).await?;
        // Who may not work gets nothing for the time.
        let works = matches!(account.status, AccountStatus::Active | AccountStatus::Trial);
        if works && plan.included_credits > 0 {
            ledger::grant(
                &txn,
                account.id,
                TransactionType::Subscription,
                plan.included_credits,
                format!("subscription:{}:{}", subscription.id, start.timestamp()),
                &format!(
                    "Credits of the {} plan for the month from {}",
                    plan.name,
                    start.format("%-d %B %Y")
                ),
                None,
            )
            .await?;
            begun += 1;
        }
        txn.commit().await?;
        subscription.current_period_start = start;
        subscription.current_period_end = end;
    }
    Ok(begun)
}

/// Tells the owners of accounts with few credits left, once in each period; says how many accounts that were.
///
/// # Errors
/// When the database or the secrets fail.
pub async fn warn_low(app: &App) -> Result<u64> {
    let mut told = 0;
    let mut last = 0;
    loop {
        let candidates = subscription::Entity::find()
            .filter(subscription::Column::Status.eq(SubscriptionStatus::Active))
            .filter(not_told())
            .filter(subscription::Column::Id.gt(last))
            .order_by_asc(subscription::Column::Id)
            .limit(PIECE)
            .all(&app.db)
            .await?;
        let Some(end) = candidates.last() else {
            return Ok(told);
        };
        last = end.id.0;
        for subscription in candidates {
            told += u64::from(warn(app, &subscription).await?);
        }
    }
}

/// Nobody was told since the period began.
fn not_told() -> sea_orm::Condition {
    use subscription::Column as C;
    sea_orm::Condition::any()
        .add(C::LowCreditWarnedAt.is_null())
        .add(Expr::col(C::LowCreditWarnedAt).lt(Expr::col(C::CurrentPeriodStart)))
}

async fn warn(app: &App, subscription: &subscription::Model) -> Result<bool> {
    let scope = Scope::system(subscription.account_id);
    let account = match crate::scope::account(&app.db, &scope).await {
        Err(Error::NotFound(_)) => return Ok(false),
        found => found?,
    };
    let plan = limits::plan_of(&app.db, &scope).await?;
    let works = matches!(account.status, AccountStatus::Active | AccountStatus::Trial);
    if !works || !is_low(account.available(), plan.included_credits) {
        return Ok(false);
    }
    let txn = db::begin_write(&app.db).await?;
    let now = crate::now();
    let marked = subscription::Entity::update_in(&scope)
        .col_expr(subscription::Column::LowCreditWarnedAt, Expr::value(now))
        .filter(subscription::Column::Id.eq(subscription.id))
        .filter(not_told())
        .exec(&txn)
        .await?;
    if marked.rows_affected != 1 {
        return Ok(false);
    }
    let mut mails = Vec::new();
    for address in owners(&txn, account.id).await? {
        let text = format!(
            "{} of the {} credits that the {} plan adds each month are left in the account {}. When none are left, work that \
             needs credits does not start; everything else goes on.\n\nThe next credits come on {}.",
            Ord::max(account.available(), 0),
            plan.included_credits,
            plan.name,
            account.name,
            subscription.current_period_end.format("%-d %B %Y")
        );
        let link = format!("{}/credits", app.config.server.base_url());
        let subject = "Few credits are left";
        mails.push(mail::queue(app, &txn, Some(account.id), &address, subject, &text, Some(&link)).await?);
    }
    txn.commit().await?;
    for id in mails {
        mail::push(app, id).await;
    }
    Ok(true)
}

async fn owners(db: &impl ConnectionTrait, account: AccountId) -> Result<Vec<String>> {
    Ok(user::Entity::find_in(&Scope::system(account))
        .filter(user::Column::Role.eq(Role::Owner))
        .filter(user::Column::IsActive.eq(true))
        .order_by_asc(user::Column::Id)
        .select_only()
        .column(user::Column::Email)
        .into_tuple()
        .all(db)
        .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscription_of_the_last_day_keeps_to_it() {
        let moment = |text: &str| text.parse::<Timestamp>().expect("a moment");
        let anchor = moment("2027-01-31T08:00:00Z");
        let mut end = anchor;
        let mut ends = Vec::new();
        for _ in 0..4 {
            end = next_end(anchor, end);
            ends.push(end.format("%m-%d").to_string());
        }
        assert_eq!(ends, ["02-28", "03-31", "04-30", "05-31"]);
    }

    #[test]
    fn few_is_less_than_a_tenth() {
        assert!(is_low(99, 1_000) && is_low(0, 1_000));
        assert!(!is_low(100, 1_000) && !is_low(0, 0));
    }
}
