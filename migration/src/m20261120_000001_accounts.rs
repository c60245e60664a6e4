//! Plans, accounts, people, subscriptions.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big, big_null, big_zero, create, drop_all, flag, id, index, int_null, text, text_empty, time, time_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            "plans",
            vec![
                id(),
                text("name"),
                text("slug"),
                big_zero("price_cents"),
                text("billing_cycle"),
                big_zero("included_credits"),
                text_empty("support_level"),
                text("price_list"),
                int_null("max_users"),
                int_null("max_sites"),
                int_null("max_keywords"),
                int_null("max_clusters"),
                flag("is_default", false),
                time("created_at"),
                time("updated_at"),
            ],
            &[],
        )
        .await?;
        index(manager, "plans", &["slug"], true).await?;
        create(
            manager,
            "accounts",
            vec![
                id(),
                text("name"),
                text("slug"),
                big_null("owner_id"),
                big("plan_id"),
                big_zero("credits"),
                big_zero("reserved"),
                text("status"),
                time("created_at"),
                time("updated_at"),
            ],
            &[("plan_id", "plans")],
        )
        .await?;
        index(manager, "accounts", &["slug"], true).await?;
        create(
            manager,
            "users",
            vec![
                id(),
                text("email"),
                big("account_id"),
                text("role"),
                text_empty("name"),
                text("password_hash"),
                flag("is_active", true),
                time_null("last_login_at"),
                time("created_at"),
                time("updated_at"),
            ],
            &[("account_id", "accounts")],
        )
        .await?;
        index(manager, "users", &["email"], true).await?;
        index(manager, "users", &["account_id"], false).await?;
        create(
            manager,
            "subscriptions",
            vec![
                id(),
                big("account_id"),
                big("plan_id"),
                text("status"),
                time("current_period_start"),
                time("current_period_end"),
                time("created_at"),
                time("updated_at"),
            ],
            &[("account_id", "accounts"), ("plan_id", "plans")],
        )
        .await?;
        index(manager, "subscriptions", &["account_id"], false).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["subscriptions", "users", "accounts", "plans"]).await
    }
}
