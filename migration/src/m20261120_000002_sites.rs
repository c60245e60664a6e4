//! The catalogue of industries; sites, their sectors, who may reach them.

use sea_orm_migration::prelude::*;

use crate::columns::{big, big_null, create, drop_all, flag, id, index, text, text_null, time};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, "industries", vec![id(), text("name"), text("slug")], &[]).await?;
        index(manager, "industries", &["slug"], true).await?;
        create(
            manager,
            "industry_sectors",
            vec![id(), big("industry_id"), text("name"), text("slug")],
            &[("industry_id", "industries")],
        )
        .await?;
        index(manager, "industry_sectors", &["industry_id", "slug"], true).await?;
        create(
            manager,
            "sites",
            vec![
                id(),
                big("account_id"),
                text("name"),
                text("slug"),
                text_null("domain"),
                big_null("industry_id"),
                flag("is_active", true),
                text("status"),
                text("site_type"),
                text("hosting_type"),
                time("created_at"),
                time("updated_at"),
            ],
            &[("account_id", "accounts")],
        )
        .await?;
        index(manager, "sites", &["account_id", "slug"], true).await?;
        create(
            manager,
            "sectors",
            vec![
                id(),
                big("account_id"),
                big("site_id"),
                big_null("industry_sector_id"),
                text("name"),
                text("slug"),
                flag("is_active", true),
                text("status"),
                time("created_at"),
                time("updated_at"),
            ],
            &[("account_id", "accounts"), ("site_id", "sites")],
        )
        .await?;
        index(manager, "sectors", &["site_id", "slug"], true).await?;
        let mut access = Table::create();
        access
            .table("site_user_access")
            .col(big("site_id"))
            .col(big("user_id"))
            .col(big("account_id"))
            .primary_key(Index::create().col("site_id").col("user_id"));
        manager.create_table(access.take()).await?;
        index(manager, "site_user_access", &["user_id"], false).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(
            manager,
            &["site_user_access", "sectors", "sites", "industry_sectors", "industries"],
        )
        .await
    }
}
