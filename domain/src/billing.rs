//! Credits: what things cost, what is left, what was spent.

pub mod bookings;
pub mod books;
pub mod ledger;
pub mod limits;
pub mod periods;
pub mod plans;
pub mod prices;

use entity::{
    CreditCostId, ListQuery, Page,
    account::Balance,
    credit_cost, credit_transaction,
    credit_usage_log::{self, Operation},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::{
    App, Error, Result,
    scope::{self, Scope, Scoped},
};

/// What an account has to spend.
///
/// # Errors
/// When the database fails.
pub async fn balance(app: &App, scope: &Scope) -> Result<Balance> {
    let account = scope::account(&app.db, scope).await?;
    let plan = limits::plan_of(&app.db, scope).await?;
    let (month, _) = limits::month_of(crate::now());
    let used: Option<Option<i64>> = credit_transaction::Entity::find_in(scope)
        .filter(credit_transaction::Column::TransactionType.eq(credit_transaction::TransactionType::Deduction))
        .filter(credit_transaction::Column::CreatedAt.gte(month))
        .select_only()
        .column_as(
            sea_orm::sea_query::Expr::expr(credit_transaction::Column::Amount.sum()).cast_as("bigint"),
            "used",
        )
        .into_tuple()
        .one(&app.db)
        .await?;
    Ok(Balance {
        credits: account.credits,
        reserved: account.reserved,
        available: account.available(),
        is_low: periods::is_low(account.available(), plan.included_credits),
        plan_credits_per_month: plan.included_credits,
        credits_used_this_month: -used.flatten().unwrap_or(0),
    })
}

/// The ledger, newest first. It names things of every site, so it is for those who see them all.
///
/// # Errors
/// [`Error::Forbidden`] for editors and viewers.
pub async fn transactions(app: &App, scope: &Scope, list: &ListQuery) -> Result<Page<credit_transaction::Model>> {
    scope.admin()?;
    let found = credit_transaction::Entity::find_in(scope).order_by_desc(credit_transaction::Column::Id);
    let pages = found.paginate(&app.db, u64::from(list.page_size()));
    Ok(Page {
        count: pages.num_items().await?,
        count_exact: true,
        page: list.page(),
        page_size: list.page_size(),
        results: pages.fetch_page(u64::from(list.page() - 1)).await?,
    })
}

/// The usage log, newest first. It names things of every site, so it is for those who see them all.
///
/// # Errors
/// [`Error::Forbidden`] for editors and viewers.
pub async fn usage(app: &App, scope: &Scope, list: &ListQuery) -> Result<Page<credit_usage_log::Model>> {
    scope.admin()?;
    let found = credit_usage_log::Entity::find_in(scope).order_by_desc(credit_usage_log::Column::Id);
    let pages = found.paginate(&app.db, u64::from(list.page_size()));
    Ok(Page {
        count: pages.num_items().await?,
        count_exact: true,
        page: list.page(),
        page_size: list.page_size(),
        results: pages.fetch_page(u64::from(list.page() - 1)).await?,
    })
}

/// The price list of the account's plan as it is in force.
///
/// # Errors
/// When the database fails.
pub async fn costs(app: &App, scope: &Scope) -> Result<Vec<credit_cost::Model>> {
    let list = price_list(&app.db, scope).await?;
    let rows = credit_cost::Entity::find()
        .filter(credit_cost::Column::PriceList.eq(list))
        .filter(credit_cost::Column::EffectiveFrom.lte(crate::now()))
        .order_by_asc(credit_cost::Column::EffectiveFrom)
        .all(&app.db)
        .await?;
    Ok(in_force(rows))
}

/// The last price of each operation, in the order of the operations. `rows` come oldest first.
fn in_force(rows: Vec<credit_cost::Model>) -> Vec<credit_cost::Model> {
    Operation::ALL
        .iter()
        .filter_map(|operation| rows.iter().rfind(|row| row.operation == *operation).cloned())
        .collect()
}

/// A price by its number: the one that was in force when some work was started.
///
/// # Errors
/// [`Error::Internal`] when there is none.
pub(crate) async fn price(db: &impl ConnectionTrait, id: CreditCostId) -> Result<credit_cost::Model> {
    find_price(db, id)
        .await?
        .ok_or_else(|| Error::Internal(format!("price {id} is gone")))
}

async fn find_price(db: &impl ConnectionTrait, id: CreditCostId) -> Result<Option<credit_cost::Model>> {
    Ok(credit_cost::Entity::find_by_id(id).one(db).await?)
}

/// What `operation` costs under the account's plan.
///
/// # Errors
/// [`Error::Internal`] when the cost table has no such row.
pub async fn cost_of(db: &impl ConnectionTrait, scope: &Scope, operation: Operation) -> Result<credit_cost::Model> {
    let list = price_list(db, scope).await?;
    credit_cost::Entity::find()
        .filter(credit_cost::Column::PriceList.eq(&list))
        .filter(credit_cost::Column::Operation.eq(operation))
        .filter(credit_cost::Column::EffectiveFrom.lte(crate::now()))
        .order_by_desc(credit_cost::Column::EffectiveFrom)
        .one(db)
        .await?
        .ok_or_else(|| Error::Internal(format!("price list {list:?} has no price for {operation}")))
}

async fn price_list(db: &impl ConnectionTrait, scope: &Scope) -> Result<String> {
    Ok(limits::plan_of(db, scope).await?.price_list)
}
