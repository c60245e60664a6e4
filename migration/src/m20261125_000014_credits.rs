//! Credits that explain themselves: prices with a date, all limits of a plan, regular work that is done once a period.

use sea_orm_migration::{prelude::*, sea_orm::ConnectionTrait};

use crate::columns::{
    add, big_null, drop_all, drop_index, id, index, int_null, int_zero, take_away, text, text_null, time, time_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// (price list, operation, unit, unit size, credits, minimum)
const COSTS: &[(&str, &str, &str, i64, i64, i64)] = &[
    ("standard", "linking", "item", 1, 8, 0),
    ("standard", "optimization", "words", 200, 1, 0),
    ("standard", "site_structure", "request", 1, 50, 0),
    ("standard", "site_page", "item", 1, 20, 0),
    ("standard", "reparse", "item", 1, 1, 0),
    ("credit_only", "linking", "item", 1, 8, 0),
    ("credit_only", "optimization", "words", 200, 1, 0),
    ("credit_only", "site_structure", "request", 1, 50, 0),
    ("credit_only", "site_page", "item", 1, 20, 0),
    ("credit_only", "reparse", "item", 1, 1, 0),
];

const LIMITS: &[&str] = &[
    "max_sectors",
    "max_ideas",
    "max_ai_requests_per_day",
    "max_content_tasks_per_day",
    "max_words_per_month",
    "max_images_per_day",
    "max_storage_mb",
    "max_concurrent_tasks",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(manager, "credit_cost_configs", &["price_list", "operation"]).await?;
        add(
            manager,
            "credit_cost_configs",
            vec![
                // The first prices are in force since ever.
                ColumnDef::new("effective_from")
                    .timestamp_with_time_zone()
                    .not_null()
                    .default("2000-01-01 00:00:00+00:00")
                    .take(),
            ],
        )
        .await?;
        index(
            manager,
            "credit_cost_configs",
            &["price_list", "operation", "effective_from"],
            true,
        )
        .await?;
        for (list, operation, unit, size, credits, minimum) in COSTS {
            manager
                .execute(
                    Query::insert()
                        .into_table("credit_cost_configs")
                        .columns(["price_list", "operation", "unit", "unit_size", "credits", "minimum"])
                        .values_panic([
                            (*list).into(),
                            (*operation).into(),
                            (*unit).into(),
                            (*size).into(),
                            (*credits).into(),
                            (*minimum).into(),
                        ])
                        .to_owned(),
                )
                .await?;
        }
        add(manager, "plans", LIMITS.iter().map(|name| int_null(name)).collect()).await?;
        // The price that was in force when the work was asked for.
        add(manager, "ai_tasks", vec![big_null("credit_cost_id")]).await?;
        // Words that a unit holds of the month's, and once it is done those that it made.
        add(manager, "ai_task_items", vec![int_zero("words")]).await?;
        index(manager, "ai_task_items", &["account_id", "id"], false).await?;
        add(manager, "subscriptions", vec![time_null("low_credit_warned_at")]).await?;
        index(manager, "subscriptions", &["current_period_end"], false).await?;
        // One settlement for a unit, whatever the code does.
        let unique = "CREATE UNIQUE INDEX ix_credit_transactions_settled ON credit_transactions (ai_task_item_id) \
                      WHERE transaction_type = 'deduction' AND ai_task_item_id IS NOT NULL";
        manager.get_connection().execute_unprepared(unique).await?;
        let mut runs = Table::create();
        runs.table("scheduled_runs")
            .col(id())
            .col(text("name"))
            .col(text("period"))
            .col(text("worker"))
            .col(time("started_at"))
            .col(time("lease_until"))
            .col(time_null("finished_at"))
            .col(int_zero("attempts"))
            .col(text_null("summary"));
        manager.create_table(runs.take()).await?;
        index(manager, "scheduled_runs", &["name", "period"], true).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["scheduled_runs"]).await?;
        manager
            .get_connection()
            .execute_unprepared("DROP INDEX ix_credit_transactions_settled")
            .await?;
        drop_index(manager, "subscriptions", &["current_period_end"]).await?;
        take_away(manager, "subscriptions", &["low_credit_warned_at"]).await?;
        drop_index(manager, "ai_task_items", &["account_id", "id"]).await?;
        take_away(manager, "ai_task_items", &["words"]).await?;
        take_away(manager, "ai_tasks", &["credit_cost_id"]).await?;
        take_away(manager, "plans", LIMITS).await?;
        drop_index(
            manager,
            "credit_cost_configs",
            &["price_list", "operation", "effective_from"],
        )
        .await?;
        // Only the first price of each operation, and only the operations of before.
        let run = manager.get_connection();
        run.execute_unprepared("DELETE FROM credit_cost_configs WHERE effective_from > '2000-01-01 00:00:00+00:00'")
            .await?;
        run.execute_unprepared(
            "DELETE FROM credit_cost_configs WHERE operation IN ('linking', 'optimization', 'site_structure', 'site_page', 'reparse')",
        )
        .await?;
        take_away(manager, "credit_cost_configs", &["effective_from"]).await?;
        index(manager, "credit_cost_configs", &["price_list", "operation"], true).await
    }
}
