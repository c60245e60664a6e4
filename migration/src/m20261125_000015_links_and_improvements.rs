//! Links between articles, proposed improvements, proposed pages of a site.

use sea_orm_migration::prelude::*;

use crate::columns::{big, big_null, create, drop_all, id, index, int_null, int_zero, text, text_empty, time};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            "internal_links",
            vec![
                id(),
                big("account_id"),
                big("site_id"),
                big("content_id"),
                big("target_content_id"),
                text("anchor"),
                text("sentence"),
                text_empty("reason"),
                int_zero("position"),
                text("link_type"),
                int_zero("score"),
                text("status"),
                big_null("ai_task_item_id"),
                time("created_at"),
                time("updated_at"),
            ],
            &[
                ("account_id", "accounts"),
                ("site_id", "sites"),
                ("content_id", "contents"),
                ("target_content_id", "contents"),
            ],
        )
        .await?;
        index(manager, "internal_links", &["content_id", "target_content_id"], true).await?;
        index(manager, "internal_links", &["target_content_id"], false).await?;
        index(manager, "internal_links", &["site_id", "status"], false).await?;
        create(
            manager,
            "optimization_tasks",
            vec![
                id(),
                big("account_id"),
                big("site_id"),
                big("content_id"),
                text("status"),
                // The revision that was looked at, and the one that applying made.
                int_zero("base_revision"),
                int_null("applied_revision"),
                text_empty("html_before"),
                text_empty("html_after"),
                // JSON: title and texts for search results.
                text("meta_before"),
                text("meta_after"),
                // JSON: a list of sentences.
                text("changes"),
                big_null("ai_task_item_id"),
                time("created_at"),
                time("updated_at"),
            ],
            &[
                ("account_id", "accounts"),
                ("site_id", "sites"),
                ("content_id", "contents"),
            ],
        )
        .await?;
        index(manager, "optimization_tasks", &["content_id", "id"], false).await?;
        index(manager, "optimization_tasks", &["site_id", "id"], false).await?;
        create(
            manager,
            "site_blueprints",
            vec![
                id(),
                big("account_id"),
                big("site_id"),
                text("name"),
                text("status"),
                big_null("ai_task_item_id"),
                time("created_at"),
                time("updated_at"),
            ],
            &[("account_id", "accounts"), ("site_id", "sites")],
        )
        .await?;
        index(manager, "site_blueprints", &["site_id", "id"], false).await?;
        create(
            manager,
            "page_blueprints",
            vec![
                id(),
                big("account_id"),
                big("site_id"),
                big("blueprint_id"),
                big_null("parent_id"),
                text("title"),
                text("slug"),
                text("page_type"),
                big_null("cluster_id"),
                text_empty("purpose"),
                text_empty("target_keywords"),
                int_zero("position"),
                time("created_at"),
                time("updated_at"),
            ],
            &[
                ("account_id", "accounts"),
                ("site_id", "sites"),
                ("blueprint_id", "site_blueprints"),
            ],
        )
        .await?;
        index(manager, "page_blueprints", &["blueprint_id", "slug"], true).await?;
        index(manager, "page_blueprints", &["blueprint_id", "position"], false).await?;
        index(manager, "page_blueprints", &["site_id"], false).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(
            manager,
            &[
                "page_blueprints",
                "site_blueprints",
                "optimization_tasks",
                "internal_links",
            ],
        )
        .await
    }
}
