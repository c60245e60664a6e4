//! The ledger, the usage log, the cost table.

use sea_orm_migration::prelude::*;

use crate::columns::{big, big_null, big_zero, create, drop_all, id, index, text, text_empty, time};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            "credit_transactions",
            vec![
                id(),
                big("account_id"),
                text("transaction_type"),
                big("amount"),
                big("balance_after"),
                text_empty("description"),
                text("idempotency_key"),
                big_null("ai_task_id"),
                big_null("ai_task_item_id"),
                big_null("user_id"),
                time("created_at"),
            ],
            &[("account_id", "accounts")],
        )
        .await?;
        index(manager, "credit_transactions", &["idempotency_key"], true).await?;
        index(manager, "credit_transactions", &["account_id", "id"], false).await?;
        create(
            manager,
            "credit_usage_logs",
            vec![
                id(),
                big("account_id"),
                big_null("site_id"),
                big_null("user_id"),
                text("operation"),
                big_zero("credits_used"),
                big_zero("cost_usd_micros"),
                text_empty("provider"),
                text_empty("model"),
                big_zero("tokens_in"),
                big_zero("tokens_out"),
                text_empty("object_type"),
                big_zero("object_id"),
                big_null("ai_task_item_id"),
                time("created_at"),
            ],
            &[("account_id", "accounts")],
        )
        .await?;
        index(manager, "credit_usage_logs", &["account_id", "id"], false).await?;
        create(
            manager,
            "credit_cost_configs",
            vec![
                id(),
                text("price_list"),
                text("operation"),
                text("unit"),
                big("unit_size"),
                big("credits"),
                big_zero("minimum"),
            ],
            &[],
        )
        .await?;
        index(manager, "credit_cost_configs", &["price_list", "operation"], true).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(
            manager,
            &["credit_cost_configs", "credit_usage_logs", "credit_transactions"],
        )
        .await
    }
}
