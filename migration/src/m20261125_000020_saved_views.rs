//! Views of lists that people keep.

use sea_orm_migration::prelude::*;

use crate::columns::{big, create, drop_all, flag, id, index, text, text_empty, text_null, time};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            "saved_views",
            vec![
                id(),
                big("account_id"),
                big("user_id"),
                text("list_name"),
                text("name"),
                text("name_key"),
                text_empty("query"),
                text_null("hidden_columns"),
                flag("shared", false),
                time("created_at"),
                time("updated_at"),
            ],
            &[("account_id", "accounts"), ("user_id", "users")],
        )
        .await?;
        index(
            manager,
            "saved_views",
            &["account_id", "list_name", "user_id", "name_key"],
            true,
        )
        .await?;
        index(manager, "saved_views", &["user_id"], false).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["saved_views"]).await
    }
}
