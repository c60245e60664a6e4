//! AI tasks, their units of work, signs of life of workers.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big, big_null, big_zero, create, drop_all, flag, id, index, int_zero, text, text_empty, text_null, time, time_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            "ai_tasks",
            vec![
                id(),
                text("public_id"),
                big("account_id"),
                big("site_id"),
                big("sector_id"),
                big_null("user_id"),
                text("function"),
                text("status"),
                text("phase"),
                int_zero("items_total"),
                int_zero("items_done"),
                int_zero("items_failed"),
                big_zero("credits_reserved"),
                big_zero("credits_settled"),
                big_zero("credits_released"),
                text_empty("params"),
                text_null("summary"),
                text_null("error"),
                flag("cancel_requested", false),
                text_null("idempotency_key"),
                time("created_at"),
                time_null("started_at"),
                time_null("finished_at"),
                time("updated_at"),
            ],
            &[
                ("account_id", "accounts"),
                ("site_id", "sites"),
                ("sector_id", "sectors"),
            ],
        )
        .await?;
        index(manager, "ai_tasks", &["public_id"], true).await?;
        index(manager, "ai_tasks", &["account_id", "idempotency_key"], true).await?;
        index(manager, "ai_tasks", &["status"], false).await?;
        index(manager, "ai_tasks", &["site_id", "created_at"], false).await?;
        create(
            manager,
            "ai_task_items",
            vec![
                id(),
                big("ai_task_id"),
                big("account_id"),
                int_zero("position"),
                text("object_type"),
                big_zero("object_id"),
                text("status"),
                big_zero("credits_reserved"),
                big_zero("credits_settled"),
                int_zero("attempts"),
                text_null("worker"),
                text_null("error_code"),
                text_null("error"),
                text_null("result"),
                time_null("started_at"),
                time_null("finished_at"),
            ],
            &[("ai_task_id", "ai_tasks"), ("account_id", "accounts")],
        )
        .await?;
        index(manager, "ai_task_items", &["ai_task_id", "status", "position"], false).await?;
        index(manager, "ai_task_items", &["object_type", "object_id"], false).await?;
        index(manager, "ai_task_items", &["status", "worker"], false).await?;
        let mut beats = Table::create();
        beats
            .table("worker_beats")
            .col(ColumnDef::new("id").text().not_null().primary_key())
            .col(time("seen_at"));
        manager.create_table(beats.take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["worker_beats", "ai_task_items", "ai_tasks"]).await
    }
}
