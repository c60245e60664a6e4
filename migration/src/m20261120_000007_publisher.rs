//! Connections, publications, settings of the AI provider.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big, big_null, create, drop_all, flag, id, index, int_null, int_zero, text, text_empty, text_null, time, time_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            "integrations",
            vec![
                id(),
                big("account_id"),
                big("site_id"),
                text("platform"),
                text("name"),
                text("base_url"),
                text_empty("username"),
                text_empty("credentials"),
                flag("is_active", true),
                text("status"),
                text_null("last_error"),
                time_null("last_tested_at"),
                time("created_at"),
                time("updated_at"),
            ],
            &[("account_id", "accounts"), ("site_id", "sites")],
        )
        .await?;
        index(manager, "integrations", &["site_id"], false).await?;
        create(
            manager,
            "publishing_records",
            vec![
                id(),
                big("account_id"),
                big("site_id"),
                big("content_id"),
                big("integration_id"),
                text("status"),
                text("target_status"),
                text_null("external_id"),
                text_null("external_url"),
                int_null("published_revision"),
                text_empty("media"),
                int_zero("attempts"),
                text_null("worker"),
                text_null("error"),
                big_null("user_id"),
                time_null("published_at"),
                time("created_at"),
                time("updated_at"),
            ],
            &[
                ("account_id", "accounts"),
                ("site_id", "sites"),
                ("content_id", "contents"),
                ("integration_id", "integrations"),
            ],
        )
        .await?;
        index(manager, "publishing_records", &["content_id", "integration_id"], true).await?;
        index(manager, "publishing_records", &["site_id", "updated_at"], false).await?;
        index(manager, "publishing_records", &["status"], false).await?;
        create(
            manager,
            "provider_settings",
            vec![
                id(),
                big("account_id"),
                text("provider"),
                text_empty("base_url"),
                text_empty("model"),
                text_empty("image_model"),
                text_empty("secret"),
                text_empty("key_hint"),
                time("updated_at"),
            ],
            &[("account_id", "accounts")],
        )
        .await?;
        index(manager, "provider_settings", &["account_id"], true).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["provider_settings", "publishing_records", "integrations"]).await
    }
}
