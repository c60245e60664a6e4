//! Indexes of the list of jobs and of a job's receipt; tried-out pictures that were deleted still count for their day.

use sea_orm_migration::prelude::*;

use crate::columns::{add, drop_index, index, take_away, time_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

const INDEXES: [(&str, &[&str]); 5] = [
    // The youngest first, of all sites and of one.
    ("ai_tasks", &["account_id", "id"]),
    ("ai_tasks", &["account_id", "site_id", "id"]),
    ("ai_task_items", &["ai_task_id", "position"]),
    ("credit_usage_logs", &["ai_task_item_id"]),
    ("credit_transactions", &["ai_task_id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, columns) in INDEXES {
            index(manager, table, columns, false).await?;
        }
        add(manager, "image_tests", vec![time_null("deleted_at")]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        take_away(manager, "image_tests", &["deleted_at"]).await?;
        for (table, columns) in INDEXES {
            drop_index(manager, table, columns).await?;
        }
        Ok(())
    }
}
