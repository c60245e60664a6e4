//! Plans as the operator keeps them.

use entity::{
    PlanId,
    audit_event::AuditAction,
    plan::{self, Input},
};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryOrder};

use super::prices;
use crate::{App, Error, Faults, Result, audit, db, scope::Scope};

/// All plans, the cheapest first.
///
/// # Errors
/// [`Error::Forbidden`] for all but operators.
pub async fn all(app: &App, scope: &Scope) -> Result<Vec<plan::Model>> {
    scope.operator()?;
    Ok(plan::Entity::find()
        .order_by_asc(plan::Column::PriceCents)
        .order_by_asc(plan::Column::Id)
        .all(&app.db)
        .await?)
}

/// Changes a plan for all accounts that have it. Limits count from the next piece of work on; what is there stays.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::NotFound`], [`Error::Forbidden`] for all but operators.
pub async fn update(app: &App, scope: &Scope, id: PlanId, input: Input) -> Result<plan::Model> {
    scope.operator()?;
    let lists = prices::lists(app, scope).await?;
    let name = input.name.trim().to_owned();
    let mut faults = Faults::new();
    faults
        .check(
            !name.is_empty() && name.chars().count() <= 80,
            "name",
            "Enter a name of at most 80 characters.",
        )
        .check(
            (0..=100_000_000).contains(&input.price_cents),
            "price_cents",
            "Enter a price of 0 or more.",
        )
        .check(
            (0..=1_000_000_000).contains(&input.included_credits),
            "included_credits",
            "Enter 0 or more credits.",
        )
        .check(
            lists.contains(&input.price_list),
            "price_list",
            "Choose one of the price lists.",
        );
    for (field, limit) in [
        ("max_users", input.max_users),
        ("max_sites", input.max_sites),
        ("max_sectors", input.max_sectors),
        ("max_keywords", input.max_keywords),
        ("max_clusters", input.max_clusters),
        ("max_ideas", input.max_ideas),
        ("max_ai_requests_per_day", input.max_ai_requests_per_day),
        ("max_content_tasks_per_day", input.max_content_tasks_per_day),
        ("max_words_per_month", input.max_words_per_month),
        ("max_images_per_day", input.max_images_per_day),
        ("max_storage_mb", input.max_storage_mb),
        ("max_concurrent_tasks", input.max_concurrent_tasks),
    ] {
        faults.check(
            limit.is_none_or(|limit| limit >= 0),
            field,
            "Enter 0 or more, or nothing for no limit.",
        );
    }
    faults.finish()?;
    let txn = db::begin_write(&app.db).await?;
    let found = plan::Entity::find_by_id(id)
        .one(&txn)
        .await?
        .ok_or(Error::NotFound("The plan"))?;
    let changed = plan::Entity::update(plan::ActiveModel {
        id: Set(found.id),
        name: Set(name),
        price_cents: Set(input.price_cents),
        included_credits: Set(input.included_credits),
        support_level: Set(input.support_level.trim().chars().take(80).collect()),
        price_list: Set(input.price_list),
        max_users: Set(input.max_users),
        max_sites: Set(input.max_sites),
        max_sectors: Set(input.max_sectors),
        max_keywords: Set(input.max_keywords),
        max_clusters: Set(input.max_clusters),
        max_ideas: Set(input.max_ideas),
        max_ai_requests_per_day: Set(input.max_ai_requests_per_day),
        max_content_tasks_per_day: Set(input.max_content_tasks_per_day),
        max_words_per_month: Set(input.max_words_per_month),
        max_images_per_day: Set(input.max_images_per_day),
        max_storage_mb: Set(input.max_storage_mb),
        max_concurrent_tasks: Set(input.max_concurrent_tasks),
        updated_at: Set(crate::now()),
        ..Default::default()
    })
    .exec(&txn)
    .await?;
    audit::record(
        &txn,
        scope,
        AuditAction::PlanChanged,
        "plan",
        Some(id.0),
        changed.name.clone(),
    )
    .await?;
    txn.commit().await?;
    Ok(changed)
}
