//! Tasks, articles with their versions, pictures.

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
            "tasks",
            vec![
                id(),
                big("account_id"),
                big("site_id"),
                big("sector_id"),
                text("title"),
                text_empty("description"),
                big_null("cluster_id"),
                big_null("idea_id"),
                text("content_type"),
                text("content_structure"),
                text("entity_type"),
                text_empty("keywords"),
                int_zero("target_word_count"),
                text("status"),
                time("created_at"),
                time("updated_at"),
            ],
            &[
                ("account_id", "accounts"),
                ("site_id", "sites"),
                ("sector_id", "sectors"),
            ],
        )
        .await?;
        index(manager, "tasks", &["site_id", "created_at"], false).await?;
        index(manager, "tasks", &["idea_id"], true).await?;
        index(manager, "tasks", &["cluster_id"], false).await?;
        create(
            manager,
            "contents",
            vec![
                id(),
                big("account_id"),
                big("site_id"),
                big("sector_id"),
                big_null("task_id"),
                big_null("cluster_id"),
                text("title"),
                text("slug"),
                text_empty("html_content"),
                int_zero("word_count"),
                text_empty("excerpt"),
                text_empty("meta_title"),
                text_empty("meta_description"),
                text_empty("primary_keyword"),
                text_empty("secondary_keywords"),
                text_empty("categories"),
                text_empty("tags"),
                text("status"),
                text("entity_type"),
                text("source"),
                flag("is_outline", false),
                int_zero("revision"),
                text("public_id"),
                text_null("external_url"),
                time_null("published_at"),
                time("created_at"),
                time("updated_at"),
            ],
            &[
                ("account_id", "accounts"),
                ("site_id", "sites"),
                ("sector_id", "sectors"),
            ],
        )
        .await?;
        index(manager, "contents", &["site_id", "created_at"], false).await?;
        index(manager, "contents", &["task_id"], true).await?;
        index(manager, "contents", &["public_id"], true).await?;
        index(manager, "contents", &["site_id", "slug"], true).await?;
        create(
            manager,
            "content_versions",
            vec![
                id(),
                big("account_id"),
                big("content_id"),
                int_zero("revision"),
                text("title"),
                text_empty("html_content"),
                text_empty("meta_title"),
                text_empty("meta_description"),
                int_zero("word_count"),
                big_null("user_id"),
                text("reason"),
                time("created_at"),
            ],
            &[("account_id", "accounts"), ("content_id", "contents")],
        )
        .await?;
        index(manager, "content_versions", &["content_id", "revision"], true).await?;
        create(
            manager,
            "images",
            vec![
                id(),
                big("account_id"),
                big("site_id"),
                big("sector_id"),
                big_null("task_id"),
                big_null("content_id"),
                text("image_type"),
                int_zero("position"),
                text_null("heading"),
                text_empty("prompt"),
                text_empty("alt_text"),
                text("status"),
                text_null("storage_key"),
                text_null("mime_type"),
                int_null("width"),
                int_null("height"),
                big_null("size_bytes"),
                text_null("provider"),
                text_null("error"),
                time("created_at"),
                time("updated_at"),
            ],
            &[
                ("account_id", "accounts"),
                ("site_id", "sites"),
                ("sector_id", "sectors"),
            ],
        )
        .await?;
        index(manager, "images", &["content_id", "position"], false).await?;
        index(manager, "images", &["site_id", "created_at"], false).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["images", "content_versions", "contents", "tasks"]).await
    }
}
