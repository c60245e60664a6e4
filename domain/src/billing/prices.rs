//! The cost table as the operator keeps it: prices are added, never changed, so that each charge stays explainable.

use entity::{
    CreditCostId,
    audit_event::AuditAction,
    credit_cost::{self, CostUnit, Input, PriceState, Row},
    plan,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{App, Error, Faults, Result, audit, db, scope::Scope};

/// Largest price and largest lot.
const MOST: i64 = 1_000_000;

/// Every price of every list, those to come and those of the past included: by list and operation, the newest first.
///
/// # Errors
/// [`Error::Forbidden`] for all but operators.
pub async fn all(app: &App, scope: &Scope) -> Result<Vec<Row>> {
    use credit_cost::Column as C;
    scope.operator()?;
    let now = crate::now();
    let rows = credit_cost::Entity::find()
        .order_by_asc(C::PriceList)
        .order_by_asc(C::Operation)
        .order_by_desc(C::EffectiveFrom)
        .all(&app.db)
        .await?;
    let mut followed = None;
    Ok(rows
        .into_iter()
        .map(|price| {
            let of = (price.price_list.clone(), price.operation);
            let state = if price.effective_from > now {
                PriceState::Coming
            } else if followed.as_ref() == Some(&of) {
                PriceState::Past
            } else {
                followed = Some(of);
                PriceState::InForce
            };
            Row { price, state }
        })
        .collect())
}

/// Names of the price lists: those that have prices and those that plans name.
///
/// # Errors
/// [`Error::Forbidden`] for all but operators.
pub async fn lists(app: &App, scope: &Scope) -> Result<Vec<String>> {
    scope.operator()?;
    let mut names: Vec<String> = credit_cost::Entity::find()
        .select_only()
        .column(credit_cost::Column::PriceList)
        .distinct()
        .into_tuple()
        .all(&app.db)
        .await?;
    let named: Vec<String> = plan::Entity::find()
        .select_only()
        .column(plan::Column::PriceList)
        .distinct()
        .into_tuple()
        .all(&app.db)
        .await?;
    names.extend(named);
    names.sort();
    names.dedup();
    Ok(names)
}

/// Sets a price from now or from a later moment on. Work that was started before keeps the price of its start.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::Conflict`] for a second price at the same moment, [`Error::Forbidden`] for all but
/// operators.
pub async fn set(app: &App, scope: &Scope, input: Input) -> Result<credit_cost::Model> {
    scope.operator()?;
    let now = crate::now();
    let from = input.effective_from.unwrap_or(now);
    let list = input.price_list.trim().to_owned();
    let known = lists(app, scope).await?;
    let mut faults = Faults::new();
    faults
        .check(
            known.contains(&list),
            "price_list",
            "Choose a price list that a plan uses.",
        )
        .check(
            (1..=MOST).contains(&input.unit_size),
            "unit_size",
            "A price is for 1 to 1,000,000 pieces or words.",
        )
        .check(
            input.unit_size == 1 || matches!(input.unit, CostUnit::Items | CostUnit::Words),
            "unit_size",
            "A price by request or by piece is for one.",
        )
        .check(
            (0..=MOST).contains(&input.credits),
            "credits",
            "A price is 0 to 1,000,000 credits.",
        )
        .check(
            (0..=MOST).contains(&input.minimum),
            "minimum",
            "The least is 0 to 1,000,000 credits.",
        )
        // A minute for clocks that differ.
        .check(
            from >= now - chrono::Duration::minutes(1),
            "effective_from",
            "A price cannot begin in the past: what was charged must stay explainable.",
        );
    faults.finish()?;
    let txn = db::begin_write(&app.db).await?;
    let inserted = credit_cost::Entity::insert(credit_cost::ActiveModel {
        price_list: Set(list.clone()),
        operation: Set(input.operation),
        unit: Set(input.unit),
        unit_size: Set(input.unit_size),
        credits: Set(input.credits),
        minimum: Set(input.minimum),
        effective_from: Set(from.max(now)),
        ..Default::default()
    })
    .exec_with_returning(&txn)
    .await;
    let made = match inserted {
        Err(error) if Error::is_unique_violation(&error) => {
            return Err(Error::Conflict(
                "There is a price for this from that moment on already. Choose another moment.".to_owned(),
            ));
        }
        other => other?,
    };
    let detail = format!(
        "{list}, {}: {} credits {} from {}",
        made.operation.label(),
        made.credits,
        made.unit.label(),
        made.effective_from.format("%Y-%m-%d %H:%M UTC")
    );
    audit::record(
        &txn,
        scope,
        AuditAction::PriceChanged,
        "credit_cost",
        Some(made.id.0),
        detail,
    )
    .await?;
    txn.commit().await?;
    Ok(made)
}

/// Takes back a price that is not in force yet.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] for one that is or was in force, [`Error::Forbidden`] for all but operators.
pub async fn withdraw(app: &App, scope: &Scope, id: CreditCostId) -> Result<()> {
    scope.operator()?;
    let txn = db::begin_write(&app.db).await?;
    let found = super::find_price(&txn, id).await?.ok_or(Error::NotFound("The price"))?;
    let gone = credit_cost::Entity::delete_many()
        .filter(credit_cost::Column::Id.eq(id))
        .filter(credit_cost::Column::EffectiveFrom.gt(crate::now()))
        .exec(&txn)
        .await?;
    if gone.rows_affected == 0 {
        return Err(Error::Conflict(
            "This price is or was in force, so it stays in the history. Set a new one.".to_owned(),
        ));
    }
    let detail = format!("{}, {}: taken back", found.price_list, found.operation.label());
    audit::record(
        &txn,
        scope,
        AuditAction::PriceChanged,
        "credit_cost",
        Some(id.0),
        detail,
    )
    .await?;
    txn.commit().await?;
    Ok(())
}
